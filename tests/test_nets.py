"""Architectures: sizes computed by hand, initialisation, symmetries."""

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from nbkit import nets


def images(n=2, channels=1, dtype=torch.float32):
    return torch.randn(n, channels, 32, 32, generator=torch.Generator().manual_seed(0), dtype=dtype)


def fresh(name, seed=0, **options):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nets.build(name, **options)


def conv(channels, width, kernel, bias=0):
    return channels * width * kernel**2 + bias * width


def test_parameters_of_logreg_and_mlp():
    assert nets.count_parameters(nets.logreg()) == 1024 * 2 + 2
    assert nets.count_parameters(nets.logreg(shape=(5,), classes=3)) == 5 * 3 + 3
    hidden = (64 * 16 + 16) + (16 * 8 + 8)
    output = 8 * 10 + 10
    assert nets.count_parameters(nets.mlp(shape=(64,), widths=(16, 8), classes=10)) == hidden + output
    normed = nets.mlp(shape=(64,), widths=(16, 8), classes=10, batch_norm=True, dropout=0.1)
    assert nets.count_parameters(normed) == hidden + 2 * (16 + 8) + output


def test_parameters_of_lenet():
    features = (25 * 6 + 6) + (6 * 25 * 16 + 16)
    head = (120 * 84 + 84) + (84 * 2 + 2)
    # 32 -> 28 -> pooled 14 -> 10 -> pooled 5; without pooling 32 -> 28 -> 24
    assert nets.count_parameters(nets.lenet()) == features + (400 * 120 + 120) + head
    assert nets.count_parameters(nets.lenet(pooling=False)) == features + (16 * 24 * 24 * 120 + 120) + head


@pytest.mark.parametrize("w", [64, 8])
def test_parameters_of_vgg11(w):
    widths = [3, w, 2 * w, 4 * w, 4 * w, 8 * w, 8 * w, 8 * w, 8 * w]
    features = sum(conv(a, b, 3, bias=1) + 2 * b for a, b in pairwise(widths))
    head = 2 * (8 * w * 8 * w + 8 * w) + (8 * w * 10 + 10)
    assert nets.count_parameters(nets.vgg11(in_channels=3, classes=10, width=w)) == features + head


@pytest.mark.parametrize("w, pooling", [(64, True), (8, True), (8, False)])
def test_parameters_of_resnet18(w, pooling):
    def block(a, b, shortcut):
        return conv(a, b, 3) + 2 * b + conv(b, b, 3) + 2 * b + shortcut * (conv(a, b, 1) + 2 * b)

    stages = 2 * block(w, w, 0)
    for a in (w, 2 * w, 4 * w):
        stages += block(a, 2 * a, 1) + block(2 * a, 2 * a, 0)
    expected = conv(1, w, 3) + 2 * w + stages + (8 * w * 2 + 2)
    assert nets.count_parameters(nets.resnet18(width=w, pooling=pooling)) == expected


def test_parameters_of_densenet121():
    # channels in front of the blocks 64, 128, 256, 512; behind the last 512 + 16 * 32 = 1024
    total, c, growth = conv(1, 64, 3), 64, 32
    for block, depth in enumerate((6, 12, 24, 16)):
        for _ in range(depth):
            total += 2 * c + conv(c, 128, 1) + 2 * 128 + conv(128, growth, 3)
            c += growth
        if block < 3:
            total += 2 * c + conv(c, c // 2, 1)
            c //= 2
    assert c == 1024
    assert nets.count_parameters(nets.densenet121()) == total + 2 * c + (c * 2 + 2)


@pytest.mark.parametrize("name", nets.NETS)
def test_output_shape_for_other_channels_and_classes(name):
    size = {"shape": (3, 32, 32)} if name in ("logreg", "mlp") else {"in_channels": 3}
    assert fresh(name, classes=7, **size).eval()(images(channels=3)).shape == (2, 7)


def test_sides_halve_only_with_pooling():
    def sides(net):
        seen = []
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d):
                layer.register_forward_hook(lambda layer, x, y: seen.append(y.shape[-1]))
        net.eval()(images())
        return set(seen)

    assert sides(nets.resnet18(width=2)) == {32, 16, 8, 4}
    assert sides(nets.resnet18(width=2, pooling=False)) == {32}
    assert sides(nets.lenet()) == {28, 10}
    assert sides(nets.lenet(pooling=False)) == {28, 24}


def test_logreg_is_affine():
    net, (x, y) = fresh("logreg").double(), images(dtype=torch.float64)
    zero = torch.zeros_like(x)[None]
    assert torch.allclose(net((2 * x - 3 * y)[None]), 2 * net(x[None]) - 3 * net(y[None]) + 2 * net(zero), atol=1e-12)


def test_vgg_starts_with_the_stated_normal_weights():
    for layer in fresh("vgg11").modules():
        if isinstance(layer, nn.Conv2d) and layer.weight.numel() > 10_000:
            sigma = math.sqrt(2 / (9 * layer.out_channels))
            n = layer.weight.numel()
            assert abs(layer.weight.mean()) < 5 * sigma / math.sqrt(n)
            assert abs(layer.weight.std() / sigma - 1) < 5 / math.sqrt(2 * n)
            tail = (layer.weight.abs() > 3 * sigma).double().mean()
            assert tail == pytest.approx(math.erfc(3 / math.sqrt(2)), abs=0.001)
            assert not layer.bias.any()


@pytest.mark.parametrize("name, options", [("resnet18", {"width": 8}), ("densenet121", {"growth": 8})])
def test_fresh_residual_and_dense_nets_are_homogeneous_up_to_the_last_bias(name, options):
    net, x = fresh(name, **options).double().eval(), images(dtype=torch.float64)
    bias = net[-1].bias
    assert bias.abs().min() > 0
    assert torch.equal(net(torch.zeros_like(x)), bias.expand(2, -1))
    assert torch.allclose(net(2 * x) - bias, 2 * (net(x) - bias), rtol=1e-12, atol=0)


def test_densenet_averages_the_four_by_four_map_of_its_last_block():
    net = fresh("densenet121", growth=4).eval()
    head = net[-4:]
    x = torch.randn(1, head[0].num_features, 4, 4, generator=torch.Generator().manual_seed(0))
    expected = head[3](nn.functional.avg_pool2d(torch.relu(head[0](x)), 4).flatten(1))
    assert torch.allclose(head(x), expected, atol=1e-6)


def test_hash_is_splitmix64():
    values = nets._hash(torch.tensor([1, 2, 2**62]))
    state, expected = 0, []
    for x in (1, 2, 2**62):  # the generator of Steele et al. in whole numbers without a sign
        state = x * 0x9E3779B97F4A7C15 % 2**64
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        state = (state ^ state >> 27) * 0x94D049BB133111EB % 2**64
        expected.append(state ^ state >> 31)
    assert [v % 2**64 for v in values.tolist()] == expected
    assert expected[0] == 0xE220A8397B1DCDAF  # published first output for seed 0


def test_dropout_keeps_the_mean_and_draws_independent_masks():
    torch.manual_seed(0)
    layer, other = nets.Dropout(0.3), nets.Dropout(0.3)
    x = torch.ones(200, 500)
    masks = torch.stack([layer(x), layer(x), other(x)]).flatten(1)
    assert masks.unique().tolist() == pytest.approx([0, 1 / 0.7])
    kept = (masks > 0).double()
    five_sigma = 5 * math.sqrt(0.3 * 0.7 / x.numel())
    assert torch.all((kept.mean(1) - 0.7).abs() < five_sigma)
    neighbours = torch.stack([kept[0, 1:], kept[0, :-1]])
    for rows in (kept, neighbours):
        correlation = torch.corrcoef(rows) - torch.eye(len(rows))
        assert correlation.abs().max() < 5 / math.sqrt(x.numel())
    assert torch.equal(layer.eval()(x), x)


def test_unknown_names_and_rates_are_refused():
    with pytest.raises(ValueError, match=r"logreg, mlp, lenet, .*, vit, not 'lennet'"):
        nets.build("lennet")
    with pytest.raises(ValueError, match="dropout must be in"):
        nets.mlp(dropout=1.0)
