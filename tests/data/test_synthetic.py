import csv

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nbkit.data import synthetic as syn


def inner(x, v):
    return x.double().flatten(1) @ torch.as_tensor(v).double().flatten()


# D(v)


@pytest.mark.parametrize(("margin", "mean"), [("text", 0.7), ("code", 0.35)])
def test_the_label_is_the_component_along_v_exactly(margin, mean):
    v = syn.dft_direction(3, -5)
    x, y = syn.directional(v, 200, sigma=3, epsilon=0.7, margin=margin, seed=1, dtype=torch.float64)
    assert x.shape == (200, 32, 32) and x.dtype == torch.float64 and y.dtype == torch.int64
    assert (inner(x, v) - mean * y.double()).abs().max() < 1e-13
    x, y = syn.directional(v, 200, sigma=3, epsilon=0.7, margin=margin, seed=1)
    assert x.dtype == torch.float32 and (inner(x, v) - mean * y.double()).abs().max() < 1e-5


def test_class_means_are_epsilon_apart_under_the_margin_of_the_code():
    v = syn.random_basis(1, (6,), seed=0)[0]
    x, y = syn.directional(v, 10, sigma=0, epsilon=2, margin="code", seed=0, dtype=torch.float64)
    assert torch.dist(x[y == 1].mean(0), x[y == -1].mean(0)) == pytest.approx(2, abs=1e-14)


def test_noise_has_the_covariance_of_the_definition():
    v, sigma, n = syn.random_basis(1, (2, 3), seed=0)[0], 1.5, 200_000
    x, y = syn.directional(v, n, sigma=sigma, epsilon=1, seed=0, dtype=torch.float64)
    noise = x.flatten(1) - y[:, None] * torch.from_numpy(v).flatten()
    expected = sigma**2 * (np.eye(6) - np.outer(v, v))
    # Var of a sample covariance: (C_ii C_jj + C_ij²) / n
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / n)
    assert (np.abs(noise.numpy().T @ noise.numpy() / n - expected) < 5 * error).all()
    assert (noise.mean(0).numpy() ** 2 < 25 * np.diag(expected) / n).all()
    assert (noise[y == 1].mean(0) - noise[y == -1].mean(0)).abs().max() < 5 * sigma * 2 / np.sqrt(n)


def test_labels_are_balanced_and_in_random_order():
    v = np.eye(4)[0]
    _, even = syn.directional(v, 1000, sigma=1, seed=0)
    _, odd = syn.directional(v, 1001, sigma=1, seed=0)
    assert even.sum() == 0 and odd.sum() == 1 and set(even.tolist()) == {-1, 1}
    changes = (even[1:] != even[:-1]).sum()  # of 999 neighbours, 500 ± 16 in random order
    assert abs(changes - 500) < 80


def test_one_seed_gives_common_noise_for_every_direction():
    v, u = syn.random_basis(2, (5,), seed=0)
    x, y = syn.directional(v, 50, sigma=2, seed=3, dtype=torch.float64)
    z, same_y = syn.directional(u, 50, sigma=2, seed=3, dtype=torch.float64)
    off = torch.from_numpy(np.eye(5) - np.outer(u, u) - np.outer(v, v))  # the part along neither
    assert torch.equal(y, same_y) and torch.allclose(x @ off, z @ off, atol=1e-13)
    other, _ = syn.directional(v, 50, sigma=2, seed=4, dtype=torch.float64)
    assert not torch.allclose(x @ off, other @ off, atol=0.1)


def test_place_makes_the_same_samples_for_many_directions_and_any_rows():
    v = torch.from_numpy(syn.random_basis(3, (1, 4, 4), seed=0))
    noise, y = syn.base_noise(20, (1, 4, 4), seed=5, dtype=torch.float64)
    x = syn.place(noise[5:9], y[5:9], v, sigma=2.0, epsilon=0.5)
    assert x.shape == (3, 4, 1, 4, 4)
    for k in range(3):
        one, _ = syn.directional(v[k], 20, sigma=2.0, epsilon=0.5, seed=5, dtype=torch.float64)
        assert torch.allclose(x[k], one[5:9], atol=1e-14)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.floats(0, 10), st.floats(0, 10), st.integers(0, 2**31))
def test_projection_holds_for_any_setting(n, d, sigma, epsilon, seed):
    v = syn.random_basis(1, (d,), seed=seed)[0]
    x, y = syn.directional(v, n, sigma=sigma, epsilon=epsilon, seed=seed, dtype=torch.float64)
    assert (inner(x, v) - epsilon * y.double()).abs().max() < 1e-12 and y.sum() == n % 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"v": np.ones(4)}, "norm 1 (to 1e-6), not 2"),
        ({"v": np.array([1, 2e-3])}, "norm 1"),
        ({"v": np.full(4, np.nan)}, "not nan"),
        ({"v": np.eye(2)[0] * (1 + 2e-6)}, "not 1.000002"),
        ({"n": 0}, "n must be at least 1"),
        ({"sigma": -1}, "sigma and epsilon must be 0 or more"),
        ({"sigma": float("nan")}, "sigma and epsilon must be 0 or more"),
        ({"margin": "paper"}, "margin must be one of text, code, not 'paper'"),
    ],
)
def test_bad_settings_are_refused_in_a_sentence(options, says):
    with pytest.raises(ValueError) as error:
        syn.directional(**{"v": np.eye(2)[0], "n": 4, "sigma": 1.0, "seed": 0, **options})
    assert says in str(error.value)


def test_place_refuses_a_direction_of_another_shape():
    noise, y = syn.base_noise(4, (2, 3), seed=0)
    for shape in [(6,), (3, 2), (1, 1, 2, 3)]:
        with pytest.raises(ValueError, match="v must have shape"):
            syn.place(noise, y, np.zeros(shape), sigma=1)


# Fourier directions


def test_dft_basis_is_orthonormal_and_complete():
    for size in (4, 5, 32):
        basis, labels = syn.dft_basis(size)
        gram = np.tensordot(basis, basis, axes=([1, 2], [1, 2]))
        assert np.abs(gram - np.eye(size**2)).max() < 1e-12 and len(set(labels)) == size**2


@pytest.mark.parametrize("mode", [(0, 0), (16, 0), (16, 16), (3, 0), (0, 7), (3, 5), (3, -5), (15, 16), (-4, 2)])
def test_dft_direction_is_one_mode_of_numpys_fft(mode):
    kx, ky = mode
    spectrum = np.zeros((32, 32), dtype=complex)
    spectrum[ky % 32, kx % 32] = 1  # axis 0 of an image is the row, along which ky counts
    wave = np.fft.ifft2(spectrum)
    for part, expected in (("cos", wave.real), ("sin", wave.imag)):
        if np.abs(expected).max() > 1e-12:
            expected = expected / np.linalg.norm(expected)
            assert np.abs(syn.dft_direction(kx, ky, part=part) - expected).max() < 1e-12


def test_dft_direction_takes_arrays_of_modes():
    modes = syn.dft_modes(8, part="sin")
    many = syn.dft_direction(*modes.T, size=8, part="sin")
    assert all(np.array_equal(a, syn.dft_direction(*m, size=8, part="sin")) for a, m in zip(many, modes))
    assert np.array_equal(syn.dft_direction(3, 2), syn.dft_direction(3 - 32, 2 + 64))


@pytest.mark.parametrize("mode", [(0, 0), (16, 0), (0, 16), (-16, 16)])
def test_the_sine_of_a_mode_that_is_its_own_mirror_is_refused(mode):
    with pytest.raises(ValueError, match="vanishes"):
        syn.dft_direction(*mode, part="sin")


def test_bad_fourier_settings_are_refused():
    with pytest.raises(ValueError, match="part must be cos or sin, not 'real'"):
        syn.dft_direction(1, 1, part="real")
    with pytest.raises(ValueError, match="step must divide the size 32, not be 3"):
        syn.dft_modes(32, step=3)


@pytest.mark.parametrize(("size", "step"), [(32, 1), (32, 2), (32, 4), (6, 1), (5, 1), (6, 2)])
def test_modes_are_one_of_each_mirror_pair(size, step):
    lattice = {(a, b) for a in range(0, size, step) for b in range(0, size, step)}
    for part in ("cos", "sin"):
        modes = [tuple(m % size) for m in syn.dft_modes(size, step=step, part=part)]
        mirrors = [tuple(-np.array(m) % size) for m in modes]
        own = {m for m, mirror in zip(modes, mirrors) if m == mirror}
        assert len(set(modes)) == len(modes) and not (set(modes) & set(mirrors)) - own
        missing = lattice - set(modes) - set(mirrors)
        assert missing == (set() if part == "cos" else {m for m in lattice if all(2 * k % size == 0 for k in m)})
        assert part == "cos" or not own


def test_even_modes_are_those_of_the_published_map(shared_data):
    path = shared_data.parent / "reference" / "nads" / "dft_accuracies.csv"
    if not path.is_file():
        pytest.fail(f"this test compares with the published accuracies, and {path} is not there")
    with path.open() as lines:
        published = [(2 * (int(row["x"]) - 8), 2 * (int(row["y"]) - 8)) for row in csv.DictReader(lines)]
    run = [(kx % 32, ky % 32) for kx, ky in published if kx <= 0]
    ours = {tuple(m % 32) for m in syn.dft_modes(32, step=2)}
    assert len(run) == 144 and len(ours) == 130
    assert {min(m, tuple(-np.array(m) % 32)) for m in run} == {min(m, tuple(-np.array(m) % 32)) for m in ours}


@pytest.mark.parametrize(("size", "step"), [(32, 2), (8, 1), (5, 1)])
def test_unfolded_map_is_point_symmetric_with_dc_at_the_centre(size, step):
    modes = syn.dft_modes(size, step=step)
    values = np.random.default_rng(0).random((2, len(modes)))
    maps = syn.unfold_map(values, modes, size=size, step=step)
    axis = list(syn.dft_axis(size, step=step))
    assert maps.shape == (2, size // step, size // step) and np.isfinite(maps).all()
    spectrum = np.fft.ifftshift(maps, axes=(1, 2))  # index = frequency
    assert np.array_equal(spectrum, np.roll(spectrum[:, ::-1, ::-1], 1, axis=(1, 2)))
    assert np.array_equal(maps[:, axis.index(0), axis.index(0)], values[:, modes.tolist().index([0, 0])])
    assert np.array_equal(maps[:, axis.index(2), axis.index(0)], values[:, modes.tolist().index([0, 2])])


def test_unfolded_map_is_the_power_spectrum_of_an_image():
    image = np.random.default_rng(0).standard_normal((8, 8))
    modes = syn.dft_modes(8)
    cos = np.tensordot(syn.dft_direction(*modes.T, size=8), image, axes=2)
    power = cos**2
    odd = syn.dft_modes(8, part="sin").tolist()
    for m, value in zip(odd, np.tensordot(syn.dft_direction(*np.array(odd).T, size=8, part="sin"), image, axes=2)):
        k = modes.tolist().index(m)
        power[k] = (power[k] + value**2) / 2  # a mirror pair shares the power of its two waves
    expected = np.fft.fftshift(np.abs(np.fft.fft2(image)) ** 2) / 64
    assert np.allclose(syn.unfold_map(power, modes, size=8), expected)


def test_unfolded_map_of_some_modes_is_nan_elsewhere():
    grid = syn.unfold_map([1.0, 2.0], [(0, 0), (-4, 2)], step=2)
    assert np.isfinite(grid).sum() == 3 and grid[8, 8] == 1 and grid[9, 6] == grid[7, 10] == 2
    with pytest.raises(ValueError, match="modes must be 1 pairs of multiples of 2"):
        syn.unfold_map([1.0], [(1, 0)], step=2)


# random directions


def test_random_basis_is_orthonormal_and_reproducible():
    basis = syn.random_basis(7, (2, 3, 4), seed=1)
    assert basis.shape == (7, 2, 3, 4) and np.array_equal(basis, syn.random_basis(7, (2, 3, 4), seed=1))
    assert np.abs(basis.reshape(7, -1) @ basis.reshape(7, -1).T - np.eye(7)).max() < 1e-12
    with pytest.raises(ValueError, match="count must be between 1 and the dimension 24, not 25"):
        syn.random_basis(25, (2, 3, 4), seed=1)


def test_random_basis_has_no_preferred_direction():
    draws = np.stack([syn.random_basis(2, (3,), seed=s) for s in range(2000)])
    # uniform on the sphere: mean 0, E[v vᵀ] = I/3, with SDs below .58 and .3 per draw
    assert np.abs(draws.mean(0)).max() < 5 * 0.58 / np.sqrt(2000)
    for k in range(2):
        second = np.einsum("si,sj->ij", draws[:, k], draws[:, k]) / 2000
        assert np.abs(second - np.eye(3) / 3).max() < 5 * 0.3 / np.sqrt(2000)
