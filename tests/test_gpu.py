"""What runs on a GPU, run on the machine's own, or on a pretended one where there is none: nothing is forgotten on the
other side, and the numbers are the CPU's."""

import importlib
import inspect
import pkgutil
from contextlib import nullcontext
from unittest import mock

import numpy as np
import pytest
import torch
from pretend import gpu

import nbkit
from nbkit import (
    attractors,
    complexity,
    directions,
    fleet,
    flow,
    importance,
    losses,
    memorization,
    nads,
    natural_images,
    nets,
    regimes,
    representations,
    scales,
    selection,
    simplicity,
    spectra,
    sphere,
)
from nbkit.data import gaussian

FEW = dict(n_train=32, epochs=1, seeds=2)
ABLATED = dict(data="digits", orders=2, steps=3, **FEW)
FLOW = dict(d=3, seeds=2, max_steps=60)

EXPERIMENTS = {
    "accuracy on D(v)": lambda device: directions.accuracy(
        "lenet", directions.dft([(4, 2)]), sigma=1.0, n_test=16, batch=16, device=device, **FEW
    ),
    "planted carriers": lambda device: natural_images.accuracy_planted(
        "lenet", np.eye(1024), [0], data="digits", epsilon=0.5, device=device, **FEW
    ),
    "gradients": lambda device: nads.covariance("lenet", networks=4, points=2, groups=2, seed=0, device=device),
    "slopes": lambda device: nads.covariance(
        "logreg", networks=4, points=1, estimator="difference", step=100.0, seed=0, device=device
    ),
    "learning curves": lambda device: regimes.learning_curves(
        "stripe", samples=[12], width=8, n_test=50, networks=("lazy", "feature", "fixed"), device=device, **FLOW
    ),
    "dial": lambda device: scales.sweep("digits", p=60, widths=[30], alphas=[0.1, 10.0], device=device, **FLOW),
    "convolutional dial": lambda device: scales.convolutional(
        "digits", p=12, channels=2, alphas=[0.1, 10.0], seeds=2, max_steps=20, device=device
    ),
    "paths": lambda device: scales.paths(
        d=2, p=12, width=30, alphas=[0.1, 10.0], frames=2, max_steps=60, device=device
    ),
    "lost classes": lambda device: sphere.losses_of_a_class(
        d=3, p=8, alphas=[1e-6, 1.0], samples=2, width=8, max_steps=60, device=device
    ),
    "compression": lambda device: regimes.compression_over_time(
        p=12, width=8, n_test=50, frames=4, device=device, **FLOW
    ),
    "neurons in the plane": lambda device: attractors.in_the_plane(
        p=8, width=8, alpha=1e-6, seeds=2, frames=4, max_steps=60, device=device
    ),
    "crossover": lambda device: attractors.crossover(alphas=[1e-6, 1.0], p=12, width=30, device=device, **FLOW),
    "attractors on images": lambda device: attractors.on_images("digits", p=64, width=30, device=device, **FLOW),
    "last layer": lambda device: representations.last_layer("stripe", p=12, width=8, frames=3, device=device, **FLOW),
    "attractors": lambda device: attractors.counts("sphere", samples=[8], widths=[8], device=device, **FLOW),
    "hidden layers": lambda device: representations.by_layer("digits", widths=[8, 8], epochs=1, seeds=2, device=device),
    "information plane": lambda device: representations.information_plane(
        epochs=1, every=1, seeds=1, bin_widths=[0.1], device=device
    ),
    "memorisation": lambda device: memorization.by_corruption(
        corruption=[0.0, 1.0], widths=[8, 8], scales=[0.5], repeats=1, device=device, **ABLATED
    ),
    "batch norm": lambda device: memorization.by_batch_norm(
        channels=[4, 4], strides=[2, 2], layers=1, device=device, **ABLATED
    ),
    "dropout": lambda device: memorization.by_dropout(
        dropout=[0.0, 0.5], corruption=0.5, widths=[8, 8], device=device, **ABLATED
    ),
    "residual networks": lambda device: memorization.residual(corruption=[0.0], width=4, device=device, **ABLATED),
    "units": lambda device: importance.fully_connected(data="digits", widths=[8, 8], device=device, **FEW),
    "penalty on selectivity": lambda device: importance.regularised(
        data="digits", strengths=[0.0, 1.0], widths=[8, 8], device=device, **FEW
    ),
    "units of feature maps": lambda device: importance.convolutional(
        data="digits", channels=[4, 4], strides=[2, 2], device=device, **FEW
    ),
    "one training set": lambda device: selection.same_data(
        data="digits", n_train=32, epochs=1, networks=2, widths=[8, 8], orders=2, steps=3, device=device
    ),
    "hyper-parameters": lambda device: selection.hyper_parameters(
        rates=[1e-3],
        decays=[0.0],
        batches=[16],
        dropouts=[0.0],
        corruption=0.25,
        widths=[8, 8],
        device=device,
        **ABLATED,
    ),
    "penalty on reliance": lambda device: selection.penalised(
        strengths=[0.0, 1.0], corruption=0.25, widths=[8, 8], device=device, **ABLATED
    ),
    "waves": lambda device: spectra.learn_waves([1, 3], widths=[8, 8], n=32, steps=4, seeds=2, device=device),
    "wavy noise": lambda device: spectra.fit_wavy_noise(
        [0.1, 1.0], n_train=32, steps=4, seeds=2, width=8, every=2, device=device
    ),
    "spectra on paths": lambda device: spectra.path_spectra(
        pairs=4, points=8, epochs=1, seeds=1, width=8, device=device
    ),
    "complexity": lambda device: complexity.complexity_sweep(
        "lr", [0.1, 0.2], n_train=32, epochs=1, seeds=2, width=8, device=device
    ),
    "losses": lambda device: losses.noisy_digits(noise=0.2, n_train=64, epochs=1, seeds=2, width=8, device=device),
    "reliance": lambda device: simplicity.reliance(
        wrong=0.0, d=6, slabs=3, n_train=256, epochs=12, sets=1, members=2, width=30, device=device
    ),
    "scrambled pixels": lambda device: simplicity.scrambled_pixels(n_train=64, epochs=1, seeds=1, device=device),
    "growing width": lambda device: nads.by_width(8, [3, "pool"], widths=[2, 4], networks=8, groups=2, device=device),
    "checkpoints": lambda device: selection.over_training(
        corruption=0.25, widths=[8, 8], every=1, device=device, **ABLATED
    ),
}


BINNED = ("information", "histogram")
"""Here a difference in the last digit may put a value into the next bin, or change its rank."""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_on_the_gpu_gives_the_numbers_of_the_cpu(name):
    expected, real = EXPERIMENTS[name]("cpu"), torch.cuda.is_available()
    with nullcontext() if real else gpu() as sides:
        found = EXPERIMENTS[name]("cuda")
        assert found.attrs["device"] == torch.cuda.get_device_name()
    if not real:
        assert sides.products["cuda"] > sides.products["cpu"], "a GPU should do most of the work"
    for variable, values in expected.data_vars.items():
        rtol = 1e-2 if variable in BINNED or real else 1e-4  # a real GPU sums in another order
        np.testing.assert_allclose(found[variable].values, values.values, rtol=rtol, atol=rtol / 10, err_msg=variable)


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


def test_flows_do_not_depend_on_how_many_runs_a_gpu_takes_at_once():
    x, y = gaussian.sample("stripe", range(3), 12, 3)
    run = lambda: flow.train(x, y, flow.initial(range(3), 8, 3), alpha=1.0, max_steps=60, device="cuda").end
    with gpu():
        whole = run()
        with mock.patch.object(flow.neurons, "GPU_BLOCK", 2 * 12 * 8):
            torch.testing.assert_close(run(), whole)


def test_as_many_networks_at_once_as_fit_in_what_is_free_or_can_be_freed():
    x, sizes, free = torch.ones(3, 1, 32, 32), [], [0]
    compute = nads.estimate.gradients

    def counted(net, seeds, **options):
        sizes.append(len(seeds))
        return compute(net, seeds, **options)

    job = lambda device: nads.moment(lambda: nets.lenet(classes=1), range(5), x=x, device=device).mean
    expected = job("cpu")
    with (
        gpu(),
        mock.patch.object(nads.estimate, "gradients", counted),
        mock.patch.multiple(
            torch.cuda, mem_get_info=lambda *_: (free[0], 2**34), empty_cache=lambda: free.insert(0, 7_000_000)
        ),
    ):
        found = job("cuda")
    assert sizes == [2, 2, 1]  # half of 7 MB, 1.5 MB each
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


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


def test_all_experiments_that_take_a_device_are_here():
    every = {
        name
        for module in (
            importlib.import_module(f"nbkit.{found.name}")
            for found in pkgutil.iter_modules(nbkit.__path__)
            if found.name != "__main__"
        )
        for name, value in vars(module).items()
        if hasattr(value, "__wrapped__") and "device" in inspect.signature(value).parameters
    }
    used = set().union(*(function.__code__.co_names for function in EXPERIMENTS.values()))
    assert len(every) > 20 and every <= used
