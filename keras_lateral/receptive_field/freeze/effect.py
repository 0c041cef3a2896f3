"""Whether a freeze has changed anything, by what happened and not by what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.learning_rate import NEAR_ZERO, current_rate


class Effect:
    """Looks at the epochs of one `fit`: at learning rates, and at what ordinary epochs changed.

    A freeze stops nothing if the weights stand still without it, too: those of layers that are not
    trainable or not part of the loss, or that have no part in the model's own training step.
    """

    def __init__(self) -> None:
        self._rates: dict[int, float] = {}
        self._ordinary: list[int] = []
        self._before: dict[str, list[np.ndarray]] = {}
        self._moved: set[str] = set()

    def begin_epoch(self, layers: dict[str, Any]) -> None:
        """Remembers the weights before an ordinary epoch, of layers that have not moved yet.

        Args:
            layers: The layers to be frozen in other epochs, by name.
        """
        still = {name: layer for name, layer in layers.items() if name not in self._moved}
        self._before = {name: _values(layer) for name, layer in still.items()}

    def end_epoch(self, epoch: int, model: Any, layers: dict[str, Any]) -> None:
        """Looks at the learning rate, and after an ordinary epoch at the weights."""
        self._rates[epoch] = current_rate(model.optimizer)
        if self._before:
            self._ordinary.append(epoch)
        for name, before in self._before.items():
            pairs = zip(before, _values(layers[name]), strict=True)
            if any(a.tobytes() != b.tobytes() for a, b in pairs):
                self._moved.add(name)
        self._before = {}

    def standing_still(self, layers: dict[str, Any]) -> list[str]:
        """Returns the layers whose weights no ordinary epoch changed, or that are not trainable."""
        return [
            name
            for name, layer in layers.items()
            if not layer.trainable_variables or (self._ordinary and name not in self._moved)
        ]

    def rate_is_near_zero(self, epochs: Sequence[int]) -> bool:
        """Returns whether in all of these epochs steps were too small to change the weights."""
        rates = [self._rates[epoch] for epoch in epochs if epoch in self._rates]
        return bool(rates) and max(rates) < NEAR_ZERO * max(self._rates.values())


def _values(layer: Any) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(v).copy() for v in layer.trainable_variables]
