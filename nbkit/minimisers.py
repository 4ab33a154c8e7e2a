"""Which minimiser gradient descent picks among many: under-determined least squares and separable points.

Sources: Gunasekar et al. 2018 (square loss), Woodworth et al. 2020 (w = u² − v²), Soudry et al. 2018 (logistic loss).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from nbkit.results import experiment

SUPPORT = 2
"""Support vectors of the sets of `separable_points`."""


def descend_least_squares(x, y, *, start, lr: float, steps: int) -> np.ndarray:
    """Gradient descent on ‖Xw − y‖²/(2n): the path (steps + 1, d). x (n, d), y (n,), start (d,)."""
    path = np.empty((steps + 1, x.shape[1]))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr / len(x) * x.T @ (x @ path[t] - y)
    return path


def descend_squares(x, y, *, scale: float, lr: float, steps: int) -> np.ndarray:
    """The same loss with w = u² − v², descended in u and v from `scale` in every coordinate, that is from w = 0."""
    u = np.full(x.shape[1], scale)
    v = u.copy()
    path = np.empty((steps + 1, x.shape[1]))
    path[0] = 0
    for t in range(steps):
        gradient = x.T @ (x @ path[t] - y) / len(x)
        u, v = u - 2 * lr * gradient * u, v + 2 * lr * gradient * v
        path[t + 1] = u**2 - v**2
    return path


def nearest_solution(x, y, start) -> np.ndarray:
    """The point nearest to `start` among all w with Xw = y, which for start = 0 is pinv(X) y."""
    return start + np.linalg.pinv(x) @ (y - x @ start)


@experiment
def least_norm(*, n: int, d: int, steps: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """Gradient descent on random least squares, n equations in d > n unknowns, from 0 and from a random start.

    Returns over (start, seed) the `distance` of the last iterate to the solution nearest to its start, the `norm` of
    the iterate divided by the least norm, and its `loss`. The step is 1 / largest eigenvalue of the Hessian.
    """
    if n >= d:
        raise ValueError(f"n must be below d for there to be many solutions, not n={n}, d={d}")
    rows = []
    for repetition in range(seed, seed + seeds):
        rng = np.random.default_rng(repetition)
        x, y = rng.standard_normal((n, d)), rng.standard_normal(n)
        lr = n / np.linalg.norm(x, 2) ** 2
        for start in (np.zeros(d), rng.standard_normal(d)):
            w = descend_least_squares(x, y, start=start, lr=lr, steps=steps)[-1]
            least = np.linalg.norm(np.linalg.pinv(x) @ y)
            distance = np.linalg.norm(w - nearest_solution(x, y, start))
            rows.append((distance, np.linalg.norm(w) / least, np.mean((x @ w - y) ** 2) / 2))
    values = np.reshape(rows, (seeds, 2, 3)).transpose(2, 1, 0)
    names = ("distance", "norm", "loss")
    return xr.Dataset(
        {name: (("start", "seed"), value) for name, value in zip(names, values)},
        coords={"start": ["zero", "random"], "seed": np.arange(seed, seed + seeds)},
    )


def separable_points(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n points in the plane, their labels ±1 and the unit normal of their max-margin line through the origin.

    Returns x (n, 2), y (n,), normal (2,). Two points are support vectors, at distance 1 on either side of the
    normal; the others lie at least 1.3 away. So the answer is known by construction, up to the rotation that hides it.
    """
    rng = np.random.default_rng(seed)
    along = np.concatenate([np.ones(SUPPORT), rng.uniform(1.3, 3, n - SUPPORT)])
    across = np.concatenate([[rng.uniform(0.5, 2), -rng.uniform(0.5, 2)], rng.uniform(-3, 3, n - SUPPORT)])
    angle = rng.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    y = np.where(np.arange(n) % 2 == 0, 1, -1)
    return y[:, None] * (np.stack([along, across], axis=1) @ rotation.T), y, rotation[:, 0]


@experiment
def towards_max_margin(
    *, points: int, steps: int, normalised: bool, seeds: int, lr: float = 1.0, seed: int = 0
) -> xr.Dataset:
    """Gradient descent from 0 on Σ log(1 + exp(−y w·x)) / n, one set of `separable_points` per seed.

    normalised: descend log Σ exp(−y w·x) instead, whose gradient is that of the exponential loss divided by the
    loss. It is computed as a soft maximum, so it lives on when the loss itself has underflowed.
    Returns w (time, seed, axis) and `gap` (time, seed), the distance of w/‖w‖ from the max-margin direction, at times
    1, …, steps spaced evenly on a log axis; `limit` (seed,) is what gap · ln t tends to without normalisation.
    """
    sets = [separable_points(points, seed=s) for s in range(seed, seed + seeds)]
    z = np.stack([y[:, None] * x for x, y, _ in sets])
    normal = np.stack([direction for *_, direction in sets])
    times = np.unique(np.geomspace(1, steps, 61).round().astype(int))
    kept, w = [], np.zeros((seeds, 2))
    for t in range(1, steps + 1):
        score = -(z @ w[:, :, None])[:, :, 0]
        if normalised:
            pull = np.exp(score - score.max(axis=1, keepdims=True))
            pull /= pull.sum(axis=1, keepdims=True)
        else:
            pull = 1 / (1 + np.exp(-score)) / points
        w = w + lr * (pull[:, None] @ z)[:, 0]
        if t == times[len(kept)]:
            kept.append(w)
    w = np.stack(kept)
    gap = np.linalg.norm(w / np.linalg.norm(w, axis=2, keepdims=True) - normal, axis=2)
    return xr.Dataset(
        {"w": (("time", "seed", "axis"), w), "gap": (("time", "seed"), gap), "limit": ("seed", gap_limit(z, normal))},
        coords={"time": times, "seed": np.arange(seed, seed + seeds)},
    )


def gap_limit(z, normal) -> np.ndarray:
    """lim gap · ln t of gradient descent on the logistic loss for sets of `separable_points`: (s,).

    z: (s, n, 2), points times labels, the support vectors first; normal: (s, 2). Along the normal w grows like ln t.
    Across it w comes to rest at ρ, where the two support vectors, at a and −b, pull equally: a exp(−ρa) = b exp(ρb).
    """
    across = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    a, b = np.abs(z[:, :SUPPORT] @ across[:, :, None])[..., 0].T
    return np.abs(np.log(a / b)) / (a + b)
