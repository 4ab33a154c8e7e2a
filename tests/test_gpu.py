"""What runs on a GPU, run on a pretended one: nothing is forgotten on the other side, and the numbers are the CPU's."""

import numpy as np
import pytest
import torch
from pretend import gpu

from nbkit import (
    attractors,
    directions,
    fleet,
    importance,
    memorization,
    nads,
    nets,
    regimes,
    representations,
    scales,
    selection,
)

FEW = dict(n_train=32, epochs=1, seeds=2)
ABLATED = dict(data="digits", orders=2, steps=3, **FEW)
FLOW = dict(d=3, seeds=2, max_steps=60)

EXPERIMENTS = {
    "accuracy on D(v)": lambda device: directions.accuracy(
        "lenet", directions.dft([(0, 0), (4, 2)]), sigma=1.0, n_test=16, batch=16, device=device, **FEW
    ),
    "gradients": lambda device: nads.covariance("lenet", networks=4, points=2, groups=2, seed=0, device=device),
    "slopes": lambda device: nads.covariance(
        "logreg", networks=4, points=1, estimator="difference", step=100.0, seed=0, device=device
    ),
    "learning curves": lambda device: regimes.learning_curves(
        "stripe", samples=[12], width=8, n_test=50, networks=("lazy", "feature", "fixed"), device=device, **FLOW
    ),
    "kernel machines": lambda device: regimes.kernel_curves(
        "stripe", d=3, samples=[16], seeds=2, n_test=50, device=device
    ),
    "dial": lambda device: scales.sweep("digits", p=12, widths=[8], alphas=[0.1, 10.0], device=device, **FLOW),
    "convolutional dial": lambda device: scales.convolutional(
        "digits", p=12, channels=2, alphas=[0.1, 10.0], seeds=2, max_steps=20, device=device
    ),
    "attractors": lambda device: attractors.counts("sphere", samples=[8], widths=[8], device=device, **FLOW),
    "hidden layers": lambda device: representations.by_layer("digits", widths=[8, 8], epochs=1, seeds=2, device=device),
    "memorisation": lambda device: memorization.by_corruption(
        corruption=[0.0, 1.0], widths=[8, 8], scales=[0.5], repeats=1, device=device, **ABLATED
    ),
    "batch norm": lambda device: memorization.by_batch_norm(
        channels=[4, 4], strides=[2, 2], layers=1, device=device, **ABLATED
    ),
    "units": lambda device: importance.fully_connected(data="digits", widths=[8, 8], device=device, **FEW),
    "penalty on selectivity": lambda device: importance.regularised(
        data="digits", strengths=[0.0, 1.0], widths=[8, 8], device=device, **FEW
    ),
    "checkpoints": lambda device: selection.over_training(
        corruption=0.25, widths=[8, 8], every=1, device=device, **ABLATED
    ),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_on_the_gpu_gives_the_numbers_of_the_cpu(name):
    expected = EXPERIMENTS[name]("cpu")
    with gpu():
        found = EXPERIMENTS[name]("cuda")
    assert found.attrs["device"] == "pretended GPU"
    for variable, values in expected.data_vars.items():
        np.testing.assert_allclose(found[variable].values, values.values, rtol=1e-4, atol=1e-5, err_msg=variable)


def test_networks_of_one_stack_are_vmapped_on_a_gpu_and_equal_those_trained_alone():
    random = torch.Generator().manual_seed(0)
    x, y = torch.randn(24, 1, 32, 32, generator=random), torch.arange(24) % 3
    tasks = [fleet.Task(fleet.Split(x, y, x, y), seed=s, lr=0.01 * (s + 1)) for s in range(3)]
    net, recipe = lambda: nets.lenet(classes=3), fleet.Training(epochs=2, batch=8)
    alone = [fleet.train(net, [task], recipe, device="cpu").history for task in tasks]
    with gpu():
        together = fleet.train(net, tasks, recipe, device="cuda").history
    for i, one in enumerate(alone):
        np.testing.assert_allclose(together.train_loss[i], one.train_loss[0], rtol=1e-4)


def test_the_pretended_gpu_refuses_what_cuda_refuses():
    with gpu():
        here, there = torch.ones(3), torch.ones(3, device="cuda")
        for mix in (
            lambda: here + there,
            lambda: torch.stack([here, there]),
            lambda: here + there[0],
            lambda: here[there.long()],
            lambda: torch.vmap(lambda v: v * here)(torch.ones(2, 3, device="cuda")),
            lambda: torch.nn.Linear(3, 2).to("cuda")(here),
            lambda: there.numpy(),
        ):
            with pytest.raises((RuntimeError, TypeError)):
                mix()
        assert (there + here[0]).device.type == there[here.long()].device.type == "cuda"
        assert (here + there.cpu()).device.type == "cpu"
