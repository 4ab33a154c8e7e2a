# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Taking units away
#
# > Silence the units of a fully connected network, more and more of them: one that has learned its labels by heart breaks first, one that has found the rule behind them holds out longer. Hold the units at their mean instead, and most of that difference is gone.
#
# In this chapter you will
#
# - train networks on labels that are partly random, so that we know how much each has to memorise;
# - take their units away, ever more of them, and drown them in noise, and see which networks break first;
# - see what dropout and batch normalisation change about this, and what they do not.
#
# The experiments are those of {cite:t}`morcos2018importance`. We know the paper from a detailed summary; where it leaves a choice open, we say what we chose.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
data: str = "digits"  # digits, mnist, cifar10, cifar10-subset or cifar10-jpeg
orders: int = None  # random orders in which units are ablated
steps: int = None  # points of an ablation curve after the first
seeds: int = None  # networks of each kind
corruption: list = None  # shares of the training labels that are permuted
widths: list = None  # hidden units of the fully connected networks
n_train: int = None  # training images of each network of the first experiment
epochs: int = None  # most passes over them; a network that fits all labels stops
lr: float = None  # learning rate of Adam
stop_below: float = None  # a network stops at the first batch whose loss is below
scales: list = None  # noise, in deviations of a unit; 0.5 must be among them
repeats: int = None  # draws of the noise at each scale
dropout: list = None  # shares of units dropped in training; 0 must be among them
dropout_train: int = None  # training images of each network with dropout
channels: list = None  # feature maps of each convolution
strides: list = None  # stride of each convolution
conv_train: int = None  # training images of each convolutional network
conv_epochs: int = None  # most passes of each convolutional network; one that fits all labels stops
conv_lr: float = None  # learning rate of each convolutional network
conv_layers: int = None  # last layers of the convolutional networks that are ablated
resnet_width: int = None  # feature maps of the first stage of the ResNet-18
resnet_train: int = None  # training images of each ResNet-18
resnet_epochs: int = None  # passes of each ResNet-18

# %%
from functools import partial

from nbkit import ablation, figures, intervals, ledger, memorization, params, results
from nbkit import device as machine
from nbkit.figures import ablation as draw

p = params.load("16", globals())
machine.use_cores()
claims = ledger.Chapter("16", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Two networks with the same score
#
# Take a set of images and give a share of them wrong labels. We permute the labels of the chosen images among themselves, so every class keeps its size and only the link
# between image and label is cut. A large network fits such labels perfectly, even if all of them are random {cite:p}`zhang2017understanding`. Its training accuracy is 1, and so is that of a
# network trained on the right labels. Their training scores do not tell them apart. Does anything inside them?
#
# Think of each as a description of its training set. The rule "closed loop above, stem below: a nine" is short. A list of random labels cannot be shortened: the network has to
# store every one of them, and needs its capacity for it. If every unit is needed to store something, no unit can be spared. This is the conjecture we test:
#
# > The more a network memorises, the more it relies on each single direction of its activation space.
#
# A *direction* is a vector in the space of a layer's activations. The axes of that space are the units, so the simplest directions are single units.
#
# ## Ablation
#
# To *ablate* a unit is to hold its output, after the ReLU, at a fixed value $c$, for all inputs. We take $c = 0$ unless we say otherwise. We ablate in activation space, not by setting weights to 0: with batch normalisation
# the two differ, because a unit whose incoming weights are 0 still puts out the constant that the normalisation adds.
#
# We choose a random order of all hidden units, ablate them one after the other, and watch the accuracy on the *training* set, with the labels the network was trained on. Repeated for several orders, this gives a curve: accuracy against the share $q$ of ablated
# units. Its area,
#
# ```{math}
# :label: eq-auc
# \mathrm{AUC} = \int_0^1 \mathrm{accuracy}(q)\, dq ,
# ```
#
# is a single number for how little a network relies on single units. It is near chance where the network breaks at once, and near the intact accuracy where it breaks only at the very end.
#
# It looks expensive, because every point needs a pass over the training set. It is not. In a fully connected network, the next layer receives $z = W h + b$. Ablating unit $j$ changes it to
#
# ```{math}
# :label: eq-rank-one
# z' = z + W_{:j}\,(c_j - h_j),
# ```
#
# over all images a change of rank one. We keep $z$ and add what changes, and only the layers behind it are computed again. For other networks, the layers before the first ablated unit are computed once for many masks.

# %%
memorised = memorization.by_corruption(**p.memorisation)

# %% tags=["hide-input", "remove-output"]
ALT_CURVES = "Left: accuracy falls as units are ablated, slowly for clean labels and at once for corrupted ones. Right: the same for noise on all units."
figures.glue(
    "fig-memorise",
    draw.ablation_and_noise(memorised.accuracy.sel(hold="zero"), memorised.noisy),
    alt=ALT_CURVES,
)


# %%
def area_of(accuracy):
    """AUC, averaged over the orders."""
    return ablation.auc(accuracy.mean("order"))


def clean_and_corrupted(values):
    """Values with clean labels, and their mean over the corrupted shares of at least a quarter: each (seed,)."""
    return values.sel(corruption=0), values.where(values.corruption >= 0.25, drop=True).mean("corruption")


def gaps(memorised):
    """What SD-1, SD-2 and SD-11 ask for, by claim and part."""
    area, noisy = area_of(memorised.accuracy), memorised.noisy.sel(scale=0.5).mean("repeat")
    clean, corrupted = clean_and_corrupted(area)
    quiet, disturbed = clean_and_corrupted(noisy)
    gap = clean - corrupted
    return {
        ("SD-1", "zero"): intervals.mean(gap.sel(hold="zero")),
        ("SD-1", "mean"): intervals.mean(gap.sel(hold="mean")),
        ("SD-2", None): intervals.mean(quiet - disturbed),
        ("SD-11", None): intervals.mean(clean.sel(hold="zero") - clean.sel(hold="mean")),
    }


found = gaps(memorised)
for (claim, part), value in found.items():
    claims.report(claim, value, part=part)
gap, gap_mean, noise_gap, difference = found.values()
area = area_of(memorised.accuracy)
clean, corrupted = clean_and_corrupted(area.sel(hold="zero"))

figures.number("auc-gap", gap, ".2f")
figures.number("auc-gap-mean", gap_mean, ".2f")
figures.number("noise-gap", noise_gap, ".2f")
figures.number("auc-clean", float(clean.mean()), ".2f")
figures.number("auc-corrupted", float(corrupted.mean()), ".2f")
figures.number("worst-fit", float(memorised.train_accuracy.min()), ".3f")
figures.number("test-clean", float(memorised.test_accuracy.sel(corruption=0).mean()), ".2f")
figures.number("test-worst", float(memorised.test_accuracy.sel(corruption=max(p.corruption)).mean()), ".2f")
figures.text("widths", "-".join(map(str, p.widths)))
figures.text("tail", draw.tail(p.seeds, p.preset))
names = ("data", "orders", "n_train", "dropout_train", "conv_train", "conv_layers")
for name in (*names, "resnet_width", "resnet_train"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-memorise
# :name: fig-memorise
# :alt: Left: accuracy falls as units are ablated, slowly for clean labels and at once for corrupted ones. Right: the same for noise on all units.
# Accuracy on the training labels as units are ablated in random order (left), and under noise on all units (right; the dashed line is the level that is judged). Colour is the share of corrupted
# labels. Networks with {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# All curves start near the top: the lowest training accuracy of all networks is {glue:text}`worst-fit`. On new images with right labels the networks trained on clean labels reach {glue:text}`test-clean`, those with the most
# corrupted ones {glue:text}`test-worst`. And the more they had to memorise, the faster they break: the area is {glue:text}`auc-clean` for clean labels and {glue:text}`auc-corrupted` on average over the corrupted shares of a quarter and more, a difference of {glue:text}`auc-gap`. Most of
# it comes with the first corrupted labels; between the largest shares the areas hardly differ.
#
# Move the slider from clean labels to random ones. Every thin line is one network under one order of ablation.

# %% tags=["hide-input"]
shown = memorised.accuracy.sel(hold="zero")
figures.scrubber(
    [
        partial(draw.orders, accuracy=shown.sel(corruption=share), clean=shown.sel(corruption=0))
        for share in p.corruption
    ],
    label="share of labels corrupted",
    values=p.corruption,
    alt="Ablation curves for every order: with clean labels they stay high for long, the more labels are corrupted the earlier they fall.",
)

# %% [markdown]
# The lines of one picture form a band: which units go first matters less than whether labels had to be memorised.
#
# ## Noise: a step along a random direction
#
# Units are special directions: they are the ones the nonlinearity acts on. Is a network that resists ablation robust only along these axes? To find out we add independent Gaussian noise to all units,
#
# $$
# h_u \;\leftarrow\; h_u + s\,\sigma_u\,\varepsilon_u, \qquad \varepsilon_u \sim \mathcal{N}(0, 1),
# $$
#
# where $\sigma_u$ is the standard deviation of unit $u$ over the training set. In units of $\sigma_u$ this is a step along a direction that is uniformly random, of length about $s\sqrt{\text{number of units}}$.
# The right panel shows the result. At half a deviation, $s = 0.5$, the clean networks are {glue:text}`noise-gap` ahead of the corrupted ones. So memorising networks are more fragile along random directions, too.
#
# ## Zero or the mean?
#
# Zero is a natural value for a ReLU unit, but not a neutral one: a unit that is active on every image is moved far from anything the next layer has seen. Holding it at its mean over the training set moves it less. Does that make ablation gentler, and does it change what we found?

# %%
most = max(p.corruption)
opposite = intervals.mean(area.sel(corruption=most, hold="zero") - area.sel(corruption=most, hold="mean"))
figures.number("hold-clean", difference, ".2f")
figures.number("hold-corrupted", opposite, ".2f")

# %% tags=["hide-input", "remove-output"]
ALT_HOLD = (
    "AUC against the share of corrupted labels for two ways to hold a unit: at zero it falls steeply, most of all with the first "
    "corrupted labels; at the mean it begins lower and falls less."
)
figures.glue("fig-hold", draw.held(area), alt=ALT_HOLD)

# %% [markdown]
# ```{glue:figure} fig-hold
# :name: fig-hold
# :alt: AUC against the share of corrupted labels for two ways to hold a unit: at zero it falls steeply, most of all with the first corrupted labels; at the mean it begins lower and falls less.
# Area under the ablation curve with ablated units held at 0, or at their mean over the training set. The networks of {numref}`fig-memorise`: {glue:text}`n-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# Zero minus mean is {glue:text}`hold-clean` for clean labels and {glue:text}`hold-corrupted` for the most corrupted ones. Where the difference is positive, zero is the *kinder* value. Here is a guess at why, which we have not tested. A ReLU unit that
# detects something is at 0 for most inputs, so 0 means "not seen". Its mean is a value it hardly ever takes: it tells the next layer, of every image, that what it detects was seen a little.
#
# This choice decides what we conclude. Clean networks lead corrupted ones by {glue:text}`auc-gap` in AUC when units are held at zero, and by {glue:text}`auc-gap-mean` when they are held at their mean. On MNIST, recorded below, it is {glue:text}`zero-recorded` against {glue:text}`mean-recorded`.
# So the finding is about units that are *silenced*, as the source silences them. For units that are merely robbed of what they would have said it is weak on the digits, and on MNIST we cannot see it. The claims box judges the two by the same rule, each for itself.
#
# ## Dropout: safe up to what it was trained for
#
# Dropout with probability $p$ trains a network under random ablation: for each image in each step every hidden unit is set to 0 with probability $p$, and the rest are scaled by $1/(1-p)$. It is natural to hope that this makes a network independent of single units for good. But look at what it minimises.
#
# ```{prf:proposition} What dropout guards against
# :label: prop-dropout
# Suppose that a fact is stored in $k$ units, any one of which is enough, and that a share $q$ of many units is ablated at random. The fact is lost with probability $q^k$. To keep this probability under dropout $p$ at $\delta$ or below, the network needs
# $k \ge \log \delta / \log p$ copies. One copy more lowers that probability by $(1 - p)\,p^k$: the reward shrinks geometrically.
# ```
#
# ```{prf:proof}
# All $k$ copies are ablated with probability $q^k$ when units are ablated independently (for a share $q$ of many units, up to a correction that vanishes with their number). $p^k \le \delta$ is $k \ge \log\delta/\log p$, and $p^k - p^{k+1} = (1 - p)\,p^k$.
# ```
#
# Copies cost capacity, and a network that memorises as much as it can hold has none to give away. So we expect it to hold out up to about $q = p$, and then to fall. We train on labels that are all random, and ask whether more accuracy is lost between $p$ and $2p$ than up to $p$. A curve may bend there without any dropout, so we ask the same of networks that
# were trained without it, from the same seeds, and judge the difference.


# %%
def bends(dropped):
    """By share p of dropout: accuracy lost between p and 2p minus that lost up to p; with it, without any, difference."""
    lost = lambda curve, a, b: curve.interp(fraction=a) - curve.interp(fraction=b)
    curves, found = dropped.accuracy.mean("order"), {}
    for share in (s for s in (0.1, 0.2, 0.3) if s in dropped.dropout):
        bend = lost(curves, share, 2 * share) - lost(curves, 0, share)
        kinds = bend.sel(dropout=share), bend.sel(dropout=0), bend.sel(dropout=share) - bend.sel(dropout=0)
        found[share] = [intervals.mean(kind) for kind in kinds]
    return found


def report_bends(found, **options):
    """Report SD-6."""
    for share, (bend, control, excess) in found.items():
        note = f"with dropout {bend.value:.2f}, without {control.value:.2f}"
        claims.report("SD-6", excess, part=f"p{100 * share:.0f}", note=note, **options)


dropped = memorization.by_dropout(**p.dropped)
report_bends(found := bends(dropped))
share, (bend, control, excess) = list(found.items())[-1]
figures.number("bend", bend, ".2f")
figures.number("bend-control", control, ".2f")
figures.number("bend-excess", excess, ".2f")
figures.number("bend-p", share, ".1f")
figures.number("dropout-fit", float(dropped.train_accuracy.min()), ".2f")

# %% tags=["hide-input", "remove-output"]
ALT_DROPOUT = "Ablation curves of networks trained with dropout on random labels: flat at first, falling faster after the dropped fraction, which a triangle marks; without dropout they fall steeply from the start."
figures.glue("fig-dropout", draw.by_dropout(dropped.accuracy), alt=ALT_DROPOUT)

# %% [markdown]
# ```{glue:figure} fig-dropout
# :name: fig-dropout
# :alt: Ablation curves of networks trained with dropout on random labels: flat at first, falling faster after the dropped fraction, which a triangle marks; without dropout they fall steeply from the start.
# Accuracy on random labels as units are ablated, for networks trained with different dropout. The triangle marks where as large a share of the units is ablated as dropout took. {glue:text}`dropout-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# The lowest training accuracy is {glue:text}`dropout-fit`, so the networks still memorise. Up to their own share they lose far less than networks without dropout, and then the curve bends downwards: at $p =$ {glue:text}`bend-p` the second stretch costs {glue:text}`bend` more than the first. Without
# dropout that number is {glue:text}`bend-control`: negative means that the first units hurt most. The difference, {glue:text}`bend-excess`, is what dropout does to the shape of the curve. The bend is smooth, not a cliff, and beyond it the networks with dropout are still far ahead of those without. The summary's "only robust to ablations up to dropout fraction" is too strong. What we judge is whether the curve falls faster beyond it.
#
# ## Batch normalisation
#
# Batch normalisation was not made to protect against ablation. Does it all the same? We train small convolutional networks on clean labels, with and without it, each until it fits, and ablate whole feature maps of the last {glue:text}`conv-layers` layers. The area also counts the height at which a curve begins. So we give it a second time, divided by the intact accuracy.


# %%
def norm_gap_of(normalised):
    """AUC with batch normalisation minus AUC without, as it is and divided by the intact accuracy."""
    curves = normalised.accuracy.mean("order")
    areas = {"raw": ablation.auc(curves), "normalised": ablation.auc(curves, normalised=True)}
    return {name: intervals.mean(a.sel(batch_norm=True) - a.sel(batch_norm=False)) for name, a in areas.items()}


def report_norm(found, **options):
    """Report SD-7."""
    for part, value in found.items():
        claims.report("SD-7", value, part=part, **options)


normalised = memorization.by_batch_norm(**p.normalised)
report_norm(norm_gap := norm_gap_of(normalised))
figures.number("norm-gap", norm_gap["raw"], ".3f")
figures.number("norm-gap-normalised", norm_gap["normalised"], ".3f")
for name, norm in (("without", False), ("with", True)):
    figures.number(f"fit-{name}", float(normalised.train_accuracy.sel(batch_norm=norm).mean()), ".2f")
    figures.number(f"test-{name}", float(normalised.test_accuracy.sel(batch_norm=norm).mean()), ".2f")

# %% tags=["hide-input", "remove-output"]
ALT_NORM = "Ablation curves of small convolutional networks with and without batch normalisation: close together, both fall to chance within about two thirds of the feature maps."
figures.glue("fig-norm", draw.pair(normalised.accuracy, ["CNN without", "CNN, batch norm"]), alt=ALT_NORM)

# %% [markdown]
# ```{glue:figure} fig-norm
# :name: fig-norm
# :alt: Ablation curves of small convolutional networks with and without batch normalisation: close together, both fall to chance within about two thirds of the feature maps.
# Training accuracy as feature maps are ablated in random order, with and without batch normalisation. {glue:text}`conv-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`tail`.
# ```
#
# The area with batch normalisation minus that without is {glue:text}`norm-gap`, and with each area divided by the intact accuracy {glue:text}`norm-gap-normalised`. An interval above 0 would bear the claim out, one below 0 would speak against it, and one across 0 leaves it open. The training accuracy is {glue:text}`fit-with` with and {glue:text}`fit-without` without it, so neither kind has a head start, and the two numbers hardly differ.
# On new images the networks with it score {glue:text}`test-with`, those without {glue:text}`test-without`. A small network on small images is not an 11-layer one on CIFAR-10; the recipe for that one is ready to be recorded.
#
# ## Any network: ResNet-18, and what ResNet-50 would take
#
# The source also ablates a ResNet-50 trained on ImageNet. Nothing in the method is special to plain networks: `ablation.cumulative` takes any torch model. It finds ReLUs that are modules, each used once in a pass; where a model calls its ReLU as a function, or one module several times, it says so, and you name the layers yourself. Here is a thin ResNet-18 ({glue:text}`resnet-width` feature maps in its first stage),
# on {glue:text}`resnet-train` images, with clean labels and with the most corrupted ones. All feature maps behind a ReLU are ablated, within the blocks and behind the sums.

# %%
residual = memorization.residual(**p.residual)
residual_area = area_of(residual.accuracy)
residual_gap = residual_area.isel(corruption=0) - residual_area.isel(corruption=-1)
figures.number("residual-gap", float(residual_gap.mean()), ".2f")
figures.number("residual-fit", float(residual.train_accuracy.min()), ".2f")
figures.text("resnet-tail", draw.tail(residual.sizes["seed"], p.preset))
figures.text("residual-share", f"{residual.corruption.values[-1]:g}")

# %% tags=["hide-input", "remove-output"]
ALT_RESIDUAL = "Ablation curves of thin ResNet-18s: with corrupted labels they fall almost to chance within the first tenth of the feature maps, with clean labels within the first fifth."
figures.glue(
    "fig-residual", draw.pair(residual.accuracy, ["clean labels", "corrupted"], by="training labels"), alt=ALT_RESIDUAL
)

# %% [markdown]
# ```{glue:figure} fig-residual
# :name: fig-residual
# :alt: Ablation curves of thin ResNet-18s: with corrupted labels they fall almost to chance within the first tenth of the feature maps, with clean labels within the first fifth.
# Thin ResNet-18s on clean labels and with a share of {glue:text}`residual-share` corrupted. {glue:text}`resnet-train` images of {glue:text}`data`, {glue:text}`orders` orders; {glue:text}`resnet-tail`.
# ```
#
# The lowest training accuracy is {glue:text}`residual-fit`. The networks with corrupted labels fall sooner, but all are at chance before half of the maps are gone. So the areas have little room to differ: by {glue:text}`residual-gap`, without an interval from so few seeds. For the source's own case, replace the model and the data:
#
# ```python
# net = torchvision.models.resnet50(weights="IMAGENET1K_V1")
# curve = ablation.cumulative(net, x, y, orders=10, steps=50, seed=0, layers=["layer3", "layer4"])
# ```
#
# where `x` and `y` are ImageNet's images and classes. The layers are named, because this model uses one ReLU module several times in a block.

# %%
multiplications = 3.8e9  # of a ResNet-50 for one image, as its authors count them
work = multiplications * 50_000 * 10 * 50  # validation images, orders, steps
for name, rate, unit in (("gpu", 1e13, 3600), ("laptop", 1e11, 24 * 3600)):
    figures.number(f"resnet50-{name}", work / rate / unit, ".0f")
figures.number("resnet50-work", work, ".0e")

# %% [markdown]
# That takes about {glue:text}`resnet50-work` multiplications {cite:p}`he2016deep`: at $10^{13}$ a second, as on a GPU, {glue:text}`resnet50-gpu` hours, and at $10^{11}$, as on a laptop, {glue:text}`resnet50-laptop` days. And corrupted labels would need the network to be trained anew. So that row of the source stays open here.
#
# ## On MNIST, recorded
#
# The source's fully connected networks are wider and learn MNIST. That takes minutes to hours on a laptop, so it was recorded once and is stored with the book; `nbkit run 16 -p data mnist` computes the whole chapter there.

# %% tags=["hide-input", "remove-output"]
stored = {name: results.recorded(f"ablation-{name}") for name in ("memorisation", "dropout")}
wide, wide_dropped = stored.values()
drawings = {
    "memorise": (wide, lambda found: draw.ablation_and_noise(found.accuracy.sel(hold="zero"), found.noisy)),
    "hold": (wide, lambda found: draw.held(area_of(found.accuracy))),
    "dropout": (wide_dropped, lambda found: draw.by_dropout(found.accuracy)),
}
alts = {
    "memorise": "Recorded: with clean labels accuracy stays near 1 until half of the units are ablated, with corrupted ones it falls from about a tenth on, the more the larger their share; under noise all stay near 1 up to the judged level, and then the clean networks fall last.",
    "hold": "Recorded: with units held at zero the area falls from about .87 for clean labels to about .62 for random ones; held at the mean it begins near .65, rises with the first corrupted labels, and ends where it began.",
    "dropout": "Recorded: all curves stay near 1 for the first ablated units and bend downwards smoothly; the more dropout, the later. The networks without dropout fall first.",
}
for name, (found, drawing) in drawings.items():
    shown = figures.awaiting("ablation-dropout" if name == "dropout" else "ablation-memorisation")
    figures.glue(f"fig-{name}-recorded", shown if found is None else drawing(found), alt=alts[name])
for name, found in stored.items():
    figures.text(f"{name}-recorded", results.labels([] if found is None else [found]))
said = dict.fromkeys(("worst-fit-recorded", "noise-recorded", "noise-most-recorded", "scale-recorded"), "unknown")
held = dict.fromkeys(("zero-recorded", "mean-recorded"), "unknown")
if wide is not None:
    for (claim, part), value in (found := gaps(wide)).items():
        claims.report(claim, value, part=part, recorded=wide)
    held = {f"{hold}-recorded": f"{found['SD-1', hold]:.2f}".replace("-", "−") for hold in ("zero", "mean")}
    quiet, disturbed = clean_and_corrupted(wide.noisy.mean(("repeat", "seed")))
    lead = quiet - disturbed
    numbers = float(wide.train_accuracy.min()), float(lead.sel(scale=0.5)), float(lead.max()), float(lead.idxmax())
    said = dict(zip(said, (f"{numbers[0]:.4f}", f"{numbers[1]:.2f}", f"{numbers[2]:.2f}", f"{numbers[3]:g}")))
for name, value in (said | held).items():
    figures.text(name, value)
said = dict.fromkeys(("bend-recorded", "control-recorded", "excess-recorded", "bend-p-recorded"), "unknown")
if wide_dropped is not None:
    report_bends(found := bends(wide_dropped), recorded=wide_dropped)
    last, bends_found = list(found.items())[-1]
    said = dict(zip(said, (*(f"{value:.2f}".replace("-", "−") for value in bends_found), f"{last:g}")))
for name, value in said.items():
    figures.text(name, value)

# %% [markdown]
# ```{glue:figure} fig-memorise-recorded
# :name: fig-memorise-recorded
# :alt: Recorded: with clean labels accuracy stays near 1 until half of the units are ablated, with corrupted ones it falls from about a tenth on, the more the larger their share; under noise all stay near 1 up to the judged level, and then the clean networks fall last.
# Recorded: {glue:text}`memorisation-recorded`. Drawn like {numref}`fig-memorise`; the lowest training accuracy of these networks is {glue:text}`worst-fit-recorded`.
# ```
#
# Under noise the clean networks lead by {glue:text}`noise-recorded` at $s = 0.5$, and by {glue:text}`noise-most-recorded` at $s =$ {glue:text}`scale-recorded`, where the gap is largest. Independent noise on many units partly averages out in the next layer, which may be why these wide networks stand more of it. The level that is judged
# was chosen for small networks, and these have hardly begun to fall there. To its right the curves bear the claim out, whatever the verdict at this one level.
#
# ```{glue:figure} fig-hold-recorded
# :name: fig-hold-recorded
# :alt: Recorded: with units held at zero the area falls from about .87 for clean labels to about .62 for random ones; held at the mean it begins near .65, rises with the first corrupted labels, and ends where it began.
# The recorded networks of {numref}`fig-memorise-recorded`, drawn like {numref}`fig-hold`.
# ```
#
# Clean minus corrupted is {glue:text}`zero-recorded` with units held at zero and {glue:text}`mean-recorded` with units held at their mean.
#
# ```{glue:figure} fig-dropout-recorded
# :name: fig-dropout-recorded
# :alt: Recorded: all curves stay near 1 for the first ablated units and bend downwards smoothly; the more dropout, the later. The networks without dropout fall first.
# Recorded: {glue:text}`dropout-recorded`. Drawn like {numref}`fig-dropout`.
# ```
#
# At $p =$ {glue:text}`bend-p-recorded` the second stretch costs {glue:text}`bend-recorded` more than the first, and without dropout {glue:text}`control-recorded` more: a difference of {glue:text}`excess-recorded`. Where it is negative, the bend is not dropout's doing. Here the curves of *all* networks bend downwards, perhaps because a network far wider than its data need has
# copies to spare of its own. Dropout keeps the beginning of the curve flat and moves its fall to the right.
#
# ## On CIFAR-10, to be recorded
#
# The source's convolutional network has 11 layers and learns CIFAR-10. With 50 000 images that is a task for a GPU: `nbkit record ablation-batch-norm -p data cifar10`, and `ablation-resnet` for a ResNet-18 of full width.

# %% tags=["hide-input", "remove-output"]
stored = {name: results.recorded(f"ablation-{name}") for name in ("batch-norm", "resnet")}
names = {
    "batch-norm": (["CNN without", "CNN, batch norm"], None),
    "resnet": (["clean labels", "corrupted"], "training labels"),
}
for name, result in stored.items():
    kinds, by = names[name]
    figures.glue(
        f"fig-{name}-recorded",
        figures.awaiting(f"ablation-{name}") if result is None else draw.pair(result.accuracy, kinds, by=by),
        alt=f"Accuracy as feature maps are ablated, on colour images: {' and '.join(kinds)}. Empty until it is recorded.",
    )
    figures.text(f"{name}-recorded", results.labels([] if result is None else [result]))
if (deep := stored["batch-norm"]) is not None:
    report_norm(norm_gap_of(deep), recorded=deep)

# %% [markdown]
# ```{glue:figure} fig-batch-norm-recorded
# :name: fig-batch-norm-recorded
# :alt: Accuracy as feature maps are ablated, on colour images: CNN without and CNN, batch norm. Empty until it is recorded.
# The 11-layer network, recorded: {glue:text}`batch-norm-recorded`. Drawn like {numref}`fig-norm`.
# ```
#
# ```{glue:figure} fig-resnet-recorded
# :name: fig-resnet-recorded
# :alt: Accuracy as feature maps are ablated, on colour images: clean labels and corrupted. Empty until it is recorded.
# ResNet-18, recorded: {glue:text}`resnet-recorded`. Drawn like {numref}`fig-residual`.
# ```
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds. SD-11 has no range to be judged by, so it is shown only. A *recorded* row comes from a stored result of `nbkit record`.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The optimiser, its rate, the size of the batches and the number of images are ours; the paper's summary does not give them. Training stops once the labels are fitted, so networks with more corrupted labels may train longer.
# - The source says that batch normalisation was used "for all networks". We leave it out of the fully connected ones, as the public replication does.
# - "Relies on single directions" is measured along units and along random directions. A network may still depend on one particular direction that is neither; ablation along the axes would not find it.
# - The chapter shows that memorising networks are fragile. It does not show that fragile networks memorise; chapter 18 asks that.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-last-point
# What is the accuracy at the end of an ablation curve, when all units are gone? What can it tell you about the training labels?
# ```
#
# ```{solution} ex-last-point
# :class: dropdown
# With all hidden units at 0 the logits are the output bias, whatever the image. The network names the class with the largest bias, and its accuracy is the share of that class. For ten balanced classes that is 0.1, which the dotted line shows. About the single labels it says nothing.
# ```
#
# ```{exercise}
# :label: ex-rank-one
# Equation {eq}`eq-rank-one` makes the step from one mask to the next cheap for the layer behind the ablated unit. What does it cost to ablate one unit of the first layer of a 784-512-512-10 network, per image, compared with a full pass? And a unit of the second?
# ```
#
# ```{solution} ex-rank-one
# :class: dropdown
# A full pass takes $784\cdot 512 + 512\cdot 512 + 512\cdot 10 \approx 669\,000$ multiplications. A unit of the first layer: 512 for the update, 512 ReLUs, and $5120$ for the logits, more than a hundred times less. A unit of the second: 10. In practice
# memory traffic eats up part of the gain.
# ```
#
# ```{exercise}
# :label: ex-rescale-units
# Multiply all weights and biases of the first layer by 2, and divide the weights of the second by 2. What happens to the function, to the ablation curve and to the curve under noise? Would it be the same if the noise were not measured in $\sigma_u$?
# ```
#
# ```{solution} ex-rescale-units
# :class: dropdown
# A ReLU network then computes the same function, and a unit held at 0 (or at its mean, which doubles, too) is missed as before. $\sigma_u$ doubles with the unit, so the noise has the same effect, too. Noise of a fixed size would weigh half as much in the first layer: the measure would depend on how the function is written down, not on the function alone.
# ```
