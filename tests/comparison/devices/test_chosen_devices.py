"""What workers and trainings use of the GPUs that are there."""

import os
import shutil
import subprocess
import sys
from typing import Any

import keras
import pytest

from keras_lateral import compare
from keras_lateral.comparison.devices import chosen, gpus
from keras_lateral.comparison.devices.chosen import chosen_devices, leaving_memory
from keras_lateral.comparison.devices.gpus import gpus_seen
from keras_lateral.comparison.devices.sharing import ALONE
from tests.comparison.tiny import tiny_images, tiny_model

BACKEND = keras.config.backend()
METHODS = ["gradient_mask"]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets which GPUs are seen."""
    return lambda *names: monkeypatch.setattr(chosen, "gpus_seen", lambda: names)


def test_without_devices_nobody_looks_for_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "gpus_seen", lambda: pytest.fail("looked"))
    for nothing in (None, [], ()):
        used = chosen_devices(nothing, 2)
        assert (used.workers, used.sharing, used.note) == ((), ALONE, "")


@pytest.mark.parametrize("workers", [1, 3])
def test_without_gpus_auto_changes_nothing_and_says_so(seen: Any, workers: int) -> None:
    seen()
    used = chosen_devices("auto", workers)
    assert (used.workers, used.sharing) == ((), ALONE)
    assert used.note == f"No GPU that {BACKEND} sees: on the processor."


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_get_the_gpus_in_turn(seen: Any, workers: int) -> None:
    seen("0", "1", "2")
    used = chosen_devices("auto", workers)
    assert (used.workers, used.sharing) == (("0", "1", "2"), ALONE)
    assert chosen_devices(["2", "0"], workers).workers == ("2", "0")


def test_the_only_gpu_is_used_by_this_process(seen: Any) -> None:
    seen("0")
    for devices in ("auto", ["0"]):
        used = chosen_devices(devices, 1)
        assert (used.workers, used.sharing, used.note) == ((), ALONE, "On GPU 0.")


def test_one_of_several_gpus_is_used_by_a_process_that_sees_no_other(seen: Any) -> None:
    seen("0", "1")
    used = chosen_devices(["1"], 1)
    assert (used.workers, used.sharing) == (("1",), ALONE)


@pytest.mark.skipif(BACKEND == "torch", reason="Keras distributes on TensorFlow and JAX")
def test_one_worker_shares_a_training_among_several(seen: Any) -> None:
    seen("4", "6", "7")  # as CUDA_VISIBLE_DEVICES names them; the backend counts from 0
    used = chosen_devices("auto", 1)
    assert used.workers == ()
    assert [name.lower() for name in used.sharing.devices] == ["gpu:0", "gpu:1", "gpu:2"]
    assert used.note == "Each training on the GPUs 4, 6, 7 together."
    some = chosen_devices(["7", "4"], 1).sharing
    assert [name.lower() for name in some.devices] == ["gpu:2", "gpu:0"]


@pytest.mark.skipif(BACKEND != "torch", reason="is about torch")
def test_on_torch_one_worker_uses_one_gpu_and_says_how_all_are(seen: Any) -> None:
    seen("0", "1")
    used = chosen_devices("auto", 1)
    assert (used.workers, used.sharing) == ((), ALONE)
    assert used.note == (
        "On GPU 0: Keras trains on one GPU on torch; with 2 workers each of 0, 1 trains."
    )


@pytest.mark.skipif(BACKEND != "jax", reason="is about JAX")
def test_on_jax_images_for_validation_are_not_divided(seen: Any) -> None:
    seen("0", "1")
    used = chosen_devices("auto", 1, validation=0.2)
    assert used.sharing == ALONE
    assert "cannot divide validation images" in used.note


@pytest.mark.parametrize(
    ("there", "asked", "words"),
    [
        (("0", "1"), ["0", "3"], r"among 0, 1, by \w+. Received: devices=\['0', '3'\]"),
        ((), ["0"], 'None or "auto", as no GPU is seen'),
        ((), ["cpu"], r"Received: devices=\['cpu'\]"),
        (("0",), ["-1"], r"among 0, by"),
        (("0", "1"), "all", 'Expected "auto" or names of GPUs'),
        (("0",), [0], r"Received: devices=\[0\]"),
    ],
)
def test_a_gpu_that_is_not_there_is_an_error(
    seen: Any, there: tuple[str, ...], asked: Any, words: str
) -> None:
    seen(*there)
    for workers in (1, 2):
        with pytest.raises(ValueError, match=words):
            chosen_devices(asked, workers)


def test_a_comparison_asks_before_anything_is_trained(seen: Any) -> None:
    seen("0")
    with pytest.raises(ValueError, match="Invalid value for argument `devices`"):
        compare(lambda: pytest.fail("built"), tiny_images(), METHODS, devices=["1"], progress=False)


def test_a_comparison_without_gpus_keeps_what_was_trained(
    seen: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seen()
    first = compare(
        tiny_model, tiny_images(), METHODS, seeds=1, epochs=1, folder=tmp_path, progress=False
    )
    again = compare(
        tiny_model, tiny_images(), METHODS, seeds=1, epochs=1, folder=tmp_path, devices="auto"
    )
    assert again.runs == first.runs
    told = f"No GPU that {BACKEND} sees: on the processor."
    assert "devices" not in first.settings
    assert again.settings["devices"] == told
    assert capsys.readouterr().err.startswith(f"{told}\n")


class Driver:
    """A machine with NVIDIA's driver, and a backend that answers with a number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: str, visible: str | None) -> None:
        self.asked = 0

        def run(words: list[str], **options: Any) -> Any:
            assert words[0] == sys.executable
            self.asked += 1
            if answer == "error":
                raise subprocess.CalledProcessError(1, words)
            return subprocess.CompletedProcess(words, 0, stdout=answer)

        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(gpus.subprocess, "run", run)
        if visible is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)


@pytest.mark.parametrize(
    ("answer", "visible", "found"),
    [
        ("GPUs 2\n", None, ("0", "1")),
        ("a greeting of the backend\nGPUs 2\n", "5, 3", ("5", "3")),
        ("GPUs 0\n", None, ()),
        ("error", None, ()),
    ],
)
def test_the_backend_says_which_gpus_it_sees(
    monkeypatch: pytest.MonkeyPatch, answer: str, visible: str | None, found: tuple[str, ...]
) -> None:
    driver = Driver(monkeypatch, answer, visible)
    assert gpus_seen() == found
    assert driver.asked == 1


@pytest.mark.parametrize("visible", ["", "-1"])
def test_where_gpus_are_hidden_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, visible: str
) -> None:
    driver = Driver(monkeypatch, "GPUs 2", visible)
    assert gpus_seen() == ()
    assert driver.asked == 0


def test_without_a_driver_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver(monkeypatch, "GPUs 2", None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert gpus_seen() == ()
    assert driver.asked == 0


def test_workers_and_this_process_leave_each_other_memory(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen("0", "1")
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "mine")
    with leaving_memory(chosen_devices("auto", 2)):
        assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "mine"
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in os.environ
    with leaving_memory(chosen_devices(None, 2)):
        assert "TF_FORCE_GPU_ALLOW_GROWTH" not in os.environ
