"""Figures of Part II: neural anisotropy directions."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import bars, chance, curve
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look, ordered


def spectrum(values: np.ndarray, theory: np.ndarray, net: str = "logreg") -> Figure:
    """Eigenvalues of C by index, every group of networks (groups, D), and their theory (D,)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8), layout="constrained")
    style, index = look(net), np.arange(1, len(theory) + 1)
    curve(ax, index, values / values.mean(), color=style["color"], label=style["label"])
    ax.plot(index, theory / theory.mean(), label="Marchenko–Pastur", **{**THEORY, "linestyle": "--", "linewidth": 1.6})
    ax.set(xlabel="index of the eigenvalue", ylabel="eigenvalue / mean", ylim=(0, None))
    ax.legend(loc="upper right")
    return fig


def energies(shares: dict[str, np.ndarray]) -> Figure:
    """Share of the energy of one group of networks in the first k directions of another, by k; one curve a network,
    each array (repetitions, k)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for net, runs in shares.items():
        style = look(net)
        curve(ax, np.arange(1, runs.shape[1] + 1), runs, color=style["color"], label=style["label"])
    k = np.arange(1, runs.shape[1] + 1)
    ax.plot(k, k / runs.shape[1], label="no preference", **{**THEORY, "linestyle": "--"})
    ax.set(xscale="log", xlabel="first k directions", ylabel="share of the energy", ylim=(0, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def overlaps(table: np.ndarray, names: list[str], axes: tuple[str, str], *, label: str) -> Figure:
    """A square table of overlaps in [0, 1], written out in its cells."""
    side = min(0.78 * len(names), WIDTH - 2.4)
    size = "small" if len(names) > 6 else "medium"
    fig, ax = plt.subplots(figsize=(side + 2.4, side + 0.9), layout="constrained")
    drawn = ax.imshow(table, origin="upper", cmap="viridis", vmin=0, vmax=1)
    for i, j in np.ndindex(*table.shape):
        ax.text(
            j,
            i,
            f"{table[i, j]:.2f}",
            ha="center",
            va="center",
            size=size,
            color="black" if table[i, j] > 0.5 else "white",
        )
    ax.set_xticks(range(len(names)), names, rotation=35, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=axes[0], ylabel=axes[1])
    ax.spines[:].set_visible(True)
    fig.colorbar(drawn, ax=ax, label=label)
    return fig


def by_index(indices: dict[str, list[int]], results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on D(u_i) against i: means and 95 % intervals over seeds."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for shift, (net, result) in enumerate(results.items()):
        style, index = look(net), np.array(indices[net]) + 1
        label = style.pop("label")
        for i, scores in zip(index, result.test_accuracy.values):
            ax.plot(np.full(scores.size, i * 1.03**shift), scores, style["marker"], color=style["color"], ms=5)
        ax.plot(index * 1.03**shift, result.test_accuracy.mean("seed"), color=style["color"], lw=1, label=label)
    chance(ax, 50)
    ax.set(xscale="log", xlabel="index i + 1 of the direction $u_i$", ylabel="test accuracy (%)", ylim=(40, 104))
    ax.legend(loc="upper right")
    return fig


def prediction(response: dict[str, np.ndarray], results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on D(v) against vᵀCv for frequencies, each with its name; one panel a network, a point a run."""
    fig, axes = plt.subplots(1, len(results), figsize=(WIDTH, 3.2), layout="constrained", sharey=True)
    for ax, (net, result) in zip(axes, results.items()):
        style, x = look(net), response[net] / np.mean(response[net])
        place = {"xytext": (0, 7), "textcoords": "offset points", "ha": "center", "fontsize": "small"}
        for at, scores, kx, ky in zip(x, result.test_accuracy.values, result.kx.values, result.ky.values):
            ax.plot(np.full(scores.size, at), scores, style["marker"], color=style["color"], ms=5)
            ax.annotate(f"{kx},{ky}", (at, scores.max()), color=NEUTRAL, **place)
        chance(ax, 50)
        ax.set(xscale="log", xlabel="$v^T C v$ / mean", title=style["label"], ylim=(40, 108))
    axes[0].set_ylabel("test accuracy (%)")
    return fig


def against_width(widths, overlap: np.ndarray) -> Figure:
    """Overlap with infinite width (groups, widths) by width, means with their intervals over groups."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.6), layout="constrained")
    bars(ax, np.asarray(widths), [intervals.mean(column) for column in overlap.T], color=look("lenet")["color"])
    ax.axhline(1, **THEORY)
    ax.set(xscale="log", xlabel="channels of each layer", ylabel="overlap with the\nclosed form", ylim=(0, 1.05))
    ax.set_xticks(widths, [str(w) for w in widths])
    ax.minorticks_off()
    return fig


def direction_frame(u: np.ndarray, limit: float) -> Figure:
    """One direction (side, side) as an image and as the energy of its frequencies, DC in the middle."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(5.6, 2.8), layout="constrained")
    left.imshow(u, cmap="PRGn", vmin=-limit, vmax=limit)
    side = len(u)
    power = np.fft.fftshift(np.abs(np.fft.fft2(u)) ** 2) / side**2
    ends = (-side / 2 - 0.5, side / 2 - 0.5)
    right.imshow(np.sqrt(power), cmap="viridis", extent=(*ends, *ends), origin="lower")
    left.set(xticks=[], yticks=[], xlabel="pixels")
    right.set(xlabel="frequency (cycles per image)")
    for ax in (left, right):
        ax.spines[:].set_visible(True)
    return fig


def lattice(results: dict[str, xr.Dataset], response: dict[str, np.ndarray]) -> Figure:
    """Response before training and accuracy after it, by mode, for several variants side by side."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.0), layout="constrained")
    for shift, ((name, result), color) in enumerate(zip(results.items(), ordered(len(results)))):
        spots = np.arange(result.sizes["direction"]) + 0.16 * shift - 0.08
        axes[0].semilogy(spots, response[name], "o", color=color, label=name)
        for at, scores in zip(spots, result.test_accuracy.values):
            axes[1].plot(np.full(scores.size, at), scores, "o", color=color, ms=5)
    modes = [f"{x},{y}" for x, y in zip(result.kx.values, result.ky.values)]
    for ax, label in zip(axes, ("response / mean, before training", "test accuracy (%), after it")):
        ax.set(xlabel="mode ($k_x$,$k_y$)", ylabel=label)
        ax.set_xticks(range(len(modes)), modes)
    chance(axes[1], 50)
    axes[1].set_ylim(40, 104)
    axes[0].legend(loc="best")
    return fig


def versions(results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on original (filled) and flipped (hollow) images, a row a network, a point a run."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.9 + 0.55 * len(results)), layout="constrained")
    for row, (net, result) in enumerate(results.items()):
        style = look(net)
        for version, fill in (("original", style["color"]), ("flipped", "none")):
            scores = result.test_accuracy.sel(version=version).values
            spots = row + np.linspace(-0.15, 0.15, scores.size)
            ax.plot(scores, spots, style["marker"], mec=style["color"], mfc=fill, label=None if row else version)
    ax.set_yticks(range(len(results)), [look(net)["label"] for net in results])
    ax.set(xlabel="test accuracy (%)", ylim=(len(results) - 0.4, -0.6))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def carriers(results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on clean images by the carrier's index, a point a run; dotted: without a carrier (index −1)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for shift, (net, result) in enumerate(results.items()):
        style, scores = look(net), result.test_accuracy
        planted = scores.sel(index=scores.index[scores.index >= 0])
        at = (planted.index.values + 1) * 1.05**shift
        ax.plot(at, planted.mean("seed"), color=style["color"], label=style["label"])
        for column in planted.values.T:
            ax.plot(at, column, style["marker"], color=style["color"], ms=5)
        ax.axhline(float(scores.sel(index=-1).mean()), color=style["color"], linestyle=":", linewidth=1.2)
    ax.set(xscale="log", xlabel="index + 1 of the carrier", ylabel="test accuracy on clean images (%)")
    ax.legend(loc="lower right")
    return fig


def estimates(rows: dict[str, intervals.Estimate], *, xlabel: str, reference: float | None = None) -> Figure:
    """One row for each name, its estimate with the interval where it has one; a dotted line at the reference."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.8 + 0.38 * len(rows)), layout="constrained")
    for row, (estimate, color) in enumerate(zip(rows.values(), ordered(len(rows)))):
        known = np.isfinite([estimate.low, estimate.high]).all()
        reach = [[estimate.value - estimate.low], [estimate.high - estimate.value]] if known else None
        ax.errorbar([estimate.value], [row], xerr=reach, marker="o", color=color, elinewidth=1.4)
    if reference is not None:
        ax.axvline(reference, zorder=1, color=THEORY["color"], linestyle=":")
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(xlabel=xlabel, ylim=(len(rows) - 0.4, -0.6))
    return fig
