"""`train`: the gradient flow of many runs, shared out over the cores."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits
from torch import Tensor

from nbkit import device as machine
from nbkit.flow.losses import loss as loss_named
from nbkit.flow.neurons import output
from nbkit.flow.steps import Problem, integrate

WORTH = 10**9
"""Pre-activations, over all steps allowed, that are worth the seconds in which processes start. Threads would start at
once, but a step is many small operations, and threads would wait for each other's Python between any two of them."""
SMALL = 2**20
"""Pre-activations of a step of calls made as one. A step costs as much in Python as in 250,000 of them."""
MERGED = ("x", "y", "start", "alpha")
MOST_STEPS = 100_000


@dataclass(frozen=True)
class Trained:
    """Runs at the end of their flow; all tensors are on the CPU with the runs first.

    start, end: neurons (runs, h, d + 2). time: the end of the flow. steps: trial steps taken. converged: all training
    points are fitted. at_times: the observable at each of `times`; at_shares: when the share of fitted points first
    reached each of `shares`, with the time in `share_times` (NaN, and the last value, where it never did).
    """

    alpha: Tensor
    start: Tensor
    end: Tensor
    time: Tensor
    steps: Tensor
    converged: Tensor
    at_times: Tensor
    at_shares: Tensor
    share_times: Tensor

    def __getitem__(self, runs: slice) -> Trained:
        return type(self)(*(value[runs] for value in vars(self).values()))

    def predict(self, x: Tensor, neurons: Tensor | None = None) -> Tensor:
        """F (runs, n) at x (runs, n, d), or (n, d) for the same points in all runs; `neurons` other than the end's."""
        x = x.expand(len(self.end), *x.shape[-2:])
        return self.alpha[:, None] * (output(self.end if neurons is None else neurons, x) - output(self.start, x))


def train(
    x: Tensor,
    y: Tensor,
    start: Tensor,
    *,
    alpha: float | Sequence[float] | Tensor,
    loss: str = "soft_hinge",
    orientation: str = "free",
    times: Sequence[float] = (),
    shares: Sequence[float] = (),
    observe: Callable[[Tensor], Tensor] = torch.clone,
    max_steps: int = MOST_STEPS,
    device: str = "auto",
    checkpoint: str | Path | None = None,
) -> Trained:
    """Follow the gradient flow of every run until all its points are fitted (yF ≥ 1).

    x (runs, p, d); y (runs, p) of ±1, or 0 for a point that is not there; start: neurons (runs, h, d + 2), see
    `initial`; alpha: one, or one for each run.
    loss: a name in `LOSSES`. orientation: "fixed" keeps the direction of every ω, so that only its length ≥ 0 moves.
    times, shares: when to keep `observe(neurons)`, a function of the neurons (runs, h, d + 2) of the runs at that
    point: at these times (in units where θ̇ = −∇L), and when these shares of the training points are fitted.
    A run that has not fitted after `max_steps` trial steps stops there, with `converged` false; so does one that has
    fitted one class and lost the other, see `has_lost_a_class`.
    checkpoint: a file that the state is written to every minute and that an interrupted call goes on from; it is
    deleted at the end. Raises ValueError for arguments that do not fit together.
    """
    _check(x, y, start, orientation=orientation, max_steps=max_steps)
    alpha = torch.as_tensor(alpha, dtype=torch.float64).expand(len(x)).contiguous()
    groups = min(machine.cores(), len(x)) if _worth([{"x": x, "start": start, "max_steps": max_steps}], device) else 1
    marks = dict(times=list(times), shares=list(shares), max_steps=max_steps)
    key = _fingerprint(x, y, start, alpha, (loss, orientation, marks, groups))
    mine = [slice(group, None, groups) for group in range(groups)]
    files = [checkpoint and Path(f"{checkpoint}.{group}") for group in range(groups)]
    same = dict(loss=loss, orientation=orientation, observe=observe, device=device, key=key, **marks)
    calls = [[v[rows].double() for v in (x, y, start, alpha)] for rows in mine]
    if groups == 1:
        parts = [_follow(*calls[0], checkpoint=files[0], **same)]
    else:
        run = delayed(_follow)
        parts = Parallel(n_jobs=groups)(run(*call, checkpoint=file, **same) for call, file in zip(calls, files))
    for file in filter(None, files):
        file.unlink(missing_ok=True)
    return Trained(alpha, start.double(), **{name: _interleave([part[name] for part in parts]) for name in parts[0]})


def _follow(x, y, start, alpha, *, loss: str, orientation: str, device: str, **options) -> dict[str, Tensor]:
    """The flow of some of the runs, on the device or on one core."""
    target = machine.resolve(device)
    problem = Problem.of(*(v.to(target) for v in (x, y, start, alpha)), loss_named(loss), orientation)
    with _one_thread(), torch.inference_mode():  # without bookkeeping for gradients a step has a fifth less overhead
        return integrate(problem, **options)


def _worth(calls: Sequence[dict], device: str) -> bool:
    """Whether calls of `train` are long enough for processes."""
    work = sum(call["x"][..., 0].numel() * call["start"].shape[1] * call.get("max_steps", MOST_STEPS) for call in calls)
    return machine.resolve(device).type == "cpu" and work >= WORTH


def train_each(calls: Sequence[dict]) -> list[Trained]:
    """`train(**call)` for each of these arguments, in fewer calls, and on the CPU in processes, where that pays.

    Few calls are made one after the other, each with its runs shared out to all cores: side by side, all would wait
    for the longest.
    """
    bundles = _bundles(calls)
    merged = [_merge([calls[i] for i in bundle]) for bundle in bundles]
    worth = _worth(merged, calls[0].get("device", "auto")) if calls else False
    if not worth or machine.cores() == 1 or len(merged) < 2 * machine.cores():
        done = [train(**call) for call in merged]
    else:
        done = Parallel(n_jobs=machine.cores())(delayed(_alone)(call) for call in merged)
    found: list[Trained | None] = [None] * len(calls)
    for bundle, trained in zip(bundles, done):
        ends = np.cumsum([len(calls[i]["x"]) for i in bundle])
        for i, end in zip(bundle, ends):
            found[i] = trained[end - len(calls[i]["x"]) : end]
    return found


def _bundles(calls: Sequence[dict]) -> list[list[int]]:
    """Which calls become one: of those that differ in their points, their neurons and α alone, as many as make a step
    of up to `SMALL` pre-activations. The longest first: the last one to start should be short."""
    x = [call["x"] for call in calls]
    options = lambda i: {k: list(v) if np.ndim(v) else v for k, v in calls[i].items() if k not in MERGED}
    kind = lambda i: (options(i), calls[i]["start"].shape[1:])
    size = lambda b: max(x[i].shape[1] for i in b) * sum(len(x[i]) for i in b) * calls[b[0]]["start"].shape[1]
    bundles: list[list[int]] = []
    for i in sorted(range(len(calls)), key=lambda i: -size([i])):
        fitting = [b for b in bundles if kind(b[0]) == kind(i) and size([*b, i]) <= SMALL]
        if fitting:
            fitting[0].append(i)
        else:
            bundles.append([i])
    return bundles


def _merge(calls: Sequence[dict]) -> dict:
    """One call with the runs of all; shorter sets of points are filled up with points without a label."""
    if len(calls) == 1:
        return calls[0]
    p = max(call["x"].shape[1] for call in calls)
    fill = lambda v: torch.cat([v, v.new_zeros(len(v), p - v.shape[1], *v.shape[2:])], dim=1)
    alphas = [torch.as_tensor(call["alpha"], dtype=torch.float64).expand(len(call["x"])) for call in calls]
    return calls[0] | {
        "x": torch.cat([fill(call["x"]) for call in calls]),
        "y": torch.cat([fill(call["y"]) for call in calls]),
        "start": torch.cat([call["start"] for call in calls]),
        "alpha": torch.cat(alphas),
    }


def _alone(call: dict) -> Trained:
    """`train` in a process of its own, which has one core."""
    os.environ["NBKIT_CORES"] = "1"
    return train(**call)


def _check(x: Tensor, y: Tensor, start: Tensor, *, orientation: str, max_steps: int) -> None:
    runs, p, d = x.shape
    if y.shape != (runs, p) or not torch.isin(y, y.new_tensor([-1, 0, 1])).all() or not y.any(1).all():
        raise ValueError(f"y must be ±1 of shape {(runs, p)}, one label for each point of x (0 for one not there)")
    if start.ndim != 3 or start.shape[0] != runs or start.shape[2] != d + 2:
        raise ValueError(f"start must be neurons of shape ({runs}, h, {d + 2}), not {tuple(start.shape)}")
    if orientation not in ("free", "fixed"):
        raise ValueError(f"orientation must be free or fixed, not {orientation!r}")
    if max_steps < 1:
        raise ValueError(f"max_steps must be at least 1, not {max_steps}")


def _interleave(parts: list[Tensor]) -> Tensor:
    """Undo the dealing out of runs to groups: group g had the runs g, g + n, g + 2n, …"""
    whole = parts[0].new_empty(sum(map(len, parts)), *parts[0].shape[1:])
    for group, part in enumerate(parts):
        whole[group :: len(parts)] = part
    return whole


@contextmanager
def _one_thread():
    """For products so small that sharing them out costs more than it saves."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)


def _fingerprint(*parts) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.numpy().tobytes() if isinstance(part, Tensor) else repr(part).encode())
    return digest.hexdigest()
