"""Networks trained at once against the same networks trained one by one in a plain loop."""

import os
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbkit import fleet, nets
from nbkit.device import generator
from nbkit.fleet import Split, Task, Training
from nbkit.fleet.loop import _Run
from nbkit.fleet.stack import Stack, accepting, bytes_per_network, initialise, stack_splits
from nbkit.fleet.ways import abreast, best_way, stacked


def small_conv():
    conv = [nn.Conv2d(1, 3, 3, stride=2), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Sequential(*conv, nn.Linear(12, 3))


examples = partial(generator, use="order of examples")
mlp = partial(nets.build, "mlp", shape=(6,), widths=(8, 5), classes=3)
CASES = {
    "mlp": (mlp, (6,)),
    "batch norm": (partial(mlp, batch_norm=True), (6,)),
    "dropout": (partial(mlp, dropout=0.2), (6,)),
    "conv": (small_conv, (1, 9, 9)),
}
RECIPES = {
    "plain": Training(epochs=3, batch=16, clip=0.5, evaluate_every=1),
    "momentum": Training(epochs=3, batch=16, momentum=0.9, weight_decay=0.01, schedule="constant", evaluate_every=1),
    "adam": Training(epochs=3, batch=16, optimizer="adam", weight_decay=0.01, clip=2.0, evaluate_every=1),
}


def split(seed, shape=(6,), n=50):
    """Random inputs and labels, half as many for the test; 50 examples in batches of 16 leave a last batch of 2."""
    g = torch.Generator().manual_seed(100 + seed)
    inputs = [torch.randn(size, *shape, generator=g) for size in (n, n // 2)]
    labels = [torch.randint(3, (size,), generator=g) for size in (n, n // 2)]
    return Split(inputs[0], labels[0], inputs[1], labels[1])


def tasks(shape=(6,), n=3):
    return [Task(partial(split, seed, shape), seed=seed, lr=0.05 * (seed + 1)) for seed in range(n)]


def plain_loop(net, task, training, dtype):
    """The reference: what anyone would write for one network. Returns its scores per epoch and its state."""
    with torch.random.fork_rng():
        torch.manual_seed(task.seed)
        model = net().to(dtype)
    order, data, options = examples(task.seed), split(task.seed, task.data.args[1]), {}
    if training.optimizer == "sgd":
        options["momentum"] = training.momentum
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[training.optimizer]
    optimizer = kind(model.parameters(), lr=task.lr, weight_decay=training.weight_decay, **options)
    steps, t, scores = training.epochs * 4, 0, []
    for _ in range(training.epochs):
        model.train()
        for rows in torch.randperm(50, generator=order).split(training.batch):
            t += 1
            optimizer.param_groups[0]["lr"] = task.lr * (1 - t / steps if training.schedule == "linear" else 1)
            optimizer.zero_grad()
            cross_entropy(model(data.x[rows].to(dtype)), data.y[rows]).backward()
            if training.clip:
                nn.utils.clip_grad_norm_(model.parameters(), training.clip)
            optimizer.step()
        model.eval()
        with torch.no_grad():
            outputs = [(model(x.to(dtype)), y) for x, y in ((data.x, data.y), (data.x_test, data.y_test))]
        scores.append([s for z, y in outputs for s in (cross_entropy(z, y), (z.argmax(1) == y).double().mean())])
    return np.array(scores, dtype=float), model.state_dict()


def scores(trained):
    h = trained.history
    return np.stack([h.train_loss, h.train_accuracy, h.test_loss, h.test_accuracy], axis=-1)


def assert_equals_plain_loop(trained, net, jobs, training, dtype, tolerance):
    for i, task in enumerate(jobs):
        expected, state = plain_loop(net, task, training, dtype)
        np.testing.assert_allclose(scores(trained)[i], expected, rtol=tolerance, atol=tolerance)
        assert list(state) == list(trained.weights)
        for name, value in state.items():
            assert trained.weights[name].dtype == value.dtype
            torch.testing.assert_close(trained.weights[name][i], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("case", CASES)
def test_stacked_equals_a_plain_loop(case, recipe):
    (net, shape), training = CASES[case], RECIPES[recipe]
    jobs = tasks(shape)
    options = {"how": "stacked", "device": "cpu", "keep_weights": "final", "dtype": torch.float64}
    for at_once in (1, 3):
        trained = fleet.train(net, jobs, training, at_once=at_once, **options)
        assert_equals_plain_loop(trained, net, jobs, training, torch.float64, 1e-9)


def test_single_precision_agrees_to_1e_4_after_a_few_steps():
    net, shape = CASES["conv"]
    jobs, training = tasks(shape), RECIPES["plain"]
    trained = fleet.train(net, jobs, training, how="stacked", device="cpu", keep_weights="final")
    assert_equals_plain_loop(trained, net, jobs, training, torch.float32, 1e-4)


def test_processes_equal_a_plain_loop_and_leave_the_generator_alone():
    net, shape = CASES["conv"]
    jobs, training = tasks(shape), RECIPES["plain"]
    generator = torch.get_rng_state()
    trained = fleet.train(net, jobs, training, device="cpu", keep_weights="final", dtype=torch.float64, at_once=2)
    assert_equals_plain_loop(trained, net, jobs, training, torch.float64, 1e-9)
    assert torch.equal(torch.get_rng_state(), generator)


@pytest.mark.parametrize("name, options", [
    ("logreg", {}), ("mlp", {"batch_norm": True, "dropout": 0.5}), ("lenet", {}), ("vgg11", {}),
    ("resnet18", {"width": 2}), ("densenet121", {"growth": 2}),
])  # fmt: skip
def test_every_architecture_trains_the_same_stacked_and_alone(name, options):
    net, training = partial(nets.build, name, **options), Training(epochs=1, batch=2)
    data = [split(seed, (1, 32, 32), n=4) for seed in range(2)]
    jobs = [Task(d._replace(y=d.y % 2, y_test=d.y_test % 2), seed=s, lr=0.01) for s, d in enumerate(data)]
    options = {"how": "stacked", "device": "cpu", "keep_weights": "final", "dtype": torch.float64}
    alone, together = (fleet.train(net, jobs, training, at_once=n, **options) for n in (1, 2))
    np.testing.assert_allclose(scores(together), scores(alone), rtol=1e-9)
    for value, expected in zip(together.weights.values(), alone.weights.values()):
        torch.testing.assert_close(value, expected, rtol=1e-9, atol=1e-9)


def test_history_names_its_axes_and_gives_the_tasks_back():
    history = fleet.train(mlp, tasks(n=2), Training(epochs=5, batch=16, evaluate_every=2), device="cpu").history
    assert dict(history.sizes) == {"network": 2, "epoch": 3}
    assert history.epoch.values.tolist() == [2, 4, 5]
    assert history.seed.values.tolist() == [0, 1]
    assert history.lr.values.tolist() == [0.05, 0.1]
    assert not history.diverged.any()
    assert history.iterations.isnull().all()
    assert (history.train_accuracy * 50 % 1 == 0).all()


def test_a_diverging_network_is_marked_and_harms_no_other():
    training = Training(epochs=4, batch=16, schedule="constant", evaluate_every=1, optimizer="sgd", momentum=0.5)
    wild = [Task(partial(split, i), seed=i, lr=lr) for i, lr in enumerate((0.1, 1e200, 0.2))]
    options = {"device": "cpu", "how": "stacked", "keep_weights": "final", "dtype": torch.float64}
    together = fleet.train(mlp, wild, training, **options)
    alone = fleet.train(mlp, [wild[0], wild[2]], training, **options)
    assert together.history.diverged.values.tolist() == [False, True, False]
    assert np.isnan(scores(together)[1]).all()
    np.testing.assert_allclose(scores(together)[[0, 2]], scores(alone), rtol=1e-9)
    one = fleet.train(mlp, wild[1:2], training, **options)
    for name, value in one.weights.items():
        assert value.isfinite().all()  # those before the step that has no gradient
        torch.testing.assert_close(together.weights[name][1], value[0], rtol=1e-9, atol=0)


def test_stopping_below_a_loss_counts_the_steps_and_freezes_the_network(capsys):
    net, threshold = partial(nets.build, "mlp", shape=(6,), widths=(8,), classes=3, batch_norm=True), 0.8
    jobs = [Task(split(seed), seed=seed, lr=lr) for seed, lr in enumerate((0.5, 1e-9, 0.2))]
    training = Training(epochs=30, batch=16, schedule="constant", stop_below=threshold, evaluate_every=10)
    options = {"device": "cpu", "how": "stacked", "keep_weights": "epochs", "dtype": torch.float64}
    stopped = fleet.train(net, jobs, training, **options)
    assert stopped.history.iterations.isnull().values.tolist() == [False, True, False]
    for i in (0, 2):
        model, order, data = initialise(net, i).double(), examples(i), jobs[i].data
        batches = (rows for _ in range(30) for rows in torch.randperm(50, generator=order).split(16))
        for steps, rows in enumerate(batches):  # noqa: B007
            loss = cross_entropy(model(data.x[rows].double()), data.y[rows])
            if len(rows) == 16 and loss < threshold:
                break
            for p, g in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters()))):
                p.data -= jobs[i].lr * g
        assert 0 < stopped.history.iterations[i] == steps
        for name, value in model.state_dict().items():
            torch.testing.assert_close(stopped.model(i).state_dict()[name], value, rtol=1e-9, atol=1e-9)
    only = fleet.train(net, jobs[:1], training, progress=True, **options)
    assert "30/30" not in capsys.readouterr().err  # ends before the last epoch and still fills the history
    np.testing.assert_allclose(scores(only)[0], scores(stopped)[0], rtol=1e-9)
    assert only.weights["1.weight"].shape == (1, 3, 8, 6)


def test_models_and_checkpoints_reproduce_the_history():
    training = Training(epochs=4, batch=16, evaluate_every=2)
    trained = fleet.train(partial(mlp, batch_norm=True), tasks(), training, device="cpu", keep_weights="epochs")
    assert trained.checkpoints == (2, 4)
    assert trained.weights["1.weight"].shape == (3, 2, 8, 6)
    for epoch in (2, 4):
        data, model = split(1), trained.model(1, epoch=epoch)
        loss = cross_entropy(model(data.x_test), data.y_test).item()
        assert loss == pytest.approx(float(trained.history.test_loss.sel(network=1, epoch=epoch)), rel=1e-5)
    assert torch.equal(trained.model(1)[1].weight, trained.weights["1.weight"][1, 1])
    with pytest.raises(ValueError, match=r"kept, \(2, 4\), not 3"):
        trained.model(1, epoch=3)
    with pytest.raises(ValueError, match="no weights were kept"):
        fleet.train(mlp, tasks(n=1), training, device="cpu").model(0)


def test_weights_that_need_no_gradient_stay():
    def half_frozen():
        net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
        net[0].weight.requires_grad_(False)
        return net

    trained = fleet.train(half_frozen, tasks(n=2), Training(epochs=2, batch=16), device="cpu", keep_weights="final")
    for i in range(2):
        start = initialise(half_frozen, i)
        assert torch.equal(trained.model(i)[0].weight, start[0].weight)
        assert not torch.equal(trained.model(i)[0].bias, start[0].bias)


def test_a_tensor_that_networks_share_is_stored_once():
    data = split(0)
    splits = [data, data._replace(y=(data.y + 1) % 3)]
    stacked = stack_splits(splits, device=torch.device("cpu"), dtype=torch.float32)
    assert stacked.x.shape == (2, 50, 6)
    assert stacked.x.untyped_storage().nbytes() == data.x.numel() * 4
    assert torch.equal(stacked.y, torch.stack([s.y for s in splits]))


def test_memory_of_a_network_is_estimated_from_its_parts():
    n, batch = 50, 10
    data = 4 * ((n + n // 2) * (6 + 1))
    parameters = 5 * 4 * (6 * 8 + 8 + 8 * 3 + 3)
    net = partial(nets.build, "mlp", shape=(6,), widths=(8,), classes=3)
    activations = 2 * 4 * batch * (6 + 8)  # the input and the ReLU's output are stored for the backward pass
    assert bytes_per_network(net, split(0), batch, torch.float32) == data + parameters + activations


@pytest.mark.parametrize("name", fleet.LOSSES)
def test_losses_against_their_formulas(name):
    z, y = torch.tensor([[0.3, -1.0, 2.0]], dtype=torch.float64), torch.tensor([1])
    p, target = np.exp(z[0].numpy()), np.array([0.0, 1.0, 0.0])
    p /= p.sum()
    expected = {
        "cross_entropy": -np.log(p[1]),
        "squared": ((z[0].numpy() - target) ** 2).sum(),
        "brier": ((p - target) ** 2).sum(),
        "absolute": 2 * (1 - p[1]),
    }
    assert fleet.LOSSES[name](z, y).item() == pytest.approx(expected[name], rel=1e-12)


def test_a_step_reads_nothing_back_from_the_device():
    """On torch's meta device tensors have no values, so whatever needs one, or mixes devices, raises."""
    meta, data = torch.device("meta"), [split(seed) for seed in range(2)]
    training = Training(epochs=1, batch=16, clip=1.0, optimizer="adam", stop_below=0.1)
    stack = Stack(partial(mlp, batch_norm=True, dropout=0.1), [0, 1], device=meta, dtype=torch.float32)
    data, rows = stack_splits(data, device=meta, dtype=torch.float32), torch.arange(16, device=meta)
    _Run(stack, training, [0.1, 0.2], examples=50).step(data.x[:, rows], data.y[:, rows])
    assert stack.parameters.device == meta


def test_modules_with_global_randomness_repeat_themselves_and_leave_the_generator_alone():
    def net():
        return nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.Linear(8, 3))

    before = torch.get_rng_state()
    first, second = (fleet.train(net, tasks(), Training(epochs=2, batch=16), device="cpu") for _ in range(2))
    np.testing.assert_array_equal(scores(first), scores(second))
    assert torch.equal(torch.get_rng_state(), before)


def test_one_process_leaves_the_threads_as_they_were():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    fleet.train(mlp, tasks(n=1), Training(epochs=1, batch=16), device="cpu", how="processes")
    threads = torch.get_num_threads()
    torch.set_num_threads(before)
    assert threads == 2


def test_data_of_different_size_need_processes():
    jobs = [Task(split(0, n=n), seed=n, lr=0.1) for n in (30, 40)]
    training = Training(epochs=1, batch=8)
    with pytest.raises(ValueError, match=r"data have one shape.*how='processes'"):
        fleet.train(mlp, jobs, training, device="cpu", how="stacked")
    history = fleet.train(mlp, jobs, training, device="cpu", how="processes").history
    alone = fleet.train(mlp, jobs[1:], training, device="cpu", how="stacked").history
    assert history.train_loss.values[1] == pytest.approx(alone.train_loss.values[0], rel=1e-4)


def test_a_process_trains_networks_in_step_where_their_data_have_one_shape(monkeypatch):
    training, taken = Training(epochs=1, batch=8), []
    one_by_one = {n: fleet.train(small_conv, [_images(n)], training, device="cpu") for n in (30, 40)}
    monkeypatch.setattr(Stack, "__init__", _noting(Stack.__init__, taken))
    for sizes, in_step in (((30, 40, 40), [1, 1, 1]), ((40, 40, 40), [3])):
        taken.clear()
        history = fleet.train(small_conv, [_images(n) for n in sizes], training, device="cpu", at_once=1).history
        assert taken == in_step
        for i, n in enumerate(sizes):
            expected = one_by_one[n].history.test_loss.values[0]
            np.testing.assert_allclose(history.test_loss.values[i], expected, rtol=1e-4)


def _images(n):
    return Task(split(0, (1, 9, 9), n=n), seed=n, lr=0.1)


def _noting(method, taken):
    def noted(self, net, seeds, **options):
        taken.append(len(seeds))
        method(self, net, seeds, **options)

    return noted


def test_only_narrow_convolutions_of_few_images_are_computed_in_step():
    wide, narrow = partial(nets.build, "resnet18", width=64), partial(nets.build, "lenet")
    heavy = partial(nets.build, "lenet", pooling=False)
    assert [abreast(net, 32) for net in (mlp, wide, heavy, narrow)] == [1, 1, 1, 6]
    assert [abreast(narrow, images) for images in (64, 128, 1000)] == [6, 3, 1]


def test_the_way_follows_the_layers_and_the_device():
    conv, cpu = partial(nets.build, "lenet"), torch.device("cpu")
    assert best_way(mlp, cpu) == "stacked"
    assert best_way(conv, cpu) == "processes"
    assert best_way(conv, torch.device("cuda")) == "stacked"


def test_interruption_says_how_much_was_done():
    def interrupted():
        raise KeyboardInterrupt

    jobs = [*tasks(n=2), Task(interrupted, seed=3, lr=0.1)]
    with pytest.raises(KeyboardInterrupt, match="2 of 3 networks were done"):
        fleet.train(mlp, jobs, Training(epochs=1, batch=16), device="cpu", how="stacked", at_once=1)


@pytest.mark.parametrize("largest, stacks", [(5, [5]), (2, [2, 1, 2]), (1, [1] * 5)])
def test_a_stack_that_is_too_large_for_a_gpu_is_halved(largest, stacks):
    def job(some, tick):
        with accepting((6,)):
            if len(some) > largest:
                raise torch.cuda.OutOfMemoryError
        return list(some)

    found = list(stacked(job, range(5), at_once=5, tick=None))
    assert [len(part) for part in found] == stacks and [i for part in found for i in part] == list(range(5))


def test_a_network_that_is_too_large_for_a_gpu_is_one_sentence():
    def job(some, tick):
        raise torch.cuda.OutOfMemoryError

    with pytest.raises(RuntimeError, match="out of GPU memory with a single network"):
        list(stacked(job, range(5), at_once=5, tick=None))


def test_death_of_a_process_is_one_sentence():
    jobs = [Task(partial(os._exit, 1), seed=seed, lr=0.1) for seed in range(2)]
    with pytest.raises(RuntimeError, match=r"a training process died.*at_once below 2"):
        fleet.train(mlp, jobs, Training(epochs=1, batch=16), device="cpu", how="processes", at_once=2)


def test_progress_goes_to_stderr_and_only_when_asked(capsys):
    training = Training(epochs=2, batch=16)
    fleet.train(mlp, tasks(), training, device="cpu")
    assert capsys.readouterr() == ("", "")
    fleet.train(mlp, tasks(), training, device="cpu", progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "6/6" in err


@pytest.mark.parametrize("options, message", [
    ({"epochs": 0}, "epochs must be at least 1, not 0"),
    ({"momentum": 1.0}, r"momentum must be in \[0, 1\)"),
    ({"clip": 0.0}, "clip must be positive"),
    ({"weight_decay": -1.0}, "weight_decay must not be negative"),
    ({"schedule": "cosine"}, "schedule must be one of linear, constant, not 'cosine'"),
    ({"optimizer": "lbfgs"}, "optimizer must be one of sgd, adam"),
    ({"loss": "hinge"}, "loss must be one of cross_entropy, squared, brier, absolute"),
])  # fmt: skip
def test_impossible_recipes_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Training(**{"epochs": 1, "batch": 1, **options})


@pytest.mark.parametrize("change, options, message", [
    ({"x": np.zeros((50, 6))}, {}, "x must be a torch tensor, not ndarray"),
    ({"y": torch.zeros(50)}, {}, "y must be int64 and of shape"),
    ({"y_test": torch.zeros(3, dtype=torch.int64)}, {}, "y_test must be int64 and of shape"),
    ({"y": torch.full((50,), -1)}, {}, "y must hold class indices"),
    ({"y": torch.full((50,), 3)}, {}, "the network has 3 outputs, but there is a label 3"),
    ({"x": torch.zeros(50, 7), "x_test": torch.zeros(25, 7)}, {}, r"does not take inputs of shape \(7,\)"),
    ({}, {"how": "threads"}, "how must be one of auto, stacked, processes, not 'threads'"),
    ({}, {"keep_weights": True}, "keep_weights must be"),
    ({}, {"at_once": 0}, "at_once must be at least 1"),
])  # fmt: skip
def test_impossible_calls_are_refused(change, options, message):
    jobs = [Task(split(0)._replace(**change), seed=0, lr=0.1)]
    with pytest.raises(ValueError, match=message):
        fleet.train(mlp, jobs, Training(epochs=1, batch=16), device="cpu", **options)


def test_impossible_tasks_are_refused():
    with pytest.raises(ValueError, match="lr must be positive"):
        Task(split(0), seed=0, lr=0.0)
    with pytest.raises(ValueError, match="at least one task"):
        fleet.train(mlp, [], Training(epochs=1, batch=1))
