"""Architectures, written plainly: each is a function of plain values that returns a freshly initialised `nn.Module`.

Images are (batch, in_channels, 32, 32), outputs are logits (batch, classes). Initial weights come from torch's global
generator, which `fleet.train` seeds for each network; unless said otherwise the initialisation is PyTorch's default.
A fresh ResNet or DenseNet in evaluation mode is positively homogeneous up to the bias of its last layer:
f(s x) - f(0) = s (f(x) - f(0)) for s > 0.
Source: the 32x32 forms in the code released with [Ortiz-Jimenez 2020]; LeNet [LeCun 1998], VGG [Simonyan 2015],
ResNet [He 2016], DenseNet [Huang 2017].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nbkit import patches


def build(name: str, **options) -> nn.Module:
    """A fresh network by its name in `NETS`; options go to its factory. Raises ValueError for an unknown name."""
    if name not in NETS:
        raise ValueError(f"net must be one of {', '.join(NETS)}, not {name!r}")
    return NETS[name](**options)


def count_parameters(net: nn.Module) -> int:
    """Number of trainable values."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def logreg(*, shape: Sequence[int] = (1, 32, 32), classes: int = 2) -> nn.Module:
    """Logistic regression on inputs (batch, *shape)."""
    return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), classes))


def mlp(
    *,
    shape: Sequence[int] = (1, 32, 32),
    widths: Sequence[int] = (128, 128),
    classes: int = 2,
    dropout: float = 0.0,
    batch_norm: bool = False,
) -> nn.Module:
    """Fully connected network on inputs (batch, *shape); a hidden layer is linear, [batch norm], ReLU, [dropout]."""
    layers: list[nn.Module] = [nn.Flatten()]
    features = math.prod(shape)
    for width in widths:
        layers.append(nn.Linear(features, width))
        if batch_norm:
            layers.append(nn.BatchNorm1d(width))
        layers.append(nn.ReLU())
        if dropout:
            layers.append(Dropout(dropout))
        features = width
    return nn.Sequential(*layers, nn.Linear(features, classes))


def lenet(*, in_channels: int = 1, classes: int = 2, pooling: bool = True) -> nn.Module:
    """LeNet-5 with ReLU and max-pooling; without pooling the first linear layer has 9216 inputs instead of 400.

    ReLU and maximum may change places; after pooling, ReLU has a quarter to do.
    """
    shrink = [nn.MaxPool2d(2)] if pooling else []
    side = 5 if pooling else 24
    return nn.Sequential(
        nn.Conv2d(in_channels, 6, 5), *shrink, nn.ReLU(),
        nn.Conv2d(6, 16, 5), *shrink, nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * side * side, 120), nn.ReLU(),
        nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, classes),
    )  # fmt: skip


def vgg11(*, in_channels: int = 1, classes: int = 2, width: int = 64, dropout: float = 0.5) -> nn.Module:
    """VGG-11 with batch norm; the convolutions start as N(0, 2 / (9 channels_out)) with zero bias.

    `width` is the number of channels of the first convolution (8: a thin one).
    """
    layers: list[nn.Module] = []
    channels = in_channels
    for factor in (1, "pool", 2, "pool", 4, 4, "pool", 8, 8, "pool", 8, 8, "pool"):
        if factor == "pool":
            layers.append(nn.MaxPool2d(2))
            continue
        conv = nn.Conv2d(channels, factor * width, 3, padding=1)
        nn.init.normal_(conv.weight, std=math.sqrt(2 / (9 * factor * width)))
        nn.init.zeros_(conv.bias)
        channels = factor * width
        layers += [conv, nn.BatchNorm2d(channels), nn.ReLU()]
    head = [nn.Linear(channels, channels), nn.ReLU(), Dropout(dropout)]
    head += [nn.Linear(channels, channels), nn.ReLU(), Dropout(dropout)]
    return nn.Sequential(*layers, nn.Flatten(), *head, nn.Linear(channels, classes))


def plain_cnn(
    *,
    in_channels: int = 3,
    classes: int = 10,
    channels: Sequence[int] = (64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512),
    strides: Sequence[int] = (1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1),
    batch_norm: bool = True,
) -> nn.Module:
    """3x3 convolutions with padding 1, each followed by [batch norm] and ReLU; then the mean over space and a linear
    map.

    The default is the 11-layer network for CIFAR-10 of a public replication of [Morcos 2018]; its head is unreported,
    and the mean over space is our choice. A bias before a batch norm would do nothing but drift: its gradient is pure
    rounding, which Adam makes into whole steps.
    """
    layers: list[nn.Module] = []
    for width, stride in zip(channels, strides, strict=True):
        layers.append(nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, bias=not batch_norm))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU())
        in_channels = width
    return nn.Sequential(*layers, MeanOverSpace(), nn.Linear(in_channels, classes))


def resnet18(
    *,
    in_channels: int = 1,
    classes: int = 2,
    width: int = 64,
    pooling: bool = True,
    blur: bool = False,
    padding: str = "zeros",
    init: str = "default",
) -> nn.Module:
    """ResNet-18 for 32x32 images; `width` is the number of channels of the first stage (8: a thin one).

    `pooling=False` sets every stride to 1; the average over space at the end stays. `blur=True` filters before it
    subsamples [Zhang 2019]. padding: "zeros" or "circular". init: law of the convolutions' weights, a name in `INITS`.
    """
    stride = 2 if pooling else 1
    how = {"blur": blur, "padding": padding}
    net = nn.Sequential(
        nn.Conv2d(in_channels, width, 3, padding=1, padding_mode=padding, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        Residual(width, width, 1, **how), Residual(width, width, 1, **how),
        Residual(width, 2 * width, stride, **how), Residual(2 * width, 2 * width, 1, **how),
        Residual(2 * width, 4 * width, stride, **how), Residual(4 * width, 4 * width, 1, **how),
        Residual(4 * width, 8 * width, stride, **how), Residual(8 * width, 8 * width, 1, **how),
        MeanOverSpace(), nn.Linear(8 * width, classes),
    )  # fmt: skip
    if init not in INITS:
        raise ValueError(f"init must be one of {', '.join(INITS)}, not {init!r}")
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d) and INITS[init]:
            INITS[init](layer.weight)
    return net


def densenet121(*, in_channels: int = 1, classes: int = 2, growth: int = 32) -> nn.Module:
    """DenseNet-121 for 32x32 images: four dense blocks; between two of them the channels and the side are halved."""
    channels = 2 * growth
    layers: list[nn.Module] = [nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)]
    for block, depth in enumerate((6, 12, 24, 16)):
        if block > 0:
            layers += [*_norm_relu_conv(channels, channels // 2, 1), nn.AvgPool2d(2)]
            channels //= 2
        for _ in range(depth):
            layers.append(Dense(channels, growth))
            channels += growth
    return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), MeanOverSpace(), nn.Linear(channels, classes))


NETS: dict[str, Callable[..., nn.Module]] = {
    "logreg": logreg,
    "mlp": mlp,
    "lenet": lenet,
    "vgg11": vgg11,
    "resnet18": resnet18,
    "densenet121": densenet121,
    "mixer": patches.mixer,
    "convnext": patches.convnext,
    "vit": patches.vit,
}
INITS: dict[str, Callable | None] = {
    "default": None,
    "kaiming": nn.init.kaiming_normal_,
    "orthogonal": nn.init.orthogonal_,
}


class Residual(nn.Module):
    """ReLU(x + two convolutions of x); where the shape changes, x passes through a 1x1 convolution.

    The first convolution has the stride; with `blur` it has none and a filter before the second one subsamples.
    """

    def __init__(self, channels: int, width: int, stride: int, *, blur: bool = False, padding: str = "zeros"):
        super().__init__()
        blurred = [BlurPool(stride, padding)] if blur and stride > 1 else []
        taken = 1 if blurred else stride
        pad = {"padding": 1, "padding_mode": padding, "bias": False}
        self.residual = nn.Sequential(
            nn.Conv2d(channels, width, 3, stride=taken, **pad), nn.BatchNorm2d(width), nn.ReLU(), *blurred,
            nn.Conv2d(width, width, 3, **pad), nn.BatchNorm2d(width),
        )  # fmt: skip
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != width:
            self.shortcut.extend([*blurred, nn.Conv2d(channels, width, 1, stride=taken, bias=False)])
            self.shortcut.append(nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.residual(x) + self.shortcut(x))


class BlurPool(nn.Module):
    """Filters every channel with the binomial weights (1, 2, 1)/4 in both directions, then keeps every stride-th
    pixel."""

    def __init__(self, stride: int, padding: str = "zeros"):
        super().__init__()
        self.stride, self.mode = stride, "constant" if padding == "zeros" else padding
        taps = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("taps", taps[:, None] * taps)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.taps.expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode=self.mode), weight, stride=self.stride, groups=x.shape[1])


class Dense(nn.Module):
    """Puts `growth` new channels, computed from all the channels so far, in front of them."""

    def __init__(self, channels: int, growth: int):
        super().__init__()
        self.new = nn.Sequential(*_norm_relu_conv(channels, 4 * growth, 1), *_norm_relu_conv(4 * growth, growth, 3))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.new(x), x], dim=1)


class MeanOverSpace(nn.Module):
    """(batch, channels, height, width) to (batch, channels)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Dropout(nn.Module):
    """Dropout whose masks depend only on the network's seed and on how many batches it has seen.

    `nn.Dropout` draws from one global stream, so a network trained among others would not see the masks it sees alone.
    Here the state is a buffer, drawn with the initial weights, and the mask is a hash of it: the same on every device.
    """

    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"dropout must be in [0, 1), not {p!r}")
        self.p = p
        self.register_buffer("state", torch.randint(2**62, ()))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        self.state += 1
        units = torch.arange(x.numel(), device=x.device).view(x.shape)
        uniform = _shift(_hash(_hash(self.state) + units), 40)  # whole numbers below 2^24
        return x * (uniform >= self.p * 2**24) / (1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


def _norm_relu_conv(channels: int, width: int, kernel: int) -> list[nn.Module]:
    conv = nn.Conv2d(channels, width, kernel, padding=kernel // 2, bias=False)
    return [nn.BatchNorm2d(channels), nn.ReLU(), conv]


def _hash(x: Tensor) -> Tensor:
    """Number x of the SplitMix64 generator [Steele 2014] started at 0; x and the result are int64 modulo 2^64."""
    x = x * _signed(0x9E3779B97F4A7C15)
    x = (x ^ _shift(x, 30)) * _signed(0xBF58476D1CE4E5B9)
    x = (x ^ _shift(x, 27)) * _signed(0x94D049BB133111EB)
    return x ^ _shift(x, 31)


def _shift(x: Tensor, bits: int) -> Tensor:
    """Shift right and fill with zeros; torch's own shift of an int64 fills with copies of the sign."""
    return (x >> bits) & (2 ** (64 - bits) - 1)


def _signed(x: int) -> int:
    return x - 2**64 if x >= 2**63 else x
