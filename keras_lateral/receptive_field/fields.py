"""The receptive field of every layer, calculated from the model's graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras

from keras_lateral.keras_tools.arguments import DataFormat, Shape
from keras_lateral.keras_tools.model_graph import GraphCall, model_graph
from keras_lateral.receptive_field.field import ReceptiveField, field_from_axes
from keras_lateral.receptive_field.fields_record import LayerReceptiveField, ReceptiveFields
from keras_lateral.receptive_field.image_axes import ImageAxes, image_axes
from keras_lateral.receptive_field.multiply_adds import multiply_adds
from keras_lateral.receptive_field.periodic_field import NOTHING, PeriodicField
from keras_lateral.receptive_field.rules.layer_step import Step
from keras_lateral.receptive_field.rules.map_field import DifferentStridesError, MapField
from keras_lateral.receptive_field.rules.of_layers import check_rules, find_rule, is_to_be_opened
from keras_lateral.receptive_field.rules.reshaped_field import known_shape


def receptive_fields(
    model: keras.Model,
    input_shape: Sequence[int] | int | None = None,
    *,
    input: str | int | None = None,  # noqa: A002 - the word for it
    data_format: DataFormat | None = None,
) -> ReceptiveFields:
    """Returns what the units of every layer see of the image.

        r_0 = 1 + sum_l (k_l - 1) prod_{i<l} s_i
        S_0 = prod_i s_i,   P_0 = sum_m p_m prod_{i<m} s_i

    A unit at u_L sees the pixels u_0 = -P_0 + u_L S_0 to v_0 = u_0 + r_0 - 1 along each axis, and
    none outside. Where paths meet, a unit sees from the first pixel of any path to the last one.
    Transposed convolutions and upsampling are exact too: `ReceptiveField.region` gives each
    unit's pixels, and `size` that of the largest field. `fields.layers` also holds the size along
    the path with the smallest field, and the multiply-adds of each layer.

    Reshapes that split or merge the image's axes are followed: pixel shuffles, window partitions,
    sequences of tokens. There a unit's position is that on the map, whatever axes hold it.
    A layer made of layers is looked into by calling its code on tensors without values; its parts
    stand under paths such as `"block/conv"`, and `fields["block"]` is the last of them.

    The model is read, not run, so its weights do not matter: taps that are zero, dead units and
    masks count as seeing. It is the field in inference, without the dependence on the whole batch
    that BatchNormalization adds in training, and without random changes of images.

    Args:
        model: A functional model, or a Sequential one that is built, with nested models.
        input_shape: The image's length in pixels along each spatial axis, without batch and
            channels, for models that leave it open. Without it padding is `None` after strided
            layers with `padding="same"`, whose zeros depend on it.
        input: Name of the model's input whose pixels are meant, or its index. Without it the
            images are the inputs with the most axes, which must have one size. All other inputs,
            such as the numbers of a table, see no pixel, and so do the layers behind them alone.
        data_format: Data format of the image. Defaults to that of the model's first layer that
            has one, or else Keras'.

    Returns:
        A `ReceptiveFields`: a mapping from layer names to `ReceptiveField`, which prints as a
        table.

    Raises:
        ValueError: If the model is subclassed or not built; a layer is not known and its code does
            not run without values (see `register_receptive_field`); paths with different strides
            meet; a reshape takes the image apart irregularly; the inputs are images of several
            sizes and `input` names none; or `input_shape` does not fit the model.

    Example:

    >>> import keras
    >>> from keras_lateral import receptive_fields
    >>> layers = keras.layers
    >>> model = keras.Sequential([
    ...     keras.Input((32, 32, 3), name="image"),
    ...     layers.Conv2D(8, 3, strides=2, padding="same", name="conv1"),
    ...     layers.MaxPooling2D(name="pool"),
    ...     layers.Conv2D(8, 3, padding="same", name="conv2"),
    ...     layers.Flatten(name="flat"),
    ... ], name="small")
    >>> fields = receptive_fields(model)
    >>> fields["conv2"].region((0, 3))
    ((-4, 8), (8, 20))
    >>> print(fields)
    receptive fields of "small", image 32 x 32
    layer (class)        output shape       size  stride  padding  mult-adds
    image (InputLayer)   (None, 32, 32, 3)  1     1       0                0
    conv1 (Conv2D)       (None, 16, 16, 8)  3     2       0           55,296
    pool (MaxPooling2D)  (None, 8, 8, 8)    5     4       0                0
    conv2 (Conv2D)       (None, 8, 8, 8)    13    4       4           36,864
    flat (Flatten)       (None, 512)        32    0       0                0  sees the whole image

    Reference:

    - [Araujo, Norris, Sim, 2019, Computing receptive fields of convolutional neural
      networks](https://distill.pub/2019/computing-receptive-fields/)
    """
    graph = model_graph(model, is_to_be_opened)
    check_rules(graph)
    image = image_axes(graph, input_shape, data_format, input)
    walks = [_walk(graph, image, image.assumed(0))]
    if not image.certain:
        # Zeros depend on the length only through its remainder modulo the strides.
        steps = [axis.field.step for seen in walks[0] for field in seen for axis in field.placed]
        remainders = range(1, math.lcm(1, *filter(None, steps)))
        walks += [_walk(graph, image, image.assumed(more)) for more in remainders]
    shortest = _walk(graph, image, image.assumed(0), smallest=True)
    shapes = [_shapes(call, seen) for call, seen in zip(graph, walks[0], strict=True)]
    counts = multiply_adds(graph, shapes)
    records = [
        replace(
            _record(call, [walk[index][0] for walk in walks], image),
            smallest_size=_record(call, [shortest[index][0]], image).field.size,
            multiply_adds=counts[index],
        )
        for index, call in enumerate(graph)
    ]
    return ReceptiveFields(tuple(records), image.lengths, model.name)


def _walk(
    graph: list[GraphCall], image: ImageAxes, lengths: Sequence[int], smallest: bool = False
) -> list[list[MapField]]:
    """Returns the field of every output of every call, for an image of these lengths.

    With `smallest`, it is that of the path with the smallest field.
    """
    seen: list[list[MapField]] = []
    for index, call in enumerate(graph):
        outputs = max(1, len(call.output_shapes))
        if not call.sources:
            seen.append([image.first_field(index, lengths, smallest)] * outputs)
            continue
        maps = [seen[source][output] for source, output in call.sources]
        field = _field_of_call(graph, call, maps)
        seen.append([field] * outputs if isinstance(field, MapField) else list(field))
    return seen


def _field_of_call(
    graph: list[GraphCall], call: GraphCall, maps: list[MapField]
) -> MapField | tuple[MapField, ...]:
    rule = find_rule(call.operation)
    if rule is None or all(field.constant for field in maps):
        return maps[0]
    try:
        return rule(Step(call.operation, tuple(maps), call))
    except DifferentStridesError:
        paths = [
            f"{graph[source].name!r} (stride {_strides(field)})"
            for (source, _), field in zip(call.sources, maps, strict=True)
            if field.placed
        ]
        raise ValueError(
            f"The paths that meet in layer {call.name!r} have different strides: "
            f"{', '.join(paths)}. Its units do not see the image in a regular pattern."
        ) from None
    except ValueError as error:
        raise ValueError(
            f"The receptive field of layer {call.name!r} ({type(call.operation).__name__}) "
            f"cannot be calculated: {error}."
        ) from error


def _strides(field: MapField) -> str:
    return " x ".join("whole" if a is None else str(a.field.stride) for a in field.axes)


def _of_all_channels(call: GraphCall, seen: MapField) -> MapField:
    """Returns the field of all channels of a unit, where a reshape made places channels."""
    rank = len(call.output_shapes[0]) if call.output_shapes else 0
    together = seen.without({seen.channels(rank)} - {axis.at for axis in seen.local})
    return replace(together, aligned=seen.aligned)


def _record(call: GraphCall, walks: list[MapField], image: ImageAxes) -> LayerReceptiveField:
    walks = [_of_all_channels(call, seen) for seen in walks]
    fields = [_field(seen, image.lengths) for seen in walks]
    aligned = {seen.aligned for seen in walks}
    return LayerReceptiveField(
        name=call.name,
        layer_class=type(call.operation).__name__,
        output_shape=_shapes(call, walks[:1] * len(call.output_shapes or [()]))[0],
        field=fields[0] if len(fields) == 1 else _common_field(fields),
        aligned=aligned.pop() if len(aligned) == 1 else None,
        layer=call.operation,
    )


def _field(seen: MapField, image: Sequence[int | None]) -> ReceptiveField:
    """Returns a field with all axes: one along which units see everything has the stride 0."""
    if seen.constant:
        nothing = PeriodicField((NOTHING[0],), (NOTHING[1],), 0)
        return field_from_axes([nothing] * len(seen.axes))
    axes = [
        PeriodicField((0,), ((n or 0) - 1,), 0) if axis is None else axis.field
        for axis, n in zip(seen.axes, image, strict=True)
    ]
    field = field_from_axes(axes, seen.whole)
    unknown = [axis is None and n is None for axis, n in zip(seen.axes, image, strict=True)]
    size = tuple(None if u else r for u, r in zip(unknown, field.size, strict=True))
    return ReceptiveField(size, field.stride, field.padding, field.whole, field.axes)


def _common_field(fields: list[ReceptiveField]) -> ReceptiveField:
    """Returns the parts of fields that are the same for all lengths of the image."""
    first = fields[0]

    def same(name: str) -> tuple[Any, ...]:
        values = zip(*(getattr(field, name) for field in fields), strict=True)
        return tuple(v[0] if len(set(v)) == 1 else None for v in values)

    exact = first.axes if len({field.axes for field in fields}) == 1 else None
    return ReceptiveField(same("size"), first.stride, same("padding"), first.whole, exact)


def _shapes(call: GraphCall, outputs: list[MapField]) -> list[Shape]:
    """Returns the shapes of a call's outputs, with the lengths that follow from the image's."""
    pairs = zip(call.output_shapes or [()], outputs, strict=True)
    return [
        known_shape(seen, shape) if seen.certain and not seen.constant else tuple(shape)
        for shape, seen in pairs
    ]
