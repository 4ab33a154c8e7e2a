"""Recordings of Part III: learning curves, compression, attractors and the dial α."""

from __future__ import annotations

from functools import partial

import xarray as xr

from nbkit import attractors, regimes, scales, sphere
from nbkit.params.regimes import Attractors, LazyAndFeature, Sphere, Stripe

DIMENSIONS = (2, 3, 5, 10)


def stripe_curves(p: Stripe, d: int) -> xr.Dataset:
    """Learning curves of networks and kernels on the stripe, with compression and alignment."""
    return regimes.learning_curves("stripe", d=d, **p.networks)


def stripe_kernels(p: Stripe) -> xr.Dataset:
    """Learning curves of kernel and neighbours, and support-vector spacing: axes (d, learner, p, seed)."""
    return _by_dimension(
        [regimes.kernel_curves("stripe", d=d, **p.kernels) for d in p.kernel_dimensions], p.kernel_dimensions
    )


def image_curves(p: Stripe) -> xr.Dataset:
    """Learning curves on the leading 10 components of the images."""
    return regimes.learning_curves(p.images, d=10, **p.networks | {"samples": p.image_samples})


def sphere_curves(p: Sphere, d: int) -> xr.Dataset:
    """Learning curves on the sphere: lazy, feature, and feature with fixed orientations."""
    return regimes.learning_curves("sphere", d=d, networks=("lazy", "feature", "fixed"), **p.networks)


def constant_target(p: Sphere) -> xr.Dataset:
    """Squared error of a constant target on the sphere: axes (d, p, seed)."""
    options = dict(samples=p.constant_samples, seeds=p.constant_seeds, n_test=p.n_test, seed=p.seed)
    return _by_dimension([sphere.constant_target(d=d, **options) for d in (2, 3, 5)], [2, 3, 5])


def attractor_counts(p: Attractors) -> xr.Dataset:
    """Attractors against p and h on the sphere in the plane."""
    return attractors.counts("sphere", d=2, samples=p.count_samples, widths=p.count_widths, **p.common)


def crossover(p: Attractors) -> xr.Dataset:
    """Compression and attractors against α on the stripe."""
    return attractors.crossover(alphas=p.alphas, d=5, p=p.stripe_p, width=p.stripe_width // 3, **p.common)


def dial(p: LazyAndFeature) -> xr.Dataset:
    """Change of the kernel and test error against α and width, on images."""
    options = {name: getattr(p, name) for name in ("p", "widths", "alphas", "seeds", "max_steps", "seed", "device")}
    return scales.sweep(p.images, d=10, **options)


def _by_dimension(results: list[xr.Dataset], dimensions: list[int]) -> xr.Dataset:
    return xr.concat(results, xr.DataArray(dimensions, dims="d", name="d"), combine_attrs="override")


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
    "crossover": ("14", "compression and attractors against α", crossover),
    "dial": ("11", "kernel change and error against α and width", dial),
}
