"""The training loop, for one network or for many in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from nbkit import device as machine
from nbkit.fleet.stack import Stack, accepting, stack_splits
from nbkit.fleet.tasks import LOSSES, Split, Task, Training

ADAM = (0.9, 0.999, 1e-8)  # decay of the two running means, constant in the denominator: PyTorch's defaults


class Record(NamedTuple):
    """What the networks leave behind; the first axis of every array is the network."""

    scores: np.ndarray  # (networks, evaluations, 4): train loss, train accuracy, test loss, test accuracy
    diverged: np.ndarray
    iterations: np.ndarray
    weights: dict[str, np.ndarray]  # (networks, ...), with an axis of evaluations after the first for "epochs"


def train_together(
    net: Callable[[], nn.Module],
    tasks: Sequence[Task],
    training: Training,
    *,
    device: torch.device,
    dtype: torch.dtype,
    keep_weights: str | bool,
    tick: Callable[[int], object],
) -> Record:
    """Train one network per task, all in step; `tick(networks)` is called after each epoch.

    Nothing is read back from the device within an epoch, so a GPU never waits for the host.
    """
    data = stack_splits([task.split() for task in tasks], device=device, dtype=dtype)
    stack = Stack(net, [task.seed for task in tasks], device=device, dtype=dtype)
    _check_fit(stack, data)
    run = _Run(stack, training, [task.lr for task in tasks], examples=data.x.shape[1])
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(tasks[0].seed)  # for modules that draw from the global generator while they train
        scores, checkpoints = _epochs(run, data, tasks, checkpoints=keep_weights == "epochs", tick=tick)
    if keep_weights == "epochs":
        weights = {name: np.stack([c[name] for c in checkpoints], axis=1) for name in checkpoints[0]}
    else:
        weights = stack.weights() if keep_weights else {}
    return Record(np.stack(scores, axis=1), run.diverged.cpu().numpy(), run.iterations.cpu().numpy(), weights)


def _epochs(run: _Run, data: Split, tasks: Sequence[Task], *, checkpoints: bool, tick) -> tuple[list, list]:
    """Train; returns the scores and, if asked for, the weights at every evaluation."""
    training, n, device = run.training, data.x.shape[1], data.x.device
    orders = [machine.generator(task.seed, use="order of examples") for task in tasks]
    network = torch.arange(len(tasks), device=device)[:, None]
    evaluations, scores, weights = training.evaluations(), [], []
    for epoch in range(1, training.epochs + 1):
        order = torch.stack([torch.randperm(n, generator=g) for g in orders]).to(device)
        for rows in order.split(training.batch, dim=1):
            run.step(data.x[network, rows], data.y[network, rows])
        finished = not run.active.any()
        if finished or epoch in evaluations:
            scores.append(run.evaluate(data))
            if checkpoints:
                weights.append(run.stack.weights())
        tick(len(tasks))
        if finished:
            break
    missing = len(evaluations) - len(scores)  # after an early end nothing changes any more
    return scores + scores[-1:] * missing, weights + weights[-1:] * missing


def _check_fit(stack: Stack, data: Split) -> None:
    with accepting(data.x.shape[2:]), torch.no_grad():
        classes = stack.logits(data.x[:, :1], stack.state, training=False).shape[2]
    largest = int(max(data.y.max(), data.y_test.max()))
    if largest >= classes:
        raise ValueError(f"the network has {classes} outputs, but there is a label {largest}")


class _Run:
    """The state of the training of a stack, all of it on the stack's device; `active` networks still change."""

    def __init__(self, stack: Stack, training: Training, rates: Sequence[float], *, examples: int):
        n, device = len(rates), stack.parameters.device
        self.stack, self.training = stack, training
        self.batch = min(training.batch, examples)
        self.taken, self.steps = 0, training.epochs * -(-examples // self.batch)
        self.rates = torch.tensor(rates, dtype=stack.parameters.dtype, device=device)
        self.active = torch.ones(n, dtype=torch.bool, device=device)
        self.diverged = torch.zeros(n, dtype=torch.bool, device=device)
        self.iterations = torch.full((n,), torch.nan, dtype=torch.float64, device=device)
        self.means: list[Tensor] = []  # the optimiser's running means

    def step(self, x: Tensor, y: Tensor) -> None:
        """One step on one batch per network; x (networks, batch, ...), y (networks, batch)."""
        state = {name: value.clone() for name, value in self.stack.state.items()}
        loss = self._losses(self.stack.logits(x, state, training=True), y).mean(1)
        gradient = self.stack.gradient(loss)
        with torch.no_grad():
            for name, old in self.stack.state.items():
                self.stack.state[name] = torch.where(self.active.view(-1, *[1] * (old.ndim - 1)), state[name], old)
            self._settle(loss, full=y.shape[1] == self.batch)
            self._update(gradient)

    @torch.no_grad()
    def evaluate(self, data: Split) -> np.ndarray:
        """Scores (networks, 4) in evaluation mode, NaN for those that have diverged."""
        scores = torch.stack([*self._score(data.x, data.y), *self._score(data.x_test, data.y_test)], dim=1)
        self.diverged |= self.active & ~scores[:, 0].isfinite()
        self.active &= ~self.diverged
        return scores.masked_fill(self.diverged[:, None], torch.nan).cpu().numpy()

    def _settle(self, loss: Tensor, *, full: bool) -> None:
        """Take networks out whose loss is no number or, for a full batch, below the threshold."""
        self.diverged |= self.active & ~loss.isfinite()
        self.active &= ~self.diverged
        if full and self.training.stop_below is not None:
            reached = self.active & (loss < self.training.stop_below)
            self.iterations[:] = torch.where(reached, self.taken, self.iterations)
            self.active &= ~reached

    def _update(self, gradient: Tensor) -> None:
        """Change the parameters of active networks; gradient: (networks, P), as torch.optim would do it."""
        training, parameters = self.training, self.stack.parameters
        self.taken += 1
        gradient.masked_fill_(~self.active[:, None], 0)
        if training.clip is not None:
            norm = gradient.norm(dim=1, keepdim=True)
            gradient *= (training.clip / (norm + 1e-6)).clamp(max=1)
        if training.weight_decay:
            gradient.add_(parameters, alpha=training.weight_decay)
        direction = self._adam(gradient) if training.optimizer == "adam" else self._sgd(gradient)
        decay = 1 - self.taken / self.steps if training.schedule == "linear" else 1.0
        rate = torch.where(self.active, self.rates * decay, 0)
        parameters.addcmul_(direction, rate[:, None], value=-1)

    def _sgd(self, gradient: Tensor) -> Tensor:
        if not self.training.momentum:
            return gradient
        if not self.means:
            self.means = [torch.zeros_like(gradient)]
        return self.means[0].mul_(self.training.momentum).add_(gradient)

    def _adam(self, gradient: Tensor) -> Tensor:
        if not self.means:
            self.means = [torch.zeros_like(gradient), torch.zeros_like(gradient)]
        (first, second), (b1, b2, eps) = self.means, ADAM
        first.lerp_(gradient, 1 - b1)
        second.mul_(b2).addcmul_(gradient, gradient, value=1 - b2)
        scale = torch.div(second, 1 - b2**self.taken, out=gradient).sqrt_().add_(eps)  # the gradient is used up
        return torch.div(first, scale, out=scale).div_(1 - b1**self.taken)

    def _score(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss and accuracy, each (networks,), over x (networks, n, ...)."""
        loss = correct = 0
        for part, classes in zip(x.split(self.training.evaluate_batch, 1), y.split(self.training.evaluate_batch, 1)):
            logits = self.stack.logits(part, self.stack.state, training=False)
            loss = loss + self._losses(logits, classes).sum(1, dtype=torch.float64)
            correct = correct + (logits.argmax(2) == classes).sum(1, dtype=torch.float64)
        return loss / x.shape[1], correct / x.shape[1]

    def _losses(self, logits: Tensor, y: Tensor) -> Tensor:
        """(networks, batch) from logits (networks, batch, classes)."""
        return LOSSES[self.training.loss](logits.flatten(0, 1), y.flatten()).view(y.shape)
