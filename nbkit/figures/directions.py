"""Figures of Part II: accuracy on D(v) by direction."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from nbkit import intervals
from nbkit.data import synthetic
from nbkit.directions import SIZE, lattice_class
from nbkit.figures.curves import bars, chance, curve
from nbkit.figures.maps import dft_map
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look

CLASSES = ("on the lattice", "on one of its lines", "off the lattice")


def by_radius(results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy against radial frequency: one point per direction with its 95 % interval over seeds, one look per
    network."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for shift, (net, result) in enumerate(results.items()):
        radius = np.hypot(result.kx, result.ky) + 0.12 * shift
        estimates = [intervals.mean(row) for row in result.test_accuracy.values]
        style = look(net)
        bars(ax, radius, estimates, color=style["color"], label=style["label"], marker=style["marker"])
    chance(ax, 50)
    ax.set(xlabel="radial frequency |k| (cycles per image)", ylabel="test accuracy (%)", ylim=(40, 102))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.6))
    return fig


def variants(results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy of LeNet on one mode in several forms of the problem, one row a form and every network a point."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.7 + 0.5 * len(results)), layout="constrained")
    style = look("lenet")
    for row, result in enumerate(results.values()):
        values = result.test_accuracy.values.ravel()
        ax.plot(values, row + np.linspace(-0.12, 0.12, values.size), style["marker"], color=style["color"])
    _chance_column(ax, len(results))
    ax.set_yticks(range(len(results)), list(results))
    ax.set(xlabel="test accuracy (%)", xlim=(45, 85))
    return fig


def lattice(result: xr.Dataset, net: str = "resnet18") -> Figure:
    """Test (filled) and train (hollow) accuracy of every network by its mode's place on the lattice of strides; modes
    with an odd frequency are squares."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4), layout="constrained")
    color = look(net)["color"]
    classes = lattice_class(result.kx, result.ky)
    odd = ((result.kx % 2 != 0) | (result.ky % 2 != 0)).values
    for group in range(len(CLASSES)):
        members = np.flatnonzero(classes == group)
        for spot, member in zip(np.linspace(-0.3, 0.3, len(members)), members):
            rows = result.isel(direction=member)
            places = group + spot + np.linspace(-0.04, 0.04, rows.sizes["seed"])
            shape = "s" if odd[member] else "o"
            ax.plot(places, rows.train_accuracy, shape, mfc="none", mec=color, ms=5)
            ax.plot(places, rows.test_accuracy, shape, color=color, ms=5)
            label = f"{rows.kx.item()},{rows.ky.item()}"
            ax.annotate(label, (group + spot, 41), ha="center", va="bottom", fontsize="small", color=NEUTRAL)
    handles = [
        Line2D([], [], marker=shape, color=color, mfc=fill, linestyle="none", label=name)
        for shape, fill, name in (("o", "none", "train"), ("o", color, "test"), ("s", color, "odd mode"))
    ]
    chance(ax, 50)
    ax.set(ylabel="accuracy (%)", ylim=(40, 102), xlim=(-0.6, 2.6))
    ax.set_xticks(range(len(CLASSES)), CLASSES)
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.6))
    return fig


def without_pooling(pooled: xr.Dataset, unpooled: xr.Dataset) -> Figure:
    """Test accuracy on the same modes with pooling (hollow) and without it (filled), every network a point."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8), layout="constrained")
    style = look("lenet")
    for result, shift, fill, name in ((pooled, -0.15, "none", "with pooling"), (unpooled, 0.15, None, "without")):
        for spot, values in enumerate(result.test_accuracy.values):
            places = spot + shift + np.linspace(-0.06, 0.06, values.size)
            label = None if spot else name
            ax.plot(places, values, style["marker"], color=style["color"], mfc=fill or style["color"], label=label)
    chance(ax, 50)
    names = [f"({x}, {y})" for x, y in zip(pooled.kx.values, pooled.ky.values)]
    ax.set_xticks(range(len(names)), names)
    ax.set(xlabel="mode $(k_x, k_y)$", ylabel="test accuracy (%)", ylim=(40, 102), xlim=(-0.5, len(names) - 0.5))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.6))
    return fig


def recorded_maps(results: dict[str, xr.Dataset]) -> Figure:
    """Maps over all even frequencies, one panel per architecture, mirror images filled in."""
    panels = {
        look(net)["label"]: synthetic.unfold_map(
            result.test_accuracy.mean("seed").values, np.stack([result.kx, result.ky], 1), size=SIZE, step=2
        )
        for net, result in results.items()
    }
    return dft_map(panels, frequencies=synthetic.dft_axis(SIZE, step=2), limits=(45, 100))


def random_directions(results: dict[str, xr.Dataset]) -> Figure:
    """Test accuracy on random directions, one point per direction and seed, one row per network."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.7 + 0.55 * len(results)), layout="constrained")
    for row, (net, result) in enumerate(results.items()):
        values = result.test_accuracy.values.ravel()
        style = look(net)
        ax.plot(values, row + np.linspace(-0.15, 0.15, values.size), style["marker"], color=style["color"])
    _chance_column(ax, len(results))
    ax.set_yticks(range(len(results)), [look(net)["label"] for net in results])
    ax.set(xlabel="test accuracy (%)", xlim=(40, 102))
    return fig


def signal_to_noise(theory: dict[str, np.ndarray], probes: dict[str, np.ndarray], colors) -> Figure:
    """γ(ℓ) from the formula (lines) and from a linear probe (points), for several prefilters; log scale."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    for (name, gamma), color in zip(theory.items(), colors):
        shown = np.where(np.isfinite(gamma) & (gamma > 0), gamma, np.nan)
        ax.semilogy(shown, color=color, lw=1.2, label=name)
        points = np.where(np.isfinite(probes[name]) & (probes[name] > 1e-12), probes[name], np.nan)
        ax.semilogy(points, "o", color=color, ms=5, mfc="none")
    ax.set(xlabel="frequency ℓ (cycles per signal)", ylabel="signal-to-noise ratio γ(ℓ)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.6))
    return fig


def listed(values, fmt: str = ".0f") -> str:
    """Numbers of single runs for the text, the largest first: what to write where n < 5 makes an interval odd."""
    known = [value for value in np.asarray(values, dtype=float).ravel() if np.isfinite(value)]
    return ", ".join(f"{value:{fmt}}".replace("-", "−") for value in sorted(known, reverse=True)) or "none"


def speed(results: dict[str, xr.Dataset]) -> Figure:
    """Iterations to the loss threshold by direction, every network a point; those that never reached it are hollow and
    sit on a dotted line at the steps they had."""
    fig, axes = plt.subplots(1, len(results), figsize=(WIDTH, 3.2), layout="constrained", sharey=True, squeeze=False)
    for ax, (net, result) in zip(axes[0], results.items()):
        style = look(net)
        for spot in range(result.sizes["direction"]):
            values = result.iterations.values[spot]
            never = np.isnan(values)
            ax.semilogy(np.full((~never).sum(), spot), values[~never], style["marker"], color=style["color"])
            at = spot + 0.12 * (np.arange(never.sum()) - (never.sum() - 1) / 2)
            ax.semilogy(at, np.full(at.size, result.attrs["steps"]), style["marker"], mfc="none", mec=style["color"])
        ax.axhline(result.attrs["steps"], color=THEORY["color"], linestyle=":", zorder=1)
        names = [f"{x},{y}" for x, y in zip(result.kx.values, result.ky.values)]
        ax.set_xticks(range(len(names)), names)
        ax.set(xlabel="mode ($k_x$,$k_y$)", title=style["label"], xlim=(-0.5, len(names) - 0.5))
    axes[0, 0].set_ylabel("iterations to learn")
    axes[0, 0].yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes[0, 0].yaxis.set_major_formatter("{x:g}")
    axes[0, 0].yaxis.set_minor_locator(NullLocator())
    return fig


def noise_frame(sample: np.ndarray, radius: np.ndarray, accuracy: np.ndarray, limit: float) -> Figure:
    """One frame of the slider over σ: a training image, and LeNet's accuracy along the frequency axis (seeds,
    frequencies)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.9), width_ratios=(1, 1.5), layout="constrained")
    left.imshow(sample, cmap="RdBu_r", vmin=-limit, vmax=limit)
    left.set(xticks=[], yticks=[], xlabel="a training image, y = +1")
    style = look("lenet")
    curve(right, radius, accuracy, color=style["color"], marker=style["marker"])
    right.axhline(100, **{**THEORY, "linestyle": "--"})
    chance(right, 50)
    right.set(xlabel="frequency |k| (cycles per image)", ylabel="test accuracy (%)", ylim=(40, 104))
    return fig


def _chance_column(ax, rows: int) -> None:
    """Mark 50 % across horizontal rows 0, 1, …, the first at the top."""
    ax.axvline(50, zorder=1, color=THEORY["color"], linestyle=":")
    ax.annotate("chance", (50, -0.45), color=THEORY["color"], xytext=(3, 0), textcoords="offset points", va="center")
    ax.set_ylim(rows - 0.4, -0.7)
