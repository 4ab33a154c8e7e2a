"""The two ways to train many networks: stacked in one computation, or a few at a time in processes side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise

import torch
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from torch import nn

from nbkit import device as machine
from nbkit.fleet.loop import Record
from nbkit.fleet.stack import bytes_per_network, initialise
from nbkit.fleet.tasks import Split, Task

CPU_STACK_BYTES = 2**30  # larger stacks are no faster on a CPU
FEW, MOST_IMAGES, NARROW, LIGHT = 6, 384, 8, 200_000


def best_way(net: Callable[[], nn.Module], device: torch.device) -> str:
    """On the CPU large stacks of matrix products are faster than one after the other, of convolutions slower."""
    return "processes" if device.type == "cpu" and _convolutions(initialise(net, 0)) else "stacked"


def abreast(net: Callable[[], nn.Module], images: int) -> int:
    """How many networks one thread computes in step, for so many images each.

    A convolution of no more channels than the 8 or 16 numbers that a core multiplies at once leaves it half idle; a few
    such networks side by side fill it, and are 1.2 to 2.5 times as fast while they fit in its cache.
    """
    model = initialise(net, 0)
    narrow = [layer.out_channels <= NARROW for layer in _convolutions(model)][:1] == [True]
    light = sum(weights.numel() for weights in model.parameters()) <= LIGHT
    return max(1, min(FEW, MOST_IMAGES // images)) if narrow and light else 1


def _convolutions(model: nn.Module) -> list[nn.Module]:
    return [m for m in model.modules() if isinstance(m, (nn.Conv1d, nn.Conv2d, nn.Conv3d))]


def stacked(job: partial, tasks: Sequence[Task], *, at_once: int | None, tick: Callable) -> Iterator[Record]:
    """Records of stacks of at most `at_once` networks, about equally large; where these are too many for a GPU's
    memory, of half as many."""
    for some in _shares(tasks, at_once or _fitting(job, tasks[0])):
        record = None
        try:
            with _one_thread():  # the matrices are small: two threads spend more time waiting for each other
                record = job(some, tick=tick)
        except torch.cuda.OutOfMemoryError:
            if len(some) == 1:
                raise RuntimeError("out of GPU memory with a single network") from None
        if record is None:
            yield from stacked(job, some, at_once=-(-len(some) // 2), tick=tick)
        else:
            yield record


def processes(job: partial, tasks: Sequence[Task], *, at_once: int | None, tick: Callable) -> Iterator[Record]:
    """Records of as many networks as train well in step, in the order of the tasks."""
    workers = min(at_once or machine.cores(), len(tasks))
    in_step = abreast(job.args[0], job.keywords["training"].batch)
    shares = _shares(tasks, min(in_step, -(-len(tasks) // workers)))
    jobs = (delayed(_in_step)(job, some) for some in shares)
    try:
        for records, some in zip(Parallel(n_jobs=workers, backend="loky", return_as="generator")(jobs), shares):
            tick(len(some) * job.keywords["training"].epochs)
            yield from records
    except TerminatedWorkerError:
        raise RuntimeError(
            f"a training process died, most likely because memory ran out; give an at_once below {workers}"
        ) from None


WAYS = {"stacked": stacked, "processes": processes}


def _shares(tasks: Sequence[Task], most: int) -> list[Sequence[Task]]:
    """The tasks in turn, in shares of at most so many, about equally large."""
    shares = -(-len(tasks) // most)
    return [tasks[start:stop] for start, stop in pairwise(len(tasks) * i // shares for i in range(shares + 1))]


def _in_step(job: partial, tasks: Sequence[Task]) -> list[Record]:
    """Records of some networks, trained in step if their data have one shape."""
    tasks = [replace(task, data=task.split()) for task in tasks]
    alike = len({tuple(part.shape for part in task.data) for task in tasks}) == 1
    with _one_thread():
        return [job(some, tick=lambda networks: None) for some in ([tasks] if alike else [[task] for task in tasks])]


@contextmanager
def _one_thread() -> Iterator[None]:
    """One torch thread, then again what it was: processes side by side must not compete for the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def fitting(net: Callable[[], nn.Module], split: Split, batch: int, *, device: torch.device, dtype: torch.dtype) -> int:
    """How many networks fit in half of the free memory of a GPU, or in `CPU_STACK_BYTES`, at this batch.

    split: data of one network, at least two examples.
    """
    memory = CPU_STACK_BYTES
    if device.type == "cuda":
        torch.cuda.empty_cache()  # torch keeps what earlier networks have left, and a GPU then calls it taken
        memory = torch.cuda.mem_get_info(device)[0] // 2
    return max(1, memory // bytes_per_network(net, split, batch, dtype))


def _fitting(job: partial, task: Task) -> int:
    device, dtype, training = (job.keywords[name] for name in ("device", "dtype", "training"))
    return fitting(job.args[0], task.split(), training.batch, device=device, dtype=dtype)
