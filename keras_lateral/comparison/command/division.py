"""The options that say how images are divided, before any is read."""

from __future__ import annotations

import argparse

from keras_lateral.datasets.folder.grouping import BY_FOLDER, check_groups

NO_GROUPS = "none"


def grouping(text: str) -> str | bool:
    """What `load_image_folder` takes as `groups`: `"folders"`, a regular expression, or `False`."""
    groups = False if text == NO_GROUPS else text
    try:
        check_groups(groups)
    except ValueError as error:
        reason = str(error).partition(", which ")[2]
        raise argparse.ArgumentTypeError(
            f"expected '{BY_FOLDER}', '{NO_GROUPS}', or a regular expression with one part in "
            f"parentheses, received {text!r}{', which ' if reason else ''}{reason}"
        ) from error
    return groups


def check_division(options: argparse.Namespace) -> None:
    """Checks how the options that divide images go together.

    Raises:
        ValueError: If they do not.
    """
    if options.images is None:
        of_folders = ("folds", "test_share", "groups")
        given = [name for name in of_folders if getattr(options, name) is not None]
        if given:
            option = f"--{given[0].replace('_', '-')}"
            raise ValueError(f"{option} goes with --images, not with --dataset.")
    elif options.test_limit is not None:
        raise ValueError("--test-limit goes with --dataset, not with --images.")
    if options.folds is not None and options.test_share is not None:
        raise ValueError(
            "--folds and --test-share do not go together: with --folds every image is tested once, "
            "with --test-share the same images are tested with every seed."
        )
