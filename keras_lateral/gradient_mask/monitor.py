"""A callback that logs how much the masks keep."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.gradient_mask.mask_gradients import find_gradient_masks
from keras_lateral.gradient_mask.report import WITHOUT_EFFECT, measure_gradient_masks
from keras_lateral.gradient_mask.report_record import COLUMNS, GradientMaskReport
from keras_lateral.keras_tools.arguments import FixedArguments

SHARES = ("positions_kept", "energy_kept", "positions_by_norm", "energy_left")


class GradientMaskMonitor(FixedArguments, keras.callbacks.Callback):
    """Writes how much the masks keep into `logs` at the end of epochs.

    The keys are `gradient_mask/<layer>/<share>`, with the shares of `gradient_mask_report`.
    `History` and the progress bar always have them; list `CSVLogger`, `TensorBoard` and other
    callbacks that read `logs` after this one. In epochs without a
    measurement the values are NaN, so that every row of a `CSVLogger` has the same columns.

    Training is not changed. A measurement costs about three training steps for every batch of
    `x`: a few hundred samples will do.

    Args:
        x: Inputs to measure on, as for `gradient_mask_report`.
        y: Targets.
        every: Number of epochs from one measurement to the next; the first is in epoch 0.
        prefix: Prefix of the keys.
        shares: Values to write, some of `"positions_kept"`, `"energy_kept"`,
            `"positions_by_norm"`, `"energy_arriving"`, `"energy_left"`.
        batch_size: Samples per training step of the measurement.

    Attributes:
        reports: Dict from epoch to the `GradientMaskReport` measured at its end.

    Raises:
        ValueError: If an argument is out of its range; when training begins, if the model is not
            built or has no mask.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, GradientMaskMonitor
    >>> masked = GradientMaskConv2D(4, 3, sigma=1.0, threshold=0.5, name="conv")
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), masked, keras.layers.Flatten()])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.random.default_rng(0).normal(size=(2, 8, 8, 3)), np.zeros((2, 144))
    >>> monitor = GradientMaskMonitor(x, y, shares=["energy_kept"])
    >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[monitor]).history
    >>> 0 < history["gradient_mask/conv/energy_kept"][-1] < 1
    True
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        every: int = 1,
        prefix: str = "gradient_mask",
        *,
        shares: Sequence[str] = SHARES,
        batch_size: int = 32,
    ) -> None:
        super().__init__()
        if every < 1:
            raise ValueError(
                "Invalid value for argument `every`. Expected 1 or more epochs. "
                f"Received: every={every}"
            )
        if not set(shares) <= set(COLUMNS):
            raise ValueError(
                f"Invalid value for argument `shares`. Expected some of {list(COLUMNS)}. "
                f"Received: shares={list(shares)}"
            )
        self._data = (x, y)
        self._every, self._prefix = every, prefix
        self._shares, self._batch_size = tuple(shares), batch_size
        self.reports: dict[int, GradientMaskReport] = {}
        self._is_made = True

    def on_train_begin(self, logs: Any = None) -> None:
        self._names = list(find_gradient_masks(self.model))
        self.reports = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        values = {
            self._key(name, share): math.nan for name in self._names for share in self._shares
        }
        if epoch % self._every == 0:
            # `self.model` is read here, which on JAX brings its variables up to date.
            report = measure_gradient_masks(self.model, *self._data, None, self._batch_size)
            self.reports[epoch] = report
            for layer in report.layers:
                values |= {self._key(layer.name, s): getattr(layer, s) for s in self._shares}
        if logs is not None:
            logs.update(values)

    def on_train_end(self, logs: Any = None) -> None:
        idle = [set(report.without_effect()) for report in self.reports.values()]
        always = set.intersection(*idle) if idle else set()
        if always:
            warnings.warn(
                f"The gradient masks of {sorted(always)} changed nothing in any epoch that was "
                f"measured: {WITHOUT_EFFECT}",
                UserWarning,
                stacklevel=2,
            )

    def _key(self, name: str, share: str) -> str:
        return f"{self._prefix}/{name}/{share}"
