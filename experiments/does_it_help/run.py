"""Compares methods on each image set; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.does_it_help.run
python -m experiments.does_it_help.run --smoke                   (needs no data)
python -m experiments.does_it_help.report
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from experiments.does_it_help.config import CONDITIONS, EPSILON, RESULTS, SEVERITY, SIZES, Size
from keras_lateral import (
    PGD,
    Comparison,
    Corruption,
    CosineLearningRate,
    FrameRegularizer,
    Method,
    all_combinations,
    compare,
    known_methods,
    receptive_field_freeze_method,
    regularizer_method,
    small_network,
)
from keras_lateral.datasets import ImageDataset, few_per_class, load_images

FULL = [name for name in SIZES if name != "smoke"]

CLASS_SEED = 2022
"""Picks the classes, as in the other studies."""


def images(size: Size) -> ImageDataset:
    """Returns the images of a comparison."""
    dataset = load_images(size.dataset)
    picked = np.random.default_rng(CLASS_SEED).permutation(dataset.num_classes)[: size.classes]
    classes = sorted(picked.tolist())
    part = dataset.subset(
        size.images_per_class, classes=classes, test_per_class=size.test_per_class
    )
    if size.unused:
        part = with_unused_images(part, dataset, classes, size.images_per_class)
    return replace(part, name=size.title)


def with_unused_images(
    part: ImageDataset, whole: ImageDataset, classes: Sequence[int], images_per_class: int
) -> ImageDataset:
    """Returns a subset that is also tested on the training images that it does not train on.

    A few images of CIFAR-100 are there twice. What is trained on is not tested on.

    Args:
        part: Few training images of each class, picked with seed 0.
        whole: The set that they were picked from.
        classes: The labels in `whole` of the classes in `part`.
        images_per_class: Number of training images of each class in `part`.
    """
    places = np.arange(len(whole.y_train))
    picked, _ = few_per_class(places, whole.y_train, images_per_class, classes=classes)
    unused = np.setdiff1d(places[np.isin(whole.y_train, classes)], picked)
    x = np.concatenate([part.x_test, whole.x_train[unused]])
    y = np.concatenate([part.y_test, np.searchsorted(classes, whole.y_train[unused])])
    trained = {image.tobytes() for image in part.x_train}
    new = np.array([image.tobytes() not in trained for image in x])
    return replace(part, x_test=x[new], y_test=y[new].astype(part.y_test.dtype))


def smaller_last_steps(epochs: int, factor: float = 0.1) -> Method:
    """Returns a control: the last epoch with a tenth of the learning rate, and nothing frozen.

    A network that is trained with large steps to the end gains from any rest before it is tested.
    Only what the freeze gains beyond this control is its own.
    """
    settings = {"epochs": epochs, "factor": factor}
    return Method(
        "smaller_last_steps", callbacks=partial(_slow_down, **settings), settings=settings
    )


def _slow_down(epochs: int, factor: float) -> list[keras.callbacks.Callback]:
    return [keras.callbacks.LearningRateScheduler(partial(_rate, epochs=epochs, factor=factor))]


def _rate(epoch: int, rate: float, epochs: int, factor: float) -> float:
    return rate * factor if epoch == epochs - 1 else rate


def freeze_last_epoch() -> Method:
    """Returns a control: the freeze of the paper, where it can stop almost nothing.

    A rate that falls to nearly 0 moves nothing in the last epoch.
    """
    return receptive_field_freeze_method(epochs="last", name="freeze_last_epoch")


def methods_with(schedule: str, epochs: int) -> list[str | Method]:
    """Returns the methods as in the command, their combinations, and a control.

    The frame regularizer has the factor that the command then had, 0.01.
    """
    known = {line.name: line.method() for line in known_methods("main")}
    known["frame_regularizer"] = regularizer_method(FrameRegularizer(), name="frame_regularizer")
    control = smaller_last_steps(epochs) if schedule == "constant" else freeze_last_epoch()
    found = [combined([known[part] for part in name.split("+")]) for name in all_combinations()]
    return [*found, control]


def combined(parts: Sequence[Method]) -> Method:
    """Returns several methods as one."""
    return parts[0] if len(parts) == 1 else parts[0] + combined(parts[1:])


def decay() -> list[keras.callbacks.Callback]:
    """Returns the callback of all trainings with a falling rate."""
    return [CosineLearningRate()]


def no_callbacks() -> list[keras.callbacks.Callback]:
    """Returns an empty list."""
    return []


def run(
    name: str, seeds: Sequence[int] | None, workers: int, work: Path, smoke: bool = False
) -> Comparison:
    """Does one comparison, or the rest of it."""
    size = SIZES[name]
    data = images(size)
    build = partial(small_network, data.image_shape, data.num_classes, channels=size.channels)
    methods = methods_with(size.schedule, size.epochs)
    conditions = [Corruption(name, SEVERITY) for name in CONDITIONS] + [PGD(EPSILON)]
    return compare(
        build,
        data,
        methods[-2:-1] if smoke else methods,  # all three together
        seeds=size.seeds if seeds is None else seeds,
        epochs=size.epochs,
        conditions=conditions[-1:] if smoke else conditions,
        images_per_class=size.tested_per_class,
        callbacks=decay if size.schedule == "cosine" else no_callbacks,
        folder=work / name,
        workers=workers,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--smoke", action="store_true", help="a one-minute check that it all works")
    known.add_argument("--datasets", nargs="+", choices=FULL)
    known.add_argument("--seeds", nargs="+", type=int, metavar="SEED")
    known.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    known.add_argument("--work", type=Path, default=Path("outputs/does_it_help"))
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    names = ["smoke"] if options.smoke else options.datasets or FULL
    workers = 1 if options.smoke else options.workers
    for name in names:
        comparison = run(name, options.seeds, workers, options.work, options.smoke)
        comparison.save(options.results / f"{name}.json")
        print(comparison, end="\n\n")


if __name__ == "__main__":
    main()
