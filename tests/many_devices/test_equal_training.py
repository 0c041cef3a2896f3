"""Several devices train with masks, penalties, schedules, freezes and monitors as one does."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.many_devices.trained_alike import Arrays

BACKEND = keras.config.backend()
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

pytestmark = pytest.mark.slow
only_on = {
    backend: pytest.mark.skipif(backend != BACKEND, reason=f"is about {backend}")
    for backend in ("tensorflow", "jax", "torch")
}


def run(file: str, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Runs a file of this folder in a process of its own, on the processor."""
    own = {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    process = subprocess.run(
        [sys.executable, str(HERE / file), *arguments],
        env=os.environ | own,
        check=False,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert not check or process.returncode == 0, process.stderr[-3000:]
    return process


def runs_in(path: Path) -> dict[str, Arrays]:
    """Returns the runs that a file holds."""
    runs: dict[str, Arrays] = {}
    with np.load(path) as arrays:
        for key, array in arrays.items():
            name, _, rest = key.partition("/")
            runs.setdefault(name, {})[rest] = array
    return runs


KINDS = [
    pytest.param("data", id="a batch divided"),
    pytest.param("model", id="kernels divided, too", marks=only_on["jax"]),
]


@pytest.fixture(scope="module", params=KINDS)
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Arrays]:
    """One device, and four that share each batch of eight."""
    if BACKEND == "torch":
        pytest.skip("Keras distributes on TensorFlow and JAX")
    path = tmp_path_factory.mktemp("devices") / "runs.npz"
    run("one_process.py", str(path), request.param, "4")
    found = runs_in(path)
    assert found["several"].pop("devices") == 4
    share = found["several"].pop("share", None)
    assert share is None or share.tolist() == [3, 3, 8, 4 if request.param == "model" else 8]
    return found


def same_to_rounding(found: Arrays, expected: Arrays, kind: str) -> None:
    """Sums are made in another order; nothing else differs."""
    assert found.keys() == expected.keys()
    for name in (name for name in found if name.startswith(kind)):
        np.testing.assert_allclose(
            found[name], expected[name], rtol=1e-4, atol=1e-6, err_msg=name, strict=True
        )


def test_four_devices_train_and_measure_what_one_does(runs: dict[str, Arrays]) -> None:
    for kind in ("weight", "history"):
        same_to_rounding(runs["several"], runs["one"], kind)


def test_four_devices_count_each_call_of_a_penalty_once(runs: dict[str, Arrays]) -> None:
    for name in (name for name in runs["one"] if name.startswith("state")):
        np.testing.assert_array_equal(runs["several"][name], runs["one"][name])
    assert runs["several"]["state/masked"][1] == 6


def test_four_devices_hold_what_is_pruned_and_let_it_go_as_one_does(
    runs: dict[str, Arrays],
) -> None:
    one, four = runs["one pruned"], runs["pruned"]
    zeros = [name for name in one if name.startswith("zeros")]
    for name in zeros:
        np.testing.assert_array_equal(four[name], one[name])
    assert sum(four[name].sum() for name in zeros) == round(0.6 * (288 + 288 * 3))
    same_to_rounding(four, one, "weight")
    assert not any((four[name] == 0).any() for name in four if name.startswith("weight"))


def test_a_mask_is_the_same_to_the_last_bit_whichever_device_makes_it(
    runs: dict[str, Arrays],
) -> None:
    """It is made per sample."""
    one, several = runs["one"]["gradient"], runs["several"]["gradient"]
    assert 0.1 < (one == 0).mean() < 0.9
    np.testing.assert_array_equal(several, one)


@only_on["torch"]
def test_two_processes_of_torch_train_as_one_does(tmp_path: Path) -> None:
    run("processes.py", str(path := tmp_path / "runs.npz"))
    one, first, second = (runs_in(path)[name] for name in ("one", "first", "second"))
    masks = first.pop("gradient"), second.pop("gradient")
    np.testing.assert_array_equal(np.stack(masks, 1).reshape(-1, 9, 9, 4), one.pop("gradient"))
    losses = [process.pop("history/loss") for process in (first, second)]  # each of its part
    np.testing.assert_allclose(np.mean(losses, 0), one.pop("history/loss"), rtol=1e-5)
    for kind in ("weight", "state", "history"):
        same_to_rounding(first, one, kind)
    for name, array in first.items():
        np.testing.assert_array_equal(second[name], array, err_msg=name)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Arrays]:
    """Trainings of two workers of TensorFlow, and of one alone."""
    folder = tmp_path_factory.mktemp("workers")
    run("workers.py", str(folder), "alone")
    run("workers.py", str(folder), "straight")
    killed = run("workers.py", str(folder), "killed", "0", check=False)
    assert killed.returncode == 9
    assert "UnavailableError" in killed.stderr  # what the other worker says
    assert (folder / "backup" / "training_metadata.json").exists()
    run("workers.py", str(folder), "resumed")
    assert not (folder / "backup").exists()
    return {path.stem: dict(np.load(path)) for path in folder.glob("*.npz")}


@only_on["tensorflow"]
def test_two_workers_train_as_one_does(workers: dict[str, Arrays]) -> None:
    both = [workers[f"straight-{number}"] for number in (0, 1)]
    for name, array in both[0].items():
        np.testing.assert_array_equal(both[1][name], array, err_msg=name)
    found = {name: array for name, array in both[0].items() if name != "workers"}
    for kind in ("weight", "state", "history"):
        same_to_rounding(found, workers["alone"], kind)
    assert both[0]["workers"] == 2


@only_on["tensorflow"]
def test_a_worker_that_died_and_came_back_ends_with_the_same_bits(
    workers: dict[str, Arrays],
) -> None:
    """A backup holds weights and slots as they are, and two numbers have one sum."""
    for number in (0, 1):
        straight, resumed = workers[f"straight-{number}"], workers[f"resumed-{number}"]
        assert straight.keys() == resumed.keys()
        for name, array in straight.items():
            expected = array[1:] if name.startswith("history") else array  # of the last epochs
            np.testing.assert_array_equal(resumed[name], expected, err_msg=name)


@only_on["tensorflow"]
def test_plain_keras_cannot_train_with_several_workers(tmp_path: Path) -> None:
    """When it can, `Workers` of the example is no longer needed (Keras' issue 20585)."""
    printed = run("plain_workers.py", str(tmp_path), "plain").stdout
    for number in (0, 1):
        assert f"worker {number}: " in printed
    assert printed.count("PerReplica'>) to a Tensor.") == 2


@pytest.mark.skipif(BACKEND == "torch", reason="Keras distributes on TensorFlow and JAX")
def test_a_comparison_on_two_devices_together_finds_what_it_finds_on_one(tmp_path: Path) -> None:
    """With a last batch of five, labels mixed, models set back: in the order of one device."""
    run("compared.py", str(path := tmp_path / "runs.npz"), "2")
    one, together = (runs_in(path)[name] for name in ("one", "together"))
    assert one.keys() == together.keys()
    assert len(one) == 8
    for name, array in one.items():  # kept with three decimals
        np.testing.assert_allclose(together[name], array, atol=1.1e-3, err_msg=name)
    assert np.abs(one["baseline/0"] - one["mixup/0"]).max() > 0.01


@only_on["tensorflow"]
def test_keras_tuner_finds_with_a_strategy_what_it_finds_without(tmp_path: Path) -> None:
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    run("searched.py", str(path := tmp_path / "runs.npz"), "2")
    one, several = (runs_in(path)[name]["tried"] for name in ("one", "several"))
    assert one.shape == (2, 3)
    assert len(np.unique(one[:, -1])) == 2
    np.testing.assert_allclose(several, one, rtol=1e-5)
