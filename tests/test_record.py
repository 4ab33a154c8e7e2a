import json

import numpy as np
import pytest
import xarray as xr

from nbkit import record, results
from nbkit.params import ParameterError
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


def test_unknown_experiment_names_the_known_ones():
    with pytest.raises(ParameterError, match="map-lenet"):
        record.record("map-alexnet", {})
