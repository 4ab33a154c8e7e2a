"""Oracles: symmetric points, a quadratic program, and the points that no line separates."""

import numpy as np
import pytest
from scipy.optimize import minimize

from nbkit import margins


def test_two_points_meet_in_the_middle():
    w, margin = margins.max_margin([[1.0, 1.0], [1.0, -1.0]])
    assert np.allclose(w, [1, 0]) and np.isclose(margin, 1)


def test_agrees_with_a_quadratic_program():
    z = np.random.default_rng(0).normal(size=(12, 5)) + 3 * np.eye(5)[0]
    w, margin = margins.max_margin(z)
    constraint = {"type": "ineq", "fun": lambda v: z @ v - 1, "jac": lambda v: z}
    program = minimize(lambda v: v @ v / 2, 10 * w / margin, jac=lambda v: v, constraints=[constraint], method="SLSQP")
    assert np.isclose(1 / np.linalg.norm(program.x), margin, rtol=1e-6)


def test_points_that_no_line_separates_are_refused():
    with pytest.raises(ValueError, match="no line"):
        margins.max_margin([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])


def test_the_kernel_is_the_limit_of_the_features():
    x = np.random.default_rng(0).normal(size=(4, 3))
    phi = margins.features(x, margins.sphere(400_000, 3, seed=0))
    assert np.allclose(phi @ phi.T, margins.kernel(x, x), rtol=0.02, atol=0.002)


def test_every_training_point_is_outside_the_kernel_machines_margin():
    x = np.random.default_rng(2).normal(size=(15, 3))
    y = np.where(x[:, 0] > 0, 1, -1)
    coefficients, margin = margins.kernel_machine(x, y)
    gram = margins.kernel(x, x)
    assert np.isclose(coefficients @ gram @ coefficients, 1)
    assert np.isclose((y * (gram @ coefficients)).min(), margin, rtol=1e-6)


def test_the_linear_program_finds_the_best_single_unit_where_one_suffices():
    x, y = np.array([[1.0, 0.0]]), np.array([1])
    assert np.isclose(margins.variation_margin(x, y, [[1.0, 0.0], [0.0, 1.0]]), 1)
    both = margins.variation_margin([[1.0, 0.0], [0.0, 1.0]], [1, -1], [[1.0, 0.0], [0.0, 1.0]])
    assert np.isclose(both, 0.5)
