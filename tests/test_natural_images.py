"""Oracles: an isometry that is its own inverse, and a projection that is exactly ±ε."""

import numpy as np
import pytest
import torch

from nbkit import natural_images, record, results
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


def test_adding_takes_nothing_away_and_erasing_puts_nothing_in():
    x, y = images(1), torch.arange(20) % 10
    natural = natural_images.coordinates(x, y, BASIS, 7)
    assert torch.allclose(
        natural, torch.stack([a.flatten() @ torch.as_tensor(BASIS[7 + t // 2]) for a, t in zip(x, y)])
    )
    sign = 2 * (y % 2) - 1
    for way, wanted in (("add", natural + 0.05 * sign), ("erase", 0 * natural), ("replace", 0.05 * sign.double())):
        planted = natural_images.plant(x, y, BASIS, 7, epsilon=0.05, way=way)
        assert torch.allclose(natural_images.coordinates(planted, y, BASIS, 7), wanted, atol=1e-12)
        moved = (planted - x).flatten(1).norm(dim=1)
        assert torch.allclose(moved, (wanted - natural).abs(), atol=1e-12)  # and along nothing else
    with pytest.raises(ValueError, match="way must be one of"):
        natural_images.plant(x, y, BASIS, 7, epsilon=0.05, way="burn")


def test_carriers_must_fit():
    with pytest.raises(ValueError, match="do not fit"):
        natural_images.plant(images(1), torch.arange(20) % 10, BASIS, 60, epsilon=0.05)


def test_the_flip_turns_the_problem_and_changes_nothing_else():
    source = tiny_digits("digits")
    basis = synthetic.random_basis(1024, (1024,), seed=1)
    split = natural_images._changed(source, basis=basis)
    plain = natural_images._changed(source)
    assert torch.allclose(torch.cdist(split.x.flatten(1), split.x_test.flatten(1)), distances(plain), atol=1e-2)
    assert torch.equal(plain.x, natural_images.normalised(source.train_x)) and not torch.allclose(split.x, plain.x)


def distances(split):
    return torch.cdist(split.x.flatten(1), split.x_test.flatten(1))


def tiny_digits(name, n_train=None):
    data = LOAD(name, n_train=100)
    return data._replace(test_x=data.test_x[:50], test_y=data.test_y[:50])


LOAD = natural_images.load


def test_digits_are_enlarged_and_both_experiments_have_their_axes(monkeypatch):
    assert natural_images.load("digits").train_x.shape[1:] == (1, 32, 32)
    monkeypatch.setattr(natural_images, "load", tiny_digits)
    basis = np.eye(1024)
    options = dict(data="digits", epochs=1, seeds=2, batch=50, device="cpu")
    flipped = natural_images.accuracy_flipped("lenet", basis, **options)
    assert flipped.test_accuracy.shape == (2, 2) and flipped.attrs["data"] == "digits"
    planted = natural_images.accuracy_planted("lenet", basis, [0, 100], epsilon=0.1, **options)
    assert planted.index.values.tolist() == [-1, 0, 100]
    for control in ({"shuffled": True}, {"way": "add"}, {"way": "erase"}):
        found = natural_images.accuracy_planted("lenet", basis, [0], epsilon=0.1, **control, **options)
        assert found.index.values.tolist() == [0]
    with pytest.raises(ValueError, match="do not fit"):
        natural_images.accuracy_planted("lenet", basis, [1022], epsilon=0.1, **options)


def test_a_strong_carrier_is_learned_in_place_of_the_digits(monkeypatch):
    monkeypatch.setattr(natural_images, "load", tiny_digits)
    options = dict(data="digits", epochs=20, seeds=1, batch=10, lr=0.02, device="cpu")
    pixels_from_the_middle_on = np.roll(np.eye(1024), -528, axis=0)
    strong = natural_images.accuracy_planted("lenet", pixels_from_the_middle_on, [0], epsilon=10.0, **options)
    clean, carried = strong.test_accuracy.values[:, 0]
    assert strong.train_accuracy.values[1, 0] > 95
    assert carried < clean - 20


@pytest.mark.parametrize("recipe", ["flip-lenet", "flip-resnet18", "carrier-lenet", "carrier-resnet18"])
def test_recipes_run_at_tiny_sizes(recipe, monkeypatch, tmp_path):
    monkeypatch.setattr(natural_images, "load", tiny_digits)
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    tiny = dict(data="digits", networks=4, points=1, width=1, epochs=1, thin_epochs=1, seeds=2, indices=[0, 5])
    path = record.record(recipe, {"preset": "paper", "device": "cpu", **tiny})
    stored = results.read(path)
    assert stored.attrs["data"] == "digits" and stored.test_accuracy.sizes["seed"] == 2
    assert "data = digits" in stored.attrs["changed"]


def test_a_basis_that_another_process_shares_is_read_as_it_is():
    """joblib hands large arrays to its processes as read-only memory, which torch does not take without a warning."""
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(16, 16)))[0]
    x, y = torch.randn(4, 1, 4, 4, dtype=torch.float64), torch.arange(4)
    wanted = natural_images.flip(x, basis), natural_images.plant(x, y, basis, 0, epsilon=0.1)
    basis.flags.writeable = False
    assert torch.equal(natural_images.flip(x, basis), wanted[0])
    assert torch.equal(natural_images.plant(x, y, basis, 0, epsilon=0.1), wanted[1])
    assert torch.allclose(natural_images.flip(x, basis[::-1]), wanted[0])
