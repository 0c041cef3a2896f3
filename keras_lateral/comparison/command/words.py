"""Errors in the words that were typed: options, not arguments of functions, and files by name."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def options_for(otherwise: str = "", **options: str) -> Iterator[None]:
    """Has errors of a function inside speak of the options that its arguments were made of.

    Args:
        otherwise: The option that is to blame if an error names none.
        **options: Option of each argument.

    Example:

    >>> from keras_lateral.comparison.command.words import options_for
    >>> with options_for(epochs="--epochs"):
    ...     raise ValueError("Invalid value for argument `epochs`. Received: epochs=0")
    Traceback (most recent call last):
    ValueError: Invalid value for option --epochs. Received: 0
    """
    try:
        yield
    except (ValueError, RuntimeError, OSError, ImportError) as error:
        text = with_options(str(error), options)
        if otherwise and not any(option in text for option in (otherwise, *options.values())):
            text = f"{otherwise}: {text}"
        kind = next((kind for kind in _IN_WORDS if type(error) is kind), None)
        if text == str(error) or kind is None or error.args != (str(error),):
            raise
        raise kind(text) from error


_IN_WORDS = (ValueError, RuntimeError, OSError, FileNotFoundError, PermissionError, ImportError)


def with_options(text: str, options: dict[str, str]) -> str:
    """Returns a text that names options instead of arguments."""
    for argument, option in options.items():
        text = re.sub(rf"\barguments? `{argument}`", f"option {option}", text)
        text = re.sub(rf"`{argument}`: '(\w+)'", rf"{option} \1", text)  # as it is typed
        text = text.replace(f"`{argument}`", option)
        text = re.sub(rf"(Received: ){argument}=", r"\1", text)
    return text


_ADVICE = {
    errno.ENOSPC: "Make room on the disk",
    errno.EDQUOT: "Make room on the disk",
    errno.EFBIG: "Choose another place",
    errno.EACCES: "Choose another place, or ask for the permission",
    errno.EPERM: "Choose another place, or ask for the permission",
    errno.EROFS: "Choose another place, nothing can be written to this one",
    errno.ENAMETOOLONG: "Choose a shorter name",
    errno.ENOTDIR: "There is a file where a folder must be: choose another place",
    errno.EMFILE: "Close other programs",
    errno.ENOMEM: "Close other programs, or use fewer --workers",
}


def reason(error: OSError) -> str:
    """Returns why a file could not be read or written, and what to do about it."""
    said = error.strerror or str(error) or type(error).__name__
    advice = _ADVICE.get(error.errno or 0)
    return f"{said}. {advice}." if advice else f"{said}."


def system_error(error: OSError) -> str:
    """Returns an error of the system in words, with the name of its file."""
    if error.errno is None or error.filename is None:
        return str(error)  # one of this library's, which is in words
    return f"{str(error.filename)!r}: {reason(error)}"
