"""One call of a layer in a graph, and the two simplest rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras_lateral.keras_tools.model_graph import GraphCall
from keras_lateral.receptive_field.rules.map_field import MapField, merged


@dataclass(frozen=True)
class Step:
    """A call of a layer, and what its inputs' units see.

    Args:
        layer: The layer or operation; within a wrapper, the one that is wrapped.
        maps: What the units of each input see.
        call: The call in the graph.
        offset: Axes besides the batch that a wrapper takes off, as `TimeDistributed` does.
    """

    layer: Any
    maps: tuple[MapField, ...]
    call: GraphCall
    offset: int = 0

    @property
    def map(self) -> MapField:
        """Of the first input."""
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
        """Returns the tensor's axis that the layer calls so."""
        return axis % self.rank if axis < 0 else axis + self.offset

    def axes(self, count: int) -> list[int]:
        """Returns the tensor's spatial axes of a layer with this number of them."""
        first = 2 if getattr(self.layer, "data_format", None) == "channels_first" else 1
        return list(range(first + self.offset, first + self.offset + count))

    def channels(self, count: int) -> int:
        """Returns the tensor's axis of the channels, of a layer with `count` spatial axes."""
        first = getattr(self.layer, "data_format", None) == "channels_first"
        return self.offset + (1 if first else 1 + count)


class NotCalculableError(ValueError):
    """A layer whose field is no property of the graph; the message says why."""


Rule = Callable[[Step], MapField]


def pointwise(step: Step) -> MapField:
    """Each unit reads the units at its own position, of every input."""
    return merged(step.maps, [len(shape) for shape in step.call.input_shapes])
