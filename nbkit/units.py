"""The units of a network, by name: what a module puts out can be read, and changed, without touching the network.

A unit is one neuron of a fully connected layer or one feature map of a convolutional one, after its ReLU. A layer is
named as in `net.named_modules()`. All functions evaluate the network in evaluation mode and leave it as they found it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nbkit.nets import Residual


def layers(net: nn.Module) -> list[str]:
    """Names of all modules whose output comes out of a ReLU, in the order of the network.

    A ReLU that is called as a function is no module, and is not found. All that read units raise ValueError where there
    is no layer, and for a layer that is used more than once in a pass, or never.
    """
    return [name for name, module in net.named_modules() if isinstance(module, (nn.ReLU, Residual))]


@contextmanager
def edited(net: nn.Module, edits: Mapping[str, Callable[[Tensor], Tensor]]) -> Iterator[nn.Module]:
    """In this block the network is in evaluation mode and the output of each named module goes through its function.

    Afterwards the network is as it was, also after an exception. Raises ValueError for a name the network does not
    have.
    """
    modules = dict(net.named_modules())
    unknown = [name for name in edits if name not in modules]
    if unknown:
        raise ValueError(f"the network has no layer {unknown[0]!r}; after a ReLU are {', '.join(layers(net))}")
    training = [module for module in net.modules() if module.training]
    hooks = []
    try:
        for name, edit in edits.items():
            hooks.append(modules[name].register_forward_hook(lambda module, inputs, output, edit=edit: edit(output)))
        net.eval()
        yield net
    finally:
        for hook in hooks:
            hook.remove()
        for module in training:
            module.training = True


def widths(net: nn.Module, x: Tensor, names: Sequence[str] | None = None) -> dict[str, int]:
    """Number of units of each layer, in the order of `names` (None: all after a ReLU); x: (n, ...), one is used."""
    return {name: output.shape[1] for name, output in _outputs(net, x[:1], names).items()}


def activations(net: nn.Module, x: Tensor, names: Sequence[str] | None = None, *, batch: int = 512) -> Tensor:
    """What every unit puts out for every input, (n, units), layer after layer; a feature map is averaged over space."""
    parts = []
    for chunk in x.split(batch):
        outputs = _outputs(net, chunk, names).values()
        parts.append(torch.cat([output.flatten(2).mean(2) if output.ndim > 2 else output for output in outputs], dim=1))
    return torch.cat(parts)


def moments(
    net: nn.Module, x: Tensor, names: Sequence[str] | None = None, *, batch: int = 512
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of every unit over the inputs x (n, ...), and over space: two tensors (units,)."""
    count, total, square = 0, 0.0, 0.0
    for chunk in x.split(batch):
        outputs = [output.transpose(0, 1).flatten(1).double() for output in _outputs(net, chunk, names).values()]
        places = torch.cat([output.new_full((len(output),), output.shape[1]) for output in outputs])
        count = count + places
        total = total + torch.cat([output.sum(1) for output in outputs])
        square = square + torch.cat([output.square().sum(1) for output in outputs])
    mean = total / count
    return mean.to(x.dtype), (square / count - mean**2).clamp(min=0).sqrt().to(x.dtype)


@torch.no_grad()
def _outputs(net: nn.Module, x: Tensor, names: Sequence[str] | None) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    names = layers(net) if names is None else list(names)
    if not names:
        raise ValueError("no layer was found: the network has no nn.ReLU module, so name the layers yourself")

    def keep(name: str, output: Tensor) -> Tensor:
        if name in found:
            raise ValueError(f"layer {name!r} is used more than once in a pass; name others, or give each use a module")
        found[name] = output.clone()  # a module behind it may work in place
        return output

    with edited(net, {name: lambda output, name=name: keep(name, output) for name in names}):
        net(x)
    if unused := [name for name in names if name not in found]:
        raise ValueError(f"layer {unused[0]!r} is not used in a pass; name others")
    return {name: found[name] for name in names}
