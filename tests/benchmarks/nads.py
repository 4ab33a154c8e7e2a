"""How much faster LeNet's NADs are found than by the published procedure, at equal overlap with the released ones.

The published procedure takes one network after the other and, for each pixel, two forward passes of one image, at
x ± 100 eᵢ. Ours differentiates the mean output over a few points, in a process for each core. Both have the same
networks to draw from. Ours gets as many of them as it needs to come as close to the released directions as the
published procedure does with `NETWORKS`. That one is timed on a few of these, in one thread: a second one has nothing
to do on one small image. Its directions come from the same slopes, taken in batches, which the first network confirms.

NBKIT_REFERENCE names a folder with the released directions, `nads/lenet.npz`. Without it both are compared with the
slopes of other networks. The last line is the ratio of the times, drawing the networks included.
"""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import torch

from nbkit import device, nads, nets
from nbkit.fleet.stack import initialise

NETWORKS, TIMED, STEP = 100, 4, 100.0
POINTS, MORE = 32, 50  # ours: points, and networks added until it has caught up
TOP = 10
make = partial(nets.build, "lenet", classes=1)


@torch.no_grad()
def published(seed: int, x: torch.Tensor) -> torch.Tensor:
    """The slope of one network (1024,), one image (1, 1, 32, 32) at a time."""
    net, g = initialise(make, seed).eval(), torch.empty(x.numel())
    for pixel in range(x.numel()):
        e = torch.zeros(x.numel())
        e[pixel] = STEP
        e = e.view_as(x)
        g[pixel] = (net(x + e) - net(x - e)).item() / (2 * STEP)
    return g


def seconds_of_published() -> float:
    """Seconds a network takes, after checking the first one against the slope taken in batches."""
    torch.set_num_threads(1)
    x = torch.randn(1, 1, 32, 32, generator=device.generator(0, use="points of the gradients"))
    batched = nads.gradients(make, [0], x=x, estimator="difference", step=STEP)[0]
    assert torch.allclose(published(0, x), batched, rtol=1e-3, atol=1e-6)
    began = time.perf_counter()
    for seed in range(1, 1 + TIMED):
        published(seed, x)
    return (time.perf_counter() - began) / TIMED


def agreement(c: np.ndarray, reference: np.ndarray) -> float:
    return nads.overlap(nads.directions(c, TOP)[1], reference[:TOP])


def main() -> None:
    sample = partial(nads.covariance, "lenet", groups=1, device="cpu", step=STEP)
    slopes = partial(sample, estimator="difference", points=1)
    reference = nads.released("lenet")
    if reference is None:
        reference = nads.directions(nads.pooled(slopes(networks=3 * NETWORKS, seed=1_000_000)), TOP)[1]
    target = agreement(nads.pooled(slopes(networks=NETWORKS)), reference)
    alone = seconds_of_published()
    print(f"published: {1e3 * alone:.0f} ms a network, overlap {target:.2f} with {NETWORKS} networks")

    sample(networks=40)  # starts the processes
    began, networks, reached = time.perf_counter(), 0, 0.0
    total = nads.Moment.zero(1024)
    while reached < target:
        part = sample(networks=MORE, points=POINTS, seed=networks)
        total += nads.Moment(part.covariance.values[0] * MORE, MORE)
        networks += MORE
        reached = agreement(total.mean, reference)
    ours = time.perf_counter() - began
    print(f"ours: {1e3 * ours / networks:.1f} ms a network, overlap {reached:.2f} with {networks} networks")
    print(f"ratio: {alone * NETWORKS / ours:.1f}")


if __name__ == "__main__":
    main()
