"""Wide two-layer ReLU networks as clouds of particles: both layers trained towards the largest margin.

Training both layers maximises the margin in F1, training only the output layer in F2. Sources: Chizat and Bach 2020,
and Ji, Srebro and Telgarsky 2021 for a descent that gets there soon.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from nbkit import margins
from nbkit.results import experiment


def checkerboard(n: int, *, extra: int, seed: int, cells: int = 3, gap: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """n points whose label ±1 is the colour of a cells × cells board in the first two coordinates.

    Returns x (n, 3 + extra) and y (n,). The board fills [−1, 1]² with a share `gap` of every cell's side left free;
    `extra` further coordinates are uniform on [−½, ½] and tell nothing; the last coordinate is 1.
    """
    rng = np.random.default_rng(seed)
    cell = rng.integers(cells, size=(n, 2))
    board = (cell + 0.5 + (1 - gap) * rng.uniform(-0.5, 0.5, (n, 2))) * 2 / cells - 1
    y = 1 - 2 * (cell.sum(1) % 2)
    return np.column_stack([board, rng.uniform(-0.5, 0.5, (n, extra)), np.ones(n)]), y


def train(
    x, y, *, units: int, steps: int, lr: float = 0.4, sharpness: float = 2000.0, seed: int = 0, keep: Sequence[int] = ()
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Both layers of f(x) = Σ a relu(b·x) ascend the soft minimum of y f(x)/N, N = ½ Σ(a² + ‖b‖²), by gradient steps.

    The soft minimum −ln(mean exp(−βz))/β hardens as β grows to `sharpness` with the steps, and the rate falls. This
    is the direction in which gradient flow on the logistic loss moves, at a pace that does not die out.
    Returns (a, b) with N = 1 at the steps in `keep` and at the end; a: (units,), b: (units, d).
    """
    rng = np.random.default_rng(seed)
    b = margins.sphere(units, x.shape[1], seed=seed) / np.sqrt(units)
    a = rng.choice([-1.0, 1.0], units) / np.sqrt(units)
    kept = []
    for t in range(steps + 1):
        size = (a @ a + (b**2).sum()) / 2
        a, b = a / np.sqrt(size), b / np.sqrt(size)
        if t in keep or t == steps:
            kept.append((a, b))
        active = np.maximum(x @ b.T, 0)
        score = -sharpness * ((t + 1) / steps) ** 1.5 * y * (active @ a)
        pull = np.exp(score - score.max())
        pull *= y / pull.sum()
        rate = lr * (1 - t / (steps + 1))
        a, b = a + rate * pull @ active, b + rate * ((active > 0) * pull[:, None]).T @ x * a[:, None]
    return kept


def predict(net, x) -> np.ndarray:
    """Outputs (n,) of a network (a, b)."""
    a, b = net
    return np.maximum(x @ b.T, 0) @ a


@experiment
def output_layer_margins(widths: Sequence[int], *, n: int, extra: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """Largest `margin` on m random features of one data set, (width, seed), and the kernel machine's, `limit`."""
    x, y = checkerboard(n, extra=extra, seed=seed)
    margin = np.full((len(widths), seeds), np.nan)
    for i, m in enumerate(widths):
        for j in range(seeds):
            units = margins.sphere(m, x.shape[1], seed=seed + j)
            try:
                margin[i, j] = margins.max_margin(y[:, None] * margins.features(x, units))[1]
            except ValueError:  # too few features to separate the points
                margin[i, j] = 0
    return xr.Dataset(
        {"margin": (("width", "seed"), margin), "limit": margins.kernel_machine(x, y)[1]},
        coords={"width": list(widths), "seed": np.arange(seed, seed + seeds)},
    )


def train_output_layer(features, y, *, steps: int) -> np.ndarray:
    """Output weights (m,) on fixed features (n, m), by gradient descent with momentum t/(t + 1) from 0.

    The loss is Σ exp(−y f), divided by itself so that its gradient does not die out [Ji, Srebro and Telgarsky 2021].
    Every gradient is a combination of the n points, so the descent runs on its coefficients. Labels y: (n,) of ±1.
    """
    points = y[:, None] * features
    gram = points @ points.T
    rate = 1 / np.linalg.eigvalsh(gram)[-1]
    coefficients, momentum = np.zeros((2, len(y)))
    for t in range(steps):
        score = -gram @ coefficients
        pull = np.exp(score - score.max())
        pull /= pull.sum()
        momentum = t / (t + 1) * (momentum + pull)
        coefficients = coefficients + rate * (momentum + pull)
    return coefficients @ points


@experiment
def trained_output_layer(*, width: int, n: int, n_test: int, steps: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """The output layer trained on `width` random features of one data set, against the kernel machine: (seed,).

    Returns the `margin` that was reached, the kernel machine's `limit`, and the `agreement`, the share of n_test new
    points on which the two predict the same class.
    """
    x, y = checkerboard(n, extra=0, seed=seed)
    x_test, _ = checkerboard(n_test, extra=0, seed=seed + 10_000)
    coefficients, limit = margins.kernel_machine(x, y)
    machine = margins.kernel(x_test, x) @ coefficients
    margin, agreement = np.empty((2, seeds))
    for i in range(seeds):
        units = margins.sphere(width, x.shape[1], seed=seed + i)
        features = margins.features(x, units)
        w = train_output_layer(features, y, steps=steps)
        margin[i] = (y * (features @ w)).min() / np.linalg.norm(w)
        agreement[i] = np.mean(np.sign(margins.features(x_test, units) @ w) == np.sign(machine))
    return xr.Dataset(
        {"margin": ("seed", margin), "agreement": ("seed", agreement), "limit": limit},
        coords={"seed": np.arange(seed, seed + seeds)},
    )


@experiment
def both_layers_margin(*, n: int, units: int, steps: int, directions: int, seeds: int, seed: int = 0) -> xr.Dataset:
    """Margin of networks with both layers trained, over seeds of the data, and the best one in F1 by linear program."""
    reached, best = np.empty(seeds), np.empty(seeds)
    grid = margins.sphere(directions, 3, seed=seed)
    for i in range(seeds):
        x, y = checkerboard(n, extra=0, seed=seed + i)
        net = train(x, y, units=units, steps=steps, seed=seed + i)[-1]
        reached[i] = (y * predict(net, x)).min()
        best[i] = margins.variation_margin(x, y, grid)
    return xr.Dataset(
        {"margin": ("seed", reached), "best": ("seed", best)}, coords={"seed": np.arange(seed, seed + seeds)}
    )


@experiment
def error_by_dimension(
    extras: Sequence[int], *, n: int, n_test: int, units: int, steps: int, seeds: int, seed: int = 0
) -> xr.Dataset:
    """Test error in % against the number of coordinates that tell nothing, over (trained, extra, seed)."""
    error = np.empty((2, len(extras), seeds))
    for i, extra in enumerate(extras):
        for j in range(seeds):
            x, y = checkerboard(n, extra=extra, seed=seed + j)
            x_test, y_test = checkerboard(n_test, extra=extra, seed=seed + j + 10_000)
            coefficients, _ = margins.kernel_machine(x, y)
            net = train(x, y, units=units, steps=steps, seed=seed + j)[-1]
            for k, output in enumerate((margins.kernel(x_test, x) @ coefficients, predict(net, x_test))):
                error[k, i, j] = 100 * (np.sign(output) != y_test).mean()
    return xr.Dataset(
        {"error": (("trained", "extra", "seed"), error)},
        coords={"trained": ["output", "both"], "extra": list(extras), "seed": np.arange(seed, seed + seeds)},
    )
