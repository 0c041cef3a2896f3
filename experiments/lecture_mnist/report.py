"""Writes the two networks, the lecture's numbers beside ours, into the README."""

from experiments.full_size.report import main
from experiments.lecture_mnist.config import TABLE

if __name__ == "__main__":
    main(TABLE)
