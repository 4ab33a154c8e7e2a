"""What is glued in a run is what the site finds: the display protocol, and once the whole way through papermill."""

import base64
import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import papermill
import pytest
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue import extract_glue_data_cell

from nbkit import figures
from nbkit.intervals import Estimate

SOURCE = """
import matplotlib.pyplot as plt
from nbkit import figures
for name, vector in [("fig-lines", True), ("fig-map", False)]:
    fig, ax = plt.subplots()
    ax.plot([1, 2])
    figures.glue(name, fig, alt="A rising line.", vector=vector)
figures.number("accuracy", 0.93, ".3f")
figures.scrubber([lambda ax: ax.plot([1]), lambda ax: ax.plot([2])], label="k", values=[1, 2], alt="A dot.")
"""


@pytest.fixture
def displayed(monkeypatch) -> list[dict]:
    """What reaches the notebook, in the form of its outputs."""
    outputs = []

    def display(data, *, raw, metadata):
        assert raw
        outputs.append({"output_type": "display_data", "data": data, "metadata": metadata})

    monkeypatch.setattr("IPython.display.display", display)
    return outputs


def glued(outputs) -> dict:
    """Read the outputs as myst-nb does."""
    cell = nbformat.from_dict({"cell_type": "code", "outputs": outputs})
    return dict(extract_glue_data_cell(cell))


def prose(outputs, name: str) -> str:
    """What {glue:text} writes."""
    return format_plain_text(glued(outputs)[name]["data"]["text/plain"], "s")


def test_svg_is_kept_with_its_alt_text_and_closed(displayed):
    fig, _ = plt.subplots()
    figures.glue("fig-x", fig, alt="An empty frame.")
    output = glued(displayed)["fig-x"]
    assert output["data"]["image/svg+xml"].lstrip().startswith("<?xml") and "image/png" not in output["data"]
    assert output["metadata"]["image/svg+xml"]["alt"] == output["data"]["text/plain"] == "An empty frame."
    assert not plt.fignum_exists(fig.number)


def test_png_has_twice_the_pixels_of_its_place(displayed):
    fig, _ = plt.subplots(figsize=(3, 2))
    figures.glue("fig-x", fig, alt="An empty frame.", vector=False)
    output = glued(displayed)["fig-x"]
    header = base64.b64decode(output["data"]["image/png"])[16:24]
    assert (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")) == (576, 384)
    assert output["metadata"]["image/png"] == {"alt": "An empty frame.", "width": 288}


@pytest.mark.parametrize("vector", [True, False])
def test_the_same_figure_is_the_same_bytes(displayed, vector):
    for name in ("a", "b"):
        fig, ax = plt.subplots()
        ax.plot([1, 2])
        ax.fill_between([0, 1], 0, 1)
        figures.glue(name, fig, alt="A line.", vector=vector)
    assert displayed[0]["data"] == displayed[1]["data"]


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_figure_without_alt_text_is_refused(displayed, alt):
    with pytest.raises(ValueError, match="'fig-x' needs an alt text"):
        figures.glue("fig-x", plt.figure(), alt=alt)
    assert not displayed
    plt.close("all")


@pytest.mark.parametrize(
    "value, fmt, written",
    [
        (0.93, ".3f", "0.930"),
        (10000, ",d", "10,000"),
        (-0.385, ".2f", "−0.39"),
        (-0.385, ".0f", "0"),
        (1.2e-5, ".3g", "1.2 × 10⁻⁵"),
        (-3e12, ".1e", "−3.0 × 10¹²"),
        (Estimate(0.5, -0.25, 1.0, 6), ".2f", "0.50 [−0.25, 1.00]"),
        (Estimate(0.5, float("-inf"), float("inf"), 1), ".2f", "0.50 (no interval)"),
    ],
)
def test_numbers_reach_the_prose_as_written(displayed, value, fmt, written):
    figures.number("x", value, fmt)
    assert prose(displayed, "x") == written
    assert list(displayed[0]["data"]) == ["application/papermill.record/text/plain"]  # which Jupyter does not show


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Estimate(float("nan"), 0, 1, 3)])
def test_what_is_no_number_is_refused_or_named(displayed, value):
    with pytest.raises(ValueError, match=r"number 'x' is (nan|inf)"):
        figures.number("x", value)
    assert not displayed
    figures.number("x", value, missing="not reached")
    assert prose(displayed, "x") == "not reached"


def test_words_stay_words(displayed):
    figures.text("net", "0.930")
    assert prose(displayed, "net") == "0.930"


def test_names_that_the_site_would_misread_are_refused(displayed):
    with pytest.raises(ValueError, match="'a:b'"):
        figures.number("a:b", 1.0)


def test_a_notebook_carries_it_all_through_papermill(tmp_path, monkeypatch):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)], metadata=kernel)
    nbformat.write(notebook, tmp_path / "in.ipynb")
    papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False, log_output=False)
    out = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    cell = out.cells[-1]
    data = dict(extract_glue_data_cell(cell))
    assert {name: sorted(output["data"])[0] for name, output in data.items()} == {
        "fig-lines": "image/svg+xml",
        "fig-map": "image/png",
        "accuracy": "text/plain",
    }
    shown = [sorted(output["data"])[0] for output in cell.outputs if output["output_type"] != "stream"]
    assert shown == ["image/svg+xml", "image/png", "application/vnd.jupyter.widget-view+json"]
    models = out.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert {"PlayModel", "IntSliderModel", "StackModel", "LinkModel"} <= {model["model_name"] for model in models}


def test_importing_the_figures_does_not_load_the_notebook_machinery():
    code = "import sys, nbkit.figures; sys.exit(bool({'IPython', 'ipywidgets', 'papermill'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
