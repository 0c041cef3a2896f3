"""The options that say how the user's own image files are read."""

from __future__ import annotations

import argparse
from typing import Any

from keras_lateral.datasets.folder.framing import RESIZES, SQUEEZE

OF_FILES = {"resize": None, "skip_damaged": False}
"""What these options are where they were not given."""


def add_reading(group: Any) -> None:
    """Adds the options to a group of them."""
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


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the arguments of `FolderOptions` that these options are."""
    return {"resize": options.resize or SQUEEZE, "skip_damaged": options.skip_damaged}
