"""Frost on a window pane, grown from noise, mixed in as the published sets mix in photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, in_channels
from keras_lateral.robustness.corruption.parameters import ParameterSet, published


@dataclass(frozen=True)
class Pane:
    """What was measured on crops of the five published photographs.

    Args:
        looks: Mean colour, and deviation of grey levels, of each photograph's crops.
        needles: Standard deviations of the needles, along and across, in pixels, and the share of
            the variance that such needles have.
    """

    looks: tuple[tuple[tuple[float, float, float], float], ...]
    needles: tuple[tuple[float, float, float], ...]


# Measured on 500 crops each. The second and the third photograph are the same picture.
PANES: dict[ParameterSet, Pane] = {
    # 32 x 32 pixels at a fifth of the size. Neighbouring pixels have a correlation of 0.36.
    "cifar10": Pane(
        looks=(
            ((0.306, 0.582, 0.646), 0.058),
            ((0.777, 0.794, 0.830), 0.071),
            ((0.777, 0.794, 0.830), 0.071),
            ((0.561, 0.619, 0.669), 0.102),
            ((0.405, 0.450, 0.496), 0.136),
        ),
        needles=((3.0, 0.3, 1.0),),
    ),
    # 224 x 224 pixels of the original size. Pixels at distances of 1, 2, 5, 20 and 40 have
    # correlations of 0.77, 0.56, 0.44, 0.29 and 0.21: fine needles, and broad ones.
    "imagenet": Pane(
        looks=(
            ((0.308, 0.582, 0.645), 0.063),
            ((0.775, 0.792, 0.828), 0.078),
            ((0.775, 0.792, 0.828), 0.078),
            ((0.567, 0.625, 0.676), 0.103),
            ((0.397, 0.442, 0.489), 0.140),
        ),
        needles=((15.0, 0.5, 0.55), (60.0, 20.0, 0.45)),
    ),
}


def frost(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = a x + b f,  f a pane of frost."""
    a, b = published("frost", severity, parameters)
    return a * x + b * in_channels(panes(x.shape[1:3], generators, parameters), x.shape[-1])


def panes(
    size: tuple[int, int], generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns a pane for each image, of shape `(images, *size, 3)`, in [0, 1].

    Three fields of noise are smeared along three directions 60 degrees apart, as ice crystals
    grow; their maximum is the frost. Colour and contrast are those of a photograph.
    """
    pane = PANES[parameters]
    chosen, turns, noise = [], [], []
    for rng in generators:
        chosen.append(rng.integers(len(pane.looks)))
        turns.append(rng.uniform(0, np.pi))
        noise.append(rng.normal(size=(len(pane.needles), 3, *size)))
    fields, angles = np.stack(noise, axis=1), np.array(turns)[:, None] + np.deg2rad([0, 60, 120])
    f = sum(
        np.sqrt(share) * _standardized(_smeared(field, angles, along, across).max(axis=1))
        for field, (along, across, share) in zip(fields, pane.needles, strict=True)
    )
    colours = np.array([pane.looks[i][0] for i in chosen])[:, None, None]
    deviations = np.array([pane.looks[i][1] for i in chosen])[:, None, None, None]
    return np.clip(colours + deviations * f[..., None], 0, 1)


def _standardized(f: np.ndarray) -> np.ndarray:
    """Returns fields `(images, h, w)` of mean 0 and deviation 1."""
    f = f - f.mean(axis=(1, 2), keepdims=True)
    return f / f.std(axis=(1, 2), keepdims=True)


def _smeared(noise: np.ndarray, angles: np.ndarray, length: float, width: float) -> np.ndarray:
    """Returns fields `(..., h, w)`, each convolved on a torus with a long Gaussian at its angle.

    A needle is at most half as long and a tenth as wide as the image, which would else be flat.
    """
    rows, columns = noise.shape[-2:]
    side = min(rows, columns)
    length, width = min(length, side / 2), min(width, side / 10)
    q = 2 * np.pi * np.fft.fftfreq(rows)[:, None]
    p = 2 * np.pi * np.fft.rfftfreq(columns)
    cosine, sine = np.cos(angles)[..., None, None], np.sin(angles)[..., None, None]
    # -1/2 (length^2 (p cos + q sin)^2 + width^2 (q cos - p sin)^2), by powers of p
    squared = -0.5 * ((length * cosine) ** 2 + (width * sine) ** 2)
    mixed = (width**2 - length**2) * cosine * sine * q
    constant = -0.5 * ((length * sine) ** 2 + (width * cosine) ** 2) * q**2
    needle = squared * p + mixed
    needle *= p
    needle += constant
    spectrum = np.fft.rfft2(noise)
    spectrum *= np.exp(needle, out=needle)
    return np.fft.irfft2(spectrum, s=(rows, columns))
