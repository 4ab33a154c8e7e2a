"""Figures of Part III: the dial α, learning curves, compression, kernels."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbkit.figures.curves import curve
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look, ordered

LEARNERS = {
    "lazy": look("lazy"),
    "feature": look("feature"),
    "fixed": {"label": "feature, fixed orientations", "color": "#b57f12", "marker": "D"},
    "initial kernel": {"label": "kernel before", "color": "#7058cc", "marker": "^"},
    "final kernel": {"label": "kernel after", "color": "#b57f12", "marker": "D"},
    "squeezed kernel": {"label": "kernel, squeezed data", "color": "#1c8a78", "marker": "v"},
    "neighbours": {"label": "5 neighbours", "color": NEUTRAL, "marker": "x"},
}


def learning_curves(panels: dict[str, xr.DataArray], theory: dict[str, dict[str, float]] | None = None) -> Figure:
    """Test error against p on log axes, one panel for each title: mean and 95 % band over seeds.

    panels: title to error (learner, p, seed); theory: title to {learner: exponent}, drawn through its last mean.
    """
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.6), sharey=True, squeeze=False)
    for ax, (title, error) in zip(axes[0], panels.items()):
        for learner in (name for name in LEARNERS if name in error.learner):
            over_seeds(ax, error.p.values, error.sel(learner=learner), LEARNERS[learner])
        for learner, beta in (theory or {}).get(title, {}).items():
            p = error.p.values
            y = float(error.sel(learner=learner, p=p[-1]).mean()) * (p / p[-1]) ** -beta * 0.8
            ax.loglog(p, y, **THEORY)
            ax.annotate(f"−{beta:.2f}", (p[-1], y[-1]), color=NEUTRAL, ha="right", va="top")
        ax.set(title=title, xlabel="training points p", xscale="log", yscale="log")
        plain_ticks(ax, error.p.values)
    means = np.concatenate([error.mean("seed").values.ravel() for error in panels.values()])
    axes[0, 0].set(ylabel="test error", ylim=(0.4 * means[means > 0].min(), 1.3 * means.max()))
    named = {}
    for ax in axes[0]:
        named |= dict(zip(*reversed(ax.get_legend_handles_labels())))
    fig.legend(named.values(), named.keys(), loc="outside lower center", ncols=3)
    return fig


def over_seeds(ax: Axes, x, values: xr.DataArray, style: dict) -> None:
    """One curve of values (x, seed) in the look of `style`."""
    curve(ax, x, values.transpose("seed", ...).values, **style)


def plain_ticks(ax: Axes, values) -> None:
    """Ticks of a log axis at (every second of) these values, written as they are."""
    values = np.asarray(values)
    shown = values if len(values) < 5 else values[::2]
    ax.set_xticks(shown, [f"{v:g}" for v in shown])
    ax.set_xticks([], minor=True)


def compression(history: xr.Dataset, curves: dict[int, xr.Dataset]) -> Figure:
    """Λ against time in both regimes (runs as thin lines), and Λ* against p for each dimension (runs as dots)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.3))
    for regime in history.regime.values:
        runs = history.sel(regime=regime)
        for time, ratio in zip(runs.time.values, runs.compression.values):
            known = time > 0
            left.loglog(time[known], ratio[known], color=look(regime)["color"], linewidth=1)
        left.plot([], [], color=look(regime)["color"], label=regime)
    left.set(xlabel="time t", ylabel="compression Λ")
    left.legend()
    for color, (d, result) in zip(ordered(len(curves)), curves.items()):
        values = result.compression_star.sel(network="feature")
        p, runs = values.p.values, values.transpose("p", "seed").values  # a band would reach 0, which has no place here
        right.plot(p, runs, ".", color=color, alpha=0.35)
        right.plot(p, runs.mean(1), color=color, marker="o", label=f"d = {d}")
    right.loglog(p, 0.6 * runs[-1].mean() * (p / p[-1]) ** 0.5, label="slope ½", **THEORY)
    right.set(xlabel="training points p", ylabel="Λ* at t*")
    plain_ticks(right, p)
    right.legend()
    return fig


def weights_frame(neurons: np.ndarray, title: str) -> Figure:
    """One frame of the weights (h, d + 2): ω∥ against one component of ω⊥, the largest being 1."""
    fig, ax = plt.subplots(figsize=(4.4, 4.0))
    scale = np.abs(neurons[:, :2]).max()
    positive = neurons[:, -1] > 0
    for chosen, color, name in ((positive, "#0096b4", "β > 0"), (~positive, "#e16987", "β < 0")):
        ax.plot(*(neurons[chosen, :2] / scale).T, "o", ms=4, color=color, label=name)
    ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal", title=title)
    ax.set(xlabel="ω∥ / largest", ylabel="one ω⊥ / largest")
    ax.legend(loc="upper right")
    return fig


def eigenfunctions(rows: dict[str, np.ndarray], faces: Sequence[float], limit: float) -> Figure:
    """Leading eigenfunctions over the input plane: title to (rank, n, n); the class border as vertical lines."""
    count = len(next(iter(rows.values())))
    fig, axes = plt.subplots(len(rows), count, figsize=(WIDTH, 1.9 * len(rows) + 0.3), sharex=True, sharey=True)
    for line, (title, images) in zip(np.atleast_2d(axes), rows.items()):
        for rank, (ax, image) in enumerate(zip(line, images), 1):
            top = np.abs(image).max()
            ax.imshow(image, extent=(-limit, limit) * 2, cmap="PRGn", vmin=-top, vmax=top)
            for face in faces:
                ax.axvline(face, color=NEUTRAL, linewidth=0.8)
            if title == next(iter(rows)):
                ax.set_title(f"r = {rank}")
        line[0].set_ylabel(title)
    fig.supxlabel("x∥")
    return fig


def alignment(result: xr.Dataset) -> Figure:
    """Projection on the labels and mutual information by rank of the eigenvector; result: axes (state, seed, rank)."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2))
    styles = {
        "initial": LEARNERS["initial kernel"] | {"label": "before training"},
        **{n: look(n) for n in ("lazy", "feature")},
    }
    for ax, name, label in zip(axes, ("projection", "information"), ("projection ω²", "information (bits)")):
        for state in (s for s in styles if s in result.state):
            over_seeds(ax, result["rank"].values, result[name].sel(state=state).T, styles[state])
        ax.set(xlabel="rank r", ylabel=label)
    floor = float(result.floor.mean())
    axes[1].axhline(floor, color=NEUTRAL, linestyle=":", label="shuffled labels")
    axes[1].legend()
    return fig


def kernel_curves(results: dict[int, xr.Dataset], spaced: Sequence[int]) -> Figure:
    """Neighbours' and kernel's errors by dimension, and the spacing of support vectors with its two predictions."""
    fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 3.2))
    for color, (d, result) in zip(ordered(len(results)), results.items()):
        style = {"label": f"d = {d}", "color": color, "marker": "o"}
        for ax, learner in zip(axes, ("initial kernel", "neighbours")):
            over_seeds(ax, result.p.values, result.error.sel(learner=learner), style)
            ax.set(title="kernel machine" if learner == "initial kernel" else "5 neighbours", ylabel="test error")
        if d in spaced:
            over_seeds(axes[2], result.p.values, result.spacing, style)
            p, last = result.p.values, float(result.spacing[-1].mean())
            axes[2].plot(p, last * (p / p[-1]) ** (-1 / d), linestyle="--", color=NEUTRAL, linewidth=1)
            axes[2].plot(p, last * (p / p[-1]) ** (-2 / (3 * d - 2)), **THEORY)
    axes[2].set(title="support vectors", ylabel="spacing")
    for ax in axes:
        ax.set(xscale="log", yscale="log", xlabel="p")
        plain_ticks(ax, p)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(results))
    return fig


def constant_target(results: dict[int, xr.Dataset]) -> Figure:
    """Squared error of a constant target against p, with the predicted slope beside each dimension's curve."""
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    for color, (d, result) in zip(ordered(len(results)), results.items()):
        p = result.p.values
        over_seeds(
            ax, p, result.error, {"label": f"d = {d}, theory −{2 * d / (d - 1):.3g}", "color": color, "marker": "o"}
        )
        ax.plot(p, 0.4 * float(result.error[-1].mean()) * (p / p[-1]) ** (-2 * d / (d - 1)), **THEORY)
    ax.set(xscale="log", yscale="log", xlabel="training points p", ylabel="mean squared error")
    plain_ticks(ax, p)
    ax.legend()
    return fig


def paths(result: xr.Dataset) -> Figure:
    """Motion of F along and off the tangent space, one path for each α."""
    fig, ax = plt.subplots(figsize=(5.6, 3.8))
    ends = {0: "feature", len(result.alpha) - 1: "lazy"}
    for i, alpha in enumerate(result.alpha.values):
        color = look(ends[i])["color"] if i in ends else ordered(3)[1]
        ax.plot(result.along[i], result.off[i], marker="o", color=color, label=f"α = {alpha:g}")
    ax.set(xlabel="motion of F along the tangent space", ylabel="motion off the tangent space")
    ax.legend()
    return fig


def dial(result: xr.Dataset, level: float) -> Figure:
    """Change of the kernel and share of motion off the tangent space against α, for each width."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.3))
    for color, marker, h in zip(ordered(result.sizes["h"]), "os^Dv", result.h.values):
        for ax, name in zip(axes, ("kernel_change", "off_tangent")):
            over_seeds(
                ax, result.alpha.values, result[name].sel(h=h), {"label": f"h = {h}", "color": color, "marker": marker}
            )
    axes[0].axhline(level, color=NEUTRAL, linestyle=":")
    axes[0].set(yscale="log", ylabel="change of the kernel")
    axes[1].set(ylabel="share off the tangent space")
    for ax in axes:
        ax.set(xscale="log", xlabel="α  (feature … lazy)")
    axes[1].legend()
    return fig


def errors_by_scale(panels: dict[str, xr.DataArray]) -> Figure:
    """Test error in % against α, one panel for each network: title to (alpha, seed)."""
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.2))
    for ax, (title, error) in zip(axes, panels.items()):
        over_seeds(ax, error.alpha.values, 100 * error, {"label": title, "color": ordered(3)[0], "marker": "o"})
        ax.set(xscale="log", xlabel="α  (feature … lazy)", ylabel="test error (%)", title=title)
    return fig
