"""PyTorch on the device, and in the way, given as argument.

- `cpu`, `cuda`: eager, everything in 32-bit floats
- `cuda-tf32`: the same with matrix products in TensorFloat-32
- `cuda-amp`: what is fastest: automatic mixed precision (halves), channels last, the training step captured as a CUDA graph. No
  loss is scaled, as training by it would need.

The same protocol as `serve.mjs`, without the table of works: requests a line from stdin, answers a line on descriptor 3.
"""

import contextlib
import json
import math
import os
import sys
import time

import torch
from torch.nn import functional as F

# Runs before a step is captured: libraries choose their algorithms and take their memory then.
WARM_UP = 3


class Flavour:
    """A device and a way to use it."""

    def __init__(self, name):
        self.name = name
        self.device = torch.device(name.split("-")[0])
        self.mixed = name == "cuda-amp"

    def start(self):
        """Set the library up for it; what to answer first."""
        if self.device.type == "cpu":
            # By default PyTorch may take one thread, depending on how it was built.
            torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
            return {"version": torch.__version__, "adapter": f"cpu, {torch.get_num_threads()} threads"}
        if not torch.cuda.is_available():
            raise RuntimeError("this PyTorch finds no CUDA device")
        precise = self.name == "cuda"
        torch.backends.cuda.matmul.allow_tf32 = not precise
        torch.backends.cudnn.allow_tf32 = not precise
        torch.backends.cudnn.benchmark = True
        return {"version": torch.__version__, "adapter": torch.cuda.get_device_name()}

    def place(self, array):
        """On the device, in the layout that is best there."""
        if self.mixed and array.dim() == 4:
            return array.to(self.device, memory_format=torch.channels_last)
        return array.to(self.device)

    def arithmetic(self):
        """What to compute within."""
        return torch.autocast("cuda", torch.float16) if self.mixed else contextlib.nullcontext()

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def read_arrays(file, specs, flavour):
    """The arrays of a case, on the device: see `arrays.mjs`."""
    with open(file, "rb") as stream:
        content = bytearray(stream.read())
    arrays, start = {}, 0
    for spec in specs:
        count = math.prod(spec["shape"])
        values = torch.frombuffer(content, dtype=torch.float32, count=count, offset=start)
        arrays[spec["name"]] = flavour.place(values.reshape(spec["shape"]))
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


def captured(step, parameters, optimizer):
    """A training step as a CUDA graph, with parameters and velocities as if none had been taken."""
    before = [parameter.detach().clone() for parameter in parameters]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    optimizer.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()
    with torch.no_grad():
        for parameter, value in zip(parameters, before):
            parameter.copy_(value)
        for state in optimizer.state.values():
            state["momentum_buffer"].zero_()

    def replay():
        graph.replay()
        return loss

    return replay


def step_work(case, arrays, training, flavour):
    arrays["labels"] = arrays["labels"].long()
    net = case["net"]
    parameters = [array.requires_grad_(training) for name, array in arrays.items() if name.startswith("block")]
    fused = {"fused": True} if flavour.device.type == "cuda" else {}
    optimizer = torch.optim.SGD(parameters, lr=net["lr"], momentum=net["momentum"], **fused)

    def train():
        with flavour.arithmetic():
            loss = loss_of(net, arrays)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    def forward():
        with torch.no_grad(), flavour.arithmetic():
            return loss_of(net, arrays)

    if training and flavour.mixed:
        return captured(train, parameters, optimizer)
    return train if training else forward


def kernel_work(case, arrays, flavour):
    conv = case.get("conv")
    if flavour.mixed:
        # Within a step they would come as halves from the kernel before.
        arrays = {name: array.half() for name, array in arrays.items()}
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

    def __init__(self, flavour):
        self.flavour = flavour

    def prepare(self, request):
        case = request["case"]
        arrays = read_arrays(request["file"], case["arrays"], self.flavour)
        if case["kind"] in ("train", "forward"):
            self.work = step_work(case, arrays, case["kind"] == "train", self.flavour)
        else:
            self.work = kernel_work(case, arrays, self.flavour)
        self.flavour.synchronize()
        return {}

    def run(self, request):
        begin = time.perf_counter()
        for _ in range(request["times"]):
            self.last = self.work()
        loss = self.last.item() if self.last.dim() == 0 else None
        self.flavour.synchronize()
        return {"ms": (time.perf_counter() - begin) * 1000 / request["times"], "loss": loss}

    def sample(self, _):
        return {"sample": sample_of(self.last)}

    def release(self, _):
        self.work = self.last = None
        return {}


def main():
    flavour = Flavour(sys.argv[1])
    with os.fdopen(3, "w") as answers:

        def answer(item):
            answers.write(json.dumps(item, allow_nan=False) + "\n")
            answers.flush()

        try:
            answer(flavour.start())
        except RuntimeError as error:
            answer({"error": str(error)})
            sys.exit(1)
        server = Server(flavour)
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer(getattr(server, request["do"])(request))
            except (RuntimeError, ValueError) as error:
                answer({"error": str(error).splitlines()[0]})


if __name__ == "__main__":
    main()
