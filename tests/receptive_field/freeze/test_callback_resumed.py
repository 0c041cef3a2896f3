"""A run that was interrupted and resumed ends where the straight run ends, bit for bit."""

from pathlib import Path
from typing import Any

import keras
import pytest

from keras_lateral import ReceptiveFieldFreeze, WhenRising
from tests.backends import fewer
from tests.receptive_field.freeze.freeze_cases import Fails, State, fit, freeze, new_model, state
from tests.receptive_field.freeze.optimizer_cases import assert_same

EPOCHS = 4
# Moving averages replace the weights at the end of each `fit`, so such a run can resume only from
# what a callback has saved during the `fit`.
AVERAGES = "averages in place of the weights"
MOMENTUM = "sgd with momentum and weight decay"


def callback() -> ReceptiveFieldFreeze:
    return freeze("second", "third", epochs=[1, 2])


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(scope="module")
def straight(checkpoints: Path) -> State:
    model = new_model(AVERAGES)
    saves = keras.callbacks.ModelCheckpoint(checkpoints / "{epoch}.keras")
    fit(model, callback(), saves, epochs=EPOCHS)
    return state(model)


@pytest.mark.parametrize(
    ("epoch", "where", "backup_first"),
    fewer(
        [
            pytest.param(2, "end", True, id="within a frozen epoch"),
            pytest.param(2, "epoch", False, id="at its end"),
            pytest.param(3, "begin", False, id="right after it"),
        ]
    ),
)
def test_backup_and_restore_ends_as_the_straight_run(
    straight: State, tmp_path: Path, epoch: int, where: str, backup_first: bool
) -> None:
    def callbacks() -> list[keras.callbacks.Callback]:
        both = [keras.callbacks.BackupAndRestore(tmp_path / "backup"), callback()]
        return both if backup_first else both[::-1]

    with pytest.raises(KeyboardInterrupt, match=where):
        fit(new_model(AVERAGES), *callbacks(), Fails(epoch, where, step=0), epochs=EPOCHS)
    resumed = new_model(AVERAGES)
    fit(resumed, *callbacks(), epochs=EPOCHS)
    assert_same(state(resumed), straight)


@pytest.mark.parametrize("epoch", fewer([2, 3]))
def test_what_model_checkpoint_saved_in_a_frozen_epoch_ends_as_the_straight_run(
    straight: State, checkpoints: Path, epoch: int
) -> None:
    resumed = keras.saving.load_model(checkpoints / f"{epoch}.keras")
    fit(resumed, callback(), epochs=EPOCHS, initial_epoch=epoch)
    assert_same(state(resumed), straight)


def test_a_model_saved_and_loaded_after_a_frozen_epoch_ends_as_the_straight_run(
    tmp_path: Path,
) -> None:
    model = new_model(MOMENTUM)
    fit(model, callback(), epochs=2)
    model.save(tmp_path / "model.keras")
    fit(model, callback(), epochs=EPOCHS, initial_epoch=2)
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    fit(resumed, callback(), epochs=EPOCHS, initial_epoch=2)
    in_one = new_model(MOMENTUM)
    fit(in_one, callback(), epochs=EPOCHS)
    assert_same(state(model), state(in_one))
    assert_same(state(resumed), state(in_one))


class Loads(keras.callbacks.Callback):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def on_train_begin(self, logs: Any = None) -> None:
        self.model.load_weights(self._path)


@pytest.mark.slow
def test_a_callback_before_it_loads_the_optimizer_too(tmp_path: Path) -> None:
    model = new_model(MOMENTUM)
    fit(model, callback(), epochs=2)
    model.save_weights(tmp_path / "saved.weights.h5")
    fit(model, callback(), epochs=EPOCHS, initial_epoch=2)
    resumed, loads = new_model(MOMENTUM), Loads(tmp_path / "saved.weights.h5")
    fit(resumed, loads, callback(), epochs=EPOCHS, initial_epoch=2)
    assert_same(state(resumed), state(model))


class Logs(keras.callbacks.Callback):
    """Logs a value that rises in the third epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs["watched"] = [3.0, 2.0, 4.0, 1.0, 5.0][epoch]


def rising(path: Path | None) -> list[keras.callbacks.Callback]:
    return [Logs(), ReceptiveFieldFreeze(["second"], WhenRising("watched", path=path))]


def test_a_freeze_that_waits_for_a_rise_is_resumed_from_its_file(tmp_path: Path) -> None:
    model, straight_callbacks = new_model(MOMENTUM), rising(None)
    fit(model, *straight_callbacks, epochs=5)
    assert straight_callbacks[1].frozen_epochs == [3]

    def callbacks() -> list[keras.callbacks.Callback]:
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        return [*rising(tmp_path / "values" / "watched.json"), backup]

    with pytest.raises(KeyboardInterrupt):
        fit(new_model(MOMENTUM), *callbacks(), Fails(3, "end"), epochs=5)
    resumed, again = new_model(MOMENTUM), callbacks()
    fit(resumed, *again, epochs=5)
    assert again[1].frozen_epochs == [3]
    assert_same(state(resumed), state(model))


def test_without_a_file_a_resumed_run_is_an_error() -> None:
    model = new_model(MOMENTUM)
    with pytest.raises(ValueError, match=r"'watched'.*epochs \[0, 1\].*same `path=`"):
        fit(model, *rising(None), epochs=5, initial_epoch=2)
