"""Curves with their uncertainty, their names beside them, and the lines they are compared with."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nbkit import intervals
from nbkit.figures.style import CHANCE, THEORY
from nbkit.intervals import Estimate

FEW = 5
"""Below this number of repetitions every run is drawn: a mean of so few would hide them."""


def curve(ax: Axes, x, samples, *, color: str, label: str | None = None, marker: str | None = None, apart=None) -> None:
    """Repetitions of one curve: mean and 95 % band, or each run as a thin line where there are fewer than 5.

    x: (m,); samples: (n, m), repetitions first. NaN in any repetition leaves a gap there. apart: (n, m) of bool, those
    that are left out of the mean and drawn as crosses; there is a gap where fewer than two are left.
    """
    x, samples = np.asarray(x), np.atleast_2d(np.asarray(samples, dtype=float))
    if samples.shape[1:] != x.shape:
        raise ValueError(f"curve: samples have shape {samples.shape}, expected (repetitions, {x.size})")
    apart = np.zeros(samples.shape, dtype=bool) if apart is None else np.asarray(apart, dtype=bool)
    if apart.any():
        at = np.broadcast_to(x, samples.shape)[apart]
        ax.plot(at, samples[apart], "x", color=color, markersize=7, zorder=3, clip_on=False)
    if len(samples) < FEW:
        width = 1.8 if len(samples) == 1 else 1.0
        for i, run in enumerate(np.where(apart, np.nan, samples)):
            ax.plot(x, run, color=color, linewidth=width, marker=marker, label=None if i else label)
        return
    kept = [column[~out] for column, out in zip(samples.T, apart.T)]
    estimates = [intervals.mean(values) if len(values) > 1 else Estimate(*[np.nan] * 3, len(values)) for values in kept]
    ax.plot(x, [e.value for e in estimates], color=color, marker=marker, label=label)
    band(ax, x, [e.low for e in estimates], [e.high for e in estimates], color=color)


def band(ax: Axes, x, low, high, *, color: str) -> None:
    """Shade the interval from low to high, each (m,), behind a curve of the same colour."""
    ax.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)


def bars(ax: Axes, x, estimates: list[Estimate], *, color: str, label: str | None = None, marker: str = "o") -> None:
    """Estimates as points with their 95 % intervals as bars; an infinite interval (one repetition) gets no bar."""
    value, low, high = np.array([(e.value, e.low, e.high) for e in estimates], dtype=float).T
    known = np.isfinite(low) & np.isfinite(high)
    lengths = [np.where(known, value - low, 0), np.where(known, high - value, 0)]
    ax.errorbar(x, value, yerr=lengths, color=color, label=label, marker=marker, linestyle="none", elinewidth=1.4)


def chance(ax: Axes, level: float, label: str = "chance") -> None:
    """Dotted grey line at the level that guessing reaches, named at its left end."""
    ax.axhline(level, zorder=1, **CHANCE)
    _name(ax, label, (0, level), ax.get_yaxis_transform(), (4, 3), CHANCE["color"], va="bottom")


def power_law(ax: Axes, slope: float, *, through: tuple[float, float], over: tuple[float, float], label=None) -> None:
    """Thin line y ∝ x**slope on log axes through one point (x, y), over an interval of x.

    label: its name for `direct_labels` or a legend; without it the slope itself is written.
    """
    x = np.array(over, dtype=float)
    name = label or f"slope {slope:.3g}".replace("-", "−")
    ax.set(xscale="log", yscale="log")
    ax.plot(x, through[1] * (x / through[0]) ** slope, zorder=1, label=name, **THEORY)


def direct_labels(ax: Axes) -> None:
    """Write each line's label at its right end in its own colour, in place of a legend.

    Call it last: it needs the final limits. Labels that would overlap are moved apart.
    """
    fig = ax.figure
    fig.draw_without_rendering()
    ends = []
    for artist in [*ax.lines, *ax.containers]:
        label, line = artist.get_label(), getattr(artist, "lines", [artist])[0]
        points = line.get_xydata()
        points = points[np.isfinite(points).all(axis=1)]
        if label and not label.startswith("_") and len(points):
            ends.append((ax.transData.transform(points[-1])[1] * 72 / fig.dpi, points[-1], label, line.get_color()))
    ends.sort(key=lambda e: e[0])
    heights = _spread([e[0] for e in ends], gap=13)
    for height, (wanted, end, label, color) in zip(heights, ends, strict=True):
        _name(ax, label, end, ax.transData, (8, height - wanted), color)


def _name(ax: Axes, label: str, at, transform, offset, color: str, va: str = "center") -> None:
    place = {"xycoords": transform, "xytext": offset, "textcoords": "offset points", "annotation_clip": False}
    ax.annotate(label, at, color=color, va=va, **place)


def _spread(heights: list[float], *, gap: float) -> list[float]:
    """Move sorted heights as little as needed to be `gap` apart: groups that touch merge around their mean."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _low(groups[-1], gap) - _high(groups[-2], gap) < gap:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_low(group, gap) + i * gap for group in groups for i in range(len(group))]


def _low(group: list[float], gap: float) -> float:
    return float(np.mean(group)) - gap * (len(group) - 1) / 2


def _high(group: list[float], gap: float) -> float:
    return float(np.mean(group)) + gap * (len(group) - 1) / 2
