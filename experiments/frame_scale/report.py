"""Writes the tables that follow from the results into the README."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.common.documents import table_line, write_between_markers
from experiments.frame_scale.arms import CHOICES
from experiments.frame_scale.choose import SEEDS
from experiments.frame_scale.config import OPTIMIZERS, PARTS, RESULTS, WIDTHS

README = Path(__file__).parent / "README.md"

Layers = Sequence[Mapping[str, float]]
"""R, its gradient's norm and the task's, layer by layer."""

TIMES = ("start", "middle", "end")


def read(name: str) -> dict[str, Any]:
    """Returns the results of a script."""
    return dict(json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")))


def of_r(seen: Mapping[str, Layers], time: str) -> np.ndarray:
    """Returns |0.01 dR| / |dL| for each layer."""
    return np.array([0.01 * layer["penalty"] / layer["task"] for layer in seen[time]])


def of_start(seen: Mapping[str, Layers], time: str) -> np.ndarray:
    """Returns |dR / R(start)| / |dL| for each layer."""
    first = np.array([layer["R"] for layer in seen["start"]])
    return 100 * of_r(seen, time) / first


def of_log(seen: Mapping[str, Layers], time: str) -> np.ndarray:
    """Returns |d log(1 + R)| / |dL| for each layer."""
    return 100 * of_r(seen, time) / (1 + np.array([layer["R"] for layer in seen[time]]))


def measured_table(measured: Mapping[str, Any], arm: str) -> str:
    """Returns R and three ratios of gradients, for each set, optimizer and width."""
    heads = ["set", "optimizer", "width", "R, median", "largest"]
    for title in ("0.01 R", "R / R(start)", "log(1 + R)"):
        heads += [f"{title}: {time}" for time in TIMES]
    heads += ["weights, end / start"]
    lines = [table_line(heads), "|" + "---|" * len(heads)]
    for name, part in PARTS.items():
        for optimizer in OPTIMIZERS:
            for width in WIDTHS:
                found = measured.get(f"{name}/{optimizer}/{width}/{arm}")
                if found:
                    cells = [part.title, optimizer, width, *_cells(found["seen"])]
                    lines.append(table_line(cells))
    return "\n".join(lines)


def _cells(seen: Mapping[str, Layers]) -> list[str]:
    start = [layer["R"] for layer in seen["start"]]
    cells = [f"{np.median(start):.0f}", f"{max(start):.0f}"]
    ratios: tuple[Callable[[Mapping[str, Layers], str], np.ndarray], ...] = (of_r, of_start, of_log)
    cells += [f"{np.median(ratio(seen, t)):.2g}" for ratio in ratios for t in TIMES]
    pairs = zip(seen["start"], seen["end"], strict=True)
    return [*cells, f"{np.median([end['weights'] / start['weights'] for start, end in pairs]):.2f}"]


def spread_table(measured: Mapping[str, Any]) -> str:
    """Returns how far the ratios at the start lie apart over layers, widths and sets."""
    lines = [
        "| penalty | layers, from the second on: largest / smallest | widths, of the median "
        "| all networks, of the median |",
        "|---|---|---|---|",
    ]
    starts = {key: one["seen"] for key, one in measured.items() if key.endswith("/none")}
    for title, ratio in (("R", of_r), ("R / R(start) or log(1 + R)", of_log)):
        layers, widths, medians = [], [], {}
        for key, seen in starts.items():
            found = ratio(seen, "start")
            layers.append(found[1:].max() / found[1:].min())
            medians[key] = float(np.median(found))
        for name in PARTS:
            same = [value for key, value in medians.items() if key.startswith(f"{name}/Adam/")]
            if len(same) == len(WIDTHS):
                widths.append(max(same) / min(same))
        every = max(medians.values()) / min(medians.values())
        lines.append(f"| {title} | {np.median(layers):.1f} | {_range(widths)} | {every:.1f} |")
    return "\n".join(lines)


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}" if values else ""


def chosen_table(chosen: Mapping[str, Any], measure: str) -> str:
    """Returns an arm's mean over seeds, and its difference to none, for each set and optimizer."""
    columns = [
        (name, optimizer)
        for name in PARTS
        for optimizer in OPTIMIZERS
        if f"{name}/{optimizer}/none/{SEEDS[0]}" in chosen
    ]
    heads = [f"{PARTS[name].title}, {optimizer}" for name, optimizer in columns]
    lines = [table_line(["penalty", *heads]), "|---" * (len(heads) + 1) + "|"]
    for arm in CHOICES:
        cells = [_difference(chosen, name, optimizer, arm, measure) for name, optimizer in columns]
        if any(cells):
            lines.append(table_line([arm, *cells]))
    return "\n".join(lines)


def _difference(
    chosen: Mapping[str, Any], name: str, optimizer: str, arm: str, measure: str
) -> str:
    pairs = []
    for seed in SEEDS:
        keys = [f"{name}/{optimizer}/{one}/{seed}" for one in (arm, "none")]
        if all(key in chosen for key in keys):
            pairs.append([chosen[key][measure] for key in keys])
    if not pairs:
        return ""
    mine, plain = np.mean(pairs, axis=0)
    show = _percent if measure == "accuracy" else _nats
    if arm == "none":
        return show(mine)
    fewer = f" ({len(pairs)} of {len(SEEDS)} seeds)" if len(pairs) < len(SEEDS) else ""
    return show(mine - plain, "+") + fewer


def _percent(value: float, sign: str = "") -> str:
    return f"{100 * value:{sign}.1f}"


def _nats(value: float, sign: str = "") -> str:
    return f"{value:{sign}.3f}"


def text() -> str:
    """Returns the text between the markers of the README."""
    measured, chosen = read("measured"), read("chosen")
    parts = [
        "### The penalty's gradient beside the task's",
        "Without a regularizer. The norm of the penalty's gradient over that of the task's, "
        "median over the six convolutions, at the start, in the middle and at the end; R at the "
        "start; and how much the norm of the weights has grown by the end.",
        measured_table(measured, "none"),
        "With the default, 0.01 R:",
        measured_table(measured, "frame 0.01"),
        "How far the ratios at the start lie apart:",
        spread_table(measured),
        "### Chosen on validation images",
        f"Means over {len(SEEDS)} seeds without a penalty, and differences from them. Validation "
        "accuracy, %:",
        chosen_table(chosen, "accuracy"),
        "Validation loss:",
        chosen_table(chosen, "loss"),
    ]
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    write_between_markers(README, text())


if __name__ == "__main__":
    main()
