"""Oracles: the derivative along the motion, homogeneity, curves that cross a level at a known place."""

import math

import numpy as np
import pytest
import torch

from nbkit import flow, scales
from nbkit.data import gaussian


def test_motion_along_the_tangent_space_is_the_derivative():
    start, x = flow.initial([0, 1], 30, 3), torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0)).double()
    step = 1e-6 * flow.initial([2, 3], 30, 3)
    straight, off = scales.tangent(start, start + step, x)
    _, expected = torch.func.jvp(lambda n: _output(n, x), (start,), (step,))
    assert torch.allclose(straight, expected, atol=1e-15)
    assert off.abs().max() < 1e-3 * straight.abs().max()


def _output(neurons, x):
    return ((flow.augment(x) @ neurons[..., :-1].mT).relu() @ neurons[..., -1:])[..., 0] / neurons.shape[1]


def test_the_convolutional_network_is_homogeneous_in_its_weights():
    torch.manual_seed(0)
    net, x = scales.small_cnn(8, 3).double(), torch.ones(2, 1, 8, 8, dtype=torch.float64)
    before = net(x)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= 2
    assert net(x).shape == (2, 1) and torch.allclose(net(x), 8 * before)


def test_neurons_that_only_grow_change_kernel_and_function_by_known_factors():
    before, x = flow.initial([0], 30, 3)[0], torch.randn(9, 3, generator=torch.Generator().manual_seed(0)).double()
    y = _output(before[None], x[None])[0].sign()
    wrong = y.clone()
    wrong[:3] *= -1
    change, error, missed = scales._compared(before, 3 * before, x, x, wrong)
    # f and the kernel are of degree 2: both grow to 9 times what they were, f by 8 where ∇f·Δθ gives 2 · 2.
    assert (change, error, missed) == (pytest.approx(8), pytest.approx(3 / 9), pytest.approx(4 / 8))


def test_a_power_law_crosses_a_level_where_it_must():
    alphas = np.array([0.1, 1.0, 100.0])
    assert scales.level_crossing(alphas, 50 / alphas, 5.0) == pytest.approx(math.log(10))
    assert math.isnan(scales.level_crossing(alphas, 50 / alphas, 1e-9))


def test_experiments_have_their_axes():
    tiny = dict(p=12, alphas=[1.0, 100.0], seeds=2, max_steps=20)
    sweep = scales.sweep("digits", d=4, widths=[8, 16], device="cpu", **tiny)
    assert sweep.kernel_change.shape == (2, 2, 2) and (sweep.missed >= 0).all()
    cnn = scales.convolutional("digits", channels=2, **tiny)
    assert cnn.error.shape == (2, 2) and not cnn.converged.all()
    path = scales.paths(d=2, p=12, width=10, alphas=[1.0], frames=2, max_steps=20)
    assert path.linear.shape == (1, 3) and path.linear[0, 0] == 0


def test_off_the_tangent_space_is_nothing_when_lazy_and_everything_when_weights_grow():
    options = dict(d=4, p=12, widths=[20], alphas=[1e-6, 1e6], seeds=2, max_steps=4000, device="cpu")
    off = scales.sweep("digits", **options).missed.values[0]
    assert (off[1] < 1e-3).all() and np.allclose(off[0], 1, atol=0.05)


def test_a_lazy_path_ends_at_the_motion_of_the_predictor():
    path = scales.paths(d=2, p=12, width=30, alphas=[1e6], frames=2, max_steps=4000)
    x, y = gaussian.sample("stripe", [0], 12, 2)
    test, _ = gaussian.sample("stripe", [1], 500, 2)
    F = flow.train(x, y, flow.initial([0], 30, 2), alpha=1e6, max_steps=4000, device="cpu").predict(test)
    assert float(path.linear[0, -1]) == pytest.approx(float(F.square().mean().sqrt()), rel=0.01)
    assert path.missed[0, -1] < 1e-3 * path.linear[0, -1]


def test_a_scaled_convolution_keeps_the_mean_square():
    torch.manual_seed(0)
    layer, x = scales.Scaled(torch.nn.Conv2d(8, 500, 3)), torch.randn(30, 8, 9, 9)
    assert layer(x).square().mean().item() == pytest.approx(1, rel=0.05)
