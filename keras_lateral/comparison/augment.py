"""Where `flip_and_shift` was before the remedies used it too."""

from keras_lateral.keras_tools.flip_and_shift import flip_and_shift as flip_and_shift
