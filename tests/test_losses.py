"""Oracles: autograd, the bound 8/27, and the losses that networks are trained with."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nbkit import losses

Z = np.linspace(-8, 8, 41)
TORCH = {
    "cross_entropy": F.softplus,
    "squared": torch.square,
    "brier": lambda z: torch.sigmoid(z) ** 2,
    "absolute": torch.sigmoid,
}


@pytest.mark.parametrize("loss", losses.NAMES)
def test_values_and_pulls_agree_with_autograd(loss):
    z = torch.tensor(Z, requires_grad=True)
    TORCH[loss](z).sum().backward()
    assert np.allclose(losses.pull(loss, Z), z.grad)
    assert np.allclose(losses.value(loss, Z), TORCH[loss](z).detach())


def test_only_the_square_loss_pulls_without_bound_and_nothing_overflows():
    far = np.array([1e6, -1e6])
    assert losses.pull("squared", far)[0] == 2e6
    assert all(np.abs(losses.pull(loss, far)).max() <= 1 for loss in ("cross_entropy", "brier", "absolute"))
    assert np.isclose(losses.pull("brier", np.log(2)), losses.BRIER_PULL)
    assert losses.pull("brier", np.linspace(-9, 9, 9999)).max() <= losses.BRIER_PULL


def test_an_unknown_loss_is_named():
    with pytest.raises(ValueError, match="cross_entropy, squared"):
        losses.value("hinge", 0)


def test_noisy_digits_compares_losses_on_the_same_wrong_labels():
    result = losses.noisy_digits(noise=0.4, n_train=100, epochs=2, seeds=2, device="cpu")
    assert result.test_accuracy.dims == ("loss", "seed", "epoch") and result.sizes["loss"] == 4
    assert result.attrs["data"] == "digits" and 0 <= result.test_accuracy.min() <= result.test_accuracy.max() <= 100
