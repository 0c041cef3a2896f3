"""Measures the trained networks that are not measured yet.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_domain_shift.run
python -m experiments.frame_domain_shift.report
"""

from experiments.frame_domain_shift.config import STUDY
from experiments.full_size.measuring import main

if __name__ == "__main__":
    main(STUDY)
