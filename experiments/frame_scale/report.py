"""Writes the tables that follow from the results into the README."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.common.documents import p_value, table_line, write_between_markers
from experiments.frame_scale.arms import CHOICES
from experiments.frame_scale.choose import SEEDS
from experiments.frame_scale.config import OPTIMIZERS, PARTS, RESULTS, WIDTHS
from keras_lateral import Comparison, Measure, measure_of

HERE = Path(__file__).parent
README = HERE / "README.md"
CARD = HERE.parents[1] / "docs" / "methods" / "frame-regularizer.md"
NAME = "frame_scale"

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


def chosen_table(chosen: Mapping[str, Any], measure: str, kind: str = "") -> str:
    """Returns the mean without a penalty, and arms' differences, for each set and optimizer.

    Args:
        chosen: The results of `choose.py`.
        measure: `"accuracy"` or `"loss"`.
        kind: If given, only arms whose name begins with it.
    """
    columns = [
        (name, optimizer)
        for name in PARTS
        for optimizer in OPTIMIZERS
        if f"{name}/{optimizer}/none/{SEEDS[0]}" in chosen
    ]
    heads = [f"{PARTS[name].title}, {optimizer}" for name, optimizer in columns]
    lines = [table_line(["penalty", *heads]), "|---" * (len(heads) + 1) + "|"]
    for arm in [name for name in CHOICES if name == "none" or name.startswith(kind)]:
        cells = [_difference(chosen, name, optimizer, arm, measure) for name, optimizer in columns]
        if any(cells):
            lines.append(table_line([arm, *cells]))
    return "\n".join(lines)


def _difference(
    chosen: Mapping[str, Any], name: str, optimizer: str, arm: str, measure: str
) -> str:
    pairs = []
    for seed in SEEDS:
        keys = [f"{name}/{optimizer}/{penalty}/{seed}" for penalty in (arm, "none")]
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


def confirmed() -> dict[str, Comparison]:
    """Returns the comparisons on test images by title, of the sets that were tested."""
    names = [name for name in PARTS if name != "smoke"]
    places = [(name, optimizer) for optimizer in OPTIMIZERS for name in names]
    files = {
        f"{PARTS[name].title}, {optimizer}": RESULTS / f"confirmed_{name}{ending}.json"
        for name, optimizer in places
        for ending in ["" if optimizer == "Adam" else f"_{optimizer}"]
    }
    return {title: Comparison.load(file) for title, file in files.items() if file.exists()}


def confirmed_table(comparisons: Mapping[str, Comparison]) -> str:
    """Returns accuracy, loss and calibration on test images, with 95 % intervals."""
    titles = [f"{measure_of(name).title}, {measure_of(name).unit}" for name in TESTED]
    heads = ["set", "pairs", "method", *titles, "p adjusted", "verdict"]
    lines = [table_line(heads), "|---" * len(heads) + "|"]
    for title, comparison in comparisons.items():
        means = [_mean(comparison, measure) for measure in TESTED]
        pairs = str(len(comparison.seeds))
        lines.append(table_line([title, pairs, "baseline", *means, "", ""]))
        columns = {m: {c.method: c for c in comparison.compared(m)} for m in TESTED}
        for method in comparison.methods:
            cells = [_with_interval(columns[m].get(method), measure_of(m)) for m in TESTED]
            accuracy = columns["accuracy"][method]
            name = "frame_regularizer, 0.01" if method == "frame_regularizer" else method
            verdict = [p_value(accuracy.adjusted_p), accuracy.kind]
            lines.append(table_line(["", "", name, *cells, *verdict]))
    return "\n".join(lines)


TESTED = ("accuracy", "loss", "calibration_error")


def _mean(comparison: Comparison, measure: str) -> str:
    values = list(comparison.values("baseline", measure).values())
    return measure_of(measure).show(float(np.mean(values)))


def _with_interval(compared: Any, measure: Measure) -> str:
    if compared is None:
        return ""
    d = compared.difference
    low, high = measure.show(d.low, sign=True), measure.show(d.high, sign=True)
    return f"{measure.show(d.mean, sign=True)} ({low} to {high})"


def summary() -> str:
    """Returns the text between the markers of the method's card."""
    measured, chosen = read("measured"), read("chosen")
    parts = [chosen_table(chosen, "accuracy", "R"), chosen_table(chosen, "loss", "R")]
    comparisons = confirmed()
    lines = [
        spans(measured),
        "Validation accuracy, %, without a penalty, and differences from it, three seeds "
        "(fewer where it says so):",
        parts[0],
        "Validation loss:",
        parts[1],
    ]
    if comparisons:
        lines += ["Test images, fresh seeds, with 95 % intervals:", confirmed_table(comparisons)]
    return "\n\n".join(lines)


def spans(measured: Mapping[str, Any]) -> str:
    """Returns how large the default's gradient is at the start, in a sentence."""
    shares = [
        float(np.median(of_r(one["seen"], "start")))
        for key, one in measured.items()
        if key.endswith("/none")
    ]
    sets = len({key.split("/")[0] for key in measured})
    return (
        f"In {len(shares)} small networks of three widths, on {sets} sets, with Adam and SGD, the "
        f"default's gradient is at the start {min(shares):.1f} to {max(shares):.1f} times the "
        "task's, in the median layer."
    )


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
    comparisons = confirmed()
    if comparisons:
        parts += ["### Test images, fresh seeds", confirmed_table(comparisons)]
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    write_between_markers(README, text())
    write_between_markers(CARD, summary(), NAME)


if __name__ == "__main__":
    main()
