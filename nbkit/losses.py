"""Loss functions: how hard one example can pull, and what that does when labels are wrong.

Source of the second: Ghosh, Kumar and Sastry 2017, known to us at second hand.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
import xarray as xr
from scipy.special import expit

from nbkit import fleet, nets
from nbkit.data import images, labels
from nbkit.results import experiment

NAMES = {"cross_entropy": "cross-entropy", "squared": "square", "brier": "Brier", "absolute": "absolute"}
"""Losses of `fleet`, in the order and with the names of the figures."""

BRIER_PULL = 8 / 27
"""Largest |dBrier/dz| of an example with target 0, where the predicted probability is 2/3."""


def value(loss: str, z) -> np.ndarray:
    """Loss of an example of class 0 whose logit for class 1 is z, an array; the square loss wants z = 0."""
    z = np.asarray(z, dtype=float)
    table = {
        "cross_entropy": lambda: np.logaddexp(0, z),
        "squared": lambda: z**2,
        "brier": lambda: expit(z) ** 2,
        "absolute": lambda: expit(z),
    }
    return table[_known(loss)]()


def pull(loss: str, z) -> np.ndarray:
    """Derivative of `value` in z, in closed form."""
    z = np.asarray(z, dtype=float)
    table = {
        "cross_entropy": lambda: expit(z),
        "squared": lambda: 2 * z,
        "brier": lambda: 2 * expit(z) ** 2 * expit(-z),
        "absolute": lambda: expit(z) * expit(-z),
    }
    return table[_known(loss)]()


@experiment
def noisy_digits(
    *,
    noise: float,
    n_train: int,
    epochs: int,
    seeds: int,
    width: int = 64,
    lr: float = 0.5,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """An MLP on digits of which a share `noise` of the training labels is shuffled, trained with each loss.

    Returns `test_accuracy` on clean labels and `train_accuracy` on the shuffled ones, in %, over (loss, seed,
    epoch). All losses see the same images, the same wrong labels and the same initial weights.
    """
    digits = images.load("digits")
    repetitions = range(seed, seed + seeds)
    tasks = [
        fleet.Task(data=partial(shuffled_digits, digits, n_train, noise, seed=s), seed=s, lr=lr) for s in repetitions
    ]
    net = partial(nets.build, "mlp", shape=(1, 8, 8), widths=(width,), classes=10)
    curves = []
    for loss in NAMES:
        recipe = fleet.Training(
            epochs=epochs, batch=64, schedule="constant", loss=loss, evaluate_every=max(1, epochs // 25)
        )
        curves.append(fleet.train(net, tasks, recipe, device=device).history)
    result = xr.concat(curves, xr.DataArray(list(NAMES), dims="loss", name="loss"))
    kept = result[["test_accuracy", "train_accuracy"]].rename(network="seed") * 100
    return kept.assign_coords(seed=list(repetitions)).assign_attrs(data=digits.variant)


def shuffled_digits(digits: images.Images, n_train: int, noise: float, *, seed: int) -> fleet.Split:
    """n_train random training digits with a share `noise` of their labels shuffled; the test labels are clean."""
    chosen = torch.as_tensor(np.random.default_rng(seed).permutation(len(digits.train_x))[:n_train])
    y = labels.corrupt(digits.train_y[chosen], noise, seed=seed)
    return fleet.Split(digits.train_x[chosen], y, digits.test_x, digits.test_y)


def _known(loss: str) -> str:
    if loss not in NAMES:
        raise ValueError(f"loss must be one of {', '.join(NAMES)}, not {loss!r}")
    return loss
