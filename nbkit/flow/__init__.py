"""Gradient flow of many one-hidden-layer networks at once, in float64.

    start = flow.initial(seeds, width=300, d=5)
    trained = flow.train(x, y, start, alpha=1e-6)
    error = (trained.predict(x_test).sign() != y_test).double().mean(1)

The predictor is F = α(f − f₀), which is 0 at the start, and the loss (1/αp) Σ ℓ(yF). Large α: lazy regime, small α:
feature regime. Steps of explicit Euler, each run with its own adaptive size; see `nbkit.flow.steps`.
"""

from nbkit.flow.losses import LOSSES
from nbkit.flow.models import train_models
from nbkit.flow.neurons import augment, has_lost_a_class, initial, output, output_and_gradient
from nbkit.flow.training import Trained, train, train_each

__all__ = [
    "LOSSES",
    "Trained",
    "augment",
    "has_lost_a_class",
    "initial",
    "output",
    "output_and_gradient",
    "train",
    "train_each",
    "train_models",
]
