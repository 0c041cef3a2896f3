"""Loss and accuracy on the training images: the mean over the seeds, and their range."""

from digits_comparison import comparison

from keras_lateral import plot_training_curves

figure, axes = plot_training_curves(comparison)
