"""The base class of all attacks through the Adversarial Robustness Toolbox."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from keras_lateral.robustness.attacks.art_classifier import Output, toolbox_estimator
from keras_lateral.robustness.attacks.attacked_model import AttackedModel, one_hot
from keras_lateral.robustness.attacks.checks import check_labels, checked_images, checked_range
from keras_lateral.robustness.attacks.result import attack_result
from keras_lateral.robustness.condition import ConditionResult, ValueRange

ART_NORMS: dict[str, float] = {"linf": np.inf, "l2": 2}


class ToolboxAttack(ABC):
    """An attack made by the toolbox on the images that a model classifies correctly.

    The toolbox draws from NumPy's global generator, which is seeded for the attack and restored
    afterwards.
    """

    output: Output = "probabilities"
    seed: int = 0
    batch_size: int = 256

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""

    @abstractmethod
    def make(self, classifier: Any) -> Any:
        """Returns the toolbox's attack for its classifier."""

    def check(self, x: np.ndarray, value_range: ValueRange) -> None:
        """Raises if the attack does not fit the images."""
        del x, value_range  # an attack without an epsilon fits all images

    def generate(
        self, model: keras.Model, x: Any, y: Any, value_range: ValueRange = (0.0, 1.0)
    ) -> np.ndarray:
        """Returns the images after the attack; those misclassified before are unchanged."""
        x, y = checked_images(x, y, value_range)
        self.check(x, value_range)
        attacked = AttackedModel(model, x, batch_size=self.batch_size)
        return self.generate_for(attacked, x, y, value_range)

    def measure(
        self, model: keras.Model, x: Any, y: Any, value_range: ValueRange = (0.0, 1.0)
    ) -> ConditionResult:
        """Measures a model."""
        x, y = checked_images(x, y, value_range)
        self.check(x, value_range)
        attacked = AttackedModel(model, x, batch_size=self.batch_size)
        adversarial = self.generate_for(attacked, x, y, value_range)
        named: Any = self  # a field of some attacks, a property of others
        return attack_result(named, attacked, x, adversarial, y)

    def generate_for(
        self,
        attacked: AttackedModel,
        x: np.ndarray,
        y: np.ndarray,
        value_range: ValueRange,
        chosen: np.ndarray | None = None,
    ) -> np.ndarray:
        """Returns the images after the attack on an `AttackedModel`.

        Args:
            attacked: The model.
            x: Images.
            y: Labels.
            value_range: The range to which images are clipped.
            chosen: Which images to attack. Defaults to those that the model classifies correctly.
        """
        check_labels(y, attacked.classes)
        classifier = toolbox_estimator(attacked, checked_range(value_range), self.output)
        right = attacked.classifies_correctly(x, y) if chosen is None else chosen
        adversarial = x.copy()
        if right.any():
            with _numpy_seeded(self.seed):
                attack = self.make(classifier)
                found = attack.generate(x[right], one_hot(y[right], attacked.classes))
            adversarial[right] = found
        return adversarial


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    before = np.random.get_state()  # noqa: NPY002 - the generator that the toolbox uses
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
