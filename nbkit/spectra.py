"""Which frequencies a network learns, and when: sums of waves, wavy label noise, and paths between images.

Sources: Rahaman et al. 2019 (low frequencies first), Fridovich-Keil et al. 2022 (label noise, paths between images).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from scipy.fft import dst
from torch import Tensor

from nbkit import device as machine
from nbkit import fleet, nets
from nbkit.data import images, labels
from nbkit.fleet.stack import Stack
from nbkit.results import experiment

LEARNED = 0.8
"""Share of a wave's amplitude at which it counts as learned [Rahaman 2019's figure, as we recall it]."""


@experiment
def learn_waves(
    modes: Sequence[int],
    *,
    widths: Sequence[int] = (64, 64, 64),
    n: int = 160,
    steps: int,
    seeds: int,
    lr: float = 5e-3,
    every: int = 1,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Networks of one input learn Σ sin(2πk u + φ), u in [0, 1), random phases: full-batch Adam on the square loss.

    Returns `target` (seed, u) and `output` (step, seed, u); `amplitude` (step, seed, mode), the mode's share in the
    output; and `learned_at` (seed, mode), the first watched step with amplitude ≥ .8, the last step where that never
    happens.
    """
    modes, repetitions = list(modes), range(seed, seed + seeds)
    u = np.arange(n) / n
    phases = np.stack([np.random.default_rng(s).uniform(0, 2 * np.pi, len(modes)) for s in repetitions])
    target = np.sin(2 * np.pi * u * np.array(modes)[:, None] + phases[..., None]).sum(1)
    x = torch.as_tensor(4 * u - 2, dtype=torch.float32)[None, :, None].expand(seeds, n, 1)
    net = partial(nets.build, "mlp", shape=(1,), widths=widths, classes=1)
    fits = regress(net, x, target, seeds=repetitions, lr=lr, steps=steps, every=every, device=device)
    output = np.stack(list(fits))
    amplitude = 2 / n * np.abs(np.fft.rfft(output)[..., modes])
    watched = np.arange(0, steps + 1, every)
    reached = amplitude >= LEARNED
    learned_at = np.where(reached.any(0), watched[reached.argmax(0)], steps)
    return xr.Dataset(
        {
            "target": (("seed", "u"), target),
            "output": (("step", "seed", "u"), output),
            "amplitude": (("step", "seed", "mode"), amplitude),
            "learned_at": (("seed", "mode"), learned_at),
        },
        coords={"step": watched, "seed": list(repetitions), "mode": modes, "u": u},
    )


@experiment
def fit_wavy_noise(
    frequencies: Sequence[float],
    *,
    n_train: int,
    steps: int,
    seeds: int,
    width: int = 64,
    lr: float = 2e-3,
    every: int = 20,
    seed: int = 0,
    device: str = "auto",
) -> xr.Dataset:
    """Networks learn the parity (±1) of digits plus label noise √2 sin(2πκ u·x), with u·x of unit deviation.

    Returns `fitted` (step, frequency, seed): the share of the noise in the network's output on the training images,
    by least squares. Frequencies κ are in cycles per standard deviation of the data along the random direction u.
    """
    digits, repetitions = images.load("digits"), range(seed, seed + seeds)
    x, y, noise = (np.stack(part) for part in zip(*(_wavy(digits, n_train, frequencies, seed=s) for s in repetitions)))
    y, noise = np.repeat(y, len(frequencies), 0), noise.reshape(-1, n_train)
    inputs = torch.as_tensor(x).repeat_interleave(len(frequencies), 0)
    net = partial(nets.build, "mlp", shape=(64,), widths=(width,), classes=1)
    same_start = np.repeat(list(repetitions), len(frequencies)).tolist()
    fits = regress(net, inputs, y + noise, seeds=same_start, lr=lr, steps=steps, every=every, device=device)
    share = np.stack([((fit - y) * noise).sum(1) / (noise**2).sum(1) for fit in fits])
    return xr.Dataset(
        {"fitted": (("step", "seed", "frequency"), share.reshape(-1, seeds, len(frequencies)))},
        coords={"step": np.arange(0, steps + 1, every), "frequency": list(frequencies), "seed": list(repetitions)},
        attrs={"data": digits.variant},
    )


def regress(net, x: Tensor, y, *, seeds, lr: float, steps: int, every: int, device: str) -> Iterator[np.ndarray]:
    """Full-batch Adam on the mean square error of networks with one output, side by side; yields outputs (networks, n).

    x: (networks, n, ...); y: (networks, n). One yield before the first step and one after each `every` steps.
    """
    target = machine.resolve(device)
    stack = Stack(net, list(seeds), device=target, dtype=torch.float32)
    x, y = x.to(target, torch.float32), torch.as_tensor(y, dtype=torch.float32, device=target)
    optimizer = torch.optim.Adam([stack.parameters], lr=lr)
    for t in range(steps + 1):
        output = stack.logits(x, stack.state, training=True)[..., 0]
        if t % every == 0:
            yield output.detach().cpu().numpy()
        stack.parameters.grad = stack.gradient((output - y).square().mean(1))
        optimizer.step()


@experiment
def path_spectra(
    *, pairs: int, points: int, epochs: int, seeds: int, width: int = 128, seed: int = 0, device: str = "auto"
) -> xr.Dataset:
    """Spectrum of a digit classifier's logits along straight lines between two test images, of one class or of two.

    The straight line between a path's two ends is taken off, and what is left is expanded in sines that vanish there.
    Returns `energy` (kind, seed, frequency): mean over paths and classes, frequency in half periods per path.
    """
    digits, repetitions = images.load("digits"), range(seed, seed + seeds)
    data = fleet.Split(*digits[:4])
    net = partial(nets.build, "mlp", shape=(1, 8, 8), widths=(width, width), classes=10)
    recipe = fleet.Training(epochs=epochs, batch=64, schedule="constant")
    trained = fleet.train(
        net, [fleet.Task(data, seed=s, lr=0.3) for s in repetitions], recipe, device=device, keep_weights="final"
    )
    at = torch.linspace(0, 1, points + 2)[:, None, None, None]
    energy = np.empty((2, seeds, points))
    for i, s in enumerate(repetitions):
        model = trained.model(i)
        for kind, same in enumerate((True, False)):
            start, end = _pairs(digits.test_y, pairs, same=same, seed=s)
            line = digits.test_x[start, None] * (1 - at) + digits.test_x[end, None] * at
            with torch.no_grad():
                logits = model(line.flatten(0, 1)).double().numpy().reshape(pairs, points + 2, 10)
            ramp = at.double().numpy().reshape(1, -1, 1)
            bend = logits - logits[:, :1] * (1 - ramp) - logits[:, -1:] * ramp
            energy[kind, i] = (dst(bend[:, 1:-1], type=1, axis=1, norm="ortho") ** 2).mean((0, 2)) / points
    return xr.Dataset(
        {"energy": (("kind", "seed", "frequency"), energy)},
        coords={"kind": ["within", "between"], "seed": list(repetitions), "frequency": np.arange(1, points + 1)},
        attrs={"data": digits.variant, "test_accuracy": float(trained.history.test_accuracy[:, -1].mean())},
    )


def _wavy(digits: images.Images, n: int, frequencies, *, seed: int):
    """Images (n, 64), their parity, and noise (frequencies, n) of unit variance along a random direction."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits.train_x))[:n]
    x = digits.train_x[chosen].flatten(1).numpy()
    along = x @ rng.standard_normal(x.shape[1])
    phase = 2 * np.pi * np.multiply.outer(frequencies, (along - along.mean()) / along.std())
    noise = np.sqrt(2) * np.sin(phase + rng.uniform(0, 2 * np.pi))
    return x, labels.parity(digits.train_y[chosen].numpy()).astype(float), noise - noise.mean(1, keepdims=True)


def _pairs(y: Tensor, count: int, *, same: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of `count` random pairs of different images, with the same label or with two."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(len(y), size=(2, 60 * count))
    y = y.numpy()
    keep = np.flatnonzero(((y[first] == y[second]) == same) & (first != second))[:count]
    return first[keep], second[keep]
