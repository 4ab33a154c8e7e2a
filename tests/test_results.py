import json

import numpy as np
import pytest
import xarray as xr

from nbkit import params, results


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


def test_a_file_that_does_not_say_what_was_changed_is_asked_for_its_parameters(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    usual = params.validate("16", {"preset": "paper"})
    smaller = params.validate("16", {"preset": "paper", "steps": 20, "seed": 3, "device": "cpu"})
    for name, parameters in (("usual", usual), ("smaller", smaller)):
        dataset = squares(2).assign_attrs(preset="paper", parameters=parameters.model_dump_json())
        results.save(dataset, tmp_path / f"{name}.nc")
    assert results.recorded("usual").attrs["changed"] == ""
    assert results.recorded("smaller").attrs["changed"] == "steps = 20"
    assert results.label(results.recorded("smaller")).startswith("paper, with steps = 20, ")


def test_every_recording_of_the_book_says_what_its_parameters_say():
    for path in results.RECORDED.glob("*.nc"):
        dataset = results.recorded(path.stem)
        assert dataset.attrs["changed"] == results.changed(json.loads(dataset.attrs["parameters"])), path.stem


def test_several_labels_say_once_what_all_share():
    about = dict(preset="paper", date="2026-01-02 03:04 UTC", commit="c0ffee")
    two, five = (
        xr.Dataset(
            coords={"seed": range(4)}, attrs=about | {"data": f"stripe, d={d}, h=3", "changed": f"p = [1, {d}], h = 3"}
        )
        for d in (2, 5)
    )
    assert results.labels([two]) == results.label(two)
    assert results.label(two) == "paper, with p = [1, 2], h = 3, 4 seeds, 2026-01-02, stripe, d=2, h=3, commit c0ffee"
    both = "paper, h = 3, 4 seeds, 2026-01-02, stripe, h=3, commit c0ffee; with p = [1, 2], d=2; with p = [1, 5], d=5"
    assert results.labels([two, five]) == both
    assert results.labels([]) == "nothing has been recorded yet"


def test_an_experiment_without_a_device_ran_on_the_cpu(monkeypatch):
    monkeypatch.setattr(results.machine, "describe", lambda device: device)
    label = lambda function, **options: results.experiment(function)(**options).attrs["device"]
    assert label(lambda: xr.Dataset()) == "cpu"
    assert label(lambda device="auto": xr.Dataset()) == "auto"
    assert label(lambda device="auto": xr.Dataset(), device="cuda") == "cuda"
    assert label(lambda **training: xr.Dataset()) == "auto"
