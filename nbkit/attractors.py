"""Neurons as points of input space, and the groups they form.

A neuron (ω, b, β) is silent on one side of a plane; z = −√d b ω/‖ω‖² is the plane's point nearest to the origin. An
attractor is a set of neurons that are active on the same training points. Source: [Petrini 2020].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from scipy.stats import binom
from torch import Tensor

from nbkit import flow, regimes
from nbkit.data import gaussian
from nbkit.results import experiment


def positions(neurons: Tensor) -> Tensor:
    """z (..., h, d) of neurons (..., h, d + 2)."""
    w, b = neurons[..., :-2], neurons[..., -2:-1]
    return -(w.shape[-1] ** 0.5) * b * w / w.square().sum(-1, keepdim=True)


def activity(neurons: Tensor, x: Tensor) -> Tensor:
    """Which neurons (h, d + 2) are active on which points (p, d): booleans (h, p)."""
    return neurons[:, :-1] @ flow.augment(x).T > 0


def patterns(neurons: Tensor, x: Tensor) -> Tensor:
    """The attractor (h,) that each neuron (h, d + 2) belongs to, numbered from 0, given the training points (p, d)."""
    return torch.unique(activity(neurons, x), dim=0, return_inverse=True)[1]


def strength(neurons: Tensor) -> Tensor:
    """|β|‖(ω, b)‖ (..., h) of neurons (..., h, d + 2): how much a neuron can do to f."""
    return neurons[..., -1].abs() * neurons[..., :-1].norm(dim=-1)


def strong(neurons: Tensor, *, least: float = 0.01) -> Tensor:
    """Those of the neurons (h, d + 2) that have at least `least` times the largest strength: the others are idle."""
    sizes = strength(neurons)
    return neurons[sizes >= least * sizes.max()]


def count(neurons: Tensor, x: Tensor, *, least: float = 0.0) -> int:
    """Number A of attractors among the neurons (h, d + 2) of at least `least` times the largest strength."""
    return len(patterns(strong(neurons, least=least), x).unique())


def merge(neurons: Tensor, x: Tensor) -> Tensor:
    """Few neurons that make the same f on the points x (p, d) as many: one for each attractor and sign of β.

    On the points where it is active a group adds Σ βW·x̃/h, which is linear, and so is the one neuron Σ|β|W. It has the
    group's pattern, because a sum with positive weights keeps the signs that all summands share; with both signs of β
    in one sum it might not.
    """
    groups = 2 * patterns(neurons, x) + (neurons[:, -1] > 0)
    kept, group = groups.unique(return_inverse=True)
    merged = neurons.new_zeros(len(kept), neurons.shape[1])
    merged[:, :-1].index_add_(0, group, neurons[:, -1:].abs() * neurons[:, :-1])
    merged[:, -1] = (2 * (kept % 2) - 1).to(neurons) * len(kept) / len(neurons)
    return merged


def velocity(neurons: Tensor, x: Tensor, y: Tensor, *, printed: bool = False) -> Tensor:
    """ż (h, d) while no point (p, d) with label y (p,) is fitted, for the hinge.

    ż = β/(p h b) Σ_active y [z − (z²/d) x + (2/d)(z·x) z]. printed: without the two factors 1/d, as in the talk.
    """
    z, d = positions(neurons), 1 if printed else x.shape[1]
    pulls = activity(neurons, x) * y
    along = (pulls * (z @ x.T)).sum(1, keepdim=True)
    total = pulls.sum(1, keepdim=True) * z - z.square().sum(1, keepdim=True) / d * (pulls @ x) + 2 / d * along * z
    return neurons[:, -1:] / (len(x) * len(neurons) * neurons[:, -2:-1]) * total


def along_pull(neurons: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """|cos| (h,) of the angle between W = (ω, b) and the pull on it, Σ_active y x̃, while no point is fitted.

    All neurons of an attractor feel the same pull, so they turn towards it: at 1 they have arrived.
    """
    pull = (activity(neurons, x) * y) @ flow.augment(x)
    return torch.nn.functional.cosine_similarity(neurons[:, :-1], pull, dim=1).abs()


def angular_entropy(neurons: Tensor, *, bins: int = 36) -> float:
    """Entropy of the angles of z in the plane over what as many independent uniform angles have on average; d = 2.

    0 for one direction, about 1 for all directions alike, however many neurons there are.
    """
    z, n = positions(neurons), len(neurons)
    share = torch.histc(torch.atan2(z[:, 1], z[:, 0]), bins, -torch.pi, torch.pi) / n
    k = np.arange(1, n + 1)
    uniform = -bins * (binom.pmf(k, n, 1 / bins) * k / n * np.log(k / n)).sum()
    return float(torch.special.entr(share).sum() / uniform)


def radial_spread(neurons: Tensor) -> float:
    """Median deviation of ln|z| from its median: 0 when all neurons lie on one circle around the origin."""
    radius = positions(neurons).norm(dim=-1).log()
    return float((radius - radius.median()).abs().median())


@experiment
def in_the_plane(
    *, p: int, width: int, alpha: float, seeds: int, frames: int, max_steps: int, seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """Networks on the sphere in d = 2 along the flow, in the lazy regime and in feature training at this α.

    `neurons` (regime, seed, frame, neuron, parameter): at the start, at `time` (regime, frame) in equal ratios, and at
    the end (`time` is infinite there). Of the strong neurons: `entropy` of their angles, `spread` of their radii, and
    `attractors` (regime, seed, frame). `unfitted` (regime, seed, frame); the points `x` (seed, point, axis) and `y`;
    `converged` (regime, seed).
    """
    repetitions = range(seed, seed + seeds)
    x, y = gaussian.sample("sphere", [3 * s for s in repetitions], p, 2)
    same = dict(x=x, y=y, start=flow.initial(repetitions, width, 2), max_steps=max_steps, device=device)
    scales = {"lazy": regimes.ALPHA["lazy"], "feature": alpha}
    # A neuron's pull is of order 1/h, and F is of order 1 after a motion of order 1 (feature) or 1/α (lazy).
    times = {name: width * np.geomspace(1, 2000, frames - 2) / max(scale, 1) for name, scale in scales.items()}
    runs = flow.train_each([same | {"alpha": scale, "times": times[name]} for name, scale in scales.items()])
    neurons = torch.stack([torch.cat([r.start[:, None], r.at_times, r.end[:, None]], dim=1) for r in runs])
    measure = lambda f: np.array([[[f(n, x[j]) for n in run] for j, run in enumerate(regime)] for regime in neurons])
    margins = [torch.stack([y * run.predict(x, now) for now in n.unbind(1)], 1) for run, n in zip(runs, neurons)]
    axes = ("regime", "seed", "frame")
    return xr.Dataset(
        {
            "neurons": ((*axes, "neuron", "parameter"), neurons.numpy()),
            "entropy": (axes, measure(lambda n, _: angular_entropy(strong(n)))),
            "spread": (axes, measure(lambda n, _: radial_spread(strong(n)))),
            "attractors": (axes, measure(lambda n, at: count(n, at, least=0.01))),
            "unfitted": (axes, (torch.stack(margins) < 1).double().mean(-1).numpy()),
            "time": (("regime", "frame"), [[0, *marks, np.inf] for marks in times.values()]),
            "x": (("seed", "point", "axis"), x.numpy()),
            "y": (("seed", "point"), y.numpy()),
            "converged": (("regime", "seed"), np.stack([run.converged.numpy() for run in runs])),
        },
        coords={"regime": list(scales), "seed": list(repetitions)},
    )


@experiment
def counts(
    task: str,
    *,
    d: int,
    samples: Sequence[int],
    widths: Sequence[int],
    seeds: int,
    max_steps: int,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Attractors before and after feature training: `before`, `after`, `strong` (p, h, seed), with `converged`
    and `lost` (a class, see `flow.has_lost_a_class`).

    strong: of the neurons that have at least 1 % of the largest strength. Each (p, h) with the same points for all h.
    """
    repetitions, alpha = range(seed, seed + seeds), regimes.ALPHA["feature"]
    points = {p: gaussian.sample(task, [3 * s for s in repetitions], p, d) for p in samples}
    common = {"alpha": alpha, "max_steps": max_steps, "device": device}
    cases = [(*points[p], flow.initial(repetitions, width, d)) for p in samples for width in widths]
    runs = flow.train_each([{"x": x, "y": y, "start": start} | common for x, y, start in cases])
    number = {
        "before": lambda run, x, y: [count(n, at) for n, at in zip(run.start, x)],
        "after": lambda run, x, y: [count(n, at) for n, at in zip(run.end, x)],
        "strong": lambda run, x, y: [count(n, at, least=0.01) for n, at in zip(run.end, x)],
        "converged": lambda run, x, y: run.converged.numpy(),
        "lost": lambda run, x, y: flow.has_lost_a_class(run.end, flow.augment(x.double()), y).numpy(),
    }
    shape = (len(samples), len(widths), seeds)
    found = {
        name: np.array([measure(run, x, y) for run, (x, y, _) in zip(runs, cases)], dtype=float).reshape(shape)
        for name, measure in number.items()
    }
    coords = {"p": list(samples), "h": list(widths), "seed": list(repetitions)}
    return xr.Dataset({name: (("p", "h", "seed"), values) for name, values in found.items()}, coords=coords)


@experiment
def crossover(
    *,
    alphas: Sequence[float],
    d: int,
    p: int,
    width: int,
    seeds: int,
    max_steps: int,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Compression Λ* and relative number of attractors A(T)/A(0) on the stripe against α: (alpha, seed)."""
    repetitions = range(seed, seed + seeds)
    x, y = gaussian.sample("stripe", [3 * s for s in repetitions], p, d)
    start, n = flow.initial(repetitions, width, d), len(alphas)
    together = [v.repeat(n, 1, 1) for v in (x, start)]
    alpha = torch.tensor(list(alphas), dtype=torch.float64).repeat_interleave(seeds)
    run = flow.train(
        together[0], y.repeat(n, 1), together[1], alpha=alpha, shares=[0.1], max_steps=max_steps, device=device
    )
    grid = lambda values: (("alpha", "seed"), np.array([float(v) for v in values]).reshape(n, seeds))
    ratio = [count(e, x) / count(s, x) for s, e, x in zip(run.start, run.end, together[0])]
    return xr.Dataset(
        {
            "compression": grid(regimes.compression(run.at_shares[:, 0])),
            "attractors": grid(ratio),
            "converged": grid(run.converged),
        },
        coords={"alpha": list(alphas), "seed": list(repetitions)},
    )


@experiment
def on_images(
    name: str, *, d: int, p: int, width: int, seeds: int, max_steps: int, seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """A(T)/A(0) and test error (regime, seed) on the parity of an image set's first d principal components."""
    repetitions = range(seed, seed + seeds)
    pool, labels, x_test, y_test = gaussian.image_components(name, d)
    x, y = gaussian.draw(pool, labels, list(repetitions), p)
    same = dict(x=x, y=y, start=flow.initial(repetitions, width, d), max_steps=max_steps, device=device)
    ratios, errors, converged = [], [], []
    for run in flow.train_each([same | {"alpha": alpha} for alpha in regimes.ALPHA.values()]):
        ratios.append([count(e, at) / count(s, at) for s, e, at in zip(run.start, run.end, x)])
        errors.append((run.predict(x_test).sign() != y_test).double().mean(1).numpy())
        converged.append(run.converged.numpy())
    axes = ("regime", "seed")
    return xr.Dataset(
        {"attractors": (axes, ratios), "error": (axes, errors), "converged": (axes, converged)},
        coords={"regime": list(regimes.ALPHA), "seed": list(repetitions)},
    )


def halfway(alphas, values) -> float:
    """log10 of the α at which values (n,), at rising α, are first half-way from their first to their last; NaN if these
    are equal."""
    values, place = np.asarray(values, dtype=float), np.log10(np.asarray(alphas, dtype=float))
    if values[0] == values[-1]:
        return float("nan")
    share = (values - values[0]) / (values[-1] - values[0])
    after = int(np.argmax(share >= 0.5))
    return float(np.interp(0.5, share[after - 1 : after + 1], place[after - 1 : after + 1]))
