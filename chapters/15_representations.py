# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What hidden layers keep
#
# > Networks that learn features flatten the data towards a line; whether they *forget* information about the input depends on how one looks.
#
# In this chapter you will
#
# - see the hidden layer of a feature network flatten towards one direction, and that of a lazy one not;
# - measure intrinsic dimension layer by layer;
# - find out where the "compression phase" of the information bottleneck comes from.
#
# Two meanings of *compression* meet here. The geometric one is that of {doc}`12_stripe`, after {cite:t}`petrini2020learning` and {cite:t}`ansuini2019intrinsic`. The information-theoretic one is that of {cite:t}`shwartz2017opening`, criticised by {cite:t}`saxe2019information`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
p: int = None  # training points of the networks with one hidden layer
width: int = None  # neurons of these networks
seeds: int = None  # networks for each setting
frames: int = None  # points along training
max_steps: int = None  # trial steps after which a flow is given up
images: str = None  # image set: digits, or mnist (downloaded)
layers: list = None  # hidden widths of the deep network
layer_epochs: int = None  # passes of the deep network
plane_epochs: int = None  # passes of the information plane's networks
plane_every: int = None  # passes between two points of the plane
bins: list = None  # bins between −1 and 1, rising; the second is the one of the figure
unit_samples: int = None  # inputs of the single unit

# %%
import numpy as np

from nbkit import device as machine
from nbkit import figures, intervals, ledger, params, representations
from nbkit.figures import representations as draw

par = params.load("15", globals())
machine.use_cores()
claims = ledger.Chapter("15", par)

# %% tags=["hide-input", "hide-output"]
params.table(par)

# %% [markdown]
# ## The hidden layer as a cloud of points
#
# Push 500 test points through the network of {doc}`12_stripe` and look at the pre-activations $a_n = \omega_n\cdot x/\sqrt d + b_n$ of its $h$ neurons: 500 points in $\mathbb R^h$. They are a linear image of $x$, so they fill $d$ dimensions at most.
# At the start the neurons look in all directions alike, so none of these is preferred. If training makes all $\omega_n$ parallel to $x_\parallel$, they must fall on a line.

# %%
tasks = {"stripe": ("stripe", 5), "images": (par.images, 10)}
found = {name: representations.last_layer(task, d=d, **par.flows) for name, (task, d) in tasks.items()}

# %% tags=["hide-input", "remove-output"]
titles = {"stripe": "stripe, d = 5", "images": f"{par.images}, 10 components"}
named = {titles[name]: result for name, result in found.items()}
figures.glue(
    "fig-layer",
    draw.layer_pictures(named),
    alt="Hidden layers on two principal components: broad clouds with mixed classes in the lazy regime; in the feature regime a narrow band for the stripe, with the class −1 in its middle, and for the images a cloud that is a little flatter, with one class at either end.",
    vector=False,
)
figures.glue(
    "fig-shapes",
    draw.layer_shapes(named),
    alt="Along training, the share of the first principal component jumps to nearly one in the feature regime, stays there on the stripe and comes down again on the images, and does not move in the lazy one; the intrinsic dimension falls to about two in the feature regime only and rises again towards the end.",
)

# %%
for name, part in (("stripe", "stripe"), ("images", "digits")):
    end = found[name].isel(share=-1)
    first = intervals.mean((end["first"].sel(regime="feature") - end["first"].sel(regime="lazy")).values)
    ratio = intervals.bootstrap(
        lambda a, b: a.mean() / b.mean(),
        end.dimension.sel(regime="feature").values,
        end.dimension.sel(regime="lazy").values,
    )
    claims.report("LF-19", first, part=f"{part}_pc1")
    claims.report("LF-19", ratio, part=f"{part}_dimension")
    figures.number(f"first-{name}", first, ".2f")
    figures.number(f"ratio-{name}", ratio, ".2f")
figures.number("unfinished", sum(int((~result.converged).sum()) for result in found.values()), "d")
for name in ("p", "width", "seeds", "images", "preset", "plane_epochs", "layer_epochs"):
    figures.text(name.replace("_", "-"), str(getattr(par, name)))

# %% [markdown]
# ```{glue:figure} fig-layer
# :name: fig-layer
# :alt: Hidden layers on two principal components: broad clouds with mixed classes in the lazy regime; in the feature regime a narrow band for the stripe, with the class −1 in its middle, and for the images a cloud that is a little flatter, with one class at either end.
# Pre-activations of the hidden layer on 500 test points, on their first two principal components, one network each at the end of training ($p =$ {glue:text}`p`, $h =$ {glue:text}`width`; preset {glue:text}`preset`). Colour and marker are the label; both axes of a panel run over the same values.
# ```
#
# ```{glue:figure} fig-shapes
# :name: fig-shapes
# :alt: Along training, the share of the first principal component jumps to nearly one in the feature regime, stays there on the stripe and comes down again on the images, and does not move in the lazy one; the intrinsic dimension falls to about two in the feature regime only and rises again towards the end.
# Share of variance of the first principal component, and intrinsic dimension, along training. Mean and 95 % band over {glue:text}`seeds` seeds, $p =$ {glue:text}`p`, $h =$ {glue:text}`width`; preset {glue:text}`preset`. {glue:text}`unfinished` of the networks did not fit all their points in time; their last state counts as the end.
# ```
#
# *Intrinsic dimension* is estimated from the distances $r_1 < r_2$ of each point to its two nearest neighbours. In $D$ dimensions, where the density is constant over such distances, $\ln(r_2/r_1)$ is exponentially distributed with rate $D$, so its mean gives $D$ (TwoNN, as in {cite:t}`ansuini2019intrinsic`; we leave out the largest tenth of the ratios, which is recalled and not checked).
#
# At the end of training, the first component's share is higher in the feature regime by {glue:text}`first-stripe` on the stripe and {glue:text}`first-images` on the images; the intrinsic dimension is {glue:text}`ratio-stripe` and {glue:text}`ratio-images` of the lazy network's.
# The dimension does not fall to 1: nearest neighbours are near, so it sees the thickness even of a thin line. And the layers are flattest while the first points are fitted; by the time the last ones are, the dimension has come up again (lower panels).
#
# ## By layer
#
# In a deep network the same should happen gradually. We train a fully connected network with {glue:text}`depth` hidden layers on the ten classes of {glue:text}`images`, as one ordinarily does (Adam, {glue:text}`layer-epochs` epochs).

# %%
deep = representations.by_layer(
    par.images, widths=par.layers, epochs=par.layer_epochs, seeds=par.seeds, seed=par.seed, device=par.device
)
figures.text("depth", str(len(par.layers)))
figures.number("deep-accuracy", intervals.mean(100 * deep.accuracy), ".1f")
figures.number("deep-input", float(deep.dimension[1, :, 0].mean()), ".1f")
figures.number("deep-last", intervals.mean(deep.dimension[1, :, -1]), ".1f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-by-layer",
    draw.by_layer(deep),
    alt="The first component's share rises with depth before and after training, the intrinsic dimension falls from layer to layer after training and little before.",
)

# %% [markdown]
# ```{glue:figure} fig-by-layer
# :name: fig-by-layer
# :alt: The first component's share rises with depth before and after training, the intrinsic dimension falls from layer to layer after training and little before.
# First component's share and intrinsic dimension by layer on 500 test images of {glue:text}`images`; mean and 95 % band over {glue:text}`seeds` seeds; preset {glue:text}`preset`. Test accuracy {glue:text}`deep-accuracy` %.
# ```
#
# After training the intrinsic dimension falls from {glue:text}`deep-input` at the input to {glue:text}`deep-last` at the last hidden layer; before training it hardly changes. With ten classes we did not expect a line, and there is none.
#
# ## Does a network forget its input?
#
# {cite:t}`shwartz2017opening` describe training in two phases: first the layers learn about the label, then they *compress*: the mutual information $I(X; T)$ between the input and a layer falls, and that is why the network generalises.
# The popular overview {cite:p}`overview2024` calls the bottleneck a filter that lowers the dimension of the data, and says that "this is exactly what gradient descent does". Two things are mixed up there. The bottleneck trades $I(X; T)$ against $I(T; Y)$ and knows no dimension: the sections above measured dimension, this one measures information. And whether gradient descent makes that trade is the question, not the answer.
# A layer is a deterministic function of its input, so strictly nothing is measured: $I(X;T)$ is the entropy of the input as long as no two inputs collide. What is measured is the entropy after rounding the activations to bins. {cite:t}`saxe2019information` argue that the fall is made by units that saturate, and by the bins.
#
# Take a single unit, $T = f(wX)$ with $X \sim \mathcal N(0,1)$, rounded to 30 bins between −1 and 1. Training makes weights grow. What does the growth of $w$ alone do?

# %%
weights = np.geomspace(0.1, 100, 31)
units = [representations.single_unit(weights, samples=par.unit_samples, seed=par.seed + s) for s in range(par.seeds)]
tanh, relu = (np.array([u.information.sel(activation=name).values for u in units]) for name in ("tanh", "relu"))
rise, fall = intervals.mean(tanh.max(1) - tanh[:, 0]), intervals.mean(tanh[:, -1] - tanh.max(1))
claims.report("GD-25", rise, part="tanh_rise")
claims.report("GD-25", fall, part="tanh_fall")
claims.report("GD-25", intervals.worst(np.maximum(-np.diff(relu, axis=1), 0).max(1)), part="relu")
for name, value in {"unit-start": tanh[:, 0], "unit-peak": tanh.max(1), "unit-end": tanh[:, -1]}.items():
    figures.number(name, value.mean(), ".2f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-unit",
    draw.single_unit(units[0]),
    alt="Information of one unit against its weight: for tanh it rises and then falls, for ReLU it only rises.",
)

# %% [markdown]
# ```{glue:figure} fig-unit
# :name: fig-unit
# :alt: Information of one unit against its weight: for tanh it rises and then falls, for ReLU it only rises.
# Information in bits between $x \sim \mathcal N(0,1)$ and $f(wx)$ read to bins of width 1/15, against the weight $w$; the first of {glue:text}`seeds` draws of the inputs; preset {glue:text}`preset`. Nothing is trained here.
# ```
#
# For tanh the information rises from {glue:text}`unit-start` to {glue:text}`unit-peak` bits and falls to {glue:text}`unit-end`: the unit saturates, and in the end says little more than the sign of $x$. For ReLU it only rises. Two phases, without any learning: so phases alone are no evidence of it.
#
# ## The information plane
#
# Now with learning: networks of widths 12-10-7-5-4-3-2 on all $2^{12}$ inputs of 12 bits, which are sorted into two classes by a random smooth function (ours; the papers use another one). Once with tanh, once with ReLU, and $I(X;T)$ for every hidden layer along training.

# %%
plane = representations.information_plane(
    epochs=par.plane_epochs,
    every=par.plane_every,
    seeds=par.seeds,
    bin_widths=[2 / b for b in par.bins],
    seed=par.seed,
    device=par.device,
)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-plane",
    draw.information_plane(plane.information.isel(bins=1)),
    alt="Information with the input against the epoch for five layers: in the tanh network that of the last layers falls by bits from a peak, in the ReLU network that of the later layers rises from a low start and stays.",
)

# %%
last_layers = plane.isel(layer=slice(-2, None))
falls = (last_layers.information.max("epoch") - last_layers.information.isel(epoch=-1)).mean("layer")
noisy = (last_layers.noisy.max("epoch") - last_layers.noisy.isel(epoch=-1)).mean("layer")
middle = falls.isel(bins=1)
claims.report("LF-23", intervals.mean(middle.sel(activation="tanh")), part="tanh")
claims.report("LF-23", intervals.mean(middle.sel(activation="relu")), part="relu")
by_bins = falls.sel(activation="tanh")
fine_over_coarse = intervals.bootstrap(
    lambda fine, coarse: fine.mean() / coarse.mean(), by_bins.isel(bins=-1).values, by_bins.isel(bins=0).values
)
claims.report("LF-23", fine_over_coarse, part="bins")
for name in ("tanh", "relu"):
    figures.number(f"fall-{name}", intervals.mean(middle.sel(activation=name)), ".2f")
    figures.number(f"noisy-{name}", intervals.mean(noisy.sel(activation=name)), ".2f")
    figures.number(f"accuracy-{name}", intervals.mean(100 * plane.accuracy.sel(activation=name)), ".1f")
for position, name in ((0, "coarse"), (-1, "fine")):
    figures.number(f"fall-{name}", intervals.mean(by_bins.isel(bins=position)), ".2f")
    figures.text(f"bins-{name}", str(par.bins[position]))
figures.number("fine-over-coarse", fine_over_coarse, ".1f", missing="not defined, as nothing falls with coarse bins,")
figures.text("bins-middle", str(par.bins[1]))

# %% [markdown]
# ```{glue:figure} fig-plane
# :name: fig-plane
# :alt: Information with the input against the epoch for five layers: in the tanh network that of the last layers falls by bits from a peak, in the ReLU network that of the later layers rises from a low start and stays.
# $I(X;T)$ of each hidden layer along training, read to {glue:text}`bins-middle` bins between −1 and 1 (bins of the same width for ReLU). Mean and 95 % band over {glue:text}`seeds` seeds, {glue:text}`plane-epochs` epochs; preset {glue:text}`preset`. Test accuracy: tanh {glue:text}`accuracy-tanh` %, ReLU {glue:text}`accuracy-relu` %.
# ```
#
# In the last two hidden layers the information falls from its peak by {glue:text}`fall-tanh` bits in the tanh network, and by {glue:text}`fall-relu` in the ReLU network. Both generalise. If the ReLU network's fall is none, a compression phase is not needed for generalisation, as {cite:t}`saxe2019information` say; an interval that reaches well above 0 does not show that it is none. (A fall from a peak is never negative; Student's interval does not know that.)
#
# What of the bins? With {glue:text}`bins-coarse` bins the tanh layers fall by {glue:text}`fall-coarse` bits, with {glue:text}`bins-fine` by {glue:text}`fall-fine`: the fall with the finest is {glue:text}`fine-over-coarse` times as large. We had expected it to shrink. A likely reason, which we have not checked: finer bins see more information at the peak, while at the end many units sit so close to ±1 that these bins cannot tell them apart, either.
# The size of the fall depends on the bins; where the interval stays above 0 at both widths, its existence does not. With noise (deviation 0.05) in place of bins the information falls by {glue:text}`noisy-tanh` bits for tanh and {glue:text}`noisy-relu` for ReLU. What is measured there are upper bounds from 512 of the inputs and cannot exceed 9 bits, where the binned numbers can reach 12: compare the two networks, not the two measures.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds: Student's $t$ for differences, bootstrap for ratios. What must hold in every draw (GD-25 for ReLU) is shown with its range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The label function of the information plane is ours, and so is the optimiser (Adam). The papers trained longer, with plain gradient descent.
# - Intrinsic dimension from 500 points is biased downwards when it is large. Compare values, do not read them as counts.
# - That ReLU layers do not lose information in bins of one width does not say what they do under another measure; with activations that grow, a fixed bin gets finer.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-rate
# Show that $\ln(r_2/r_1)$ is exponential with rate $D$ where the density is constant.
# ```
#
# ```{solution} ex-rate
# :class: dropdown
# The volumes $r_1^D$ and $r_2^D$ are the first two points of a Poisson process, so given $r_2$, the ratio $u = (r_1/r_2)^D$ is uniform on $[0, 1]$. Then $\ln(r_2/r_1) = -\ln(u)/D$, and $-\ln u$ is exponential with rate 1.
# ```
#
# ```{exercise}
# :label: ex-limit
# What is the limit of the tanh unit's information for $w \to \infty$, and for $w \to 0$?
# ```
#
# ```{solution} ex-limit
# :class: dropdown
# For $w \to \infty$ the unit is the sign of $x$: 1 bit. For $w \to 0$ all values fall into the two bins beside 0: also 1 bit, with an edge of the bins at 0, and 0 bits if 0 lay inside a bin. Where bins lie matters.
# ```
#
# ```{exercise}
# :label: ex-scale
# Divide a trained tanh network's bins by the size of its activations, layer by layer. Would the ReLU network show a fall if its bins grew with its activations?
# ```
#
# ```{solution} ex-scale
# :class: dropdown
# In a tanh layer that saturates the largest activation is about 1, so little changes. With bins relative to the largest activation, a ReLU layer whose activations grow for a few inputs puts all the others into few bins, so its information can fall. Try `representations.binned_information(t, t.max() / 30)`.
# ```
