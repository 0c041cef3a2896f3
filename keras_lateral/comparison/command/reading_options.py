"""The options that say how the user's own image files are read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from keras_lateral.datasets.folder.framing import RESIZES, SQUEEZE

NO_COLUMN = "none"
COLUMNS = {
    "path": "the column of paths, by its name or its number (default: found by name or content)",
    "label": "the column of labels (default: found, as the paths are)",
    "split": "the column that says what an image is for, or 'none' (default: one named split)",
    "group": "the column of what is never divided, or 'none' (default: one named group, patient)",
}

OF_FILES = {"labels": None, "resize": None, "skip_damaged": False}
"""What these options are where they were not given."""


def add_reading(group: Any) -> None:
    """Adds the options to a group of them."""
    group.add_argument(
        "--labels",
        type=Path,
        metavar="FILE.csv",
        help="with --images: a table with a path and a label in each line, in place of class "
        "folders. Paths start from the folder or from the file, and may lack their ending. Columns "
        "named split (train, val, test) and group or patient are used",
    )
    for what, text in COLUMNS.items():
        group.add_argument(f"--{what}-column", metavar="NAME", help=f"with --labels: {text}")
    group.add_argument(
        "--resize",
        choices=RESIZES,
        help="with --images: what is done with images of another aspect ratio: squeeze stretches "
        "them, crop keeps their centre, pad adds black borders (default: squeeze)",
    )
    group.add_argument(
        "--skip-damaged",
        action="store_true",
        help="with --images: leave out files that cannot be read; the notes name them (default: an "
        "error that names them)",
    )


def check_reading(options: argparse.Namespace) -> None:
    """Checks how these options go with the others.

    Raises:
        ValueError: If they do not.
    """
    given = [name for name, left_out in OF_FILES.items() if getattr(options, name) != left_out]
    if given and options.images is None:
        option = f"--{given[0].replace('_', '-')}"
        raise ValueError(f"{option} goes with --images, not with --dataset.")
    columns = [what for what in COLUMNS if getattr(options, f"{what}_column") is not None]
    if columns and options.labels is None:
        raise ValueError(f"--{columns[0]}-column goes with --labels.")
    if options.groups is not None and options.group_column not in (None, NO_COLUMN):
        raise ValueError("--groups and --group-column do not go together: each says all of it.")


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the arguments of `FolderOptions` that these options are."""
    return {"resize": options.resize or SQUEEZE, "skip_damaged": options.skip_damaged}


def columns_of(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the columns that the options name, as `load_labelled_images` takes them."""
    given = {what: getattr(options, f"{what}_column") for what in COLUMNS}
    return {
        what: False if name == NO_COLUMN and what in ("split", "group") else name
        for what, name in given.items()
    }
