"""Looks at what happened in a model's first training step, once.

What a training step does is known only when it has run: an own `train_step` may leave out losses,
layers may be frozen after something was attached to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keras_lateral.keras_tools.replaced import Replaced

Call = Callable[[], object]


def after_first_step(
    model: Any, check: Call, before: Call | None = None, *, what: str = ""
) -> None:
    """Calls a function once, after the first step that `fit` or `train_on_batch` makes from now on.

    Compiled functions run their Python code when they are traced, in that step; a function that is
    compiled already does not run it again, so build it anew before (`make_train_function`, with
    `force=True`). With `steps_per_execution` the "step" is one execution. A step that raises is
    not counted.

    Args:
        model: A model. It may be compiled later, and again; copies and saved files know nothing.
        check: Called once, right after the step. On JAX the model's variables hold no values then.
        before: Called right before the step, such as to forget what happened until then.
        what: What is checked, such as `"regularizers"`, for `stop_looking`.

    Example:

    >>> import keras, numpy as np
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> after_first_step(model, lambda: print("a step was made"), what="steps")
    >>> model.compile("sgd", "mse")
    >>> for _ in range(2):
    ...     _ = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    a step was made
    >>> "make_train_function" in vars(model)
    False
    """
    watched = vars(model).get("make_train_function")
    if not isinstance(watched, _WatchedSteps) or not watched.checks:
        watched = _WatchedSteps(model)
    watched.checks.append(_Check(check, before, what))


def stop_looking(model: Any, what: str) -> None:
    """Ends `after_first_step` before that step, for what is not attached any more.

    Args:
        model: The model.
        what: As it was given to `after_first_step`.
    """
    watched = vars(model).get("make_train_function")
    if isinstance(watched, _WatchedSteps):
        watched.stop(what)


class _Check(NamedTuple):
    after: Call
    before: Call | None
    what: str


class _WatchedSteps:
    """Acts as the `make_train_function` of an instance until its first step is made."""

    def __init__(self, model: Any) -> None:
        self.checks: list[_Check] = []
        self._model, self._make_train_function = model, model.make_train_function
        self._replaced = Replaced(model, "make_train_function", self)
        self._watch(model.train_function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Makes the function. One that was there before is left alone, as others may hold it."""
        existing = self._model.train_function
        result = self._make_train_function(*args, **kwargs)
        if self.checks and self._model.train_function is not existing:
            self._watch(self._model.train_function)
        self._end_if_done()
        return result

    def begin(self) -> None:
        """Called before a step."""
        for check in self.checks:
            if check.before is not None:
                check.before()

    def end(self) -> None:
        """Called after a step that was made."""
        checks, self.checks = self.checks, []
        self._end_if_done()
        for check in checks:
            check.after()

    def stop(self, what: str) -> None:
        """Leaves out the checks of something."""
        self.checks = [check for check in self.checks if check.what != what]
        if not self.checks and isinstance(self._model.train_function, _WatchedFunction):
            self._model.train_function = self._model.train_function.function
        self._end_if_done()

    def _watch(self, function: Any) -> None:
        if function is not None:
            self._model.train_function = _WatchedFunction(self._model, function, self)

    def _end_if_done(self) -> None:
        # A freeze may have put its own function on top of this one. It puts this one back when it
        # ends, and `fit` begins by calling it.
        if not self.checks and vars(self._model).get("make_train_function") is self:
            self._replaced.restore()


class _WatchedFunction:
    """Acts as a model's `train_function`, and as nothing but that after the first step."""

    def __init__(self, model: Any, function: Callable[..., Any], steps: _WatchedSteps) -> None:
        self._model, self.function, self._steps = model, function, steps

    def __call__(self, *args: Any) -> Any:
        if not self._steps.checks:
            return self.function(*args)
        self._steps.begin()
        result = self.function(*args)
        # Only in this step: a freeze compares the model's function with the one it knows.
        if self._model.train_function is self:
            self._model.train_function = self.function
        self._steps.end()
        return result
