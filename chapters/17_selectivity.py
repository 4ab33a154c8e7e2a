# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The units we like to look at
#
# > A unit that answers to one class only is easy to understand. That does not make it important: how selective a unit is says little about how much the network misses it.
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
conv_epochs: int = None  # passes of each convolutional network
strengths: list = None  # strengths of the penalty on selectivity, rising from 0
penalty_epochs: int = None  # passes of the networks with a penalty

# %%
import numpy as np

from nbkit import figures, importance, intervals, ledger, params, results
from nbkit import device as machine
from nbkit.figures import ablation as draw
from nbkit.selectivity import rank_correlation

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
for name in ("data", "preset", "seeds", "n_train", "conv_train"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))

# %% tags=["hide-input", "remove-output"]
ALT_SCATTER = "Two clouds of units: accuracy lost against selectivity, over all examples on the left and in the worst class on the right; neither shows a clear slope."
figures.glue("fig-units", draw.unit_scatter(mlp), alt=ALT_SCATTER, vector=False)

# %% [markdown]
# ```{glue:figure} fig-units
# :name: fig-units
# :alt: Two clouds of units: accuracy lost against selectivity, over all examples on the left and in the worst class on the right; neither shows a clear slope.
# Training accuracy lost when a unit is ablated, against its selectivity. Every unit of {glue:text}`seeds` networks with {glue:text}`widths` hidden units, trained on {glue:text}`n-train` images of {glue:text}`data` with clean labels; preset {glue:text}`preset`.
# Right: the loss in the class that suffers most.
# ```
#
# The typical unit is fairly selective (median {glue:text}`median-selectivity`; {glue:text}`dead` % of the units are dead), and is hardly missed. Among the units that are missed there are selective and unselective ones.
#
# ## What goes with importance?
#
# The cloud is summarised by Spearman's rank correlation over the units of a network. We ask it of four pairs:
#
# - **selectivity and overall loss**: are selective units more important?
# - **mutual information and overall loss**: a unit may tell classes apart without answering to a single one. $I(h; y)$ counts that too. We estimate it from nearest neighbours, and check it with a histogram.
# - **selectivity and the loss of the worst class**: {cite:t}`zhou2018revisiting` observe that losing a unit may leave the overall accuracy alone and still ruin one class.
# - **selectivity and weights**: the mean absolute incoming weight is the L1 norm that pruning methods go by, divided by the number of weights so that layers compare.


# %%
def over_units(table, a, b):
    """Rank correlation of two columns over the units of every network: (seeds,)."""
    return np.array([rank_correlation(a(net), b(net)) for _, net in table.groupby("seed")])


pairs = {
    "selectivity, loss": (lambda t: t.selectivity, lambda t: t.loss),
    "information, loss": (lambda t: t.information, lambda t: t.loss),
    "selectivity, worst class": (lambda t: t.selectivity, lambda t: t.class_loss.max("class")),
    "selectivity, weights": (lambda t: t.selectivity, lambda t: t.norm),
}
kinds = {"MLP": mlp, "CNN, batch norm": cnn.sel(batch_norm=True), "CNN without": cnn.sel(batch_norm=False)}
found = {kind: {name: over_units(table, *pair) for name, pair in pairs.items()} for kind, table in kinds.items()}


def average(values):
    """Mean over the networks for which the correlation is defined, if there are any."""
    return intervals.correlation(values[np.isfinite(values)] if np.isfinite(values).any() else values)


def estimate(kind, name):
    return average(found[kind][name])


for part, kind in (("mlp", "MLP"), ("cnn", "CNN, batch norm")):
    claims.report("SD-9", estimate(kind, "selectivity, loss"), part=part)
    claims.report("SD-13", estimate(kind, "selectivity, weights"), part=part)
    figures.number(f"rho-{part}", estimate(kind, "selectivity, loss"), ".2f", missing="undefined")
    figures.number(f"weights-{part}", estimate(kind, "selectivity, weights"), ".2f", missing="undefined")
figures.number("rho-plain", estimate("CNN without", "selectivity, loss"), ".2f", missing="undefined")

claims.report("SD-15", information := estimate("MLP", "information, loss"))
claims.report("SD-10", damage := average(found["MLP"]["selectivity, worst class"] - found["MLP"]["selectivity, loss"]))
agreement = average(over_units(mlp, lambda t: t.information, lambda t: t.histogram))
figures.number("rho-information", information, ".2f", missing="undefined")
figures.number("damage", damage, ".2f", missing="undefined")
figures.number("agreement", agreement, ".2f", missing="undefined")

# %% tags=["hide-input", "remove-output"]
ALT_RHO = "Rank correlations of four pairs for three kinds of networks; those of the MLPs lie near 0, those of the convolutional networks do not."
figures.glue("fig-rho", draw.correlations(found), alt=ALT_RHO)

# %% [markdown]
# ```{glue:figure} fig-rho
# :name: fig-rho
# :alt: Rank correlations of four pairs for three kinds of networks; those of the MLPs lie near 0, those of the convolutional networks do not.
# Spearman correlations over the units of a network; every point is a network. {glue:text}`seeds` MLPs on {glue:text}`n-train` images, up to four convolutional networks of each kind on {glue:text}`conv-train` images of {glue:text}`data`.
# ```
#
# In the MLPs selectivity and importance correlate with {glue:text}`rho-mlp`. The paper has 0.095 for its MLPs on MNIST: in both cases next to nothing. Mutual information does no better, {glue:text}`rho-information`; its two estimators rank units alike (correlation {glue:text}`agreement`), so this is not for want of precision.
#
# In the convolutional networks with batch normalisation the correlation is {glue:text}`rho-cnn`, clearly negative, as the paper found on CIFAR-10. The next section shows where that comes from. Without batch normalisation it is {glue:text}`rho-plain`: so "hardly predicts" is not a law of convolutional networks. It depends on the normalisation.
#
# The loss of the worst class correlates with selectivity more than the overall loss does by {glue:text}`damage`. A positive number would bear out the claim. Where units are hardly missed, both losses count the same few images, and we should not expect a difference.
#
# Finally the weights: {glue:text}`weights-mlp` in the MLPs and {glue:text}`weights-cnn` in the convolutional networks. Large weights are no sign of a selective unit. Over all layers of a convolutional network they are a sign of the contrary, because the first layer has few and large weights and is hardly selective.
#
# ## Early layers are missed more
#
# A unit of the first layer feeds all the others. Is it missed more? We compare the layers of deeper networks, all of one width.

# %%
deep = importance.fully_connected(**p.deep)
loss_by_layer = deep.loss.groupby("layer").mean().rename(layer="depth").transpose("seed", "depth")
falls = average(np.array([rank_correlation(loss_by_layer.depth, row) for row in loss_by_layer.values]))
claims.report("SD-12", falls)
figures.number("falls", falls, ".2f", missing="undefined")
figures.text("deep-widths", "-".join(map(str, p.deep_widths)))

# %% tags=["hide-input", "remove-output"]
ALT_LAYERS = (
    "Mean accuracy lost when one unit is ablated, by layer: largest in the first layer and smallest in the last."
)
figures.glue("fig-layers", draw.by_layer(loss_by_layer), alt=ALT_LAYERS)

# %% [markdown]
# ```{glue:figure} fig-layers
# :name: fig-layers
# :alt: Mean accuracy lost when one unit is ablated, by layer: largest in the first layer and smallest in the last.
# Mean training accuracy lost when a single unit is ablated, by its layer, in networks with {glue:text}`deep-widths` hidden units. Means and 95 % intervals over {glue:text}`seeds` seeds.
# ```
#
# The rank correlation of depth and mean loss is {glue:text}`falls`. Selectivity rises with depth, for the last layers are near the answer. Importance falls with depth. Put all layers in one pot and the two are negatively related,
# although within a layer nothing need be: this is how early layers drive the negative correlation of the convolutional networks.
#
# ## Batch normalisation and selectivity
#
# The paper reports that batch normalisation makes feature maps less selective, and takes this as a hint that selectivity is not what helps a network. We compare the medians over all feature maps.


# %%
def medians_of(cnn):
    """Medians over the feature maps of every network."""
    return cnn[["selectivity", "information"]].median("unit")


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
ALT_NORM = "Cumulative distributions over feature maps of selectivity and mutual information, with and without batch normalisation."
shown = {"class selectivity": cnn.selectivity, "information (bits)": cnn.information}
figures.glue("fig-selective-norm", draw.distributions(shown, ["without", "batch norm"]), alt=ALT_NORM)

# %% [markdown]
# ```{glue:figure} fig-selective-norm
# :name: fig-selective-norm
# :alt: Cumulative distributions over feature maps of selectivity and mutual information, with and without batch normalisation.
# Share of the feature maps below each selectivity (left) and each mutual information with the class (right), with and without batch normalisation. Every line is one network.
# ```
#
# With batch normalisation the median selectivity is {glue:text}`median-with`, without it {glue:text}`median-without`: a difference of {glue:text}`norm-selectivity`. In the paper it is negative; at the size of this page it has the *opposite* sign. The median information changes by {glue:text}`norm-information` bits. Why the sign differs can be seen in the definition.
# Selectivity is a ratio, so it is small when a unit has a large mean activity for every class. Nothing in our small network without normalisation keeps activities near the ReLU's threshold, and their large common part drowns the differences. Batch normalisation takes the mean away before the ReLU does its work.
# In a deep network trained on natural images the balance may be another. We do not reproduce the claim here, and would not call it refuted.
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
ALT_TRADE = "Test accuracy against mean selectivity for networks with a penalty of growing strength: accuracy stays level while selectivity falls, then drops."
figures.glue("fig-trade", draw.trade_off(pushed), alt=ALT_TRADE)

# %% [markdown]
# ```{glue:figure} fig-trade
# :name: fig-trade
# :alt: Test accuracy against mean selectivity for networks with a penalty of growing strength: accuracy stays level while selectivity falls, then drops.
# Test accuracy against mean selectivity of the units. Colour is the strength of the penalty, every point a network; {glue:text}`seeds` seeds, {glue:text}`widths` hidden units, {glue:text}`n-train` images of {glue:text}`data`. The dashed line is the unpenalised mean divided by 2.5.
# ```
#
# The weakest of our strengths that divides the selectivity by at least 2.5 in every network is $\lambda =$ {glue:text}`strength`. It takes the mean from {glue:text}`from` to {glue:text}`to`, and changes the test accuracy by {glue:text}`cost` points. Most of a network's selectivity is not needed for its accuracy. Some of it is: at the left end the accuracy does fall.
#
# ## On MNIST, recorded
#
# The source's fully connected networks learn MNIST, and its MLP is the one number we can compare with: a rank correlation of 0.095 between selectivity and importance. These units were recorded once and are stored with the book.

# %% tags=["hide-input", "remove-output"]
wide, pushed_far, deep_units = (results.recorded(name) for name in ("units-mlp", "selectivity-penalty", "units-cnn"))
figures.glue(
    "fig-units-recorded",
    figures.awaiting("units-mlp") if wide is None else draw.unit_scatter(wide),
    alt="Recorded on MNIST: accuracy lost against selectivity of every unit.",
    vector=False,
)
figures.glue(
    "fig-trade-recorded",
    figures.awaiting("selectivity-penalty") if pushed_far is None else draw.trade_off(pushed_far),
    alt="Recorded on MNIST: test accuracy against mean selectivity for penalties of growing strength.",
)
for name, result in (("units", wide), ("trade", pushed_far)):
    figures.text(f"{name}-recorded", "nothing has been recorded yet" if result is None else results.label(result))
rho_recorded = "unknown"
if wide is not None:
    values = {name: over_units(wide, *pair) for name, pair in pairs.items()}
    rho = average(values["selectivity, loss"])
    claims.report("SD-9", rho, part="mlp", recorded=wide)
    claims.report("SD-13", average(values["selectivity, weights"]), part="mlp", recorded=wide)
    claims.report("SD-15", average(values["information, loss"]), recorded=wide)
    worse = average(values["selectivity, worst class"] - values["selectivity, loss"])
    claims.report("SD-10", worse, recorded=wide)
    rho_recorded = f"{rho:.2f}".replace("-", "−")
if deep_units is not None:
    report_norm(deep_units, recorded=deep_units)
if pushed_far is not None:
    report_cost(pushed_far, recorded=pushed_far)
figures.text("rho-recorded", rho_recorded)

# %% [markdown]
# ```{glue:figure} fig-units-recorded
# :name: fig-units-recorded
# :alt: Recorded on MNIST: accuracy lost against selectivity of every unit.
# Recorded: {glue:text}`units-recorded`. Drawn like {numref}`fig-units`. Rank correlation of selectivity and loss: {glue:text}`rho-recorded`.
# ```
#
# ```{glue:figure} fig-trade-recorded
# :name: fig-trade-recorded
# :alt: Recorded on MNIST: test accuracy against mean selectivity for penalties of growing strength.
# Recorded: {glue:text}`trade-recorded`. Drawn like {numref}`fig-trade`.
# ```
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
# - The convolutional networks have four layers and few feature maps. Their verdicts are about them, not about 11 layers on CIFAR-10.
# - What we say of {cite:t}`zhou2018revisiting` is from memory of its abstract, and of {cite:t}`leavitt2021selectivity` from the abstract; theirs are larger networks on natural images.
# - Rank correlations over all layers mix what happens within layers with what happens between them.
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
# Negative, if the difference between the layers exceeds the spread within them. This is Simpson's paradox. A correlation within each layer, averaged over layers, would not be fooled. Compute it with `mlp.groupby("layer")`.
# ```
