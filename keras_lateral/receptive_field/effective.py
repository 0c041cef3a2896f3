"""The part of a receptive field that matters, measured by gradients."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import DataFormat, Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.training_step import build_for, unchanged
from keras_lateral.receptive_field.effective_record import EffectiveReceptiveField, Interval
from keras_lateral.receptive_field.field import ReceptiveField
from keras_lateral.receptive_field.fields import receptive_fields
from keras_lateral.receptive_field.gradient_signal import Channel, GradientSignal
from keras_lateral.receptive_field.layer_output import find_layer, output_in_forward_pass

Field = ReceptiveField | Literal["auto"] | None


class NoGradientError(ValueError):
    """No gradient leads from a unit to the images, or it is not finite."""


def calculated_field(
    model: keras.Model,
    layer: str | keras.layers.Layer,
    position: Sequence[int],
    image: Sequence[int],
    field: Field = "auto",
    data_format: DataFormat | None = None,
) -> tuple[Interval, ...] | None:
    """Returns the first and last pixel of a unit's field for each axis, or `None`.

    Args:
        model: The model.
        layer: The layer, or its name as in `receptive_fields(model)`.
        position: The unit's position in the layer's map.
        image: Lengths of the image's spatial axes.
        field: A `ReceptiveField`, `None`, or `"auto"` to calculate it. A model whose graph cannot
            be read has none, and a warning says why.
        data_format: Data format of the images, as for `receptive_fields`.
    """
    if field == "auto":
        name = layer if isinstance(layer, str) else LayerLabels(model).of(layer)
        try:
            field = receptive_fields(model, image, data_format=data_format)[name]
        except (KeyError, ValueError) as error:
            warnings.warn(
                f"No receptive field is calculated for layer {name!r}, so there is no ratio to "
                f"it; pass `field=None` to leave it out. The reason: {error.args[0]}",
                stacklevel=3,
            )
            return None
    if field is None:
        return None
    if field.whole:
        return _whole(image)
    places = _image_position(position, field)
    if len(places) != len(field.size):
        warnings.warn(
            f"The position {tuple(position)} counts units along other axes than the image's, as "
            "in a sequence of tokens, so there is no ratio to the receptive field.",
            stacklevel=3,
        )
        return None
    return field.region(places)


def _whole(image: Sequence[int]) -> tuple[Interval, ...]:
    return tuple((0, length - 1) for length in image)


def _image_position(position: Sequence[int], field: ReceptiveField) -> tuple[int, ...]:
    """Returns the position with an index for each axis of the image.

    Axes along which every unit sees everything have the stride 0 and may be missing from the map.
    """
    if len(position) != sum(bool(step) for step in field.stride):
        return tuple(position)
    indices = iter(position)
    return tuple(next(indices) if step else 0 for step in field.stride)


def effective_receptive_field(
    model: keras.Model,
    layer: str | keras.layers.Layer,
    images: Any,
    *,
    position: Sequence[int] | None = None,
    channel: Channel = "sum",
    field: Field = "auto",
    data_format: DataFormat | None = None,
    batch_size: int = 32,
    seed: int = 0,
) -> EffectiveReceptiveField:
    """Returns how much each pixel of the input matters to one unit of a layer.

        M_ij = mean over images of sum_c |d y / d x_ijc|,   y = sum_k g_k y_k at `position`

    The gradient signal g is 1 at the unit and 0 elsewhere, as in the paper. It is propagated back
    through the model in inference mode (no dropout, moving statistics in batch normalization),
    and nothing in the model changes. Luo et al. average over random inputs or over images of the
    task; give either as `images`.

    Args:
        model: Any model with one input and one or more spatial axes.
        layer: The layer, its name, or a path `"outer/inner"` through nested models. The model
            must call it once. Its own activation is part of y.
        images: Array of shape `(batch, *spatial, channels)`, or as in `data_format`, scaled as
            for the model.
        position: The unit's position in the layer's map, one index for each axis. Defaults to the
            center, `n // 2` for an axis of n.
        channel: `"sum"`: g_k = 1 for every channel k; or one channel's index; or `"random"`: g_k
            is -1 or 1, drawn again for each image, for layers where a plain sum is constant (after
            a softmax or layer normalization).
        field: The layer's calculated `ReceptiveField`, for ratios. `"auto"` calculates it by
            `receptive_fields`, and warns if that is not possible; `None` leaves it out.
        data_format: Data format of the images. Defaults to the layer's, or else to Keras'.
        batch_size: Number of images differentiated at once.
        seed: Seed of the signs of `"random"`.

    Returns:
        An `EffectiveReceptiveField`.

    Raises:
        ValueError: If the layer, the position or the channel does not exist, the images do not have
            the model's rank, or the gradient is 0 everywhere or not finite.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import effective_receptive_field
    >>> convs = [keras.layers.Conv1D(1, 3, kernel_initializer="ones") for _ in range(2)]
    >>> model = keras.Sequential([keras.Input((9, 1)), *convs])
    >>> found = effective_receptive_field(model, convs[1], np.zeros((1, 9, 1)))
    >>> found.map.tolist()
    [0.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0]
    >>> found.size(mass=0.75), found.ratio(mass=0.75)
    ((3,), (0.6,))

    Reference:

    - [Luo, Li, Urtasun, Zemel, 2016, Understanding the effective receptive field in deep
      convolutional neural networks](https://arxiv.org/abs/1701.04128)
    """
    images = _checked_images(model, images)
    build_for(model, images)
    chosen = find_layer(model, layer)
    output = partial(_output, model, chosen)
    shape = tuple(ops.shape(output(ops.convert_to_tensor(images[:1])))[1:])
    channel_axis = 0 if (data_format or _data_format(chosen)) == "channels_first" else -1
    signal = GradientSignal(shape, channel_axis, position, channel, np.random.default_rng(seed))
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    total = sum(_sensitivity(output, signal, batch) for batch in batches)
    M = np.sum(total, axis=channel_axis) / len(images)
    name = LayerLabels(model).of(chosen)
    _check_gradient(M, name)
    calculated = calculated_field(model, layer, signal.position, M.shape, field, data_format)
    return EffectiveReceptiveField(M, name, signal.position, len(images), calculated)


def _sensitivity(
    output: Callable[[Tensor], Tensor], signal: GradientSignal, x: np.ndarray
) -> np.ndarray:
    """Returns |dy / dx| summed over a batch, float64 array of one image's shape."""
    g = ops.convert_to_tensor(signal(len(x)))
    (gradient,) = gradients(lambda x: ops.sum(output(x) * g), [ops.convert_to_tensor(x)])[1]
    return np.abs(ops.convert_to_numpy(gradient)).sum(axis=0, dtype="float64")


def _output(model: keras.Model, layer: keras.layers.Layer, x: Tensor) -> Tensor:
    with unchanged(model):
        y = output_in_forward_pass(layer, lambda: model(x, training=False), layer.name)
    return ops.cast(y, keras.config.floatx())


def _data_format(layer: keras.layers.Layer) -> DataFormat:
    own: DataFormat | None = getattr(layer, "data_format", None)
    return own or keras.config.image_data_format()


def _checked_images(model: keras.Model, images: Any) -> np.ndarray:
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) > 1:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with one input. "
            f"Received: model={model.name!r} with {len(inputs)} inputs"
        )
    images = np.asarray(images, keras.config.floatx())
    wanted = [len(tensor.shape) for tensor in inputs] or [3, 4, 5]
    if images.ndim not in wanted or images.ndim < 3 or not len(images):
        raise ValueError(
            "Invalid value for argument `images`. Expected one image or more, as an array of "
            f"shape (batch, *spatial, channels) of rank {' or '.join(map(str, wanted))}. "
            f"Received: shape={images.shape}"
        )
    return images


def _check_gradient(M: np.ndarray, name: str) -> None:
    if not np.isfinite(M).all():
        raise NoGradientError(f"The gradient of layer {name!r} for the images is not finite.")
    if not M.any():
        raise NoGradientError(
            f"The gradient of layer {name!r} at this position is 0 for every image and pixel. "
            "Either its units are dead on these images, or something in between has no gradient, "
            "or the sum over channels is constant, as after a softmax or layer normalization: "
            'then try `channel="random"` or one channel.'
        )
