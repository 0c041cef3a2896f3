"""Units: images that belong together, and how they are divided without being torn apart."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_TRIES = 20


def units_of_groups(images: int, groups: Iterable[Sequence[int]]) -> Ints:
    """Returns the unit of each image: groups that share an image are one unit.

    Args:
        images: Number of images.
        groups: Places of images that belong together.

    Returns:
        Integers of shape `(images,)`, numbered from 0 in the order of the first image of each unit.

    Example:

    >>> from keras_lateral.datasets.units import units_of_groups
    >>> units_of_groups(6, [[4, 1], [1, 2]])
    array([0, 1, 1, 2, 1, 3])
    """
    leader = list(range(images))

    def first(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for group in groups:
        for place in group[1:]:
            a, b = first(group[0]), first(place)
            leader[max(a, b)] = min(a, b)
    return numbered([first(place) for place in range(images)])


def numbered(values: Sequence[Any]) -> Ints:
    """Returns a number for each value, from 0 in the order in which they come first."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)


def units_of_each_class(y: NDArray[Any], units: NDArray[Any], num_classes: int) -> list[int]:
    """Returns in how many units each class has images."""
    return [len(np.unique(units[y == label])) for label in range(num_classes)]


def divided(
    y: NDArray[Any], units: NDArray[Any], shares: Sequence[float], seed: Sequence[int]
) -> Ints:
    """Divides images into parts with these shares of every class, whole units each.

    Units are dealt out one by one, large ones first, each to the part that has least of its
    classes, and of those to the part that has least in all:

        argmin over parts of     sum_c u_c (n_c[part] + u_c) / (share[part] N_c)

    where a unit holds u_c images of class c, a part n_c so far, and the set N_c. So units of one
    image leave the classes of equal parts within one image of each other, and the parts, too.

    Args:
        y: Labels of shape `(images,)`.
        units: Unit of each image.
        shares: Share of each part.
        seed: Numbers that fix the choice.

    Returns:
        The part of each image, of shape `(images,)`. If the units allow it, each class is in each
        part.
    """
    unit = numbered(units.tolist())
    labels, label = np.unique(y, return_inverse=True)
    u = np.zeros((unit.max(initial=-1) + 1, len(labels)), np.int64)
    np.add.at(u, (unit, label), 1)
    rng = np.random.default_rng(seed)
    best, least = np.zeros(len(u), np.int64), np.inf
    for attempt in range(_TRIES):  # the first one nearly always does
        parts = _dealt_out(u, np.asarray(shares), rng, cover=attempt > 0)
        missing = _missing(u, parts, len(shares))
        if missing < least:
            best, least = parts, missing
        if not missing:
            break
    return best[unit]


def _missing(u: Ints, parts: Ints, number: int) -> int:
    """Returns in how many parts how many classes have no image."""
    n = np.zeros((number, u.shape[1]), np.int64)
    np.add.at(n, parts, u)
    return int((n == 0).sum())


def _dealt_out(u: Ints, shares: NDArray[Any], rng: np.random.Generator, cover: bool) -> Ints:
    """Returns the part of each unit, see `divided`.

    Args:
        u: Images of each class in each unit.
        shares: Share of each part.
        rng: Generator that orders units of about the same size, and parts that have the same.
        cover: Whether a unit goes first where its classes have no image yet.
    """
    N = np.maximum(u.sum(axis=0), 1)
    n, total = np.zeros((len(shares), u.shape[1])), np.zeros(len(shares))
    parts = np.zeros(len(u), np.int64)
    for place in _order(u, rng).tolist():
        held = np.flatnonzero(u[place])
        u_c, n_c = u[place, held], n[:, held]
        level = ((n_c + u_c) / shares[:, None] * (u_c / N[held])).sum(axis=1)
        empty = (n_c == 0).sum(axis=1) if cover else np.zeros(len(shares))
        part = np.lexsort((rng.random(len(shares)), total / shares, level, -empty))[0]
        parts[place] = part
        n[part, held] += u_c
        total[part] += u_c.sum()
    return parts


def _order(u: Ints, rng: np.random.Generator) -> Ints:
    """Returns the units in the order in which they are dealt out.

    Sizes are told apart by powers of two, so that another draw divides units of unequal sizes in
    another way. Units of one image are last, class by class: they even out what others left.
    """
    sizes = u.sum(axis=1)
    powers = np.frexp(sizes)[1]
    single = np.where(sizes == 1, u.argmax(axis=1), 0)
    order: Ints = np.lexsort((rng.random(len(u)), single, -powers))
    return order
