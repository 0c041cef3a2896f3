"""Images that are there twice."""

import numpy as np
from numpy.typing import NDArray


def twins(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Finds the images of `second` that are in `first` too, pixel for pixel.

    Args:
        first: Array of shape `(images, height, width, channels)`.
        second: Array of shape `(other_images, height, width, channels)`.

    Returns:
        Pairs of places, `(in first, in second)`, one for each image of `second` that has a twin.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.image_twins import twins
    >>> images = np.arange(12, dtype="uint8").reshape(3, 2, 2, 1)
    >>> twins(images, images[[2, 0]])
    [(2, 0), (0, 1)]
    """
    place_of = {image.tobytes(): place for place, image in reversed(list(enumerate(first)))}
    found = ((place_of.get(image.tobytes()), place) for place, image in enumerate(second))
    return [(one, other) for one, other in found if one is not None]
