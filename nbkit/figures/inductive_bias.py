"""Figures of chapter 01: which minimiser gradient descent picks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import losses
from nbkit.figures.curves import chance, curve, direct_labels
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, ordered

PLAIN, NORMALISED = ordered(5)[0], ordered(5)[3]
"""Colours of gradient descent on the logistic loss, as it is and divided by the loss."""


def valley(x, y, paths: dict[str, np.ndarray]) -> Figure:
    """Paths (steps, 2) in the plane of the two weights of one equation x·w = y, whose solutions are a line."""
    fig, ax = plt.subplots(figsize=(WIDTH, 4.2))
    w1, w2 = np.meshgrid(np.linspace(-1.2, 3.2, 121), np.linspace(-1.1, 2.1, 101))
    loss = (x[0, 0] * w1 + x[0, 1] * w2 - y[0]) ** 2 / 2
    ax.contour(w1, w2, loss, levels=[0.1, 0.5, 1.5, 3, 5], colors=NEUTRAL, linewidths=0.6, alpha=0.6)
    line = np.linspace(-1.2, 3.2, 2)
    ax.plot(line, (y[0] - x[0, 0] * line) / x[0, 1], color=NEUTRAL, linewidth=2.4)
    ax.annotate("loss is 0 on this line", (-1.1, 1.72), color=NEUTRAL)
    for (name, path), color in zip(paths.items(), ordered(len(paths))):
        ax.plot(*path.T, color=color)
        ax.plot(*path[0], "o", mfc="none", mec=color, ms=7)
        ax.plot(*path[-1], "o", color=color, ms=8)
        ax.annotate(name, path[-1], xytext=(9, 5), textcoords="offset points", color=color)
    ax.set(xlabel="weight $w_1$", ylabel="weight $w_2$", xlim=(-1.2, 3.2), ylim=(-1.1, 2.1), aspect="equal")
    return fig


def pulls(limit: float = 6) -> Figure:
    """Each loss of an example of class 0 against its logit z for class 1, and the derivative: how hard it pulls."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.4))
    z = np.linspace(-limit, limit, 301)
    for (loss, name), color in zip(losses.NAMES.items(), ordered(4)):
        axes[0].plot(z, losses.value(loss, z), color=color, label=name)
        axes[1].plot(z, losses.pull(loss, z), color=color, label=name)
    axes[0].set(xlabel="logit z (correct where z < 0)", ylabel="loss", ylim=(-0.2, limit))
    axes[1].set(xlabel="logit z (correct where z < 0)", ylabel="pull, d loss / dz", ylim=(-0.6, 2.4))
    axes[1].legend(loc="upper left")
    return fig


def noisy_digits(result: xr.Dataset, noise: float) -> Figure:
    """Accuracy on clean test digits (left) and on the shuffled training labels (right), by epoch, one colour per
    loss."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.4), sharey=True)
    for ax, name in zip(axes, ("test_accuracy", "train_accuracy")):
        for loss, color in zip(losses.NAMES, ordered(4)):
            samples = result[name].sel(loss=loss).transpose("seed", "epoch")
            curve(ax, result.epoch, samples, color=color, label=losses.NAMES[loss])
        ax.set(
            xlabel="epoch", ylim=(0, 102), title="test, clean labels" if ax is axes[0] else "training, shuffled labels"
        )
    chance(axes[0], 10)
    axes[1].axhline(100 * (1 - 0.9 * noise), **THEORY)
    axes[0].set_ylabel("accuracy (%)")
    direct_labels(axes[1])
    return fig


def separator(points, labels, normal, weights: dict[str, np.ndarray]):
    """One frame: the points, the max-margin line with its margins, and the lines of the weights given by name."""

    def draw(ax) -> None:
        reach = 1.1 * np.abs(points).max()
        along = np.array([-normal[1], normal[0]])
        ends = np.array([-2, 2])[:, None] * reach * along
        for side in (-1, 0, 1):
            ax.plot(
                *(ends + side * normal).T,
                color=NEUTRAL,
                linewidth=1.6 if side == 0 else 0.8,
                linestyle="-" if side == 0 else ":",
            )
        for (name, w), color in zip(weights.items(), (PLAIN, NORMALISED)):
            across = np.array([-w[1], w[0]]) / np.linalg.norm(w)
            ax.plot(*(np.array([-2, 2])[:, None] * reach * across).T, color=color, label=name)
        for sign, marker in ((1, "o"), (-1, "s")):
            ax.plot(*points[labels == sign].T, marker, ms=8, color=ordered(5)[4] if sign == 1 else ordered(5)[2])
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
        ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))

    return draw


def gaps(plain: xr.Dataset, normalised: xr.Dataset) -> Figure:
    """Distance to the max-margin direction against time for every set of points, and the limit law of the first few."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    for result, color, name in ((plain, PLAIN, "gradient descent"), (normalised, NORMALISED, "divided by the loss")):
        ax.plot(result.time, result.gap, color=color, lw=0.7, alpha=0.45)
        ax.plot(result.time, np.exp(np.log(result.gap).mean("seed")), color=color, lw=2.6, label=name)
    late = plain.time.values[plain.time.values >= 30]
    law = np.exp(np.log(plain.limit).mean().item()) / np.log(late)
    ax.plot(late, law, label="theory: c / ln t", **THEORY | {"linewidth": 1.6, "linestyle": "--"})
    ax.set(xscale="log", yscale="log", xlabel="step t", ylabel="distance to max-margin direction")
    direct_labels(ax)
    return fig


def book_map(learned: xr.Dataset, modes, ratio, scales, moved, ablated: xr.DataArray) -> Figure:
    """One small result from each part of the book.

    learned: what is left of each Fourier mode, as `circle.network_decay` returns it; ratio (modes,): signal to noise
    after pooling; moved (scales, seeds): movement of weights; ablated (labels, seed, fraction): accuracy in %.
    """
    fig, axes = plt.subplots(2, 2, figsize=(WIDTH, 5.2))
    for mode, color in zip(learned.mode.values, ordered(learned.sizes["mode"])):
        axes[0, 0].plot(
            learned.step, 100 * np.abs(learned.left.sel(mode=mode).mean("seed")), color=color, label=f"k = {mode}"
        )
    axes[0, 0].set(title="I. frequencies", xlabel="step", ylabel="left to learn (%)")
    axes[0, 1].semilogy(modes, ratio, color=ordered(3)[1], marker="o", ms=4)
    axes[0, 1].axhline(1, **THEORY)
    axes[0, 1].set(title="II. directions", xlabel="frequency of the label", ylabel="signal / noise, pooled")
    for run in np.transpose(moved):
        axes[1, 0].loglog(scales, run, color=ordered(3)[0], lw=1)
    axes[1, 0].set(title="III. lazy and feature", xlabel="output scale α", ylabel="movement of weights")
    axes[1, 0].set_xticks(scales, [f"{scale:g}" for scale in scales])
    axes[1, 0].minorticks_off()
    for name, color in zip(ablated.labels.values, ordered(2)):
        curve(axes[1, 1], 100 * ablated.fraction, ablated.sel(labels=name), color=color, label=f"{name} labels")
    axes[1, 1].set(title="IV. single units", xlabel="units ablated (%)", ylabel="training accuracy (%)", ylim=(0, 103))
    axes[1, 1].legend()
    direct_labels(axes[0, 0])
    return fig
