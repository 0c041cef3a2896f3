"""Spatial dropout: whole feature maps are dropped after each convolution."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from keras_lateral.gradient_mask.apply import CONVOLUTIONS
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import follow
from keras_lateral.keras_tools.attaching.lost_on_saving import holds_its_class, warn_when_lost
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.head.head_layer import head_layer
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.model_graph import is_graph, model_graph
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method, setting_text
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Tompson, J., Goroshin, R., Jain, A., LeCun, Y., Bregler, C. (2015). Efficient Object "
    "Localization Using Convolutional Networks. CVPR. arXiv:1411.4280"
)

ATTRIBUTE = "spatial_dropout"

_LAYERS = keras.layers
_NORMALIZATIONS = (
    _LAYERS.BatchNormalization, _LAYERS.LayerNormalization, _LAYERS.GroupNormalization
)  # fmt: skip
_ACTIVATIONS = (
    _LAYERS.Activation, _LAYERS.ReLU, _LAYERS.LeakyReLU, _LAYERS.PReLU, _LAYERS.ELU
)  # fmt: skip
_BY_DIMENSIONS = {
    1: _LAYERS.SpatialDropout1D, 2: _LAYERS.SpatialDropout2D, 3: _LAYERS.SpatialDropout3D
}  # fmt: skip


def block_ends(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers that end a convolution's block: behind which its maps are complete.

    In a functional or Sequential model it is the activation that a convolution, or its
    normalization, is followed by; without one, the normalization or the convolution itself. In a
    model without a graph it is the convolution. A convolution that computes the scores ends none.

    Args:
        model: Any model.

    Raises:
        ValueError: If the model has no convolution.

    Example:

    >>> import keras
    >>> conv, relu = keras.layers.Conv2D(4, 3), keras.layers.ReLU(name="relu")
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), conv, relu, keras.layers.Flatten()])
    >>> model.add(keras.layers.Dense(2))
    >>> [layer.name for layer in block_ends(model)]
    ['relu']
    """
    head = head_layer(model)
    found = [layer for layer in choose_layers(model, CONVOLUTIONS) if layer is not head]
    ends = found
    if is_graph(model):
        calls = model_graph(model)
        convolutions = {id(layer) for layer in found}
        in_graph = [i for i, call in enumerate(calls) if id(call.operation) in convolutions]
        called = {id(calls[i].operation) for i in in_graph}
        inside = [layer for layer in found if id(layer) not in called]  # of a nested model's code
        ends = [*(_end_of_block(calls, i) for i in in_graph), *inside]
    return list({id(layer): layer for layer in ends}.values())


def _end_of_block(calls: Any, index: int) -> Any:
    """Returns the operation that ends the block of the convolution that is called at an index."""
    while not _has_activation(calls[index].operation):
        readers = [i for i, call in enumerate(calls) if any(s == index for s, _ in call.sources)]
        if len(readers) != 1:
            break
        reader = calls[readers[0]].operation
        if not isinstance(reader, (*_NORMALIZATIONS, *_ACTIVATIONS)):
            break
        index = readers[0]
    return calls[index].operation


def _has_activation(layer: Any) -> bool:
    if isinstance(layer, _ACTIVATIONS):
        return True
    return getattr(layer, "activation", None) not in (None, keras.activations.linear)


def add_spatial_dropout(
    model: keras.Model, layers: Choice | None = None, *, rate: float = 0.1
) -> keras.Model:
    """Puts a `keras.layers.SpatialDropout2D` behind some layers of a model, in place.

    In training each feature map of an image is 0 with probability p, and divided by 1 - p
    otherwise. The model keeps its class, weights and compilation, and its outputs in inference. A
    layer's dropout is its attribute `spatial_dropout`; it is saved with the model. Behind layers of
    one or three spatial axes it is `SpatialDropout1D` or `SpatialDropout3D`.

    Args:
        model: Any model; its layers are found however deep they lie.
        layers: The layers: a name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to `block_ends(model)`.
        rate: p, from 0 to below 1.

    Returns:
        `model`.

    Raises:
        ValueError: If there is no such layer, it has such a dropout already, or `rate` is out of
            its range.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> model.add(keras.layers.Flatten())
    >>> model.add(keras.layers.Dense(2))
    >>> add_spatial_dropout(model, rate=0.2).get_layer("conv").spatial_dropout.rate
    0.2
    """
    check_number("rate", rate, low=0, below=1)
    chosen: list[Any] = block_ends(model) if layers is None else choose_layers(model, layers)
    present = LayerLabels(model).of_all(
        layer for layer in all_layers(model) if hasattr(layer, ATTRIBUTE)
    )
    if not chosen or present:
        with_it = f", with spatial dropout behind {present}" if present else ""
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with a convolution before its "
            "last layer, to which no spatial dropout was added. "
            f"Received: model {model.name!r}{with_it}"
        )
    dimensions = _dimensions(model)
    with strategy_scope(model):
        for layer in chosen:
            follow(layer, ATTRIBUTE, _dropout_for(layer, rate, dimensions))
    rebuild_compiled_functions(model)
    again = "`keras_lateral.add_spatial_dropout(model)`, with the same arguments."
    warn_when_lost(model, chosen, holds_its_class, what="spatial dropouts", again=again)
    return model


def _dimensions(model: keras.Model) -> int:
    """Returns the number of spatial axes of a model's convolutions."""
    convolutions: list[Any] = [x for x in all_layers(model) if isinstance(x, CONVOLUTIONS)]
    return max(len(layer.kernel_size) for layer in convolutions)


def _dropout_for(layer: Any, rate: float, dimensions: int) -> keras.layers.Layer:
    """Returns the dropout of whole maps for what a layer returns."""
    axes = len(getattr(layer, "kernel_size", ())) or dimensions
    options: dict[str, Any] = {"dtype": layer.dtype_policy, "name": f"{layer.name}_{ATTRIBUTE}"}
    if axes > 1:
        options["data_format"] = getattr(layer, "data_format", None)
    dropout = _BY_DIMENSIONS[axes](rate, **options)
    dropout.build(())
    return dropout


def spatial_dropout_method(
    *, rate: float = 0.1, layers: Choice | None = None, name: str = "spatial_dropout"
) -> Method:
    """Returns the method that drops whole feature maps after each convolution.

    `keras.layers.SpatialDropout2D` is put where a convolution's block ends; see `block_ends`. Where
    the source has one such layer, before the last convolutions, a network here gets one for each
    convolution, so the default is small.

    Args:
        rate: Probability p of dropping a map. The default is this library's.
        layers: The layers to put it behind: a name, a layer class, a function from a layer to bool,
            or a list of these. Defaults to `block_ends(model)`.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `rate`.

    Raises:
        ValueError: If `rate` is out of its range.

    Example:

    >>> from keras_lateral import spatial_dropout_method
    >>> dict(spatial_dropout_method().settings)
    {'rate': 0.1}

    Reference:

    - Tompson, J. et al. (2015). Efficient Object Localization Using Convolutional Networks.
      arXiv:1411.4280
    """
    check_number("rate", rate, above=0, below=1)
    settings: dict[str, Any] = {"rate": float(rate)}
    if layers is not None:
        settings["layers"] = setting_text(layers)
    return Method(
        name,
        partial(add_spatial_dropout, layers=layers, rate=float(rate)),
        settings=settings,
        space=SearchedMethod(
            spatial_dropout_method, name, {"rate": (0.02, 0.5)}, {"layers": layers}
        ),
        reference=REFERENCE,
        exclusive=frozenset({"spatial dropout"}),
    )
