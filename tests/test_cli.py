"""The command: quick to answer, free of Jupyter where it must be, and one sentence for each error."""

import subprocess
import sys

import pytest

from nbkit import cli


def nbkit(*arguments):
    return subprocess.run([sys.executable, "-m", "nbkit", *arguments], capture_output=True, text=True)


def imported(statement):
    """Names of the modules that a statement pulls in, in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_help_needs_nothing_heavy():
    heavy = {"torch", "numpy", "pydantic", "papermill", "sphinx", "matplotlib", "xarray"}
    assert not heavy & imported("import nbkit.cli")


def test_recording_needs_no_jupyter():
    heavy = {"IPython", "papermill", "jupytext", "nbformat", "sphinx", "matplotlib", "ipywidgets"}
    assert not heavy & imported("import nbkit.record")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "07", "-p", "sgima", "1"], "did you mean sigma"),
        (["run", "07", "-p", "seeds", "many"], "seeds = 'many'"),
        (["run", "07", "-p", "frequencies", "[0, 4"], "frequencies: '[0, 4' cannot be read"),
        (["run", "07", "-p", "seeds"], "-p seeds has no value; write -p seeds VALUE"),
        (["run", "07", "-p", "seeds="], "-p seeds has no value"),
        (["run", "07", "-p", "seeds", "--preset", "smoke"], "-p seeds has no value"),
        (["run", "07", "-p", "seeds", "2", "-p", "seeds", "3"], "-p seeds is given twice"),
        (["run", "07", "-p", "xyzzy", "3"], "no parameter 'xyzzy'; nbkit params 07 shows those it has"),
        (["sweep", "07", "--grid", "nowhere.yml", "-o", "x"], "the grid nowhere.yml cannot be read: No such file"),
        (["run", "99"], "there is no chapter '99'"),
        (["run", "07", "--preset", "huge"], "smoke, book, paper"),
        (["build", "--preset", "huge"], "smoke, book or paper"),
        (["record", "nothing"], "there is no experiment 'nothing'"),
        (["record", "map-lenet", "-p", "sigma", "-3"], "sigma = -3"),
        (["params", "chapter"], "there is no chapter"),
    ],
)
def test_user_errors_are_one_sentence_and_exit_1(arguments, says):
    done = nbkit(*arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1


def test_parameters_as_two_words_or_one():
    joined = cli._join_parameters(["run", "07", "-p", "sigma", "1.5", "-p", "seeds=2", "-o", "x.ipynb"])
    assert joined == ["run", "07", "-p", "sigma=1.5", "-p", "seeds=2", "-o", "x.ipynb"]
    assert cli._parse(["sigma=1.5", "frequencies=[0, 4]", "margin=text"]) == {
        "sigma": 1.5,
        "frequencies": [0, 4],
        "margin": "text",
    }


def test_params_and_doctor_answer():
    assert "n_train" in nbkit("params", "07").stdout
    assert "torch" in nbkit("doctor").stdout


def test_unchanged_verdicts_are_said_to_be_with_their_preset_and_counts():
    live = {"preset": "book", "verdict": "reproduced", "recorded": {"preset": "paper", "verdict": "partly"}}
    not_run = {"preset": None, "verdict": "not run", "recorded": None}
    said = "all verdicts are as committed; live (book): 1 reproduced, 1 not run; recorded (paper): 1 partly, 1 not run"
    assert cli._as_committed([live, not_run]) == said
