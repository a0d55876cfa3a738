#!/usr/bin/python3
"""Make the small models the tests load: <name>/1/model.onnx beside this script, and in bad-models.

Needs (Debian/Ubuntu): apt install python3-onnx

    /usr/bin/python3 tests/models/make.py

The files are committed, so the tests do not need Python. The same script makes the same bytes.
"""
from pathlib import Path

from onnx import TensorProto as T
from onnx import checker, helper

HERE = Path(__file__).resolve().parent
# No worker may come to harm of these.
BAD = HERE.parent / "bad-models"
DATATYPES = {"bool": T.BOOL, "uint8": T.UINT8, "uint16": T.UINT16, "uint32": T.UINT32, "uint64": T.UINT64,
             "int8": T.INT8, "int16": T.INT16, "int32": T.INT32, "int64": T.INT64,
             "fp16": T.FLOAT16, "fp32": T.FLOAT, "fp64": T.DOUBLE, "bf16": T.BFLOAT16, "bytes": T.STRING}


def value(name, shape, datatype=T.FLOAT):
    return helper.make_tensor_value_info(name, datatype, shape)


def constant(name, datatype, shape, values):
    return helper.make_tensor(name, datatype, shape, values)


def save(name, nodes, inputs, outputs, initializers=(), functions=(), folder=HERE):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", 13)] + ([helper.make_opsetid("local", 1)] if functions else [])
    model = helper.make_model(graph, ir_version=8, producer_name="", opset_imports=opsets, functions=functions)
    checker.check_model(model)
    path = folder / name / "1" / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


node = helper.make_node

for suffix, datatype in DATATYPES.items():
    save(f"identity_{suffix}", [node("Identity", ["x"], ["y"])],
         [value("x", ["N", "k"], datatype)], [value("y", ["N", "k"], datatype)])

save("two_in_two_out", [node("Add", ["a", "b"], ["sum"]), node("Sub", ["a", "b"], ["diff"])],
     [value("a", ["N", 3]), value("b", ["N", 3])], [value("sum", ["N", 3]), value("diff", ["N", 3])])

save("no_batch", [node("Neg", ["x"], ["y"])], [value("x", [2, 3])], [value("y", [2, 3])])

# y = x + the sum of the state; the state counts up by one.
save("state", [node("ReduceSum", ["state"], ["total"], keepdims=0), node("Add", ["x", "total"], ["y"]),
               node("Add", ["state", "one"], ["new_state"])],
     [value("x", ["N", 2]), value("state", [1, 4])], [value("y", ["N", 2]), value("new_state", [1, 4])],
     [constant("one", T.FLOAT, [1], [1.0])])

# An initializer that is an input too is a default, which a caller may override.
save("optional_input", [node("Add", ["x", "bias"], ["y"])],
     [value("x", ["N", 3]), value("bias", [3])], [value("y", ["N", 3])],
     [constant("bias", T.FLOAT, [3], [1.0, 2.0, 3.0])])

# The index is 0 where the whole row is positive or zero; else it is -2 or less, outside of the one-element table.
save("fails_on_negative",
     [node("ReduceMin", ["x"], ["low"], axes=[1], keepdims=1), node("Floor", ["low"], ["floor"]),
      node("Min", ["floor", "zero"], ["clipped"]), node("Add", ["clipped", "clipped"], ["doubled"]),
      node("Cast", ["doubled"], ["index"], to=T.INT64), node("Gather", ["table", "index"], ["offset"]),
      node("Add", ["x", "offset"], ["y"])],
     [value("x", ["N", 4])], [value("y", ["N", 4])],
     [constant("zero", T.FLOAT, [1], [0.0]), constant("table", T.FLOAT, [1], [0.0])])

save("scalar", [node("Neg", ["x"], ["y"])], [value("x", [])], [value("y", [])])

save("dynamic_hw", [node("ReduceMean", ["x"], ["mean"], axes=[1, 2, 3], keepdims=0)],
     [value("x", ["N", 1, "H", "W"])], [value("mean", ["N"])])

# Declared as batchable, but with two output rows for each input row.
save("doubles_its_rows", [node("Concat", ["x", "x"], ["y"], axis=0)], [value("x", ["N", 2])], [value("y", ["M", 2])])

# As many zeros as the input says: a way to run out of memory.
save("allocates", [node("ConstantOfShape", ["count"], ["y"])], [value("count", [1], T.INT64)], [value("y", ["n"])])

# Counts to the greatest x and gives x back: a way to run for as long as a test likes.
save("spins",
     [node("ReduceMax", ["x"], ["most"], keepdims=0), node("Cast", ["most"], ["trips"], to=T.INT64),
      node("Loop", ["trips", "", "x"], ["y"], body=helper.make_graph(
          # The smaller of two equals, which no optimizer removes.
          [node("Identity", ["going"], ["go_on"]), node("Min", ["before", "x"], ["after"])], "body",
          [value("trip", [], T.INT64), value("going", [], T.BOOL), value("before", ["N", 1])],
          [value("go_on", [], T.BOOL), value("after", ["N", 1])]))],
     [value("x", ["N", 1])], [value("y", ["N", 1])])

# The same, but a batch with a negative x in it fails, as above, once it has counted.
save("spins_or_fails",
     [node("ReduceMax", ["x"], ["most"], keepdims=0), node("Cast", ["most"], ["trips"], to=T.INT64),
      node("Loop", ["trips", "", "x"], ["same"], body=helper.make_graph(
          [node("Identity", ["going"], ["go_on"]), node("Min", ["before", "x"], ["after"])], "body",
          [value("trip", [], T.INT64), value("going", [], T.BOOL), value("before", ["N", 1])],
          [value("go_on", [], T.BOOL), value("after", ["N", 1])])),
      node("Floor", ["same"], ["floor"]), node("Min", ["floor", "zero"], ["clipped"]), node("Add", ["clipped", "clipped"], ["doubled"]),
      node("Cast", ["doubled"], ["index"], to=T.INT64), node("Gather", ["table", "index"], ["offset"]), node("Add", ["same", "offset"], ["y"])],
     [value("x", ["N", 1])], [value("y", ["N", 1])],
     [constant("zero", T.FLOAT, [1], [0.0]), constant("table", T.FLOAT, [1], [0.0])])

# The output is the input itself.
save("passes_through", [node("Neg", ["x"], ["y"])], [value("x", ["N", 2])], [value("y", ["N", 2]), value("x", ["N", 2])])

# Rows influence each other: each is what it differs from the mean of the batch.
save("batch_mean", [node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), node("Sub", ["x", "mean"], ["y"])],
     [value("x", ["N", 3])], [value("y", ["N", 3])])

# Sequences may be padded where the mask is 0 there: the mean of the unmasked tokens, and the sum of each token.
save("masked_mean",
     [node("Cast", ["attention_mask"], ["mask"], to=T.FLOAT), node("Unsqueeze", ["mask", "two"], ["wide"]),
      node("Mul", ["tokens", "wide"], ["kept"]), node("ReduceSum", ["kept", "one"], ["total"], keepdims=0),
      node("ReduceSum", ["mask", "one"], ["count"], keepdims=1), node("Div", ["total", "count"], ["mean"]),
      node("ReduceSum", ["kept", "two"], ["sums"], keepdims=0)],
     [value("tokens", ["N", "sequence", 2]), value("attention_mask", ["N", "sequence"], T.INT64)],
     [value("mean", ["N", 2]), value("sums", ["N", "sequence"])],
     [constant("one", T.INT64, [1], [1]), constant("two", T.INT64, [1], [2])])

# Sequences may not be padded: it looks at every position.
save("sequence_mean", [node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0)], [value("x", ["N", "sequence"])], [value("mean", ["N"])])

# Never comes back, whatever its input.
save("endless",
     [node("Loop", ["trips", "", "x"], ["y"], body=helper.make_graph(
         [node("Identity", ["going"], ["go_on"]), node("Min", ["before", "x"], ["after"])], "body",
         [value("trip", [], T.INT64), value("going", [], T.BOOL), value("before", ["N", 1])],
         [value("go_on", [], T.BOOL), value("after", ["N", 1])]))],
     [value("x", ["N", 1])], [value("y", ["N", 1])], [constant("trips", T.INT64, [], [2**62])], folder=BAD)

# Each function calls the next one: ONNX Runtime 1.31 runs out of stack when it inlines them.
DEPTH = 6000
OPSETS = [helper.make_opsetid("", 13), helper.make_opsetid("local", 1)]
save("kills_its_process", [node("0", ["x"], ["y"], domain="local")], [value("x", ["N", 1])], [value("y", ["N", 1])], folder=BAD, functions=[
    helper.make_function("local", f"{i:x}", ["a"], ["b"], [node("Neg", ["a"], ["b"]) if i == DEPTH - 1 else node(f"{i + 1:x}", ["a"], ["b"], domain="local")], OPSETS)
    for i in range(DEPTH)])
