"""`keras-lateral compare`: from the options to the report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from keras_lateral.comparison.command.applicable_methods import applicable
from keras_lateral.comparison.command.conditions import conditions_of
from keras_lateral.comparison.command.devices import check_devices
from keras_lateral.comparison.command.images import images_of
from keras_lateral.comparison.command.method_files import methods_typed
from keras_lateral.comparison.command.model_options import (
    check_schedule,
    comes_from_file,
    fill_in_rate,
    fill_in_schedule,
)
from keras_lateral.comparison.command.options import method_names
from keras_lateral.comparison.command.python_lines import lines_to_paste
from keras_lateral.comparison.command.recommendation import (
    most_tuned,
    print_recommendation,
    recommendation_plan,
)
from keras_lateral.comparison.command.results import result_folder
from keras_lateral.comparison.command.smoke import fill_in
from keras_lateral.comparison.command.targets import written_text
from keras_lateral.comparison.command.tuning import check_tunable, tune_of, tuning_plan
from keras_lateral.comparison.command.words import options_for, reason
from keras_lateral.comparison.compare_methods import compare
from keras_lateral.comparison.recommendation.record import Recommendation
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.smoke import made_small
from keras_lateral.comparison.tuned.tuning_images import compared_images
from keras_lateral.comparison.until_sure import UntilSure
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.flip_and_shift import flip_and_shift
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.keras_tools.learning_rate import CosineLearningRate
from keras_lateral.method import Method, no_callbacks
from keras_lateral.methods import methods_of
from keras_lateral.models.by_name import check_source, network_builder
from keras_lateral.text import counted

NETWORK_OPTIONS = {
    "name": "--model",
    "image_shape": "--image-size",
    "learning_rate": "--learning-rate",
    "pretrained": "--pretrained",
    "weights": "--weights",
    "frozen_epochs": "--frozen-epochs",
    "fine_tuning_rate": "--fine-tuning-rate",
}
COMPARE_OPTIONS = {
    "build_model": "--model",
    "methods": "--methods",
    "seeds": "--seeds",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "conditions": "--robustness",
    "augment": "--augment",
    "callbacks": "--schedule",
    "folder": "--folder",
    "workers": "--workers",
    "devices": "--devices",
    "effect": "--effect",
    "until_sure": "--until-sure",
    "tune": "--tune",
    "trials": "--tune",
    "max_steps": "--recommend",
    "class_weight": "--class-weight",
    "validation": "--validation-share",
}


def cosine_decay() -> list[keras.callbacks.Callback]:
    """Returns the default callbacks of each training of the command."""
    return [CosineLearningRate()]


def run_compare(options: argparse.Namespace) -> Comparison | Recommendation:
    """Loads the images, trains, prints, and writes what was asked for.

    Everything is checked before the first training.

    Args:
        options: Options as read by `add_compare` and checked by `check_options`. `options.folder`
            is filled in.

    Returns:
        The comparison; with `--recommend` the recommendation.

    Raises:
        ValueError: If images, network and methods cannot be compared.
        OSError: If something cannot be read or written.
        RuntimeError: If another process uses the folder, a worker dies, or a result cannot be
            written at the end. The trainings are kept.
        ImportError: If a package is missing.
    """
    if options.devices == "none":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # nothing has looked at GPUs yet
    check_devices(options)
    small = fill_in(options)
    fill_in_rate(options)
    with options_for(methods="--methods"):
        methods = methods_of(methods_typed(method_names(options.methods)))
    with options_for(seeds="--seeds", minutes="--minutes"):
        until_sure = options.until_sure and UntilSure(options.seeds, options.minutes)
    with options_for("--model", **NETWORK_OPTIONS):
        check_source(options.model)  # before many images are read
    data = images_of(options)
    tune = tune_of(options)
    read, data = data, data if tune is None else compared_images(data)
    _print_images(data)
    source = "--dataset" if options.images is None else "--images"
    with options_for("--model", **NETWORK_OPTIONS):
        build_model = network_builder(
            options.model,
            data.image_shape,
            data.num_classes,
            options.learning_rate,
            pretrained=options.pretrained,
            weights=options.weights,
            frozen_epochs=options.frozen_epochs,
            fine_tuning_rate=options.fine_tuning_rate,
        )
    model = build_model()
    check_tunable(options, model)
    fill_in_schedule(options, model)
    check_schedule(options, methods)
    with options_for(methods="--methods"):
        methods, left_out = applicable(methods, options.methods, build_model)
    for text in left_out:
        _print(f"- {text}")
    _print_plan(options, methods, small)
    with options_for("--robustness"):
        conditions, images_per_class = conditions_of(options.robustness, data, build_model)
    options.folder = options.folder or result_folder(options, data)
    training: dict[str, Any] = {
        "seeds": options.seeds,
        "tune": tune or False,
        "class_weight": options.class_weight,
        "validation": options.validation_share,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "augment": flip_and_shift if options.augment else None,
        "callbacks": cosine_decay if options.schedule == "cosine" else no_callbacks,
        "folder": options.folder,
        "workers": options.workers,
        "devices": None if options.devices == "none" else options.devices,
        "progress": not options.quiet,
    }
    told = {"command": options.command, **({"smoke": small} if options.smoke else {})}
    told |= {"typed_model": options.model} if comes_from_file(options.model) else {}
    told |= {"left_out": left_out} if left_out else {}
    with options_for(**COMPARE_OPTIONS, data=source):
        if options.recommend is not None:
            told["to_paste"] = lines_to_paste(options, read, hasattr(build_model, "callbacks"))
            return print_recommendation(options, told, build_model, data, methods, **training)
        comparison = compare(
            build_model,
            data,
            methods,
            effect=options.effect,
            until_sure=until_sure,
            conditions=conditions,
            images_per_class=images_per_class,
            **training,
        )
    comparison = replace(comparison, settings={**comparison.settings, **told})
    _print(f"\n{comparison}\n")
    _write(options, comparison)
    return comparison


def _print_images(data: ImageDataset | ImageFolds) -> None:
    """Prints what is known of the images, before a network has to fit them."""
    height, width, channels = data.image_shape
    _print(
        f"Keras {keras.__version__} on {keras.config.backend()}\n"
        f"{data.name}: {_counts(data)} of {data.num_classes} classes, "
        f"{height} x {width} x {channels}"
    )
    for note in data.notes:
        _print(f"- {note}")


def _print_plan(
    options: argparse.Namespace, methods: Sequence[Method], small: dict[str, Any]
) -> None:
    if small:
        _print(f"Smoke test, {made_small(small)}")
    arms = ", ".join(["baseline", *(method.name for method in methods)])
    most = "at most " if options.until_sure else ""
    if isinstance(options.validation_share, float):
        _print(
            f"{100 * options.validation_share:g} % of each seed's training images are held out for "
            "validation, the same for all methods"
        )
    tune = tune_of(options)
    if options.recommend is not None:
        if tune is not None:
            tuned = most_tuned(len(methods), min(options.recommend, len(methods)))
            _print(tuning_plan(tune, options.epochs, tuned, "at most "))
        _print(recommendation_plan(options, [method.name for method in methods]))
        return
    if tune is not None:
        _print(tuning_plan(tune, options.epochs, len(methods) + 1))
    trainings = counted((len(methods) + 1) * options.seeds, "training")
    _print(
        f"{most}{trainings} of the network {options.model!r}, "
        f"{counted(options.epochs, 'epoch')} each. Seeds: {most}{options.seeds}. "
        f"Each with: {arms}\n"
    )


def _counts(data: ImageDataset | ImageFolds) -> str:
    if isinstance(data, ImageFolds):
        return f"{len(data.x):,} images"
    return f"{len(data.x_train):,} training and {len(data.x_test):,} test images"


def _write(options: argparse.Namespace, comparison: Comparison) -> None:
    """Writes what was asked for; a file that cannot be written does not keep others from it."""
    failed = []
    for option, (path, write) in _writers(options, comparison).items():
        said = written_text(path)
        try:
            write(path)
        except OSError as error:
            failed.append(f"{option}: {str(path)!r} cannot be written: {reason(error)}")
        else:
            _print(said)
    _print(f"Trainings: {options.folder}")
    if failed:
        raise RuntimeError(" ".join([*failed, "The same command then trains nothing again."]))


def _writers(
    options: argparse.Namespace, comparison: Comparison
) -> dict[str, tuple[Path, Callable[[Path], Any]]]:
    writers: dict[str, tuple[Path, Callable[[Path], Any]]] = {}
    if options.json is not None:
        writers["--json"] = options.json.expanduser(), comparison.save
    if options.report is not None:
        from keras_lateral.comparison.report.page import write_report

        writers["--report"] = options.report, lambda path: write_report(comparison, path)
    return writers


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
