"""Recordings of Part II: accuracy maps on D(v)."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from nbkit import directions, nads
from nbkit.data import synthetic
from nbkit.params.nads import DirectionalBias
from nbkit.record.parts import joined, kept

ARCHITECTURES = ("logreg", "lenet", "vgg11", "resnet18", "densenet121")
TOGETHER = 16
"""Modes of one part of a recording: the whole map of a deep network may take more than a day."""


def even_map(p: DirectionalBias, net: str) -> xr.Dataset:
    """Accuracy over the published grid of even frequencies, one of each mirror pair; and each seed's rank correlation
    with the released map, if that is at hand."""
    found = in_parts(f"map-{net}", net, synthetic.dft_modes(directions.SIZE, step=2), **p.problem)
    return compared(found, nads.released_map(net, found.kx.values, found.ky.values))


def compared(found: xr.Dataset, released: np.ndarray | None) -> xr.Dataset:
    """A map with `correlation_released` (seed,), Spearman's; without it where there is no such map or all is alike."""
    if released is None or np.ptp(released) == 0:
        return found
    ours = found.test_accuracy.transpose("seed", "direction").values
    return found.assign(correlation_released=("seed", [spearmanr(run, released).statistic for run in ours]))


def by_sigma(p: DirectionalBias) -> xr.Dataset:
    """Accuracy of LeNet on an octant of frequencies at several noise levels: axes (sigma, direction, seed)."""
    modes = directions.dft(directions.octant(p.frequencies))
    maps = [directions.accuracy("lenet", modes, **p.problem | {"sigma": sigma}) for sigma in p.sigmas]
    return xr.concat(maps, xr.DataArray(p.sigmas, dims="sigma", name="sigma"), combine_attrs="override")


def whole_grid(p: DirectionalBias) -> xr.Dataset:
    """Accuracy of ResNet-18 over all frequencies, odd ones too, one of each mirror pair."""
    return in_parts("grid-resnet18", "resnet18", synthetic.dft_modes(directions.SIZE), **p.problem)


def thin_octant(p: DirectionalBias) -> xr.Dataset:
    """Accuracy of the thin ResNet-18 on its smaller problem over all frequencies 0 ≤ kx ≤ ky, odd ones too."""
    modes = directions.octant(range(directions.SIZE // 2 + 1))
    return in_parts("grid-thin-resnet18", "resnet18", modes, **p.thin)


def unpooled(p: DirectionalBias, net: str) -> xr.Dataset:
    """Accuracy over an octant of frequencies of a network without pooling and strides."""
    modes = directions.octant(p.frequencies)
    return in_parts(f"unpooled-{net}", net, modes, **p.problem, options={"pooling": False})


def in_parts(recipe: str, net: str, modes: np.ndarray, **problem) -> xr.Dataset:
    """`directions.accuracy` on the cosines of modes (m, 2), `TOGETHER` modes after each other."""
    with kept(recipe) as part:
        some = [modes[start : start + TOGETHER].tolist() for start in range(0, len(modes), TOGETHER)]
        return joined([part(on_modes, net, group, **problem) for group in some], "direction")


def on_modes(net: str, modes: list[list[int]], **problem) -> xr.Dataset:
    """`directions.accuracy` on the cosines of these modes."""
    return directions.accuracy(net, directions.dft(modes), **problem)


RECIPES = {
    **{
        f"map-{net}": ("07", f"accuracy of {net} over all even DFT modes", partial(even_map, net=net))
        for net in ARCHITECTURES
    },
    "grid-resnet18": ("07", "accuracy of resnet18 over all DFT modes, odd frequencies too", whole_grid),
    "grid-thin-resnet18": ("07", "accuracy of the thin resnet18 over an octant of all frequencies", thin_octant),
    **{
        f"unpooled-{net}": ("07", f"accuracy of {net} without pooling and strides", partial(unpooled, net=net))
        for net in ("lenet", "resnet18")
    },
    "sigma-lenet": ("07", "accuracy of LeNet on an octant of frequencies at several noise levels", by_sigma),
}
