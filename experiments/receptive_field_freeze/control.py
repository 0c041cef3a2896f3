"""As many other layers frozen: the runs that tried it, fresh ones and all, and what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.common.claim import in_points, verdict
from experiments.common.documents import table_line
from experiments.common.paired import Difference
from experiments.common.records import Records
from experiments.receptive_field_freeze.config import PAPER, SPLITS
from experiments.receptive_field_freeze.rows import Arms, Row, mean_row, with_control
from experiments.receptive_field_freeze.tables import MEASURES, difference_cells

HEAD = (
    "| runs | validation accuracy, 1.x | frozen, against | pairs | the latter | the former "
    "| difference | 95 %, over splits | p | 95 %, over pairs | p |\n|" + 11 * "---|"
)
CONTROLS: dict[str, Arms] = {
    "expanding layers, none": ("ordinary", "frozen"),
    "other layers, none": ("ordinary", "control"),
    "expanding layers, other layers": ("control", "frozen"),
}
FRESH, ALL = "fresh", "all"
STUDIED = next(iter(MEASURES)), next(reversed(MEASURES))
"""The transfer as the study measures it, and the base classes."""

Groups = dict[str, Records]
"""Runs with a control, by the name of their group."""


def groups(records: Records, fresh: Records) -> Groups:
    """Returns the runs that have a control: the fresh ones, if there are any, and all together.

    Args:
        records: The runs of the study, of which some have a control.
        fresh: Those of the size `"control"`, with seeds that the study does not have.

    Raises:
        ValueError: If a run of one split with one seed is in both.
    """
    own, added = with_control(records), with_control(fresh)
    twice = [
        (split, seed) for split in added for seed in added[split] if seed in own.get(split, {})
    ]
    if twice:
        raise ValueError(f"Expected fresh seeds. Received runs that the study has too: {twice}")
    every = {split: {**own.get(split, {}), **added.get(split, {})} for split in SPLITS}
    every = {split: runs for split, runs in every.items() if runs}
    return {FRESH: added, ALL: every} if added else {ALL: every}


def rows(records: Records, measure: str) -> list[Row]:
    """Returns what each control says by one measure, over some runs."""
    value = MEASURES[measure]
    return [mean_row(name, records, ("1",), value, arms) for name, arms in CONTROLS.items()]


def control_table(found: Groups) -> str:
    """Returns the effect of freezing other layers, in Markdown."""
    lines = [
        table_line([group, measure, row.name, *difference_cells(row)])
        for group, runs in found.items()
        for measure in STUDIED
        for row in rows(runs, measure)
    ]
    return "\n".join([HEAD, *lines])


def figure_rows(found: Groups) -> list[Row]:
    """Returns the rows of the figure: the study's own measure, in each group."""
    return [
        replace(row, name=f"{group}: {row.name.replace(', ', ' less ')}")
        for group, runs in found.items()
        for row in rows(runs, STUDIED[0])
    ]


def conclusion(found: Groups) -> str:
    """Returns what the intervals over splits say, in words."""
    paragraphs = [_of_group(group, runs) for group, runs in found.items()]
    return "\n".join([_what_they_are(found), "", *paragraphs])


def _what_they_are(found: Groups) -> str:
    count = {group: sum(map(len, runs.values())) for group, runs in found.items()}
    old = count[ALL] - count.get(FRESH, 0)
    if FRESH not in found:
        return f"All: the {old} runs of the study that have a control; there are no fresh ones yet."
    return (
        f"Fresh: {count[FRESH]} runs of size `control`, with seeds of their own, made for this "
        f"question alone. All: these, and the {old} runs of the study that have a control, whose "
        "results raised the question; so it is the fresh ones that test it."
    )


def _of_group(group: str, runs: Records) -> str:
    by_name = {row.name: row.splits for row in rows(runs, STUDIED[0])}
    freeze, _, layers = by_name.values()
    if freeze is None or layers is None:
        return f"- {group}: one split has no interval."
    told = "do not differ as far as this can tell" if _holds_0(layers) else "differ"
    claimed = 100 * _claimed()
    seen = verdict(claimed, in_points(freeze, freeze.seeds))
    return (
        f"- {group}: expanding layers and other layers {told} ({_text(layers)}). "
        f"Expanding layers against none: {_text(freeze)}; the paper's +{claimed / 100:.3f} is "
        f"{seen}."
    )


def _claimed() -> float:
    published = [PAPER[f"1.{split}"] for split in SPLITS]
    return float(np.mean([row["frozen"] - row["ordinary"] for row in published]))


def _holds_0(d: Difference) -> bool:
    return abs(d.mean) <= d.half_width


def _text(d: Difference) -> str:
    return f"{d.mean:+.3f} ± {d.half_width:.3f} over splits"
