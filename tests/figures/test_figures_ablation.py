"""The moving pictures of Part IV show the run and the moment they are asked for."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from nbkit.figures import ablation as draw


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_every_order_is_a_line_and_clean_labels_are_a_reference():
    curves = xr.DataArray(np.random.default_rng(0).uniform(size=(2, 3, 5)), dims=("seed", "order", "fraction"))
    curves = curves.assign_coords(fraction=np.linspace(0, 1, 5))
    _, ax = plt.subplots()
    draw.orders(ax, curves, curves)
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_ydata()) == 5]
    assert np.allclose(drawn[0], curves.mean(("seed", "order")))
    assert sorted(map(tuple, drawn[1:])) == sorted(map(tuple, curves.values.reshape(6, 5)))


def test_moments_are_one_size_and_mark_their_epoch():
    rng = np.random.default_rng(0)
    run = xr.Dataset(
        {
            "curve": (("seed", "epoch", "fraction"), rng.uniform(size=(2, 3, 5))),
            "auc": (("seed", "epoch"), rng.uniform(size=(2, 3))),
            "test_loss": (("seed", "epoch"), rng.uniform(size=(2, 3))),
        },
        coords={"epoch": [4, 8, 12], "fraction": np.linspace(0, 1, 5)},
    )
    figures = draw.moments(run)
    assert len({tuple(fig.get_size_inches()) for fig in figures}) == 1
    marks = [fig.axes[1].lines[1].get_xydata()[0].tolist() for fig in figures]
    assert np.allclose(marks, np.stack([run.epoch, run.test_loss.mean("seed")], axis=1))


def test_two_kinds_are_named_by_what_they_differ_in():
    curves = xr.DataArray(np.ones((2, 1, 2, 3)), dims=("kind", "seed", "order", "fraction"))
    fig = draw.pair(curves.assign_coords(fraction=[0, 0.5, 1]), ["a", "b"], by="labels")
    legend = fig.axes[0].get_legend()
    assert legend.get_title().get_text() == "labels" and [t.get_text() for t in legend.get_texts()] == [
        "a",
        "b",
        "chance",
    ]


def test_a_kind_of_network_has_one_colour_in_all_figures():
    curves = xr.DataArray(np.ones((2, 1, 2, 3)), dims=("kind", "seed", "order", "fraction"))
    names = ["CNN without", "CNN, batch norm"]
    losses = {name: xr.DataArray(np.ones((3, 2)), dims=("seed", "depth"), coords={"depth": [0, 1]}) for name in names}
    figures = [
        draw.pair(curves.assign_coords(fraction=[0, 0.5, 1]), names),
        draw.by_layer(losses),
        draw.correlations({name: {"a, b": np.zeros(3)} for name in names}),
        draw.distributions(dict.fromkeys("xy", xr.DataArray(np.ones((2, 1, 4)), dims=("kind", "seed", "unit"))), names),
    ]
    for fig in figures:
        handles, labels = fig.axes[-1].get_legend_handles_labels()
        colors = {label: getattr(handle, "lines", [handle])[0].get_color() for handle, label in zip(handles, labels)}
        assert {name: colors[name] for name in names} == {name: draw.NETWORKS[name] for name in names}


def test_a_caption_says_whether_seeds_are_drawn_or_averaged():
    assert draw.tail(4, "book") == "4 seeds, every one drawn; preset book"
    assert draw.tail(5, "smoke") == "means and 95 % bands over 5 seeds; preset smoke"


def test_best_and_worst_are_so_by_train_minus_test_accuracy():
    run = xr.Dataset(
        {
            "train_accuracy": ("seed", [0.9, 1.0, 0.8]),
            "test_accuracy": ("seed", [0.8, 0.85, 0.78]),  # the last has the lowest test accuracy, and the least gap
            "auc": ("seed", [0.5, 0.4, 0.6]),
            "curve": (("seed", "fraction"), np.full((3, 2), 0.5)),
        },
        coords={"fraction": [0.0, 1.0]},
    )
    best, worst, every = draw.best_and_worst(run, top=1).axes[1].lines
    assert np.allclose([*best.get_xdata(), *best.get_ydata()], [2, 0.6])
    assert np.allclose([*worst.get_xdata(), *worst.get_ydata()], [15, 0.4])
    assert np.allclose(every.get_xdata(), [10, 15, 2])
