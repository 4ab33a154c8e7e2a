"""Recordings of Part II: accuracy maps on D(v)."""

from __future__ import annotations

from functools import partial

import xarray as xr

from nbkit import directions
from nbkit.data import synthetic
from nbkit.params.directions import DirectionalBias

ARCHITECTURES = ("logreg", "lenet", "vgg11", "resnet18", "densenet121")


def even_map(p: DirectionalBias, net: str) -> xr.Dataset:
    """Accuracy over the published grid of even frequencies, one of each mirror pair."""
    return directions.accuracy(net, directions.dft(synthetic.dft_modes(directions.SIZE, step=2)), **p.problem)


def by_sigma(p: DirectionalBias) -> xr.Dataset:
    """Accuracy of LeNet on an octant of frequencies at several noise levels: axes (sigma, direction, seed)."""
    modes = directions.dft(directions.octant(p.frequencies))
    maps = [directions.accuracy("lenet", modes, **p.problem | {"sigma": sigma}) for sigma in p.sigmas]
    return xr.concat(maps, xr.DataArray(p.sigmas, dims="sigma", name="sigma"), combine_attrs="override")


RECIPES = {
    **{
        f"map-{net}": ("07", f"accuracy of {net} over all even DFT modes", partial(even_map, net=net))
        for net in ARCHITECTURES
    },
    "sigma-lenet": ("07", "accuracy of LeNet on an octant of frequencies at several noise levels", by_sigma),
}
