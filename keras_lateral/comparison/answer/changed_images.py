"""Which images each method repaired and broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.run import Run
from keras_lateral.method import BASELINE


@dataclass(frozen=True)
class ChangedImage:
    """One test image that a method classifies correctly more often, or less often.

    Args:
        place: Its place among the images of the comparison.
        method: Name of the method.
        label: Its class.
        taken_for: The class that the worse of the two most often takes it for.
        seeds: Number of pairs that tested it.
        baseline: Number of them in which the baseline is right.
        right: Number of them in which the method is right.
    """

    place: int
    method: str
    label: str
    taken_for: str
    seeds: int
    baseline: int
    right: int

    @property
    def repaired(self) -> bool:
        """Whether the method is right more often than the baseline."""
        return self.right > self.baseline

    @property
    def caption(self) -> str:
        """What happened to it, in words."""
        wrong = self.seeds - (self.baseline if self.repaired else self.right)
        worse = "the baseline" if self.repaired else self.method
        better = f"with {self.method}" if self.repaired else "without it"
        if self.seeds == 1:
            return f"{self.label}, taken for {self.taken_for} by {worse}, right {better}"
        right = self.right if self.repaired else self.baseline
        return (
            f"{self.label}, taken for {self.taken_for} by {worse} in {wrong} of {self.seeds} "
            f"seeds, right {better} in {right} of {self.seeds}"
        )


def changed_images(comparison: ComparedRuns, method: str) -> list[ChangedImage]:
    """Returns the images that a method repaired or broke, those that changed most first.

    An image counts as repaired if it is classified correctly with more of the seeds than without
    the method. A few change with any two trainings.

    Args:
        comparison: The comparison.
        method: Name of the method.
    """
    tested = comparison.tested
    first, second = (_by_seed(comparison, name) for name in (BASELINE, method))
    seeds = [seed for seed in first if seed in second]
    if tested is None or not seeds:
        return []
    labels = np.asarray(tested.labels)
    counts = np.zeros((3, len(labels)), "int64")  # tested, baseline right, method right
    wrong: tuple[dict[int, Counter[int]], ...] = ({}, {})
    for seed in seeds:
        for row, run in enumerate((first[seed], second[seed])):
            places, predicted = _results(run)
            right = predicted == labels[places]
            counts[row + 1, places] += right
            for place, given in zip(places[~right], predicted[~right], strict=True):
                wrong[row].setdefault(int(place), Counter())[int(given)] += 1
        counts[0, places] += 1
    change = counts[2] - counts[1]
    tie = np.random.default_rng(0).permutation(len(labels))  # not all of the first class
    order = sorted(np.flatnonzero(change), key=lambda p: (-abs(change[p]), -counts[0, p], tie[p]))
    names = tested.class_names
    found = []
    for place in map(int, order):
        row = 0 if change[place] > 0 else 1
        taken = wrong[row][place].most_common(1)[0][0]
        n, before, after = map(int, counts[:, place])
        label = names[int(labels[place])]
        found.append(ChangedImage(place, method, label, names[taken], n, before, after))
    return found


def most_changed(comparison: ComparedRuns, methods: Sequence[str], most: int = 6) -> list[int]:
    """Returns the places of the images to keep as pictures: of each method up to `most`."""
    places: list[int] = []
    for method in methods:
        changed = changed_images(comparison, method)
        for repaired in (True, False):
            kept = [image.place for image in changed if image.repaired == repaired]
            places += kept[: most // 2]
    return list(dict.fromkeys(places))


def _by_seed(comparison: ComparedRuns, method: str) -> dict[int, Run]:
    return {
        run.seed: run for run in comparison.runs if run.method == method and run.images is not None
    }


def _results(run: Run) -> tuple[np.ndarray, np.ndarray]:
    assert run.images is not None
    return np.asarray(run.images.places, "int64"), np.asarray(run.images.predicted, "int64")
