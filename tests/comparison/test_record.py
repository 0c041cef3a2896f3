import json
from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import Comparison, Run
from keras_lateral.comparison.measures import is_condition, measure_of
from tests.comparison.synthetic import synthetic


@pytest.fixture
def comparison() -> Comparison:
    return synthetic([0.05, 0.0], 4, np.random.default_rng(0))


def test_it_comes_back_from_its_file(comparison, tmp_path):
    comparison.save(tmp_path / "new" / "comparison.json")
    assert Comparison.load(tmp_path / "new" / "comparison.json") == comparison


def test_its_file_is_json_for_everyone_also_of_a_training_that_diverged(comparison, tmp_path):
    nan = float("nan")
    history = {"loss": [1.0, nan]}
    run = Run("method 1", 9, {"accuracy": 0.1, "loss": nan}, 1.0, True, history)
    with_nan = replace(comparison, runs=(*comparison.runs, run))
    with_nan.save(tmp_path / "c.json")
    text = (tmp_path / "c.json").read_text()
    assert "NaN" not in text
    last = json.loads(text)["runs"][-1]
    assert last["measures"] == {"accuracy": 0.1}
    assert last["history"] == {"loss": [1.0, None]}


def test_a_file_that_was_cut_off_is_named_in_a_sentence(comparison, tmp_path):
    file = tmp_path / "all.json"
    comparison.save(file)
    whole = file.read_text()
    for text in ("", whole[:100], "[]", '{"name": "digits"}', "\0" * 10):
        file.write_text(text)
        with pytest.raises(
            ValueError, match=r"all\.json is not a saved comparison: it was cut off"
        ):
            Comparison.load(file)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Comparison.load(tmp_path / "nowhere.json")


@pytest.mark.parametrize("measure", ["accuracy", "train_accuracy", "calibration_error", "fog-1"])
def test_differences_of_shares_have_possible_intervals(measure):
    values = {"baseline": (0.1, 0.9), "mine": (0.8, 0.2)}  # Student's t says -895 to +895 points
    runs = [Run(name, s, {measure: values[name][s]}, 1.0) for name in values for s in (0, 1)]
    comparison = Comparison("few", ("mine",), (0, 1), tuple(runs))
    (compared,) = comparison.compared(measure)
    assert (compared.difference.low, compared.difference.high) == (-1, 1)
    assert compared.verdict.endswith("too few pairs to know more")


def test_losses_differ_by_any_amount():
    values = {"baseline": (0.1, 9.0), "mine": (8.0, 0.2)}
    runs = [Run(name, s, {"loss": values[name][s]}, 1.0) for name in values for s in (0, 1)]
    (compared,) = Comparison("few", ("mine",), (0, 1), tuple(runs)).compared("loss")
    assert compared.difference.low < -100


def test_only_seeds_that_both_have_are_compared(comparison):
    runs = [run for run in comparison.runs if (run.method, run.seed) != ("method 1", 2)]
    first, second = replace(comparison, runs=tuple(runs)).compared()
    assert (first.difference.pairs, second.difference.pairs) == (3, 4)
    baseline, values = comparison.values("baseline"), comparison.values("method 1")
    expected = np.mean([values[seed] - baseline[seed] for seed in (0, 1, 3)])
    assert first.difference.mean == pytest.approx(expected)


def test_a_method_without_a_pair_is_left_out(comparison):
    runs = [run for run in comparison.runs if run.method != "method 1"]
    (only,) = replace(comparison, runs=tuple(runs)).compared()
    assert only.method == "method 2"
    assert only.methods == 1


def test_an_accuracy_is_known_no_better_than_its_images_tell(comparison):
    coarse = replace(comparison, settings={"test_images": 20})
    assert comparison.compared()[0].difference.deviation < 0.05
    assert coarse.compared()[0].difference.deviation == pytest.approx(0.05)


def test_diverged_trainings_are_counted_in_the_verdict(comparison):
    runs = tuple(
        replace(run, diverged=run.method == "method 2" and run.seed < 2) for run in comparison.runs
    )
    found = replace(comparison, runs=runs)
    assert found.diverged("method 2") == 2
    assert "(2 of 4 trainings diverged)" in str(found)


def test_the_table_shows_every_methods_mean_spread_and_difference(comparison):
    text = str(comparison)
    values = 100 * np.array(list(comparison.values("method 1").values()))
    compared = comparison.compared()[0]
    row = next(line for line in text.splitlines() if line.startswith("method 1 "))
    assert f"{values.mean():.1f}" in row
    assert f"{values.std(ddof=1):.1f}" in row
    assert f"{100 * compared.difference.mean:+.1f}" in row
    assert f"{compared.adjusted_p:.3f}" in row
    assert compared.verdict in text


def test_one_seed_makes_a_table_without_intervals():
    text = str(synthetic([0.05], 1, np.random.default_rng(0)))
    assert "1 seed\n" in text
    assert "at least two seeds" in text
    assert "nan" not in text


def test_measures_that_nobody_named_are_accuracies_under_conditions():
    assert is_condition("fog-3")
    assert not is_condition("calibration_error")
    assert measure_of("fog-3").title == "accuracy under fog-3"
    assert measure_of("loss").show(-0.12345, sign=True) == "-0.123"
    assert measure_of("accuracy").show(-1e-9, sign=True) == "+0.0"
