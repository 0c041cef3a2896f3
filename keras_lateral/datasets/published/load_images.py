"""One call for every image set, wherever it is stored."""

import os
from pathlib import Path

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.framing import SQUEEZE, Resize, Size
from keras_lateral.datasets.published.any_tensorflow_dataset import read_any_tensorflow_dataset
from keras_lateral.datasets.published.digits import read_digits
from keras_lateral.datasets.published.from_tensorflow_datasets import (
    NotAvailableError,
    read_tensorflow_dataset,
)
from keras_lateral.datasets.published.local_files import read_folder
from keras_lateral.datasets.published.sets import NAMES, PREFIX
from keras_lateral.extras import install_command

ENVIRONMENT_VARIABLE = "KERAS_LATERAL_DATA"


def load_images(
    name: str,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    download: bool = True,
    split_seed: int = 0,
    image_size: int | Size | None = None,
    resize: Resize = SQUEEZE,
) -> ImageDataset:
    """Loads a set of small real images with its published split into training and test.

    `digits` comes with scikit-learn and needs no network. The others are looked for, in this
    order, in the folder `data_dir`, in the folder named by the environment variable
    `KERAS_LATERAL_DATA`, and in tensorflow-datasets, which downloads them when online. Both folders
    hold one folder per set (see `keras_lateral.datasets.published.local_files`).

    `"tfds:NAME"` is any set of images and labels that tensorflow-datasets knows, such as
    `"tfds:eurosat"`; `data_dir` is then its own folder. Images of different sizes, or of more than
    64 pixels, are brought to one size, as those of `load_image_folder` are.

    Pixels stay as published, `uint8` from 0 to 255 (`digits`: 0 to 16). Call `scaled()` for
    `float32` in [0, 1]. The channels are the last axis, even if there is only one, and
    whatever `keras.config.image_data_format()` is.

    The order of the images can differ between the sources, and with it what a seed picks. Test
    images may be sorted by class: take part of them with `subset`, never with a slice.

    Args:
        name: `"digits"` (8 x 8 x 1, 10 classes), `"mnist"`, `"fashion_mnist"` (28 x 28 x 1, 10
            classes), `"cifar10"` (32 x 32 x 3, 10 classes) or `"cifar100"` (32 x 32 x 3, 100
            classes); or `"tfds:"` and a name of tensorflow-datasets.
        data_dir: Folder to read from. When given, no other source is tried.
        download: Whether tensorflow-datasets may download.
        split_seed: Seed that picks which of the `digits` are for testing, 60 of each class, and a
            quarter of a set of tensorflow-datasets that has no part for it. Ignored for the other
            sets, which have a published split.
        image_size: `(height, width)`, or the side of a square, see `load_image_folder`. For sets of
            tensorflow-datasets alone: the others keep their size.
        resize: What is done with images of another aspect ratio, see there.

    Returns:
        An `ImageDataset`: images of shape `(images, height, width, channels)`, labels `int32` of
        shape `(images,)`.

    Raises:
        ValueError: If the name is unknown, a file is damaged, or a set of tensorflow-datasets is
            none of images with one label each.
        FileNotFoundError: If no source has the images; the message says what was tried and what
            to do. Or if a file is missing.
        ImportError: If scikit-learn or Pillow is needed and missing.

    Example:

    >>> from keras_lateral.datasets import load_images
    >>> digits = load_images("digits")
    >>> digits.x_train.shape, digits.x_test.shape
    ((1197, 8, 8, 1), (600, 8, 8, 1))
    >>> digits.x_train.dtype, digits.y_train.dtype
    (dtype('uint8'), dtype('int32'))

    References:

    - LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition",
      1998 (MNIST).
    - Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017, https://arxiv.org/abs/1708.07747.
    - Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009 (CIFAR).
    """
    if isinstance(name, str) and name.startswith(PREFIX):
        return _tensorflow_dataset(name, data_dir, download, split_seed, image_size, resize)
    if name not in NAMES:
        raise ValueError(
            f"Invalid value for argument `name`. Expected one of {{{', '.join(NAMES)}}}, or "
            f"'{PREFIX}NAME' for a set of tensorflow-datasets. Received: name={name!r}"
        )
    _check_unchanged(name, image_size, resize)
    if name == "digits":
        return read_digits(split_seed)
    if data_dir is not None:
        return read_folder(name, _existing_folder(name, Path(data_dir)))
    root = os.environ.get(ENVIRONMENT_VARIABLE, "")
    folder = Path(root).expanduser() / name
    if root and folder.is_dir():
        return read_folder(name, folder)
    try:
        return read_tensorflow_dataset(name, download)
    except NotAvailableError as error:
        variable = f"{folder} is not a folder" if root else "not set"
        raise FileNotFoundError(_not_found_message(name, variable, str(error))) from error


def _check_unchanged(name: str, image_size: int | Size | None, resize: Resize) -> None:
    if image_size is not None or resize != SQUEEZE:
        raise ValueError(
            "Invalid value for arguments `image_size` and `resize`. Expected neither: the images "
            f"of {name!r} keep their size. Received: image_size={image_size!r}, resize={resize!r}"
        )


def _tensorflow_dataset(
    name: str,
    data_dir: str | os.PathLike[str] | None,
    download: bool,
    seed: int,
    image_size: int | Size | None,
    resize: Resize,
) -> ImageDataset:
    FolderOptions(image_size=image_size, resize=resize, seed=seed)  # checks them
    try:
        return read_any_tensorflow_dataset(
            name.removeprefix(PREFIX),
            data_dir,
            download,
            seed=seed,
            image_size=image_size,
            resize=resize,
        )
    except NotAvailableError as error:
        raise FileNotFoundError(_not_prepared_message(name, str(error))) from error


def _existing_folder(name: str, root: Path) -> Path:
    folder = root.expanduser() / name
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Invalid value for argument `data_dir`. Expected a folder that holds a folder "
            f"`{name}`. Received: data_dir={str(root)!r}"
        )
    return folder


def _not_prepared_message(name: str, reason: str) -> str:
    return (
        f"The images of `{name}` were not found: {reason}. Install tensorflow-datasets with "
        f"{install_command('tfds')} and be online at the first call, or pass the folder in which "
        "it has prepared them as `data_dir`."
    )


def _not_found_message(name: str, variable: str, tensorflow_datasets: str) -> str:
    return (
        f"The images of `{name}` were not found. Tried:\n"
        "- the argument `data_dir`: not given\n"
        f"- the environment variable {ENVIRONMENT_VARIABLE}: {variable}\n"
        f"- tensorflow-datasets: {tensorflow_datasets}\n"
        f"Either pass `data_dir` or set {ENVIRONMENT_VARIABLE} to a folder that holds a folder "
        f"`{name}`; or install tensorflow-datasets with "
        f"{install_command('tfds')} and be online at the first call. "
        "`digits` needs none of these."
    )
