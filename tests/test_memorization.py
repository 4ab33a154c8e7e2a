"""What must hold whatever the networks learn: counts of labels, ranges, ends of curves, repeatability."""

import numpy as np
import pytest
import torch

from nbkit import ablation, importance, memorization, nets, params, populations, selection, units
from nbkit.data import images

SMALL = dict(data="digits", widths=[8, 8], n_train=64, device="cpu")
CURVES = dict(orders=2, steps=4)


def test_corrupted_labels_keep_their_counts_and_the_test_set_its_labels():
    found = images.load("digits")
    split = populations.split(found, 200, 1.0, seed=3)
    assert torch.equal(split.y.bincount(minlength=10), found.train_y[:200].bincount(minlength=10))
    assert (split.y != found.train_y[:200]).float().mean() > 0.7
    assert torch.equal(split.y_test, found.test_y)


def test_memorisation_has_its_axes_starts_at_the_training_accuracy_and_repeats():
    options = dict(**SMALL, **CURVES, corruption=[0.0, 1.0], epochs=2, seeds=2, scales=[0.5], repeats=2)
    first, second = (memorization.by_corruption(**options) for _ in range(2))
    assert first.accuracy.dims == ("corruption", "seed", "hold", "order", "fraction")
    assert first.noisy.dims == ("corruption", "seed", "scale", "repeat")
    assert np.allclose(first.accuracy.isel(fraction=0, order=0, hold=0), first.train_accuracy)
    assert first.equals(second)
    assert first.attrs["data"].startswith("digits (") and first.attrs["experiment"] == "by_corruption"


def test_dropout_and_batch_norm_populations():
    found = memorization.by_dropout(**SMALL, **CURVES, dropout=[0.0, 0.5], corruption=1.0, epochs=1, seeds=2)
    assert dict(found.accuracy.sizes) == {"dropout": 2, "seed": 2, "order": 2, "fraction": 5}
    assert not np.allclose(found.accuracy[0], found.accuracy[1])


def test_the_convolutional_network_is_the_published_one():
    net = nets.plain_cnn()
    assert [m.out_channels for m in net if isinstance(m, torch.nn.Conv2d)] == [64] * 2 + [128] * 3 + [256] * 3 + [
        512
    ] * 3
    assert net(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    last = net[:-2](torch.zeros(2, 3, 32, 32))
    assert last.shape == (2, 512, 4, 4)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in nets.plain_cnn(batch_norm=False))


@pytest.fixture
def colour(monkeypatch):
    """Images of the shape of CIFAR-10 in place of any image set."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.rand(60, 3, 32, 32, generator=generator), torch.arange(60) % 10
    small = images.Images(x[:40], y[:40], x[40:], y[40:], "colour", "0")
    monkeypatch.setattr(images, "load", lambda name: small)


def test_eleven_layers_learn_colour_images_and_only_the_last_are_ablated(colour):
    strides = [1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1]
    sizes = dict(data="cifar10", channels=[3] * 11, strides=strides, n_train=20, epochs=1, seeds=1, device="cpu")
    found = memorization.by_batch_norm(**sizes, **CURVES, layers=3)
    assert found.accuracy.sizes == {"batch_norm": 2, "seed": 1, "order": 2, "fraction": 5}
    assert np.allclose(found.accuracy.isel(fraction=-1), 0.1)  # without the last maps the output bias decides
    table = importance.convolutional(**sizes)
    assert table.sizes["unit"] == 33 and np.unique(table.layer).tolist() == list(range(11))


def test_of_the_last_layers_only_the_units_behind_them_are_ablated():
    net, x, y = nets.mlp(shape=(1, 8, 8), widths=(6, 5, 4), classes=10), torch.rand(30, 1, 8, 8), torch.arange(30) % 10
    last = memorization._ablated(orders=2, steps=3, last=2)(net, x, y, 0).accuracy
    names = units.layers(net)[1:]
    assert last.equals(ablation.cumulative(net, x, y, orders=2, steps=3, seed=0, layers=names))


def test_resnets_learn_colour_images_and_are_ablated_behind_every_relu(colour):
    found = memorization.residual(
        data="cifar10", corruption=[0.0, 1.0], width=2, n_train=20, epochs=1, seeds=1, device="cpu", **CURVES
    )
    assert found.accuracy.sizes == {"corruption": 2, "seed": 1, "order": 2, "fraction": 5}
    assert np.allclose(found.accuracy.isel(fraction=0, order=0), found.train_accuracy)
    assert np.allclose(found.accuracy.isel(fraction=-1), 0.1)


def test_large_networks_on_a_cpu_are_trained_alone(monkeypatch):
    ways = []
    monkeypatch.setattr(populations.fleet, "train", lambda *arguments, how, **options: ways.append(how))
    found = images.load("digits")
    for widths in ([8], [2048, 2048]):
        populations.train(populations.mlp(found, widths), [], epochs=1, device="cpu")
    assert ways == ["auto", "processes"]


def test_units_are_tabled_for_every_network():
    found = importance.fully_connected(**SMALL, epochs=2, seeds=2)
    assert found.loss.dims == ("seed", "unit") and found.class_loss.dims == ("seed", "unit", "class")
    assert found.layer.values.tolist() == [0] * 8 + [1] * 8


def test_a_stronger_penalty_makes_less_selective_networks():
    found = importance.regularised(**SMALL, strengths=[0.0, 10.0], epochs=15, seeds=2, lr=1e-2)
    assert (found.selectivity[1] < found.selectivity[0]).all()


def test_networks_of_the_same_data_differ_in_their_seed_alone():
    found = selection.same_data(**SMALL, **CURVES, epochs=2, networks=3, seed=5)
    assert found.seed.values.tolist() == [5, 6, 7]
    assert np.allclose(found.curve.isel(fraction=0), found.train_accuracy)
    assert np.allclose(found.auc, np.trapezoid(found.curve, dx=1 / CURVES["steps"]))
    alone = selection.same_data(**SMALL, **CURVES, epochs=2, networks=1, seed=6)
    assert np.allclose(found.sel(seed=6).train_accuracy, alone.train_accuracy[0])


def test_a_penalty_on_reliance_spreads_it_over_more_units():
    options = dict(strengths=[0.0, 10.0], corruption=0.25, epochs=15, seeds=2, lr=1e-2)
    found = selection.penalised(**SMALL, **CURVES, **options)
    assert (found.units[1] > found.units[0]).all()
    assert np.allclose(found.curve.isel(fraction=0), found.train_accuracy)


def test_followed_networks_end_where_they_end_without_being_followed():
    options = dict(**SMALL, **CURVES, corruption=0.25, epochs=4, seeds=2)
    often, once = (selection.over_training(**options, every=every) for every in (2, 4))
    assert often.epoch.values.tolist() == [2, 4]
    assert np.allclose(often.isel(epoch=-1).auc, once.isel(epoch=-1).auc)
    assert np.allclose(often.curve.isel(fraction=0), often.train_accuracy)


def test_a_grid_has_every_setting_once():
    grid = dict(rates=[1e-3, 1e-2], decays=[0.0, 1e-2], batches=[32], dropouts=[0.0, 0.5])
    found = selection.hyper_parameters(**SMALL, **CURVES, **grid, corruption=0.0, epochs=1, seeds=2)
    settings = list(zip(*(found[name].values.tolist() for name in ("lr", "weight_decay", "batch", "dropout"))))
    assert len(set(settings)) == found.sizes["setting"] == 8


@pytest.mark.parametrize(("signal", "lost"), [([1, 3, 2], 0.0), ([3, 1, 2], -0.4)])
def test_what_a_signal_chooses_is_compared_with_the_best(signal, lost):
    import xarray as xr

    score = xr.DataArray([0.5, 0.9, 0.7], dims="epoch")
    assert np.isclose(selection.chosen(xr.DataArray(signal, dims="epoch"), score, "epoch"), lost)


def test_hits_count_the_common_best():
    assert selection.hits([1, 2, 3, 4], [4, 3, 2, 1], 2) == 0
    assert selection.hits([1, 2, 3, 4], [0, 9, 8, 10], 2) == 0.5
    assert selection.hits([4, 3, 1, 2], [4, 1, 3, 2], 1) == 1


def test_sizes_follow_the_image_set_unless_they_are_given():
    sizes = lambda **given: params.validate("16", given).widths
    assert sizes() == [128, 128]
    assert sizes(data="mnist") == [512, 512]
    assert sizes(data="mnist", widths=[7]) == [7]
    assert sizes(data="mnist", preset="smoke") == sizes(preset="smoke")
