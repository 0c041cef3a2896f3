"""What a reader of a result must know about a folder of images, in sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.class_folders import relative
from keras_lateral.datasets.folder.image_file import ImageFile
from keras_lateral.datasets.folder.read_pixels import Size
from keras_lateral.datasets.folder.split_files import Part


def find_duplicates(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Finds the images of `second` that are also in `first`, pixel for pixel.

    Args:
        first: Array of shape `(images, height, width, channels)`.
        second: Array of shape `(other_images, height, width, channels)`.

    Returns:
        Pairs of places, `(in first, in second)`, one for each duplicate in `second`.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.folder.notes import find_duplicates
    >>> images = np.arange(12, dtype="uint8").reshape(3, 2, 2, 1)
    >>> find_duplicates(images, images[[2, 0]])
    [(2, 0), (0, 1)]
    """
    place_of = {image.tobytes(): place for place, image in reversed(list(enumerate(first)))}
    pairs = ((place_of.get(image.tobytes()), place) for place, image in enumerate(second))
    return [(original, copy) for original, copy in pairs if original is not None]


def notes_on_folders(root: Path, used: tuple[Path, Path]) -> Iterator[str]:
    """Notes which folders hold the training and the test images, and which are not used."""
    first, second = (relative(folder, root) for folder in used)
    folders = (path for path in sorted(root.iterdir()) if path.is_dir())
    others = [path for path in folders if path not in used and path.name[0] != "."]
    unused = f", '{relative(others[0], root)}' not used" if others else ""
    yield f"Divided as found: trained on '{first}', tested on '{second}'{unused}."


def notes_on_files(files: Sequence[ImageFile], size: Size, grey: bool, root: Path) -> Iterator[str]:
    """Notes what was done about sizes, colours, and kinds of files."""
    sizes = Counter((file.height, file.width) for file in files)
    if set(sizes) != {size}:
        many = f"{len(sizes):,} different sizes" if len(sizes) > 1 else "one size"
        low, high = min(sizes), max(sizes)
        range_of = f" from {_times(low)} to {_times(high)}" if len(sizes) > 1 else _times(low, " ")
        # The aspect ratio is kept, up to the rounding of a side.
        kept = (abs(h * size[1] - w * size[0]) <= max(h, w) for h, w in sizes)
        stretched = "" if all(kept) else "; those of another shape were stretched"
        yield (
            f"The images have {many},{range_of} pixels, and were brought to {_times(size)} "
            f"(height x width){stretched}. Choose another with `image_size`."
        )
    number_grey = sum(file.is_grey for file in files)
    if not grey and number_grey:
        yield (
            f"{number_grey:,} of {len(files):,} images are grey and got three equal channels. If a "
            "class has more of them than another, a network can tell the classes by that alone."
        )
    if grey and number_grey < len(files):
        yield f"{len(files) - number_grey:,} of {len(files):,} images have colours, now grey."
    for conversion, number in Counter(c for file in files for c in file.conversions).items():
        first = next(file.path for file in files if conversion in file.conversions)
        yield f"{conversion}: {number:,} (first: '{relative(first, root)}')."


def _times(size: Size, before: str = "") -> str:
    return f"{before}{size[0]} x {size[1]}"


def notes_on_split(train: Part, test: Part) -> Iterator[str]:
    """Notes what the numbers of images mean for the accuracy."""
    if len(test) < 100:
        yield (
            f"There are {len(test):,} test images: each is {100 / len(test):.1f} points of "
            "accuracy, and small differences will not be seen."
        )
    counts = Counter(file.label for file in train)
    if max(counts.values()) >= 3 * min(counts.values()):
        yield (
            f"The classes have {min(counts.values()):,} to {max(counts.values()):,} training "
            "images: accuracy counts the large classes more."
        )


def notes_on_duplicates(x: NDArray[np.uint8], train: Part, test: Part, root: Path) -> Iterator[str]:
    """Notes which test images are also in training."""
    pairs = find_duplicates(x[: len(train)], x[len(train) :])
    if not pairs:
        return
    original, copy = train[pairs[0][0]], test[pairs[0][1]]
    note = (
        f"Test images that are in training too, pixel for pixel: {len(pairs):,} of {len(test):,} "
        f"(first: '{relative(copy.path, root)}' is '{relative(original.path, root)}'). Test "
        "accuracy is too high by that; remove the copies."
    )
    mixed = sum(train[a].label != test[b].label for a, b in pairs)
    yield note + (f" In two different classes: {mixed:,}." if mixed else "")
