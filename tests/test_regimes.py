"""Oracles: known ratios and slopes; the experiments have their axes and say what did not converge."""

import numpy as np
import pytest
import torch

from nbkit import flow, regimes

TINY = dict(seeds=2, width=20, max_steps=60, device="cpu")


def test_compression_of_isotropic_neurons_is_one_and_scales():
    neurons = flow.initial([0], 20_000, 4)[0]
    assert float(regimes.compression(neurons)) == pytest.approx(1, abs=0.03)
    neurons[:, 0] *= 7
    assert float(regimes.compression(neurons)) == pytest.approx(7, rel=0.03)


def test_exponent_of_a_power_law():
    p = np.array([10, 20, 40])
    found = regimes.exponent(p, np.outer(p**-0.4, [1, 1.1, 0.9]))
    assert found.value == pytest.approx(0.4) and found.low == pytest.approx(found.high)


def test_learning_curves_have_every_learner_and_observable():
    result = regimes.learning_curves("stripe", d=3, samples=[12, 16], n_test=50, **TINY)
    assert set(result.learner.values) == {
        "lazy", "feature", "initial kernel", "final kernel", "squeezed kernel", "neighbours"
    }  # fmt: skip
    assert result.error.dims == ("p", "learner", "seed") and ((result.error >= 0) & (result.error <= 1)).all()
    assert result.projection.sizes["rank"] == 10 and not result.converged.all()


def test_learning_curves_of_images_and_of_fixed_orientations():
    images = regimes.learning_curves("digits", d=5, samples=[16], n_test=50, **TINY)
    assert "squeezed kernel" not in images.learner
    networks = ("lazy", "fixed")
    bare = regimes.learning_curves("sphere", d=3, samples=[12], n_test=50, networks=networks, kernels=False, **TINY)
    assert list(bare.learner.values) == list(networks)


def test_a_run_repeats_exactly_and_does_not_depend_on_the_number_of_seeds():
    options = dict(d=2, samples=[64], n_test=100)
    few, many = (regimes.kernel_curves("stripe", seeds=n, **options) for n in (2, 3))
    assert np.array_equal(few.error, many.error[:, :, :2]) and few.converged.all()


def test_spacing_is_the_distance_to_the_nearest_point_of_the_other_class():
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
    assert regimes._spacing(x, torch.tensor([1.0, 1.0, -1.0])) == pytest.approx((1 + 18**0.5 + 1) / 3)


def test_history_of_the_weights():
    history = regimes.compression_over_time(d=2, p=12, frames=3, **TINY)
    assert history.neurons.shape == (2, 2, 4, 20, 4)
    assert np.allclose(history.compression[:, :, 0], history.compression[0, :, 0])
