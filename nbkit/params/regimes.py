"""Part III, lazy and feature regimes: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nbkit.params import Chapter, sized

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

    images: ImageSet = sized("digits", "digits", "mnist", "image set: digits, or mnist (downloaded)")
    p: Samples = sized(24, 64, 10_000, "training images of the fully connected networks")
    widths: list[Width] = sized(
        [16, 32], [50, 100, 200], [100, 300, 1000], "neurons of the fully connected networks", min_length=2
    )
    alphas: list[Alpha] = sized(
        [0.1, 10.0, 1e3],
        [1e-3, 0.1, 1.0, 3.0, 10.0, 30.0, 1e3],
        [10.0**k for k in range(-4, 8)],
        "output scales, rising",
        min_length=3,
    )
    seeds: Seeds = sized(2, 5, 10, "networks for each setting")
    max_steps: Steps = sized(150, 15_000, 1_000_000, "trial steps after which a flow is given up")
    path_p: Samples = sized(12, 32, 32, "training points of the network whose path is drawn")
    frames: Frames = sized(3, 10, 20, "points on the path")
    cnn_p: Samples = sized(24, 64, 10_000, "training images of the convolutional networks")
    cnn_channels: Annotated[int, Field(ge=1, le=500)] = sized(2, 8, 50, "channels of the convolutional networks")
    cnn_alphas: list[Alpha] = sized(
        [0.1, 100.0],
        [1e-3, 1.0, 1e3],
        [10.0**k for k in range(-4, 8)],
        "output scales of the convolutional networks, rising",
        min_length=2,
    )
    cnn_seeds: Seeds = sized(2, 5, 16, "convolutional networks for each scale")
    cnn_steps: Steps = sized(40, 2500, 100_000, "trial steps after which their flow is given up")


class Stripe(Chapter):
    """Chapter 12: the stripe. Training sets of p points in d dimensions, networks of h neurons."""

    chapter: ClassVar[str] = "12"

    dimensions: list[Dimension] = sized(
        [2, 3, 5], [2, 3, 5], [2, 3, 5, 10], "input dimensions of the learning curves", min_length=3
    )
    samples: list[CurveSamples] = sized(
        [12, 24],
        [24, 48, 96, 192],
        [64, 128, 256, 512, 1024, 2048, 4096],
        "training points of each network",
        min_length=2,
    )
    seeds: Seeds = sized(2, 6, 20, "networks for each point of a curve")
    width: Width = sized(16, 100, 10_000, "neurons of each network")
    n_test: Points = sized(100, 4000, 20_000, "test points")
    max_steps: Steps = sized(150, 25_000, 1_000_000, "trial steps after which a flow is given up")
    frames: Frames = sized(3, 12, 24, "frames of the slider")
    kernel_dimensions: list[Dimension] = sized(
        [2, 3, 5, 10], [2, 3, 5, 10], [2, 3, 5, 10], "dimensions where only kernels are fitted", min_length=4
    )
    kernel_samples: list[Samples] = sized(
        [16, 32],
        [128, 256, 512, 1024],
        [128, 256, 512, 1024, 2048, 4096, 8192],
        "training points of each kernel machine",
        min_length=2,
    )
    kernel_seeds: Seeds = sized(2, 8, 20, "kernel machines for each point of a curve")
    images: ImageSet = sized("digits", "digits", "mnist", "image set: digits, or mnist (downloaded)")
    image_samples: list[CurveSamples] = sized(
        [16, 32], [64, 192], [64, 256, 1024, 4096], "training images of each network", min_length=2
    )

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

    crossing_dimensions: list[Dimension] = sized(
        [3], [3, 5], [2, 3, 5], "dimensions below 10 where curves may cross", min_length=1
    )
    samples: list[CurveSamples] = sized(
        [12, 24],
        [24, 48, 96, 192],
        [64, 128, 256, 512, 1024, 2048, 4096],
        "training points of each network",
        min_length=2,
    )
    seeds: Seeds = sized(2, 5, 20, "networks for each point of a curve")
    width: Width = sized(16, 100, 10_000, "neurons of each network")
    n_test: Points = sized(100, 4000, 20_000, "test points")
    max_steps: Steps = sized(150, 20_000, 1_000_000, "trial steps after which a flow is given up")
    constant_samples: list[Samples] = sized(
        [16, 32],
        [32, 64, 128, 256, 512],
        [32, 64, 128, 256, 512],
        "training points of the constant target",
        min_length=2,
    )
    constant_seeds: Seeds = sized(2, 8, 20, "repetitions of the constant target")
    unlucky_p: Samples = sized(16, 48, 256, "training points of each sample that may cost a class")
    unlucky_samples: Seeds = sized(8, 100, 200, "samples that may cost a class")
    unlucky_width: Width = sized(16, 100, 1000, "neurons of the networks trained on them")
    unlucky_alphas: list[Alpha] = sized(
        [0.1, 1e-6], [1.0, 1e-2, 1e-6, 1e-10, 1e-14], [1.0, 1e-2, 1e-6, 1e-10, 1e-14], "their output scales, falling"
    )
    unlucky_steps: Steps = sized(200, 3000, 20_000, "trial steps in which they lose a class or do not")

    @property
    def unlucky(self) -> dict[str, Any]:
        """Keyword arguments of `sphere.losses_of_a_class` but for the dimension."""
        names = {"p": "p", "alphas": "alphas", "samples": "samples", "width": "width", "max_steps": "steps"}
        sizes = {key: getattr(self, f"unlucky_{name}") for key, name in names.items()}
        return sizes | {"seed": self.seed, "device": self.device}

    @property
    def networks(self) -> dict[str, Any]:
        """Keyword arguments of `regimes.learning_curves` but for task and dimension."""
        names = ("samples", "seeds", "width", "n_test", "max_steps", "seed", "device")
        return {name: getattr(self, name) for name in names} | {"kernels": False}


class Attractors(Chapter):
    """Chapter 14: neurons in input space and the groups they form."""

    chapter: ClassVar[str] = "14"

    plane_p: Samples = sized(12, 512, 1024, "training points of the networks shown in the plane")
    plane_alpha: Alpha = Field(0.01, description="output scale of feature training in the plane")
    plane_width: Width = sized(30, 200, 10_000, "neurons of the networks shown in the plane")
    plane_steps: Steps = sized(150, 6000, 200_000, "trial steps after which these are given up")
    few_p: Samples = sized(8, 64, 64, "training points of a second set of such networks")
    seeds: Seeds = sized(2, 5, 20, "networks for each setting")
    frames: Frames = sized(3, 16, 24, "frames of the slider")
    max_steps: Steps = sized(150, 20_000, 1_000_000, "trial steps after which a flow is given up")
    count_samples: list[Samples] = sized(
        [8, 16], [12, 24, 48], [16, 32, 64, 128, 256], "training points where attractors are counted", min_length=2
    )
    count_widths: list[Width] = sized(
        [12, 24],
        [50, 100, 200, 400],
        [100, 300, 1000, 3000, 10_000],
        "widths where attractors are counted",
        min_length=2,
    )
    count_dimensions: list[Dimension] = sized(
        [2, 3, 5], [2, 3, 5, 10], [2, 3, 5, 10, 20], "dimensions in which attractors are counted, rising", min_length=3
    )
    dimension_p: Samples = sized(16, 24, 128, "training points there")
    dimension_width: Width = sized(24, 400, 3000, "neurons there")
    stripe_p: Samples = sized(16, 64, 256, "training points on the five-dimensional stripe")
    stripe_width: Width = sized(30, 300, 1000, "neurons on the stripe")
    alphas: list[Alpha] = sized(
        [1e-6, 1.0, 1e6],
        [1e-6, 1e-3, 0.03, 0.3, 1.0, 3.0, 30.0, 1e3, 1e6],
        [10.0**k for k in range(-6, 7)],
        "output scales of the crossover, rising",
        min_length=3,
    )
    images: ImageSet = sized("digits", "digits", "mnist", "image set: digits, or mnist (downloaded)")
    image_p: Samples = sized(32, 192, 4096, "training images of each network")

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

    p: Samples = sized(16, 64, 1024, "training points of the networks with one hidden layer")
    width: Width = sized(20, 100, 10_000, "neurons of these networks")
    seeds: Seeds = sized(2, 5, 20, "networks for each setting")
    frames: Frames = sized(3, 8, 16, "points along training")
    max_steps: Steps = sized(150, 15_000, 1_000_000, "trial steps after which a flow is given up")
    images: ImageSet = sized("digits", "digits", "mnist", "image set: digits, or mnist (downloaded)")
    layers: list[Width] = sized([16, 8], [64, 64, 64, 64], [512] * 5, "hidden widths of the deep network", min_length=2)
    layer_epochs: Annotated[int, Field(ge=1, le=10_000)] = sized(2, 40, 40, "passes of the deep network")
    plane_epochs: Annotated[int, Field(ge=2, le=100_000)] = sized(
        2, 80, 2000, "passes of the information plane's networks"
    )
    plane_every: Annotated[int, Field(ge=1, le=10_000)] = sized(1, 8, 50, "passes between two points of the plane")
    bins: list[Annotated[int, Field(ge=2, le=10_000)]] = sized(
        [8, 30, 100],
        [8, 30, 100],
        [8, 30, 100, 300],
        "bins between −1 and 1, rising; the second is the one of the figure",
        min_length=3,
    )
    unit_samples: Points = sized(2000, 50_000, 1_000_000, "inputs of the single unit")

    @property
    def flows(self) -> dict[str, Any]:
        """Keyword arguments of `representations.last_layer` but for task and dimension."""
        return {name: getattr(self, name) for name in ("p", "width", "seeds", "frames", "max_steps", "seed", "device")}


CHAPTERS = (LazyAndFeature, Stripe, Sphere, Attractors, Representations)
