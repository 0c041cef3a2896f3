"""The images of CINIC-10 that come from ImageNet, from a folder of class folders."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from keras_lateral.datasets.folder.class_folders import find_class_folders
from keras_lateral.datasets.folder.image_file import check_image
from keras_lateral.datasets.folder.read_pixels import read_pixels

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
"""The classes of CIFAR-10, in the order of their labels, which is that of their names."""

FROM_CIFAR = "cifar"
"""How the names of the files begin that come from CIFAR-10; the others begin with a synset."""


@cache
def cinic(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Returns the images of a part of CINIC-10 that come from ImageNet, and their labels.

    Two ninths of CINIC-10's images are CIFAR-10's own, and in its test part half of those are
    training images there: they are left out.

    Args:
        folder: Such as CINIC-10's `test`: a folder with one folder for each class.

    Returns:
        uint8 images of shape `(images, 32, 32, 3)`, and labels of shape `(images,)`.

    Raises:
        ValueError: If there is no such folder, its folders are not the classes of CIFAR-10, or a
            class has no image from ImageNet.

    Reference:

    - [Darlow et al., 2018, CINIC-10 is not ImageNet or CIFAR-10](https://arxiv.org/abs/1810.03505)
    """
    found = (
        sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    )
    if tuple(found) != CLASSES:
        raise ValueError(
            f"Invalid value for option `--cinic`. Expected a folder with the folders "
            f"{list(CLASSES)}, such as CINIC-10's `test`. Received: {folder}, with {found}"
        )
    images = find_class_folders(folder).images
    own = {
        name: [path for path in images[name] if not path.name.lower().startswith(FROM_CIFAR)]
        for name in CLASSES
    }
    empty = [name for name in CLASSES if not own[name]]
    if empty:
        raise ValueError(
            f"Invalid value for option `--cinic`. Expected images from ImageNet in each folder of "
            f"{folder}. All of {empty} come from CIFAR-10, by their names"
        )
    files = [check_image(path) for name in CLASSES for path in own[name]]
    labels = np.repeat(np.arange(len(CLASSES)), [len(own[name]) for name in CLASSES])
    return read_pixels(files, (32, 32), grayscale=False), labels
