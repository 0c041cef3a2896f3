import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest

from keras_lateral import crossed_difference, folded_difference
from tests.comparison.statistics.right_or_wrong import World, folded, near, share_held

pytestmark = pytest.mark.home

FOLDS = 5


def differences(world, seeds, images, generator, trials):
    found = []
    for _ in range(trials):
        d, tested = folded(world, seeds, images, FOLDS, generator)
        found.append(folded_difference(d, tested, resolution=1 / images, largest=1.0))
    return found


def by_loops(d, tested):
    """V_i, V_s, V_r and E, by sums over tests."""
    S, N = d.shape
    mean = [np.mean([d[s, i] for i in range(N) if tested[s, i]]) for s in range(S)]
    m, n = sum(mean) / S, [sum(tested[s]) for s in range(S)]
    known = [i for i in range(N) if any(tested[:, i])]
    sums = [sum((d[s, i] - m) / (S * n[s]) for s in range(S) if tested[s, i]) for i in known]
    V_i = len(known) / (len(known) - 1) * sum(x**2 for x in sums)
    V_s = sum((x - m) ** 2 for x in mean) / (S * (S - 1))
    noise = [
        sum((d[s, i] - mean[s]) ** 2 for i in range(N) if tested[s, i]) / (n[s] * (n[s] - 1))
        for s in range(S)
    ]
    V_r = sum(noise) / S / S
    return V_i, V_s, V_r, max(S * (V_s - V_r), 0), len(known)


@pytest.mark.parametrize("seeds", [2, 3, 5, 7, 10])
@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_it_is_the_sum_of_its_parts(seeds, spread):
    generator = np.random.default_rng(seeds)
    d, tested = folded(World(), seeds, 40, FOLDS, generator)
    d = d + generator.normal(0, spread, (seeds, 1))
    V_i, V_s, _, E, known = by_loops(d, tested)
    V = max(V_i + E / seeds, V_s)
    found = folded_difference(d, tested)
    assert found.error == pytest.approx(np.sqrt(V + E / (FOLDS - 1)))
    of_seeds = V_s**2 / (seeds - 1) if E or seeds == 2 else 0
    degrees = V**2 / (V_i**2 / (known - 1) + of_seeds)
    assert found.degrees == pytest.approx(degrees)
    margin = stats.t.ppf(0.975, degrees) * found.error
    assert (found.low, found.high) == pytest.approx((found.mean - margin, found.mean + margin))
    assert (found.images, found.folds, found.pairs) == (known, FOLDS, seeds)
    assert found.seed_deviation == pytest.approx(np.sqrt(E))


def test_smaller_training_sets_share_less_and_so_count_for_more():
    d, tested = folded(World(seed=0.1), 10, 200, FOLDS, np.random.default_rng(1))
    whole, half = folded_difference(d, tested), folded_difference(d, tested, training_images=80)
    E = whole.seed_deviation**2
    assert half.error**2 - whole.error**2 == pytest.approx(E * (40 / 80 - 40 / 160))


def test_the_parts_are_those_that_were_planted_once_the_folds_are_repeated():
    generator = np.random.default_rng(2)
    _, tested = folded(World(), 400, 1000, FOLDS, generator)
    d = generator.normal(0, 0.2, 1000) + generator.normal(0, 0.05, (400, 1))
    found = folded_difference(d + generator.normal(0, 0.4, d.shape), tested)
    assert found.image_deviation == pytest.approx(0.2, rel=0.1)
    assert found.seed_deviation == pytest.approx(0.05, rel=0.15)
    assert found.residual_deviation == pytest.approx(0.4, rel=0.02)


@pytest.mark.parametrize(
    ("seeds", "images", "world"),
    [
        (3, 200, World(image=1.0)),
        (5, 80, World(image=2.0)),
        (7, 320, World(accuracy=0.6, image=2.0, training=0.01)),
        (30, 200, World(image=1.0)),
    ],
)
def test_its_interval_holds_for_new_images_and_new_trainings(seeds, images, world):
    trials = 200
    found = differences(world, seeds, images, np.random.default_rng(3), trials)
    assert near(share_held([(d.low, d.high) for d in found]), 0.94, 0.98, trials)


def test_an_interval_over_seeds_alone_would_not_hold_for_repeated_folds():
    found = differences(World(image=4.0), 30, 80, np.random.default_rng(4), 100)
    assert share_held([d.these_images for d in found]) < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [3, 5, 7, 10, 30])
@pytest.mark.parametrize("images", [80, 200, 320, 1000])
@pytest.mark.parametrize(("accuracy", "image"), [(0.8, 2.0), (0.6, 1.0), (0.95, 2.0)])
def test_intervals_hold_where_training_images_do_nothing_of_their_own(
    seeds, images, accuracy, image
):
    for seed in (0.0, 0.01, 0.02):
        world, trials = World(accuracy=accuracy, image=image, seed=seed), 300
        generator = np.random.default_rng([seeds, images, int(1000 * seed)])
        found = differences(world, seeds, images, generator, trials)
        held = share_held([(d.low, d.high) for d in found])
        assert near(held, 0.94, 0.98, trials), (seed, held)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [3, 5, 7, 10, 30])
@pytest.mark.parametrize("images", [80, 200, 320, 1000])
@pytest.mark.parametrize("training", [0.005, 0.01])
def test_intervals_nearly_hold_where_training_images_matter_as_much_as_seeds(
    seeds, images, training
):
    world, trials = World(image=2.0, seed=0.01, training=training), 300
    generator = np.random.default_rng([seeds, images, int(1000 * training)])
    found = differences(world, seeds, images, generator, trials)
    assert near(share_held([(d.low, d.high) for d in found]), 0.91, 0.98, trials)


def test_one_fold_of_all_images_is_a_test_set_that_all_seeds_share():
    d = np.random.default_rng(5).normal(0.1, 0.5, (10, 60)) + np.linspace(-1, 1, 60)
    folds = folded_difference(d, np.ones(d.shape, bool), training_images=1e12)
    crossed = crossed_difference(d)
    assert folds.error == pytest.approx(crossed.error, rel=0.02)


def test_copies_of_images_are_no_more_images():
    d, tested = folded(World(image=2.0), 10, 60, FOLDS, np.random.default_rng(6))
    one = folded_difference(d, tested)
    three = folded_difference(
        np.repeat(d, 3, axis=1), np.repeat(tested, 3, axis=1), np.repeat(np.arange(60), 3)
    )
    assert (three.low, three.high, three.images) == pytest.approx((one.low, one.high, 60))


def test_a_mean_of_class_means_is_that_of_each_fold():
    classes = np.repeat([0, 1], [80, 20])  # of which folds have different numbers here
    d, tested = folded(World(image=2.0), 5, 100, FOLDS, np.random.default_rng(7))
    d = d + 0.5 * classes
    weights = 1 / np.bincount(classes)[classes]
    found = folded_difference(d, tested, weights=weights, strata=classes)
    means = [
        np.mean([row[shown & (classes == c)].mean() for c in (0, 1)])
        for row, shown in zip(d, tested, strict=True)
    ]
    assert len({int(shown[80:].sum()) for shown in tested}) > 1
    assert found.mean == pytest.approx(np.mean(means))


@pytest.mark.parametrize("seeds", [5, 10])
def test_a_difference_of_class_means_is_held_by_its_interval(seeds):
    generator, images, trials = np.random.default_rng(seeds), 100, 300
    classes = np.arange(images) % 10 // 9  # 9 to 1, and ten images of the small class
    found = []
    for _ in range(trials):
        d, tested = folded(World(image=2.0, seed=0.01), seeds, images, FOLDS, generator)
        weights = 1 / np.bincount(classes)[classes]
        found.append(folded_difference(d, tested, weights=weights, strata=classes, largest=1.0))
    held = share_held([(d.low, d.high) for d in found])
    assert near(held, 0.92, 0.99, trials), held


def test_what_was_not_tested_does_not_count():
    d, tested = folded(World(), 5, 60, FOLDS, np.random.default_rng(8))
    assert folded_difference(np.where(tested, d, np.nan), tested) == folded_difference(d, tested)


@pytest.mark.parametrize("seeds", [2, 5])
def test_where_nothing_differs_the_interval_is_what_a_binomial_test_cannot_exclude(seeds):
    _, tested = folded(World(), 5, 40, FOLDS, np.random.default_rng(9))
    found = folded_difference(np.zeros((seeds, 40)), tested[:seeds], resolution=1 / 40)
    limit = binomtest(0, int(tested[:seeds].sum()), alternative="less").proportion_ci().high
    assert (found.mean, found.p) == (0, 1)
    assert (found.low, found.high) == pytest.approx((-limit, limit))
    assert found.these_images[0] < 0 < found.these_images[1]


def test_one_seed_has_a_difference_and_no_interval():
    d, tested = folded(World(), 1, 40, FOLDS, np.random.default_rng(10))
    found = folded_difference(d, tested)
    assert np.isnan([found.low, found.high, found.p]).all()


def test_a_seed_that_tested_nothing_is_refused():
    with pytest.raises(ValueError, match="argument `tested`.*with 1 seeds without images"):
        folded_difference(np.zeros((2, 2)), [[True, False], [False, False]])
    with pytest.raises(ValueError, match="argument `tested`.*shape \\(2,\\)"):
        folded_difference(np.zeros((2, 2)), [True, True])
