"""Receptive fields see into layers made of layers, and leave them as they were."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import ReceptiveField, receptive_fields
from tests.receptive_field.seen_pixels import assert_sees

POSITIVE: dict[str, Any] = {"use_bias": False, "kernel_initializer": "ones"}


class Block(layers.Layer):
    """A residual block as users write it: parts in a list, an argument `training`, a keepsake."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parts = [layers.Conv2D(2, 3, padding="same", name="conv", **POSITIVE)]
        self.parts += [layers.BatchNormalization(name="norm"), layers.Dropout(0.5, name="drop")]
        self.kept: Any = None

    def call(self, x: Any, training: bool) -> Any:
        y = x
        for part in self.parts:
            y = part(y) if part.name == "conv" else part(y, training=training)
        self.kept = y
        return ops.relu(x + y)


class Outer(layers.Layer):
    """A block within a layer, and a nested model."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.block = Block(name="block")
        self.model = keras.Sequential(
            [keras.Input((None, None, 2)), layers.Conv2D(2, 3, 2, name="down", **POSITIVE)],
            name="model",
        )

    def call(self, x: Any) -> Any:
        return self.model(self.block(x, training=False))


class Windows(layers.Layer):
    """Its code asks for the length of the batch."""

    def call(self, x: Any) -> Any:
        batch, h, w, c = ops.shape(x)
        x = ops.transpose(ops.reshape(x, (batch, h // 4, 4, w // 4, 4, c)), (0, 1, 3, 2, 4, 5))
        x = ops.reshape(x, (-1, 16, c))
        x = x + ops.mean(x, axis=1, keepdims=True)
        x = ops.transpose(ops.reshape(x, (batch, h // 4, w // 4, 4, 4, c)), (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, h, w, c))


def chain(*stack: Any, image: tuple[int | None, ...] = (20, 20, 1)) -> keras.Model:
    return keras.Sequential([keras.Input(image), layers.Conv2D(2, 1, **POSITIVE), *stack])


def test_what_is_inside_stands_under_its_path() -> None:
    model = keras.Sequential([keras.Input((20, 20, 2), name="image"), Outer(name="outer")])
    fields = receptive_fields(model)
    names = [name for name in fields if "add" not in name and "relu" not in name]
    inside = [f"outer/block/{part}" for part in ("conv", "norm", "drop")]
    assert names == ["image", *inside, "outer/model/down"]
    assert fields["outer/block/conv"] == fields["conv"] == ReceptiveField((3, 3), (1, 1), (1, 1))
    assert fields["outer"] == fields["outer/model/down"] == ReceptiveField((5, 5), (2, 2), (1, 1))


@pytest.mark.parametrize("layer", [Outer, Windows])
def test_units_of_such_layers_see_the_pixels_that_change_them(layer: Any) -> None:
    model = chain(layer(), layers.Conv2D(1, 2, **POSITIVE))
    assert assert_sees(model, receptive_fields(model).layers[-1].field, (20, 20)) > 3


def test_the_shapes_are_those_of_any_batch() -> None:
    shapes = {record.output_shape for record in receptive_fields(chain(Windows())).layers}
    assert {shape[0] for shape in shapes} == {None}
    assert shapes >= {(None, 16, 2), (None, 20, 20, 2)}


def test_nothing_in_the_layers_changes() -> None:
    block = Block(name="block")
    image = keras.Input((20, 20, 2))
    model = keras.Model(image, block(image, training=False))
    owned = [block, *block.parts]
    before = [dict(vars(layer)) for layer in owned]
    nodes = [len(layer._inbound_nodes) for layer in owned]
    x = np.ones((1, 20, 20, 2))
    y = model.predict(x, verbose=0)
    before[0]["kept"] = block.kept
    receptive_fields(model)
    assert [dict(vars(layer)) for layer in owned] == before
    assert [len(layer._inbound_nodes) for layer in owned] == nodes
    assert not hasattr(block.parts[0], "output")  # still never called in a graph
    np.testing.assert_array_equal(model.predict(x, verbose=0), y)


def test_a_wrapped_model_is_applied_to_every_step() -> None:
    inner = keras.Sequential(
        [keras.Input((12, 12, 1)), layers.Conv2D(2, 3, 2, name="down"), layers.Flatten()],
        name="inner",
    )
    video = keras.Input((7, 12, 12, 1))
    x = layers.TimeDistributed(inner, name="each")(video)
    fields = receptive_fields(keras.Model(video, layers.Conv1D(2, 3, name="time")(x)))
    assert fields["each/inner/down"] == ReceptiveField((1, 3, 3), (1, 2, 2), (0, 0, 0))
    assert (fields["time"].size, fields["time"].stride) == ((3, 12, 12), (1, 0, 0))


def test_a_subclassed_model_within_a_functional_one_is_read() -> None:
    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="net")
            self.block = Block(name="block")

        def call(self, x: Any) -> Any:
            return self.block(x, training=False)

    net, image = Net(), keras.Input((20, 20, 2))
    assert receptive_fields(keras.Model(image, net(image)))["net/block/conv"].size == (3, 3)
    with pytest.raises(ValueError, match=r"keras.Model\(image, model\(image\)\)"):
        receptive_fields(net)


def test_functions_in_lambda_layers_are_read_if_they_can_be() -> None:
    every_other = layers.Lambda(lambda x: x[:, ::2] * 2, output_shape=(10, 20, 2))
    assert receptive_fields(chain(every_other)).layers[-1].field.stride == (2, 1)
