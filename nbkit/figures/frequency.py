"""Figures of chapter 02: which frequencies are learned when."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import circle
from nbkit.figures.curves import chance, curve, direct_labels, power_law
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, ordered

DASHED = THEORY | {"linestyle": "--", "linewidth": 1.2}


def wave_frame(result: xr.Dataset, step: int) -> Figure:
    """One frame: the target and the network's output of the first seed at a step, and how much of each mode it has."""
    run = result.isel(seed=0).sel(step=step)
    fig, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.0), width_ratios=(2.2, 1))
    left.plot(run.u, run.target, color=NEUTRAL, linewidth=1)
    left.plot(run.u, run.output, color=ordered(5)[0])
    reach = 1.1 * float(np.abs(result.target.isel(seed=0)).max())
    left.set(xlabel="input u", ylabel="target (grey) and output", ylim=(-reach, reach))
    right.bar(range(run.sizes["mode"]), run.amplitude, color=ordered(run.sizes["mode"]))
    right.axhline(1, **DASHED)
    right.set_xticks(range(run.sizes["mode"]), run.mode.values)
    right.set(xlabel="frequency k", ylabel="learned amplitude", ylim=(0, 1.25))
    return fig


def learned_at(result: xr.Dataset, steps: int) -> Figure:
    """Step at which each frequency is learned, a point for every network; those that never got there are hollow."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for i, color in enumerate(ordered(result.sizes["mode"])):
        values = result.learned_at.isel(mode=i).values
        spread = np.linspace(-0.15, 0.15, values.size)
        for never in (False, True):
            some = (values >= steps) == never
            ax.plot(i + spread[some], values[some], "o", color=color, mfc="none" if never else color)
    ax.set_xticks(range(result.sizes["mode"]), result.mode.values)
    ax.set(xlabel="frequency k (periods on the interval)", ylabel="steps until learned", yscale="log")
    return fig


def eigenvalues(top: int, n: int) -> Figure:
    """Closed-form eigenvalues (lines, even and odd apart) and those of n equispaced points (markers), by kernel."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.8))
    k = np.arange(1, top + 1)
    for name, color, marker in zip(circle.KERNELS, ordered(5)[::2], ("o", "s", "^")):
        known, found = circle.eigenvalue(name, k), circle.grid_eigenvalues(name, n)[1 : top + 1]
        alive = known > 0
        ax.loglog(k[alive], known[alive], color=color, lw=1.2)
        ax.loglog(k[alive], found[alive], marker, color=color, mfc="none", ms=6, label=circle.KERNELS[name])
    power_law(ax, -2, through=(16, 1.1e-3), over=(6, 30))
    power_law(ax, -4, through=(16, 1.5e-6), over=(6, 30))
    ax.set(xlabel="frequency k", ylabel="eigenvalue $λ_k$", ylim=(1e-7, 0.4))
    lines = [line for line in ax.lines if not line.get_label().startswith("slope")]
    ax.legend(
        handles=[line for line in lines if not line.get_label().startswith("_")],
        loc="center left",
        bbox_to_anchor=(1.22, 0.5),
    )
    for line in lines:
        line.set_label("_")
    direct_labels(ax)
    return fig


def decay(result: xr.Dataset) -> Figure:
    """What is left of each mode while a wide network learns (first four seeds), and (1 − ηλ)^t, dashed."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    for mode, color in zip(result.mode.values, ordered(result.sizes["mode"])):
        curve(ax, result.step, np.abs(result.left.sel(mode=mode).values[:4]), color=color, label=f"k = {mode}")
        ax.plot(result.step, result.predicted.sel(mode=mode), **DASHED)
    ax.set(yscale="log", ylim=(0.01, 1.1), xlabel="step t", ylabel="share of the mode that is left")
    ax.set_yticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def wavy_noise(result: xr.Dataset) -> Figure:
    """Share of the label noise that is fitted, over training, one colour for each frequency."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    for kappa, color in zip(result.frequency.values, ordered(result.sizes["frequency"])):
        samples = result.fitted.sel(frequency=kappa).transpose("seed", "step")
        curve(ax, result.step, samples, color=color, label=f"κ = {kappa:g}")
    chance(ax, 1, "all of it")
    ax.set(xlabel="step", ylabel="share of the noise fitted", ylim=(-0.05, 1.1))
    direct_labels(ax)
    return fig


def path_spectra(result: xr.Dataset, cut: int) -> Figure:
    """Energy of the logits along paths by frequency, within a class and between two; right of the mark counts as
    high."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    for kind, color in zip(("between", "within"), ordered(2)):
        samples = np.log10(result.energy.sel(kind=kind).values)
        curve(ax, result.frequency, samples, color=color, label=f"{kind} class" + "es" * (kind == "between"))
    ax.axvline(cut - 0.5, **DASHED)
    ax.annotate("counted as high", (cut, ax.get_ylim()[1]), xytext=(4, -8), textcoords="offset points", va="top")
    ticks = np.arange(np.ceil(ax.get_ylim()[0]), 1, 2)
    ax.set_yticks(ticks, [f"$10^{{{t:.0f}}}$" for t in ticks])
    ax.set(xlabel="frequency (half periods per path)", ylabel="energy of the logits")
    direct_labels(ax)
    return fig


def sobolev(result: xr.Dataset) -> Figure:
    """Measured decay rates by frequency (markers) and λ_k (1 + k²)^s (lines), one colour for each s."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    for power, color in zip(result.power.values, ordered(result.sizes["power"])):
        one = result.sel(power=power)
        ax.loglog(one.mode, one.measured, "o", color=color, mfc="none")
        ax.loglog(one.mode, one.predicted, color=color, lw=1.2, label=f"s = {power:g}".replace("-", "−"))
    ax.set(xlabel="frequency k", ylabel="decay rate per step / η")
    direct_labels(ax)
    return fig


def uneven(result: xr.Dataset) -> Figure:
    """Decay rates on uneven points divided by the even ones' closed form, with and without quadrature weights."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ratio = result.rate / result.predicted
    for kind, color, name in (("equal", ordered(5)[4], "equal weights"), ("quadrature", ordered(5)[1], "quadrature")):
        curve(ax, np.arange(result.sizes["rank"]), ratio.sel(weights=kind).values, color=color, label=name)
    ax.axhline(1, **THEORY)
    ax.set_xticks(range(result.sizes["rank"])[::2], result.frequency.values[::2])
    ax.set(xlabel="frequency k (each but 0 has two modes)", ylabel="rate / closed form", ylim=(0.4, 1.6))
    direct_labels(ax)
    return fig
