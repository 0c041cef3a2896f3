"""The tables of the README."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.common.documents import p_value
from experiments.common.paired import Difference, adjust, difference
from experiments.common.records import Records
from experiments.gradient_mask_cifar100.config import ARMS, CONTRASTS
from experiments.gradient_mask_cifar100.paired import Row

ARM_HEAD = (
    "| arm | seeds | test accuracy | deviation | difference to no mask, 95 % | better in | p "
    "| p adjusted | test loss, difference | training accuracy | first layer, start | end "
    "| positions kept |\n|" + 13 * "---|"
)
CONTRAST_HEAD = (
    "| question | first against second | seeds | difference, 95 % | better in | p | p adjusted |\n|"
    + 7 * "---|"
)
FRESH_HEAD = (
    "| arm | fresh seeds | difference to no mask, 95 % | better in | p | test loss, difference "
    "| p |\n|" + 7 * "---|"
)
SHORT_HEAD = (
    "| arm | seeds | difference to no mask, 95 % | p adjusted | left at the first layer |\n|"
    + 5 * "---|"
)
VALUES = ("test_accuracy", "test_loss")


def arm_table(lines: Sequence[Row]) -> str:
    """Returns every arm against no mask, in Markdown."""
    return "\n".join([ARM_HEAD, *map(_arm_line, lines)])


def short_table(lines: Sequence[Row]) -> str:
    """Returns some arms against no mask, with what matters most, in Markdown."""
    cells = [
        f"| {ARMS[row.arm].text} | {row.seeds} | {_interval(row.accuracy)} "
        f"| {row.accuracy.adjusted:.3f} | {row.first_layer[1]:.2f} |"
        for row in lines
    ]
    return "\n".join([SHORT_HEAD, *cells])


def contrast_table(records: Records) -> str:
    """Returns the pairs of arms that differ in one respect, in Markdown."""
    present = [c for c in CONTRASTS if len(_common(records, c[1], c[2])) > 1]
    found = adjust([difference(records[first], records[second]) for _, first, second in present])
    lines = [
        f"| {question} | {ARMS[first].text} against {ARMS[second].text} | {d.seeds} "
        f"| {_interval(d)} | {d.better} of {d.seeds} | {p_value(d.p)} | {p_value(d.adjusted)} |"
        for (question, first, second), d in zip(present, found, strict=True)
    ]
    return "\n".join([CONTRAST_HEAD, *lines])


def _common(records: Records, first: str, second: str) -> set[int]:
    return set(records.get(first, {})) & set(records.get(second, {}))


def fresh_table(records: Records) -> str:
    """Returns the arms that were run again with seeds that played no part in picking them."""
    arms = [arm for arm in ARMS if arm != "none" and len(_common(records, arm, "none")) > 1]
    lines = []
    for arm in arms:
        d, loss = (difference(records[arm], records["none"], v) for v in VALUES)
        lines.append(
            f"| {ARMS[arm].text} | {d.seeds} | {_interval(d)} | {d.better} of {d.seeds} "
            f"| {p_value(d.p)} | {_interval(loss)} | {p_value(loss.p)} |"
        )
    return "\n".join([FRESH_HEAD, *lines])


def _arm_line(row: Row) -> str:
    start = [ARMS[row.arm].text, str(row.seeds), f"{row.mean:.4f}", f"{row.deviation:.4f}"]
    if row.arm == "none":
        cells = [*start, "", "", "", "", "", f"{row.train:.3f}", "", "", ""]
    else:
        cells = [
            *start,
            _interval(row.accuracy),
            f"{row.accuracy.better} of {row.seeds}",
            p_value(row.accuracy.p),
            p_value(row.accuracy.adjusted),
            _interval(row.loss),
            f"{row.train:.3f}",
            *(f"{share:.2f}" for share in row.first_layer),
            "" if row.kept is None else f"{row.kept:.3f}",
        ]
    return "| " + " | ".join(cells) + " |"


def _interval(d: Difference) -> str:
    return f"{d.mean:+.4f} ± {d.half_width:.4f}"
