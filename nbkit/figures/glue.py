"""From a chapter's run to its text: figures for `{glue:figure}`, numbers for `{glue:text}`.

A glued value is a display whose metadata name it under "scrapbook"; myst-nb finds it there when it builds the site.
"""

from __future__ import annotations

import base64
import io
import math
import re

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from nbkit.figures.style import NEUTRAL, WIDTH
from nbkit.intervals import Estimate

_HIDDEN = "application/papermill.record/"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def glue(name: str, fig: Figure, *, alt: str, vector: bool = True) -> None:
    """Show a figure in Jupyter, keep it under `name` for `{glue:figure}`, and close it.

    alt: what the figure shows, for those who cannot see it; kept in the output's metadata as metadata[mime]["alt"].
    vector: SVG, right for lines; False gives a PNG at twice the screen's resolution, right for maps and images.
    """
    check_alt(alt, f"figure {name!r}")
    if vector:
        mime, data, size = "image/svg+xml", _svg(fig), {}
    else:
        # Only the width: given both, the site could not shrink the picture on a narrow screen without distorting it.
        mime, data = "image/png", base64.b64encode(png(fig)).decode()
        size = {"width": pixels(fig)[0]}
    plt.close(fig)
    _publish(name, {mime: data, "text/plain": alt}, {mime: {"alt": alt, **size}})


def awaiting(recipe: str) -> Figure:
    """A figure in the place of a recording that has not been made yet; it says how to make it."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.9), layout="constrained")
    ax.set_axis_off()
    ax.text(0.5, 0.5, f"Not recorded yet.  nbkit record {recipe}", color=NEUTRAL, ha="center", va="center")
    return fig


def number(name: str, value: float | Estimate, fmt: str = ".3g", *, missing: str | None = None) -> None:
    """Keep a number under `name` for `{glue:text}`, so that prose cannot drift from the run; Jupyter shows nothing.

    value: a number or an Estimate, which is written with its interval ("no interval" where one seed gives none).
    missing: what to write where there is no finite number; without it such a value is a ValueError.
    """
    estimate = value if isinstance(value, Estimate) else None
    value = estimate.value if estimate else value
    if not math.isfinite(value):
        if not missing:
            raise ValueError(f"number {name!r} is {value}: only finite numbers are glued, or give missing='…'")
        return text(name, missing)
    if estimate is None:
        return text(name, _format(value, fmt))
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return text(name, f"{_format(value, fmt)} (no interval)")
    text(name, f"{_format(value, fmt)} [{_format(estimate.low, fmt)}, {_format(estimate.high, fmt)}]")


def text(name: str, value: str) -> None:
    """Keep a word, such as the name of a device or of a network, under `name` for `{glue:text}`."""
    # The quotes of repr keep myst-nb from reading '0.930' as a number and writing 0.93.
    _publish(name, {"text/plain": repr(str(value))}, {}, prefix=_HIDDEN)


def check_alt(alt: str, what: str) -> None:
    """Raise ValueError where the text for those who cannot see the picture is missing."""
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"{what} needs an alt text: say in a sentence what it shows")


def png(fig: Figure) -> bytes:
    """The figure as a PNG at twice the resolution of the screen, the same bytes each time."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=192, metadata={"Software": None})
    return buffer.getvalue()


def pixels(fig: Figure) -> tuple[int, int]:
    """Width and height of a figure on the page in CSS pixels, of which an inch has 96."""
    return tuple(round(96 * side) for side in fig.get_size_inches())


def _svg(fig: Figure) -> str:
    buffer = io.StringIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _format(value: float, fmt: str) -> str:
    """`format`, with a true minus sign, but none for what is rounded to 0, and powers of ten in place of e-notation."""
    mantissa, e, exponent = format(value, fmt).partition("e")
    written = mantissa.replace("-", "−" if re.search("[1-9]", mantissa) else "")
    return f"{written} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}" if e else written


def _publish(name: str, data: dict, metadata: dict, *, prefix: str = "") -> None:
    from IPython.display import display

    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(f"glue name {name!r}: use letters, digits, '-' and '_' only")
    metadata["scrapbook"] = {"name": name, "mime_prefix": prefix}
    display({prefix + mime: value for mime, value in data.items()}, raw=True, metadata=metadata)
