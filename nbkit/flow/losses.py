"""Losses ℓ(u) of the margin u = yF, and their slopes. All are convex, and flat beyond u = 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import softplus

SHARPNESS = 20.0  # of the soft hinge: it is within 1e-9 of the hinge outside 0 < u < 2


class Loss(NamedTuple):
    """A loss and its slope, both functions of a tensor of margins, and the margin at which a point counts as fitted."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    fitted: float


LOSSES = {
    "hinge": Loss(lambda u: (1 - u).clamp(min=0), lambda u: -(u < 1).to(u.dtype), 1.0),
    "soft_hinge": Loss(
        lambda u: softplus(SHARPNESS * (1 - u)) / SHARPNESS, lambda u: -(SHARPNESS * (1 - u)).sigmoid(), 1.0
    ),
    # The pull of the squared hinge fades at the margin, which is never reached.
    "squared_hinge": Loss(lambda u: (1 - u).clamp(min=0).square() / 2, lambda u: -(1 - u).clamp(min=0), 0.98),
}


def loss(name: str) -> Loss:
    """A loss by its name; raises ValueError for an unknown one."""
    if name not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, not {name!r}")
    return LOSSES[name]
