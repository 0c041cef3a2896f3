"""The residual blocks of a model's graph: where a branch is added to a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.keras_tools.model_graph import GraphCall, model_graph


@dataclass(frozen=True)
class ResidualBlock:
    """A place where the output of a branch is added to that of a shortcut.

    Args:
        name: Name of the addition.
        branch: The branch's last layer or operation.
        readers: How many calls in the model read what it returns.
        calls: How often it is called in the model.
    """

    name: str
    branch: Any
    readers: int = 1
    calls: int = 1


def residual_blocks(model: keras.Model) -> list[ResidualBlock]:
    """Returns the residual blocks of a model, the first first.

    At an addition of two tensors, the last call that both depend on is where the block begins. The
    input with the longer way from there is the branch, the other one the shortcut, on which there
    is one dense layer or convolution at most. Additions with ways of equal length are no blocks.

    Args:
        model: A functional or Sequential model that is built; nested ones are looked into.

    Raises:
        ValueError: If the model is subclassed or not built.

    Example:

    >>> import keras
    >>> x = keras.Input((8, 8, 4))
    >>> y = keras.layers.Conv2D(4, 3, padding="same", name="last")(keras.layers.ReLU()(x))
    >>> model = keras.Model(x, keras.layers.Add(name="sum")([x, y]))
    >>> [(block.name, block.branch.name) for block in residual_blocks(model)]
    [('sum', 'last')]
    """
    calls = model_graph(model)
    before = _ancestors(calls)
    blocks = []
    for call in calls:
        branch = _branch_of(call, calls, before) if _adds_two(call) else None
        if branch is not None:
            layer = calls[branch].operation
            readers = sum(branch in _read_by(other) for other in calls)
            times = sum(other.operation is layer for other in calls)
            blocks.append(ResidualBlock(call.name, layer, readers, times))
    return blocks


def _adds_two(call: GraphCall) -> bool:
    """Returns whether a call is of `keras.layers.Add`, `keras.ops.add` or `x + y`."""
    return len(call.sources) == 2 and type(call.operation).__name__ == "Add"


def _read_by(call: GraphCall) -> list[int]:
    return [index for index, _ in call.sources]


def _ancestors(calls: list[GraphCall]) -> list[set[int]]:
    """Returns for each call which calls it depends on, itself included."""
    found: list[set[int]] = []
    for index, call in enumerate(calls):
        found.append({index}.union(*(found[source] for source in _read_by(call))))
    return found


def _branch_of(call: GraphCall, calls: list[GraphCall], before: list[set[int]]) -> int | None:
    """Returns the index of the branch's last call, or `None` if the addition is no block."""
    first, second = _read_by(call)
    common = before[first] & before[second]
    if not common:
        return None
    start = max(common)
    lengths = [_longest_way(start, end, calls, before) for end in (first, second)]
    if lengths[0] == lengths[1]:
        return None
    longer = lengths[0] > lengths[1]
    branch, shortcut = (first, second) if longer else (second, first)
    beside = before[shortcut] - before[start]
    kernels = [index for index in beside if layer_kernels(calls[index].operation)]
    return branch if len(kernels) <= 1 else None


def _longest_way(start: int, end: int, calls: list[GraphCall], before: list[set[int]]) -> int:
    """Returns the number of calls after `start` up to `end`, on the longest way."""
    lengths = {start: 0}
    for index in range(start + 1, end + 1):
        if index in before[end] and start in before[index]:
            ways = [lengths[source] for source in _read_by(calls[index]) if source in lengths]
            lengths[index] = 1 + max(ways)
    return lengths[end]
