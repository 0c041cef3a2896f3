"""Which images of a folder belong together: by sub-folders, by their names, or by a function."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.datasets.folder.class_folders import ClassFolders, relative
from keras_lateral.datasets.folder.grouping import BY_FOLDER, Groups
from keras_lateral.text import counted, printable, shown


@dataclass(frozen=True)
class FoundGroups:
    """Names of what belongs together.

    Args:
        names: The name of the group of each file that is in one.
        by_folder: Whether it is named after a sub-folder of the class folder.
        asked_for: Whether groups were asked for, and not only found.
    """

    names: Mapping[Path, str]
    by_folder: bool = False
    asked_for: bool = False

    def note(self, root: Path, divided: bool) -> list[str]:
        """Says what belongs together.

        Args:
            root: The folder.
            divided: Whether the images are divided here, and not as they were found.
        """
        sizes = Counter(self.names.values())
        if not sizes or (max(sizes.values()) == 1 and not self.asked_for):
            return []
        first = next(iter(self.names))
        low, high = min(sizes.values()), max(sizes.values())
        many = f"{low:,} to {counted(high, 'image')}" if low < high else counted(high, "image")
        what = "sub-folder" if self.by_folder else "group"
        whole = " and are never divided between training and test" if divided else ""
        otherwise = "" if self.asked_for else " If they do not, say so with `groups`."
        return [
            f"Images of one {what} belong together{whole}: {counted(len(sizes), 'group')} of "
            f"{many} (first: '{printable(self.names[first])}' with '{relative(first, root)}')."
            f"{otherwise}"
        ]


def find_groups(found: ClassFolders, groups: Groups) -> FoundGroups:
    """Returns the groups of images, see `load_image_folder`.

    Args:
        found: The files of each class.
        groups: What belongs together.

    Raises:
        ValueError: If a regular expression does not match a file, or no image is in a sub-folder
            though groups are sub-folders.
    """
    if groups is False:
        return FoundGroups({})
    below = {
        path: relative(path, found.folders[name])
        for name, paths in found.images.items()
        for path in paths
    }
    if groups is None:
        return FoundGroups(_of_sub_folders(found, below), by_folder=True)
    if groups == BY_FOLDER:
        names = {path: text.split("/")[0] for path, text in below.items() if "/" in text}
        if not names:
            raise ValueError(
                "Invalid value for argument `groups`. Expected sub-folders in the class folders "
                f"of {shown(found.root)}, as it is 'folders'. Found none."
            )
        return FoundGroups(names, by_folder=True, asked_for=True)
    names = _by_function(below, groups) if callable(groups) else _by_name(below, str(groups))
    return FoundGroups(names, asked_for=True)


def _by_function(below: Mapping[Path, str], group: Callable[[str], Any]) -> dict[Path, str]:
    named = {path: group(text) for path, text in below.items()}
    return {path: str(name) for path, name in named.items() if name is not None}


def _by_name(below: Mapping[Path, str], pattern: str) -> dict[Path, str]:
    matches = {text: re.match(pattern, text) for text in below.values()}
    other = [text for text, match in matches.items() if match is None or match[1] is None]
    if other:
        few = ", ".join(f"'{text}'" for text in other[:3])
        more = f" and {len(other) - 3:,} more" if len(other) > 3 else ""
        raise ValueError(
            "Invalid value for argument `groups`. Expected a regular expression that matches each "
            "file's path below its class folder, from its beginning. Received: "
            f"groups={pattern!r}, which does not match {few}{more}"
        )
    return {path: _first_part(matches[text]) for path, text in below.items()}


def _first_part(match: re.Match[str] | None) -> str:
    assert match is not None  # the others are in an error
    return match[1]


def _of_sub_folders(found: ClassFolders, below: Mapping[Path, str]) -> dict[Path, str]:
    """Returns the sub-folder of each image, where a class has several of them.

    A folder that holds all of a class is none of several: what lies inside is looked at instead.
    """
    texts = {name: [below[path] for path in paths] for name, paths in found.images.items()}
    while True:
        inner = {name: _sub_folders(paths) for name, paths in texts.items()}
        if any(len(folders) > 1 for folders in inner.values()):
            break
        wrapped = [name for name in texts if inner[name] and all("/" in t for t in texts[name])]
        if not wrapped:
            return {}
        for name in wrapped:
            texts[name] = [text.partition("/")[2] for text in texts[name]]
    return {
        path: text.partition("/")[0]
        for name, paths in found.images.items()
        for path, text in zip(paths, texts[name], strict=True)
        if "/" in text
    }


def _sub_folders(texts: Sequence[str]) -> set[str]:
    return {text.partition("/")[0] for text in texts if "/" in text}
