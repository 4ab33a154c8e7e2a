"""What a network loses when units are ablated, one by one or ever more of them, or drowned in noise.

Any torch network will do whose layers are modules, each used once in a pass: they are named (see `nbkit.units`), and an
ablated unit's output, after the ReLU, is held at a value. Many masks are evaluated at once. A layer that no mask
touches is computed once for all of them, and a fully connected network is walked through by what changes from mask to
mask (see `nbkit.chain`). Source of the measurements: Morcos, Barrett, Rabinowitz and Botvinick, On the importance of
single directions for generalization, ICLR 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from scipy.integrate import trapezoid
from torch import Tensor, nn

from nbkit import chain, device, units


def cumulative(
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    orders: int = 10,
    steps: int = 20,
    seed: int,
    layers: Sequence[str] | None = None,
    hold: str = "zero",
) -> xr.DataArray:
    """Accuracy in [0, 1] as ever more units are ablated, in random orders: axes (order, fraction).

    x: (n, ...); y: (n,) classes; layers: names, None for all after a ReLU; hold: "zero", or "mean" for a unit's own
    mean over x. `fraction` of all units runs from 0 to 1 in equal steps.
    """
    width = sum(units.widths(net, x, layers).values())
    masks = cumulative_masks(width, orders=orders, steps=steps, seed=seed)
    held = units.moments(net, x, layers)[0] if _mean(hold) else None
    scores = accuracy(net, x, y, masks.flatten(0, 1), layers=layers, held=held)
    return xr.DataArray(
        scores.reshape(orders, steps + 1), dims=("order", "fraction"), coords={"fraction": np.linspace(0, 1, steps + 1)}
    )


def cumulative_masks(width: int, *, orders: int, steps: int, seed: int) -> Tensor:
    """Nested masks (orders, steps + 1, width): mask k of an order ablates its first round(k/steps width) units."""
    generator = device.generator(seed, use="order of ablation")
    rank = torch.stack([torch.randperm(width, generator=generator) for _ in range(orders)])
    many = (torch.arange(steps + 1) * width / steps).round()
    return rank[:, None] < many[None, :, None]


def single(
    net: nn.Module, x: Tensor, y: Tensor, *, layers: Sequence[str] | None = None, hold: str = "zero"
) -> xr.Dataset:
    """Accuracy lost when one unit is ablated: `loss` (unit,) over all examples, `class_loss` (unit, class) in a class.

    Coordinate `layer` numbers the layers from 0. Losses are in [-1, 1]; a negative one is a gain.
    """
    sizes = list(units.widths(net, x, layers).values())
    masks = torch.cat([torch.zeros(1, sum(sizes), dtype=torch.bool), torch.eye(sum(sizes), dtype=torch.bool)])
    held = units.moments(net, x, layers)[0] if _mean(hold) else None
    right = hits(net, x, y, masks, layers=layers, held=held)
    by_class = right / np.maximum(np.bincount(y.cpu().numpy(), minlength=right.shape[1]), 1)
    whole = right.sum(1) / len(y)
    return xr.Dataset(
        {"loss": ("unit", whole[0] - whole[1:]), "class_loss": (("unit", "class"), by_class[0] - by_class[1:])},
        coords={"layer": ("unit", np.repeat(np.arange(len(sizes)), sizes))},
    )


def noise(
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    scales: Sequence[float],
    *,
    repeats: int = 10,
    seed: int,
    layers: Sequence[str] | None = None,
    batch: int = 2048,
) -> xr.DataArray:
    """Accuracy in [0, 1] under h + s σ ε: independent normal noise ε on every unit, σ its deviation over x.

    Axes (scale, repeat). A displacement of all units at once, so along a random direction of activation space.
    """
    names = units.layers(net) if layers is None else list(layers)
    sizes = units.widths(net, x, names)
    deviations = dict(zip(sizes, units.moments(net, x, names)[1].split(list(sizes.values()))))
    random = device.generator(seed, x.device, use="noise")
    right = np.zeros((len(scales), repeats))

    def disturbed(h: Tensor, name: str, scale: float) -> Tensor:
        draw = torch.randn(h.shape, generator=random, device=h.device, dtype=h.dtype)
        return h + scale * _along(deviations[name], h) * draw

    for i, scale in enumerate(scales):
        edits = {name: lambda h, name=name, scale=scale: disturbed(h, name, scale) for name in names}
        with units.edited(net, edits), torch.no_grad():
            for j in range(repeats):
                for part, classes in zip(x.split(batch), y.split(batch)):
                    right[i, j] += (net(part).argmax(1) == classes).sum().item()
    return xr.DataArray(right / len(y), dims=("scale", "repeat"), coords={"scale": list(scales)})


def auc(curve: xr.DataArray, *, normalised: bool = False) -> xr.DataArray:
    """Area under accuracy against `fraction` by the trapezoid rule; normalised: over the accuracy at fraction 0."""
    area = xr.apply_ufunc(trapezoid, curve, curve.fraction, input_core_dims=[["fraction"], ["fraction"]])
    return area / curve.isel(fraction=0, drop=True) if normalised else area


def accuracy(net: nn.Module, x: Tensor, y: Tensor, ablated: Tensor, **options) -> np.ndarray:
    """Accuracy (masks,) in [0, 1] with the units of each mask ablated; options as for `hits`."""
    return hits(net, x, y, ablated, **options).sum(1) / len(y)


def hits(
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    ablated: Tensor,
    *,
    layers: Sequence[str] | None = None,
    held: Tensor | None = None,
    rows: int = 4096,
) -> np.ndarray:
    """How many examples of each class are still classified rightly under each mask: (masks, classes).

    ablated: (masks, units) boolean over the units of `layers` in their order (None: all after a ReLU); held: (units,)
    values at which ablated units are held, None for 0. rows: examples times masks in one forward pass, which bounds the
    memory. Neighbouring masks that differ in few units are fastest. The network may be on any device, with x and y.
    """
    sizes = units.widths(net, x, layers)
    ablated = torch.as_tensor(ablated).to(x.device, torch.bool)
    if ablated.ndim != 2 or ablated.shape[1] != sum(sizes.values()):
        raise ValueError(f"masks must be (masks, {sum(sizes.values())}) for these layers, not {tuple(ablated.shape)}")
    held = x.new_zeros(ablated.shape[1]) if held is None else held.to(x)
    maps = chain.read(net) if list(sizes) == units.layers(net) else None
    batch, classes = min(len(x), rows // 4 if maps else 128), int(y.max()) + 1

    @torch.no_grad()
    def count(x: Tensor, y: Tensor) -> Tensor:
        if maps:
            passes = (logits[None] for logits in chain.walk(maps, x.flatten(1), ablated, held))
        else:
            passes = _side_by_side(net, x, ablated, held, sizes, at_once=max(1, rows // batch))
        one_hot = F.one_hot(y, classes).to(x.dtype)
        return torch.cat([(logits.argmax(1) == y).to(x.dtype) @ one_hot for logits in passes]).double()

    # The walk is many small operations, so whole batches are shared out to the cores; hooks allow one thread only.
    run = _one_thread_each if maps and not x.is_cuda else map
    return sum(run(count, x.split(batch), y.split(batch))).cpu().numpy()


def _one_thread_each(function: Callable, *arguments: Sequence) -> list:
    """`map` with one call per core at a time, each with a single torch thread."""
    threads = torch.get_num_threads()
    if threads == 1:
        return list(map(function, *arguments))
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(function, *arguments))
    finally:
        torch.set_num_threads(threads)


def _side_by_side(
    net: nn.Module, x: Tensor, ablated: Tensor, held: Tensor, sizes: dict[str, int], *, at_once: int
) -> Iterator[Tensor]:
    """Logits (masks, classes, n), `at_once` masks in one pass; what comes before the first ablated unit has no mask
    axis.
    """
    widths = list(sizes.values())
    values = dict(zip(sizes, held.split(widths)))
    for masks in ablated.split(at_once):
        touched = {name: part for name, part in zip(sizes, masks.split(widths, 1)) if part.any()}

        def logits(touched: dict[str, Tensor]) -> Tensor:
            edits = {
                name: lambda h, name=name, mask=mask: torch.where(_along(mask, h), _along(values[name], h), h)
                for name, mask in touched.items()
            }
            with units.edited(net, edits):
                return net(x)

        if touched:
            yield torch.vmap(logits)(touched).transpose(1, 2)
        else:
            yield logits({}).T.expand(len(masks), -1, -1)


def _along(values: Tensor, h: Tensor) -> Tensor:
    """Values (units,) in the shape that goes with activations h (n, units, ...)."""
    return values.view(-1, *[1] * (h.ndim - 2))


def _mean(hold: str) -> bool:
    if hold not in ("zero", "mean"):
        raise ValueError(f"hold must be zero or mean, not {hold!r}")
    return hold == "mean"
