"""Oracles: the measured selectivity, closed forms of R, a plain PyTorch training loop, invariance under rescaling."""

import numpy as np
import pytest
import torch
from torch import nn

from nbkit import fleet, nets, penalties
from nbkit.selectivity import class_selectivity


def split(seed=0, n=96):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 1, 4, 4, generator=generator)
    y = torch.arange(n) % 4
    return fleet.Split(x + y[:, None, None, None] / 4, y, x[:10], (y[:10] + seed) % 4)


def layer(h, weight):
    return penalties.Layer(
        torch.as_tensor(h, dtype=torch.float64)[None], torch.as_tensor(weight, dtype=torch.float64)[None]
    )


def test_the_penalty_on_selectivity_is_the_mean_of_the_measured_one():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(np.arange(4), [3, 5, 7, 9]))
    parts = [rng.exponential(size=(24, 6)) * (1 + y[:, None]), rng.exponential(size=(24, 3))]
    layers = [layer(h, np.ones((2, h.shape[1]))) for h in parts]
    expected = class_selectivity(np.concatenate(parts, axis=1), y).mean()
    assert np.isclose(penalties.selectivity(layers, torch.from_numpy(y)[None]).item(), expected, atol=1e-6)


@pytest.mark.parametrize("k", [1, 3, 8])
def test_reliance_on_k_units_that_push_alike_is_one_over_k(k):
    h = np.random.default_rng(1).exponential(size=(50, 1)) * (np.arange(8) < k)
    weight = np.repeat([[1.0], [-2.0]], 8, axis=1)
    assert np.isclose(penalties.reliance([layer(h, weight)], None).item(), 1 / k, rtol=1e-5)


def test_reliance_on_units_that_push_in_orthogonal_directions_is_one_and_scale_does_not_matter():
    h = np.random.default_rng(2).exponential(size=(50, 4))
    assert np.isclose(penalties.reliance([layer(h, np.eye(4))], None).item(), 1, rtol=1e-5)
    weight = np.random.default_rng(3).normal(size=(5, 4))
    once, twice = (penalties.reliance([layer(a * h, weight / a)], None).item() for a in (1.0, 2.0))
    assert np.isclose(once, twice)


def test_reliance_is_at_least_one_over_the_number_of_units_and_has_no_upper_bound():
    rng = np.random.default_rng(4)
    for _ in range(20):
        found = penalties.reliance([layer(rng.exponential(size=(30, 6)), rng.normal(size=(3, 6)))], None).item()
        assert found >= 1 / 6
    t = 0.1
    cancelling = penalties.reliance([layer(np.ones((5, 2)), [[1.0, -(1 - t)]])], None).item()
    assert np.isclose(cancelling, (1 + (1 - t) ** 2) / t**2, rtol=1e-4)


def test_strength_0_is_plain_adam_training():
    data, epochs, lr = split(), 3, 1e-2
    sizes = dict(shape=(1, 4, 4), widths=(8, 8))
    found = penalties.train(
        penalties.reliance,
        [0.0, 1.0],
        [fleet.Task(data, seed=s, lr=lr) for s in (5, 5)],
        **sizes,
        epochs=epochs,
        batch=32,
        classes=4,
        device="cpu",
    )
    recipe = fleet.Training(epochs=epochs, batch=32, optimizer="adam", schedule="constant")
    net = lambda: nets.mlp(**sizes, classes=4)
    plain = fleet.train(net, [fleet.Task(data, seed=5, lr=lr)], recipe, device="cpu", keep_weights="final")
    for name, value in plain.weights.items():
        assert torch.allclose(found.weights[name][0], value[0], atol=1e-5)
        assert not torch.allclose(found.weights[name][1], value[0], atol=1e-3)
    assert isinstance(found.model(1), nn.Module)


@pytest.mark.parametrize("penalty", [penalties.selectivity, penalties.reliance])
def test_a_penalty_lowers_what_it_penalises(penalty):
    tasks = [fleet.Task(split(), seed=0, lr=1e-2)] * 2
    found = penalties.train(
        penalty, [0.0, 3.0], tasks, shape=(1, 4, 4), widths=(16,), epochs=20, batch=32, classes=4, device="cpu"
    )
    plain, pushed = found.history.penalty.values[:, 0]
    assert pushed < 0.8 * plain


def test_the_scores_are_those_of_each_network_on_its_own_data():
    data = [split(seed) for seed in range(3)]
    found = penalties.train(
        penalties.reliance,
        [0.0, 1.0, 2.0],
        [fleet.Task(one, seed=s, lr=1e-2) for s, one in enumerate(data)],
        shape=(1, 4, 4),
        widths=(8, 8),
        epochs=2,
        classes=4,
        device="cpu",
    )
    for i, (x, y, x_test, y_test) in enumerate(data):
        net, layers = found.model(i), []
        for k in (2, 4):  # behind the ReLUs, before the linear maps that follow
            layers.append(penalties.Layer(net[: k + 1](x)[None], net[k + 1].weight[None]))
        scores = found.history.isel(network=i, epoch=0)
        assert np.isclose(scores.penalty, penalties.reliance(layers, None).item(), rtol=1e-5)
        assert np.isclose(scores.train_accuracy, (net(x).argmax(1) == y).float().mean().item())
        assert np.isclose(scores.test_accuracy, (net(x_test).argmax(1) == y_test).float().mean().item())
