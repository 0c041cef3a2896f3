"""The trainings of a comparison, and each method against the baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from keras_lateral.comparison.measures import TIME, is_condition, measure_of
from keras_lateral.comparison.per_image.differences import Pair, difference
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.statistics.looks import at_look
from keras_lateral.comparison.statistics.many_methods import adjust_for_many
from keras_lateral.comparison.statistics.next_training import probability_of_better
from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    no_difference,
)
from keras_lateral.comparison.statistics.verdict import LEVEL, Kind, kind_of_verdict, verdict
from keras_lateral.comparison.statistics.what_next import Advice, more_needed
from keras_lateral.method import BASELINE
from keras_lateral.record import Record
from keras_lateral.text import counted


@dataclass(frozen=True)
class ComparedMethod:
    """One method against the baseline, by one measure.

    Args:
        method: Name of the method.
        measure: Name of the measure.
        values: Values of the measure, by seed.
        difference: Difference to the baseline, over the seeds that both have.
        adjusted_p: p value of the difference, adjusted for all methods of the comparison.
        methods: Number of methods in the comparison.
        effect: The smallest difference of interest, in the measure's own scale.

    Example:

    >>> from keras_lateral import ComparedMethod, paired_difference
    >>> difference = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
    >>> ComparedMethod("mine", "accuracy", {}, difference, adjusted_p=0.035).kind
    'helps'
    """

    method: str
    measure: str
    values: Mapping[int, float]
    difference: PairedDifference
    adjusted_p: float
    methods: int = 1
    effect: float = 0.005

    @property
    def kind(self) -> Kind:
        """The verdict in short: `"helps"`, `"harms"`, `"practically the same"`, ..."""
        measure = measure_of(self.measure)
        return kind_of_verdict(self.difference, self.adjusted_p, measure, self.effect)

    @property
    def verdict(self) -> str:
        """The verdict in a sentence."""
        measure = measure_of(self.measure)
        return verdict(
            self.difference, self.adjusted_p, measure, methods=self.methods, effect=self.effect
        )

    @property
    def better_next(self) -> float:
        """Probability that the next pair of trainings is better with the method than without."""
        higher = measure_of(self.measure).higher_is_better
        return probability_of_better(self.difference, higher_is_better=higher)

    @property
    def advice(self) -> Advice | None:
        """What would settle a difference of `effect`: more seeds, or more images.

        `None` for a single pair, which says nothing about either.
        """
        if self.difference.pairs < 2:
            return None
        return more_needed(self.difference, self.effect, alpha=LEVEL / max(self.methods, 1))


@dataclass(frozen=True, repr=False)
class ComparedRuns(Record):
    """Trainings with and without methods; see `Comparison`, which also displays them."""

    name: str
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    runs: tuple[Run, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    effect: float = 0.005
    tested: TestedImages | None = None
    free_gains: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def values(self, method: str, measure: str = "accuracy") -> dict[int, float]:
        """Returns a measure by seed, of the trainings of one method that have it."""
        return {
            run.seed: run.measures[measure]
            for run in sorted(self.runs, key=lambda run: run.seed)
            if run.method == method and measure in run.measures
        }

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of all measures, in the order in which the first training has them."""
        return tuple(dict.fromkeys(name for run in self.runs for name in run.measures))

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions."""
        return tuple(name for name in self.measures if is_condition(name))

    def diverged(self, method: str) -> int:
        """Returns how many trainings of a method diverged."""
        return sum(run.diverged for run in self.runs if run.method == method)

    @property
    def ended_early(self) -> dict[str, tuple[int, int]]:
        """Fewest and most epochs trained, of each method that a callback ended in some training."""
        found: dict[str, tuple[int, int]] = {}
        own = self.settings.get("own_epochs", {})
        for method in (BASELINE, *self.methods):
            runs = [run for run in self.runs if run.method == method and not run.diverged]
            epochs = [run.epochs for run in runs if run.epochs]
            if epochs and min(epochs) < own.get(method, self.settings.get("epochs", 0)):
                found[method] = min(epochs), max(epochs)
        return found

    @property
    def without_effect(self) -> tuple[str, ...]:
        """Names of the methods with which every training ended with the baseline's very weights.

        This is seen, to the last bit, and not guessed from settings. Pairs in which a training
        diverged, or that an earlier version saved, say nothing.
        """
        digests = {(run.method, run.seed): run.weights_digest for run in self.runs}

        def changes_nothing(method: str) -> bool:
            pairs = [(digests.get((method, s)), digests.get((BASELINE, s))) for s in self.seeds]
            known = [pair for pair in pairs if all(pair)]
            return bool(known) and all(first == second for first, second in known)

        return tuple(method for method in self.methods if changes_nothing(method))

    def compared(self, measure: str = "accuracy") -> list[ComparedMethod]:
        """Returns each method against the baseline, in the order of `methods`.

        Methods that share no seed with the baseline are left out.
        """
        found: list[tuple[str, PairedDifference]] = []
        for method in self.methods:
            pairs = self._pairs(method, measure)
            if pairs:
                limits = self._limits(measure)
                d = difference(measure, pairs, self.tested, limits)
                d = self._at_look(d, limits["largest"])
                d = replace(d, too_wide=self._too_wide(measure, d))
                found.append((method, no_difference(d) if self._are_same(measure, pairs) else d))
        adjusted = adjust_for_many([d.p for _, d in found])
        return [
            ComparedMethod(
                method,
                measure,
                self.values(method, measure),
                d,
                p,
                len(found),
                self._effect(measure),
            )
            for (method, d), p in zip(found, adjusted, strict=True)
        ]

    def _are_same(self, measure: str, pairs: Sequence[Pair]) -> bool:
        """Returns whether both trainings of each pair ended with the same weights and values.

        Their times differ all the same, and networks may read the same weights differently. A
        comparison that stops when it is sure must not be sure of later pairs because of this: a
        callback may act in one of them.
        """
        if measure == TIME or "until_sure" in self.settings:
            return False
        first, second = ([pair[place].measures[measure] for pair in pairs] for place in (0, 1))
        equal = np.allclose(first, second, rtol=1e-5, atol=1e-6)
        digests = [{run.weights_digest for run in pair} for pair in pairs]
        return equal and all(len(found) == 1 and "" not in found for found in digests)

    def _pairs(self, method: str, measure: str) -> list[Pair]:
        """Returns the pairs with the baseline, up to the one that settled the verdict."""
        first, second = (self._runs_with(name, measure) for name in (BASELINE, method))
        seeds = [seed for seed in first if seed in second]
        end = self.settings.get("settled", {}).get(method)
        return [(first[seed], second[seed]) for seed in seeds[:end]]

    def _runs_with(self, method: str, measure: str) -> dict[int, Run]:
        runs = sorted(self.runs, key=lambda run: run.seed)
        return {run.seed: run for run in runs if run.method == method and measure in run.measures}

    def _at_look(self, d: PairedDifference, largest: float) -> PairedDifference:
        """Returns a difference that holds although one looked at it after every pair."""
        budget = self.settings.get("until_sure")
        return d if budget is None else at_look(d, most=budget["seeds"], largest=largest)

    def to_dict(self) -> dict[str, Any]:
        """Returns the comparison as JSON-compatible values."""
        return {
            "name": self.name,
            "methods": list(self.methods),
            "seeds": list(self.seeds),
            "settings": dict(self.settings),
            "effect": self.effect,
            **({} if self.tested is None else {"tested": self.tested.to_dict()}),
            **({"free_gains": _plain(self.free_gains)} if self.free_gains else {}),
            "runs": [run.to_dict() for run in self.runs],
        }

    def _summary(self) -> str:
        counts = {"method": self.methods, "seed": self.seeds, "training": self.runs}
        parts = [counted(len(items), noun) for noun, items in counts.items()]
        return f"{', '.join(parts)}, data {self.name!r}"

    def _effect(self, measure: str) -> float:
        """Returns `effect` for accuracies, for other measures 1/50 of the baseline's mean."""
        if measure_of(measure).unit == "points":
            return self.effect
        return max(self._level(measure), 1e-9) / 50

    def _limits(self, measure: str) -> dict[str, float]:
        """Returns the smallest step and the largest difference of a measure.

        Accuracies and the calibration error are shares, which are shown in points. Measures that
        count decisions change by a whole image at least; others, such as a loss, by any amount.
        """
        largest = 1.0 if measure_of(measure).unit == "points" else math.inf
        one_image = self._one_image(measure)
        counts = measure in _COUNTS or is_condition(measure)
        resolution = one_image if counts else 0.0
        return {"resolution": resolution, "largest": largest, "one_image": one_image}

    def _one_image(self, measure: str) -> float:
        """Returns by how much one image changes a measure.

        An accuracy is a share of a number of images. A measure without a largest value, such as a
        loss, is taken to be a mean over images, to which each adds about as much.
        """
        if measure == TIME:
            return 0.0
        images = self.settings.get("test_images", 0) or len(self.tested or ())
        if measure == "train_accuracy":
            images = self.settings.get("training_images", 0)
        elif is_condition(measure):
            images = self.settings.get("images_under_conditions", images)
        elif measure in _OF_CLASSES and self.tested is not None and len(self.tested):
            return step_of_class_means(self.tested.counts)
        whole = 1.0 if measure_of(measure).unit == "points" else self._level(measure)
        return whole / images if images else 0.0

    def _too_wide(self, measure: str, d: PairedDifference) -> float:
        """Returns how far to both sides of 0 an interval has to reach to say nothing.

        Of a loss, an error or a time, as far as the baseline's mean: it may be 0, or twice as much.
        """
        return d.too_wide if measure_of(measure).higher_is_better else self._level(measure)

    def _level(self, measure: str) -> float:
        """Returns the size of the baseline's mean."""
        return abs(float(np.mean(list(self.values(BASELINE, measure).values()))))


_COUNTS = ("accuracy", "balanced_accuracy", "macro_f1", "train_accuracy")
"""Measures that follow from what networks decide, beside the accuracies under conditions."""

_OF_CLASSES = ("balanced_accuracy", "macro_f1", "auc")
"""Measures in which each class counts alike, however many images it has."""


def step_of_class_means(counts: np.ndarray) -> float:
    """Returns by how much an image moves a mean of K class means: the root mean square over images.

        step = sqrt(mean_i w_i^2),    w_i = 1 / (K n_c) for an image of class c

    It is 1 / images where classes are even, as for the accuracy.

    Args:
        counts: Number of images n_c of each class.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.comparison.compared_runs import step_of_class_means
    >>> step_of_class_means(np.array([40, 40])), step_of_class_means(np.array([72, 8])) > 1 / 80
    (0.0125, True)
    """
    n = counts[counts > 0]
    return float(np.sqrt((1 / n).sum() / n.sum()) / len(n))


def _plain(gains: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {method: dict(values) for method, values in gains.items()}


def runs_of_methods(runs: Sequence[Run], methods: Sequence[str], seeds: Sequence[int]) -> list[Run]:
    """Returns the trainings of these methods and of the baseline with these seeds, in order."""
    found = {(run.method, run.seed): run for run in runs}
    wanted = [(method, seed) for seed in seeds for method in (BASELINE, *methods)]
    return [found[key] for key in wanted if key in found]
