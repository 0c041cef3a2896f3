"""The tables of the README."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.common.documents import p_value, table_line
from experiments.common.paired import Difference, adjust, difference
from experiments.common.records import Records
from experiments.frame_regularizer_cifar100.config import ARMS, CONTRASTS
from experiments.frame_regularizer_cifar100.rows import Layers, Row

ARM_HEAD = (
    "| arm | seeds | test accuracy | deviation | difference to none, 95 % | better in | p "
    "| p adjusted | test loss, difference | p | training accuracy |\n|" + 11 * "---|"
)
LAYER_HEAD = (
    "| arm | R, start | R, end | A: lowest layer, start | end | A: median layer, end "
    "| B: median layer, end | B: highest layer, start | end | layers within their bounds, end |\n|"
    + 10
    * "---|"
)
SHORT_HEAD = (
    "| arm | seeds | test accuracy | difference to none, 95 % | p adjusted "
    "| layers within their bounds | A: lowest layer | B: highest layer |\n|" + 8 * "---|"
)
SWEEP_HEAD = (
    "| arm | seeds | test accuracy | test loss, difference | training accuracy "
    "| A: lowest, median layer | B: median, highest layer | layers within their bounds |\n|"
    + 8
    * "---|"
)
CONTRAST_HEAD = (
    "| question | first against second | seeds | difference, 95 % | better in | p | p adjusted |\n|"
    + 7 * "---|"
)


def arm_table(lines: Sequence[Row]) -> str:
    """Returns every arm against none, in Markdown."""
    return "\n".join([ARM_HEAD, *map(_arm_line, lines)])


def layer_table(lines: Sequence[Row]) -> str:
    """Returns where the layers of every arm began and ended, in Markdown."""
    return "\n".join([LAYER_HEAD, *map(_layer_line, lines)])


def short_table(lines: Sequence[Row]) -> str:
    """Returns every arm against none, with what matters most, in Markdown."""
    return "\n".join([SHORT_HEAD, *map(_short_line, lines)])


def sweep_table(lines: Sequence[Row], diverged: Sequence[str]) -> str:
    """Returns everything that was tried, with few seeds, in Markdown."""
    return "\n".join(
        [
            SWEEP_HEAD,
            *map(_sweep_line, lines),
            *(f"| {ARMS[arm].label} | diverged |" + 6 * " |" for arm in diverged),
        ]
    )


def contrast_table(records: Records) -> str:
    """Returns the pairs of arms that differ in one thing, in Markdown."""
    present = [c for c in CONTRASTS if len(_common(records, c[1], c[2])) > 2]
    found = adjust([difference(records[first], records[second]) for _, first, second in present])
    lines = [
        f"| {question} | {ARMS[first].label} against {ARMS[second].label} | {d.seeds} "
        f"| {_interval(d)} | {d.better} of {d.seeds} | {p_value(d.p)} | {p_value(d.adjusted)} |"
        for (question, first, second), d in zip(present, found, strict=True)
    ]
    return "\n".join([CONTRAST_HEAD, *lines])


def _common(records: Records, first: str, second: str) -> set[int]:
    return set(records.get(first, {})) & set(records.get(second, {}))


def _arm_line(row: Row) -> str:
    cells = [ARMS[row.arm].label, str(row.seeds), f"{row.mean:.4f}", f"{row.deviation:.4f}"]
    if row.accuracy is None or row.loss is None:
        cells += 6 * [""]
    else:
        cells += [
            _interval(row.accuracy),
            f"{row.accuracy.better} of {row.seeds}",
            p_value(row.accuracy.p),
            p_value(row.accuracy.adjusted),
            *(_interval(row.loss), p_value(row.loss.p)),
        ]
    return table_line([*cells, f"{row.train:.3f}"])


def _layer_line(row: Row) -> str:
    start, end = row.start, row.end
    numbers = (
        *(start.penalty, end.penalty, start.lowest, end.lowest, end.lower, end.upper),
        *(start.highest, end.highest),
    )
    return table_line([ARMS[row.arm].label, *map(_short, numbers), _reached(end)])


def _short_line(row: Row) -> str:
    cells = [ARMS[row.arm].label, str(row.seeds), f"{row.mean:.3f}"]
    cells += [_interval(row.accuracy), p_value(row.accuracy.adjusted)] if row.accuracy else ["", ""]
    return table_line([*cells, _reached(row.end), _short(row.end.lowest), _short(row.end.highest)])


def _sweep_line(row: Row) -> str:
    end = row.end
    seeds = f"{row.seeds}" + (f", {row.diverged} diverged" if row.diverged else "")
    return table_line(
        [
            *(ARMS[row.arm].label, seeds, f"{row.mean:.3f}"),
            "" if row.loss is None else f"{row.loss.mean:+.2f}",
            f"{row.train:.3f}",
            f"{_short(end.lowest)}, {_short(end.lower)}",
            f"{_short(end.upper)}, {_short(end.highest)}",
            _reached(end),
        ]
    )


def _reached(layers: Layers) -> str:
    return f"{layers.reached:.1f} of {layers.count}"


def _short(value: float) -> str:
    """Returns two digits, as a power of ten where it is far from 1."""
    if value < 5e-6:
        return "0" if value < 1e-12 else "< 1e-5"
    if value < 1e-3 or value >= 1e4:
        return f"{value:.0e}"
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _interval(d: Difference) -> str:
    return f"{d.mean:+.4f} ± {d.half_width:.4f}"
