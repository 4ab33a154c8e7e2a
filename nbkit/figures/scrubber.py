"""Animations that a reader moves by hand: drawn beforehand, so that they move on the site too, without a kernel."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from nbkit.figures.glue import check_alt, pixels, png

MAX_FRAMES = 60
MAX_BYTES = 1_500_000


def scrubber(frames, *, label: str, values, alt: str | list[str], interval: int = 300, figsize=(5.6, 3.6)):
    """A play button and a slider over pictures; returns the widget, which Jupyter and the site show.

    frames: figures of one size, or functions that draw into the axes they are given (figsize: inches, for functions).
        They are drawn now and the figures are closed.
    label, values: the quantity and its value in each frame, shown above the picture ("σ = 1.5").
    alt: what the pictures show, for those who cannot see them: one text for all, or one for each.
    interval: milliseconds between frames while playing.
    At most 60 frames and 1.5 MB in all, since every reader of the page loads them: ValueError beyond.
    """
    import ipywidgets

    frames, values = list(frames), [v if isinstance(v, str) else f"{v:g}" for v in values]
    alts = [alt] * len(frames) if isinstance(alt, str) else list(alt)
    _check(frames, values, alts)
    pictures, width, height = _draw(frames, figsize)
    markup = [
        _markup(picture, f"{label} = {value}", each, width, height)
        for picture, value, each in zip(pictures, values, alts, strict=True)
    ]
    # Room for a picture and its line of text is kept open, so that the page does not jump while one replaces another.
    room = f"calc(min({height}px, {100 * height // width}vw) + 40px)"
    stack = ipywidgets.Stack([ipywidgets.HTML(m) for m in markup], selected_index=0, layout={"min_height": room})
    last = len(frames) - 1
    play = ipywidgets.Play(max=last, interval=interval, show_repeat=False)
    slider = ipywidgets.IntSlider(max=last, readout=False, layout={"width": f"{min(width, 400)}px"})
    ipywidgets.jslink((play, "value"), (slider, "value"))
    ipywidgets.jslink((slider, "value"), (stack, "selected_index"))
    return ipywidgets.VBox([ipywidgets.HBox([play, slider]), stack]).add_class("scrubber")


def _check(frames: list, values: list[str], alts: list[str]) -> None:
    if not 2 <= len(frames) <= MAX_FRAMES:
        raise ValueError(f"scrubber: {len(frames)} frames, expected 2 to {MAX_FRAMES}")
    if not len(frames) == len(values) == len(alts):
        raise ValueError(f"scrubber: {len(frames)} frames, {len(values)} values and {len(alts)} alt texts")
    for i, alt in enumerate(alts):
        check_alt(alt, f"scrubber frame {i}")


def _draw(frames: list, figsize) -> tuple[list[bytes], int, int]:
    """PNGs of all frames, and their common width and height on the page."""
    if all(isinstance(frame, Figure) for frame in frames):
        sizes = {pixels(frame) for frame in frames}
        pictures = [_reduced(png(frame)) for frame in frames]
        for frame in frames:
            plt.close(frame)
    else:
        fig, ax = plt.subplots(figsize=figsize)
        sizes = {pixels(fig)}
        pictures = []
        for frame in frames:
            ax.clear()
            frame(ax)
            pictures.append(_reduced(png(fig)))
            # Keep the place that the first frame gave the axes: the picture must not wobble with its tick labels.
            fig.set_layout_engine("none")
        plt.close(fig)
    if len(sizes) > 1:
        raise ValueError(f"scrubber: frames differ in size (pixels): {sorted(sizes)}")
    total = sum(map(len, pictures))
    if total > MAX_BYTES:
        size, most = f"{total / 1e6:.1f} MB", f"{MAX_BYTES / 1e6:.1f} MB"
        raise ValueError(f"scrubber: {len(frames)} frames take {size}, at most {most}: draw fewer or smaller ones")
    return pictures, *sizes.pop()


def _reduced(picture: bytes) -> bytes:
    """The PNG with 256 colours: a third of the bytes, and hardly a difference to the eye."""
    buffer = io.BytesIO()
    reduced = Image.open(io.BytesIO(picture)).quantize(256, method=Image.Quantize.FASTOCTREE)
    reduced.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _markup(picture: bytes, caption: str, alt: str, width: int, height: int) -> str:
    """One frame. HTML, because the Image widget has no alt text; decoded at once, or the browser blinks in between."""
    colour = "var(--pst-color-text-base, var(--jp-ui-font-color1, inherit))"
    return (
        f'<div style="color:{colour}">{html.escape(caption)}</div>'
        f'<img alt="{html.escape(f"{alt} ({caption})")}" width="{width}" height="{height}" decoding="sync" '
        f'style="max-width:100%;height:auto" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
    )
