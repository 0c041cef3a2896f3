"""`keras-lateral compare`: from the options to the report."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_lateral.comparison.augment import flip_and_shift
from keras_lateral.comparison.command.conditions import conditions_of
from keras_lateral.comparison.command.images import images_of
from keras_lateral.comparison.command.options import method_names
from keras_lateral.comparison.compare_methods import compare
from keras_lateral.comparison.networks import network_builder
from keras_lateral.comparison.record import Comparison
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.keras_tools.learning_rate import CosineLearningRate
from keras_lateral.method import Method, no_callbacks
from keras_lateral.methods import methods_of

RESULTS = Path("keras-lateral-results")

# Options that leave earlier results valid when they change, or that only say where to write.
_MAY_CHANGE = (
    *("methods", "seeds", "workers"),
    *("folder", "report", "json", "quiet", "verbose", "traceback"),
)


def result_folder(options: argparse.Namespace) -> Path:
    """Returns a folder that the same command finds again, and a different one does not.

    More seeds, other methods and more workers may go into the same folder.

    Args:
        options: Options as read by `add_compare`.
    """
    asked = {name: str(value) for name, value in vars(options).items() if name not in _MAY_CHANGE}
    if options.images is not None:
        asked["images"] = str(options.images.expanduser().resolve())
    asked["keras"] = f"{keras.__version__} {keras.config.backend()}"
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]
    name = options.dataset or options.images.expanduser().resolve().name
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
    return RESULTS / f"{safe}-{digest}"


def cosine_decay() -> list[keras.callbacks.Callback]:
    """Returns the default callbacks of each training of the command."""
    return [CosineLearningRate()]


SMOKE = {"seeds": 2, "epochs": 2}


def run_compare(options: argparse.Namespace) -> Comparison:
    """Loads the images, trains, prints, and writes what was asked for.

    Everything is checked before the first training.

    Args:
        options: Options as read by `add_compare` and checked by `check_options`. `options.folder`
            is filled in.

    Returns:
        The comparison.

    Raises:
        ValueError: If images, network and methods cannot be compared.
        OSError: If something cannot be read or written.
        ImportError: If a package is missing.
    """
    vars(options).update(SMOKE if options.smoke else {})
    decays = options.schedule == "cosine"
    methods = methods_of(method_names(options.methods))
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
        callbacks=cosine_decay if decays else no_callbacks,
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
        from keras_lateral.comparison.report.page import write_report

        writers[options.report] = lambda path: write_report(comparison, path)
    return writers


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
