"""One image file: whether it can be read, what it holds, and its pixels in eight bits."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.datasets.folder.formats import formats_read, open_image, pillow
from keras_lateral.datasets.folder.looks import Looks, looks_of
from keras_lateral.datasets.folder.reading import (
    Range,
    Reading,
    blank_backgrounds,
    over_background,
    shows_background,
    used_range,
)

_ORIENTATION = 0x0112  # the tag in which a camera records how it was held
DEEP = "Images of more than 8 bits a pixel, of which {low:,} to {high:,} became 0 to 255"
TRANSPARENT = "Images with transparency, laid over {background}"


@dataclass(frozen=True)
class ImageFile:
    """Properties of an image file.

    Args:
        path: The file.
        height: Height of the upright image in pixels.
        width: Width of the upright image in pixels.
        is_grey: Whether it has no colours, be it stored with three equal channels.
        conversions: What must be done beyond decoding to get eight bits of grey or of red,
            green and blue, as the beginnings of notes, which name fields of a `Reading`.
        is_plain: Whether it is a JPEG or PNG file that needs no conversion.
        is_stored_grey: Whether it is stored with one channel.
        values: Its smallest and largest value, if it has more than eight bits.
        blank_on: The backgrounds on which it is nearly of one colour, if it has transparency.
        looks: What it looks like, to find copies of it.
    """

    path: Path
    height: int
    width: int
    is_grey: bool
    conversions: tuple[str, ...]
    is_plain: bool
    is_stored_grey: bool
    values: Range | None
    blank_on: frozenset[str] | None
    looks: Looks


def check_image(path: Path) -> ImageFile:
    """Decodes a whole image, to see whether it can be read.

    Args:
        path: A file.

    Returns:
        An `ImageFile`.

    Raises:
        ValueError: If it cannot be decoded; the message says why, but not which file it is.
        ImportError: If Pillow or imagehash is missing.
    """
    if path.exists() and not path.is_file():
        raise ValueError("it has an image's name but is a folder, or something else")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", pillow("Image").DecompressionBombWarning)
            with open_image(path) as image:
                stored = str(getattr(image, "tile", ""))  # emptied by `load`
                image.load()
                return _described_file(path, image, stored)
    except ImportError:
        raise
    except FileNotFoundError:
        raise ValueError("it is a link to a file that does not exist") from None
    except PermissionError:
        raise ValueError("permission to read it was denied") from None
    except Exception as error:  # every decoder fails in its own way
        raise ValueError(_reason(path, error)) from error


def open_upright(path: Path, grayscale: bool, reading: Reading | None = None) -> Any:
    """Opens a checked image: upright, in eight bits, without transparency.

    Args:
        path: A file.
        grayscale: Whether to return one channel or three.
        reading: What is the same for all images of the set. Defaults to all 16 bits, and white
            behind transparent pixels.

    Returns:
        A Pillow image of mode `"L"` or `"RGB"`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open_image(path) as image:
            upright = pillow("ImageOps").exif_transpose(image)
            return _in_eight_bits(upright, reading or Reading()).convert(
                "L" if grayscale else "RGB"
            )


def _in_eight_bits(image: Any, reading: Reading) -> Any:
    if _is_deep(image):
        return pillow("Image").fromarray(reading.levels(np.asarray(image)))
    if image.has_transparency_data:
        return over_background(image, reading.background)
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _is_deep(image: Any) -> bool:
    return str(image.mode).startswith("I")


def _described_file(path: Path, image: Any, stored: str) -> ImageFile:
    if image.mode == "F":
        raise ValueError(
            "its pixels are floating-point numbers of unknown range; save it with 8 or 16 bits"
        )
    turned = image.getexif().get(_ORIENTATION, 1)
    deep = _is_deep(image)
    transparent = not deep and shows_background(image)
    checks = {
        "Files of several pictures, of which the first was taken": (
            getattr(image, "n_frames", 1) > 1 and image.format != "MPO"  # JPEG as phones save it
        ),
        DEEP: deep,
        "Images of 16 bits a colour, of which the upper eight were kept": (
            not deep and any(name in stored for name in (";16", ";I16"))
        ),
        TRANSPARENT: transparent,
        "Images for print (CMYK) or in another colour space, converted to RGB": (
            image.mode in ("CMYK", "YCbCr", "LAB", "HSV")
        ),
        "Images turned upright, as their camera noted": turned in range(2, 9),
    }
    conversions = tuple(text for text, holds in checks.items() if holds)
    width, height = image.size[::-1] if turned in range(5, 9) else image.size
    values = _values(image) if deep else None
    blank_on = blank_backgrounds(image) if transparent else None
    upright = pillow("ImageOps").exif_transpose(image) if turned in range(2, 9) else image
    shown = _in_eight_bits(upright, _own_reading(values, blank_on))
    plain = image.format in ("JPEG", "MPO", "PNG") and image.mode in ("L", "RGB")
    plain = plain and not image.has_transparency_data
    return ImageFile(
        path=path,
        height=height,
        width=width,
        is_grey=_is_grey(shown),
        conversions=conversions,
        is_plain=plain and not conversions,
        is_stored_grey=deep or image.mode in ("1", "L", "LA"),
        values=values,
        blank_on=blank_on,
        looks=looks_of(shown),
    )


def _values(image: Any) -> Range:
    values = np.asarray(image)
    return int(values.min()), int(values.max())


def _own_reading(values: Range | None, blank_on: frozenset[str] | None) -> Reading:
    """Returns how to look at an image by itself, before the whole set is known."""
    low, high = used_range([values]) if values else (0, 65_535)
    shows = [name for name in ("white", "black", "grey") if name not in (blank_on or ())]
    return Reading(low, high, shows[0] if shows else "white")


def _is_grey(image: Any) -> bool:
    if image.mode == "L":
        return True
    few = image.resize((16, 16), pillow("Image").Resampling.NEAREST)  # most photos end here
    return _has_equal_channels(few) and _has_equal_channels(image)


def _has_equal_channels(image: Any) -> bool:
    red, green, blue = (np.asarray(channel) for channel in image.split())
    return np.array_equal(red, green) and np.array_equal(green, blue)


def _reason(path: Path, error: Exception) -> str:
    if path.stat().st_size == 0:
        return "it is empty"
    if type(error).__name__ == "UnidentifiedImageError":
        formats = formats_read()
        return f"it is damaged, or none of {', '.join(formats[:-1])} and {formats[-1]}"
    if type(error).__name__.startswith("DecompressionBomb"):
        return "it has too many pixels; make it smaller"
    return str(error) or type(error).__name__
