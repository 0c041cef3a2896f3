"""Writes the tables into the README, and the page of the lecture with its figures.

The figure of the digits needs MNIST, in the folder that KERAS_LATERAL_DATA names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from examples.lecture.results import (
    often_wrong,
    paired,
    plot_differences,
    plot_errors,
    plot_mistakes,
    recorded,
)
from experiments.common.documents import write_between_markers
from experiments.full_size.report import main as write_tables
from experiments.lecture_mnist.config import BASELINE, TABLE
from experiments.lecture_mnist.page import Found, changes_text, errors_text
from keras_lateral.datasets import load_images
from keras_lateral.figure import Drawing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "lecture.md"
IMAGES = ROOT / "docs" / "images"


def drawings(found: Found) -> Iterator[tuple[str, Drawing]]:
    """Yields the page's figures and the names of their files."""
    yield "lecture_errors", plot_errors(found)
    changed = paired(found, BASELINE)
    if changed:
        yield "lecture_changes", plot_differences(found, changed)
    if os.environ.get("KERAS_LATERAL_DATA"):
        digits = load_images("mnist", download=False)
        chosen = often_wrong(found["lenet"], digits.y_test, 24)
        yield "lecture_mistakes", plot_mistakes(digits.x_test, chosen)


def main(arguments: Sequence[str] | None = None) -> None:
    options = write_tables(TABLE, arguments)
    if options.print or options.smoke:
        return
    found = recorded()
    write_between_markers(PAGE, errors_text(found), "lecture_errors")
    write_between_markers(PAGE, changes_text(found), "lecture_changes")
    for name, (figure, _) in drawings(found):
        figure.savefig(IMAGES / f"{name}.png", dpi=110)
        print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
