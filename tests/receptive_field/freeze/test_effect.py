"""A freeze that stopped nothing says so once, by what the ordinary epochs changed."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze, frozen
from tests.receptive_field.freeze.freeze_cases import X, Y, fit, freeze, loss, new_model


def with_an_idle_layer() -> keras.Model:
    """Returns a model with a layer behind which no gradient comes back, "idle"."""
    keras.utils.set_random_seed(1)
    image = keras.Input((8, 8, 2))
    flat = layers.Flatten()(image)
    idle = layers.Dense(3, name="idle")(flat)
    y = layers.Dense(3, name="busy")(flat) + layers.Dense(3, name="other")(flat)
    y = y + keras.ops.stop_gradient(idle)
    model = keras.Model(image, y)
    model.compile("sgd", loss())
    return model


def said(model: keras.Model, *callbacks: Any, **arguments: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        fit(model, *callbacks, **arguments)
    return [str(one.message) for one in found if "ReceptiveFieldFreeze" in str(one.message)]


@pytest.mark.parametrize(
    ("names", "still"),
    [
        (["idle"], "nothing: the weights of layers ['idle']"),
        (["idle", "busy"], "nothing for some layers: the weights of layers ['idle']"),
        (["busy"], None),
    ],
)
def test_layers_that_ordinary_epochs_do_not_change_either_are_named(
    names: Sequence[str], still: str | None
) -> None:
    found = said(with_an_idle_layer(), ReceptiveFieldFreeze(list(names), [1]), epochs=3)
    assert len(found) == (still is not None)
    assert all(str(still) in message for message in found)


def test_where_all_epochs_are_frozen_nothing_is_known_and_nothing_said() -> None:
    assert not said(with_an_idle_layer(), ReceptiveFieldFreeze(["idle"], [(0, None)]), epochs=2)


def test_layers_that_are_not_trainable_are_named_beside_those_that_are() -> None:
    model = new_model()
    model.get_layer("second").trainable = False
    model.compile("sgd", model.loss)
    [found] = said(model, freeze("second", "third", epochs=[1]), epochs=2)
    assert "for some layers: the weights of layers ['second'] are not trainable" in found
    with (
        pytest.warns(UserWarning, match=r"\['second'\] are not trainable"),
        frozen(model, "second"),
    ):
        model.train_on_batch(X[:4], Y[:4])
