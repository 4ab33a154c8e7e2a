"""Train many networks at once: one architecture, one recipe, each with its own data, seed and learning rate.

    tasks = [Task(data, seed=seed, lr=0.5) for seed in range(10)]
    trained = train(partial(nets.build, "lenet"), tasks, Training(epochs=20, batch=128, clip=0.5))
    trained.history.test_accuracy.mean("network")

Initial weights and the order of the examples come from a network's own seed, so its result depends neither on the
others nor on how they were trained, up to rounding: after a few steps 1e-9 in float64 and 1e-4 in float32. Training
amplifies rounding, so after thousands of steps single networks may differ visibly; their distribution does not.
(A module that draws from torch's global generator, such as `nn.Dropout`, agrees in distribution only; `nets.Dropout`
agrees like everything else.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
import xarray as xr
from torch import nn
from tqdm import tqdm

from nbkit import device as machine
from nbkit.fleet.loop import Record, train_together
from nbkit.fleet.stack import initialise
from nbkit.fleet.tasks import LOSSES, Split, Task, Training
from nbkit.fleet.ways import WAYS, best_way

__all__ = ["LOSSES", "Split", "Task", "Trained", "Training", "train"]


def train(
    net: Callable[[], nn.Module],
    tasks: Sequence[Task],
    training: Training,
    *,
    device: str = "auto",
    how: Literal["auto", "stacked", "processes"] = "auto",
    keep_weights: Literal[False, "final", "epochs"] = False,
    at_once: int | None = None,
    dtype: torch.dtype = torch.float32,
    progress: bool = False,
) -> Trained:
    """Train one network per task, all with the same recipe.

    net: makes a fresh network that takes (n, ...) to logits (n, classes), for example partial(nets.build, "mlp").
    how: "stacked" trains `at_once` networks in one computation; "processes" trains on the CPU only, in `at_once`
    processes of one thread, one network at a time or a few narrow ones in step; "auto" takes processes for convolutions
    on the CPU, else stacked.
    at_once: None takes as many networks as fit in memory, or as many processes as there are cores.
    keep_weights: of the last epoch ("final") or of every evaluated epoch ("epochs").
    progress: a bar on stderr, in epochs of single networks.
    Raises ValueError for bad arguments, RuntimeError when memory runs out or a process dies.
    """
    tasks, target = list(tasks), machine.resolve(device)
    _check(tasks, how=how, keep_weights=keep_weights, at_once=at_once, target=target)
    way = WAYS[best_way(net, target) if how == "auto" else how]
    job = partial(train_together, net, training=training, device=target, dtype=dtype, keep_weights=keep_weights)
    records: list[Record] = []
    with tqdm(total=len(tasks) * training.epochs, unit="epoch", disable=not progress) as bar:
        try:
            records.extend(way(job, tasks, at_once=at_once, tick=bar.update))
        except KeyboardInterrupt:
            done = sum(len(record.diverged) for record in records)
            raise KeyboardInterrupt(f"training was interrupted; {done} of {len(tasks)} networks were done") from None
    weights = None
    if keep_weights:
        weights = {k: torch.from_numpy(np.concatenate([r.weights[k] for r in records])) for k in records[0].weights}
    checkpoints = tuple(training.evaluations()) if keep_weights == "epochs" else None
    return Trained(net, _history(records, tasks, training), weights, checkpoints)


@dataclass(frozen=True)
class Trained:
    """Trained networks.

    history: `train_loss`, `train_accuracy`, `test_loss`, `test_accuracy` over (network, epoch), accuracies in [0, 1];
    over (network,): `diverged` (its loss stopped being a number, its scores are NaN from then on), `iterations` (steps
    taken until the loss of a batch was below `stop_below`, NaN if never), `seed`, `lr`.
    weights: state dicts on the CPU, name to tensor (networks, ...), or None when they were not kept.
    checkpoints: the epochs of the second axis of the weights, (networks, epochs, ...); None without such an axis.
    """

    net: Callable[[], nn.Module]
    history: xr.Dataset
    weights: dict[str, torch.Tensor] | None
    checkpoints: tuple[int, ...] | None

    def model(self, network: int, *, epoch: int | None = None) -> nn.Module:
        """One trained network, on the CPU in evaluation mode; `epoch` picks a checkpoint, None the last."""
        if self.weights is None:
            raise ValueError("no weights were kept; train with keep_weights='final' or 'epochs'")
        known = self.checkpoints or (int(self.history.epoch[-1]),)
        epoch = known[-1] if epoch is None else epoch
        if epoch not in known:
            raise ValueError(f"epoch must be one of those whose weights were kept, {known}, not {epoch!r}")
        index = (network, known.index(epoch)) if self.checkpoints else network
        state = {name: value[index] for name, value in self.weights.items()}
        dtype = next(value.dtype for value in state.values() if value.is_floating_point())
        model = initialise(self.net, 0).to(dtype)
        model.load_state_dict(state)
        return model.eval()


def _check(tasks, *, how, keep_weights, at_once, target) -> None:
    if not tasks:
        raise ValueError("tasks must hold at least one task")
    if how not in ("auto", *WAYS):
        raise ValueError(f"how must be one of auto, {', '.join(WAYS)}, not {how!r}")
    if keep_weights not in (False, "final", "epochs"):
        raise ValueError(f"keep_weights must be False, 'final' or 'epochs', not {keep_weights!r}")
    if at_once is not None and at_once < 1:
        raise ValueError(f"at_once must be at least 1, not {at_once!r}")
    if how == "processes" and target.type != "cpu":
        raise ValueError("how='processes' trains on the CPU; give device='cpu' with it")


def _history(records: Sequence[Record], tasks: Sequence[Task], training: Training) -> xr.Dataset:
    scores = np.concatenate([record.scores for record in records])
    names = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
    values = {name: (("network", "epoch"), scores[:, :, i]) for i, name in enumerate(names)}
    values["diverged"] = ("network", np.concatenate([record.diverged for record in records]))
    values["iterations"] = ("network", np.concatenate([record.iterations for record in records]))
    values["seed"] = ("network", np.array([task.seed for task in tasks]))
    values["lr"] = ("network", np.array([task.lr for task in tasks]))
    return xr.Dataset(values, coords={"network": np.arange(len(tasks)), "epoch": training.evaluations()})
