"""This version reads what users saved with earlier ones.

The files were made by `tests/saved_before/make.py` with the version before the modules were filed
by subject, and by `make_methods.py` with 0.2.0. Only the package's page is used here, so a failure
to load is never due to an import of this test.
"""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import keras_lateral
from keras_lateral import (
    Comparison,
    WhenRising,
    apply_gradient_mask,
    remove_gradient_mask,
    sparsity_of,
)
from tests.saved_before import make, make_methods

FILES = Path(__file__).parent / "saved_before" / "files"
MODELS, RESULTS, METHODS = FILES / "models", FILES / "results", FILES / "methods"
MODELS_EXPECTED, RESULTS_EXPECTED = (
    json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for folder in (MODELS, RESULTS)
)
NOW = make.versions()

CONVOLUTIONS = [
    *(f"Conv{n}D{transposed}" for n in (1, 2, 3) for transposed in ("", "Transpose")),
    *(f"{kind}Conv{n}D" for n in (1, 2) for kind in ("Depthwise", "Separable")),
]
Snapshot = dict[str, tuple[bytes, int]]


@pytest.fixture(scope="module")
def outputs() -> dict[str, np.ndarray]:
    with np.load(MODELS / "outputs.npz") as arrays:
        return dict(arrays)


def loaded(name: str) -> keras.Model:
    return keras.saving.load_model(MODELS / f"{name}.keras")


def assert_close(values: Any, expected: Any) -> None:
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


# Keras 3.10 writes the one input of a functional model as a list.
@pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match")
@pytest.mark.parametrize("name", make.MODELS)
def test_a_saved_model_computes_what_it_computed(name: str, outputs: dict[str, np.ndarray]) -> None:
    assert_close(make.outputs(loaded(name)), outputs[name])


@pytest.mark.parametrize("name", make.MODELS)
def test_masks_regularizers_initializers_and_pruning_of_a_saved_model_are_set_as_they_were(
    name: str,
) -> None:
    settings = make.settings_of(loaded(name))
    assert settings
    assert settings == MODELS_EXPECTED[name]["settings"]


@pytest.mark.parametrize("name", ["regularizers", "attached_regularizers"])
def test_regularizers_of_a_saved_model_punish_as_they_did(name: str) -> None:
    losses = make.mean_losses(loaded(name))
    assert len(losses) >= 5
    np.testing.assert_allclose(losses, MODELS_EXPECTED[name]["losses"], rtol=1e-3)


def test_every_masked_convolution_is_among_the_saved_models() -> None:
    kinds = {getattr(keras_lateral, f"GradientMask{kind}") for kind in CONVOLUTIONS}
    assert len(kinds) == 10
    assert kinds <= {type(layer) for layer in loaded("masked_convolutions").layers}


def test_saved_weights_of_a_masked_model_load_and_serve_without_masks_too(
    outputs: dict[str, np.ndarray],
) -> None:
    model = apply_gradient_mask(make.plain(), sigma=0.75)
    model.load_weights(MODELS / "masked.weights.h5")
    assert_close(make.outputs(model), outputs["masked"])
    assert_close(make.outputs(remove_gradient_mask(model)), outputs["masked"])


def test_the_zeros_of_a_saved_pruned_model_hold_while_it_trains_on() -> None:
    model = loaded("pruned")
    before = sparsity_of(model).zeros
    weights = model.get_weights()
    model.train_on_batch(make.images(), np.ones((3, 3), "float32"))
    assert not any(map(np.array_equal, model.get_weights(), weights))
    assert sparsity_of(model).zeros == before
    settings = MODELS_EXPECTED["pruned"]["settings"].items()
    masks = [setting[1]["mask"] for name, setting in settings if name.endswith("_constraint")]
    assert len(masks) == 2
    assert before == "".join(masks).count("0")


# Keras 3.10 writes the one input of a functional model as a list.
@pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match")
@pytest.mark.parametrize("name", make_methods.MODELS)
def test_a_model_that_a_method_has_changed_scores_and_trains_on_as_it_did(name: str) -> None:
    expected = json.loads((METHODS / "expected.json").read_text(encoding="utf-8"))[name]
    found = make_methods.measured(name)
    assert_close(found["scores"], expected["scores"])
    assert_close(found["evaluated"], expected["evaluated"])
    model = keras.saving.load_model(make_methods.file_of(name))
    before = model.get_weights()
    model.train_on_batch(make.images(), make_methods.labels_for(model))
    assert not any(map(np.array_equal, model.get_weights(), before))


def test_everything_that_this_library_registers_is_in_a_file_that_was_saved_before() -> None:
    registered = {
        name
        for name, kept in keras.saving.get_custom_objects().items()
        if name.startswith("keras_lateral>") and kept.__module__.startswith("keras_lateral.")
    }
    saved = ""
    for file in FILES.rglob("*.keras"):
        with zipfile.ZipFile(file) as archive:
            saved += archive.read("config.json").decode()
    assert {name for name in registered if f'"{name}"' not in saved} == set()
    assert len(registered) > 20


def test_a_saved_comparison_is_read_with_every_training_and_setting() -> None:
    pytest.importorskip("scipy", reason="the extra `comparison`")
    file = RESULTS / "comparison.json"
    comparison = Comparison.load(file)
    assert comparison.to_dict() == json.loads(file.read_text(encoding="utf-8"))
    assert comparison.methods == make.METHODS
    assert len(comparison.runs) == 2 * (1 + len(make.METHODS))
    assert [compared.method for compared in comparison.compared()] == list(make.METHODS)
    assert all(name in str(comparison) for name in make.METHODS)


def copied(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(RESULTS / name, tmp_path / name))


def taken_over(
    file: Path, current: dict[str, Any], *, model: str, begin: Callable[[], Any]
) -> None:
    """Updates the versions in a folder's settings, and nothing else.

    Args:
        file: The settings.
        current: Entries for the current versions.
        model: The entry that identifies the folder's network. It depends on how Keras describes
            layers and optimizers, so it is updated for another version of Keras.
        begin: Creates the same file in `now` beside the folder.
    """
    before = json.loads(file.read_text(encoding="utf-8"))
    assert set(current) <= set(before)
    if RESULTS_EXPECTED["made with"]["keras"] != NOW["keras"]:
        begin()
        other = file.parent.parent / "now" / file.name
        current = {**current, model: json.loads(other.read_text(encoding="utf-8"))[model]}
    file.write_text(json.dumps({**before, **current}), encoding="utf-8")


def results(folder: Path) -> Snapshot:
    """Returns all files in subfolders of a folder, with the time of writing."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.glob("*/**/*")
        if path.is_file()
    }


@pytest.mark.home
@pytest.mark.parametrize(
    ("name", "compare"),
    [
        ("comparison", make.compare_methods),
        ("comparison_of_own_objects", make.compare_own_objects),
    ],
)
def test_a_comparison_goes_on_in_a_folder_of_before_and_trains_nothing_again(
    name: str, compare: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("scipy", reason="the extra `comparison`")
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    folder, now = copied(name, tmp_path), tmp_path / "now"
    taken_over(
        folder / "comparison.json",
        NOW,
        model="model_digest",
        begin=lambda: compare(now, methods=["gradient_mask"], seeds=1, progress=False),
    )
    before = results(folder)
    comparison = compare(folder)
    errors = capsys.readouterr().err
    assert errors.startswith(f"{len(before)} of {len(before)} trainings ")
    assert "accuracy" not in errors  # which is in the line of each training
    assert results(folder) == before
    kept = [json.loads(text) for text, _ in before.values()]
    accuracies = {(run["method"], run["seed"]): run["measures"]["accuracy"] for run in kept}
    found = {(run.method, run.seed): run.measures["accuracy"] for run in comparison.runs}
    assert found == accuracies
    assert len(found) == len(kept) > 0


@pytest.mark.home
@pytest.mark.parametrize(
    ("name", "tune"), [("tuning", make.tune), ("tuning_of_own_objects", make.tune_own_objects)]
)
def test_a_search_for_sigma_goes_on_in_a_folder_of_before_and_trains_only_what_is_new(
    name: str, tune: Any, tmp_path: Path
) -> None:
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    folder, now = copied(name, tmp_path), tmp_path / "now"
    taken_over(
        folder / "settings.json",
        {"backend": NOW["backend"]},
        model="model",
        begin=lambda: tune(now, trials=1),
    )
    kept = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    before = results(folder)
    record = tune(folder)
    assert results(folder) == before
    found = json.loads(record.to_json())
    same = ("best_sigma", "luck", "seeds", "baseline", "trials")
    assert {key: found[key] for key in same} == {key: kept[key] for key in same}
    more = tune(folder, len(kept["trials"]) + 1)
    assert len(more.trials) == len(record.trials) + 1
    assert set(record.trials) < set(more.trials)
    after = results(folder)
    assert {path: after[path] for path in before} == before
    assert len([path for path in after if path.startswith("runs/")]) == len(more.trials) + 1


@pytest.mark.slow
@pytest.mark.home
def test_a_search_over_methods_goes_on_in_a_folder_of_before_and_trains_only_what_is_new(
    tmp_path: Path,
) -> None:
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    folder = copied("search", tmp_path)
    before = results(folder)
    tuner = make.search(folder)
    assert tuner.remaining_trials == 0
    assert results(folder) == before
    scores = {trial.trial_id: trial.score for trial in tuner.oracle.get_best_trials()}
    assert scores == RESULTS_EXPECTED["search"]
    with np.load(RESULTS / "best_of_search.npz") as arrays:
        assert_close(make.best_outputs(tuner), arrays["outputs"])
    more = make.search(folder, trials=2)
    after = results(folder)
    assert {path: after[path] for path in before} == before
    assert len(more.oracle.get_best_trials(9)) == 2


def test_a_file_of_monitored_values_tells_the_epochs_after_a_rise(tmp_path: Path) -> None:
    file = Path(shutil.copy(RESULTS / "when_rising.json", tmp_path))
    rising = WhenRising("val_loss", path=file)
    assert [epoch for epoch in range(len(make.LOSSES) + 1) if rising(epoch)] == [4]
    rising.observe(len(make.LOSSES), {"val_loss": 0.8})
    assert rising(4)
    assert not rising(5)
    assert list(json.loads(file.read_text(encoding="utf-8")).values()) == [*make.LOSSES, 0.8]
