"""Oracles: finite differences, SciPy's integrator, the flow's conserved imbalance, and the orders of both flows."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from nbkit import implicit


def test_the_gradient_is_that_of_the_modified_loss():
    def loss(point, h):
        a, b = point
        r = a * b - implicit.TARGET
        return r**2 / 2 + h / 4 * r**2 * (a**2 + b**2)

    point, eps = np.array([1.7, -0.6]), 1e-6
    for h in (0.0, 0.3):
        differences = [(loss(point + d, h) - loss(point - d, h)) / (2 * eps) for d in eps * np.eye(2)]
        assert np.allclose(implicit.gradient(point, h=h), differences, atol=1e-8)


def test_the_flow_agrees_with_scipy_and_conserves_the_imbalance():
    start = np.array([2.0, -0.8])
    path = implicit.flow(start, time=1.0)
    reference = solve_ivp(lambda t, w: -implicit.gradient(w), (0, 1), start, rtol=1e-10, atol=1e-12)
    assert np.allclose(path[-1], reference.y[:, -1], atol=1e-8)
    assert np.allclose(path[:, 0] ** 2 - path[:, 1] ** 2, start[0] ** 2 - start[1] ** 2)


def test_descent_is_one_order_closer_to_the_modified_flow():
    hs = [0.05, 0.025, 0.0125]
    distance = implicit.distance_to_flows(hs, time=1.0, seeds=4).distance
    slope = lambda flow: np.polyfit(np.log(hs), np.log(distance.sel(flow=flow)), 1)[0]
    assert np.allclose(slope("loss"), 1, atol=0.15) and np.allclose(slope("modified"), 2, atol=0.1)
    with pytest.raises(ValueError, match="divide"):
        implicit.distance_to_flows([0.3], time=1.0, seeds=2)


def test_larger_steps_end_in_flatter_minima_and_keep_the_law():
    result = implicit.flatness([0.01, 0.1, 0.2], iterations=1500, seeds=5)
    assert result.law.max() < 1e-12 and result.loss.max() < 1e-20
    assert (result.trace.diff("h") < 0).all()
    assert np.allclose(result.trace.sel(h=0.01), result.flow_trace, rtol=0.02)
