"""What a reader of a result must know about a folder of images, in sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.class_folders import relative
from keras_lateral.datasets.folder.framing import SQUEEZE, WHAT_IS_DONE, Resize, Size
from keras_lateral.datasets.folder.groups import FoundGroups
from keras_lateral.datasets.folder.image_file import ImageFile
from keras_lateral.datasets.folder.reading import Reading, nearly_one_colour
from keras_lateral.datasets.folder.seen_folder import APART, WORDS, Role
from keras_lateral.datasets.folder.split_files import Part
from keras_lateral.text import counted, printable

Labels = NDArray[np.int32]

FEW_TESTED = 100
UNEVEN = 3  # times as many images in the largest class as in the smallest


def notes_on_files(
    files: Sequence[ImageFile],
    size: Size,
    grey: bool,
    reading: Reading,
    root: Path,
    resize: Resize = SQUEEZE,
) -> Iterator[str]:
    """Notes what was done about sizes, colours, and kinds of files."""
    sizes = Counter((file.height, file.width) for file in files)
    if set(sizes) != {size}:
        many = f"{len(sizes):,} different sizes" if len(sizes) > 1 else "one size"
        low, high = min(sizes), max(sizes)
        range_of = f" from {_times(low)} to {_times(high)}" if len(sizes) > 1 else _times(low, " ")
        # The aspect ratio is kept, up to the rounding of a side.
        kept = (abs(h * size[1] - w * size[0]) <= max(h, w) for h, w in sizes)
        reshaped = "" if all(kept) else f"; {WHAT_IS_DONE[resize]} (`resize`: '{resize}')"
        yield (
            f"The images have {many},{range_of} pixels, and were brought to {_times(size)} "
            f"(height x width){reshaped}. Choose another with `image_size`."
        )
    number_grey = sum(file.is_grey for file in files)
    if not grey and number_grey:
        verb = "is" if number_grey == 1 else "are"
        yield (
            f"{number_grey:,} of {len(files):,} images {verb} grey and got three equal channels. "
            "If a class has more of them than another, a network can tell the classes by that "
            "alone."
        )
    if grey and number_grey < len(files):
        yield f"{len(files) - number_grey:,} of {len(files):,} images have colours, now grey."
    elif grey and not all(file.is_stored_grey for file in files):
        yield (
            "All images are grey, also those stored with three equal channels, and have one "
            "channel. Get three with `grayscale=False`, in the command with `--no-grayscale`."
        )
    for conversion, number in Counter(c for file in files for c in file.conversions).items():
        first = next(file.path for file in files if conversion in file.conversions)
        done = conversion.format(**vars(reading))
        yield f"{done}: {number:,} (first: '{relative(first, root)}')."
    hidden = [file for file in files if reading.background in (file.blank_on or ())]
    if hidden:
        yield (
            f"Of these, nothing is seen over {reading.background} on {len(hidden):,} (first: "
            f"'{relative(hidden[0].path, root)}')."
        )


def _times(size: Size, before: str = "") -> str:
    return f"{before}{size[0]} x {size[1]}"


def notes_on_split(y_train: Labels, y_test: Labels) -> Iterator[str]:
    """Notes what the numbers of images mean for the accuracy."""
    yield from notes_on_few(len(y_test), "test images", "accuracy")
    yield from _notes_on_balance(y_train, "training images")


def notes_on_few(number: int, images: str, accuracy: str) -> Iterator[str]:
    """Notes what one image means for the accuracy, where there are few."""
    if number < FEW_TESTED:
        yield (
            f"There are {number:,} {images}: each is {100 / number:.1f} points of {accuracy}, and "
            "small differences will not be seen."
        )


ALL_OF_THEM = ("images", "the accuracy on all of them")
"""How `notes_on_few` speaks of images that are all tested, each with some seed."""


DIVIDED_ANEW = "Divided anew by each seed"
"""How the note on folds begins, which is not true where one division is kept for all seeds."""


def notes_on_folds(y: Labels, folds: int, limit: int | None) -> Iterator[str]:
    """Notes how often images are tested, and what their numbers mean for the accuracy.

    Args:
        y: Labels of all images.
        folds: Number of folds.
        limit: Largest number of training images of each class.
    """
    most = "" if limit is None else f"at most {counted(limit, 'image')} of each class of "
    yield (
        f"{DIVIDED_ANEW}: it tests one of {folds} parts and trains on {most}the other "
        f"{folds - 1}, so that {folds} seeds would test each of the {len(y):,} images once."
    )
    yield from notes_on_few(len(y), *ALL_OF_THEM)
    yield from _notes_on_balance(y, "images")


def _notes_on_balance(y: Labels, images: str) -> Iterator[str]:
    counts = np.bincount(y)
    if counts.max() >= UNEVEN * counts.min():
        yield (
            f"The classes have {counts.min():,} to {counts.max():,} {images}: accuracy counts the "
            "large classes more."
        )


def notes_on_shared_groups(parts: Mapping[Role, Part], groups: FoundGroups) -> Iterator[str]:
    """Says which groups are in two parts, so that an accuracy is wrong."""
    names = {
        role: {groups.names[item.path]: None for item in part if item.path in groups.names}
        for role, part in parts.items()
    }
    for second, first in APART:
        shared = [name for name in names.get(second, {}) if name in names.get(first, {})]
        if shared:
            yield (
                f"Groups that are in {WORDS[first]} and in {WORDS[second]}: {len(shared):,} "
                f"(first: '{printable(shared[0])}'). {WORDS[second].capitalize()} accuracy is too "
                "high if the images of a group are alike; keep each group in one of the two."
            )


def notes_on_one_colour(
    x: NDArray[np.uint8], files: Sequence[ImageFile], root: Path
) -> Iterator[str]:
    """Notes which images show nearly nothing, after all conversions."""
    places = np.flatnonzero(nearly_one_colour(x)).tolist()
    if places:
        few = ", ".join(f"'{relative(files[place].path, root)}'" for place in places[:5])
        more = f" and {len(places) - 5:,} more" if len(places) > 5 else ""
        yield (
            f"Images that are nearly of one colour after reading: {len(places):,} of {len(x):,} "
            f"({few}{more}). A network sees next to nothing on them: look at them."
        )
