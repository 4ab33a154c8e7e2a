"""Figures of Part III: the dial α, learning curves, compression, kernels."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import bars, curve
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


def learning_curves(panels: dict[str, xr.Dataset], theory: dict[str, dict[str, float]] | None = None) -> Figure:
    """Test error against p on log axes, one panel for each title: mean and 95 % band over seeds.

    panels: title to a result of `regimes.learning_curves`; networks that have lost a class are crosses and not in the
    mean. theory: title to {learner: exponent}, drawn through its last mean.
    """
    lost = {title: result.lost for title, result in panels.items()}
    panels = {title: result.error for title, result in panels.items()}
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.6), sharey=True, squeeze=False)
    for ax, (title, error) in zip(axes[0], panels.items()):
        for learner in (name for name in LEARNERS if name in error.learner):
            apart = lost[title].sel(network=learner) if learner in lost[title].network else None
            over_seeds(ax, error.p.values, error.sel(learner=learner), LEARNERS[learner], apart)
        for learner, beta in (theory or {}).get(title, {}).items():
            p = error.p.values
            y = float(error.sel(learner=learner, p=p[-1]).mean()) * (p / p[-1]) ** -beta * 0.8
            ax.loglog(p, y, **THEORY)
            ax.annotate(f"−{beta:.2f}", (p[-1], y[-1]), color=NEUTRAL, ha="right", va="top")
        ax.set(title=title, xlabel="training points p", xscale="log", yscale="log")
        plain_ticks(ax, error.p.values)
    middle = np.concatenate([error.median("seed").values.ravel() for error in panels.values()])
    top = 0.6 if any(result.any() for result in lost.values()) else 1.3 * middle.max()
    axes[0, 0].set(ylabel="test error", ylim=(0.4 * middle[middle > 0].min(), top))
    named = {}
    for ax in axes[0]:
        named |= dict(zip(*reversed(ax.get_legend_handles_labels())))
    fig.legend(named.values(), named.keys(), loc="outside lower center", ncols=3)
    return fig


def over_seeds(ax: Axes, x, values: xr.DataArray, style: dict, apart: xr.DataArray | None = None) -> None:
    """One curve of values (x, seed) in the look of `style`; apart (x, seed): which ones are crosses, see `curve`."""
    out = None if apart is None else apart.transpose("seed", ...).values
    curve(ax, x, values.transpose("seed", ...).values, apart=out, **style)


def dots(ax: Axes, x, values: xr.DataArray, color: str, label: str) -> None:
    """Mean over seeds as a line and the seeds (x, seed) as dots, for a log axis on which a band would reach 0."""
    runs = values.transpose(..., "seed").values
    ax.plot(x, runs, ".", color=color, alpha=0.35)
    ax.plot(x, runs.mean(1), color=color, marker="o", label=label)


def plain_ticks(ax: Axes, values) -> None:
    """Ticks of a log axis at (every second of) these values, written as they are."""
    values = np.asarray(values)
    shown = values if len(values) < 5 else values[::2]
    ax.set_xticks(shown, [f"{v:g}" for v in shown])
    ax.set_xticks([], minor=True)


def compression(history: xr.Dataset, curves: dict[int, xr.Dataset]) -> Figure:
    """Λ and the feature networks' errors against time (runs as thin lines), and Λ* against p for each dimension (runs
    as dots)."""
    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(WIDTH, 3.7))
    feature, inner, color = history.sel(regime="feature"), slice(1, -1), look("feature")["color"]
    time = feature.time.values[inner]
    left.loglog(time, history.sel(regime="lazy").compression.values[:, inner].T, color=look("lazy")["color"], lw=1)
    left.loglog(time, feature.compression.values[:, inner].T, color=color, lw=1)
    middle.semilogx(time, feature.unfitted.values[:, inner].T, color=NEUTRAL, lw=1)
    middle.semilogx(time, feature.error.values[:, inner].T, color=color, lw=1)
    for of, name in ((look("lazy")["color"], "lazy"), (color, "feature, its test error"), (NEUTRAL, "unfitted points")):
        middle.plot([], [], color=of, label=name)
    left.set(xlabel="time t (lazy: α t)", ylabel="compression Λ")
    middle.set(xlabel="time t", ylabel="share of points")
    for shade, (d, result) in zip(ordered(len(curves)), curves.items()):
        values = result.compression_star.sel(network="feature")
        p = values.p.values
        dots(right, p, values, shade, f"d = {d}")
    right.loglog(p, 0.6 * float(values.sel(p=p[-1]).mean()) * (p / p[-1]) ** 0.5, label="slope ½", **THEORY)
    right.set(xlabel="training points p", ylabel="Λ* at t*")
    plain_ticks(right, p)
    fig.legend(loc="outside lower center", ncols=4)
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
        line[0].set_ylabel(f"{title}\nx⊥")
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


def lost_classes(result: xr.Dataset, pulls: xr.Dataset, without: xr.DataArray) -> Figure:
    """Share of networks that lose a class against α, and share of samples without a pull against p.

    result: of `sphere.losses_of_a_class`, its samples `without` (sample) a pull apart; pulls: of `sphere.pulls`.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.3))
    for chosen, color, marker, label in (
        (without, look("feature")["color"], "s", "no G(w) > 0 found"),
        (~without, NEUTRAL, "o", "with G(w) > 0"),
    ):
        lost = result.lost.isel(sample=chosen.values)
        if lost.sizes["sample"]:
            shares = [intervals.share(row) for row in lost.values]
            bars(left, result.alpha.values, shares, color=color, label=label, marker=marker)
    left.set(xscale="log", xlabel="output scale α", ylabel="share that lose a class", ylim=(-0.03, 1.03))
    left.legend()
    for color, marker, d in zip(ordered(pulls.sizes["d"]), "os^D", pulls.d.values):
        shares = [intervals.share(row) for row in pulls.without.sel(d=d).values]
        moved = pulls.p.values * 1.04 ** list(pulls.d.values).index(d)  # so that bars do not hide each other
        bars(right, moved, shares, color=color, label=f"d = {d}", marker=marker)
    right.set(xscale="log", xlabel="training points p", ylabel="share of samples without a pull", ylim=(-0.02, 0.6))
    plain_ticks(right, pulls.p.values)
    right.legend(ncols=2, loc="upper right")
    return fig


def constant_target(results: dict[int, xr.Dataset]) -> Figure:
    """Squared error of a constant target against p, with the predicted slope beside each dimension's curve."""
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    for color, (d, result) in zip(ordered(len(results)), results.items()):
        p = result.p.values
        dots(ax, p, result.error, color, f"d = {d}, theory −{2 * d / (d - 1):.3g}")
        ax.plot(p, 0.4 * float(result.error[-1].mean()) * (p / p[-1]) ** (-2 * d / (d - 1)), **THEORY)
    ax.set(xscale="log", yscale="log", xlabel="training points p", ylabel="mean squared error")
    plain_ticks(ax, p)
    ax.legend()
    return fig


def paths(result: xr.Dataset) -> Figure:
    """What the linear formula gives for the motion of F, and what it misses, one path for each α."""
    fig, ax = plt.subplots(figsize=(5.6, 3.8))
    ends = {0: "feature", len(result.alpha) - 1: "lazy"}
    for i, alpha in enumerate(result.alpha.values):
        color = look(ends[i])["color"] if i in ends else ordered(3)[1]
        ax.plot(result.linear[i], result.missed[i], marker="o", color=color, label=f"α = {alpha:g}")
    ax.set(xlabel="motion of F by the linear formula", ylabel="motion that the formula misses")
    ax.legend()
    return fig


def dial(result: xr.Dataset, level: float) -> Figure:
    """Change of the kernel and share of the motion that the linear formula misses against α, for each width."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.3))
    for color, marker, h in zip(ordered(result.sizes["h"]), "os^Dv", result.h.values):
        for ax, name in zip(axes, ("kernel_change", "missed")):
            over_seeds(
                ax, result.alpha.values, result[name].sel(h=h), {"label": f"h = {h}", "color": color, "marker": marker}
            )
    axes[0].axhline(level, color=NEUTRAL, linestyle=":")
    axes[0].set(yscale="log", ylabel="change of the kernel")
    axes[1].set(ylabel="share the linear formula misses")
    for ax in axes:
        ax.set(xscale="log", xlabel="α  (feature … lazy)")
    axes[1].legend()
    return fig


def errors_by_scale(panels: dict[str, xr.DataArray]) -> Figure:
    """Test error in % against α, one panel for each network: title to (alpha, seed), or (h, alpha, seed) with a curve
    for each width."""
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.2))
    for ax, (title, error) in zip(axes, panels.items()):
        widths = error.h.values if "h" in error.dims else [None]
        for color, marker, h in zip(ordered(len(widths)), "os^Dv", widths):
            values = error if h is None else error.sel(h=h)
            over_seeds(ax, error.alpha.values, 100 * values, {"label": f"h = {h}", "color": color, "marker": marker})
        if len(widths) > 1:
            fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(widths))
        ax.set(xscale="log", xlabel="α  (feature … lazy)", ylabel="test error (%)", title=title)
    return fig
