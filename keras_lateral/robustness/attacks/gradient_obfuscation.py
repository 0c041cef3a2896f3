"""Whether white-box attacks on a model can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.record import Record
from keras_lateral.robustness.attacks.attacked_model import AttackedModel, one_hot
from keras_lateral.robustness.attacks.checks import Norm, checked_images, checked_range
from keras_lateral.robustness.attacks.fgsm import FGSM
from keras_lateral.robustness.attacks.pgd import PGD
from keras_lateral.robustness.attacks.simba import SimBA
from keras_lateral.robustness.condition import ValueRange
from keras_lateral.text import Column, Table, counted

WORDS = {
    "clean": "no attack",
    "one_step": "one step (FGSM), exact gradients",
    "white_box": "many steps (PGD), exact gradients",
    "training_mode": "many steps, gradients of training mode",
    "black_box": "black box (SimBA), no gradients",
    "transfer": "transfer from another model",
    "double": "many steps, twice the epsilon",
    "unbounded": "many steps, any change",
}


@dataclass(frozen=True, repr=False)
class GradientObfuscation(Record):
    """Whether white-box attacks can be trusted, as returned by `gradient_obfuscation`.

    Args:
        accuracies: Accuracy under each attack: `"clean"`, `"one_step"`, `"white_box"`,
            `"training_mode"`, `"black_box"`, `"transfer"` (if there was a surrogate), `"double"`
            and `"unbounded"`.
        robust_accuracy: The share of images that withstand every attack within epsilon: the
            number to report.
        no_gradient: The share of correctly classified images whose exact gradient is 0 everywhere.
        images: Number of images.
        epsilon: Largest change that the attacks may make.
        norm: Norm in which the change is measured.
        signs: Signs of obfuscated gradients, in sentences.
        settings: Settings of all attacks.

    Example:

    >>> accuracies = {"clean": 0.9, "white_box": 0.5, "training_mode": 0.56, "black_box": 0.53}
    >>> found = GradientObfuscation(accuracies, 0.5, 0.0, 100, 8 / 255, "linf")
    >>> found.obfuscated, round(found.training_mode_gap, 3)
    (False, 0.06)
    """

    accuracies: Mapping[str, float]
    robust_accuracy: float
    no_gradient: float
    images: int
    epsilon: float
    norm: str
    signs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def obfuscated(self) -> bool:
        """Whether there is any sign of obfuscated gradients."""
        return bool(self.signs)

    @property
    def training_mode_gap(self) -> float:
        """How much more robust gradients of training mode make the model look than it is."""
        return self.accuracies["training_mode"] - self.accuracies["white_box"]

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "accuracies": dict(self.accuracies),
            "robust_accuracy": self.robust_accuracy,
            "no_gradient": self.no_gradient,
            "training_mode_gap": self.training_mode_gap,
            "images": self.images,
            "epsilon": self.epsilon,
            "norm": self.norm,
            "signs": list(self.signs),
            "settings": dict(self.settings),
        }

    def _blocks(self) -> list[Table | str]:
        columns = (Column(align="<", width=40), Column(width=8, gap=0))
        rows = [(WORDS[name], f"{value:.3f}") for name, value in self.accuracies.items()]
        rows += [("all attacks within epsilon together", f"{self.robust_accuracy:.3f}")]
        title = f"Accuracy on {self.images} images, epsilon {self.epsilon:.4g} ({self.norm})"
        return [Table(columns, rows, (title,), tuple(self._sign_lines()))]

    def _summary(self) -> str:
        robust = f"robust accuracy {self.robust_accuracy:.3f}, {counted(self.images, 'image')}"
        return f"{robust}, {counted(len(self.signs), 'sign')} of obfuscation"

    def _sign_lines(self) -> list[str]:
        if not self.signs:
            return ["No sign of obfuscated gradients: no attack beats the white-box one."]
        return ["Signs of obfuscated gradients:", *(f"- {sign}" for sign in self.signs)]


Standing = Mapping[str, np.ndarray]

LEVEL = 0.05
"""Level of the one-sided sign test that compares the images found by only one of two attacks.

An attack that should be weaker always finds a few images that the other missed; more are a sign.
"""


@reads_scores
def gradient_obfuscation(
    model: keras.Model,
    x: Any,
    y: Any,
    epsilon: float,
    *,
    norm: Norm = "linf",
    value_range: ValueRange = (0.0, 1.0),
    surrogate: keras.Model | None = None,
    steps: int = 20,
    restarts: int = 1,
    queries: int = 1000,
    seed: int = 0,
    batch_size: int = 256,
    model_returns: ModelReturns | None = None,
) -> GradientObfuscation:
    """Compares attacks whose strengths have a known order unless gradients are obfuscated.

    A model whose gradients lead nowhere looks robust but is not. Signs of this (Athalye et al.,
    Carlini et al.): an attack without gradients, or made on another model, finds more than the one
    that knows everything; one step finds more than many; a larger epsilon finds less; an attack
    that may change everything does not find all. Each sign is looked for, on the same images and
    within the same epsilon; "more" is judged by a sign test, at 5 %, on the images that only one of
    two attacks finds, since attacks miss a few images even without obfuscation.

    For comparison there is the attack that a naive attacker would make on a model with gradient
    masks: through the backward pass of training. It should be weaker, and must never be reported.

    Args:
        model: A classifier that returns probabilities or logits.
        x: Images of shape `(images, height, width, channels)`.
        y: Labels of shape `(images,)`.
        epsilon: Largest change that the attacks may make, in the units of `value_range`.
        norm: `"linf"` or `"l2"`.
        value_range: The lowest and highest value of a pixel.
        surrogate: Another classifier for the same images, such as the same network trained with
            another seed or without masks. Attacks on it are tried on `model`.
        steps: Number of steps of projected gradient descent.
        restarts: Number of random starts of each projected gradient descent.
        queries: Iterations of the black-box attack, at most one for each value of an image.
        seed: Seed of all random numbers.
        batch_size: Images per batch.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `GradientObfuscation`.

    Raises:
        ValueError: If an argument is out of its range, or the model classifies no image correctly.
        ImportError: If the Adversarial Robustness Toolbox is not installed.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import gradient_obfuscation
    >>> model = keras.Sequential(
    ...     [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    ... )
    >>> x = np.random.default_rng(0).random((20, 4, 4, 1)).astype("float32")
    >>> y = model.predict(x, verbose=0).argmax(axis=1)
    >>> found = gradient_obfuscation(model, x, y, epsilon=0.05)
    >>> found.obfuscated, found.accuracies["unbounded"]
    (False, 0.0)

    Reference:

    - Athalye, A., Carlini, N., Wagner, D. (2018). Obfuscated Gradients Give a False Sense of
      Security.
    - [Carlini et al., 2019, On evaluating adversarial
      robustness](https://arxiv.org/abs/1902.06705)
    """
    x, y = checked_images(x, y, value_range)
    low, high = checked_range(value_range)
    many = PGD(epsilon, None, steps, norm, restarts, seed, batch_size)
    many.check(x, value_range)
    farthest = (high - low) * (1.0 if norm == "linf" else float(np.sqrt(x[0].size)))
    one, black_box = FGSM(epsilon, norm, batch_size), _within(many, x[0].size, queries)
    exact = AttackedModel(model, x, batch_size=batch_size)
    right = exact.classifies_correctly(x, y)
    if not right.any():
        raise ValueError(
            f"Model {model.name!r} classifies none of the {len(x)} images correctly, so there is "
            "nothing to attack. Are images and labels as in its training?"
        )

    def standing(attack: FGSM | PGD, against: AttackedModel = exact) -> np.ndarray:
        adversarial = attack.generate_for(against, x, y, (low, high), right)
        return right & exact.classifies_correctly(adversarial, y)

    stands = {
        "clean": right,
        "one_step": standing(one),
        "white_box": standing(many),
        "training_mode": standing(many, AttackedModel(model, x, "training", batch_size)),
        "black_box": right & ~black_box.run(model, x, y, value_range).succeeded,
    }
    if surrogate is not None:
        stands["transfer"] = standing(many, AttackedModel(surrogate, x, batch_size=batch_size))
    within = np.logical_and.reduce(list(stands.values()))
    stands["double"] = standing(replace(many, epsilon=min(2 * epsilon, farthest)))
    stands["unbounded"] = standing(replace(many, epsilon=farthest))
    no_gradient = share_without_gradient(exact, x[right], y[right])
    return GradientObfuscation(
        accuracies={name: float(array.mean()) for name, array in stands.items()},
        robust_accuracy=float(within.mean()),
        no_gradient=no_gradient,
        images=len(x),
        epsilon=float(epsilon),
        norm=norm,
        signs=tuple(_signs(stands, no_gradient)),
        settings={attack.name: attack.settings() for attack in (one, many, black_box)},
    )


def share_without_gradient(attacked: AttackedModel, x: np.ndarray, y: np.ndarray) -> float:
    """Returns the share of images at which the gradient of the loss is 0 everywhere."""
    gradient = attacked.gradient(x, -one_hot(y, attacked.classes))
    return float((gradient.reshape(len(x), -1) == 0).all(axis=1).mean())


def _within(many: PGD, values: int, queries: int) -> SimBA:
    """Returns a black-box attack that cannot leave the ball.

    It changes each value at most once, by epsilon, or takes T orthogonal steps of epsilon/sqrt(T).
    """
    iterations = min(queries, values)
    length = many.epsilon if many.norm == "linf" else many.epsilon / float(np.sqrt(iterations))
    return SimBA(length, iterations, seed=many.seed, batch_size=many.batch_size)


def _signs(stands: Standing, no_gradient: float) -> list[str]:
    """Returns every deviation from the order that attacks have without obfuscation."""
    weaker = {
        "black_box": "the black-box attack",
        "transfer": "the attack made on another model",
        "one_step": "one step",
        "training_mode": "gradients of training mode",
    }
    signs = [
        _more_found(words, stands[name], "the white-box attack", stands["white_box"])
        for name, words in weaker.items()
        if name in stands
    ]
    signs.append(_more_found("epsilon", stands["white_box"], "twice the epsilon", stands["double"]))
    left, images = int(stands["unbounded"].sum()), int(stands["clean"].sum())
    if left:
        signs.append(f"An attack that may change everything leaves {left} of {images} images.")
    if no_gradient:
        signs.append(f"The gradient is 0 everywhere at {100 * no_gradient:.0f} % of the images.")
    return [sign for sign in signs if sign]


def _more_found(words: str, weaker: np.ndarray, others: str, stronger: np.ndarray) -> str:
    """Returns a sentence if the attack that should be weaker finds more, beyond chance."""
    alone, of_others = int((stronger & ~weaker).sum()), int((weaker & ~stronger).sum())
    p = sign_test(alone, of_others)
    if p > LEVEL:
        return ""
    return (
        f"{words.capitalize()}: {alone} images are found that {others} does not find, and "
        f"{of_others} the other way round (sign test, p = {p:.2g})."
    )


def sign_test(heads: int, tails: int) -> float:
    """Returns the probability of at least this many heads when both are equally likely."""
    n = heads + tails
    return sum(comb(n, k) for k in range(heads, n + 1)) / 2**n
