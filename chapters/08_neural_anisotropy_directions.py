# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Neural anisotropy directions
#
# > Before it has seen any data, an architecture responds to some directions of image space and hardly to others, and that order predicts which problems it will learn.
#
# In this chapter you will
#
# - define these directions from untrained networks, and prove what they say about a network's response;
# - compare five architectures by their directions, and train networks along early and late ones;
# - find that several estimators in use measure different things, and compute one of those things without any network, at infinite width.
#
# The directions and most claims are those of {cite:t}`ortiz2020neural`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
logreg_networks: int = None  # logistic regressions in each of three groups
lenet_networks: int = None  # untrained LeNets
deep_networks: int = None  # untrained networks of each deeper architecture
points: int = None  # points over which LeNet's output is averaged
width: int = None  # base width of the ResNet-18 (64 is the real one)
growth: int = None  # growth of the DenseNet-121 (32 is the real one)
step_networks: int = None  # networks for the slopes of step 100
indices: list = None  # indices i of the directions u_i LeNet is trained on
sigma: float = 3.0  # standard deviation of the noise
n_train: int = None  # training samples of each LeNet
n_test: int = None  # test samples of each network
epochs: int = None  # passes over the training samples
seeds: int = None  # trained networks per direction
thin_indices: list = None  # indices of the directions the ResNet is trained on
thin_train: int = None  # training samples of each ResNet
thin_epochs: int = None  # passes of each ResNet
thin_sigma: float = 1.0  # noise of the ResNet's smaller problem
wide_widths: list = None  # channels of the networks compared with infinite width, rising
wide_networks: int = None  # networks of each of these widths

# %%
import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from nbkit import directions, figures, intervals, ledger, nads, params
from nbkit import device as machine
from nbkit.figures import nads as draw

p = params.load("08", globals())
machine.use_cores()
claims = ledger.Chapter("08", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## A definition that needs no data
#
# Chapter 07 tried out directions one by one, and it took a trained network for each. There is a shorter way. A network that is to
# separate two classes along $v$ must at some time respond to $v$. So ask how an *untrained* network responds.
#
# Let $f_\theta(x)$ be the output of a network with random initial weights $\theta$, and $C$ the covariance of its gradient with respect to the input,
#
# ```{math}
# :label: eq-nad-c
# C = \mathbb{E}_\theta\!\left[\nabla_x f_\theta(x)\, \nabla_x f_\theta(x)^\top\right].
# ```
#
# The **neural anisotropy directions** (NADs) of the architecture are the eigenvectors $u_0, u_1, \dots$ of $C$, in the order of falling eigenvalues $\lambda_0 \ge \lambda_1 \ge \dots$
# We write $v^\top C v$ for the *response* to a unit vector $v$. It is a mean square, and it bounds how often a network responds at all.
#
# ```{prf:proposition} Little response, little chance
# :label: prop-nad-bound
# For a unit vector $v$ and $\eta > 0$, $\quad P_\theta\!\left(|v^\top \nabla_x f_\theta(x)| \ge \eta\right) \le v^\top C\, v\, /\, \eta^2 .$
# ```
#
# ```{prf:proof}
# Markov's inequality for the square: $P(|z| \ge \eta) = P(z^2 \ge \eta^2) \le \mathbb{E}[z^2]/\eta^2$ with $z = v^\top \nabla_x f_\theta(x)$, and $\mathbb{E}[z^2] = v^\top \mathbb{E}[\nabla f \nabla f^\top]\, v$.
# ```
#
# The bound speaks of the start of training only. That the order also predicts the end is an empirical claim, and we test it below.
#
# Signs are arbitrary, and eigenvalues come close together, where a small sample turns the eigenvectors into each other. So we never compare two vectors. We compare the subspaces of the first $k$ directions by
# their *overlap* $\|U V^\top\|^2 / k$, which is 1 if they are the same, 0 if they are orthogonal and $k/D$ by chance.
#
# ## The control: logistic regression
#
# The gradient of logistic regression is its weight vector. Its entries are independent, so $C$ is a multiple of the identity and no direction is preferred. A finite sample of $N$ gradients in $D = 1024$ dimensions
# nevertheless has a spread of eigenvalues, the law of {cite:t}`marchenko1967distribution`: from $(1-\sqrt{D/N})^2$ to $(1+\sqrt{D/N})^2$ times their mean. Whoever finds a falling spectrum has to ask first whether it is only this.

# %%
logreg = nads.covariance("logreg", networks=3 * p.logreg_networks, groups=3, points=1, seed=p.seed, device=p.device)
spectra = np.stack([nads.directions(c)[0] for c in logreg.covariance.values])
theory = nads.marchenko_pastur(p.logreg_networks, 1024)
condition = intervals.mean([nads.condition(values) for values in spectra])
claims.report("NAD-9", condition)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-logreg",
    draw.spectrum(spectra, theory),
    alt="Eigenvalues of logistic regression fall gently from 1.7 to 0.5 times their mean and lie on the Marchenko-Pastur curve.",
)
figures.number("logreg-condition", condition, ".2f")
figures.number("mp-condition", nads.condition(theory), ".2f")
for name in (
    "logreg_networks",
    "lenet_networks",
    "deep_networks",
    "points",
    "step_networks",
    "n_train",
    "epochs",
    "seeds",
):
    figures.text("nad-" + name.replace("_", "-"), f"{getattr(p, name):,}")
for name in ("preset", "width", "growth", "thin_sigma", "thin_train", "wide_networks"):
    figures.text("nad-" + name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-nad-logreg
# :name: fig-nad-logreg
# :alt: Eigenvalues of logistic regression fall gently from 1.7 to 0.5 times their mean and lie on the Marchenko-Pastur curve.
# Eigenvalues of $C$ for logistic regression, three samples of {glue:text}`nad-logreg-networks` networks, and the law for white noise.
# ```
#
# The root of the ratio of the largest to the smallest eigenvalue is {glue:text}`logreg-condition`, and {glue:text}`mp-condition` for white noise. Logistic regression has no preference.
#
# ## Four convolutional architectures
#
# Now the networks that have one. We draw networks, differentiate each, and keep a running sum of $g g^\top$; memory does not grow with the number of networks.
# For $g$ we take the gradient of the *mean* output over several random points $x \sim \mathcal{N}(0, I)$. Why the mean is a question for the section on estimators. The ResNet has
# {glue:text}`nad-width` channels in its first layer (64 in the paper), the DenseNet a growth of {glue:text}`nad-growth` (32); LeNet and VGG-11 have their full size.

# %%
ARCHITECTURES = ("lenet", "vgg11", "resnet18", "densenet121")
c = {net: nads.covariance(net, groups=4, **p.gradients(net)) for net in ARCHITECTURES}
u = {net: nads.directions(nads.pooled(estimate))[1] for net, estimate in c.items()}

# %% tags=["hide-input", "remove-output"]
names = [figures.look(net)["label"] for net in ARCHITECTURES]
first = np.concatenate([u[net][[0, 1, 2, 3, 10, 30]].reshape(-1, 32, 32) for net in ARCHITECTURES])
titles = [name if i == 0 else f"$u_{{{i}}}$" for name in names for i in (0, 1, 2, 3, 10, 30)]
figures.glue(
    "fig-nad-first",
    figures.image_grid(first, titles, columns=6),
    alt="Directions 0 to 3, 10 and 30 of four architectures as images: smooth blobs for LeNet, VGG-11 and DenseNet, gratings of several frequencies for the ResNet.",
    vector=False,
)
maps = {name: nads.frequency_energy(nads.pooled(c[net]), 32) for name, net in zip(names, ARCHITECTURES)}
maps = {name: values / values.mean() for name, values in maps.items()}
figures.glue(
    "fig-nad-fourier",
    figures.dft_map(maps, label="response / mean", limits=(0.01, 100), chance=1, log=True),
    alt="Response over frequencies for four architectures: a bright centre for LeNet and VGG-11, a lattice of bright spots for the ResNet, a bright centre with axes for DenseNet.",
    vector=False,
)

# %% [markdown]
# ```{glue:figure} fig-nad-first
# :name: fig-nad-first
# :alt: Directions 0 to 3, 10 and 30 of four architectures as images: smooth blobs for LeNet, VGG-11 and DenseNet, gratings of several frequencies for the ResNet.
# Directions of {glue:text}`nad-lenet-networks` LeNets, {glue:text}`nad-deep-networks` VGG-11 and DenseNet-121 and three times as many ResNet-18; preset {glue:text}`nad-preset`. Neighbours with nearly equal eigenvalues are mixed at random.
# ```
#
# ```{glue:figure} fig-nad-fourier
# :name: fig-nad-fourier
# :alt: Response over frequencies for four architectures: a bright centre for LeNet and VGG-11, a lattice of bright spots for the ResNet, a bright centre with axes for DenseNet.
# Response $v^\top C v$ to the cosine and sine of each frequency, over its mean; the log scale spans four powers of ten. Same networks.
# ```
#
# No network in these two figures has been trained. LeNet and VGG-11 respond to smooth images. The ResNet responds to a lattice of frequencies, the one on which chapter 07 found it to generalise.
#
# How few directions carry the response? The first $k$ directions of *one half* of the networks hold some share of the energy of the *other half*. Measured so, noise cannot pass for a preference: with too few networks the curve
# comes out too low, never too high.

# %%
halves = {net: nads.halves(estimate) for net, estimate in {"logreg": logreg, **c}.items()}
half_u = {net: [nads.directions(part)[1] for part in pair] for net, pair in halves.items()}
shares = {
    net: np.stack([nads.captured(b, half_u[net][0]), nads.captured(a, half_u[net][1])])
    for net, (a, b) in halves.items()
}
dimension = {net: nads.effective_dimension(*pair) for net, pair in halves.items()}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-energy",
    draw.energies(shares),
    alt="Share of energy against number of directions on a log axis: ResNet and DenseNet rise first, then VGG-11 and LeNet, logistic regression follows the line of no preference.",
)
for net, value in dimension.items():
    figures.number(f"dimension-{net}", value, ".0f")

# %% [markdown]
# ```{glue:figure} fig-nad-energy
# :name: fig-nad-energy
# :alt: Share of energy against number of directions on a log axis: ResNet and DenseNet rise first, then VGG-11 and LeNet, logistic regression follows the line of no preference.
# Energy of one half of the networks in the first $k$ directions of the other half; two lines for the two ways round.
# ```
#
# One number for it is the effective dimension $(\sum_i\lambda_i)^2 / \sum_i\lambda_i^2$, estimated without bias as $\operatorname{tr} A \operatorname{tr} B / \operatorname{tr} AB$ from the two halves $A$ and $B$:
# {glue:text}`dimension-logreg` for logistic regression (of 1024), {glue:text}`dimension-lenet` for LeNet, {glue:text}`dimension-vgg11` for VGG-11, {glue:text}`dimension-resnet18` for the ResNet and {glue:text}`dimension-densenet121` for the DenseNet.
# The published measure, the largest over the smallest singular value, needs many more networks than dimensions, and waits for a recording.
#
# Move the slider to walk through LeNet's directions: an image on the left, its Fourier amplitudes on the right.

# %%
shown = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 80, 120, 200, 350, 600, 1000]
frames = [draw.direction_frame(v.reshape(32, 32), limit=np.abs(v).max()) for v in u["lenet"][shown]]
figures.scrubber(
    frames,
    label="index i",
    values=shown,
    interval=700,
    alt="A NAD of LeNet as an image and its Fourier amplitudes, which move from the centre outwards as the index grows.",
)

# %% [markdown]
# ## A signature
#
# Are these the directions of an architecture, or of the networks we happened to draw? We compare the first 20 directions of one half of the networks (rows) with those of the other half (columns), within and across architectures.

# %%
TOP = 20
table = np.array([[nads.overlap(half_u[a][0][:TOP], half_u[b][1][:TOP]) for b in ARCHITECTURES] for a in ARCHITECTURES])
across = (table.sum(1) - table.diagonal()) / (len(ARCHITECTURES) - 1)
claims.report("NAD-13", intervals.mean(table.diagonal() - across), note="interval over four architectures")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-signature",
    draw.overlaps(table, names, ("other half of the networks", "one half"), label="overlap of 20 directions"),
    alt="Table of overlaps between four architectures; the diagonal is larger than the rest.",
)
figures.number("within", float(table.diagonal().mean()), ".2f")
figures.number("across", float(across.mean()), ".2f")

# %% [markdown]
# ```{glue:figure} fig-nad-signature
# :name: fig-nad-signature
# :alt: Table of overlaps between four architectures; the diagonal is larger than the rest.
# Overlap of the first 20 directions between two halves of the networks. Chance is 0.02.
# ```
#
# Within an architecture the overlap is {glue:text}`within` on average, across architectures {glue:text}`across`. The diagonal is less than 1 because each half is a small sample. The rest is not 0: several architectures like smooth images.
#
# ## What they predict
#
# The directions come from untrained networks. Now we train: LeNet on $D(u_i)$, the problem of chapter 07 with the label along its own $i$-th direction, and the thin ResNet on its own
# ($\sigma = $ {glue:text}`nad-thin-sigma`, {glue:text}`nad-thin-train` samples).


# %%
def along(net, indices):
    """The directions u_i of a network, as `directions.accuracy` takes them."""
    return xr.DataArray(u[net][indices].reshape(-1, 32, 32), dims=("direction", "row", "column"))


indices = {"lenet": p.indices, "resnet18": p.thin_indices}
learned = {
    "lenet": directions.accuracy("lenet", along("lenet", p.indices), **p.problem),
    "resnet18": directions.accuracy("resnet18", along("resnet18", p.thin_indices), **p.thin),
}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-accuracy",
    draw.by_index(indices, learned),
    alt="Test accuracy on D(u_i) against the index on a log axis: both networks start near 100 percent and fall towards chance.",
)

# %%
for net, result in learned.items():
    rank = [spearmanr(indices[net], scores).statistic for scores in result.test_accuracy.values.T]
    claims.report("NAD-11", intervals.mean(rank), part=net)
    figures.number(f"rank-{net}", float(np.mean(rank)), ".2f", missing="undefined (all accuracies are equal)")

# %% [markdown]
# ```{glue:figure} fig-nad-accuracy
# :name: fig-nad-accuracy
# :alt: Test accuracy on D(u_i) against the index on a log axis: both networks start near 100 percent and fall towards chance.
# Test accuracy on $D(u_i)$ against the index; points are networks, the line their mean, {glue:text}`nad-seeds` seeds; LeNet with $\sigma = 3$ and {glue:text}`nad-n-train` samples.
# ```
#
# The rank correlation of index and accuracy is {glue:text}`rank-lenet` for LeNet and {glue:text}`rank-resnet18` for the ResNet. Late directions of a small sample are noisy mixtures of their neighbours, so the tail shows their average.
#
# The directions are the best place to look, but $v^\top C v$ predicts any direction. We test it on frequencies of the Fourier basis, which were not chosen by looking at $C$.

# %%
fourier = {
    "lenet": directions.dft([(0, 0), (0, 4), (4, 4), (0, 8), (6, 10), (12, 12)]),
    "resnet18": directions.dft([(4, 4), (4, 8), (2, 4), (8, 6), (2, 2), (6, 2)]),
}
on_fourier = {
    "lenet": directions.accuracy("lenet", fourier["lenet"], **p.problem),
    "resnet18": directions.accuracy("resnet18", fourier["resnet18"], **p.thin),
}
response = {net: nads.response(nads.pooled(c[net]), fourier[net].values) for net in fourier}
for net, result in on_fourier.items():
    rank = [spearmanr(response[net], scores).statistic for scores in result.test_accuracy.values.T]
    claims.report("NAD-12", intervals.mean(rank), part=net)
    figures.number(f"predicts-{net}", float(np.mean(rank)), ".2f", missing="undefined (all accuracies are equal)")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-predicts",
    draw.prediction(response, on_fourier),
    alt="Test accuracy against response for frequencies of the Fourier basis, LeNet on the left, the thin ResNet on the right; accuracy rises with response.",
)

# %% [markdown]
# ```{glue:figure} fig-nad-predicts
# :name: fig-nad-predicts
# :alt: Test accuracy against response for frequencies of the Fourier basis, LeNet on the left, the thin ResNet on the right; accuracy rises with response.
# Test accuracy on $D(v)$ for six Fourier modes $(k_x, k_y)$ against the response of untrained networks; {glue:text}`nad-seeds` seeds.
# ```
#
# Rank correlations: {glue:text}`predicts-lenet` for LeNet, {glue:text}`predicts-resnet18` for the ResNet. Six modes are few; the interval is in the box below.
#
# ## Which gradient?
#
# Definition {eq}`eq-nad-c` says: the gradient at a point. The code released with the paper does something else: it moves each pixel of one point by $\pm 100$ and divides the difference of the outputs by 200. A step of 100 is not a small step, when a
# pixel is about 1. It averages the slope over a long way,
#
# $$
# \frac{f(x + h e_i) - f(x - h e_i)}{2h} = \frac{1}{2h} \int_{-h}^{h} \frac{\partial f}{\partial x_i}(x + t e_i)\, dt .
# $$
#
# For networks that are positively homogeneous, $f(sx) = s f(x)$ for $s > 0$, the limit of $h \to \infty$ is the *impulse response* $\tfrac12\left(f(e_i) - f(-e_i)\right)$, and the point $x$ drops out. An untrained ResNet or DenseNet in evaluation mode is of this kind, up to its last bias.
#
# We compare estimates for LeNet with an independent estimate of step 100. All have the same interface, and each says what it estimates.

# %%
TOP = 10
common = dict(seed=p.seed + 500_000, groups=4, device=p.device)
step_100 = nads.covariance("lenet", networks=p.step_networks, estimator="difference", points=1, step=100.0, **common)
point = nads.covariance("lenet", networks=p.lenet_networks, estimator="point", points=1, **common)


def first(part):
    return nads.directions(part, TOP)[1]


a, b = map(first, nads.halves(step_100))
reference = first(nads.pooled(step_100))
agreement = {
    "slope, step 100, half against half": intervals.mean([nads.overlap(a, b)]),
    "gradient at one point": intervals.mean([nads.overlap(first(part), reference) for part in point.covariance.values]),
    "gradient of the mean": intervals.mean(
        [nads.overlap(first(part), reference) for part in c["lenet"].covariance.values]
    ),
}
for part, estimate in zip(("step_100", "point", "averaged"), agreement.values()):
    claims.report("NAD-17", estimate, part=part)
    figures.number(f"agree-{part}", estimate, ".2f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-estimators",
    draw.estimates(agreement, xlabel="overlap of 10 directions with step 100", reference=TOP / 1024),
    alt="Overlap with the step-100 estimate: largest for the gradient of the mean, near chance for the gradient at one point.",
)

# %% [markdown]
# ```{glue:figure} fig-nad-estimators
# :name: fig-nad-estimators
# :alt: Overlap with the step-100 estimate: largest for the gradient of the mean, near chance for the gradient at one point.
# Overlap of LeNet's first 10 directions with those of step 100 ({glue:text}`nad-step-networks` networks, halves of them in the first row). Gradients: four groups of networks, {glue:text}`nad-lenet-networks` in all, 95 % intervals; dotted: chance.
# ```
#
# The gradient at one point has next to nothing to do with the published directions ({glue:text}`agree-point`). The gradient of the mean over points agrees with them ({glue:text}`agree-averaged`) as well as two small samples of step 100 agree with each other ({glue:text}`agree-step_100`).
# The reason is in the integral: at a single noise image, which of LeNet's max-pooling units is on is decided by that image, and its trace is in every gradient. A long step, or a mean over points, averages the trace out; what is left belongs to the architecture.
# The mean needs one backward pass for all pixels, the step two forward passes for each.
#
# ## Without any network: infinite width
#
# For some networks $C$ can be computed exactly. A *linear* convolution with independent taps of variance $\sigma_w^2$ turns the covariance of one output channel into that of one input channel,
#
# $$
# C_\text{in} = n_\text{out}\, \sigma_w^2 \sum_{d} T_d^\top C_\text{out}\, T_d ,
# $$
#
# where $T_d$ shifts by the tap $d$ (and subsamples, if there is a stride): write the gradient as $g_\text{in} = \sum_{o,d} w_{o,d} T_d^\top g_o$ and note that in $\mathbb{E}[g_\text{in} g_\text{in}^\top]$ only equal taps of equal channels survive. Average pooling with matrix $P$ gives $P^\top C P$.
#
# With ReLUs there is no such formula at finite width. At infinite width the outputs $f(x)$ become a Gaussian process, and its kernel $K(x, x')$ follows layer by layer {cite:p}`novak2019bayesian`. For a positively homogeneous network the impulse response is $g_i = \tfrac12(f(e_i) - f(-e_i))$, and so
#
# ```{math}
# :label: eq-nad-wide
# C_{ij} = \mathbb{E}[g_i g_j] = \tfrac12\left[K(e_i, e_j) - K(e_i, -e_j)\right],
# ```
#
# because $K(-x,-x') = K(x,x')$ for Gaussian weights. We compare it with sampled networks of growing width, on images of $8 \times 8$ pixels with circular padding: convolution, average over $2 \times 2$, convolution, average, linear read-out.

# %%
LAYERS, SIDE = (3, "pool", 3, "pool"), 8
exact = nads.infinite_width(SIDE, LAYERS)
values, exact_u = nads.directions(exact)
TOP = 8 + int(np.argmax(values[7:12] / values[8:13]))  # the widest gap near 10: no pair of equal eigenvalues is cut
sampled = nads.by_width(
    SIDE, LAYERS, widths=p.wide_widths, networks=p.wide_networks, groups=4, seed=p.seed, device=p.device
)
against_exact = np.array(
    [[nads.overlap(nads.directions(x)[1][:TOP], exact_u[:TOP]) for x in group] for group in sampled.covariance.values]
)
claims.report("NAD-19", intervals.mean(against_exact[:, -1]), part="widest")
claims.report("NAD-19", intervals.mean(against_exact[:, -1] - against_exact[:, 0]), part="rise")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-wide",
    draw.against_width(p.wide_widths, against_exact),
    alt="Overlap of sampled directions with the closed form against the number of channels, rising towards 1.",
)
figures.glue(
    "fig-nad-wide-first",
    figures.image_grid(exact_u[:10].reshape(-1, SIDE, SIDE), [f"$u_{{{i}}}$" for i in range(10)], columns=5),
    alt="First ten directions of the infinitely wide network on 8 by 8 pixels, from a constant image to gratings.",
    vector=False,
)
figures.text("wide-top", str(TOP))
figures.number("wide-widest", intervals.mean(against_exact[:, -1]), ".2f")
figures.number("wide-narrow", intervals.mean(against_exact[:, 0]), ".2f")

# %% [markdown]
# ```{glue:figure} fig-nad-wide-first
# :name: fig-nad-wide-first
# :alt: First ten directions of the infinitely wide network on 8 by 8 pixels, from a constant image to gratings.
# The first directions at infinite width, in closed form. Not a single weight was drawn.
# ```
#
# ```{glue:figure} fig-nad-wide
# :name: fig-nad-wide
# :alt: Overlap of sampled directions with the closed form against the number of channels, rising towards 1.
# Overlap of the first {glue:text}`wide-top` directions with the closed form, four groups of networks ({glue:text}`nad-wide-networks` in all) at each width; bars are 95 % intervals.
# ```
#
# The overlap is {glue:text}`wide-narrow` for the narrowest networks and {glue:text}`wide-widest` for the widest. What is missing to 1 at large width is the finite number of networks in a group, not their finite width.
#
# ## What the claims have come to
#
# Intervals are 95 %, over seeds, groups of networks or architectures as the text says. A *recorded* row was computed by `nbkit record` at the size of the paper.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The ResNet and the DenseNet here are thin, and their samples small. The order of the first few dozen directions is sound, that of the last hundreds is not.
# - The condition numbers of the paper's spectra need about $10^4$ networks of each architecture; until they are recorded, the effective dimension stands in for them.
# - Why the response before training should decide what is learned is not proved. A gradient step moves the weights in proportion to what they already respond to; that is a heuristic, not a theorem.
# - The authors release directions computed with step 100. Set `NBKIT_REFERENCE` to a folder with them to see in `tests/benchmarks/nads.py` how far ours agree.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-nad-centre
# The released code subtracts the mean gradient before it takes principal components. Show that with a symmetric last layer this changes nothing in expectation.
# ```
#
# ```{solution} ex-nad-centre
# :class: dropdown
# Flip the sign of all weights of the last layer. Their distribution stays the same, and $\nabla_x f$ changes sign. So $\nabla_x f$ and $-\nabla_x f$ have the same distribution, and the mean is 0.
# ```
#
# ```{exercise}
# :label: ex-nad-linear
# Which directions does a *linear* network of circular convolutions (no stride, no pooling) with a read-out of independent weights prefer?
# ```
#
# ```{solution} ex-nad-linear
# :class: dropdown
# None. $C_\text{out}$ is a multiple of the identity, and $T_d^\top T_d = I$ for circular shifts, so every $C_\text{in}$ is a multiple of the identity. Weight sharing alone makes no preference; pooling, borders and a read-out that averages over space do.
# ```
#
# ```{exercise}
# :label: ex-nad-relu
# Show that for one hidden layer of ReLUs without biases the impulse response is that of the linear network with half the weights.
# ```
#
# ```{solution} ex-nad-relu
# :class: dropdown
# $\mathrm{relu}(a) - \mathrm{relu}(-a) = a$, so $\tfrac12(f(e_i) - f(-e_i))$ is half the output of the network without ReLUs at $e_i$. Try `nads.infinite_width(4, (3,))` against `nads.linear_conv`.
# ```
