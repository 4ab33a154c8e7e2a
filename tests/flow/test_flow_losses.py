"""Oracles: automatic differentiation, and the hinge as the limit of the soft hinge."""

import pytest
import torch

from nbkit.flow.losses import LOSSES, loss


@pytest.mark.parametrize("name", LOSSES)
def test_slope_is_the_derivative(name):
    u = torch.linspace(-2, 3, 100, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(loss(name).value(u).sum(), u)
    assert torch.allclose(loss(name).slope(u), slope, atol=1e-14)


def test_soft_hinge_is_the_hinge_away_from_the_margin():
    u = torch.tensor([-3.0, 0.0, 2.0, 5.0], dtype=torch.float64)
    assert torch.allclose(loss("soft_hinge").value(u), loss("hinge").value(u), atol=1e-9)


def test_unknown_loss_names_the_known_ones():
    with pytest.raises(ValueError, match="soft_hinge"):
        loss("logistic")
