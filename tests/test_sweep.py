"""A sweep runs every point once, tells what failed, goes on where it stopped, and starts nothing that is wrong."""

import csv
import json
import sys

import pytest

from nbkit import params, press, sweep

GRID = {"sigma": [0.5, 1.0], "seeds": [2, 3]}


class Press:
    """Stands in for the press: writes a notebook with one report, or fails where it is told to."""

    def __init__(self):
        self.asked, self.failing = [], set()

    def __call__(self, source, given, notebook):
        self.asked.append((given["sigma"], given["seeds"]))
        if self.asked[-1] in self.failing:
            raise press.PressError("cell 3 failed")
        report = {"id": "NAD-2", "part": "lenet", "value": given["sigma"], "low": 0, "high": 9, "n": given["seeds"]}
        output = {"metadata": {"nbkit": {"claims": [report | {"recorded": False}]}}}
        made_from = press.key(source, params.validate("07", given))
        content = {"cells": [{"outputs": [output]}], "metadata": {"nbkit": {"key": made_from}}}
        notebook.parent.mkdir(exist_ok=True)
        notebook.write_text(json.dumps(content))


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(press, "execute", fake := Press())
    return fake


def run(folder, grid=GRID, **options):
    return sweep.sweep("07", grid, folder, given={"preset": "smoke"}, **{"jobs": 1} | options)


def test_every_point_is_run_once_and_has_its_rows(fake, tmp_path):
    table, failures = run(tmp_path)
    assert sorted(fake.asked) == [(0.5, 2), (0.5, 3), (1.0, 2), (1.0, 3)] and not failures
    with open(table) as file:
        header, *rows = csv.reader(file)
    assert header == ["sigma", "seeds", "id", "part", "value", "low", "high", "n"]
    assert sorted(rows)[2] == ["1.0", "2", "NAD-2", "lenet", "1.0", "0", "9", "2"] and len(rows) == 4


def test_a_failure_loses_its_point_only_and_the_next_try_runs_nothing_else(fake, tmp_path):
    fake.failing.add((1.0, 3))
    table, failures = run(tmp_path)
    assert failures == ["sigma=1.0_seeds=3: cell 3 failed"] and len(table.read_text().splitlines()) == 4
    fake.failing.clear()
    fake.asked.clear()
    assert run(tmp_path)[1] == [] and fake.asked == [(1.0, 3)]


def test_nothing_starts_when_one_point_is_wrong(fake, tmp_path):
    with pytest.raises(params.ParameterError, match="sigma = -1"):
        run(tmp_path, {"sigma": [1.0, -1]})
    with pytest.raises(params.ParameterError, match="did you mean sigma"):
        run(tmp_path, {"sgima": [1.0]})
    assert not fake.asked


def test_a_parameter_given_twice_or_no_jobs_at_all_start_nothing(fake, tmp_path):
    with pytest.raises(ValueError, match="seeds is given by -p and in the grid"):
        sweep.sweep("07", GRID, tmp_path, given={"preset": "smoke", "seeds": 2}, jobs=1)
    for jobs in (0, -1):
        with pytest.raises(ValueError, match=f"jobs must be at least 1, not {jobs}"):
            run(tmp_path, jobs=jobs)
    assert not fake.asked


@pytest.mark.parametrize("grid", [None, {}, [1, 2], {"sigma": 1.0}, {"sigma": []}])
def test_a_grid_is_lists_by_name(grid):
    with pytest.raises(ValueError, match="a grid is a list of values"):
        sweep.points(grid)


def test_file_names_are_safe_and_tell_points_apart():
    assert sweep.file_name({"margin": "code", "frequencies": [0, 8]}) == "margin=code_frequencies=,0,8,.ipynb"
    long = [sweep.file_name({"frequencies": [*range(60), last]}) for last in (60, 61)]
    assert long[0] != long[1] and max(map(len, long)) < 100
    assert "/" not in sweep.file_name({"path": "../../x"})


def test_a_cluster_that_is_not_there_is_one_sentence(fake, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray.util.joblib", None)
    with pytest.raises(ValueError, match="pip install 'ray'"):
        run(tmp_path, backend="ray")
    with pytest.raises(ValueError, match="loky, dask, ray"):
        run(tmp_path, backend="slurm")
    with pytest.raises(ValueError, match="--backend dask"):
        run(tmp_path, scheduler="tcp://head:8786")
    assert not fake.asked
