"""Which layers of a model expand the receptive field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_lateral.keras_tools.layer_choice import Choice, choose_layers, leaf_layers
from keras_lateral.receptive_field.resolutions import Convolution, Strides, convolutions


@dataclass(frozen=True)
class ExpandingLayer:
    """A layer that expands the receptive field. `expanding_layers` finds it.

    Args:
        name: Its name, `"outer/inner"` in a nested model.
        why: The reason, in words.
        layer: The layer itself.

    Example:

    >>> print(ExpandingLayer("conv3", "first convolution after 'pool1'"))
    conv3: first convolution after 'pool1'
    """

    name: str
    why: str
    layer: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


def expanding_layers(model: keras.Model, rule: Choice = "paper") -> list[ExpandingLayer]:
    """Returns the layers of a model that expand the receptive field, and why each is one.

    - `"paper"`: at each new resolution the first convolution of the main path that works across the
      drop: the strided one, or the first after a pooling.
    - `"strided"`: every strided convolution, the model's first one and shortcuts included.
    - `"after_pooling"`: the first convolution of the main path after each pooling.
    - `"first_kernel_above_one"`: at each new resolution the first convolution of the main path that
      reads more than one position.

    The main path is the one with the most convolutions from the image to the output, those with
    more than one tap counted twice, so that a projection beside it is not meant. The first
    convolution of a model, its stem, is meant by `"strided"` alone. Pooling means one with strides,
    not global pooling.

    Some models have their drops where one may not look for them. In MobileNet and EfficientNet the
    layer that works across the drop is depthwise, with few weights. In DenseNet and ResNet-50 it
    has 1 x 1 taps and enlarges no field by itself; `"first_kernel_above_one"` means the one behind
    it. In Xception it follows the block's pooling, beside which a strided shortcut stands.

    Args:
        model: A functional model, or a Sequential one that is built, with nested models.
        rule: One of the above; or the layers themselves: a name, a layer class, a function from a
            layer to bool, or a list of these.

    Returns:
        A list of `ExpandingLayer` in the graph's order.

    Raises:
        ValueError: If the model is subclassed or not built; nothing is found; a name does not
            exist; or a layer that is meant has no weights.

    Example:

    >>> import keras
    >>> from keras_lateral import expanding_layers
    >>> layers = keras.layers
    >>> model = keras.Sequential([
    ...     keras.Input((32, 32, 3)),
    ...     layers.Conv2D(8, 3, name="conv1"), layers.Conv2D(8, 3, name="conv2"),
    ...     layers.MaxPooling2D(name="pool"), layers.Conv2D(8, 3, name="conv3"),
    ...     layers.Conv2D(8, 3, strides=2, name="conv4"),
    ... ])
    >>> for layer in expanding_layers(model):
    ...     print(layer)
    conv3: first convolution after pooling 'pool', at stride 2
    conv4: strided convolution, at stride 4
    """
    by_rule = RULES.get(rule) if isinstance(rule, str) else None
    found = _chosen(model, rule) if by_rule is None else by_rule(convolutions(model))
    if not found:
        raise ValueError(
            f"No layer of model {model.name!r} expands the receptive field by rule={rule!r}: "
            "none of its convolutions is one of these. Name layers instead, or give another rule "
            f"of {sorted(RULES)}."
        )
    return found


def _paper(found: list[Convolution]) -> list[ExpandingLayer]:
    across = [one for one in found if not one.is_stem and (one.is_strided or one.after)]
    return [_expanding(one) for one in _first_of_each(across)]


def _strided(found: list[Convolution]) -> list[ExpandingLayer]:
    return [_expanding(one) for one in found if one.is_strided]


def _after_pooling(found: list[Convolution]) -> list[ExpandingLayer]:
    after = [one for one in found if one.after and not one.is_stem]
    pools = dict.fromkeys(pool for one in after for pool in one.after)
    firsts = [_main(one for one in after if pool in one.after) for pool in pools]
    return [_expanding(one) for one in after if one in firsts]


def _first_kernel_above_one(found: list[Convolution]) -> list[ExpandingLayer]:
    stem = {one.resolution for one in found if one.is_stem and max(one.kernel) > 1}
    wide = [one for one in found if max(one.kernel) > 1 and one.resolution not in stem]
    return [
        ExpandingLayer(
            one.name, f"first with more than one tap, {_stride_text(one.resolution)}", one.layer
        )
        for one in _first_of_each(wide)
    ]


RULES: dict[str, Callable[[list[Convolution]], list[ExpandingLayer]]] = {
    "paper": _paper,
    "strided": _strided,
    "after_pooling": _after_pooling,
    "first_kernel_above_one": _first_kernel_above_one,
}
"""The rules by name."""


def _first_of_each(candidates: list[Convolution]) -> list[Convolution]:
    """Returns that of the main path at each resolution that is coarser than the image's."""
    coarser = [one for one in candidates if max(one.resolution) > 1]
    resolutions = dict.fromkeys(one.resolution for one in coarser)
    firsts = [_main(one for one in coarser if one.resolution == each) for each in resolutions]
    return [one for one in coarser if one in firsts]


def _main(candidates: Iterable[Convolution]) -> Convolution:
    """Returns the one on the longest path, of several the first."""
    return max(candidates, key=lambda one: one.path)


def _expanding(one: Convolution) -> ExpandingLayer:
    reasons = ["strided convolution"] if one.is_strided else []
    if one.after:
        reasons.append(f"first convolution after pooling {', '.join(map(repr, one.after))}")
    why = f"{' and '.join(reasons)}, {_stride_text(one.resolution)}"
    return ExpandingLayer(one.name, why, one.layer)


def _stride_text(resolution: Strides) -> str:
    texts = [str(one) for one in resolution]
    return f"at stride {texts[0] if len(set(texts)) == 1 else ' x '.join(texts)}"


def _chosen(model: keras.Model, choice: Choice) -> list[ExpandingLayer]:
    if isinstance(choice, str) and choice not in [one.name for one in leaf_layers(model)]:
        raise ValueError(
            f"Invalid value for argument `rule`. Expected one of {sorted(RULES)}, or layers of "
            f"model {model.name!r}: names, classes or a function. Received: rule={choice!r}"
        )
    if not model.built:
        raise ValueError(f"Model {model.name!r} is not built, so its layers have no weights yet.")
    layers = choose_layers(model, choice)
    empty = [layer.name for layer in layers if not layer.weights]
    if empty:
        raise ValueError(
            "Invalid value for argument `rule`. Expected layers with weights. Received layers "
            f"without any: {empty}"
        )
    return [ExpandingLayer(layer.name, "chosen by `rule`", layer) for layer in layers]
