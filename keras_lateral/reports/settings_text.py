"""Settings as a line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def settings_text(settings: Any) -> str:
    """Returns settings in words.

    Example:

    >>> from keras_lateral.reports.settings_text import settings_text
    >>> settings_text({"batch_size": 8, "libraries": {"numpy": "2.3"}, "side": None})
    'batch size 8, libraries (numpy 2.3), side none'
    """
    if isinstance(settings, Mapping):
        return ", ".join(
            f"{str(key).replace('_', ' ')} {_value(value)}" for key, value in settings.items()
        )
    return _value(settings)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({settings_text(value)})"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(one) for one in value) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value)
