"""An exception within a frozen epoch leaves a model that trains as if there had been none."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import frozen
from tests.backends import fewer
from tests.receptive_field.freeze.freeze_cases import (
    ALL,
    Fails,
    X,
    Y,
    changed,
    fit,
    freeze,
    new_model,
    of_layer,
    state,
    trained_layers,
)


def fail(model: keras.Model, where: str) -> None:
    """Leaves a fit by an exception within a frozen epoch."""
    if where == "step":
        with pytest.raises(Exception, match=r"(?s).+"):  # each backend has its own
            fit_images_of_two_sizes(model)
        return
    with pytest.raises(KeyboardInterrupt, match=where):
        fit(model, freeze("second", epochs=0), Fails(0, where))


def fit_images_of_two_sizes(model: keras.Model) -> None:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        yield X[:4], Y[:4]
        yield X[:4, :3], Y[:4]

    callback = freeze("second", epochs=0)
    model.fit(batches(), steps_per_epoch=2, verbose=0, callbacks=[callback])


def batch_by_batch(model: keras.Model) -> None:
    for i in range(0, len(X), 4):
        model.train_on_batch(X[i : i + 4], Y[i : i + 4])


@pytest.mark.parametrize(
    ("where", "train"),
    fewer([("begin", fit), ("end", batch_by_batch), ("step", batch_by_batch), ("epoch", fit)]),
)
def test_the_next_training_trains_everything_and_nothing_is_left_behind(
    where: str, train: Callable[[keras.Model], Any]
) -> None:
    model = new_model()
    fit(model)
    own, of_optimizer, function = (
        set(vars(model)),
        dict(vars(model.optimizer)),
        model.train_function,
    )
    fail(model, where)
    assert all(vars(model.optimizer)[k] is v for k, v in of_optimizer.items())
    assert vars(model.optimizer).keys() == of_optimizer.keys()
    before = state(model)
    train(model)
    found = changed(before, state(model))
    assert {path.split("/")[0] for path in found} == ALL | {"optimizer"}
    assert len(of_layer("second", found)) == 4  # two variables and their momenta
    assert model.train_function is function
    assert set(vars(model)) - {"_eval_epoch_iterator"} <= own


def test_the_freeze_may_continue_after_it() -> None:
    model, callback = new_model(), freeze("second", epochs=[1])
    with pytest.raises(KeyboardInterrupt):
        fit(model, callback, Fails(1, "end"), epochs=3)
    found = trained_layers(model, callback, epochs=3)
    assert found == [ALL, ALL - {"second"}, ALL]
    assert callback.frozen_epochs == [1]
    assert "make_train_function" not in vars(model)


def test_a_model_compiled_after_it_trains_everything() -> None:
    model = new_model()
    fail(model, "begin")
    model.compile(model.optimizer, model.loss, jit_compile=model.jit_compile)
    assert trained_layers(model) == [ALL]
    assert "make_train_function" not in vars(model)


def test_a_model_saved_after_it_trains_everything(tmp_path: Path) -> None:
    model = new_model()
    fail(model, "begin")
    model.save(tmp_path / "model.keras")
    assert trained_layers(keras.saving.load_model(tmp_path / "model.keras")) == [ALL]


def test_a_context_opened_after_it_freezes_only_its_own_layers() -> None:
    model = new_model()
    fail(model, "begin")
    with frozen(model, ["third"]):
        assert trained_layers(model) == [ALL - {"third"}]
    assert trained_layers(model) == [ALL]


def test_a_context_around_it_ends_as_usual() -> None:
    model = new_model()
    fit(model)
    function = model.train_function
    with frozen(model, ["third"]):
        fail(model, "begin")
    assert model.train_function is function
    assert "make_train_function" not in vars(model)
    assert trained_layers(model) == [ALL]
