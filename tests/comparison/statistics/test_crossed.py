import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest

from keras_lateral import crossed_difference, paired_difference
from tests.comparison.statistics.right_or_wrong import World, crossed, near, share_held

pytestmark = pytest.mark.home


def by_loops(d: np.ndarray) -> tuple[float, float, float]:
    """Mean squares of images, seeds and the rest, by sums over cells."""
    S, N = d.shape
    m = sum(d[s, i] for s in range(S) for i in range(N)) / (S * N)
    image = [sum(d[s, i] for s in range(S)) / S for i in range(N)]
    seed = [sum(d[s, i] for i in range(N)) / N for s in range(S)]
    rest = sum((d[s, i] - image[i] - seed[s] + m) ** 2 for s in range(S) for i in range(N))
    return (
        S * sum((x - m) ** 2 for x in image) / (N - 1),
        N * sum((x - m) ** 2 for x in seed) / (S - 1),
        rest / ((N - 1) * (S - 1)),
    )


@pytest.mark.parametrize(("image", "seed"), [(0.0, 0.0), (0.4, 0.0), (0.0, 0.9), (0.4, 0.3)])
@pytest.mark.parametrize("shape", [(2, 40), (5, 12), (9, 7)])
def test_it_is_the_two_way_analysis_of_variance(image, seed, shape):
    generator = np.random.default_rng(0)
    S, N = shape
    d = generator.normal(0, image, N) + generator.normal(0, seed, (S, 1))
    d = d + generator.normal(0, 0.5, shape)
    MS_i, MS_s, MS_r = by_loops(d)
    V = max(MS_i + MS_s - MS_r, MS_i, MS_s)
    parts = MS_i**2 / (N - 1)
    if MS_s > MS_r or S == 2:
        parts += MS_s**2 / (S - 1)
    if S == 2:
        parts += MS_r**2 / ((N - 1) * (S - 1))
    margin = stats.t.ppf(0.975, V**2 / parts) * np.sqrt(V / (N * S))
    found = crossed_difference(d)
    assert found.error == pytest.approx(np.sqrt(V / (N * S)))
    assert found.degrees == pytest.approx(V**2 / parts)
    assert (found.low, found.high) == pytest.approx((d.mean() - margin, d.mean() + margin))
    V_s = MS_s / (N * S)
    tested = 1 / (1 / (N - 1) + (V_s / found.error**2) ** 2 / (S - 1))
    p = 2 * stats.t.sf(abs(d.mean()) / found.error, min(tested, found.degrees))
    over_seeds = stats.ttest_1samp(d.mean(axis=1), 0).pvalue
    assert found.p == pytest.approx(p if S >= 5 else max(p, over_seeds))
    assert found.image_deviation == pytest.approx(np.sqrt(max(MS_i - MS_r, 0) / S))
    assert found.seed_deviation == pytest.approx(np.sqrt(max(MS_s - MS_r, 0) / N))
    assert found.residual_deviation == pytest.approx(np.sqrt(MS_r))


def test_the_parts_of_the_variance_are_those_that_were_planted():
    generator = np.random.default_rng(1)
    d = generator.normal(0, 0.2, 3000) + generator.normal(0, 0.05, (400, 1))
    found = crossed_difference(d + generator.normal(0, 0.4, d.shape))
    assert found.image_deviation == pytest.approx(0.2, rel=0.05)
    assert found.seed_deviation == pytest.approx(0.05, rel=0.12)
    assert found.residual_deviation == pytest.approx(0.4, rel=0.01)


def test_it_keeps_the_interval_for_these_images_beside_it():
    d = crossed(World(image=2.0), 6, 50, np.random.default_rng(2))
    found = crossed_difference(d, resolution=1 / 50, largest=1.0)
    over_seeds = paired_difference([0] * 6, d.mean(axis=1), resolution=1 / 50, largest=1.0)
    assert found.these_images == (over_seeds.low, over_seeds.high)
    assert (found.mean, found.deviation) == (over_seeds.mean, over_seeds.deviation)
    assert (found.pairs, found.better) == (over_seeds.pairs, over_seeds.better)
    assert found.images == 50


COVERED = {  # seeds: lowest and highest coverage in long simulations, of .93 to .97 wanted
    2: (0.89, 0.985),  # least where seeds differ by much and images by nothing
    3: (0.93, 0.98),
    5: (0.94, 0.97),
    10: (0.94, 0.97),
    30: (0.94, 0.97),
}


@pytest.mark.parametrize(
    ("seeds", "images", "world"),
    [
        (5, 80, World(image=2.0)),
        (5, 320, World(accuracy=0.6, image=0.0, seed=0.02)),
        (30, 80, World(image=2.0)),
    ],
)
def test_its_interval_holds_for_new_images_and_new_seeds(seeds, images, world):
    generator = np.random.default_rng(3)
    trials = 300
    found = [
        crossed_difference(crossed(world, seeds, images, generator), resolution=1 / images)
        for _ in range(trials)
    ]
    assert near(share_held([(d.low, d.high) for d in found]), *COVERED[seeds], trials)


def test_an_interval_over_seeds_alone_would_not_hold():
    generator = np.random.default_rng(4)
    found = [crossed_difference(crossed(World(image=2.0), 30, 80, generator)) for _ in range(100)]
    assert share_held([d.these_images for d in found]) < 0.75


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [2, 3, 5, 10, 30])
@pytest.mark.parametrize("images", [80, 320, 1000])
@pytest.mark.parametrize("accuracy", [0.6, 0.95])
@pytest.mark.parametrize("image", [0.0, 1.0, 3.0])
def test_intervals_hold_whatever_images_and_seeds_do(seeds, images, accuracy, image):
    generator = np.random.default_rng([seeds, images, int(10 * image)])
    for seed in (0.0, 0.02):
        world = World(accuracy=accuracy, image=image, seed=seed)
        found = [
            crossed_difference(crossed(world, seeds, images, generator), resolution=1 / images)
            for _ in range(500)
        ]
        held = share_held([(d.low, d.high) for d in found])
        assert near(held, *COVERED[seeds], 500), (seed, held)


@pytest.mark.parametrize("seeds", [5, 30])
def test_copies_of_images_are_no_more_images(seeds):
    d = crossed(World(image=2.0), seeds, 60, np.random.default_rng(5))
    one = crossed_difference(d)
    units = np.repeat(np.arange(60), 3)
    three = crossed_difference(np.repeat(d, 3, axis=1), units)
    assert (three.low, three.high) == pytest.approx((one.low, one.high))
    assert three.images == 60
    taken_for_new = crossed_difference(np.repeat(d, 3, axis=1))
    assert taken_for_new.high - taken_for_new.low < 0.8 * (one.high - one.low)


def test_units_of_any_size_are_drawn_as_a_whole():
    """Patients of 1 to 12 images, who differ from one another."""
    generator = np.random.default_rng(6)
    trials, held = 300, []
    for _ in range(trials):
        sizes = generator.integers(1, 13, 60)
        units = np.repeat(np.arange(60), sizes)
        patient, noise = generator.normal(0, 0.2, 60), generator.normal(0, 0.5, (5, len(units)))
        d = crossed_difference(patient[units] + noise, units)
        held.append((d.low, d.high))
    assert near(share_held(held), 0.93, 0.97, trials)


def test_a_mean_of_class_means_is_the_weighted_mean_and_classes_are_no_sample():
    generator = np.random.default_rng(7)
    classes = np.repeat([0, 1, 2], [60, 30, 10])
    weights = 1 / np.bincount(classes)[classes]
    d = generator.normal(0, 0.3, (5, 100)) + np.array([0.0, 0.5, 1.0])[classes]
    balanced = crossed_difference(d, weights=weights, strata=classes)
    of_classes = [d[:, classes == c].mean(axis=1) for c in range(3)]
    assert balanced.mean == pytest.approx(np.mean(of_classes))
    loose = crossed_difference(d, weights=weights)
    assert balanced.error < 0.8 * loose.error


def test_balanced_accuracy_has_an_interval_that_holds():
    generator = np.random.default_rng(8)
    classes = np.repeat([0, 1, 2], [120, 60, 20])
    weights, trials, held = 1 / np.bincount(classes)[classes], 300, []
    for _ in range(trials):
        d = generator.normal(0, 0.2, 200) + generator.normal(0, 0.01, (5, 1))
        d = d + generator.normal(0, 0.4, (5, 200)) + np.array([0.0, 0.05, 0.2])[classes]
        found = crossed_difference(d, weights=weights, strata=classes)
        held.append((found.low, found.high))
    assert near(share_held(held, 0.25 / 3), 0.93, 0.97, trials)


@pytest.mark.parametrize(("units", "drawn"), [(None, 40), (np.arange(40) // 4, 10)])
def test_where_nothing_differs_the_interval_is_what_a_binomial_test_cannot_exclude(units, drawn):
    found = crossed_difference(np.zeros((5, 40)), units, resolution=1 / 40, largest=1.0)
    assert (found.mean, found.p) == (0, 1)
    assert found.low == -found.high
    assert found.high == pytest.approx(binomtest(0, drawn, alternative="less").proportion_ci().high)


def test_one_seed_has_a_difference_and_no_interval():
    found = crossed_difference([[1, 0, 0, -1, 1]])
    assert found.mean == pytest.approx(0.2)
    assert np.isnan([found.low, found.high, found.p]).all()
    assert found.these_images is None


def test_one_unit_says_nothing_of_others():
    found = crossed_difference(np.ones((5, 4)), [7, 7, 7, 7], largest=1.0)
    assert (found.low, found.high, found.p, found.images) == (-1, 1, 1, 1)


def test_no_interval_goes_beyond_what_is_possible():
    d = np.array([[1, 1, 1, 0], [1, 1, 0, 1]])
    assert crossed_difference(d).high > 1
    assert crossed_difference(d, largest=1.0).high == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.0, 1.0],), "shape \\(seeds, images\\)"),
        (([[0.0, np.nan]],), "1 of the values not finite"),
        (([[0.0, 1.0]], [0]), "argument `units`. Expected one for each of 2 images"),
    ],
)
def test_what_is_no_table_of_differences_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        crossed_difference(*arguments)


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(ValueError, match="argument `weights`. Expected finite numbers above 0"):
        crossed_difference([[0.0, 1.0]], weights=[1.0, 0.0])
