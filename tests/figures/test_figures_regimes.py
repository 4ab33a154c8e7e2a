"""Every figure of Part III is drawn from a tiny run, without a warning, with what it promises on its axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import xarray as xr

from nbkit import attractors, intervals, regimes, representations, scales, sphere
from nbkit.figures import attractors as neurons
from nbkit.figures import regimes as draw
from nbkit.figures import representations as hidden

TINY = dict(seeds=2, width=12, max_steps=40, device="cpu")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def curves():
    return regimes.learning_curves("stripe", d=3, samples=[12, 16], n_test=40, **TINY)


def test_learning_curves_name_every_learner_and_draw_theory(curves):
    fig = draw.learning_curves({"d = 3": curves}, {"d = 3": {"lazy": 0.43}})
    assert {text.get_text() for text in fig.legends[0].get_texts()} == {
        draw.LEARNERS[name]["label"] for name in curves.learner.values
    }
    assert fig.axes[0].texts[0].get_text() == "−0.43"


def test_stripe(curves):
    history = regimes.compression_over_time(d=2, p=12, frames=4, n_test=30, **TINY)
    assert len(draw.compression(history, {3: curves}).axes) == 3
    assert draw.weights_frame(history.neurons.values[0, 0, 0], "start").axes[0].get_title() == "start"
    assert len(draw.alignment(curves.isel(p=0)).axes) == 2
    maps = np.random.default_rng(0).normal(size=(3, 5, 5))
    assert len(draw.eigenfunctions({"before": maps, "after": maps}, (-0.3, 1.2), 2.0).axes) == 6
    kernels = {d: regimes.kernel_curves("stripe", d=d, samples=[16, 32], seeds=2, n_test=40) for d in (2, 3)}
    assert len(draw.kernel_curves(kernels, [3]).axes) == 3
    constant = {2: sphere.constant_target(d=2, samples=[16, 32], seeds=2, n_test=40)}
    assert draw.constant_target(constant).axes[0].get_xscale() == "log"


def test_dial():
    sweep = scales.sweep("digits", d=4, p=12, widths=[8, 12], alphas=[1.0, 100.0], seeds=2, max_steps=30, device="cpu")
    assert len(draw.dial(sweep, 1.0).axes) == 2
    assert len(draw.errors_by_scale({"a": sweep.error[0], "b": sweep.error[1]}).axes) == 2
    path = scales.paths(d=2, p=12, width=8, alphas=[0.1, 1.0, 10.0], frames=2, max_steps=30)
    assert len(draw.paths(path).axes[0].lines) == 3


def test_neurons():
    plane = attractors.in_the_plane(p=12, alpha=0.1, frames=4, **TINY)
    tensor = torch.as_tensor(plane.neurons.values[0, 0, 0])
    points = torch.as_tensor(plane.x.values[0])
    content = (
        attractors.positions(tensor).numpy(),
        attractors.patterns(tensor, points).numpy(),
        attractors.strength(tensor).numpy(),
        plane.x[0],
        plane.y[0],
    )
    panels = {title: tuple(np.asarray(part) for part in content) for title in "ABCD"}
    assert [ax.get_title() for ax in neurons.four_panels(panels, limit=3.0).axes] == list("ABCD")
    counts = attractors.counts("sphere", d=2, samples=[8, 12], widths=[6, 9], seeds=2, max_steps=30, device="cpu")
    assert len(neurons.attractor_counts(counts, {}).axes) == 3
    cross = attractors.crossover(alphas=[1e-3, 1e3], d=3, p=12, **TINY)
    half = intervals.Estimate(0.0, -1.0, 1.0, 2)
    assert len(neurons.crossover(cross, {"compression": half, "attractors": half}).axes) == 2
    grid = np.stack(np.meshgrid([0.0, 1.0], [0.0, 1.0]), axis=-1)
    assert len(neurons.field({"b > 0": (grid, grid)}, np.ones(2), -np.ones(2)).axes) == 1


def test_attractor_counts_show_the_powers_they_follow():
    p, h, d = np.array([8, 16, 32]), np.array([10, 100]), np.array([2, 4, 8])
    law = p[:, None, None] * h[None, :, None] ** 0.5 * np.ones(5)
    counts = xr.Dataset({"after": (("p", "h", "seed"), law)}, coords={"p": p, "h": h})
    by_dimension = {k: xr.Dataset({"after": ("seed", np.full(5, 100.0 / k))}) for k in d}
    fig = neurons.attractor_counts(counts, by_dimension)
    assert [ax.texts[0].get_text() for ax in fig.axes] == ["slope 1.00", "slope 0.50", "slope −1.00"]


def test_hidden_layers():
    last = representations.last_layer("stripe", d=3, p=12, frames=2, **TINY)
    assert (
        len(hidden.layer_pictures({"stripe": last}).axes) == 2 and len(hidden.layer_shapes({"stripe": last}).axes) == 2
    )
    deep = representations.by_layer("digits", widths=(8, 6), epochs=1, seeds=2, device="cpu")
    assert len(hidden.by_layer(deep).axes) == 2
    plane = representations.information_plane(epochs=1, every=1, seeds=2, bin_widths=[0.1], device="cpu")
    assert len(hidden.information_plane(plane.information.isel(bins=0)).axes) == 2
    assert len(hidden.single_unit(representations.single_unit([0.1, 1.0], samples=100, seed=0)).axes[0].lines) == 2


def test_errors_by_scale_has_a_curve_for_each_width():
    error = xr.DataArray(
        np.random.default_rng(0).random((2, 3, 4)),
        dims=("h", "alpha", "seed"),
        coords={"h": [8, 16], "alpha": [0.1, 1.0, 10.0]},
    )
    fig = draw.errors_by_scale({"by width": error, "one": error[0]})
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == ["h = 8", "h = 16"]
    by_width, one = fig.axes
    assert len(by_width.lines) == 2 * len(one.lines) > 0
