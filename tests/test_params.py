"""Nothing starts with a wrong name or value: what is refused, and what the sentence says."""

import pytest

from nbkit import params
from nbkit.params import ParameterError

BAD = [
    ({"sgima": 2.0}, "did you mean sigma"),
    ({"xyzzy": 3}, "chapter 07 has no parameter 'xyzzy'; nbkit params 07 shows those it has"),
    ({"Sigma": 2.0}, "sigma"),
    ({"n_trian": 3}, "n_train"),
    ({"sigma": -1.0}, "sigma = -1.0 is refused: must be number > 0"),
    ({"sigma": 0.0}, "> 0"),
    ({"sigma": 1e9}, "≤ 100"),
    ({"sigma": float("nan")}, "sigma"),
    ({"sigma": float("inf")}, "sigma"),
    ({"sigma": "3"}, "sigma = '3'"),
    ({"sigma": [3.0]}, "sigma"),
    ({"seeds": 1}, "≥ 2"),
    ({"seeds": 2.5}, "seeds = 2.5"),
    ({"seeds": True}, "seeds = True"),
    ({"seeds": "three"}, "integer"),
    ({"n_train": 0}, "≥ 1"),
    ({"margin": "texts"}, "one of text, code"),
    ({"margin": 1}, "text, code"),
    ({"preset": "large"}, "smoke, book, paper"),
    ({"preset": 3}, "preset = 3"),
    ({"device": "gpu"}, "auto, cpu, cuda"),
    ({"frequencies": "[0, 4]"}, "frequencies"),
    ({"frequencies": [0, 40]}, "frequencies.1 = 40"),
    ({"frequencies": [3]}, "frequencies"),
    ({"seed": -1}, "≥ 0"),
    ({"seed": 2**40}, "2147483648"),
]


@pytest.mark.parametrize(("given", "says"), BAD)
def test_bad_input_is_refused_in_one_sentence(given, says):
    with pytest.raises(ParameterError) as refused:
        params.validate("07", given)
    message = str(refused.value)
    assert says in message
    assert "\n" not in message


def test_every_fault_is_named_at_once():
    with pytest.raises(ParameterError) as refused:
        params.validate("07", {"sgima": 1, "seeds": 0})
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("chapter", sorted(params.models()))
@pytest.mark.parametrize("preset", params.PRESETS)
def test_every_preset_of_every_chapter_is_complete_and_valid(chapter, preset):
    assert params.validate(chapter, {"preset": preset}).preset == preset


def test_a_given_value_wins_over_the_preset_and_none_leaves_it():
    p = params.validate("07", {"preset": "smoke", "seeds": 7, "epochs": None})
    assert p.seeds == 7
    assert p.epochs == params.models()["07"].at("smoke")["epochs"]


def test_whole_numbers_pass_for_real_ones():
    assert params.validate("7", {"sigma": 2}).sigma == 2.0


def test_parameters_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        params.validate("07", {}).sigma = 1.0


def test_a_chapter_refuses_what_papermill_injected_and_it_does_not_know():
    namespace = {"sigma": 2.0, "sgima": 1.5, "In": ["", "sigma: float = 3.0", "# Parameters\nsgima = 1.5\n"]}
    with pytest.raises(ParameterError, match="did you mean sigma"):
        params.load("07", namespace)


def test_a_chapter_ignores_its_own_other_variables():
    namespace = {"sigma": 2.0, "helper": 3, "In": ["", "helper = 3", "# Parameters\nsigma = 2.0\n"]}
    assert params.load("07", namespace).sigma == 2.0


def test_unknown_chapter_names_those_there_are():
    with pytest.raises(ParameterError, match="07"):
        params.model("99")


def test_the_table_shows_every_parameter_with_the_values_of_this_run():
    p = params.validate("07", {"preset": "smoke", "sigma": 1.25})
    shown = params.table(p)._repr_html_()
    assert all(f"<code>{name}</code>" in shown for name in type(p).model_fields)
    assert "1.25" in shown and "1.25" in repr(params.table(p))
