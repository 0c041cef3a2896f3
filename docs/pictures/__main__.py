"""Draws all pictures, or those that are named: `python -m docs.pictures [NAME ...]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs.pictures import concepts, methods, passes, terminal
from keras_lateral.figure import Drawing

FOLDER = Path(__file__).parents[1] / "images"
DRAWN: dict[str, Callable[[], Drawing]] = {
    "method_frame_regularizer": methods.frame_regularizer,
    "method_receptive_field_freeze": methods.receptive_field_freeze,
    "passes_gradient_mask": passes.gradient_mask_passes,
    "passes_frame_regularizer": passes.frame_passes,
    "passes_receptive_field_freeze": passes.freeze_passes,
    "concept_minicolumns": concepts.minicolumns,
    "concept_frame_bounds": concepts.bounds_of_a_frame,
    "concept_fields": concepts.fields,
}
COMPARED = "comparison"


def draw_comparison() -> None:
    """Runs the command of the front page and draws its answer, and its pairs."""
    with tempfile.TemporaryDirectory() as folder:
        answer = terminal.answer_of(terminal.run(Path(folder)))
        drawing = concepts.pairs(Path(folder) / terminal.JSON)
    (FOLDER / "terminal.svg").write_text(terminal.svg_of(answer), encoding="utf-8")
    drawing.figure.savefig(FOLDER / "concept_pairs.png", dpi=110)


def main(names: list[str]) -> None:
    for name in names or [*DRAWN, COMPARED]:
        if name == COMPARED:
            draw_comparison()
        else:
            DRAWN[name]().figure.savefig(FOLDER / f"{name}.png", dpi=110)
        print(name)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
