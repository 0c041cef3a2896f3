"""Where `flip_and_shift` was before the remedies used it too."""

from keras_lateral.datasets.flip_and_shift import flip_and_shift as flip_and_shift
