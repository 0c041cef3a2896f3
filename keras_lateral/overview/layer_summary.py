"""What the library does to one layer, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.frame.bounds.record import FrameBounds
from keras_lateral.keras_tools.arguments import FeatureSets, Shape, ThresholdMode
from keras_lateral.receptive_field.fields_record import LayerReceptiveField
from keras_lateral.robustness.pruning.sparsity import LayerSparsity


@dataclass(frozen=True)
class MaskSummary:
    """A gradient mask as it is set now.

    Args:
        sigma: Standard deviation of the Laplacian of Gaussian, in pixels of the map.
        threshold: eps, in the unit that `threshold_mode` sets.
        threshold_mode: `"mean"`, `"max"`, `"quantile"` or `"absolute"`.
        feature_sets: K, or `"channels"`.
        inhibition: `"log"`, or `"norm"` for a mask without lateral inhibition.
        enabled: Whether the mask acts.
        scheduled: Which of these a schedule among the callbacks sets, such as `"threshold"`.
    """

    sigma: float
    threshold: float
    threshold_mode: ThresholdMode
    feature_sets: FeatureSets
    inhibition: str
    enabled: bool
    scheduled: tuple[str, ...] = ()


@dataclass(frozen=True)
class PenaltySummary:
    """A regularizer of a layer's weights.

    Args:
        name: Name of its class, such as `"FrameRegularizer"` or `"L2"`.
        weights: Names of the weights that it acts on, such as `("kernel",)`.
        factor: Its strength; `None` for a regularizer of Keras that has several or none.
        scale: What a `RegularizerSchedule` multiplies the factor by at the moment.
        lower: A, the lower frame bound; `None` where it has none.
        upper: B, the upper frame bound; `None` where it has none.
        scheduled: Whether a schedule among the callbacks scales it.
        ours: Whether it is one of this library's.
    """

    name: str
    weights: tuple[str, ...]
    factor: float | None
    scale: float = 1.0
    lower: float | None = None
    upper: float | None = None
    scheduled: bool = False
    ours: bool = True


@dataclass(frozen=True)
class LayerSummary:
    """What is done to one layer of a model. `summary` finds it.

    Args:
        name: The layer's name, `"outer/inner"` for one inside a nested model, wrapper or block.
        layer_class: The name of its class.
        output_shape: Shape of its output, batch included; `None` where it is not known.
        parameters: Number of its weights' values, without those of layers with a row of their own.
        trainable: Whether the optimizer changes its weights; `None` for a layer without any.
        frozen_now: Whether a freeze holds its weights at the moment.
        freezes: Whether a `ReceptiveFieldFreeze` among the callbacks will.
        expands: Why it expands the receptive field; `None` if it does not.
        fields: The receptive field of its units, for each call of it; none where it is not known.
        mask: Its gradient mask.
        penalties: Regularizers of its weights, Keras' own among them.
        kernels: How many weights of its kernels are zero, and held at zero.
        bounds: Its frame bounds, if they were asked for.
        ours: Whether its class is one of this library's.
        notes: Anything else to know, such as `"int8"` or `"not built"`.

    Example:

    >>> from keras_lateral import LayerSummary
    >>> layer = LayerSummary("conv", "Conv2D", (None, 8, 8, 4), 112, trainable=True)
    >>> layer.is_masked, layer.zeros, layer.state
    (False, 0, ())
    """

    name: str
    layer_class: str
    output_shape: Shape | None = None
    parameters: int = 0
    trainable: bool | None = None
    frozen_now: bool = False
    freezes: bool = False
    expands: str | None = None
    fields: tuple[LayerReceptiveField, ...] = ()
    mask: MaskSummary | None = None
    penalties: tuple[PenaltySummary, ...] = ()
    kernels: tuple[LayerSparsity, ...] = ()
    bounds: FrameBounds | None = None
    ours: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_masked(self) -> bool:
        """Whether it has a gradient mask that acts."""
        return self.mask is not None and self.mask.enabled

    @property
    def is_regularized(self) -> bool:
        """Whether it has a regularizer of this library."""
        return any(penalty.ours for penalty in self.penalties)

    @property
    def zeros(self) -> int:
        """Number of weights of its kernels that are zero."""
        return sum(kernel.zeros for kernel in self.kernels)

    @property
    def written_over(self) -> int:
        """Number of weights of its kernels that are held at zero and are not zero now."""
        return sum(kernel.written_over for kernel in self.kernels)

    @property
    def held(self) -> int:
        """Number of weights of its kernels that are held at zero."""
        return sum(kernel.held for kernel in self.kernels)

    @property
    def kernel_weights(self) -> int:
        """Number of weights of its kernels."""
        return sum(kernel.weights for kernel in self.kernels)

    @property
    def state(self) -> tuple[str, ...]:
        """What else is to be said of it, in words."""
        said = {
            "mask off": self.mask is not None and not self.mask.enabled,
            "not trainable": self.trainable is False,
            "frozen now": self.frozen_now,
            "to be frozen": self.freezes and not self.frozen_now,
            "expands": self.expands is not None,
        }
        return (*(words for words, true in said.items() if true), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "name": self.name,
            "layer_class": self.layer_class,
            "output_shape": None if self.output_shape is None else list(self.output_shape),
            "parameters": self.parameters,
            "trainable": self.trainable,
            "frozen_now": self.frozen_now,
            "freezes": self.freezes,
            "expands": self.expands,
            "fields": [field.to_dict() for field in self.fields],
            "mask": None if self.mask is None else asdict(self.mask),
            "penalties": [asdict(penalty) for penalty in self.penalties],
            "kernels": [kernel.to_dict() for kernel in self.kernels],
            "bounds": None if self.bounds is None else self.bounds.to_dict(),
            "ours": self.ours,
            "notes": list(self.notes),
        }
