"""Gradient Centralization: subtracts each output's mean from the gradient of a kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import FixedArguments, Tensor
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.keras_tools.recompiled import recompile
from keras_lateral.method import Method, setting_text

Axes = tuple[int, ...]

OUTPUT_AXES: dict[str | None, Axes] = {
    "dense": (-1,),
    "convolution": (-1,),
    "depthwise": (-2, -1),
    "transposed": (-2,),
}
"""Which axes of Keras' kernels index the outputs. A depthwise kernel `(*taps, inputs, multiplier)`
has an output for each pair of the last two, a transposed one is `(*taps, outputs, inputs)`."""

REFERENCE = (
    "Yong, H., Huang, J., Hua, X., Zhang, L. (2020). Gradient Centralization: A New Optimization "
    "Technique for Deep Neural Networks. ECCV. arXiv:2004.01461"
)


def centralized_gradient(gradient: Tensor, output_axes: Sequence[int] = (-1,)) -> Tensor:
    """Returns a kernel's gradient from which each output's mean is subtracted.

        Phi(g)_i = g_i - mean(g_i)

    g_i is the gradient of all weights that lead to output i.

    Args:
        gradient: Tensor of any shape, such as `(height, width, inputs, outputs)`.
        output_axes: The axes that index the outputs; the mean is over all others. If there are no
            others, as with a bias, the gradient is unchanged.

    Returns:
        A tensor of the gradient's shape and dtype.

    Raises:
        ValueError: If the gradient has no such axis.

    Example:

    >>> from keras import ops
    >>> gradient = ops.array([[1.0, 10.0], [3.0, 30.0]])  # of a dense kernel (inputs, outputs)
    >>> ops.convert_to_numpy(centralized_gradient(gradient)).tolist()
    [[-1.0, -10.0], [1.0, 10.0]]

    Reference:

    - Yong, H., Huang, J., Hua, X., Zhang, L. (2020). Gradient Centralization: A New Optimization
      Technique for Deep Neural Networks, eq. 1. arXiv:2004.01461
    """
    rank = len(gradient.shape)
    if not all(-rank <= axis < rank for axis in output_axes):
        raise ValueError(
            f"Invalid value for argument `output_axes`. Expected axes of a tensor of rank {rank}. "
            f"Received: output_axes={tuple(output_axes)}"
        )
    inputs = _other_axes(rank, output_axes)
    if not inputs:
        return gradient
    dtype = keras.backend.result_type(gradient.dtype, "float32")  # sums overflow in half precision
    mean = ops.mean(ops.cast(gradient, dtype), axis=inputs, keepdims=True)
    return gradient - ops.cast(mean, gradient.dtype)


def _other_axes(rank: int, output_axes: Iterable[int]) -> Axes:
    outputs = {axis % rank for axis in output_axes}
    return tuple(axis for axis in range(rank) if axis not in outputs)


def _forwarded(name: str) -> property:
    """Returns an attribute that is the other optimizer's."""

    def read(self: Any) -> Any:
        return getattr(getattr(self, "inner_optimizer", None), name, None)

    def write(self: Any, value: Any) -> None:
        if hasattr(self, "inner_optimizer"):  # Keras sets it before there is one
            setattr(self.inner_optimizer, name, value)

    return property(read, write, doc="The other optimizer's.")


# An optimizer around an optimizer is what Keras' own `LossScaleOptimizer` is, and it is public:
# `fit` calls nothing but `apply` (TensorFlow, torch) and `stateless_apply` (JAX). One registered
# class serves every optimizer and is saved and loaded with it. Subclasses of each optimizer would
# need a registered name each, and would not take the same steps on torch, where Keras replaces its
# optimizers by faster ones of exactly the same class. Layers that change their kernels' gradients
# would need a class for each layer, and would miss what regularizers add.
@keras.saving.register_keras_serializable(package="keras_lateral")
class CentralizedOptimizer(FixedArguments, keras.optimizers.Optimizer):
    """Subtracts each output's mean from kernels' gradients, for another optimizer.

    They are centralized before anything that the other optimizer does: clipping, momentum,
    accumulation, weight decay. Penalties that a regularizer adds to the loss are part of the
    gradient, as in the authors' code. It has no state of its own: its variables are the other's.

    A kernel with a single weight for each output is left alone, since it would never move.

    A `LossScaleOptimizer` belongs around it, not inside.

    Args:
        inner_optimizer: Any Keras optimizer.
        output_axes: From the names of kernels, `"<layer>/<kernel>"`, to the axes that index their
            outputs; see `kernel_output_axes`. All other variables are trained unchanged.
        name: Name of the optimizer.

    Raises:
        ValueError: If none of these kernels is among the variables that it is built with.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense")])
    >>> axes = kernel_output_axes(model)
    >>> axes
    {'dense/kernel': (-1,)}
    >>> model.compile(CentralizedOptimizer(keras.optimizers.Adam(0.01), axes), "mse")

    Reference:

    - Yong, H., Huang, J., Hua, X., Zhang, L. (2020). Gradient Centralization: A New Optimization
      Technique for Deep Neural Networks. arXiv:2004.01461
    """

    def __init__(
        self,
        inner_optimizer: keras.optimizers.Optimizer,
        output_axes: Mapping[str, Sequence[int]],
        name: str = "centralized_optimizer",
    ) -> None:
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.output_axes = {key: tuple(axes) for key, axes in output_axes.items()}
        self._axes_in_order: tuple[Axes | None, ...] = ()
        self._is_made = True

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the other optimizer's state, and finds the kernels."""
        axes = tuple(self._axes_of(variable) for variable in variables)
        if variables and not any(axes):  # none at first, where a model is read from HDF5
            raise ValueError(
                f"Optimizer {self.name!r} centralizes the gradients of {list(self.output_axes)}, "
                "none of which is among the variables. Received: "
                f"variables={[short_name(variable) for variable in variables]}"
            )
        if not self.inner_optimizer.built:
            self.inner_optimizer.build(variables)
        self._axes_in_order = axes
        super().build(variables)

    def _axes_of(self, variable: keras.Variable) -> Axes | None:
        return self.output_axes.get(short_name(variable))

    @property
    def variables(self) -> list[keras.Variable]:
        """Those of the other optimizer, so that a saved state fits it too."""
        return list(self.inner_optimizer.variables)

    def apply(
        self,
        grads: Sequence[Tensor],
        trainable_variables: Iterable[keras.Variable] | None = None,
    ) -> None:
        """Updates variables with centralized gradients."""
        if trainable_variables is None:
            self._check_built()
            self.inner_optimizer.apply(_all_centralized(grads, self._axes_in_order))
            return
        variables = list(trainable_variables)
        if not self.built:
            self.build(variables)
        axes = [self._axes_of(variable) for variable in variables]
        self.inner_optimizer.apply(_all_centralized(grads, axes), variables)

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Tensor],
        grads: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> Any:
        """As `apply`, with explicit state."""
        self._check_built()
        grads = _all_centralized(grads, self._axes_in_order)
        return self.inner_optimizer.stateless_apply(optimizer_variables, grads, trainable_variables)

    def _check_built(self) -> None:
        if not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} must be built before it gets gradients without "
                "variables. Call `optimizer.build(trainable_variables)` first."
            )

    def scale_loss(self, loss: Tensor) -> Tensor:
        """Returns the loss as the other optimizer scales it."""
        return self.inner_optimizer.scale_loss(loss)

    def finalize_variable_values(self, var_list: Sequence[keras.Variable]) -> None:
        """Ends the training as the other optimizer does."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the other optimizer's state."""
        self.inner_optimizer.set_weights(weights)

    @property
    def learning_rate(self) -> Any:
        """The other optimizer's."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """The other optimizer's."""
        return self.inner_optimizer.iterations

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Excludes variables from the other optimizer's weight decay."""
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    # What is set on the optimizer is meant for the other one.
    weight_decay = _forwarded("weight_decay")
    clipnorm = _forwarded("clipnorm")
    clipvalue = _forwarded("clipvalue")
    global_clipnorm = _forwarded("global_clipnorm")
    loss_scale_factor = _forwarded("loss_scale_factor")

    def get_config(self) -> dict[str, Any]:
        """Returns the optimizer's arguments."""
        return {
            "name": self.name,
            "inner_optimizer": keras.saving.serialize_keras_object(self.inner_optimizer),
            "output_axes": {key: list(axes) for key, axes in self.output_axes.items()},
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> CentralizedOptimizer:
        """Returns the optimizer that `get_config` describes."""
        inner = keras.saving.deserialize_keras_object(
            config["inner_optimizer"], custom_objects=custom_objects
        )
        return cls(inner, config["output_axes"], config["name"])


def _all_centralized(grads: Iterable[Tensor], axes: Sequence[Axes | None]) -> list[Tensor]:
    return [_centralized(gradient, output) for gradient, output in zip(grads, axes, strict=True)]


def _centralized(gradient: Tensor, axes: Axes | None) -> Tensor:
    if gradient is None or axes is None:
        return gradient
    shape = gradient.shape
    weights = math.prod(shape[axis] for axis in _other_axes(len(shape), axes))
    return gradient if weights == 1 else centralized_gradient(gradient, axes)


def short_name(variable: keras.Variable) -> str:
    """Returns `"<layer>/<variable>"`, the part of a variable's path that saving preserves."""
    return "/".join(variable.path.split("/")[-2:])


def kernel_output_axes(model: keras.Model, layers: Choice | None = None) -> dict[str, Axes]:
    """Returns which axes of a model's kernels index the outputs.

    Args:
        model: Any model, built or not.
        layers: The layers whose kernels to list: a name, a layer class, a function from a layer
            to bool, or a list of these. Defaults to all dense layers and convolutions.

    Returns:
        A dict from `"<layer>/<kernel>"` to axes, counted from the end.

    Raises:
        ValueError: If there is no such layer, or two kernels of one name have different axes.

    Example:

    >>> import keras
    >>> layers = [keras.layers.SeparableConv2D(8, 3, name="a"), keras.layers.Dense(2, name="b")]
    >>> kernel_output_axes(keras.Sequential(layers))
    {'a/depthwise_kernel': (-2, -1), 'a/pointwise_kernel': (-1,), 'b/kernel': (-1,)}
    """
    with_kernels = [layer for layer in all_layers(model) if layer_kernels(layer)]
    if not with_kernels:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with dense layers or "
            f"convolutions. Received: model={model}"
        )
    chosen = with_kernels if layers is None else choose_layers(model, layers, with_kernels)
    chosen_ids = {id(layer) for layer in chosen}
    axes_by_name: dict[str, Axes | None] = {}
    kernels: dict[int, Axes | None] = {}
    for layer in with_kernels:
        for kernel in layer_kernels(layer):
            axes = OUTPUT_AXES[kernel.geometry.kind] if id(layer) in chosen_ids else None
            _set_axes(axes_by_name, f"{layer.name}/{kernel.attribute}", axes)
            if layer.built:
                kernels[id(kernel.variable)] = axes
    for variable in model.weights:
        _set_axes(axes_by_name, short_name(variable), kernels.get(id(variable)))
    return {name: axes for name, axes in axes_by_name.items() if axes is not None}


def _set_axes(axes_by_name: dict[str, Axes | None], name: str, axes: Axes | None) -> None:
    if axes_by_name.setdefault(name, axes) != axes:
        raise ValueError(
            f"Two variables of the model are named {name!r}, and only one is to be centralized, or "
            "each along different axes. Give their layers different names."
        )


def centralize_gradients(model: keras.Model, layers: Choice | None = None) -> keras.Model:
    """Makes a compiled model train with centralized gradients, in place, and returns it.

    Its own optimizer acts inside a `CentralizedOptimizer`; losses, metrics and all else of the
    compilation stay the same objects.

    Args:
        model: A compiled model.
        layers: See `kernel_output_axes`.

    Raises:
        ValueError: If the model is not compiled, or already trains with centralized gradients, or
            there is no such layer.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
    >>> model.compile("adam", "mse")
    >>> type(centralize_gradients(model).optimizer).__name__
    'CentralizedOptimizer'
    """
    if not model.compiled:
        raise ValueError(
            "Invalid value for argument `model`. Expected a compiled model, whose optimizer gets "
            f"the centralized gradients. Received: model={model}"
        )
    axes = kernel_output_axes(model, layers)
    return recompile(model, optimizer=_with_centralized_gradients(model.optimizer, axes))


def _with_centralized_gradients(optimizer: Any, axes: dict[str, Axes]) -> Any:
    if isinstance(optimizer, CentralizedOptimizer):
        raise ValueError(
            "Invalid value for argument `model`. Expected an optimizer that does not yet "
            f"centralize gradients. Received: optimizer={optimizer.name!r}"
        )
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # It stays the outer one: `fit` would put another around it otherwise.
        return keras.optimizers.LossScaleOptimizer(
            _with_centralized_gradients(optimizer.inner_optimizer, axes),
            initial_scale=optimizer.initial_scale,
            dynamic_growth_steps=optimizer.dynamic_growth_steps,
            name=optimizer.name,
        )
    return CentralizedOptimizer(optimizer, axes)


def gradient_centralization_method(
    *, layers: Choice | None = None, name: str = "gradient_centralization"
) -> Method:
    """Returns the method that subtracts each output's mean from the gradients of kernels.

    Those of dense layers and convolutions are centralized; biases, gains of normalizations,
    embeddings and recurrent layers are trained unchanged. For a depthwise kernel `(*taps,
    inputs, multiplier)` the mean is over the taps of each channel, for a transposed one `(*taps,
    outputs, inputs)` over taps and inputs. There is no hyperparameter, so no search space.

    Args:
        layers: The layers to centralize: a name, a layer class, a function from a layer to bool,
            or a list of these. Defaults to all dense layers and convolutions.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Example:

    >>> from keras_lateral.neighbours.gradient_centralization import gradient_centralization_method
    >>> method = gradient_centralization_method()
    >>> method.name, dict(method.settings), method.space
    ('gradient_centralization', {}, None)

    Reference:

    - Yong, H., Huang, J., Hua, X., Zhang, L. (2020). Gradient Centralization: A New Optimization
      Technique for Deep Neural Networks. arXiv:2004.01461
    """
    return Method(
        name,
        partial(centralize_gradients, layers=layers),
        settings={} if layers is None else {"layers": setting_text(layers)},
        reference=REFERENCE,
        exclusive=frozenset({"gradient centralization", "weights that stand for the kernels"}),
    )
