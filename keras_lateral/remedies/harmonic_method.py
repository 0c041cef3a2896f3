"""Makes the convolutions of an existing model harmonic, in place."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import (
    class_without_following,
    exchanged_class,
)
from keras_lateral.keras_tools.attaching.layer_class import change_class
from keras_lateral.keras_tools.attaching.lost_on_saving import holds_its_class, warn_when_lost
from keras_lateral.keras_tools.attaching.tracked_attribute import set_tracked_attribute
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.method import Method, setting_text
from keras_lateral.remedies.dct import coefficients_of, cosine_basis
from keras_lateral.remedies.harmonic import HarmonicConv2D

REFERENCE = (
    "Ulicny, M., Krylov, V. A., Dahyot, R. (2022). Harmonic Convolutional Networks based on "
    "Discrete Cosine Transform. Pattern Recognition 129. arXiv:2001.06570"
)

AGAIN = (
    "build the model by its code, call `keras_lateral.use_harmonic_convolutions(model)`, and then "
    "`model.load_weights`: the file holds coefficients, which are no kernels."
)


def use_harmonic_convolutions(model: keras.Model, layers: Choice | None = None) -> keras.Model:
    """Makes convolutions of a model harmonic, in place, and returns the model.

        k(i, j) = sum over (u, v) of lambda_uv psi_uv(i, j),   lambda trained instead of k

    Each layer becomes a `HarmonicConv2D` with all frequencies, and its kernel's values their
    coefficients, in the same variable. So the model computes what it did, up to rounding, and
    stays the same object, with as many weights and the same compilation. With plain gradient
    descent, with or without momentum and an L2 penalty, it also trains as before; see
    `HarmonicConv2D`. With Adam and its like it does not.

    Args:
        model: Any built model; its layers are found however deep they lie.
        layers: The layers to change: a name, a layer class, a function from a layer to bool, or a
            list of these; they must be `keras.layers.Conv2D`. Defaults to all of these with kernels
            larger than 1 x 1. Depthwise, separable and transposed convolutions stay.

    Returns:
        `model`.

    Raises:
        ValueError: If there is no such layer; a chosen one is of another class or not built, or
            has a constraint, or a penalty other than L2, which are for kernels; or the optimizer
            has made steps already, whose traces are those of kernels. The model is then as it was.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> type(use_harmonic_convolutions(model).get_layer("conv")).__name__
    'HarmonicConv2D'

    Reference:

    - Ulicny, M., Krylov, V. A., Dahyot, R. (2022). Harmonic Convolutional Networks based on
      Discrete Cosine Transform. Pattern Recognition 129. arXiv:2001.06570
    """
    chosen = _chosen(model, layers)
    _check_optimizer(model)
    for layer in chosen:
        _check_layer(layer)
    for layer in chosen:  # only now: all of them fit
        _make_harmonic(layer)
    warn_when_lost(model, chosen, holds_its_class, what="harmonic convolutions", again=AGAIN)
    rebuild_compiled_functions(model)
    return model


def _make_harmonic(layer: Any) -> None:
    kernel = layer.kernel
    kernel.assign(coefficients_of(kernel.value, cosine_basis(layer.kernel_size)))
    set_tracked_attribute(layer, "coefficients", kernel)
    layer.level = None
    change_class(layer, exchanged_class(layer, HarmonicConv2D))
    layer._is_made = True


def _chosen(model: keras.Model, layers: Choice | None) -> list[Any]:
    if layers is not None:
        return list(choose_layers(model, layers))
    convolutions = [layer for layer in all_layers(model) if _is_plain(layer)]
    larger = [layer for layer in convolutions if max(layer.kernel_size) > 1]
    if not larger:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with layers of class "
            "keras.layers.Conv2D and kernels larger than 1 x 1. Received: model "
            f"{model.name!r} with {len(convolutions)} of that class"
        )
    return larger


def _is_plain(layer: Any) -> bool:
    return class_without_following(layer) is keras.layers.Conv2D


def _check_layer(layer: Any) -> None:
    name = layer.name
    if not _is_plain(layer):
        raise ValueError(
            f"Layer {name!r} of class {type(layer).__name__} cannot be made harmonic. Expected "
            "layers of class keras.layers.Conv2D. Where another method has changed it, such as a "
            "gradient mask, make it harmonic first."
        )
    if getattr(layer, "lora_enabled", False) or getattr(layer, "lora_rank", None):
        raise ValueError(f"Layer {name!r} has LoRA enabled and cannot be made harmonic.")
    if not layer.built:
        raise ValueError(
            f"Layer {name!r} has no weights yet. Build the model first: give it a `keras.Input`, "
            "or call it on a batch."
        )
    if not keras.backend.is_float_dtype(layer.kernel.dtype):
        raise ValueError(f"Layer {name!r} is quantized and cannot be made harmonic.")
    penalty, constraint = layer.kernel.regularizer, layer.kernel.constraint
    if constraint is not None or not _is_rotation_invariant(penalty):
        raise ValueError(
            f"The kernel of layer {name!r} has a penalty or constraint for kernels, "
            f"{penalty or constraint}, which would act on the coefficients of a harmonic "
            "convolution. Only an L2 penalty is the same for both."
        )


def _is_rotation_invariant(penalty: Any) -> bool:
    of_keras = isinstance(penalty, keras.regularizers.L1L2) and float(penalty.l1) == 0
    return penalty is None or of_keras or type(penalty) is keras.regularizers.L2


def _check_optimizer(model: Any) -> None:
    part = getattr(model, "optimizer", None)
    if part is not None and part.built and int(keras.ops.convert_to_numpy(part.iterations)):
        raise ValueError(
            f"Model {model.name!r} has been trained since it was compiled, and its optimizer keeps "
            "what it saw of kernels, which would be taken for that of coefficients. Compile the "
            "model again first."
        )
    while part is not None:
        if getattr(part, "output_axes", None):
            raise ValueError(
                f"The optimizer {part.name!r} of model {model.name!r} subtracts means from the "
                "gradients of kernels; a harmonic layer trains coefficients. Use one of the two."
            )
        part = getattr(part, "inner_optimizer", None)


def harmonic_convolution_method(
    *, layers: Choice | None = None, name: str = "harmonic_convolution"
) -> Method:
    """Returns the method that trains the cosine coefficients of kernels.

    Trainings begin with the baseline's function, represented by other weights. There is no
    hyperparameter, so no search space. With plain gradient descent the method is the baseline, up
    to rounding; see `use_harmonic_convolutions`.

    Args:
        layers: The convolutions to change; see `use_harmonic_convolutions`.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Example:

    >>> from keras_lateral.remedies.harmonic_method import harmonic_convolution_method
    >>> harmonic_convolution_method().starts_from
    'outputs'

    Reference:

    - Ulicny, M., Krylov, V. A., Dahyot, R. (2022). Harmonic Convolutional Networks based on
      Discrete Cosine Transform. Pattern Recognition 129. arXiv:2001.06570
    """
    return Method(
        name,
        partial(use_harmonic_convolutions, layers=layers),
        settings={} if layers is None else {"layers": setting_text(layers)},
        reference=REFERENCE,
        exclusive=frozenset({"weights that stand for the kernels"}),
        starts_from="outputs",
    )
