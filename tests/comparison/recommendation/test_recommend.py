"""Greedy steps find what was planted, with seeds that nothing was chosen by."""

import argparse
import json
import re
from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_lateral import (
    AddedMethod,
    Comparison,
    Method,
    Recommendation,
    RecommendationStep,
    Run,
    adjust_for_many,
    paired_difference,
    recommend,
)
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.command.recommendation import (
    most_tuned,
    print_recommendation,
    recommendation_plan,
)
from keras_lateral.comparison.recommendation import recommend as module
from tests.comparison.tiny import tiny_images, tiny_model

# Other backends train through the same code.
pytestmark = pytest.mark.home

DATA = tiny_images()
EFFECTS = {"a": 0.06, "b": 0.03, "c": -0.02, "none": 0.0}


def planted(monkeypatch, effects, lucky=()):
    """Has `compare` return additive effects; `lucky` ones turn to harm after the first seeds."""
    looks = []

    def compare(build_model, data, methods, *, seeds, **options):
        looks.append(([method.name for method in methods], tuple(seeds)))
        runs = []
        for seed in seeds:
            base = np.random.default_rng(seed).normal(0.5, 0.02)
            for name in ("baseline", *(method.name for method in methods)):
                parts = [] if name == "baseline" else name.split("+")
                signs = [-1 if p in lucky and seed >= 5 else 1 for p in parts]
                gain = sum(s * effects[p] for s, p in zip(signs, parts, strict=True))
                noise = np.random.default_rng([seed, len(name), ord(name[-1])]).normal(0, 0.002)
                runs.append(Run(name, seed, {"accuracy": float(base + gain + noise)}, 1.0))
        names = tuple(method.name for method in methods)
        settings = {"methods": {name: {} for name in names}, "epochs": 7, "batch_size": 6}
        return Comparison("planted", names, tuple(seeds), tuple(runs), settings)

    monkeypatch.setattr(module, "compare", compare)
    return looks


def methods(*names, **settings):
    return [Method(name, **settings) for name in names]


def asked(chosen, **options):
    return recommend(tiny_model, DATA, chosen, epochs=1, progress=False, **options)


def test_methods_that_help_are_switched_on_the_best_first(monkeypatch) -> None:
    looks = planted(monkeypatch, EFFECTS)
    record = asked(methods(*EFFECTS), max_steps=4)
    assert record.methods == ("a", "b")
    assert record.reason == "nothing more adds a gain beyond chance"
    assert record.steps[1].given == ("a",)
    assert record.steps[1].again.mean == pytest.approx(EFFECTS["b"], abs=0.005)
    assert record.total.mean == pytest.approx(EFFECTS["a"] + EFFECTS["b"], abs=0.005)
    assert looks[2][0] == ["a", "a+b", "a+c", "a+none"]


@pytest.mark.parametrize(("helping", "max_steps"), [("abcd", 3), ("abcd", 9), ("a", 1), ("", 3)])
def test_the_command_says_before_how_many_trainings_there_are(
    monkeypatch, helping, max_steps
) -> None:
    names = "abcd"
    looks = planted(monkeypatch, {n: 0.03 * (n in helping) * (1 + ord(n) % 7) for n in names})
    asked(methods(*names), max_steps=max_steps, seeds=4)
    made = sum((1 + len(arms)) * len(seeds) for arms, seeds in looks)
    options = argparse.Namespace(model="small", recommend=max_steps, seeds=4, epochs=9)
    text = recommendation_plan(options, names)
    assert text.startswith(f"At most {made} trainings ") if helping else f"; {made} if none" in text
    if helping:
        tuned = {arm for arms, _ in looks for arm in arms}
        assert most_tuned(len(names), min(max_steps, len(names))) == 1 + len(tuned)


def test_no_seed_is_used_twice(monkeypatch) -> None:
    looks = planted(monkeypatch, EFFECTS)
    asked(methods(*EFFECTS), max_steps=4, seeds=4)
    seeds = [seed for _, some in looks for seed in some]
    assert len(seeds) == len(set(seeds)) == 4 * len(looks)


def test_the_numbers_are_those_of_the_pairs_adjusted_after_holm(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    step = asked(methods(*EFFECTS), max_steps=1).steps[0]

    def value(name, seed):
        length, last = len(name), ord(name[-1])
        noise = np.random.default_rng([seed, length, last]).normal(0, 0.002)
        base = np.random.default_rng(seed).normal(0.5, 0.02)
        return base + noise + EFFECTS.get(name, 0.0)

    pairs = [
        paired_difference([value("baseline", s) for s in range(5)], [value(n, s) for s in range(5)])
        for n in EFFECTS
    ]
    adjusted = adjust_for_many([pair.p for pair in pairs])
    for candidate, pair, p in zip(step.candidates, pairs, adjusted, strict=True):
        found = (candidate.mean, candidate.low, candidate.high, candidate.p)
        np.testing.assert_allclose(found, (pair.mean, pair.low, pair.high, p), rtol=1e-9)


def test_a_gain_that_fresh_seeds_do_not_bear_out_is_not_recommended(monkeypatch) -> None:
    planted(monkeypatch, {"lucky": 0.1, "c": -0.02}, lucky=("lucky",))
    record = asked(methods("lucky", "c"))
    step = record.steps[0]
    assert step.candidates[0].mean > 0.09
    assert step.again.mean < -0.09
    assert not step.taken
    assert record.methods == ()
    assert "not borne out" in str(record)


def test_what_cannot_be_combined_is_left_out_and_named(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    first = Method("a", epochs=lambda epochs: 2 * epochs)
    second = Method("b", epochs=lambda epochs: 3 * epochs)
    record = asked([first, second, *methods("none")])
    assert record.methods == ("a",)
    assert [text.partition(":")[0] for text in record.skipped] == ["b with a"]
    assert "number of epochs" in record.skipped[0]


def test_where_nothing_helps_all_stays_off(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    record = asked(methods("c", "none"))
    assert record.methods == ()
    assert len(record.steps) == 1
    assert "Leave everything off" in str(record)


def test_what_may_yet_gain_is_not_called_no_help(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    record = asked(methods("c", "none"), seeds=2)
    c, none = record.steps[0].candidates
    assert c.high < 0.005 < none.high
    assert record.open == ("none",)
    text = str(record)
    assert "It is not known yet whether none helps; none of the others adds a gain" in text
    assert "The intervals of none hold a gain of 0.5 points or more" in text
    assert "Leave everything off" not in text
    assert "nothing is known yet" in repr(record)


def test_a_network_that_has_learned_nothing_gets_no_recommendation(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    made = module.compare

    def at_chance(*given, **options):
        comparison = made(*given, **options)
        return replace(comparison, settings={**comparison.settings, "classes": 2, "test_images": 9})

    monkeypatch.setattr(module, "compare", at_chance)
    record = asked(methods(*EFFECTS))
    assert record.methods == ()
    assert len(record.steps) == 1
    assert "No recommendation: the network has learned nothing." in str(record)
    assert Recommendation.from_dict(record.to_dict()) == record


def test_what_to_do_next_without_a_verdict_is_what_compare_says() -> None:
    text = "This network has learned nothing."
    withheld = {"short": "it has learned nothing", "text": text, "name": "learned nothing"}
    known = {"withheld": withheld, "epochs": 7}
    record = Recommendation("photos", (RecommendationStep((), ()),), settings=known)
    assert "First, twice as long:" in str(record)
    assert "    recommend(..., epochs=14)" in str(record)
    words = ["keras-lateral", "compare", "--images", "photos", "--recommend"]
    typed = replace(record, settings={**known, "command": words})
    assert f"    {' '.join(words)} --epochs 14" in str(typed)


def test_an_interval_that_excludes_0_beside_a_p_above_005_is_explained() -> None:
    stricter = AddedMethod("cutmix", 0.18, 0.001, 0.362, 0.051, (0, 1))
    record = Recommendation("photos", (RecommendationStep((), (stricter,)),))
    assert "An interval can exclude 0 where p is above 0.05." in str(record)
    plain = replace(stricter, low=-0.001)
    other = Recommendation("photos", (RecommendationStep((), (plain,)),))
    assert "An interval can exclude 0" not in str(other)


def test_a_small_p_is_a_bound_and_not_0() -> None:
    text = str(AddedMethod("mine", 0.667, 0.593, 0.74, 1e-7, (0, 1, 2)))
    assert text == "mine: +66.7 points, +59.3 to +74.0, p < 0.001, 3 pairs"


def test_where_there_is_no_error_left_a_recommendation_says_so(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    made = module.compare

    def without_errors(*given, **options):
        comparison = made(*given, **options)
        runs = tuple(replace(run, measures={"accuracy": 1.0}) for run in comparison.runs)
        return replace(comparison, runs=runs)

    monkeypatch.setattr(module, "compare", without_errors)
    assert "The baseline makes no error on any test image" in str(asked(methods("a")))


def test_a_record_survives_json_and_its_code_runs(monkeypatch) -> None:
    planted(monkeypatch, EFFECTS)
    record = asked(methods("a", "b"))
    again = Recommendation.from_dict(record.to_dict())
    assert again == record
    data = DATA.scaled()
    code = record.code.replace('["a", "b"]', "[]").replace("epochs=7", "epochs=1")
    assert code.count("raise NotImplementedError(") == 2
    code = re.sub(r"raise .*training images.*", "return images", code)
    code = re.sub(r"raise .*compiled model.*", "return made", code)
    known = {"images": (data.x_train, data.y_train), "made": tiny_model()}
    exec(code, known)  # noqa: S102
    assert isinstance(known["model"].history, keras.callbacks.History)


def test_a_real_recommendation_goes_on_in_its_folder(tmp_path) -> None:
    options = {"seeds": 2, "epochs": 1, "batch_size": 6, "folder": tmp_path, "progress": False}
    first = recommend(tiny_model, DATA, methods("same"), **options)
    again = recommend(tiny_model, DATA, methods("same"), **options)
    assert first == again
    assert first.steps[0].candidates[0].mean == 0.0
    assert first.methods == ()
    assert str(first).count("same changed nothing: each of its trainings ended with") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"seeds": 1}, "`seeds`"), ({"max_steps": 0}, "`max_steps`"), ({"tune": 3}, "`tune`")],
)
def test_what_cannot_be_is_said_before_training(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        asked(methods("a"), **options)


def test_the_command_says_what_does_not_go_together(capsys) -> None:
    words = ["compare", "--dataset", "digits", "--recommend"]
    assert main([*words, "--until-sure"]) == 2
    assert main([*words, "--seeds", "1"]) == 2
    said = capsys.readouterr().err
    assert "--until-sure goes with a comparison" in said
    assert "--recommend needs 2 --seeds" in said


def test_a_recommendation_of_a_smoke_test_says_so_in_text_and_json(
    monkeypatch, tmp_path, capsys
) -> None:
    again = AddedMethod("cutmix", 0.02, 0.005, 0.035, 0.02, (3, 4, 5))
    record = Recommendation("photos", (RecommendationStep((), (again,), again, taken=True),))
    assert "Switch on cutmix." in str(record)
    monkeypatch.setattr(module, "recommend", lambda *given, **more: record)
    options = argparse.Namespace(recommend=1, json=tmp_path / "all.json", folder="results")
    print_recommendation(options, {"smoke": {"epochs": 2}})
    text = capsys.readouterr().out
    assert "photos: This is a smoke test (made small: epochs: 2)." in text
    assert "Switch on" not in text
    assert "To paste" not in text
    assert json.loads(options.json.read_text())["settings"]["smoke"] == {"epochs": 2}
