"""`--devices` as it is typed."""

import os
from pathlib import Path
from typing import Any

import pytest

from keras_lateral import Comparison, Run
from keras_lateral.comparison.command import run as command
from keras_lateral.comparison.command.main import main

GPUS_SEEN = "keras_lateral.comparison.devices.chosen.gpus_seen"
RUNS = (Run("baseline", 0, {"accuracy": 0.5}, 1.0), Run("gradient_mask", 0, {"accuracy": 0.6}, 1.0))
WORDS = ["compare", "--dataset", "digits", "--limit", "2", "--methods", "gradient_mask"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    pytest.importorskip("sklearn", reason="reads the digits")
    seen: dict[str, Any] = {}

    def compare(build_model: Any, data: Any, methods: Any, **options: Any) -> Comparison:
        seen.update(options, hidden=os.environ["CUDA_VISIBLE_DEVICES"])
        return Comparison("digits", ("gradient_mask",), (0,), RUNS, {"test_images": 10})

    monkeypatch.setattr(command, "compare", compare)
    monkeypatch.setattr(GPUS_SEEN, lambda: ("0", "1"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,6")
    monkeypatch.chdir(tmp_path)
    return seen


@pytest.mark.parametrize(
    ("typed", "devices", "visible"),
    [
        ("", None, "5,6"),
        ("--devices auto", "auto", "5,6"),
        ("--devices 0,1", ["0", "1"], "5,6"),
        ("--devices none", None, "-1"),  # hidden from this process and its workers
    ],
)
def test_what_is_typed_arrives(
    asked: dict[str, Any], typed: str, devices: Any, visible: str
) -> None:
    assert main([*WORDS, *typed.split()]) == 0
    assert asked["devices"] == devices
    assert asked["hidden"] == visible


@pytest.mark.parametrize("typed", ["0,", "0,0", "", "cpu", "GPU", "NONE", "1.5", "-1", "none,0"])
def test_what_is_no_list_of_gpus_is_wrong_usage(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main([*WORDS, f"--devices={typed}"])
    assert error.value.code == 2
    assert "expected auto, none, or different GPUs such as 0,1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("there", "typed", "words"),
    [
        (("0",), "0,1", "sees no GPU 1. Use some of 0, `auto` for all, or `none`"),
        ((), "0,1", "sees no GPU here. Use `--devices none`, or leave `--devices` out"),
        ((), "7", "sees no GPU here"),
    ],
)
def test_a_gpu_that_is_not_there_is_said_in_the_words_that_were_typed_before_images_are_read(
    there: tuple[str, ...],
    typed: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(GPUS_SEEN, lambda: there)
    monkeypatch.setattr(command, "images_of", lambda options: pytest.fail("read"))
    assert main([*WORDS, "--devices", typed]) != 0
    said = capsys.readouterr()
    assert f"--devices {typed}: " in said.err
    assert words in said.err
    assert not said.out
