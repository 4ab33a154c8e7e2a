"""Oracles: exact covariances of linear networks, float64 derivatives, random-matrix theory, symmetry."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from nbkit import nads, nets
from nbkit.fleet.stack import initialise

DOUBLE = dict(dtype=torch.float64)


def points(n=3, size=32, seed=0):
    return torch.randn(n, 1, size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def thin(**options):
    return partial(nets.build, "resnet18", width=2, classes=1, **options)


def random_covariance(dimension, seed):
    a = np.random.default_rng(seed).normal(size=(dimension, dimension))
    return a @ a.T


# what is differentiated


def test_gradients_are_those_of_each_network_alone():
    x, make = points(), thin()
    together = nads.gradients(make, [3, 4], x=x, estimator="averaged", **DOUBLE)
    for seed, g in zip((3, 4), together):
        net = initialise(make, seed).double().eval()
        alone = torch.func.grad(lambda shift, net=net: net(x + shift).mean())(torch.zeros_like(x[0]))
        assert torch.allclose(g, alone.flatten(), atol=1e-12)


def test_gradient_at_a_point_is_the_limit_of_differences():
    x, make = points(1, 8), partial(nets.build, "mlp", shape=(1, 8, 8), classes=1)
    exact = nads.gradients(make, [0], x=x, estimator="point", **DOUBLE)
    numeric = nads.gradients(make, [0], x=x, estimator="difference", step=1e-6, **DOUBLE)
    assert torch.allclose(exact, numeric, atol=1e-7)
    assert not torch.allclose(exact, nads.gradients(make, [0], x=x, estimator="difference", **DOUBLE), atol=1e-3)


def test_impulse_is_the_difference_at_large_steps_for_homogeneous_nets():
    make = partial(nads.sampled_net, 8, (3, "pool", 3), width=4)
    x = points(1, 8)
    impulse = nads.gradients(make, [0, 1], x=x, estimator="impulse", **DOUBLE)
    far, near = (nads.gradients(make, [0, 1], x=x, estimator="difference", step=h, **DOUBLE) for h in (1e7, 1e-3))
    assert torch.allclose(far, impulse, atol=1e-6)
    assert not torch.allclose(near, impulse, atol=1e-2)


def test_every_estimator_agrees_on_a_linear_network():
    make = partial(nets.build, "logreg", classes=1)
    weights = initialise(make, 5)[1].weight.double()
    for name in nads.OBJECTS:
        assert torch.allclose(nads.gradients(make, [5], x=points(2), estimator=name, **DOUBLE), weights, atol=1e-9)


def test_batch_statistics_change_the_gradient():
    x = points(4)
    fixed, batch = (nads.gradients(thin(), [0], x=x, mode=mode, **DOUBLE) for mode in ("eval", "train"))
    assert not torch.allclose(fixed, batch, rtol=0.1)


# the streaming sum


def test_moments_merge_to_the_direct_product():
    g = torch.randn(30, 5, dtype=torch.float64)
    a, b = nads.Moment.zero(5), nads.Moment.zero(5)
    a.add(g[:7]), a.add(g[7:11]), b.add(g[11:])
    assert np.allclose((a + b).mean, (g.T @ g / 30).numpy()) and (a + b).n == 30
    with pytest.raises(ValueError, match="not finite"):
        a.add(torch.full((1, 5), torch.nan))


def test_covariance_does_not_depend_on_how_networks_are_shared_out(monkeypatch):
    options = dict(networks=5, groups=2, size=8, seed=3, device="cpu")
    monkeypatch.setenv("NBKIT_CORES", "1")
    alone = nads.covariance("mlp", **options)
    monkeypatch.setenv("NBKIT_CORES", "2")
    monkeypatch.setattr("nbkit.nads.estimate.FEW", 2)
    shared = nads.covariance("mlp", **options)
    assert np.allclose(alone.covariance, shared.covariance, rtol=1e-12)
    assert alone.networks.values.tolist() == [3, 2] and "gradient" in alone.attrs["object"]
    by_group = alone.covariance.values
    assert np.allclose(nads.pooled(alone), (3 * by_group[0] + 2 * by_group[1]) / 5)
    assert np.allclose(nads.halves(alone), by_group)


def test_each_group_is_held_out_once():
    estimate = nads.covariance("mlp", networks=6, groups=3, size=8, device="cpu")
    for i, (group, others) in enumerate(nads.held_out(estimate)):
        assert np.array_equal(group, estimate.covariance.values[i])
        assert np.allclose((group + 2 * others) / 3, nads.pooled(estimate))
    with pytest.raises(ValueError, match="at least 2 groups"):
        nads.held_out(estimate.isel(group=[0]))


def test_released_directions_are_found_where_they_are(monkeypatch, tmp_path):
    monkeypatch.delenv("NBKIT_REFERENCE", raising=False)
    assert nads.released("lenet") is None
    monkeypatch.setenv("NBKIT_REFERENCE", str(tmp_path))
    with pytest.raises(ValueError, match="is not a folder that holds"):
        nads.released("lenet")
    (tmp_path / "nads").mkdir()
    np.savez(tmp_path / "nads" / "lenet.npz", directions=np.eye(3, 1024, dtype=np.float16))
    assert np.array_equal(nads.released("lenet"), np.eye(3, 1024)) and nads.released("vgg11") is None


def test_the_released_map_is_read_at_the_mode_or_its_mirror_image(monkeypatch, tmp_path):
    monkeypatch.delenv("NBKIT_REFERENCE", raising=False)
    assert nads.released_map("lenet", [0], [0]) is None
    monkeypatch.setenv("NBKIT_REFERENCE", str(tmp_path))
    (tmp_path / "nads").mkdir()
    rows = [f"{x},{y},{100 * x + y}" for x in range(16) for y in range(16)]
    (tmp_path / "nads" / "dft_accuracies.csv").write_text("\n".join(["x,y,lenet", *rows]))
    assert nads.released_map("vgg11", [0], [0]) is None
    found = nads.released_map("lenet", kx=[0, -2, 2, 4, 16, 0], ky=[0, 6, -6, 2, 16, 16])
    assert found.tolist() == [808, 711, 711, 607, 0, 800]


def test_wrong_names_are_refused():
    with pytest.raises(ValueError, match="estimator must be one of point, averaged"):
        nads.gradients(thin(), [0], x=points(), estimator="numeric")
    with pytest.raises(ValueError, match="mode must be"):
        nads.gradients(thin(), [0], x=points(), mode="test")
    with pytest.raises(ValueError, match="at least one network in each of 4 groups"):
        nads.covariance("lenet", networks=3, groups=4)


# spectra


def test_the_first_directions_are_those_of_the_whole_decomposition():
    a = np.random.default_rng(0).standard_normal((30, 12))
    values, u = nads.directions(a.T @ a)
    few_values, few = nads.directions(a.T @ a, 3)
    assert np.allclose(few_values, values[:3]) and np.allclose(np.abs(few @ u[:3].T), np.eye(3))
    s = np.linalg.svd(a, compute_uv=False)
    assert nads.condition(values) == pytest.approx(s[0] / s[-1])
    assert nads.energy(values, 3) == pytest.approx((s[:3] ** 2).sum() / (s**2).sum())
    assert nads.condition(np.array([1.0, 0.0])) == np.inf


def test_logistic_regression_follows_marchenko_pastur():
    """PyTorch draws the weights uniformly in ±1/√D, so g has variance 1/(3D) a pixel."""
    estimate = nads.covariance("logreg", networks=3000, size=16, points=1, device="cpu")
    values, _ = nads.directions(nads.pooled(estimate))
    theory = nads.marchenko_pastur(3000, 256) / 3
    assert np.allclose(values, theory, rtol=0.06)
    assert nads.effective_dimension(*estimate.covariance.values) == pytest.approx(256, rel=0.03)


def test_marchenko_pastur_has_its_known_ends_and_moments():
    values = nads.marchenko_pastur(10_000, 1024)
    assert nads.condition(values) == pytest.approx(1.94, abs=0.03)  # (1 + √q)/(1 − √q) at the very ends
    assert values.sum() == pytest.approx(1, abs=1e-4)
    assert 1024 * (values**2).sum() == pytest.approx(1 + 0.1024, abs=1e-3)
    with pytest.raises(ValueError, match="more networks than dimensions"):
        nads.marchenko_pastur(100, 1024)


def test_directions_are_orthonormal_ranked_and_diagonalise():
    c = random_covariance(12, 0)
    values, u = nads.directions(c)
    assert np.allclose(u @ u.T, np.eye(12)) and (np.diff(values) <= 0).all()
    assert np.allclose(u @ c @ u.T, np.diag(values))
    assert np.allclose(nads.response(c, u), values)
    assert np.allclose(nads.captured(c, u), [nads.energy(values, k) for k in range(1, 13)])


def test_overlap_is_one_for_a_rotated_basis_and_chance_for_random_ones():
    rng = np.random.default_rng(0)
    q = np.linalg.qr(rng.normal(size=(40, 40)))[0].T
    mixed = np.linalg.qr(rng.normal(size=(5, 5)))[0] @ q[:5]
    assert nads.overlap(q[:5], mixed) == pytest.approx(1)
    assert nads.overlap(q[:5], q[5:10]) == pytest.approx(0, abs=1e-12)
    chance = [nads.overlap(q[:5], np.linalg.qr(rng.normal(size=(40, 5)))[0].T) for _ in range(400)]
    assert np.mean(chance) == pytest.approx(5 / 40, abs=0.01)
    with pytest.raises(ValueError, match="one shape"):
        nads.overlap(q[:5], q[:4])


def test_effective_dimension_of_known_spectra():
    assert nads.effective_dimension(np.eye(7), np.eye(7)) == pytest.approx(7)
    one = np.diag([3.0, 0, 0])
    assert nads.effective_dimension(one, 2 * one) == pytest.approx(1)


def test_frequency_energy_is_that_of_a_filter():
    """White noise through a circular filter m has the energy |m̂|² at each frequency."""
    m = np.random.default_rng(1).normal(size=(8, 8))
    columns = [np.roll(m, (i, j), (0, 1)).ravel() for i in range(8) for j in range(8)]
    energy = nads.frequency_energy(np.stack(columns).T @ np.stack(columns), 8)
    assert np.allclose(energy, np.fft.fftshift(np.abs(np.fft.fft2(m)) ** 2))


# closed forms


def linear_net():
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, padding_mode="circular", bias=False),
        nn.AvgPool2d(2),
        nn.Conv2d(3, 2, 3, padding=1, padding_mode="circular", bias=False),
        nn.Flatten(),
        nn.Linear(2 * 9, 1, bias=False),
    )


def test_linear_convolutions_and_pooling_agree_with_sampled_networks():
    """PyTorch's default weights are uniform with variance 1/(3 fan-in)."""
    c = np.eye(9) / (3 * 18)
    c = nads.linear_conv(c, kernel=3, channels=2, variance=1 / (3 * 27))
    c = nads.linear_conv(nads.pooling(c), kernel=3, channels=3, variance=1 / (3 * 9))
    g = nads.gradients(linear_net, range(1500), x=points(1, 6), estimator="point", **DOUBLE).numpy()
    sampled = g.T @ g / 1500
    assert np.abs(sampled - c).max() < 6 * c.max() * np.sqrt(6 / 1500)
    assert np.trace(sampled) == pytest.approx(np.trace(c), rel=0.08)


def test_strided_linear_convolution_by_brute_force():
    rng = np.random.default_rng(0)
    c = random_covariance(9, 2)
    root, total = np.linalg.cholesky(c), np.zeros((36, 36))
    n = 6000
    for taps, z in zip(rng.normal(size=(n, 9)), rng.normal(size=(n, 9))):
        back = sum(w * (root @ z) @ t for w, t in zip(taps, strided_shifts(6, 3, 2)))
        total += np.outer(back, back) / n
    exact = nads.linear_conv(c, kernel=3, stride=2, channels=1, variance=1.0)
    assert np.abs(total - exact).max() < 0.12 * exact.max()


def strided_shifts(side, kernel, stride):
    """T_d (P_out, P_in) written pixel by pixel."""
    small = side // stride
    for i in range(-(kernel // 2), kernel // 2 + 1):
        for j in range(-(kernel // 2), kernel // 2 + 1):
            shift = np.zeros((small, small, side, side))
            for r in range(small):
                for s in range(small):
                    shift[r, s, (r * stride + i) % side, (s * stride + j) % side] = 1
            yield shift.reshape(small**2, side**2)


@pytest.mark.parametrize("readout", ["flat", "mean"])
def test_infinite_width_agrees_with_wide_sampled_networks(readout):
    layers = (3, "pool", 3)
    closed = nads.infinite_width(4, layers, readout=readout)
    make = partial(nads.sampled_net, 4, layers, width=48, readout=readout)
    g = nads.gradients(make, range(1500), x=points(1, 4), estimator="impulse", **DOUBLE).numpy()
    assert np.abs(g.T @ g / 1500 - closed).max() < 0.16 * closed.max()
    assert np.linalg.eigvalsh(closed).min() > -1e-12 * closed.max()


def test_one_hidden_layer_is_exact_and_half_of_the_linear_network():
    """relu(a) − relu(−a) = a: an odd response cannot see a single ReLU, so C is that of the linear network."""
    linear = nads.linear_conv(np.eye(16) / 16, kernel=3, channels=1, variance=2 / 9) / 4
    assert np.allclose(nads.infinite_width(4, (3,)), linear)
