"""Networks by name, for images of any size and any number of classes."""

from collections.abc import Callable, Sequence
from functools import partial

import keras

from keras_lateral.comparison.applications import application, application_names
from keras_lateral.comparison.resnet18 import resnet18
from keras_lateral.comparison.small_network import small_network

OWN: dict[str, Callable[..., keras.Model]] = {"small": small_network, "resnet18": resnet18}


def network_builder(
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> Callable[[], keras.Model]:
    """A function without arguments that builds a named network anew, as `compare` wants it.

    It can be pickled, so a comparison may build in other processes. The network is built once
    here, so that what it cannot take is known before anything is trained.

    Args:
        name: `"small"` (see `small_network`), `"resnet18"` (see `resnet18`), or the name of a
            network of `keras.applications` such as `"MobileNetV2"`, in any case.
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Of Adam.

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
