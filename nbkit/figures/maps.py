"""Maps over the frequencies of an image, and grids of images."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nbkit.figures.style import NEUTRAL, WIDTH

_MARGINS = 1.9  # inches beside the panels for the axis label and the colour bar


def dft_map(
    panels,
    *,
    frequencies=None,
    label: str = "test accuracy (%)",
    limits: tuple[float, float] = (40, 100),
    chance: float | None = 50,
    log: bool = False,
    spread=None,
    spread_label: str = "95 % half-width (points)",
) -> Figure:
    """A quantity for each frequency of the 2-D DFT; all panels share one colour scale and one bar.

    panels: (n, n) array, row = vertical and column = horizontal frequency, or {title: array}.
        NaN is a frequency that was not measured and is hatched; infinity takes the end of the scale.
    frequencies: (n,) evenly spaced, of the rows and of the columns, in cycles per image; default: whole numbers with 0
        at index n // 2, as `numpy.fft.fftshift` leaves them.
    label, limits: what the colour means, with its unit, and the ends of its scale; log makes the scale logarithmic.
    chance: level to mark on the bar, None for none.
    spread: like panels, the uncertainty of each; drawn below on its own scale, which starts at 0.
    """
    panels = _titled(panels)
    frequencies = _frequencies(frequencies, len(next(iter(panels.values()))))
    rows = [(panels, label, (LogNorm if log else Normalize)(*limits), "viridis", chance)]
    if spread is not None:
        spread = _titled(spread)
        top = max(np.nanmax(values, initial=1e-9) for values in spread.values())
        rows.append((spread, spread_label, Normalize(0, top), "cividis", None))
    side = min(3.2, (WIDTH - _MARGINS) / len(panels))
    size = (len(panels) * side + _MARGINS, len(rows) * (side + 0.15) + 0.45)
    fig, axes = plt.subplots(
        len(rows), len(panels), figsize=size, layout="compressed", squeeze=False, sharex=True, sharey=True
    )
    for line, row in zip(axes, rows, strict=True):
        _map_row(fig, line, frequencies, *row)
    for ax, title in zip(axes[0], panels, strict=True):
        ax.set_title(title)
    axes[0, 0].xaxis.set_major_locator(MaxNLocator(4 if side > 1.6 else 2, integer=True, steps=[1, 2, 4, 8, 10]))
    axes[0, 0].yaxis.set_major_locator(MaxNLocator(4 if side > 1.6 else 2, integer=True, steps=[1, 2, 4, 8, 10]))
    fig.supxlabel("horizontal frequency (cycles per image)")
    fig.supylabel("vertical frequency")
    return fig


def image_grid(images, titles=None, *, signed: bool = True, columns: int = 8, label: str = "pixel value") -> Figure:
    """Images on one shared scale: directions and basis elements (signed: diverging, 0 in the middle) or grey pictures.

    images: (n, height, width); titles: n short strings.
    """
    images = np.asarray(images, dtype=float)
    if images.ndim != 3 or not len(images):
        raise ValueError(f"image_grid: images have shape {images.shape}, expected (n, height, width) with n >= 1")
    titles = [""] * len(images) if titles is None else titles
    if len(titles) != len(images):
        raise ValueError(f"image_grid: {len(titles)} titles for {len(images)} images")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    side = min(1.6, (WIDTH - 1.0) / columns)
    height = rows * (side * images.shape[1] / images.shape[2] + (0.3 if any(titles) else 0.1))
    fig, axes = plt.subplots(rows, columns, figsize=(columns * side + 1.0, height), layout="compressed", squeeze=False)
    top = float(np.abs(images).max())
    scale = Normalize(-top, top) if signed else Normalize(images.min(), images.max())
    for ax in axes.flat[len(images) :]:
        ax.set_axis_off()
    for ax, image, title in zip(axes.flat, images, titles):
        drawn = ax.imshow(image, origin="upper", cmap="PRGn" if signed else "gray", norm=scale)
        ax.set(xticks=[], yticks=[], title=title)
        ax.spines[:].set_visible(True)
    ticks = [scale.vmin, (scale.vmin + scale.vmax) / 2, scale.vmax]
    bar = fig.colorbar(drawn, ax=axes, label=label, aspect=18)
    bar.set_ticks(ticks, labels=[f"{t:.2g}".replace("-", "−") for t in ticks])
    return fig


def _titled(panels) -> dict[str, np.ndarray]:
    panels = panels if isinstance(panels, dict) else {"": panels}
    return {title: np.asarray(values, dtype=float) for title, values in panels.items()}


def _frequencies(frequencies, n: int) -> np.ndarray:
    frequencies = np.arange(n) - n // 2 if frequencies is None else np.asarray(frequencies)
    steps = np.diff(frequencies)
    if not (steps.size and steps[0] > 0 and np.allclose(steps, steps[0])):
        raise ValueError(f"dft_map: frequencies must rise in equal steps, got {frequencies}")
    return frequencies


def _map_row(fig, axes, frequencies, panels, label, norm, cmap, chance) -> None:
    half = (frequencies[1] - frequencies[0]) / 2
    ends = (frequencies[0] - half, frequencies[-1] + half)
    for ax, values in zip(axes, panels.values(), strict=True):
        if values.shape != (frequencies.size,) * 2:
            raise ValueError(f"dft_map: a panel has shape {values.shape}, expected {(frequencies.size,) * 2}")
        # NaN is drawn transparent, so the hatched ground shows through.
        ax.patch.set(hatch="////", facecolor="none", edgecolor=NEUTRAL, linewidth=0)
        values = np.clip(values, norm.vmin, norm.vmax)
        drawn = ax.imshow(values, norm=norm, cmap=cmap, extent=(*ends, *ends), origin="lower")
        ax.spines[:].set_visible(True)
    bar = fig.colorbar(drawn, ax=axes, label=label, extend=_beyond(panels, norm), aspect=18)
    if chance is not None:
        bar.ax.axhline(chance, color="white", linestyle=":", linewidth=1.6)
        ticks = [t for t in bar.get_ticks() if norm.vmin <= t <= norm.vmax and t != chance]
        bar.set_ticks([*ticks, chance], labels=[*(f"{t:g}" for t in ticks), f"{chance:g} chance"])


def _beyond(panels, norm) -> str:
    """Which ends of the colour bar get an arrow because finite values lie beyond them."""
    known = np.concatenate([values[np.isfinite(values)] for values in panels.values()])
    if known.size and (known.max() < norm.vmin or known.min() > norm.vmax):
        found = f"{known.min():.3g} to {known.max():.3g}"
        raise ValueError(f"dft_map: all values ({found}) lie outside limits=({norm.vmin:g}, {norm.vmax:g})")
    ends = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    return ends[bool((known < norm.vmin).any()), bool((known > norm.vmax).any())]
