"""The inputs of a model that are images, and the lengths of their axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import keras

from keras_lateral.keras_tools.map_lengths import checked_lengths
from keras_lateral.keras_tools.model_graph import GraphCall
from keras_lateral.receptive_field.periodic_field import PeriodicField
from keras_lateral.receptive_field.rules.map_field import AxisOfMap, MapField

ASSUMED = 2**12 * 3**4 * 5**2 * 7
"""The length assumed where the model leaves it open; all usual strides divide it."""


@dataclass(frozen=True)
class ImageAxes:
    """The spatial axes of a model's images.

    Args:
        inputs: Indices of the calls that are images.
        at: Indices of the spatial axes in the tensor.
        lengths: Lengths in pixels; `None` where not known.
    """

    inputs: frozenset[int]
    at: tuple[int, ...]
    lengths: tuple[int | None, ...]

    @property
    def certain(self) -> bool:
        """Whether all lengths are known."""
        return None not in self.lengths

    def assumed(self, more: int) -> list[int]:
        """Returns the lengths; where one is not known, a long one with this remainder."""
        return [ASSUMED + more if length is None else length for length in self.lengths]

    def first_field(self, index: int, lengths: Sequence[int], smallest: bool = False) -> MapField:
        """Returns the field of an input: an image's pixels see themselves, other values nothing."""
        pixel = PeriodicField((0,), (0,), 1)
        axes = tuple(AxisOfMap(pixel, n, at) for n, at in zip(lengths, self.at, strict=True))
        constant = index not in self.inputs
        return MapField(
            axes,
            constant=constant,
            certain=self.certain,
            smallest=smallest,
            channels_first=self.at[0] == 2,
        )


def image_axes(
    graph: list[GraphCall],
    input_shape: Any,
    data_format: str | None,
    model_input: str | int | None = None,
) -> ImageAxes:
    """Returns the spatial axes of a model's images.

    Images are the inputs with the most axes, or the one that is named; others count as settings,
    which see no pixel.

    Args:
        graph: The model's calls.
        input_shape: The lengths of the axes, or None.
        data_format: Data format of the images, or None to take that of the layers.
        model_input: Name of the input that is meant, or its index among the model's inputs.

    Raises:
        ValueError: If `input_shape` does not fit the model, the images have different sizes and
            none is named, or there is no such input.
    """
    shapes = {i: call.output_shapes[0] for i, call in enumerate(graph) if not call.sources}
    rank = max(map(len, shapes.values()))
    images = {i: shape for i, shape in shapes.items() if len(shape) == rank}
    if model_input is not None:
        chosen = _chosen_input(graph, shapes, model_input)
        images = {chosen: shapes[chosen]}
        rank = len(shapes[chosen])
    first = 2 if _data_format(graph, data_format) == "channels_first" else 1
    at = tuple(range(first, first + rank - 2))
    if rank == 2:  # values in a row, without channels
        at = (1,)
    elif rank == 3 and _lack_channels(graph, images):
        at = (1, 2)
    found = {tuple(shape[axis] for axis in at) for shape in images.values()}
    if len(found) > 1:
        raise ValueError(
            "The model's images have different sizes, but a receptive field lies on one of "
            f"them: {_listed(graph, images)}. Say which one is meant by its name or index: "
            f"`receptive_fields(model, input={graph[min(images)].name!r})`."
        )
    lengths = found.pop()
    if input_shape is not None:
        given = checked_lengths(input_shape, len(at))
        if any(own not in (None, new) for own, new in zip(lengths, given, strict=True)):
            raise ValueError(
                "Invalid value for argument `input_shape`. The model's images have the lengths "
                f"{lengths}. Received: input_shape={input_shape!r}"
            )
        lengths = given
    return ImageAxes(frozenset(images), at, lengths)


def _chosen_input(graph: list[GraphCall], shapes: dict[int, Any], given: str | int) -> int:
    """Returns the index of the call that is the input with this name or index."""
    calls = sorted(shapes, key=lambda i: graph[i].input_number or 0)
    by_name = {graph[i].name: i for i in calls}
    is_index = isinstance(given, Integral) and not isinstance(given, bool)
    if is_index and -len(calls) <= int(given) < len(calls):
        return calls[int(given)]
    if given in by_name:
        return by_name[str(given)]
    raise ValueError(
        "Invalid value for argument `input`. Expected the name or index of one of the model's "
        f"inputs: {_listed(graph, {i: shapes[i] for i in calls})}. Received: input={given!r}"
    )


def _listed(graph: list[GraphCall], shapes: dict[int, Any]) -> str:
    return ", ".join(f"{graph[i].name!r} {shape}" for i, shape in shapes.items())


def _lack_channels(graph: list[GraphCall], images: dict[int, Any]) -> bool:
    """Returns whether the images are grey, and get an axis of channels from what reads them."""
    readers = [(call, source) for call in graph for source, _ in call.sources if source in images]
    added = [call.output_shapes[0] == (*images[source], 1) for call, source in readers]
    return bool(added) and all(added)


def _data_format(graph: list[GraphCall], given: str | None) -> str:
    if given is not None:
        return given
    found = (getattr(call.operation, "data_format", None) for call in graph)
    return next(filter(None, found), None) or keras.config.image_data_format()
