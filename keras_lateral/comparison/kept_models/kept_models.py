"""Models that are kept from training to training, instead of being built and traced again."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras

from keras_lateral.comparison.kept_models.differences import (
    difference_in_python,
    difference_in_variables,
    runs_other_code,
    same_values,
    why_not_to_keep,
)
from keras_lateral.comparison.kept_models.first_draws import BeginsAsNew
from keras_lateral.comparison.kept_models.model_state import (
    build_optimizer,
    follow_seeds,
    set_back,
    size_of,
)
from keras_lateral.receptive_field.freeze.frozen_function import keep_frozen_functions

LARGEST = 2**29
"""Bytes of all kept models together: of larger ones the first are kept, the others built anew."""

COLLECTED = 2**26
"""Bytes of models that are no longer used from which on Python is asked to free them."""


@dataclass(frozen=True)
class Arm:
    """One way to train, of which a model is kept.

    Args:
        name: Its name.
        build: Builds a compiled model with a seed's initial state.
        change: The method's change of the model.
        batches: Returns the number of batches in an epoch of a seed's training.
        try_steps: Makes the first steps of a seed's training with a model, and with a callback.
    """

    name: str
    build: Callable[[int], keras.Model]
    change: Callable[..., Any]
    batches: Callable[[int], int]
    try_steps: Callable[[keras.Model, int, keras.callbacks.Callback], None]


class KeptModels:
    """The models of one process, one for each arm of a comparison.

    For each training a model is built, as it always was, but not traced: its state is copied to
    the model of this arm that is traced already. So the seed's weights are drawn by the same code
    as ever, and a training in the kept model is the same, bit for bit, as in the new one.

    What cannot be set back is built anew for each training, and a warning says so once: a model
    that adds variables in training, or whose settings or attributes change. Where code is neither
    Keras' nor this library's, the first steps are also made both ways and compared, once.
    """

    def __init__(self) -> None:
        self._models: dict[str, keras.Model] = {}
        self._shuffles: dict[str, int] = {}
        self._checked: set[str] = set()
        self._built_anew: set[str] = set()
        self._discarded = 0

    def __reduce__(self) -> tuple[type[KeptModels], tuple[()]]:
        return KeptModels, ()  # each process has its own

    def models(self) -> list[keras.Model]:
        """Returns the kept models."""
        return list(self._models.values())

    @contextmanager
    def model_for(self, arm: Arm, seed: int) -> Iterator[tuple[keras.Model, BeginsAsNew]]:
        """A scope with the model to train, which is kept if nothing is raised within.

        Args:
            arm: The arm.
            seed: The seed of the training.

        Returns:
            The model, and a callback that must be the first one of its `fit`.
        """
        if self._discarded >= COLLECTED:
            gc.collect()  # models hold reference cycles
            self._discarded = 0
        model = self._model(arm, seed, self._models.pop(arm.name, None))
        keep_frozen_functions(model)
        begins = BeginsAsNew(seed, arm.batches(seed), self._shuffles.get(arm.name))
        yield model, begins
        if begins.shuffles is None and arm.name not in self._built_anew:
            self._warn(arm, "its `fit` draws random numbers before the training begins")
        if arm.name in self._built_anew or not self._has_room_for(model):
            self._discarded += COLLECTED
        else:
            self._models[arm.name] = model
            self._shuffles[arm.name] = begins.shuffles or 0

    def _model(self, arm: Arm, seed: int, kept: keras.Model | None) -> keras.Model:
        fresh = arm.build(seed)
        if arm.name in self._built_anew:
            return fresh
        if kept is None:
            model, reason = fresh, why_not_to_keep(fresh)
            if reason is None and runs_other_code(fresh, arm.change):
                model = arm.build(seed)  # code that counts its traces is traced as `fit` alone does
        else:
            build_optimizer(fresh)
            model, reason = kept, self._set_back(arm, seed, kept, fresh)
            self._discarded += size_of(fresh)
        if reason is None:
            return model
        self._warn(arm, reason)
        return arm.build(seed)

    def _set_back(self, arm: Arm, seed: int, kept: keras.Model, fresh: keras.Model) -> str | None:
        """Sets a kept model back, or returns why it cannot be."""
        reason = difference_in_variables(kept, fresh)
        if reason is not None:
            return reason
        follow_seeds(kept, fresh)
        set_back(kept, fresh)
        reason = difference_in_python(kept, fresh)
        if reason is None and arm.name not in self._checked:
            self._checked.add(arm.name)
            if runs_other_code(kept, arm.change):
                reason = self._difference_after_steps(arm, seed, kept)
                build_optimizer(fresh := arm.build(seed))
                set_back(kept, fresh)
        keras.utils.set_random_seed(seed)
        return reason

    def _difference_after_steps(self, arm: Arm, seed: int, kept: keras.Model) -> str | None:
        """Makes the first steps with a new model too, and returns what this shows."""
        fresh = arm.build(seed)
        for model, shuffles in ((kept, self._shuffles[arm.name]), (fresh, None)):
            keras.utils.set_random_seed(seed)
            arm.try_steps(model, seed, BeginsAsNew(seed, arm.batches(seed), shuffles))
        reason = difference_in_variables(kept, fresh) or difference_in_python(kept, fresh)
        if reason is None and not same_values(kept, fresh):
            reason = "its first steps are others than those of a new model"
        return reason

    def _warn(self, arm: Arm, reason: str) -> None:
        self._built_anew.add(arm.name)
        warnings.warn(
            f"The model of {arm.name!r} is built and traced anew for each training, which takes "
            f"longer: {reason}.",
            UserWarning,
            stacklevel=6,
        )

    def _has_room_for(self, model: keras.Model) -> bool:
        return size_of(model) + sum(map(size_of, self._models.values())) <= LARGEST
