"""A keras-tuner hypermodel: the user's model with the methods of this library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import keras

from keras_lateral.keras_tools.seeds import Seeds, seed_numbers
from keras_lateral.method import Method, Space, combination
from keras_lateral.methods import known_methods, methods_of
from keras_lateral.tuning.built_model import BuildModel
from keras_lateral.tuning.packages import import_keras_tuner
from keras_lateral.tuning.trials import Arguments, MethodTrials


def method_hypermodel(
    build_model: BuildModel,
    methods: Sequence[str | Method] = ("gradient_mask",),
    *,
    seeds: Seeds = 3,
    **arguments: Arguments,
) -> Any:
    """Returns a `keras_tuner.HyperModel` that searches the hyperparameters of some methods.

    Every set of values is trained with the same seeds, each with its own weights and batches, and
    the search sees the mean: one training on few images is mostly noise. The results are those
    after the last epoch, not those of the best epoch, which would be too optimistic.

    It works with `resumable_tuner` and with keras-tuner's own tuners. In each round of Hyperband
    the models are trained from the beginning.

    Args:
        build_model: A function that returns a compiled model. It takes keras-tuner's `hp` if it has
            hyperparameters of its own. For the mask, the model is functional or Sequential.
        methods: Names of methods that have a search space, this library's or registered by
            `register_method`, or objects of class `Method`. All of them act together.
        seeds: Number of seeds, counted from 0, or the seeds themselves.
            `keras.utils.set_random_seed` is called with each.
        **arguments: Arguments of each method's search space, by its name. `gradient_mask`:
            arguments of `gradient_mask_space`, and those of `apply_gradient_mask` that are not
            searched, such as `layers` and `scope`. `frame_regularizer`: arguments of
            `frame_regularizer_space`, those of `FrameRegularizer` that are not searched, and
            `layers` as for `attach_regularizer`; likewise the rivals, for which
            `factor` is searched. `receptive_field_freeze`: arguments of
            `receptive_field_freeze_space`.

    Returns:
        A `keras_tuner.HyperModel`. Its `fit` needs `validation_data` or `validation_split`, and
        returns the mean of each value over the seeds, and the values of each seed, such as
        `val_accuracy_seed_0`.

    Raises:
        ImportError: If keras-tuner is missing.
        ValueError: If a method or seed is unknown, or an argument is for a method that is not
            chosen; when building, if the model is not compiled, or has nothing to mask.

    Example:

    >>> import keras, keras_tuner
    >>> from keras_lateral import method_hypermodel
    >>> def build_model():
    ...     layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="conv")]
    ...     model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(2)])
    ...     loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ...     model.compile("adam", loss, metrics=["accuracy"])
    ...     return model
    >>> hypermodel = method_hypermodel(build_model, ["gradient_mask", "frame_regularizer"])
    >>> hp = keras_tuner.HyperParameters()
    >>> hypermodel.build(hp).get_layer("conv").gradient_mask.sigma
    0.5
    >>> sorted(hp.values)[:2]
    ['frame_regularizer/condition_number', 'frame_regularizer/factor']
    """
    chosen = _search_spaces(methods)
    _check_arguments(chosen, arguments)
    spaces = {name: (space, dict(arguments.get(name) or {})) for name, space in chosen.items()}
    return _hypermodel_class()(MethodTrials(build_model, spaces, seed_numbers(seeds)))


def _search_spaces(methods: Sequence[str | Method]) -> dict[str, Space]:
    """Returns the search space of each method."""
    if isinstance(methods, (str, Method)) or not methods:
        raise ValueError(
            "Invalid value for argument `methods`. Expected a list of some of "
            f"{[line.name for line in known_methods()]}. Received: methods={methods!r}"
        )
    spaces: dict[str, Space] = {}
    chosen = methods_of(methods)
    for method in combination(chosen).parts or chosen:
        if method.space is None:
            raise ValueError(
                "Invalid value for argument `methods`. Expected methods with a search space. "
                f"Received: {method.name!r}, which has no hyperparameters to search"
            )
        spaces[method.name] = method.space
    return spaces


def _check_arguments(chosen: Mapping[str, Space], arguments: Mapping[str, Arguments]) -> None:
    for name, value in arguments.items():
        if name not in chosen:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected nothing, since {name!r} is not "
                f"among methods={list(chosen)}. Received: {name}={value!r}"
            )


@cache
def _hypermodel_class() -> Any:
    keras_tuner = import_keras_tuner()

    class MethodHyperModel(keras_tuner.HyperModel):  # type: ignore[name-defined]
        def __init__(self, trials: MethodTrials) -> None:
            super().__init__(name="methods")
            self.trials = trials

        def build(self, hp: Any) -> keras.Model:
            return self.trials.build(hp, self.trials.seeds[0])

        def fit(self, hp: Any, model: keras.Model, *arguments: Any, **options: Any) -> Any:
            if not {"validation_data", "validation_split"} & set(options):
                raise keras_tuner.errors.FatalValueError(
                    "Expected validation images, which are not trained on. Call `search` with "
                    "`validation_data=(x, y)`."
                )
            return self.trials.fit(hp, model, *arguments, **options)

    return MethodHyperModel
