# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The solution you get
#
# > Many solutions fit the training data perfectly. Data and loss cannot tell them apart: how you search decides which one you get.
#
# In this chapter you will
#
# - watch gradient descent choose one of infinitely many perfect fits, and change its choice without touching data or loss;
# - see what the loss function does decide: how hard a single wrong label can pull, and what many of them do;
# - see that a classifier goes on turning towards the widest margin long after its last training error, and how slowly.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
equations: int = 10  # equations of the least-squares problems
unknowns: int = 40  # weights of the least-squares problems
points: int = 8  # separable points in the plane
seeds: int = None  # random problems of each kind
steps: int = None  # steps of logistic gradient descent
noise: float = 0.4  # share of digits' labels that are shuffled
digits_train: int = None  # training images of each network
digits_epochs: int = None  # passes over them
digits_seeds: int = None  # networks for each loss
map_train: int = 200  # digits of the last figure
map_epochs: int = None  # passes over them

# %%
from functools import partial

import numpy as np
import xarray as xr

from nbkit import (
    ablation,
    aliasing,
    circle,
    figures,
    fleet,
    intervals,
    laziness,
    ledger,
    losses,
    minimisers,
    nets,
    params,
)
from nbkit import device as machine
from nbkit.data import images
from nbkit.figures import inductive_bias as draw

p = params.load("01", globals())
machine.use_cores()
claims = ledger.Chapter("01", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## One equation, two weights
#
# Start with the smallest model that has a choice: two weights, one training example $x = (1, 2)$ with target $y = 2$. The loss
# $\tfrac12 (w_1 + 2 w_2 - 2)^2$ is zero on a whole line. Every point of that line fits the data perfectly. Data and loss have nothing more to say.
#
# Gradient descent still ends at one point. Follow three searches for the same minimum.

# %%
x, y = np.array([[1.0, 2.0]]), np.array([2.0])
paths = {
    "from 0": minimisers.descend_least_squares(x, y, start=np.zeros(2), lr=0.02, steps=500),
    "from elsewhere": minimisers.descend_least_squares(x, y, start=np.array([2.4, -0.9]), lr=0.02, steps=500),
    "from 0, as $w = u^2 - v^2$": minimisers.descend_squares(x, y, scale=0.02, lr=0.01, steps=4000),
}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-valley",
    draw.valley(x, y, paths),
    alt="Plane of two weights with a line of solutions. Three paths reach it at three different points: the nearest to 0, one further along, and one where the first weight is almost 0.",
)

# %% [markdown]
# ```{glue:figure} fig-valley
# :name: fig-valley
# :alt: Plane of two weights with a line of solutions. Three paths reach it at three different points: the nearest to 0, one further along, and one where the first weight is almost 0.
# Three searches for a minimum of the same loss on the same example. Hollow: start. Filled: end. Thin curves are lines of equal loss. Nothing here is random.
# ```
#
# All three end with zero loss, at three different models.
#
# - **The start decides.** A gradient of this loss is always a multiple of $x$, so the path runs straight along $x$ and ends at the solution nearest to its start. From 0 that is the solution of least norm.
# - **The parameterisation decides.** Write $w = u^2 - v^2$, coordinate by coordinate, and descend in $u$ and $v$ from a small start. The loss of $w$ is unchanged. But now a weight moves the faster the larger it is, so the large outgrow
#   the small, and the path ends near an axis, where one weight does all the work. For small starts the limit is the solution of least $\ell_1$ norm {cite:p}`woodworth2020kernel`.
#
# This is *implicit bias*: different minimisers of the same objective, picked by algorithm, start, step size and parameterisation {cite:p}`gunasekar2018characterizing`.
#
# ```{admonition} What the word means, and what it does not
# :class: note
# *Inductive bias* is everything that makes a learner prefer one solution over another that fits equally well. The popular overview that this part follows {cite:p}`overview2024` puts three things differently, and it pays to keep them apart.
#
# - It says the bias is "rooted in its optimization objective". The objective has a say, as we see below, but the three searches above share one objective and end apart.
# - It calls gradient descent an instance of empirical risk minimisation. *Empirical risk minimisation* is a principle: choose a model with the least training loss. Gradient descent is an algorithm that tries to. The principle cannot tell the points of the line apart; the algorithm does.
# - It describes a *prior* as the initial distribution of the data. A prior is a distribution over hypotheses, before any data are seen. It is one way to write a bias down.
# ```
#
# ## Least norm, in general
#
# ```{prf:proposition} Gradient descent finds the nearest solution
# :label: prop-nearest
# Let $X \in \mathbb{R}^{n \times d}$ have rank $n < d$, and let gradient descent on $\tfrac{1}{2n}\|Xw - y\|^2$ from $w_0$ converge. Its limit is $w_0 + X^{+}(y - X w_0)$, the solution nearest to $w_0$.
# ```
#
# ```{prf:proof}
# Each gradient is $X^\top$ times a vector, so $w_t - w_0$ stays in the row space of $X$, and so does its limit $\Delta$. The limit has zero gradient, so $X(w_0 + \Delta) = y$ because $X$ has rank $n$. The row space contains exactly one $\Delta$ with
# $X\Delta = y - Xw_0$, namely $X^{+}(y - Xw_0)$. Any other solution differs from this one by a vector orthogonal to the row space, and so lies further from $w_0$.
# ```
#
# Nothing in the loss asks for a small norm. We check it on random problems with {glue:text}`equations` equations and {glue:text}`unknowns` weights, against the pseudo-inverse.

# %%
least = minimisers.least_norm(n=p.equations, d=p.unknowns, steps=3000, seeds=p.seeds, seed=p.seed)
claims.report("GD-1", intervals.worst(least.distance.sel(start="zero")))

figures.number("least-distance", float(least.distance.max()), ".0e")
figures.number("norm-random", intervals.mean(least.norm.sel(start="random")), ".1f")
for name in (
    "equations",
    "unknowns",
    "seeds",
    "points",
    "steps",
    "digits_train",
    "digits_seeds",
    "map_train",
    "preset",
):
    figures.text(name.replace("_", "-"), f"{value:,}" if isinstance(value := getattr(p, name), int) else value)
figures.text("noise", f"{p.noise:.0%}".replace("%", " %"))

# %% [markdown]
# Over {glue:text}`seeds` random problems, gradient descent ends within {glue:text}`least-distance` of the solution nearest to its start, from 0 and from a random start alike. From a random start that solution is on average {glue:text}`norm-random` times as
# long as the least one, and it fits just as well. The start is remembered for ever: no amount of training removes what the data cannot see.
#
# ## What the loss does decide
#
# Now change the loss. Take one example of class 0, and let $z$ be the logit of class 1: the larger $z$, the more wrong the model. How strongly does this one example pull at the model? The answer is $\mathrm{d}\ell/\mathrm{d}z$. With $s = 1/(1+e^{-z})$:
#
# | loss | value | pull $\mathrm{d}\ell/\mathrm{d}z$ | as $z \to \infty$ |
# |---|---|---|---|
# | square | $z^2$ | $2z$ | grows without bound |
# | cross-entropy | $\ln(1+e^{z})$ | $s$ | tends to 1; the loss itself is unbounded |
# | Brier | $s^2$ | $2 s^2 (1-s)$ | tends to 0, never above $8/27$ |
# | absolute | $s$ | $s(1-s)$ | tends to 0, never above $1/4$ |

# %%
z = np.concatenate([-np.geomspace(1, 1e6, 1000)[::-1], np.linspace(-1, 1, 2001), np.geomspace(1, 1e6, 1000)])
largest = {loss: intervals.worst(np.abs(losses.pull(loss, z)).max()) for loss in losses.NAMES}
slope = np.polyfit(np.log(z[z > 10]), np.log(losses.pull("squared", z[z > 10])), 1)[0]
claims.report("GD-2", largest["cross_entropy"], part="cross_entropy")
claims.report("GD-2", largest["brier"], part="brier")
claims.report("GD-2", intervals.worst(slope), part="square")
figures.number("brier-pull", largest["brier"].value, ".3f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-pulls",
    draw.pulls(),
    alt="Left: four losses against the logit; square and cross-entropy rise without bound, Brier and absolute level off at 1. Right: their derivatives; the square loss's is a rising line, cross-entropy's tends to 1, the others return to 0.",
)

# %% [markdown]
# ```{glue:figure} fig-pulls
# :name: fig-pulls
# :alt: Left: four losses against the logit; square and cross-entropy rise without bound, Brier and absolute level off at 1. Right: their derivatives; the square loss's is a rising line, cross-entropy's tends to 1, the others return to 0.
# Four losses of one example of class 0 (left) and their derivatives (right), in closed form. An outlier sits at the far right of each panel.
# ```
#
# The overview says that cross-entropy is more robust to outliers than the square loss. Its *pull* is bounded, that much is right. But under cross-entropy an outlier pulls with full strength however far off it is, and is never given up. The Brier and the absolute loss let go:
# beyond some point, the more wrong an example is, the less it matters. The largest pull of the Brier loss on our grid is {glue:text}`brier-pull`; the formula gives $8/27$.
#
# Does the difference matter when labels are wrong? We shuffle {glue:text}`noise` of the labels of {glue:text}`digits-train` digits and train the same small networks with each loss, summed over the ten classes (the square loss compares logits with 0 and 1, the Brier and the absolute loss probabilities). {cite:t}`ghosh2017robust` argue that bounded losses tolerate such noise (we know that paper at second hand).

# %%
noisy = losses.noisy_digits(**p.digits)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-noise",
    draw.noisy_digits(noisy, p.noise),
    alt="Accuracy by epoch for four losses. On clean test digits cross-entropy peaks first and then falls the most; on shuffled training labels it rises the highest.",
)

# %%
last = noisy.test_accuracy.isel(epoch=-1)
against_square = intervals.mean(last.sel(loss="cross_entropy") - last.sel(loss="squared"))
claims.report("GD-2", against_square, part="label_noise")
brier_gain = intervals.mean(last.sel(loss="brier") - last.sel(loss="cross_entropy"))
claims.report("GD-2", brier_gain, part="bounded")
figures.number("ce-gain", against_square, ".1f")
figures.number("brier-gain", brier_gain, ".1f")
for loss in losses.NAMES:
    name = loss.replace("_", "-")
    figures.number(f"{name}-peak", float(noisy.test_accuracy.sel(loss=loss).mean("seed").max()), ".0f")
    figures.number(f"{name}-last", intervals.mean(last.sel(loss=loss)), ".0f")
    figures.number(f"{name}-fitted", intervals.mean(noisy.train_accuracy.sel(loss=loss).isel(epoch=-1)), ".0f")
figures.number("labels-right", 100 * (1 - 0.9 * p.noise), ".0f")

# %% [markdown]
# ```{glue:figure} fig-noise
# :name: fig-noise
# :alt: Accuracy by epoch for four losses. On clean test digits cross-entropy peaks first and then falls the most; on shuffled training labels it rises the highest.
# A network with one hidden layer of 64 units on {glue:text}`digits-train` digits with {glue:text}`noise` shuffled labels. Bands are 95 % intervals over {glue:text}`digits-seeds` seeds; preset {glue:text}`preset`. The thin line on the right is the share of training labels that are right:
# above it a network has learned wrong labels by heart.
# ```
#
# Under every loss the accuracy on clean digits rises first. Then the losses part (accuracies in %, means over seeds; about {glue:text}`labels-right` % of the training labels are still right):
#
# | loss | clean digits, best on the way | clean digits, at the end | shuffled labels, at the end |
# |---|---|---|---|
# | cross-entropy | {glue:text}`cross-entropy-peak` | {glue:text}`cross-entropy-last` | {glue:text}`cross-entropy-fitted` |
# | square | {glue:text}`squared-peak` | {glue:text}`squared-last` | {glue:text}`squared-fitted` |
# | Brier | {glue:text}`brier-peak` | {glue:text}`brier-last` | {glue:text}`brier-fitted` |
# | absolute | {glue:text}`absolute-peak` | {glue:text}`absolute-last` | {glue:text}`absolute-fitted` |
#
# Cross-entropy learns the most wrong labels by heart, and falls the furthest on clean digits. At the end it is {glue:text}`ce-gain` points above the square loss (a minus means below), and the Brier loss {glue:text}`brier-gain` points above cross-entropy. So the overview's sentence does not carry over from one outlier to many wrong labels: here a bounded pull did not make cross-entropy the more robust of the two.
# The comparison is one of endings. Cross-entropy learns fastest, and while the curves rise it is ahead of the square loss; its best value on the way is {glue:text}`cross-entropy-peak` against {glue:text}`squared-peak`. The absolute loss is the slowest.
#
# ## After the last error: the widest margin
#
# Take a linear classifier and points that a line through the origin can separate. The logistic loss $\frac1n\sum_i \ln(1 + e^{-y_i w^\top x_i})$ has no minimum then: doubling a separating $w$ always lowers it. So $\|w\|$ grows for ever. What happens to the *direction* of $w$?
#
# ```{prf:theorem} Soudry et al.
# :label: thm-margin
# On separable data, gradient descent on the logistic loss with a small enough step satisfies $w(t)/\|w(t)\| \to \hat w$, the direction of largest margin, from any start. For almost every data set the distance to $\hat w$ is at most of order $1/\ln t$.
# ```
#
# The proof is in {cite:t}`soudry2018implicit`; the idea fits in a paragraph. Once all points are on the right side, point $i$ pulls with strength about $e^{-y_i w^\top x_i}$. As $w$ grows, the points with the smallest margin outweigh all others exponentially, so in the end only
# they, the *support vectors*, steer. Their strengths add up to about $1/t$, so $w$ grows only like $\hat w \ln t$, while what is wrong with its direction stays bounded. Bounded over $\ln t$: that is the slow rate.
#
# In our example the constant can be worked out. We place two support vectors at distance 1 from the best line and shifted along it by $a$ and $-b$, and all others further away. Across $\hat w$ the weight comes to rest at $\rho$ where both pull equally, $a e^{-\rho a} = b e^{\rho b}$, so
#
# $$
# \left\| \frac{w(t)}{\|w(t)\|} - \hat w \right\| \approx \frac{c}{\ln t}, \qquad c = |\rho| = \frac{|\ln(a/b)|}{a + b}.
# $$
#
# If slowness comes from vanishing pulls, then dividing the gradient by the loss should cure it. We run both, the second on the exponential loss $\sum_i e^{-y_i w^\top x_i}$, to which the logistic loss comes close once all points are on the right side.

# %%
plain = minimisers.towards_max_margin(**p.margin, steps=p.steps, normalised=False)
SOON = min(p.steps, 10_000)
normalised = minimisers.towards_max_margin(**p.margin, steps=SOON, normalised=True)

# %% [markdown]
# The slider moves through time in equal steps of $\ln t$, on the set of points where the turning is easiest to see. The solid grey line is the max-margin line, the dotted ones its margins.

# %%
shown = int(plain.gap.isel(time=12).values.argmax())  # the set of points on which the turning is easiest to see
points_x, points_y, normal = minimisers.separable_points(p.points, seed=p.seed + shown)
times = [t for t in np.unique(np.geomspace(1, p.steps, 16).round()) if t <= p.steps]
at = lambda result, t: result.w.isel(seed=shown).sel(time=t, method="nearest").values
frames = [
    draw.separator(
        points_x,
        points_y,
        normal,
        {"gradient descent": at(plain, t), "divided by\nthe loss": at(normalised, min(t, SOON))},
    )
    for t in times
]
figures.scrubber(
    frames,
    label="step",
    values=[f"{t:,.0f}" for t in times],
    alt="Separable points, their max-margin line, and the lines found by plain and by loss-normalised gradient descent, which turn towards it; the plain one is still visibly off at the end.",
    figsize=(6.2, 3.9),
)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-gap",
    draw.gaps(plain, normalised),
    alt="Distance to the max-margin direction against the step, log-log: plain gradient descent flattens and follows c over ln t, the normalised one falls steeply.",
)


# %%
def fall(gap):
    """Fall of ln(mean gap) per unit of ln ln t between the first and the last column of gap (sets, 2)."""
    early, late = gap.mean(axis=0)
    return np.log(early / late) / np.log(np.log(ends.time[1]) / np.log(ends.time[0])).item()


ends = plain.gap.sel(time=[100, p.steps], method="nearest")
claims.report("GD-3", intervals.bootstrap(fall, ends.transpose("seed", "time").values), part="rate")
claims.report("GD-3", intervals.mean(normalised.gap.isel(time=-1)), part="normalised")

law = intervals.mean(plain.gap.isel(time=-1) * np.log(p.steps) / plain.limit)
figures.number("margin-rate", intervals.bootstrap(fall, ends.transpose("seed", "time").values), ".2f")
figures.number("margin-law", law, ".2f")
figures.number("gap-plain", intervals.mean(plain.gap.isel(time=-1)), ".3f")
figures.number("gap-normalised", intervals.mean(normalised.gap.isel(time=-1)), ".0e")
figures.text("soon", f"{SOON:,}")

# %% [markdown]
# ```{glue:figure} fig-gap
# :name: fig-gap
# :alt: Distance to the max-margin direction against the step, log-log: plain gradient descent flattens and follows c over ln t, the normalised one falls steeply.
# Distance $\| w/\|w\| - \hat w \|$ for {glue:text}`seeds` random sets of {glue:text}`points` points (thin), and its geometric mean (thick). The dashed line is $c/\ln t$ with the geometric mean of $c$ over the sets.
# ```
#
# After {glue:text}`steps` steps the direction is still {glue:text}`gap-plain` away from the best one. The law $c/\ln t$ is about right already: measured over predicted distance is {glue:text}`margin-law` on average, and since step 100 the mean distance has fallen like $\ln t$ to the power of minus {glue:text}`margin-rate`, where the law says 1. Dividing by the loss brings the distance down to {glue:text}`gap-normalised` in {glue:text}`soon`
# steps. The bias of the two algorithms is the same; only the patience it needs differs.
#
# One practical remark follows. Training loss and accuracy look finished long before the direction is. What still improves after the last training error is the margin, and no training curve shows it.
#
# ## A map of the book
#
# Start, parameterisation and loss have a say even where the model is *linear*; chapter 03 adds the size of the steps. A network adds its architecture: it decides what is easy to write down. The fully connected network of the digits above treats all pixels alike; a convolutional one presumes that nearby pixels
# belong together and that a pattern means the same wherever it stands (chapter 04 measures the two together). The rest of the book asks, in four parts, what all this makes networks prefer. Here is one small result from each.

# %%
waves = circle.network_decay([1, 2, 4, 8], width=2048, n=64, lr=5.0, steps=150, seeds=3, seed=p.seed)

modes = np.arange(1, 16)
pooled = np.array([aliasing.snr(mode, [0.5, 0.5], 32, 2) for mode in modes])

alphas = [1.0, 4.0, 16.0, 64.0]
moved = laziness.movement_by_scale(alphas, n=10, d=5, units=50, steps=300, seeds=4, seed=p.seed).moved

digits, shares = images.load("digits"), {"true": 0.0, "shuffled": 1.0}
splits = [
    losses.shuffled_digits(digits, p.map_train, share, seed=p.seed + s) for share in shares.values() for s in range(4)
]
trained = fleet.train(
    partial(nets.build, "mlp", shape=(1, 8, 8), classes=10),
    [fleet.Task(split, seed=p.seed + i % 4, lr=3e-3) for i, split in enumerate(splits)],
    fleet.Training(epochs=p.map_epochs, batch=50, schedule="constant", optimizer="adam"),
    keep_weights="final",
    device="cpu",
)
curves = [
    ablation.cumulative(trained.model(i), split.x, split.y, orders=5, steps=10, seed=i).mean("order")
    for i, split in enumerate(splits)
]
ablated = 100 * xr.DataArray(
    np.reshape(curves, (2, 4, -1)),
    dims=("labels", "seed", "fraction"),
    coords={"labels": list(shares), "fraction": curves[0].fraction},
)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-map",
    draw.book_map(waves, modes, pooled, alphas, moved.values, ablated),
    alt="Four panels: low frequencies vanish from the error first; the signal-to-noise ratio after pooling falls with frequency; weights move less with a larger output scale; accuracy falls sooner under ablation for a network that learned shuffled labels.",
)

# %% [markdown]
# ```{glue:figure} fig-map
# :name: fig-map
# :alt: Four panels: low frequencies vanish from the error first; the signal-to-noise ratio after pooling falls with frequency; weights move less with a larger output scale; accuracy falls sooner under ablation for a network that learned shuffled labels.
# One small result from each part. I: what a network has still to learn of four waves, mean of 3 seeds. II: the signal-to-noise ratio of a label hidden in one frequency, after averaging neighbours in pairs (closed form; grey: 1). III: how far weights move while a network learns, by the scale of its output, 4 seeds. IV: accuracy on {glue:text}`map-train` training digits while units are
# ablated in random order, for 4 networks that learned true labels and 4 that learned shuffled ones.
# ```
#
# | part | the preference | one result, computed there |
# |---|---|---|
# | I. Gradient descent | low frequencies (02), flat minima (03), the simplest feature (04), features or a fixed kernel, as the width and scale decide (05), and what it can reach at all (06) | an eigenvalue says how fast a wide network learns a Fourier mode, typically to within some percent |
# | II. Directions | the directions of input space that strides and pooling leave alone (07 to 10) | a network fails on a problem that a straight line solves |
# | III. Lazy and feature regimes | a fixed kernel or learned features (11 to 15) | the same network, its output rescaled: its error falls with another power of the number of samples |
# | IV. Single directions | spreading what it knows over many units (16 to 18) | a network that learned wrong labels by heart breaks sooner when its units are set to zero |
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds. For GD-1 and for the pulls of GD-2, which must hold in every repetition, what is shown is the range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The theorem on margins is for linear models. Chapter 05 asks what becomes of it in a network.
# - Our sets of points have two support vectors by construction. With a single one the constant depends on the first steps; see the last exercise.
# - The order of the losses under wrong labels holds for this noise, this network, this learning rate and this number of epochs. The rate of each loss was not tuned, and a bounded loss that learns too slowly is no bargain.
# - {cite:t}`ghosh2017robust` was not available to us in full; what we say of it is what others say of it.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-regrow
# Gradient descent on least squares from a random start keeps a component that the data cannot see. Which change to the loss would remove it, and what does the limit become as that change gets weaker?
# ```
#
# ```{solution} ex-regrow
# :class: dropdown
# Add $\tfrac{\lambda}{2}\|w\|^2$. Now the gradient has the extra term $\lambda w$, the component outside the row space decays like $(1-\eta\lambda)^t$ with the step size $\eta$, and the unique minimiser is the ridge solution. As $\lambda \to 0$ it tends to $X^{+}y$, the least-norm solution, from any start: an explicit
# preference that agrees with the implicit one from 0.
# ```
#
# ```{exercise}
# :label: ex-sparse
# In the first figure, start the $u, v$ search with a large scale, say `scale=5`. Where does it end, and why?
# ```
#
# ```{solution} ex-sparse
# :class: dropdown
# Near the least-norm solution. With $u = v = s$, a small change moves $w_j = u_j^2 - v_j^2$ at the rate $-4(u_j^2 + v_j^2)\,\partial_j \ell$, that is about $-8s^2 \partial_j\ell$: the same factor for all coordinates as long as $u$ and $v$ hardly move relative to $s$. That is plain gradient descent with another step size (so
# make `lr` smaller). A large start makes the model linear in its parameters' changes. This is the lazy regime of chapter 05, and the passage between the two is the subject of {cite:t}`woodworth2020kernel`.
# ```
#
# ```{exercise}
# :label: ex-one-support
# Construct separable points in the plane for which the max-margin direction has a single support vector. How fast does gradient descent approach it?
# ```
#
# ```{solution} ex-one-support
# :class: dropdown
# Put one point at $(1, 0)$ with label $+1$ and give the others margins of at least $1 + \delta$ along $\hat w = (1, 0)$. Along the best direction $w \approx \ln t$. The single support vector pulls straight along $\hat w$, so only the others push sideways, with strength about $e^{-(1+\delta)\ln t} = t^{-1-\delta}$ each step. That sum converges:
# the sideways part $\rho$ still ends at a constant in general, so the gap is of order $1/\ln t$ as before, only with a constant that depends on the early steps, and is 0 when nothing has pushed sideways.
# ```
