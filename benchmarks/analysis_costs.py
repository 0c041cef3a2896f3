"""What analysis and robustness cost, from what their own scripts have kept, as one table."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from cards import markdown_table

RESULTS = Path(__file__).parent / "results"
NAMES = {
    "published": "published code",
    "before": "version before",
    "toolbox": "Adversarial Robustness Toolbox",
    "PAIR": "PAIR `saliency`",
    "torch": "`torch.nn.utils.prune`",
}
OURS = {
    "SimBA": "`SimBA`, an image",
    "PGD": "`PGD`, an image",
    "gradient": "`gradient_saliency`, an image",
    "SmoothGrad": "`smooth_grad`, an image",
    "prune": "`prune`, ResNet-18",
}
HEADS = ("what", "takes", "beside", "that takes", "ratio", "made by")


def table(results: Path = RESULTS) -> str:
    """Returns a row for each measurement, in Markdown."""
    rows = (bounds, corruptions, neighbours, graphs)
    return markdown_table(HEADS, [row for each in rows for row in each(results)])


def bounds(results: Path) -> Iterator[tuple[str, ...]]:
    """Yields `frame_bounds` of ResNet-50, beside the version before and power iteration."""
    for found in kept(results / "frame_bounds" / "resnet50.json", "results"):
        what = f"`frame_bounds`, ResNet-50 at 224, {found['borders']}"
        now = found["costs"]["now"]["cpu_s"][0]
        for beside, costs in found["costs"].items():
            if beside != "now":
                theirs = costs["cpu_s"][0]
                yield line(what, now, NAMES.get(beside, beside), theirs, "s", "frame_bounds")


def corruptions(results: Path) -> Iterator[tuple[str, ...]]:
    """Yields all nineteen corruptions of an image, beside the published code."""
    for found in kept(results / "corruptions" / "imagenet.json", "results"):
        what = f"nineteen corruptions of an image, {found['size']} x {found['size']}"
        now = found["all"]["now"]
        for beside, theirs in found["all"].items():
            if beside != "now":
                yield line(what, now, NAMES.get(beside, beside), theirs, "ms", "corruptions")


def neighbours(results: Path) -> Iterator[tuple[str, ...]]:
    """Yields attacks, saliency maps and pruning, beside the packages that people use for them."""
    file = results / "neighbours" / "tensorflow.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"milliseconds": {}}
    for name, ways in found["milliseconds"].items():
        now, *others = ((way, statistics.median(values)) for way, values in ways.items())
        for way, theirs in others:
            yield line(OURS[name], now[1], NAMES[way], theirs, "ms", "neighbours")


def graphs(results: Path) -> Iterator[tuple[str, ...]]:
    """Yields what reads or changes a graph of 1,000 layers, beside one of 500."""
    found = kept(results / "large_graphs" / "tensorflow.json", "cpu_seconds")
    by_size = {(row["graph"], row["layers"]): row for row in found}
    for (graph, layers), row in by_size.items():
        if layers == 1000:
            half = by_size[graph, 500]
            for name in [name for name in row if name not in ("graph", "layers")]:
                what = f"`{name}`, {graph} of 1,000 layers"
                yield line(what, row[name], "500 layers", half[name], "s", "large_graphs")


def kept(file: Path, key: str) -> list[dict[str, Any]]:
    """Returns the measurements in a file; none if it is not there."""
    if not file.exists():
        return []
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))[key]
    return found


def line(
    what: str, takes: float, beside: str, theirs: float, unit: str, script: str
) -> tuple[str, ...]:
    """Returns the cells of one measurement; all times are CPU time."""
    times = [f"{Decimal(f'{value:.3g}'):,f} {unit}" for value in (takes, theirs)]
    return what, times[0], beside, times[1], f"{takes / theirs:.2f}", f"`benchmarks/{script}.py`"
