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
        folders: Where to look, in this order.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = list(dict.fromkeys(folders))

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
        return self._images(self.folders[0])

    @cached_property
    def _indices(self) -> list[dict[str, list[Path]]]:
        indices: list[dict[str, list[Path]]] = [{}, {}, {}]
        for folder in self.folders:
            for path in self.images if folder == self.folders[0] else self._images(folder):
                below = path.relative_to(folder).as_posix()
                names = (below.removesuffix(path.suffix), path.name, path.stem)
                for paths, name in zip(indices, names, strict=True):
                    known = paths.setdefault(name, [])
                    if path not in known:
                        known.append(path)
        return indices

    @staticmethod
    def _images(folder: Path) -> list[Path]:
        return sorted(path for path in files_below(folder) if is_image(path))
