"""The conditions under which each trained network is tested, chosen by one word."""

from __future__ import annotations

from collections.abc import Callable

import keras

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.robustness.attacks.pgd import PGD
from keras_lateral.robustness.attacks.simba import SimBA
from keras_lateral.robustness.condition import Condition
from keras_lateral.robustness.corruption.condition import corruptions
from keras_lateral.robustness.pruning.condition import Pruned

QUICK = ("gaussian_noise", "defocus_blur", "brightness", "contrast", "pixelate")
IMAGES = {"quick": 1000, "full": 500}


def conditions_of(
    level: str, data: ImageDataset | ImageFolds, build_model: Callable[[], keras.Model]
) -> tuple[list[Condition], int | None]:
    """Returns the conditions of a level, each tried once, and their number of images per class.

    Args:
        level: `"none"`; `"quick"`: five corruptions and pruning, no extra package needed;
            `"full"`: the fifteen standard corruptions at three severities, pruning, a white-box
            and a black-box attack.
        data: The images.
        build_model: Returns a network for them.

    Raises:
        ValueError: If the images are too small for the corruptions.
        ImportError: If the package that a condition needs is missing.
    """
    conditions = _conditions_of_level(level)
    if not conditions:
        return [], None
    first = data.split(0) if isinstance(data, ImageFolds) else data
    model, scaled = build_model(), first.scaled()
    for condition in conditions:
        # Otherwise it would fail after the first training.
        condition.measure(model, scaled.x_test[:2], scaled.y_test[:2], (0.0, 1.0))
    return conditions, max(1, IMAGES[level] // data.num_classes)


def _conditions_of_level(level: str) -> list[Condition]:
    pruned: list[Condition] = []
    if level == "quick":
        pruned = [Pruned(0.8)]
        return [*corruptions(QUICK, [3]), *pruned]
    if level == "full":
        pruned = [Pruned(0.5), Pruned(0.8), Pruned(0.9)]
        attacks: list[Condition] = [PGD(2 / 255), PGD(8 / 255), SimBA(0.2, iterations=300)]
        return [*corruptions(severities=[1, 3, 5]), *pruned, *attacks]
    return []
