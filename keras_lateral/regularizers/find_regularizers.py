"""The regularizers of this library in a model."""

from __future__ import annotations

import keras

from keras_lateral.models.all_layers import all_layers
from keras_lateral.models.layer_kernels import layer_kernels
from keras_lateral.regularizers.penalty import Penalty


def find_regularizers(model: keras.Model) -> dict[str, Penalty]:
    """Returns the regularizers of this library in a model, by the names of their layers.

    They are found on the kernels that `attach_regularizer` can reach, whoever put them there. A
    name that occurs more than once is followed by a number.

    Args:
        model: A built model.

    Returns:
        A dict in the model's order. A regularizer that layers share occurs once for each.

    Raises:
        ValueError: If there is none.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer, find_regularizers
    >>> conv = keras.layers.Conv2D(4, 3, kernel_regularizer=FrameRegularizer(), name="conv")
    >>> list(find_regularizers(keras.Sequential([keras.Input((8, 8, 3)), conv])))
    ['conv']
    """
    found: dict[str, Penalty] = {}
    for layer in all_layers(model):
        for kernel in layer_kernels(layer):
            if isinstance(kernel.regularizer, Penalty):
                found[_unused(kernel.label, found)] = kernel.regularizer
    if not found:
        raise ValueError(
            f"Model {model.name!r} has no regularizer of this library. Give its layers one, such "
            "as `kernel_regularizer=keras_lateral.FrameRegularizer()`, or use "
            "`keras_lateral.attach_regularizer`."
        )
    return found


def _unused(name: str, taken: dict[str, Penalty]) -> str:
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)
