"""Images repaired and broken are those that a loop over all trainings finds."""

from collections import Counter

import pytest

from keras_lateral.comparison.answer.changed_images import changed_images, most_changed
from tests.comparison_samples import CLASSES, comparison_of, with_images

pytestmark = pytest.mark.home


@pytest.mark.parametrize("folds", [0, 3])
def test_every_image_that_changed_is_found_with_its_counts(folds: int) -> None:
    comparison = with_images({"mine": 0.1}, images=60, seeds=6, folds=folds)
    expected = {}
    for place, label in enumerate(comparison.tested.labels):
        right, tested, wrong = Counter(), 0, {"baseline": Counter(), "mine": Counter()}
        for run in comparison.runs:
            for where, predicted in zip(run.images.places, run.images.predicted, strict=True):
                if where == place:
                    tested += run.method == "mine"
                    right[run.method] += predicted == label
                    if predicted != label:
                        wrong[run.method][int(predicted)] += 1
        if right["mine"] != right["baseline"]:
            expected[place] = (tested, right["baseline"], right["mine"], wrong)
    found = {image.place: image for image in changed_images(comparison, "mine")}
    assert set(found) == set(expected)
    for place, (tested, before, after, wrong) in expected.items():
        image = found[place]
        assert (image.seeds, image.baseline, image.right) == (tested, before, after)
        assert image.repaired == (after > before)
        worse = wrong["baseline" if after > before else "mine"]
        assert worse[CLASSES.index(image.taken_for)] == max(worse.values())
        assert image.label == CLASSES[comparison.tested.labels[place]]


def test_what_changed_most_comes_first_and_a_few_of_each_kind_are_kept() -> None:
    comparison = with_images({"mine": 0.1, "other": -0.1}, images=80)
    changes = [abs(image.right - image.baseline) for image in changed_images(comparison, "mine")]
    assert changes == sorted(changes, reverse=True)
    places = most_changed(comparison, ["mine", "other"], most=4)
    assert len(places) == len(set(places)) <= 8
    repaired = [image.place for image in changed_images(comparison, "mine") if image.repaired]
    assert places[:2] == repaired[:2]


def test_a_caption_says_what_happened_in_words() -> None:
    comparison = with_images({"mine": 0.2}, images=60)
    image = next(i for i in changed_images(comparison, "mine") if i.repaired)
    wrong = image.seeds - image.baseline
    assert image.caption == (
        f"{image.label}, taken for {image.taken_for} by the baseline in {wrong} of 5 seeds, right "
        f"with mine in {image.right} of 5"
    )


def test_without_results_for_each_image_nothing_is_found() -> None:
    assert changed_images(comparison_of({"mine": [0.1, 0.2]}), "mine") == []
