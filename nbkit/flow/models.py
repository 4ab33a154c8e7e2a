"""The same gradient flow for any torch model with one output, by automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nbkit import device as machine
from nbkit.flow.losses import LOSSES
from nbkit.flow.steps import Problem, integrate

POINTS = 2**14
"""Points of all runs in one pass, whose activations are kept for the backward pass: of a few runs if p is large."""


def train_models(
    net: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    x_test: Tensor,
    *,
    alpha: float,
    seeds: Sequence[int],
    loss: str = "soft_hinge",
    max_steps: int = 20_000,
    device: str = "auto",
) -> tuple[Tensor, Tensor]:
    """Train one fresh model per seed by gradient flow of F = α(f − f₀) and test it.

    net: makes a model that takes (n, ...) to (n, 1); x (runs, p, ...), y (runs, p) of ±1, x_test (n, ...), all float64.
    Returns F (runs, n) on the test points, and which runs have fitted all their points.
    """
    models, target = [_fresh(net, seed) for seed in seeds], machine.resolve(device)
    start = torch.stack([nn.utils.parameters_to_vector(m.parameters()).detach() for m in models])[:, None]
    x, y, x_test, start = (v.to(target) for v in (x, y, x_test, start))
    count = y.abs().sum(1, keepdim=True)
    problem = ModelProblem(x, y, None, count, alpha * y, y / count, start, None, LOSSES[loss], models[0])
    problem.f0 = problem.outputs(start, x).detach()
    end = integrate(
        problem, times=(), shares=(), observe=lambda n: n[:, :, :1], max_steps=max_steps, checkpoint=None, key=""
    )
    with torch.no_grad():  # one network at a time: the test points may be many
        predict = lambda parameters: problem.outputs(parameters[None], x_test[None])[0]
        moves = [predict(after) - predict(before) for after, before in zip(end["end"].to(target), start)]
    return alpha * torch.stack(moves).cpu(), end["converged"]


@dataclass
class ModelProblem(Problem):
    """A problem whose "neurons" are the parameters of a model, (runs, 1, P)."""

    model: nn.Module

    def outputs(self, parameters: Tensor, points: Tensor) -> Tensor:
        """f (runs, p)."""
        return torch.cat([self._outputs(parameters[rows], points[rows]) for rows in _rows(points)])

    def _outputs(self, parameters: Tensor, points: Tensor) -> Tensor:
        shapes = {name: value.shape for name, value in self.model.named_parameters()}

        def single(flat: Tensor, inputs: Tensor) -> Tensor:
            parts = flat.split([shape.numel() for shape in shapes.values()])
            named = {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts)}
            return torch.func.functional_call(self.model, named, (inputs,))[:, 0]

        return torch.func.vmap(single)(parameters[:, 0], points)

    def evaluate(self, neurons: Tensor) -> tuple[Tensor, Tensor]:
        parts = [self._evaluate(neurons[rows], rows) for rows in _rows(self.points)]
        margin, gradient = (torch.cat(part) for part in zip(*parts))
        return margin, gradient

    def _evaluate(self, neurons: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
        neurons = neurons.detach().requires_grad_()
        margin = self.scale[rows] * (self._outputs(neurons, self.points[rows]) - self.f0[rows])
        total = (self.loss.value(margin) * self.weight[rows] / self.scale[rows]).sum()
        return margin.detach(), torch.autograd.grad(total, neurons)[0]

    def given_up(self, neurons: Tensor, unfitted: Tensor) -> Tensor:
        """No run (runs,): of a model we do not know which units could still learn a class."""
        return torch.zeros(len(unfitted), dtype=torch.bool, device=unfitted.device)


def _rows(points: Tensor) -> Iterator[slice]:
    """Slices of as many runs as have `POINTS` points, at least one."""
    step = max(1, POINTS // points.shape[1])
    return (slice(start, start + step) for start in range(0, len(points), step))


def _fresh(net: Callable[[], nn.Module], seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return net().double()
