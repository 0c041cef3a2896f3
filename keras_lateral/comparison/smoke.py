"""What is said about a comparison that only tried whether everything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def made_small(small: Mapping[str, Any]) -> str:
    """Returns in words what a smoke test has made small.

    Example:

    >>> from keras_lateral.comparison.smoke import made_small
    >>> made_small({"seeds": 2, "epochs": 2})
    'made small: seeds: 2, epochs: 2'
    """
    return "made small: " + ", ".join(f"{name}: {value}" for name, value in small.items())


def smoke_text(settings: Mapping[str, Any]) -> str:
    """Returns a sentence that says that it was a smoke test; nothing if it was none.

    Args:
        settings: Settings of a comparison; `"smoke"` has what was made small, and is empty where
            all that could be was given.

    Example:

    >>> from keras_lateral.comparison.smoke import smoke_text
    >>> smoke_text({"smoke": {"epochs": 2}})[:45]
    'This is a smoke test (made small: epochs: 2).'
    """
    small = settings.get("smoke")
    if small is None:
        return ""
    made = made_small(small) if small else "nothing was made small, as all was given"
    return (
        f"This is a smoke test ({made}). It shows that everything runs; its numbers "
        "say nothing about the methods."
    )
