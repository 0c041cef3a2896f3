"""Any evasion attack of the Adversarial Robustness Toolbox as a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_lateral.robustness.attacks.art_classifier import Output
from keras_lateral.robustness.attacks.toolbox import toolbox_settings
from keras_lateral.robustness.attacks.toolbox_attack import ToolboxAttack

MakeAttack = Callable[[Any], Any]


@dataclass(frozen=True)
class ArtAttack(ToolboxAttack):
    """A model's accuracy under an evasion attack of the Adversarial Robustness Toolbox.

    Only images that the model classifies correctly are attacked. The toolbox draws its random
    numbers from NumPy's global generator, which is seeded for the attack and restored afterwards.

    Args:
        name: The condition's name; it should state the strength, as in `"deepfool-0.02"`.
        attack: Returns the attack for a classifier made by `art_classifier`.
        arguments: What is needed to make the same attack again, for the result's settings.
        output: What the classifier predicts: `"probabilities"` or `"logits"`.
        seed: Seed of NumPy's global generator while the attack runs.
        batch_size: Images per batch.

    Raises:
        ImportError: In `measure`, if the toolbox is not installed.

    Example:

    >>> from keras_lateral import ArtAttack
    >>> def deepfool(classifier):
    ...     from art.attacks.evasion import DeepFool
    ...     return DeepFool(classifier, max_iter=20, verbose=False)
    >>> attack = ArtAttack("deepfool-20", deepfool, {"max_iter": 20}, output="logits")
    >>> attack.name, attack.settings()["arguments"]
    ('deepfool-20', {'max_iter': 20})
    """

    name: str
    attack: MakeAttack = field(compare=False)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    output: Output = "probabilities"
    seed: int = 0
    batch_size: int = 256

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again, except the code of `attack`."""
        own = {"arguments": dict(self.arguments), "output": self.output}
        return {**own, **toolbox_settings(self.seed)}

    def make(self, classifier: Any) -> Any:
        """Returns the toolbox's attack."""
        return self.attack(classifier)
