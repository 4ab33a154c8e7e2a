"""What a unit says about the class, and whether that predicts how much it is missed.

Sources: selectivity and its relation to importance, [Morcos 2018]; damage to single classes, [Zhou 2018]. Mutual
information is in bits, from two estimators: nearest neighbours (scikit-learn's, [Ross 2014]) and a histogram.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy import stats
from torch import Tensor, nn

from nbkit import ablation, units


def class_selectivity(activity, y) -> np.ndarray:
    """(μ_max - μ_rest) / (μ_max + μ_rest) of every unit: activity (n, units) not negative, y (n,) classes -> (units,).

    μ_max is the largest of the class-conditional means, μ_rest the mean over the examples of all other classes. In [0,
    1]: 1 for a unit that answers to one class only, 0 for one that answers to all alike; NaN for a dead one.
    """
    activity, y = np.asarray(activity, dtype=float), np.asarray(y)
    if (activity < 0).any():
        raise ValueError("selectivity is defined for activities that are not negative, such as those behind a ReLU")
    one_hot = (y[:, None] == np.unique(y)).astype(float)
    totals, counts = one_hot.T @ activity, one_hot.sum(0)[:, None]
    best = (totals / counts).argmax(0)
    columns = np.arange(activity.shape[1])
    most = (totals / counts)[best, columns]
    rest = (totals.sum(0) - totals[best, columns]) / (len(y) - counts[best, 0])
    with np.errstate(invalid="ignore"):
        # The mean of all other classes may exceed the largest mean only by rounding.
        return np.maximum((most - rest) / (most + rest), 0.0)


def information(activity, y, *, estimator: str = "neighbours", bins: int = 20, seed: int = 0) -> np.ndarray:
    """Mutual information of every unit with the class in bits: activity (n, units), y (n,) -> (units,), not negative.

    estimator: "neighbours" (k = 3; adds noise of 1e-10 of a unit's deviation against ties, drawn with `seed`) or
    "histogram" (equally wide bins between a unit's extremes; biased upwards by about (bins - 1)(classes - 1) / (2 n ln
    2)).
    """
    activity, y = np.asarray(activity, dtype=float), np.asarray(y)
    if estimator == "neighbours":
        from sklearn.feature_selection import mutual_info_classif

        return mutual_info_classif(activity, y, discrete_features=False, n_neighbors=3, random_state=seed) / np.log(2)
    if estimator != "histogram":
        raise ValueError(f"estimator must be neighbours or histogram, not {estimator!r}")
    classes = np.unique(y, return_inverse=True)[1]
    return np.array([_plug_in(column, classes, bins) for column in activity.T])


def table(
    net: nn.Module, x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor, *, layers: Sequence[str] | None = None
) -> xr.Dataset:
    """All that is known of each unit, over axis `unit` (and `class`), with coordinate `layer`, counted from 0.

    selectivity and information (neighbours), histogram: on the test set; loss, class_loss: accuracy lost on the
    training set x, y when the unit is ablated (see `ablation.single`); norm: mean absolute incoming weight. Norms of
    different layers do not compare: with the number of incoming weights the usual scale of a weight changes, too.
    """
    names = units.layers(net) if layers is None else list(layers)
    activity = units.activations(net, x_test, names).cpu().numpy()
    labels = y_test.cpu().numpy()
    found = ablation.single(net, x, y, layers=names)
    found["selectivity"] = "unit", class_selectivity(activity, labels)
    found["information"] = "unit", information(activity, labels)
    found["histogram"] = "unit", information(activity, labels, estimator="histogram")
    found["norm"] = "unit", incoming_norm(net, names)
    return found


def incoming_norm(net: nn.Module, layers: Sequence[str]) -> np.ndarray:
    """Mean absolute incoming weight of every unit: within a layer, the L1 norm up to a factor that all units share.

    The weights are those of the last linear or convolutional module before the layer, in the order of the network.
    """
    norms, weight = {}, None
    for name, module in net.named_modules():
        if isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d)):
            weight = module.weight.detach()
        if name in layers:
            norms[name] = weight.abs().flatten(1).mean(1).cpu().numpy()
    return np.concatenate([norms[name] for name in layers])


def rank_correlation(a, b) -> float:
    """Spearman's correlation over the pairs in which neither is NaN; NaN when one of them is constant."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < 3 or np.ptp(a[known]) == 0 or np.ptp(b[known]) == 0:
        return float("nan")
    return float(stats.spearmanr(a[known], b[known]).statistic)


def within_layers(a, b, layer) -> float:
    """`rank_correlation` within each layer, averaged over those layers in which it is defined; NaN where it is in none.

    a, b, layer: (units,). What differs between layers, such as depth, has no part in it.
    """
    a, b, layer = map(np.asarray, (a, b, layer))
    found = np.array([rank_correlation(a[layer == one], b[layer == one]) for one in np.unique(layer)])
    known = found[np.isfinite(found)]
    return float(known.mean()) if known.size else float("nan")


def _plug_in(column: np.ndarray, classes: np.ndarray, bins: int) -> float:
    """Mutual information of the joint histogram."""
    joint = np.histogram2d(column, classes, bins=(bins, classes.max() + 1))[0] / len(column)
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    filled = joint > 0
    return max(0.0, float((joint[filled] * np.log2(joint[filled] / independent[filled])).sum()))
