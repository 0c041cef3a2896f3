"""The images that the command's options select."""

from __future__ import annotations

import argparse
import warnings
from dataclasses import replace

import numpy as np

from keras_lateral.comparison.command.reading_options import COLUMNS, columns_of, reading
from keras_lateral.comparison.command.smoke import LIMIT
from keras_lateral.comparison.command.words import options_for, with_options
from keras_lateral.datasets.benchmark.sets import BENCHMARK
from keras_lateral.datasets.benchmark.small_benchmark import load_small_benchmark
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.few_training_images import few_to_train
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.framing import CROP, SQUEEZE
from keras_lateral.datasets.folder.image_folds import images_of_folder
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.labels.labelled_images import images_of_labels
from keras_lateral.datasets.published.load_images import load_images

DATASET_LIMIT = 50
MOST_TESTED = 10_000
"""Test images of a known dataset, as many of each class: more would take longer than training."""

FOLDER_OPTIONS = {
    "path": "--images",
    "image_size": "--image-size",
    "grayscale": "--grayscale",
    "folds": "--folds",
    "test_share": "--test-share",
    "groups": "--groups",
    "seed": "--data-seed",
    "limit_per_class": "--limit",
    "resize": "--resize",
    "skip_damaged": "--skip-damaged",
}
LABELS_OPTIONS = {
    **FOLDER_OPTIONS,
    "labels": "--labels",
    "folder": "--images",
    **{what: f"--{what}-column" for what in COLUMNS},
}
DATASET_OPTIONS = {
    "name": "--dataset",
    "data_dir": "--data-dir",
    "seed": "--data-seed",
    "image_size": "--image-size",
    "resize": "--resize",
}
BENCHMARK_OPTIONS = {**DATASET_OPTIONS, "folder": "--data-dir", "split": "--benchmark-split"}


def images_of(options: argparse.Namespace) -> ImageDataset | ImageFolds:
    """Loads a folder of images, or a few training images of each class of a known dataset.

    Args:
        options: Options as read by `add_compare`.

    Returns:
        Folds, if a folder has no images for testing and no share of it is to be tested.

    Raises:
        ValueError: If the folder holds no such images, options do not go together, or a class has
            too few images.
        OSError: If something cannot be read.
        ImportError: If a package is missing.
    """
    if options.images is None:
        return _known_dataset(options)
    words = FOLDER_OPTIONS if options.labels is None else LABELS_OPTIONS
    with warnings.catch_warnings(), options_for("--images", **words):
        warnings.simplefilter("ignore", UserWarning)  # of Pillow: what matters is in the notes
        data = _own_images(options)
    notes, alarms = (
        tuple(with_options(note, words) for note in some) for some in (data.notes, data.alarms)
    )
    return replace(data, notes=notes, alarms=alarms)


def _own_images(options: argparse.Namespace) -> ImageDataset | ImageFolds:
    how = FolderOptions(
        image_size=side_or_sides(options.image_size),
        grayscale=options.grayscale,
        groups=options.groups,
        seed=options.data_seed,
        limit_per_class=limit_of(options, None),
        **reading(options),
    )
    division = {"folds": options.folds, "test_share": options.test_share}
    if options.labels is None:
        return images_of_folder(options.images, how, **division)
    return images_of_labels(options.labels, options.images, columns_of(options), how, **division)


def _known_dataset(options: argparse.Namespace) -> ImageDataset:
    if options.dataset in BENCHMARK:
        return _benchmark(options)
    with options_for(**DATASET_OPTIONS):
        data = load_images(
            options.dataset,
            data_dir=options.data_dir,
            image_size=side_or_sides(options.image_size),
            resize=options.resize or SQUEEZE,
        )
    most = LIMIT if options.smoke else max(1, MOST_TESTED // data.num_classes)
    limit = limit_of(options, DATASET_LIMIT)
    words = {"images_per_class": "--limit", "seed": "--data-seed", "split": "--benchmark-split"}
    with options_for("--limit", **words):
        data = few_to_train(
            data,
            limit or DATASET_LIMIT,
            seed=options.data_seed,
            test_per_class=options.test_limit or most,
            split=options.benchmark_split,
        )
    return replace(data, notes=tuple(with_options(note, DATASET_OPTIONS) for note in data.notes))


def _benchmark(options: argparse.Namespace) -> ImageDataset:
    """Returns a set of the small-data benchmark as it is published, or few images for a test."""
    with warnings.catch_warnings(), options_for(**BENCHMARK_OPTIONS):
        warnings.simplefilter("ignore", UserWarning)  # what matters is in the notes
        data = load_small_benchmark(
            options.dataset,
            options.data_dir,
            split=options.benchmark_split or 0,
            image_size=side_or_sides(options.image_size),
            resize=options.resize or CROP,
        )
    data = replace(data, notes=tuple(with_options(note, DATASET_OPTIONS) for note in data.notes))
    if not options.smoke:
        return data
    fewest = min(np.bincount(data.y_train).min(), np.bincount(data.y_test).min())
    few = int(min(LIMIT, fewest))
    return data.subset(few, test_per_class=few, seed=options.data_seed)


def limit_of(options: argparse.Namespace, default: int | None) -> int | None:
    """Returns the number of training images of each class; `None` for all."""
    return options.limit or (LIMIT if options.smoke else default)


def side_or_sides(sides: list[int] | None) -> int | tuple[int, int] | None:
    """Returns the sides of images as functions take them."""
    if sides is None:
        return None
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])
