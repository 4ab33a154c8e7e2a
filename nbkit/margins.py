"""Largest margins: of linear separators, of kernel machines, and of two-layer networks of any width.

Sources: Lawson and Hanson 1974, chapter 23 (least distance programming); Chizat and Bach 2020 (the spaces F1 and F2).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog, nnls


def max_margin(z) -> tuple[np.ndarray, float]:
    """The unit normal that maximises the smallest of z_i·w, and that margin, exactly; no intercept.

    z: (n, d), each point times its label. Raises ValueError when the points are not separable.
    The least w with Zw ≥ 1 is a least distance problem, and that a non-negative least-squares problem.
    """
    z = np.asarray(z, dtype=float)
    scale = np.linalg.norm(z, axis=1).max()
    stacked = np.vstack([z.T / scale, np.ones(len(z))])
    target = np.append(np.zeros(z.shape[1]), 1.0)
    weights, residual = nnls(stacked, target, maxiter=100 * len(z))
    if residual < 1e-7:
        raise ValueError("max_margin: no line through the origin separates the points")
    w = stacked[:-1] @ weights
    w /= np.linalg.norm(w)
    return w, float((z @ w).min())


def sphere(m: int, d: int, *, seed: int) -> np.ndarray:
    """m random points of the unit sphere in d dimensions, (m, d)."""
    points = np.random.default_rng(seed).standard_normal((m, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def features(x, units) -> np.ndarray:
    """ReLU features m^(-1/2) relu(b·x) of x (n, d) for units b (m, d): (n, m)."""
    return np.maximum(np.asarray(x) @ np.asarray(units).T, 0) / np.sqrt(len(units))


def kernel(x, x2) -> np.ndarray:
    """Inner product of infinitely many `features` with units uniform on the sphere, between x (n, d) and x2 (m, d)."""
    x, x2 = np.asarray(x, dtype=float), np.asarray(x2, dtype=float)
    norms = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(x2, axis=1)
    theta = np.arccos(np.clip(x @ x2.T / norms, -1, 1))
    return norms * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi * x.shape[1])


def kernel_machine(x, y) -> tuple[np.ndarray, float]:
    """Hard-margin support vector machine of `kernel` without intercept: coefficients c (n,) and its margin.

    It predicts the sign of kernel(x_new, x) @ c. y: (n,) of ±1. This is the largest margin in F2.
    """
    gram = kernel(x, x)
    root = np.linalg.cholesky(gram + 1e-12 * np.trace(gram) / len(gram) * np.eye(len(gram)))
    w, margin = max_margin(np.asarray(y)[:, None] * root)
    return np.linalg.solve(root.T, w), margin


def variation_margin(x, y, units) -> float:
    """Largest margin of Σ c relu(b·x) with Σ|c| = 1 over the units b (m, d), of norm 1: a linear program.

    For units that cover the sphere this is the largest margin in F1, from below.
    """
    active = np.asarray(y)[:, None] * np.maximum(np.asarray(x) @ np.asarray(units).T, 0)
    n, m = active.shape
    cost = np.append(np.zeros(2 * m), -1.0)
    inequality = np.column_stack([-active, active, np.ones(n)])
    total = np.append(np.ones(2 * m), 0.0)[None]
    bounds = [(0, None)] * (2 * m) + [(None, None)]
    solved = linprog(cost, A_ub=inequality, b_ub=np.zeros(n), A_eq=total, b_eq=[1.0], bounds=bounds, method="highs")
    return float(-solved.fun)
