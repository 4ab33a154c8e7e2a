import json

import pytest

from nbkit import record, results
from nbkit.params import ParameterError


def test_a_recording_is_stored_with_full_provenance(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    path = record.record("sigma-lenet", {"preset": "smoke", "n_train": 32, "n_test": 32, "device": "cpu"})
    stored = results.read(path)
    assert path.name == "sigma-lenet.nc"
    assert stored.sizes["sigma"] == 2 and stored.sizes["seed"] == 2
    assert json.loads(stored.attrs["parameters"])["n_train"] == 32
    assert stored.attrs["changed"] == "n_train = 32, n_test = 32"
    assert {"recipe", "preset", "device", "date", "commit", "seconds", "data_fingerprint"} <= set(stored.attrs)


def test_unknown_experiment_names_the_known_ones():
    with pytest.raises(ParameterError, match="map-lenet"):
        record.record("map-alexnet", {})
