"""One call of a layer in a graph, and the two simplest rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras_lateral.keras_tools.model_graph import GraphCall
from keras_lateral.receptive_field.rules.map_field import MapField, merged
from keras_lateral.receptive_field.rules.spread_axis import NotCalculableError as NotCalculableError


@dataclass(frozen=True)
class Step:
    """A call of a layer, and the fields of its inputs' units.

    Args:
        layer: The layer or operation; within a wrapper, the wrapped one.
        maps: Field of the units of each input.
        call: The call in the graph.
        offset: Number of axes after the batch that a wrapper removes, as `TimeDistributed` does.
    """

    layer: Any
    maps: tuple[MapField, ...]
    call: GraphCall
    offset: int = 0

    @property
    def map(self) -> MapField:
        """The field of the first input."""
        return self.maps[0]

    @property
    def rank(self) -> int:
        """Number of axes of the first input, batch included."""
        return len(self.call.input_shapes[0])

    @property
    def inner(self) -> list[int]:
        """The axes that the layer itself sees, without its batch."""
        return list(range(self.offset + 1, self.rank))

    def at(self, axis: int) -> int:
        """Returns the tensor's axis that the layer counts as `axis`."""
        return axis % self.rank if axis < 0 else axis + self.offset

    def axes(self, count: int) -> list[int]:
        """Returns the tensor's spatial axes, for a layer with `count` of them."""
        first = 2 if getattr(self.layer, "data_format", None) == "channels_first" else 1
        return list(range(first + self.offset, first + self.offset + count))

    def channels(self, count: int) -> int:
        """Returns the tensor's channel axis, for a layer with `count` spatial axes."""
        first = getattr(self.layer, "data_format", None) == "channels_first"
        return self.offset + (1 if first else 1 + count)


Rule = Callable[[Step], MapField | tuple[MapField, ...]]
"""A function from a call to the field of its output, or to one for each output."""


def pointwise(step: Step) -> MapField:
    """Each unit reads the units at its own position in every input."""
    return merged(step.maps, [len(shape) for shape in step.call.input_shapes])
