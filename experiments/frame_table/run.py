"""Trains the arms of the table; finished trainings are not repeated."""

from experiments.frame_table.config import TABLE
from experiments.full_size.run import main

if __name__ == "__main__":
    main(TABLE)
