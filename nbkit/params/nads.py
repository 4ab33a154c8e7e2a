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
            dense_networks=4,
            points=2,
            vgg_width=1,
            width=1,
            growth=2,
            step_networks=4,
            indices=[0, 30],
            n_train=128,
            n_test=128,
            epochs=1,
            batch=64,
            seeds=2,
            thin_indices=[0, 100],
            thin_sigma=0.5,
            thin_train=64,
            thin_epochs=1,
            thin_batch=32,
            wide_widths=[2, 4],
            wide_networks=40,
        ),
        "book": dict(
            logreg_networks=10_000,
            lenet_networks=1000,
            deep_networks=180,
            dense_networks=60,
            points=32,
            vgg_width=8,
            width=4,
            growth=4,
            step_networks=80,
            indices=[0, 3, 10, 25, 60, 400],
            n_train=2500,
            n_test=1000,
            epochs=6,
            batch=64,
            seeds=3,
            thin_indices=[0, 10, 30, 100, 600],
            thin_sigma=0.5,
            thin_train=400,
            thin_epochs=5,
            thin_batch=32,
            wide_widths=[1, 4, 16],
            wide_networks=2400,
        ),
        "paper": dict(
            logreg_networks=10_000,
            lenet_networks=10_000,
            deep_networks=10_000,
            dense_networks=10_000,
            points=32,
            vgg_width=64,
            width=64,
            growth=32,
            step_networks=10_000,
            indices=[0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
            n_train=10_000,
            n_test=10_000,
            epochs=20,
            batch=128,
            seeds=3,
            thin_indices=[0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
            thin_sigma=3.0,
            thin_train=10_000,
            thin_epochs=20,
            thin_batch=128,
            wide_widths=[1, 4, 16, 64, 256],
            wide_networks=10_000,
        ),
    }

    logreg_networks: Annotated[int, Field(gt=1024, le=1_000_000)] = Field(
        description="logistic regressions in each of three groups"
    )
    lenet_networks: Networks = Field(description="untrained LeNets")
    deep_networks: Networks = Field(description="untrained VGG-11s, and as many ResNet-18s")
    dense_networks: Networks = Field(description="untrained DenseNet-121s")
    points: Count = Field(description="points over which LeNet's and the ResNet's output is averaged")
    vgg_width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the VGG-11 (64 is the real one)")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18 (64 is the real one)")
    growth: Annotated[int, Field(ge=1, le=32)] = Field(description="growth of the DenseNet-121 (32 is the real one)")
    step_networks: Networks = Field(description="networks for the slopes of step 100; half as many for other steps")
    indices: list[Index] = Field(min_length=2, description="indices i of the directions u_i LeNet is trained on")
    sigma: Positive = Field(3.0, description="standard deviation of the noise")
    n_train: Count = Field(description="training samples of each LeNet")
    n_test: Count = Field(description="test samples of each network")
    epochs: Count = Field(description="passes over the training samples")
    batch: Count = Field(description="samples per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks per direction")
    thin_indices: list[Index] = Field(min_length=2, description="indices of the directions the ResNet is trained on")
    thin_sigma: Positive = Field(description="noise of the ResNet's problem")
    thin_train: Count = Field(description="training samples of each ResNet")
    thin_epochs: Count = Field(description="passes of each ResNet")
    thin_batch: Count = Field(description="samples per step of each ResNet")
    wide_widths: list[Annotated[int, Field(ge=1, le=1024)]] = Field(
        min_length=2, description="channels of the networks compared with infinite width, rising"
    )
    wide_networks: Networks = Field(description="networks of each of these widths")

    def training(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy` for an architecture; the ResNet has a problem of its own."""
        names = ("n_test", "seeds", "seed", "device")
        own = ("thin_sigma", "thin_train", "thin_epochs", "thin_batch")
        fields = own if net == "resnet18" else ("sigma", "n_train", "epochs", "batch")
        problem = dict(zip(("sigma", "n_train", "epochs", "batch"), (getattr(self, name) for name in fields)))
        return {name: getattr(self, name) for name in names} | problem | {"options": self.options(net)}

    def gradients(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `nads.covariance` for an architecture.

        The deeper a network, the more its gradient depends on the point, VGG-11 with its max-pooling most of all: it
        gets more points; the DenseNet needs few.
        """
        sizes = {
            "lenet": dict(networks=self.lenet_networks, points=self.points),
            "vgg11": dict(networks=self.deep_networks, points=8 * self.points),
            "resnet18": dict(networks=self.deep_networks, points=self.points),
            "densenet121": dict(networks=self.dense_networks, points=max(1, self.points // 2)),
        }
        return sizes[net] | dict(seed=self.seed, device=self.device, options=self.options(net))

    def options(self, net: str) -> dict[str, int]:
        """How thin an architecture is."""
        thin = {"vgg11": {"width": self.vgg_width}, "resnet18": {"width": self.width}}
        return (thin | {"densenet121": {"growth": self.growth}}).get(net, {})


class NaturalImages(Chapter):
    """Chapter 09: real images turned round in the basis of NADs, and carriers planted along them."""

    chapter: ClassVar[str] = "09"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(networks=8, points=2, width=1, n_train=200, epochs=1, thin_epochs=1, seeds=2, indices=[0, 500]),
        "book": dict(networks=1200, points=8, width=4, epochs=8, thin_epochs=3, seeds=3, indices=[0, 30, 500]),
        "paper": dict(
            data="cifar10",
            networks=10_000,
            points=32,
            width=64,
            epochs=50,
            thin_epochs=50,
            batch=128,
            seeds=3,
            indices=[0, 1, 3, 10, 30, 60, 100, 200, 400, 600, 800],
            epsilon=0.05,
        ),
    }

    data: Literal["digits", "cifar10", "cifar10-subset", "cifar10-jpeg"] = Field("digits", description="the images")
    networks: Networks = Field(description="untrained networks the directions are found from")
    points: Count = Field(description="points over which their output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18 (64 is the real one)")
    n_train: Count = Field(50_000, description="training images, at most")
    epochs: Count = Field(description="passes of each LeNet")
    thin_epochs: Count = Field(description="passes of each deeper network")
    batch: Count = Field(64, description="images per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks of each kind")
    indices: list[Annotated[int, Field(ge=0, le=1000)]] = Field(
        min_length=2, description="indices of the carriers, rising"
    )
    epsilon: Annotated[float, Field(gt=0, le=32)] = Field(
        0.2, description="size of a carrier in pixel units, 0 to 1 a pixel"
    )

    def training(self, net: str) -> dict[str, Any]:
        """Keyword arguments of the experiments of `natural_images` for an architecture."""
        names = ("data", "n_train", "batch", "seeds", "seed", "device")
        common = {name: getattr(self, name) for name in names}
        if net == "lenet":
            return common | dict(epochs=self.epochs, lr=0.05)
        return common | dict(epochs=self.thin_epochs, options=self._options(net))

    def gradients(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `nads.covariance` for an architecture."""
        sizes = dict(networks=self.networks, points=self.points, seed=self.seed, device=self.device)
        return sizes | {"options": self._options(net)}

    def _options(self, net: str) -> dict[str, int]:
        return {"resnet18": {"width": self.width}, "densenet121": {"growth": max(1, self.width // 2)}}.get(net, {})


class NewerArchitectures(Chapter):
    """Chapter 10: NADs of architectures the paper does not treat, and of variants of the ResNet."""

    chapter: ClassVar[str] = "10"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(
            networks=8,
            points=2,
            width=1,
            patch_width=8,
            patch_depth=1,
            n_train=32,
            n_test=32,
            epochs=1,
            seeds=2,
        ),
        "book": dict(
            networks=72,
            points=16,
            width=4,
            patch_width=32,
            patch_depth=2,
            n_train=224,
            n_test=300,
            epochs=4,
            seeds=3,
        ),
        "paper": dict(
            networks=10_000,
            points=32,
            width=64,
            patch_width=128,
            patch_depth=4,
            n_train=10_000,
            n_test=10_000,
            epochs=20,
            seeds=3,
        ),
    }

    networks: Networks = Field(description="untrained networks of each architecture")
    points: Count = Field(description="points over which the output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = Field(description="base width of the ResNet-18s (64 is the real one)")
    patch_width: Annotated[int, Field(ge=8, le=512, multiple_of=8)] = Field(
        description="channels of the Mixer and the ViT and in the last stage of the ConvNeXt, a multiple of 8"
    )
    patch_depth: Annotated[int, Field(ge=1, le=24)] = Field(description="blocks of the Mixer and the ViT")
    n_train: Count = Field(description="training samples of each network")
    n_test: Count = Field(description="test samples of each network")
    epochs: Count = Field(description="passes over the training samples")
    seeds: Annotated[int, Field(ge=2, le=100)] = Field(description="trained networks per direction")
    sigma: Positive = Field(1.0, description="standard deviation of the noise")

    @property
    def problem(self) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy`."""
        names = ("sigma", "n_train", "n_test", "epochs", "seeds", "seed", "device")
        return {name: getattr(self, name) for name in names} | {"batch": 16}

    @property
    def sampling(self) -> dict[str, Any]:
        """Keyword arguments of `nads.covariance`: four groups of networks."""
        return dict(networks=self.networks, points=self.points, groups=4, seed=self.seed, device=self.device)

    def network(self, name: str) -> dict[str, Any]:
        """Which network a name of this chapter stands for: `net` and `options`, for `nads` and `directions` alike."""
        width, depth = self.patch_width, self.patch_depth
        patches = {
            "mlp": {},
            "mixer": dict(width=width, depth=depth),
            "vit": dict(width=width, depth=depth, heads=4),
            "convnext": dict(widths=(width // 4, width // 2, width), depth=1),
        }
        changed = {
            "blurred": {"blur": True},
            "circular": {"padding": "circular"},
            "kaiming": {"init": "kaiming"},
            "orthogonal": {"init": "orthogonal"},
        }
        if name in patches:
            return {"net": name, "options": patches[name]}
        return {"net": "resnet18", "options": {"width": self.width, **changed.get(name, {})}}


CHAPTERS = (AnisotropyDirections, NaturalImages, NewerArchitectures)
