"""Measures the trained networks that are not measured yet.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_domain_shift.run
KERAS_LATERAL_DATA=<folder> python -m experiments.frame_domain_shift.run --size resnet34_cifar10 \
    --cinic <folder of CINIC-10>/test
python -m experiments.frame_domain_shift.report
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments.frame_domain_shift.config import SHIFTED, STUDY
from experiments.full_size import measuring
from experiments.full_size.measuring import Study


def chosen(arguments: Sequence[str] | None) -> tuple[Study, list[str]]:
    """Returns the study that the arguments ask for, and the other arguments.

    With CINIC-10, networks that were measured without it are measured again.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--cinic", type=Path, help="folder of CINIC-10's test images")
    options, others = parser.parse_known_args(arguments)
    if options.cinic is None:
        return STUDY, others
    return replace(STUDY, arguments={"cinic_folder": options.cinic}, wanted=(SHIFTED,)), others


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what is not measured yet.

    Args:
        arguments: Command-line arguments.
    """
    measuring.main(*chosen(arguments))


if __name__ == "__main__":
    main()
