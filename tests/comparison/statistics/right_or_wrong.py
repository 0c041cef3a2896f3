"""Right and wrong answers of pairs of networks whose difference in the population is 0.

    method: right if z_i + h > e1,    baseline: right if z_i - h > e0,    h = (a_i + b_s + g_T) / 2

z is how easy an image is; a is what the method does to this image, b to this seed, and g to this
set of training images, in which each of them has a small share. The arms are exchangeable, so
that the true difference is 0 whatever the sizes of a, b and g.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class World:
    """What differences are made of.

    Args:
        accuracy: Accuracy of both arms.
        image: Standard deviation of a, in units of e.
        seed: Standard deviation of an accuracy's difference from seed to seed.
        training: Its standard deviation from one set of training images to another.
        correlation: Of the noise of one seed's two networks.
    """

    accuracy: float = 0.8
    image: float = 0.0
    seed: float = 0.01
    training: float = 0.0
    correlation: float = 0.5

    @property
    def ease(self) -> float:
        return float(stats.norm.ppf(self.accuracy)) * np.sqrt(2)

    @property
    def slope(self) -> float:
        """Accuracy that is gained by a step of h."""
        return float(stats.norm.pdf(self.ease / np.sqrt(2))) / np.sqrt(2)


def crossed(world: World, seeds: int, images: int, generator: np.random.Generator) -> np.ndarray:
    """Returns right minus right, of every seed on the same images."""
    of_seeds = generator.normal(0, world.seed / world.slope, seeds)
    return _differences(world, of_seeds, images, generator)


def folded(
    world: World, seeds: int, images: int, folds: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Returns right minus right, and which images were tested: seed s tests fold s % folds."""
    tested = np.zeros((seeds, images), bool)
    for seed in range(seeds):
        if seed % folds == 0:
            order = generator.permutation(images)
        tested[seed, order[seed % folds :: folds]] = True
    of_images = generator.normal(0, world.training / world.slope, images)
    training = np.array([of_images[~row].sum() / np.sqrt((~row).sum()) for row in tested])
    of_seeds = training + generator.normal(0, world.seed / world.slope, seeds)
    return _differences(world, of_seeds, images, generator), tested


def _differences(
    world: World, of_seeds: np.ndarray, images: int, generator: np.random.Generator
) -> np.ndarray:
    z = generator.normal(world.ease, 1, images)
    h = (generator.normal(0, world.image, images) + of_seeds[:, None]) / 2
    shape = (len(of_seeds), images)
    both = np.sqrt(world.correlation) * generator.normal(size=shape)
    e = both + np.sqrt(1 - world.correlation) * generator.normal(size=(2, *shape))
    return 1.0 * (z + h > e[1]) - (z - h > e[0])


def share_held(intervals: list[tuple[float, float]], truth: float = 0.0) -> float:
    """Returns the share of intervals that hold the truth."""
    return float(np.mean([low <= truth <= high for low, high in intervals]))


def near(share: float, low: float, high: float, trials: int) -> bool:
    """Whether a share of trials is between two rates, give or take three standard errors."""
    error = 3 * np.sqrt(np.array([low * (1 - low), high * (1 - high)]) / trials)
    return bool(low - error[0] <= share <= high + error[1])
