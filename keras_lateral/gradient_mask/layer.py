"""The layer that masks the gradient in the backward pass."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from keras_lateral.gradient_mask.exact_gradients import gradients_are_exact, register_switch
from keras_lateral.gradient_mask.mask import apply_mask
from keras_lateral.gradient_mask.minicolumns import channel_axis, number_of_sets
from keras_lateral.gradient_mask.probes import probed
from keras_lateral.gradient_mask.settings import (
    GradientMaskSettings,
    MaskValues,
    as_numbers,
    check_threshold,
    from_numbers,
    values_of,
)
from keras_lateral.keras_tools.arguments import (
    DataFormat,
    FeatureSets,
    Inhibition,
    InhibitionPadding,
    Shape,
    Tensor,
    ThresholdMode,
    check_choice,
)
from keras_lateral.keras_tools.attaching.followed_values import FollowedValues
from keras_lateral.keras_tools.backward import identity_with_backward

_FIXED = (
    "feature_sets",
    "threshold_mode",
    "inhibition",
    "inhibition_size",
    "inhibition_padding",
    "zero_sum",
    "data_format",
    "settings",
)


# `Identity`, so that whoever knows what Keras' layers read of their input knows it of this one.
@keras.saving.register_keras_serializable(package="keras_lateral")
class GradientMask(keras.layers.Identity):
    """Passes maps on unchanged, and passes back only the gradients at positions of high contrast.

        forward:   y = x
        backward:  dL/dx = a * dL/dy,   a_ij(k) = 0 where |LoG * ||M_ij(k)|||_ij < eps, else 1

    The minicolumn M_ij(k) is the vector of the gradients of feature set k at position (i, j).
    It acts while training only, so inference, saliency and attacks with `training=False` see
    exact gradients; `exact_gradients()` turns it off while training too.

    `sigma`, `threshold` and `enabled` can be set at any time, even during `fit` and after the
    model was compiled. They are kept in variables that are not weights, so a model with masks has
    the same weights as one without, and each loads the other's weight files. A jitted JAX step of
    your own sees a new value as soon as it is passed `model.non_trainable_variables` read anew.

    Args:
        sigma: Standard deviation of the Laplacian of Gaussian, in pixels of the map.
        feature_sets: K, the number of equal, disjoint sets that the channels are split into, or
            `"channels"` for every channel its own set.
        threshold: eps; `threshold_mode` sets its unit. 0 lets everything pass.
        threshold_mode: `"mean"` or `"max"`: times the mean or maximum of |delta| over the map.
            `"quantile"`: the share of positions that is stopped. `"absolute"`: the gradient's
            own unit, as printed in the paper.
        inhibition: `"log"` for lateral inhibition, `"norm"` to threshold the norms themselves.
        inhibition_size: Side of the kernel in pixels, odd; by default a radius of at least
            3 `sigma`. Give a larger one if `sigma` is to grow later.
        inhibition_padding: `"reflect"` or `"zeros"`: what lies around the map.
        zero_sum: `False` uses the closed form of the kernel as it is.
        enabled: Whether the mask acts.
        data_format: `"channels_last"` or `"channels_first"`. Defaults to Keras' own setting.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: The maps.
        training: Whether the mask acts in the backward pass. Set by `fit`.

    Input shape:
        `(batch, *spatial, channels)` with one, two or three spatial axes, whose lengths may be
        unknown, or `(batch, channels, *spatial)`.

    Output shape:
        The input's.

    Raises:
        ValueError: If an argument is out of its range, the input is not a map, or `feature_sets`
            does not divide its channels.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMask
    >>> model = keras.Sequential(
    ...     [
    ...         keras.layers.Conv2D(16, 3, activation="relu"),
    ...         GradientMask(sigma=1.0, feature_sets=4),
    ...         keras.layers.GlobalAveragePooling2D(),
    ...         keras.layers.Dense(10),
    ...     ]
    ... )
    >>> model(keras.ops.ones((1, 8, 8, 3))).shape == (1, 10)
    True

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks, eq. 1-3.
    """

    def __init__(
        self,
        sigma: float = 1.0,
        *,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        settings = GradientMaskSettings(
            sigma=sigma,
            feature_sets=feature_sets,
            threshold=threshold,
            threshold_mode=threshold_mode,
            inhibition=inhibition,
            inhibition_size=inhibition_size,
            inhibition_padding=inhibition_padding,
            zero_sum=zero_sum,
        )
        # The kernel's side is fixed from here on; what changes later must fit into it.
        self._settings = replace(settings, inhibition_size=settings.size)
        self._enabled = _checked_switch(enabled)
        self.data_format: DataFormat = data_format or keras.config.image_data_format()
        check_choice("data_format", self.data_format, DataFormat)
        self._now = FollowedValues(self._values(), name=self.name)
        register_switch(self)

    _own: Mapping[str, Any] = MappingProxyType({})
    """The mask's own values of what is set for now."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuses new values of what a compiled function would not follow."""
        if name in _FIXED and hasattr(self, "_now"):
            raise AttributeError(
                f"`{name}` of the gradient mask {self.name!r} is fixed when it is made: functions "
                "that are already compiled would not follow. To change it, use "
                f"keras_lateral.remove_gradient_mask(model) and keras_lateral.apply_gradient_mask("
                f"model, {name}={value!r}), or make the layer anew. `sigma`, `threshold` and "
                "`enabled` can be set."
            )
        super().__setattr__(name, value)

    saw_training = False
    """Whether a training step, when it was traced, has called the mask."""

    saw_gradient = False
    """Whether in a training step, when it was traced, a gradient has arrived."""

    def build(self, input_shape: Shape) -> None:
        """Checks that the feature sets divide the channels."""
        check_maps(input_shape, self.name)
        channels = input_shape[channel_axis(len(input_shape), self.data_format)]
        if channels is None:
            raise ValueError(
                f"Layer {self.name!r} must know the number of channels to split them into feature "
                f"sets. Received: input_shape={tuple(input_shape)} with data_format="
                f"{self.data_format!r}"
            )
        number_of_sets(self.feature_sets, channels)

    @property
    def sigma(self) -> float:
        """Standard deviation of the Laplacian of Gaussian, in pixels."""
        return float(self._settings.sigma)

    @sigma.setter
    def sigma(self, sigma: float) -> None:
        self._settings = replace(self._settings, sigma=sigma)
        self._is_own("sigma")
        self._now.set(self._values())

    @property
    def threshold(self) -> float:
        """eps, in the unit that `threshold_mode` sets."""
        return float(self._settings.threshold)

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        check_threshold(threshold, self._settings.threshold_mode)
        with warnings.catch_warnings():  # a small kernel was warned of when it was chosen
            warnings.simplefilter("ignore")
            self._settings = replace(self._settings, threshold=threshold)
        self._is_own("threshold")
        self._now.set(self._values())

    @property
    def enabled(self) -> bool:
        """Whether the mask acts (outside `exact_gradients`)."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._enabled = _checked_switch(enabled)
        self._is_own("enabled")
        self.follow_exact_gradients()

    @property
    def feature_sets(self) -> FeatureSets:
        """K, or `"channels"`."""
        return self._settings.feature_sets

    @property
    def settings(self) -> GradientMaskSettings:
        """All arguments of the mask as they are now."""
        return self._settings

    def set_for_now(self, values: Mapping[str, Any]) -> None:
        """Sets `sigma`, `threshold` and `enabled` until `set_back`; files hold the mask's own.

        Args:
            values: The values by the names of the attributes.
        """
        own = {name: getattr(self, name) for name in values} | dict(self._own)
        for name, value in values.items():
            setattr(self, name, value)
        self._keep(own)

    def set_back(self) -> None:
        """Gives the mask its own values back."""
        for name, value in dict(self._own).items():
            setattr(self, name, value)  # which makes it the mask's own

    def _keep(self, own: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_own", own)  # past Keras, which takes a dict for state

    def _is_own(self, name: str) -> None:
        self._keep({other: value for other, value in self._own.items() if other != name})

    def follow_exact_gradients(self) -> None:
        """Updates the variable of `enabled` to follow the scope."""
        self._now.set(self._values())

    def _values(self) -> list[float]:
        acts = self._enabled and not gradients_are_exact()
        return as_numbers(values_of(self._settings, acts))

    def values(self) -> MaskValues:
        """Returns sigma, threshold and `enabled` as a compiled function reads them now."""
        return from_numbers(self._now.read())

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns the inputs; while training their gradient is masked."""
        if not training:
            return inputs
        return probed(self, identity_with_backward(inputs, self.masking()))

    def masking(self) -> Callable[[Tensor], Tensor]:
        """Returns the function that applies the mask, as set now, to a gradient.

        The mask's values are read here and not in the function, which may run in a backward pass,
        when Keras' scope for them has closed.
        """
        self.saw_training = True
        values = self.values()

        def masked(gradient: Tensor) -> Tensor:
            self.saw_gradient = True
            return apply_mask(gradient, self._settings, self.data_format, values)

        return masked

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the input's shape and dtype; `Identity` does not know `training`."""
        return super().compute_output_spec(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the layer's arguments, with the values set later, but not those of a schedule."""
        arguments = asdict(self._settings)
        del arguments["size"]
        arguments |= {"enabled": self._enabled, "data_format": self.data_format}
        return {**super().get_config(), **arguments, **self._own}


def _checked_switch(enabled: Any) -> bool:
    """Returns a bool, also of NumPy's; raises of anything else."""
    if not isinstance(enabled, (bool, np.bool_)):
        raise ValueError(
            "Invalid value for argument `enabled`. Expected True or False. "
            f"Received: enabled={enabled!r}"
        )
    return bool(enabled)


def check_maps(shape: Shape, name: str) -> None:
    """Raises if `shape` is not that of a batch of maps."""
    if not 3 <= len(shape) <= 5:
        raise ValueError(
            f"Layer {name!r} expected maps with one, two or three spatial axes, of shape (batch, "
            "*spatial, channels): a gradient mask compares neighbouring positions. "
            f"Received: input_shape={tuple(shape)}"
        )
