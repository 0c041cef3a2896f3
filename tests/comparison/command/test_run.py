import errno
import hashlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import keras
import pytest

from keras_lateral import (
    Comparison,
    CosineLearningRate,
    Run,
    UntilSure,
    flip_and_shift,
    known_methods,
    small_network,
)
from keras_lateral.comparison.check_task import adapted_to_learning_rate
from keras_lateral.comparison.command import run as command
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.command.words import with_options
from keras_lateral.comparison.identity import digest_of_images
from keras_lateral.comparison.training import Task
from keras_lateral.files import write_json
from keras_lateral.models import by_name as networks
from tests.datasets.image_files import image_folder

RUNS = (Run("baseline", 0, {"accuracy": 0.5}, 1.0), Run("gradient_mask", 0, {"accuracy": 0.6}, 1.0))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the function `compare` was asked for; nothing is trained."""
    seen: dict[str, Any] = {}

    def compare(build_model: Any, data: Any, methods: Any, **options: Any) -> Comparison:
        seen.update(options, build_model=build_model, data=data, methods=methods)
        return Comparison("photos", ("gradient_mask",), (0,), RUNS, {"test_images": 10})

    monkeypatch.setattr(command, "compare", compare)
    monkeypatch.chdir(tmp_path)
    return seen


def photos() -> str:
    return str(image_folder(Path.cwd() / "photos", per_class=8))


def test_every_option_arrives(asked: dict[str, Any]) -> None:
    text = (
        "--methods gradient_mask,frame_regularizer gradient_mask+receptive_field_freeze --seeds 7"
    )
    text += " --epochs 3 --batch-size 4 --workers 2 --augment --quiet --folder kept --limit 3"
    text += (
        " --image-size 9 7 --grayscale --test-share 0.5 --learning-rate 0.125 --schedule constant"
    )
    assert main(["compare", "--images", photos(), *text.split()]) == 0
    names = ["gradient_mask", "frame_regularizer", "gradient_mask+receptive_field_freeze"]
    assert [method.name for method in asked["methods"]] == names
    assert (asked["seeds"], asked["epochs"], asked["batch_size"], asked["workers"]) == (7, 3, 4, 2)
    assert asked["augment"] is flip_and_shift
    assert list(asked["callbacks"]()) == []
    assert asked["progress"] is False
    assert asked["folder"] == Path("kept")
    assert asked["data"].image_shape == (9, 7, 1)
    assert (len(asked["data"].x_train), len(asked["data"].x_test)) == (6, 8)
    model = asked["build_model"]()
    assert model.output_shape == (None, 2)
    assert float(model.optimizer.learning_rate) == 0.125


@pytest.mark.parametrize(
    ("options", "budget"),
    [
        ("", False),
        ("--until-sure", UntilSure(seeds=30)),
        ("--until-sure --seeds 12 --minutes 90", UntilSure(seeds=12, minutes=90.0)),
    ],
)
def test_a_comparison_goes_on_until_it_is_sure_if_asked(
    asked: dict[str, Any], options: str, budget: object
) -> None:
    assert main(["compare", "--images", photos(), *options.split()]) == 0
    assert asked["until_sure"] == budget


def test_the_smallest_difference_of_interest_is_in_points(asked: dict[str, Any]) -> None:
    assert main(["compare", "--images", photos(), "--effect", "2"]) == 0
    assert asked["effect"] == 0.02


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--minutes 5", "--minutes goes with --until-sure"),
        ("--until-sure --seeds 2", "at least 5"),
    ],
)
def test_a_budget_that_cannot_be_is_refused(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str], options: str, words: str
) -> None:
    assert main(["compare", "--images", photos(), *options.split()]) == 2
    assert words in capsys.readouterr().err
    assert not asked


def test_the_command_that_was_typed_is_kept(asked: dict[str, Any]) -> None:
    typed = ["compare", "--images", photos(), "--json", "all.json", "--seeds", "3"]
    assert main(typed) == 0
    assert Comparison.load("all.json").settings["command"] == ["keras-lateral", *typed]


def test_a_known_set_is_cut_to_few_images(asked: dict[str, Any]) -> None:
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    assert main(["compare", "--dataset", "digits", "--limit", "6"]) == 0
    assert (len(asked["data"].x_train), len(asked["data"].x_test)) == (60, 1737)
    assert [type(callback) for callback in asked["callbacks"]()] == [CosineLearningRate]
    assert main(["compare", "--dataset", "digits"]) == 0
    assert len(asked["data"].x_train) == 500


@pytest.mark.parametrize(
    ("schedule", "epochs"),
    [("cosine", "AlternatingEpochs(ordinary=1, frozen=1, start=0)"), ("constant", "last")],
)
@pytest.mark.parametrize("methods", ["receptive_field_freeze", "all"])
def test_a_freeze_is_where_the_learning_rate_leaves_something_to_stop(
    asked: dict[str, Any], schedule: str, epochs: str, methods: str
) -> None:
    main(["compare", "--images", photos(), "--schedule", schedule, "--methods", methods])
    names = ("build_model", "data", "epochs", "batch_size")
    task = Task(*(asked[name] for name in names), callbacks=asked["callbacks"])
    methods_now = adapted_to_learning_rate(task, asked["methods"])
    freezes = [method for method in methods_now if "receptive_field_freeze" in method.name]
    assert len(freezes) == (4 if methods == "all" else 1)
    for method in freezes:
        settings = method.settings.get("receptive_field_freeze", method.settings)
        assert settings["epochs"] == epochs
        (callback,) = method.callbacks()
        assert str(callback.epochs) == epochs


@pytest.mark.parametrize(
    ("given", "small", "made"),
    [
        ("", (2, 2, 10), "made small: training images of each class: 5, seeds: 2, epochs: 2"),
        ("--epochs 9", (2, 9, 10), "made small: training images of each class: 5, seeds: 2)"),
        ("--seeds 7 --limit 3", (7, 2, 6), "made small: epochs: 2)"),
        ("--seeds 7 --limit 6 --epochs 1", (7, 1, 12), "nothing was made small, as all was given"),
    ],
)
def test_smoke_makes_small_what_is_not_given_and_says_so(
    asked: dict[str, Any],
    given: str,
    small: tuple[int, ...],
    made: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["compare", "--images", photos(), "--smoke", *given.split(), "--json", "all.json"])
    trained = len(asked["data"].split(0).x_train)
    assert (asked["seeds"], asked["epochs"], trained) == small
    output = capsys.readouterr().out
    comparison = Comparison.load("all.json")
    assert output.count("This is a smoke test") == 1
    times = 1 if made.startswith("nothing") else 2  # before and after
    assert output.count(made.removesuffix(")")) == times
    assert "smoke" in comparison.settings
    assert "No verdict: this is a smoke test." in str(comparison)


def test_without_smoke_all_is_as_large_as_ever(asked: dict[str, Any]) -> None:
    main(["compare", "--images", photos(), "--json", "all.json"])
    assert (asked["seeds"], asked["epochs"], len(asked["data"].x)) == (5, 30, 16)
    assert asked["data"].limit_per_class is None
    assert "smoke test" not in str(Comparison.load("all.json"))


REMEDIES = len(known_methods("remedies"))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (["all"], 7 + REMEDIES),
        (["rivals"], 4),
        (["remedies"], REMEDIES),
        (["all,rivals", "gradient_mask"], 11 + REMEDIES),
    ],
)
def test_a_word_stands_for_several_methods_each_once(typed: list[str], number: int) -> None:
    names = command.method_names(typed)
    assert len(names) == len(set(names)) == number


def test_the_result_is_printed_and_written(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plots`")
    targets = ["--json", "deep/er/all.json", "--report", "page.html", "--test-share", "0.25"]
    assert main(["compare", "--images", photos(), *targets]) == 0
    assert Comparison.load("deep/er/all.json").runs == RUNS
    assert "<html" in Path("page.html").read_text(encoding="utf-8")
    output = capsys.readouterr().out
    assert "photos: 12 training and 4 test images of 2 classes, 12 x 12 x 3" in output
    assert "There are 4 test images" in output
    assert "Written: page.html\n" in output
    assert "Written: deep/er/all.json (in a new folder: deep)\n" in output


def test_a_report_without_matplotlib_names_the_extra_before_training(
    asked: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["compare", "--images", photos(), "--report", "page.html"]) == 2
    assert "keras-lateral[plots]" in capsys.readouterr().err
    assert not asked


def test_the_same_command_finds_its_folder_again_and_another_one_does_not(
    asked: dict[str, Any],
) -> None:
    folders = []
    for options in ("", "--seeds 9 --methods all --workers 2 --quiet", "--epochs 9", "--limit 2"):
        main(["compare", "--images", photos(), *options.split()])
        folders.append(asked["folder"])
    assert folders[0].parts[0] == "keras-lateral-results"
    assert folders[0].name.startswith("photos-")
    assert folders[0] == folders[1]
    assert len(set(folders)) == 3


def test_moved_renamed_and_annotated_images_find_their_folder_again(asked: dict[str, Any]) -> None:
    folder = Path(photos())
    main(["compare", "--images", "photos"])
    asked["folder"].mkdir(parents=True)  # as a comparison does
    first = asked["folder"]
    (folder / ".DS_Store").write_text("")
    folder.rename("pictures")
    main(["compare", "--images", "pictures"])
    assert asked["folder"] == first
    Path("pictures/cat/7.png").unlink()
    main(["compare", "--images", "pictures"])
    assert asked["folder"] != first


def test_results_inside_the_images_folder_are_no_class(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos())
    main(["compare", "--images", "."])
    first, data = asked["folder"], asked["data"]
    write_json(first / "comparison.json", {"images_digest": "1"})
    main(["compare", "--images", ".", "--folder", "results"])
    write_json(Path("results/comparison.json"), {"images_digest": "1"})
    main(["compare", "--images", "."])
    assert asked["folder"] == first
    assert asked["data"].class_names == data.class_names == ("cat", "dog")


@pytest.mark.parametrize("same_images", [True, False])
def test_a_folder_that_an_earlier_version_named_is_gone_on_with_if_its_images_are_the_same(
    asked: dict[str, Any], same_images: bool
) -> None:
    arguments = ["compare", "--images", photos(), "--epochs", "3", "--test-share", "0.25"]
    main(arguments)
    old = Path("keras-lateral-results") / name_of_before("photos", epochs=3)
    images = digest_of_images(asked["data"].scaled()) if same_images else "other"
    write_json(old / "comparison.json", {"images_digest": images})
    main(arguments)
    assert (asked["folder"] == old) == same_images
    main([*arguments, "--batch-size", "8"])
    assert asked["folder"] != old


def name_of_before(name: str, **given: Any) -> str:
    """The name in version 0.1.0: a digest of all options that change what is trained."""
    options = {
        "images": str(Path(name).resolve()), "dataset": None, "data_dir": None, "limit": None,
        "image_size": None, "grayscale": None, "test_share": 0.25, "data_seed": 0,
        "model": "small", "epochs": 30, "batch_size": 32, "learning_rate": 0.001,
        "schedule": "cosine", "augment": False, "robustness": "none", "smoke": False, **given,
        "keras": f"{keras.__version__} {keras.config.backend()}",
    }  # fmt: skip
    text = json.dumps({key: str(value) for key, value in options.items()}, sort_keys=True)
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def test_a_result_that_cannot_be_written_at_the_end_is_named_and_the_others_are_written(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plots`")

    def save(comparison: Comparison, path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Comparison, "save", save)
    targets = ["--json", "all.json", "--report", "page.html"]
    assert main(["compare", "--images", photos(), *targets]) == 2
    output = capsys.readouterr()
    assert "Written: page.html" in output.out
    assert output.err == (
        "keras-lateral compare: --json: 'all.json' cannot be written: No space left on device. "
        "Make room on the disk. The same command then trains nothing again.\n"
    )


def test_a_folder_of_images_is_compared_and_the_same_command_trains_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("scipy", reason="the extra `comparison`")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(networks.OWN, "small", partial(small_network, channels=(4,)))
    arguments = ["compare", "--images", photos(), "--methods", "frame_regularizer", "--smoke"]
    assert main(arguments) == 0
    first = capsys.readouterr()
    assert "4/4  frame_regularizer, seed 1: accuracy" in first.err
    assert "No verdict: this is a smoke test." in first.out
    assert main(arguments) == 0
    second = capsys.readouterr()
    assert second.err == "4 of 4 trainings were already done.\n"
    assert second.out == first.out


def test_a_value_in_advice_is_as_it_is_typed() -> None:
    text = "say so with `groups`: 'folders'. See `groups`."
    assert with_options(text, {"groups": "--groups"}) == (
        "say so with --groups folders. See --groups."
    )
