"""Oracles: autograd for the tangent, the linear solution for large scales, powers of the scale and of the width."""

import numpy as np
import torch

from nbkit import circle, laziness


def test_the_tangent_agrees_with_autograd():
    rng = np.random.default_rng(0)
    net, x = rng.standard_normal((6, 4)), rng.standard_normal((5, 3))
    weights = torch.tensor(net, requires_grad=True)
    output = torch.tanh(torch.tensor(x) @ weights[:, :-1].T) @ weights[:, -1] / 6**0.5
    rows = [torch.autograd.grad(value, weights, retain_graph=True)[0].numpy().ravel() for value in output]
    assert np.allclose(laziness._tanh_net(net, x), output.detach())
    assert np.allclose(laziness._tangent(net, x), rows)


def test_weights_move_like_one_over_the_scale():
    scales = [16, 64]
    result = laziness.movement_by_scale(scales, n=5, d=4, units=20, steps=400, seeds=2)
    fall = lambda name: np.log(result[name].isel(alpha=0) / result[name].isel(alpha=1)).values / np.log(4)
    assert np.allclose(fall("moved"), 1, atol=0.05) and np.allclose(fall("apart"), 2, atol=0.15)
    assert result.loss.max() < 0.01


def test_the_limit_kernel_is_the_circles():
    theta = np.array([0.0, 0.4, 2.5])
    x = np.column_stack([np.cos(theta), np.sin(theta)])
    expected = circle.kernel("no_bias", theta[:, None] - theta)
    assert np.allclose(laziness.limit_kernel(x), expected, atol=1e-7)


def test_wide_networks_converge_below_the_bound_with_little_movement():
    result = laziness.convergence_by_width([200, 3200], n=8, d=6, steps=60, seeds=3)
    assert np.allclose(result.loss.isel(step=0), 1)
    assert (result.loss.sel(width=3200) <= result.bound * (1 + 1e-12)).all()
    assert np.allclose(result.moved.sel(width=200) / result.moved.sel(width=3200), 4, rtol=0.4)
