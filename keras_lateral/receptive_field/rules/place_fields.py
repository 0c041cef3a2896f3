"""Rules of layers that mix, move or lose the positions of units."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from keras_lateral.keras_tools.attaching.followed_layer import own_config
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Step, pointwise
from keras_lateral.receptive_field.rules.map_field import MapField, merged
from keras_lateral.receptive_field.rules.reshaped_field import reshaped


def everywhere(step: Step) -> MapField:
    """Each unit reads everything of every input."""
    return _mixed(step, lambda rank: range(step.offset + 1, rank))


def attention(step: Step) -> MapField:
    """Each unit reads everything along the axes that the layer attends to, and all channels."""
    given: Any = getattr(step.layer, "attention_axes", None)
    if given is None:  # Keras' own keeps it under a private name
        given = own_config(step.layer).get("attention_axes")
    if given is None or step.offset:
        return everywhere(step)
    axes = [given] if isinstance(given, int) else list(given)
    return _mixed(step, lambda rank: [*(axis % rank for axis in axes), rank - 1])


def _mixed(step: Step, read: Callable[[int], Iterable[int]]) -> MapField:
    ranks = [len(shape) for shape in step.call.input_shapes]
    maps = [field.without(read(n)) for field, n in zip(step.maps, ranks, strict=True)]
    return merged(maps, ranks)


def dense(step: Step) -> MapField:
    """Each unit reads everything along the last axis."""
    return step.map.without([step.rank - 1])


def normalized_over(step: Step) -> MapField:
    """Each unit reads its own position, and also all others along the layer's axes."""
    axis: Any = step.layer.axis
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    return step.map.also_whole([step.at(number) for number in axes])


def normalized_over_space(step: Step) -> MapField:
    """Each unit reads its own position, and also all others."""
    return step.map.also_whole(step.inner)


def recurrent(step: Step) -> MapField:
    """A unit depends on every step of the sequence, which is the first axis."""
    first = step.inner[0]
    seen = step.map.without([first, step.rank - 1])
    outputs = len(step.call.output_shapes[0])
    return seen if outputs == step.rank else seen.moved(lambda at: at - (at > first))


def permute(step: Step) -> MapField:
    """Units change positions."""
    new = {old + step.offset: step.inner[n] for n, old in enumerate(step.layer.dims)}
    return step.map.moved(lambda at: new.get(at, at))


def repeated(step: Step) -> MapField:
    """A new axis is inserted before the last one."""
    return step.map.moved(lambda at: at + (at > step.offset))


def reshape(step: Step) -> MapField:
    """Units are arranged in other axes."""
    return reshaped(step.map, step.call.input_shapes[0], step.call.output_shapes[0])


def concatenated(step: Step) -> MapField:
    """Each unit reads its own position in every input, stacked along channels."""
    return joined(step, step.layer.axis)


def joined(step: Step, axis: int) -> MapField:
    """Returns the field of maps that are concatenated along an axis."""
    at = axis % step.rank
    maps = [field for field in step.maps if not field.constant]
    # Where channels hold places of the image, a unit is all of them.
    if maps and at == maps[0].channels(step.rank):
        kept = [field.without({at} - {own.at for own in field.local}) for field in step.maps]
        step = replace(step, maps=tuple(kept))
        maps = [field for field in kept if not field.constant]
    if any(at in own.ats for field in maps for own in field.placed):
        raise NotCalculableError(
            f"it concatenates maps along their spatial axis {at}, so its units do not see the "
            "image in a regular pattern; where all that follows reads everything, as attention "
            "does, register the layer as 'whole'"
        )
    return pointwise(step)


def dotted(step: Step) -> MapField:
    """Each unit reads everything; known only where no input has a position along the image."""
    if any(field.placed and not field.constant for field in step.maps):
        raise NotCalculableError("it multiplies all positions of its inputs with each other")
    return everywhere(step)
