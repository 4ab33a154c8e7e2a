"""The press on tiny chapters of its own: what is executed, what is published, and what happens when a run fails."""

import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time

import pytest

from nbkit import press
from nbkit.params import ParameterError

CHAPTER = """# %% [markdown]
# # A tiny chapter

# %% tags=["parameters"]
preset: str = "book"  # size
sigma: float = 3.0  # noise

# %%
{body}
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one chapter in a folder of its own; returns a function that writes the chapter's body."""
    for name in ("chapters", "book"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(press, "chapters", lambda: ["07_tiny"])
    monkeypatch.setattr(press, "CHAPTERS", tmp_path / "chapters")
    monkeypatch.setattr(press, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(press, "PUBLISHED", tmp_path / "book" / "_executed")

    def write(body):
        (tmp_path / "chapters" / "07_tiny.py").write_text(CHAPTER.format(body=body))
        return tmp_path / "out" / "07_tiny.ipynb"

    return write


def test_a_chapter_is_executed_with_its_parameters_and_stamped(book):
    output = book("print('sigma is', sigma)")
    press.execute(press.source("07_tiny"), {"preset": "smoke", "sigma": 1.5}, output)
    notebook = json.loads(output.read_text())
    printed = [o["text"] for cell in notebook["cells"] for o in cell.get("outputs", [])]
    assert printed == [["sigma is 1.5\n"]]
    assert notebook["metadata"]["nbkit"]["preset"] == "smoke"
    assert notebook["metadata"]["nbkit"]["parameters"]["sigma"] == 1.5
    assert [path.name for path in output.parent.iterdir()] == ["07_tiny.ipynb"]
    assert str(output.parent) not in output.read_text()


def test_the_cells_are_counted_in_the_terminal_where_that_is_wanted(book, capfd):
    output = book("print(1)")
    press.execute(press.source("07_tiny"), {}, output)
    assert "Executing" not in capfd.readouterr().err
    press.execute(press.source("07_tiny"), {}, output, progress=True)
    assert "Executing" in capfd.readouterr().err


def test_a_failing_chapter_publishes_nothing_and_leaves_the_partial_notebook(book):
    output = book("first = 1\n1 / 0")
    with pytest.raises(press.PressError, match=r"ZeroDivisionError(.|\n)*at: 1 / 0"):
        press.execute(press.source("07_tiny"), {}, output)
    assert [path.name for path in output.parent.iterdir()] == ["07_tiny.failed.ipynb"]


def test_a_warning_is_not_published(book):
    output = book("import warnings\nwarnings.warn('half of the points are missing')")
    with pytest.raises(press.PressError, match="half of the points are missing"):
        press.execute(press.source("07_tiny"), {}, output)
    assert not output.exists()


def test_a_killed_kernel_is_one_sentence(book):
    output = book("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(press.PressError, match="the kernel was killed"):
        press.execute(press.source("07_tiny"), {}, output)
    assert not output.exists()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc's malloc")
def test_a_kernel_keeps_the_memory_it_has_freed(book):
    pages = "lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt"
    body = f"import resource\npages = {pages}\nold = pages()\nfor _ in range(20):\n    b'x' * 50_000_000"
    output = press.execute(press.source("07_tiny"), {}, book(body + "\nprint(pages() - old)"))
    (printed,) = (o["text"][0] for cell in json.loads(output.read_text())["cells"] for o in cell.get("outputs", []))
    assert int(printed) < 2 * 50_000_000 / resource.getpagesize()


def test_bad_parameters_start_nothing(book):
    output = book("print(1)")
    with pytest.raises(ParameterError, match="did you mean sigma"):
        press.execute(press.source("07_tiny"), {"sgima": 1.0}, output)
    assert not output.parent.exists()


def test_a_new_recording_is_news_to_the_chapters_that_may_read_it(book, tmp_path, monkeypatch):
    from nbkit import params, results

    monkeypatch.setattr(results, "RECORDED", tmp_path)
    book('recorded(f"map-{sigma}")')
    key = lambda: press.key(press.source("07_tiny"), params.validate("07", {}))
    before = key()
    (tmp_path / "sphere-d2.nc").write_bytes(b"1")
    assert key() == before
    (tmp_path / "map-lenet.nc").write_bytes(b"1")
    assert key() != before


def test_released_directions_are_news_to_the_chapters_that_may_read_them(book, monkeypatch):
    from nbkit import params

    key = lambda: press.key(press.source("07_tiny"), params.validate("07", {}))
    for source, follows in (("nads.released(net)", True), ("print(1)", False)):
        book(source)
        monkeypatch.delenv("NBKIT_REFERENCE", raising=False)
        without = key()
        monkeypatch.setenv("NBKIT_REFERENCE", "somewhere")
        assert (key() != without) == follows


def test_the_key_follows_source_and_parameters_and_nothing_else(book):
    from nbkit import params

    book("print(1)")
    key = lambda **given: press.key(press.source("07_tiny"), params.validate("07", given))
    before = key()
    assert key() == before
    assert key(sigma=2.0) != before
    book("print(2)")
    assert key() != before


def test_build_runs_what_changed_once_and_keeps_the_published_notebook_on_failure(book):
    lines = []
    book("print('one')")
    assert [o.error for o in press.build("smoke", say=lines.append)] == [""]
    published = press.PUBLISHED / "07_tiny.ipynb"
    first = published.read_text()
    press.build("smoke", say=lines.append)
    assert "unchanged" in lines[-1] and published.read_text() == first
    book("1 / 0")
    assert "ZeroDivisionError" in press.build("smoke", say=lines.append)[0].error
    assert published.read_text() == first


def test_a_killed_process_of_the_build_is_one_sentence(book):
    book("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    (outcome,) = press.build("smoke", say=lambda line: None)
    assert outcome.error.startswith("07_tiny: ") and "terminated abruptly" in outcome.error
    assert not (press.PUBLISHED / "07_tiny.ipynb").exists()


def test_a_source_edited_during_the_run_is_stale(book, tmp_path):
    from nbkit import params

    source = tmp_path / "chapters" / "07_tiny.py"
    output = book(f"open({str(source)!r}, 'a').write('# more')")
    press.execute(source, {}, output)
    stamped = json.loads(output.read_text())["metadata"]["nbkit"]["key"]
    assert stamped != press.key(source, params.validate("07", {}))


def test_ctrl_c_ends_a_build_in_one_sentence_and_leaves_nothing(tmp_path):
    from nbkit import ROOT

    notebooks = lambda: sorted((ROOT / "_build").rglob("*.ipynb"))
    before = notebooks()
    build = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "nbkit",
            "build",
            "--preset",
            "smoke",
            "--force",
            "--only",
            "07",
            "--site",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job's children ignore it
    )
    for _ in range(600):  # until the chapter is being executed
        if notebooks() != before:
            break
        time.sleep(0.1)
    os.killpg(build.pid, signal.SIGINT)
    _, said = build.communicate(timeout=60)
    assert build.returncode == 130
    assert said == "nbkit: stopped; what was complete is kept\n"
    assert notebooks() == before
    assert not list(tmp_path.iterdir())


def test_two_builds_at_once_are_refused(book):
    with press.lock(), pytest.raises(press.PressError, match="another build"), press.lock():
        pass


def test_every_chapter_of_the_book_has_a_source_and_parameters_and_is_in_order():
    from nbkit import ROOT, params

    sources = {path.stem for path in (ROOT / "chapters").glob("*.py")}
    assert set(press.chapters()) <= sources
    assert press.chapters() == sorted(press.chapters())
    assert sorted(name[:2] for name in sources) == sorted(params.models())


@pytest.mark.parametrize("name", sorted(path.stem for path in press.CHAPTERS.glob("*.py")))
def test_the_parameters_cell_names_the_parameters_of_the_model_with_their_meaning(name):
    from nbkit import params

    text = press.source(name).read_text()
    cell = text.split('# %% tags=["parameters"]\n')[1].split("# %%")[0].strip().splitlines()
    named = {line.split(":")[0] for line in cell}
    assert named == set(params.model(name).model_fields)
    assert all("  # " in line for line in cell)
