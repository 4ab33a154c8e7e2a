"""Oracles: an isometry that is its own inverse, and a projection that is exactly ±ε."""

import numpy as np
import pytest
import torch

from nbkit import natural_images
from nbkit.data import synthetic

BASIS = synthetic.random_basis(64, (64,), seed=0)


def images(channels=3, n=20):
    return torch.rand(n, channels, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_flip_is_an_isometry_and_its_own_inverse():
    x = images()
    flipped = natural_images.flip(x, BASIS)
    assert torch.allclose(natural_images.flip(flipped, BASIS), x, atol=1e-12)
    assert torch.allclose(torch.cdist(flipped.flatten(1), flipped.flatten(1)), torch.cdist(x.flatten(1), x.flatten(1)))
    first, last = (torch.as_tensor(v) for v in (BASIS[0], BASIS[-1]))
    assert torch.allclose(flipped.flatten(2) @ first, x.flatten(2) @ last)


def test_flip_needs_a_complete_orthonormal_basis():
    for basis in (BASIS[:63], 2 * BASIS):
        with pytest.raises(ValueError, match="64 orthonormal directions"):
            natural_images.flip(images(), basis)


@pytest.mark.parametrize("channels, used", [(3, 2), (1, 5)])
def test_a_planted_image_has_exactly_epsilon_along_its_carrier_and_nothing_else_changed(channels, used):
    x, y = images(channels), torch.arange(20) % 10
    planted = natural_images.plant(x, y, BASIS, 7, epsilon=0.05)
    seen = set()
    for before, after, t in zip(x, planted, y.tolist()):
        direction, channel, sign = 7 + t // (2 * channels), t % channels, 2 * (t % 2) - 1
        v = torch.as_tensor(BASIS[direction])
        seen.add((direction, channel, sign))
        assert after[channel].flatten() @ v == pytest.approx(sign * 0.05, abs=1e-12)
        rest = torch.eye(64, dtype=torch.float64) - torch.outer(v, v)
        assert torch.allclose(rest @ after[channel].flatten(), rest @ before[channel].flatten())
        others = [c for c in range(channels) if c != channel]
        assert torch.equal(after[others], before[others])
    assert len(seen) == 10 and len({direction for direction, _, _ in seen}) == used


def test_carriers_must_fit():
    with pytest.raises(ValueError, match="do not fit"):
        natural_images.plant(images(1), torch.arange(20) % 10, BASIS, 60, epsilon=0.05)


def test_digits_are_enlarged_and_both_experiments_have_their_axes():
    assert natural_images.load("digits").train_x.shape[1:] == (1, 32, 32)
    basis = np.eye(1024)
    options = dict(data="digits", epochs=1, seeds=1, batch=512, device="cpu")
    flipped = natural_images.accuracy_flipped("lenet", basis, **options)
    assert flipped.test_accuracy.dims == ("version", "seed") and flipped.attrs["data"] == "digits"
    planted = natural_images.accuracy_planted("lenet", basis, [0, 100], epsilon=0.1, **options)
    assert planted.index.values.tolist() == [-1, 0, 100]
