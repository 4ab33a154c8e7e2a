"""Recordings of Part II: covariances of gradients, accuracy along their directions, and natural images."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

from nbkit import directions, nads, natural_images
from nbkit.params.nads import AnisotropyDirections, NaturalImages

KEPT = 256  # directions in a recording; the whole of C would be 8 MB a group


def spectrum(p: AnisotropyDirections, net: str) -> xr.Dataset:
    """What is kept of C of an architecture, in two groups of networks: all eigenvalues, the first directions and the
    response to the cosines of the frequencies 0 ≤ kx ≤ ky; and the overlap with the released directions, if at hand."""
    estimate = nads.covariance(net, groups=2, **p.gradients(net))
    values, u = zip(*map(nads.directions, estimate.covariance.values))
    modes = directions.dft(directions.octant(range(17)))
    kept = {
        "eigenvalue": (("group", "index"), np.stack(values)),
        "direction": (("group", "kept", "pixel"), np.stack(u)[:, :KEPT].astype(np.float32)),
        "response": ("mode", nads.response(nads.pooled(estimate), modes.values)),
        "networks": estimate.networks,
    }
    if (released := nads.released(net)) is not None:
        both = nads.directions(nads.pooled(estimate))[1][:KEPT]
        kept["overlap_released"] = ("kept", [nads.overlap(both[:k], released[:k]) for k in range(1, KEPT + 1)])
    coords = {name: ("mode", modes[name].values) for name in ("kx", "ky")}
    return xr.Dataset(kept, coords=coords, attrs=estimate.attrs)


def along_directions(p: AnisotropyDirections, net: str) -> xr.Dataset:
    """Accuracy on D(u_i) of an architecture along its own directions: axes (direction, seed), coordinate index."""
    u = nads.directions(nads.pooled(nads.covariance(net, **p.gradients(net))))[1]
    indices = p.thin_indices if net == "resnet18" else p.indices
    chosen = xr.DataArray(u[indices].reshape(-1, 32, 32), dims=("direction", "row", "column"))
    return directions.accuracy(net, chosen, **p.training(net)).assign_coords(index=("direction", indices))


def flipped(p: NaturalImages, net: str) -> xr.Dataset:
    """Accuracy on images as they are and flipped in the basis of the architecture's directions."""
    return natural_images.accuracy_flipped(net, _basis(p, net), **p.training(net))


def planted(p: NaturalImages, net: str) -> xr.Dataset:
    """Accuracy on clean images after training with carriers along the architecture's directions."""
    return natural_images.accuracy_planted(net, _basis(p, net), p.indices, epsilon=p.epsilon, **p.training(net))


def _basis(p: NaturalImages, net: str) -> np.ndarray:
    return nads.directions(nads.pooled(nads.covariance(net, **p.gradients(net))))[1]


RECIPES = {
    **{
        f"nads-{net}": ("08", f"spectrum and first directions of {net}", partial(spectrum, net=net))
        for net in ("lenet", "vgg11", "resnet18", "densenet121")
    },
    **{
        f"along-{net}": ("08", f"accuracy of {net} along its own directions", partial(along_directions, net=net))
        for net in ("lenet", "vgg11", "resnet18", "densenet121")
    },
    **{
        f"flip-{net}": ("09", f"{net} on images flipped in the basis of its directions", partial(flipped, net=net))
        for net in ("lenet", "vgg11", "resnet18", "densenet121")
    },
    **{
        f"carrier-{net}": ("09", f"{net} with carriers along its directions", partial(planted, net=net))
        for net in ("lenet", "resnet18")
    },
}
