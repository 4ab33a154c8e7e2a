"""Estimates of C = E_θ[g gᵀ] from sampled networks, where g says how the output changes with each pixel.

Several objects go by the name of g, and their directions differ: `OBJECTS` has them under one interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import xarray as xr
from joblib import Parallel, delayed
from torch import Tensor, nn

from nbkit import device as machine
from nbkit import nets
from nbkit.fleet.stack import Stack
from nbkit.fleet.tasks import Split
from nbkit.fleet.ways import abreast, best_way, fitting
from nbkit.results import experiment

CHUNK = 512  # images per network in one forward pass of `difference`
FEW = 32  # networks that are done before processes have started
TOGETHER = 64  # networks in one computation at most, but for convolutions on a CPU

Outputs = Callable[[Tensor], Tensor]  # images (networks, n, channels, side, side) to outputs (networks, n)


@experiment
def covariance(
    net: str,
    *,
    networks: int,
    groups: int = 2,
    estimator: str = "averaged",
    points: int = 32,
    step: float = 100.0,
    mode: str = "eval",
    size: int = 32,
    seed: int = 0,
    device: str = "auto",
    options: dict | None = None,
) -> xr.Dataset:
    """Sample untrained networks of one architecture and sum up C, in independent groups of networks.

    net: a name in `nets.NETS`, built with one output and `options`, on (1, size, size) images. networks: in all,
    dealt to the groups in equal shares; network i is drawn from seed + i. estimator: a name in `OBJECTS`. points:
    images x ~ N(0, I), the same for all networks of a seed. mode: batch norm in "eval" or "train".
    Returns covariance (group, pixel, pixel_) in float64 and networks (group,); memory is O(groups · D²), whatever the
    number of networks. No centring: the last layer is symmetric, so E[g] = 0 exactly.
    """
    if not 1 <= groups <= networks:
        raise ValueError(f"covariance needs at least one network in each of {groups} groups, not {networks} in all")
    x = torch.randn(points, 1, size, size, generator=machine.generator(seed, use="points of the gradients"))
    flat = {"shape": (1, size, size)} if net in ("logreg", "mlp") else {}
    make = partial(nets.build, net, classes=1, **flat, **options or {})
    job = partial(moment, make, x=x, estimator=estimator, step=step, mode=mode, device=device)
    shares = np.array_split(np.arange(seed, seed + networks), groups)
    on_cpu = machine.resolve(device).type == "cpu"
    moments = _in_processes(job, shares) if on_cpu else [job(share) for share in shares]
    return xr.Dataset(
        {
            "covariance": (("group", "pixel", "pixel_"), np.stack([m.mean for m in moments])),
            "networks": ("group", [m.n for m in moments]),
        },
        attrs={"net": net, "object": OBJECTS[estimator][1], "estimator": estimator, "size": size},
    )


def moment(
    net: Callable[[], nn.Module],
    seeds: Iterable[int],
    *,
    device: str = "auto",
    together: int | None = None,
    **options,
) -> Moment:
    """The second moment of the gradients of the networks of these seeds; options as for `gradients`.

    together: networks in one computation; by default what is fast for a network of the usual size, and fits.
    """
    target, seeds = machine.resolve(device), [int(seed) for seed in seeds]
    images = CHUNK if options.get("estimator") == "difference" else len(options["x"])
    together = together or _together(net, options["x"], images, target)
    total = Moment.zero(options["x"][0].numel())
    for start in range(0, len(seeds), together):
        total.add(gradients(net, seeds[start : start + together], device=target, **options))
    return total


def _together(net: Callable[[], nn.Module], x: Tensor, images: int, device: torch.device) -> int:
    """How many networks are computed at once, for so many images each; on a GPU as many as fit, up to `TOGETHER`."""
    if best_way(net, device) != "stacked":
        return abreast(net, images)
    if device.type == "cpu":
        return TOGETHER
    two = x[:1].expand(2, *x.shape[1:])
    return min(TOGETHER, fitting(net, Split(two, two, two, two), images, device=device, dtype=torch.float32))


def gradients(
    net: Callable[[], nn.Module],
    seeds: Sequence[int],
    *,
    x: Tensor,
    estimator: str = "averaged",
    step: float = 100.0,
    mode: str = "eval",
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The object g of each network, drawn and evaluated side by side: (networks, D), D = channels · height · width.

    net: makes a fresh network with one output (the first is taken). x: (points, channels, height, width).
    step: of `difference` alone. Raises ValueError for an unknown estimator or mode.
    """
    if estimator not in OBJECTS:
        raise ValueError(f"estimator must be one of {', '.join(OBJECTS)}, not {estimator!r}")
    if mode not in ("eval", "train"):
        raise ValueError(f"mode must be eval or train, not {mode!r}")
    stack = Stack(net, list(seeds), device=torch.device(device), dtype=dtype)

    def outputs(images: Tensor) -> Tensor:
        state = {name: value.clone() for name, value in stack.state.items()}
        return stack.logits(images, state, training=mode == "train")[..., 0]

    images = x.to(device, dtype).expand(len(stack.parameters), *x.shape)
    g = OBJECTS[estimator][0](outputs, images, step)
    return g.flatten(1).detach()


@dataclass
class Moment:
    """A running sum of g gᵀ in float64; moments of different networks add up, on any machine.

    total: (D, D); n: networks in it.
    """

    total: np.ndarray
    n: int

    @classmethod
    def zero(cls, dimension: int) -> Moment:
        return cls(np.zeros((dimension, dimension)), 0)

    def add(self, g: Tensor) -> None:
        """Take in gradients (networks, D); raises ValueError where one is not finite."""
        if not g.isfinite().all():
            raise ValueError("a gradient is not finite: the untrained network overflows, or its inputs do")
        g = g.double()
        self.total += (g.T @ g).cpu().numpy()
        self.n += len(g)

    def __add__(self, other: Moment) -> Moment:
        return Moment(self.total + other.total, self.n + other.n)

    @property
    def mean(self) -> np.ndarray:
        """C (D, D)."""
        return self.total / self.n


def point(outputs: Outputs, x: Tensor, step: float) -> Tensor:
    first = x[:, :1].clone().requires_grad_()
    return torch.autograd.grad(outputs(torch.cat([first, x[:, 1:]], 1))[:, 0].sum(), first)[0]


def averaged(outputs: Outputs, x: Tensor, step: float) -> Tensor:
    shift = torch.zeros_like(x[:, :1]).requires_grad_()
    return torch.autograd.grad(outputs(x + shift).mean(1).sum(), shift)[0]


@torch.no_grad()
def difference(outputs: Outputs, x: Tensor, step: float) -> Tensor:
    pixels = torch.eye(x[0, 0].numel(), dtype=x.dtype, device=x.device).view(1, -1, *x.shape[2:])
    slopes = [
        (outputs(x[:, :1] + step * some) - outputs(x[:, :1] - step * some)) / (2 * step)
        for some in pixels.split(CHUNK, 1)
    ]
    return torch.cat(slopes, 1)


def impulse(outputs: Outputs, x: Tensor, step: float) -> Tensor:
    return difference(outputs, torch.zeros_like(x[:, :1]), 1.0)


OBJECTS: dict[str, tuple[Callable[[Outputs, Tensor, float], Tensor], str]] = {
    "point": (point, "the gradient at one point x"),
    "averaged": (averaged, "the gradient of the mean output over the points: its response to a shift of all"),
    "difference": (difference, "the slope of the output between x − h eᵢ and x + h eᵢ, for each pixel i"),
    "impulse": (impulse, "half the difference of the responses to eᵢ and −eᵢ alone"),
}
"""Name → (how g is computed, what it is). For networks that are positively homogeneous, and so have no biases,
`impulse` is the limit of `difference` for h → ∞."""


def _in_processes(job: Callable[[np.ndarray], Moment], shares: list[np.ndarray]) -> list[Moment]:
    """The moment of each share of the seeds, all dealt to processes of one thread."""
    cores = machine.cores()
    if cores == 1 or sum(map(len, shares)) < FEW:
        return [job(share) for share in shares]
    pieces = [piece for share in shares for piece in np.array_split(share, cores)]
    moments = Parallel(n_jobs=cores)(delayed(_alone)(job, piece) for piece in pieces)
    zero = Moment.zero(len(moments[0].total))
    return [sum(moments[start : start + cores], zero) for start in range(0, len(moments), cores)]


def _alone(job: Callable[[np.ndarray], Moment], seeds: np.ndarray) -> Moment:
    torch.set_num_threads(1)
    return job(seeds)
