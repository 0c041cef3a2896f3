"""Where the calculated receptive field of one unit lies in an image."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.analysis.shortest_run import Interval


def calculated_field(
    model: keras.Model,
    layer: str | keras.layers.Layer,
    position: Sequence[int],
    image: Sequence[int],
    field: Any = "auto",
) -> tuple[Interval, ...] | None:
    """Returns the first and last pixel of a unit's field for each axis, or `None`.

    Args:
        model: The model.
        layer: The layer, or its name, as a key of `receptive_fields(model)`.
        position: The unit's place in the layer's map.
        image: Lengths of the image's spatial axes.
        field: A `ReceptiveField`, `None`, or `"auto"` to calculate it. A model whose graph cannot
            be read has none, and a warning says why.
    """
    if field is None:
        return None
    if isinstance(field, str):
        from keras_lateral.analysis.receptive_fields import receptive_fields

        name = layer if isinstance(layer, str) else layer.name
        try:
            field = receptive_fields(model)[name]
        except (KeyError, ValueError) as error:
            warnings.warn(
                f"No receptive field is calculated for layer {name!r}, so there is no ratio to "
                f"it; `field=None` asks for none. The reason: {error}",
                stacklevel=3,
            )
            return None
    if field.whole:
        return tuple((0, length - 1) for length in image)
    return tuple((int(first), int(last)) for first, last in field.region(position))
