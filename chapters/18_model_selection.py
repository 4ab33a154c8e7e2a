# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Judging a network without a test set
#
# > Over the course of training, reliance on single directions turns about where the test loss turns, and it needs the training set alone. On the digits the test accuracy turns earlier, so stopping by reliance comes late. Between networks that are all alike it told us nothing.
#
# In this chapter you will
#
# - ask whether, among networks trained on the same data, the better ones rely less on single units;
# - follow the area under the ablation curve through training and stop by it, and choose hyper-parameters by it;
# - build a penalty on single-direction reliance, which the authors proposed as future work, and see what it really does.
#
# The first three questions are those of {cite:t}`morcos2018importance`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
data: str = "digits"  # digits, mnist, cifar10, cifar10-subset or cifar10-jpeg
seeds: int = None  # networks of each kind
orders: int = None  # random orders in which units are ablated
steps: int = None  # points of an ablation curve after the first
widths: list = None  # hidden units of all networks
networks: int = None  # networks that differ only in their seed
clean_train: int = None  # their training images
clean_epochs: int = None  # most passes over them
corruption: float = 0.25  # share of corrupted labels where memorisation sets in during training
n_train: int = None  # training images of all other networks
epochs: int = None  # passes of the networks that are followed, and of those with a penalty
every: int = None  # epochs between two looks at a network in training
lr: float = None  # learning rate of Adam, but for the grid
rates: list = None  # grid: learning rates
decays: list = None  # grid: weight decays
batches: list = None  # grid: sizes of a batch
dropouts: list = None  # grid: dropout
grid_seeds: int = None  # grid: networks of each setting
grid_epochs: int = None  # grid: passes of each network
top: int = None  # how many of the best are compared
strengths: list = None  # strengths of the penalty on reliance, rising from 0
strength: float = 1.0  # the one of them that is judged

# %%
import json
from functools import partial

import numpy as np

from nbkit import figures, intervals, ledger, params, results, selection
from nbkit import device as machine
from nbkit.data import images
from nbkit.figures import ablation as draw
from nbkit.selectivity import rank_correlation

p = params.load("18", globals())
machine.use_cores()
claims = ledger.Chapter("18", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Networks that differ in nothing but their seed
#
# In chapter 16 we forced networks to memorise, and those that did relied more on their units. The reverse would be useful: look at a network's reliance, and know how well it generalises, without spending data on a test set.
#
# The hardest test first. We train {glue:text}`networks` networks on the same clean images; only the initial weights and the order of the batches differ. The area under the ablation curve (AUC, {eq}`eq-auc` in chapter 16) is measured on the training set. The
# *generalisation error* is training minus test accuracy.

# %%
same = selection.same_data(**p.clean)


def extremes(auc, error, top):
    """Mean AUC of the networks that generalise best minus that of those that do worst."""
    order = np.argsort(error, kind="stable")
    return auc[order[:top]].mean() - auc[order[-top:]].mean()


def judged(same, top):
    """What SD-3 asks for."""
    pair = same.auc, same.train_accuracy - same.test_accuracy
    statistics = {"correlation": rank_correlation, "extremes": partial(extremes, top=top)}
    return {part: intervals.bootstrap(statistic, *pair, seed=p.seed) for part, statistic in statistics.items()}


for part, value in (found := judged(same, p.top)).items():
    claims.report("SD-3", value, part=part)
rho, contrast = found.values()

figures.number("rho-same", rho, ".2f")
figures.number("contrast", contrast, ".3f")
figures.number("spread-test", 100 * float(same.test_accuracy.max() - same.test_accuracy.min()), ".1f")
figures.text("widths", "-".join(map(str, p.widths)))
figures.text("tail", draw.tail(p.seeds, p.preset))
n_test = len(images.load(p.data).test_y)
figures.number("n-test", n_test, "d")
figures.number("point", n_test / 100, "g")
for name in (
    "data",
    "preset",
    "networks",
    "clean_train",
    "n_train",
    "orders",
    "top",
    "grid_seeds",
    "every",
    "strength",
):
    figures.text(name.replace("_", "-"), f"{value:g}" if isinstance(value := getattr(p, name), float) else str(value))

# %% tags=["hide-input", "remove-output"]
ALT_SAME = "Left: ablation curves of the best and worst networks nearly coincide. Right: AUC against generalisation error, a cloud without a clear slope."
figures.glue("fig-same", draw.best_and_worst(same, p.top), alt=ALT_SAME)

# %% [markdown]
# ```{glue:figure} fig-same
# :name: fig-same
# :alt: Left: ablation curves of the best and worst networks nearly coincide. Right: AUC against generalisation error, a cloud without a clear slope.
# Left: ablation curves of the {glue:text}`top` best and worst of {glue:text}`networks` networks, mean and 95 % band, {glue:text}`orders` orders each. Right: every network. {glue:text}`widths` hidden units, {glue:text}`clean-train` images of {glue:text}`data`; preset {glue:text}`preset`.
# ```
#
# The rank correlation of AUC and generalisation error is {glue:text}`rho-same`, and the best {glue:text}`top` networks exceed the worst by {glue:text}`contrast` in AUC. The claim wants the first below and the second above 0. But look at what is to be explained: all networks lie within {glue:text}`spread-test` points of
# each other, with a test set of {glue:text}`n-test` images, on which one point is {glue:text}`point` of them. Much of their order may be luck of the test set, and no signal can predict that.
#
# ## Through training
#
# Now one network over time, with {glue:text}`corruption` % of the labels corrupted. A network first learns what the labels have in common, and only later the exceptions {cite:p}`arpit2017closer`. So memorisation sets in *during* training, and the test loss turns around. Does the AUC see it?

# %%
followed = selection.over_training(**p.followed)


def tracking(followed):
    """What SD-4 asks for, by part: correlations over a run and after its turn, and lags counted in looks."""
    turn = followed.test_loss.argmin("epoch")
    runs = [followed.sel(seed=seed) for seed in followed.seed]
    rest = [run.isel(epoch=slice(int(turn.sel(seed=run.seed)), None)) for run in runs]
    over = lambda parts: intervals.correlation([rank_correlation(part.auc, part.test_loss) for part in parts])
    peak, best = followed.auc.argmax("epoch"), followed.test_accuracy.argmax("epoch")
    lags = {"lag_loss": intervals.mean(peak - turn), "lag_accuracy": intervals.mean(peak - best)}
    return {"run": over(runs), "after": over(rest), **lags}


def stopping(followed):
    """What the first part of SD-16 asks for: accuracy at the epoch with the largest AUC, against the best, in points."""
    return intervals.mean(100 * selection.chosen(followed.auc, followed.test_accuracy, "epoch"))


def report_training(followed, **options):
    """Report SD-4 and the first part of SD-16; returns the numbers of both."""
    tracked = tracking(followed)
    for part, value in tracked.items():
        claims.report("SD-4", value, part=part, **options)
    claims.report("SD-16", stop := stopping(followed), part="stopping", **options)
    return tracked | {"stop": stop}


for name, value in report_training(followed).items():
    figures.number(
        name.replace("_", "-"), value, ".1f" if name.startswith(("lag", "stop")) else ".2f", missing="undefined"
    )
relative = followed.auc / followed.train_accuracy
lost = 100 * selection.chosen(relative, followed.test_accuracy, "epoch")
figures.number("stop-relative", intervals.mean(lost), ".1f")
peaks = {"auc": followed.auc, "relative": relative, "accuracy": followed.test_accuracy, "loss": -followed.test_loss}
for name, values in peaks.items():
    figures.number(f"peak-{name}", float(followed.epoch.values[values.argmax("epoch")].mean()), ".0f")
last = intervals.mean(100 * (followed.test_accuracy.isel(epoch=-1) - followed.test_accuracy.max("epoch")))
figures.number("last", last, ".1f")
figures.number("corruption", 100 * p.corruption, ".0f")

# %% tags=["hide-input", "remove-output"]
ALT_TRAINING = "Over the epochs training accuracy rises, test accuracy rises and falls, test loss falls and rises, and AUC rises and falls."
figures.glue("fig-training", draw.training(followed), alt=ALT_TRAINING)

# %% [markdown]
# ```{glue:figure} fig-training
# :name: fig-training
# :alt: Over the epochs training accuracy rises, test accuracy rises and falls, test loss falls and rises, and AUC rises and falls.
# Networks in training with {glue:text}`corruption` % corrupted labels, looked at every {glue:text}`every` epochs. Training accuracy counts the corrupted labels, test accuracy and loss the right ones. {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# It sees the turn of the loss. Over the checkpoints of a run, AUC and test loss have a rank correlation of {glue:text}`run`; the source reports a negative one. Both ends of training count in it: at first the loss falls because the network learns anything at all, and the AUC rises with its accuracy.
# So we ask the same from the lowest test loss on: {glue:text}`after`. The training accuracy still rises there; the AUC comes down. But any two curves that each go one way correlate perfectly, whatever drives them. What counts is that the AUC turns, and when.
#
# On average the AUC is largest at epoch {glue:text}`peak-auc`, and the test loss smallest at epoch {glue:text}`peak-loss`. From the lowest loss to the largest AUC it is {glue:text}`lag-loss` looks (a negative number means that the AUC turns first). But the test *accuracy* is best at epoch {glue:text}`peak-accuracy` already, and from there to the largest AUC it is {glue:text}`lag-accuracy` looks.
# While the test accuracy already falls, the AUC still rises. So it tells that overfitting has set in, not that it is about to.
#
# Watch one epoch after the other:

# %% tags=["hide-input"]
figures.scrubber(
    draw.moments(followed),
    label="epoch",
    values=followed.epoch.values,
    alt="Left: ablation curves of the networks at this epoch, which rise first and then sag. Right: a point that runs down and up the curve of the test loss.",
)

# %% [markdown]
# The left end of the curves, the training accuracy, keeps rising. Their middle rises with it at first, and sinks later.
#
# So stop where the AUC is largest. It costs no held-out data. The test accuracy at that epoch differs from that of the best epoch, which only the test set knows, by {glue:text}`stop` points; training to the end changes it by {glue:text}`last`. As an early-stopping signal the AUC is far better than none, and it is late.
# An area divided by the height at which its curve begins, AUC over training accuracy, peaks at epoch {glue:text}`peak-relative`, and stopping there changes the test accuracy by {glue:text}`stop-relative` points against the best epoch. We looked at this after we had seen the lag, so it is an idea to test and no result.
#
# ## Hyper-parameters
#
# The third use: train a grid of learning rates, weight decays, batch sizes and dropouts on clean labels, and take the setting with the largest AUC.

# %%
grid = selection.hyper_parameters(**p.grid)


def over_settings(grid):
    """Mean over the seeds of each setting."""
    return grid[["auc", "relative", "train_accuracy", "test_accuracy"]].mean("seed")


def against(means, name):
    """Rank correlation of a signal with the test accuracy."""
    return intervals.bootstrap(rank_correlation, means[name], means.test_accuracy, seed=p.seed)


def hits_of(means, top):
    """Share of the best settings by AUC that are among the best by accuracy."""
    hits = lambda auc, accuracy: selection.hits(auc, accuracy, min(top, len(auc)))
    return intervals.bootstrap(hits, means.auc, means.test_accuracy, seed=p.seed)


by_setting = over_settings(grid)
claims.report("SD-5", best := against(by_setting, "auc"), part="correlation")
claims.report("SD-5", hit := hits_of(by_setting, p.top), part="hits")
regret = 100 * float(selection.chosen(by_setting.auc, by_setting.test_accuracy, "setting"))
figures.number("rho-auc", best, ".2f", missing="undefined")
figures.number("rho-train", against(by_setting, "train_accuracy"), ".2f", missing="undefined")
figures.number("rho-relative", against(by_setting, "relative"), ".2f", missing="undefined")
figures.number("hit", hit, ".2f")
figures.number("regret", regret, ".1f")
figures.text("settings", str(grid.sizes["setting"]))

# %% tags=["hide-input", "remove-output"]
ALT_GRID = "Test accuracy against AUC over the settings of a grid: larger AUC goes with higher accuracy within each level of dropout."
figures.glue("fig-grid", draw.settings(grid), alt=ALT_GRID)

# %% [markdown]
# ```{glue:figure} fig-grid
# :name: fig-grid
# :alt: Test accuracy against AUC over the settings of a grid: larger AUC goes with higher accuracy within each level of dropout.
# Test accuracy against AUC for {glue:text}`settings` settings, mean of {glue:text}`grid-seeds` seeds each. {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data` with clean labels, {glue:text}`orders` orders; preset {glue:text}`preset`.
# ```
#
# The rank correlation is {glue:text}`rho-auc`; of the {glue:text}`top` best settings by AUC a share of {glue:text}`hit` is among the {glue:text}`top` best by test accuracy, and the setting that AUC picks differs from the best one by {glue:text}`regret` points. This looks like success. But some settings have not finished learning in the time allowed. Their training accuracy is low, and with it the AUC *and* the test accuracy. The plain training
# accuracy correlates with {glue:text}`rho-train`, and needs no ablation. The AUC divided by the training accuracy correlates with {glue:text}`rho-relative`. So ask of every such result: does the signal beat the training accuracy that comes for free?
# It also matters in what the settings differ. Dropout trains a network for ablation, and so tends to raise its AUC whether or not it helps.
#
# ## A penalty on reliance
#
# If reliance is a symptom of memorisation, can we cure the one by treating the other? The authors propose a regulariser as future work. Here is ours. Ablating unit $j$ of a layer moves the input of the next layer by $W_{:j} h_j$. Compare the size of these moves one by one with that of all together:
#
# ```{math}
# :label: eq-reliance
# R = \frac{\sum_j \mathbb{E}\,\lVert W_{:j} h_j \rVert^2}{\mathbb{E}\,\bigl\lVert \sum_j W_{:j} h_j \bigr\rVert^2} .
# ```
#
# ```{prf:proposition} R counts units
# :label: prop-reliance
# Let $m_j = W_{:j} h_j$ be the moves of the $n$ units of a layer. Then $R \ge 1/n$. If $k$ units make the same move and the others none, $R = 1/k$. If $\mathbb{E}\langle m_i, m_j\rangle = 0$ for all $i \ne j$, then $R = 1$: so it is where no two units are active on the same input, or where the columns of $W$ are orthogonal.
# Where moves cancel, $R$ can exceed 1, and there is no bound. $R$ does not change when a layer's activations are multiplied by $a$ and the weights that follow divided by it.
# ```
#
# ```{prf:proof}
# By Cauchy and Schwarz $\lVert \sum_j m_j\rVert^2 \le n \sum_j \lVert m_j\rVert^2$, which is the first statement. Let each of $k$ moves be $m$: the numerator is $k\,\mathbb{E}\lVert m\rVert^2$ and the denominator $\mathbb{E}\lVert k m\rVert^2 = k^2\,\mathbb{E}\lVert m\rVert^2$. The denominator is the numerator plus the cross terms
# $\mathbb{E}\langle m_i, m_j\rangle$, $i \ne j$; where they vanish, $R = 1$. Two units with the moves $m$ and $-(1-t)\,m$ have $R = (1 + (1-t)^2)/t^2$, which grows without bound as $t \to 0$. The products $W_{:j} h_j$ do not change under the rescaling.
# ```
#
# We call $1/R$ the effective number of units: it lies between 0 and $n$, and below 1 where the units work against each other. We add $\lambda R$, averaged over the hidden layers, to the loss. It needs no labels. Minimising it makes units push together, which ought to make each of them dispensable. We judge $\lambda =$ {glue:text}`strength`, where loss and penalty are of one order of magnitude before training, and show the other strengths. The labels are corrupted as above.


# %%
def effect(penalised):
    """What the judged penalty changes, against no penalty: AUC, and test accuracy in points."""
    change = penalised.sel(strength=p.strength) - penalised.sel(strength=0)
    return intervals.mean(change.auc), intervals.mean(100 * change.test_accuracy)


penalised = selection.penalised(**p.penalised)
reliance, gain = effect(penalised)
claims.report("SD-16", reliance, part="penalty_reliance")
claims.report("SD-16", gain, part="penalty_accuracy")
with_it, plain = penalised.sel(strength=p.strength), penalised.sel(strength=0)
figures.number("reliance", reliance, ".2f")
figures.number("relative", intervals.mean(with_it.relative - plain.relative), ".2f")
figures.number("gain", gain, ".1f")
figures.number("fit-change", intervals.mean(100 * (with_it.train_accuracy - plain.train_accuracy)), ".0f")
figures.number("units-plain", float(plain.units.mean()), ".0f")
figures.number("units-judged", float(with_it.units.mean()), ".0f")

# %% tags=["hide-input", "remove-output"]
ALT_PENALTY = "With a growing penalty training accuracy falls, test accuracy rises and then falls, AUC falls, AUC over accuracy stays about level, and the effective number of units rises."
figures.glue("fig-penalty", draw.penalty(penalised), alt=ALT_PENALTY)

# %% [markdown]
# ```{glue:figure} fig-penalty
# :name: fig-penalty
# :alt: With a growing penalty training accuracy falls, test accuracy rises and then falls, AUC falls, AUC over accuracy stays about level, and the effective number of units rises.
# Networks trained with the penalty $\lambda R$ on {glue:text}`corruption` % corrupted labels. {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# The penalty does what it was built for: the effective number of units goes from {glue:text}`units-plain` to {glue:text}`units-judged`. The test accuracy changes by {glue:text}`gain` points (compare the {glue:text}`last` points of training to the end), and the training accuracy by {glue:text}`fit-change`. The network fits fewer labels, and since it does better on new images, presumably fewer of the corrupted ones. This is what a cure for memorisation should do.
#
# And yet the AUC changes by {glue:text}`reliance`. A network that refuses to learn wrong labels starts its ablation curve lower, and takes the area down with it. Divided by the training accuracy, the AUC changes by {glue:text}`relative`. So by its own yardstick we cannot see that the penalty makes the network more robust to
# ablation, although it spreads the work over more units and generalises better. One explanation would be this: units that all push the same way can be spared one at a time; take away half of them, and half of the signal is gone, while the biases of the next layer stay. "Reliance on single directions" and "robustness to losing many" are not the same thing, and the AUC measures the second.
#
# ## On MNIST, recorded
#
# A test set of {glue:text}`n-test` images cannot rank networks that are nearly alike; MNIST's 10 000 images can do better. These experiments were recorded once and are stored with the book.

# %% tags=["hide-input", "remove-output"]
top_of = lambda found: json.loads(found.attrs["parameters"])["top"]
names = ("same-data", "auc-training", "auc-settings", "reliance-penalty")
stored = {name: results.recorded(name) for name in names}
drawn = {
    "same-data": lambda found: draw.best_and_worst(found, top_of(found)),
    "auc-training": draw.training,
    "auc-settings": draw.settings,
    "reliance-penalty": draw.penalty,
}
alts = {
    "same-data": "Recorded on MNIST: the ablation curves of the best and the worst networks cross and overlap; AUC against generalisation error is a round cloud without a slope.",
    "auc-training": "Recorded on MNIST: test accuracy and AUC rise for a few epochs and then fall, test loss falls and rises; in the last third AUC is level while the test loss still rises.",
    "auc-settings": "Recorded on MNIST: test accuracy rises with AUC, steeply at first; networks with more dropout lie further to the right at the same accuracy.",
    "reliance-penalty": "Recorded on MNIST: with a growing penalty training accuracy and AUC fall, test accuracy and the effective number of units rise, and AUC over accuracy stays about level.",
}
for name, drawing in drawn.items():
    found = stored[name]
    figures.glue(
        f"fig-{name}-recorded",
        figures.awaiting(name) if found is None else drawing(found),
        alt=alts[name],
    )
for name, found in stored.items():
    figures.text(f"{name}-recorded", results.labels([] if found is None else [found]))
said = dict.fromkeys(("spread", "rho", "rho-auc", "rho-train", "reliance", "gain"), "unknown")
said |= dict.fromkeys(("run", "after", "lag_loss", "lag_accuracy", "stop"), "unknown")
if (found := stored["same-data"]) is not None:
    values = judged(found, top_of(found))
    for part, value in values.items():
        claims.report("SD-3", value, part=part, recorded=found)
    said["spread"] = f"{100 * float(found.test_accuracy.max() - found.test_accuracy.min()):.1f}"
    said["rho"] = f"{values['correlation']:.2f}"
if (found := stored["auc-training"]) is not None:
    said |= {name: f"{value:.2f}" for name, value in report_training(found, recorded=found).items()}
if (found := stored["auc-settings"]) is not None:
    means = over_settings(found)
    claims.report("SD-5", value := against(means, "auc"), part="correlation", recorded=found)
    claims.report("SD-5", hits_of(means, top_of(found)), part="hits", recorded=found)
    said |= {"rho-auc": f"{value:.2f}", "rho-train": f"{against(means, 'train_accuracy'):.2f}"}
if (found := stored["reliance-penalty"]) is not None:
    for part, value in zip(("penalty_reliance", "penalty_accuracy"), values := effect(found)):
        claims.report("SD-16", value, part=part, recorded=found)
    said |= {"reliance": f"{values[0]:.2f}", "gain": f"{values[1]:.1f}"}
for name, value in said.items():
    figures.text(f"{name.replace('_', '-')}-recorded", value.replace("-", "−"))

# %% [markdown]
# ```{glue:figure} fig-same-data-recorded
# :name: fig-same-data-recorded
# :alt: Recorded on MNIST: the ablation curves of the best and the worst networks cross and overlap; AUC against generalisation error is a round cloud without a slope.
# Recorded: {glue:text}`same-data-recorded`. Drawn like {numref}`fig-same`.
# ```
#
# Here the test accuracies lie within {glue:text}`spread-recorded` points, and the rank correlation of AUC and generalisation error is {glue:text}`rho-recorded`. Even 10 000 images leave each accuracy with a standard error of about 0.3 points.
#
# ```{glue:figure} fig-auc-training-recorded
# :name: fig-auc-training-recorded
# :alt: Recorded on MNIST: test accuracy and AUC rise for a few epochs and then fall, test loss falls and rises; in the last third AUC is level while the test loss still rises.
# Recorded: {glue:text}`auc-training-recorded`. Drawn like {numref}`fig-training`.
# ```
#
# The rank correlation of AUC and test loss over a run is {glue:text}`run-recorded`, and from the lowest loss on {glue:text}`after-recorded`. The seeds differ much, and late in training the AUC stays level while the loss still rises. From the lowest test loss to the largest AUC it is {glue:text}`lag-loss-recorded` looks, and from the best test accuracy {glue:text}`lag-accuracy-recorded`.
# Stopping at the largest AUC changes the test accuracy by {glue:text}`stop-recorded` points against the best epoch.
#
# ```{glue:figure} fig-auc-settings-recorded
# :name: fig-auc-settings-recorded
# :alt: Recorded on MNIST: test accuracy rises with AUC, steeply at first; networks with more dropout lie further to the right at the same accuracy.
# Recorded: {glue:text}`auc-settings-recorded`. Drawn like {numref}`fig-grid`.
# ```
#
# The AUC's rank correlation with the test accuracy is {glue:text}`rho-auc-recorded`, the training accuracy's {glue:text}`rho-train-recorded`.
#
# ```{glue:figure} fig-reliance-penalty-recorded
# :name: fig-reliance-penalty-recorded
# :alt: Recorded on MNIST: with a growing penalty training accuracy and AUC fall, test accuracy and the effective number of units rise, and AUC over accuracy stays about level.
# Recorded: {glue:text}`reliance-penalty-recorded`. Drawn like {numref}`fig-penalty`.
# ```
#
# The penalty changes the AUC by {glue:text}`reliance-recorded` and the test accuracy by {glue:text}`gain-recorded` points, as on the digits.
#
# ## What the claims have come to
#
# Intervals are 95 %: over seeds for SD-4 and SD-16, by bootstrap over networks for SD-3 and over settings for SD-5. The hit rate has no range to be judged by.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The source's populations are convolutional networks on CIFAR-10, and its grid of hyper-parameters is unknown to us. Ours are small fully connected networks on small images; the preset `paper` has the source's numbers of networks and settings, not its architecture.
# - Early stopping by AUC is tested at one share of corrupted labels. With clean labels there should be little to overfit, and little to gain.
# - The penalty is one of many that could be tried. A better name for what it does may be "spreading".
# - Bootstrapping over the settings of a grid treats them as a random sample, which they are not.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-noise-ceiling
# Forty networks have true test accuracies with a standard deviation of 0.3 points around 93.5 %. The test set has 500 images. What is the largest correlation that a perfect signal can show with the measured accuracies?
# ```
#
# ```{solution} ex-noise-ceiling
# :class: dropdown
# The sampling deviation is $\sqrt{0.935 \cdot 0.065/500} \approx 1.1$ points if the networks err independently. The correlation of truth and measurement is $0.3/\sqrt{0.3^2 + 1.1^2} \approx 0.26$. Networks err on the same images, which makes the ceiling higher, but 500 images cannot rank such networks.
# ```
#
# ```{exercise}
# :label: ex-stop-clean
# Run the chapter with `corruption` 0. Where does the AUC tell you to stop?
# ```
#
# ```{solution} ex-stop-clean
# :class: dropdown
# `nbkit run 18 -p corruption 0` and look at the third panel of {numref}`fig-training`. With clean labels nothing has to be memorised, and the AUC should stay near its top while the test accuracy stays near its own. Stopping anywhere there costs little.
# ```
#
# ```{exercise}
# :label: ex-dropout-penalty
# Train a linear layer $z = W h$ with dropout $p$ on $h$. Show that dropout adds a variance to $z$ that is the numerator of {eq}`eq-reliance` up to a factor.
# ```
#
# ```{solution} ex-dropout-penalty
# :class: dropdown
# Under dropout $h_j$ becomes $h_j b_j/(1-p)$ with $b_j$ equal to 1 with probability $1-p$ and else 0, of variance $h_j^2\, p/(1-p)$. Units are dropped independently, so $\mathbb{E}\lVert z - Wh\rVert^2 = \frac{p}{1-p}\sum_j \lVert W_{:j}\rVert^2 h_j^2$. The penalty is dropout's noise, measured relative to the signal.
# ```
