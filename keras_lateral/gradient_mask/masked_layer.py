"""The mixin that masks the gradient of a Keras layer's output."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import keras

from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.minicolumns import number_of_sets
from keras_lateral.gradient_mask.probes import probed
from keras_lateral.gradient_mask.split_backward import split_backward
from keras_lateral.keras_tools.arguments import Scope, Shape, Tensor, check_choice
from keras_lateral.keras_tools.layer_kernels import fit_regularizers_to

MASK_ARGUMENTS = tuple(
    parameter
    for name, parameter in inspect.signature(GradientMask.__init__).parameters.items()
    if name not in {"self", "data_format", "kwargs"}
)
"""The mask's own keywords, with their defaults: written down once, in `GradientMask`."""

SCOPE = inspect.Parameter("scope", inspect.Parameter.KEYWORD_ONLY, default="all", annotation=Scope)


class MaskedLayer(keras.layers.Layer):
    """Mixin before a Keras layer: its output's gradient goes through `self.gradient_mask`.

    With `scope="all"` the masked gradient reaches the layer's weights and goes on to the layers
    before. With `scope="weights"` it reaches only the layer's weights (eq. 3 to the letter).

    The constructor takes the Keras layer's arguments, in its order, and the mask's as keywords;
    `inspect.signature`, and so `help`, shows them all.
    """

    def __init__(self, *args: Any, scope: Scope = "all", **kwargs: Any) -> None:
        check_choice("scope", scope, Scope)
        names = [parameter.name for parameter in MASK_ARGUMENTS]
        mask = {name: kwargs.pop(name) for name in names if name in kwargs}
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.gradient_mask = GradientMask(
            **mask,
            data_format=self.data_format,
            dtype=self.dtype_policy,
            name=f"{self.name}_gradient_mask",
        )
        if hasattr(self, "filters"):  # a depthwise convolution learns its channels in `build`
            number_of_sets(self.gradient_mask.feature_sets, self.filters)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuses a new scope, which a compiled function would not follow."""
        if name == "scope" and hasattr(self, "gradient_mask"):
            raise AttributeError(
                f"`scope` of layer {self.name!r} is fixed when it is made: functions that are "
                "already compiled would not follow. To change it, use "
                "keras_lateral.remove_gradient_mask(model) and "
                f"keras_lateral.apply_gradient_mask(model, scope={value!r})."
            )
        super().__setattr__(name, value)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if MaskedLayer in cls.__bases__:
            own = _parameters(cls.__mro__[2])
            keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in MASK_ARGUMENTS]
            cls.__signature__ = inspect.Signature([*own[:-1], *keywords, SCOPE, own[-1]])
        elif "__init__" in vars(cls):  # a class derived from one of ours, with its own arguments
            cls.__signature__ = inspect.Signature(_parameters(cls))

    def build(self, input_shape: Shape) -> None:
        """Makes the layer's weights, and checks that the feature sets divide its channels."""
        super().build(input_shape)
        fit_regularizers_to(self)
        self.gradient_mask.build(self.compute_output_shape(input_shape))

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns what the Keras layer returns; while training its gradient is masked."""
        if not training:
            return super().call(inputs)
        if self.scope == "all":
            return self.gradient_mask(super().call(inputs), training=True)
        return probed(self.gradient_mask, self._call_with_split_backward(inputs))

    def _call_with_split_backward(self, inputs: Tensor) -> Tensor:
        variables = self.trainable_variables
        call = super().call
        if not variables:
            return call(inputs)
        values = [keras.ops.copy(variable.value) for variable in variables]
        # A stateless scope hides the one around it, so what is frozen must be handed over too.
        frozen = [(v, keras.ops.copy(v.value)) for v in self.non_trainable_variables]

        def function(x: Tensor, *values: Tensor) -> Tensor:
            with keras.StatelessScope([*zip(variables, values, strict=True), *frozen]):
                return call(x)

        return split_backward(function, inputs, values, self.gradient_mask.masking())

    def get_config(self) -> dict[str, Any]:
        """Returns the Keras layer's arguments and the mask's."""
        mask = self.gradient_mask.get_config()
        own = {parameter.name: mask[parameter.name] for parameter in MASK_ARGUMENTS}
        return {**super().get_config(), **own, "scope": self.scope}


@keras.saving.register_keras_serializable("keras_lateral")
class MaskedInPlace(keras.layers.Layer):
    """The base of the classes of convolutions that were masked where they are.

    Such a class has the plain one's name, by which Keras names what it writes of a layer's weights:
    the file fits the model with masks and without. Saved layers are loaded by this base.
    """

    masked: Any
    """The masked convolution that the class is derived from."""

    plain: type
    """Keras' convolution without a mask."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns the masked layer."""
        found = [c for c in MaskedLayer.__subclasses__() if c.__name__ == config["masked"]]
        (masked,) = (c for c in found if c.__module__.startswith("keras_lateral."))
        layer = masked.from_config({k: v for k, v in config.items() if k != "masked"})
        layer.__class__ = in_place_class(masked)
        return layer

    def load_own_variables(self, store: Any) -> None:
        """Loads the weights, also those of a masked copy, as version 0.1 made it."""
        path = getattr(store, "_h5_entry_path", None)
        if path and not len(store):
            folder, _, name = path.rpartition("/")
            store = store.get(f"{folder}/gradient_mask_{name}")
        super().load_own_variables(store)


@cache
def in_place_class(masked: Any) -> type:
    """Returns the class of a convolution that was masked in place, from the masked convolution."""
    plain = masked.__mro__[2]

    def get_config(self: Any) -> dict[str, Any]:
        return {**masked.get_config(self), "masked": masked.__name__}

    members = {
        "__doc__": masked.__doc__,
        "__module__": __name__,
        "masked": masked,
        "plain": plain,
        "get_config": get_config,
    }
    new = type(plain.__name__, (MaskedInPlace, masked), members)
    register = keras.saving.register_keras_serializable("keras_lateral", "MaskedInPlace")
    register(new)
    register(MaskedInPlace)  # last: by this one a saved layer is found
    return new


def _parameters(layer_class: type) -> list[inspect.Parameter]:
    """Returns the parameters of the class's own constructor, without `self`."""
    _, *parameters = inspect.signature(vars(layer_class)["__init__"]).parameters.values()
    return parameters
