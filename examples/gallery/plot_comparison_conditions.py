"""The accuracy of each method under corruptions and attacks."""

from digits_comparison import comparison

from keras_lateral import plot_comparison_conditions

figure, axes = plot_comparison_conditions(comparison)
