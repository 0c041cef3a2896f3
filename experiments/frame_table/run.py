"""Trains the arms of the table; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_table.run            (two_cores: CIFAR-100)
KERAS_LATERAL_DATA=<folder> python -m experiments.frame_table.run --network resnet34 --set cifar100
python -m experiments.frame_table.run --smoke                               (needs no data)
python -m experiments.frame_table.report
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from experiments.frame_table.config import TABLE
from experiments.frame_table.paper import NETWORKS, SETS, paper_table
from experiments.full_size import run
from experiments.full_size.table import Table


def chosen(arguments: Sequence[str] | None) -> tuple[Table, list[str]]:
    """Returns the table that the arguments ask for, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--network", choices=NETWORKS)
    parser.add_argument("--set", dest="images", choices=SETS, default="cifar100")
    options, others = parser.parse_known_args(arguments)
    table = paper_table(options.network, options.images) if options.network else TABLE
    return table, others


def main(arguments: Sequence[str] | None = None) -> None:
    run.main(*chosen(arguments))


if __name__ == "__main__":
    main()
