"""What was seen of a claim, read from the results of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from experiments.common.claim import Seen, in_points
from experiments.common.records import Records, read_gathered
from experiments.does_it_help.config import RESULTS as SMALL
from experiments.frame_table.paper import paper_table, size_of
from experiments.full_size import measures_report
from experiments.full_size.borrowed import records
from experiments.full_size.differences import differences
from experiments.full_size.measuring import Study
from experiments.full_size.table import Contrast, Table
from experiments.receptive_field_freeze import rows
from experiments.receptive_field_freeze.config import RESULTS as FREEZE
from experiments.receptive_field_freeze.config import SIZES
from keras_lateral import ComparedMethod, Comparison


@dataclass(frozen=True)
class Evidence:
    """What one experiment says of a claim.

    Args:
        size: On what, and how large.
        seen: The difference, in points, or `None` if it was not run.
        command: The command that makes it, or goes on with it.
    """

    size: str
    seen: Seen | None
    command: str


def of_table(name: str, size: str, arm: str, baseline: str, text: str) -> Evidence:
    """Returns what a table at some size says of the difference between two of its arms.

    Args:
        name: Folder of the table, in `experiments`.
        size: Name of the size.
        arm: The arm.
        baseline: The arm that it is compared with.
        text: The size in words.
    """
    option = "" if size == next(iter(_table(name).sizes)) else f" --size {size}"
    seen = _between(_differences(name, size), arm, baseline)
    return Evidence(text, seen, f"python -m experiments.{name}.run{option}")


def _table(name: str) -> Table:
    table: Table = import_module(f"experiments.{name}.config").TABLE
    return table


@cache
def _differences(name: str, size: str) -> dict[Contrast, Seen]:
    table = _table(name)
    return differences(records(table, size), table.contrasts)


def _between(seen: Mapping[Contrast, Seen], arm: str, baseline: str) -> Seen | None:
    found = (
        d for contrast, d in seen.items() if (contrast.arm, contrast.baseline) == (arm, baseline)
    )
    return next(found, None)


def of_frame_table(network: str, images: str, arm: str) -> Evidence:
    """Returns what the frame's table at its source's size says of an arm, beside none."""
    table, size = paper_table(network, images), size_of(network, images)
    seen = differences(read_gathered(table.folder / "results" / size), table.contrasts)
    names = {"resnet34": "ResNet-34", "resnet50": "ResNet-50"}
    sets = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "svhn": "SVHN"}
    command = f"python -m experiments.frame_table.run --network {network} --set {images}"
    return Evidence(f"{sets[images]}, {names[network]}", _between(seen, arm, "none"), command)


def of_measure(name: str, measure: str, arm: str, text: str, size: str = "two_cores") -> Evidence:
    """Returns what was measured of the trained networks of an arm, beside those of none.

    Args:
        name: Folder of the study, in `experiments`.
        measure: Name of the measure.
        arm: The arm.
        text: The size in words.
        size: Name of the size.
    """
    option = "" if size == _study(name).sizes[0] else f" --size {size}"
    seen = _measured(name, size).get((measure, arm))
    return Evidence(text, seen, f"python -m experiments.{name}.run{option}")


def _study(name: str) -> Study:
    study: Study = import_module(f"experiments.{name}.config").STUDY
    return study


@cache
def _measured(name: str, size: str) -> dict[measures_report.Key, Seen]:
    study = _study(name)
    return measures_report.differences(study, read_gathered(study.folder / "results" / size))


def of_small_data(dataset: str, method: str, text: str) -> Evidence:
    """Returns what a comparison on little data says of a method, as `compare` computes it."""
    compared = _compared(dataset)[method]
    seen = Seen.of(compared.difference, compared.adjusted_p)
    return Evidence(text, seen, f"python -m experiments.does_it_help.run --datasets {dataset}")


@cache
def _compared(dataset: str) -> dict[str, ComparedMethod]:
    comparison = Comparison.load(SMALL / f"{dataset}.json")
    return {compared.method: compared for compared in comparison.compared()}


def of_freeze(
    size: str, series: tuple[str, ...], arms: tuple[str, str], text: str, control: bool = False
) -> Evidence:
    """Returns what the freeze's own protocol says, for new classes (the interval over splits).

    Args:
        size: Name of the study's size.
        series: Experiments 1.x, 2.x or both.
        arms: The arm that is subtracted, and the other.
        text: The size in words.
        control: Whether only runs count in which other layers were frozen too.
    """
    found: Records = read_gathered(FREEZE / size)
    if control:
        found = rows.with_control(found)
    option = "" if size == "full" else f" --size {size}"
    command = f"python -m experiments.receptive_field_freeze.run{option}"
    if not found:
        return Evidence(text, None, command)
    value = rows.transferred(SIZES["full"].transfer_rates[0])
    row = rows.mean_row("", found, series, value, arms)
    pairs = sum(len(runs) for runs in found.values())
    return Evidence(text, in_points(row.splits, pairs) if row.splits else None, command)
