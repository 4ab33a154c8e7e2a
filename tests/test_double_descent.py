"""Oracles: the closed forms on both sides of the threshold, their pole, the peak and its cure."""

import numpy as np
import pytest

from nbkit import double_descent


def test_trials_agree_with_the_closed_form_for_both_strengths():
    result = double_descent.least_norm_risk([5, 12, 30, 40], total=40, n=20, noise=0.25, trials=1500, seed=1)
    assert np.allclose(result.risk.mean("trial") / result.theory, 1, atol=0.08)


def test_the_formula_at_known_sizes_and_at_its_pole():
    values = double_descent.theory([10, 60, 200, 40], 40, noise=0.25)
    assert np.allclose(values[:3], [0.25 * 10 / 29, 1 / 3 + 10 / 19, 0.8 + 10 / 159])
    assert np.isinf(values[3])


def test_a_model_that_sees_nothing_errs_by_the_whole_signal_and_what_is_not_seen_is_noise():
    assert double_descent.theory(0, 20, noise=0.3, seen=0.0, missed=1.0) == 1
    more_noise = double_descent.theory(5, 20, noise=0.7) + 0.4
    assert np.isclose(double_descent.theory(5, 20, noise=0.3, seen=0.6, missed=0.4), more_noise)
    more_noise = double_descent.theory(50, 20, noise=0.7, seen=0.6) + 0.4
    assert np.isclose(double_descent.theory(50, 20, noise=0.3, seen=0.6, missed=0.4), more_noise)


def test_strengths_have_norm_one_and_unknown_ones_are_named():
    assert np.allclose(double_descent.weights("equal", 4), 0.5)
    falling = double_descent.weights("falling", 3)
    assert np.allclose(falling / falling[0], [1, 1 / 2, 1 / 3]) and np.isclose(np.linalg.norm(falling), 1)
    with pytest.raises(ValueError, match="equal, falling"):
        double_descent.weights("rising", 3)


def test_the_optimal_ridge_has_no_peak():
    result = double_descent.risk_by_samples([10, 28, 30, 32, 60], p=30, noise=0.25, trials=200)
    risk = result.risk.mean("trial")
    assert risk.sel(penalty="none", n=30) > 3 * risk.sel(penalty="none", n=10)
    assert (risk.sel(penalty="optimal").diff("n") < 0).all()
    assert (risk.sel(penalty="optimal") < risk.sel(penalty="none")).all()
