"""Two gains that cost no further training: the ensemble of the networks, and a temperature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.per_image.measuring import measures_of
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.run import Run

Scores = tuple[np.ndarray, np.ndarray]
"""Places of the images that a network tested, and its log probabilities, `(images, classes)`."""

SHOWN = ("accuracy", "loss", "calibration_error")

TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(8.0), 141))
"""Candidates, 2.5 % apart: a step changes the loss near its minimum by less than 0.0001 nats."""

SPREAD = 0.5
"""Standard deviation of log T before any image is seen: most networks need 0.4 to 2.7."""


def free_gains(
    runs: Sequence[Run], methods: Sequence[str], tested: TestedImages
) -> dict[str, dict[str, float]]:
    """Returns for each method what its networks reach together, and with a scaled temperature.

    The networks of all seeds are trained anyway. Their ensemble is the mean of their
    probabilities; with folds, of those networks that were not trained on the image. A temperature
    is chosen on one half of the test images and measured on the other, and the other way round, so
    that no image is measured with a temperature that was chosen on it.

    Args:
        runs: Trainings; only those with `log_probabilities` count.
        methods: Names of the methods to return, the baseline's too.
        tested: The test images.

    Returns:
        By method: `accuracy`, `loss` and `calibration_error`, means over its networks; with the
        prefix `tempered_` those with a temperature; `temperature`, its geometric mean, and
        `temperature_images`, on how many images it was chosen; with the prefix `ensemble_` those
        of the ensemble, and `networks`, how many vote on each image. A method without networks is
        left out, as is the ensemble where an image has only one.

    Reference:

    - Lakshminarayanan, B., Pritzel, A., Blundell, C. (2017). Simple and Scalable Predictive
      Uncertainty Estimation Using Deep Ensembles.
    - Guo, C., Pleiss, G., Sun, Y., Weinberger, K. Q. (2017). On Calibration of Modern Neural
      Networks. Section 4.2.
    """
    found = {}
    for method in methods:
        scores = [_scores_of(run) for run in runs if run.method == method]
        known = [item for item in scores if item is not None]
        if known:
            found[method] = {**_tempered(known, tested), **_ensemble(known, tested)}
    return found


def temperature_of(log_p: np.ndarray, labels: np.ndarray) -> float:
    """Returns the most probable temperature, given some images.

        p_k(T) = exp(log p_k / T) / sum_j exp(log p_j / T)
        T = argmin sum(-log p_y(T)) + (log T)^2 / (2 0.5^2)

    The second term is a normal prior of log T. With hundreds of images it does not count; with a
    few, of which the loss alone may choose the sharpest candidate there is because all of them were
    right, it holds T near 1. In simulations with 4 and 10 images and networks that need a T of 1,
    1.5 and 3 it raised the loss of new images by 0.02 at most, where the loss alone raised it by up
    to 0.45; with 200 there is no difference.

    Args:
        log_p: Logarithms of probabilities, `(images, classes)`.
        labels: True classes, `(images,)`.

    Example:

    >>> import numpy as np
    >>> log_p = np.log([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    >>> labels = np.array([0, 0, 0, 1])  # three of four, and 0.9 claimed
    >>> one, many = (temperature_of(np.tile(log_p, (n, 1)), np.tile(labels, n)) for n in (1, 99))
    >>> 1 < one < 1.5 < many
    True
    """
    losses = np.array([_loss(tempered(log_p, t), labels) for t in TEMPERATURES])
    prior = np.log(TEMPERATURES) ** 2 / (2 * SPREAD**2)
    return float(TEMPERATURES[int(np.argmin(len(labels) * losses + prior))])


def tempered(log_p: np.ndarray, temperature: float) -> np.ndarray:
    """Returns probabilities with a temperature, `(images, classes)`."""
    scaled = np.exp((log_p - log_p.max(axis=1, keepdims=True)) / temperature)
    result: np.ndarray = scaled / scaled.sum(axis=1, keepdims=True)
    return result


def _scores_of(run: Run) -> Scores | None:
    """Returns places and float64 log probabilities of a training, if it has them."""
    if run.images is None or run.log_probabilities is None:
        return None
    return run.images.places, run.log_probabilities.astype("float64")


def _tempered(networks: Sequence[Scores], tested: TestedImages) -> dict[str, float]:
    plain, cool, chosen, images = [], [], [], []
    for places, log_p in networks:
        labels = tested.labels[places]
        p = tempered(log_p, 1.0)
        for chosen_on, measured_on in _halves(places, tested):
            t = temperature_of(log_p[chosen_on], labels[chosen_on])
            p[measured_on] = tempered(log_p[measured_on], t)
            chosen.append(t)
            images.append(int(chosen_on.sum()))
        plain.append(measures_of(tempered(log_p, 1.0), labels))
        cool.append(measures_of(p, labels))
    means = {name: float(np.mean([values[name] for values in plain])) for name in SHOWN}
    means |= {
        f"tempered_{name}": float(np.mean([values[name] for values in cool])) for name in SHOWN[1:]
    }
    if not chosen:
        return {**means, "temperature": 1.0, "temperature_images": 0.0}
    temperature = float(np.exp(np.mean(np.log(chosen))))
    return {**means, "temperature": temperature, "temperature_images": float(np.mean(images))}


def _halves(places: np.ndarray, tested: TestedImages) -> Iterator[tuple[Any, Any]]:
    """Yields two halves in both orders; images of one unit stay together."""
    units = places if tested.units is None else tested.units[places]
    names, unit = np.unique(units, return_inverse=True)
    first = (np.random.default_rng(0).permutation(len(names)) % 2 == 0)[unit]
    if first.all() or not first.any():  # a single unit: nothing to choose on
        return
    yield first, ~first
    yield ~first, first


def _ensemble(networks: Sequence[Scores], tested: TestedImages) -> dict[str, float]:
    classes = len(tested.class_names)
    total, votes = np.zeros((len(tested), classes)), np.zeros(len(tested), int)
    for places, log_p in networks:
        total[places] += tempered(log_p, 1.0)
        votes[places] += 1
    some = votes > 0
    if votes[some].min() < 2:
        return {}
    found = measures_of(total[some] / votes[some, None], tested.labels[some])
    means: Mapping[str, float] = {f"ensemble_{name}": found[name] for name in SHOWN}
    return {**means, "networks": float(votes[some].mean())}


def _loss(p: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.log(np.maximum(p[np.arange(len(p)), labels], 1e-30)).mean())
