import json

import numpy as np
import pytest
import xarray as xr

from nbkit import record, results
from nbkit.params import ParameterError
from nbkit.record import directions as recorder
from nbkit.record.directions import compared


def test_a_recording_is_stored_with_full_provenance(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    path = record.record("sigma-lenet", {"preset": "smoke", "n_train": 32, "n_test": 32, "device": "cpu"})
    stored = results.read(path)
    assert path.name == "sigma-lenet.nc"
    assert stored.sizes["sigma"] == 2 and stored.sizes["seed"] == 2
    assert json.loads(stored.attrs["parameters"])["n_train"] == 32
    assert stored.attrs["changed"] == "n_train = 32, n_test = 32"
    assert {"recipe", "preset", "device", "date", "commit", "seconds", "data_fingerprint"} <= set(stored.attrs)


def test_a_map_is_compared_with_the_released_one_seed_by_seed():
    found = xr.Dataset({"test_accuracy": (("direction", "seed"), [[50.0, 90.0], [60.0, 80.0], [99.0, 70.0]])})
    alike = compared(found, np.array([1.0, 2.0, 3.0])).correlation_released
    assert np.allclose(alike, [1, -1])
    assert "correlation_released" not in compared(found, None)
    assert "correlation_released" not in compared(found, np.full(3, 100.0))


def test_a_map_in_parts_is_that_of_all_modes_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    monkeypatch.setattr(recorder, "TOGETHER", 2)
    modes = np.array([[0, 0], [0, 4], [4, 4], [-2, 4], [8, 8]])
    problem = dict(sigma=1.0, n_train=64, n_test=32, epochs=2, batch=32, seeds=2, device="cpu")
    found, whole = recorder.in_parts("some", "logreg", modes, **problem), recorder.on_modes("logreg", modes, **problem)
    for name, values in whole.variables.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, err_msg=name)
    assert {name: found.attrs[name] for name in ("steps", "problem", "net")} == {
        name: whole.attrs[name] for name in ("steps", "problem", "net")
    }
    assert list(tmp_path.iterdir()) == []


def test_unknown_experiment_names_the_known_ones():
    with pytest.raises(ParameterError, match="map-lenet"):
        record.record("map-alexnet", {})
