"""The base class of all records of results."""

from __future__ import annotations

import json
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_lateral.files import write_whole
from keras_lateral.text import Table, counted, html_paragraph, shortened, values_table

MOST = 120
"""Maximum number of characters of a `repr`."""


class Record(ABC):
    """Results that can be printed, shown in a notebook and written as JSON.

    `print` shows all of it, `repr` one short line; a notebook shows the tables that `print` shows,
    as HTML. A subclass defines them in `_blocks` and `_summary`. A dataclass needs `repr=False`,
    since its own `repr` would show every value.

    Example:

    >>> from keras_lateral import Sparsity, LayerSparsity
    >>> record = Sparsity((LayerSparsity("conv", 8, 4, 4, 2, 1),), model="small")
    >>> record
    <Sparsity: 4 of 8 weights zero, 50.0 %, model 'small'>
    >>> print(record)
    "small": 4 of 8 kernel weights are zero, 50.0 %
    layer  weights  zero     %  held  filters  zero
    conv         8     4  50.0     4        2     1
    """

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""

    def to_json(
        self, path: str | os.PathLike[str] | None = None, *, indent: int | None = None
    ) -> str:
        """Returns the record as JSON, and writes it to a file if one is given.

        Args:
            path: The file. It is written whole or not at all.
            indent: Spaces for each level; by default everything is on one line.

        Returns:
            The JSON, in which NaN and infinity become null.
        """
        text = json.dumps(finite(self.to_dict()), indent=indent, allow_nan=False)
        if path is not None:
            write_whole(Path(path), text + "\n")
        return text

    def _blocks(self) -> Sequence[Table | str]:
        """Returns the tables and paragraphs that show the record; by default a table of values."""
        return [values_table(type(self).__name__, _plain_values(self.to_dict()))]

    def _summary(self) -> str:
        """Returns the two or three numbers that matter, for `repr`; by default the first values."""
        values = list(_plain_values(self.to_dict()).items())[:3]
        return ", ".join(f"{name} {value}" for name, value in values)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self._blocks()))

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name}: {shortened(self._summary(), MOST - len(name) - 4)}>"

    def _repr_html_(self) -> str:
        """Returns what a notebook shows."""
        blocks = self._blocks()
        parts = [
            html_paragraph(block.splitlines()) if isinstance(block, str) else block.html()
            for block in blocks
        ]
        return f"<div>{''.join(parts)}</div>"


def _plain_values(values: dict[str, Any]) -> dict[str, str]:
    """Returns values as short text: of a list or a mapping, only its length."""
    return {
        name: counted(len(value), "value") if isinstance(value, (dict, list, tuple)) else str(value)
        for name, value in values.items()
    }


def finite(values: Any) -> Any:
    """Returns plain values, also of NumPy's, with `None` in place of NaN and infinity."""
    if hasattr(values, "tolist"):  # NumPy is not imported here
        values = values.tolist()
    if isinstance(values, dict):
        return {finite(key): finite(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [finite(value) for value in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values
