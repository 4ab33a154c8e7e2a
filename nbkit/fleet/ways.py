"""The two ways to train many networks: stacked in one computation, or alone in processes side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import torch
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from torch import nn

from nbkit import device as machine
from nbkit.fleet.loop import Record
from nbkit.fleet.stack import bytes_per_network, initialise
from nbkit.fleet.tasks import Task

CPU_STACK_BYTES = 2**30  # larger stacks are no faster on a CPU


def best_way(net: Callable[[], nn.Module], device: torch.device) -> str:
    """On the CPU stacked matrix products are faster than one after the other, stacked convolutions are slower."""
    convolutional = any(isinstance(m, (nn.Conv1d, nn.Conv2d, nn.Conv3d)) for m in initialise(net, 0).modules())
    return "processes" if device.type == "cpu" and convolutional else "stacked"


def stacked(job: partial, tasks: Sequence[Task], *, at_once: int | None, tick: Callable) -> Iterator[Record]:
    """Records of stacks of at most `at_once` networks, about equally large."""
    at_once = at_once or _fitting(job, tasks[0])
    stacks = -(-len(tasks) // at_once)
    bounds = [len(tasks) * i // stacks for i in range(stacks + 1)]
    for start, stop in pairwise(bounds):
        try:
            with _one_thread():  # the matrices are small: two threads spend more time waiting for each other
                record = job(tasks[start:stop], tick=tick)
            yield record
        except torch.cuda.OutOfMemoryError:
            raise RuntimeError(
                f"out of GPU memory with {stop - start} networks in one stack; give a smaller at_once"
            ) from None


def processes(job: partial, tasks: Sequence[Task], *, at_once: int | None, tick: Callable) -> Iterator[Record]:
    """Records of single networks, in the order of the tasks."""
    workers = min(at_once or machine.cores(), len(tasks))
    jobs = (delayed(_alone)(job, task) for task in tasks)
    try:
        for record in Parallel(n_jobs=workers, backend="loky", return_as="generator")(jobs):
            tick(job.keywords["training"].epochs)
            yield record
    except TerminatedWorkerError:
        raise RuntimeError(
            f"a training process died, most likely because memory ran out; give an at_once below {workers}"
        ) from None


WAYS = {"stacked": stacked, "processes": processes}


def _alone(job: partial, task: Task) -> Record:
    with _one_thread():
        return job([task], tick=lambda networks: None)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One torch thread, then again what it was: processes side by side must not compete for the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _fitting(job: partial, task: Task) -> int:
    """How many networks fit in half of the free memory of a GPU, or in `CPU_STACK_BYTES`."""
    device, dtype, training = (job.keywords[name] for name in ("device", "dtype", "training"))
    memory = torch.cuda.mem_get_info(device)[0] // 2 if device.type == "cuda" else CPU_STACK_BYTES
    return max(1, memory // bytes_per_network(job.args[0], task.split(), training.batch, dtype))
