"""How much faster LeNet's NADs are than by the published procedure, at equal agreement with the released ones.

The published procedure takes one network after the other and, for each pixel, two forward passes of one image at
x ± 100 eᵢ. Ours differentiates the mean output over a few points. NBKIT_REFERENCE may name a folder with the released
directions (`lenet.npz`: `directions` (k, 1024)), then both are compared with them; without it, agreement is that of two
halves of the networks. One image at a time is timed on a few networks only. The last line is the ratio of the times a
network.
"""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from nbkit import device, nads, nets
from nbkit.fleet.stack import initialise

NETWORKS, TIMED, POINTS, TOP, STEP = 300, 4, 32, 10, 100.0
make = partial(nets.build, "lenet", classes=1)


@torch.no_grad()
def published(seed: int) -> torch.Tensor:
    """The slope of one network (1024,), one image at a time."""
    net, x = initialise(make, seed).eval(), torch.randn(1, 1, 32, 32)
    g = torch.empty(1024)
    for pixel in range(1024):
        e = torch.zeros(1024)
        e[pixel] = STEP
        e = e.view_as(x)
        g[pixel] = (net(x + e) - net(x - e)).item() / (2 * STEP)
    return g


def agreement(estimate) -> float:
    """Overlap of the first directions with the released ones, or of one half of the networks with the other."""
    if folder := os.environ.get("NBKIT_REFERENCE"):
        released = np.load(Path(folder) / "lenet.npz")["directions"][:TOP].astype(float)
        return nads.overlap(nads.directions(nads.pooled(estimate))[1][:TOP], released)
    return nads.overlap(*(nads.directions(c)[1][:TOP] for c in estimate.covariance.values))


def main() -> None:
    device.use_cores()
    times = {}
    for name, options in {"difference": {"points": 1}, "averaged": {"points": POINTS}}.items():
        nads.covariance("lenet", networks=8, estimator=name, device="cpu", **options)  # starts the processes
        began = time.perf_counter()
        estimate = nads.covariance("lenet", networks=NETWORKS, estimator=name, step=STEP, device="cpu", **options)
        times[name] = (time.perf_counter() - began) / NETWORKS
        print(f"{name}: {1e3 * times[name]:.1f} ms a network, agreement {agreement(estimate):.2f}, {NETWORKS} networks")
    began = time.perf_counter()
    for seed in range(TIMED):
        published(seed)
    alone = (time.perf_counter() - began) / TIMED
    print(f"published, one image at a time: {1e3 * alone:.0f} ms a network")
    print(f"ratio: {alone / times['averaged']:.1f}")


if __name__ == "__main__":
    main()
