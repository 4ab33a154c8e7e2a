"""Figures of Part IV: what networks lose with their units."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import FEW, bars, chance, curve, direct_labels
from nbkit.figures.style import CHANCE, NEUTRAL, THEORY, WIDTH, ordered

NETWORKS = dict(zip(("MLP", "CNN, batch norm", "CNN without"), ordered(3)))
"""Kinds of networks that are compared in this part, each with its colour."""


def tail(seeds: int, preset: str) -> str:
    """How a caption of curves ends: the seeds, what is drawn of them, and the preset."""
    drawn = f"{seeds} seeds, every one drawn" if seeds < FEW else f"means and 95 % bands over {seeds} seeds"
    return f"{drawn}; preset {preset}"


def ablation_and_noise(accuracy: xr.DataArray, noisy: xr.DataArray, mark: float = 0.5) -> Figure:
    """Accuracy against the share of ablated units (left) and against noise (right), one colour per share of corrupted
    labels.

    accuracy: (corruption, seed, order, fraction); noisy: (corruption, seed, scale, repeat). mark: the noise that is
    judged.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.3), sharey=True, layout="constrained")
    for color, share in zip(ordered(accuracy.sizes["corruption"]), accuracy.corruption.values):
        ablated = accuracy.sel(corruption=share).mean("order")
        curve(left, ablated.fraction, ablated.transpose("seed", "fraction"), color=color, label=f"{share:g}")
        disturbed = noisy.sel(corruption=share).mean("repeat")
        curve(right, disturbed.scale, disturbed.transpose("seed", "scale"), color=color, label=f"{share:g}")
    right.axvline(mark, color=NEUTRAL, linestyle="--", linewidth=1)
    left.set(xlabel="share of units ablated", ylabel="accuracy on the training labels", ylim=(0, 1.03))
    right.set(xlabel="noise (deviations of a unit)", xscale="log")
    for ax in (left, right):
        chance(ax, 0.1)
    right.legend(title="labels corrupted", loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def orders(ax: Axes, accuracy: xr.DataArray, clean: xr.DataArray) -> None:
    """Every ablation curve (seed, order, fraction) as a thin line, and behind them the mean with clean labels."""
    lines = accuracy.stack(line=("seed", "order")).transpose("line", "fraction").values
    ax.plot(clean.fraction, clean.mean(("seed", "order")), color=NEUTRAL, linestyle="--", label="clean labels, mean")
    ax.plot(accuracy.fraction, lines.T, color=ordered(3)[1], linewidth=0.7, alpha=0.6)
    ax.plot([], [], color=ordered(3)[1], linewidth=0.7, label="one network, one order")
    chance(ax, 0.1)
    ax.set(xlabel="share of units ablated", ylabel="accuracy on the training labels", xlim=(0, 1), ylim=(0, 1.03))
    ax.legend(loc="upper right")


def held(area: xr.DataArray) -> Figure:
    """AUC against the share of corrupted labels, ablated units held at 0 or at their mean; area: (corruption, seed,
    hold).
    """
    fig, ax = plt.subplots(figsize=(WIDTH * 0.7, 3.0), layout="constrained")
    for hold, color, marker in zip(area.hold.values, ordered(2), "os"):
        curve(
            ax,
            area.corruption,
            area.sel(hold=hold).transpose("seed", "corruption"),
            color=color,
            marker=marker,
            label=f"held at {'0' if hold == 'zero' else 'the mean'}",
        )
    ax.set(xlabel="share of labels corrupted", ylabel="area under the curve (AUC)")
    direct_labels(ax)
    return fig


def by_dropout(accuracy: xr.DataArray) -> Figure:
    """Accuracy against the share of ablated units, one colour per dropout, with a tick where each network's dropout
    ends.

    accuracy: (dropout, seed, order, fraction).
    """
    fig, ax = plt.subplots(figsize=(WIDTH * 0.8, 3.3), layout="constrained")
    for color, p in zip(ordered(accuracy.sizes["dropout"]), accuracy.dropout.values):
        values = accuracy.sel(dropout=p).mean("order").transpose("seed", "fraction")
        curve(ax, values.fraction, values, color=color, label=f"{p:g}" if p else "0 (none)")
        if p:
            ax.plot([p], values.mean("seed").interp(fraction=p), "v", color=color, markersize=8)
    chance(ax, 0.1)
    ax.set(xlabel="share of units ablated", ylabel="accuracy on the training labels", ylim=(0, 1.03))
    ax.legend(title="dropout", loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def pair(accuracy: xr.DataArray, names: Sequence[str], *, by: str | None = None) -> Figure:
    """Ablation curves of two kinds of networks; accuracy: (kind, seed, order, fraction). by: what they differ in."""
    fig, ax = plt.subplots(figsize=(WIDTH * 0.8, 3.2), layout="constrained")
    colors = [NETWORKS[name] for name in names] if set(names) <= NETWORKS.keys() else ordered(2)
    for values, name, color in zip(accuracy, names, colors):
        curve(ax, values.fraction, values.mean("order").transpose("seed", "fraction"), color=color, label=name)
    ax.axhline(0.1, zorder=1, label="chance", **CHANCE)  # in the legend: the curves may end at its left end
    ax.set(xlabel="share of feature maps ablated", ylabel="training accuracy", ylim=(0, 1.03))
    ax.legend(title=by, loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def unit_scatter(units: xr.Dataset) -> Figure:
    """Every unit: accuracy lost without it, over all examples and in the class it hurts most, against its selectivity;
    colour is the layer.
    """
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2), layout="constrained")
    layers = np.unique(units.layer)
    for color, marker, layer in zip(ordered(len(layers)), "osD^v", layers):
        rows = units.isel(unit=np.flatnonzero(units.layer == layer))
        for ax, lost in zip(axes, (rows.loss, rows.class_loss.max("class"))):
            ax.plot(
                rows.selectivity.values.ravel(), 100 * lost.values.ravel(), marker, color=color, ms=3, alpha=0.6, mew=0
            )
        axes[1].plot([], [], marker, color=color, label=f"layer {layer + 1}")
    axes[0].set(xlabel="class selectivity", ylabel="accuracy lost (points)", title="all examples")
    axes[1].set(xlabel="class selectivity", title="the class that suffers most")
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def correlations(groups: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Rank correlations over units, one point per network: {kind of network: {what with what: (seeds,)}}."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4), layout="constrained")
    rows = list(next(iter(groups.values())))
    for shift, (color, marker, (kind, found)) in enumerate(zip(map(NETWORKS.get, groups), "osD", groups.items())):
        for row, name in enumerate(rows):
            heights = np.full(len(found[name]), row + 0.22 * (shift - (len(groups) - 1) / 2))
            ax.plot(found[name], heights, marker, color=color, label=None if row else kind)
    ax.axvline(0, zorder=1, **THEORY)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel="Spearman correlation over units", xlim=(-1, 1), ylim=(len(rows) - 0.5, -0.5))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def by_layer(losses: dict[str, xr.DataArray]) -> Figure:
    """Mean accuracy lost with one unit, by layer; losses: {kind of network: (seed, depth) in [0, 1]}."""
    fig, ax = plt.subplots(figsize=(WIDTH * 0.8, 3.1), layout="constrained")
    for shift, (marker, (kind, loss)) in enumerate(zip("osD", losses.items())):
        estimates = [intervals.mean(100 * column) for column in loss.transpose("depth", "seed").values]
        place = loss.depth + 1 + 0.12 * (shift - (len(losses) - 1) / 2)
        bars(ax, place, estimates, color=NETWORKS[kind], label=kind, marker=marker)
    ax.axhline(0, zorder=1, **THEORY)
    depths = np.unique(np.concatenate([loss.depth for loss in losses.values()])) + 1
    ax.set(xlabel="layer", ylabel="loss per unit (points)", xticks=depths)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def distributions(pairs: dict[str, xr.DataArray], names: Sequence[str]) -> Figure:
    """Share of units below each value, every network a line; pairs: {axis label: (kind, seed, unit)}."""
    fig, axes = plt.subplots(1, len(pairs), figsize=(WIDTH, 3.1), sharey=True, layout="constrained")
    for ax, (label, values) in zip(axes, pairs.items()):
        for name, kind in zip(names, values):
            for i, seed in enumerate(kind.values):
                known = np.sort(seed[np.isfinite(seed)])
                ax.step(
                    known, np.linspace(0, 1, known.size), color=NETWORKS[name], linewidth=1, label=None if i else name
                )
        ax.set(xlabel=label)
    axes[0].set(ylabel="share of units below")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def trade_off(result: xr.Dataset) -> Figure:
    """Test accuracy against mean selectivity, one colour per strength of the penalty, every network a point."""
    fig, ax = plt.subplots(figsize=(WIDTH * 0.8, 3.2), layout="constrained")
    for color, strength in zip(ordered(result.sizes["strength"]), result.strength.values):
        rows = result.sel(strength=strength)
        ax.plot(rows.selectivity, 100 * rows.test_accuracy, "o", color=color, label=f"{strength:g}")
    ax.axvline(float(result.selectivity.isel(strength=0).mean()) / 2.5, color=NEUTRAL, linestyle="--", linewidth=1)
    ax.set(xlabel="mean class selectivity", ylabel="test accuracy (%)")
    ax.legend(title="strength", loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def best_and_worst(result: xr.Dataset, top: int) -> Figure:
    """Ablation curves of the best and the worst networks (left), and AUC of all against their generalisation error,
    train minus test accuracy (right).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), layout="constrained")
    error = 100 * (result.train_accuracy - result.test_accuracy).values
    order = np.argsort(error, kind="stable")
    groups = {f"best {top}": order[:top], f"worst {top}": order[-top:]}
    for color, (name, rows) in zip(ordered(2), groups.items()):
        curve(left, result.fraction, result.curve.values[rows], color=color, label=name)
        right.plot(error[rows], result.auc[rows], "o", color=color, zorder=3)
    right.plot(error, result.auc, "o", color=NEUTRAL, mfc="none")
    left.set(xlabel="share of units ablated", ylabel="training accuracy", ylim=(0, 1.03))
    left.legend(loc="upper right")
    right.set(xlabel="generalisation error (points)", ylabel="AUC")
    return fig


def training(result: xr.Dataset) -> Figure:
    """Train and test accuracy, test loss and AUC over the epochs of networks in training, one panel each; axes (seed,
    epoch).
    """
    fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.9), layout="constrained")
    colors = ordered(4)
    for color, name in zip(colors, ("train_accuracy", "test_accuracy")):
        curve(axes[0], result.epoch, result[name].values, color=color, label=name.split("_")[0])
    curve(axes[1], result.epoch, result.test_loss.values, color=colors[2])
    curve(axes[2], result.epoch, result.auc.values, color=colors[3])
    for ax, label in zip(axes, ("accuracy", "test loss", "AUC")):
        ax.set(xlabel="epoch", ylabel=label)
    axes[0].legend()
    return fig


def moment(axes: np.ndarray, result: xr.Dataset, epoch: int) -> None:
    """One epoch of networks in training: every ablation curve (left), and where the mean test loss stands (right)."""
    left, right = axes
    now, color = result.sel(epoch=epoch), ordered(4)[3]
    left.plot(result.fraction, now.curve.values.T, color=color, linewidth=1)
    left.set(xlabel="share of units ablated", ylabel="training accuracy", xlim=(0, 1), ylim=(0, 1.03))
    left.annotate(f"AUC {float(now.auc.mean()):.2f}", (0.97, 0.95), xycoords="axes fraction", ha="right", va="top")
    right.plot(result.epoch, result.test_loss.mean("seed"), color=NEUTRAL, linewidth=1)
    right.plot(epoch, now.test_loss.mean("seed"), "o", color=ordered(4)[2])
    right.set(xlabel="epoch", ylabel="test loss", ylim=(0, None))


def moments(result: xr.Dataset) -> list[Figure]:
    """`moment` for every epoch of the result, each a figure of the same size."""
    figures = []
    for epoch in result.epoch.values:
        fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.9), layout="constrained")
        moment(axes, result, epoch)
        figures.append(fig)
    return figures


def settings(result: xr.Dataset) -> Figure:
    """Test accuracy against AUC, one point per setting (mean over its seeds), colour for dropout."""
    fig, ax = plt.subplots(figsize=(WIDTH * 0.8, 3.2), layout="constrained")
    levels = np.unique(result.dropout)
    for color, marker, level in zip(ordered(len(levels)), "osD^", levels):
        rows = result.isel(setting=np.flatnonzero(result.dropout == level)).mean("seed")
        ax.plot(rows.auc, 100 * rows.test_accuracy, marker, color=color, label=f"dropout {level:g}")
    ax.set(xlabel="AUC on the training set", ylabel="test accuracy (%)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def penalty(result: xr.Dataset) -> Figure:
    """Accuracies, AUC and effective number of units against the strength of the penalty; axes (strength, seed),
    strength 0 first.
    """
    fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.9), layout="constrained")
    place = np.arange(result.sizes["strength"])
    colors = ordered(4)
    for color, name in zip(colors, ("train_accuracy", "test_accuracy")):
        curve(axes[0], place, result[name].values.T, color=color, marker="o", label=name.split("_")[0])
    curve(axes[1], place, result.auc.values.T, color=colors[3], marker="o", label="AUC")
    curve(axes[1], place, result.relative.values.T, color=colors[2], marker="s", label="AUC / accuracy")
    curve(axes[2], place, result.units.values.T, color=colors[2], marker="o")
    for ax, label in zip(axes, ("accuracy", "area", "effective units")):
        ax.set(xlabel="strength", ylabel=label)
        ax.set_xticks(place, [f"{value:g}" for value in result.strength.values])
    axes[0].legend()
    axes[1].legend()
    return fig
