"""A fully connected network under many ablations, at the price of what changes from one to the next.

Ablating unit j of a layer changes what the next layer receives by a term of rank one, W[:, j] (c_j - h_j): the sum over
all other units need not be formed again. A walk over masks that differ in few units, such as a cumulative ablation or
one unit after the other, so costs little more per mask than the layers behind the second one that changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nbkit.nets import Dropout


class Affine(NamedTuple):
    """Weight (out, in) and bias (out, 1)."""

    weight: Tensor
    bias: Tensor


def read(net: nn.Module) -> list[Affine] | None:
    """The affine maps of a network linear, ReLU, linear, ReLU, ..., linear; None for a network that is anything else.

    Batch norm behind a linear map is folded into it, as it is in evaluation mode; dropout does nothing there.
    """
    maps, after_relu = [], True
    for module in _flat(net):
        if isinstance(module, nn.Linear) and after_relu:
            bias = module.bias if module.bias is not None else module.weight.new_zeros(module.out_features)
            maps.append(Affine(module.weight.detach(), bias.detach()[:, None]))
            after_relu = False
        elif isinstance(module, nn.BatchNorm1d) and maps and not after_relu and module.running_mean is not None:
            maps[-1] = _fold(maps[-1], module)
        elif isinstance(module, nn.ReLU) and maps and not after_relu:
            after_relu = True
        elif isinstance(module, (nn.Dropout, Dropout)) or (isinstance(module, nn.Flatten) and not maps):
            continue
        else:
            return None
    return maps if len(maps) > 1 and not after_relu else None


def walk(maps: Sequence[Affine], x: Tensor, ablated: Tensor, held: Tensor) -> Iterator[Tensor]:
    """Logits (classes, n) for one mask after the other; each is valid until the next is asked for.

    x: (n, features); ablated: (masks, units) boolean; held: (units,) values at which ablated units are held.
    """
    sizes = [len(affine.weight) for affine in maps[:-1]]
    steps = _changes(ablated, sizes)
    held = held[:, None].split(sizes)
    z, h, signal = [], [], x.T  # what each layer receives, and what each hidden layer puts out before its mask
    for weight, bias in maps:
        z.append(torch.addmm(bias, weight, signal))
        h.append(signal := z[-1].relu())
    for step in steps:
        stale = False
        for layer, (mask, changed, sign) in enumerate(step):
            weight, bias = maps[layer + 1]
            if stale:
                torch.clamp(z[layer], min=0, out=h[layer])
                # The mask goes to the weights, which are few, and not to the activations of all examples.
                fixed = torch.addmm(bias, weight * mask, held[layer])
                torch.addmm(fixed, weight * ~mask, h[layer], out=z[layer + 1])
            elif len(changed):
                difference = sign * (held[layer][changed] - h[layer][changed])
                z[layer + 1].addmm_(weight[:, changed], difference)
                stale = True
        yield z[-1]


def _changes(ablated: Tensor, sizes: list[int]) -> list[list[tuple[Tensor, Tensor, Tensor]]]:
    """For each mask and layer: the mask, the units that differ from the mask before, and +1 (k, 1) for those now
    ablated.
    """
    before = torch.cat([torch.zeros_like(ablated[:1]), ablated[:-1]])
    difference = ablated.to(torch.int8) - before.to(torch.int8)
    steps = []
    for masks, signs in zip(zip(*ablated.split(sizes, 1)), zip(*difference.split(sizes, 1))):
        changed = [sign.nonzero()[:, 0] for sign in signs]
        steps.append([(mask, c, sign[c, None]) for mask, c, sign in zip(masks, changed, signs)])
    return steps


def _flat(net: nn.Module) -> Iterator[nn.Module]:
    if isinstance(net, nn.Sequential):
        for child in net:
            yield from _flat(child)
    else:
        yield net


def _fold(affine: Affine, norm: nn.BatchNorm1d) -> Affine:
    scale = (norm.running_var + norm.eps).rsqrt() * (1.0 if norm.weight is None else norm.weight.detach())
    shift = -norm.running_mean * scale + (0.0 if norm.bias is None else norm.bias.detach())
    return Affine(affine.weight * scale[:, None], affine.bias * scale[:, None] + shift[:, None])
