"""Names from a disk as text that can be shown, stored and sent anywhere."""

from pathlib import Path


def printable(name: str) -> str:
    r"""A name with everything escaped that is no visible text: line breaks, terminal codes.

    Bytes that are no UTF-8 arrive in Python as surrogates, which no file and no terminal takes;
    they are escaped too.

    Args:
        name: Whatever a file or folder is called.

    Returns:
        The name itself wherever all of it can be shown.

    Example:

    >>> from keras_lateral.text import printable
    >>> printable("Füchse & Dachse"), printable("red\x1b[31m\n")
    ('Füchse & Dachse', 'red\\x1b[31m\\n')
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def shown(path: Path) -> str:
    """A path in quotation marks, to stand in a message."""
    return f"'{printable(str(path))}'"


def listed(paths: list[Path], most: int = 5) -> str:
    """The first few of many paths, and how many more there are."""
    text = ", ".join(shown(path) for path in paths[:most])
    return text if len(paths) <= most else f"{text} and {len(paths) - most:,} more"
