# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The units we like to look at
#
# > A unit that answers to one class only is easy to understand. That does not make it important: in fully connected networks on the digits selectivity says little about how much a unit is missed. In convolutional ones it says more, but mostly which layer the unit is in, and its sign turns with batch normalisation.
#
# In this chapter you will
#
# - measure how selective every unit of a network is, and how much is lost without it;
# - find out whether the two go together, and whether mutual information or the size of the weights would have told you more;
# - push selectivity down in training and see what it costs.
#
# The questions are those of {cite:t}`morcos2018importance`, with later additions by {cite:t}`zhou2018revisiting` and {cite:t}`leavitt2021selectivity`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
data: str = "digits"  # digits, mnist, cifar10, cifar10-subset or cifar10-jpeg
seeds: int = None  # networks of each kind
widths: list = None  # hidden units of the fully connected networks
deep_widths: list = None  # hidden units of the deeper networks, where layers are compared
n_train: int = None  # training images of each fully connected network
epochs: int = None  # most passes over them
lr: float = None  # learning rate of Adam
channels: list = None  # feature maps of each convolution
strides: list = None  # stride of each convolution
conv_train: int = None  # training images of each convolutional network
conv_epochs: int = None  # most passes of each convolutional network; one that fits all labels stops
conv_lr: float = None  # learning rate of each convolutional network
strengths: list = None  # strengths of the penalty on selectivity, rising from 0
penalty_epochs: int = None  # passes of the networks with a penalty

# %%
import numpy as np

from nbkit import figures, importance, intervals, ledger, params, results
from nbkit import device as machine
from nbkit.figures import ablation as draw
from nbkit.selectivity import rank_correlation, within_layers

p = params.load("17", globals())
machine.use_cores()
claims = ledger.Chapter("17", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Selectivity
#
# Neuroscientists look for cells that answer to one thing. The same index serves for networks. Let $\mu_c$ be a unit's mean activity over the test images of class $c$, $\mu_\text{max}$ the largest of these
# means, and $\mu_{-\text{max}}$ its mean activity over all other images. Then
#
# ```{math}
# :label: eq-selectivity
# \text{selectivity} = \frac{\mu_\text{max} - \mu_{-\text{max}}}{\mu_\text{max} + \mu_{-\text{max}}} .
# ```
#
# Activities behind a ReLU are not negative, so this lies between 0 (the unit answers to all classes alike) and 1 (it answers to one class and no other). Feature maps are averaged over space first. A unit that is never
# active has no selectivity and is left out; we count such units.
#
# *Importance* is what is lost: the training accuracy of the intact network minus that without the unit, held at 0.

# %%
mlp = importance.fully_connected(**p.wide)
cnn = importance.convolutional(**p.convolutional)
figures.number("dead", 100 * float(mlp.selectivity.isnull().mean()), ".1f")
figures.number("median-selectivity", float(mlp.selectivity.median()), ".2f")
figures.text("widths", "-".join(map(str, p.widths)))
figures.text("tail", f"{p.seeds} seeds; preset {p.preset}")
figures.text("conv-tail", f"{cnn.sizes['seed']} seeds; preset {p.preset}")
for name in ("data", "n_train", "conv_train"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))

# %% tags=["hide-input", "remove-output"]
ALT_SCATTER = "Two clouds of units: accuracy lost against selectivity, over all examples on the left and in the worst class on the right; neither shows a clear slope."
figures.glue("fig-units", draw.unit_scatter(mlp), alt=ALT_SCATTER, vector=False)

# %% [markdown]
# ```{glue:figure} fig-units
# :name: fig-units
# :alt: Two clouds of units: accuracy lost against selectivity, over all examples on the left and in the worst class on the right; neither shows a clear slope.
# Training accuracy lost when a unit is ablated, against its selectivity. Every unit of networks with {glue:text}`widths` hidden units, trained on {glue:text}`n-train` images of {glue:text}`data` with clean labels; {glue:text}`tail`.
# Right: the loss in the class that suffers most.
# ```
#
# The typical unit is fairly selective (median {glue:text}`median-selectivity`; {glue:text}`dead` % of the units are dead), and is hardly missed. Among the units that are missed there are selective and unselective ones.
#
# ## What goes with importance?
#
# The cloud is summarised by Spearman's rank correlation over the units of a network. Dead units have no selectivity; we leave them out of *every* pair, so that all pairs are about the same units. We ask it of four:
#
# - **selectivity and overall loss**: are selective units more important?
# - **mutual information and overall loss**: a unit may tell classes apart without answering to a single one. The mutual information $I(h; y)$, the number of bits that its activity $h$ tells about the class $y$, counts that too. We estimate it from nearest neighbours, and check it with a histogram.
# - **selectivity and the loss of the worst class**: {cite:t}`zhou2018revisiting` observe that losing a unit may leave the overall accuracy alone and still ruin one class.
# - **selectivity and weights**: the L1 norm of the incoming weights (the sum of their sizes) is what some pruning methods go by.
#
# A network's units lie in layers, and layers differ in much more than in their units. A correlation over all units mixes what holds within the layers with what holds between them. So we also take the correlation *within* each layer and average it over the layers.
# For the weights we take only that one: how the L1 norm changes from layer to layer follows from the number of incoming weights, which is a matter of the architecture. Whether the norm is a sum or a mean could decide the sign.


# %%
columns = {
    "selectivity": lambda net: net.selectivity,
    "information": lambda net: net.information,
    "histogram": lambda net: net.histogram,
    "loss": lambda net: net.loss,
    "worst class": lambda net: net.class_loss.max("class"),
    "weights": lambda net: net.norm,
}


def over_units(table, a, b, *, within=False):
    """Rank correlation of two columns over the live units of every network, or within its layers: (seeds,)."""
    nets = [table.sel(seed=seed) for seed in table.seed]
    live = [net.isel(unit=np.flatnonzero(net.selectivity.notnull())) for net in nets]
    a, b = columns[a], columns[b]
    if within:
        return np.array([within_layers(a(net), b(net), net.layer) for net in live])
    return np.array([rank_correlation(a(net), b(net)) for net in live])


def all_pairs(table):
    """Every pair we ask about, by name."""
    return {
        "selectivity, loss": over_units(table, "selectivity", "loss"),
        "… within layers": over_units(table, "selectivity", "loss", within=True),
        "information, loss": over_units(table, "information", "loss"),
        "selectivity, worst class": over_units(table, "selectivity", "worst class"),
        "selectivity, weights,\nwithin layers": over_units(table, "selectivity", "weights", within=True),
    }


kinds = {"MLP": mlp, "CNN, batch norm": cnn.sel(batch_norm=True), "CNN without": cnn.sel(batch_norm=False)}
found = {kind: all_pairs(table) for kind, table in kinds.items()}


def average(values):
    """Mean over the networks for which the correlation is defined, if there are any."""
    return intervals.correlation(values[np.isfinite(values)] if np.isfinite(values).any() else values)


def report_pairs(values, part, **options):
    """Report SD-9, SD-15 and SD-13 of one kind of networks; returns the estimates by pair."""
    values = {name: average(value) for name, value in values.items()}
    pairs = {"SD-9": "selectivity, loss", "SD-15": "information, loss", "SD-13": "selectivity, weights,\nwithin layers"}
    for claim, pair in pairs.items():
        claims.report(claim, values[pair], part=part, **options)
    return values


for part, values in zip(("mlp", "cnn", "plain"), found.values()):
    names = dict(zip(("rho", "within", "information", "worst", "weights"), report_pairs(values, part).values()))
    for name, value in names.items():
        figures.number(f"{name}-{part}", value, ".2f", missing="undefined")

claims.report("SD-10", damage := average(found["MLP"]["selectivity, worst class"] - found["MLP"]["selectivity, loss"]))
agreement = average(over_units(mlp, "information", "histogram"))
figures.text("rho-source", claims.claims["SD-9"].statistics()["mlp"].expected.split(" ")[0])
figures.number("damage", damage, ".2f", missing="undefined")
figures.number("agreement", agreement, ".2f", missing="undefined")

# %% tags=["hide-input", "remove-output"]
ALT_RHO = "Rank correlations of five pairs for three kinds of networks. Those of the MLPs lie near 0. Selectivity and loss: far below 0 with batch norm, far above without; within layers neither is left, and the points scatter."
figures.glue("fig-rho", draw.correlations(found), alt=ALT_RHO)

# %% [markdown]
# ```{glue:figure} fig-rho
# :name: fig-rho
# :alt: Rank correlations of five pairs for three kinds of networks. Those of the MLPs lie near 0. Selectivity and loss: far below 0 with batch norm, far above without; within layers neither is left, and the points scatter.
# Spearman correlations over the units of a network; every point is a network. MLPs: {glue:text}`n-train` images of {glue:text}`data`; {glue:text}`tail`. Convolutional networks of each kind: {glue:text}`conv-train` images; {glue:text}`conv-tail`.
# ```
#
# In the MLPs selectivity and importance correlate with {glue:text}`rho-mlp`, within layers with {glue:text}`within-mlp`. The paper has {glue:text}`rho-source` for its MLPs on MNIST: little in both cases. Mutual information gives {glue:text}`information-mlp`; its two estimators rank units alike (correlation {glue:text}`agreement`), so this does not hang on how it is estimated.
#
# In the convolutional networks selectivity does go with importance, at this size. With batch normalisation the correlation is {glue:text}`rho-cnn`, clearly negative, as the paper found on CIFAR-10; without it {glue:text}`rho-plain`, clearly positive. Mutual information gives {glue:text}`information-cnn` and {glue:text}`information-plain`: the same story, but not one of no relation.
# *Within* layers we see neither of the two: {glue:text}`within-cnn` with batch normalisation and {glue:text}`within-plain` without. The intervals are wide, but what selectivity predicts over a whole network is, for the most part, the layer. The next section looks at the layers themselves.
#
# Take the correlation of selectivity with the loss of the worst class, minus that with the overall loss. In the MLPs this is {glue:text}`damage`; a number above 0 would bear out the claim. Where units are hardly missed, both losses count the same few images, and we should expect little difference.
#
# Finally the weights, within layers: {glue:text}`weights-mlp` in the MLPs, {glue:text}`weights-cnn` and {glue:text}`weights-plain` in the convolutional networks with and without batch normalisation. The source finds no relation or a slightly negative one. Intervals that reach well to both sides of 0 cannot tell.
#
# ## Early layers are missed more
#
# A unit of the first layer feeds all the others. Is it missed more? We compare the layers of deeper MLPs, all of one width, and those of the convolutional networks. There the later layers have more maps, and one of many may be missed less for that reason alone.

# %%
deep = importance.fully_connected(**p.deep)
in_layers = kinds | {"MLP": deep}


def by_layer(column):
    """Mean of a column over the units of a layer, such as the loss of accuracy with one of them: (seed, depth)."""
    return column.groupby("layer").mean().rename(layer="depth").transpose("seed", "depth")


def with_depth(column):
    """Rank correlation of depth with the mean over a layer."""
    means = by_layer(column)
    return average(np.array([rank_correlation(means.depth, row) for row in means.values]))


for part, table in zip(("mlp", "cnn", "plain"), in_layers.values()):
    claims.report("SD-12", falls := with_depth(table.loss), part=part)
    figures.number(f"falls-{part}", falls, ".2f", missing="undefined")
    figures.number(f"rises-{part}", with_depth(table.selectivity), ".2f", missing="undefined")
figures.text("deep-widths", "-".join(map(str, p.deep_widths)))

# %% tags=["hide-input", "remove-output"]
ALT_LAYERS = "Mean accuracy lost when one unit is ablated, by layer: it falls with depth in the MLPs and in the convolutional networks with batch norm, and is largest in the last layer without batch norm."
shown = {kind: by_layer(table.loss) for kind, table in in_layers.items()}
figures.glue("fig-layers", draw.by_layer(shown), alt=ALT_LAYERS)

# %% [markdown]
# ```{glue:figure} fig-layers
# :name: fig-layers
# :alt: Mean accuracy lost when one unit is ablated, by layer: it falls with depth in the MLPs and in the convolutional networks with batch norm, and is largest in the last layer without batch norm.
# Mean training accuracy lost when a single unit is ablated, by its layer. MLPs with {glue:text}`deep-widths` hidden units: {glue:text}`n-train` images of {glue:text}`data`; {glue:text}`tail`. Convolutional networks with and without batch normalisation: {glue:text}`conv-train` images; {glue:text}`conv-tail`. Means and 95 % intervals over the seeds.
# ```
#
# The rank correlation of depth and mean loss is {glue:text}`falls-mlp` in the MLPs, {glue:text}`falls-cnn` in the convolutional networks with batch normalisation, and {glue:text}`falls-plain` in those without. In the first two units of early layers are missed more, as the source found in its three networks. In the last it is the last layer whose units are missed most.
#
# Mean selectivity rises with depth: the rank correlation of the two is {glue:text}`rises-cnn` with batch normalisation and {glue:text}`rises-plain` without ({glue:text}`rises-mlp` in the MLPs). So put all layers of a convolutional network in one pot, and selectivity is related to importance as depth is: negatively with batch normalisation, positively without. Within a layer nothing need be.
#
# ## Batch normalisation and selectivity
#
# The paper reports that batch normalisation makes feature maps less selective, and takes this as a hint that selectivity is not what helps a network. We compare the medians over all live feature maps of networks that were trained until they fit.


# %%
def medians_of(cnn):
    """Medians over the live feature maps of every network."""
    return cnn[["selectivity", "information"]].where(cnn.selectivity.notnull()).median("unit")


def report_norm(cnn, **options):
    """Report SD-8: what batch norm changes, in selectivity and in information."""
    medians = medians_of(cnn)
    difference = medians.sel(batch_norm=True) - medians.sel(batch_norm=False)
    changes = {name: intervals.mean(difference[name]) for name in ("selectivity", "information")}
    for part, change in changes.items():
        claims.report("SD-8", change, part=part, **options)
    return changes


medians = medians_of(cnn)
for name, change in report_norm(cnn).items():
    figures.number(f"norm-{name}", change, ".2f")
for name, norm in (("with", True), ("without", False)):
    figures.number(f"median-{name}", float(medians.selectivity.sel(batch_norm=norm).mean()), ".2f")

# %% tags=["hide-input", "remove-output"]
ALT_NORM = "Cumulative distributions over feature maps of selectivity and mutual information: with batch normalisation both lie further to the right."
shown = {"class selectivity": cnn.selectivity, "information (bits)": cnn.information}
figures.glue("fig-selective-norm", draw.distributions(shown, ["CNN without", "CNN, batch norm"]), alt=ALT_NORM)

# %% [markdown]
# ```{glue:figure} fig-selective-norm
# :name: fig-selective-norm
# :alt: Cumulative distributions over feature maps of selectivity and mutual information: with batch normalisation both lie further to the right.
# Share of the feature maps below each selectivity (left) and each mutual information with the class (right), with and without batch normalisation. Every line is one network that has fitted {glue:text}`conv-train` images of {glue:text}`data`; {glue:text}`conv-tail`.
# ```
#
# With batch normalisation the median selectivity is {glue:text}`median-with`, without it {glue:text}`median-without`: a difference of {glue:text}`norm-selectivity`. In the paper it is negative; at the size of this page it has the *opposite* sign. The median information changes by {glue:text}`norm-information` bits. The definition suggests a reason, which is a guess that we have not tested.
# Selectivity is a ratio, so it is small when a unit has a large mean activity for every class. Nothing in our small network without normalisation keeps activities near the ReLU's threshold, and a large common part may drown the differences; batch normalisation takes the mean away before the ReLU does its work.
# In a deep network trained on natural images the balance may be another. What we can say is that the claim is not one about batch normalisation alone.
#
# ## Can a network do without selectivity?
#
# Correlation is not cause. {cite:t}`leavitt2021selectivity` went further: they put selectivity into the loss. Equation {eq}`eq-selectivity` can be differentiated, so we train with
#
# $$
# \text{loss} = \text{cross-entropy} + \lambda \cdot \text{mean selectivity},
# $$
#
# where the means are taken over each batch. All strengths $\lambda$ and seeds are trained together, as one stack of networks.


# %%
def report_cost(pushed, **options):
    """Report SD-14 for the weakest penalty that is strong enough; returns it and what it costs."""
    base = pushed.isel(strength=0)
    reached = (pushed.selectivity <= base.selectivity / 2.5).all("seed")
    far_enough = pushed.isel(strength=int(reached.values.argmax()) if reached.any() else -1)
    cost = intervals.mean(100 * (far_enough.test_accuracy - base.test_accuracy))
    note = None if reached.any() else "no strength divides the selectivity by 2.5 in all networks"
    claims.report("SD-14", cost, note=note, **options)
    return far_enough, cost


pushed = importance.regularised(**p.regularised)
base = pushed.isel(strength=0)
far_enough, cost = report_cost(pushed)
figures.number("cost", cost, ".1f")
figures.number("strength", float(far_enough.strength), "g")
figures.number("from", float(base.selectivity.mean()), ".2f")
figures.number("to", float(far_enough.selectivity.mean()), ".2f")

# %% tags=["hide-input", "remove-output"]
ALT_TRADE = "Test accuracy against mean selectivity for networks with a penalty of growing strength: accuracy falls little at first while selectivity falls, then more."
figures.glue("fig-trade", draw.trade_off(pushed), alt=ALT_TRADE)

# %% [markdown]
# ```{glue:figure} fig-trade
# :name: fig-trade
# :alt: Test accuracy against mean selectivity for networks with a penalty of growing strength: accuracy falls little at first while selectivity falls, then more.
# Test accuracy against mean selectivity of the units. Colour is the strength of the penalty, every point a network; {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data`; {glue:text}`tail`. The dashed line is the unpenalised mean divided by 2.5.
# ```
#
# The weakest of our strengths that divides the selectivity by at least 2.5 in every network is $\lambda =$ {glue:text}`strength`. It takes the mean from {glue:text}`from` to {glue:text}`to`, and changes the test accuracy by {glue:text}`cost` points. So most of the selectivity can go for little accuracy, though not for none where the interval lies below 0; at the left end of the figure it costs more.
#
# ## On MNIST, recorded
#
# The source's fully connected networks learn MNIST, and its MLP is the one number we can compare with: a rank correlation of {glue:text}`rho-source` between selectivity and importance. These units were recorded once and are stored with the book.

# %% tags=["hide-input", "remove-output"]
wide, pushed_far, deep_units = (results.recorded(name) for name in ("units-mlp", "selectivity-penalty", "units-cnn"))
figures.glue(
    "fig-units-recorded",
    figures.awaiting("units-mlp") if wide is None else draw.unit_scatter(wide),
    alt="Recorded on MNIST: nearly all units of both layers lie close to a loss of 0 at every selectivity; the few that are missed by more than a point are in the first layer, at selectivities of about .4 to .8.",
    vector=False,
)
figures.glue(
    "fig-trade-recorded",
    figures.awaiting("selectivity-penalty") if pushed_far is None else draw.trade_off(pushed_far),
    alt="Recorded on MNIST: test accuracy falls steadily with selectivity, from about 93 to below 90 per cent, and there is no level stretch.",
)
for name, result in (("units", wide), ("trade", pushed_far)):
    figures.text(f"{name}-recorded", results.labels([] if result is None else [result]))
said = dict.fromkeys(("rho", "within", "information", "worst", "weights", "damage", "cost", "from", "to"), "unknown")
if wide is not None:
    values = all_pairs(wide)
    said |= dict(zip(said, report_pairs(values, "mlp", recorded=wide).values()))
    said["damage"] = average(values["selectivity, worst class"] - values["selectivity, loss"])
    claims.report("SD-10", said["damage"], recorded=wide)
if deep_units is not None:
    report_norm(deep_units, recorded=deep_units)
if pushed_far is not None:
    less, said["cost"] = report_cost(pushed_far, recorded=pushed_far)
    said |= {"from": float(pushed_far.selectivity.isel(strength=0).mean()), "to": float(less.selectivity.mean())}
for name, value in said.items():
    figures.text(f"{name}-recorded", value if isinstance(value, str) else f"{value:.2f}".replace("-", "−"))

# %% [markdown]
# ```{glue:figure} fig-units-recorded
# :name: fig-units-recorded
# :alt: Recorded on MNIST: nearly all units of both layers lie close to a loss of 0 at every selectivity; the few that are missed by more than a point are in the first layer, at selectivities of about .4 to .8.
# Recorded: {glue:text}`units-recorded`. Drawn like {numref}`fig-units`. Rank correlation of selectivity and loss: {glue:text}`rho-recorded`.
# ```
#
# ```{glue:figure} fig-trade-recorded
# :name: fig-trade-recorded
# :alt: Recorded on MNIST: test accuracy falls steadily with selectivity, from about 93 to below 90 per cent, and there is no level stretch.
# Recorded: {glue:text}`trade-recorded`. Drawn like {numref}`fig-trade`.
# ```
#
# MNIST does not simply repeat the digits. Selectivity and loss correlate with {glue:text}`rho-recorded`: so few networks differ so much that the interval holds both the source's number and a strong relation. Selectivity says *less* about the worst class than about the overall loss, {glue:text}`damage-recorded`, where Zhou and co-authors would have it say more.
# Selective units have larger weights, {glue:text}`weights-recorded` within layers, where the source finds no relation or a negative one. And taking selectivity from {glue:text}`from-recorded` down to {glue:text}`to-recorded` changes the accuracy by {glue:text}`cost-recorded` points: the first step already costs, so here it is not for free.
# Mutual information and loss do as the source says: {glue:text}`information-recorded`.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - On clean labels a single unit is hardly ever missed: most losses are a handful of training images or none, and ranks over so many ties are coarse. That the correlation is near 0 is partly that.
# - The paper's estimator of mutual information, and the images on which it measures a unit's loss, are not known to us. Ours are nearest neighbours on the test set, and the training set.
# - The convolutional networks have few layers and few feature maps. Their verdicts are about them, not about 11 layers on CIFAR-10.
# - A penalty may lower selectivity without making units any less informative: the second exercise shows a way.
# - What we say of {cite:t}`zhou2018revisiting` is from memory of its abstract, and of {cite:t}`leavitt2021selectivity` from the abstract; theirs are larger networks on natural images.
# - Within a layer of few feature maps ranks say little, and a layer in which no unit is missed at all has no correlation and is left out.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-two-classes
# A unit is active with the same strength on all images of five of ten balanced classes, and silent on the rest. What are its selectivity and its mutual information with the class?
# ```
#
# ```{solution} ex-two-classes
# :class: dropdown
# $\mu_\text{max} = 1$ and $\mu_{-\text{max}} = 4/9$, so the selectivity is $(1 - 4/9)/(1 + 4/9) = 5/13 \approx 0.38$. It tells which half the class is in: 1 bit, more than the 0.47 bits of a unit that answers to one class only, whose selectivity is 1. Selectivity and information are two different things.
# ```
#
# ```{exercise}
# :label: ex-shift
# Add a constant $a > 0$ to a unit's output and take it off again in the next layer's bias. What happens to the function, to selectivity, to mutual information?
# ```
#
# ```{solution} ex-shift
# :class: dropdown
# The function and the information stay the same. The selectivity becomes $(\mu_\text{max} - \mu_{-\text{max}})/(\mu_\text{max} + \mu_{-\text{max}} + 2a)$, as small as you like. So low selectivity can be had for nothing, and a penalty on it may find that way out. Does it? Train networks with `penalties.train` and compare their `units.moments`.
# ```
#
# ```{exercise}
# :label: ex-simpson
# Two layers have selectivities around 0.2 and 0.6 and losses around 2 and 1 points. Within each layer, loss *rises* slightly with selectivity. What does the correlation over all units look like?
# ```
#
# ```{solution} ex-simpson
# :class: dropdown
# Negative, if the difference between the layers exceeds the spread within them. This is Simpson's paradox. A correlation within each layer, averaged over layers, is not fooled: `selectivity.within_layers` computes it.
# ```
