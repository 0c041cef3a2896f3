import json
from math import nan

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_lateral import SigmaTrial, SigmaTuning

BASELINE = SigmaTrial("no mask", None, 9, (0.80, 0.90))
LOW = SigmaTrial("2", 0.7, 9, (0.82, 0.90))
MIDDLE = SigmaTrial("0", 1.0, 9, (0.84, 0.88))
HIGH = SigmaTrial("1", 2.0, 3, (0.99, 0.99))  # of fewer epochs
RECORD = SigmaTuning(BASELINE, (LOW, MIDDLE, HIGH), (0, 1), {"tuner": "hyperband"})


def test_the_best_is_chosen_among_what_was_trained_as_long_as_the_baseline():
    assert RECORD.complete == (LOW, MIDDLE)
    assert RECORD.best is LOW  # of two equal means the smaller sigma
    assert RECORD.best_sigma == 0.7


def test_differences_are_paired_by_seed():
    assert_allclose(RECORD.differences(MIDDLE), [0.04, -0.02], atol=1e-12)


def test_json_holds_every_value(tmp_path):
    read = json.loads(RECORD.to_json(tmp_path / "record.json"))
    assert json.loads((tmp_path / "record.json").read_text(encoding="utf-8")) == read
    trials = tuple(
        SigmaTrial(**{**trial, "accuracies": tuple(trial["accuracies"])})
        for trial in read["trials"]
    )
    assert trials == RECORD.trials
    assert read["baseline"]["accuracies"] == [0.80, 0.90]
    assert read["settings"] == {"tuner": "hyperband"}
    assert_allclose(read["luck"], RECORD.luck)


def test_the_table_gives_means_and_paired_differences_with_their_standard_errors():
    head, _, *rows = str(RECORD).split("\n\n")[0].splitlines()
    assert head == "Validation accuracy in %, 2 seeds"
    numbers = [row.replace("no mask", "0").split() for row in rows]
    assert [row[:5] for row in numbers] == [
        ["0", "9", "85.00", "80.00", "90.00"],
        ["0.7", "9", "86.00", "82.00", "90.00"],
        ["1", "9", "86.00", "84.00", "88.00"],
        ["2", "3", "99.00", "99.00", "99.00"],
    ]
    error = 100 * np.std([0.04, -0.02], ddof=1) / np.sqrt(2)
    assert rows[2].endswith(f"+1.00 (standard error {error:.2f})")
    assert len(numbers[3]) == 5  # of fewer epochs: not compared


def test_the_words_say_that_the_best_of_several_looks_better_than_it_is():
    words = str(RECORD).split("\n\n")[1]
    assert "Best sigma: 0.7 pixels, of 2 tried." in words
    assert f"by about {100 * RECORD.luck:.2f}." in words
    assert "looks better than it is" in words


def test_one_seed_cannot_distinguish_an_effect_from_chance():
    trials = tuple(SigmaTrial(trial.name, trial.sigma, 9, (trial.mean,)) for trial in (LOW, MIDDLE))
    record = SigmaTuning(SigmaTrial("no mask", None, 9, (0.8,)), trials, (0,))
    assert record.luck == pytest.approx(nan, nan_ok=True)
    assert "an effect cannot be distinguished from chance" in str(record)
    assert json.loads(record.to_json())["luck"] is None
