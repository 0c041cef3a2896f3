"""Trains the arms of table 1; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.gradient_mask_table_1.run
python -m experiments.gradient_mask_table_1.run --smoke                (needs no data)
python -m experiments.gradient_mask_table_1.report
"""

from experiments.full_size.run import main
from experiments.gradient_mask_table_1.config import TABLE

if __name__ == "__main__":
    main(TABLE)
