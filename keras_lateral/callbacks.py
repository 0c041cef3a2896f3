"""Callbacks that change the methods' settings during `fit`, and that write what they do to logs."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.frame.monitor import FrameBoundsMonitor as FrameBoundsMonitor
from keras_lateral.frame.schedule import RegularizerSchedule as RegularizerSchedule
from keras_lateral.gradient_mask.monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.gradient_mask.schedule import GradientMaskSchedule as GradientMaskSchedule
from keras_lateral.keras_tools.learning_rate import CosineDecay as CosineDecay
from keras_lateral.keras_tools.learning_rate import CosineLearningRate as CosineLearningRate
from keras_lateral.overview.tensorboard_monitor import TensorBoardMonitor as TensorBoardMonitor
from keras_lateral.receptive_field.freeze.callback import (
    ReceptiveFieldFreeze as ReceptiveFieldFreeze,
)
from keras_lateral.receptive_field.freeze.epochs import AlternatingEpochs as AlternatingEpochs
from keras_lateral.receptive_field.freeze.epochs import WhenRising as WhenRising
from keras_lateral.receptive_field.freeze.frozen_layers import frozen as frozen
