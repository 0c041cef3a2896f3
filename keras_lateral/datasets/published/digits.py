"""scikit-learn's handwritten digits: real images that need no download."""

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.per_class import split_per_class
from keras_lateral.extras import import_optional

TEST_PER_CLASS = 60


def read_digits(split_seed: int = 0) -> ImageDataset:
    """Returns the 1,797 digits that come with scikit-learn, 8 x 8 pixels from 0 to 16.

    They have no published split, so one is made: of each class `TEST_PER_CLASS` images, picked
    by the seed, are for testing, the other 114 to 123 for training. scikit-learn does not record
    the writers: most writers are in both parts.

    Args:
        split_seed: Non-negative integer that fixes which images are for testing.

    Returns:
        An `ImageDataset` of shape `(images, 8, 8, 1)`, `uint8`.

    Raises:
        ImportError: If scikit-learn is missing. The message names the extra.
    """
    sklearn_datasets = import_optional(
        "sklearn.datasets", "scikit-learn", "load `digits`", "datasets"
    )
    bunch = sklearn_datasets.load_digits()
    x, y = bunch.images.astype(np.uint8)[..., None], bunch.target.astype(np.int32)
    train, test = split_per_class(x, y, TEST_PER_CLASS, split_seed)
    return ImageDataset(
        name="digits",
        x_train=train[0],
        y_train=train[1],
        x_test=test[0],
        y_test=test[1],
        class_names=tuple(str(digit) for digit in range(10)),
        max_value=16.0,
        source="scikit-learn",
    )
