"""Figures of chapter 14: neurons in input space and the groups they form."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import curve
from nbkit.figures.regimes import over_seeds, plain_ticks
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look, ordered


def neurons_in_space(
    ax: Axes, neurons: np.ndarray, groups: np.ndarray, sizes: np.ndarray, x: np.ndarray, y: np.ndarray, *, limit: float
) -> None:
    """Positions z (h, 2) coloured by attractor, among the training points (p, 2) of labels y, and the sphere.

    sizes (h,): strength of each neuron, the largest being 1; the area of a dot grows with it.
    """
    colors = np.array(ordered(12))[np.random.default_rng(0).permutation(12)]
    for label, marker in ((1, "+"), (-1, "_")):
        ax.plot(*x[y == label].T, marker, ms=3, color=NEUTRAL, alpha=0.4, zorder=1)
    ax.scatter(*neurons.T, s=3 + 30 * sizes, c=colors[groups % 12], zorder=2, linewidths=0)
    angle = np.linspace(0, 2 * np.pi, 200)
    radius = np.sqrt(2 * (1 - 1 / 9) ** 3)
    ax.plot(radius * np.cos(angle), radius * np.sin(angle), **THEORY)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xticks=[], yticks=[])


def four_panels(panels: dict[str, tuple], *, limit: float) -> Figure:
    """Four `neurons_in_space`: title to its arguments."""
    fig, axes = plt.subplots(2, 2, figsize=(6.4, 6.6))
    for ax, (title, content) in zip(axes.flat, panels.items()):
        neurons_in_space(ax, *content, limit=limit)
        ax.set_title(title)
        ax.spines[:].set_visible(True)
    return fig


def attractor_counts(result: xr.Dataset, by_dimension: dict[int, xr.Dataset]) -> Figure:
    """A after training against p for each width, against h for each p, and against d, with fitted powers and A = h.

    by_dimension: d to a result with `after` (seed,).
    """
    fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 3.5), sharey=True)
    p, h, d = result.p.values, result.h.values, np.array(list(by_dimension))
    for color, width in zip(ordered(len(h)), h):
        over_seeds(axes[0], p, result.after.sel(h=width), {"label": f"h = {width}", "color": color, "marker": "o"})
    for color, points in zip(ordered(len(p)), p):
        over_seeds(axes[1], h, result.after.sel(p=points), {"label": f"p = {points}", "color": color, "marker": "o"})
    _fitted(axes[0], p, result.after.sel(h=h[-1]).transpose("seed", "p").values)
    _fitted(axes[1], h, result.after.sel(p=p[-1]).transpose("seed", "h").values)
    axes[1].plot(h, h, linestyle="--", color=NEUTRAL, linewidth=1, label="A = h")
    if by_dimension:
        across = np.stack([found.after.values for found in by_dimension.values()], axis=1)
        curve(axes[2], d, across, color=ordered(3)[1], marker="s")
        _fitted(axes[2], d, across)
    for ax, values, name in zip(axes, (p, h, d), ("training points p", "neurons h", "dimension d")):
        ax.set(xscale="log", yscale="log", xlabel=name)
        plain_ticks(ax, values)
    axes[0].set_ylabel("attractors A")
    for ax in axes[:2]:
        ax.legend(fontsize="small")
    return fig


def _fitted(ax: Axes, x: np.ndarray, runs: np.ndarray) -> None:
    """The fitted power of the mean over runs (seeds, len(x)), a little above it, with its exponent."""
    b, a = np.polyfit(np.log(x), np.log(runs.mean(0)), 1)
    y = 1.5 * np.exp(a) * np.asarray(x, dtype=float) ** b
    ax.plot(x, y, **THEORY)
    middle = len(x) // 2
    place = {"xytext": (-4, 5), "textcoords": "offset points", "ha": "right"}
    ax.annotate(f"slope {b:.2f}".replace("-", "−"), (x[middle], y[middle]), color=NEUTRAL, **place)


def crossover(result: xr.Dataset, middles: dict[str, intervals.Estimate]) -> Figure:
    """Compression and attractors against α, and the α at which each is half-way (name to log10 estimate)."""
    fig, axes = plt.subplots(2, 1, figsize=(WIDTH, 4.4), sharex=True)
    for ax, name, label in zip(axes, ("compression", "attractors"), ("compression Λ*", "attractors A(T)/A(0)")):
        over_seeds(ax, result.alpha.values, result[name], {"label": label, "color": ordered(3)[0], "marker": "o"})
        ax.axvline(10 ** middles[name].value, **THEORY)
        ax.axvspan(10 ** middles[name].low, 10 ** middles[name].high, color=NEUTRAL, alpha=0.2, linewidth=0)
        ax.set(xscale="log", ylabel=label)
    axes[0].set_yscale("log")
    axes[1].set_xlabel("α  (feature … lazy)")
    return fig


def field(panels: dict[str, tuple[np.ndarray, np.ndarray]], x: np.ndarray, end: np.ndarray) -> Figure:
    """The velocity of z for one point: title to (places (n, n, 2), velocities (n, n, 2)); arrows show directions."""
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.4), sharey=True)
    for ax, (title, (z, v)) in zip(np.atleast_1d(axes), panels.items()):
        speed = np.linalg.norm(v, axis=-1, keepdims=True)
        moving = np.where(speed > 0, v / np.where(speed > 0, speed, 1), np.nan)
        ax.quiver(
            *np.moveaxis(z, -1, 0), *np.moveaxis(moving, -1, 0), color=look("feature")["color"], scale=22, width=0.006
        )
        ax.plot(*x, "o", color=NEUTRAL)
        ax.annotate("x", x, xytext=(6, 4), textcoords="offset points", color=NEUTRAL)
        ax.plot(*end, "*", color=look("lazy")["color"], ms=12)
        ax.set(title=title, aspect="equal", xlabel="z₁")
    np.atleast_1d(axes)[0].set_ylabel("z₂")
    return fig
