"""Networks by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import keras

from keras_lateral.models.applications import application, application_names
from keras_lateral.models.freeze_base import freeze_base_network
from keras_lateral.models.resnet import cifar_resnet, resnet18, resnet34
from keras_lateral.models.small import small_network

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
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> Callable[[], keras.Model]:
    """Returns a function without arguments that builds a named network, as `compare` needs it.

    It can be pickled, so worker processes can call it. The network is built once here, so that
    images it cannot take are reported before anything is trained.

    Args:
        name: `"small"` (see `small_network`), `"resnet18"`, `"resnet34"`, `"cifar_resnet8"`,
            `"cifar_resnet20"`, `"freeze_base_network"` (see the functions), or the name of a
            network of `keras.applications` such as `"MobileNetV2"`, in upper or lower case.
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam.

    Returns:
        A function that returns a compiled model with logits `(images, classes)` as output.

    Raises:
        ValueError: If the name is unknown, or if the network cannot take such images.

    Example:

    >>> from keras_lateral import network_builder
    >>> build = network_builder("small", (8, 8, 1), classes=10)
    >>> build().output_shape
    (None, 10)
    """
    arguments = (tuple(image_shape), int(classes), float(learning_rate))
    if name in OWN:
        build = partial(OWN[name], *arguments)
    elif name.lower() in application_names():
        build = partial(application, application_names()[name.lower()], *arguments)
    else:
        known = ", ".join([*OWN, *sorted(application_names().values())])
        raise ValueError(
            f"Invalid value for argument `name`. Expected one of {{{known}}}. "
            f"Received: name={name!r}"
        )
    build()
    return build
