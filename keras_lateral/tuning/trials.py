"""The trials of a hypermodel: the user's model with methods, trained with each seed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.head.label_form import classes_of
from keras_lateral.keras_tools.learning_rate import rate_ends_near_zero
from keras_lateral.keras_tools.paired_batches import PairedBatches
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import Method, Space, change_by, combination
from keras_lateral.tuning.built_model import BuildModel, built_model

Arguments = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class MethodTrials:
    """Builds and trains the models of a set of values.

    Args:
        build_model: Returns the user's compiled model.
        spaces: From a method's name to its search space and the user's arguments for it.
        seeds: Seeds with which each trial is trained.
    """

    build_model: BuildModel
    spaces: Mapping[str, tuple[Space, Arguments]]
    seeds: tuple[int, ...]

    def method(self, hp: Any, epochs: int) -> Method:
        """Returns all methods, combined, with the values of a trial."""
        return combination(
            [space(hp, epochs, **arguments) for space, arguments in self.spaces.values()]
        )

    def build(self, hp: Any, seed: int, epochs: int = 2) -> keras.Model:
        """Returns the model with a seed's initial weights."""
        keras.utils.set_random_seed(seed)
        model = built_model(self.build_model, hp)
        model = change_by(self.method(hp, epochs), model)
        if model.built and not model.optimizer.built:
            # keras-tuner loads a checkpoint with the optimizer's state into the best model.
            model.optimizer.build(model.trainable_variables)
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
        """Returns the logs of the last epoch: the mean over the seeds, and those of each seed.

        Args:
            hp: `keras_tuner.HyperParameters` with the values of the trial.
            model: Model of the first seed.
            *arguments: Positional arguments of `fit`.
            epochs: Number of epochs for `fit`, before a method changes it.
            callbacks: Callbacks for `fit`; copied for each seed.
            **options: Other arguments of `fit`.
        """
        options.pop("initial_epoch", None)
        steps = _steps_per_epoch(arguments, options)
        method = self.method(hp, epochs)
        known = [*callbacks, *method.callbacks()]
        falls = rate_ends_near_zero(model, known, method.epochs_for(epochs), steps)
        method = method.under(falls)
        own_epochs = method.epochs_for(epochs)
        logs = {}
        for place, seed in enumerate(self.seeds):
            if place or "tuner/trial_id" in hp.values:  # or keras-tuner has loaded weights
                model = self.build(hp, seed)
            data, rest = _fit_arguments(method, model, arguments, options, seed)
            all_callbacks = [*_copied(callbacks), *method.callbacks()]
            keras.utils.set_random_seed(seed)
            with without_retracing_warnings():
                fit = model.fit(*data, epochs=own_epochs, callbacks=all_callbacks, **rest)
            logs[seed] = {name: values[-1] for name, values in fit.history.items()}
        return _means_and_values(logs)


def _fit_arguments(
    method: Method,
    model: keras.Model,
    arguments: Sequence[Any],
    options: Mapping[str, Any],
    seed: int,
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Returns the arguments and options of `fit`, with the batches as the method changes them."""
    if method.batches is None:
        return arguments, options
    x, y = (*arguments, options.get("x"), options.get("y"))[:2]
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)) or options.get(
        "validation_split"
    ):
        raise ValueError(
            f"Method {method.name!r} changes batches, so the search needs images and labels as "
            "NumPy arrays, and separate `validation_data`. "
            f"Received: {type(x).__name__}, {type(y).__name__} and {sorted(options)}"
        )
    size = options.get("batch_size") or 32
    change = method.batches_for(classes_of(model, y))
    batches = PairedBatches(x, y, size, seed, change=change, method=method.name)
    if batches[0][1].ndim == 2:
        use_soft_labels(model)
    return (batches,), {k: v for k, v in options.items() if k not in ("x", "y", "batch_size")}


def _steps_per_epoch(arguments: Sequence[Any], options: Mapping[str, Any]) -> int | None:
    """Returns the number of batches in an epoch, if it can be determined."""
    if options.get("steps_per_epoch"):
        return int(options["steps_per_epoch"])
    x: Any = arguments[0] if arguments else options.get("x")
    if not hasattr(x, "__len__") or isinstance(x, (dict, list, tuple)):
        return None
    if isinstance(x, keras.utils.PyDataset):
        return len(x)
    if not hasattr(x, "shape"):
        return None
    images = len(x) * (1 - (options.get("validation_split") or 0.0))
    return int(-(-images // (options.get("batch_size") or 32)))


def _copied(callbacks: Sequence[Any]) -> list[Any]:
    """Returns copies for one seed, except of keras-tuner's callbacks, which watch all seeds."""
    return [
        callback if type(callback).__module__.startswith("keras_tuner") else copy.deepcopy(callback)
        for callback in callbacks
    ]


def _means_and_values(logs: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    names = list(next(iter(logs.values())))
    means = {name: float(np.mean([values[name] for values in logs.values()])) for name in names}
    each = {
        f"{name}_seed_{seed}": float(values[name])
        for name in names
        for seed, values in logs.items()
        if name.startswith("val_")
    }
    return {**means, **each}
