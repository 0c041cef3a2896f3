"""Whether the steps of frozen epochs leave the frozen variables as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_lateral.receptive_field.freeze.same_bits import differing, snapshots


class StepCheck:
    """Compares frozen variables before and after each call of a training function.

    What changes them between the calls is not the freeze's matter: callbacks swap weights with
    their averages at an epoch's end, or restore the best ones. Within an epoch it is noted.

    The answers stay on the device until they are asked for.
    """

    def __init__(self) -> None:
        self._variables: list[Any] | None = None
        self._places: list[int] = []
        self._in_steps: Any = None
        self._between: Any = None
        self._last: list[Any] | None = None

    def around(
        self, model: Any, variables: Sequence[Any], function: Callable[..., Any], *args: Any
    ) -> Any:
        """Returns what a training function returns.

        Args:
            model: The model that is trained.
            variables: Its frozen variables, the same in each call.
            function: The training function.
            *args: Its arguments.
        """
        if self._variables is None:
            trained = [id(variable) for variable in model.trainable_variables]
            self._variables = [variable for variable in variables if id(variable) in trained]
            self._places = [trained.index(id(variable)) for variable in self._variables]
        if not self._variables:
            return function(*args)
        before = snapshots(self._values(args[0]))  # on JAX that is the state
        if self._last is not None:
            self._between = _either(self._between, differing(self._last, before))
        self._last = before
        result = function(*args)
        after = self._values(result[1] if keras.config.backend() == "jax" else None)
        self._in_steps = _either(self._in_steps, differing(before, after))
        return result

    def _values(self, state: Any) -> list[Any]:
        """Returns the values of the variables; on JAX a step has them in its state alone."""
        if keras.config.backend() == "jax":
            return [state[0][place] for place in self._places]
        return [variable.value for variable in self._variables or ()]

    def changed_in_steps(self) -> list[str]:
        """Returns the paths of the variables that a step has changed."""
        return self._named(self._in_steps)

    def changed_between_steps(self) -> list[str]:
        """Returns the paths of the variables that changed between two steps."""
        return self._named(self._between)

    def _named(self, flags: Any) -> list[str]:
        if flags is None or self._variables is None:
            return []
        pairs = zip(self._variables, keras.ops.convert_to_numpy(flags), strict=True)
        return [variable.path for variable, changed in pairs if changed]

    def raise_if_changed(self) -> None:
        """Raises if a step has changed a frozen variable.

        Raises:
            RuntimeError: With the names of the variables.
        """
        changed = self.changed_in_steps()
        if changed:
            raise RuntimeError(
                f"These frozen variables have changed: {changed}. Something other than "
                "`model.optimizer` writes them within the training step, such as the model's own "
                "optimizer in a custom `train_step`, or a layer."
            )


def _either(flags: Any, more: Any) -> Any:
    return more if flags is None else keras.ops.logical_or(flags, more)
