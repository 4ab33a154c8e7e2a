"""Part IV, single directions: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from nbkit.params import Chapter

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=10)]
Width = Annotated[int, Field(ge=1, le=65_536)]
Seeds = Annotated[int, Field(ge=2, le=1000)]


class Ablated(Chapter):
    """What the chapters of this part share. At `book`, an image set other than digits brings its own `sizes`."""

    sizes: ClassVar[dict[str, dict[str, Any]]] = {}

    data: Literal["digits", "mnist", "cifar10", "cifar10-subset", "cifar10-jpeg"] = Field(
        "digits", description="image set; at `book` the sizes follow it"
    )
    seeds: Seeds = Field(description="networks of each kind")

    @model_validator(mode="before")
    @classmethod
    def _fill_from_data(cls, given: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in given.items() if value is not None}
        book = given.get("preset", "book") == "book"
        return {**(cls.sizes.get(str(given.get("data")), {}) if book else {}), **given}

    def pick(self, *names: str, **others: Any) -> dict[str, Any]:
        """These parameters, and those that every experiment takes, as keyword arguments; `others` go in under new
        names.
        """
        return {name: getattr(self, name) for name in ("data", "seeds", "seed", "device", *names)} | others


class Ablation(Ablated):
    """Chapter 16: memorisation and the reliance on single directions."""

    chapter: ClassVar[str] = "16"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(corruption=[0.0, 1.0], widths=[16, 16], n_train=128, epochs=5, seeds=2, orders=2, steps=4)
        | dict(scales=[0.1, 0.5, 3.0], repeats=1, dropout=[0.0, 0.2], dropout_train=128, lr=3e-3)
        | dict(channels=[4, 4], strides=[2, 2], conv_train=128, conv_epochs=2, conv_layers=2)
        | dict(resnet_width=2, resnet_train=64, resnet_epochs=1),
        "book": dict(corruption=[0.0, 0.2, 0.4, 0.6, 0.8, 1.0], widths=[128, 128], n_train=512, epochs=200, seeds=4)
        | dict(orders=10, steps=20, scales=[0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0], repeats=3, lr=3e-3)
        | dict(dropout=[0.0, 0.1, 0.2, 0.3], dropout_train=512)
        | dict(channels=[8, 8, 16, 16], strides=[1, 2, 1, 2], conv_train=512, conv_epochs=50, conv_layers=4)
        | dict(resnet_width=8, resnet_train=256, resnet_epochs=40),
        "paper": dict(corruption=[0.0, 0.2, 0.4, 0.6, 0.8, 1.0], widths=[512, 512], n_train=60000, epochs=400, seeds=3)
        | dict(
            orders=10,
            steps=50,
            scales=[0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0],
            repeats=10,
            lr=1e-3,
            stop_below=1e-4,
            data="mnist",
        )
        | dict(dropout=[0.0, 0.1, 0.2, 0.3], dropout_train=60000)
        | dict(
            channels=[64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512], strides=[1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1]
        )
        | dict(conv_train=50000, conv_epochs=100, conv_layers=3)
        | dict(resnet_width=64, resnet_train=50000, resnet_epochs=100),
    }
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(widths=[512, 512], n_train=3000, epochs=200, seeds=2, repeats=2, lr=1e-3, dropout_train=1000)
        | dict(stop_below=1e-4, conv_train=500, conv_epochs=60, resnet_width=4, resnet_train=200, resnet_epochs=40),
    }

    orders: Annotated[int, Field(ge=2, le=1000)] = Field(description="random orders in which units are ablated")
    steps: Annotated[int, Field(ge=2, le=1000)] = Field(description="points of an ablation curve after the first")
    corruption: list[Share] = Field(min_length=2, description="shares of the training labels that are permuted")
    widths: list[Width] = Field(min_length=1, description="hidden units of the fully connected networks")
    n_train: Count = Field(description="training images of each network of the first experiment")
    epochs: Count = Field(description="most passes over them; a network that fits all labels stops")
    lr: Rate = Field(description="learning rate of Adam")
    stop_below: Rate = Field(0.01, description="a network stops at the first batch whose loss is below")
    scales: list[Rate] = Field(min_length=2, description="noise, in deviations of a unit")
    repeats: Count = Field(description="draws of the noise at each scale")
    dropout: list[Annotated[float, Field(ge=0, lt=1)]] = Field(
        min_length=2, description="shares of units dropped in training"
    )
    dropout_train: Count = Field(description="training images of each network with dropout")
    channels: list[Width] = Field(min_length=1, description="feature maps of each convolution")
    strides: list[Annotated[int, Field(ge=1, le=8)]] = Field(min_length=1, description="stride of each convolution")
    conv_train: Count = Field(description="training images of each convolutional network")
    conv_epochs: Count = Field(description="passes of each convolutional network")
    conv_layers: Count = Field(description="last layers of the convolutional networks that are ablated")
    resnet_width: Width = Field(description="feature maps of the first stage of the ResNet-18")
    resnet_train: Count = Field(description="training images of each ResNet-18")
    resnet_epochs: Count = Field(description="passes of each ResNet-18")

    @model_validator(mode="after")
    def _check(self):
        if len(self.channels) != len(self.strides):
            raise ValueError(
                f"channels and strides must be equally long, not {len(self.channels)} and {len(self.strides)}"
            )
        if 0.0 not in self.corruption or max(self.corruption) < 0.25:
            raise ValueError("corruption must hold 0 and a share of at least 0.25: they are compared")
        if 0.5 not in self.scales:
            raise ValueError("scales must hold 0.5, the noise that is judged")
        if 0.0 not in self.dropout or not {0.1, 0.2, 0.3} & set(self.dropout):
            raise ValueError(
                "dropout must hold 0, the networks without it, and one of 0.1, 0.2 and 0.3, which are judged"
            )
        return self

    @property
    def memorisation(self) -> dict[str, Any]:
        """Keyword arguments of `memorization.by_corruption`."""
        return self.pick(
            "orders", "steps", "corruption", "widths", "n_train", "epochs", "lr", "stop_below", "scales", "repeats"
        )

    @property
    def dropped(self) -> dict[str, Any]:
        """Keyword arguments of `memorization.by_dropout`: all labels corrupted."""
        return self.pick(
            "orders", "steps", "dropout", "widths", "epochs", "lr", n_train=self.dropout_train, corruption=1.0
        )

    @property
    def normalised(self) -> dict[str, Any]:
        """Keyword arguments of `memorization.by_batch_norm`: clean labels."""
        return self.pick(
            "orders",
            "steps",
            "channels",
            "strides",
            layers=self.conv_layers,
            n_train=self.conv_train,
            epochs=self.conv_epochs,
        )

    @property
    def residual(self) -> dict[str, Any]:
        """Keyword arguments of `memorization.residual`: clean labels and the most corrupted ones, two of each."""
        return self.pick("orders", "steps", width=self.resnet_width, n_train=self.resnet_train) | {
            "corruption": [0.0, max(self.corruption)],
            "epochs": self.resnet_epochs,
            "seeds": 2,
        }


class Selectivity(Ablated):
    """Chapter 17: what units say about the class, and whether they are missed."""

    chapter: ClassVar[str] = "17"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(seeds=2, widths=[12, 12], deep_widths=[8, 8, 8], n_train=200, epochs=5, lr=3e-3)
        | dict(channels=[4, 4], strides=[2, 2], conv_train=128, conv_epochs=2, strengths=[0.0, 3.0], penalty_epochs=5),
        "book": dict(seeds=8, widths=[64, 64], deep_widths=[32, 32, 32, 32], n_train=1297, epochs=100, lr=3e-3)
        | dict(channels=[8, 8, 16, 16], strides=[1, 2, 1, 2], conv_train=512, conv_epochs=50)
        | dict(strengths=[0.0, 0.2, 0.4, 0.8, 1.6], penalty_epochs=40),
        "paper": dict(
            data="mnist",
            seeds=4,
            widths=[128, 128],
            deep_widths=[128, 128, 128, 128],
            n_train=60000,
            epochs=100,
            lr=1e-3,
        )
        | dict(
            channels=[64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512], strides=[1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1]
        )
        | dict(conv_train=50000, conv_epochs=100, strengths=[0.0, 0.2, 0.4, 0.8, 1.6], penalty_epochs=40),
    }
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(seeds=4, widths=[128, 128], deep_widths=[64, 64, 64, 64], n_train=10000, epochs=30, lr=1e-3)
        | dict(conv_train=2000, conv_epochs=20, penalty_epochs=20),
    }

    widths: list[Width] = Field(min_length=2, description="hidden units of the fully connected networks")
    deep_widths: list[Width] = Field(
        min_length=3, description="hidden units of the deeper networks, where layers are compared"
    )
    n_train: Count = Field(description="training images of each fully connected network")
    epochs: Count = Field(description="most passes over them")
    lr: Rate = Field(description="learning rate of Adam")
    channels: list[Width] = Field(min_length=1, description="feature maps of each convolution")
    strides: list[Annotated[int, Field(ge=1, le=8)]] = Field(min_length=1, description="stride of each convolution")
    conv_train: Count = Field(description="training images of each convolutional network")
    conv_epochs: Count = Field(description="passes of each convolutional network")
    strengths: list[Annotated[float, Field(ge=0, le=1000)]] = Field(
        min_length=2, description="strengths of the penalty on selectivity, rising from 0"
    )
    penalty_epochs: Count = Field(description="passes of the networks with a penalty")

    @model_validator(mode="after")
    def _check(self):
        if len(self.channels) != len(self.strides):
            raise ValueError(
                f"channels and strides must be equally long, not {len(self.channels)} and {len(self.strides)}"
            )
        if self.strengths[0] != 0 or sorted(self.strengths) != self.strengths:
            raise ValueError("strengths must rise from 0, the networks without a penalty")
        return self

    @property
    def wide(self) -> dict[str, Any]:
        """Keyword arguments of `importance.fully_connected` for the main networks."""
        return self.pick("widths", "n_train", "epochs", "lr")

    @property
    def deep(self) -> dict[str, Any]:
        """The same for the deeper networks."""
        return self.wide | {"widths": self.deep_widths}

    @property
    def convolutional(self) -> dict[str, Any]:
        """Keyword arguments of `importance.convolutional`: four seeds of each kind at most, as in the paper."""
        return self.pick("channels", "strides", n_train=self.conv_train, epochs=self.conv_epochs) | {
            "seeds": min(4, self.seeds)
        }

    @property
    def regularised(self) -> dict[str, Any]:
        """Keyword arguments of `importance.regularised`."""
        return self.pick("strengths", "widths", "n_train", "lr", epochs=self.penalty_epochs)


class ModelSelection(Ablated):
    """Chapter 18: reliance on single directions as a signal for choosing networks."""

    chapter: ClassVar[str] = "18"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": dict(widths=[16, 16], orders=2, steps=4, seeds=2, networks=10, clean_train=64, clean_epochs=5)
        | dict(n_train=128, epochs=6, every=2, lr=3e-3, strengths=[0.0, 1.0], rates=[1e-3, 1e-2], decays=[0.0])
        | dict(batches=[64], dropouts=[0.0, 0.3], grid_seeds=1, grid_epochs=3, top=2),
        "book": dict(widths=[128, 128], orders=10, steps=12, seeds=5, networks=40, clean_train=256, clean_epochs=100)
        | dict(n_train=512, epochs=80, every=4, lr=3e-3, strengths=[0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
        | dict(rates=[3e-4, 1e-3, 3e-3], decays=[0.0, 3e-3], batches=[32, 128], dropouts=[0.0, 0.3])
        | dict(grid_seeds=2, grid_epochs=30, top=5),
        "paper": dict(
            data="mnist",
            widths=[2048, 2048],
            orders=10,
            steps=20,
            seeds=5,
            networks=200,
            clean_train=60000,
            clean_epochs=50,
        )
        | dict(n_train=60000, epochs=100, every=2, lr=1e-3, strengths=[0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
        | dict(
            rates=[1e-4, 3e-4, 1e-3, 3e-3], decays=[0.0, 1e-4, 1e-3], batches=[32, 128], dropouts=[0.0, 0.1, 0.3, 0.5]
        )
        | dict(grid_seeds=2, grid_epochs=50, top=5),
    }
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(widths=[256, 256], clean_train=1000, clean_epochs=30, n_train=4000, epochs=30, every=3, lr=1e-3)
        | dict(seeds=3, networks=20, grid_epochs=8),
    }

    orders: Annotated[int, Field(ge=2, le=1000)] = Field(description="random orders in which units are ablated")
    steps: Annotated[int, Field(ge=2, le=1000)] = Field(description="points of an ablation curve after the first")
    widths: list[Width] = Field(min_length=1, description="hidden units of all networks")
    networks: Annotated[int, Field(ge=10, le=10_000)] = Field(description="networks that differ only in their seed")
    clean_train: Count = Field(description="their training images")
    clean_epochs: Count = Field(description="most passes over them")
    corruption: Share = Field(0.25, description="share of corrupted labels where memorisation sets in during training")
    n_train: Count = Field(description="training images of all other networks")
    epochs: Count = Field(description="passes of the networks that are followed, and of those with a penalty")
    every: Count = Field(description="epochs between two looks at a network in training")
    lr: Rate = Field(description="learning rate of Adam, but for the grid")
    rates: list[Rate] = Field(min_length=1, description="grid: learning rates")
    decays: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1, description="grid: weight decays")
    batches: list[Count] = Field(min_length=1, description="grid: sizes of a batch")
    dropouts: list[Annotated[float, Field(ge=0, lt=1)]] = Field(min_length=1, description="grid: dropout")
    grid_seeds: Count = Field(description="grid: networks of each setting")
    grid_epochs: Count = Field(description="grid: passes of each network")
    top: Count = Field(description="how many of the best are compared")
    strengths: list[Annotated[float, Field(ge=0, le=1000)]] = Field(
        min_length=2, description="strengths of the penalty on reliance, rising from 0"
    )
    strength: Annotated[float, Field(gt=0, le=1000)] = Field(1.0, description="the one of them that is judged")

    @model_validator(mode="after")
    def _check(self):
        if self.strengths[0] != 0 or sorted(self.strengths) != self.strengths or self.strength not in self.strengths:
            raise ValueError("strengths must rise from 0, the networks without a penalty, and hold `strength`")
        if 2 * self.top > self.networks:
            raise ValueError(f"top = {self.top} best and as many worst must fit among {self.networks} networks")
        return self

    @property
    def clean(self) -> dict[str, Any]:
        """Keyword arguments of `selection.same_data`."""
        given = self.pick(
            "orders", "steps", "widths", "networks", "lr", n_train=self.clean_train, epochs=self.clean_epochs
        )
        del given["seeds"]
        return given

    @property
    def followed(self) -> dict[str, Any]:
        """Keyword arguments of `selection.over_training`."""
        return self.pick("orders", "steps", "widths", "corruption", "n_train", "epochs", "every", "lr")

    @property
    def grid(self) -> dict[str, Any]:
        """Keyword arguments of `selection.hyper_parameters`: clean labels."""
        names = ("orders", "steps", "widths", "n_train", "rates", "decays", "batches", "dropouts")
        return self.pick(*names, corruption=0.0, epochs=self.grid_epochs) | {"seeds": self.grid_seeds}

    @property
    def penalised(self) -> dict[str, Any]:
        """Keyword arguments of `selection.penalised`."""
        return self.pick("orders", "steps", "widths", "corruption", "n_train", "epochs", "lr", "strengths")


CHAPTERS = (Ablation, Selectivity, ModelSelection)
