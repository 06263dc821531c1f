"""PyTorch, eager, on the device given as argument: `cpu`, `cuda`, or `cuda-tf32` (matrix products in TensorFloat-32).

The same protocol as `serve.mjs`, without the table of works: requests a line from stdin, answers a line on descriptor 3.
"""

import json
import math
import os
import sys
import time

import torch
from torch.nn import functional as F

FLAVOUR = sys.argv[1]
DEVICE = torch.device(FLAVOUR.split("-")[0])


def read_arrays(file, specs):
    """The arrays of a case, on the device: see `arrays.mjs`."""
    with open(file, "rb") as stream:
        content = bytearray(stream.read())
    arrays, start = {}, 0
    for spec in specs:
        count = math.prod(spec["shape"])
        values = torch.frombuffer(content, dtype=torch.float32, count=count, offset=start)
        arrays[spec["name"]] = values.reshape(spec["shape"]).to(DEVICE)
        start += 4 * count
    return arrays


def sample_of(result):
    """See `sample.mjs`."""
    flat = result.detach().reshape(-1).double().cpu()
    indices = torch.arange(256) * flat.numel() // 256
    return [*flat[indices].tolist(), flat.square().mean().sqrt().item()]


def loss_of(net, arrays):
    """The network's loss on the case's batch."""
    x = arrays["images"]
    for index, block in enumerate(net["blocks"]):
        if index > 0:
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        for layer in block:
            weight, bias = arrays[layer["name"] + ".weight"], arrays[layer["name"] + ".bias"]
            x = F.conv2d(x, weight, bias, padding=layer["padding"])
            if layer["relu"]:
                x = F.relu(x, inplace=True)
    return F.cross_entropy(x.mean((2, 3)), arrays["labels"])


def step_work(case, arrays, training):
    arrays["labels"] = arrays["labels"].long()
    net = case["net"]
    parameters = [array.requires_grad_(training) for name, array in arrays.items() if name.startswith("block")]
    optimizer = torch.optim.SGD(parameters, lr=net["lr"], momentum=net["momentum"])

    def train():
        loss = loss_of(net, arrays)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    def forward():
        with torch.no_grad():
            return loss_of(net, arrays)

    return train if training else forward


def kernel_work(case, arrays):
    conv = case.get("conv")
    kind = case["kind"]
    if kind == "matmul":
        return lambda: arrays["a"] @ arrays["b"]
    if kind == "convForward":
        return lambda: F.conv2d(arrays["x"], arrays["weight"], padding=conv["padding"])
    if kind == "convInputGradient":
        shape = [case["batch"], conv["inputs"], conv["size"], conv["size"]]
        gradient = torch.nn.grad.conv2d_input
        return lambda: gradient(shape, arrays["weight"], arrays["dy"], padding=conv["padding"])
    shape = [conv["outputs"], conv["inputs"], conv["kernelSize"], conv["kernelSize"]]
    gradient = torch.nn.grad.conv2d_weight
    return lambda: gradient(arrays["x"], shape, arrays["dy"], padding=conv["padding"])


class Server:
    work = None
    last = None

    def prepare(self, request):
        case = request["case"]
        arrays = read_arrays(request["file"], case["arrays"])
        if case["kind"] in ("train", "forward"):
            self.work = step_work(case, arrays, case["kind"] == "train")
        else:
            self.work = kernel_work(case, arrays)
        self.synchronize()
        return {}

    def run(self, request):
        begin = time.perf_counter()
        for _ in range(request["times"]):
            self.last = self.work()
        loss = self.last.item() if self.last.dim() == 0 else None
        self.synchronize()
        return {"ms": (time.perf_counter() - begin) * 1000 / request["times"], "loss": loss}

    def sample(self, _):
        return {"sample": sample_of(self.last)}

    def release(self, _):
        self.work = self.last = None
        return {}

    def synchronize(self):
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()


def start():
    """Choose device and precision; what to answer first."""
    if DEVICE.type == "cpu":
        # By default PyTorch may take one thread, depending on how it was built.
        torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
        return {"version": torch.__version__, "adapter": f"cpu, {torch.get_num_threads()} threads"}
    if not torch.cuda.is_available():
        raise RuntimeError("this PyTorch finds no CUDA device")
    precise = FLAVOUR != "cuda-tf32"
    torch.backends.cuda.matmul.allow_tf32 = not precise
    torch.backends.cudnn.allow_tf32 = not precise
    torch.backends.cudnn.benchmark = True
    return {"version": torch.__version__, "adapter": torch.cuda.get_device_name()}


def main():
    with os.fdopen(3, "w") as answers:

        def answer(item):
            answers.write(json.dumps(item, allow_nan=False) + "\n")
            answers.flush()

        try:
            answer(start())
        except RuntimeError as error:
            answer({"error": str(error)})
            sys.exit(1)
        server = Server()
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer(getattr(server, request["do"])(request))
            except (RuntimeError, ValueError) as error:
                answer({"error": str(error).splitlines()[0]})


main()
