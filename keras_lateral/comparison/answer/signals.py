"""One reason to trust a comparison, or not to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["invalid", "warning", "note"]

LEVELS: tuple[Level, ...] = ("invalid", "warning", "note")
"""The gravest first. Where one invalidates, no verdict is given."""


@dataclass(frozen=True)
class Signal:
    """One reason to trust a comparison, or not to.

    Args:
        text: A sentence, or a few.
        level: `"invalid"`: no verdict is given; `"warning"`: to be known before the verdicts;
            `"note"`: to be known.
        short: Why no verdict is given, in a few words; only of what invalidates.
        name: What it is about, for code that acts on it.
    """

    text: str
    level: Level
    short: str = ""
    name: str = ""
