"""Explicit Euler with a step of its own for each run.

With g, g′ the gradients before and after a trial step, it is accepted when ‖g − g′‖²/(‖g‖‖g′‖) < 1e-4 and
max|ΔF| < 0.1; the step grows by a tenth when both are below half of that, and is halved when it is rejected. This is
the rule of the released code of [Geiger 2020], with one addition. The gradient jumps where a point passes the margin or
the kink of a neuron. In a small problem a single jump is more than a per cent of g however small the step, and the rule
by itself stalls; so a step is accepted, and may grow, too when it moves the neurons by less than a per cent of their
norm and max|ΔF| < 0.01.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from nbkit.flow.losses import Loss
from nbkit.flow.neurons import augment, has_lost_a_class, output, output_and_gradient

TURN, CHANGE = 1e-4, 0.1
MOVE, SMALL_CHANGE = 0.01, 0.01
GROW, SHRINK = 1.1, 0.5
LOOK = 8
"""Steps between two looks at which runs are done and what is to be kept; every look makes a GPU wait."""


@dataclass
class Problem:
    """What stays fixed: points (runs, p, d + 1), y and f0 (runs, p), count of the points with a label (runs, 1),
    scale = yα and weight = y/count (runs, p), start (runs, h, d + 2), ray: unit vectors (runs, h, d), of which each ω
    stays a multiple ≥ 0, or None."""

    points: Tensor
    y: Tensor
    f0: Tensor
    count: Tensor
    scale: Tensor
    weight: Tensor
    start: Tensor
    ray: Tensor | None
    loss: Loss

    @classmethod
    def of(cls, x: Tensor, y: Tensor, start: Tensor, alpha: Tensor, loss: Loss, orientation: str) -> Problem:
        ray = torch.nn.functional.normalize(start[:, :, :-2], dim=-1) if orientation == "fixed" else None
        by_number = start.mT.contiguous().mT  # the same neurons, laid out as `output_and_gradient` wants them
        count = y.abs().sum(1, keepdim=True)
        return cls(augment(x), y, output(start, x), count, y * alpha[:, None], y / count, by_number, ray, loss)

    def __getitem__(self, runs: Tensor) -> Problem:
        return type(self)(*(v[runs] if isinstance(v, Tensor) else v for v in vars(self).values()))

    def evaluate(self, neurons: Tensor) -> tuple[Tensor, Tensor]:
        """Margins yF (runs, p), 0 for a point without a label, and the gradient of the loss (runs, h, d + 2)."""

        def pull(f: Tensor, rows: slice) -> Tensor:
            return self.loss.slope(self.scale[rows] * (f - self.f0[rows])) * self.weight[rows]

        f, gradient = output_and_gradient(neurons, self.points, pull)
        if self.ray is not None:
            length, along = ((v[..., :-2] * self.ray).sum(-1, keepdim=True) for v in (neurons, gradient))
            gradient[..., :-2] = torch.where(length > 0, along, along.clamp(max=0)) * self.ray  # no way below 0
        return self.scale * (f - self.f0), gradient

    def on_rays(self, neurons: Tensor) -> Tensor:
        """The neurons, in place, with each ω brought back to its ray if a step went below its start."""
        if self.ray is not None:
            neurons[..., :-2] = (neurons[..., :-2] * self.ray).sum(-1, keepdim=True).clamp(min=0) * self.ray
        return neurons

    def unfitted(self, margin: Tensor) -> Tensor:
        """Which points (runs, p) have a label and no margin (runs, p) that counts as fitted."""
        return ~(margin >= self.loss.fitted) & (self.y != 0)

    def given_up(self, neurons: Tensor, unfitted: Tensor) -> Tensor:
        """Which runs (runs,) have fitted one class and lost the other, unfitted being (runs, p)."""
        one_class = ((self.y == -1) == unfitted).all(1) | ((self.y == 1) == unfitted).all(1)
        runs = (one_class & unfitted.any(1)).nonzero()[:, 0]
        one_class[:] = False
        one_class[runs] = has_lost_a_class(neurons[runs], self.points[runs], self.y[runs])
        return one_class


@dataclass
class State:
    """The runs that still move, and where each is in the whole: run (live,); neurons and gradient (live, h, d + 2);
    slope, the norm of the gradient (live,); margin (live, p); time, dt and steps (live,)."""

    run: Tensor
    neurons: Tensor
    gradient: Tensor
    slope: Tensor
    margin: Tensor
    time: Tensor
    dt: Tensor
    steps: Tensor

    def __getitem__(self, runs: Tensor) -> State:
        return State(*(v[runs] for v in vars(self).values()))


def integrate(
    problem: Problem,
    *,
    times: Sequence[float],
    shares: Sequence[float],
    observe: Callable[[Tensor], Tensor],
    max_steps: int,
    checkpoint: Path | None,
    key: str,
) -> dict[str, Tensor]:
    """Run every flow to its end; returns the fields of `Trained` that it knows, on the CPU."""
    state, diary = _begin(problem), Diary.empty(problem, times, shares, observe)
    saved = _read(checkpoint, key, state.neurons.device)
    if saved:
        state, diary = State(**saved["state"]), Diary(**saved["diary"])
    last_saved, mine = clock.monotonic(), problem[state.run]
    while len(state.run):
        for _ in range(LOOK):
            step(mine, state)
        unfitted = mine.unfitted(state.margin)
        missing = unfitted.sum(1)
        diary.write(state, (mine.count[:, 0] - missing) / mine.count[:, 0], observe)
        over = (missing == 0) | (state.steps >= max_steps) | (state.slope == 0) | mine.given_up(state.neurons, unfitted)
        if over.any():
            diary.close(state[over], missing[over] == 0, observe)
            state = state[~over]
            mine = problem[state.run]
        if checkpoint and clock.monotonic() - last_saved > 60:
            _write(checkpoint, {"key": key, "state": vars(state), "diary": vars(diary)})
            last_saved = clock.monotonic()
    return diary.result()


def step(problem: Problem, state: State) -> None:
    """One trial step of every run, in place."""
    trial = problem.on_rays(torch.addcmul(state.neurons, state.gradient, state.dt[:, None, None], value=-1))
    margin, gradient = problem.evaluate(trial)
    slope = _size(gradient)
    turn = _size(gradient - state.gradient).square() / (state.slope * slope)
    change = torch.linalg.vector_norm(margin - state.margin, torch.inf, dim=1)
    move = state.dt * state.slope / _size(state.neurons)
    smooth, small = torch.maximum(turn / TURN, change / CHANGE), torch.maximum(move / MOVE, change / SMALL_CHANGE)
    excess = torch.fmin(smooth, small)
    accepted = excess < 1
    state.time += state.dt * accepted
    state.slope = torch.where(accepted, slope, state.slope)
    state.margin = torch.where(accepted[:, None], margin, state.margin)
    state.neurons = torch.where(accepted[:, None, None], trial, state.neurons)
    state.gradient = torch.where(accepted[:, None, None], gradient, state.gradient)
    state.dt *= torch.where(accepted, torch.where(excess < 0.5, GROW, 1.0), SHRINK)
    state.steps += 1


def _begin(problem: Problem) -> State:
    margin, gradient = problem.evaluate(problem.start)
    runs, h, _ = problem.start.shape
    run, zero = torch.arange(runs, device=margin.device), margin.new_zeros(runs)
    # A first step that is far too long is halved a few times; one that is too short would take long to grow.
    return State(run, problem.start, gradient, _size(gradient), margin, zero, zero + h, zero.long())


def _size(values: Tensor) -> Tensor:
    return torch.linalg.vector_norm(values, dim=(1, 2))


@dataclass
class Diary:
    """What is kept of the runs: the observable at given times and shares of fitted points, and their ends."""

    times: Tensor
    shares: Tensor
    at_times: Tensor
    at_shares: Tensor
    next_time: Tensor
    next_share: Tensor
    share_times: Tensor
    end: Tensor
    time: Tensor
    steps: Tensor
    converged: Tensor

    @classmethod
    def empty(cls, problem: Problem, times, shares, observe) -> Diary:
        start = problem.start
        runs, whole = len(start), lambda values: start.new_tensor(list(values))
        seen = observe(start)
        kept = [seen[:, None].repeat(1, len(marks), *[1] * (seen.ndim - 1)) for marks in (times, shares)]
        count = torch.zeros(runs, dtype=torch.long, device=start.device)
        late = start.new_full((runs, len(shares)), torch.nan)
        zero = start.new_zeros(runs)
        ends = (torch.empty_like(start), zero, count.clone(), count.bool())
        return cls(whole(times), whole(shares), *kept, count, count.clone(), late, *ends)

    def write(self, state: State, share: Tensor, observe) -> None:
        """Keep the observable of the runs that have passed one of their marks since the last look."""
        for marks, reached, following, kept in (
            (self.times, state.time, self.next_time, self.at_times),
            (self.shares, share, self.next_share, self.at_shares),
        ):
            passed = torch.searchsorted(marks, reached.contiguous(), right=True)
            due = (passed > following[state.run]).nonzero()[:, 0]
            for i, seen in zip(due, observe(state.neurons[due]) if len(due) else ()):
                run, upto = state.run[i], passed[i]
                kept[run, following[run] : upto] = seen
                if kept is self.at_shares:
                    self.share_times[run, following[run] : upto] = state.time[i]
                following[run] = upto

    def close(self, state: State, converged: Tensor, observe) -> None:
        """The end of these runs; marks they have not passed get what is seen there."""
        for name in ("time", "steps"):
            getattr(self, name)[state.run] = getattr(state, name)
        self.end[state.run], self.converged[state.run] = state.neurons, converged
        for run, seen in zip(state.run, observe(state.neurons)):
            self.at_times[run, self.next_time[run] :] = seen
            self.at_shares[run, self.next_share[run] :] = seen

    def result(self) -> dict[str, Tensor]:
        names = ("end", "time", "steps", "converged", "at_times", "at_shares", "share_times")
        return {name: getattr(self, name).cpu() for name in names}


def _read(path: Path | None, key: str, device: torch.device) -> dict | None:
    if path is None or not path.exists():
        return None
    saved = torch.load(path, map_location=device, weights_only=True)
    return saved if saved["key"] == key else None


def _write(path: Path, content: dict) -> None:
    temporary = path.with_name(f".{path.name}")
    torch.save(content, temporary)
    temporary.replace(path)
