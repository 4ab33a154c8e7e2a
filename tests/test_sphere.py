"""Oracles: curves that cross at a known place, and the interpolation of the training points themselves."""

import numpy as np
import pytest

from nbkit import sphere

P = np.array([10.0, 100.0, 1000.0])


def test_power_laws_cross_where_they_must():
    """p^−0.5 and 5 p^−0.9 are equal at p = 5^(1/0.4)."""
    first, second = np.tile(P**-0.5, (3, 1)), np.tile(5 * P**-0.9, (3, 1))
    assert sphere.crossing(P, first, second) == pytest.approx(5**2.5)
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
