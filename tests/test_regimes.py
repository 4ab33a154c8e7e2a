"""Oracles: known ratios and slopes; the experiments have their axes and say what did not converge."""

import numpy as np
import pytest
import torch

from nbkit import flow, ntk, regimes
from nbkit.data import gaussian

TINY = dict(seeds=2, width=20, max_steps=60, device="cpu")


def test_compression_of_isotropic_neurons_is_one_and_scales():
    neurons = flow.initial([0], 20_000, 4)[0]
    assert float(regimes.compression(neurons)) == pytest.approx(1, abs=0.03)
    neurons[:, 0] *= 7
    found = float(regimes.compression(neurons))
    assert found == pytest.approx(7, rel=0.03)
    neurons[:, -2:] *= 100  # neither biases nor output weights have a say
    assert float(regimes.compression(neurons)) == found


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
    history = regimes.compression_over_time(d=2, p=12, frames=4, n_test=30, **TINY)
    assert history.neurons.shape == (2, 2, 4, 20, 4)
    assert np.allclose(history.compression[:, :, 0], history.compression[0, :, 0])
    assert (history.unfitted[:, :, 0] == 1).all() and (history.unfitted.isel(frame=-1) < 1).any()
    assert (history.time.diff("frame") > 0).all()


def _trained(x, y, width=40):
    start = flow.initial([5], width, x.shape[-1])
    return flow.train(x, y, start, alpha=1e6, shares=[0.1], max_steps=2000, device="cpu")


def _case(p=40, d=3):
    (x, y), (test, labels) = (gaussian.sample("stripe", [seed], n, d) for seed, n in ((0, p), (1, 200)))
    return x, y, test, labels


def test_the_kernel_after_training_is_fitted_to_the_fresh_points():
    x, y, test, labels = _case()
    net = _trained(x, y)
    told, lied_to = (
        regimes._kernel_errors("stripe", net, x, y, test, labels, (x, sign * y))["final kernel"] for sign in (1, -1)
    )
    assert told < 0.5 and lied_to == pytest.approx(1 - told)


def test_the_squeezed_kernel_sees_one_direction_when_compression_is_extreme():
    x, y, test, labels = _case()
    net = _trained(x, y)
    net.at_shares[..., 0] *= 1e9
    found = regimes._kernel_errors("stripe", net, x, y, test, labels, (x, y))["squeezed kernel"]
    along = torch.tensor([1.0, 0, 0], dtype=torch.float64)
    kernels = [ntk.one_hidden_layer(net.start[0], a[0] * along, x[0] * along) for a in (x, test)]
    decision = ntk.svc(kernels[0], y[0], kernels[1]).decision
    assert found == pytest.approx((np.sign(decision) != labels[0].numpy()).mean(), abs=0.01)
    assert found != pytest.approx(regimes._kernel_errors("stripe", net, x, y, test, labels, (x, y))["initial kernel"])
