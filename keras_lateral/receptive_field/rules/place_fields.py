"""Rules of layers that mix, move or lose the positions of units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Step, pointwise
from keras_lateral.receptive_field.rules.map_field import MapField


def everywhere(step: Step) -> MapField:
    """Each unit reads everything."""
    return step.map.without(step.inner)


def dense(step: Step) -> MapField:
    """Each unit reads everything along the last axis."""
    return step.map.without([step.rank - 1])


def flatten(step: Step) -> MapField:
    """Units no longer have a position along the image."""
    return step.map.without(step.inner) if len(step.inner) > 1 else step.map


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


def reshaped(field: MapField, before: Sequence[Any], after: Sequence[Any]) -> MapField:
    """Returns the field after a reshape: an axis with the same units around it stays."""
    lengths = {axis.at: axis.length for axis in field.local}
    old = [lengths.get(at, length) if field.certain else length for at, length in enumerate(before)]
    new = list(after)
    if new.count(None) == 2 and None not in old[1:]:  # the batch, and an axis that gets the rest
        new[new.index(None, 1)] = _product(old[1:]) // max(1, _product(new[1:]))
    return field.moved(lambda at: _same_axis(at, old[1:], new[1:]))


def _same_axis(at: int, old: list[Any], new: list[Any]) -> int | None:
    """Returns the axis that an axis has become: as long, with as many units before it."""
    if old[: at - 1] == new[: at - 1] and old[at - 1 : at] == new[at - 1 : at]:
        return at
    after = len(old) - at
    if old[len(old) - after - 1 :] == new[len(new) - after - 1 :] and len(new) > after:
        return len(new) - after
    if None in old or None in new:
        return None
    for index in range(len(new)):
        if new[index] == old[at - 1] and _product(new[:index]) == _product(old[: at - 1]):
            return index + 1
    return None


def _product(lengths: Sequence[Any]) -> int:
    product = 1
    for length in lengths:
        product *= 1 if length is None else length
    return product


def concatenated(step: Step) -> MapField:
    """Each unit reads its own position in every input, stacked along channels."""
    return joined(step, step.layer.axis)


def joined(step: Step, axis: int) -> MapField:
    """Returns the field of maps that are concatenated along an axis."""
    at = axis % step.rank
    if any(own.at == at for field in step.maps for own in field.local):
        raise NotCalculableError(
            f"it concatenates maps along their spatial axis {at}, so its units do not see the "
            "image in a regular pattern"
        )
    return pointwise(step)


def dotted(step: Step) -> MapField:
    """Each unit reads everything; known only where no input has a position along the image."""
    if any(field.local for field in step.maps):
        raise NotCalculableError("it multiplies all positions of its inputs with each other")
    return everywhere(step)
