"""Neural tangent kernels Θ(x, x′) = ∇f(x)·∇f(x′), and what their eigenvectors know of the labels.

Sources: [Jacot 2018] for the kernel, [Paccolat 2021, geometric compression] for its use as an observable.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import digamma
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC
from torch import Tensor, nn

from nbkit.flow import augment


def one_hidden_layer(neurons: Tensor, x: Tensor, x2: Tensor | None = None) -> Tensor:
    """Θ (n, m) of the network of `nbkit.flow` with neurons (h, d + 2), between x (n, d) and x2 (m, d) or x itself.

    Θ = (1/h²) Σ [σ(a)σ(a′) + β² 1_a 1_a′ (x·x′/d + 1)].
    """
    left, right = augment(x), augment(x if x2 is None else x2)
    (on_left, out_left), (on_right, out_right) = (_activity(points, neurons) for points in (left, right))
    overlap = (on_left * neurons[:, -1].square()) @ on_right.T
    return (out_left @ out_right.T + overlap * (left @ right.T)) / len(neurons) ** 2


def infinite_width(x: Tensor, x2: Tensor | None = None) -> Tensor:
    """Limit of hΘ at initialisation for h → ∞ and ω, b, β ~ N(0, 1), between x (n, d) and x2 (m, d) or x itself.

    With S = x·x′/d + 1 and the angle θ between the augmented inputs of norms n, n′ it is
    [n n′ (sin θ + (π − θ) cos θ) + (π − θ) S] / 2π.
    """
    left, right = augment(x), augment(x if x2 is None else x2)
    s, norms = left @ right.T, left.norm(dim=1)[:, None] * right.norm(dim=1)
    theta = (s / norms).clamp(-1, 1).acos()
    return (norms * theta.sin() + (torch.pi - theta) * 2 * s) / (2 * torch.pi)


def of_model(model: nn.Module, x: Tensor, x2: Tensor | None = None, *, block: int = 64) -> Tensor:
    """Θ (n, m) of any torch model with one output, by Jacobians of `block` inputs at a time."""
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    single = lambda p, point: torch.func.functional_call(model, p, (point[None],)).squeeze()
    rows = torch.func.vmap(torch.func.grad(single), in_dims=(None, 0))

    def jacobian(points: Tensor) -> Tensor:
        return torch.cat([part.flatten(1) for part in rows(parameters, points).values()], dim=1)

    other = x if x2 is None else x2
    return torch.cat(
        [torch.cat([jacobian(a) @ jacobian(b).T for b in other.split(block)], dim=1) for a in x.split(block)]
    )


def change(before: Tensor, after: Tensor) -> Tensor:
    """Relative change ‖Θ_T − Θ_0‖/‖Θ_0‖ of kernels (..., n, n), in the Frobenius norm."""
    return (after - before).norm(dim=(-2, -1)) / before.norm(dim=(-2, -1))


def eigenvectors(kernel: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest eigenvalues (count,) of a kernel (n, n), falling, and unit eigenvectors as columns (n, count)."""
    values, vectors = torch.linalg.eigh(kernel)
    return values.flip(0)[:count], vectors.flip(1)[:, :count]


def eigenfunctions(kernel: Tensor, grid_kernel: Tensor, count: int) -> Tensor:
    """Leading eigenvectors of a kernel (p, p) continued to other points by their kernel (m, p): (m, count)."""
    values, vectors = eigenvectors(kernel, count)
    return grid_kernel @ vectors / values * len(kernel) ** 0.5


def projections(vectors: Tensor, y: Tensor) -> Tensor:
    """ω_r² = (φ_r·y)²/p for unit eigenvectors (p, count) and labels ±1 (p,); they sum to 1 over a whole basis."""
    return (vectors.T @ y).square() / len(y)


def information(vectors: Tensor, y: Tensor, *, neighbours: int = 5) -> np.ndarray:
    """Mutual information (count,) in bits between each column (p, count) and the labels ±1 (p,), by nearest neighbours.

    Ross (2014): ψ(p) + ψ(k) − ⟨ψ(p_y)⟩ − ⟨ψ(m)⟩ with m the points of either class that are nearer than the k-th of
    one's own. Negative estimates are cut off at 0, so that noise has a floor above 0: shuffle the labels to see it.
    k is at most one less than the size of the smaller class; a class of one point tells nothing (0).
    """
    same = y[:, None] == y
    sizes = same.sum(1)
    k = min(neighbours, int(sizes.min()) - 1)
    if k < 1:
        return np.zeros(vectors.shape[1])
    found = []
    for column in vectors.T:
        distance = (column[:, None] - column).abs()
        radius = distance.masked_fill(~same, torch.inf).kthvalue(k + 1, dim=1, keepdim=True).values
        nearer = (distance < radius).sum(1)
        nats = digamma(len(y)) + digamma(k) - digamma(sizes.numpy()).mean() - digamma(nearer.numpy()).mean()
        found.append(max(nats, 0) / np.log(2))
    return np.array(found)


@dataclass(frozen=True)
class Machine:
    """A fitted kernel machine: decision values on the test points (m,), indices of its support vectors, and whether
    the solver converged."""

    decision: np.ndarray
    support: np.ndarray
    converged: bool


def svc(kernel: Tensor, y: Tensor, test_kernel: Tensor, *, c: float = 1e12, max_iterations: int = 200_000) -> Machine:
    """Hard-margin support-vector classifier with a kernel (p, p), labels ±1 (p,) and test kernel (m, p).

    Kernels are scaled to a mean diagonal of 1. One class alone decides for itself everywhere.
    """
    labels = y.numpy()
    if len(set(labels.tolist())) == 1:
        return Machine(np.full(len(test_kernel), labels[0]), np.arange(0), True)
    scale = float(kernel.diagonal().mean())
    machine = SVC(C=c, kernel="precomputed", max_iter=max_iterations, cache_size=500)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        machine.fit((kernel / scale).numpy(), labels)
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return Machine(machine.decision_function((test_kernel / scale).numpy()), machine.support_, converged)


def _activity(points: Tensor, neurons: Tensor) -> tuple[Tensor, Tensor]:
    """Which neurons are active on augmented points (n, h), as 0 or 1, and their outputs."""
    a = points @ neurons[:, :-1].T
    on = (a > 0).to(a.dtype)
    return on, a * on
