"""Oracles: the network written out, automatic differentiation, permutation of the neurons."""

import pytest
import torch

from nbkit import flow
from nbkit.data import gaussian
from nbkit.flow import neurons as module


def _problem(runs=3, p=7, h=11, d=4):
    x = torch.randn(runs, p, d, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return x, flow.initial(range(runs), h, d)


@pytest.mark.parametrize("block", [module.BLOCK, 30])
def test_output_is_the_formula(monkeypatch, block):
    monkeypatch.setattr(module, "BLOCK", block)
    x, neurons = _problem()
    w, b, beta = neurons[..., :-2], neurons[..., -2], neurons[..., -1]
    a = torch.einsum("rpd,rhd->rph", x, w) / x.shape[-1] ** 0.5 + b[:, None]
    assert torch.allclose(flow.output(neurons, x), (a.relu() * beta[:, None]).mean(-1), atol=1e-14)


def test_gradient_is_that_of_automatic_differentiation(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 100)  # several blocks
    x, neurons = _problem()
    neurons.requires_grad_()
    f = (module.augment(x) @ neurons[..., :-1].mT).relu() @ neurons[..., -1:] / neurons.shape[1]
    (expected,) = torch.autograd.grad((f[..., 0] ** 3).sum(), neurons)
    found_f, found = flow.output_and_gradient(neurons.detach(), flow.augment(x), lambda f, rows: 3 * f**2)
    assert torch.allclose(found_f, f[..., 0].detach(), atol=1e-14)
    assert torch.allclose(found, expected, atol=1e-14)


def test_neurons_may_be_permuted():
    x, neurons = _problem()
    assert torch.allclose(flow.output(neurons.flip(1), x), flow.output(neurons, x), atol=1e-14)


def test_a_run_has_its_own_seed():
    assert torch.equal(flow.initial([5, 6], 4, 2)[1], flow.initial([6], 4, 2)[0])


def test_a_class_is_lost_when_no_neuron_of_its_sign_sees_it():
    x = torch.tensor([[[1.0], [2.0], [-1.0]]], dtype=torch.float64)
    y = torch.tensor([[1.0, 1.0, -1.0]])
    right, left, blind = [1.0, 0.0], [-1.0, 0.0], [0.0, -1.0]
    points = flow.augment(x)
    lost = lambda *neurons: flow.has_lost_a_class(torch.tensor([neurons], dtype=torch.float64), points, y).item()
    assert not lost([*right, 1.0], [*left, -1.0])
    assert lost([*right, 1.0], [*left, 1.0]) and lost([*right, -1.0], [*left, -1.0])
    assert lost([*blind, 1.0], [*left, -1.0])
    assert not flow.has_lost_a_class(
        torch.tensor([[[*right, 1.0]]]).double(), points[:, :2], y[:, :2]
    ).item()  # there is one class


def test_neurons_and_points_of_one_seed_are_independent():
    neurons = flow.initial([0, 3], 500, 2).reshape(2, -1)
    points = gaussian.sample("sphere", [0, 3], 1000, 2)[0].reshape(2, -1)
    for one in neurons:
        for other in points:
            assert abs(float(torch.corrcoef(torch.stack([one, other]))[0, 1])) < 0.1
