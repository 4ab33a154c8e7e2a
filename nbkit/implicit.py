"""What the finite step of gradient descent adds, on the smallest model that has flat and sharp minima: E = (ab − y)²/2.

All (a, b) with ab = y are minima, and the Hessian there has the eigenvalues a² + b² and 0: the balanced ones are flat.
Source: Barrett and Dherin 2021 (implicit gradient regularisation); the conservation law is derived in chapter 03.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit.results import experiment

TARGET = 1.0


def gradient(point, *, target: float = TARGET, h=0.0) -> np.ndarray:
    """Gradient of E + (h/4)‖∇E‖² at points (2, ...), for one h or an array that broadcasts against (...)."""
    a, b = point
    r, size = a * b - target, a**2 + b**2
    return np.stack([r * b + h / 2 * r * (b * size + r * a), r * a + h / 2 * r * (a * size + r * b)])


def descend(start, *, h: float, steps: int, target: float = TARGET) -> np.ndarray:
    """Gradient descent on E with step h from start (2, ...): the path (steps + 1, 2, ...)."""
    path = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - h * gradient(path[-1], target=target))
    return np.stack(path)


def flow(start, *, time: float, h=0.0, target: float = TARGET, resolution: float = 2e-3) -> np.ndarray:
    """Gradient flow on E + (h/4)‖∇E‖² from start (2, ...), Runge-Kutta of order 4: (steps + 1, 2, ...)."""
    steps = max(1, round(time / resolution))
    dt, velocity = time / steps, lambda point: -gradient(point, target=target, h=h)
    path = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        k1 = velocity(path[-1])
        k2 = velocity(path[-1] + dt / 2 * k1)
        k3 = velocity(path[-1] + dt / 2 * k2)
        k4 = velocity(path[-1] + dt * k3)
        path.append(path[-1] + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.stack(path)


def starts(seeds: int, *, seed: int) -> np.ndarray:
    """Random unbalanced starting points (2, seeds) with a large residual: a in (1.5, 2.5), b in (−1.2, −0.2)."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.uniform(1.5, 2.5, seeds), rng.uniform(-1.2, -0.2, seeds)])


@experiment
def distance_to_flows(steps: Sequence[float], *, time: float, seeds: int, seed: int = 0) -> xr.Dataset:
    """Distance of gradient descent to the flow of E and to that of the modified loss at one time, over (flow, h, seed).

    steps: step sizes h that divide `time`.
    """
    begin, distance = starts(seeds, seed=seed), np.empty((2, len(steps), seeds))
    for i, h in enumerate(steps):
        if abs(time / h - round(time / h)) > 1e-9:
            raise ValueError(f"the step {h:g} must divide the time {time:g}")
        reached = descend(begin, h=h, steps=round(time / h))[-1]
        for j, extra in enumerate((0.0, h)):
            distance[j, i] = np.linalg.norm(reached - flow(begin, time=time, h=extra)[-1], axis=0)
    return xr.Dataset(
        {"distance": (("flow", "h", "seed"), distance)}, coords={"flow": ["loss", "modified"], "h": list(steps)}
    )


@experiment
def flatness(steps: Sequence[float], *, iterations: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """Where gradient descent with each step size ends, over (h, seed).

    Returns `trace` of the Hessian at the end, a² + b²; its value `flow_trace` (seed,) at the end of the flow, in
    closed form; the final `loss`; and `law`, the largest error of a′² − b′² = (a² − b²)(1 − h²r²) along the path,
    relative to the start.
    """
    begin = starts(seeds, seed=seed)
    rows = []
    for h in steps:
        path = descend(begin, h=h, steps=iterations)
        a, b = path[:, 0], path[:, 1]
        r, imbalance = a * b - TARGET, a**2 - b**2
        law = imbalance[1:] - imbalance[:-1] * (1 - (h * r[:-1]) ** 2)
        rows.append((a[-1] ** 2 + b[-1] ** 2, r[-1] ** 2 / 2, np.abs(law / imbalance[0]).max(0)))
    trace, loss, law = np.array(rows).transpose(1, 0, 2)
    kept = begin[0] ** 2 - begin[1] ** 2
    return xr.Dataset(
        {
            "trace": (("h", "seed"), trace),
            "loss": (("h", "seed"), loss),
            "law": (("h", "seed"), law),
            "flow_trace": ("seed", np.sqrt(kept**2 + 4 * TARGET**2)),
        },
        coords={"h": list(steps)},
    )
