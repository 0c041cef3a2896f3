"""Few images to train on, and all others to test on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.checked_part import check_count, check_seed
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.per_class import few_places, places_in_order

Places = NDArray[np.int64]


def few_to_train(
    dataset: ImageDataset,
    images_per_class: int,
    *,
    seed: int = 0,
    test_per_class: int | None = None,
    test_seed: int = 0,
    split: int | None = None,
) -> ImageDataset:
    """Returns few training images of each class, and tests on everything else.

    Training images that are not picked are as good to test on as those meant for it: more test
    images, smaller errors. Those that are in the picked ones too, pixel for pixel, or belong to the
    same unit as one of them, are left out. A note says what is tested on.

    Args:
        dataset: An `ImageDataset`.
        images_per_class: Training images to keep of each class; those that
            `ImageDataset.subset` keeps.
        seed: Seed that picks the training images and their order.
        test_per_class: Largest number of test images of each class, for the time that testing
            takes. Those meant for testing come first. Defaults to all.
        test_seed: Seed that picks the test images.
        split: If given, no seed picks the training images: of each class, those from place
            `images_per_class * split` on are kept, in the order of the set. With 50 of each class
            of CIFAR-10 and CIFAR-100, splits 0, 1 and 2 are those of the small-data benchmark, see
            `load_small_benchmark`. The set must be in the order of its files.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If a class has fewer training images; or if `split` is given and the images
            come from tensorflow-datasets, which has shuffled them.

    Example:

    >>> from keras_lateral.datasets import few_to_train, load_images
    >>> few = few_to_train(load_images("digits"), 10)
    >>> few
    <ImageDataset digits: 100 training and 1,697 test images, (8, 8, 1) uint8, 10 classes>
    >>> few.notes[-1]
    'Tested on all 600 test images and on 1,097 training images that are not trained on.'
    """
    check_seed(test_seed)
    if test_per_class is not None:
        check_count(test_per_class, "test_per_class")
    names = dataset.class_names
    if split is None:
        train = few_places(dataset.y_train, images_per_class, seed, class_names=names)
    else:
        _check_order(dataset)
        train = places_in_order(dataset.y_train, images_per_class, split, class_names=names)
    unused = np.setdiff1d(np.arange(len(dataset.y_train)), train)
    known = _known(dataset, train)
    new_test = np.flatnonzero(~_is_known(dataset.x_test, dataset.units_test, known))
    new_unused = unused[~_is_known(dataset.x_train, dataset.units_train, known)[unused]]
    test, more = _at_most(dataset, new_test, new_unused, test_per_class, test_seed)
    copies = len(dataset.y_test) - len(new_test) + len(unused) - len(new_unused)
    picked = dataset.at_places(train, test)
    others = dataset.at_places(more)
    return replace(
        picked,
        x_test=np.concatenate([picked.x_test, others.x_train]),
        y_test=np.concatenate([picked.y_test, others.y_train]),
        units_test=_joined(picked.units_test, others.units_train),
        names_test=None
        if picked.names_test is None or others.names_train is None
        else picked.names_test + others.names_train,
        notes=(
            *dataset.notes,
            *_notes_on_split(images_per_class, split),
            *_notes(dataset, test, more, copies, test_per_class),
        ),
    )


def _check_order(dataset: ImageDataset) -> None:
    if dataset.source == "tensorflow-datasets":
        raise ValueError(
            "Invalid value for argument `split`. Expected None for images from "
            "tensorflow-datasets, which has shuffled them: a split is known by the order of the "
            "published files. Give `load_images` a folder that holds them."
        )


def _notes_on_split(images_per_class: int, split: int | None) -> Iterator[str]:
    if split is not None:
        yield (
            f"Trained on split {split}: of each class, {images_per_class:,} images from place "
            f"{images_per_class * split:,} on, in the order of the set."
        )


Known = tuple[set[bytes], NDArray[Any] | None]


def _known(dataset: ImageDataset, train: Places) -> Known:
    """Returns the pixels and the units of the images that are trained on."""
    units = None if dataset.units_train is None else dataset.units_train[train]
    return {dataset.x_train[place].tobytes() for place in train}, units


def _is_known(x: NDArray[Any], units: NDArray[Any] | None, known: Known) -> NDArray[np.bool_]:
    """Returns which images are trained on, too, or others of their unit are."""
    pixels, known_units = known
    found = np.array([image.tobytes() in pixels for image in x], bool)
    if units is not None and known_units is not None:
        found |= np.isin(units, known_units)
    return found


def _at_most(
    dataset: ImageDataset, test: Places, more: Places, number: int | None, seed: int
) -> tuple[Places, Places]:
    """Returns the places to test on in both parts, at most so many of each class."""
    if number is None:
        return test, more
    kept: tuple[list[Places], list[Places]] = ([], [])
    for label in range(dataset.num_classes):
        rng = np.random.default_rng([seed, label])
        first = rng.permutation(test[dataset.y_test[test] == label])[:number]
        kept[0].append(first)
        rest = rng.permutation(more[dataset.y_train[more] == label])
        kept[1].append(rest[: number - len(first)])
    return np.sort(np.concatenate(kept[0])), np.sort(np.concatenate(kept[1]))


def _joined(first: NDArray[Any] | None, second: NDArray[Any] | None) -> NDArray[Any] | None:
    return None if first is None or second is None else np.concatenate([first, second])


def _notes(
    dataset: ImageDataset, test: Places, more: Places, copies: int, most: int | None
) -> Iterator[str]:
    whole = len(dataset.y_test)
    share = f"all {whole:,}" if len(test) == whole else f"{len(test):,} of the {whole:,}"
    unused = f" and on {len(more):,} training images that are not trained on" if len(more) else ""
    limit = "" if most is None else f", at most {most:,} of each class"
    yield f"Tested on {share} test images{unused}{limit}."
    if copies:
        yield (
            "Left out of testing, as they are trained on too, or belong to images that are: "
            f"{copies:,}."
        )
