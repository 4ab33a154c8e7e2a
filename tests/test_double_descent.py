"""Oracles: the closed forms on both sides of the threshold, their pole, the peak and its cure."""

import numpy as np

from nbkit import double_descent


def test_trials_agree_with_the_closed_form():
    result = double_descent.least_norm_risk([5, 40], n=20, noise=0.25, trials=1500, seed=1)
    assert np.allclose(result.risk.mean("trial") / result.theory, 1, atol=0.08)


def test_the_formula_at_known_sizes_and_at_its_pole():
    values = double_descent.theory([10, 60, 200, 40], 40, noise=0.25)
    assert np.allclose(values[:3], [0.25 * 10 / 29, 1 / 3 + 10 / 19, 0.8 + 10 / 159])
    assert np.isinf(values[3])


def test_the_optimal_ridge_has_no_peak():
    result = double_descent.risk_by_samples([10, 28, 30, 32, 60], p=30, noise=0.25, trials=200)
    risk = result.risk.mean("trial")
    assert risk.sel(penalty="none", n=30) > 3 * risk.sel(penalty="none", n=10)
    assert (risk.sel(penalty="optimal").diff("n") < 0).all()
    assert (risk.sel(penalty="optimal") < risk.sel(penalty="none")).all()
