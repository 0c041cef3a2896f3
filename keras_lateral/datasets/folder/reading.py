"""What is the same for all images of a set: the levels of 16 bits, and what transparency shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.formats import pillow

BACKGROUNDS = {"white": 255, "black": 0, "grey": 128}  # tried in this order
_ONE_COLOUR = 12  # levels of 255 to either side that count as the same colour
_OTHER_PIXELS = 0.005  # the share of pixels that may be of another

Range = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """How eight bits without transparency are made, for every image of a set alike.

    Args:
        low: The value in files of more than eight bits that becomes 0.
        high: The value that becomes 255.
        background: The colour behind transparent pixels: a key of `BACKGROUNDS`.
    """

    low: int = 0
    high: int = 65_535
    background: str = "white"

    def levels(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Returns values of more than eight bits as 256 levels, each as wide as the others.

        Example:

        >>> import numpy as np
        >>> from keras_lateral.datasets.folder.reading import Reading
        >>> Reading(0, 4095).levels(np.array([0, 15, 16, 4095])).tolist()
        [0, 0, 1, 255]
        """
        width = self.high - self.low + 1
        levels = (values.astype(np.int64) - self.low) * 256 // width
        return np.clip(levels, 0, 255).astype(np.uint8)


def used_range(ranges: Iterable[Range]) -> Range:
    """Returns the range of values that files of more than eight bits use.

    Files of 10, 12 or 14 bits use 0 to 1,023, 4,095 or 16,383 of 16 bits. If the values fill less
    than half of such a range, as with an offset, theirs is taken as it is.

    Args:
        ranges: The smallest and the largest value of each file.

    Example:

    >>> from keras_lateral.datasets.folder.reading import used_range
    >>> used_range([(3, 2900), (10, 4000)]), used_range([(31_000, 35_000)])
    ((0, 4095), (31000, 35000))
    """
    pairs = list(ranges)
    low, high = min(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    bits = max(8, high.bit_length())
    if low >= 0 and 2 * (high - low + 1) >= 2**bits:
        return 0, 2**bits - 1
    return low, max(high, low + 255)


def chosen_background(blank_on: Iterable[frozenset[str]]) -> str:
    """Returns the background on which the fewest images are blank: white if it can be.

    Args:
        blank_on: For each transparent image, the backgrounds on which it is of one colour.

    Example:

    >>> from keras_lateral.datasets.folder.reading import chosen_background
    >>> chosen_background([frozenset(), frozenset({"white"})])
    'black'
    >>> chosen_background([frozenset({"black"}), frozenset({"white"})])
    'grey'
    """
    images = list(blank_on)
    return min(BACKGROUNDS, key=lambda colour: sum(colour in blank for blank in images))


def nearly_one_colour(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Returns which images show one colour: all but 1 in 200 pixels within 12 levels of the median.

    Args:
        images: Array of shape `(images, height, width, channels)`.

    Returns:
        Array of shape `(images,)`.
    """
    found = np.zeros(len(images), bool)
    for place, image in enumerate(images):
        pixels = image.reshape(-1, image.shape[-1]).astype(np.int16)
        away = np.abs(pixels - np.median(pixels, axis=0)) > _ONE_COLOUR
        found[place] = away.any(axis=1).mean() < _OTHER_PIXELS
    return found


def shows_background(image: Any) -> bool:
    """Returns whether some pixel is transparent: a channel or colour for it may be unused."""
    if not image.has_transparency_data:
        return False
    lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    return bool(lowest < 255)


def over_background(image: Any, background: str) -> Any:
    """Returns an image with transparency over a background, as a Pillow image of mode `"RGB"`."""
    layer = image.convert("RGBA")
    colour = (*(BACKGROUNDS[background],) * 3, 255)
    behind = pillow("Image").new("RGBA", layer.size, colour)
    return pillow("Image").alpha_composite(behind, layer).convert("RGB")


def blank_backgrounds(image: Any) -> frozenset[str]:
    """Returns the backgrounds on which an image with transparency is nearly of one colour."""
    laid = {name: np.asarray(over_background(image, name)) for name in BACKGROUNDS}
    return frozenset(name for name, pixels in laid.items() if nearly_one_colour(pixels[None])[0])
