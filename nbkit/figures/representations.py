"""Figures of chapter 15: hidden layers and their information."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit.figures.regimes import over_seeds
from nbkit.figures.style import WIDTH, look, ordered


def layer_pictures(panels: dict[str, xr.Dataset]) -> Figure:
    """The hidden layer on its first two principal components, lazy and feature: a row for each task, colour = label."""
    fig, axes = plt.subplots(len(panels), 2, figsize=(WIDTH, 2.7 * len(panels)), squeeze=False)
    for row, (title, result) in zip(axes, panels.items()):
        for ax, regime in zip(row, ("lazy", "feature")):
            points, label = result.projected.sel(regime=regime).values, result.label.values
            for value, color, marker in ((1, "#0096b4", "o"), (-1, "#e16987", "^")):
                ax.plot(
                    *(points[label == value] / np.abs(points).max()).T,
                    marker,
                    ms=3,
                    color=color,
                    label=f"y = {value:+d}",
                )
            ax.set(title=f"{title}, {regime}", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xticks=[], yticks=[])
            ax.spines[:].set_visible(True)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    fig.supxlabel("first component / largest value")
    fig.supylabel("second component")
    return fig


def layer_shapes(panels: dict[str, xr.Dataset]) -> Figure:
    """First component's share and TwoNN dimension along training in both regimes, one column for each task."""
    fig, axes = plt.subplots(2, len(panels), figsize=(WIDTH, 4.6), sharex=True, squeeze=False)
    for column, (title, result) in zip(axes.T, panels.items()):
        for ax, name in zip(column, ("first", "dimension")):
            for regime in result.regime.values:
                over_seeds(ax, result.share.values, result[name].sel(regime=regime).T, look(regime))
        column[0].set(title=title, ylim=(0, 1.05))
        column[1].set(ylim=(0, None), xlabel="share of points fitted")
    axes[0, 0].set_ylabel("share of the\nfirst component")
    axes[1, 0].set_ylabel("intrinsic dimension")
    axes[0, 0].legend()
    return fig


def by_layer(result: xr.Dataset) -> Figure:
    """First component's share and TwoNN dimension by layer of a deep network, before and after training."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2))
    styles = (
        {"label": "before training", "color": ordered(2)[0], "marker": "o"},
        {"label": "after", "color": ordered(2)[1], "marker": "s"},
    )
    for ax, name, label in zip(axes, ("first", "dimension"), ("share of the first component", "intrinsic dimension")):
        for stage, style in enumerate(styles):
            over_seeds(ax, result.layer.values, result[name][stage].T, style)
        ax.set(xlabel="layer (0 = input)", ylabel=label, ylim=(0, None))
        ax.set_xticks(result.layer.values)
    axes[0].legend()
    return fig


def information_plane(result: xr.Dataset) -> Figure:
    """I(X; T) against the epoch for each hidden layer; result: `information` (activation, seed, epoch, layer)."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.4), sharey=True)
    for ax, activation in zip(axes, result.activation.values):
        for color, layer in zip(ordered(result.sizes["layer"]), result.layer.values):
            values = result.sel(activation=activation, layer=layer).T
            over_seeds(ax, result.epoch.values, values, {"label": f"layer {layer}", "color": color, "marker": None})
        ax.set(title={"tanh": "tanh", "relu": "ReLU"}[activation], xlabel="epoch")
    axes[0].set_ylabel("I(X; T) (bits)")
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def single_unit(result: xr.Dataset) -> Figure:
    """Information of one unit with its input against its weight w."""
    fig, ax = plt.subplots(figsize=(5.6, 3.2))
    for color, marker, activation in zip(ordered(2), "os", result.activation.values):
        values = result.information.sel(activation=activation)
        ax.semilogx(
            result.w, values, marker=marker, ms=4, color=color, label={"tanh": "tanh", "relu": "ReLU"}[activation]
        )
    ax.set(xlabel="weight w", ylabel="I(X; T) (bits)")
    ax.legend()
    return fig
