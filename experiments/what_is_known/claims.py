"""The claims of the four sources, and where each was looked at here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.what_is_known.evidence import Evidence, of_freeze, of_small_data, of_table

CIFAR = "CIFAR-100, all images, ResNet-8, 15 epochs"
SMALL_CIFAR = "CIFAR-100, 10 classes x 50 images"
SMALL_FASHION = "Fashion-MNIST, 10 classes x 50 images"
FULL = "CIFAR-100, ResNet-18, 120 epochs"


@dataclass(frozen=True)
class Claim:
    """A claim of a source.

    Args:
        source: The source, and the place in it.
        text: What is claimed.
        claimed: The claimed difference, in points.
        at: The size at which the source saw it.
        evidence: What was seen here.
        sign_only: Whether the source gives no number, only a direction: `claimed` is then 1 or -1.
    """

    source: str
    text: str
    claimed: float
    at: str
    evidence: Sequence[Evidence]
    sign_only: bool = False


MASK = "Gradient Mask"
FRAME = "Frame regularizer"
FREEZE = "Receptive-field freeze"
LECTURE = "Lecture"


def claims() -> list[Claim]:
    """Returns every claim with what the results at hand say of it."""
    return [*_of_the_mask(), *_of_the_frame(), *_of_the_freeze()]


def _of_the_mask() -> list[Claim]:
    table = "gradient_mask_table_2"

    def on_both(arm: str, baseline: str) -> list[Evidence]:
        return [
            of_table(table, "two_cores", arm, baseline, CIFAR),
            of_table(table, "paper", arm, baseline, FULL),
        ]

    small = [
        of_small_data("cifar100", "gradient_mask", SMALL_CIFAR),
        of_small_data("fashion_mnist", "gradient_mask", SMALL_FASHION),
    ]
    return [
        Claim(
            f"{MASK}, table 1",
            "the mask adds to the accuracy on CIFAR-100",
            2.06,
            FULL,
            [*on_both("log", "none"), *small],
        ),
        Claim(
            f"{MASK}, table 2",
            "lateral inhibition is better than the norm",
            4.40,
            FULL,
            on_both("log", "norm"),
        ),
        Claim(
            f"{MASK}, table 2",
            "minicolumns are better than single channels",
            1.29,
            FULL,
            on_both("log", "log_channels"),
        ),
        Claim(
            f"{MASK}, table 2",
            "thresholding the norm costs accuracy",
            -2.34,
            FULL,
            on_both("norm", "none"),
        ),
    ]


def _of_the_frame() -> list[Claim]:
    return []


def _of_the_freeze() -> list[Claim]:
    return [
        Claim(
            f"{FREEZE}, table 6",
            "one frozen epoch after four makes features worth more (1.x)",
            1.2,
            "ten splits, one run each",
            [
                of_freeze("full", ("1",), ("ordinary", "frozen"), "ten splits, 21 runs"),
                of_freeze("control", ("1",), ("ordinary", "frozen"), "ten splits, fresh runs"),
            ],
        ),
    ]
