"""The files that are read as images."""

from pathlib import Path
from typing import Any

from keras_lateral.extras import import_optional

# Of what Pillow reads, what cameras, scanners and programs save pictures as. Each begins with bytes
# that tell it, so that a file with another's ending is read too. HEIF is there where the package
# `pillow-heif` has registered it.
FORMATS = (
    *("AVIF", "BMP", "DIB", "GIF", "HEIF", "JPEG", "JPEG2000"),
    *("MPO", "PNG", "PPM", "QOI", "TIFF", "WEBP"),
)
_SYSTEM_FILES = {  # of Windows, macOS, Synology and Linux
    *("thumbs.db", "desktop.ini", "$recycle.bin", "__macosx"),
    *("@eadir", "lost+found"),
}


def pillow(module: str) -> Any:
    """Returns a module of Pillow."""
    return import_optional(f"PIL.{module}", "pillow", "read image files", "datasets")


def formats_read() -> tuple[str, ...]:
    """Returns those of the formats that this Pillow reads."""
    Image = pillow("Image")
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN or name == "MPO")  # kind of JPEG


def endings() -> tuple[str, ...]:
    """Returns the endings of image files, as Pillow registers them for these formats.

    Example:

    >>> from keras_lateral.datasets.folder.formats import endings
    >>> {".jpg", ".jfif", ".jpe", ".pgm", ".tif"} <= set(endings())
    True
    """
    read, registered = formats_read(), pillow("Image").registered_extensions()
    return tuple(sorted(ending for ending, name in registered.items() if name in read))


def open_image(path: Path) -> Any:
    """Opens an image file of one of these formats, whatever its ending."""
    Image = pillow("Image")
    Image.init()
    return Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN])


def is_hidden(path: Path) -> bool:
    """Whether a file or folder is hidden, or the system's own."""
    return path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES


def is_image(path: Path) -> bool:
    """Whether a file's name is that of an image."""
    Image = pillow("Image")
    Image.init()
    return Image.EXTENSION.get(path.suffix.lower()) in FORMATS and not is_hidden(path)
