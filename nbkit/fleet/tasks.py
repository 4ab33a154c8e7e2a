"""What a network is trained on and how: the inputs of `fleet.train`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Split(NamedTuple):
    """Training and test examples: x (n, ...) floating point, y (n,) class indices 0..C-1 as int64."""

    x: Tensor
    y: Tensor
    x_test: Tensor
    y_test: Tensor


@dataclass(frozen=True)
class Task:
    """One network's problem: its data or a function that makes them, the seed of weights and batches, and the rate.

    A function is called where the network is trained. Stacked networks share the memory of a tensor that is the same
    object for all of them.
    """

    data: Split | Callable[[], Split]
    seed: int
    lr: float

    def __post_init__(self):
        if not self.lr > 0:
            raise ValueError(f"lr must be positive, not {self.lr!r}")

    def split(self) -> Split:
        """The data, checked. Raises ValueError for a wrong length, type or label."""
        split = Split(*(self.data() if callable(self.data) else self.data))
        for name, values in split._asdict().items():
            if not isinstance(values, Tensor):
                raise ValueError(f"{name} must be a torch tensor, not {type(values).__name__}")
        for x, y, name in ((split.x, split.y, "y"), (split.x_test, split.y_test, "y_test")):
            if y.dtype != torch.int64 or y.shape != x.shape[:1]:
                expected = f"int64 and of shape ({len(x)},)"
                raise ValueError(f"{name} must be {expected} like its inputs, not {y.dtype} and {tuple(y.shape)}")
            if len(y) == 0 or y.min() < 0:
                raise ValueError(f"{name} must hold class indices 0, 1, ...; it is empty or has a negative one")
        return split


@dataclass(frozen=True)
class Training:
    """How all networks are trained: on batches drawn without replacement, anew in every epoch; nothing mixes networks.

    schedule: "linear" multiplies the rate of step t = 1..T by 1 - t/T, so that the last step has rate 0 (as in the code
    released with [Ortiz-Jimenez 2020]); "constant" leaves it. clip: largest norm of a network's gradient.
    optimizer: "sgd" with `momentum`, or "adam" with PyTorch's defaults; `weight_decay` is added to the gradient.
    evaluate_every: epochs between two evaluations; the last epoch is always evaluated, None evaluates only that one.
    stop_below: a network stops at the first full batch whose loss is below, without taking that step.
    The last batch of an epoch is smaller when `batch` does not divide the number of examples; it counts as a step.
    """

    epochs: int
    batch: int
    momentum: float = 0.0
    weight_decay: float = 0.0
    clip: float | None = None
    schedule: Literal["linear", "constant"] = "linear"
    optimizer: Literal["sgd", "adam"] = "sgd"
    loss: Literal["cross_entropy", "squared", "brier", "absolute"] = "cross_entropy"
    evaluate_every: int | None = None
    evaluate_batch: int = 512
    stop_below: float | None = None

    def __post_init__(self):
        for name in ("epochs", "batch", "evaluate_batch", "evaluate_every"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, not {value!r}")
        if not 0 <= self.momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), not {self.momentum!r}")
        if self.weight_decay < 0:
            raise ValueError(f"weight_decay must not be negative, not {self.weight_decay!r}")
        if self.clip is not None and self.clip <= 0:
            raise ValueError(f"clip must be positive or None, not {self.clip!r}")
        choices = {"schedule": ("linear", "constant"), "optimizer": ("sgd", "adam"), "loss": tuple(LOSSES)}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {getattr(self, name)!r}")

    def evaluations(self) -> list[int]:
        """The evaluated epochs, counted from 1."""
        every = self.evaluate_every or self.epochs
        return sorted({*range(every, self.epochs + 1, every), self.epochs})


def _one_hot(logits: Tensor, y: Tensor) -> Tensor:
    return F.one_hot(y, logits.shape[1]).to(logits.dtype)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": lambda z, y: F.cross_entropy(z, y, reduction="none"),
    "squared": lambda z, y: (z - _one_hot(z, y)).square().sum(1),
    "brier": lambda z, y: (z.softmax(1) - _one_hot(z, y)).square().sum(1),
    "absolute": lambda z, y: (z.softmax(1) - _one_hot(z, y)).abs().sum(1),
}
"""Losses of logits z (n, classes) against classes y (n,), one value per example; the last two compare probabilities."""
