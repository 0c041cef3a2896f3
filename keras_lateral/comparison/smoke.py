"""What is said about a comparison that only tried whether everything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def smoke_text(settings: Mapping[str, Any]) -> str:
    """Returns a sentence that says that it was a smoke test; nothing if it was none.

    Args:
        settings: Settings of a comparison; `"smoke"` has what was made small.

    Example:

    >>> from keras_lateral.comparison.smoke import smoke_text
    >>> smoke_text({"smoke": {"epochs": 2}})[:45]
    'This is a smoke test (made small: epochs: 2).'
    """
    small = settings.get("smoke")
    if not small:
        return ""
    made = ", ".join(f"{name}: {value}" for name, value in small.items())
    return (
        f"This is a smoke test (made small: {made}). It shows that everything runs; its numbers "
        "say nothing about the methods."
    )
