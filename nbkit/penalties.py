"""Training fully connected networks with a penalty on what their units do; many networks and strengths at once.

The loss of a network is its mean cross-entropy plus strength times penalty, both on the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import Tensor

from nbkit import device as machine
from nbkit import fleet, nets
from nbkit.fleet.stack import Stack, stack_splits


def selectivity(layers: Sequence[Layer], y: Tensor) -> Tensor:
    """Mean class selectivity over a network's units, differentiable: (networks,); see `nbkit.selectivity`.

    Adding it lowers selectivity. Source: Leavitt and Morcos 2021, who call it the selectivity regulariser.
    """
    one_hot = F.one_hot(y).to(layers[0].h)  # (networks, n, classes)
    counts = one_hot.sum(1)[..., None]
    means = []
    for layer in layers:
        totals = one_hot.transpose(1, 2) @ layer.h  # (networks, classes, units)
        most, best = (totals / counts.clamp(min=1)).max(1, keepdim=True)
        rest = (totals.sum(1, keepdim=True) - totals.gather(1, best)) / (
            y.shape[1] - counts.expand_as(totals).gather(1, best)
        )
        means.append(((most - rest) / (most + rest + 1e-7))[:, 0])
    return torch.cat(means, dim=1).mean(1)


def reliance(layers: Sequence[Layer], y: Tensor) -> Tensor:
    """How few units carry what the next layer receives, averaged over layers: (networks,).

    Σ_j E|W_:j h_j|² / E|Σ_j W_:j h_j|²: ablating unit j moves the next layer's input by W_:j h_j. It is 1/k when k
    units push alike, and exceeds 1 where pushes cancel: its inverse, an effective number of units, lies between 0 and
    their number. It does not change when a layer is rescaled.
    """
    ratios = []
    for layer in layers:
        alone = (layer.h.square().mean(1) * layer.weight.square().sum(1)).sum(1)
        together = (layer.h @ layer.weight.transpose(1, 2)).square().sum(2).mean(1)
        ratios.append(alone / (together + 1e-7))
    return torch.stack(ratios).mean(0)


class Layer:
    """What a hidden layer puts out, h (networks, n, units), and the weights behind it, (networks, out, units)."""

    def __init__(self, h: Tensor, weight: Tensor):
        self.h, self.weight = h, weight


def train(
    penalty: Callable[[Sequence[Layer], Tensor], Tensor],
    strengths: Sequence[float],
    tasks: Sequence[fleet.Task],
    *,
    shape: Sequence[int],
    widths: Sequence[int],
    epochs: int,
    batch: int = 128,
    classes: int = 10,
    device: str = "auto",
) -> fleet.Trained:
    """Train one MLP per task with Adam, its penalty weighted by its own strength.

    Returns final weights, and a history with the penalty of the last epoch beside the accuracies. A strength of 0 is
    plain training.
    """
    target = machine.resolve(device)
    net = partial(nets.build, "mlp", shape=tuple(shape), widths=tuple(widths), classes=classes)
    stack = Stack(net, [task.seed for task in tasks], device=target, dtype=torch.float32)
    data = stack_splits([task.split() for task in tasks], device=target, dtype=torch.float32)
    optimiser = torch.optim.Adam([{"params": list(stack.named.values()), "lr": tasks[0].lr}])
    weighted = torch.tensor(strengths, device=target)
    orders = [machine.generator(task.seed, use="order of examples") for task in tasks]
    network = torch.arange(len(tasks), device=target)[:, None]
    for _ in range(epochs):
        order = torch.stack([torch.randperm(data.x.shape[1], generator=g) for g in orders]).to(target)
        for rows in order.split(batch, dim=1):
            y = data.y[network, rows]
            logits, layers = _forward(list(stack.named.values()), data.x[network, rows])
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape).mean(1)
            optimiser.zero_grad()
            (loss + weighted * penalty(layers, y)).sum().backward()
            optimiser.step()
    return fleet.Trained(net, _history(stack, data, penalty, tasks, epochs), _weights(stack), None)


def _forward(values: Sequence[Tensor], x: Tensor) -> tuple[Tensor, list[Layer]]:
    """Logits (networks, n, classes) and the hidden layers; values: weight and bias (networks, ...) of each layer."""
    weights, biases = values[0::2], values[1::2]
    signal, layers = x.flatten(2), []
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        signal = torch.baddbmm(bias[:, None], signal, weight.transpose(1, 2))
        if i + 1 < len(weights):
            signal = signal.relu()
            layers.append(Layer(signal, weights[i + 1]))
    return signal, layers


def _history(
    stack: Stack, data: fleet.Split, penalty: Callable, tasks: Sequence[fleet.Task], epochs: int
) -> xr.Dataset:
    scores = torch.stack([_scores(stack, data, penalty, i) for i in range(len(tasks))]).cpu().double().numpy()
    names = ("train_accuracy", "test_accuracy", "penalty")
    values = {name: (("network", "epoch"), scores[:, i, None]) for i, name in enumerate(names)}
    return xr.Dataset(values, coords={"network": np.arange(len(tasks)), "epoch": [epochs]})


@torch.no_grad()
def _scores(stack: Stack, data: fleet.Split, penalty: Callable, network: int) -> Tensor:
    """Accuracies on training and test set, and the penalty, of one network: the activations of all would be many."""
    one = slice(network, network + 1)
    values = [value[one] for value in stack.named.values()]
    logits, layers = _forward(values, data.x[one])
    right = logits.argmax(2) == data.y[one], _forward(values, data.x_test[one])[0].argmax(2) == data.y_test[one]
    return torch.cat([*(hits.float().mean(1) for hits in right), penalty(layers, data.y[one])])


def _weights(stack: Stack) -> dict[str, Tensor]:
    return {name: torch.from_numpy(value) for name, value in stack.weights().items()}
