"""A texture on the images as a condition."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.synthetic.texture_patches import TexturePatches
from keras_lateral.datasets.synthetic.texture_shortcut import TextureCue, textures_for
from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.robustness.condition import ConditionResult, ValueRange


@dataclass(frozen=True)
class Textured:
    """Accuracy with patches of texture on the images.

    With the `patches` of the `TextureShortcut` that the model was trained on, it measures the same
    as `shortcut_reliance`, one cue at a time, as a condition for `evaluate`. Use it on images
    without textures, such as those of `shortcut.dataset("absent")`.

    Args:
        cue: `"aligned"`: the texture of the image's class; `"random"`: of any class;
            `"conflicting"`: of another class.
        patches: The textures, such as `shortcut.patches`.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import Textured
    >>> from keras_lateral.datasets import TexturePatches
    >>> layers = [keras.layers.Flatten(), keras.layers.Dense(2)]
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    >>> x, y = np.zeros((4, 8, 8, 1), "float32"), np.array([0, 1, 0, 1])
    >>> condition = Textured("conflicting", TexturePatches(num_classes=2, size=4))
    >>> condition.measure(model, x, y, value_range=(0, 1)).name
    'texture-conflicting-4px-1'
    """

    cue: TextureCue
    patches: TexturePatches

    def __post_init__(self) -> None:
        textures_for(self.cue, [], self.patches.num_classes)  # raises if there is no such cue

    @property
    def name(self) -> str:
        """A name such as `"texture-conflicting-10px-1"`, which ends with the strength."""
        return f"texture-{self.cue}-{self.patches.size}px-{self.patches.strength:g}"

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        return {"cue": self.cue, **asdict(self.patches)}

    def measure(
        self, model: keras.Model, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> ConditionResult:
        """Measures a model. See `Condition.measure`."""
        textures = textures_for(self.cue, y, self.patches.num_classes, self.patches.seed)
        pasted = self.patches.paste(x, textures, value_range, draw=1)
        predicted = predicted_classes(model, pasted)
        return ConditionResult(
            name=self.name,
            accuracy=float(np.mean(predicted == y)),
            images=len(y),
            settings=self.settings(),
            details={"follows_texture": float(np.mean(predicted == textures))},
        )
