"""Oracles: the plane that z stands for, automatic differentiation of the flow, and functions that must not change."""

import math

import numpy as np
import pytest
import torch

from nbkit import attractors, flow
from nbkit.data import gaussian

TINY = dict(max_steps=40, seeds=2, device="cpu")


def _setting(h=50, p=12, d=3):
    x, y = gaussian.sample("stripe", [4], p, d)
    return flow.initial([1], h, d)[0], x[0], y[0]


def test_z_is_the_point_of_the_plane_nearest_to_the_origin():
    neurons, _, _ = _setting()
    z, w, b = attractors.positions(neurons), neurons[:, :-2], neurons[:, -2]
    assert torch.allclose((z * w).sum(1) / 3**0.5 + b, torch.zeros_like(b), atol=1e-12)
    assert torch.allclose((z * w).sum(1).abs(), z.norm(dim=1) * w.norm(dim=1))


def test_merging_keeps_the_network_on_its_points_and_nowhere_else():
    neurons, x, _ = _setting(h=3000, d=2)
    merged = attractors.merge(neurons, x)
    assert len(merged) < len(neurons) / 5
    before, after = (flow.output(n[None], x[None]) for n in (neurons, merged))
    assert (before - after).abs().max() < 1e-13 * before.abs().max()
    elsewhere = 0.5 * x[None]
    assert not torch.allclose(flow.output(neurons[None], elsewhere), flow.output(merged[None], elsewhere), atol=1e-6)


def test_copies_are_one_attractor_and_weak_neurons_may_be_left_out():
    neurons, x, _ = _setting(h=3)
    copies = torch.cat([neurons[:1], 2 * neurons[:1], neurons[:1]])
    assert attractors.count(copies, x) == 1
    copies[2] = -1e-6 * neurons[0]
    assert attractors.count(copies, x) == 2 and attractors.count(copies, x, least=0.01) == 1


@pytest.mark.parametrize("printed", [False, True])
def test_velocity_is_that_of_the_flow(printed):
    """dz/dt by forward-mode differentiation of z along −∇L; the talk's form fails."""
    neurons, x, y = _setting(d=5)
    pull = lambda f, rows: -y[None] / len(y)
    _, gradient = flow.output_and_gradient(neurons[None], flow.augment(x)[None], pull)
    _, expected = torch.func.jvp(attractors.positions, (neurons,), (-gradient[0],))
    error = (attractors.velocity(neurons, x, y, printed=printed) - expected).norm() / expected.norm()
    assert error > 0.1 if printed else error < 1e-12


def test_one_point_draws_a_growing_neuron_to_its_mirror_place():
    """p = 1: an active neuron that grows ends at z = −d x/|x|²."""
    x = torch.tensor([[[1.0, 0.5]]], dtype=torch.float64)
    start = torch.tensor([[[0.3, -0.2, 0.8, 0.5]]], dtype=torch.float64)
    end = flow.train(x, torch.ones(1, 1), start, alpha=1e-8, device="cpu", max_steps=4000).end
    assert torch.allclose(attractors.positions(end)[0, 0], -2 * x[0, 0] / x.square().sum(), rtol=1e-2)


def test_a_neuron_that_has_arrived_lies_along_its_pull():
    x, y = torch.tensor([[1.0, 0.5]], dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    arrived = torch.cat([flow.augment(x), torch.ones(1, 1)], dim=1)
    assert attractors.along_pull(arrived, x, y).item() == pytest.approx(1)
    assert attractors.along_pull(arrived + torch.tensor([[2.0, -1.0, 0, 0]]), x, y).item() < 0.9


def test_entropy_of_all_directions_is_one_and_of_one_direction_zero():
    angle = torch.linspace(-math.pi, math.pi, 3601, dtype=torch.float64)[:-1]
    ring = torch.stack([angle.cos(), angle.sin(), angle.cos() * 0 - 1, angle.cos() * 0 + 1], dim=1)
    assert 1 < attractors.angular_entropy(ring) < 1.1  # evener than by chance
    assert attractors.angular_entropy(ring[:1].repeat(9, 1)) == 0
    assert attractors.radial_spread(ring) == pytest.approx(0, abs=1e-12)
    scales = [torch.tensor([1, 1, math.e**k, 1]) for k in range(3)]  # z grows with b
    assert attractors.radial_spread(torch.cat([ring * scale for scale in scales])) == pytest.approx(1)


def test_the_entropy_of_uniform_angles_does_not_depend_on_their_number():
    random = torch.Generator().manual_seed(0)
    for n in (10, 40, 200):
        angles = 2 * math.pi * torch.rand(500, n, generator=random)
        neurons = torch.stack([angles.cos(), angles.sin(), torch.ones(500, n), torch.ones(500, n)], dim=-1)
        assert np.mean([attractors.angular_entropy(few) for few in neurons]) == pytest.approx(1, abs=0.01)


def test_strong_neurons_are_those_of_some_share_of_the_largest_strength():
    neurons = torch.tensor([[3.0, 4.0, 0.0, 2.0], [0.6, 0.8, 0.0, 2.0], [3.0, 4.0, 0.0, -0.01]])
    assert attractors.strength(neurons).tolist() == pytest.approx([10, 2, 0.05])
    assert len(attractors.strong(neurons)) == 2 and len(attractors.strong(neurons, least=0.3)) == 1


def test_halfway_of_a_line_is_its_middle():
    assert attractors.halfway([0.01, 1, 100], [0, 0.5, 1]) == pytest.approx(0)
    assert attractors.halfway([0.01, 1, 100], [4, 4, 2]) == pytest.approx(1)


def test_experiments_have_their_axes():
    plane = attractors.in_the_plane(p=8, width=10, alpha=0.1, frames=5, **TINY)
    assert plane.neurons.shape == (2, 2, 5, 10, 4) and (plane.unfitted[:, :, 0] == 1).all()
    assert (plane.time.diff("frame") > 0).all() and (plane.spread >= 0).all()
    counts = attractors.counts("sphere", d=2, samples=[4, 8], widths=[6], **TINY)
    assert counts.after.shape == (2, 1, 2) and (counts.after <= 6).all() and (counts.strong <= counts.after).all()
    images = attractors.on_images("digits", d=4, p=8, width=10, **TINY)
    assert images.error.shape == (2, 2) and (images.attractors <= 1.5).all()
    cross = attractors.crossover(alphas=[1e-3, 1e3], d=3, p=8, width=10, **TINY)
    assert cross.compression.shape == (2, 2) and np.isfinite(cross.attractors).all()


def test_the_pull_is_the_gradient_that_a_neuron_feels():
    x, y = gaussian.sample("stripe", [0], 15, 3)
    neurons = flow.initial([1], 12, 3)
    _, gradient = flow.output_and_gradient(neurons, flow.augment(x), lambda f, rows: -y[rows] / 15)
    expected = torch.nn.functional.cosine_similarity(neurons[0, :, :-1], gradient[0, :, :-1], dim=1).abs()
    assert torch.allclose(attractors.along_pull(neurons[0], x[0], y[0]), expected)
