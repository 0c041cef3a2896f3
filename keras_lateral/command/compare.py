"""`keras-lateral compare`: from the options to the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_lateral.callbacks.cosine_decay import CosineDecay
from keras_lateral.command.conditions import conditions_of
from keras_lateral.command.images import images_of
from keras_lateral.command.result_folder import result_folder
from keras_lateral.comparison.compare import compare
from keras_lateral.comparison.comparison import Comparison
from keras_lateral.comparison.method import Method, no_callbacks
from keras_lateral.comparison.methods import (
    MAIN_METHODS,
    METHODS,
    WITH_FALLING_RATE,
    all_combinations,
    methods_of,
)
from keras_lateral.comparison.networks import network_builder
from keras_lateral.comparison.paired_batches import flip_and_shift
from keras_lateral.datasets.image_dataset import ImageDataset
from keras_lateral.extras import import_optional


def cosine_decay() -> list[keras.callbacks.Callback]:
    """Returns the callback that every training of the command has, unless asked otherwise."""
    return [CosineDecay()]


SMOKE = {"seeds": 2, "epochs": 2}


def run_compare(options: argparse.Namespace) -> Comparison:
    """Loads the images, trains, prints, and writes what was asked for.

    Everything that can be wrong is found before the first training.

    Args:
        options: As `add_compare` reads them. `options.folder` is filled in.

    Returns:
        The comparison.

    Raises:
        ValueError: If images, network and methods cannot be compared.
        OSError: If something cannot be read or written.
        ImportError: If a package is missing.
    """
    vars(options).update(SMOKE if options.smoke else {})
    _check_targets(options)
    falling = options.schedule == "cosine"
    methods = methods_of(method_names(options.methods), WITH_FALLING_RATE if falling else METHODS)
    data = images_of(options)
    build_model = network_builder(
        options.model, data.image_shape, data.num_classes, options.learning_rate
    )
    _print_plan(options, data, methods)
    conditions, images_per_class = conditions_of(options.robustness, data, build_model)
    options.folder = options.folder or result_folder(options)
    comparison = compare(
        build_model,
        data,
        methods,
        seeds=options.seeds,
        epochs=options.epochs,
        batch_size=options.batch_size,
        conditions=conditions,
        images_per_class=images_per_class,
        augment=flip_and_shift if options.augment else None,
        callbacks=cosine_decay if falling else no_callbacks,
        folder=options.folder,
        workers=options.workers,
        progress=not options.quiet,
    )
    _print(f"\n{comparison}\n")
    for path, write in _writers(options, comparison).items():
        write(path)
        _print(f"Written: {path}")
    _print(f"Trainings: {options.folder}")
    return comparison


def method_names(names: list[str]) -> list[str]:
    """Returns the methods that the option means, each once.

    Args:
        names: As typed: names, combinations with `"+"`, `"all"`, `"rivals"`, or several with
            commas.
    """
    groups = {
        "all": all_combinations(),
        "rivals": [name for name in METHODS if name not in MAIN_METHODS],
    }
    typed = [name for text in names for name in text.split(",") if name]
    return list(dict.fromkeys(name for one in typed for name in groups.get(one, [one])))


def _check_targets(options: argparse.Namespace) -> None:
    """Nobody shall train for an hour to learn that the report cannot be written."""
    for path in filter(None, (options.report, options.json)):
        if path.is_dir():
            raise ValueError(f"Expected the name of a file to write. Received a folder: {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
    if options.report is not None:
        import_optional("matplotlib", "matplotlib", "draw the report", "plots")


def _print_plan(options: argparse.Namespace, data: ImageDataset, methods: Sequence[Method]) -> None:
    height, width, channels = data.image_shape
    _print(
        f"Keras {keras.__version__} on {keras.config.backend()}\n"
        f"{data.name}: {len(data.x_train):,} training and {len(data.x_test):,} test images of "
        f"{data.num_classes} classes, {height} x {width} x {channels}"
    )
    for note in data.notes:
        _print(f"- {note}")
    arms = ", ".join(["baseline", *(method.name for method in methods)])
    _print(
        f"{(len(methods) + 1) * options.seeds} trainings of the network {options.model!r}, "
        f"{options.epochs} epochs each. Seeds: {options.seeds}. Each with: {arms}\n"
    )


def _writers(
    options: argparse.Namespace, comparison: Comparison
) -> dict[Path, Callable[[Path], Any]]:
    writers: dict[Path, Callable[[Path], Any]] = {}
    if options.json is not None:
        writers[options.json] = comparison.save
    if options.report is not None:
        from keras_lateral.reports.comparison_report import write_report

        writers[options.report] = lambda path: write_report(comparison, path)
    return writers


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
