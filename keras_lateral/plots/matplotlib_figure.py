"""Figures that no window shows and no global state keeps."""

from __future__ import annotations

from typing import Any


def new_figure(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """Returns a figure and its axes, `rows` by `columns`.

    It belongs to the caller alone: nothing has to be closed, and no display is needed.

    Args:
        rows: Number of rows.
        columns: Number of columns.
        size: Width and height in inches.

    Returns:
        `(figure, axes)`, `axes` an array of shape `(rows, columns)`.

    Raises:
        ImportError: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib, which is not installed. Run "
            '`pip install "keras-lateral[plots]"`.'
        ) from error
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)
