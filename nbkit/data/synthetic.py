"""The problem D(v), whose labels lie along one direction under noise, and the directions to pose it in.

An image is `image[row, column]`; the mode `(kx, ky)` makes kx periods from left to right and ky from top to bottom.
Frequencies count modulo the size, so for size 32 the frequencies 16 and -16 (Nyquist) are one and the same.
Directions are float64 NumPy arrays, samples are torch tensors.
"""

from __future__ import annotations

import numpy as np
import torch

from nbkit.device import generator

MARGINS = {"text": 1.0, "code": 0.5}
"""Class mean in units of epsilon v: the paper's text says ±epsilon v, its published code uses ±epsilon/2 v."""


def directional(v, n: int, *, sigma, epsilon=1.0, margin="text", seed: int, dtype=torch.float32):
    """Draw n samples of D(v): x = epsilon y v + w with w ~ N(0, sigma² (I - v vᵀ)).

    v: array or tensor of any shape and of unit norm. Returns x (n, *v.shape) and y (n,), int64 in {-1, +1}, balanced
    (odd n: one more +1) and in random order, both on v's device. margin="code" uses ±epsilon/2 v (see `MARGINS`).
    ⟨x, v⟩ = ±epsilon to the precision of `dtype`. The same seed gives the same labels and, but for its part along v,
    the same noise for every v: directions are compared on common random numbers. Training and test sets need two seeds.
    Raises ValueError unless | ‖v‖ - 1 | ≤ 1e-6. Source: [Ortiz-Jimenez 2020, §2].
    """
    v = torch.as_tensor(v)
    check_unit_norm(v[None])
    noise, y = base_noise(n, v.shape, seed=seed, dtype=dtype)
    noise, y = noise.to(v.device), y.to(v.device)
    return place(noise, y, v, sigma=sigma, epsilon=epsilon, margin=margin), y


def base_noise(n: int, shape, *, seed: int, dtype=torch.float32):
    """What the sets D(v) of one seed share: standard normal noise (n, *shape) and labels y (n,), on the CPU."""
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    random = generator(seed, use="D(v)")
    y = torch.ones(n, dtype=torch.int64)
    y[torch.randperm(n, generator=random)[: n // 2]] = -1
    return torch.randn(n, *shape, generator=random, dtype=dtype), y


def place(noise, y, v, *, sigma, epsilon=1.0, margin="text"):
    """Make samples of D(v) from `base_noise`, or from any rows of it, for one direction or for many at once.

    noise (n, *shape), y (n,), v (*shape) or (m, *shape) -> x (n, *shape) or (m, n, *shape), all on one device, x of the
    noise's type. With g the noise, x = sigma g + (epsilon y - sigma ⟨g, v⟩) v: a minibatch for m directions costs one
    matrix product and no noise of its own. v must be of unit norm, which `check_unit_norm` sees to once, not this for
    every minibatch.
    """
    if margin not in MARGINS:
        raise ValueError(f"margin must be one of {', '.join(MARGINS)}, not {margin!r}")
    if not (sigma >= 0 and epsilon >= 0):
        raise ValueError(f"sigma and epsilon must be 0 or more, not {sigma} and {epsilon}")
    v = torch.as_tensor(v)
    stack = v.shape[: max(v.ndim - noise.ndim + 1, 0)]
    if v.shape != stack + noise.shape[1:] or len(stack) > 1:
        raise ValueError(f"v must have shape {tuple(noise.shape[1:])} or (m, ...), not {tuple(v.shape)}")
    g = noise.flatten(1)
    v = v.reshape(-1, g.shape[1]).to(g)
    along = MARGINS[margin] * epsilon * y.to(g) - sigma * (v @ g.T)  # (m, n)
    x = torch.addcmul(sigma * g, along[..., None], v[:, None])  # adds the outer product without storing it
    return x.reshape(stack + noise.shape)


def check_unit_norm(directions):
    """Raise ValueError unless every direction of (m, *shape) has norm 1 to 1e-6."""
    norms = torch.linalg.vector_norm(torch.as_tensor(directions).flatten(1).double(), dim=1)
    worst = norms[(norms - 1).abs().argmax()].item()
    if not abs(worst - 1) <= 1e-6:  # also catches NaN
        raise ValueError(f"v must have norm 1 (to 1e-6), not {worst:.8g}")


def dft_direction(kx, ky, *, size: int = 32, part: str = "cos") -> np.ndarray:
    """The unit-norm cosine or sine of the 2D DFT mode (kx, ky): (size, size), or (m, size, size) for m modes.

    kx, ky: whole numbers or integer arrays of one shape (m,). Raises ValueError for the sine of a mode that is its own
    mirror image (both frequencies 0 or Nyquist), which vanishes. Written out, because a single bin given to an inverse
    real FFT is not Hermitian in the columns 0 and size/2.
    """
    waves = {"cos": np.cos, "sin": np.sin}
    if part not in waves:
        raise ValueError(f"part must be cos or sin, not {part!r}")
    kx, ky = np.broadcast_arrays(np.asarray(kx), np.asarray(ky))
    if part == "sin" and (own := _is_own_mirror(kx, ky, size)).any():
        raise ValueError(f"the sine of mode ({kx[own][0]}, {ky[own][0]}) vanishes on a {size}x{size} grid")
    row, column = np.ogrid[:size, :size]
    # Whole periods are taken off in integers, so that the phase is as exact at high frequencies as at low ones.
    periods = (kx[..., None, None] * column + ky[..., None, None] * row) % size
    wave = waves[part](2 * np.pi * periods / size)
    return wave / np.linalg.norm(wave, axis=(-2, -1), keepdims=True)


def dft_modes(size: int = 32, *, step: int = 1, part: str = "cos") -> np.ndarray:
    """One mode of every mirror pair (kx, ky), (-kx, -ky): (m, 2) integers, 0 ≤ kx ≤ size/2 and -size/2 < ky ≤ size/2.

    step: keep the frequencies that are multiples of it; 2 gives the published grid of even frequencies, 130 modes at
    size 32 (published as 144 runs: 14 mirror pairs with kx = 0 or Nyquist were run twice). part="sin" leaves out the
    modes whose sine vanishes.
    """
    _check_step(size, step)
    kx, ky = np.meshgrid(np.arange(size // 2 + 1), np.arange(-((size - 1) // 2), size // 2 + 1), indexing="ij")
    keep = (kx % step == 0) & (ky % step == 0)
    keep &= ((2 * kx) % size != 0) | (ky >= 0)  # on these two columns the mirror image lies in the same column
    if part == "sin":
        keep &= ~_is_own_mirror(kx, ky, size)
    return np.stack([kx[keep], ky[keep]], axis=1)


def dft_basis(size: int = 32) -> tuple[np.ndarray, list[tuple[int, int, str]]]:
    """The orthonormal basis of all cosines, then all sines: (size², size, size), and (kx, ky, part) of each element."""
    parts = {part: dft_modes(size, part=part) for part in ("cos", "sin")}
    basis = np.concatenate([dft_direction(*modes.T, size=size, part=part) for part, modes in parts.items()])
    return basis, [(int(kx), int(ky), part) for part, modes in parts.items() for kx, ky in modes]


def unfold_map(values, modes, *, size: int = 32, step: int = 1) -> np.ndarray:
    """Lay values (..., m) of m modes out as maps (..., ky, kx) for drawing, each also at its mirror image (-kx, -ky).

    Both axes run over `dft_axis(size, step=step)`, so DC is at the centre and Nyquist at index 0; modes that are not
    given are NaN. modes: (m, 2), whichever of a mirror pair.
    """
    values, modes, n = np.asarray(values, dtype=float), np.asarray(modes), len(dft_axis(size, step=step))
    if modes.shape != (values.shape[-1], 2) or (modes % step).any():
        raise ValueError(f"modes must be {values.shape[-1]} pairs of multiples of {step}, one for each value")
    full = np.full((*values.shape[:-1], n, n), np.nan)
    for sign in (-1, 1):  # a mode's own value goes over its mirror image's
        kx, ky = ((sign * modes // step + n // 2) % n).T
        full[..., ky, kx] = values
    return full


def dft_axis(size: int = 32, *, step: int = 1) -> np.ndarray:
    """The signed frequencies along each axis of `unfold_map`: -size/2, -size/2 + step, … for even size/step."""
    _check_step(size, step)
    n = size // step
    return (np.arange(n) - n // 2) * step


def random_basis(count: int, shape, *, seed: int) -> np.ndarray:
    """Random orthonormal directions, uniform over all such sets: (count, *shape)."""
    dimension = int(np.prod(shape))
    if not 1 <= count <= dimension:
        raise ValueError(f"count must be between 1 and the dimension {dimension}, not {count}")
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((dimension, count)))
    q *= np.sign(np.diag(r))  # QR leaves the signs to the algorithm; with a positive diagonal q is uniform
    return q.T.reshape(count, *shape)


def _is_own_mirror(kx, ky, size):
    return ((2 * kx) % size == 0) & ((2 * ky) % size == 0)


def _check_step(size, step):
    if size < 2 or step < 1 or size % step:
        raise ValueError(f"step must divide the size {size}, not be {step}")
