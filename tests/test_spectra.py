"""Oracles: a linear regression for the fitting loop, amplitudes of the target itself, and axes of every experiment."""

from functools import partial

import numpy as np
import torch

from nbkit import nets, spectra
from nbkit.data import images


def test_regress_solves_linear_least_squares_for_every_network():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 30, 3)), rng.standard_normal((2, 30))
    net = partial(nets.build, "logreg", shape=(3,), classes=1)
    *_, fit = spectra.regress(net, torch.tensor(x), y, seeds=[0, 1], lr=0.03, steps=600, every=200, device="cpu")
    for inputs, targets, found in zip(x, y, fit):
        design = np.column_stack([inputs, np.ones(30)])
        assert np.allclose(found, design @ np.linalg.lstsq(design, targets, rcond=None)[0], atol=1e-3)


def test_waves_have_unit_amplitude_and_the_slow_one_is_learned_first():
    result = spectra.learn_waves([1, 6], widths=(32, 32), n=64, steps=200, seeds=3, device="cpu")
    spectrum = 2 / 64 * np.abs(np.fft.rfft(result.target))[:, [1, 6]]
    assert np.allclose(spectrum, 1)
    assert (result.learned_at.sel(mode=1) < result.learned_at.sel(mode=6)).all()
    assert result.output.dims == ("step", "seed", "u")


def test_wavy_noise_has_unit_variance_and_is_the_same_for_the_same_seed():
    digits = images.load("digits")
    x, y, noise = spectra._wavy(digits, 300, [0.2, 3.0], seed=1)
    assert x.shape == (300, 64) and set(y) == {-1.0, 1.0}
    assert np.allclose(noise.mean(1), 0) and abs(noise[1].std() - 1) < 0.1
    result = spectra.fit_wavy_noise([0.2, 3.0], n_train=64, steps=40, seeds=2, device="cpu")
    assert dict(result.fitted.sizes) == {"step": 3, "seed": 2, "frequency": 2}
    assert (result.fitted.isel(step=-1) > result.fitted.isel(step=0)).all()  # the noise is learned, with its sign


def test_paths_have_more_energy_between_classes():
    result = spectra.path_spectra(pairs=20, points=7, epochs=3, seeds=2, device="cpu")
    total = result.energy.sum("frequency")
    assert (total.sel(kind="within") < total.sel(kind="between")).all() and result.attrs["test_accuracy"] > 0.5


def test_pairs_are_different_images_of_one_class_or_of_two():
    y = torch.arange(40) % 4
    for same in (True, False):
        first, second = spectra._pairs(y, 30, same=same, seed=0)
        assert len(first) == 30 and ((y[first] == y[second]) == same).all() and (first != second).all()
