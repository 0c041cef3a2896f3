"""Python that does what the options say: loads the images, builds the network, finds methods."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_lateral.comparison.answer.python_code import (
    DATASETS,
    PythonCode,
    call_in_python,
    in_python,
)
from keras_lateral.comparison.command.images import DATASET_LIMIT, limit_of, side_or_sides
from keras_lateral.comparison.command.method_files import methods_in_python, parts_of
from keras_lateral.comparison.command.model_options import MORE, SAVED
from keras_lateral.comparison.command.options import method_names
from keras_lateral.comparison.command.reading_options import columns_of, reading
from keras_lateral.datasets.benchmark.sets import BENCHMARK
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.user_file import file_and_name, is_reference

OWN: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "small": ("small_network", {}),
    "resnet18": ("resnet18", {}),
    "resnet34": ("resnet34", {}),
    "cifar_resnet8": ("cifar_resnet", {"depth": 8}),
    "cifar_resnet20": ("cifar_resnet", {"depth": 20}),
    "freeze_base_network": ("freeze_base_network", {}),
}
"""Public functions that build this library's networks, by the names that `--model` takes."""


def lines_to_paste(
    options: argparse.Namespace, data: ImageDataset | ImageFolds, has_callbacks: bool
) -> dict[str, Any]:
    """Returns what `training_code` needs to be complete, as JSON-compatible values.

    Args:
        options: The options, filled in.
        data: The images, as they were read.
        has_callbacks: Whether the function that builds the network has callbacks of its own.
    """
    code = PythonCode()
    loaded, methods = _own_methods(code, method_names(options.methods))
    lines = [*loaded, *_data(code, options, data), "", *_model(code, options, data)]
    return {
        "imports": {module: sorted(names) for module, names in code.imported.items()},
        "lines": lines,
        "methods": methods,
        "callbacks": ["*build_model.callbacks()"] if has_callbacks else [],
    }


def _data(
    code: PythonCode, options: argparse.Namespace, data: ImageDataset | ImageFolds
) -> list[str]:
    """Returns lines after which `x` and `y`, or `data`, are what is trained on, scaled."""
    trained = "x, y = data.x_train, data.y_train"
    if options.dataset is not None:
        return [*_known_dataset(code, options), *_unless_divided(options, trained)]
    folds = isinstance(data, ImageFolds)
    loaded = _folder(code, options, folds) if options.labels is None else _labelled(code, options)
    if folds and limit_of(options, None) is None:
        if options.labels is not None:
            loaded = f"{code.use('ImageFolds', DATASETS)}.pooled({loaded})"
        trained = "x, y = data.x, data.y  # all images; nothing is left to test on"
    elif folds:
        loaded += ".split(0)" if options.labels is None else ""
        most = limit_of(options, None)
        trained += f"  # at most {most} of each class, as compared; data.x_test is left to test on"
    return [f"data = {loaded}.scaled()", *_unless_divided(options, trained)]


def _unless_divided(options: argparse.Namespace, line: str) -> list[str]:
    """Returns a line that takes the arrays of a set, which is divided as a whole."""
    return [] if isinstance(options.validation_share, float) else [line]


def _known_dataset(code: PythonCode, options: argparse.Namespace) -> list[str]:
    where = {} if options.data_dir is None else {"data_dir": str(options.data_dir)}
    size = side_or_sides(options.image_size)
    how = {"image_size": size, "resize": options.resize}
    how = {name: value for name, value in how.items() if value is not None}
    if options.dataset in BENCHMARK:
        split = options.benchmark_split or 0
        load = code.use("load_small_benchmark", DATASETS)
        call = call_in_python(load, options.dataset, *where.values(), split=split, **how)
        return [f"data = {call}.scaled()"]
    loaded = call_in_python(code.use("load_images", DATASETS), options.dataset, **where, **how)
    split = options.benchmark_split
    more = {"seed": options.data_seed} if split is None else {"split": split}
    few, limit = code.use("few_to_train", DATASETS), limit_of(options, DATASET_LIMIT)
    given = ", ".join(f"{name}={value!r}" for name, value in more.items())
    return [
        f"data = {loaded}",
        f"data = {few}(data, {limit}, {given}).scaled()  # as the command did; or train on all",
    ]


def _folder(code: PythonCode, options: argparse.Namespace, folds: bool) -> str:
    load = code.use("load_image_folds" if folds else "load_image_folder", DATASETS)
    division = {"folds": options.folds} if folds else {"test_share": options.test_share}
    given = {name: value for name, value in division.items() if value is not None}
    return call_in_python(load, str(options.images), **given, **_reading(options))


def _labelled(code: PythonCode, options: argparse.Namespace) -> str:
    columns = {name: value for name, value in columns_of(options).items() if value is not None}
    share = {} if options.test_share is None else {"test_share": options.test_share}
    return call_in_python(
        code.use("load_labelled_images", DATASETS),
        *(str(options.labels), str(options.images)),
        **columns,
        **share,
        **_reading(options),
    )


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the arguments by which files are read otherwise than by default."""
    given = {
        "image_size": side_or_sides(options.image_size),
        "grayscale": options.grayscale,
        "groups": options.groups,
        "seed": options.data_seed,
        "limit_per_class": limit_of(options, None),
        **reading(options),
    }
    default = vars(FolderOptions())
    return {name: value for name, value in given.items() if value != default[name]}


def _model(
    code: PythonCode, options: argparse.Namespace, data: ImageDataset | ImageFolds
) -> list[str]:
    """Returns lines after which `model` is the compiled network."""
    shape, classes = tuple(data.image_shape), data.num_classes
    rate = {} if options.learning_rate is None else {"learning_rate": options.learning_rate}
    if options.model in OWN:
        name, more = OWN[options.model]
        made = call_in_python(code.use(name), shape, classes=classes, **rate, **more)
        return [f"model = {made}"]
    network = ("pretrained", "weights", "frozen_epochs", "fine_tuning_rate")
    more = {name: value for name in network if (value := getattr(options, name)) != MORE[name]}
    builder = code.use("network_builder")
    made = call_in_python(builder, options.model, shape, classes=classes, **rate, **more)
    return [*_note(options), f"build_model = {made}", "model = build_model()"]


def _note(options: argparse.Namespace) -> list[str]:
    """Returns what is to be known of a network of the user's, as a comment."""
    if is_reference(options.model):
        return ["# Compiles the network if its function does not, as the command did."]
    new = options.model.endswith(SAVED) and not options.pretrained
    return ["# Its layers as they were saved and compiled, with new weights."] if new else []


def _own_methods(code: PythonCode, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Returns lines that import the methods of the user's files, and what stands for each."""
    lines: list[str] = []
    found: dict[str, str] = {}
    for reference in dict.fromkeys(part for word in words for part in parts_of(word)):
        if not is_reference(reference):
            continue
        path, name = file_and_name(reference)
        if path.parent == Path.cwd() and path.stem.isidentifier():
            code.use(name, path.stem)
        else:
            loaded = call_in_python(code.use("run_path", "runpy"), str(path))
            lines.append(f"{name} = {loaded}[{in_python(name)}]")
        found |= methods_in_python(reference)
    return lines, found
