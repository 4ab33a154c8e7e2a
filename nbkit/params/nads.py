"""Part II, neural anisotropy directions: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nbkit.params import Chapter, sized

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Positive = Annotated[float, Field(gt=0, le=100)]
Frequency = Annotated[int, Field(ge=0, le=16)]
Index = Annotated[int, Field(ge=0, le=1023)]
Networks = Annotated[int, Field(ge=4, le=1_000_000)]


class DirectionalBias(Chapter):
    """Chapter 07: accuracy on D(v), direction by direction. 32×32 images, frequencies in cycles per image."""

    chapter: ClassVar[str] = "07"

    sigma: Positive = Field(3.0, description="standard deviation of the noise")
    epsilon: Positive = Field(1.0, description="distance of the class means from 0")
    margin: Literal["text", "code"] = Field("text", description="class means at ±ε v (text) or ±ε/2 v (code)")
    n_train: Count = sized(256, 3000, 10000, "training samples of each network")
    n_test: Count = sized(256, 1200, 10000, "test samples of each network")
    epochs: Count = sized(1, 5, 20, "passes over the training samples")
    batch: Count = sized(64, 64, 128, "samples per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = sized(2, 3, 3, "networks per direction")
    frequencies: list[Frequency] = sized(
        [0, 8], [0, 4, 8, 12], list(range(0, 17, 2)), "frequencies of the map, on both axes", min_length=2
    )
    linear_train: Count = sized(256, 3000, 10000, "training samples of each logistic regression")
    random_directions: Annotated[int, Field(ge=2, le=1024)] = sized(2, 3, 64, "random orthonormal directions")
    sigmas: list[Positive] = sized(
        [0.5, 3.0], [1.0, 2.0, 3.0], [0.5, 1.0, 2.0, 3.0], "noise levels of the slider", min_length=2, max_length=12
    )
    pool_sigma: Positive = Field(1.0, description="noise where LeNet is trained with and without pooling")
    pool_train: Count = sized(128, 1700, 10000, "training samples of each LeNet with and without pooling")
    pool_epochs: Count = sized(1, 4, 20, "passes of each LeNet with and without pooling")
    thin_width: Annotated[int, Field(ge=1, le=64)] = sized(1, 4, 64, "base width of the ResNet-18 (64 is the real one)")
    thin_train: Count = sized(64, 600, 10000, "training samples of each ResNet")
    thin_epochs: Count = sized(1, 4, 20, "passes of each ResNet")
    thin_seeds: Annotated[int, Field(ge=2, le=100)] = sized(2, 3, 3, "ResNets per direction")
    thin_sigma: Positive = sized(0.5, 0.5, 3.0, "noise of the thin ResNet's smaller problem")
    speed_sigma: Positive = Field(0.5, description="noise where only the speed of learning is measured")
    speed_loss: Positive = Field(0.05, description="training loss that counts as learned")
    speed_train: Count = sized(64, 1000, 10000, "training samples of each ResNet where only speed is measured")
    speed_iterations: Count = sized(10, 100, 4000, "steps after which learning is given up")

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
    def circular(self) -> dict[str, Any]:
        """The same for a thin ResNet whose images wrap around at the border."""
        return self.thin | {"options": {"width": self.thin_width, "padding": "circular"}}

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


class AnisotropyDirections(Chapter):
    """Chapter 08: the NADs of five architectures, what they predict, and how they are estimated."""

    chapter: ClassVar[str] = "08"

    logreg_networks: Annotated[int, Field(gt=1024, le=1_000_000)] = sized(
        1100, 10_000, 10_000, "logistic regressions in each of three groups"
    )
    lenet_networks: Networks = sized(16, 1000, 10_000, "untrained LeNets")
    deep_networks: Networks = sized(4, 180, 10_000, "untrained VGG-11s, and as many ResNet-18s")
    dense_networks: Networks = sized(4, 60, 10_000, "untrained DenseNet-121s")
    points: Count = sized(2, 32, 32, "points over which LeNet's and the ResNet's output is averaged")
    vgg_width: Annotated[int, Field(ge=1, le=64)] = sized(1, 8, 64, "base width of the VGG-11 (64 is the real one)")
    width: Annotated[int, Field(ge=1, le=64)] = sized(1, 4, 64, "base width of the ResNet-18 (64 is the real one)")
    growth: Annotated[int, Field(ge=1, le=32)] = sized(2, 4, 32, "growth of the DenseNet-121 (32 is the real one)")
    step_networks: Networks = sized(4, 80, 10_000, "networks for the slopes of step 100; half as many for other steps")
    indices: list[Index] = sized(
        [0, 30],
        [0, 3, 10, 25, 60, 400],
        [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
        "indices i of the directions u_i LeNet is trained on",
        min_length=2,
    )
    sigma: Positive = Field(3.0, description="standard deviation of the noise")
    n_train: Count = sized(128, 2400, 10_000, "training samples of each LeNet")
    n_test: Count = sized(128, 1000, 10_000, "test samples of each network")
    epochs: Count = sized(1, 6, 20, "passes over the training samples")
    batch: Count = sized(64, 64, 128, "samples per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = sized(2, 3, 3, "trained networks per direction")
    modes: Annotated[int, Field(ge=3, le=130)] = sized(4, 9, 64, "random Fourier modes, each with 2 trained networks")
    thin_indices: list[Index] = sized(
        [0, 100],
        [0, 10, 30, 100, 600],
        [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 511, 610, 800, 987],
        "indices of the directions the ResNet is trained on",
        min_length=2,
    )
    thin_sigma: Positive = sized(0.5, 0.5, 3.0, "noise of the ResNet's problem")
    thin_train: Count = sized(64, 380, 10_000, "training samples of each ResNet")
    thin_epochs: Count = sized(1, 5, 20, "passes of each ResNet")
    thin_batch: Count = sized(32, 32, 128, "samples per step of each ResNet")
    wide_widths: list[Annotated[int, Field(ge=1, le=1024)]] = sized(
        [2, 4],
        [1, 4, 16],
        [1, 4, 16, 64, 256],
        "channels of the networks compared with infinite width, rising",
        min_length=2,
    )
    wide_networks: Networks = sized(40, 2400, 10_000, "networks of each of these widths")

    def training(self, net: str) -> dict[str, Any]:
        """Keyword arguments of `directions.accuracy` for an architecture; the ResNet has a problem of its own."""
        names = ("n_test", "seeds", "seed", "device")
        own = ("thin_sigma", "thin_train", "thin_epochs", "thin_batch")
        fields = own if net == "resnet18" else ("sigma", "n_train", "epochs", "batch")
        problem = dict(zip(("sigma", "n_train", "epochs", "batch"), (getattr(self, name) for name in fields)))
        return {name: getattr(self, name) for name in names} | problem | {"options": self.options(net)}

    def fresh(self, net: str) -> dict[str, Any]:
        """The same as `gradients` for half as many other networks, at other points."""
        usual = self.gradients(net)
        return usual | dict(networks=usual["networks"] // 2, seed=self.seed + 100_000)

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

    data: Literal["digits", "cifar10", "cifar10-subset", "cifar10-jpeg"] = sized(
        "digits", "digits", "cifar10", "the images"
    )
    networks: Networks = sized(8, 1200, 10_000, "untrained networks the directions are found from")
    points: Count = sized(2, 8, 32, "points over which their output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = sized(1, 4, 64, "base width of the ResNet-18 (64 is the real one)")
    n_train: Count = sized(200, 50_000, 50_000, "training images, at most")
    epochs: Count = sized(1, 8, 50, "passes of each LeNet")
    thin_epochs: Count = sized(1, 3, 50, "passes of each deeper network")
    batch: Count = sized(64, 64, 128, "images per step")
    seeds: Annotated[int, Field(ge=2, le=100)] = sized(2, 3, 3, "trained networks of each kind")
    indices: list[Annotated[int, Field(ge=0, le=1000)]] = sized(
        [0, 500],
        [0, 30, 500],
        [0, 1, 3, 10, 30, 60, 100, 200, 400, 600, 800],
        "indices of the carriers, rising",
        min_length=2,
    )
    epsilon: Annotated[float, Field(gt=0, le=32)] = sized(
        0.2, 0.2, 0.05, "size of a carrier in pixel units, 0 to 1 a pixel"
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

    networks: Networks = sized(8, 72, 10_000, "untrained networks of each architecture")
    points: Count = sized(2, 16, 32, "points over which the output is averaged")
    width: Annotated[int, Field(ge=1, le=64)] = sized(1, 4, 64, "base width of the ResNet-18s (64 is the real one)")
    patch_width: Annotated[int, Field(ge=8, le=512, multiple_of=8)] = sized(
        8, 32, 128, "channels of the Mixer and the ViT and in the last stage of the ConvNeXt, a multiple of 8"
    )
    patch_depth: Annotated[int, Field(ge=1, le=24)] = sized(1, 2, 4, "blocks of the Mixer and the ViT")
    n_train: Count = sized(32, 224, 10_000, "training samples of each network")
    n_test: Count = sized(32, 300, 10_000, "test samples of each network")
    epochs: Count = sized(1, 4, 20, "passes over the training samples")
    seeds: Annotated[int, Field(ge=2, le=100)] = sized(2, 3, 3, "trained networks per direction")
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


CHAPTERS = (DirectionalBias, AnisotropyDirections, NaturalImages, NewerArchitectures)
