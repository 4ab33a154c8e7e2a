"""Networks side by side as one network with that many times the channels.

`torch.vmap` makes one grouped convolution of the networks' own. But it adds the bias in a pass of its own, takes batch
norm apart, and copies what it pools. One call can serve all networks: `merge_channels`. And on a CPU all this is fast
when the channels of all networks are innermost in memory: `innermost`.
"""

from __future__ import annotations

from types import MethodType

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def merge_channels(net: nn.Module) -> None:
    """Make a network's convolutions, batch norms and pooling layers fast under `torch.vmap`, and usable only there."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d) and layer.bias is not None and layer.padding_mode == "zeros":
            layer.forward = MethodType(_convolution, layer)
        elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
            if layer.affine and layer.track_running_stats and layer.momentum is not None:
                layer.forward = MethodType(_batch_norm, layer)
        elif isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d)):
            layer.forward = MethodType(_pool, layer)


def innermost(x: Tensor) -> Tensor:
    """The same values (networks, n, channels, height, width), laid out with networks and channels innermost."""
    return x.permute(1, 3, 4, 0, 2).contiguous().permute(3, 0, 4, 1, 2)


class _Merged(torch.autograd.Function):
    """function(x, *each) for x (n, channels, ...) and tensors `each` (channels, ...), once for all networks.

    Automatic differentiation sees the function itself, so there is no backward pass to write.
    """

    @staticmethod
    def forward(function, x, *each):
        raise NotImplementedError("a layer with merged channels needs torch.vmap")

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def vmap(info, in_dims, function, x, *each):
        together = [value.movedim(at, 0).flatten(0, 1) for value, at in zip(each, in_dims[2:])]
        result = function(x.movedim(in_dims[1], 1).flatten(1, 2), *together)
        return result.unflatten(1, (info.batch_size, -1)), 1


def _convolution(layer: nn.Module, x: Tensor) -> Tensor:
    def convolve(x, weight, bias):
        groups = layer.groups * len(bias) // layer.out_channels
        return F.conv2d(x, weight, bias, layer.stride, layer.padding, layer.dilation, groups)

    return _Merged.apply(convolve, x, layer.weight, layer.bias)


def _batch_norm(layer: nn.Module, x: Tensor) -> Tensor:
    if layer.training:
        layer.num_batches_tracked.add_(1)

    def normalise(x, mean, variance, weight, bias):
        return F.batch_norm(x, mean, variance, weight, bias, layer.training, layer.momentum, layer.eps)

    return _Merged.apply(normalise, x, layer.running_mean, layer.running_var, layer.weight, layer.bias)


def _pool(layer: nn.Module, x: Tensor) -> Tensor:
    return _Merged.apply(MethodType(type(layer).forward, layer), x)
