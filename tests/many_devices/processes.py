"""Two processes that train one model with everything on PyTorch, and one that does so alone.

python processes.py RESULT.npz
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tests.many_devices.trained_alike import (
    Arrays,
    a_mask,
    maps_and_gradient,
    masked_gradient,
    model_with_everything,
    train,
)

EXAMPLES = Path(__file__).parents[2] / "examples" / "many_devices"


def masked(part: slice) -> np.ndarray:
    """Returns the masked gradient of some of the maps."""
    import torch

    def gradient_of(function: Any, maps: Any) -> Any:
        (found,) = torch.autograd.grad(function(maps), maps)
        return found

    maps, upstream = (torch.tensor(array[part]) for array in maps_and_gradient())
    return masked_gradient(a_mask(), maps.requires_grad_(), upstream, gradient_of).numpy()


def work(process: int, processes: int, folder: str) -> None:
    """Trains with one part of each batch."""
    import torch
    from torch.nn.parallel import DistributedDataParallel

    sys.path.insert(0, str(EXAMPLES))
    from torch_ddp import Replica, replicas

    meet = f"file://{folder}/meet"
    torch.distributed.init_process_group("gloo", meet, rank=process, world_size=processes)
    model = model_with_everything(Replica)
    replicas[model] = DistributedDataParallel(model, find_unused_parameters=True)
    part = slice(process, None, processes)
    found = train(model, images=part, processes=processes)
    torch.distributed.destroy_process_group()
    np.savez(f"{folder}/{process}", **found, gradient=masked(part))


def main(path: str) -> None:
    import torch

    one: Arrays = {**train(model_with_everything()), "gradient": masked(slice(None))}
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (2, folder), 2)
        both = [dict(np.load(f"{folder}/{process}.npz")) for process in range(2)]
    runs = {"one": one, "first": both[0], "second": both[1]}
    np.savez(
        path, **{f"{run}/{name}": a for run, found in runs.items() for name, a in found.items()}
    )


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    main(sys.argv[1])
