"""One function a result; each takes a record or arrays and returns `(figure, axes)`."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.comparison.figures.comparison import plot_comparison as plot_comparison
from keras_lateral.comparison.figures.conditions import (
    plot_comparison_conditions as plot_comparison_conditions,
)
from keras_lateral.comparison.figures.training_curves import (
    plot_training_curves as plot_training_curves,
)
from keras_lateral.frame.plots import plot_frame_spectrum as plot_frame_spectrum
from keras_lateral.gradient_mask.plot_gradient_flow import (
    plot_gradient_flow_sensitivity as plot_gradient_flow_sensitivity,
)
from keras_lateral.gradient_mask.plots import plot_gradient_mask as plot_gradient_mask
from keras_lateral.gradient_mask.plots import plot_gradient_mask_report as plot_gradient_mask_report
from keras_lateral.receptive_field.plot_effective import (
    plot_effective_receptive_field as plot_effective_receptive_field,
)
from keras_lateral.receptive_field.plots import plot_receptive_field as plot_receptive_field
from keras_lateral.receptive_field.plots import (
    plot_receptive_field_growth as plot_receptive_field_growth,
)
from keras_lateral.robustness.plots import plot_attack_success as plot_attack_success
from keras_lateral.robustness.plots import plot_corruptions as plot_corruptions
from keras_lateral.robustness.plots import plot_pruning_curve as plot_pruning_curve
from keras_lateral.saliency.plot_occlusion import plot_occlusion as plot_occlusion
from keras_lateral.saliency.plots import plot_deletion_insertion as plot_deletion_insertion
from keras_lateral.saliency.plots import plot_saliency as plot_saliency
from keras_lateral.tuning.plots import plot_sigma_tuning as plot_sigma_tuning
