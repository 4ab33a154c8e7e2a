"""What hidden layers keep: principal components, intrinsic dimension, information with the input.

Sources: [Ansuini 2019] for intrinsic dimension by layer, [Shwartz-Ziv 2017; Saxe 2019] for the information plane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from nbkit import fleet, flow, regimes
from nbkit.data import gaussian, images
from nbkit.device import generator
from nbkit.fleet.stack import initialise
from nbkit.results import experiment

WIDTHS = (12, 10, 7, 5, 4, 3, 2)
"""Layers of the information plane's networks, input first, classes last."""


def component_shares(points: Tensor) -> Tensor:
    """Share of the variance of points (n, k) in each principal component, falling; sums to 1."""
    values = torch.linalg.svdvals(points - points.mean(0)).square()
    return values / values.sum()


def intrinsic_dimension(points: Tensor, *, discard: float = 0.1) -> float:
    """TwoNN: (N + 1)/Σ ln(r₂/r₁) over the distances of each point (n, k) to its two nearest neighbours.

    The largest ratios, a share `discard` of them, are left out and the estimate is corrected for it as for any
    censored exponential sample; that a tenth is left out is recalled from the literature, not verified. Copies of a
    point are taken as one.
    """
    near = torch.cdist(points, points).topk(3, largest=False).values[:, 1:]
    logs = (near[:, 1] / near[:, 0]).log()[near[:, 0] > 0].sort().values
    kept = round((1 - discard) * len(logs))
    return float((kept - 1) / (logs[:kept].sum() + (len(logs) - kept) * logs[kept - 1]))


def binned_information(activity: Tensor, width: float) -> float:
    """I(X; T) in bits of a deterministic layer whose units (n, k) are read to bins of this width, X uniform over n."""
    inward = 1 - 1e-6  # saturated units, at exactly ±1, belong to the outermost bins
    cells = torch.zeros(len(activity), dtype=torch.long)
    for unit in (inward * activity / width).floor().long().T:
        low = unit.min()
        joined = cells * (unit.max() - low + 1) + unit - low
        cells = torch.unique(joined, return_inverse=True)[1]
    share = cells.bincount() / len(cells)
    return float(torch.special.entr(share).sum() / np.log(2))


def noisy_information(activity: Tensor, noise: float) -> float:
    """Upper bound in bits on I(X; T + ε), ε ~ N(0, noise²), for units (n, k) and X uniform over n, by pairs.

    Kolchinsky and Tracey (2017): −⟨log ⟨exp(−|t − t′|²/2σ²)⟩⟩, at most log₂ n.
    """
    activity = activity.double()
    logs = -torch.cdist(activity, activity).square() / (2 * noise**2)
    return float(-(torch.logsumexp(logs, dim=1) - np.log(len(activity))).mean() / np.log(2))


@experiment
def last_layer(
    task: str, *, d: int, p: int, width: int, seeds: int, frames: int, max_steps: int, seed: int = 0, device="auto"
) -> xr.Dataset:
    """Pre-activations of the hidden layer on 500 test points, in both regimes and along training.

    Returns (regime, seed, share): `first`, the share of the first principal component, and `dimension`; (regime,
    point, component): `projected` on the first two components at the end of the first network; `label` (point,);
    `converged` (regime, seed).
    """
    repetitions, shares = range(seed, seed + seeds), np.linspace(0, 1, frames + 1)[1:]
    if task in gaussian.LABELS:
        x, y = gaussian.sample(task, [2 * s for s in repetitions], p, d)
        x_test, y_test = (part[0] for part in gaussian.sample(task, [2 * seed + 1], 500, d))
    else:
        pool, labels, x_test, y_test = gaussian.image_components(task, d)
        x, y = gaussian.draw(pool, labels, list(repetitions), p)
        x_test, y_test = x_test[:500], y_test[:500]
    same = dict(x=x, y=y, start=flow.initial(repetitions, width, d), shares=shares, max_steps=max_steps, device=device)
    found, pictures, converged = [], [], []
    layer = lambda neurons: flow.augment(x_test) @ neurons[..., :-1].mT  # of one network, or of its frames
    for run in flow.train_each([same | {"alpha": alpha} for alpha in regimes.ALPHA.values()]):
        neurons = torch.cat([run.start[:, None], run.at_shares], dim=1)
        found.append([[(float(component_shares(t)[0]), intrinsic_dimension(t)) for t in layer(n)] for n in neurons])
        pictures.append(_two_components(layer(neurons[0])[-1]).numpy())
        converged.append(run.converged.numpy())
    axes, found = ("regime", "seed", "share"), np.array(found)
    return xr.Dataset(
        {
            "first": (axes, found[..., 0]),
            "dimension": (axes, found[..., 1]),
            "projected": (("regime", "point", "component"), np.stack(pictures)),
            "label": (("point",), y_test.numpy()),
            "converged": (("regime", "seed"), np.stack(converged)),
        },
        coords={"regime": list(regimes.ALPHA), "share": [0, *shares], "seed": list(repetitions)},
    )


@experiment
def by_layer(
    name: str, *, widths: Sequence[int], epochs: int, seeds: int, seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """`first` and `dimension` (epoch, seed, layer) of a deep ReLU network on the ten classes of an image set, on 500
    test images; layer 0 is the input, epoch 0 the start; `accuracy` (seed,) at the end."""
    data = images.load(name)
    split = fleet.Split(data.train_x, data.train_y, data.test_x, data.test_y)
    net = partial(chain, (data.train_x[0].numel(), *widths, 10))
    recipe = fleet.Training(epochs=epochs, batch=64, optimizer="adam", schedule="constant")
    tasks = [fleet.Task(split, seed=s, lr=1e-3) for s in range(seed, seed + seeds)]
    trained = fleet.train(net, tasks, recipe, keep_weights="final", device=device)
    models = [[_fresh(net, task.seed) for task in tasks], [trained.model(i) for i in range(seeds)]]
    x = data.test_x[:500]
    found = [
        [[(float(component_shares(t)[0]), intrinsic_dimension(t)) for t in layers(m, x)] for m in stage]
        for stage in models
    ]
    axes, found = ("epoch", "seed", "layer"), np.array(found)
    accuracy = trained.history.test_accuracy.isel(epoch=-1).values
    return xr.Dataset(
        {"first": (axes, found[..., 0]), "dimension": (axes, found[..., 1]), "accuracy": (("seed",), accuracy)},
        coords={"epoch": [0, epochs], "layer": np.arange(len(widths) + 1)},
    )


@experiment
def information_plane(
    *, epochs: int, every: int, seeds: int, bin_widths: Sequence[float], seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """I(X; T) in bits over training, of the hidden layers of tanh and ReLU networks on all 4096 inputs of 12 bits.

    Returns `information` (activation, bins, seed, epoch, layer), binned; `noisy` (activation, seed, epoch, layer), with
    noise of deviation 0.05 instead of bins, on 512 of the inputs; `accuracy` (activation, seed).
    """
    x, y = twelve_bits(seed)
    order = torch.randperm(len(x), generator=generator(seed))
    train, test = order[:3277], order[3277:]
    split = fleet.Split(x[train], y[train], x[test], y[test])
    recipe = fleet.Training(epochs=epochs, batch=256, optimizer="adam", schedule="constant", evaluate_every=every)
    binned, noisy, accuracy = [], [], []
    for activation in (nn.Tanh, nn.ReLU):
        net = partial(chain, WIDTHS, activation=activation)
        tasks = [fleet.Task(split, seed=s, lr=5e-3) for s in range(seed, seed + seeds)]
        trained = fleet.train(net, tasks, recipe, keep_weights="epochs", device=device)
        hidden = [[layers(_model(net, trained, i, e), x)[1:] for e in (0, *trained.checkpoints)] for i in range(seeds)]
        binned.append([_read(hidden, partial(binned_information, width=width)) for width in bin_widths])
        noisy.append(_read(hidden, lambda t: noisy_information(t[order[:512]], 0.05)))
        accuracy.append(trained.history.test_accuracy.isel(epoch=-1).values)
    return xr.Dataset(
        {
            "information": (("activation", "bins", "seed", "epoch", "layer"), np.array(binned)),
            "noisy": (("activation", "seed", "epoch", "layer"), np.array(noisy)),
            "accuracy": (("activation", "seed"), np.array(accuracy)),
        },
        coords={
            "activation": ["tanh", "relu"], "bins": list(bin_widths), "epoch": [0, *trained.checkpoints],
            "layer": np.arange(1, len(WIDTHS) - 1),
        },
    )  # fmt: skip


def single_unit(weights, *, samples: int, seed: int, bins: int = 30) -> xr.Dataset:
    """`information` (activation, seed=1, w) in bits between x ~ N(0, 1) and f(wx), read to bins of width 2/bins."""
    x = torch.randn(samples, 1, generator=generator(seed), dtype=torch.float64)
    found = [[binned_information(f(w * x), 2 / bins) for w in weights] for f in (torch.tanh, torch.relu)]
    coords = {"activation": ["tanh", "relu"], "w": np.asarray(weights)}
    return xr.Dataset({"information": (("activation", "w"), np.array(found))}, coords=coords)


def twelve_bits(seed: int) -> tuple[Tensor, Tensor]:
    """All inputs ±1 of 12 bits (4096, 12), and balanced classes from a random smooth function of them."""
    numbers = torch.arange(4096)[:, None] >> torch.arange(12)
    x = 2.0 * (numbers & 1) - 1
    w, v = torch.randn(12, 6, generator=generator(seed)), torch.randn(6, generator=generator(seed + 1))
    value = torch.tanh(x @ w / 12**0.5) @ v
    return x, (value > value.median()).long()


def chain(widths: Sequence[int], activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    """Fully connected network of these widths, input first; every layer but the last is followed by the activation."""
    parts: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise(widths[:-1]):
        parts += [nn.Linear(before, after), activation()]
    return nn.Sequential(*parts, nn.Linear(widths[-2], widths[-1]))


def layers(model: nn.Module, x: Tensor) -> list[Tensor]:
    """The input, flat, and the output of each activation (n, units) of a chain."""
    found = []
    with torch.no_grad():
        for module in model:
            x = module(x)
            if not isinstance(module, nn.Linear):
                found.append(x)
    return found


def _two_components(points: Tensor) -> Tensor:
    centred = points - points.mean(0)
    return centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:2].T


def _read(hidden: list[list[list[Tensor]]], measure: Callable[[Tensor], float]) -> np.ndarray:
    """The measure of every layer: (network, epoch, layer)."""
    return np.array([[[measure(t) for t in epoch] for epoch in run] for run in hidden])


def _model(net, trained: fleet.Trained, network: int, epoch: int) -> nn.Module:
    return _fresh(net, int(trained.history.seed[network])) if epoch == 0 else trained.model(network, epoch=epoch)


def _fresh(net, seed: int) -> nn.Module:
    return initialise(net, seed).eval()
