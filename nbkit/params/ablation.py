"""Part IV, single directions: parameters of its chapters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from nbkit.params import Chapter, sized

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=10)]
Width = Annotated[int, Field(ge=1, le=65_536)]
Seeds = Annotated[int, Field(ge=2, le=1000)]


class Ablated(Chapter):
    """What the chapters of this part share. At `book`, an image set other than digits brings its own `sizes`."""

    sizes: ClassVar[dict[str, dict[str, Any]]] = {}

    data: Literal["digits", "mnist", "cifar10", "cifar10-subset", "cifar10-jpeg"] = sized(
        "digits", "digits", "mnist", "image set; at `book` the sizes follow it"
    )

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


class Convolutional(Ablated):
    """What the chapters with plain convolutional networks share."""

    channels: list[Width] = sized(
        [4, 4],
        [8, 8, 16, 16],
        [64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512],
        "feature maps of each convolution",
        min_length=1,
    )
    strides: list[Annotated[int, Field(ge=1, le=8)]] = sized(
        [2, 2], [1, 2, 1, 2], [1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1], "stride of each convolution", min_length=1
    )
    conv_train: Count = sized(128, 512, 50000, "training images of each convolutional network")
    conv_epochs: Count = sized(2, 200, 100, "most passes of each convolutional network; one that fits all labels stops")
    conv_lr: Rate = sized(1e-2, 1e-2, 2e-3, "learning rate of each convolutional network")

    @model_validator(mode="after")
    def _check_layers(self):
        if len(self.channels) != len(self.strides):
            raise ValueError(
                f"channels and strides must be equally long, not {len(self.channels)} and {len(self.strides)}"
            )
        return self


class Ablation(Convolutional):
    """Chapter 16: memorisation and the reliance on single directions."""

    chapter: ClassVar[str] = "16"
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(widths=[512, 512], n_train=3000, epochs=200, seeds=2, repeats=2, lr=1e-3, dropout_train=1000)
        | dict(stop_below=1e-4, conv_train=500, resnet_width=4, resnet_train=200, resnet_epochs=40),
    }

    seeds: Seeds = sized(2, 4, 3, "networks of each kind")
    orders: Annotated[int, Field(ge=2, le=1000)] = sized(2, 10, 10, "random orders in which units are ablated")
    steps: Annotated[int, Field(ge=2, le=1000)] = sized(4, 20, 50, "points of an ablation curve after the first")
    corruption: list[Share] = sized(
        [0.0, 1.0],
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        "shares of the training labels that are permuted",
        min_length=2,
    )
    widths: list[Width] = sized(
        [16, 16], [128, 128], [512, 512], "hidden units of the fully connected networks", min_length=1
    )
    n_train: Count = sized(128, 512, 60000, "training images of each network of the first experiment")
    epochs: Count = sized(5, 200, 400, "most passes over them; a network that fits all labels stops")
    lr: Rate = sized(3e-3, 3e-3, 1e-3, "learning rate of Adam")
    stop_below: Rate = sized(0.01, 0.01, 1e-4, "a network stops at the first batch whose loss is below")
    scales: list[Rate] = sized(
        [0.1, 0.5, 3.0],
        [0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0],
        [0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0],
        "noise, in deviations of a unit",
        min_length=2,
    )
    repeats: Count = sized(1, 3, 10, "draws of the noise at each scale")
    dropout: list[Annotated[float, Field(ge=0, lt=1)]] = sized(
        [0.0, 0.2], [0.0, 0.1, 0.2, 0.3], [0.0, 0.1, 0.2, 0.3], "shares of units dropped in training", min_length=2
    )
    dropout_train: Count = sized(128, 512, 60000, "training images of each network with dropout")
    conv_layers: Count = sized(2, 4, 3, "last layers of the convolutional networks that are ablated")
    resnet_width: Width = sized(2, 8, 64, "feature maps of the first stage of the ResNet-18")
    resnet_train: Count = sized(64, 256, 50000, "training images of each ResNet-18")
    resnet_epochs: Count = sized(1, 40, 100, "passes of each ResNet-18")

    @model_validator(mode="after")
    def _check(self):
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
            lr=self.conv_lr,
        )

    @property
    def residual(self) -> dict[str, Any]:
        """Keyword arguments of `memorization.residual`: clean labels and the most corrupted ones, two of each."""
        return self.pick("orders", "steps", width=self.resnet_width, n_train=self.resnet_train) | {
            "corruption": [0.0, max(self.corruption)],
            "epochs": self.resnet_epochs,
            "seeds": 2,
        }


class Selectivity(Convolutional):
    """Chapter 17: what units say about the class, and whether they are missed."""

    chapter: ClassVar[str] = "17"
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(seeds=4, widths=[128, 128], deep_widths=[64, 64, 64, 64], n_train=10000, epochs=30, lr=1e-3)
        | dict(conv_train=2000, penalty_epochs=20),
    }

    seeds: Seeds = sized(2, 8, 4, "networks of each kind")
    widths: list[Width] = sized(
        [12, 12], [64, 64], [128, 128], "hidden units of the fully connected networks", min_length=2
    )
    deep_widths: list[Width] = sized(
        [8, 8, 8],
        [32, 32, 32, 32],
        [128, 128, 128, 128],
        "hidden units of the deeper networks, where layers are compared",
        min_length=3,
    )
    n_train: Count = sized(200, 1297, 60000, "training images of each fully connected network")
    epochs: Count = sized(5, 100, 100, "most passes over them")
    lr: Rate = sized(3e-3, 3e-3, 1e-3, "learning rate of Adam")
    strengths: list[Annotated[float, Field(ge=0, le=1000)]] = sized(
        [0.0, 3.0],
        [0.0, 0.2, 0.4, 0.8, 1.6],
        [0.0, 0.2, 0.4, 0.8, 1.6],
        "strengths of the penalty on selectivity, rising from 0",
        min_length=2,
    )
    penalty_epochs: Count = sized(5, 40, 40, "passes of the networks with a penalty")

    @model_validator(mode="after")
    def _check(self):
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
        options = self.pick("channels", "strides", n_train=self.conv_train, epochs=self.conv_epochs, lr=self.conv_lr)
        return options | {"seeds": min(4, self.seeds)}

    @property
    def regularised(self) -> dict[str, Any]:
        """Keyword arguments of `importance.regularised`."""
        return self.pick("strengths", "widths", "n_train", "lr", epochs=self.penalty_epochs)


class ModelSelection(Ablated):
    """Chapter 18: reliance on single directions as a signal for choosing networks."""

    chapter: ClassVar[str] = "18"
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "mnist": dict(widths=[256, 256], clean_train=1000, clean_epochs=30, n_train=4000, epochs=30, every=3, lr=1e-3)
        | dict(seeds=3, networks=20, grid_epochs=8),
    }

    seeds: Seeds = sized(2, 5, 5, "networks of each kind")
    orders: Annotated[int, Field(ge=2, le=1000)] = sized(2, 10, 10, "random orders in which units are ablated")
    steps: Annotated[int, Field(ge=2, le=1000)] = sized(4, 12, 20, "points of an ablation curve after the first")
    widths: list[Width] = sized([16, 16], [128, 128], [2048, 2048], "hidden units of all networks", min_length=1)
    networks: Annotated[int, Field(ge=10, le=10_000)] = sized(10, 40, 200, "networks that differ only in their seed")
    clean_train: Count = sized(64, 256, 60000, "their training images")
    clean_epochs: Count = sized(5, 100, 50, "most passes over them")
    corruption: Share = Field(0.25, description="share of corrupted labels where memorisation sets in during training")
    n_train: Count = sized(128, 512, 60000, "training images of all other networks")
    epochs: Count = sized(6, 80, 100, "passes of the networks that are followed, and of those with a penalty")
    every: Count = sized(2, 4, 2, "epochs between two looks at a network in training")
    lr: Rate = sized(3e-3, 3e-3, 1e-3, "learning rate of Adam, but for the grid")
    rates: list[Rate] = sized(
        [1e-3, 1e-2], [3e-4, 1e-3, 3e-3], [1e-4, 3e-4, 1e-3, 3e-3], "grid: learning rates", min_length=1
    )
    decays: list[Annotated[float, Field(ge=0, le=1)]] = sized(
        [0.0], [0.0, 3e-3], [0.0, 1e-4, 1e-3], "grid: weight decays", min_length=1
    )
    batches: list[Count] = sized([64], [32, 128], [32, 128], "grid: sizes of a batch", min_length=1)
    dropouts: list[Annotated[float, Field(ge=0, lt=1)]] = sized(
        [0.0, 0.3], [0.0, 0.3], [0.0, 0.1, 0.3, 0.5], "grid: dropout", min_length=1
    )
    grid_seeds: Count = sized(1, 2, 2, "grid: networks of each setting")
    grid_epochs: Count = sized(3, 30, 50, "grid: passes of each network")
    top: Count = sized(2, 5, 5, "how many of the best are compared")
    strengths: list[Annotated[float, Field(ge=0, le=1000)]] = sized(
        [0.0, 1.0],
        [0.0, 0.1, 0.3, 1.0, 3.0, 10.0],
        [0.0, 0.1, 0.3, 1.0, 3.0, 10.0],
        "strengths of the penalty on reliance, rising from 0",
        min_length=2,
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
