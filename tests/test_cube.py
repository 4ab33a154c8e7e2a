"""Oracles: a dense eigendecomposition, symmetry under permutations, the count of windows, parities out of reach."""

import numpy as np
import pytest

from nbkit import cube


def test_parities_are_orthogonal_products_of_coordinates():
    x, chi = cube.corners(4), cube.parities(4)
    assert np.array_equal(chi.T @ chi, 16 * np.eye(16, dtype=int))
    assert np.array_equal(chi[:, 0b0101], x[:, 0] * x[:, 2])


@pytest.mark.parametrize("cosine", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_the_profile_is_the_tangent_kernel_of_many_sampled_neurons(cosine):
    """Neurons (w, b, v) with w ~ N(0, 1), b = 0, v = ±1, at x and x' of this angle; the gradient in (w, b), halved."""
    w = np.random.default_rng(0).standard_normal((200_000, 2))
    x, x2 = np.array([1.0, 0.0]), np.array([cosine, np.sqrt(1 - cosine**2)])
    both_active = ((w @ x > 0) & (w @ x2 > 0)).mean()
    assert cube.profile(cosine) == pytest.approx(both_active * (x @ x2 + 1) / 2, abs=0.004)


@pytest.mark.parametrize("patch", [3, 5])
def test_eigenvalues_and_eigenfunctions_are_those_of_the_kernel_matrix(patch):
    x, spectrum = cube.corners(5), cube.spectrum(5, patch=patch)
    gram = cube.kernel(x, x, patch=patch) / 32
    assert np.allclose(gram @ cube.parities(5), cube.parities(5) * spectrum.eigenvalue.values)
    assert np.allclose(np.linalg.eigvalsh(gram), np.sort(spectrum.eigenvalue.values), atol=1e-12)


@pytest.mark.parametrize("q", [1, 3, 8])
def test_krawtchouk_polynomials_give_the_dense_eigenvalues(q):
    found = cube.spectrum(q, patch=q)
    assert np.allclose(cube.eigenvalues(q)[found["size"].values], found.eigenvalue, rtol=1e-10, atol=1e-14)


def test_a_dense_kernel_knows_sizes_only_and_a_local_one_counts_windows():
    dense, local = cube.spectrum(6, patch=6), cube.spectrum(6, patch=3)
    for _, group in dense.eigenvalue.groupby(dense["size"]):
        assert np.ptp(group.values) < 1e-12
    one = cube.spectrum(3, patch=3)
    by_size = one.eigenvalue.groupby(one["size"]).mean().values
    predicted = [by_size[s] * count / 6 if count else 0 for s, count in zip(local["size"].values, local.patches.values)]
    assert np.allclose(local.eigenvalue, predicted)
    assert local.patches.values[[0b000001, 0b000011, 0b000101, 0b001001]].tolist() == [3, 2, 1, 0]
    assert local.span.values[[0, 0b000001, 0b000101, 0b100001, 0b001001]].tolist() == [0, 1, 3, 2, 4]


def test_a_local_kernel_learns_near_parities_and_no_far_ones():
    result = cube.generalisation({"near": [0, 1], "far": [0, 3]}, d=6, patch=2, n=[32], seeds=3).recovered
    assert result.sel(kernel="patches", target="near").min() > 0.9
    assert result.sel(kernel="patches", target="far").max() < 0
