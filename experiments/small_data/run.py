"""Tunes the baseline, chooses a combination, and compares everything once; resumable.

KERAS_LATERAL_DATA=<folder> python -m experiments.small_data.run fix
KERAS_LATERAL_DATA=<folder> python -m experiments.small_data.run compare
python -m experiments.small_data.run fix compare --smoke             (needs no data)
python -m experiments.small_data.report

`fix` reads the training images alone and writes `results/<set>_fixed.json`: the settings of the
baseline, and the combination. `compare` reads that file, and tests.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.small_data.arms import builder, cosine, fits, images, method, training_folds
from experiments.small_data.choose import as_dicts, choose
from experiments.small_data.config import FULL, OURS, RESULTS, SIZES, Size
from experiments.small_data.outcome import outcome_of
from keras_lateral import Comparison, Method, compare, tune_training
from keras_lateral.datasets import ImageDataset, ImageFolds

STEPS = ("fix", "compare")
LONGER = "longer_training"


def trained(
    size: Size,
    fixed: dict[str, Any],
    data: ImageDataset,
    methods: Sequence[Method],
    folder: Path,
    *,
    on: ImageDataset | ImageFolds | None = None,
    seeds: int | Sequence[int],
    workers: int,
) -> Comparison:
    """Compares methods with the tuned baseline, on these test images or in folds."""
    return compare(
        builder(size, data, fixed["learning_rate"], fixed["weight_decay"]),
        data if on is None else on,
        methods,
        seeds=seeds,
        epochs=size.epochs,
        batch_size=fixed["batch_size"],
        callbacks=cosine,
        folder=folder,
        workers=workers,
    )


def fix(name: str, work: Path, results: Path, workers: int) -> dict[str, Any]:
    """Tunes the baseline and chooses the combination, on the training images alone."""
    size = SIZES[name]
    data = images(size)
    build = builder(size, data)
    tuned = tune_training(
        build,
        data,
        epochs=size.epochs,
        trials=size.trials,
        callbacks=cosine,
        folder=work / name / "tuning",
        workers=workers,
    )
    settings = tuned.chosen("baseline").settings.to_dict()
    folds = training_folds(data, size.folds)
    where = {"folder": work / name / "choice", "on": folds, "seeds": size.chosen_by}
    where["workers"] = workers

    def compare_in_folds(names: Sequence[str]) -> Comparison:
        return trained(size, settings, data, methods_of(names), **where)

    steps = choose(compare_in_folds, size.arms, partial(fits, build), left_out=[LONGER])
    fixed = {**settings, "combination": steps[-1].best, "steps": as_dicts(steps)}
    results.mkdir(parents=True, exist_ok=True)
    tuned_file = results / f"{name}_tuned.json"
    tuned_file.write_text(json.dumps(tuned.to_dict(), indent=1) + "\n", encoding="utf-8")
    file = results / f"{name}_fixed.json"
    file.write_text(json.dumps(fixed, indent=1) + "\n", encoding="utf-8")
    return fixed


def methods_of(names: Sequence[str]) -> list[Method]:
    """Returns the methods of these names, or combinations of several joined by `+`."""
    return [method(name) for name in names]


def arms_of(size: Size, combination: str) -> list[str]:
    """Returns all that is compared: each alone, the combination, and what ours add to it."""
    names = list(size.arms)
    if "+" in combination:
        names.append(combination)
    parts = combination.split("+")
    more = [name for name in OURS if name in size.arms and name not in parts]
    return [*names, *(f"{combination}+{name}" for name in more)]


def compare_all(
    name: str, seeds: Sequence[int] | None, work: Path, results: Path, workers: int
) -> Comparison:
    """Compares everything on the test images, with what `fix` has written."""
    size = SIZES[name]
    fixed = json.loads((results / f"{name}_fixed.json").read_text(encoding="utf-8"))
    data = images(size)
    build = builder(size, data)
    names = [arm for arm in arms_of(size, fixed["combination"]) if fits(build, arm)]
    wanted = size.seeds if seeds is None else seeds
    folder = work / name / "test"
    found = trained(size, fixed, data, methods_of(names), folder, seeds=wanted, workers=workers)
    outcome_of(found).save(results / f"{name}.json")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("steps", nargs="+", choices=STEPS, help="what to do")
    known.add_argument("--smoke", action="store_true", help="a short check that it all works")
    known.add_argument("--datasets", nargs="+", choices=FULL)
    known.add_argument("--seeds", nargs="+", type=int, metavar="SEED")
    known.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    known.add_argument("--work", type=Path, default=Path("outputs/small_data"))
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    where = options.work, options.results, options.workers
    for name in ["smoke"] if options.smoke else options.datasets or FULL:
        if "fix" in options.steps:
            print(json.dumps(fix(name, *where), indent=1))
        if "compare" in options.steps:
            print(compare_all(name, options.seeds, *where), end="\n\n")


if __name__ == "__main__":
    main()
