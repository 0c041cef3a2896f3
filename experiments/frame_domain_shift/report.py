"""Writes what was measured into the README."""

from experiments.frame_domain_shift.config import STUDY
from experiments.full_size.measures_report import main

if __name__ == "__main__":
    main(STUDY)
