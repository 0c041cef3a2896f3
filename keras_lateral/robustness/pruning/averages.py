"""Keeps pruned weights at zero when an optimizer overwrites weights with their averages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_lateral.robustness.pruning.mask import PruningMask, is_pruned

_METHOD = "finalize_variable_values"


class FinalizeWithZeros:
    """Replaces an optimizer's `finalize_variable_values`, which `fit` calls at its end.

    With `use_ema=True` that method writes moving averages into the weights. Keras takes these
    before it applies the constraint, so those of pruned weights are not zero.

    Args:
        finalize: The optimizer's own method.
    """

    def __init__(self, finalize: Any) -> None:
        self._finalize = finalize

    def __call__(self, var_list: Sequence[Any]) -> None:
        self._finalize(var_list)
        for variable in var_list:
            if isinstance(variable.constraint, PruningMask):
                variable.assign(variable.constraint(variable))


def hold_averages(model: Any) -> None:
    """Makes the optimizer of a compiled model keep zeros where there is a `PruningMask`."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not _holds(optimizer):
        vars(optimizer)[_METHOD] = FinalizeWithZeros(optimizer.finalize_variable_values)


def release_averages(model: Any) -> None:
    """Gives the optimizer its own method back, unless some weights are still pruned."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and _holds(optimizer) and not is_pruned(model):
        del vars(optimizer)[_METHOD]


def _holds(optimizer: Any) -> bool:
    return isinstance(vars(optimizer).get(_METHOD), FinalizeWithZeros)
