"""Oracles: one plain forward pass per mask with weights cut by hand, areas in closed form, conservation of counts."""

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from nbkit import ablation, chain, nets, units

MLP = dict(shape=(1, 8, 8), widths=(12, 9, 7), classes=5)
SHAPES = {"mlp": (1, 8, 8), "norm": (1, 8, 8), "lenet": (1, 32, 32), "resnet": (1, 16, 16)}


def network(name, seed=0):
    torch.manual_seed(seed)
    net = {
        "mlp": lambda: nets.mlp(**MLP),
        "norm": lambda: nets.mlp(**MLP, batch_norm=True, dropout=0.3),
        "lenet": lambda: nets.lenet(classes=5),
        "resnet": lambda: nets.resnet18(classes=5, width=4),
    }[name]()
    for module in net.modules():  # statistics, scales and shifts that are not those of a fresh network
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.normal_(module.bias)
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return net.double().eval()


def examples(name, seed=1):
    n = 8 if name == "resnet" else 40
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, *SHAPES[name], generator=generator, dtype=torch.float64)
    return x, torch.randint(5, (n,), generator=generator)


def one_by_one(net, x, mask, held, names):
    """The plain way: a full forward pass for one mask."""
    parts = mask.split(list(units.widths(net, x, names).values()))
    values = held.split([len(part) for part in parts])
    shaped = lambda v, h: v.view(-1, *[1] * (h.ndim - 2))
    edits = {
        name: lambda h, part=part, value=value: torch.where(shaped(part, h), shaped(value, h), h)
        for name, part, value in zip(names, parts, values)
    }
    with units.edited(net, edits), torch.no_grad():
        return net(x)


def random_masks(net, x, names, count=7, seed=2):
    width = sum(units.widths(net, x, names).values())
    masks = torch.rand(count, width, generator=torch.Generator().manual_seed(seed)) < 0.4
    masks[0], masks[-1] = False, True
    return masks


@pytest.mark.parametrize("hold", ["zero", "mean"])
@pytest.mark.parametrize("name", SHAPES)
def test_many_masks_at_once_equal_one_at_a_time(name, hold):
    net, (x, y) = network(name), examples(name)
    names = units.layers(net)
    masks = random_masks(net, x, names)
    held = units.moments(net, x)[0] * (hold == "mean")
    found = ablation.hits(net, x, y, masks, held=held, rows=100)
    for mask, row in zip(masks, found):
        right = one_by_one(net, x, mask, held, names).argmax(1) == y
        assert np.array_equal(row, np.bincount(y[right], minlength=5))


@pytest.mark.parametrize("name", ["mlp", "norm"])
def test_the_walk_gives_the_logits_of_every_mask(name):
    net, (x, _) = network(name), examples(name)
    masks, held = random_masks(net, x, units.layers(net)), units.moments(net, x)[0]
    for mask, logits in zip(masks, chain.walk(chain.read(net), x.flatten(1), masks, held)):
        assert torch.allclose(logits.T, one_by_one(net, x, mask, held, units.layers(net)), atol=1e-12)


def test_zeroing_a_unit_is_zeroing_the_weights_that_leave_it_and_not_those_that_enter_it():
    """Batch norm turns zero weights into its shift, which leaks on; the ablated activation is exactly 0."""
    net, (x, _) = network("norm"), examples("norm")
    masks = torch.zeros(1, 28, dtype=torch.bool)
    masks[0, 3] = True
    after, before = network("norm"), network("norm")
    after[5].weight.data[:, 3] = 0
    before[1].weight.data[3] = 0
    before[1].bias.data[3] = 0
    expected = one_by_one(net, x, masks[0], torch.zeros(28).double(), units.layers(net))
    assert torch.allclose(after(x), expected, atol=1e-12)
    assert not torch.allclose(before(x), expected, atol=1e-2)
    logits = next(chain.walk(chain.read(net), x.flatten(1), masks, torch.zeros(28).double()))
    assert torch.allclose(logits.T, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["mlp", "resnet"])
def test_a_curve_starts_at_the_baseline_and_ends_at_the_output_bias(name):
    net, (x, y) = network(name), examples(name)
    net[-1].bias.data[3] = 9.0
    curve = ablation.cumulative(net, x, y, orders=3, steps=4, seed=0)
    baseline = (net(x).argmax(1) == y).double().mean().item()
    assert np.allclose(curve.isel(fraction=0), baseline)
    assert np.allclose(curve.isel(fraction=-1), (y == 3).double().mean().item())


def test_cumulative_masks_are_nested_and_ablate_the_right_number():
    masks = ablation.cumulative_masks(30, orders=4, steps=7, seed=1)
    assert (masks[:, 1:] >= masks[:, :-1]).all()
    assert (masks.sum(2) == (torch.arange(8) * 30 / 7).round()).all()
    assert not torch.equal(masks[0], masks[1])


def test_area_under_constant_and_straight_curves():
    fraction = np.linspace(0, 1, 11)
    curves = xr.DataArray([np.full(11, 0.7), 1 - fraction], dims=("order", "fraction"), coords={"fraction": fraction})
    assert np.allclose(ablation.auc(curves), [0.7, 0.5])
    assert np.allclose(ablation.auc(curves, normalised=True), [1.0, 0.5])


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_losses_of_single_units_agree_with_class_losses_and_dead_units_cost_nothing(name):
    net, (x, y) = network(name), examples(name)
    if name == "mlp":
        net[1].weight.data[4], net[1].bias.data[4] = 0, -1
    effect = ablation.single(net, x, y)
    share = np.bincount(y, minlength=5) / len(y)
    assert np.allclose((effect.class_loss * share).sum("class"), effect.loss)
    assert (
        effect.layer.values.tolist()
        == np.repeat(range(len(units.layers(net))), list(units.widths(net, x).values())).tolist()
    )
    if name == "mlp":
        assert effect.loss[4] == 0 and not effect.class_loss[4].any()


def test_a_subset_of_layers_leaves_the_others_alone():
    net, (x, y) = network("mlp"), examples("mlp")
    last = units.layers(net)[-1:]
    part = ablation.single(net, x, y, layers=last)
    whole = ablation.single(net, x, y)
    assert np.allclose(part.loss, whole.loss[whole.layer == 2])


def test_no_noise_changes_nothing_and_noise_has_the_deviation_it_says():
    net, (x, y) = network("mlp"), examples("mlp")
    baseline = (net(x).argmax(1) == y).double().mean().item()
    assert np.allclose(ablation.noise(net, x, y, [0.0], repeats=2, seed=0), baseline)
    identity = nn.Sequential(nn.ReLU(), nn.Identity()).double()
    x = torch.rand(20000, 2, dtype=torch.float64) * torch.tensor([1.0, 5.0])
    # Class 0 wins where x0 + s σ0 ε0 > x1 + s σ1 ε1, which has a closed form.
    gap, spread = x[:, 0] - x[:, 1], x.std(0).square().sum().sqrt()
    for scale in (0.3, 2.0):
        expected = torch.special.ndtr(gap / (scale * spread)).mean().item()
        found = ablation.noise(identity, x, torch.zeros(len(x), dtype=torch.int64), [scale], repeats=1, seed=0).item()
        assert abs(found - expected) < 0.015


def test_noise_is_repeatable():
    net, (x, y) = network("lenet"), examples("lenet")
    first, second = (ablation.noise(net, x, y, [0.3, 2.0], repeats=3, seed=4) for _ in range(2))
    assert first.equals(second) and first.dims == ("scale", "repeat")


def test_bad_input_is_refused_in_one_sentence():
    net, (x, y) = network("mlp"), examples("mlp")
    with pytest.raises(ValueError, match=r"masks must be \(masks, 28\)"):
        ablation.hits(net, x, y, torch.zeros(2, 5))
    with pytest.raises(ValueError, match="zero or mean, not 'median'"):
        ablation.single(net, x, y, hold="median")
    with pytest.raises(ValueError, match="no layer '17'; after a ReLU are 2, 4, 6"):
        ablation.single(net, x, y, layers=["17"])
