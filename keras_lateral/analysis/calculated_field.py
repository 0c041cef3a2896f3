"""Where the calculated receptive field of one unit lies in an image."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal

import keras

from keras_lateral.analysis.receptive_fields import receptive_fields
from keras_lateral.analysis.shortest_run import Interval
from keras_lateral.ops.receptive_field import ReceptiveField
from keras_lateral.types import DataFormat

Field = ReceptiveField | Literal["auto"] | None


def calculated_field(
    model: keras.Model,
    layer: str | keras.layers.Layer,
    position: Sequence[int],
    image: Sequence[int],
    field: Field = "auto",
    data_format: DataFormat | None = None,
) -> tuple[Interval, ...] | None:
    """Returns the first and last pixel of a unit's field for each axis, or `None`.

    Args:
        model: The model.
        layer: The layer, or its name, as `receptive_fields(model)` names it.
        position: The unit's place in the layer's map.
        image: Lengths of the image's spatial axes.
        field: A `ReceptiveField`, `None`, or `"auto"` to calculate it. A model whose graph cannot
            be read has none, and a warning says why.
        data_format: Where the channels are, as for `receptive_fields`.
    """
    if field == "auto":
        name = layer if isinstance(layer, str) else layer.name
        try:
            field = receptive_fields(model, image, data_format=data_format)[name]
        except (KeyError, ValueError) as error:
            warnings.warn(
                f"No receptive field is calculated for layer {name!r}, so there is no ratio to "
                f"it; `field=None` asks for none. The reason: {error.args[0]}",
                stacklevel=3,
            )
            return None
    if field is None:
        return None
    return _whole(image) if field.whole else field.region(_of_image(position, field))


def _whole(image: Sequence[int]) -> tuple[Interval, ...]:
    return tuple((0, length - 1) for length in image)


def _of_image(position: Sequence[int], field: ReceptiveField) -> tuple[int, ...]:
    """Returns the position with an index for each axis of the image.

    Axes along which every unit sees all have the stride 0 and may be gone from the layer's map.
    """
    if len(position) != sum(bool(step) for step in field.stride):
        return tuple(position)
    left = iter(position)
    return tuple(next(left) if step else 0 for step in field.stride)
