"""The scope in which a model's variables are shared by its replicas."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def replica_scope(model: Any) -> AbstractContextManager[Any]:
    """Returns the scope of the TensorFlow strategy that a model was made in, or an empty one.

    Variables that are added to the model later belong into it: others stand on one device.
    """
    strategy = getattr(model, "distribute_strategy", None)
    return nullcontext() if strategy is None else strategy.scope()
