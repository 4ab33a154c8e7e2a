"""The scrubber works by browser links alone, its frames are alike, and it refuses to grow heavy."""

import base64
import io
import re
import sys

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from nbkit import figures

MODULE = sys.modules["nbkit.figures.scrubber"]  # the package has its function under that name


def frame(sigma: float):
    return lambda ax: ax.plot([0, sigma], [0, 1000 * sigma])


def make(**options):
    given = {"label": "σ", "values": [0.5, 1.0, 1.5], "alt": "A line that rises."} | options
    return figures.scrubber(given.pop("frames", [frame(s) for s in (0.5, 1.0, 1.5)]), **given)


def parts(box):
    (play, slider), stack = box.children[0].children, box.children[1]
    return play, slider, stack


def picture(html: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])))


def test_links_lead_from_play_to_slider_to_frame():
    before = set(ipywidgets.Widget.get_manager_state(drop_defaults=False)["state"])
    box = make(interval=123)
    play, slider, stack = parts(box)
    state = ipywidgets.Widget.get_manager_state(drop_defaults=False)["state"]

    def end(pair):
        return pair[0].removeprefix("IPY_MODEL_"), pair[1]

    links = {
        (end(model["state"]["source"]), end(model["state"]["target"]))
        for key, model in state.items()
        if key not in before and model["model_name"] == "LinkModel"
    }
    assert links == {
        ((play.model_id, "value"), (slider.model_id, "value")),
        ((slider.model_id, "value"), (stack.model_id, "selected_index")),
    }
    assert (play.min, play.max, slider.min, slider.max, stack.selected_index) == (0, 2, 0, 2, 0)
    assert len(stack.children) == 3 and play.interval == 123


def test_frames_are_alike_in_size_and_say_what_they_show():
    frames = [child.value for child in parts(make())[2].children]
    assert len({picture(html).size for html in frames}) == 1
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', frames[0]).groups())
    assert picture(frames[0]).size == pytest.approx((2 * width, 2 * height), abs=1)
    assert 'alt="A line that rises. (σ = 1.5)"' in frames[2] and ">σ = 1.5<" in frames[2]


def test_axes_stay_in_place_when_tick_labels_grow():
    left = []
    for child in parts(make(frames=[frame(s) for s in (0.5, 1.0, 1e6)]))[2].children:
        ink = np.asarray(picture(child.value).convert("RGBA"))[..., 3] > 128
        left.append(int(np.argmax(ink.mean(axis=0) > 0.5)))  # the column of the vertical axis
    assert len(set(left)) == 1


def test_figures_are_taken_and_closed():
    frames = [plt.subplots(figsize=(2, 2))[0] for _ in range(3)]
    alts = ["one < two", "two", "three"]
    html = parts(make(frames=frames, alt=alts, values=["a", "b", "c"]))[2].children[0].value
    assert 'alt="one &lt; two (σ = a)"' in html
    assert not set(plt.get_fignums()) & {f.number for f in frames}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"frames": [frame(1)] * 61, "values": range(61)}, "61 frames, expected 2 to 60"),
        ({"frames": [frame(1)], "values": [1]}, "1 frames, expected 2 to 60"),
        ({"values": [1, 2]}, "3 frames, 2 values and 3 alt texts"),
        ({"alt": " "}, "frame 0 needs an alt text"),
        ({"alt": ["a", "", "c"]}, "frame 1 needs an alt text"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
    assert not plt.get_fignums()


def test_refuses_too_many_bytes_and_unlike_sizes(monkeypatch):
    frames = [plt.subplots(figsize=(2, 2 + i))[0] for i in range(3)]
    with pytest.raises(ValueError, match="differ in size"):
        make(frames=frames)
    monkeypatch.setattr(MODULE, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"3 frames take 0\.\d MB, at most 0\.0 MB"):
        make()
