"""Rules of depth-to-space and space-to-depth, as sequences of reshapes."""

from __future__ import annotations

from keras_lateral.receptive_field.rules.layer_step import Step
from keras_lateral.receptive_field.rules.map_field import MapField
from keras_lateral.receptive_field.rules.reshaped_field import known_shape, reshaped


def depth_to_space(step: Step) -> MapField:
    """Channels become blocks of pixels."""
    b = step.layer.block_size
    batch, *lengths = known_shape(step.map, step.call.input_shapes[0])
    if step.layer.data_format == "channels_first":
        channels, *places = lengths
        split = (batch, b, b, _divided(channels, b * b), *places)
        order = (0, 3, 4, 1, 5, 2)
        after = (batch, _divided(channels, b * b), *(_times(n, b) for n in places))
    else:
        *places, channels = lengths
        split = (batch, *places, b, b, _divided(channels, b * b))
        order = (0, 1, 3, 2, 4, 5)
        after = (batch, *(_times(n, b) for n in places), _divided(channels, b * b))
    return _through(step, split, order, after)


def space_to_depth(step: Step) -> MapField:
    """Blocks of pixels become channels."""
    b = step.layer.block_size
    batch, *lengths = known_shape(step.map, step.call.input_shapes[0])
    if step.layer.data_format == "channels_first":
        channels, h, w = lengths
        split = (batch, channels, _divided(h, b), b, _divided(w, b), b)
        order = (0, 3, 5, 1, 2, 4)
        after = (batch, _times(channels, b * b), _divided(h, b), _divided(w, b))
    else:
        h, w, channels = lengths
        split = (batch, _divided(h, b), b, _divided(w, b), b, channels)
        order = (0, 1, 3, 2, 4, 5)
        after = (batch, _divided(h, b), _divided(w, b), _times(channels, b * b))
    return _through(step, split, order, after)


def _through(
    step: Step, split: tuple[int | None, ...], order: tuple[int, ...], after: tuple[int | None, ...]
) -> MapField:
    before = known_shape(step.map, step.call.input_shapes[0])
    apart = reshaped(step.map, before, split)
    turned = apart.moved(order.index)
    return reshaped(turned, tuple(split[old] for old in order), after)


def _divided(length: int | None, by: int) -> int | None:
    return None if length is None else length // by


def _times(length: int | None, by: int) -> int | None:
    return None if length is None else length * by
