"""Stochastic depth: branches of residual blocks are left out at random during training."""

from __future__ import annotations

from functools import partial
from numbers import Real
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import FixedArguments, Shape, Tensor
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import follow
from keras_lateral.keras_tools.attaching.layer_shapes import known_output_shape
from keras_lateral.keras_tools.attaching.lost_on_saving import holds_its_class, warn_when_lost
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.residual_blocks import ResidualBlock, residual_blocks

REFERENCE = (
    "Huang, G., Sun, Y., Liu, Z., Sedra, D., Weinberger, K. Q. (2016). Deep Networks with "
    "Stochastic Depth. ECCV. arXiv:1603.09382"
)


def surviving_branch(branch: Tensor, draws: Tensor, survival: float) -> Tensor:
    """Returns the output of a branch, or zeros, image by image.

        b f / p,   b = 1 where u < p, else 0

    Args:
        branch: f, tensor of shape `(batch, ...)`.
        draws: u, float32 tensor of shape `(batch, 1, ...)`, uniform from 0 to 1.
        survival: p, from above 0 to 1. The mean over the draws is f.

    Returns:
        A tensor of the branch's shape and dtype.

    Example:

    >>> from keras import ops
    >>> f, u = ops.ones((2, 2)), ops.array([[0.1], [0.9]])
    >>> ops.convert_to_numpy(surviving_branch(f, u, 0.5)).tolist()
    [[2.0, 2.0], [0.0, 0.0]]
    """
    return ops.where(draws < survival, branch / survival, ops.zeros_like(branch))


def survivals(blocks: int, last: float = 0.5) -> list[float]:
    """Returns the probabilities with which the branches of a network survive.

        p_l = 1 - l / L (1 - p_L),   l = 1, ..., L

    Args:
        blocks: L, the number of blocks.
        last: p_L, the probability of the last one.

    Example:

    >>> survivals(4, last=0.5)
    [0.875, 0.75, 0.625, 0.5]
    """
    return [1 - number / blocks * (1 - last) for number in range(1, blocks + 1)]


def check_survival(survival: Any) -> None:
    """Raises if `survival` is no probability above 0."""
    number = isinstance(survival, Real) and not isinstance(survival, bool)
    if not number or not 0 < float(survival) <= 1:
        raise ValueError(
            "Invalid value for argument `survival`. Expected a number above 0, at most 1, the "
            f"probability of a branch to stay. Received: survival={survival!r}"
        )


# `Identity`, so that code that knows the receptive fields of Keras' layers knows this one's.
@keras.saving.register_keras_serializable(package="keras_lateral")
class StochasticDepth(FixedArguments, keras.layers.Identity):
    """Passes the output of a branch or, in training, at random zeros instead.

        training:  y = b x / p,   b = 1 with probability p, else 0
        otherwise: y = x

    b is drawn anew in every step, one for each image. Behind the branch of a residual block,
    x + f(x) becomes x for the images whose b is 0.

    Args:
        survival: p, from above 0 to 1.
        seed: Seed of the draws, or `None` for one from Keras' global seed.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: The output of a branch.
        training: Whether branches are left out. Set by `fit`.

    Input shape:
        `(batch, ...)`.

    Output shape:
        The input's.

    Raises:
        ValueError: If `survival` is out of its range.

    Example:

    >>> import keras
    >>> image = keras.Input((8, 8, 4))
    >>> branch = keras.layers.Conv2D(4, 3, padding="same")(image)
    >>> outputs = keras.layers.Add()([image, StochasticDepth(0.8)(branch)])

    Reference:

    - Huang, G., Sun, Y., Liu, Z., Sedra, D., Weinberger, K. Q. (2016). Deep Networks with
      Stochastic Depth. arXiv:1603.09382
    """

    def __init__(self, survival: float = 0.5, *, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_survival(survival)
        self.survival = float(survival)
        self.seed = seed
        self.survival_seed_generator = keras.random.SeedGenerator(seed)
        self._is_made = True

    def build(self, input_shape: Shape) -> None:
        """Checks that there are images to draw for."""
        if not len(input_shape):
            raise ValueError(
                f"Layer {self.name!r} expected tensors of shape (batch, ...), of which each row is "
                f"left out or not. Received: input_shape={tuple(input_shape)}"
            )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns the inputs; during training, zeros for some images."""
        if not training or self.survival == 1:
            return inputs
        shape = (ops.shape(inputs)[0], *[1] * (len(inputs.shape) - 1))
        draws = keras.random.uniform(shape, dtype="float32", seed=self.survival_seed_generator)
        return surviving_branch(inputs, draws, self.survival)

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the input's shape and dtype; `Identity` takes no `training`."""
        return super().compute_output_spec(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the layer's arguments."""
        return {**super().get_config(), "survival": self.survival, "seed": self.seed}


def add_stochastic_depth(model: keras.Model, survival: float = 0.5) -> keras.Model:
    """Leaves out branches of a model's residual blocks at random in training, in place.

        p_l = 1 - l / L (1 - p_L) for block l of L

    The model keeps its class, weights, compilation and outputs in inference, bit for bit. Behind
    the last layer of each branch there is a `StochasticDepth`, its attribute `stochastic_depth`.

    Two things are as in later code, not as in the paper. Each image draws for itself, where the
    paper draws once for a batch, which also saves the time of the branches. And what survives is
    divided by p in training, where the paper multiplies by p in inference: the mean is the same,
    and a pretrained model is what it was.

    Args:
        model: A functional or Sequential model that is built; nested ones are looked into.
        survival: p_L, the probability of the last block's branch to stay. The default is the
            paper's, for networks of 110 and 152 layers; 0.8 is common for smaller ones.

    Returns:
        `model`.

    Raises:
        ValueError: If the model is subclassed or has no residual block, its branches are left out
            already or end in something other than a layer of their own, or `survival` is out of
            its range.

    Example:

    >>> import keras
    >>> x = keras.Input((8, 8, 4))
    >>> y = keras.layers.Conv2D(4, 3, padding="same", name="last")(keras.layers.ReLU()(x))
    >>> model = keras.Model(x, keras.layers.Add()([x, y]))
    >>> add_stochastic_depth(model, 0.8).get_layer("last").stochastic_depth.survival
    0.8

    Reference:

    - Huang, G., Sun, Y., Liu, Z., Sedra, D., Weinberger, K. Q. (2016). Deep Networks with
      Stochastic Depth. arXiv:1603.09382
    """
    check_survival(survival)
    blocks = residual_blocks(model)
    _check(model, blocks)
    with strategy_scope(model):
        added = [
            _layer_behind(block.branch, p)
            for block, p in zip(blocks, survivals(len(blocks), float(survival)), strict=True)
        ]
    for block, layer in zip(blocks, added, strict=True):  # only now: all of them fit
        follow(block.branch, "stochastic_depth", layer)
    rebuild_compiled_functions(model)
    again = f"`keras_lateral.add_stochastic_depth(model, {survival:g})`."
    branches = [block.branch for block in blocks]
    warn_when_lost(model, branches, holds_its_class, what="stochastic depths", again=again)
    return model


def _layer_behind(branch: Any, survival: float) -> StochasticDepth:
    layer = StochasticDepth(
        survival, dtype=branch.dtype_policy, name=f"{branch.name}_stochastic_depth"
    )
    shape = known_output_shape(branch)
    if shape is not None:
        layer.build(shape)
    return layer


def _check(model: keras.Model, blocks: list[ResidualBlock]) -> None:
    if not blocks:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with residual blocks, in which "
            "an `Add` puts together a branch and a shorter shortcut. Received: model "
            f"{model.name!r} with none"
        )
    dropping = LayerLabels(model).of_all(
        layer for layer in all_layers(model) if _drops_branches(layer)
    )
    if dropping:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model whose branches are not yet left "
            f"out at random. Received: model {model.name!r} with the layers {dropping}"
        )
    for block in blocks:
        own = isinstance(block.branch, keras.layers.Layer)
        if not own or block.readers > 1 or block.calls > 1:
            raise ValueError(
                f"The branch that is added at {block.name!r} of model {model.name!r} ends in "
                f"{block.branch.name!r}, which is no layer that belongs to this branch alone. Put "
                'a `keras.layers.Activation("linear")` between it and the addition.'
            )


def _drops_branches(layer: Any) -> bool:
    """Returns whether a layer leaves out a whole branch, also one of other people."""
    whole = getattr(layer, "noise_shape", None)
    whole = whole is not None and all(length == 1 for length in tuple(whole)[1:])
    named = type(layer).__name__ in ("StochasticDepth", "DropPath", "DropConnect")
    return named or (isinstance(layer, keras.layers.Dropout) and whole)


def stochastic_depth_method(*, survival: float = 0.5, name: str = "stochastic_depth") -> Method:
    """Returns the method that leaves out branches of residual blocks at random.

    Args:
        survival: The probability of the last block's branch to stay; see `add_stochastic_depth`.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Raises:
        ValueError: If `survival` is out of its range.

    Example:

    >>> from keras_lateral.remedies.stochastic_depth import stochastic_depth_method
    >>> dict(stochastic_depth_method(survival=0.8).settings)
    {'survival': 0.8}

    Reference:

    - Huang, G., Sun, Y., Liu, Z., Sedra, D., Weinberger, K. Q. (2016). Deep Networks with
      Stochastic Depth. arXiv:1603.09382
    """
    check_survival(survival)
    return Method(
        name,
        partial(add_stochastic_depth, survival=float(survival)),
        settings={"survival": float(survival)},
        space=SearchedMethod(stochastic_depth_method, name, {"survival": (0.5, 0.95)}),
        reference=REFERENCE,
        exclusive=frozenset({"branches of residual blocks"}),
    )
