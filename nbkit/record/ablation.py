"""Recordings of Part IV: the ablation experiments, at the size of the paper unless parameters say otherwise."""

from __future__ import annotations

from nbkit import importance, memorization, selection

RECIPES = {
    "ablation-memorisation": (
        "16",
        "MLPs on partly corrupted labels: ablation curves and noise",
        lambda p: memorization.by_corruption(**p.memorisation),
    ),
    "ablation-dropout": ("16", "MLPs with dropout on corrupted labels", lambda p: memorization.by_dropout(**p.dropped)),
    "ablation-batch-norm": (
        "16",
        "the 11-layer CNN with and without batch norm (set data to an image set of colour)",
        lambda p: memorization.by_batch_norm(**p.normalised),
    ),
    "ablation-resnet": (
        "16",
        "ResNet-18 on clean and on corrupted labels (set data to an image set of colour)",
        lambda p: memorization.residual(**p.residual),
    ),
    "units-mlp": ("17", "every unit of MLPs on clean labels", lambda p: importance.fully_connected(**p.wide)),
    "units-cnn": (
        "17",
        "every feature map of the 11-layer CNN with and without batch norm",
        lambda p: importance.convolutional(**p.convolutional),
    ),
    "selectivity-penalty": (
        "17",
        "MLPs with a penalty on selectivity",
        lambda p: importance.regularised(**p.regularised),
    ),
    "same-data": ("18", "networks that differ in nothing but their seed", lambda p: selection.same_data(**p.clean)),
    "auc-training": ("18", "reliance of networks in training", lambda p: selection.over_training(**p.followed)),
    "auc-settings": ("18", "reliance over a grid of hyper-parameters", lambda p: selection.hyper_parameters(**p.grid)),
    "reliance-penalty": ("18", "MLPs with a penalty on reliance", lambda p: selection.penalised(**p.penalised)),
}
