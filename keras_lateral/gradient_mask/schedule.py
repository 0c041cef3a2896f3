"""Masks that change from epoch to epoch."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any

import keras

from keras_lateral.gradient_mask.gaussian import inhibition_size_for
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.mask_gradients import find_gradient_masks
from keras_lateral.gradient_mask.settings import check_threshold
from keras_lateral.keras_tools.arguments import FixedArguments, check_sigma
from keras_lateral.keras_tools.epoch_values import (
    Enabled,
    Number,
    enabled_by_epoch,
    number_by_epoch,
    warm_up,
)
from keras_lateral.keras_tools.labels.label import find_labels

Values = dict[str, Any]


class GradientMaskSchedule(FixedArguments, keras.callbacks.Callback):
    """Sets the masks of a model at the start of every epoch of `fit`.

    The values depend only on the epoch's number, so a run that resumes (`initial_epoch`,
    `BackupAndRestore`) has the values of a run that never stopped. Nothing is recompiled. When
    training ends, the masks get back their own values; a model saved before holds these, too.

    Args:
        sigma: Standard deviation in pixels, a number or a function of the epoch. The masks' kernels
            do not grow: give them an `inhibition_size` with room for the largest sigma.
        threshold: Threshold eps, a number or a function of the epoch, counted from 0.
        enabled: A function from the epoch to bool, or ranges `(first, end)` of epochs in which
            the masks act, `end` not included, `None` for the last: `[(0, 5), (10, None)]`.
        warmup_epochs: Number of epochs over which the threshold grows from 0, in the first, to
            its value: `threshold`, or the mask's own.
        layers: Labels of the masks to set, as in `find_gradient_masks(model)`. Defaults to
            all.

    Raises:
        ValueError: If an argument is out of its range; when training begins, if the model is not
            built or has no mask, or none of a name in `layers`, or if a mask cannot have a
            value that is scheduled for it.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, GradientMaskSchedule
    >>> masked = GradientMaskConv2D(4, 3, sigma=1.0, threshold=0.4)
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), masked, keras.layers.Flatten()])
    >>> model.compile("sgd", "mse")
    >>> seen = []
    >>> look = keras.callbacks.LambdaCallback(
    ...     on_epoch_begin=lambda epoch, logs: seen.append(masked.gradient_mask.threshold)
    ... )
    >>> schedule = GradientMaskSchedule(warmup_epochs=2)
    >>> x, y = np.ones((2, 8, 8, 3)), np.ones((2, 144))
    >>> _ = model.fit(x, y, epochs=4, verbose=0, callbacks=[schedule, look])
    >>> seen, masked.gradient_mask.threshold
    ([0.0, 0.2, 0.4, 0.4], 0.4)
    """

    def __init__(
        self,
        sigma: Number | None = None,
        threshold: Number | None = None,
        enabled: Enabled | None = None,
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
        if sigma is None and threshold is None and enabled is None and not warmup_epochs:
            raise ValueError(
                "GradientMaskSchedule has nothing to set. Pass one of `sigma`, `threshold`, "
                "`enabled`, `warmup_epochs`."
            )
        self._sigma = None if sigma is None else number_by_epoch(sigma)
        self._threshold = None if threshold is None else number_by_epoch(threshold)
        self._enabled = None if enabled is None else enabled_by_epoch(enabled)
        self._warmup_epochs = warmup_epochs
        self._layers = layers
        self._masks: list[tuple[GradientMask, Values]] = []
        self._is_made = True
        self._changed = False

    def values(self, epoch: int, threshold: float) -> Values:
        """Returns the values that a mask is set to in an epoch.

        Args:
            epoch: The epoch's number, counted from 0.
            threshold: The mask's own threshold.

        Returns:
            A dict with those of `sigma`, `threshold` and `enabled` that are scheduled.
        """
        values: Values = {}
        if self._sigma is not None:
            values["sigma"] = self._sigma(epoch)
        if self._threshold is not None or self._warmup_epochs:
            full = threshold if self._threshold is None else self._threshold(epoch)
            values["threshold"] = warm_up(epoch, self._warmup_epochs) * full
        if self._enabled is not None:
            values["enabled"] = self._enabled(epoch)
        return values

    def masks(self, model: Any) -> dict[str, GradientMask]:
        """Returns the masks of a model that it sets, by their names."""
        return choose_masks(model, self._layers)

    def on_train_begin(self, logs: Any = None) -> None:
        self._restore()
        masks = self.masks(self.model)
        for mask in masks.values():
            mask.set_back()  # after a `fit` with another schedule that was interrupted
        for name, mask in masks.items():
            for epoch in range(self.params["epochs"]):
                check_values(name, mask, self.values(epoch, mask.threshold), epoch)
        self._masks = [
            (mask, {key: getattr(mask, key) for key in self.values(0, mask.threshold)})
            for mask in masks.values()
        ]
        self._changed = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        for mask, before in self._masks:
            values = self.values(epoch, before.get("threshold", mask.threshold))
            self._changed |= values != before
            mask.set_for_now(values)

    def on_train_end(self, logs: Any = None) -> None:
        self._restore()
        if not self._changed:
            warnings.warn(
                "GradientMaskSchedule changed nothing: in every epoch that was trained, the "
                "masks had the values that they have without it.",
                UserWarning,
                stacklevel=2,
            )

    def _restore(self) -> None:
        for mask, _ in self._masks:
            mask.set_back()
        self._masks = []


def choose_masks(
    model: keras.Model, names: str | Collection[str] | None
) -> dict[str, GradientMask]:
    """Returns the masks of these names, or all masks of a model."""
    masks = find_gradient_masks(model)
    if names is None:
        return masks
    what = f"the gradient masks of model {model.name!r}"
    return {label: masks[label] for label in find_labels(names, list(masks), what)}


def check_values(name: str, mask: GradientMask, values: Values, epoch: int) -> None:
    """Raises if a mask cannot have these values."""
    settings = mask.settings
    sigma = values.get("sigma", settings.sigma)
    check_sigma(sigma)
    check_threshold(values.get("threshold", settings.threshold), settings.threshold_mode)
    needed = inhibition_size_for(sigma)
    if settings.inhibition == "log" and "sigma" in values and needed > settings.size:
        raise ValueError(
            f"The schedule sets sigma={sigma:g} in epoch {epoch}, which needs a kernel of {needed} "
            f"pixels, but that of the gradient mask of {name!r} has {settings.size} and cannot "
            f"grow. Make the layer with `inhibition_size={needed}` or larger."
        )
