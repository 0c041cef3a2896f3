"""Tries the settings on training images, and tests what was chosen once; resumable.

KERAS_LATERAL_DATA=<folder> python -m experiments.own_settings.run choose
KERAS_LATERAL_DATA=<folder> python -m experiments.own_settings.run confirm
python -m experiments.own_settings.run choose confirm --smoke        (needs no data)
python -m experiments.own_settings.report

Sets, network and tuned settings are those of `experiments/small_data`, whose `fix` comes first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.common.compared import BASELINE
from experiments.own_settings.choose import Gains, chosen
from experiments.own_settings.config import (
    CHOICE_SEEDS,
    CONFIRM_SEEDS,
    DEFAULTS,
    RESULTS,
    TRIED,
    arm_name,
    arms,
    frozen_epochs,
)
from experiments.small_data.arms import images, training_folds
from experiments.small_data.config import FULL, SIZES, Size
from experiments.small_data.config import RESULTS as FIXED
from experiments.small_data.outcome import outcome_of
from experiments.small_data.run import trained
from keras_lateral import (
    Comparison,
    FrameRegularizer,
    Method,
    gradient_mask_method,
    receptive_field_freeze_method,
    regularizer_method,
)

STEPS = ("choose", "confirm")
SMOKE_SETTINGS = {"learning_rate": 1e-3, "weight_decay": 0.0, "batch_size": 32}


def method(size: Size, name: str, value: Any) -> Method:
    """Returns one of our methods with a value of the setting that is tried."""
    called = arm_name(name, value)
    if name == "gradient_mask":
        return gradient_mask_method(threshold=value, name=called)
    if name == "frame_regularizer":
        return regularizer_method(FrameRegularizer(factor=value), name=called)
    return receptive_field_freeze_method(epochs=frozen_epochs(value, size.epochs), name=called)


def compared(
    name: str, pairs: Sequence[tuple[str, Any]], folder: Path, *, folds: bool, **options: Any
) -> Comparison:
    """Compares methods with these values, in folds of the training images or on test images."""
    size = SIZES[name]
    data = images(size)
    file = FIXED / f"{name}_fixed.json"
    fixed = json.loads(file.read_text(encoding="utf-8")) if name != "smoke" else SMOKE_SETTINGS
    methods = [method(size, *pair) for pair in pairs]
    on = training_folds(data, size.folds) if folds else data
    return trained(size, fixed, data, methods, folder, on=on, **options)


def gains(comparison: Comparison) -> dict[str, float]:
    """Returns by how much each method lowers the baseline's loss at the best temperature."""
    losses = {name: of["tempered_loss"] for name, of in comparison.free_gains.items()}
    return {name: losses[BASELINE] - loss for name, loss in losses.items()}


def choose(names: Sequence[str], work: Path, results: Path, workers: int) -> dict[str, Any]:
    """Tries all values in folds of the training images, and writes what is chosen."""
    found: dict[str, dict[str, float]] = {}
    for name in names:
        pairs, folder = arms(SIZES[name]), work / name / "choice"
        seeds = min(CHOICE_SEEDS, SIZES[name].folds)
        found[name] = gains(compared(name, pairs, folder, folds=True, seeds=seeds, workers=workers))
    written = {"gains": found, "chosen": {} if "smoke" in names else choice(found)}
    results.mkdir(parents=True, exist_ok=True)
    file = results / "chosen.json"
    file.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return written


def choice(found: Gains) -> dict[str, float | str]:
    """Returns the chosen value of each method."""
    return {name: chosen(found, name) for name in TRIED}


def confirm(name: str, work: Path, results: Path, workers: int, seeds: Sequence[int]) -> Comparison:
    """Tests the chosen values and the defaults on the test images, with fresh seeds."""
    written = json.loads((results / "chosen.json").read_text(encoding="utf-8"))
    pairs = arms(SIZES[name]) if name == "smoke" else to_test(written["chosen"])
    folder = work / name / "test"
    found = compared(name, pairs, folder, folds=False, seeds=seeds, workers=workers)
    outcome_of(found).save(results / f"{name}.json")
    return found


def to_test(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Returns for each method whose default is not the choice both of them."""
    return [
        (name, tested)
        for name, value in values.items()
        if value != DEFAULTS[name]
        for tested in (DEFAULTS[name], value)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("steps", nargs="+", choices=STEPS, help="what to do")
    known.add_argument("--smoke", action="store_true", help="a short check that it all works")
    known.add_argument("--datasets", nargs="+", choices=FULL, help="of the test")
    known.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    known.add_argument("--work", type=Path, default=Path("outputs/own_settings"))
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    names = ["smoke"] if options.smoke else FULL
    if "choose" in options.steps:
        print(json.dumps(choose(names, options.work, options.results, options.workers), indent=1))
    if "confirm" in options.steps:
        seeds = CONFIRM_SEEDS[:2] if options.smoke else CONFIRM_SEEDS
        for name in names if options.smoke else options.datasets or names:
            print(confirm(name, options.work, options.results, options.workers, seeds))


if __name__ == "__main__":
    main()
