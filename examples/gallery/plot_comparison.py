"""Which method helps, by how much, and could that be luck?

A dot is a pair of trainings, with and without the method; the line is the interval for new images
and new seeds; within the grey band two trainings are practically the same.
"""

from digits_comparison import comparison

from keras_lateral import plot_comparison

figure, axes = plot_comparison(comparison)
