"""Oracles: sizes by hand, symmetries under permuting patches, and what an aliasing filter must do."""

from functools import partial

import pytest
import torch

from nbkit import nads, nets, patches
from nbkit.data import synthetic


def images(n=2, side=32, dtype=torch.float64):
    return torch.randn(n, 1, side, side, generator=torch.Generator().manual_seed(0), dtype=dtype)


def fresh(make, **options):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make(**options).double().eval()


def test_parameters_of_mixer_and_vit_by_hand():
    norm = lambda width: 2 * width
    two = lambda width, hidden: width * hidden + hidden + hidden * width + width
    mixer = (16 * 8 + 8) + 2 * (norm(8) + two(64, 128) + norm(8) + two(8, 16)) + norm(8) + 8 * 3 + 3
    assert nets.count_parameters(patches.mixer(width=8, depth=2, classes=3)) == mixer
    attention = norm(8) + (8 * 24 + 24) + (8 * 8 + 8)
    vit = (16 * 8 + 8) + 64 * 8 + attention + norm(8) + two(8, 16) + norm(8) + 8 * 3 + 3
    assert nets.count_parameters(patches.vit(width=8, depth=1, heads=2, classes=3)) == vit


def test_without_positions_a_transformer_does_not_see_the_order_of_patches():
    net, x = fresh(patches.vit, width=8, depth=2, heads=2), images()
    rolled = x.roll(4, dims=2)
    assert not torch.allclose(net(x), net(rolled), atol=1e-9)
    net[1].position.data.zero_()
    assert torch.allclose(net(x), net(rolled), atol=1e-12)


def test_attention_is_torchs():
    layer, x = fresh(patches.Attention, width=8, heads=2), torch.randn(3, 5, 8, dtype=torch.float64)
    q, k, v = (z.view(3, 5, 2, 4).transpose(1, 2) for z in layer.mixed(layer.norm(x)).chunk(3, -1))
    torchs = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(3, 5, 8)
    assert torch.allclose(layer(x), x + layer.out(torchs), atol=1e-12)


def test_a_fresh_convnext_block_is_nearly_the_identity_by_its_layer_scale():
    x = torch.randn(2, 8, 8, 8, dtype=torch.float64)
    assert torch.allclose(fresh(patches.ConvNeXtBlock, width=8, layer_scale=1e-6)(x), x, atol=1e-5)
    assert not torch.allclose(fresh(patches.ConvNeXtBlock, width=8, layer_scale=1.0)(x), x, atol=1e-2)


def test_blur_pool_keeps_constants_and_stops_the_nyquist_frequency():
    pool = nets.BlurPool(2, "circular").double()
    row = torch.arange(8)
    stripes = ((-1.0) ** row).double().expand(1, 3, 8, 8)
    assert torch.allclose(pool(torch.ones(1, 3, 8, 8, dtype=torch.float64)), torch.ones(1, 3, 4, 4).double())
    assert torch.allclose(pool(stripes), torch.zeros(1, 3, 4, 4).double())


@pytest.mark.parametrize("blur", [False, True])
def test_circular_padding_makes_a_resnet_invariant_to_shifts_of_its_stride(blur):
    net, x = fresh(nets.resnet18, width=2, padding="circular", blur=blur), images()
    assert torch.allclose(net(x), net(x.roll((8, 16), dims=(2, 3))), atol=1e-10)
    zeros = fresh(nets.resnet18, width=2, blur=blur)
    assert not torch.allclose(zeros(x), zeros(x.roll(8, dims=2)), atol=1e-6)


def test_initial_weights_follow_the_named_law():
    weight = fresh(nets.resnet18, width=8, init="orthogonal")[5].residual[3].weight.flatten(1)
    assert torch.allclose(weight @ weight.T, torch.eye(16).double(), atol=1e-5)
    with pytest.raises(ValueError, match="init must be one of default, kaiming, orthogonal"):
        nets.resnet18(init="lecun")


@pytest.mark.parametrize("name", ["mixer", "vit", "convnext"])
def test_networks_side_by_side_equal_networks_alone(name):
    make = partial(nets.build, name, classes=1)
    together = nads.gradients(make, [0, 1], x=images(2), dtype=torch.float64)
    assert torch.allclose(together[1:], nads.gradients(make, [1], x=images(2), dtype=torch.float64), atol=1e-10)


def orbit(period, side=32):
    """All shifts of one noise image by multiples of the period: a set of points that no such shift changes."""
    x = images(1, side)
    return torch.cat([x.roll((i, j), dims=(2, 3)) for i in range(0, side, period) for j in range(0, side, period)])


@pytest.mark.parametrize("name, period", [("vit", 4), ("circular resnet", 8)])
def test_the_gradient_of_the_mean_repeats_with_the_period_of_the_symmetry(name, period):
    def make():
        if name == "vit":
            net = patches.vit(width=8, depth=1, heads=2, classes=1)
            net[1].position.data.zero_()
            return net
        return nets.resnet18(width=1, padding="circular", classes=1)

    g = nads.gradients(make, [0, 1], x=orbit(period), dtype=torch.float64).view(2, 32, 32)
    assert torch.allclose(g, g.roll((period, 2 * period), dims=(1, 2)), atol=1e-12)
    assert not torch.allclose(g, g.roll(period // 2, dims=1), atol=1e-9)
    spectrum = torch.fft.fft2(g).abs()
    allowed = torch.zeros(32, dtype=bool)
    allowed[:: 32 // period] = True
    assert spectrum[:, ~(allowed[:, None] & allowed)].max() < 1e-10 * spectrum.max()


def test_three_blurred_strides_stop_every_multiple_of_four_but_the_mean():
    pool = nets.BlurPool(2, "circular").double()
    for ky in range(0, 32, 4):
        for kx in range(0, 32, 4):
            x = torch.as_tensor(synthetic.dft_direction(kx, ky)).view(1, 1, 32, 32)
            left = pool(pool(pool(x)))
            assert left.abs().max() < 1e-12 if kx or ky else left.allclose(x[..., ::8, ::8])
