"""Reads checked image files into one array, through Keras where possible."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.formats import pillow
from keras_lateral.datasets.folder.framing import SQUEEZE, Resize, Size, frame_of, framed, is_whole
from keras_lateral.datasets.folder.image_file import ImageFile, open_upright
from keras_lateral.datasets.folder.reading import Reading
from keras_lateral.extras import import_optional

_FINER = 4  # times the new sides, to which large images are brought first


def read_pixels(
    files: Sequence[ImageFile],
    image_size: Size,
    grayscale: bool,
    reading: Reading | None = None,
    resize: Resize = SQUEEZE,
) -> NDArray[np.uint8]:
    """Reads images and resizes them to one size.

    On TensorFlow, `keras.utils.image_dataset_from_directory` reads them, from a temporary folder
    of links that contains only the checked files under plain names; files that are not plain JPEG
    or PNG are first converted by Pillow. That function needs `tf.data`; on other backends Pillow
    reads the files. Either way a pixel of a smaller image is the mean of the area it covers. The
    two decode JPEG to within a few of 255 levels of each other.

    Args:
        files: The files, as returned by `check_image`.
        image_size: New `(height, width)`.
        grayscale: Whether to return one channel or three.
        reading: What is the same for all images of the set, see `open_upright`.
        resize: What is done with images of another aspect ratio, see `frame_of`.

    Returns:
        Array of shape `(images, height, width, channels)`, in the order of the files.
    """
    if not files:
        return np.empty((0, *image_size, 1 if grayscale else 3), np.uint8)
    if keras.backend.backend() != "tensorflow":
        return read_with_pillow(files, image_size, grayscale, reading, resize)
    errors = import_optional("tensorflow", "tensorflow", "read images", "tensorflow").errors
    try:
        return read_with_keras(files, image_size, grayscale, reading, resize)
    except errors.OpError:  # Pillow decodes more kinds of JPEG
        converted = [replace(file, is_plain=False) for file in files]
        return read_with_keras(converted, image_size, grayscale, reading, resize)


def read_with_keras(
    files: Sequence[ImageFile],
    image_size: Size,
    grayscale: bool,
    reading: Reading | None = None,
    resize: Resize = SQUEEZE,
) -> NDArray[np.uint8]:
    """Reads through `keras.utils.image_dataset_from_directory`, see `read_pixels`."""
    with tempfile.TemporaryDirectory(prefix="keras-lateral-") as folder:
        for place, file in enumerate(files):
            target = Path(folder, "images", f"{place:09d}.png")
            target.parent.mkdir(exist_ok=True)
            shape = file.height, file.width
            if not is_whole(frame_of(shape, image_size, resize), shape):
                small = _small(file, image_size, grayscale, reading, resize)  # quick to write
                pillow("Image").fromarray(small.squeeze(-1) if grayscale else small).save(target)
            elif file.is_plain:
                _link(file.path, target)
            else:
                open_upright(file.path, grayscale, reading).save(target)
        dataset = keras.utils.image_dataset_from_directory(
            folder,
            labels=None,
            color_mode="grayscale" if grayscale else "rgb",
            batch_size=64,
            image_size=image_size,
            shuffle=False,
            interpolation="area",
            data_format="channels_last",
            verbose=False,
        )
        return np.concatenate([_rounded(np.asarray(batch)) for batch in dataset])


def read_with_pillow(
    files: Sequence[ImageFile],
    image_size: Size,
    grayscale: bool,
    reading: Reading | None = None,
    resize: Resize = SQUEEZE,
) -> NDArray[np.uint8]:
    """Reads without `tf.data`, see `read_pixels`."""
    return np.stack([_small(file, image_size, grayscale, reading, resize) for file in files])


def _small(
    file: ImageFile, image_size: Size, grayscale: bool, reading: Reading | None, resize: Resize
) -> NDArray[np.uint8]:
    """Returns one image in the new size, of shape `(height, width, channels)`."""
    image = open_upright(file.path, grayscale, reading)
    frame = framed(image, image_size, resize)
    pixels = np.array(image if frame is image else _reduced(frame, image_size))
    return _rounded(resize_by_area(pixels.reshape(*pixels.shape[:2], -1), image_size))


def _reduced(image: Any, image_size: Size) -> Any:
    """Returns a large Pillow image with four times the new sides, quickly.

    Its pixels are means of areas, too, rounded to whole levels, of which 16 are averaged then: an
    error of a tenth of a level.
    """
    height, width = (_FINER * side for side in image_size)
    if image.height < 2 * height or image.width < 2 * width:
        return image
    return image.resize((width, height), pillow("Image").Resampling.BOX)


def resize_by_area(image: NDArray[Any], size: Size) -> NDArray[np.float64]:
    """Makes each new pixel the mean of the area it covers.

        new = R image C^T,     R[i, k] = |[i s, (i + 1) s] and [k, k + 1]| / s,     s = old / new

    Args:
        image: Array of shape `(height, width, channels)`.
        size: The new `(height, width)`.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.folder.read_pixels import resize_by_area
    >>> resize_by_area(np.array([[[0.0], [3.0], [6.0]]]), (1, 2)).ravel().tolist()
    [1.0, 5.0]
    """
    R, C = (_overlaps(old, new) for old, new in zip(image.shape, size, strict=False))
    resized: NDArray[np.float64] = np.einsum("ik,klc,jl->ijc", R, image, C, optimize=True)
    return resized


def _overlaps(old: int, new: int) -> NDArray[np.float64]:
    edges = np.arange(new + 1) * (old / new)
    pixels = np.arange(old)
    ends = np.minimum(edges[1:, None], pixels + 1)
    starts = np.maximum(edges[:-1, None], pixels)
    overlaps: NDArray[np.float64] = np.maximum(ends - starts, 0.0) * (new / old)
    return overlaps


def _link(path: Path, target: Path) -> None:
    try:
        target.symlink_to(path.resolve())
    except OSError:  # Windows requires a privilege
        shutil.copyfile(path, target)


def _rounded(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
