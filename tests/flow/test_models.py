"""Oracle: the closed-form flow of the one-hidden-layer network."""

import pytest
import torch
from torch import nn

from nbkit import flow
from nbkit.data import gaussian
from nbkit.flow import models


class OneHiddenLayer(nn.Module):
    def __init__(self, neurons):
        super().__init__()
        self.neurons = nn.Parameter(neurons.clone())

    def forward(self, x):
        a = (flow.augment(x) @ self.neurons[:, :-1].T).relu()
        return a @ self.neurons[:, -1:] / len(self.neurons)


def test_a_torch_model_follows_the_same_flow():
    x, y = gaussian.sample("stripe", [0], 12, 3)
    x_test, _ = gaussian.sample("stripe", [1], 20, 3)
    start = flow.initial([0], 20, 3)
    expected = flow.train(x, y, start, alpha=10.0, device="cpu")
    net = lambda: OneHiddenLayer(start[0])
    F, fitted = flow.train_models(net, x, y, x_test[0], alpha=10.0, seeds=[0])
    # The two begin with different step sizes, so they agree to the accuracy of Euler's steps.
    assert fitted.all() and (F - expected.predict(x_test)).abs().max() < 0.01 * F.abs().max()


def test_a_model_may_fit_one_class_first():
    start = flow.initial([0], 4, 3)
    start[..., -1] = start[..., -1].abs()  # F grows where y = +1, and a step is too short for y = −1
    x, y = gaussian.sample("stripe", [0], 12, 3)
    x, y = x[:, y[0].argsort(descending=True)], y.sort(descending=True).values
    x[:, y[0] < 0] = 0
    x[:, y[0] > 0] = 5
    F = flow.train_models(lambda: OneHiddenLayer(start[0]), x, y, x[0], alpha=1e-3, seeds=[0], max_steps=400)[0]
    assert F.shape == (1, 12)


@pytest.mark.parametrize("points", [1, 30])
def test_runs_give_the_same_in_passes_of_a_few(monkeypatch, points):
    x, y = gaussian.sample("stripe", range(3), 12, 3)
    same = dict(alpha=10.0, seeds=range(3), max_steps=60, device="cpu")
    net = lambda: OneHiddenLayer(torch.randn(8, 5))
    whole = flow.train_models(net, x, y, x[0], **same)[0]
    monkeypatch.setattr(models, "POINTS", points)
    assert torch.allclose(flow.train_models(net, x, y, x[0], **same)[0], whole, rtol=1e-9)
