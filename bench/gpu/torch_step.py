"""How long PyTorch takes for a training step, in its own best ways: `python3 torch_step.py request.json`.

The steps are those of `../peers/engines/pytorch.py`. Here they are timed on the GPU's clock, by events around each, and on the host's, around
many that are queued without waiting. Answers a line of JSON for each, on stdout; `{"note"}` is for people.
"""

import json
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "peers" / "engines"))
import pytorch  # noqa: E402

ENGINES = {"pytorch-cuda": "cuda", "pytorch-cuda-tf32": "cuda-tf32", "pytorch-amp": "cuda-amp"}
WARM_UP = 5
EVENTS = 40


def say(**answer):
    print(json.dumps(answer), flush=True)


def brief(times):
    ordered = sorted(times)
    return {"median": ordered[len(ordered) // 2], "min": ordered[0]}


def event_times(work):
    """Milliseconds of each of some steps, by the GPU's clock."""
    times = []
    for _ in range(EVENTS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end))
    return times


def queued_time(work, steps, synchronize):
    """Milliseconds of one of many steps."""
    synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        work()
    synchronize()
    return (time.perf_counter() - start) * 1000 / steps


def losses_of(work, counts):
    """The losses of the first steps, by how many were taken."""
    losses, taken = {}, 0
    for count in counts:
        for _ in range(count - taken):
            loss = work()
        taken = count
        losses[count] = loss.item()
    return losses


def measure(engine, flavour, one, request):
    case = one["case"]
    flavour.start()
    arrays = pytorch.read_arrays(one["file"], case["arrays"], flavour)
    work = pytorch.step_work(case, arrays, True, flavour)
    losses = losses_of(work, one["lossesAt"])
    on_gpu = flavour.device.type == "cuda"
    for _ in range(WARM_UP if on_gpu else 0):
        work()
    once = queued_time(work, 1, flavour.synchronize)
    steps = max(request["steps"], round(request["milliseconds"] / once))
    wall = [queued_time(work, steps, flavour.synchronize) for _ in range(request["repeats"])]
    say(
        engine=engine,
        batch=case["batch"],
        steps=steps,
        wall=brief(wall),
        device=brief(event_times(work)) if on_gpu else None,
        losses={"first": losses[1], "last": work().item(), "at": losses},
    )


def main():
    with open(sys.argv[1]) as stream:
        request = json.load(stream)
    engines = ENGINES
    if not torch.cuda.is_available():
        engines = {"pytorch-cpu": "cpu"} if request["cpu"] else {}
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device"
    say(note=f"{torch.__version__}, {where}")
    for one in request["cases"]:
        for engine, name in engines.items():
            try:
                measure(engine, pytorch.Flavour(name), one, request)
            except (RuntimeError, TypeError) as error:
                say(engine=engine, batch=one["case"]["batch"], failed=str(error).splitlines()[0])


main()
