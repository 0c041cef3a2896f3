"""The random generators of a model, seeded by their place in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

Place = tuple[str, ...]
"""Names of the layers around a generator, and of the attribute that holds it."""

Placed = tuple[Place, keras.random.SeedGenerator]


def drawing_generators(model: Any) -> list[Placed]:
    """Returns the generators from which a model's layers draw, each with its place.

    They are found by their type, under any attribute of the model and of all layers in it, and in
    lists, tuples and dicts of these: Keras' image layers name theirs otherwise than dropout does.

    Args:
        model: A model or a layer.

    Example:

    >>> import keras
    >>> flip, drop = keras.layers.RandomFlip(name="flip"), keras.layers.Dropout(0.5, name="drop")
    >>> model = keras.Sequential([keras.Sequential([flip], name="augment"), drop])
    >>> [place for place, _ in drawing_generators(model)]
    [('augment', 'flip', 'generator'), ('drop', 'seed_generator')]
    """
    return list(_below(model, (), {id(model)}))


def seed_generators(model: Any, seed: int, first: Sequence[Placed]) -> None:
    """Makes the layers of a changed model draw what those of the first model would.

    A copied layer has a generator of its own, and a method may add layers that draw. Each generator
    that is in the first model too, by itself or in a copy, gets the state that the first model's
    gets with this seed. The others get states that depend on their own names alone, so that
    they shift nothing.

    Args:
        model: The first model, unchanged, changed in place, copied or built again.
        seed: The seed.
        first: The generators of the first model, as `drawing_generators` returned them.
    """
    placed = drawing_generators(model)
    seats = _seats(placed, first)
    added: dict[Place, int] = {}
    for (place, generator), seat in zip(placed, seats, strict=True):
        if seat is not None:
            entropy = [seed, seat]
        else:
            plain = _plain(place)
            added[plain] = count = added.get(plain, -1) + 1
            entropy = [seed, _number(plain), count]
        numbers = np.random.default_rng(entropy).integers(0, 2**31, 2)
        generator.state.assign(numbers.astype(str(generator.state.dtype)))
        if keras.config.backend() == "torch" and getattr(generator, "_initial_seed", 0) is None:
            # Without it Keras' dropout draws from torch's own generator, which all layers share.
            generator._initial_seed = int(numbers[0])


def _below(owner: Any, path: Place, seen: set[int]) -> Iterator[Placed]:
    attributes = [(name, item) for name, value in _attributes(owner) for item in _items(value)]
    for name, item in attributes:
        if _draws(item) and id(item) not in seen:
            seen.add(id(item))
            yield (*path, name), item
    listed = list(owner.layers) if isinstance(owner, keras.Model) else []
    for layer in [*listed, *(item for _, item in attributes)]:
        if isinstance(layer, keras.layers.Layer) and id(layer) not in seen:
            seen.add(id(layer))
            yield from _below(layer, (*path, layer.name), seen)


def _draws(value: Any) -> bool:
    """Returns whether random numbers are drawn from it.

    Objects of other subclasses of `SeedGenerator` are only there so that Keras tracks a state, such
    as a regularizer's strength; it is not of the form that random functions read.
    """
    if not isinstance(value, keras.random.SeedGenerator):
        return False
    state: Any = getattr(value, "state", None)
    if state is None or tuple(state.shape) != (2,):
        return False
    return str(state.dtype) in ("uint32", "int32", "int64")


def _attributes(owner: Any) -> list[tuple[str, Any]]:
    """Returns the attributes, with Keras' own list of all generators after those with names."""
    return sorted(vars(owner).items(), key=lambda item: item[0].startswith("_seed"))


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _items(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _items(item)
    else:
        yield value


def _seats(placed: Sequence[Placed], first: Sequence[Placed]) -> list[int | None]:
    """Returns for each generator its index in the first model, or `None` for an added one."""
    by_identity: list[Callable[[Placed], Any]] = [lambda item: id(item[1])]
    by_name: list[Callable[[Placed], Any]] = [
        lambda item: item[0],
        lambda item: item[0][-2:],  # in a copy that stands within another model
        lambda item: _plain(item[0]),  # built again: Keras has counted on
        lambda item: _plain(item[0])[-2:],
    ]
    seats: list[int | None] = [None] * len(placed)
    free = dict(enumerate(first))
    for key in by_identity + by_name:
        waiting: dict[Any, list[int]] = {}
        for seat, item in free.items():
            waiting.setdefault(key(item), []).append(seat)
        for index, item in enumerate(placed):
            if seats[index] is None and waiting.get(key(item)):
                seats[index] = seat = waiting[key(item)].pop(0)
                del free[seat]
    return seats


def _plain(place: Place) -> Place:
    """Returns a place without the numbers that Keras appends to names.

    They also stand within the name of a layer that is named after another: `conv2d_3_dropout`.
    """
    return tuple(re.sub(r"_\d+(?=_|$)", "", name) for name in place)


def _number(place: Place) -> int:
    return int.from_bytes(hashlib.sha256("/".join(place).encode()).digest()[:4], "big")
