"""The plain convolutional network of the ablation experiments."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from nbkit.nets import MeanOverSpace

CHANNELS = (64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512)
STRIDES = (1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1)


def plain(
    *,
    in_channels: int = 3,
    classes: int = 10,
    channels: Sequence[int] = CHANNELS,
    strides: Sequence[int] = STRIDES,
    batch_norm: bool = True,
) -> nn.Module:
    """3x3 convolutions with padding 1, each followed by [batch norm] and ReLU; then the mean over space and a linear
    map.

    The default is the 11-layer network on CIFAR-10; its head is unreported, and the mean over space is our choice.
    Source: a public replication of [Morcos 2018].
    """
    layers: list[nn.Module] = []
    for width, stride in zip(channels, strides, strict=True):
        layers.append(nn.Conv2d(in_channels, width, 3, stride=stride, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU())
        in_channels = width
    return nn.Sequential(*layers, MeanOverSpace(), nn.Linear(in_channels, classes))
