"""Oracles: cubes and planes of known dimension, entropies of known distributions."""

import numpy as np
import pytest
import torch

from nbkit import representations as rep


def _uniform(n, k, seed=0):
    return torch.rand(n, k, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_dimension_of_a_cube_in_a_larger_space(k):
    turn = torch.linalg.qr(_uniform(9, 9, seed=1)).Q[:k]
    found = rep.intrinsic_dimension(_uniform(3000, k) @ turn)
    assert found == pytest.approx(k, rel=0.12)
    assert rep.intrinsic_dimension(_uniform(3000, k), discard=0) == pytest.approx(k, rel=0.12)


def test_components_of_a_line_and_of_a_ball():
    line = _uniform(50, 1) @ torch.tensor([[1.0, -2.0, 3.0]], dtype=torch.float64)
    assert rep.component_shares(line)[0].item() == pytest.approx(1)
    ball = torch.randn(20_000, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(rep.component_shares(ball), torch.full((4,), 0.25), atol=0.01)


def test_information_of_bins_is_their_entropy():
    eight = torch.arange(8.0).repeat(5)[:, None] + 0.5
    assert rep.binned_information(eight, 1.0) == pytest.approx(3)
    assert rep.binned_information(eight, 2.0) == pytest.approx(2)
    assert rep.binned_information(torch.cat([eight, eight.flip(0)], dim=1), 100.0) == 0


def test_noisy_information_of_far_points_is_their_number_and_of_one_point_nothing():
    assert rep.noisy_information(100.0 * torch.arange(16.0)[:, None], 0.1) == pytest.approx(4)
    assert rep.noisy_information(torch.zeros(16, 2), 0.1) == pytest.approx(0, abs=1e-6)


def test_a_saturating_unit_keeps_one_bit_and_a_relu_does_not_saturate():
    unit = rep.single_unit([0.1, 1.0, 1e4], samples=100_000, seed=0)
    tanh, relu = unit.information.values
    # w = 0.1 is nearly linear: the entropy of N(0, 0.1²) read to bins of 1/15.
    assert tanh[0] == pytest.approx(np.log2(0.1 * np.sqrt(2 * np.pi * np.e) * 15), abs=0.03)
    assert tanh[2] == pytest.approx(1, abs=0.02) and (np.diff(relu) > 0).all()


def test_twelve_bits_are_all_there_and_balanced():
    x, y = rep.twelve_bits(0)
    assert len(torch.unique(x, dim=0)) == 4096 and y.float().mean() == pytest.approx(0.5, abs=0.01)


def test_experiments_have_their_axes():
    last = rep.last_layer("stripe", d=3, p=12, width=15, seeds=2, frames=2, max_steps=20, device="cpu")
    assert last.dimension.shape == (2, 2, 3) and (last["first"] > 1 / 3).all()
    deep = rep.by_layer("digits", widths=(8, 6), epochs=1, seeds=2, device="cpu")
    assert deep.dimension.shape == (2, 2, 3) and np.allclose(deep.dimension[0, :, 0], deep.dimension[1, :, 0])
    plane = rep.information_plane(epochs=2, every=1, seeds=2, bin_widths=[0.1, 0.5], device="cpu")
    assert (
        plane.information.shape == (2, 2, 2, 3, 5)
        and (plane.information <= 12).all()
        and (plane.noisy <= 9 + 1e-9).all()
    )
    assert (plane.information.sel(bins=0.1) >= plane.information.sel(bins=0.5) - 1e-6).all()


def test_bins_below_zero_are_bins_of_their_own():
    grid = torch.cartesian_prod(torch.tensor([0.5, 1.5, 2.5]), torch.tensor([-1.5, 0.5]))
    assert rep.binned_information(grid, 1.0) == pytest.approx(np.log2(6))


@pytest.mark.parametrize("distance", [0.0, 0.3, 1.0, 50.0])
def test_noisy_information_of_two_points_is_the_closed_form(distance):
    found = rep.noisy_information(torch.tensor([[0.0, 0.0], [0.0, distance]]), 0.5)
    assert found == pytest.approx(1 - np.log2(1 + np.exp(-(distance**2) / (2 * 0.5**2))))
