"""The images of a folder: their files looked at, then read into arrays of one size."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.class_folders import relative
from keras_lateral.datasets.folder.framing import common_size
from keras_lateral.datasets.folder.groups import FoundGroups
from keras_lateral.datasets.folder.image_file import ImageFile, check_image
from keras_lateral.datasets.folder.near_copies import groups_of_copies
from keras_lateral.datasets.folder.notes import notes_on_files, notes_on_one_colour
from keras_lateral.datasets.folder.read_pixels import read_pixels
from keras_lateral.datasets.folder.reading import Reading, chosen_background, used_range
from keras_lateral.datasets.folder.split_files import Part
from keras_lateral.datasets.units import units_of_groups
from keras_lateral.text import printable, shown


@dataclass(frozen=True)
class SeenFiles:
    """Files that can be read, and which of them belong together.

    Args:
        root: The folder.
        files: What each file holds.
        copies: The paths of the files that show the same picture, of each such picture.
        groups: What else belongs together.
    """

    root: Path
    files: Mapping[Path, ImageFile]
    copies: Sequence[Sequence[Path]]
    groups: FoundGroups

    def units(self, part: Part) -> NDArray[np.int64] | None:
        """Returns the unit of each file of a part: copies and groups that share a file are one.

        Args:
            part: The files.

        Returns:
            Integers of shape `(files,)`; `None` if no file of any part belongs to another.
        """
        place_of = {path: place for place, path in enumerate(self.files)}
        named: dict[str, list[int]] = {}
        for path, name in self.groups.names.items():
            if path in place_of:
                named.setdefault(name, []).append(place_of[path])
        copies = [[place_of[path] for path in group] for group in self.copies]
        units = units_of_groups(len(place_of), [*copies, *named.values()])
        if len(set(units.tolist())) == len(units):
            return None
        return units[[place_of[item.path] for item in part]]

    def names(self, part: Part) -> tuple[str, ...]:
        """Returns the path of each file of a part, below the folder."""
        return tuple(relative(item.path, self.root) for item in part)


def look_at_files(
    files: Part, root: Path, groups: FoundGroups, checked: Mapping[Path, ImageFile] | None = None
) -> SeenFiles:
    """Decodes every file, to see whether it can be read and which show the same picture.

    Args:
        files: The files.
        root: The folder.
        groups: What else belongs together.
        checked: Files that were decoded before.

    Raises:
        ValueError: If files cannot be read; the message names them.
        ImportError: If Pillow or imagehash is missing.
    """
    readable = _checked_files(files, root, checked or {})
    every = list(readable.values())
    copies = groups_of_copies([file.looks for file in every])
    return SeenFiles(
        root, readable, [[every[place].path for place in group] for group in copies], groups
    )


def _checked_files(
    labelled: Part, root: Path, known: Mapping[Path, ImageFile]
) -> dict[Path, ImageFile]:
    paths = [item.path for item in labelled]
    files, damaged = check_images(path for path in paths if path not in known)
    if damaged:
        lines = [f"- {shown(path)}: {reason}" for path, reason in damaged.items()]
        more = f"\n- and {len(damaged) - 20:,} more" if len(damaged) > 20 else ""
        few = "\n".join(lines[:20])
        raise ValueError(
            f"{len(damaged):,} of {len(labelled):,} images in {shown(root)} cannot be read:\n"
            f"{few}{more}\nRepair or remove them, or leave them out with `skip_damaged`."
        )
    return {path: known[path] if path in known else files[path] for path in paths}


def check_images(paths: Iterable[Path]) -> tuple[dict[Path, ImageFile], dict[Path, str]]:
    """Decodes files, see `check_image`.

    Returns:
        What those hold that can be read, and why the others cannot, by path.
    """
    files: dict[Path, ImageFile] = {}
    damaged: dict[Path, str] = {}
    for path in paths:
        try:
            files[path] = check_image(path)
        except ValueError as error:
            damaged[path] = printable(str(error))
    return files, damaged


@dataclass(frozen=True)
class Pixels:
    """Images of one size, and what was done to make them so.

    Args:
        x: Images of shape `(images, height, width, channels)`, `uint8`.
        notes: What was done, in sentences.
    """

    x: NDArray[np.uint8]
    notes: tuple[str, ...]


def read_files(part: Part, seen: SeenFiles, options: FolderOptions) -> Pixels:
    """Reads the images of files that were looked at.

    Args:
        part: The files.
        seen: What is known of them.
        options: How they are read: size, colours and shape.
    """
    files = [seen.files[item.path] for item in part]
    grayscale, resize = options.grayscale, options.resize
    size = common_size([(file.height, file.width) for file in files], options.image_size)
    grey = all(file.is_grey for file in files) if grayscale is None else bool(grayscale)
    reading = _common_reading(files)
    x = read_pixels(files, size, grey, reading, resize)

    def notes() -> Iterator[str]:
        yield from notes_on_one_colour(x, files, seen.root)
        yield from notes_on_files(files, size, grey, reading, seen.root, resize)

    return Pixels(x, tuple(notes()))


def _common_reading(files: Sequence[ImageFile]) -> Reading:
    """Returns what is the same for all images: the range of deep ones, and the background."""
    ranges = [file.values for file in files if file.values is not None]
    low, high = used_range(ranges) if ranges else (0, 65_535)
    blank_on = (file.blank_on for file in files if file.blank_on is not None)
    return Reading(low, high, chosen_background(blank_on))
