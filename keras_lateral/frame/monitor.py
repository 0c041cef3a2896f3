"""The true frame bounds of a model's layers, in the logs of `fit`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from keras_lateral.frame.bounds.of_layers import Measurement, layers_to_measure, model_frame_bounds
from keras_lateral.frame.bounds.record import FrameBounds, FrameBoundsReport
from keras_lateral.frame.other_operators import warn_of_other_operators
from keras_lateral.keras_tools.arguments import Borders, FixedArguments
from keras_lateral.keras_tools.layer_choice import Choice

VALUES = ("lower", "upper", "condition_number", "dead_channels")
KNOWN = (
    *VALUES,
    "dead",
    "gershgorin_lower",
    "gershgorin_upper",
    "scaled_lower",
    "scaled_upper",
    "lower_error",
    "upper_error",
)


class FrameBoundsMonitor(FixedArguments, keras.callbacks.Callback):
    """Writes the true frame bounds of layers into `logs` at the end of epochs.

    The keys are `frame_bounds/<layer>/<value>`, with the values of `FrameBounds`. `History` and
    the progress bar always have them; list `CSVLogger`, `TensorBoard` and others that read `logs`
    after this callback. In epochs without a measurement the values are NaN, so that every row of
    a `CSVLogger` has the same columns.

    A penalty on row sums alone can be lowered by letting channels die: then v_ii of a column of W
    (or of a row, if W has fewer rows than columns) falls to 0, and A is 0 for good. The first time
    this happens in a layer, a warning names it.

    Training is unaffected. See `frame_bounds` for how the bounds are measured; with circular
    borders on 32 x 32 maps, a residual network of some twenty layers takes seconds. A smaller
    `grid` or fewer `layers` cost less.

    Args:
        every: Number of epochs from one measurement to the next; the first is in epoch 0.
        layers: The layers to measure, by name, class, a function from a layer to bool, or a list
            of these. Defaults to all dense and convolutional ones.
        prefix: First part of the keys.
        values: Which of the numbers in `FrameBounds` to write.
        borders: `"circular"` or `"zeros"`.
        grid: As for `frame_bounds`.
        tolerance: As for `frame_bounds`.
        accuracy: As for `frame_bounds`.

    Attributes:
        reports: Dict from epoch to the `FrameBoundsReport` measured at its end.

    Raises:
        ValueError: If an argument is out of its range; when training begins, if `layers` chooses
            no layer with a kernel.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import FrameBoundsMonitor, FrameRegularizer
    >>> regularizer = FrameRegularizer(lower=1.0, upper=1.0, factor=0.02)
    >>> conv = keras.layers.Conv2D(4, 3, name="conv", kernel_regularizer=regularizer)
    >>> model = keras.Sequential([keras.Input((8, 8, 2)), conv, keras.layers.Flatten()])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.zeros((8, 8, 8, 2)), np.zeros((8, 144))
    >>> logs = model.fit(x, y, 1, epochs=3, verbose=0, callbacks=[FrameBoundsMonitor()]).history
    >>> upper = logs["frame_bounds/conv/upper"]
    >>> abs(upper[-1] - 1) < abs(upper[0] - 1)
    True
    """

    def __init__(
        self,
        every: int = 1,
        layers: Choice | None = None,
        prefix: str = "frame_bounds",
        *,
        values: Sequence[str] = VALUES,
        borders: Borders = "circular",
        grid: int | None = None,
        tolerance: float = 1e-6,
        accuracy: float = 1e-4,
    ) -> None:
        super().__init__()
        if every < 1:
            raise ValueError(
                "Invalid value for argument `every`. Expected 1 or more epochs. "
                f"Received: every={every}"
            )
        if not set(values) <= set(KNOWN):
            raise ValueError(
                f"Invalid value for argument `values`. Expected some of {list(KNOWN)}. "
                f"Received: values={list(values)}"
            )
        self._every, self._layers, self._prefix = every, layers, prefix
        self._values = tuple(values)
        self._measurement = Measurement(borders, grid, tolerance, accuracy)
        self.reports: dict[int, FrameBoundsReport] = {}
        self._is_made = True

    def on_train_begin(self, logs: Any = None) -> None:
        self._names = list(layers_to_measure(self.model, self._layers))
        warn_of_other_operators(self.model, stacklevel=2)
        self._warned: set[str] = set()
        self.reports = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        written = {self._key(name, v): math.nan for name in self._names for v in self._values}
        chosen = layers_to_measure(self.model, self._layers).values()
        if epoch % self._every == 0 and weights_are_finite(chosen):
            # `self.model` is read here, which on JAX brings its variables up to date.
            self.reports[epoch] = model_frame_bounds(self.model, self._measurement, self._layers)
            for bounds in self.reports[epoch].layers:
                written |= {
                    self._key(bounds.name, v): _as_float(getattr(bounds, v)) for v in self._values
                }
                self._warn_about_dead_channels(epoch, bounds)
        if logs is not None:
            logs.update(written)

    def _warn_about_dead_channels(self, epoch: int, bounds: FrameBounds) -> None:
        if not bounds.dead_channels or bounds.name in self._warned:
            return
        self._warned.add(bounds.name)
        which = "input channels" if bounds.side == "columns" else "filters"
        warnings.warn(
            f"Layer {bounds.name!r} has {bounds.dead_channels} dead {which} at the end of epoch "
            f"{epoch}: all their weights are near 0, so the lower frame bound is "
            f"{bounds.lower:.2g} and will hardly rise again. Start from `DeltaOrthogonal`, or let "
            "the penalty grow with `RegularizerSchedule(warmup_epochs=...)`.",
            UserWarning,
            stacklevel=2,
        )

    def _key(self, name: str, value: str) -> str:
        return f"{self._prefix}/{name}/{value}"


def weights_are_finite(layers: Iterable[keras.layers.Layer]) -> bool:
    """Returns whether there is something to measure, which is not so once training has diverged."""
    weights = [np.asarray(weight) for layer in layers for weight in layer.get_weights()]
    return all(np.isfinite(weight).all() for weight in weights)


def _as_float(value: float | None) -> float:
    return math.nan if value is None else float(value)
