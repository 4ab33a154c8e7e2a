"""Oracles: NumPy on the layers computed by hand; the network is compared with itself before and after."""

import pytest
import torch
from torch import nn

from nbkit import ablation, chain, nets, units


@pytest.fixture
def conv():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(108, 4), nn.ReLU()
    )


def test_units_are_counted_and_read_in_order(conv):
    x = torch.randn(5, 1, 8, 8)
    conv.eval()
    assert units.widths(conv, x) == {"2": 3, "5": 4}
    found = units.activations(conv, x, batch=2)
    maps = conv[:3](x)
    assert torch.allclose(found[:, :3], maps.mean((2, 3)), atol=1e-6)
    assert torch.allclose(found[:, 3:], conv(x), atol=1e-6)


def test_moments_run_over_examples_and_space(conv):
    x = torch.randn(7, 1, 8, 8)
    conv.eval()
    mean, deviation = units.moments(conv, x, batch=3)
    maps = conv[:3](x).transpose(0, 1).flatten(1)
    assert torch.allclose(mean[:3], maps.mean(1), atol=1e-5)
    assert torch.allclose(deviation[:3], maps.std(1, unbiased=False), atol=1e-5)
    assert torch.allclose(deviation[3:], conv(x).std(0, unbiased=False), atol=1e-5)


def test_residual_blocks_are_layers_too():
    names = units.layers(nets.resnet18(width=4))
    assert {"3", "3.residual.2", "10"} <= set(names)


class Functional(nn.Module):
    """Calls its ReLU as a function, or one ReLU module twice, as torchvision's residual blocks do."""

    def __init__(self, relu):
        super().__init__()
        self.first, self.second, self.relu = nn.Linear(4, 3), nn.Linear(3, 3), relu

    def forward(self, x):
        return self.relu(self.second(self.relu(self.first(x))))


@pytest.mark.parametrize(
    ("relu", "names", "says"),
    [
        (torch.relu, None, "the network has no nn.ReLU module"),
        (nn.ReLU(), None, "'relu' is used more than once in a pass"),
        (nn.ReLU(inplace=True), None, "'relu' is used more than once in a pass"),
        (nn.ReLU(inplace=True), ["spare"], "'spare' is not used in a pass"),
    ],
)
def test_units_that_cannot_be_told_apart_are_refused_in_one_sentence(relu, names, says):
    net, x, y = Functional(relu), torch.randn(6, 4), torch.arange(6) % 3
    net.spare = nn.ReLU()
    measures = [
        lambda: ablation.cumulative(net, x, y, orders=1, steps=2, seed=0, layers=names),
        lambda: ablation.single(net, x, y, layers=names),
        lambda: ablation.noise(net, x, y, [0.5], repeats=1, seed=0, layers=names),
        lambda: units.activations(net, x, names),
    ]
    if relu is torch.relu:
        del net.spare
    for measure in measures:
        with pytest.raises(ValueError, match=says):
            measure()
    assert ablation.cumulative(net, x, y, orders=1, steps=2, seed=0, layers=["first"]).sizes["fraction"] == 3


@pytest.mark.parametrize("fails", [False, True])
def test_the_network_is_left_as_it_was_also_after_an_exception(conv, fails):
    conv[1].eval()  # a mixture of modes must come back, too
    conv[0].train()
    modes = [module.training for module in conv.modules()]
    state = {name: value.clone() for name, value in conv.state_dict().items()}
    try:
        with units.edited(conv, {"2": lambda h: 1 / 0 if fails else h * 0}):
            assert not conv.training
            conv(torch.randn(2, 1, 8, 8))
    except ZeroDivisionError:
        assert fails
    assert [module.training for module in conv.modules()] == modes
    assert not any(module._forward_hooks for module in conv.modules())
    assert all(torch.equal(value, state[name]) for name, value in conv.state_dict().items())


def test_only_plain_chains_are_read_as_such(conv):
    assert chain.read(conv) is None
    assert chain.read(nn.Sequential(nn.Flatten(), nn.Linear(4, 3))) is None
    assert chain.read(nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))) is None
    assert chain.read(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2), nn.ReLU())) is None
    maps = chain.read(nets.mlp(shape=(4,), widths=(3, 5), dropout=0.5))
    assert [tuple(m.weight.shape) for m in maps] == [(3, 4), (5, 3), (2, 5)]
