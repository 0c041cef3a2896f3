"""Measures the trained networks that are not measured yet.

KERAS_LATERAL_DATA=<folder> python -m experiments.gradient_mask_claims.run
python -m experiments.gradient_mask_claims.report
"""

from experiments.full_size.measuring import main
from experiments.gradient_mask_claims.config import STUDY

if __name__ == "__main__":
    main(STUDY)
