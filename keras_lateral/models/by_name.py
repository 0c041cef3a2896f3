"""Networks by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import keras
import numpy as np

from keras_lateral.keras_tools.head.of_model import find_head
from keras_lateral.models.applications import application, application_names
from keras_lateral.models.compiled import LEARNING_RATE
from keras_lateral.models.fine_tuning import check_phases
from keras_lateral.models.freeze_base import freeze_base_network
from keras_lateral.models.from_file import builder_of_file, check_file, is_saved
from keras_lateral.models.hub import PREFIX, HubNetwork
from keras_lateral.models.pretrained import pretrained_network
from keras_lateral.models.resnet import cifar_resnet, resnet18, resnet34
from keras_lateral.models.small import small_network
from keras_lateral.text import did_you_mean
from keras_lateral.user_file import is_reference

OWN: dict[str, Callable[..., keras.Model]] = {
    "small": small_network,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "cifar_resnet8": partial(cifar_resnet, depth=8),
    "cifar_resnet20": partial(cifar_resnet, depth=20),
    "freeze_base_network": freeze_base_network,
}
"""This library's, by the names that `--model` takes. `"resnet50"` is that of Keras."""


def network_builder(
    name: str,
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float | None = None,
    *,
    pretrained: bool = False,
    weights: str | None = None,
    frozen_epochs: int | None = None,
    fine_tuning_rate: float | None = None,
) -> Callable[[], keras.Model]:
    """Returns a function without arguments that builds a network, as `compare` needs it.

    It can be pickled, so worker processes can call it. The network is built once here, so that
    images it cannot take are reported before anything is trained.

    Args:
        name: `"small"` (see `small_network`), `"resnet18"`, `"resnet34"`, `"cifar_resnet8"`,
            `"cifar_resnet20"`, `"freeze_base_network"` (see the functions), or the name of a
            network of `keras.applications` such as `"MobileNetV2"`, in upper or lower case.
            Or a model of your own: `"FILE.py:FUNCTION"`, a function that returns a compiled model,
            or a network that is compiled here as its head tells; it is called with those of
            `image_shape`, `classes` and `learning_rate` that its signature has. Or a saved model,
            `"FILE.keras"`: its architecture and compilation with new random weights. Or
            `"keras_hub:PRESET"`, a backbone of KerasHub, where it is installed, with a new head.
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam, or of a compiled model's own optimizer. Defaults to
            0.001, and to what a compiled model has.
        pretrained: Whether training starts from the weights of a saved model, or of a preset.
        weights: Trained weights for a network of `keras.applications`: `"imagenet"`, or a file of
            the network without its top. Its head is new: at first it trains alone, then all layers
            train at a smaller rate; `compare` does so in one training. BatchNormalization keeps its
            statistics. One channel is repeated to three.
        frozen_epochs: With trained weights: number of epochs in which the head trains alone.
            Defaults to a third of them.
        fine_tuning_rate: With trained weights: learning rate of the other epochs. Defaults to a
            tenth of `learning_rate`.

    Returns:
        A function that returns a compiled model: of this library's networks and those of
        `keras.applications` with logits `(images, classes)` as output.

    Raises:
        ValueError: If the name is unknown, if the network cannot take such images or has another
            number of classes, or if a file cannot be read or its function called.
        ImportError: If KerasHub is needed and missing.

    Example:

    >>> from keras_lateral import network_builder
    >>> build = network_builder("small", (8, 8, 1), classes=10)
    >>> build().output_shape
    (None, 10)
    """
    shape, classes = tuple(image_shape), int(classes)
    has_trained = weights is not None or (pretrained and name.startswith(PREFIX))
    _check_trained(name, weights, has_trained, frozen_epochs, fine_tuning_rate)
    build: Callable[[], keras.Model]
    if is_saved(name) or is_reference(name):
        build = builder_of_file(name, shape, classes, learning_rate, pretrained=pretrained)
        _check_classes(build(), name, shape, classes)
        return build
    rate = LEARNING_RATE if learning_rate is None else float(learning_rate)
    if name.startswith(PREFIX):
        preset, phases = name.removeprefix(PREFIX), (frozen_epochs, fine_tuning_rate)
        build = HubNetwork(preset, shape, classes, rate, pretrained, *phases)
        build()
        return build
    if pretrained:
        raise ValueError(
            "Invalid value for argument `pretrained`. It goes with a saved model, FILE.keras, or "
            f"with {PREFIX}PRESET. Received: pretrained=True with {name!r}"
        )
    if weights is not None:
        known_as, phases = application_names()[name.lower()], (frozen_epochs, fine_tuning_rate)
        build = pretrained_network(known_as, shape, classes, rate, weights, *phases)
    elif name in OWN:
        build = partial(OWN[name], shape, classes, rate)
    elif name.lower() in application_names():
        build = partial(application, application_names()[name.lower()], shape, classes, rate)
    else:
        raise ValueError(_message_of_unknown(name))
    build()
    return build


def check_source(name: str) -> None:
    """Raises if there is no such network, or its file cannot be read; needs no images to tell.

    Args:
        name: As for `network_builder`. A preset, which may have to be downloaded, is not looked up.

    Raises:
        ValueError: If there is none, or its file cannot be read.
    """
    if is_saved(name) or is_reference(name):
        check_file(name)
    elif (
        not name.startswith(PREFIX) and name not in OWN and name.lower() not in application_names()
    ):
        raise ValueError(_message_of_unknown(name))


def _message_of_unknown(name: str) -> str:
    known = [*OWN, *sorted(application_names().values())]
    meant = did_you_mean(name, known)
    expected = "a name that is known" if meant else f"one of {{{', '.join(known)}}}"
    return (
        f"Invalid value for argument `name`. Expected {expected}, FILE.py:FUNCTION, FILE.keras or "
        f"{PREFIX}PRESET. Received: name={name!r}.{meant}"
    )


def _check_trained(
    name: str,
    weights: str | None,
    has_trained: bool,
    frozen_epochs: int | None,
    fine_tuning_rate: float | None,
) -> None:
    """Raises if arguments of trained weights go with no network that has some."""
    if weights is not None and (name in OWN or name.lower() not in application_names()):
        raise ValueError(
            "Invalid value for argument `weights`. It goes with a network of keras.applications, "
            f"such as MobileNetV2. Received: weights={weights!r} with {name!r}"
        )
    check_phases(frozen_epochs, fine_tuning_rate)
    given = {"frozen_epochs": frozen_epochs, "fine_tuning_rate": fine_tuning_rate}
    for argument, value in given.items():
        if value is not None and not has_trained:
            raise ValueError(
                f"Invalid value for argument `{argument}`. It goes with trained weights, `weights` "
                f"or `pretrained`. Received: {argument}={value!r}"
            )


def _check_classes(
    model: keras.Model, name: str, image_shape: tuple[int, ...], classes: int
) -> None:
    head = find_head(model, np.zeros((1, *image_shape), "float32"))
    if head.classes != classes:
        hint = (
            "A function, FILE.py:FUNCTION, can load the file and give it another last layer."
            if is_saved(name)
            else "A function that takes `classes` is told their number."
        )
        scores = "1 score, for two" if head.units == 1 else f"{head.units} scores, for as many"
        raise ValueError(
            f"Invalid value for argument `name`. Expected a model of {classes} classes, as the "
            f"images have. Received: name={name!r}, which returns {scores} classes. {hint}"
        )
