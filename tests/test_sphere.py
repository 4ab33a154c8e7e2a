"""Oracles: curves that cross at a known place, and the interpolation of the training points themselves."""

import numpy as np
import pytest
import torch

from nbkit import flow, sphere

P = np.array([10.0, 100.0, 1000.0])


@pytest.mark.parametrize("where", [50.0, 300.0])
def test_power_laws_cross_where_they_must(where):
    """p^−0.5 and c p^−0.9 are equal at p = c^(1/0.4)."""
    first, second = np.tile(P**-0.5, (3, 1)), np.tile(where**0.4 * P**-0.9, (3, 1))
    assert sphere.crossing(P, first, second) == pytest.approx(where)
    estimate = sphere.crossing_estimate(P, first, second)
    assert estimate.low == pytest.approx(estimate.high)


def test_curves_that_do_not_cross_give_no_number():
    first = np.tile(P**-0.5, (3, 1))
    assert np.isnan(sphere.crossing(P, first, 2 * first))
    assert np.isnan(sphere.crossing_estimate(P, first, 2 * first).low)


def test_a_constant_is_learned_faster_in_fewer_dimensions():
    errors = {d: sphere.constant_target(d=d, samples=[16, 64], seeds=3, n_test=200).error.mean("seed") for d in (2, 5)}
    slopes = {d: float(np.log(e[0] / e[1]) / np.log(4)) for d, e in errors.items()}
    assert slopes[2] > slopes[5] > 1.5


def test_the_constant_is_known_on_the_training_points_and_points_lie_on_the_sphere(monkeypatch):
    points = sphere._on_sphere(20, 3, 0)
    assert np.allclose(points.norm(dim=1), 3**0.5)
    monkeypatch.setattr(sphere, "_on_sphere", lambda n, d, seed: points[:n])
    assert sphere.constant_target(d=3, samples=[20], seeds=1, n_test=20).error.item() < 1e-16


def test_the_interval_of_a_crossing_holds_it():
    noise = np.random.default_rng(0).uniform(0.9, 1.1, (2, 12, 3))
    estimate = sphere.crossing_estimate(P, noise[0] * P**-0.5, noise[1] * 50**0.4 * P**-0.9)
    assert estimate.low < estimate.value < estimate.high and estimate.n == 12


def test_the_strongest_pull_of_points_that_one_neuron_sees_is_their_mean():
    """Among points in one half-space, all of label +1, G(w) = w·(mean of x̃) where w sees them all."""
    x = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64) + 4
    mean = flow.augment(x).mean(1).norm(dim=1)
    assert sphere.strongest_pull(x, torch.ones(2, 9)) == pytest.approx(mean, rel=1e-3)
    assert torch.equal(sphere.strongest_pull(x, -torch.ones(2, 9)), torch.zeros(2, dtype=torch.float64))


def test_no_sample_with_a_pull_costs_a_network_a_class():
    options = dict(d=2, p=24, alphas=[1.0, 1e-10], samples=24, width=40, max_steps=1500, device="cpu")
    found = sphere.losses_of_a_class(**options)
    assert 0 < int(found.without.sum()) < 24 and not found.lost.isel(sample=~found.without.values).any()
    assert (found.excess[found.without] > 0).all()  # they have more points outside than inside
    pulls = sphere.pulls([2], sizes=[24], samples=24)
    assert np.array_equal(pulls.without[0, 0], found.without)
    assert int(found.lost[1].sum()) > int(found.lost[0].sum())


def test_a_seed_that_does_not_count_leaves_the_crossing_to_the_others():
    first, second = np.tile(P**-0.5, (3, 1)), np.tile(50**0.4 * P**-0.9, (3, 1))
    first[0, 2] = second[0, 2] = np.nan
    assert sphere.crossing(P, first, second) == pytest.approx(50)
