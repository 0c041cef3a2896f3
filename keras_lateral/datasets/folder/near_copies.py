"""Finds images that are copies of each other: re-saved, resized, a little brighter or darker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.looks import SIDE, Looks

Pairs = NDArray[np.int64]
Floats = NDArray[np.float32]

_BITS = 8  # of 64, by which the hashes of two candidates may differ
_LEAST_SIDE = 16  # of images that have enough pixels to be recognized
_LEAST_CONTRAST = 4.0  # standard deviation in levels of 255: flat images all look alike
_COLOUR = 16.0  # levels of 255 by which colours may differ
_ROWS, _AT_ONCE = 1_024, 16_384


@dataclass(frozen=True)
class _Limits:
    """When two versions of the same picture in grey are the same, see `groups_of_copies`."""

    correlation: float
    deviation: float


_SAME_SIZE = _Limits(0.985, 0.5)
_RESIZED = _Limits(0.995, 0.3)


def groups_of_copies(looks: Sequence[Looks]) -> list[list[int]]:
    """Groups the images that are copies, exact ones or near ones.

    Candidates are the pairs whose perceptual hashes differ by 8 of 64 bits or fewer. They are
    verified on their versions of 16 x 16 pixels: in grey, one must be the other but for brightness
    and contrast,

        correlation >= 0.985,     |z1 - correlation z0| <= 0.5 at every pixel,

    where z are the grey levels less their mean, over their standard deviation. Ways to resize
    differ in fine detail, so two images of different sizes are compared on 8 x 8 pixels, with
    0.995 and 0.3. Colours must agree, unless one of the two is grey. Images that are smaller than
    16 pixels, or flat, are grouped only if they are equal in every pixel. A copy of a copy is in
    the same group.

    Args:
        looks: Of each image.

    Returns:
        Places of the images of each group of two and more, in order.
    """
    leader = np.arange(len(looks))
    first_with: dict[bytes, int] = {}
    for place, look in enumerate(looks):
        leader[place] = first_with.setdefault(look.digest, place)
    # Equal images stand for each other, so one of each is compared.
    places = np.array([p for p in first_with.values() if _is_recognizable(looks[p])], np.int64)
    if len(places) > 1:
        compared = [looks[place] for place in places]
        for first, second in _verified_pairs(compared, places, leader):
            _join(leader, first, second)
    groups: dict[int, list[int]] = {}
    for place, first in enumerate(_leaders(leader).tolist()):
        groups.setdefault(first, []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _is_recognizable(look: Looks) -> bool:
    return (
        min(look.height, look.width) >= _LEAST_SIDE and _grey(look.small).std() >= _LEAST_CONTRAST
    )


def _grey(small: NDArray[np.uint8]) -> NDArray[np.float64]:
    grey: NDArray[np.float64] = small @ np.array([0.299, 0.587, 0.114])
    return grey


def _verified_pairs(
    looks: Sequence[Looks], places: Pairs, leader: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    views = _Views(looks)
    for pairs in _candidates(np.stack([look.hash for look in looks])):
        for start in range(0, len(pairs), _AT_ONCE):
            some = pairs[start : start + _AT_ONCE]
            # What is in one group already needs no other proof.
            leader[:] = _leaders(leader)
            roots = leader[places]
            some = some[roots[some[:, 0]] != roots[some[:, 1]]]
            yield from ((int(places[a]), int(places[b])) for a, b in some[views.alike(some)])


def _candidates(hashes: NDArray[np.bool_]) -> Iterator[Pairs]:
    """Yields the pairs of hashes that differ by few bits: products of rows of 1 and -1, exact."""
    signs = np.where(hashes, np.float32(1), np.float32(-1))
    bits = hashes.shape[1]
    for start in range(0, len(signs), _ROWS):
        agreement = signs[start : start + _ROWS] @ signs[start:].T
        first, second = np.nonzero(agreement >= bits - 2 * _BITS)
        later = first < second
        yield start + np.stack([first[later], second[later]], axis=1)


class _Views:
    """The small versions of all images, as they are compared."""

    def __init__(self, looks: Sequence[Looks]) -> None:
        small = np.stack([look.small for look in looks])
        self.sides = np.array([(look.height, look.width) for look in looks], np.float64)
        self.grey = {
            _SAME_SIZE: _standardized(_grey(small)),
            _RESIZED: _standardized(np.stack([look.coarse for look in looks])),
        }
        levels = small.astype(np.float32)
        colours = levels[..., [0, 2]] - levels[..., [1]]
        areas = colours.reshape(len(small), 4, SIDE // 4, 4, SIDE // 4, 2).mean(axis=(2, 4))
        self.colours = areas.reshape(len(small), -1)

    def alike(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Returns which pairs are copies."""
        first, second = pairs.T
        same_size = (self.sides[first] == self.sides[second]).all(axis=1)
        same = np.where(
            same_size,
            self._same_picture(first, second, _SAME_SIZE),
            self._same_picture(first, second, _RESIZED) & self._same_shape(first, second),
        )
        alike: NDArray[np.bool_] = same & self._same_colours(first, second)
        return alike

    def _same_shape(self, first: Pairs, second: Pairs) -> NDArray[np.bool_]:
        """Whether both have the same ratio of sides, but for the rounding of a side."""
        (h0, w0), (h1, w1) = self.sides[first].T, self.sides[second].T
        longest = np.maximum(self.sides[first].max(axis=1), self.sides[second].max(axis=1))
        alike: NDArray[np.bool_] = np.abs(h0 * w1 - h1 * w0) <= longest
        return alike

    def _same_picture(self, first: Pairs, second: Pairs, limits: _Limits) -> NDArray[np.bool_]:
        z0, z1 = self.grey[limits][first], self.grey[limits][second]
        correlation = (z0 * z1).mean(axis=1)
        deviation = np.abs(z1 - correlation[:, None] * z0).max(axis=1)
        alike: NDArray[np.bool_] = (correlation >= limits.correlation) & (
            deviation <= limits.deviation
        )
        return alike

    def _same_colours(self, first: Pairs, second: Pairs) -> NDArray[np.bool_]:
        """Compares what red and blue have more than green."""
        a, b = self.colours[first], self.colours[second]
        alike: NDArray[np.bool_] = np.sqrt(((a - b) ** 2).mean(axis=1)) <= _COLOUR
        return alike | (np.abs(a).max(axis=1) <= 2) | (np.abs(b).max(axis=1) <= 2)


def _standardized(grey: NDArray[Any]) -> Floats:
    flat = grey.reshape(len(grey), -1).astype(np.float32)
    centred = flat - flat.mean(axis=1, keepdims=True)
    scaled: Floats = centred / np.maximum(centred.std(axis=1, keepdims=True), np.float32(1e-3))
    return scaled


def _leaders(leader: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the first image of the group of each."""
    above = leader[leader]
    while not np.array_equal(above, leader):
        leader, above = above, above[above]
    return leader


def _leader(leader: NDArray[np.int64], place: int) -> int:
    while leader[place] != place:
        place = int(leader[place])
    return place


def _join(leader: NDArray[np.int64], first: int, second: int) -> None:
    a, b = _leader(leader, first), _leader(leader, second)
    leader[max(a, b)] = min(a, b)
