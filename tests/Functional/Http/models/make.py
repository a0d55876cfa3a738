#!/usr/bin/python3
"""Make the model that takes as long as a test wants: busy/1/model.onnx beside this script.

Needs (Debian/Ubuntu): apt install python3-onnx

It counts up to its input, one loop iteration for each step, so that a large number keeps it running until the process ends.
"""
from pathlib import Path

from onnx import TensorProto as T
from onnx import checker, helper

node, value, constant = helper.make_node, helper.make_tensor_value_info, helper.make_tensor

body = helper.make_graph(
    [node("Identity", ["go"], ["go_on"]), node("Add", ["sum", "one"], ["sum_out"])], "step",
    [value("i", T.INT64, []), value("go", T.BOOL, []), value("sum", T.INT64, [1])],
    [value("go_on", T.BOOL, []), value("sum_out", T.INT64, [1])], [constant("one", T.INT64, [1], [1])])
graph = helper.make_graph(
    [node("Squeeze", ["steps"], ["trips"]), node("Loop", ["trips", "", "zero"], ["counted"], body=body)], "busy",
    [value("steps", T.INT64, [1])], [value("counted", T.INT64, [1])], [constant("zero", T.INT64, [1], [0])])
model = helper.make_model(graph, ir_version=8, producer_name="", opset_imports=[helper.make_opsetid("", 13)])
checker.check_model(model)
path = Path(__file__).resolve().parent / "busy" / "1" / "model.onnx"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_bytes(model.SerializeToString(deterministic=True))
