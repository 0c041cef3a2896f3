"""The receptive-field freeze as an arm, and its control: as many layers that expand nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral import (
    Method,
    ReceptiveFieldFreeze,
    expanding_layers,
    receptive_field_freeze_method,
)

BEHIND = "behind_expanding"


def freeze_method(
    total: int, epochs: str | Sequence[int] = "last", layers: str = "paper"
) -> Method:
    """Returns the method that freezes layers in some epochs.

    Args:
        total: Epochs of the training. An epoch is a `fit` of its own here, which does not know
            which epoch will be the last.
        epochs: `"last"`, or the epochs.
        layers: A rule of `expanding_layers`; or `"behind_expanding"`, the control: the next wide
            convolution behind each layer that the rule `"paper"` finds.
    """
    frozen = [total - 1] if epochs == "last" else [epoch for epoch in epochs if epoch < total]
    if layers == BEHIND:
        return Method("freeze_behind", callbacks=lambda: [FreezeBehind(epochs=frozen)])
    return receptive_field_freeze_method(layers, frozen)


def behind_expanding(model: keras.Model) -> list[str]:
    """Returns the next convolution with more than one tap behind each expanding one, by name."""
    wide = [
        layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and max(layer.kernel_size) > 1
    ]
    return [wide[wide.index(found.name) + 1] for found in expanding_layers(model)]


class FreezeBehind(ReceptiveFieldFreeze):
    """Freezes the convolutions behind the expanding ones, which it looks up in the model."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.layers = behind_expanding(self.model)
        super().on_train_begin(logs)
