"""The methods of this library, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import keras

from keras_lateral.callbacks.frozen_epochs import AlternatingEpochs, Epochs, epochs_of
from keras_lateral.callbacks.frozen_layers import layers_to_freeze
from keras_lateral.callbacks.receptive_field_freeze import ReceptiveFieldFreeze
from keras_lateral.comparison.method import Method
from keras_lateral.layers.apply_gradient_mask import apply_gradient_mask
from keras_lateral.layers.gradient_mask import GradientMask
from keras_lateral.models.layer_choice import Choice
from keras_lateral.regularizers.attach_regularizer import attach_regularizer
from keras_lateral.regularizers.frame_regularizer import FrameRegularizer
from keras_lateral.regularizers.minimum_hyperspherical_energy import MinimumHypersphericalEnergy
from keras_lateral.regularizers.orthogonal_convolution import OrthogonalConvolution
from keras_lateral.regularizers.penalty import Penalty
from keras_lateral.regularizers.soft_orthogonality import SoftOrthogonality
from keras_lateral.regularizers.spectral_restricted_isometry import SpectralRestrictedIsometry


def gradient_mask_method(*, name: str = "gradient_mask", **arguments: Any) -> Method:
    """Returns the method that puts masks into all convolutions.

    Args:
        name: Its name in tables.
        **arguments: Of `apply_gradient_mask`.

    Example:

    >>> from keras_lateral import gradient_mask_method
    >>> gradient_mask_method(sigma=2.0).settings["sigma"]
    2.0
    """
    of_mask = {key: value for key, value in arguments.items() if key not in ("layers", "scope")}
    settings = {**_without_names(GradientMask(**of_mask)), **_told(arguments)}
    return Method(name, partial(apply_gradient_mask, **arguments), settings=settings)


def regularizer_method(regularizer: Penalty, layers: Choice | None = None, *, name: str) -> Method:
    """Returns the method that attaches a regularizer.

    Args:
        regularizer: One of this library's. Its seed is drawn anew from that of each training.
        layers: As for `attach_regularizer`: all convolutions, where not told.
        name: Its name in tables.

    Example:

    >>> from keras_lateral import FrameRegularizer, regularizer_method
    >>> method = regularizer_method(FrameRegularizer(factor=0.02), name="strong frame")
    >>> method.settings["factor"]
    0.02
    """
    config = {key: value for key, value in regularizer.get_config().items() if key != "seed"}
    settings = {"regularizer": type(regularizer).__name__, **config}
    settings |= {"layers": _text(layers)} if layers is not None else {}
    change = partial(_attach, type(regularizer), config, layers)
    return Method(name, change, settings=settings)


def receptive_field_freeze_method(
    layers: Choice = "paper", epochs: Epochs = "last", *, name: str = "receptive_field_freeze"
) -> Method:
    """Returns the method that freezes the layers that expand the receptive field.

    Args:
        layers: As for `ReceptiveFieldFreeze`.
        epochs: As for `ReceptiveFieldFreeze`. With a learning rate that ends near 0 the last
            epoch moves next to nothing that could be stopped: give `AlternatingEpochs()`.
        name: Its name in tables.

    Example:

    >>> from keras_lateral import receptive_field_freeze_method
    >>> dict(receptive_field_freeze_method(epochs=[3]).settings)
    {'layers': 'paper', 'epochs': '[3]'}
    """
    epochs_of(epochs)  # raises if they are no epochs
    return Method(
        name,
        partial(_with_layers_to_freeze, layers),
        partial(_freeze, layers, epochs),
        {"layers": _text(layers), "epochs": _text(epochs)},
    )


REGULARIZERS: dict[str, Callable[[], Penalty]] = {
    "frame_regularizer": FrameRegularizer,
    "soft_orthogonality": SoftOrthogonality,
    "spectral_restricted_isometry": SpectralRestrictedIsometry,
    "orthogonal_convolution": OrthogonalConvolution,
    "minimum_hyperspherical_energy": MinimumHypersphericalEnergy,
}


def _with_defaults(name: str) -> Method:
    return regularizer_method(REGULARIZERS[name](), name=name)


Known = Mapping[str, Callable[[], Method]]

METHODS: Known = {
    "gradient_mask": gradient_mask_method,
    "receptive_field_freeze": receptive_field_freeze_method,
    **{name: partial(_with_defaults, name) for name in REGULARIZERS},
}
"""Makes each method of this library with its defaults."""

WITH_FALLING_RATE: Known = {
    **METHODS,
    "receptive_field_freeze": partial(receptive_field_freeze_method, epochs=AlternatingEpochs()),
}
"""The same for a learning rate that ends near 0: its last epoch moves nothing that a freeze could
stop, so every other epoch is frozen."""

MAIN_METHODS = ("gradient_mask", "frame_regularizer", "receptive_field_freeze")


def all_combinations(methods: Iterable[str] = MAIN_METHODS) -> list[str]:
    """Returns the names of methods and of all their combinations, the short ones first.

    Example:

    >>> from keras_lateral import all_combinations
    >>> all_combinations(["gradient_mask", "frame_regularizer"])
    ['gradient_mask', 'frame_regularizer', 'gradient_mask+frame_regularizer']
    """
    names = list(methods)
    sizes = range(1, len(names) + 1)
    return ["+".join(some) for size in sizes for some in combinations(names, size)]


def methods_of(methods: Sequence[str | Method], known: Known = METHODS) -> list[Method]:
    """Returns methods by their names, joined by `"+"` for combinations, or as they are.

    Args:
        methods: Names or methods.
        known: Makes a method of a name.

    Raises:
        ValueError: If a name is unknown or there twice, or there is none.
    """
    if isinstance(methods, (str, Method)):
        methods = [methods]
    found = [one if isinstance(one, Method) else _named(one, known) for one in methods]
    names = [one.name for one in found]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "Invalid value for argument `methods`. Expected one method or more, each with a name "
            f"of its own. Received: methods={names}"
        )
    return found


def _named(text: str, known: Known) -> Method:
    parts = str(text).split("+")
    unknown = [part for part in parts if part not in known]
    if unknown or len(set(parts)) < len(parts):
        raise ValueError(
            f"Invalid value for argument `methods`. Expected names among {{{', '.join(known)}}}, "
            'several different ones joined by "+" for a combination, or objects of class Method. '
            f"Received: {text!r}"
        )
    first, *others = (known[part]() for part in parts)
    return sum(others, first)


def _attach(
    kind: type[Penalty], config: dict[str, Any], layers: Choice | None, model: keras.Model
) -> keras.Model:
    attach_regularizer(model, kind.from_config(config), layers)
    return model


def _with_layers_to_freeze(layers: Choice, model: keras.Model) -> keras.Model:
    layers_to_freeze(model, layers)  # raises if there is none
    return model


def _freeze(layers: Choice, epochs: Epochs) -> Sequence[keras.callbacks.Callback]:
    return [ReceptiveFieldFreeze(layers, epochs)]


def _without_names(layer: keras.layers.Layer) -> dict[str, Any]:
    names = ("name", "dtype", "trainable", "data_format")
    return {key: value for key, value in layer.get_config().items() if key not in names}


def _told(arguments: dict[str, Any]) -> dict[str, Any]:
    return {key: _text(arguments[key]) for key in ("layers", "scope") if key in arguments}


def _text(value: Any) -> str:
    """The same in every process, so no addresses of objects."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(one) for one in value) + "]"
    return value if isinstance(value, str) else getattr(value, "__qualname__", repr(value))
