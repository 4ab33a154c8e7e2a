"""How much faster many ablations are together than with one full forward pass for each.

The MLP 784-512-512-10 on MNIST-size inputs, cumulative masks over all hidden units; then the 11-layer CNN on 32x32
inputs, masks over its last three layers. The last line is the MLP's ratio. Run as `python
tests/benchmarks/ablation.py`.
"""

from __future__ import annotations

import time

import torch

from nbkit import ablation, nets, units

REPEATS = 3


def one_full_pass_per_mask(net, x, y, masks, names, batch=512):
    """Accuracy (masks,) with hooks that zero the masked units and nothing shared between masks."""
    sizes = list(units.widths(net, x, names).values())
    found = []
    for mask in masks:
        kept = [(~part).float() for part in mask.split(sizes)]
        edits = {name: lambda h, k=k: h * k.view(-1, *[1] * (h.ndim - 2)) for name, k in zip(names, kept)}
        with units.edited(net, edits), torch.no_grad():
            right = sum(
                (net(part).argmax(1) == label).sum().item() for part, label in zip(x.split(batch), y.split(batch))
            )
        found.append(right / len(y))
    return torch.tensor(found)


def seconds(function) -> float:
    """Best of a few runs, after one to warm up."""
    function()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def ratio(net, x, y, masks, names) -> float:
    """Speed against the plain way, after checking that both find the same."""
    together = torch.from_numpy(ablation.accuracy(net, x, y, masks, layers=names)).float()
    assert (together - one_full_pass_per_mask(net, x, y, masks, names)).abs().max() <= 2 / len(y)
    plain = seconds(lambda: one_full_pass_per_mask(net, x, y, masks, names))
    return plain / seconds(lambda: ablation.accuracy(net, x, y, masks, layers=names))


def main() -> None:
    torch.manual_seed(0)
    mlp = nets.mlp(shape=(1, 28, 28), widths=(512, 512), classes=10).eval()
    x, y = torch.rand(2000, 1, 28, 28), torch.randint(10, (2000,))
    masks = ablation.cumulative_masks(1024, orders=1, steps=100, seed=0)[0]
    of_mlp = ratio(mlp, x, y, masks, units.layers(mlp))

    cnn = nets.plain_cnn().eval()
    x, y = torch.rand(64, 3, 32, 32), torch.randint(10, (64,))
    masks = ablation.cumulative_masks(3 * 512, orders=1, steps=20, seed=0)[0]
    print(f"CNN, last three layers: {ratio(cnn, x, y, masks, units.layers(cnn)[-3:]):.1f}")
    print(f"MLP 784-512-512-10, all hidden units: {of_mlp:.1f}")
    print(f"ratio: {of_mlp:.1f}")


if __name__ == "__main__":
    main()
