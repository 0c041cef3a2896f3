"""What is run: the class splits, the published numbers, and the sizes of the study."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
RESULTS = HERE / "results"

SPLITS: dict[str, dict[str, list[str]]] = json.loads((HERE / "splits.json").read_text("utf-8"))
"""Table 5 of the paper: the classes to train the features on, and the two to transfer them to."""

PAPER: dict[str, dict[str, float]] = json.loads((HERE / "paper.json").read_text("utf-8"))
"""Tables 6, 8 and 11 of the paper: validation accuracy after the transfer, by experiment."""

BASE_NETWORK_EXPANDS = ("block2_first", "block3_first")
"""The first convolution after each pooling: layers 7 and 13 of table 3."""

RESNET50_EXPANDS = tuple(f"conv{stage}_block1_1_conv" for stage in (2, 3, 4, 5))
"""Layers 8, 40, 82 and 144 of table 9."""


@dataclass(frozen=True)
class Size:
    """How large one run is.

    Args:
        network: Name of the network.
        frozen: Names of the layers that are frozen in a frozen epoch.
        control: Names of as many layers that expand nothing, to freeze in a third model of 1.x.
        fixed_epochs: Epochs before the fork in experiments 1.x, or None to leave them out.
        least_epochs: In experiments 2.x the fork is not before this many epochs, ...
        most_epochs: ... nor after this many. In between, it is when the validation loss rises.
        heads: Number of new last layers, each with its own seed. The protocol has one; more show
            how much is due to chance. Each is trained for one epoch, nothing else is.
        data: Where the images come from; `"noise"` needs no files.
        image_size: Height and width in pixels.
        images_per_class: Training images of each class; CIFAR-100 has 500.
        held_out: Share of each class's images for validation.
        filters: Channels of the base network's three blocks.
        units: Units of the base network's dense layer.
        batch_size: Images per batch in all training.
        learning_rate: Learning rate of Adam before the transfer.
        transfer_rates: Learning rates of Adam in the transfer: first the study's own, then others
            to compare.
        seeds: Default number of seeds.
        first_seed: The first of them.
    """

    network: Literal["base", "resnet50"] = "base"
    frozen: tuple[str, ...] = BASE_NETWORK_EXPANDS
    control: tuple[str, ...] = ("block2_second", "block3_second")
    fixed_epochs: int | None = 4
    least_epochs: int = 4
    most_epochs: int = 10
    heads: int = 5
    data: Literal["cifar100", "noise"] = "cifar100"
    image_size: int = 32
    images_per_class: int = 500
    held_out: float = 0.2
    filters: tuple[int, ...] = (32, 64, 64)
    units: int = 64
    batch_size: int = 32
    learning_rate: float = 1e-3
    transfer_rates: tuple[float, ...] = (1e-2, 1e-3)
    seeds: int = 5
    first_seed: int = 0


SIZES = {
    "full": Size(),
    # 1.x alone, with seeds that no other run has, for the question which layers have to rest.
    "control": Size(most_epochs=4, first_seed=5, seeds=4),
    "smoke": Size(
        fixed_epochs=1,
        least_epochs=1,
        most_epochs=2,
        heads=2,
        data="noise",
        image_size=8,
        images_per_class=10,
        filters=(16, 16, 16),  # with 8, TensorFlow 2.21 on two threads may crash (oneDNN)
        units=8,
        batch_size=16,
        seeds=1,
    ),
    "resnet50": Size(
        network="resnet50",
        frozen=RESNET50_EXPANDS,
        control=(),
        fixed_epochs=None,
        least_epochs=15,
        most_epochs=15,
        heads=5,
        image_size=224,
        seeds=1,
    ),
    "resnet50_smoke": Size(
        network="resnet50",
        frozen=RESNET50_EXPANDS,
        control=(),
        fixed_epochs=None,
        least_epochs=1,
        most_epochs=1,
        heads=2,
        data="noise",
        image_size=32,
        images_per_class=5,
        batch_size=16,
        seeds=1,
    ),
}
