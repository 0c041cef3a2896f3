"""Every example runs, at the smallest size, and does what it says."""

import importlib
import os
import re
import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import GradientMaskConv2D, small_network
from keras_lateral.datasets import load_images
from keras_lateral.models import by_name as networks

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
LADDER = sorted(EXAMPLES.glob("[0-9][0-9]_*.py"))
CONTROL_CODES = re.compile(r"[^\n\x20-\x7e]")

pytest.importorskip("sklearn", reason="the examples read scikit-learn's digits")
pytest.importorskip("matplotlib", reason="the examples draw")


@pytest.fixture(autouse=True)
def beside_the_examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Examples import helpers from their own folder, and write to the current one."""
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.chdir(tmp_path)


def start(example: str, *arguments: str) -> subprocess.Popen[str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, str(EXAMPLES / example), *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "MPLBACKEND": "Agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(example: str, *arguments: str) -> str:
    process = start(example, *arguments)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return output


def helper(name: str) -> ModuleType:
    return importlib.import_module(name)


def rungs() -> list[Any]:
    slow = {
        "02_an_existing_model",
        "04_warm_up",
        "05_see_the_mask",
        "06_a_frame",
        "07_regularize_an_existing_model",
        "08_see_what_a_unit_sees",
        "10_does_it_rely_on_texture",
        "11_what_the_network_looks_at",
    }
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.home] * (path.stem in slow))
        for path in LADDER
    ]


@pytest.mark.parametrize("path", rungs())
def test_a_rung_of_the_ladder_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(path), run_name="__main__")
    assert "False" not in capsys.readouterr().out


def test_every_file_is_on_the_page_of_the_examples() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\((\w+\.py)\)", page)
    assert sorted(linked) == sorted(path.name for path in EXAMPLES.glob("*.py"))


@pytest.mark.slow
def test_the_quickstart_prints_plain_text_writes_a_report_and_trains_nothing_twice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(networks.OWN, "small", partial(small_network, channels=(4,)))
    helper("quickstart").main(["--smoke"])
    first = capsys.readouterr()
    assert not CONTROL_CODES.findall(first.out + first.err)
    assert "95 % interval" in first.out
    report = Path("outputs/quickstart/report.html").read_text(encoding="utf-8")
    assert "data:image" in report
    helper("quickstart").main(["--smoke"])
    second = capsys.readouterr()
    assert second.err == "4 of 4 trainings were already done.\n"
    assert second.out == first.out


def test_both_arms_differ_in_their_masks_alone() -> None:
    """A mask that stops nothing trains as no mask does: same initial weights, batches, dropout."""
    images = load_images("digits").subset(4, test_per_class=1).scaled()
    trained = []
    for convolution in (
        keras.layers.Conv2D,
        partial(GradientMaskConv2D, sigma=1.0, feature_sets=1, threshold=0.0),
    ):
        keras.utils.set_random_seed(1)
        network = helper("small_network").small_network(convolution, (8, 8, 1), 10)
        network.fit(images.x_train, images.y_train, batch_size=20, epochs=2, verbose=0)
        trained.append(network.get_weights())
    for first, second in zip(*trained, strict=True):
        np.testing.assert_array_equal(first, second)


def test_images_that_are_not_there_are_answered_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds a folder `cifar10`"):
        helper("tune_sigma").main(["--dataset", "cifar10", "--data-dir", str(tmp_path)])


@pytest.mark.skipif(not os.environ.get("KERAS_LATERAL_DATA"), reason="needs KERAS_LATERAL_DATA")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "cifar100"])
def test_the_network_fits_every_dataset(name: str) -> None:
    images = load_images(name)
    network = helper("small_network").small_network(
        keras.layers.Conv2D, images.image_shape, images.num_classes
    )
    assert network.output_shape == (None, images.num_classes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:keras_tuner.*")
def test_a_search_that_was_killed_and_started_again_finds_what_a_straight_one_finds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    process = start("tune_sigma.py", "--smoke")
    assert process.stdout is not None
    killed = ""
    while killed.count("sigma") < 2:  # until the second sigma has begun to train
        killed += process.stdout.read(1) or pytest.fail(process.communicate()[1])
    process.kill()
    process.communicate()
    rest = run("tune_sigma.py", "--smoke")
    (figure,) = Path("outputs/tune_sigma").glob("*.png")
    assert figure.read_bytes().startswith(b"\x89PNG")

    helper("tune_sigma").main(["--smoke", "--output", "straight"])
    straight = capsys.readouterr().out
    trial = re.compile(r"^(sigma .*) trial \d$", flags=re.MULTILINE)
    assert len(trial.findall(killed)) == 1
    assert trial.findall(killed) + trial.findall(rest) == trial.findall(straight)
    assert conclusions(rest) == conclusions(straight)


def conclusions(output: str) -> str:
    return output.split("Validation accuracy in %")[1].split("Figure:")[0]


def test_without_keras_tuner_the_search_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    with pytest.raises(SystemExit, match=r'pip install "\.\[tuner,datasets,plots\]"'):
        runpy.run_path(str(EXAMPLES / "tune_sigma.py"))
