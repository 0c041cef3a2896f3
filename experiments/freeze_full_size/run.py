"""Trains the arms with a freeze; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.gradient_mask_table_2.run --arms none
KERAS_LATERAL_DATA=<folder> python -m experiments.freeze_full_size.run
python -m experiments.freeze_full_size.run --smoke                     (needs no data)
python -m experiments.freeze_full_size.report
"""

from experiments.freeze_full_size.config import TABLE
from experiments.full_size.run import main

if __name__ == "__main__":
    main(TABLE)
