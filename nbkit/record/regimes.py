"""Recordings of Part III: learning curves, compression, attractors and the dial α."""

from __future__ import annotations

from functools import partial

import xarray as xr

from nbkit import attractors, regimes, scales, sphere
from nbkit.params.regimes import Attractors, LazyAndFeature, Sphere, Stripe
from nbkit.record.parts import joined, kept

DIMENSIONS = (2, 3, 5, 10)


def stripe_curves(p: Stripe, d: int) -> xr.Dataset:
    """Learning curves of networks and kernels on the stripe, with compression and alignment."""
    return _learning_curves(f"stripe-d{d}", "stripe", d, p.networks)


def stripe_kernels(p: Stripe) -> xr.Dataset:
    """Learning curves of kernel and neighbours, and support-vector spacing: axes (d, learner, p, seed)."""
    with kept("stripe-kernels") as part:
        found = [part(regimes.kernel_curves, "stripe", d=d, **p.kernels) for d in p.kernel_dimensions]
        return joined(found, "d", p.kernel_dimensions).assign_attrs(data=f"stripe, p up to {max(p.kernel_samples)}")


def image_curves(p: Stripe) -> xr.Dataset:
    """Learning curves on the leading 10 components of the images."""
    return _learning_curves("stripe-images", p.images, 10, p.networks | {"samples": p.image_samples})


def sphere_curves(p: Sphere, d: int) -> xr.Dataset:
    """Learning curves on the sphere: lazy, feature and, at d = 10, feature with fixed orientations."""
    networks = ("lazy", "feature", "fixed") if d == 10 else ("lazy", "feature")
    return _learning_curves(f"sphere-d{d}", "sphere", d, p.networks | {"networks": networks})


def constant_target(p: Sphere) -> xr.Dataset:
    """Squared error of a constant target on the sphere: axes (d, p, seed)."""
    options = dict(samples=p.constant_samples, seeds=p.constant_seeds, n_test=p.n_test, seed=p.seed)
    found = [sphere.constant_target(d=d, **options) for d in (2, 3, 5)]
    return joined(found, "d", (2, 3, 5)).assign_attrs(data=f"sphere, p up to {max(p.constant_samples)}")


def attractor_counts(p: Attractors) -> xr.Dataset:
    """Attractors against p and h on the sphere in the plane."""
    with kept("attractors") as part:
        by_p = [
            part(attractors.counts, "sphere", d=2, samples=[n], widths=p.count_widths, **p.common)
            for n in p.count_samples
        ]
        return joined(by_p, "p").assign_attrs(
            data=f"sphere, d=2, p up to {max(p.count_samples)}, h up to {max(p.count_widths)}"
        )


def attractor_dimensions(p: Attractors) -> xr.Dataset:
    """Attractors against d on the sphere."""
    with kept("attractors-d") as part:
        found = [part(attractors.counts, "sphere", d=d, **p.in_dimension) for d in p.count_dimensions]
        return joined(found, "d", p.count_dimensions).assign_attrs(
            data=f"sphere, d up to {max(p.count_dimensions)}, p={p.dimension_p}, h={p.dimension_width}"
        )


def crossover(p: Attractors) -> xr.Dataset:
    """Compression and attractors against α on the stripe."""
    found = attractors.crossover(alphas=p.alphas, d=5, p=p.stripe_p, width=p.stripe_width // 3, **p.common)
    return found.assign_attrs(data=f"stripe, d=5, p={p.stripe_p}, h={p.stripe_width // 3}")


def dial(p: LazyAndFeature) -> xr.Dataset:
    """Change of the kernel and test error against α and width, on images."""
    options = {name: getattr(p, name) for name in ("p", "alphas", "seeds", "max_steps", "seed", "device")}
    with kept("dial") as part:
        found = [part(scales.sweep, p.images, d=10, widths=[h], **options) for h in p.widths]
        return joined(found, "h").assign_attrs(data=f"{p.images}, 10 components, p={p.p}")


def convolutional_dial(p: LazyAndFeature) -> xr.Dataset:
    """Test error of small convolutional networks against α, on images."""
    options = dict(p=p.cnn_p, channels=p.cnn_channels, seeds=p.cnn_seeds, max_steps=p.cnn_steps)
    with kept("dial-cnn") as part:
        found = [
            part(scales.convolutional, p.images, alphas=[alpha], seed=p.seed, device=p.device, **options)
            for alpha in p.cnn_alphas
        ]
        return joined(found, "alpha").assign_attrs(data=f"{p.images}, pixels, p={p.cnn_p}, {p.cnn_channels} channels")


def _learning_curves(recipe: str, task: str, d: int, options: dict) -> xr.Dataset:
    """`regimes.learning_curves`, one p after the other."""
    with kept(recipe) as part:
        found = [part(regimes.learning_curves, task, d=d, **options | {"samples": [n]}) for n in options["samples"]]
        about = f"{task}, d={d}, p up to {max(options['samples'])}, h={options['width']}"
        return joined(found, "p").assign_attrs(data=about)


RECIPES = {
    **{
        f"stripe-d{d}": ("12", f"learning curves on the stripe, d = {d}", partial(stripe_curves, d=d))
        for d in DIMENSIONS
    },
    "stripe-kernels": ("12", "learning curves of kernel machines and neighbours on the stripe", stripe_kernels),
    "stripe-images": ("12", "learning curves on image components", image_curves),
    **{
        f"sphere-d{d}": ("13", f"learning curves on the sphere, d = {d}", partial(sphere_curves, d=d))
        for d in DIMENSIONS
    },
    "sphere-constant": ("13", "a constant target on the sphere", constant_target),
    "attractors": ("14", "attractors against p and h", attractor_counts),
    "attractors-d": ("14", "attractors against d", attractor_dimensions),
    "crossover": ("14", "compression and attractors against α", crossover),
    "dial": ("11", "kernel change and error against α and width", dial),
    "dial-cnn": ("11", "error of convolutional networks against α", convolutional_dial),
}
