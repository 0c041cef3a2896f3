"""The tables of a README, in Markdown: an arm a line, and a question a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.common.claim import Seen, verdict
from experiments.common.documents import p_value, table_line
from experiments.common.records import Records, Runs
from experiments.full_size.table import Arm, Contrast, Table

NOTHING = "-"

ARM_HEAD = (
    "| arm | in the paper, % | here, % | deviation | trainings | epochs | on training images, % "
    "| minutes |\n|" + 8 * "---|"
)
CONTRAST_HEAD = (
    "| question | arms | claimed | seen here, points | 95 %, new images and seeds | p, adjusted "
    "| pairs | verdict |\n|" + 8 * "---|"
)


def arm_table(table: Table, records: Records) -> str:
    """Returns every arm with what the paper reports of it, and what it reached here."""
    shown = {name: arm for name, arm in table.arms.items() if arm.paper or records.get(name)}
    lines = [_arm_line(arm, records.get(name, {})) for name, arm in shown.items()]
    return "\n".join([ARM_HEAD, *lines])


def _arm_line(arm: Arm, runs: Runs) -> str:
    paper = NOTHING if arm.paper is None else f"{arm.paper:.2f}"
    if not runs:
        return f"| {arm.text} | {paper} |" + 6 * f" {NOTHING} |"
    tested, trained, seconds = (
        np.array([run[key] for run in runs.values()])
        for key in ("test_accuracy", "train_accuracy", "seconds")
    )
    deviation = f"{100 * tested.std(ddof=1):.2f}" if len(tested) > 1 else NOTHING
    epochs = next(iter(runs.values()))["epochs"]
    diverged = sum(run["diverged"] for run in runs.values())
    note = f" ({diverged} diverged)" if diverged else ""
    return (
        f"| {arm.text} | {paper} | {100 * tested.mean():.2f} | {deviation} "
        f"| {len(tested)}{note} | {epochs} | {100 * trained.mean():.1f} "
        f"| {np.median(seconds) / 60:.0f} |"
    )


def contrast_table(
    table: Table, contrasts: Sequence[Contrast], seen: Mapping[Contrast, Seen]
) -> str:
    """Returns every question with what was claimed and what was seen."""
    lines = [_contrast_line(table, contrast, seen.get(contrast)) for contrast in contrasts]
    return "\n".join([CONTRAST_HEAD, *lines])


def _contrast_line(table: Table, contrast: Contrast, seen: Seen | None) -> str:
    arms = f"{table.arms[contrast.arm].text} against {table.arms[contrast.baseline].text}"
    claimed = NOTHING if contrast.claimed is None else f"{contrast.claimed:+z.2f}"
    said = NOTHING if contrast.claimed is None else verdict(contrast.claimed, seen)
    return table_line([contrast.question, arms, claimed, *seen_cells(seen), said])


def seen_cells(seen: Seen | None, unseen: str = NOTHING) -> list[str]:
    """Returns a difference in points, its interval, its p value and its pairs, as cells.

    Args:
        seen: The difference, or `None`.
        unseen: What stands in the first cell then.
    """
    if seen is None:
        return [unseen, NOTHING, NOTHING, NOTHING]
    limits = f"{seen.low:+z.2f} to {seen.high:+z.2f}"
    return [f"{seen.mean:+z.2f}", limits, p_value(seen.p), str(seen.pairs)]
