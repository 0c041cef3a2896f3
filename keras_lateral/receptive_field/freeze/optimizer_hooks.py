"""Makes an optimizer leave some variables unchanged while a step runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.replaced import Replaced

# Keras has no public form for this that keeps the optimizer's list of variables, on which saved
# states and JAX' functions depend. This file is the only one that uses its private parts: the
# lists `_trainable_variables`, `_model_variables_moving_average` and `_accumulated_gradients`, the
# counter `_iterations`, and the method `_update_model_variables_moving_average`.

Variables = frozenset[int]
"""Variables by their `id`: they have no order and compare like tensors."""


@contextmanager
def leaving_alone(optimizer: Any, variables: Sequence[Any], frozen: Variables) -> Iterator[None]:
    """Within this context steps of an optimizer change neither `frozen` nor their slots.

    Everything else goes on: the other variables, their slots, counters, schedules and loss scales.
    Clipping by the global norm sees the gradients that are applied, as with `trainable=False`.

    Args:
        optimizer: A built optimizer, `LossScaleOptimizer` and `MultiOptimizer` included.
        variables: The variables it was built on, in that order.
        frozen: The ids of those to leave unchanged.

    Raises:
        RuntimeError: If this version of Keras lacks what is needed.
    """
    with ExitStack() as stack:
        for part in optimizer_parts(optimizer):
            if hasattr(part, "inner_optimizer"):
                _replace(stack, part, "apply", _without_gradients(part.apply, variables, frozen))
                stateless = _stateless_without_gradients(part, variables, frozen)
                _replace(stack, part, "stateless_apply", stateless)
            elif not hasattr(part, "optimizers"):
                _leave_alone(stack, part, frozen)
        yield


def begin_averages(optimizer: Any, frozen: Variables) -> None:
    """Before an optimizer's first step, starts moving averages at the values of their variables.

    Keras does so in the first step, which leaves frozen variables out. Their averages would still
    be zero when the variables are no longer frozen.
    """
    for part in optimizer_parts(optimizer):
        if part.use_ema and int(keras.ops.convert_to_numpy(part.iterations)) == 0:
            averages = part._model_variables_moving_average
            for variable, average in zip(part._trainable_variables, averages, strict=True):
                if id(variable) in frozen and average is not None:
                    # JAX gives each step the buffers of the one before, so each needs its own.
                    average.assign(keras.ops.copy(variable))


def optimizer_parts(optimizer: Any) -> Iterator[Any]:
    """Yields an optimizer and those inside it, wrapped by a loss scale or sharing the variables.

    Example:

    >>> import keras
    >>> scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
    >>> [type(part).__name__ for part in optimizer_parts(scaled)]
    ['LossScaleOptimizer', 'SGD']
    """
    yield optimizer
    inner = getattr(optimizer, "inner_optimizer", None)
    for part in [inner] if inner is not None else getattr(optimizer, "optimizers", ()):
        yield from optimizer_parts(part)


def check_optimizer(optimizer: Any) -> None:
    """Raises if this version of Keras lacks what `leaving_alone` needs.

    Raises:
        RuntimeError: With the version and what is missing.
    """
    for part in optimizer_parts(optimizer):
        wrapper = hasattr(part, "inner_optimizer") or hasattr(part, "optimizers")
        needed = [] if wrapper else ["_trainable_variables", "_iterations"]
        if not wrapper and part.use_ema:
            needed += ["_model_variables_moving_average", "_update_model_variables_moving_average"]
        if not wrapper and part.gradient_accumulation_steps:
            needed += ["_accumulated_gradients"]
        missing = [name for name in needed if not hasattr(part, name)]
        if missing:
            raise RuntimeError(
                f"Keras {keras.__version__} offers no known way to freeze layers within "
                f"`fit`: {type(part).__name__} has no {missing}. Set `trainable=False` and compile "
                "the model again instead."
            )


def _leave_alone(stack: ExitStack, optimizer: Any, frozen: Variables) -> None:
    """Freezes variables of an optimizer that wraps no other."""
    check_optimizer(optimizer)
    own = list(optimizer._trainable_variables)
    is_frozen = [id(variable) in frozen for variable in own]
    _replace(stack, optimizer, "apply", _without_variables(optimizer, own, frozen))
    if optimizer.gradient_accumulation_steps:
        sums = _none_where(is_frozen, optimizer._accumulated_gradients)
        _replace(stack, optimizer, "_accumulated_gradients", sums)
    if optimizer.use_ema:
        averages = list(optimizer._model_variables_moving_average)
        update = optimizer._update_model_variables_moving_average
        # Where averages replace the variables, a frozen variable replaces itself.
        itself = [v if rests else a for rests, v, a in zip(is_frozen, own, averages, strict=True)]

        def update_the_others(trainable_variables: Sequence[Any]) -> None:
            with ExitStack() as inner:
                others = _none_where(is_frozen, averages)
                _replace(inner, optimizer, "_model_variables_moving_average", others)
                update(trainable_variables)

        _replace(stack, optimizer, "_model_variables_moving_average", itself)
        name = "_update_model_variables_moving_average"
        _replace(stack, optimizer, name, update_the_others)


def _without_variables(optimizer: Any, own: list[Any], frozen: Variables) -> Callable[..., None]:
    apply = optimizer.apply

    def apply_to_the_others(grads: Any, trainable_variables: Any = None) -> None:
        variables = own if trainable_variables is None else list(trainable_variables)
        pairs = zip(grads, variables, strict=True)
        others = [(g, v) for g, v in pairs if id(v) not in frozen]
        if others:
            apply([g for g, _ in others], [v for _, v in others])
        else:
            optimizer._iterations.assign_add(1)

    return apply_to_the_others


def _without_gradients(
    apply: Callable[..., None], own: Sequence[Any], frozen: Variables
) -> Callable[..., None]:
    """Returns `apply` without the frozen gradients, which then need not be finite."""

    def apply_without(grads: Any, trainable_variables: Any = None) -> None:
        variables = own if trainable_variables is None else list(trainable_variables)
        apply(_gradients(grads, variables, frozen), trainable_variables)

    return apply_without


def _stateless_without_gradients(
    optimizer: Any, own: Sequence[Any], frozen: Variables
) -> Callable[..., Any]:
    apply = optimizer.stateless_apply

    def apply_without(optimizer_variables: Any, grads: Any, trainable_variables: Any) -> Any:
        return apply(optimizer_variables, _gradients(grads, own, frozen), trainable_variables)

    return apply_without


def _gradients(grads: Any, variables: Sequence[Any], frozen: Variables) -> list[Any]:
    return _none_where([id(v) in frozen for v in variables], list(grads))


def _none_where(is_frozen: list[bool], values: Sequence[Any]) -> list[Any]:
    return [None if rests else value for rests, value in zip(is_frozen, values, strict=True)]


def _replace(stack: ExitStack, thing: Any, name: str, value: Any) -> None:
    stack.callback(Replaced(thing, name, value).restore)
