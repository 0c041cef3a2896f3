"""One image file: whether it can be read, what it holds, and its pixels in eight bits."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.extras import import_optional

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L")
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L")
_ORIENTATION = 0x0112  # the tag in which a camera records how it was held


@dataclass(frozen=True)
class ImageFile:
    """Properties of an image file.

    Args:
        path: The file.
        height: Height of the upright image in pixels.
        width: Width of the upright image in pixels.
        is_grey: Whether it has no colours.
        conversions: What must be done beyond decoding to get eight bits of grey or of red,
            green and blue, as the beginnings of notes.
        is_plain: Whether it is a JPEG or PNG file that needs no conversion.
    """

    path: Path
    height: int
    width: int
    is_grey: bool
    conversions: tuple[str, ...]
    is_plain: bool


def check_image(path: Path) -> ImageFile:
    """Decodes a whole image, to see whether it can be read.

    Args:
        path: A file.

    Returns:
        An `ImageFile`.

    Raises:
        ValueError: If it cannot be decoded; the message says why, but not which file it is.
        ImportError: If Pillow is missing.
    """
    if path.exists() and not path.is_file():
        raise ValueError("it has an image's name but is a folder, or something else")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", _pillow("Image").DecompressionBombWarning)
            with _open(path) as image:
                image.load()
                return _described_file(path, image)
    except FileNotFoundError:
        raise ValueError("it is a link to a file that does not exist") from None
    except PermissionError:
        raise ValueError("permission to read it was denied") from None
    except Exception as error:  # every decoder fails in its own way
        raise ValueError(_reason(path, error)) from error


def open_upright(path: Path, grayscale: bool) -> Any:
    """Opens a checked image: upright, in eight bits, without transparency.

    Transparent pixels are laid over white. Of 16 bits the upper eight are kept.

    Args:
        path: A file.
        grayscale: Whether to return one channel or three.

    Returns:
        A Pillow image of mode `"L"` or `"RGB"`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _open(path) as image:
            upright = _pillow("ImageOps").exif_transpose(image)
            if upright.mode in _SIXTEEN_BITS:
                upright = upright.convert("I").point(lambda value: value / 256).convert("L")
            if upright.has_transparency_data:
                upright = upright.convert("RGBA")
                white = _pillow("Image").new("RGBA", upright.size, "white")
                upright = _pillow("Image").alpha_composite(white, upright)
            return upright.convert("L" if grayscale else "RGB")


def _pillow(module: str) -> Any:
    return import_optional(f"PIL.{module}", "pillow", "read image files", "datasets")


def _open(path: Path) -> Any:
    return _pillow("Image").open(path, formats=FORMATS)


def _described_file(path: Path, image: Any) -> ImageFile:
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers of unknown range")
    turned = image.getexif().get(_ORIENTATION, 1)
    checks = {
        "Files of several pictures, of which the first was taken": (
            getattr(image, "n_frames", 1) > 1 and image.format != "MPO"  # JPEG as phones save it
        ),
        "Images of 16 bits, of which the upper eight were kept": image.mode in _SIXTEEN_BITS,
        "Images with transparency, laid over white": image.has_transparency_data,
        "Images for print (CMYK) or in another colour space, converted to RGB": (
            image.mode in ("CMYK", "YCbCr", "LAB", "HSV")
        ),
        "Images turned upright, as their camera noted": turned in range(2, 9),
    }
    conversions = tuple(text for text, holds in checks.items() if holds)
    width, height = image.size[::-1] if turned in range(5, 9) else image.size
    plain = image.format in ("JPEG", "MPO", "PNG") and image.mode in ("L", "RGB")
    return ImageFile(path, height, width, _is_grey(image), conversions, plain and not conversions)


def _is_grey(image: Any) -> bool:
    if image.mode in ("P", "PA"):
        red, green, blue = image.convert("RGB").split()
        return bool(red.tobytes() == green.tobytes() == blue.tobytes())
    return image.mode in _GREY_MODES


def _reason(path: Path, error: Exception) -> str:
    if path.stat().st_size == 0:
        return "it is empty"
    if type(error).__name__ == "UnidentifiedImageError":
        return f"it is damaged, or not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file"
    if type(error).__name__.startswith("DecompressionBomb"):
        return "it has too many pixels; make it smaller"
    return str(error) or type(error).__name__
