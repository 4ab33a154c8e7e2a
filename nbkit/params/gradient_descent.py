"""Part I, the inductive bias of gradient descent: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from nbkit.params import Chapter, sized

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seeds = Annotated[int, Field(ge=2, le=1000)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=100)]


class InductiveBias(Chapter):
    """Chapter 01: which solution gradient descent picks, and what the loss decides."""

    chapter: ClassVar[str] = "01"

    equations: Count = Field(10, description="equations of the least-squares problems")
    unknowns: Count = Field(40, description="weights of the least-squares problems")
    points: Annotated[int, Field(ge=3, le=1000)] = Field(8, description="separable points in the plane")
    seeds: Seeds = sized(3, 30, 100, "random problems of each kind")
    steps: Annotated[int, Field(ge=1000, le=10**7)] = sized(
        2000, 100_000, 1_000_000, "steps of logistic gradient descent"
    )
    noise: Share = Field(0.4, description="share of digits' labels that are shuffled")
    digits_train: Annotated[int, Field(ge=64, le=1297)] = sized(100, 500, 1200, "training images of each network")
    digits_epochs: Count = sized(4, 150, 400, "passes over them")
    digits_seeds: Seeds = sized(2, 8, 20, "networks for each loss")
    map_train: Annotated[int, Field(ge=50, le=1297)] = Field(200, description="digits of the last figure")
    map_epochs: Count = sized(3, 100, 200, "passes over them")

    @property
    def margin(self) -> dict[str, Any]:
        """Keyword arguments of `minimisers.towards_max_margin`."""
        return dict(points=self.points, seeds=self.seeds, seed=self.seed)

    @property
    def digits(self) -> dict[str, Any]:
        """Keyword arguments of `losses.noisy_digits`."""
        sizes = dict(n_train=self.digits_train, epochs=self.digits_epochs, seeds=self.digits_seeds)
        return sizes | dict(noise=self.noise, seed=self.seed, device=self.device)


class Frequency(Chapter):
    """Chapter 02: low frequencies first, why, and how to change it."""

    chapter: ClassVar[str] = "02"

    seeds: Seeds = sized(3, 8, 20, "networks of each kind")
    wave_steps: Annotated[int, Field(ge=100, le=1_000_000)] = sized(200, 2500, 20_000, "steps of the wave learners")
    width: Annotated[int, Field(ge=64, le=100_000)] = sized(
        512, 4096, 16_384, "units of the network held against its kernel"
    )
    kappas: list[Rate] = Field([0.125, 0.25, 0.5, 1.0, 2.0], min_length=3, description="frequencies of the label noise")
    noise_train: Annotated[int, Field(ge=64, le=1297)] = sized(100, 400, 1200, "digits with noisy labels")
    noise_steps: Annotated[int, Field(ge=60, le=1_000_000)] = sized(60, 300, 2000, "steps on them")
    pairs: Count = sized(20, 200, 2000, "paths between images, of each kind and network")
    path_epochs: Count = sized(3, 30, 100, "epochs of the classifiers on whose paths we look")
    contrast: Annotated[float, Field(ge=0, lt=1)] = Field(0.8, description="unevenness of the points on the circle")
    uneven: Annotated[int, Field(ge=50, le=5000)] = Field(300, description="number of uneven points")

    @property
    def common(self) -> dict[str, Any]:
        """Keyword arguments that all experiments with networks share."""
        return dict(seeds=self.seeds, seed=self.seed, device=self.device)


class ImplicitRegularization(Chapter):
    """Chapter 03: what finite steps and feature learning add to the loss."""

    chapter: ClassVar[str] = "03"

    starts: Seeds = sized(5, 30, 100, "random starting points of the two-weight model")
    hs: list[Rate] = Field([0.1, 0.05, 0.025, 0.0125], min_length=3, description="step sizes, divisors of the time 1")
    seeds: Seeds = sized(2, 5, 10, "networks of each kind")
    ntk_images: Annotated[int, Field(ge=16, le=1297)] = sized(24, 96, 500, "digits on which the kernel is computed")
    ntk_width: Count = sized(16, 48, 256, "units in each of the two hidden layers")
    ntk_steps: Annotated[int, Field(ge=10, le=1_000_000)] = sized(60, 800, 12_000, "steps of the aligned networks")
    lazy_scale: Rate = Field(100.0, description="output scale α of the lazy control")
    sweep_train: Annotated[int, Field(ge=64, le=1297)] = sized(
        64, 400, 1297, "digits of the geometric-complexity sweeps"
    )
    sweep_epochs: Count = sized(4, 80, 200, "passes over them")

    @property
    def features(self) -> dict[str, Any]:
        """Keyword arguments of `complexity.feature_alignment`."""
        return dict(n=self.ntk_images, width=self.ntk_width, steps=self.ntk_steps, seeds=self.seeds, seed=self.seed)

    @property
    def sweep(self) -> dict[str, Any]:
        """Keyword arguments of `complexity.complexity_sweep`."""
        sizes = dict(n_train=self.sweep_train, epochs=self.sweep_epochs, seeds=self.seeds)
        return sizes | dict(seed=self.seed, device=self.device)


class Simplicity(Chapter):
    """Chapter 04: the simplest feature, the shortest interaction, the nearest pixel."""

    chapter: ClassVar[str] = "04"

    bits: Annotated[int, Field(ge=4, le=10)] = Field(8, description="coordinates of the cube")
    patch: Annotated[int, Field(ge=2, le=9)] = Field(3, description="neighbouring coordinates that a local kernel sees")
    dimension: Annotated[int, Field(ge=10, le=500)] = Field(50, description="coordinates of the slab problem")
    slabs: Annotated[int, Field(ge=1, le=49)] = Field(5, description="how many of them are slab features")
    many_slabs: list[Annotated[int, Field(ge=1, le=499)]] = sized(
        [3, 20], [5, 15, 49], [5, 15, 49], "the same, varied", min_length=2
    )
    n_train: Annotated[int, Field(ge=100, le=1_000_000)] = sized(
        300, 3000, 50_000, "training points of the slab problem"
    )
    epochs: Count = sized(3, 20, 100, "passes over them")
    sets: Seeds = sized(2, 5, 10, "training sets of the slab problem")
    members: Annotated[int, Field(ge=2, le=50)] = sized(2, 3, 5, "networks on each, and members of its ensemble")
    epsilons: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [0.08, 0.14], min_length=2, description="attacks of adversarial training, per coordinate"
    )
    pixels_train: Annotated[int, Field(ge=64, le=1297)] = Field(300, description="digits of the scrambling experiment")
    pixels_epochs: Count = sized(3, 30, 100, "passes over them")
    seeds: Seeds = sized(2, 10, 20, "networks of the scrambling experiment, and draws of the kernels' points")

    @property
    def slab_problem(self) -> dict[str, Any]:
        """Keyword arguments that the slab experiments share."""
        return dict(d=self.dimension, n_train=self.n_train, epochs=self.epochs, seed=self.seed)


class Width(Chapter):
    """Chapter 05: what width and scale decide."""

    chapter: ClassVar[str] = "05"

    board: Annotated[int, Field(ge=10, le=1000)] = sized(60, 60, 100, "points of the task in the plane")
    board_train: Annotated[int, Field(ge=20, le=5000)] = sized(
        80, 250, 500, "training points where idle coordinates are added"
    )
    features: list[Count] = sized(
        [50, 200, 1000], [50, 150, 500, 1500, 5000], [50, 500, 5000, 50_000], "numbers of random features", min_length=2
    )
    extras: list[Annotated[int, Field(ge=0, le=200)]] = sized(
        [0, 4], [0, 2, 4, 8, 12], [0, 2, 4, 8, 12, 20], "numbers of idle coordinates", min_length=2
    )
    units: Count = sized(100, 300, 2000, "units of the networks with both layers trained")
    steps: Annotated[int, Field(ge=100, le=1_000_000)] = sized(300, 8000, 30_000, "steps of their training")
    directions: Annotated[int, Field(ge=50, le=100_000)] = sized(
        400, 4000, 20_000, "directions of the linear program's grid"
    )
    seeds: Seeds = sized(2, 5, 20, "repetitions of everything but double descent")
    alphas: list[Rate] = Field([4.0, 8.0, 16.0, 32.0, 64.0], min_length=3, description="output scales")
    widths: list[Count] = sized(
        [100, 1000],
        [100, 1000, 10_000],
        [100, 1000, 10_000, 100_000],
        "widths whose convergence is compared",
        min_length=2,
    )
    samples: Annotated[int, Field(ge=20, le=1000)] = Field(40, description="samples n of double descent")
    noise: Annotated[float, Field(ge=0, le=10)] = Field(0.25, description="variance σ² of its noise")
    trials: Annotated[int, Field(ge=10, le=100_000)] = sized(40, 400, 5000, "trials of double descent, for each size")

    @property
    def repeated(self) -> dict[str, Any]:
        """Keyword arguments of every repeated experiment."""
        return dict(seeds=self.seeds, seed=self.seed)


class Landscapes(Chapter):
    """Chapter 06: what gradient descent can reach."""

    chapter: ClassVar[str] = "06"

    lr: Annotated[float, Field(gt=0, le=0.5)] = Field(0.1, description="step size near the saddle")
    size: Annotated[int, Field(ge=4, le=500)] = Field(40, description="rows and columns of the matrix to complete")
    observed: Share = Field(0.5, description="share of its entries that are seen")
    starts: Seeds = sized(3, 20, 100, "random starts of matrix completion")
    completion_steps: Annotated[int, Field(ge=100, le=1_000_000)] = sized(300, 2000, 20_000, "steps of each")
    newton_starts: Count = sized(10, 100, 1000, "starts of the search for critical points")
    students: Annotated[int, Field(ge=2, le=64)] = sized(4, 8, 16, "neurons of teacher and student")
    teacher_steps: Count = sized(200, 4000, 20_000, "steps of each student")
    teacher_starts: Seeds = sized(4, 100, 500, "random students for each objective")
    system_steps: Count = sized(60, 1500, 20_000, "steps of system identification")
    seeds: Seeds = sized(2, 10, 50, "linear systems, dead networks and living ones")


CHAPTERS = (InductiveBias, Frequency, ImplicitRegularization, Simplicity, Width, Landscapes)
