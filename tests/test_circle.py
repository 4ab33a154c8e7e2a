"""Oracles: quadrature of the kernels (SciPy), Monte Carlo over random units, the geometric decay, even points."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from nbkit import circle


@pytest.mark.parametrize("name", circle.KERNELS)
def test_eigenvalues_are_the_cosine_integrals(name):
    for k in range(6):
        integral = quad(lambda t, k=k: circle.kernel(name, t) * np.cos(k * t), 0, np.pi)[0] / np.pi
        assert np.isclose(circle.eigenvalue(name, k), integral, atol=1e-9)
    assert np.allclose(circle.grid_eigenvalues(name, 2**13)[:6], circle.eigenvalue(name, np.arange(6)), atol=1e-7)


@pytest.mark.parametrize("name", circle.KERNELS)
def test_kernels_are_means_over_random_units(name):
    w = np.random.default_rng(0).standard_normal((200_000, 2))
    x = np.array([[1, 0], [np.cos(2.0), np.sin(2.0)]])
    both = ((w @ x.T) > 0).all(1).mean()
    found = {
        "no_bias": np.cos(2.0) * both,
        "bias": (np.cos(2.0) + 1) / 2 * both,
        "random_features": np.maximum(w @ x.T, 0).prod(1).mean(),
    }
    assert np.isclose(found[name], circle.kernel(name, 2.0), atol=5e-3)


def test_modes_decay_as_powers_and_a_sobolev_loss_scales_their_rates():
    left = circle.decay("bias", 32, [1, 3], lr=2.0, steps=20)
    rate = 2.0 * circle.grid_eigenvalues("bias", 32)[[1, 3]]
    assert np.allclose(left, (1 - rate) ** np.arange(21)[:, None], atol=1e-12)
    rates = circle.sobolev_rates([1, 2, 5], [0, 1.5], n=64)
    assert np.allclose(rates.measured, rates.predicted, rtol=1e-5)
    extreme = circle.sobolev_rates([1, 8, 32], [-1, 2])
    assert np.allclose(extreme.measured, extreme.predicted, rtol=1e-6)


def test_uneven_points_have_the_density_they_should():
    theta = circle.uneven_points(2000, contrast=0.8, seed=3)
    cdf = lambda t: (t + 0.8 * np.sin(t)) / (2 * np.pi)
    assert stats.kstest(theta, cdf).pvalue > 0.01


def test_quadrature_weights_integrate_low_modes_and_are_equal_on_even_points():
    theta = circle.uneven_points(400, contrast=0.8, seed=0)
    weights = circle.quadrature(theta)
    assert np.isclose(weights.sum(), 1) and (np.diff(theta) > 0).all()
    assert abs(weights @ np.cos(theta)) < 2e-3 < abs(np.cos(theta).mean())
    assert np.allclose(circle.quadrature(circle.grid(10)), 0.1)


def test_quadrature_mends_the_rates():
    result = circle.uneven_rates(n=150, contrast=0.8, top=3, seeds=3)
    error = np.abs(result.rate / result.predicted - 1).mean("rank")
    assert (error.sel(weights="equal") > 2 * error.sel(weights="quadrature")).all()


def test_a_wide_network_follows_its_kernel():
    result = circle.network_decay([1, 2, 4], width=4096, n=32, lr=5.0, steps=40, seeds=2, amplitude=0.02)
    assert np.allclose(result.left.sel(step=0), 1)
    assert np.abs(result.left - result.predicted).max() < 0.05


def test_an_unknown_kernel_is_named():
    with pytest.raises(ValueError, match="bias, no_bias, random_features"):
        circle.kernel("relu", 0.0)
