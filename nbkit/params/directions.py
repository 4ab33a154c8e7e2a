"""Part II, neural anisotropy directions: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nbkit.params import Chapter

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Positive = Annotated[float, Field(gt=0, le=100)]
Frequency = Annotated[int, Field(ge=0, le=16)]


class DirectionalBias(Chapter):
    """Chapter 07: accuracy on D(v), direction by direction. 32×32 images, frequencies in cycles per image."""

    chapter: ClassVar[str] = "07"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            n_train=256,
            n_test=256,
            epochs=1,
            batch=64,
            seeds=2,
            frequencies=[0, 8],
            random_directions=2,
            linear_train=256,
            pool_train=128,
            pool_epochs=1,
            thin_width=1,
            thin_sigma=0.5,
            thin_train=64,
            thin_epochs=1,
            thin_seeds=2,
            sigmas=[0.5, 3.0],
            speed_train=64,
            speed_iterations=10,
        ),
        "book": dict(
            n_train=3000,
            n_test=1200,
            epochs=5,
            batch=64,
            seeds=3,
            frequencies=[0, 4, 8, 12],
            random_directions=3,
            linear_train=3000,
            pool_train=1700,
            pool_epochs=4,
            thin_width=4,
            thin_sigma=0.5,
            thin_train=600,
            thin_epochs=4,
            thin_seeds=3,
            sigmas=[1.0, 2.0, 3.0],
            speed_train=1000,
            speed_iterations=100,
        ),
        "paper": dict(
            n_train=10000,
            n_test=10000,
            epochs=20,
            batch=128,
            seeds=3,
            frequencies=list(range(0, 17, 2)),
            random_directions=64,
            linear_train=10000,
            pool_train=10000,
            pool_epochs=20,
            thin_width=64,
            thin_sigma=3.0,
            thin_train=10000,
            thin_epochs=20,
            thin_seeds=3,
            sigmas=[0.5, 1.0, 2.0, 3.0],
            speed_train=10000,
            speed_iterations=4000,
        ),
    }

    sigma: Positive = Field(3.0, description="standard deviation of the noise")
    epsilon: Positive = Field(1.0, description="distance of the class means from 0")
    margin: Literal["text", "code"] = Field("text", description="class means at ±ε v (text) or ±ε/2 v (code)")
    n_train: Count = Field(description="training samples of each network")
    n_test: Count = Field(description="test samples of each network")
    epochs: Count = Field(description="passes over the training samples")
    batch: Count = Field(description="samples per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="networks per direction")
    frequencies: list[Frequency] = Field(min_length=2, description="frequencies of the map, on both axes")
    linear_train: Count = Field(description="training samples of each logistic regression")
    random_directions: Annotated[int, Field(ge=2, le=1024)] = Field(description="random orthonormal directions")
    sigmas: list[Positive] = Field(min_length=2, max_length=12, description="noise levels of the slider")
    pool_sigma: Positive = Field(1.0, description="noise where LeNet is trained with and without pooling")
    pool_train: Count = Field(description="training samples of each LeNet with and without pooling")
    pool_epochs: Count = Field(description="passes of each LeNet with and without pooling")
    thin_width: Annotated[int, Field(ge=1, le=64)] = Field(
        description="base width of the ResNet-18 (64 is the real one)"
    )
    thin_train: Count = Field(description="training samples of each ResNet")
    thin_epochs: Count = Field(description="passes of each ResNet")
    thin_seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="ResNets per direction")
    thin_sigma: Positive = Field(description="noise of the thin ResNet's smaller problem")
    speed_sigma: Positive = Field(0.5, description="noise where only the speed of learning is measured")
    speed_loss: Positive = Field(0.05, description="training loss that counts as learned")
    speed_train: Count = Field(description="training samples of each ResNet where only speed is measured")
    speed_iterations: Count = Field(description="steps after which learning is given up")

    @property
    def problem(self) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy` for the main maps."""
        names = ("sigma", "epsilon", "margin", "n_train", "n_test", "epochs", "batch", "seeds", "seed", "device")
        return {name: getattr(self, name) for name in names}

    @property
    def linear(self) -> dict[str, Any]:
        """Logistic regression's own sample: cheap enough for the paper's size, and useless below the dimension,
        1024."""
        return self.problem | {"n_train": self.linear_train, "epochs": 20}

    @property
    def pooling(self) -> dict[str, Any]:
        """The problem on which LeNet is trained with and without pooling: its noise is weaker, as networks without
        pooling have twenty times the weights."""
        return self.problem | {"sigma": self.pool_sigma, "n_train": self.pool_train, "epochs": self.pool_epochs}

    @property
    def thin(self) -> dict[str, Any]:
        """The thin ResNet's smaller problem: fewer samples, less noise, smaller batches."""
        smaller = dict(
            sigma=self.thin_sigma, n_train=self.thin_train, epochs=self.thin_epochs, seeds=self.thin_seeds, batch=32
        )
        return self.problem | smaller | {"options": {"width": self.thin_width}}

    @property
    def speed(self) -> dict[str, dict[str, Any]]:
        """Keyword arguments of `directions.accuracy` for each network where only the speed of learning counts."""
        long_enough = lambda n: -(-self.speed_iterations // -(-n // self.batch))
        stop = {"sigma": self.speed_sigma, "stop_below": self.speed_loss}
        thin = {"n_train": self.speed_train, "batch": self.batch, "epochs": long_enough(self.speed_train)}
        return {
            "lenet": self.problem | stop | {"epochs": long_enough(self.n_train)},
            "resnet18": self.thin | stop | thin,
        }


CHAPTERS = (DirectionalBias,)
