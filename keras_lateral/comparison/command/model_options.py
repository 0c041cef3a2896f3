"""The options that say what is trained: the user's own model, or one that is known by name."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_lateral.user_file import code_digest, file_and_name, is_reference, reference_meant

if TYPE_CHECKING:
    from keras_lateral.method import Method

OWN, HUB = "own", "keras_hub:"
SAVED = (".keras", ".h5", ".hdf5")
MORE: dict[str, Any] = {
    "pretrained": False,
    "class_weight": None,
    "validation_share": None,
    "weights": None,
    "frozen_epochs": None,
    "fine_tuning_rate": None,
}
"""What these options are where they were not given."""


def add_model(
    group: Any,
    above_zero: Callable[[str], float],
    share: Callable[[str], float],
    whole: Callable[[str], int],
) -> None:
    """Adds the options to a group of them."""
    group.add_argument(
        "--model",
        default="small",
        metavar="NAME",
        help="small (six convolutions), cifar_resnet8, cifar_resnet20, resnet18, resnet34, "
        "freeze_base_network, or a network of keras.applications such as MobileNetV2, from "
        "scratch; or your own: FILE.py:FUNCTION, a function that returns a compiled model or a "
        "network to compile, and may take image_shape, classes, learning_rate; or FILE.keras, a "
        "saved model, with new random weights; or keras_hub:PRESET (default: small)",
    )
    group.add_argument(
        "--pretrained",
        action="store_true",
        help="with --model FILE.keras or keras_hub:PRESET: training starts from its weights",
    )
    group.add_argument(
        "--weights",
        metavar="WEIGHTS",
        help="trained weights for a network of keras.applications: imagenet, or a file of the "
        "network without its top. First its new head trains alone, then all layers",
    )
    group.add_argument(
        "--frozen-epochs",
        type=whole,
        metavar="N",
        help="with --weights: epochs in which the head trains alone (default: a third of them)",
    )
    group.add_argument(
        "--fine-tuning-rate",
        type=above_zero,
        metavar="X",
        help="with --weights: learning rate of the other epochs (default: a tenth of "
        "--learning-rate)",
    )
    group.add_argument(
        "--learning-rate",
        type=above_zero,
        metavar="X",
        help="initial learning rate (default: 0.001, or that of a model that comes compiled)",
    )
    group.add_argument(
        "--schedule",
        choices=("cosine", "constant"),
        help="schedule of the learning rate; one that decays needs fewer seeds (default: cosine, "
        "unless a model comes compiled with a schedule)",
    )
    group.add_argument(
        "--class-weight",
        choices=("balanced",),
        help="how much each class counts in training; balanced makes up for unequal numbers of "
        "images (default: each image counts alike)",
    )
    group.add_argument(
        "--validation-share",
        type=lambda text: OWN if text == OWN else share(text),
        metavar="SHARE",
        help="share of each seed's training images for validation, where a callback of a method "
        "monitors a value such as val_loss; 'own' for the images of a folder val. Never test "
        "images (default: none)",
    )


def check_model(options: argparse.Namespace) -> None:
    """Checks that a file is there, and how the options go together; loads nothing.

    Raises:
        ValueError: If they do not.
    """
    saved = options.model.endswith(SAVED)
    try:
        if is_reference(options.model):
            file_and_name(options.model)
        elif options.model.endswith(".py"):
            raise ValueError(
                f"Expected FILE.py:FUNCTION, such as {reference_meant(options.model, 'build')}. "
                "Received no function."
            )
        elif ":" in options.model and not options.model.startswith(HUB):
            meant = reference_meant(options.model, "build")
            raise ValueError(
                f"Expected FILE.py:FUNCTION, such as {meant}, or {HUB}PRESET. Received: "
                f"{options.model!r}"
            )
        elif saved and not Path(options.model).expanduser().is_file():
            raise ValueError(
                f"Expected the file of a saved model. {options.model!r} does not exist."
            )
    except ValueError as error:
        raise ValueError(f"--model: {error}") from error
    if options.pretrained and not saved and not options.model.startswith(HUB):
        raise ValueError("--pretrained goes with --model FILE.keras or keras_hub:PRESET.")
    _check_weights(options)


def _check_weights(options: argparse.Namespace) -> None:
    for name in ("frozen_epochs", "fine_tuning_rate"):
        trained = options.weights or (options.pretrained and options.model.startswith(HUB))
        if getattr(options, name) is not None and not trained:
            raise ValueError(
                f"--{name.replace('_', '-')} goes with --weights, or with --model "
                f"{HUB}PRESET --pretrained."
            )
    from_file = options.weights not in (None, "imagenet")
    if from_file and not Path(options.weights).expanduser().is_file():
        raise ValueError(
            f"--weights: Expected imagenet, or a file. {options.weights!r} does not exist."
        )


def comes_from_file(model: str) -> bool:
    """Returns whether a network is a file's or a preset's, whose layers have names of their own."""
    return is_reference(model) or model.endswith(SAVED) or model.startswith(HUB)


def fill_in_rate(options: argparse.Namespace) -> None:
    """Fills in the learning rate of what the command compiles itself, in place."""
    comes_compiled = is_reference(options.model) or options.model.endswith(SAVED)
    if options.learning_rate is None and not comes_compiled:
        options.learning_rate = 1e-3


def fill_in_schedule(options: argparse.Namespace, model: Any) -> None:
    """Fills in the schedule: the cosine, unless a model has a schedule of its own, in place.

    Raises:
        ValueError: If the cosine was asked for and the model has a schedule.
    """
    from keras_lateral.keras_tools.learning_rate import has_plain_rate

    if has_plain_rate(model.optimizer):
        options.schedule = options.schedule or "cosine"
        return
    if options.schedule == "cosine":
        raise ValueError(
            f"--schedule: the model of {options.model} is compiled with a schedule, or with "
            "several optimizers, so the cosine cannot set its rate. Leave the option out, or give "
            "--learning-rate, which replaces the schedule."
        )
    options.schedule = "constant"


def check_schedule(options: argparse.Namespace, methods: Sequence[Method]) -> None:
    """Raises if a method sets the learning rate, which the cosine would set anew in each epoch.

    Raises:
        ValueError: If one does.
    """
    from keras_lateral.keras_tools.learning_rate import setters_of_rate

    if options.schedule != "cosine":
        return
    for method in methods:
        found: Any = method.callbacks()
        setters = setters_of_rate(found if isinstance(found, (list, tuple)) else [])
        if setters:
            raise ValueError(
                f"Method {method.name!r}: its {setters[0]} sets the learning rate, which the "
                "cosine sets too, anew at the beginning of each epoch. Use --schedule constant."
            )


def model_identity(options: argparse.Namespace) -> dict[str, str]:
    """Returns what of these options makes it another comparison, as texts.

    A file counts by what it holds, not by where it lies.
    """
    given = {name: value for name in MORE if (value := getattr(options, name)) != MORE[name]}
    if is_reference(options.model):
        path, name = file_and_name(options.model)
        given["model"] = f"{name} {code_digest(path, name)}"
    elif options.model.endswith(SAVED):
        given["model"] = code_digest(Path(options.model).expanduser())
    if options.weights not in (None, "imagenet"):
        given["weights"] = code_digest(Path(options.weights).expanduser())
    return {name: str(value) for name, value in given.items()}
