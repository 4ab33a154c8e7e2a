"""Part I, the inductive bias of gradient descent: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from nbkit.params import Chapter

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seeds = Annotated[int, Field(ge=2, le=1000)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=100)]


class InductiveBias(Chapter):
    """Chapter 01: which solution gradient descent picks, and what the loss decides."""

    chapter: ClassVar[str] = "01"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(seeds=3, steps=2000, digits_train=100, digits_epochs=4, digits_seeds=2, map_epochs=3),
        "book": dict(seeds=30, steps=100_000, digits_train=500, digits_epochs=60, digits_seeds=5, map_epochs=100),
        "paper": dict(
            seeds=100, steps=1_000_000, digits_train=1200, digits_epochs=400, digits_seeds=20, map_epochs=200
        ),
    }

    equations: Count = Field(10, description="equations of the least-squares problems")
    unknowns: Count = Field(40, description="weights of the least-squares problems")
    points: Annotated[int, Field(ge=3, le=1000)] = Field(8, description="separable points in the plane")
    seeds: Seeds = Field(description="random problems of each kind")
    steps: Annotated[int, Field(ge=1000, le=10**7)] = Field(description="steps of logistic gradient descent")
    noise: Share = Field(0.4, description="share of digits' labels that are shuffled")
    digits_train: Annotated[int, Field(ge=64, le=1297)] = Field(description="training images of each network")
    digits_epochs: Count = Field(description="passes over them")
    digits_seeds: Seeds = Field(description="networks for each loss")
    map_train: Annotated[int, Field(ge=50, le=1297)] = Field(200, description="digits of the last figure")
    map_epochs: Count = Field(description="passes over them")

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
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(wave_steps=200, seeds=3, width=512, noise_steps=60, noise_train=100, pairs=20, path_epochs=3),
        "book": dict(wave_steps=2500, seeds=8, width=4096, noise_steps=300, noise_train=400, pairs=200, path_epochs=30),
        "paper": dict(
            wave_steps=20_000, seeds=20, width=16_384, noise_steps=2000, noise_train=1200, pairs=2000, path_epochs=100
        ),
    }

    seeds: Seeds = Field(description="networks of each kind")
    wave_steps: Annotated[int, Field(ge=100, le=1_000_000)] = Field(description="steps of the wave learners")
    width: Annotated[int, Field(ge=64, le=100_000)] = Field(description="units of the network held against its kernel")
    kappas: list[Rate] = Field([0.125, 0.25, 0.5, 1.0, 2.0], min_length=3, description="frequencies of the label noise")
    noise_train: Annotated[int, Field(ge=64, le=1297)] = Field(description="digits with noisy labels")
    noise_steps: Annotated[int, Field(ge=60, le=1_000_000)] = Field(description="steps on them")
    pairs: Count = Field(description="paths between images, of each kind and network")
    path_epochs: Count = Field(description="epochs of the classifiers on whose paths we look")
    contrast: Annotated[float, Field(ge=0, lt=1)] = Field(0.8, description="unevenness of the points on the circle")
    uneven: Annotated[int, Field(ge=50, le=5000)] = Field(300, description="number of uneven points")

    @property
    def common(self) -> dict[str, Any]:
        """Keyword arguments that all experiments with networks share."""
        return dict(seeds=self.seeds, seed=self.seed, device=self.device)


class ImplicitRegularization(Chapter):
    """Chapter 03: what finite steps and feature learning add to the loss."""

    chapter: ClassVar[str] = "03"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(starts=5, ntk_images=24, ntk_width=16, ntk_steps=60, seeds=2, sweep_train=64, sweep_epochs=4),
        "book": dict(starts=30, ntk_images=96, ntk_width=48, ntk_steps=400, seeds=5, sweep_train=400, sweep_epochs=80),
        "paper": dict(
            starts=100, ntk_images=500, ntk_width=256, ntk_steps=3000, seeds=10, sweep_train=1297, sweep_epochs=200
        ),
    }

    starts: Seeds = Field(description="random starting points of the two-weight model")
    hs: list[Rate] = Field([0.1, 0.05, 0.025, 0.0125], min_length=3, description="step sizes, divisors of the time 1")
    seeds: Seeds = Field(description="networks of each kind")
    ntk_images: Annotated[int, Field(ge=16, le=1297)] = Field(description="digits on which the kernel is computed")
    ntk_width: Count = Field(description="units in each of the two hidden layers")
    ntk_steps: Annotated[int, Field(ge=10, le=1_000_000)] = Field(description="steps of the aligned networks")
    lazy_scale: Rate = Field(100.0, description="output scale α of the lazy control")
    sweep_train: Annotated[int, Field(ge=64, le=1297)] = Field(description="digits of the geometric-complexity sweeps")
    sweep_epochs: Count = Field(description="passes over them")

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
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(n_train=300, epochs=3, sets=2, members=2, many_slabs=[3, 20], pixels_epochs=3, seeds=2),
        "book": dict(n_train=3000, epochs=20, sets=5, members=3, many_slabs=[5, 15, 49], pixels_epochs=30, seeds=10),
        "paper": dict(
            n_train=50_000, epochs=100, sets=10, members=5, many_slabs=[5, 15, 49], pixels_epochs=100, seeds=20
        ),
    }

    bits: Annotated[int, Field(ge=4, le=10)] = Field(8, description="coordinates of the cube")
    patch: Annotated[int, Field(ge=2, le=9)] = Field(3, description="neighbouring coordinates that a local kernel sees")
    dimension: Annotated[int, Field(ge=10, le=500)] = Field(50, description="coordinates of the slab problem")
    slabs: Annotated[int, Field(ge=1, le=49)] = Field(5, description="how many of them are slab features")
    many_slabs: list[Annotated[int, Field(ge=1, le=499)]] = Field(min_length=2, description="the same, varied")
    n_train: Annotated[int, Field(ge=100, le=1_000_000)] = Field(description="training points of the slab problem")
    epochs: Count = Field(description="passes over them")
    sets: Seeds = Field(description="training sets of the slab problem")
    members: Annotated[int, Field(ge=2, le=50)] = Field(description="networks on each, and members of its ensemble")
    epsilon: Annotated[float, Field(gt=0, le=1)] = Field(
        0.08, description="attack of adversarial training, per coordinate"
    )
    pixels_train: Annotated[int, Field(ge=64, le=1297)] = Field(300, description="digits of the scrambling experiment")
    pixels_epochs: Count = Field(description="passes over them")
    seeds: Seeds = Field(description="networks of the scrambling experiment, and draws of the kernels' points")

    @property
    def slab_problem(self) -> dict[str, Any]:
        """Keyword arguments that the slab experiments share."""
        return dict(d=self.dimension, n_train=self.n_train, epochs=self.epochs, seed=self.seed)


class Width(Chapter):
    """Chapter 05: what width and scale decide."""

    chapter: ClassVar[str] = "05"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(features=[50, 200, 1000], extras=[0, 4], seeds=2, units=100, steps=300, directions=400)
        | dict(board=60, board_train=80, widths=[100, 1000], trials=40),
        "book": dict(features=[50, 150, 500, 1500, 5000], extras=[0, 2, 4, 8, 12], seeds=5, units=300, steps=8000)
        | dict(board=60, board_train=250, widths=[100, 1000, 10_000], trials=400, directions=4000),
        "paper": dict(features=[50, 500, 5000, 50_000], extras=[0, 2, 4, 8, 12, 20], seeds=20, units=2000, steps=30_000)
        | dict(board=100, board_train=500, widths=[100, 1000, 10_000, 100_000], trials=5000, directions=20_000),
    }

    board: Annotated[int, Field(ge=10, le=1000)] = Field(description="points of the task in the plane")
    board_train: Annotated[int, Field(ge=20, le=5000)] = Field(
        description="training points where idle coordinates are added"
    )
    features: list[Count] = Field(min_length=2, description="numbers of random features")
    extras: list[Annotated[int, Field(ge=0, le=200)]] = Field(min_length=2, description="numbers of idle coordinates")
    units: Count = Field(description="units of the networks with both layers trained")
    steps: Annotated[int, Field(ge=100, le=1_000_000)] = Field(description="steps of their training")
    directions: Annotated[int, Field(ge=50, le=100_000)] = Field(description="directions of the linear program's grid")
    seeds: Seeds = Field(description="repetitions of everything but double descent")
    alphas: list[Rate] = Field([4.0, 8.0, 16.0, 32.0, 64.0], min_length=3, description="output scales")
    widths: list[Count] = Field(min_length=2, description="widths whose convergence is compared")
    samples: Annotated[int, Field(ge=20, le=1000)] = Field(40, description="samples n of double descent")
    noise: Annotated[float, Field(ge=0, le=10)] = Field(0.25, description="variance σ² of its noise")
    trials: Annotated[int, Field(ge=10, le=100_000)] = Field(description="trials of double descent, for each size")

    @property
    def repeated(self) -> dict[str, Any]:
        """Keyword arguments of every repeated experiment."""
        return dict(seeds=self.seeds, seed=self.seed)


class Landscapes(Chapter):
    """Chapter 06: what gradient descent can reach."""

    chapter: ClassVar[str] = "06"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(starts=3, completion_steps=300, newton_starts=10, students=4, teacher_steps=200, teacher_starts=4)
        | dict(system_steps=60, seeds=2),
        "book": dict(starts=20, completion_steps=2000, newton_starts=100, students=8, teacher_steps=3000)
        | dict(teacher_starts=100, system_steps=1500, seeds=10),
        "paper": dict(starts=100, completion_steps=20_000, newton_starts=1000, students=16, teacher_steps=20_000)
        | dict(teacher_starts=500, system_steps=20_000, seeds=50),
    }

    lr: Annotated[float, Field(gt=0, le=0.5)] = Field(0.1, description="step size near the saddle")
    size: Annotated[int, Field(ge=4, le=500)] = Field(40, description="rows and columns of the matrix to complete")
    observed: Share = Field(0.5, description="share of its entries that are seen")
    starts: Seeds = Field(description="random starts of matrix completion")
    completion_steps: Annotated[int, Field(ge=100, le=1_000_000)] = Field(description="steps of each")
    newton_starts: Count = Field(description="starts of the search for critical points")
    students: Annotated[int, Field(ge=2, le=64)] = Field(description="neurons of teacher and student")
    teacher_steps: Count = Field(description="steps of each student")
    teacher_starts: Seeds = Field(description="random students for each objective")
    system_steps: Count = Field(description="steps of system identification")
    seeds: Seeds = Field(description="linear systems, and dead networks")


CHAPTERS = (InductiveBias, Frequency, ImplicitRegularization, Simplicity, Width, Landscapes)
