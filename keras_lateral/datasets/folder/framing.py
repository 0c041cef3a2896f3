"""Images of other shapes: stretched, cut or bordered to the shape that is asked for."""

import statistics
from collections.abc import Sequence
from typing import Any, Literal, get_args

Resize = Literal["squeeze", "crop", "pad"]
SQUEEZE, CROP, PAD = get_args(Resize)
RESIZES: tuple[Resize, ...] = get_args(Resize)

LARGEST_SIDE = 64

Size = tuple[int, int]
Box = tuple[int, int, int, int]

WHAT_IS_DONE = {
    SQUEEZE: "those of another shape were stretched",
    CROP: "of those of another shape the centre was kept",
    PAD: "those of another shape got black borders",
}


def check_resize(resize: Any) -> None:
    """Raises a ValueError unless this is one of the ways to bring images to one shape."""
    if resize not in RESIZES:
        raise ValueError(
            f"Invalid value for argument `resize`. Expected one of {{{', '.join(RESIZES)}}}. "
            f"Received: resize={resize!r}"
        )


def common_size(sizes: Sequence[Size], image_size: int | Size | None = None) -> Size:
    """Returns the size that all images get.

    Args:
        sizes: `(height, width)` of each image.
        image_size: `(height, width)`, or the side of a square. Defaults to their own size, if they
            all have the same; otherwise to a square with the median of their shorter sides. Either
            is scaled down until no side is longer than 64 pixels.

    Example:

    >>> from keras_lateral.datasets.folder.framing import common_size
    >>> common_size([(20, 30), (20, 30)]), common_size([(20, 30), (40, 50)])
    ((20, 30), (20, 20))
    >>> common_size([(9, 128)]), common_size([(9, 128)], image_size=32)
    ((4, 64), (32, 32))
    """
    if isinstance(image_size, Sequence):
        return int(image_size[0]), int(image_size[1])
    if image_size is not None:
        return int(image_size), int(image_size)
    height, width = sizes[0]
    if any(size != (height, width) for size in sizes):
        height = width = statistics.median_low(min(size) for size in sizes)
    scale = min(1.0, LARGEST_SIDE / max(height, width))
    return max(1, round(scale * height)), max(1, round(scale * width))


def frame_of(size: Size, target: Size, resize: Resize) -> Box:
    """Returns the part of an image that becomes the whole new one: its centre, or more than it has.

        crop:    h' / w' = H / W,   h' <= h,   w' <= w,   one of them equal
        pad:     h' / w' = H / W,   h' >= h,   w' >= w,   one of them equal
        squeeze: h', w' = h, w

    up to the rounding of a side. So a crop is the centre of the image after its shorter side has
    been resized, and a padded image shows all of it.

    Args:
        size: `(h, w)` of the image in pixels.
        target: `(H, W)` of the new one.
        resize: How the shape is changed.

    Returns:
        `(left, top, right, bottom)` in pixels of the image, which may lie outside it.

    Example:

    >>> from keras_lateral.datasets.folder.framing import frame_of
    >>> [frame_of((20, 30), (8, 8), how) for how in ("squeeze", "crop", "pad")]
    [(0, 0, 30, 20), (5, 0, 25, 20), (0, -5, 30, 25)]
    """
    (h, w), (H, W) = size, target
    if resize == SQUEEZE or h * W == w * H:
        return 0, 0, w, h
    too_wide = w * H > h * W
    if too_wide == (resize == CROP):  # the width changes
        width, height = max(1, round(h * W / H)), h
    else:
        width, height = w, max(1, round(w * H / W))
    left, top = (w - width) // 2, (h - height) // 2
    return left, top, left + width, top + height


def framed(image: Any, target: Size, resize: Resize) -> Any:
    """Returns an image cut or bordered to the shape of the new one, its pixels as they are.

    Borders are black, as those of Keras' `pad_to_aspect_ratio` are.

    Args:
        image: A Pillow image of mode `"L"` or `"RGB"`.
        target: `(height, width)` of the new one.
        resize: How the shape is changed.
    """
    size = (image.height, image.width)
    box = frame_of(size, target, resize)
    return image if is_whole(box, size) else image.crop(box)  # what lies outside is black


def is_whole(box: Box, size: Size) -> bool:
    """Returns whether a part is the whole image."""
    return box == (0, 0, size[1], size[0])
