"""The images that the command's options select."""

from __future__ import annotations

import argparse
import warnings
from dataclasses import replace

from keras_lateral.comparison.command.smoke import LIMIT
from keras_lateral.comparison.command.words import options_for, with_options
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.image_folder import load_image_folder
from keras_lateral.datasets.published.load_images import load_images

DATASET_LIMIT = 50

FOLDER_OPTIONS = {
    "path": "--images",
    "image_size": "--image-size",
    "grayscale": "--grayscale",
    "test_share": "--test-share",
    "seed": "--data-seed",
    "limit_per_class": "--limit",
}
DATASET_OPTIONS = {"name": "--dataset", "data_dir": "--data-dir", "seed": "--data-seed"}


def images_of(options: argparse.Namespace) -> ImageDataset:
    """Loads a folder of images, or a few images of each class of a known dataset.

    Args:
        options: Options as read by `add_compare`.

    Raises:
        ValueError: If the folder holds no such images, options do not go together, or a class has
            too few images.
        OSError: If something cannot be read.
        ImportError: If a package is missing.
    """
    if options.images is None:
        return _known_dataset(options)
    with warnings.catch_warnings(), options_for("--images", **FOLDER_OPTIONS):
        warnings.simplefilter("ignore", UserWarning)  # printed anyway, as notes
        data = load_image_folder(
            options.images,
            image_size=_size(options.image_size),
            grayscale=options.grayscale,
            test_share=options.test_share,
            seed=options.data_seed,
            limit_per_class=_limit(options, None),
        )
    return replace(data, notes=tuple(with_options(note, FOLDER_OPTIONS) for note in data.notes))


def _known_dataset(options: argparse.Namespace) -> ImageDataset:
    with options_for(**DATASET_OPTIONS):
        data = load_images(options.dataset, data_dir=options.data_dir)
    few = LIMIT if options.smoke else None
    limit = _limit(options, DATASET_LIMIT)
    with options_for("--limit", images_per_class="--limit", seed="--data-seed"):
        return data.subset(limit, seed=options.data_seed, test_per_class=few)


def _limit(options: argparse.Namespace, default: int | None) -> int | None:
    return options.limit or (LIMIT if options.smoke else default)


def _size(sides: list[int] | None) -> int | tuple[int, int] | None:
    if sides is None:
        return None
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])
