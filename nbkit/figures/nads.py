"""Figures of Part II: neural anisotropy directions."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import bars, chance, curve, direct_labels, power_law
from nbkit.figures.style import ARCHITECTURES, CHANCE, NEUTRAL, THEORY, WIDTH, look, ordered
from nbkit.nads import marchenko_pastur, overlap


def spectrum(values: np.ndarray, theory: np.ndarray, net: str = "logreg") -> Figure:
    """Eigenvalues of C by index, every group of networks (groups, D), and their theory (D,)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8), layout="constrained")
    style, index = look(net), np.arange(1, len(theory) + 1)
    curve(ax, index, values / values.mean(), color=style["color"], label=style["label"])
    ax.plot(index, theory / theory.mean(), label="Marchenko–Pastur", **{**THEORY, "linestyle": "--", "linewidth": 1.6})
    ax.set(xlabel="index of the eigenvalue", ylabel="eigenvalue / mean", ylim=(0, None))
    ax.legend(loc="upper right")
    return fig


def energies(shares: dict[str, np.ndarray], dimension: int = 1024) -> Figure:
    """Share of the energy of one group of networks in the first k of all directions of the others, by k; one curve a
    network, each array (repetitions, k)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for net, runs in shares.items():
        style = look(net)
        curve(ax, np.arange(1, runs.shape[1] + 1), runs, color=style["color"], label=style["label"])
    k = np.arange(1, runs.shape[1] + 1)
    ax.plot(k, k / dimension, label="no preference", **{**THEORY, "linestyle": "--"})
    ax.set(xscale="log", xlabel="first k directions", ylabel="share of the energy", ylim=(0, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def recorded_directions(recorded: xr.Dataset, net: str) -> Figure:
    """Left, the spectrum of every group of a recording beside white noise; right, the overlap of the first k directions
    between two groups and, where it was at hand, with the released ones."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), layout="constrained")
    style, values = look(net), recorded.eigenvalue.values
    index = np.arange(1, values.shape[1] + 1)
    curve(left, index, values / values.mean(), color=style["color"], label=style["label"])
    noise = marchenko_pastur(int(recorded.networks.values[0]), values.shape[1])
    left.plot(index, noise / noise.mean(), label="no preference", **{**THEORY, "linestyle": "--", "linewidth": 1.6})
    left.set(xscale="log", yscale="log", xlabel="index of the eigenvalue", ylabel="eigenvalue / mean")
    left.legend(loc="lower left")
    u, k = recorded.direction.values.astype(float), np.arange(1, recorded.sizes["kept"] + 1)
    right.plot(k, [overlap(u[0, :m], u[1, :m]) for m in k], color=style["color"], label="half against half")
    if "overlap_released" in recorded:
        right.plot(k, recorded.overlap_released, color=ordered(2)[0], linestyle="--", label="with the released")
    right.plot(k, k / values.shape[1], label="chance", **CHANCE)
    right.set(xscale="log", xlabel="first k directions", ylabel="overlap", ylim=(0, 1.02))
    right.legend(loc="best")
    return fig


def overlaps(table: np.ndarray, names: list[str], axes: tuple[str, str], *, label: str) -> Figure:
    """A square table of overlaps in [0, 1] or correlations in [−1, 1], written out in its cells."""
    low = min(0.0, table.min())
    side = min(0.78 * len(names), WIDTH - 2.4)
    size = "small" if len(names) > 6 else "medium"
    fig, ax = plt.subplots(figsize=(side + 2.4, side + 0.9), layout="constrained")
    drawn = ax.imshow(table, origin="upper", cmap="viridis", vmin=low, vmax=1)
    for i, j in np.ndindex(*table.shape):
        ax.text(
            j,
            i,
            f"{table[i, j]:.2f}",
            ha="center",
            va="center",
            size=size,
            color="black" if table[i, j] > (low + 1) / 2 else "white",
        )
    ax.set_xticks(range(len(names)), names, rotation=35, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=axes[0], ylabel=axes[1])
    ax.spines[:].set_visible(True)
    fig.colorbar(drawn, ax=ax, label=label)
    return fig


def by_index(indices: dict[str, list[int]], results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on D(u_i) against i: a small point a run, means with their 95 % intervals over seeds."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for shift, (net, result) in enumerate(results.items()):
        style, at = look(net), (np.array(indices[net]) + 1) * 1.08**shift
        scores = result.test_accuracy.values
        ax.plot(at, scores.mean(1), color=style["color"], lw=1, label=style["label"])
        bars(ax, at, [intervals.mean(runs) for runs in scores], color=style["color"], marker=style["marker"])
        for runs in scores.T:
            ax.plot(at * 1.04, runs, ".", color=style["color"], ms=4)
    chance(ax, 50)
    ax.set(xscale="log", xlabel="index i + 1 of the direction $u_i$", ylabel="test accuracy (%)", ylim=(40, 108))
    ax.legend(loc="upper right")
    return fig


def prediction(response: dict[str, dict[str, np.ndarray]], scores: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Test accuracy on D(v) against vᵀCv over its mean; one panel a network, a point a run.

    response: {network: {kind of direction: (directions,)}}; scores: the same with (directions, seeds). The first kind
    is filled, the second hollow.
    """
    fig, axes = plt.subplots(1, len(scores), figsize=(WIDTH, 3.4), layout="constrained", sharey=True)
    for ax, net in zip(axes, scores):
        style = look(net)
        for (kind, values), fill in zip(scores[net].items(), (style["color"], "none")):
            x = np.repeat(response[net][kind], values.shape[1])
            ax.plot(x, values.ravel(), style["marker"], color=style["color"], mfc=fill, ms=5, label=kind)
        chance(ax, 50, "chance" if ax is axes[0] else "")
        ax.axvline(1, zorder=1, **THEORY)
        ax.set(xscale="log", xlabel="$v^T C v$ / mean", title=style["label"], ylim=(38, 103))
        ax.legend(loc="upper left")
    axes[0].set_ylabel("test accuracy (%)")
    return fig


def against_width(widths, share: np.ndarray, exact: float) -> Figure:
    """Share of the energy along one direction (groups, widths) by width, means with their intervals over groups, and
    its value at infinite width."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.6), layout="constrained")
    bars(ax, np.asarray(widths), [intervals.mean(column) for column in share.T], color=look("lenet")["color"])
    ax.axhline(exact, label="infinite width", **THEORY)
    ax.set(xscale="log", xlabel="channels of each layer", ylabel="share of the energy\nalong $u_0$", ylim=(0, None))
    ax.legend(loc="upper right")
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


def architecture_frame(response: np.ndarray, u: np.ndarray) -> Figure:
    """One architecture: its response by frequency (size, size), over the mean and on the scale of the maps, and its
    first directions (k, side, side)."""
    fig, axes = plt.subplots(1, 1 + len(u), figsize=(7.0, 1.9), layout="none")
    fig.subplots_adjust(left=0.06, right=0.995, bottom=0.28, top=0.97, wspace=0.08)
    half = len(response) / 2
    ends = (-half - 0.5, half - 0.5)
    axes[0].imshow(np.clip(response, 0.01, 100), norm=LogNorm(0.01, 100), extent=(*ends, *ends))
    axes[0].set(xlabel="frequency", xticks=[-8, 0, 8], yticks=[-8, 0, 8])
    for index, (ax, v) in enumerate(zip(axes[1:], u)):
        ax.imshow(v, origin="upper", cmap="PRGn", vmin=-np.abs(v).max(), vmax=np.abs(v).max())
        ax.set(xticks=[], yticks=[], xlabel=f"$u_{{{index}}}$")
    for ax in axes:
        ax.spines[:].set_visible(True)
    return fig


def off_lattice(points, shares: dict[str, np.ndarray]) -> Figure:
    """Share of the energy off the lattice against the number of points, each name (points, groups): a line a group,
    and one of slope −1 through the lowest."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0), layout="constrained")
    for (name, values), color, marker in zip(shares.items(), ordered(len(shares)), "osD^"):
        curve(ax, points, values.T, color=color, label=name, marker=marker)
    lowest = min(values[-1].min() for values in shares.values())
    power_law(ax, -1, through=(points[-1], 0.8 * lowest), over=(points[-2], points[-1]))
    ax.set(xlabel="points over which the output is averaged", ylabel="energy off the lattice")
    ax.set_xticks(points, [str(n) for n in points])
    ax.minorticks_off()
    direct_labels(ax)
    return fig


def learned(response: dict[str, np.ndarray], results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on D(v) of trained networks against the response of untrained ones, over its mean: a panel an
    architecture, a colour a mode, a point a network."""
    rows = -(-len(results) // 3)
    fig, axes = plt.subplots(rows, 3, figsize=(WIDTH, 2.2 * rows + 0.4), layout="constrained", sharex=True, sharey=True)
    for ax, (net, result) in zip(axes.flat, results.items()):
        modes = [f"({kx}, {ky})" for kx, ky in zip(result.kx.values, result.ky.values)]
        for mode, at, scores, color, marker in zip(
            modes, response[net], result.test_accuracy.values, ordered(len(modes)), "osD^vP"
        ):
            ax.plot(np.full(scores.size, at), scores, marker, color=color, mfc="none", ms=6, label=mode)
        chance(ax, 50, label="" if ax is not axes.flat[0] else "chance")
        ax.axvline(1, zorder=1, **THEORY)
        ax.set(xscale="log", title=look(net)["label"] if net in ARCHITECTURES else f"ResNet-18, {net}")
        ax.set(ylim=(35, 105), xmargin=0.08)
    fig.supxlabel("response of untrained networks / mean")
    fig.supylabel("test accuracy after training (%)")
    fig.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(modes))
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


def flipped_images(rows: dict[str, np.ndarray]) -> Figure:
    """Grey images (n, side, side), a row a name, each row on its own scale."""
    n = len(next(iter(rows.values())))
    fig, axes = plt.subplots(len(rows), n, figsize=(WIDTH, 1.12 * len(rows)), layout="constrained")
    for line, (name, images) in zip(axes, rows.items()):
        for ax, image in zip(line, np.asarray(images)):
            ax.imshow(image, origin="upper", cmap="gray", vmin=np.min(images), vmax=np.max(images))
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name)
    return fig


def carriers(results: dict[str, dict[str, xr.Dataset]]) -> Figure:
    """Test accuracy on clean images by the carrier's index, a panel a network; a line a way of planting, a point a run.

    results: {network: {way: dataset}}; where a dataset has index −1, no carrier, it is a dotted line.
    """
    fig, axes = plt.subplots(1, len(results), figsize=(WIDTH, 3.4), layout="constrained", sharey=True, squeeze=False)
    for ax, (net, ways) in zip(axes[0], results.items()):
        for shift, (way, color, marker) in enumerate(zip(ways, ordered(max(2, len(ways))), "osD^")):
            scores = ways[way].test_accuracy
            planted = scores.sel(index=scores.index[scores.index >= 0])
            at = (planted.index.values + 1) * 1.12**shift
            ax.plot(at, planted.mean("seed"), color=color, marker=marker, mfc="none", ms=0, label=way)
            ax.plot(at, planted.values, marker, color=color, ms=5)
            if -1 in scores.index:
                ax.axhline(float(scores.sel(index=-1).mean()), color=NEUTRAL, linestyle=":", linewidth=1.2)
        chance(ax, 10, "chance" if ax is axes[0, 0] else "")
        ax.set(xscale="log", xlabel="index + 1 of the carrier", title=look(net)["label"], ylim=(0, 104))
    axes[0, 0].set_ylabel("test accuracy on\nclean images (%)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
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
