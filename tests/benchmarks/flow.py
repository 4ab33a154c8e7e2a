"""Speed per run of 64 runs at once against one at a time with automatic differentiation, both with the same rule.

p = 256, h = 300, d = 5, stripe, 2000 trial steps in the feature regime. The processes that share the runs have
started before, as they have in a chapter after its first flow. The last line is `ratio: X.Y`.
"""

import time

import torch

from nbkit import device, flow
from nbkit.flow import steps

RUNS, P, H, D, STEPS = 64, 256, 300, 5, 2000

WARM_UP = 300


class ByAutograd(steps.Problem):
    """The same problem with the gradient found by torch."""

    def evaluate(self, neurons):
        neurons = neurons.detach().requires_grad_()
        f = (self.points @ neurons[..., :-1].mT).relu() @ neurons[..., -1:] / neurons.shape[1]
        margin = self.scale * (f[..., 0] - self.f0)
        loss = self.loss.value(margin) * self.weight / self.scale
        (gradient,) = torch.autograd.grad(loss.sum(), neurons)
        return margin.detach(), gradient


def one_by_one(x, y, start, threads, count):
    """Seconds that `count` steps of one run take with this many threads, and its neurons after them."""
    torch.set_num_threads(threads)
    problem = ByAutograd.of(x, y, start, torch.full((1,), 1e-6, dtype=torch.float64), flow.LOSSES["soft_hinge"], "free")
    state = steps._begin(problem)
    began = time.perf_counter()
    for _ in range(count):
        steps.step(problem, state)
    return time.perf_counter() - began, state.neurons


def main():
    x = torch.randn(RUNS, P, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    y = 1 - 2 * ((x[..., 0] > -0.3) & (x[..., 0] < 1.18549)).double()
    start = flow.initial(range(RUNS), H, D)
    device.use_cores()
    short = flow.train(x, y, start, alpha=1e-6, max_steps=WARM_UP, device="cpu")
    agreed = one_by_one(x[:1], y[:1], start[:1], 1, int(short.steps[0]))[1]
    # torch's softplus is cut off at 20, so its slope differs by 2e-9, and single weights near 0 by more of their size.
    assert (agreed - short.end[:1]).norm() < 1e-7 * agreed.norm(), "the two do not agree"

    began = time.perf_counter()
    trained = flow.train(x, y, start, alpha=1e-6, max_steps=STEPS, device="cpu")
    together = (time.perf_counter() - began) / RUNS

    single = (x[:1], y[:1], start[:1])
    trials = [one_by_one(*single, threads, int(trained.steps[0])) for threads in (1, device.cores())]
    alone = min(seconds for seconds, _ in trials)
    print(f"{1e3 * together / STEPS:.3f} ms a step and run together, {1e3 * alone / STEPS:.3f} ms alone")
    print(f"ratio: {alone / together:.1f}")


if __name__ == "__main__":
    main()
