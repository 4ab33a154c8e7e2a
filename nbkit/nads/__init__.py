"""Neural anisotropy directions: the directions of input space that an untrained architecture responds to.

They are the eigenvectors of C = E_θ[∇ₓf ∇ₓfᵀ] over random initial weights θ, ranked by eigenvalue. `estimate` draws
networks and sums up C; `spectral` reads directions, overlaps and energies off it; `closed` has C without sampling for
linear convolutional networks and for networks of infinite width; `released` finds the authors' directions.
Source: Ortiz-Jimenez, Modas, Moosavi-Dezfooli and Frossard, Neural Anisotropy Directions, NeurIPS 2020.
"""

from nbkit.nads.closed import by_width, infinite_width, linear_conv, pooling, sampled_net
from nbkit.nads.estimate import OBJECTS, Moment, covariance, gradients, moment
from nbkit.nads.released import released, released_map
from nbkit.nads.spectral import (
    captured,
    condition,
    directions,
    effective_dimension,
    energy,
    frequency_energy,
    halves,
    held_out,
    marchenko_pastur,
    overlap,
    pooled,
    response,
)

__all__ = [
    "OBJECTS",
    "Moment",
    "by_width",
    "captured",
    "condition",
    "covariance",
    "directions",
    "effective_dimension",
    "energy",
    "frequency_energy",
    "gradients",
    "halves",
    "held_out",
    "infinite_width",
    "linear_conv",
    "marchenko_pastur",
    "moment",
    "overlap",
    "pooled",
    "pooling",
    "released",
    "released_map",
    "response",
    "sampled_net",
]
