"""Every method that is known by name: this library's in their order, and those of its users.

Comparison, tuning, the command's help, the report's references and the documentation's table read
from here. A line says where a method is made, so that reading the list loads no backend.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from keras_lateral.method import Method, combination
from keras_lateral.text import did_you_mean

MAIN, RIVALS, NEIGHBOURS, REMEDIES = "main", "rivals", "neighbours", "remedies"
USERS = "yours"


@dataclass(frozen=True)
class KnownMethod:
    """A line of the list.

    Args:
        name: The method's name.
        family: `"main"`, `"rivals"`, `"neighbours"`, `"remedies"`, or a user's own.
        summary: What it does, in a few words.
        made: The method; or the function that makes it, as `"module:function"`.
    """

    name: str
    family: str
    summary: str
    made: str | Method

    def method(self) -> Method:
        """Returns the method, with its defaults."""
        if isinstance(self.made, Method):
            return self.made
        made: Method = pkgutil.resolve_name(f"keras_lateral.{self.made}")(name=self.name)
        return made


# fmt: off
_OURS = (
    KnownMethod("gradient_mask", MAIN, "only gradients that stand out from their neighbours pass", "gradient_mask.method:gradient_mask_method"),
    KnownMethod("frame_regularizer", MAIN, "each layer's operator stays within frame bounds", "frame.method:with_defaults"),
    KnownMethod("receptive_field_freeze", MAIN, "layers that expand the receptive field are frozen in some epochs", "receptive_field.method:receptive_field_freeze_method"),
    KnownMethod("soft_orthogonality", RIVALS, "filters are pulled towards orthogonality", "frame.method:with_defaults"),
    KnownMethod("spectral_restricted_isometry", RIVALS, "the largest deviation from an isometry is penalized", "frame.method:with_defaults"),
    KnownMethod("orthogonal_convolution", RIVALS, "the convolution as an operator is pulled towards orthogonality", "frame.method:with_defaults"),
    KnownMethod("minimum_hyperspherical_energy", RIVALS, "filters repel each other on the sphere", "frame.method:with_defaults"),
    KnownMethod("backdrop", NEIGHBOURS, "random positions of the gradient are dropped", "neighbours.backdrop:backdrop_method"),
    KnownMethod("gradient_centralization", NEIGHBOURS, "the mean of each output's weight gradient is subtracted", "neighbours.gradient_centralization:gradient_centralization_method"),
    KnownMethod("mixup", REMEDIES, "each image is mixed with another one, and their labels alike", "remedies.mixing:mixup_method"),
    KnownMethod("cutmix", REMEDIES, "a box of another image is pasted in, and the label shared by area", "remedies.mixing:cutmix_method"),
    KnownMethod("rand_augment", REMEDIES, "two random operations for each image: turn, shear, color and so on", "remedies.rand_augment:rand_augment_method"),
    KnownMethod("aug_mix", REMEDIES, "each image is mixed with chains of operations applied to it", "remedies.aug_mix:aug_mix_method"),
    KnownMethod("random_erasing", REMEDIES, "a box of some images is replaced by random values", "remedies.random_erasing:random_erasing_method"),
    KnownMethod("flip_and_shift", REMEDIES, "images are mirrored and shifted at random", "remedies.mirrored_and_shifted:flip_and_shift_method"),
    KnownMethod("dropout", REMEDIES, "half of the numbers before the last layer are dropped", "remedies.dropout:dropout_method"),
    KnownMethod("spatial_dropout", REMEDIES, "whole feature maps are dropped after each convolution", "remedies.spatial_dropout:spatial_dropout_method"),
    KnownMethod("label_smoothing", REMEDIES, "every class gets a small share of each label", "remedies.label_smoothing:label_smoothing_method"),
    KnownMethod("cosine_loss", REMEDIES, "the loss is the angle between scores and class", "remedies.cosine_loss:cosine_loss_method"),
    KnownMethod("weight_decay", REMEDIES, "kernels shrink a little in every step", "remedies.weight_decay:weight_decay_method"),
    KnownMethod("weight_averaging", REMEDIES, "the moving average of the weights is kept", "remedies.weight_averaging:weight_averaging_method"),
    KnownMethod("longer_training", REMEDIES, "six times as many epochs", "remedies.longer_training:longer_training_method"),
    KnownMethod("stochastic_depth", REMEDIES, "branches of residual blocks are left out at random", "remedies.stochastic_depth:stochastic_depth_method"),
    KnownMethod("harmonic_convolution", REMEDIES, "the cosine coefficients of kernels are trained instead of the kernels", "remedies.harmonic_method:harmonic_convolution_method"),
    KnownMethod("sharpness_aware_minimization", REMEDIES, "the gradient is taken where the loss nearby is highest; a step costs two", "remedies.sharpness_aware:sharpness_aware_minimization_method"),
)
# fmt: on

_known = {line.name: line for line in _OURS}

MAIN_METHODS = tuple(line.name for line in _OURS if line.family == MAIN)
"""The methods that a comparison compares unless others are asked for."""


def known_methods(family: str | None = None) -> tuple[KnownMethod, ...]:
    """Returns the methods known by name, this library's first.

    Args:
        family: If given, only methods of this family.

    Example:

    >>> from keras_lateral import known_methods
    >>> [line.name for line in known_methods("main")]
    ['gradient_mask', 'frame_regularizer', 'receptive_field_freeze']
    """
    return tuple(line for line in _known.values() if family in (None, line.family))


def register_method(method: Method, *, summary: str = "", family: str = USERS) -> Method:
    """Makes a method known by its name, as this library's own are.

    `compare` and `method_hypermodel` then accept the name, alone or combined with others. A name
    that was registered before means the new method from then on, as when a cell is run again.

    Args:
        method: The method.
        summary: What it does, in a few words.
        family: The family that it belongs to.

    Returns:
        The method.

    Raises:
        ValueError: If the name is one of this library's, or could be mistaken for a combination.

    Example:

    >>> from keras_lateral import Method, compare, register_method
    >>> longer = register_method(Method("twice as long", epochs=lambda epochs: 2 * epochs))
    >>> # compare(build_model, data, ["twice as long", "gradient_mask+twice as long"])
    """
    if not isinstance(method, Method):
        raise ValueError(
            "Invalid value for argument `method`. Expected a `keras_lateral.Method`. "
            f"Received: method={method!r}"
        )
    if set("+,") & set(method.name):
        raise ValueError(
            "Invalid value for argument `method`. Expected a method whose name has no `+` and `,`, "
            f"which join names. Received one named {method.name!r}"
        )
    if method.name in (line.name for line in _OURS):
        raise ValueError(
            "Invalid value for argument `method`. Expected a method with a name of its own. "
            f"Received one named {method.name!r}, as one of this library's is"
        )
    _known[method.name] = KnownMethod(method.name, family, summary, method)
    return method


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


def methods_of(methods: Sequence[str | Method]) -> list[Method]:
    """Returns methods by their names, joined by `"+"` for combinations, or as they are.

    Args:
        methods: Names or methods.

    Raises:
        ValueError: If a name is unknown or given twice, a combination also in another order, there
            is none, or two methods of a combination set the same thing.
    """
    if isinstance(methods, (str, Method)):
        methods = [methods]
    chosen = [m if isinstance(m, Method) else _method_named(m) for m in methods]
    if not chosen:
        raise ValueError(
            "Invalid value for argument `methods`. Expected one method or more. Received: methods=[]"
        )
    for first, second in combinations(chosen, 2):
        if first.name == second.name or _settings_of_parts(first) == _settings_of_parts(second):
            raise ValueError(
                "Invalid value for argument `methods`. Expected different methods, each with a "
                f"name of its own. Received: {both_words(first.name, second.name)}"
            )
    return chosen


def both_words(first: str, second: str) -> str:
    """Returns what is said of two names of the same method."""
    if first == second:
        return f"{first!r} twice"
    return f"{first!r} and {second!r}, the same methods in another order"


def _settings_of_parts(method: Method) -> dict[str, dict[str, Any]]:
    return {part.name: dict(part.settings) for part in method.parts or (method,)}


def references(methods: Sequence[Method]) -> dict[str, str]:
    """Returns what to cite for each method, or part of a combination, that has a reference."""
    single = [part for method in methods for part in (method.parts or (method,))]
    return {method.name: method.reference for method in single if method.reference}


def check_names(names: Iterable[str]) -> None:
    """Raises if a name, or part of a combination's name, is not known; makes no method."""
    for name in names:
        parts = str(name).split("+")
        if len(set(parts)) < len(parts):
            raise ValueError(
                "Invalid value for argument `methods`. Expected several different methods in a "
                f"combination. Received: {name!r}, with a name twice"
            )
        unknown = [part for part in parts if part not in _known]
        meant = "".join(did_you_mean(part, _known) for part in unknown)
        if meant:
            raise ValueError(
                "Invalid value for argument `methods`. Expected names among known methods. "
                f"Received: {name!r}.{meant}"
            )
        if unknown:
            raise ValueError(
                "Invalid value for argument `methods`. Expected names among "
                f'{{{", ".join(_known)}}}, several different ones joined by "+" for a combination, '
                f"or objects of class Method. Received: {name!r}"
            )


def _method_named(text: str) -> Method:
    if not isinstance(text, str):
        raise ValueError(
            "Invalid value for argument `methods`. Expected names of known methods, or objects of "
            f"class Method, such as `Method('mine', change=...)`. Received: {text!r}"
        )
    check_names([text])
    return combination([_known[part].method() for part in text.split("+")])
