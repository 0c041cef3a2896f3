"""The claims of the four sources, and where each was looked at here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.what_is_known.evidence import (
    Evidence,
    of_frame_table,
    of_freeze,
    of_measure,
    of_small_data,
    of_table,
)

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

OTHER_FRAME_CLAIMS = (
    ("resnet34", "cifar10", 0.64),
    ("resnet34", "svhn", 0.35),
    ("resnet50", "cifar10", 0.42),
    ("resnet50", "cifar100", 1.15),
    ("resnet50", "svhn", 0.18),
)
"""Network, image set, and how much the source says that the frame adds, in points."""


def claims() -> list[Claim]:
    """Returns every claim with what the results at hand say of it."""
    return [*_of_the_mask(), *_of_the_frame(), *_of_the_freeze(), *_of_the_lecture()]


def _on_all_images(table: str, arm: str, baseline: str) -> Evidence:
    return of_table(table, "two_cores", arm, baseline, CIFAR)


def _on_little_data(method: str) -> list[Evidence]:
    return [
        of_small_data("cifar100", method, SMALL_CIFAR),
        of_small_data("fashion_mnist", method, SMALL_FASHION),
    ]


def _of_the_mask() -> list[Claim]:
    first, second, abstract = (f"{MASK}, {place}" for place in ("table 1", "table 2", "abstract"))

    def table_2(arm: str, baseline: str) -> list[Evidence]:
        return [
            _on_all_images("gradient_mask_table_2", arm, baseline),
            of_table("gradient_mask_table_2", "paper", arm, baseline, FULL),
        ]

    def measured(measure: str) -> list[Evidence]:
        return [of_measure("gradient_mask_claims", measure, "log", CIFAR)]

    helps = [*table_2("log", "none"), *_on_little_data("gradient_mask")]
    imagenet = of_table("gradient_mask_table_1", "paper", "log", "none", "ImageNet, ResNet-50")
    pruned = "accuracy, 80% of the weights pruned"
    return [
        Claim(first, "the mask adds to the accuracy on CIFAR-100", 2.06, FULL, helps),
        Claim(first, "the mask adds to the accuracy on ImageNet", 0.51, imagenet.size, [imagenet]),
        Claim(
            second, "lateral inhibition beats the plain norm", 4.40, FULL, table_2("log", "norm")
        ),
        Claim(
            second,
            "minicolumns beat single channels",
            1.29,
            FULL,
            table_2("log", "log_channels"),
        ),
        Claim(second, "thresholding the norm costs accuracy", -2.34, FULL, table_2("norm", "none")),
        Claim(abstract, "accuracy after pruning is higher (80 %)", 1, "", measured(pruned), True),
        Claim(
            abstract,
            "accuracy under attack is higher (PGD, 2/255)",
            1,
            "",
            measured("accuracy under PGD, 2/255"),
            True,
        ),
        Claim(
            abstract,
            "saliency is better: area of insertion, times 100",
            1,
            "",
            measured("area of insertion"),
            True,
        ),
    ]


def _of_the_frame() -> list[Claim]:
    table, at = "frame_table", "CIFAR-100, ResNet-34"

    claimed = [
        Claim(
            f"{FRAME}, ResNet-34",
            "the frame adds to the accuracy on CIFAR-100",
            2.03,
            at,
            [
                _on_all_images(table, "frame", "none"),
                of_frame_table("resnet34", "cifar100", "frame"),
                *_on_little_data("frame_regularizer"),
            ],
        ),
        Claim(
            f"{FRAME}, ResNet-34",
            "the frame beats orthogonal convolution on CIFAR-100",
            1.04,
            at,
            [_on_all_images(table, "frame", "ocnn")],
        ),
        Claim(
            f"{FRAME}, ResNet-34",
            "orthogonal convolution adds to the accuracy on CIFAR-100",
            0.99,
            at,
            [_on_all_images(table, "ocnn", "none"), of_frame_table("resnet34", "cifar100", "ocnn")],
        ),
    ]
    for network, images, points in OTHER_FRAME_CLAIMS:
        evidence = of_frame_table(network, images, "frame")
        text = f"the frame adds to the accuracy, {evidence.size}"
        claimed.append(Claim(f"{FRAME}, tables", text, points, evidence.size, [evidence]))
    claimed += [
        Claim(
            f"{FRAME}, slide",
            "the frame can stand in the place of weight decay",
            1,
            "",
            [_on_all_images(table, "frame_no_decay", "none")],
            True,
        ),
        Claim(
            f"{FRAME}, domain shift",
            "the frame adds to the accuracy under corruptions",
            1.88,
            "CIFAR-10-C, ResNet-34",
            [of_measure("frame_domain_shift", "accuracy under corruptions", "frame", CIFAR)],
        ),
        Claim(
            f"{FRAME}, domain shift",
            "the frame adds to the accuracy on CINIC-10",
            3.29,
            "ResNet-34",
            [
                of_measure(
                    "frame_domain_shift",
                    "accuracy on CINIC-10",
                    "frame",
                    "CINIC-10, ResNet-34 trained on CIFAR-10",
                    "resnet34_cifar10",
                )
            ],
        ),
        Claim(
            f"{FRAME}, attack",
            "more images survive SimBA (1,000 iterations)",
            1,
            "CIFAR-10",
            [of_measure("frame_simba", "accuracy after 1000 iterations", "frame", CIFAR)],
            True,
        ),
    ]
    return claimed


def _of_the_freeze() -> list[Claim]:
    models, control = ("ordinary", "frozen"), ("control", "frozen")
    splits = "ten splits of CIFAR-100, one run each"
    experiment_3 = "python -m experiments.receptive_field_freeze.run --size resnet50"
    return [
        Claim(
            f"{FREEZE}, 1.x",
            "a frozen epoch after four makes features worth more",
            1.2,
            splits,
            [
                of_freeze("full", ("1",), models, "ten splits; new classes"),
                of_freeze("control", ("1",), models, "the same with fresh seeds"),
            ],
        ),
        Claim(
            f"{FREEZE}, 2.x",
            "a frozen epoch before overfitting does",
            1.3,
            splits,
            [of_freeze("full", ("2",), models, "ten splits; new classes")],
        ),
        Claim(
            f"{FREEZE}, 1.x",
            "it matters that the expanding layers rest, not others",
            1,
            splits,
            [
                of_freeze("control", ("1",), control, "ten splits, fresh seeds; new classes"),
                of_freeze("full", ("1",), control, "the runs that raised it", control=True),
            ],
            True,
        ),
        Claim(
            f"{FREEZE}, 3",
            "a frozen epoch of ResNet-50 makes features worth more",
            5.2,
            "ImageNet, ten classes, one run",
            [Evidence("CIFAR-100's classes at 224 x 224", None, experiment_3)],
        ),
    ]


def _of_the_lecture() -> list[Claim]:
    return [
        Claim(
            f"{LECTURE}, MNIST",
            "convolutions beat the perceptron (147 errors against 264)",
            1.17,
            "MNIST, one training each",
            [of_table("lecture_mnist", "paper", "lenet", "mlp", "MNIST, as in the lecture")],
        )
    ]
