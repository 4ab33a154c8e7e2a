"""Part III, lazy and feature regimes: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nbkit.params import Chapter

Dimension = Annotated[int, Field(ge=2, le=100)]
Samples = Annotated[int, Field(ge=4, le=20_000)]
CurveSamples = Annotated[int, Field(ge=10, le=20_000)]
Seeds = Annotated[int, Field(ge=2, le=200)]
Width = Annotated[int, Field(ge=4, le=20_000)]
Steps = Annotated[int, Field(ge=8, le=10_000_000)]
Points = Annotated[int, Field(ge=16, le=1_000_000)]
Alpha = Annotated[float, Field(gt=0, le=1e12)]
Frames = Annotated[int, Field(ge=2, le=60)]
ImageSet = Literal["digits", "mnist"]


class LazyAndFeature(Chapter):
    """Chapter 11: the two regimes, and the output scale α between them."""

    chapter: ClassVar[str] = "11"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(images="digits", p=24, widths=[16, 32], alphas=[0.1, 10.0, 1e3], seeds=2, max_steps=150)
        | dict(path_p=12, frames=3, cnn_p=24, cnn_channels=2, cnn_alphas=[0.1, 100.0], cnn_seeds=2, cnn_steps=40),
        "book": dict(images="digits", p=64, widths=[50, 100, 200], alphas=[1e-3, 0.1, 1.0, 3.0, 10.0, 30.0, 1e3])
        | dict(seeds=5, max_steps=15_000, path_p=32, frames=10)
        | dict(cnn_p=64, cnn_channels=8, cnn_alphas=[1e-3, 1.0, 1e3], cnn_seeds=5, cnn_steps=2500),
        "paper": dict(images="mnist", p=10_000, widths=[100, 300, 1000], alphas=[10.0**k for k in range(-4, 8)])
        | dict(seeds=10, max_steps=1_000_000, path_p=32, frames=20)
        | dict(
            cnn_p=10_000, cnn_channels=50, cnn_alphas=[10.0**k for k in range(-4, 8)], cnn_seeds=16, cnn_steps=100_000
        ),
    }

    images: ImageSet = Field(description="image set: digits, or mnist (downloaded)")
    p: Samples = Field(description="training images of the fully connected networks")
    widths: list[Width] = Field(min_length=2, description="neurons of the fully connected networks")
    alphas: list[Alpha] = Field(min_length=3, description="output scales, rising")
    seeds: Seeds = Field(description="networks for each setting")
    max_steps: Steps = Field(description="trial steps after which a flow is given up")
    path_p: Samples = Field(description="training points of the network whose path is drawn")
    frames: Frames = Field(description="points on the path")
    cnn_p: Samples = Field(description="training images of the convolutional networks")
    cnn_channels: Annotated[int, Field(ge=1, le=500)] = Field(description="channels of the convolutional networks")
    cnn_alphas: list[Alpha] = Field(min_length=2, description="output scales of the convolutional networks, rising")
    cnn_seeds: Seeds = Field(description="convolutional networks for each scale")
    cnn_steps: Steps = Field(description="trial steps after which their flow is given up")


class Stripe(Chapter):
    """Chapter 12: the stripe. Training sets of p points in d dimensions, networks of h neurons."""

    chapter: ClassVar[str] = "12"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            dimensions=[2, 3, 5],
            samples=[12, 24],
            seeds=2,
            width=16,
            n_test=100,
            max_steps=150,
            frames=3,
            images="digits",
        )
        | dict(kernel_dimensions=[2, 3, 5, 10], kernel_samples=[16, 32], kernel_seeds=2, image_samples=[16, 32]),
        "book": dict(
            dimensions=[2, 3, 5],
            samples=[24, 48, 96, 192],
            seeds=6,
            width=100,
            n_test=4000,
            max_steps=40_000,
            frames=12,
        )
        | dict(images="digits", image_samples=[64, 192])
        | dict(kernel_dimensions=[2, 3, 5, 10], kernel_samples=[128, 256, 512, 1024], kernel_seeds=8),
        "paper": dict(
            dimensions=[2, 3, 5, 10],
            samples=[64, 128, 256, 512, 1024, 2048, 4096],
            seeds=20,
            width=10_000,
            n_test=20_000,
            max_steps=1_000_000,
            frames=24,
        )
        | dict(images="mnist", image_samples=[64, 256, 1024, 4096])
        | dict(
            kernel_dimensions=[2, 3, 5, 10], kernel_samples=[128, 256, 512, 1024, 2048, 4096, 8192], kernel_seeds=20
        ),
    }

    dimensions: list[Dimension] = Field(min_length=3, description="input dimensions of the learning curves")
    samples: list[CurveSamples] = Field(min_length=2, description="training points of each network")
    seeds: Seeds = Field(description="networks for each point of a curve")
    width: Width = Field(description="neurons of each network")
    n_test: Points = Field(description="test points")
    max_steps: Steps = Field(description="trial steps after which a flow is given up")
    frames: Frames = Field(description="frames of the slider")
    kernel_dimensions: list[Dimension] = Field(min_length=4, description="dimensions where only kernels are fitted")
    kernel_samples: list[Samples] = Field(min_length=2, description="training points of each kernel machine")
    kernel_seeds: Seeds = Field(description="kernel machines for each point of a curve")
    images: ImageSet = Field(description="image set: digits, or mnist (downloaded)")
    image_samples: list[CurveSamples] = Field(min_length=2, description="training images of each network")

    @property
    def networks(self) -> dict[str, Any]:
        """Keyword arguments of `regimes.learning_curves` but for task and dimension."""
        names = ("samples", "seeds", "width", "n_test", "max_steps", "seed", "device")
        return {name: getattr(self, name) for name in names}

    @property
    def kernels(self) -> dict[str, Any]:
        """Keyword arguments of `regimes.kernel_curves` but for task and dimension."""
        return dict(samples=self.kernel_samples, seeds=self.kernel_seeds, n_test=self.n_test, seed=self.seed)


class Sphere(Chapter):
    """Chapter 13: the sphere, where nothing can be compressed."""

    chapter: ClassVar[str] = "13"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(crossing_dimensions=[3], samples=[12, 24], seeds=2, width=16, n_test=100, max_steps=150)
        | dict(constant_samples=[16, 32], constant_seeds=2),
        "book": dict(crossing_dimensions=[3, 5], samples=[24, 48, 96, 192], seeds=5, width=100, n_test=4000)
        | dict(max_steps=25_000, constant_samples=[32, 64, 128, 256, 512], constant_seeds=8),
        "paper": dict(
            crossing_dimensions=[2, 3, 5], samples=[64, 128, 256, 512, 1024, 2048, 4096], seeds=20, width=10_000
        )
        | dict(n_test=20_000, max_steps=1_000_000, constant_samples=[32, 64, 128, 256, 512], constant_seeds=20),
    }

    crossing_dimensions: list[Dimension] = Field(min_length=1, description="dimensions below 10 where curves may cross")
    samples: list[CurveSamples] = Field(min_length=2, description="training points of each network")
    seeds: Seeds = Field(description="networks for each point of a curve")
    width: Width = Field(description="neurons of each network")
    n_test: Points = Field(description="test points")
    max_steps: Steps = Field(description="trial steps after which a flow is given up")
    constant_samples: list[Samples] = Field(min_length=2, description="training points of the constant target")
    constant_seeds: Seeds = Field(description="repetitions of the constant target")

    @property
    def networks(self) -> dict[str, Any]:
        """Keyword arguments of `regimes.learning_curves` but for task and dimension."""
        names = ("samples", "seeds", "width", "n_test", "max_steps", "seed", "device")
        return {name: getattr(self, name) for name in names} | {"kernels": False}


class Attractors(Chapter):
    """Chapter 14: neurons in input space and the groups they form."""

    chapter: ClassVar[str] = "14"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            plane_p=12, plane_width=30, seeds=2, frames=3, max_steps=150, count_samples=[8, 16], count_widths=[12, 24]
        )
        | dict(stripe_p=16, stripe_width=30, alphas=[1e-6, 1.0, 1e6], images="digits", image_p=32)
        | dict(count_dimensions=[2, 3, 5], dimension_p=16, dimension_width=24),
        "book": dict(plane_p=64, plane_width=200, seeds=5, frames=16, max_steps=30_000)
        | dict(count_samples=[12, 24, 48], count_widths=[50, 100, 200, 400])
        | dict(stripe_p=64, stripe_width=300, alphas=[1e-6, 1e-3, 0.03, 0.3, 1.0, 3.0, 30.0, 1e3, 1e6])
        | dict(images="digits", image_p=192)
        | dict(count_dimensions=[2, 3, 5, 10], dimension_p=24, dimension_width=400),
        "paper": dict(plane_p=256, plane_width=10_000, seeds=20, frames=24, max_steps=1_000_000)
        | dict(count_samples=[16, 32, 64, 128, 256], count_widths=[100, 300, 1000, 3000, 10_000])
        | dict(stripe_p=256, stripe_width=1000, alphas=[10.0**k for k in range(-6, 7)], images="mnist", image_p=4096)
        | dict(count_dimensions=[2, 3, 5, 10, 20], dimension_p=128, dimension_width=3000),
    }

    plane_p: Samples = Field(description="training points of the networks shown in the plane")
    plane_alpha: Alpha = Field(0.1, description="output scale of feature training in the plane")
    plane_width: Width = Field(description="neurons of the networks shown in the plane")
    seeds: Seeds = Field(description="networks for each setting")
    frames: Frames = Field(description="frames of the slider")
    max_steps: Steps = Field(description="trial steps after which a flow is given up")
    count_samples: list[Samples] = Field(min_length=2, description="training points where attractors are counted")
    count_widths: list[Width] = Field(min_length=2, description="widths where attractors are counted")
    count_dimensions: list[Dimension] = Field(
        min_length=3, description="dimensions in which attractors are counted, rising"
    )
    dimension_p: Samples = Field(description="training points there")
    dimension_width: Width = Field(description="neurons there")
    stripe_p: Samples = Field(description="training points on the five-dimensional stripe")
    stripe_width: Width = Field(description="neurons on the stripe")
    alphas: list[Alpha] = Field(min_length=3, description="output scales of the crossover, rising")
    images: ImageSet = Field(description="image set: digits, or mnist (downloaded)")
    image_p: Samples = Field(description="training images of each network")

    @property
    def common(self) -> dict[str, Any]:
        """Keyword arguments of every experiment."""
        return {name: getattr(self, name) for name in ("seeds", "max_steps", "seed", "device")}

    @property
    def in_dimension(self) -> dict[str, Any]:
        """Keyword arguments of `attractors.counts` in another dimension but for task and dimension."""
        return {"samples": [self.dimension_p], "widths": [self.dimension_width], **self.common}


class Representations(Chapter):
    """Chapter 15: what hidden layers keep."""

    chapter: ClassVar[str] = "15"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(p=16, width=20, seeds=2, frames=3, max_steps=150, images="digits", layers=[16, 8], layer_epochs=2)
        | dict(plane_epochs=2, plane_every=1, bins=[8, 30, 100], unit_samples=2000),
        "book": dict(p=64, width=100, seeds=5, frames=8, max_steps=15_000, images="digits", layers=[64, 64, 64, 64])
        | dict(layer_epochs=40, plane_epochs=80, plane_every=8, bins=[8, 30, 100], unit_samples=50_000),
        "paper": dict(p=1024, width=10_000, seeds=20, frames=16, max_steps=1_000_000, images="mnist", layers=[512] * 5)
        | dict(layer_epochs=40, plane_epochs=2000, plane_every=50, bins=[8, 30, 100, 300], unit_samples=1_000_000),
    }

    p: Samples = Field(description="training points of the networks with one hidden layer")
    width: Width = Field(description="neurons of these networks")
    seeds: Seeds = Field(description="networks for each setting")
    frames: Frames = Field(description="points along training")
    max_steps: Steps = Field(description="trial steps after which a flow is given up")
    images: ImageSet = Field(description="image set: digits, or mnist (downloaded)")
    layers: list[Width] = Field(min_length=2, description="hidden widths of the deep network")
    layer_epochs: Annotated[int, Field(ge=1, le=10_000)] = Field(description="passes of the deep network")
    plane_epochs: Annotated[int, Field(ge=2, le=100_000)] = Field(
        description="passes of the information plane's networks"
    )
    plane_every: Annotated[int, Field(ge=1, le=10_000)] = Field(description="passes between two points of the plane")
    bins: list[Annotated[int, Field(ge=2, le=10_000)]] = Field(
        min_length=3, description="bins between −1 and 1, rising; the second is the one of the figure"
    )
    unit_samples: Points = Field(description="inputs of the single unit")

    @property
    def flows(self) -> dict[str, Any]:
        """Keyword arguments of `representations.last_layer` but for task and dimension."""
        return {name: getattr(self, name) for name in ("p", "width", "seeds", "frames", "max_steps", "seed", "device")}


CHAPTERS = (LazyAndFeature, Stripe, Sphere, Attractors, Representations)
