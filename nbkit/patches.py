"""Networks that cut an image into patches: MLP-Mixer, vision transformer and ConvNeXt, in small forms for small images.

Each is a function of plain values that returns a freshly initialised `nn.Module`, as in `nbkit.nets`, which lists them.
Images are (batch, in_channels, side, side); PyTorch's default initialisation unless said otherwise.
Source: [Tolstikhin 2021], [Dosovitskiy 2021], [Liu 2022]; the sizes are ours, the ViT's those of a public port of NADs.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def mixer(
    *, in_channels: int = 1, classes: int = 2, side: int = 32, patch: int = 4, width: int = 64, depth: int = 4
) -> nn.Module:
    """MLP-Mixer: blocks that mix patches for each channel, then channels for each patch."""
    tokens = (side // patch) ** 2
    blocks = [block for _ in range(depth) for block in (MixTokens(tokens, width), MixChannels(width, 2 * width))]
    return nn.Sequential(Tokens(in_channels, width, patch), *blocks, *_read_out(width, classes))


def vit(
    *,
    in_channels: int = 1,
    classes: int = 2,
    side: int = 32,
    patch: int = 4,
    width: int = 128,
    depth: int = 3,
    heads: int = 8,
) -> nn.Module:
    """Vision transformer with learned positions, started at N(0, 0.02²), and the mean over patches at the end."""
    tokens = (side // patch) ** 2
    blocks = [block for _ in range(depth) for block in (Attention(width, heads), MixChannels(width, 2 * width))]
    first = [Tokens(in_channels, width, patch), Positions(tokens, width)]
    return nn.Sequential(*first, *blocks, *_read_out(width, classes))


def convnext(
    *,
    in_channels: int = 1,
    classes: int = 2,
    patch: int = 2,
    widths: Sequence[int] = (32, 64, 128),
    depth: int = 2,
    layer_scale: float = 1e-6,
) -> nn.Module:
    """ConvNeXt with `depth` blocks a stage; between stages 2×2 patches are merged. With the published layer scale of
    1e-6 a fresh block is nearly the identity."""
    stages: list[nn.Module] = [nn.Conv2d(in_channels, widths[0], patch, stride=patch), NormChannels(widths[0])]
    for stage, width in enumerate(widths):
        if stage:
            stages += [NormChannels(widths[stage - 1]), nn.Conv2d(widths[stage - 1], width, 2, stride=2)]
        stages += [ConvNeXtBlock(width, layer_scale) for _ in range(depth)]
    last = widths[-1]
    return nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(last), nn.Linear(last, classes))


class Tokens(nn.Module):
    """(batch, channels, side, side) to (batch, patches, width) by one linear map for all patches."""

    def __init__(self, channels: int, width: int, patch: int):
        super().__init__()
        self.embed = nn.Conv2d(channels, width, patch, stride=patch)

    def forward(self, x: Tensor) -> Tensor:
        return self.embed(x).flatten(2).transpose(1, 2)


class Positions(nn.Module):
    """Adds a learned vector to each patch."""

    def __init__(self, tokens: int, width: int):
        super().__init__()
        self.position = nn.Parameter(0.02 * torch.randn(tokens, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.position


class MixChannels(nn.Module):
    """x plus a two-layer network of each patch."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.net = nn.Sequential(nn.LayerNorm(width), *_two_layers(width, hidden))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.net(x)


class MixTokens(nn.Module):
    """x plus a two-layer network across the patches, the same for each channel."""

    def __init__(self, tokens: int, width: int):
        super().__init__()
        self.norm, self.net = nn.LayerNorm(width), nn.Sequential(*_two_layers(tokens, 2 * tokens))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.net(self.norm(x).transpose(1, 2)).transpose(1, 2)


class Attention(nn.Module):
    """x plus multi-head self-attention among the patches."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"heads must divide the width {width}, not be {heads}")
        self.heads, self.norm = heads, nn.LayerNorm(width)
        self.mixed, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (z.unflatten(-1, (self.heads, -1)).transpose(1, 2) for z in self.mixed(self.norm(x)).chunk(3, -1))
        weight = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
        return x + self.out((weight @ v).transpose(1, 2).flatten(2))


class NormChannels(nn.Module):
    """Layer norm over the channels of (batch, channels, height, width)."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class ConvNeXtBlock(nn.Module):
    """x plus a 7×7 convolution of each channel and a two-layer network of each pixel, scaled."""

    def __init__(self, width: int, layer_scale: float):
        super().__init__()
        self.spatial = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.net = nn.Sequential(nn.LayerNorm(width), *_two_layers(width, 4 * width))
        self.scale = nn.Parameter(torch.full((width,), layer_scale))

    def forward(self, x: Tensor) -> Tensor:
        return x + (self.scale * self.net(self.spatial(x).movedim(1, -1))).movedim(-1, 1)


def _two_layers(width: int, hidden: int) -> list[nn.Module]:
    return [nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width)]


def _read_out(width: int, classes: int) -> list[nn.Module]:
    return [nn.LayerNorm(width), MeanOverTokens(), nn.Linear(width, classes)]


class MeanOverTokens(nn.Module):
    """(batch, patches, width) to (batch, width)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(1)
