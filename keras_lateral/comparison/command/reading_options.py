"""The options that say how the user's own image files are read."""

from __future__ import annotations

import argparse
from typing import Any

from keras_lateral.comparison.command.parser import path
from keras_lateral.datasets.benchmark.sets import BENCHMARK, FILES, NUMBERS
from keras_lateral.datasets.folder.framing import RESIZES, SQUEEZE
from keras_lateral.datasets.published.sets import NAMES, PREFIX

NO_COLUMN = "none"
COLUMNS = {
    "path": "the column of paths, by its name or its number (default: found by name or content)",
    "label": "the column of labels (default: found, as the paths are)",
    "split": "the column that says what an image is for, or 'none' (default: one named split)",
    "group": "the column of what is never divided, or 'none'; not with --groups (default: one "
    "named group, patient)",
}

OF_FILES = {
    "labels": None,
    "resize": None,
    "skip_damaged": False,
    "image_size": None,
    "grayscale": None,
}
"""What the options of image files are where they were not given."""

OF_ANY_SIZE = ("image_size", "resize")
"""Those that sets of images of several sizes have too."""

CIFAR = ("cifar10", "cifar100")
"""The sets that share the training images of two of the small-data benchmark's."""


def dataset_name(text: str) -> str:
    """A name that `load_images` or `load_small_benchmark` knows."""
    known = (*NAMES, *BENCHMARK)
    if text not in known and not text.startswith(PREFIX):
        raise argparse.ArgumentTypeError(
            f"invalid choice: {text!r} (choose from {', '.join(known)}, or {PREFIX}NAME for a set "
            "of tensorflow-datasets)"
        )
    return text


def add_reading(group: Any) -> None:
    """Adds the options to a group of them."""
    group.add_argument(
        "--labels",
        type=path,
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
        help="with --images and tfds:NAME: what is done with images of another aspect ratio: "
        "squeeze stretches them, crop keeps their centre, pad adds black borders (default: "
        "squeeze, and crop of the small-data benchmark)",
    )
    group.add_argument(
        "--benchmark-split",
        type=int,
        choices=NUMBERS,
        help="with --dataset: trains on the images of this split of the small-data benchmark: of "
        "its own sets, and of cifar10 and cifar100, whose first 50, second 50 or third 50 images "
        "of each class they are (default: 0 of its own sets)",
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
    if options.images is None:
        _check_dataset(options)
    elif options.benchmark_split is not None:
        raise ValueError("--benchmark-split goes with --dataset, not with --images.")
    columns = [what for what in COLUMNS if getattr(options, f"{what}_column") is not None]
    if columns and options.labels is None:
        raise ValueError(f"--{columns[0]}-column goes with --labels.")
    if options.groups is not None and options.group_column not in (None, NO_COLUMN):
        raise ValueError("--groups and --group-column do not go together: each says all of it.")


def _check_dataset(options: argparse.Namespace) -> None:
    name = options.dataset
    given = [
        option for option, left_out in OF_FILES.items() if getattr(options, option) != left_out
    ]
    if name.startswith(PREFIX) or name in FILES:
        given = [option for option in given if option not in OF_ANY_SIZE]
    if given:
        option = f"--{given[0].replace('_', '-')}"
        raise ValueError(f"{option} goes with --images, not with --dataset.")
    if name in BENCHMARK:
        taken = [option for option in ("limit", "test_limit") if getattr(options, option)]
        if options.data_dir is None or taken:
            reason = (
                f"--{taken[0].replace('_', '-')} does not go with it: its splits say what is used"
                if taken
                else "--data-dir must say where its files are"
            )
            raise ValueError(f"--dataset {name} is a set of the small-data benchmark: {reason}.")
    elif options.benchmark_split is not None and name not in CIFAR:
        raise ValueError(
            "--benchmark-split goes with the sets of the small-data benchmark, "
            f"{' and '.join(CIFAR)}, not with --dataset {name}."
        )


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
