"""What to switch on here, in which order, and what each adds given the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from keras_lateral.comparison.answer.trust import (
    makes_no_error,
    no_effect_text,
    no_errors_text,
    trust_signals,
)
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.compare_methods import compare
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.devices.chosen import Devices
from keras_lateral.comparison.image_weights import ClassWeight
from keras_lateral.comparison.recommendation.record import (
    EFFECT,
    AddedMethod,
    Recommendation,
    RecommendationStep,
)
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.statistics.verdict import LEVEL
from keras_lateral.comparison.training import BuildModel, Task
from keras_lateral.comparison.tuned.tune import Tune, checked_tune
from keras_lateral.comparison.tuned.tuning_images import compared_images
from keras_lateral.datasets.checked_part import is_count
from keras_lateral.datasets.from_arrays import ComparedData, image_dataset
from keras_lateral.datasets.validation import Validation, check_validation
from keras_lateral.keras_tools.head.of_model import ModelReturns
from keras_lateral.keras_tools.paired_batches import Augment
from keras_lateral.method import BASELINE, Callbacks, Method, combination, no_callbacks
from keras_lateral.methods import MAIN_METHODS, methods_of
from keras_lateral.tuning.training_record import TrainingTuning

SHARED = (
    *("data", "image_shape", "classes", "folds", "training_images", "test_images"),
    *("model", "parameters", "epochs", "batch_size", "augment", "callbacks"),
    *("class_weight", "validation"),
)
"""Settings that all comparisons of a recommendation share, and its code is made of."""

Look = Callable[[Sequence[Method], Sequence[int]], Comparison]
"""From methods and seeds to their comparison."""


def recommend(
    build_model: BuildModel,
    data: ComparedData,
    methods: Sequence[str | Method] = MAIN_METHODS,
    *,
    seeds: int = 5,
    max_steps: int = 3,
    epochs: int = 30,
    batch_size: int = 32,
    augment: Augment | None = None,
    callbacks: Callbacks = no_callbacks,
    folder: str | os.PathLike[str] | None = None,
    workers: int = 1,
    devices: Devices = None,
    tune: bool | Tune = False,
    validation: Validation = None,
    class_weight: ClassWeight = None,
    progress: bool = True,
    model_returns: ModelReturns | None = None,
) -> Recommendation:
    """Recommends which methods to switch on, in which order, and says what each adds.

    Greedy forward steps: each one compares every method that is left, together with those that are
    switched on already, with these alone. One of them is chosen if its gain is beyond chance, with
    p values adjusted for all candidates of the step (Holm). The best of several looks better than
    it is, so the chosen one is measured again with seeds that nothing was chosen by, and that
    number is reported; where it is no gain any more, it is not recommended. Each step has seeds of
    its own.

        step k:  choose with seeds 2kn ... 2kn+n-1,  measure again with the next n

    Args:
        build_model: As for `compare`.
        data: As for `compare`.
        methods: The methods to choose from, as for `compare`.
        seeds: Number n of pairs for each candidate of a step, at least 2, and for measuring again.
        max_steps: Largest number of methods to switch on.
        epochs: As for `compare`; so are the other arguments.
        batch_size: Images in a batch.
        augment: Augments batches.
        callbacks: Returns the callbacks of each training.
        folder: Folder for the trainings of all steps; the same call resumes.
        workers: Number of processes.
        devices: As for `compare`.
        tune: Whether each combination is tuned before it is compared.
        validation: Images for validation, where callbacks monitor them.
        class_weight: How much each class counts.
        progress: Whether to write a line to standard error for each training.
        model_returns: What the networks return.

    Returns:
        A `Recommendation`, which prints the steps and the code to paste.

    Raises:
        ValueError: If an argument is not as described, or a method alone cannot be applied. What
            cannot be combined with the methods before is left out, and named.

    Example:

    >>> import keras
    >>> from keras_lateral import Method, recommend
    >>> from keras_lateral.datasets import load_images
    >>> def build_model():
    ...     layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    ...     model = keras.Sequential([*layers, keras.layers.Softmax()])
    ...     model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    ...     return model
    >>> data = load_images("digits").subset(4, test_per_class=10)
    >>> longer = Method("longer", epochs=lambda epochs: 15 * epochs)
    >>> record = recommend(build_model, data, [longer], seeds=3, epochs=4, progress=False)
    >>> record.methods, record.reason
    (('longer',), 'no method is left')
    """
    chosen_from = methods_of(methods)
    _check_whole(seeds=(seeds, 2), max_steps=(max_steps, 1))
    if isinstance(tune, TrainingTuning):
        raise ValueError(
            "Invalid value for argument `tune`. Expected True, False or Tune(trials=...): "
            "combinations are tuned as they come up. Received: what `tune_training` has returned"
        )
    check_validation(validation)
    images = image_dataset(data).scaled()
    images = images if checked_tune(tune) is None else compared_images(images)
    task = Task(
        build_model,
        images,
        epochs,
        batch_size,
        augment=augment,
        callbacks=callbacks,
        model_returns=model_returns,
        validation=validation,
        class_weight=class_weight,
    )

    def look(arms: Sequence[Method], with_seeds: Sequence[int]) -> Comparison:
        return compare(
            build_model,
            images,
            arms,
            seeds=with_seeds,
            epochs=epochs,
            batch_size=batch_size,
            augment=augment,
            callbacks=callbacks,
            folder=folder,
            workers=workers,
            devices=devices,
            tune=tune,
            validation=validation,
            class_weight=class_weight,
            progress=progress,
            model_returns=model_returns,
        )

    search = _Search(look, seeds, task, progress)
    search.run(chosen_from, max_steps)
    shared = {key: search.settings[key] for key in SHARED if key in search.settings}
    tuned = {"tuned": search.tuned} if search.tuned else {}
    said = {"withheld": search.withheld, "signals": search.signals}
    known = {"effect": search.effect, **{key: value for key, value in said.items() if value}}
    names = [method.name for method in chosen_from]
    settings = {**shared, "seeds": seeds, "methods": names, **known, **tuned}
    return Recommendation(
        images.name,
        tuple(search.steps),
        tuple(search.skipped),
        search.reason,
        search.total,
        settings,
    )


class _Search:
    """The steps so far.

    Args:
        look: Compares methods with the baseline.
        seeds: Number of pairs of a look.
        task: What all trainings share, to try whether a method can be applied.
        says: Whether each step is said on standard error.
    """

    def __init__(self, look: Look, seeds: int, task: Task, says: bool) -> None:
        self._look, self._seeds, self._task, self._says = look, seeds, task, says
        self._next_seed = 0
        self.on: list[Method] = []
        self.steps: list[RecommendationStep] = []
        self.skipped: list[str] = []
        self.reason = "the largest number of steps is reached"
        self.total: AddedMethod | None = None
        self.settings: Mapping[str, Any] = {}
        self.tuned: Mapping[str, Any] = {}
        self.effect = EFFECT
        self.withheld: dict[str, str] = {}
        self.signals: list[str] = []

    def run(self, methods: Sequence[Method], max_steps: int) -> None:
        left = list(methods)
        while len(self.on) < max_steps:
            together = self._together(left)
            if not together:
                self.reason = "no method is left" + (" that fits" if left else "")
                return
            step = self._step(together)
            self.steps.append(step)
            if self.withheld:
                self.reason = self.withheld["short"]
                return
            if not step.taken:
                self.reason = (
                    "nothing more adds a gain beyond chance"
                    if step.again is None
                    else f"the gain of {step.again.method!r} is not borne out by fresh seeds"
                )
                return
            self.on.append(next(method for method in left if method.name == step.again.method))  # type: ignore[union-attr]
            left = [method for method in left if method is not self.on[-1]]

    def _together(self, left: Sequence[Method]) -> dict[str, Method]:
        """Returns each method with those switched on, by its name; notes what cannot be."""
        found = {}
        for method in left:
            try:
                together = combination([*self.on, method])
                if self.on:  # alone, each has been tried
                    check_task(self._task, [together])
            except ValueError as error:
                given = " and ".join(part.name for part in self.on)
                self.skipped.append(f"{method.name} with {given}: {error}")
            else:
                found[method.name] = together
        return found

    def _step(self, together: Mapping[str, Method]) -> RecommendationStep:
        given = tuple(method.name for method in self.on)
        seen, comparison = self._added(together, self._fresh_seeds())
        candidates = tuple(_added(name, found) for name, found in seen.items())
        self.effect, self.withheld = comparison.effect, _what_invalidates(comparison)
        self._note_signals(comparison, together)
        if self.withheld:
            self._say(f"step {len(self.steps) + 1}: {self.withheld['short']}")
            return RecommendationStep(given, candidates)
        best = max(
            (c for c in candidates if c.mean > 0 and c.p <= LEVEL),
            key=lambda candidate: candidate.mean,
            default=None,
        )
        if best is None:
            self._fresh_seeds()  # so that the seeds of a step do not depend on those before it
            self._say(f"step {len(self.steps) + 1}: no further gain is beyond chance")
            return RecommendationStep(given, candidates)
        alone = {best.method: together[best.method]}
        found, comparison = self._added(alone, self._fresh_seeds())
        again = _added(best.method, found[best.method])
        self._say(f"step {len(self.steps) + 1}, again with fresh seeds: {again}")
        if again.mean > 0:
            self._note(comparison, together[best.method].name)
        return RecommendationStep(given, candidates, again, taken=again.mean > 0)

    def _added(
        self, together: Mapping[str, Method], seeds: Sequence[int]
    ) -> tuple[dict[str, ComparedMethod], Comparison]:
        """Returns what each method adds to those that are switched on, and the comparison.

        Args:
            together: Each method with those that are switched on, by its name.
            seeds: Seeds of the pairs.
        """
        base = [combination(self.on)] if self.on else []
        comparison = self._look([*base, *together.values()], seeds)
        names = {method.name: name for name, method in together.items()}
        runs = self._without_and_with(comparison)
        self.settings = comparison.settings
        return {names[found.method]: found for found in runs.compared()}, comparison

    def _without_and_with(self, comparison: Comparison) -> ComparedRuns:
        """Returns a comparison whose baseline has the methods that are switched on."""
        return _against(combination(self.on).name, comparison) if self.on else comparison

    def _note_signals(self, comparison: Comparison, together: Mapping[str, Method]) -> None:
        """Notes which candidates change nothing, and whether there is an error to repair."""
        runs = self._without_and_with(comparison)
        given = [method.name for method in self.on]
        idle = [name for name, method in together.items() if method.name in runs.without_effect]
        found = [no_errors_text(given)] if makes_no_error(runs) else []
        found += [no_effect_text(name, given) for name in idle]
        self.signals += found

    def _note(self, comparison: Comparison, name: str) -> None:
        """Notes what all methods together add, and the settings that they were tuned to."""
        if self.on:
            whole = _against(BASELINE, comparison, only=name).compared()[0]
            self.total = _added(name, whole)
        self.tuned = comparison.settings["methods"][name].get("tuned") or {}

    def _fresh_seeds(self) -> tuple[int, ...]:
        first, self._next_seed = self._next_seed, self._next_seed + self._seeds
        return tuple(range(first, first + self._seeds))

    def _say(self, text: str) -> None:
        if self._says:
            sys.stderr.write(text + "\n")


def _what_invalidates(comparison: Comparison) -> dict[str, str]:
    """Returns in short and in words why a comparison has no verdict; nothing if it has."""
    for signal in trust_signals(comparison):
        if signal.level == "invalid":
            return {"short": signal.short, "text": signal.text, "name": signal.name}
    return {}


def _against(name: str, comparison: Comparison, only: str = "") -> ComparedRuns:
    """Returns a comparison whose baseline is one of its arms, of all other methods or of one."""
    runs = [
        replace(run, method=BASELINE) if run.method == name else run
        for run in comparison.runs
        if run.method == name or run.method != BASELINE
    ]
    others = tuple(other for other in comparison.methods if other != name)
    others = (only,) if only else others
    return replace(comparison, methods=others, runs=tuple(runs), free_gains={})


def _added(name: str, found: ComparedMethod) -> AddedMethod:
    d = found.difference
    return AddedMethod(name, d.mean, d.low, d.high, found.adjusted_p, tuple(sorted(found.values)))


def _check_whole(**values: tuple[Any, int]) -> None:
    for name, (value, least) in values.items():
        if not is_count(value, least):
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected a whole number of at least "
                f"{least}. Received: {name}={value!r}"
            )
