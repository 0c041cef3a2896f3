"""Writes table 2, the paper's numbers beside ours, into the README."""

from experiments.full_size.report import main
from experiments.gradient_mask_table_2.config import TABLE

if __name__ == "__main__":
    main(TABLE)
