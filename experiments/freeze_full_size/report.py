"""Writes what a freeze does in a whole training into the README."""

from experiments.freeze_full_size.config import TABLE
from experiments.full_size.report import main

if __name__ == "__main__":
    main(TABLE)
