"""What an image looks like, in few numbers: to find copies of it that were saved again."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.formats import pillow
from keras_lateral.extras import import_optional

SIDE = 16  # of the small version by which copies are told from images that are only alike
COARSE = 8  # of the one in which ways to resize make no difference
_LARGEST = 256  # a larger side is first made so small: nothing else of it is looked at


@dataclass(frozen=True, eq=False)
class Looks:
    """What an image looks like.

    Args:
        digest: Of all its pixels, or of those of a version of 256 pixels if a side is longer.
        hash: The perceptual hash of 64 bits, `imagehash.phash`.
        small: A version of 16 x 16 pixels in colour, `uint8` of shape `(16, 16, 3)`.
        coarse: A version of 8 x 8 pixels in grey, `uint8` of shape `(8, 8)`.
        height: Height of the image.
        width: Width of the image.
    """

    digest: bytes
    hash: NDArray[np.bool_]
    small: NDArray[np.uint8]
    coarse: NDArray[np.uint8]
    height: int
    width: int


def looks_of(image: Any) -> Looks:
    """Returns what a Pillow image of mode `"L"` or `"RGB"` looks like."""
    imagehash = import_optional("imagehash", "imagehash", "find copies of images", "datasets")
    width, height = image.size
    resampling = pillow("Image").Resampling.BILINEAR
    if max(image.size) > _LARGEST:
        scale = _LARGEST / max(image.size)
        size = (max(1, round(scale * width)), max(1, round(scale * height)))
        image = image.resize(size, resampling, reducing_gap=2.0)
    colour = image.convert("RGB")
    digest = hashlib.sha256(f"{width} {height}".encode() + colour.tobytes()).digest()
    return Looks(
        digest=digest,
        hash=imagehash.phash(colour).hash.ravel(),
        small=np.asarray(colour.resize((SIDE, SIDE), resampling)),
        coarse=np.asarray(colour.convert("L").resize((COARSE, COARSE), resampling)),
        height=height,
        width=width,
    )
