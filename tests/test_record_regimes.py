import pytest

from nbkit import record, results


@pytest.mark.parametrize(
    ("name", "axis"),
    [("stripe-kernels", "d"), ("sphere-constant", "d"), ("crossover", "alpha"), ("dial", "h"), ("dial-cnn", "alpha")],
)
def test_a_recording_of_part_three_has_its_axes(name, axis, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    stored = results.read(record.record(name, {"preset": "smoke", "device": "cpu"}))
    assert axis in stored.dims and stored.attrs["preset"] == "smoke"
    assert stored.seed.values[0] == 0


def test_every_recipe_takes_the_parameters_of_its_chapter():
    recipes = record.recipes()
    assert {recipes[name].chapter for name in ("dial", "stripe-d3", "sphere-d10", "attractors")} == {
        "11",
        "12",
        "13",
        "14",
    }
