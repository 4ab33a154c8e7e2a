"""Oracles: the pseudo-inverse, the least ℓ1 norm, the max-margin direction by construction, the law c/ln t."""

import numpy as np
import pytest

from nbkit import margins, minimisers


def test_descent_ends_at_the_nearest_solution():
    found = minimisers.least_norm(n=5, d=20, steps=2000, seeds=3)
    assert found.distance.max() < 1e-8 and found.loss.max() < 1e-15
    assert np.allclose(found.norm.sel(start="zero"), 1)
    with pytest.raises(ValueError, match="below d"):
        minimisers.least_norm(n=5, d=5, steps=1, seeds=1)


def test_squares_from_a_small_start_find_the_least_l1_norm():
    x, y = np.array([[1.0, 2.0]]), np.array([2.0])
    ends = [minimisers.descend_squares(x, y, scale=s, lr=0.05, steps=5000)[-1] for s in (0.1, 1e-3)]
    distance = [np.abs(end - [0, 1]).max() for end in ends]
    assert distance[1] < 0.01 < distance[0]
    assert all(abs(x @ end - y) < 1e-8 for end in ends)


@pytest.mark.parametrize("seed", range(3))
def test_the_max_margin_of_the_constructed_points_is_known(seed):
    x, y, normal = minimisers.separable_points(8, seed=seed)
    w, margin = margins.max_margin(y[:, None] * x)
    assert np.allclose(w, normal) and np.isclose(margin, 1)


def test_both_descents_turn_towards_the_margin_and_the_slow_one_follows_its_law():
    slow = minimisers.towards_max_margin(points=4, steps=20_000, normalised=False, seeds=12)
    fast = minimisers.towards_max_margin(points=4, steps=2000, normalised=True, seeds=12)
    assert fast.gap.isel(time=-1).max() < 1e-3 < slow.gap.isel(time=-1).max()
    late = slow.gap.isel(time=-1) * np.log(20_000)
    assert abs(np.log(late / slow.limit).median()) < 0.3


def test_the_first_step_is_the_mean_of_the_points_over_two():
    result = minimisers.towards_max_margin(points=6, steps=1000, normalised=False, seeds=2, lr=0.5)
    x, y, _ = minimisers.separable_points(6, seed=1)
    assert np.allclose(result.w.sel(time=1, seed=1), 0.25 * (y[:, None] * x).mean(0))
