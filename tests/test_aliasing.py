"""Oracle: the best linear probe on the pooled signal, by eigenvalues and by sampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbkit import aliasing

AVERAGE = np.ones(4) / 4
SOME_FILTER = [0.5, -0.2, 0.9, 0.3, 0.1]


@pytest.mark.parametrize("taps", [SOME_FILTER, [1.0], np.hamming(7)])
@pytest.mark.parametrize("stride", [2, 4, 8])
def test_formula_equals_the_linear_probe(taps, stride):
    for mode in range(32):
        formula = aliasing.snr(mode, taps, 32, stride, sigma=2.0, epsilon=0.7)
        probe = aliasing.probe_snr(aliasing.wave(mode, 32), taps, stride, sigma=2.0, epsilon=0.7)
        assert np.isclose(formula, probe, rtol=1e-9), mode
        real = aliasing.cosine_snr(mode, taps, 32, stride, sigma=2.0, epsilon=0.7)
        probe = aliasing.probe_snr(aliasing.cosine(mode, 32), taps, stride, sigma=2.0, epsilon=0.7)
        assert np.isclose(real, probe, rtol=1e-9), mode


def test_average_pooling_keeps_dc_without_noise_and_stops_its_nulls():
    assert aliasing.snr(0, AVERAGE, 32, 4) == np.inf == aliasing.probe_snr(aliasing.wave(0, 32), AVERAGE, 4)
    for mode in (8, 16, 24):
        assert aliasing.snr(mode, AVERAGE, 32, 4) == 0
        assert aliasing.probe_snr(aliasing.wave(mode, 32), AVERAGE, 4) == pytest.approx(0, abs=1e-20)
        assert aliasing.cosine_snr(mode, AVERAGE, 32, 4) == pytest.approx(0, abs=1e-20)


def test_a_stride_without_a_filter_leaves_all_complex_modes_alike_but_not_all_cosines():
    assert {aliasing.snr(mode, [1.0], 32, 2) for mode in range(32)} == {1.0}
    cosines = [aliasing.cosine_snr(mode, [1.0], 32, 2) for mode in range(32)]
    assert [mode for mode in range(32) if np.isinf(cosines[mode])] == [8, 24]  # every second pixel of the sine is 0
    assert {value for value in cosines if np.isfinite(value)} == {1.0}


def test_no_subsampling_loses_nothing():
    assert aliasing.snr(5, SOME_FILTER, 32, 1) == np.inf


def test_sampled_signals_reach_the_formula():
    rng, mode, sigma, n = np.random.default_rng(0), 3, 1.5, 20_000
    v = np.exp(2j * np.pi * mode * np.arange(32) / 32) / np.sqrt(32)
    white = (rng.normal(size=(n, 32)) + 1j * rng.normal(size=(n, 32))) / np.sqrt(2) * sigma
    noise = (white - np.outer(white @ v.conj(), v)) @ aliasing.pooling_matrix(SOME_FILTER, 32, 4).T
    probe = np.fft.ifft(np.eye(8))[mode] * np.sqrt(8)
    mean = aliasing.pooling_matrix(SOME_FILTER, 32, 4) @ v
    measured = abs(probe.conj() @ mean) ** 2 / np.mean(np.abs(noise @ probe.conj()) ** 2)
    assert measured == pytest.approx(aliasing.snr(mode, SOME_FILTER, 32, 4, sigma=sigma), rel=0.05)


@given(st.integers(0, 31), st.floats(0.1, 10), st.floats(0.1, 10))
@settings(max_examples=30, deadline=None)
def test_scaling_and_reality(mode, sigma, epsilon):
    base = aliasing.snr(mode, SOME_FILTER, 32, 4)
    assert aliasing.snr(mode, SOME_FILTER, 32, 4, sigma=sigma, epsilon=epsilon) == pytest.approx(
        base * (epsilon / sigma) ** 2
    )
    assert aliasing.snr(-mode, SOME_FILTER, 32, 4) == pytest.approx(base)


def test_stride_must_divide():
    with pytest.raises(ValueError, match="stride 5 must divide"):
        aliasing.snr(1, SOME_FILTER, 32, 5)


def test_three_strides_and_a_mean_leave_the_multiples_of_four():
    """The proposition of chapter 07 on the nodes of the lattice, in one direction."""
    first, second, third = (aliasing.pooling_matrix(SOME_FILTER, size, 2) for size in (32, 16, 8))
    read = (third @ second @ first).mean(0)
    heard = [mode for mode in range(32) if abs(read @ aliasing.wave(mode, 32)) > 1e-12]
    assert heard == list(range(0, 32, 4))
