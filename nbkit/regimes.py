"""Lazy against feature training, learned on the same points from the same initial neurons.

Sources: [Geiger 2020; Paccolat 2021; Petrini 2020].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from nbkit import flow, intervals, ntk
from nbkit.data import gaussian
from nbkit.results import experiment

ALPHA = {"lazy": 1e6, "feature": 1e-6}
RANKS = 10


@experiment
def learning_curves(
    task: str,
    *,
    d: int,
    samples: Sequence[int],
    seeds: int,
    width: int,
    n_test: int,
    networks: Sequence[str] = ("lazy", "feature"),
    kernels: bool = True,
    max_steps: int = 40_000,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Test errors and observables of networks and kernel machines that see the same p points.

    task: "stripe", "sphere" or "cylinder", or the name of an image set (its d leading components, parity labels).
    networks: of "lazy", "feature" and "fixed" (feature training with fixed orientations).
    Returns `error` (learner, p, seed) as a fraction. Learners beside the networks, with `kernels`: "initial kernel",
    "final kernel" (of the feature network, fitted to fresh points), "squeezed kernel" (the initial one on x⊥/Λ*, for
    the stripe), "neighbours" (k = 5). Observables (network, p, seed): `compression` Λ at the end and `compression_star`
    at t*, `time_star`, `kernel_change`, `converged`, `steps`, `lost` (see `flow.has_lost_a_class`); (state, p, seed,
    rank): `projection`, `information`, `floor` of the eigenvectors of the tangent kernel on the training set, state
    being "initial" or a network.
    """
    repetitions = range(seed, seed + seeds)
    start, data = flow.initial(repetitions, width, d), [_points(task, repetitions, p, d, n_test) for p in samples]
    common = {"start": start, "max_steps": max_steps, "device": device}
    runs = flow.train_each([_how(name) | {"x": x, "y": y} | common for x, y, *_ in data for name in networks])
    tables = []
    for i, (x, y, x_test, y_test, fresh) in enumerate(data):
        trained = dict(zip(networks, runs[i * len(networks) :]))
        errors = {name: _error(net.predict(x_test), y_test) for name, net in trained.items()}
        if kernels:
            errors |= _kernel_errors(task, trained["feature"], x, y, x_test, y_test, fresh)
        errors = xr.DataArray(
            np.stack(list(errors.values())), dims=("learner", "seed"), coords={"learner": list(errors)}
        )
        tables.append(_observables(trained, x, y).assign(error=errors))
    result = xr.concat(tables, xr.DataArray(list(samples), dims="p", name="p")).assign_coords(seed=list(repetitions))
    return result.assign_attrs(problem=f"{task}, d={d}, h={width}, {n_test} test points")


@experiment
def kernel_curves(task: str, *, d: int, samples: Sequence[int], seeds: int, n_test: int, seed: int = 0) -> xr.Dataset:
    """Learning curves of what needs no network: `error` (learner, p, seed) and support-vector `spacing` (p, seed).

    Learners: "initial kernel", the hard-margin machine with the tangent kernel of infinite width, and "neighbours".
    spacing: mean distance of a support vector to the nearest one of the other class. `converged`: of the solver.
    """
    shape = (len(samples), seeds)
    error, spacing, converged = np.empty((2, *shape)), np.empty(shape), np.empty(shape, dtype=bool)
    for j in range(seeds):
        x_test, y_test = (part[0] for part in gaussian.sample(task, [3 * (seed + j) + 1], n_test, d))
        for i, p in enumerate(samples):
            x, y = (part[0] for part in gaussian.sample(task, [3 * (seed + j)], p, d))
            machine = ntk.svc(ntk.infinite_width(x), y, ntk.infinite_width(x_test, x))
            error[:, i, j] = _wrong(machine.decision, y_test), _neighbours_error(x, y, x_test, y_test)
            spacing[i, j], converged[i, j] = _spacing(x[machine.support], y[machine.support]), machine.converged
    return xr.Dataset(
        {
            "error": (("learner", "p", "seed"), error),
            "spacing": (("p", "seed"), spacing),
            "converged": (("p", "seed"), converged),
        },
        coords={"learner": ["initial kernel", "neighbours"], "p": list(samples), "seed": np.arange(seed, seed + seeds)},
        attrs={"problem": f"{task}, d={d}, {n_test} test points"},
    )


@experiment
def compression_over_time(
    *,
    d: int,
    p: int,
    seeds: int,
    width: int,
    n_test: int,
    frames: int,
    max_steps: int = 40_000,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Neurons on the stripe along the flow, in both regimes.

    `neurons` (regime, seed, frame, neuron, parameter), their `compression`, and the `unfitted` share of the training
    points and the test `error` (regime, seed, frame), at the start, at `time` (regime, frame) in equal ratios, and at
    the end (where `time` is infinite).
    """
    repetitions = range(seed, seed + seeds)
    x, y, x_test, y_test, _ = _points("stripe", repetitions, p, d, n_test)
    same = dict(x=x, y=y, start=flow.initial(repetitions, width, d), max_steps=max_steps, device=device)
    # A neuron's pull is of order 1/h, and F is of order 1 after a motion of order 1 (feature) or 1/α (lazy).
    marks = {name: width * np.geomspace(1, 1000, frames - 2) / max(alpha, 1) for name, alpha in ALPHA.items()}
    runs = flow.train_each([same | {"alpha": alpha, "times": marks[name]} for name, alpha in ALPHA.items()])
    neurons = torch.stack([torch.cat([r.start[:, None], r.at_times, r.end[:, None]], dim=1) for r in runs])
    found = np.empty((2, *neurons.shape[:3]))
    for i, run in enumerate(runs):
        for frame in range(frames):
            now = neurons[i, :, frame]
            found[0, i, :, frame] = (y * run.predict(x, now) < 1).double().mean(1)
            found[1, i, :, frame] = _error(run.predict(x_test, now), y_test)
    axes = ("regime", "seed", "frame")
    return xr.Dataset(
        {
            "neurons": ((*axes, "neuron", "parameter"), neurons.numpy()),
            "compression": (axes, compression(neurons).numpy()),
            "unfitted": (axes, found[0]),
            "error": (axes, found[1]),
            "time": (("regime", "frame"), [[0, *times, np.inf] for times in marks.values()]),
            "converged": (("regime", "seed"), np.stack([run.converged.numpy() for run in runs])),
        },
        coords={"regime": list(ALPHA), "seed": list(repetitions)},
    )


def compression(neurons: Tensor) -> Tensor:
    """Λ (...): the median over neurons (..., h, d + 2) of |ω∥| over that of a component of |ω⊥|, on the stripe.

    Medians, because a mean square would be that of the few fastest neurons.
    """
    return neurons[..., 0].abs().median(-1).values / neurons[..., 1:-2].abs().flatten(-2).median(-1).values


def exponent(p, values) -> intervals.Estimate:
    """β of values ~ p^(−β): least squares in log-log through the mean over seeds, bootstrap over seeds.

    values: (p, seed). Values of 0 (no test point was wrong) are left to the mean over seeds.
    """
    return intervals.bootstrap(lambda v: -slope(p, v), np.asarray(values, dtype=float).T)


def slope(x, runs) -> float:
    """Least-squares slope of ln(mean over runs) on ln x; runs: (runs, len(x))."""
    apart = np.log(x) - np.log(x).mean()
    return float(apart @ np.log(runs.mean(0)) / (apart @ apart))


def _points(task, repetitions, p: int, d: int, n_test: int):
    """Training, test and fresh points of every run; the seeds of a run's three draws differ."""
    draws = [[3 * s + part for s in repetitions] for part in range(3)]
    if task in gaussian.LABELS:
        x, y = gaussian.sample(task, draws[0], p, d)
        x_test, y_test = gaussian.sample(task, draws[1], n_test, d)
        return x, y, x_test, y_test, gaussian.sample(task, draws[2], p, d)
    pool, labels, x_test, y_test = gaussian.image_components(task, d)
    together = gaussian.draw(pool, labels, draws[0], 2 * p)
    (x, fresh), (y, fresh_y) = ((part[:, :p], part[:, p:]) for part in together)
    runs = len(repetitions)
    return x, y, x_test.expand(runs, -1, -1), y_test.expand(runs, -1), (fresh, fresh_y)


def _how(network: str) -> dict:
    """Arguments of `flow.train` for "lazy", "feature" and "fixed"."""
    alpha = ALPHA.get(network, ALPHA["feature"])
    return {"alpha": alpha, "orientation": "fixed" if network == "fixed" else "free", "shares": [0.1]}


def _error(F: Tensor, y: Tensor) -> np.ndarray:
    return (F.sign() != y).double().mean(1).numpy()


def _wrong(decision: np.ndarray, y: Tensor) -> float:
    return float((np.sign(decision) != y.numpy()).mean())


def _observables(trained: dict[str, flow.Trained], x: Tensor, y: Tensor) -> xr.Dataset:
    runs = len(x)
    nets = list(trained.values())
    kernels = {"initial": [ntk.one_hidden_layer(nets[0].start[r], x[r]) for r in range(runs)]}
    kernels |= {name: [ntk.one_hidden_layer(net.end[r], x[r]) for r in range(runs)] for name, net in trained.items()}
    changes = [[float(ntk.change(kernels["initial"][r], kernels[name][r])) for r in range(runs)] for name in trained]
    spectra = np.stack([[_alignment(kernels[state][r], y[r]) for r in range(runs)] for state in kernels])
    per_net = {
        "compression": [compression(net.end).numpy() for net in nets],
        "compression_star": [compression(net.at_shares[:, 0]).numpy() for net in nets],
        "time_star": [net.share_times[:, 0].numpy() for net in nets],
        "converged": [net.converged.numpy() for net in nets],
        "lost": [flow.has_lost_a_class(net.end, flow.augment(x.double()), y).numpy() for net in nets],
        "steps": [net.steps.numpy() for net in nets],
        "kernel_change": changes,
    }
    named = {"projection": spectra[:, :, 0], "information": spectra[:, :, 1], "floor": spectra[:, :, 2]}
    return xr.Dataset(
        {name: (("network", "seed"), np.stack(values)) for name, values in per_net.items()}
        | {name: (("state", "seed", "rank"), values) for name, values in named.items()},
        coords={"network": list(trained), "state": list(kernels), "rank": np.arange(1, RANKS + 1)},
    )


def _alignment(kernel: Tensor, y: Tensor) -> np.ndarray:
    """Projections, information and its floor (3, RANKS)."""
    _, vectors = ntk.eigenvectors(kernel, RANKS)
    shuffled = y[torch.randperm(len(y), generator=torch.Generator().manual_seed(0))]
    return np.stack(
        [ntk.projections(vectors, y).numpy(), ntk.information(vectors, y), ntk.information(vectors, shuffled)]
    )


def _kernel_errors(task, net: flow.Trained, x, y, x_test, y_test, fresh) -> dict[str, np.ndarray]:
    errors: dict[str, list[float]] = {"initial kernel": [], "final kernel": [], "neighbours": []}
    if task == "stripe":
        errors["squeezed kernel"] = []

    def machine(neurons, points, labels, test, test_labels) -> float:
        kernels = ntk.one_hidden_layer(neurons, points), ntk.one_hidden_layer(neurons, test, points)
        return _wrong(ntk.svc(kernels[0], labels, kernels[1]).decision, test_labels)

    for r, start in enumerate(net.start):
        errors["initial kernel"].append(machine(start, x[r], y[r], x_test[r], y_test[r]))
        errors["final kernel"].append(machine(net.end[r], fresh[0][r], fresh[1][r], x_test[r], y_test[r]))
        errors["neighbours"].append(_neighbours_error(x[r], y[r], x_test[r], y_test[r]))
        if task == "stripe":
            squeeze = x.new_ones(x.shape[-1])
            squeeze[1:] /= compression(net.at_shares[r, 0])
            errors["squeezed kernel"].append(machine(start, x[r] * squeeze, y[r], x_test[r] * squeeze, y_test[r]))
    return {name: np.array(values) for name, values in errors.items()}


def _neighbours_error(x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor) -> float:
    nearest = KNeighborsClassifier(n_neighbors=min(5, len(x))).fit(x.numpy(), y.numpy())
    return _wrong(nearest.predict(x_test.numpy()), y_test)


def _spacing(x: Tensor, y: Tensor) -> float:
    distance = torch.cdist(x[y > 0], x[y < 0])
    return float(torch.cat([distance.amin(0), distance.amin(1)]).mean())
