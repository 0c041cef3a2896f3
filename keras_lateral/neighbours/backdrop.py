"""Backdrop: the identity whose backward pass drops random positions of the gradient."""

from __future__ import annotations

from functools import partial
from numbers import Real
from typing import Any

import keras
from keras import ops

from keras_lateral.gradient_mask.apply import CONVOLUTIONS
from keras_lateral.gradient_mask.exact_gradients import gradients_are_exact, register_switch
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import (
    DataFormat,
    FixedArguments,
    Shape,
    Tensor,
    check_choice,
)
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import follow
from keras_lateral.keras_tools.attaching.followed_values import FollowedValues
from keras_lateral.keras_tools.attaching.layer_shapes import known_output_shape
from keras_lateral.keras_tools.attaching.lost_on_saving import holds_its_class, warn_when_lost
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.backward import identity_with_backward
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method, setting_text

REFERENCE = "Golkar, S., Cranmer, K. (2018). Backdrop: Stochastic Backpropagation. arXiv:1806.01337"


def kept_positions(draws: Tensor, drop_rate: float) -> Tensor:
    """Returns which positions of each image a Backdrop keeps.

        m = 1 where u >= min(p, max(u)), else 0

    Each position is dropped with probability p, independently of the others. An image of which
    nothing would be left keeps the position with the largest draw, which is equally likely to be
    any of them, as in the authors' code.

    Args:
        draws: u, float32 tensor of shape `(batch, *spatial)`, uniform from 0 to 1.
        drop_rate: Probability p of dropping a position.

    Returns:
        A boolean tensor of the same shape.

    Example:

    >>> from keras import ops
    >>> ops.convert_to_numpy(kept_positions(ops.array([[0.1, 0.6], [0.2, 0.4]]), 0.5)).tolist()
    [[False, True], [False, True]]
    """
    axes = tuple(range(1, len(draws.shape)))
    largest = ops.max(draws, axis=axes, keepdims=True, initial=0.0)
    return draws >= ops.minimum(largest, drop_rate)


def backdrop_gradient(
    gradient: Tensor, kept: Tensor, data_format: DataFormat = "channels_last", rescale: bool = True
) -> Tensor:
    """Returns the part of a gradient that Backdrop lets pass.

        m * g,   or rescaled   n / sum(m) * m * g

    n is the number of positions of an image, sum(m) the number of those that are kept.

    Args:
        gradient: g, tensor of shape `(batch, *spatial, channels)` with one, two or three spatial
            axes, or `(batch, channels, *spatial)`.
        kept: m, boolean tensor of shape `(batch, *spatial)`: one mask for all channels.
        data_format: `"channels_last"` or `"channels_first"`.
        rescale: Whether the kept gradients make up for the dropped ones.

    Returns:
        A tensor of the gradient's shape and dtype.

    Example:

    >>> from keras import ops
    >>> gradient = ops.ones((1, 4, 1))
    >>> passed = backdrop_gradient(gradient, ops.array([[True, False, False, False]]))
    >>> ops.convert_to_numpy(passed)[0, :, 0].tolist()
    [4.0, 0.0, 0.0, 0.0]
    """
    channels = -1 if data_format == "channels_last" else 1
    mask = ops.expand_dims(kept, channels)
    if rescale:
        axes = tuple(range(1, len(mask.shape)))
        share = ops.cast(mask, "float32")
        positions = ops.sum(ops.ones_like(share), axis=axes, keepdims=True)
        scale = positions / ops.sum(share, axis=axes, keepdims=True)
        gradient = gradient * ops.cast(scale, gradient.dtype)
    return ops.where(mask, gradient, ops.zeros_like(gradient))


# `Identity`, so that code that knows the receptive fields of Keras' layers knows this one's.
@keras.saving.register_keras_serializable(package="keras_lateral")
class Backdrop(FixedArguments, keras.layers.Identity):
    """Passes maps unchanged, and drops the gradient at random positions.

        forward:   y = x
        backward:  dL/dx = n / sum(m) * m * dL/dy,   m_ij = 0 with probability p, else 1

    The mask m is drawn anew in every training step, one for each image, and shared by its
    channels: after a convolution it drops all features at some positions. Of n positions sum(m)
    are kept, at least one.

    It acts only during training, so inference, saliency and attacks with `training=False` see
    exact gradients; `exact_gradients()` turns it off during training too. It has no
    weights: a model with it has the same weights as one without, and each loads the other's
    weight files.

    Args:
        drop_rate: Probability p of dropping a position, from 0 to below 1.
        rescale: Whether the gradients that are kept of an image are multiplied by n / sum(m), as
            in the authors' code, "to make sure the backward pass gives a similar gradient". In
            their demonstration one mask serves the whole batch; here each image has its own, and
            its own count. `False` leaves the gradients as they are.
        data_format: `"channels_last"` or `"channels_first"`. Defaults to Keras' own setting.
        seed: Seed of the masks, or `None` for one from Keras' global seed.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: The feature maps.
        training: Whether positions are dropped in the backward pass. Set by `fit`.

    Input shape:
        `(batch, *spatial, channels)` with one, two or three spatial axes, whose lengths may be
        unknown, or `(batch, channels, *spatial)`.

    Output shape:
        The input's.

    Raises:
        ValueError: If an argument is out of its range, or the input is not a map.

    Example:

    >>> import keras
    >>> from keras_lateral.neighbours.backdrop import Backdrop
    >>> model = keras.Sequential(
    ...     [
    ...         keras.layers.Conv2D(16, 3, activation="relu"),
    ...         Backdrop(0.5),
    ...         keras.layers.GlobalAveragePooling2D(),
    ...         keras.layers.Dense(10),
    ...     ]
    ... )
    >>> model(keras.ops.ones((1, 8, 8, 3))).shape == (1, 10)
    True

    Reference:

    - Golkar, S., Cranmer, K. (2018). Backdrop: Stochastic Backpropagation. arXiv:1806.01337
    """

    def __init__(
        self,
        drop_rate: float = 0.5,
        *,
        rescale: bool = True,
        data_format: DataFormat | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_drop_rate(drop_rate)
        self.drop_rate = float(drop_rate)
        self.rescale = bool(rescale)
        self.data_format: DataFormat = data_format or keras.config.image_data_format()
        check_choice("data_format", self.data_format, DataFormat)
        self.seed = seed
        self.backdrop_seed_generator = keras.random.SeedGenerator(seed)
        self._acts_now = FollowedValues([not gradients_are_exact()], name=self.name)
        self._is_made = True
        register_switch(self)

    def build(self, input_shape: Shape) -> None:
        """Checks that the input is a map."""
        if not 3 <= len(input_shape) <= 5:
            raise ValueError(
                f"Layer {self.name!r} expected maps with one, two or three spatial axes, of shape "
                "(batch, *spatial, channels): a Backdrop drops positions. "
                f"Received: input_shape={tuple(input_shape)}"
            )

    def follow_exact_gradients(self) -> None:
        """Updates the variable to the scope."""
        self._acts_now.set([not gradients_are_exact()])

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns the inputs; during training, random positions of their gradient are dropped."""
        if not training or self.drop_rate == 0:
            return inputs
        shape = ops.shape(inputs)
        places = shape[1:-1] if self.data_format == "channels_last" else shape[2:]
        draws = keras.random.uniform(
            (shape[0], *places), dtype="float32", seed=self.backdrop_seed_generator
        )
        kept = kept_positions(draws, self.drop_rate)
        acts = self._acts_now.read()[0]
        return _identity_with_backdrop(inputs, kept, acts > 0, self.data_format, self.rescale)

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the input's shape and dtype; `Identity` takes no `training`."""
        return super().compute_output_spec(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the layer's arguments."""
        own = {
            "drop_rate": self.drop_rate,
            "rescale": self.rescale,
            "data_format": self.data_format,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}


def _identity_with_backdrop(
    x: Tensor, kept: Tensor, acts: Tensor, data_format: DataFormat, rescale: bool
) -> Tensor:
    return identity_with_backward(
        x, lambda g: ops.where(acts, backdrop_gradient(g, kept, data_format, rescale), g)
    )


def check_drop_rate(drop_rate: Any) -> None:
    """Raises if `drop_rate` is not a probability below 1."""
    number = isinstance(drop_rate, Real) and not isinstance(drop_rate, bool)
    if not number or not 0 <= float(drop_rate) < 1:
        raise ValueError(
            "Invalid value for argument `drop_rate`. Expected a number from 0 to below 1. "
            f"Received: drop_rate={drop_rate!r}"
        )


def add_backdrop(
    model: keras.Model,
    layers: Choice = CONVOLUTIONS,
    *,
    drop_rate: float = 0.5,
    rescale: bool = True,
) -> keras.Model:
    """Puts a Backdrop behind each of the chosen layers of a model, in place, and returns it.

    The model keeps its class, weights, compilation and outputs, bit for bit; only its gradients in
    training differ. A layer's Backdrop is its attribute `backdrop`.

    Args:
        model: Any model; its layers are found however deep they lie.
        layers: The layers whose outputs' gradients are dropped: a name, a layer class, a function
            from a layer to bool, or a list of these. Defaults to all convolutions.
        drop_rate: See `Backdrop`.
        rescale: See `Backdrop`.

    Returns:
        `model`.

    Raises:
        ValueError: If `model` already has a Backdrop, `layers` selects no layer, or an argument is
            out of its range.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> add_backdrop(model, drop_rate=0.3).get_layer("conv").backdrop.drop_rate
    0.3
    """
    check_drop_rate(drop_rate)
    chosen = choose_layers(model, layers)
    present = LayerLabels(model).of_all(
        layer for layer in all_layers(model) if isinstance(layer, Backdrop)
    )
    if present:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model without Backdrop. "
            f"Received: model {model.name!r} with the layers {present}"
        )
    with strategy_scope(model):
        added = [_backdrop_for(layer, drop_rate, rescale) for layer in chosen]
    for layer, backdrop in zip(chosen, added, strict=True):  # only now: all of them fit
        follow(layer, "backdrop", backdrop)
    rebuild_compiled_functions(model)
    again = "`keras_lateral.neighbours.backdrop.add_backdrop(model)`, with the same arguments."
    warn_when_lost(model, chosen, holds_its_class, what="Backdrops", again=again)
    return model


def _backdrop_for(layer: Any, drop_rate: float, rescale: bool) -> Backdrop:
    backdrop = Backdrop(
        drop_rate,
        rescale=rescale,
        data_format=getattr(layer, "data_format", None),
        dtype=layer.dtype_policy,
        name=f"{layer.name}_backdrop",
    )
    shape = known_output_shape(layer)
    if shape is not None:
        backdrop.build(shape)
    return backdrop


def backdrop_method(
    *,
    drop_rate: float = 0.5,
    rescale: bool = True,
    layers: Choice = CONVOLUTIONS,
    name: str = "backdrop",
) -> Method:
    """Returns the method that puts a Backdrop after all convolutions.

    It can be combined with a gradient mask, which then acts on what Backdrop lets pass.

    Args:
        drop_rate: Probability p of dropping a position, from 0 to below 1. The default is this
            library's: the paper has no single value, and chooses it for the scale of each layer's
            features.
        rescale: See `Backdrop`.
        layers: The layers whose outputs' gradients are dropped: a name, a layer class, a function
            from a layer to bool, or a list of these.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral.neighbours.backdrop import backdrop_method
    >>> dict(backdrop_method(drop_rate=0.25).settings)
    {'drop_rate': 0.25, 'rescale': True}

    Reference:

    - Golkar, S., Cranmer, K. (2018). Backdrop: Stochastic Backpropagation. arXiv:1806.01337
    """
    check_drop_rate(drop_rate)
    settings: dict[str, Any] = {"drop_rate": float(drop_rate), "rescale": bool(rescale)}
    if layers is not CONVOLUTIONS:
        settings["layers"] = setting_text(layers)
    return Method(
        name,
        partial(add_backdrop, layers=layers, drop_rate=drop_rate, rescale=rescale),
        settings=settings,
        space=SearchedMethod(
            backdrop_method,
            name,
            {"drop_rate": (0.1, 0.9)},
            {"rescale": rescale, "layers": layers},
        ),
        reference=REFERENCE,
        exclusive=frozenset({"backdrop"}),
    )
