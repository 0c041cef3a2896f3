"""What a reader of a result must know about pictures that are there more than once."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.class_folders import relative
from keras_lateral.datasets.folder.seen_folder import APART, WORDS, Role
from keras_lateral.datasets.folder.split_files import LabelledFile, Part
from keras_lateral.text import counted

_KINDS = "saved again, resized, or brighter"


def find_duplicates(first: NDArray[Any], second: NDArray[Any]) -> list[tuple[int, int]]:
    """Finds the images of `second` that are also in `first`, pixel for pixel.

    Args:
        first: Array of shape `(images, height, width, channels)`.
        second: Array of shape `(other_images, height, width, channels)`.

    Returns:
        Pairs of places, `(in first, in second)`, one for each duplicate in `second`.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.folder.copy_notes import find_duplicates
    >>> images = np.arange(12, dtype="uint8").reshape(3, 2, 2, 1)
    >>> find_duplicates(images, images[[2, 0]])
    [(2, 0), (0, 1)]
    """
    place_of = {digest: place for place, digest in reversed(list(enumerate(digests_of(first))))}
    pairs = ((place_of.get(digest), place) for place, digest in enumerate(digests_of(second)))
    return [(original, copy) for original, copy in pairs if original is not None]


def digests_of(images: NDArray[Any]) -> Iterator[bytes]:
    """Yields what tells each image from all others, in 16 bytes."""
    for image in images:
        yield hashlib.blake2b(image.tobytes(), digest_size=16).digest()


@dataclass(frozen=True)
class Copies:
    """Pictures that are there more than once.

    Args:
        parts: The files of each part.
        groups: The paths of the files that show the same picture, of each such picture.
        root: The folder, for the names in the notes.
    """

    parts: Mapping[Role, Part]
    groups: Sequence[Sequence[Path]]
    root: Path

    def warnings(self, x: Mapping[Role, NDArray[np.uint8]]) -> Iterator[str]:
        """Says which copies make an accuracy wrong: across parts, or with two labels.

        Args:
            x: The images of each part, as they were read.
        """
        for second, first in APART:
            if first in self.parts and second in self.parts:
                yield from self._across(second, first, x)
        yield from self._two_labels()

    def notes(self, kept_together: bool, in_folds: bool = False) -> Iterator[str]:
        """Says which copies there are within one part.

        Args:
            kept_together: Whether it was the library that kept them there.
            in_folds: Whether the one part is divided into folds.
        """
        for role, part in self.parts.items():
            members = self._members({role})
            groups = [group for group in members if len(group) > 1]
            if not groups:
                continue
            extra = sum(len(group) - 1 for group in groups)
            together = ", and kept on that side" if kept_together else ""
            together = ", and kept in one fold" if in_folds else together
            images = "images" if in_folds else f"{WORDS[role]} images"
            yield (
                f"Copies among the {len(part):,} {images} (the same, {_KINDS}): "
                f"{counted(extra, 'image')} of {counted(len(groups), 'picture')}{together} (first: "
                f"{self._is(groups[0][1], groups[0][0])}). They count more than others."
            )

    def _across(
        self, second: Role, first: Role, x: Mapping[Role, NDArray[np.uint8]]
    ) -> Iterator[str]:
        """Says which files of the second part are in the first one too."""
        equal = find_duplicates(x[first], x[second])
        places = {place for _, place in equal}
        copy_of = self._copies_across(second, first)
        near = [
            (copy_of[item.path], item)
            for place, item in enumerate(self.parts[second])
            if place not in places and item.path in copy_of
        ]
        what = {
            "pixel for pixel": [(self.parts[first][a], self.parts[second][b]) for a, b in equal],
            _KINDS: near,
        }
        for how, pairs in what.items():
            if pairs:
                original, copy = pairs[0]
                yield (
                    f"{WORDS[second].capitalize()} images that are in {WORDS[first]} too, {how}: "
                    f"{len(pairs):,} of {len(self.parts[second]):,} (first: "
                    f"{self._is(copy, original)}). {WORDS[second].capitalize()} accuracy is too "
                    "high by that; remove the copies."
                )

    def _copies_across(self, second: Role, first: Role) -> dict[Path, LabelledFile]:
        """Returns the first file of one part that shows the same, for files of another."""
        originals = {item.path for item in self.parts[first]}
        copies = {item.path for item in self.parts[second]}
        found: dict[Path, LabelledFile] = {}
        for group in self._members({first, second}):
            there = [item for item in group if item.path in originals]
            if there:
                found |= {item.path: there[0] for item in group if item.path in copies}
        return found

    def _two_labels(self) -> Iterator[str]:
        mixed = []
        for group in self._members(set(self.parts)):
            other = [item for item in group if item.label != group[0].label]
            if other:
                mixed.append((group[0], other[0]))
        if mixed:
            yield (
                f"Pictures that are in two different classes: {len(mixed):,} (first: "
                f"{self._is(mixed[0][1], mixed[0][0])}). One of the two labels is wrong; remove it."
            )

    def _members(self, roles: set[Role]) -> list[list[LabelledFile]]:
        """Returns the files of these parts in each group, in the order of the parts."""
        group_of = {path: number for number, group in enumerate(self.groups) for path in group}
        members: dict[int, list[LabelledFile]] = {}
        for role in self.parts:
            for item in self.parts[role] if role in roles else ():
                if item.path in group_of:
                    members.setdefault(group_of[item.path], []).append(item)
        return list(members.values())

    def _is(self, copy: LabelledFile, original: LabelledFile) -> str:
        return f"'{relative(copy.path, self.root)}' is '{relative(original.path, self.root)}'"
