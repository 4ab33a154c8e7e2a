"""Networks of one architecture with their parameters side by side, evaluated in one pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils import parameters_to_vector

from nbkit.fleet.channels import innermost, merge_channels
from nbkit.fleet.tasks import Split


def initialise(net: Callable[[], nn.Module], seed: int) -> nn.Module:
    """A fresh network on the CPU whose weights depend on `seed` alone; torch's global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return net()


@contextmanager
def accepting(shape: Sequence[int]) -> Iterator[None]:
    """Turns what a network raises for inputs of a shape it was not made for into a ValueError that names the shape."""
    try:
        yield
    except torch.cuda.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, IndexError) as error:
        raise ValueError(f"the network does not take inputs of shape {tuple(shape)}: {error}") from error


class Stack:
    """Freshly initialised networks, one per seed.

    parameters: (networks, P), a network's trainable values in one row; named: views of it, name to (networks, ...).
    state: everything else of the networks (running statistics, counters, fixed weights), name to (networks, ...).
    """

    def __init__(self, net: Callable[[], nn.Module], seeds: Sequence[int], *, device: torch.device, dtype: torch.dtype):
        nets = [initialise(net, seed).to(dtype) for seed in seeds]
        self._shapes = {name: p.shape for name, p in nets[0].named_parameters() if p.requires_grad}
        self.parameters = torch.stack([_trainable(n) for n in nets]).to(device)
        self.named = {name: view.requires_grad_() for name, view in self._views(self.parameters).items()}
        whole = [{**dict(n.named_parameters()), **dict(n.named_buffers())} for n in nets]
        fixed = [name for name in whole[0] if name not in self.named]
        self.state = {name: torch.stack([w[name].detach() for w in whole]).to(device) for name in fixed}
        self.skeleton = nets[0].to(device)
        if len(nets) > 1:
            merge_channels(self.skeleton)
        self._gradient = torch.empty_like(self.parameters)

    def logits(self, x: Tensor, state: dict[str, Tensor], *, training: bool) -> Tensor:
        """Logits (networks, n, classes) for x (networks, n, ...); layers with statistics change `state` in place."""
        if self.skeleton.training != training:
            self.skeleton.train(training)
        values = {**self.named, **state}
        if len(x) == 1:  # without vmap one network costs what it costs in plain PyTorch
            values = {name: _channels_last(value.squeeze(0)) for name, value in values.items()}
            return functional_call(self.skeleton, values, (_channels_last(x.squeeze(0)),))[None]
        if x.ndim == 5 and x.device.type == "cpu":
            x = innermost(x)
        return torch.vmap(lambda v, x: functional_call(self.skeleton, v, (x,)), randomness="different")(values, x)

    def gradient(self, losses: Tensor) -> Tensor:
        """Each network's gradient of its own loss; losses (networks,) to (networks, P), valid until the next call."""
        gradients = torch.autograd.grad(losses.sum(), list(self.named.values()))
        for view, gradient in zip(self._views(self._gradient).values(), gradients):
            view.copy_(gradient)
        return self._gradient

    def weights(self) -> dict[str, np.ndarray]:
        """Copy of the networks' state dicts, name to (networks, ...)."""
        values = {**self.named, **self.state}
        return {name: values[name].detach().cpu().numpy().copy() for name in self.skeleton.state_dict()}

    def _views(self, rows: Tensor) -> dict[str, Tensor]:
        parts = rows.split([math.prod(shape) for shape in self._shapes.values()], dim=1)
        return {name: part.view(-1, *shape) for (name, shape), part in zip(self._shapes.items(), parts)}


def stack_splits(splits: Sequence[Split], *, device: torch.device, dtype: torch.dtype) -> Split:
    """The networks' data side by side, (networks, n, ...); a tensor that all networks share is stored once.

    Raises ValueError when shapes differ.
    """
    fields = {}
    for name in Split._fields:
        tensors = [getattr(split, name) for split in splits]
        shapes = sorted({tuple(t.shape) for t in tensors})
        if len(shapes) > 1:
            raise ValueError(
                f"networks are stacked only when their data have one shape, and {name} has {shapes}; "
                "train them in separate calls or with how='processes'"
            )
        kind = dtype if tensors[0].is_floating_point() or name.startswith("x") else torch.int64
        if all(t is tensors[0] for t in tensors):
            fields[name] = tensors[0].to(device, kind).expand(len(tensors), *shapes[0])
        else:
            fields[name] = torch.empty(len(tensors), *shapes[0], dtype=kind, device=device)
            for row, tensor in zip(fields[name], tensors):
                row.copy_(tensor)
    return Split(**fields)


def bytes_per_network(net: Callable[[], nn.Module], split: Split, batch: int, dtype: torch.dtype) -> int:
    """Estimated memory of one network in training: data, parameters with gradient and optimiser, stored activations."""
    one, saved = initialise(net, 0).to(dtype), {}

    def keep(tensor):
        saved[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)
    with hooks, accepting(split.x.shape[1:]), torch.random.fork_rng(devices=[]):
        output = one(split.x[:2].to(dtype))
    parameters = {p.data_ptr() for p in one.parameters()}
    activations = sum(size for pointer, size in saved.items() if pointer not in parameters) / 2
    data = sum(t.numel() * dtype.itemsize for t in split)
    del output
    return int(data + 5 * dtype.itemsize * _trainable(one).numel() + 2 * batch * activations)


def _channels_last(tensor: Tensor) -> Tensor:
    """The same values, images and kernels with the channels innermost: on a CPU LeNet trains up to 1.5 times faster."""
    return tensor.to(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor


def _trainable(net: nn.Module) -> Tensor:
    values = [p for p in net.parameters() if p.requires_grad]
    return parameters_to_vector(values).detach()
