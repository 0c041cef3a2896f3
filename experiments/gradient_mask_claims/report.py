"""Writes what was measured into the README."""

from experiments.full_size.measures_report import main
from experiments.gradient_mask_claims.config import STUDY

if __name__ == "__main__":
    main(STUDY)
