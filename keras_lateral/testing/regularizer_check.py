"""Checks that a regularizer does everything that a Keras regularizer is expected to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import keras

from keras_lateral.testing.layer_checks import LayerChecks, run_checks
from keras_lateral.testing.regularizer_models import (
    check_clone_of_regularizer,
    check_config_of_regularizer,
    check_factor_in_fit,
    check_keras_file_of_regularizer,
    check_precision,
    check_step,
    check_step_eagerly,
    check_step_with_xla,
)
from keras_lateral.testing.regularizer_subject import (
    RegularizerSubject,
    check_every,
    check_factor,
    check_gradient_of_value,
    check_value,
)

REGULARIZER_CHECKS: dict[str, Callable[[RegularizerSubject], None]] = {
    "config": check_config_of_regularizer,
    "value": check_value,
    "gradient": check_gradient_of_value,
    "factor": check_factor,
    "every": check_every,
    "keras_file": check_keras_file_of_regularizer,
    "clone": check_clone_of_regularizer,
    "fit_eagerly": check_step_eagerly,
    "fit": check_step,
    "fit_with_xla": check_step_with_xla,
    "factor_in_fit": check_factor_in_fit,
}


def check_regularizer(
    regularizer: keras.regularizers.Regularizer,
    shapes: Sequence[Sequence[int]] = ((3, 3, 2, 4), (4, 5)),
    *,
    policies: Iterable[str] = ("mixed_float16", "mixed_bfloat16"),
    non_negative: bool = True,
    deterministic: bool = True,
    custom_objects: Mapping[str, Any] | None = None,
    skip: Mapping[str, str] | None = None,
) -> LayerChecks:
    """Checks that a regularizer is a good Keras regularizer on the active backend.

    - `config`: its config makes an equal regularizer, by `from_config` and `keras.regularizers`.
    - `value`: for a random kernel one finite number, 0 or above.
    - `gradient`: finite, not zero, and equal to finite differences of the value.
    - `keras_file`, `clone`: a model saved and loaded, or cloned, keeps it and its loss; it
      adds nothing to a model's weights.
    - `fit_eagerly`, `fit`, `fit_with_xla`: a step moves the kernel by the gradient of an eager
      call, and reports its value.
    - `policy_...`: under a mixed dtype policy the loss is that of the kernel in float32, and a
      kernel in half precision has a value near it.

    For this library's own, with a `factor` that can be set and `every`, also:

    - `factor`: the value is proportional to it.
    - `every`: computed in one of three calls, three times as strong.
    - `factor_in_fit`: set between two calls of `fit`, it reaches the compiled step.

    Args:
        regularizer: An instance. It is not changed: models are trained with copies of it.
        shapes: Shapes of kernels to call it with. Those of rank 2 become dense layers' kernels
            in models, those of rank 3 to 5 convolutions'; only the first is used in models.
        policies: Names of the mixed dtype policies to try.
        non_negative: Whether values below 0 are a fault.
        deterministic: Whether equal regularizers give equal values. One that draws by Keras'
            random functions with a seed from its config does.
        custom_objects: Names to objects for loading, where the regularizer is not registered.
        skip: Names of checks to skip, with the reason.

    Returns:
        The names of the checks passed, and of those skipped with the reason.

    Raises:
        AssertionError: If a check fails; says which, what was expected and what was found.
        ValueError: If it is not a regularizer, a shape is not a kernel's, or `skip` names no check.

    Example:

    >>> import keras
    >>> only = {"fit_with_xla": "takes a second", "fit": "takes a second"}
    >>> checks = check_regularizer(keras.regularizers.L2(0.1), [(4, 5)], policies=(), skip=only)
    >>> "gradient" in checks.passed, checks.skipped["factor"]
    (True, 'the regularizer has no `factor` to set')
    """
    subject = RegularizerSubject(
        regularizer=_checked(regularizer),
        shapes=_kernel_shapes(shapes),
        non_negative=non_negative,
        deterministic=deterministic,
        custom_objects=dict(custom_objects or {}),
    )
    checks = dict(REGULARIZER_CHECKS)
    for policy in policies:
        checks[f"policy_{policy}"] = partial(check_precision, policy=policy)
    title = f"check_regularizer({type(regularizer).__name__})"
    return run_checks(title, checks, subject, skip)


def _checked(regularizer: Any) -> Any:
    if not isinstance(regularizer, keras.regularizers.Regularizer):
        raise ValueError(
            "Invalid value for argument `regularizer`. Expected an instance of "
            f"`keras.regularizers.Regularizer`. Received: regularizer={regularizer!r}"
        )
    return regularizer


def _kernel_shapes(shapes: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    found = tuple(tuple(shape) for shape in shapes)
    if not found or not all(2 <= len(shape) <= 5 for shape in found):
        raise ValueError(
            "Invalid value for argument `shapes`. Expected shapes of kernels, of rank 2 to 5. "
            f"Received: shapes={shapes!r}"
        )
    return found
