"""Trains the two networks; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.lecture_mnist.run
python -m experiments.lecture_mnist.run --smoke                (needs no data)
python -m experiments.lecture_mnist.report
"""

from experiments.full_size.run import main
from experiments.lecture_mnist.config import TABLE

if __name__ == "__main__":
    main(TABLE)
