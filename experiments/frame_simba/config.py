"""The black-box attack on the frame's networks: its numbers, fixed before any was attacked."""

from __future__ import annotations

from pathlib import Path

from experiments.frame_domain_shift.config import SOURCE, TRAINED, TRAINED_AT
from experiments.frame_table.config import ARMS
from experiments.full_size.measuring import Study

REPORTED_AFTER = (1, 10, 50, 100, 1000)
"""Iterations after which the source reports the success rate."""

ITERATIONS = {"two_cores": REPORTED_AFTER, SOURCE: REPORTED_AFTER, "smoke": (1, 3)}

PER_CLASS = {"two_cores": 2, SOURCE: 10, "smoke": 1}
"""Test images of each class; those of them that are classified correctly are attacked. At the
source's size they are a hundred, as there: see `ATTACKED`."""

ATTACKED = {"none": 96, "ocnn": 92, "frame": 91}
"""Images of which the source's rates are whole numbers: of a hundred, probably, those that each
network had right. Its 92.06 % alone is none of 92."""

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
    ("two_cores", SOURCE, "smoke"),
    {},
    "The frame regularizer under the black-box attack SimBA",
    TRAINED_AT,
)
