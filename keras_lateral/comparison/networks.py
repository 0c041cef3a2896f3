"""Networks by name, for images of any size and any number of classes."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial

import keras
from keras import layers


def compiled(model: keras.Model, learning_rate: float) -> keras.Model:
    """Compiles a model that returns logits, with Adam, cross-entropy and accuracy."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def resnet18(image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3) -> keras.Model:
    """ResNet-18, compiled, with a smaller stem for small images.

    At up to 64 pixels the stem is one 3 x 3 convolution without pooling, as is usual for 32 x 32
    images; above, it is the published one, a 7 x 7 convolution and a max pooling, both with
    stride 2.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Reference:

    - He, K., Zhang, X., Ren, S., Sun, J. (2016). Deep Residual Learning for Image Recognition.

    Example:

    >>> from keras_lateral import resnet18
    >>> f"{resnet18((32, 32, 3), classes=100).count_params():,}"
    '11,229,732'
    """
    x = inputs = keras.Input(tuple(image_shape))
    if min(image_shape[:2]) > 64:
        x = _unbiased_convolution(x, 64, size=7, stride=2)
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
    else:
        x = _unbiased_convolution(x, 64)
    for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        x = _block(_block(x, channels, stride), channels)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(classes)(x), name="resnet18")
    return compiled(model, learning_rate)


def _unbiased_convolution(
    x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1, relu: bool = True
) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if relu else x


def _block(x: keras.KerasTensor, channels: int, stride: int = 1) -> keras.KerasTensor:
    shortcut = x
    if stride > 1 or x.shape[-1] != channels:
        shortcut = _unbiased_convolution(x, channels, size=1, stride=stride, relu=False)
    y = _unbiased_convolution(x, channels, stride=stride)
    y = _unbiased_convolution(y, channels, relu=False)
    return layers.ReLU()(layers.Add()([y, shortcut]))


CHANNELS = (32, 64, 128)


def small_network(
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float = 1e-3,
    *,
    channels: Sequence[int] = CHANNELS,
) -> keras.Model:
    """A small convolutional network for small images, compiled.

    Stages of two 3 x 3 convolutions each, every one followed by BatchNormalization and ReLU; a
    2 x 2 max pooling between the stages; the mean over all positions; one dense layer. There is
    no dropout or other regularization, so that any comes from the methods that are compared.

    BatchNormalization has momentum 0.9, not Keras' 0.99: a training on little data has few steps,
    in which the moving averages must forget their initial values. The first convolution
    has stride 2 for images with sides of more than 48 pixels, and stride 4 for more than 96, so
    that an epoch costs about as much as at 32 x 32.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1]; at least 4 x 4.
        classes: Number of classes.
        learning_rate: Learning rate of Adam.
        channels: Channels of each stage.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If the images are too small for the pooling layers.

    Example:

    >>> from keras_lateral import small_network
    >>> model = small_network((32, 32, 3), classes=10)
    >>> model.output_shape, model.count_params() < 300_000
    ((None, 10), True)
    """
    height, width, _ = image_shape
    smallest = 2 ** (len(channels) - 1)
    if min(height, width) < smallest:
        raise ValueError(
            f"Invalid value for argument `image_shape`. Expected at least {smallest} x {smallest} "
            f"pixels. Received: image_shape={tuple(image_shape)}"
        )
    stride = _stride(min(height, width))
    x = inputs = keras.Input(tuple(image_shape))
    for stage, number in enumerate(channels):
        if stage:
            x = layers.MaxPooling2D()(x)
        for place in range(2):
            first = stage == place == 0
            x = _convolution(x, number, stride if first else 1)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(classes)(x), name="small_network")
    return compiled(model, learning_rate)


def _stride(side: int) -> int:
    return 1 if side <= 48 else 2 if side <= 96 else 4


def _convolution(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    # 3, 5 or 9 pixels wide: no pixel is skipped.
    x = layers.Conv2D(channels, 2 * stride + 1, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def application_names() -> dict[str, str]:
    """The names of the networks in `keras.applications`, by their lower-case form."""
    functions = inspect.getmembers(keras.applications, inspect.isfunction)
    return {name.lower(): name for name, _ in functions}


def application(
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> keras.Model:
    """A network of `keras.applications` with random weights, compiled.

    Its published head is replaced by the mean over all positions and one dense layer, without
    softmax and dropout. The pixels, in [0, 1], are rescaled to the range that the network expects,
    [-1, 1] or [0, 255].

    Args:
        name: Name of the constructor, such as `"MobileNetV2"`.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Learning rate of Adam.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If the network cannot take images of this shape; many need 32 x 32 pixels.
    """
    constructor = getattr(keras.applications, name)
    options = {"include_top": False, "weights": None, "pooling": "avg"}
    if "include_preprocessing" in inspect.signature(constructor).parameters:
        options["include_preprocessing"] = False  # needs three channels
    inputs = keras.Input(tuple(image_shape))
    x = _rescaling(name)(inputs)
    try:
        # Built around a tensor, so that the model is one flat graph of layers.
        features = constructor(input_tensor=x, input_shape=tuple(image_shape), **options).output
    except ValueError as error:
        raise ValueError(
            f"The network {name!r} cannot take images of shape {tuple(image_shape)}: {error}. "
            "Use larger images or another network."
        ) from error
    model = keras.Model(inputs, layers.Dense(classes)(features), name=name.lower())
    return compiled(model, learning_rate)


def _rescaling(name: str) -> keras.layers.Layer:
    # EfficientNet always divides by 255 itself.
    takes_bytes = name.startswith("EfficientNetB")
    return layers.Rescaling(255.0) if takes_bytes else layers.Rescaling(2.0, offset=-1.0)


OWN: dict[str, Callable[..., keras.Model]] = {"small": small_network, "resnet18": resnet18}


def network_builder(
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> Callable[[], keras.Model]:
    """Returns a function without arguments that builds a named network, as `compare` needs it.

    It can be pickled, so worker processes can call it. The network is built once here, so that
    images it cannot take are reported before anything is trained.

    Args:
        name: `"small"` (see `small_network`), `"resnet18"` (see `resnet18`), or the name of a
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
