"""Image files by what a table calls them: a path, a name below a folder, one without ending."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from keras_lateral.datasets.folder.class_folders import files_below
from keras_lateral.datasets.folder.formats import is_image


class NamedFiles:
    """Finds image files in folders.

    Args:
        folders: Where to look, in this order. Only in the first are files looked for by their names
            alone: the others may be large, such as a home folder.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        # In one spelling, so that a file has one path.
        normal = (Path(os.path.normpath(folder)) for folder in folders)
        self.folders = list(dict.fromkeys(normal))

    def find(self, name: str) -> list[Path]:
        """Returns the files that a name may mean: one if all is well.

        Looked for are, in this order: the path itself; the path without its ending; a file of this
        name in a sub-folder; one of this name without its ending.

        Args:
            name: A path, below one of the folders or absolute, with slashes or backslashes.
        """
        for text in dict.fromkeys((name, name.replace("\\", "/"))):
            for folder in self.folders:
                path = Path(os.path.normpath(folder / text))
                if path.is_file():
                    return [path]
        text = os.path.normpath(name.replace("\\", "/")).replace(os.sep, "/")
        return next((paths[text] for paths in self._indices if text in paths), [])

    @cached_property
    def images(self) -> list[Path]:
        """All image files in the first of the folders."""
        return sorted(path for path in files_below(self.folders[0]) if is_image(path))

    @cached_property
    def _indices(self) -> list[dict[str, list[Path]]]:
        indices: list[dict[str, list[Path]]] = [{}, {}, {}]
        for path in self.images:
            below = path.relative_to(self.folders[0]).as_posix()
            names = (below.removesuffix(path.suffix), path.name, path.stem)
            for paths, name in zip(indices, names, strict=True):
                paths.setdefault(name, []).append(path)
        return indices
