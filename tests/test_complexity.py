"""Oracles: kernels with known alignment and rank, the linear model's ‖W‖², finite differences, the lazy limit."""

import numpy as np
import pytest
import torch

from nbkit import complexity, nets


def test_alignment_and_rank_of_known_kernels():
    y = np.array([1.0, 1, -1, -1])
    assert np.isclose(complexity.alignment(np.outer(y, y) + 3, y), 1)
    assert np.isclose(complexity.alignment(np.eye(4), y), 1 / np.sqrt(3))
    assert np.isclose(complexity.effective_rank(np.outer(y, y)), 1)
    assert np.isclose(complexity.effective_rank(np.eye(5)), 4)


def test_geometric_complexity_is_the_norm_of_a_linear_map_and_agrees_with_finite_differences():
    linear = nets.build("logreg", shape=(6,), classes=3).double()
    x = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert np.isclose(complexity.geometric_complexity(linear, x), linear[1].weight.square().sum().item())
    net = nets.build("mlp", shape=(6,), widths=(8,), classes=3).double()
    shifts = 1e-6 * torch.eye(6, dtype=torch.float64)
    slopes = torch.stack([(net(x + d) - net(x - d)) / 2e-6 for d in shifts])
    assert np.isclose(complexity.geometric_complexity(net, x), slopes.square().sum().item() / 5, rtol=1e-5)


def test_features_align_and_a_lazy_network_keeps_its_kernel():
    result = complexity.feature_alignment([1.0, 1000.0], n=24, width=16, steps=600, watch=2, seeds=1)
    start, end = result.alignment.isel(seed=0, step=0), result.alignment.isel(seed=0, step=-1)
    assert np.isclose(start[0], start[1]) and np.allclose(result.loss.isel(step=0), 1)
    assert end[0] > start[0] + 0.05 and abs(end[1] - start[1]) < 0.01
    assert np.allclose(result.edge.isel(step=0), 0.05) and (result["size"].isel(step=0) > 0).all()


def test_a_quantity_is_read_where_the_loss_passes_a_value():
    losses = np.exp([0.0, -1.0, -3.0, -2.0])
    quantity = lambda k: 10.0 + k
    assert np.allclose(complexity.at_loss(quantity, losses, np.exp(-1.5)), (11.25, np.exp(-1.5)))
    assert complexity.at_loss(quantity, losses, 0.0) == (13.0, losses[-1])
    assert complexity.at_loss(quantity, losses, 2.0) == (10.0, 1.0)


def test_a_sweep_has_its_axes_and_refuses_unknown_heuristics():
    result = complexity.complexity_sweep("lr", [0.1, 0.5], n_train=64, epochs=2, seeds=2, width=8, device="cpu")
    assert dict(result.complexity.sizes) == {"strength": 2, "seed": 2} and (result.complexity > 0).all()
    with pytest.raises(ValueError, match="weight_decay"):
        complexity.complexity_sweep("dropout", [0.1], n_train=64, epochs=1, seeds=1)
