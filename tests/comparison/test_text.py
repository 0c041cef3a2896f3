import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.comparison_samples import CONDITIONS, comparison_of, several, with_diverged, with_images

pytestmark = pytest.mark.home

HEAD = "accuracy under conditions in %, and differences to the baseline in points"
FOG = [name for name in CONDITIONS if name.startswith("fog")]


def rows(comparison):
    """Returns the cells of the table of conditions, by their rows' names."""
    table = str(comparison).split(HEAD + "\n")[1].split("\n\n")[0].split("\n")
    cells = [re.split(r"\s{2,}", line.strip()) for line in table if "  " in line]
    return {name: values for name, *values in cells[1:]}, table


def means(comparison, names):
    """Returns the mean over conditions of each training, by method, as in the runs."""
    found = {}
    for run in comparison.runs:
        value = 100 * np.mean([run.measures[name] for name in names])
        found.setdefault(run.method, []).append(value)
    return found


@pytest.mark.parametrize(
    ("title", "names"),
    [("fog, mean of 3", FOG), ("all 6 corruptions, mean", [*CONDITIONS][:6])]
    + [("PGD attack, 8/255", ["pgd-linf-0.0314"])],
)
def test_many_conditions_are_one_table_of_means_and_differences(title, names):
    comparison = comparison_of(
        {"better": [0.05, 0.06, 0.055, 0.05], "same": [0.01, -0.01, 0.0, 0.002]}, conditions=True
    )
    by_method = means(comparison, names)
    cells = rows(comparison)[0][title]
    assert float(cells[0]) == pytest.approx(np.mean(by_method["baseline"]), abs=0.051)
    baseline = by_method["baseline"]
    p = [stats.ttest_rel(by_method[name], baseline).pvalue for name in ("better", "same")]
    assert min(p) * 2 < 0.05 < max(p)
    for cell, method, star in zip(cells[1:], ("better", "same"), ("*", ""), strict=True):
        assert cell.endswith("*") == bool(star)
        difference = np.mean(by_method[method]) - np.mean(baseline)
        assert float(cell.rstrip("*")) == pytest.approx(difference, abs=0.051)


def test_few_conditions_have_a_table_each_with_intervals():
    comparison = several(["gradient_mask"], conditions=True)
    runs = [
        replace(run, measures={k: v for k, v in run.measures.items() if k not in [*CONDITIONS][3:]})
        for run in comparison.runs
    ]
    text = str(replace(comparison, runs=tuple(runs)))
    assert HEAD not in text
    assert text.count("accuracy under fog, severity") == 3


def test_long_names_stand_below_the_table():
    long = "gradient_mask+frame_regularizer"
    table = rows(several(["gradient_mask", long], conditions=True))[1]
    assert table[0].split() == ["baseline", "A", "B"]
    assert table[-3:] == ["A: gradient_mask", f"B: {long}", "*: adjusted p of 0.05 or less"]
    assert max(map(len, table)) < 80


def test_of_one_seed_nothing_is_said_to_be_more_than_chance():
    found, table = rows(several(["gradient_mask"], seeds=1, conditions=True))
    assert "*" not in "".join(table)
    assert set(found) == {
        *("fog, mean of 3", "snow, mean of 3", "all 6 corruptions, mean", "PGD attack, 8/255")
    }


def test_a_training_that_diverged_takes_its_pair_with_it():
    comparison = several(["gradient_mask"], conditions=True)
    found = rows(with_diverged(comparison, "gradient_mask", 1))[0]["PGD attack, 8/255"]
    by_method = means(comparison, ["pgd-linf-0.0314"])
    masked, baseline = by_method["gradient_mask"], by_method["baseline"]
    left = [masked[seed] - baseline[seed] for seed in (0, 2)]
    assert float(found[1].rstrip("*")) == pytest.approx(np.mean(left), abs=0.051)


def test_the_answer_comes_first_then_warnings_then_the_next_command_then_tables():
    words = ["keras-lateral", "compare", "--images", "photos"]
    text = str(with_images({"mine": 0.02}, seeds=1, command=words))
    places = [
        text.index(part)
        for part in (
            "photos: 1 seed",
            "Nothing is known yet: one pair of trainings is not enough to tell.",
            "! There is only one seed.",
            "- The baseline classifies",
            "Next: Five seeds say how much of it is chance, about 3 minutes here:",
            "    keras-lateral compare --images photos --seeds 5\n",
            "test accuracy in %",
        )
    ]
    assert places == sorted(places)


def test_what_invalidates_leaves_no_verdict_in_the_text():
    text = str(with_images({"mine": 0.1}, skill=0.25))
    assert "No verdict: the network has learned nothing." in text
    assert not re.search(r"\b(helps|harms|may help|may harm)\b", text)


def test_an_interval_that_excludes_0_beside_a_large_p_and_one_around_zeros_are_explained():
    gains = {"better": [0.05, 0.06, 0.055, 0.05], "none": [0.0, 0.0, 0.0, 0.0]}
    clear = " ".join(str(comparison_of({"better": gains["better"]})).split())
    assert "An interval can exclude 0" not in clear
    text = " ".join(str(comparison_of(gains)).split())
    assert "Where every difference is 0, the interval is not: of the same images, about one" in text
    unsure = {f"method{n}": [0.05, 0.01, 0.03, 0.025] for n in range(3)}
    text = " ".join(str(comparison_of(unsure)).split())
    assert "An interval can exclude 0 where p is above 0.05." in text


def test_the_note_on_intervals_around_zeros_excepts_a_method_that_changed_nothing():
    nothing = "Where all trainings of a method ended with the very weights of the baseline's"
    comparison = comparison_of({"idle": [0.0] * 4, "equal": [0.0] * 4})
    assert nothing not in " ".join(str(comparison).split())
    digests = {"baseline": "a", "idle": "a", "equal": "b"}
    runs = tuple(replace(run, weights_digest=digests[run.method]) for run in comparison.runs)
    text = " ".join(str(replace(comparison, runs=runs)).split())
    assert f"be in other trainings. {nothing}, there is no interval around the 0" in text


def test_a_p_that_would_round_to_0_is_a_bound():
    text = str(comparison_of({"better": [0.05, 0.0501, 0.0499, 0.05, 0.05]}))
    assert "< 0.001" in text
    assert "0.000" not in text
