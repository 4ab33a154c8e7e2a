"""What is done to class labels before training."""

from __future__ import annotations

import numpy as np
import torch


def corrupt(y, fraction: float, *, seed: int):
    """Permute the labels of a random `fraction` of the samples among themselves; returns a copy of y's type.

    y: (n,) array or tensor. Every class keeps exactly its number of samples. A label may fall on another sample of its
    own class, so for k balanced classes about fraction (1 - 1/k) of the labels change.
    Source: [Morcos 2018], partially corrupted labels.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be between 0 and 1, not {fraction}")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(y))[: round(fraction * len(y))]
    corrupted = y.clone() if isinstance(y, torch.Tensor) else np.array(y)
    corrupted[chosen] = corrupted[rng.permutation(chosen)]
    return corrupted


def parity(y):
    """Binary labels from class numbers: +1 for even, -1 for odd; keeps shape and type."""
    return 1 - 2 * (y % 2)
