"""`--tune` as it is typed."""

from pathlib import Path
from typing import Any

import pytest

from keras_lateral import Comparison, Run, Tune
from keras_lateral.comparison.command import run as command
from keras_lateral.comparison.command.main import main
from keras_lateral.datasets import ImageDataset, ImageFolds
from tests.datasets.image_files import image_folder

RUNS = (Run("baseline", 0, {"accuracy": 0.5}, 1.0), Run("gradient_mask", 0, {"accuracy": 0.6}, 1.0))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def compare(build_model: Any, data: Any, methods: Any, **options: Any) -> Comparison:
        seen.update(options, data=data)
        return Comparison("photos", ("gradient_mask",), (0,), RUNS, {"test_images": 10})

    monkeypatch.setattr(command, "compare", compare)
    monkeypatch.chdir(tmp_path)
    return seen


@pytest.mark.parametrize(
    ("typed", "tune"),
    [
        ("", False),
        ("--tune", Tune(trials=16)),
        ("--tune 9", Tune(trials=9)),
        ("--tune --smoke", Tune(trials=2)),
    ],
)
def test_what_is_typed_arrives(asked: dict[str, Any], typed: str, tune: Any) -> None:
    photos = str(image_folder(Path.cwd() / "photos", per_class=8))
    assert main(["compare", "--images", photos, "--methods", "gradient_mask", *typed.split()]) == 0
    assert asked["tune"] == tune
    assert isinstance(asked["data"], ImageDataset if tune else ImageFolds)


def test_another_budget_is_kept_in_another_folder(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    folders = set()
    words = ["compare", "--dataset", "digits", "--methods", "gradient_mask"]
    for typed in ("", "--tune", "--tune 9"):
        assert main([*words, *typed.split()]) == 0
        folders.add(asked["folder"])
    assert len(folders) == 3
    output = capsys.readouterr().out
    assert (
        "First 52 trainings tune learning rate, weight decay and batch size, as long as" in output
    )
    tried = "16 settings for 4 epochs, the best 7 for 10 epochs, the best 3 for 30 epochs, always"
    assert tried in output


def test_a_tuning_of_one_configuration_is_wrong_usage(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["compare", "--dataset", "digits", "--tune", "1"])
    assert "--tune: expected a whole number of at least 2" in capsys.readouterr().err


def test_a_command_stopped_while_it_tunes_says_what_is_kept(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*given: Any, folder: Path, **options: Any) -> Comparison:
        trial = folder / "tuning" / "search" / "baseline-0-trial-0-epochs-4.json"
        trial.parent.mkdir(parents=True)
        trial.write_text("{}", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "compare", interrupted)
    words = ["compare", "--dataset", "digits", "--methods", "gradient_mask", "--tune"]
    assert main(words) == 130
    assert "1 finished training is kept" in capsys.readouterr().err
