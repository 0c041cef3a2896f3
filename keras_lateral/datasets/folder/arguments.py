"""Checks of what a folder of images is asked for with."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keras_lateral.datasets.checked_part import check_count, check_seed, is_count
from keras_lateral.datasets.folder.framing import Resize, Size, check_resize
from keras_lateral.datasets.folder.grouping import BY_FOLDER, Groups, check_groups
from keras_lateral.datasets.folder.layout import find_layout
from keras_lateral.datasets.folder.seen_folder import Layout
from keras_lateral.text import shown


@dataclass(frozen=True)
class FolderOptions:
    """How a folder of images is read, see `load_image_folder`."""

    image_size: int | Size | None = None
    grayscale: bool | None = None
    groups: Groups = None
    seed: int = 0
    limit_per_class: int | None = None
    resize: Resize = "squeeze"
    skip_damaged: bool = False

    def __post_init__(self) -> None:
        _check_image_size(self.image_size)
        check_groups(self.groups)
        check_seed(self.seed)
        check_resize(self.resize)
        if self.limit_per_class is not None:
            check_count(self.limit_per_class, "limit_per_class")

    def layout(self, root: Path) -> Layout:
        """Returns what the folders of a folder are."""
        return find_layout(root, groups_inside=self.groups == BY_FOLDER)


def checked_folder(path: str | os.PathLike[str]) -> Path:
    """Returns the folder, and raises a ValueError unless there is one."""
    root = Path(path).expanduser()
    if not root.is_dir():
        found = "It is a file." if root.exists() else "It does not exist."
        raise ValueError(
            "Invalid value for argument `path`. Expected a folder with one folder of images for "
            f"each class. Received: path={shown(root)}. {found}"
        )
    return root


def check_share(test_share: float) -> None:
    """Raises a ValueError unless a share is between 0 and 1."""
    if not 0 < test_share < 1:
        raise ValueError(
            "Invalid value for argument `test_share`. Expected a number between 0 and 1. "
            f"Received: test_share={test_share!r}"
        )


def _check_image_size(image_size: int | Size | None) -> None:
    if image_size is None:
        return
    sides = image_size if isinstance(image_size, Sequence) else (image_size,) * 2
    if len(sides) != 2 or not all(is_count(side) for side in sides):
        raise ValueError(
            "Invalid value for argument `image_size`. Expected a positive number of pixels or "
            f"(height, width). Received: image_size={image_size!r}"
        )
