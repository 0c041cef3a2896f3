"""The black-box attack on the frame's networks: its numbers, fixed before any was attacked."""

from __future__ import annotations

from pathlib import Path

from experiments.frame_domain_shift.config import TRAINED
from experiments.frame_table.config import ARMS
from experiments.full_size.measuring import Study

ITERATIONS = {"two_cores": (1, 10, 50, 100, 1000), "smoke": (1, 3)}
"""Iterations after which the source reports the success rate."""

PER_CLASS = {"two_cores": 2, "smoke": 1}
"""Test images of each class; those of them that are classified correctly are attacked.

The source's rates without a regularizer are multiples of 1 / 96: it attacked about a hundred.
"""

EPSILON = 0.2
"""Length of a step, for images from 0 to 1: the default of SimBA's paper; the source has none."""

REPORTED: dict[str, tuple[float, ...]] = {
    "none": (52.08, 59.37, 84.38, 92.71, 93.75),
    "ocnn": (41.30, 57.61, 83.69, 91.30, 92.06),
    "frame": (39.56, 49.45, 80.20, 84.61, 86.81),
}
"""Success rates in percent, of the images that were classified correctly before."""


def after(iterations: int) -> str:
    """Returns the name of the measure after so many iterations."""
    return f"accuracy after {iterations} iteration{'s' * (iterations > 1)}"


STUDY = Study(
    Path(__file__).parent,
    TRAINED,
    {arm: ARMS[arm].text for arm in ARMS},
    "none",
    "experiments.frame_simba.measure:measure",
    ("two_cores", "smoke"),
    {},
    "The frame regularizer under the black-box attack SimBA",
)
