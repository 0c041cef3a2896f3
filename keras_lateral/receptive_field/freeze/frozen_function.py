"""A model's training function in which some variables are frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from weakref import ref

import keras

from keras_lateral.keras_tools.replaced import Replaced
from keras_lateral.receptive_field.freeze.optimizer_hooks import (
    Variables,
    begin_averages,
    check_optimizer,
    leaving_alone,
)
from keras_lateral.receptive_field.freeze.step_check import StepCheck
from keras_lateral.receptive_field.freeze.unbuilt import build_by_batches


class FrozenFunction:
    """A replacement for `model.train_function`: the same step, with some variables frozen.

    The layers keep their `trainable` flags, so nothing is recompiled, saved files hold what they
    always hold, and BatchNormalization goes on as in training. Nothing uses the gradients of the
    frozen variables, so compiled functions do not compute them.

    Args:
        model: A compiled model. Its optimizer is built here if it is not yet.
        variables: The variables to freeze; or a function that returns them, if the model is built
            by its first step.
    """

    def __init__(self, model: Any, variables: Sequence[Any] | Callable[[], Sequence[Any]]) -> None:
        self.model = model
        self.around: FrozenFunction | None = None
        self.check: StepCheck | None = None
        self.calls = 0
        self._optimizer = model.optimizer
        # Weakly: as long as anything holds a model's function, JAX reuses its compiled code for a
        # new one, whatever the model was compiled with in between.
        self._ordinary = ref(_ordinary_function(model))
        self._find = variables if callable(variables) else None
        self._variables: list[Any] = []
        self._function: Callable[..., Any] | None = None
        if not callable(variables):
            self._prepare(variables)

    @property
    def variables(self) -> list[Any]:
        """The frozen variables."""
        if self._find is not None:
            self._variables, self._find = list(self._find()), None
        return self._variables

    def begin(self, around: FrozenFunction | None, *, verify: bool) -> None:
        """Begins steps in the place of another frozen function, or of the ordinary one.

        Args:
            around: The other one, whose variables are among these.
            verify: Whether to compare the variables around each step. If the other one does, this
                does, too.
        """
        self.around = around
        verify = verify or (around is not None and around.check is not None)
        self.check = StepCheck() if verify else None
        if self._function is not None:  # a later training of the model may begin here
            begin_averages(self._optimizer, self._frozen())

    def _prepare(self, variables: Sequence[Any]) -> None:
        self._variables = list(variables)
        build_optimizer(self.model, of_any_model=True)
        check_optimizer(self._optimizer)
        self._function = _new_train_function(self.model)
        begin_averages(self._optimizer, self._frozen())

    def fits(self, model: Any, variables: Sequence[Any]) -> bool:
        """Returns whether this is the function for this model as it is compiled now.

        Compiling makes another ordinary function, even with the same optimizer.
        """
        same = {id(v) for v in self.variables} == {id(v) for v in variables}
        return same and model is self.model and self.is_current

    @property
    def is_current(self) -> bool:
        """Whether the model has not been compiled again since."""
        ordinary = self._ordinary()
        return ordinary is not None and _ordinary_function(self.model) is ordinary

    @property
    def is_in_use(self) -> bool:
        """Whether the model's steps now go through this function."""
        function = self.model.train_function
        while isinstance(function, FrozenFunction) and function is not self:
            function = function.around
        return function is self

    def __call__(self, *args: Any) -> Any:
        if self._function is None:
            build_by_batches(self.model, args[0])
            self._prepare(self.variables)
        self._count()
        if self.check is None:
            return self._step(*args)
        return self.check.around(self.model, self.variables, self._step, *args)

    def _count(self) -> None:
        self.calls += 1
        if self.around is not None:
            self.around._count()

    def _step(self, *args: Any) -> Any:
        assert self._function is not None
        # Around the whole call, not within the step: replicas run the step in threads.
        with self._leaving_alone(), _no_gradients(self.model, self.variables):
            return self._function(*args)

    @contextmanager
    def values_at_the_end(self) -> Iterator[None]:
        """Within this context frozen variables keep their values also when `fit` ends.

        There an optimizer with moving averages replaces all weights by them.
        """
        finalize = self._optimizer.finalize_variable_values

        def finalize_the_others(variables: Sequence[Any]) -> None:
            with self._leaving_alone():
                finalize(variables)

        name = "finalize_variable_values"
        replaced = Replaced(self._optimizer, name, finalize_the_others)
        try:
            yield
        finally:
            replaced.restore()

    def _frozen(self) -> Variables:
        return frozenset(id(variable) for variable in self.variables)

    def _leaving_alone(self) -> AbstractContextManager[None]:
        return leaving_alone(self._optimizer, self.model.trainable_variables, self._frozen())


def variables_frozen_now(model: Any) -> list[Any]:
    """Returns the variables that the next training step of a model will leave alone.

    Args:
        model: Any model. One that is not built in its frozen epoch has none yet.
    """
    function = getattr(model, "train_function", None)
    return list(function._variables) if isinstance(function, FrozenFunction) else []


_KEPT = "_keras_lateral_frozen_functions"


def keep_frozen_functions(model: Any) -> None:
    """Makes a model keep its frozen functions, so that they are compiled once for all callbacks.

    Without this, each callback compiles its own, and a model shows no trace of it.

    Args:
        model: A model that is trained several times.
    """
    vars(model).setdefault(_KEPT, [])


def frozen_function(
    model: Any, variables: Sequence[Any], before: FrozenFunction | None
) -> FrozenFunction:
    """Returns a function with these variables frozen: an earlier one, or a new one.

    Args:
        model: A compiled and built model.
        variables: The variables to freeze.
        before: The function that the callback used before, if it did.
    """
    kept: list[FrozenFunction] = vars(model).get(_KEPT, [])
    kept[:] = [function for function in kept if function.is_current]
    for function in (before, *kept):
        if function is not None and function.fits(model, variables) and not function.is_in_use:
            return function
    kept.append(FrozenFunction(model, variables))
    return kept[-1]


class FrozenEpoch:
    """Replaces `model.train_function` by a function until it ends.

    `fit` reads `model.train_function` in every step. If an exception ends it, the next `fit` or
    `train_on_batch`, with or without a callback, begins with `make_train_function`, which ends this
    too. Of several in one epoch, each also freezes what those before it freeze; they may end in any
    order.

    Args:
        model: A compiled model.
        function: The function that `fit` calls instead.
    """

    def __init__(self, model: Any, function: FrozenFunction) -> None:
        self._model, self._function, self._before = model, function, model.train_function
        self._make_train_function, self._ended = model.make_train_function, False
        self._instead = Replaced(model, "make_train_function", self)
        model.train_function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Acts as the model's `make_train_function`."""
        self.end()
        return self._make_train_function(*args, **kwargs)

    @property
    def function(self) -> FrozenFunction:
        """The function that `fit` calls instead."""
        return self._function

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended

    def end(self) -> None:
        """Ends it, once; the earlier function comes back when all later ones have ended."""
        self._ended = True
        last = vars(self._model).get("make_train_function")
        while isinstance(last, FrozenEpoch) and last._ended:
            last._put_back()
            last = vars(self._model).get("make_train_function")

    def _put_back(self) -> None:
        self._instead.restore()
        if self._model.train_function is self._function:
            self._model.train_function = self._before
        self._before = None  # no longer held, see FrozenFunction


def build_optimizer(model: Any, *, of_any_model: bool = False) -> None:
    """Builds a compiled model's optimizer on all of its variables, if it is not built yet.

    Args:
        model: The model.
        of_any_model: Whether also that of a model that is not built itself. Steps that never call
            the model, only its layers, leave it so.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built or not (model.built or of_any_model):
        return
    strategy = getattr(model, "distribute_strategy", None)
    with nullcontext() if strategy is None else strategy.scope():
        optimizer.build(model.trainable_variables)


def _ordinary_function(model: Any) -> Any:
    """Returns the training function of a compiled model in which nothing is frozen."""
    function = model.train_function
    return function._ordinary() if isinstance(function, FrozenFunction) else function


def _new_train_function(model: Any) -> Callable[..., Any]:
    """Returns a training function that shares no compiled code with any other.

    The step is a new function each time: JAX would otherwise reuse a step with other frozen
    variables of the same shapes.
    """
    step, before = model.train_step, model.train_function

    def train_step(*args: Any, **kwargs: Any) -> Any:
        return step(*args, **kwargs)

    fresh = Replaced(model, "train_step", train_step)
    make_train_function = model.make_train_function
    while isinstance(make_train_function, FrozenEpoch):  # which this must not end
        make_train_function = make_train_function._make_train_function
    try:
        make_train_function(force=True)
        return model.train_function
    finally:
        model.train_function = before
        fresh.restore()


@contextmanager
def _no_gradients(model: Any, variables: Sequence[Any]) -> Iterator[None]:
    """Stops torch from computing gradients that nothing uses: it computes all that require one."""
    if keras.config.backend() != "torch" or len(variables) == len(model.trainable_variables):
        yield  # torch has no backward pass if nothing requires a gradient
        return
    requiring = [v.value for v in variables if v.value.requires_grad]
    for parameter in requiring:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in requiring:
            parameter.requires_grad_(True)
