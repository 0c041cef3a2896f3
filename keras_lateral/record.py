"""What every record of results can do."""

from __future__ import annotations

import json
import math
import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from keras_lateral.files import write_whole


class Record(ABC):
    """Results that can be written down."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""

    def to_json(
        self, path: str | os.PathLike[str] | None = None, *, indent: int | None = None
    ) -> str:
        """Returns the record as JSON, and writes it to a file if one is given.

        Args:
            path: The file. It is there whole or not at all.
            indent: Spaces of each level; by default all stands in one line.

        Returns:
            The JSON. It has no word for NaN and infinity, which become null.
        """
        text = json.dumps(finite(self.to_dict()), indent=indent, allow_nan=False)
        if path is not None:
            write_whole(Path(path), text + "\n")
        return text


def finite(values: Any) -> Any:
    """Returns plain values with `None` in place of NaN and infinity."""
    if isinstance(values, dict):
        return {key: finite(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [finite(value) for value in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values
