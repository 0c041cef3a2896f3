"""Regularizers whose strength changes from epoch to epoch."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

import keras

from keras_lateral.frame.attach import find_regularizers
from keras_lateral.frame.other_operators import warn_of_other_operators
from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.arguments import FixedArguments
from keras_lateral.keras_tools.epoch_values import Number, number_by_epoch, warm_up
from keras_lateral.keras_tools.labels.label import find_labels

Scale = Number | Mapping[int, float]
"""A number, a function from the epoch to a number, or numbers by the epoch they hold from."""


class RegularizerSchedule(FixedArguments, keras.callbacks.Callback):
    """Scales the factors of a model's regularizers at the start of every epoch of `fit`.

        strength = factor * scale(epoch)

    The scale is a function of the epoch's number alone, so a run that resumes (`initial_epoch`,
    `BackupAndRestore`) has the values of a run that never stopped; a saved model holds the
    factors without it. Nothing is recompiled. When training ends, the scale is 1 again.

    Args:
        scale: A number; a function from the epoch, counted from 0, to a number; or a dict of
            numbers by the epoch from which they hold, such as `{0: 1.0, 20: 1e-3}`.
        warmup_epochs: Number of epochs over which the scale grows to its value, from 0 in the
            first.
        layers: Labels of the layers whose regularizers are scaled, as in
            `find_regularizers(model)`. Defaults to all.

    Raises:
        ValueError: If an argument is out of its range; when training begins, if the model has no
            regularizer of this library, or none for a name in `layers`, or if a scale is
            negative.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import FrameRegularizer, RegularizerSchedule
    >>> regularizer = FrameRegularizer(factor=0.1)
    >>> conv = keras.layers.Conv2D(4, 3, kernel_regularizer=regularizer)
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), conv, keras.layers.Flatten()])
    >>> model.compile("sgd", "mse")
    >>> seen = []
    >>> look = keras.callbacks.LambdaCallback(
    ...     on_epoch_begin=lambda epoch, logs: seen.append(regularizer.scale)
    ... )
    >>> schedule = RegularizerSchedule({0: 1.0, 3: 0.5}, warmup_epochs=2)
    >>> x, y = np.ones((2, 8, 8, 3)), np.ones((2, 144))
    >>> _ = model.fit(x, y, epochs=4, verbose=0, callbacks=[schedule, look])
    >>> seen, regularizer.scale
    ([0.0, 0.5, 1.0, 0.5], 1.0)
    """

    def __init__(
        self,
        scale: Scale = 1.0,
        *,
        warmup_epochs: int = 0,
        layers: str | Collection[str] | None = None,
    ) -> None:
        super().__init__()
        if warmup_epochs < 0:
            raise ValueError(
                "Invalid value for argument `warmup_epochs`. Expected 0 or more epochs. "
                f"Received: warmup_epochs={warmup_epochs}"
            )
        self._scale = _stepwise(scale) if isinstance(scale, Mapping) else number_by_epoch(scale)
        self._warmup_epochs = warmup_epochs
        self._layers = layers
        self._penalties: list[Penalty] = []
        self._is_made = True

    def scale(self, epoch: int) -> float:
        """Returns the number that multiplies the factors in an epoch, counted from 0."""
        return warm_up(epoch, self._warmup_epochs) * self._scale(epoch)

    def penalties(self, model: Any) -> dict[str, Penalty]:
        """Returns the regularizers of a model that it scales, by the names of their layers."""
        return _chosen_penalties(model, self._layers)

    def on_train_begin(self, logs: Any = None) -> None:
        for epoch in range(self.params["epochs"]):
            if not 0 <= self.scale(epoch) < float("inf"):
                raise ValueError(
                    "Invalid value for argument `scale`. Expected numbers of 0 or above. "
                    f"Received: {self.scale(epoch)} in epoch {epoch}"
                )
        self._penalties = list(self.penalties(self.model).values())
        warn_of_other_operators(self.model, stacklevel=2)
        self._changed = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        scale = self.scale(epoch)
        self._changed |= scale != 1
        self._set_scale(scale)

    def on_train_end(self, logs: Any = None) -> None:
        self._set_scale(1.0)
        if not self._changed:
            warnings.warn(
                "RegularizerSchedule changed nothing: its scale was 1 in every epoch that was "
                "trained.",
                UserWarning,
                stacklevel=2,
            )

    def _set_scale(self, scale: float) -> None:
        for penalty in self._penalties:
            penalty.scale = scale


def _stepwise(scales: Mapping[int, float]) -> Any:
    if 0 not in scales:
        raise ValueError(
            "Invalid value for argument `scale`. Expected a dict with a number for epoch 0. "
            f"Received: scale={dict(scales)}"
        )
    return lambda epoch: float(scales[max(start for start in scales if start <= epoch)])


def _chosen_penalties(
    model: keras.Model, names: str | Collection[str] | None
) -> dict[str, Penalty]:
    found = find_regularizers(model)
    if names is None:
        return found
    what = f"the layers of model {model.name!r} with a regularizer"
    return {label: found[label] for label in find_labels(names, list(found), what)}
