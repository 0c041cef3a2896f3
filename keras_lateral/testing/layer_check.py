"""Checks that a layer does everything that a Keras layer is expected to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import keras

from keras_lateral.testing.calls import (
    check_channels_first,
    check_policy,
    check_symbolic_call,
    check_unknown_sizes,
)
from keras_lateral.testing.layer_checks import LayerChecks, Subject, run_checks
from keras_lateral.testing.round_trips import (
    check_clone,
    check_config,
    check_keras_file,
    check_weights_file,
)
from keras_lateral.testing.training_steps import (
    check_fit,
    check_fit_eagerly,
    check_fit_under_policy,
    check_fit_with_xla,
)

Check = Callable[[Subject], None]

CHECKS: dict[str, Check] = {
    "config": check_config,
    "symbolic_call": check_symbolic_call,
    "unknown_sizes": check_unknown_sizes,
    "channels_first": check_channels_first,
    "keras_file": check_keras_file,
    "weights_file": check_weights_file,
    "clone": check_clone,
    "fit_eagerly": check_fit_eagerly,
    "fit": check_fit,
    "fit_with_xla": check_fit_with_xla,
}

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


def check_layer(
    layer_class: type[keras.layers.Layer],
    init_kwargs: Mapping[str, Any] | None = None,
    input_shape: tuple[int, ...] = (2, 8, 8, 4),
    *,
    policies: Iterable[str] = POLICIES,
    unknown_sizes: bool = True,
    deterministic: bool = True,
    custom_objects: Mapping[str, Any] | None = None,
    skip: Mapping[str, str] | None = None,
) -> LayerChecks:
    """Checks that a layer is a good Keras layer on the active backend.

    - `config`: `get_config` holds the arguments; `from_config` and `keras.saving` give an equal
      layer.
    - `symbolic_call`: a KerasTensor gives the same output shape and dtype as data.
    - `unknown_sizes`: a model with only rank and channels known gives the same outputs.
    - `channels_first`: with moved axes the output is the moved output, and in training the
      gradient of the inputs the moved gradient. Skipped where the backend cannot compute it.
    - `keras_file`, `weights_file`: outputs and weights are the same, bit for bit, after `.keras`
      and `.weights.h5`.
    - `clone`: `clone_model` gives an equal layer with variables of its own.
    - `fit_eagerly`, `fit`, `fit_with_xla`: one step trains this layer and the one before it, and
      all three give the same weights.
    - `policy_...`: outputs have the compute dtype, weights the variables' dtype, and a symbolic
      call agrees.
    - `fit_policy_...`: a step leaves finite weights.

    Weights are shuffled before they are saved, so that one left out of the file is noticed. All
    checks use one input; the first failure ends them.

    Args:
        layer_class: A class of layers with one floating-point input and one output.
        init_kwargs: Arguments of its constructor.
        input_shape: Shape of the input with the batch, `(batch, ..., channels)`.
        policies: Names of the dtype policies to try.
        unknown_sizes: Whether the layer works where only rank and channels are known.
        deterministic: Whether equal weights and inputs give equal outputs while training.
        custom_objects: Names to objects for loading, where the layer is not registered.
        skip: Names of checks to skip, with the reason.

    Returns:
        The names of the checks passed, and of those skipped with the reason.

    Raises:
        AssertionError: If a check fails; says which, what was expected and what was found.
        ValueError: If `skip` names no check.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMask
    >>> only = {"fit_with_xla": "takes a second", "fit": "takes a second"}
    >>> checks = check_layer(
    ...     GradientMask, {"sigma": 1.5, "threshold": 0.1}, (2, 6, 6, 4), policies=(), skip=only
    ... )
    >>> "keras_file" in checks.passed, checks.skipped["fit"]
    (True, 'takes a second')
    """
    subject = Subject(
        layer_class=layer_class,
        init_kwargs=dict(init_kwargs or {}),
        input_shape=tuple(input_shape),
        unknown_sizes=unknown_sizes,
        deterministic=deterministic,
        custom_objects=dict(custom_objects or {}),
    )
    title = f"check_layer({layer_class.__name__})"
    return run_checks(title, _all_checks(policies), subject, skip)


def _all_checks(policies: Iterable[str]) -> dict[str, Check]:
    checks = dict(CHECKS)
    for policy in policies:
        checks[f"policy_{policy}"] = partial(check_policy, policy=policy)
        if policy != "float32":  # trained above
            checks[f"fit_policy_{policy}"] = partial(check_fit_under_policy, policy=policy)
    return checks
