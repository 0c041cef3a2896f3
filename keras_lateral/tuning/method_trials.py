"""What a hypermodel does in each trial: the user's model with methods, trained with each seed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.callbacks.receptive_field_freeze import ReceptiveFieldFreeze
from keras_lateral.layers.apply_gradient_mask import apply_gradient_mask
from keras_lateral.regularizers.attach_regularizer import attach_regularizer
from keras_lateral.regularizers.frame_regularizer import FrameRegularizer
from keras_lateral.tuning.built_model import BuildModel, built_model, check_has_convolution
from keras_lateral.tuning.frame_regularizer_space import frame_regularizer_space
from keras_lateral.tuning.gradient_mask_space import gradient_mask_space
from keras_lateral.tuning.receptive_field_freeze_space import receptive_field_freeze_space

Arguments = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class MethodTrials:
    """Builds and trains what one set of values means.

    Args:
        build_model: Makes the user's compiled model.
        methods: From a method's name to the arguments of its space, and others.
        seeds: What each trial is trained with.
    """

    build_model: BuildModel
    methods: Mapping[str, Arguments]
    seeds: tuple[int, ...]

    def build(self, hp: Any, seed: int) -> keras.Model:
        """Returns the model whose first weights come from a seed."""
        keras.utils.set_random_seed(seed)
        model = built_model(self.build_model, hp)
        if "gradient_mask" in self.methods:
            model = _with_masks(model, hp, self.methods["gradient_mask"])
        if "frame_regularizer" in self.methods:
            _regularize(model, hp, self.methods["frame_regularizer"])
        self.freezes(hp, 2)  # tells the search of it
        return model

    def fit(
        self,
        hp: Any,
        model: keras.Model,
        *arguments: Any,
        epochs: int = 1,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        **options: Any,
    ) -> dict[str, float]:
        """Returns what was logged in the last epoch: the mean over the seeds, and each.

        Args:
            hp: `keras_tuner.HyperParameters` with the values of the trial.
            model: That of the first seed.
            *arguments: For `fit`.
            epochs: For `fit`.
            callbacks: For `fit`; copied for each seed.
            **options: For `fit`.
        """
        options.pop("initial_epoch", None)
        logs = {}
        for place, seed in enumerate(self.seeds):
            if place or "tuner/trial_id" in hp.values:  # or keras-tuner has loaded weights
                model = self.build(hp, seed)
            own = [*_copies(callbacks), *self.freezes(hp, epochs)]
            keras.utils.set_random_seed(seed)
            history = model.fit(*arguments, epochs=epochs, callbacks=own, **options).history
            logs[seed] = {name: values[-1] for name, values in history.items()}
        return _mean_and_each(logs)

    def freezes(self, hp: Any, epochs: int) -> list[keras.callbacks.Callback]:
        """Returns the callback that freezes, if one is meant."""
        if "receptive_field_freeze" not in self.methods:
            return []
        if epochs < 2 and "tuner/epochs" in hp.values:
            return []  # Hyperband's shortest rounds have no epoch to rest in
        space = self.methods["receptive_field_freeze"]
        return [ReceptiveFieldFreeze(**receptive_field_freeze_space(hp, epochs, **space))]


def _with_masks(model: keras.Model, hp: Any, arguments: Arguments) -> keras.Model:
    searched, others = _split(arguments, ("sigma", "feature_sets", "threshold"))
    if "layers" not in others:
        check_has_convolution(model)
    return apply_gradient_mask(model, **gradient_mask_space(hp, **searched), **others)


def _regularize(model: keras.Model, hp: Any, arguments: Arguments) -> None:
    searched, others = _split(arguments, ("lower", "upper", "condition_number", "factor"))
    layers = others.pop("layers", None)
    regularizer = FrameRegularizer(**frame_regularizer_space(hp, **searched), **others)
    attach_regularizer(model, regularizer, layers)


def _split(arguments: Arguments, names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    searched = {name: value for name, value in arguments.items() if name in names}
    return searched, {name: value for name, value in arguments.items() if name not in names}


def _copies(callbacks: Sequence[Any]) -> list[Any]:
    """Returns a seed's own callbacks; keras-tuner's watch all seeds of a trial together."""
    tuners = [type(one).__module__.startswith("keras_tuner") for one in callbacks]
    return [
        one if tuner else copy.deepcopy(one) for one, tuner in zip(callbacks, tuners, strict=True)
    ]


def _mean_and_each(logs: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    names = list(next(iter(logs.values())))
    means = {name: float(np.mean([one[name] for one in logs.values()])) for name in names}
    each = {
        f"{name}_seed_{seed}": float(one[name])
        for name in names
        for seed, one in logs.items()
        if name.startswith("val_")
    }
    return {**means, **each}
