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


def cosine_snr(mode: int, taps, size: int, stride: int, *, sigma: float = 1.0, epsilon: float = 1.0) -> float:
    """The same for a real signal with the label in the cosine of a frequency; derived in chapter 07.

    It is γ(ℓ) but where ℓ and −ℓ are different modes and fold onto each other, that is where 2ℓ is a multiple of D/S
    and not of D. There the cosine meets the sine of its own frequency: with m̂(ℓ) = a + ib the ratio is
    2 ε² a² / (σ² (2 b² + Σ |m̂(k)|²)), the sum over the aliases k other than ±ℓ.
    """
    _check(size, stride)
    mode %= size
    if (2 * mode) % (size // stride) or (2 * mode) % size == 0:
        return snr(mode, taps, size, stride, sigma=sigma, epsilon=epsilon)
    m = transfer(taps, size)
    places = (mode + size // stride * np.arange(stride)) % size
    others = places[(places != mode) & (places != -mode % size)]
    parts = np.array([2 * m[mode].real ** 2, 2 * m[mode].imag ** 2 + (np.abs(m[others]) ** 2).sum()])
    parts[parts < 1e-24 * (np.abs(m) ** 2).max()] = 0.0
    signal, noise = epsilon**2 * parts[0], sigma**2 * parts[1]
    if signal == 0:
        return 0.0
    return float(signal / noise) if noise > 0 else float("inf")


def probe_snr(v: np.ndarray, taps, stride: int, *, sigma: float = 1.0, epsilon: float = 1.0) -> float:
    """The best ratio for a label along any unit vector v (D,), complex or real, by linear algebra: μᴴ Σ⁺ μ.

    μ = ε P v is the pooled class mean and Σ = σ² P (I − v vᴴ) Pᴴ the pooled noise, for the D/S × D matrix P of
    filtering and subsampling. A mean outside the range of Σ can be read without noise: the ratio is infinite.
    """
    pool = pooling_matrix(taps, len(v), stride)
    mean = epsilon * pool @ v
    noise = sigma**2 * (pool @ pool.conj().T - np.outer(pool @ v, (pool @ v).conj()))
    values, vectors = np.linalg.eigh(noise)
    kept = values > 1e-12 * max(values.max(), sigma**2)
    share = np.abs(vectors.conj().T @ mean) ** 2
    if share[~kept].sum() > 1e-12 * epsilon**2:
        return float("inf")
    return float((share[kept] / values[kept]).sum())


def wave(mode: int, size: int) -> np.ndarray:
    """The complex Fourier mode (size,), of unit norm."""
    return np.exp(2j * np.pi * mode * np.arange(size) / size) / np.sqrt(size)


def cosine(mode: int, size: int) -> np.ndarray:
    """The cosine (size,) of this frequency, of unit norm."""
    values = wave(mode, size).real
    return values / np.linalg.norm(values)


def pooling_matrix(taps, size: int, stride: int) -> np.ndarray:
    """P (size/stride, size): circular filtering by the taps, then every `stride`-th sample."""
    _check(size, stride)
    columns = np.fft.ifft(transfer(taps, size)[:, None] * np.fft.fft(np.eye(size), axis=0), axis=0).real
    return columns[::stride]


def _check(size: int, stride: int) -> None:
    if stride < 1 or size % stride:
        raise ValueError(f"stride {stride} must divide the signal's length {size}")
