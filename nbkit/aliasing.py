"""Why pooling makes some frequencies hard: the signal-to-noise ratio that is left after filtering and subsampling.

A signal of length D carries ±ε in one Fourier mode ℓ and white noise of variance σ² in every other mode, and is then
filtered with m and subsampled by S. Modes that differ by a multiple of D/S fold onto each other, so the label meets
noise it cannot be told apart from.
"""

from __future__ import annotations

import numpy as np


def transfer(taps, size: int) -> np.ndarray:
    """Fourier transform m̂ (size,) of a circular prefilter given by its taps."""
    taps = np.asarray(taps, dtype=float)
    if taps.size > size:
        raise ValueError(f"the filter has {taps.size} taps, more than the signal's {size} points")
    return np.fft.fft(taps, size)


def snr(mode: int, taps, size: int, stride: int, *, sigma: float = 1.0, epsilon: float = 1.0) -> float:
    """Best signal-to-noise ratio γ(ℓ) of a linear probe that sees the signal after filter and subsampling.

    γ(ℓ) = ε² |m̂(ℓ)|² / (σ² Σ_{k=1}^{S−1} |m̂(ℓ + kD/S)|²): infinite when nothing folds onto a mode that is passed,
    and 0 when the filter stops the mode. `size` must be a multiple of `stride`.
    """
    _check(size, stride)
    power = np.abs(transfer(taps, size)) ** 2
    power[power < 1e-24 * power.max()] = 0.0
    aliases = (mode + size // stride * np.arange(1, stride)) % size
    signal, noise = epsilon**2 * power[mode % size], sigma**2 * power[aliases].sum()
    if signal == 0:
        return 0.0
    return float(signal / noise) if noise > 0 else float("inf")


def probe_snr(mode: int, taps, size: int, stride: int, *, sigma: float = 1.0, epsilon: float = 1.0) -> float:
    """The same ratio by linear algebra, with no Fourier argument: μᴴ Σ⁺ μ of the complex signal as the probe sees it.

    μ = ε P v is the pooled class mean and Σ = σ² P (I − v vᴴ) Pᴴ the pooled noise, for the D/S × D matrix P of
    filtering and subsampling. A mean outside the range of Σ can be read without noise: the ratio is infinite.
    """
    _check(size, stride)
    pool = pooling_matrix(taps, size, stride)
    v = np.exp(2j * np.pi * mode * np.arange(size) / size) / np.sqrt(size)
    mean = epsilon * pool @ v
    noise = sigma**2 * (pool @ pool.conj().T - np.outer(pool @ v, (pool @ v).conj()))
    values, vectors = np.linalg.eigh(noise)
    kept = values > 1e-12 * max(values.max(), sigma**2)
    share = np.abs(vectors.conj().T @ mean) ** 2
    if share[~kept].sum() > 1e-12 * epsilon**2:
        return float("inf")
    return float((share[kept] / values[kept]).sum())


def pooling_matrix(taps, size: int, stride: int) -> np.ndarray:
    """P (size/stride, size): circular filtering by the taps, then every `stride`-th sample."""
    _check(size, stride)
    columns = np.fft.ifft(transfer(taps, size)[:, None] * np.fft.fft(np.eye(size), axis=0), axis=0).real
    return columns[::stride]


def _check(size: int, stride: int) -> None:
    if stride < 1 or size % stride:
        raise ValueError(f"stride {stride} must divide the signal's length {size}")
