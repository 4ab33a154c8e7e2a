import json

import numpy as np
import pytest
import xarray as xr

from nbkit import results


@results.experiment
def squares(n, *, power=2.0, device="cpu"):
    return xr.Dataset({"y": ("x", np.arange(n) ** power)}, coords={"x": np.arange(n)}, attrs={"net": "none"})


def test_an_experiment_says_how_it_was_made():
    attrs = squares(3, power=3.0).attrs
    assert attrs["experiment"] == "squares" and attrs["net"] == "none"
    assert json.loads(attrs["parameters"]) == {"args": [3], "power": 3.0}
    assert {"device", "seconds", "date", "commit", "versions"} <= set(attrs)


def test_saved_and_read_again_with_provenance(tmp_path):
    dataset = squares(4)
    path = results.save(dataset, tmp_path / "deep" / "squares.nc")
    xr.testing.assert_identical(results.read(path), dataset)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = results.save(squares(4), tmp_path / "squares.nc")

    def broken(self, target, **_):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", broken)
    with pytest.raises(OSError, match="No space"):
        results.save(squares(9), path)
    assert [p.name for p in tmp_path.iterdir()] == ["squares.nc"]
    assert results.read(path).sizes["x"] == 4


def test_recorded_is_none_until_it_was_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    assert results.recorded("squares") is None
    results.save(squares(2), tmp_path / "squares.nc")
    assert results.recorded("squares").sizes["x"] == 2
    assert "commit" in results.label(results.recorded("squares"))
