"""An interrupted recording goes on where it was, and nothing is left behind."""

import pytest
import xarray as xr

from nbkit import results
from nbkit.record.parts import joined, kept


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    return []


def test_finished_parts_are_not_made_again_after_an_interruption(made, tmp_path):
    @results.experiment
    def squares(n, *, fails=False):
        made.append(n)
        if fails:
            raise KeyboardInterrupt
        return xr.Dataset({"square": ("n", [float(n * n)])}, coords={"n": [n]})

    with pytest.raises(KeyboardInterrupt), kept("squares") as part:
        part(squares, 2)
        part(squares, 3, fails=True)
    with kept("squares") as part:
        whole = joined([part(squares, n) for n in (2, 3)], "n")
    assert made == [2, 3, 3]
    assert whole.square.values.tolist() == [4, 9] and whole.n.values.tolist() == [2, 3]
    assert list(tmp_path.iterdir()) == []


def test_other_arguments_are_another_part(made):
    @results.experiment
    def twice(n, *, seed):
        made.append((n, seed))
        return xr.Dataset({"value": 2.0 * n})

    with kept("twice") as part:
        found = [part(twice, 1, seed=s) for s in (0, 0, 1)]
        whole = joined(found[1:], "s", [0, 1])
    assert made == [(1, 0), (1, 1)] and whole.value.dims == ("s",)
    assert whole.attrs["seconds"] == pytest.approx(sum(f.attrs["seconds"] for f in found[1:]), abs=0.01)
