"""Part II, neural anisotropy directions: parameters of chapters 08 to 10."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nbkit.params import Chapter
from nbkit.params.directions import Count, Positive

Index = Annotated[int, Field(ge=0, le=1023)]
Networks = Annotated[int, Field(ge=4, le=1_000_000)]


class AnisotropyDirections(Chapter):
    """Chapter 08: the NADs of five architectures, what they predict, and how they are estimated."""

    chapter: ClassVar[str] = "08"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            logreg_networks=1100,
            lenet_networks=16,
            deep_networks=4,
            points=2,
            width=1,
            growth=2,
            step_networks=4,
            indices=[0, 30],
            n_train=128,
            n_test=128,
            epochs=1,
            seeds=2,
            thin_indices=[0, 100],
            thin_train=64,
            thin_epochs=1,
            wide_widths=[2, 4],
            wide_networks=40,
        ),
        "book": dict(
            logreg_networks=10_000,
            lenet_networks=1000,
            deep_networks=80,
            points=32,
            width=8,
            growth=8,
            step_networks=80,
            indices=[0, 10, 50, 200, 500, 900],
            n_train=4000,
            n_test=2000,
            epochs=6,
            seeds=2,
            thin_indices=[0, 3, 10, 30, 100],
            thin_train=600,
            thin_epochs=5,
            wide_widths=[1, 4, 16],
            wide_networks=1200,
        ),
        "paper": dict(
            logreg_networks=10_000,
            lenet_networks=10_000,
            deep_networks=10_000,
            points=32,
            width=64,
            growth=32,
            step_networks=10_000,
            indices=[0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
            n_train=10_000,
            n_test=10_000,
            epochs=20,
            seeds=3,
            thin_indices=[0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
            thin_train=10_000,
            thin_epochs=20,
            wide_widths=[1, 4, 16, 64, 256],
            wide_networks=10_000,
        ),
    }

    logreg_networks: Annotated[int, Field(gt=1024, le=1_000_000)] = Field(
        description="logistic regressions in each of three groups"
    )
    lenet_networks: Networks = Field(description="untrained LeNets")
    deep_networks: Networks = Field(description="untrained networks of each deeper architecture")
    points: Count = Field(description="points over which LeNet's output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18 (64 is the real one)")
    growth: Annotated[int, Field(ge=1, le=32)] = Field(description="growth of the DenseNet-121 (32 is the real one)")
    step_networks: Networks = Field(description="networks for the slopes of step 100")
    indices: list[Index] = Field(min_length=2, description="indices i of the directions u_i LeNet is trained on")
    sigma: Positive = Field(3.0, description="standard deviation of the noise")
    n_train: Count = Field(description="training samples of each LeNet")
    n_test: Count = Field(description="test samples of each network")
    epochs: Count = Field(description="passes over the training samples")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks per direction")
    thin_indices: list[Index] = Field(min_length=2, description="indices of the directions the ResNet is trained on")
    thin_train: Count = Field(description="training samples of each ResNet")
    thin_epochs: Count = Field(description="passes of each ResNet")
    thin_sigma: Positive = Field(1.0, description="noise of the ResNet's smaller problem")
    wide_widths: list[Annotated[int, Field(ge=1, le=1024)]] = Field(
        min_length=2, description="channels of the networks compared with infinite width, rising"
    )
    wide_networks: Networks = Field(description="networks of each of these widths")

    @property
    def problem(self) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy` for LeNet."""
        names = ("sigma", "n_train", "n_test", "epochs", "seeds", "seed", "device")
        return {name: getattr(self, name) for name in names} | {"batch": 64}

    @property
    def thin(self) -> dict[str, Any]:
        """The ResNet's smaller problem, as in chapter 07."""
        smaller = dict(sigma=self.thin_sigma, n_train=self.thin_train, epochs=self.thin_epochs, batch=32)
        return self.problem | smaller | {"options": {"width": self.width}}

    def gradients(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `nads.covariance` for an architecture: two groups of networks."""
        common = dict(seed=self.seed, device=self.device)
        sizes = {
            "lenet": dict(networks=self.lenet_networks, points=self.points),
            "vgg11": dict(networks=self.deep_networks, points=4),
            "resnet18": dict(networks=3 * self.deep_networks, points=8, options={"width": self.width}),
            "densenet121": dict(networks=self.deep_networks, points=4, options={"growth": self.growth}),
        }
        return common | sizes[net]


class NaturalImages(Chapter):
    """Chapter 09: real images turned round in the basis of NADs, and carriers planted along them."""

    chapter: ClassVar[str] = "09"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            data="digits",
            networks=8,
            points=2,
            width=1,
            epochs=1,
            thin_epochs=1,
            seeds=2,
            indices=[0, 500],
            epsilon=0.5,
        ),
        "book": dict(
            data="digits",
            networks=300,
            points=16,
            width=8,
            epochs=8,
            thin_epochs=3,
            seeds=2,
            indices=[0, 30, 500],
            epsilon=0.5,
        ),
        "paper": dict(
            data="cifar10",
            networks=10_000,
            points=32,
            width=64,
            epochs=50,
            thin_epochs=50,
            seeds=3,
            indices=[0, 1, 3, 10, 30, 60, 100, 200, 400, 600, 800],
            epsilon=0.05,
        ),
    }

    data: Literal["digits", "cifar10", "cifar10-subset", "cifar10-jpeg"] = Field(description="the images")
    networks: Networks = Field(description="untrained networks the directions are found from")
    points: Count = Field(description="points over which their output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18 (64 is the real one)")
    epochs: Count = Field(description="passes of each LeNet")
    thin_epochs: Count = Field(description="passes of each ResNet")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks of each kind")
    indices: list[Annotated[int, Field(ge=0, le=1000)]] = Field(
        min_length=2, description="indices of the carriers, rising"
    )
    epsilon: Annotated[float, Field(gt=0, le=32)] = Field(
        description="size of a carrier in pixel units, 0 to 1 a pixel"
    )

    def training(self, net: str) -> dict[str, Any]:
        """Keyword arguments of the experiments of `natural_images` for LeNet or the ResNet."""
        common = dict(data=self.data, seeds=self.seeds, seed=self.seed, device=self.device)
        if net == "lenet":
            return common | dict(epochs=self.epochs, lr=0.05, batch=64)
        return common | dict(epochs=self.thin_epochs, batch=64, options={"width": self.width})

    def gradients(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `nads.covariance` for LeNet or the ResNet."""
        options = {} if net == "lenet" else {"options": {"width": self.width}}
        return options | dict(networks=self.networks, points=self.points, seed=self.seed, device=self.device)


Variant = Literal[
    "mlp", "mixer", "vit", "convnext", "resnet18", "blurred", "circular", "batch statistics", "kaiming", "orthogonal"
]


class NewerArchitectures(Chapter):
    """Chapter 10: NADs of architectures the paper does not treat, and of variants of the ResNet."""

    chapter: ClassVar[str] = "10"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(networks=8, points=2, width=1, n_train=64, n_test=64, epochs=1, seeds=2),
        "book": dict(networks=200, points=4, width=8, n_train=600, n_test=1000, epochs=5, seeds=2),
        "paper": dict(networks=10_000, points=32, width=64, n_train=10_000, n_test=10_000, epochs=20, seeds=3),
    }

    networks: Networks = Field(description="untrained networks of each architecture")
    points: Count = Field(description="points over which the output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18s (64 is the real one)")
    compare: Annotated[list[Variant], Field(min_length=2, max_length=2)] = Field(
        ["resnet18", "blurred"], description="the two to lay side by side"
    )
    n_train: Count = Field(description="training samples of each ResNet")
    n_test: Count = Field(description="test samples of each ResNet")
    epochs: Count = Field(description="passes over the training samples")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks per direction")
    sigma: Positive = Field(1.0, description="standard deviation of the noise")

    @property
    def problem(self) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy`."""
        names = ("sigma", "n_train", "n_test", "epochs", "seeds", "seed", "device")
        return {name: getattr(self, name) for name in names} | {"batch": 32}

    def gradients(self, variant: str) -> dict[str, Any]:
        """Arguments of `nads.covariance` for an architecture or a variant of the ResNet: four groups of networks."""
        common = dict(networks=self.networks, points=self.points, groups=4, seed=self.seed, device=self.device)
        if variant in ("mlp", "mixer", "vit", "convnext"):
            return common | {"net": variant}
        changed = {
            "resnet18": {},
            "blurred": {"blur": True},
            "circular": {"padding": "circular"},
            "batch statistics": {},
            "kaiming": {"init": "kaiming"},
            "orthogonal": {"init": "orthogonal"},
        }
        mode = "train" if variant == "batch statistics" else "eval"
        return common | {"net": "resnet18", "mode": mode, "options": {"width": self.width} | changed[variant]}


CHAPTERS = (AnisotropyDirections, NaturalImages, NewerArchitectures)
