"""A pretended GPU for machines without one: CUDA tensors that live in CPU memory and refuse to mix with CPU tensors.

Inside `with gpu():` every tensor has a side, kept by the address of its storage. What is created or copied to "cuda" is
computed on the CPU and remembered as being on the GPU; an operation on tensors of both sides raises, as CUDA does, and
so does `numpy()` of a tensor on the GPU. It finds forgotten `.to(device)` and `.cpu()`; it says nothing of speed,
memory, random generators or CUDA's own kernels.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

GPU, CPU = torch.device("cuda", 0), torch.device("cpu")
INDEXED = ("copy_", "index", "index_put_", "_index_put_impl_", "native_batch_norm", "native_batch_norm_backward")
"""Operations whose first tensor decides: CUDA lets the others be on the CPU, or vmap makes them on the real device."""


PRODUCTS = ("mm", "bmm", "addmm", "baddbmm", "convolution", "convolution_backward")
"""Operations that do most of the work."""


class Sides(TorchDispatchMode):
    """Follows which storages are on the GPU, through every operation, and how many numbers each side multiplies."""

    def __init__(self):
        super().__init__()
        self.on_gpu: set[int] = set()
        self.products: Counter[str] = Counter()

    def of(self, tensor: torch.Tensor) -> torch.device:
        """Where a tensor pretends to be."""
        return GPU if _address(tensor) in self.on_gpu else CPU

    def put(self, tensor: torch.Tensor, where: torch.device) -> torch.Tensor:
        """Remember a tensor's side."""
        if address := _address(tensor):
            (self.on_gpu.add if where.type == "cuda" else self.on_gpu.discard)(address)
        return tensor

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        """The operation on the CPU. Its results are on the side it was told to put them, or else its arguments'."""
        kwargs, name = dict(kwargs or {}), func.overloadpacket.__name__
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor) and _address(t)]
        whole = {self.of(t) for t in given if t.dim()}
        where = torch.device(kwargs["device"]) if kwargs.get("device") is not None else None
        if name == "lift_fresh":  # what torch.tensor makes of Python's numbers
            where = CPU
        if where is None:
            where = self.of(given[0]) if name in INDEXED and given else next(iter(whole or map(self.of, given)), CPU)
        if name in PRODUCTS:
            self.products[where.type] += sum(t.numel() for t in given)
        if "device" in kwargs:
            kwargs["device"] = CPU
        single = {self.of(t) for t in given if not t.dim()}  # a number may come from the CPU, but not go there
        mixed = len(whole) > 1 or (whole == {CPU} and GPU in single)
        if mixed and (name not in INDEXED or (where.type == "cpu" and name != "copy_")):
            places = ", ".join(f"{self.of(t).type} {tuple(t.shape)}" for t in given)
            raise RuntimeError(f"{name}: tensors on the GPU and on the CPU: {places}")
        out = func(*args, **kwargs)
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self.put(tensor, where)
        return out


def _address(tensor: torch.Tensor) -> int:
    while torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        tensor = torch._C._functorch.get_unwrapped(tensor)
    return 0 if tensor._is_zerotensor() else tensor.untyped_storage().data_ptr()


@contextmanager
def gpu():
    """In this block "cuda" is available, and is a pretended GPU."""
    sides, real = Sides(), {name: getattr(torch.Tensor, name) for name in ("to", "numpy")}
    start, F = ThreadPoolExecutor.submit, torch.nn.functional
    from_numpy, random, fork_rng = torch.from_numpy, torch.Generator, torch.random.fork_rng

    def to(self, *args, **kwargs):
        if args and isinstance(args[0], torch.Tensor):
            args = (args[0].device, args[0].dtype)
        where, dtype, *_ = torch._C._nn._parse_to(*args, **kwargs)
        changed = real["to"](self, dtype) if dtype is not None else self
        if where is None or where.type == sides.of(self).type:
            return changed
        moved = changed.clone()
        sides.put(moved, where)
        return moved

    def numpy(self, **options):
        if sides.of(self).type == "cuda":
            raise TypeError("a tensor on the GPU cannot become a numpy array; call cpu() first")
        return real["numpy"](self, **options)

    class Generator(random):  # a function would not do: torch has type hints with this class
        def __new__(cls, device="cpu"):
            return super().__new__(cls)

    def made_by(factory):
        return lambda *args, device="cpu", **options: to(factory(*args, **options), device)

    def new_tensor(self, data, dtype=None):
        return to(torch.tensor(data, dtype=dtype or self.dtype), self.device)

    def unaware(function):
        """For what asks its argument in C++ where it really is, and makes new tensors there."""

        def wrapped(tensor, *args, **options):
            where = sides.of(tensor)
            made = function(sides.put(tensor, CPU), *args, **options)
            return sides.put(made, sides.of(sides.put(tensor, where)))

        return wrapped

    def submit(pool, function, *args, **options):
        def followed():
            with sides:  # a mode holds for one thread
                return function(*args, **options)

        return start(pool, followed)

    with ExitStack() as stack:
        replace = lambda place, **new: [
            stack.enter_context(mock.patch.object(place, k, v, create=True)) for k, v in new.items()
        ]
        replace(F, one_hot=unaware(F.one_hot), pad=unaware(F.pad))
        replace(torch.Tensor, new_tensor=new_tensor, to=to, numpy=numpy, cpu=lambda self: to(self, "cpu"))
        replace(torch.Tensor, device=property(sides.of), is_cuda=property(lambda self: sides.of(self).type == "cuda"))
        replace(
            torch.cuda, _lazy_init=lambda: None, is_available=lambda: True, get_device_name=lambda *_: "pretended GPU"
        )
        replace(torch.cuda, mem_get_info=lambda *_: (2**34, 2**34), synchronize=lambda *_: None)
        replace(torch.random, fork_rng=lambda devices: fork_rng(devices=[]))
        replace(torch, Generator=Generator, from_numpy=lambda array: sides.put(from_numpy(array), CPU))
        replace(torch, tensor=made_by(torch.tensor), as_tensor=made_by(torch.as_tensor))
        replace(ThreadPoolExecutor, submit=submit)
        stack.enter_context(sides)
        yield sides
