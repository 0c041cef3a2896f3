"""The images that settings are tuned on: a part of the training images, never the test images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.notes import ALL_OF_THEM, DIVIDED_ANEW, notes_on_few
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.units import divided, units_of_each_class
from keras_lateral.text import counted

Images = ImageDataset | ImageFolds


def compared_images(data: Images) -> ImageDataset:
    """Returns the images as they are compared after tuning: with a fixed set of test images.

    Folds test every image in some training, so whatever part of them was tuned on would be tested.
    Their first division is kept instead, for all seeds.
    """
    if not isinstance(data, ImageFolds):
        return data
    fixed = data.split(0)
    tested, found = len(fixed.y_test), len(data.y)
    note = (
        f"With tuning, {tested:,} of {counted(found, 'image')} are tested, the same with every "
        "seed: folds would test images that were tuned on."
    )
    of_folds = set(notes_on_few(found, *ALL_OF_THEM))
    kept = [
        other
        for other in fixed.notes
        if not other.startswith(DIVIDED_ANEW) and other not in of_folds
    ]
    few = notes_on_few(tested, "test images", "accuracy")
    return replace(fixed, notes=(*kept, *few, note))


def tuning_images(
    data: ImageDataset, held_out: float, seed: int
) -> tuple[ImageDataset, tuple[str, ...]]:
    """Returns what is tuned on, the validation images in the place of the test images, and notes.

    A set's own validation images are used if there are any. Otherwise a share of each class is held
    out of the training images; what belongs together, as patients' photos do, stays together.

    Args:
        data: Images that are compared, with fixed test images.
        held_out: Share of the training images to hold out.
        seed: Seed that divides them.

    Raises:
        ValueError: If a class has too few images to hold some out.
    """
    y, units = data.y_train, data.units_train
    if data.x_validation is not None and data.y_validation is not None:
        own = replace(
            data,
            x_test=data.x_validation,
            y_test=data.y_validation,
            units_test=None,
            names_test=None,
        )
        kind = f"its own {counted(len(own.y_test), 'validation image')}"
        return own, _notes(len(y), kind, len(data.y_test))
    if not 0 < held_out < 1:
        raise ValueError(
            "Invalid value for argument `held_out`. Expected a share of the training images "
            f"between 0 and 1. Received: held_out={held_out!r}"
        )
    unit = np.arange(len(y)) if units is None else units
    fewest = units_of_each_class(y, unit, data.num_classes)
    if min(fewest) < 2:
        name = data.class_names[int(np.argmin(fewest))]
        raise ValueError(
            f"The training images of the class {name!r} cannot be divided to tune on them: "
            "expected 2 or more that do not belong together. Tune with more images, or without "
            "`tune`."
        )
    chosen_by = divided(y, unit, [1 - held_out, held_out], [seed, 14]) == 1
    kept = np.flatnonzero(~chosen_by)
    part = data.at_places(train=kept)
    part = replace(
        part,
        x_test=data.x_train[chosen_by],
        y_test=y[chosen_by],
        units_test=None if units is None else units[chosen_by],
        names_test=None,
    )
    kind = f"{counted(len(part.y_test), 'image')} held out of the training images"
    return part, _notes(len(kept), kind, len(data.y_test))


def _notes(trained: int, validated: str, tested: int) -> tuple[str, ...]:
    return (
        f"Tuned on {counted(trained, 'training image')} and {validated}; the "
        f"{counted(tested, 'test image')} had no part in it.",
    )
