# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Neural anisotropy directions
#
# > Before it has seen any data, an architecture responds to some directions of image space and hardly to others, and that order roughly predicts which problems it will learn.
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
deep_networks: int = None  # untrained VGG-11s, and as many ResNet-18s
dense_networks: int = None  # untrained DenseNet-121s
points: int = None  # points over which LeNet's and the ResNet's output is averaged
vgg_width: int = None  # base width of the VGG-11 (64 is the real one)
width: int = None  # base width of the ResNet-18 (64 is the real one)
growth: int = None  # growth of the DenseNet-121 (32 is the real one)
step_networks: int = None  # networks for the slopes of step 100; half as many for other steps
indices: list = None  # indices i of the directions u_i LeNet is trained on
sigma: float = 3.0  # standard deviation of the noise
n_train: int = None  # training samples of each LeNet
n_test: int = None  # test samples of each network
epochs: int = None  # passes over the training samples
batch: int = None  # samples per step
seeds: int = None  # trained networks per direction
modes: int = None  # random Fourier modes, each with 2 trained networks
thin_indices: list = None  # indices of the directions the ResNet is trained on
thin_sigma: float = None  # noise of the ResNet's problem
thin_train: int = None  # training samples of each ResNet
thin_epochs: int = None  # passes of each ResNet
thin_batch: int = None  # samples per step of each ResNet
wide_widths: list = None  # channels of the networks compared with infinite width, rising
wide_networks: int = None  # networks of each of these widths

# %%
import json

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from nbkit import directions, figures, intervals, ledger, nads, params, results
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
# Let $f_\theta(x)$ be the output of a network with random initial weights $\theta$, and $C$ the covariance of its gradient with respect to the input at a point $x$,
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
# Signs are arbitrary, and eigenvalues come close together, where a small sample turns the eigenvectors into each other. So we never compare two vectors. We compare the subspaces of the first $k$ directions, the rows of $U$ and $V$, by
# their *overlap* $\|U V^\top\|_F^2 / k$ (the mean squared length of one set projected on the other), which is 1 if they are the same, 0 if they are orthogonal and $k/D$ by chance.
#
# ## The control: logistic regression
#
# The gradient of logistic regression is its weight vector. Its entries are independent, so $C$ is a multiple of the identity and no direction is preferred. A finite sample of $N$ gradients in $D = 1024$ dimensions
# nevertheless has a spread of eigenvalues, the law of {cite:t}`marchenko1967distribution`: from $(1-\sqrt{D/N})^2$ to $(1+\sqrt{D/N})^2$ times their mean. Whoever finds a falling spectrum has to ask first whether it is only this.

# %%
logreg = nads.covariance("logreg", networks=3 * p.logreg_networks, groups=3, points=1, seed=p.seed, device=p.device)
spectra = np.stack([np.linalg.eigvalsh(c)[::-1] for c in logreg.covariance.values])
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
for name in ("logreg", "lenet", "deep", "dense", "step", "wide"):
    figures.text(f"nad-{name}-networks", f"{getattr(p, name + '_networks'):,}")
for name in ("preset", "points", "vgg_width", "width", "growth", "sigma", "n_train", "epochs", "seeds", "modes"):
    figures.text("nad-" + name.replace("_", "-"), f"{getattr(p, name)}")
for name in ("thin_sigma", "thin_train"):
    figures.text("nad-" + name.replace("_", "-"), f"{getattr(p, name)}")
figures.text("nad-step-few", f"{p.step_networks // 2}")

# %% [markdown]
# ```{glue:figure} fig-nad-logreg
# :name: fig-nad-logreg
# :alt: Eigenvalues of logistic regression fall gently from 1.7 to 0.5 times their mean and lie on the Marchenko-Pastur curve.
# Eigenvalues of $C$ for logistic regression, three samples of {glue:text}`nad-logreg-networks` networks, and the law for white noise.
# ```
#
# The root of the ratio of the largest to the smallest eigenvalue is {glue:text}`logreg-condition`, and {glue:text}`mp-condition` for white noise. No preference is to be seen beyond that.
#
# ## Four convolutional architectures
#
# Now the networks that have one. We draw networks, differentiate each, and keep a running sum of $g g^\top$; memory does not grow with the number of networks.
# For $g$ we take the gradient of the *mean* output over several random points $x \sim \mathcal{N}(0, I)$, {glue:text}`nad-points` for LeNet and the ResNet, eight times as many for the VGG-11, whose gradient varies most, and half as many for the DenseNet. Why the mean is a question for the section on estimators. LeNet has its full size. The others are thin:
# {glue:text}`nad-vgg-width` channels in the first layer of the VGG-11 and {glue:text}`nad-width` in that of the ResNet-18 (64 in the paper), a growth of {glue:text}`nad-growth` in the DenseNet-121 (32).

# %%
ARCHITECTURES = ("lenet", "vgg11", "resnet18", "densenet121")
c = {net: nads.covariance(net, groups=4, **p.gradients(net)) for net in ARCHITECTURES}
u = {net: nads.directions(nads.pooled(estimate))[1] for net, estimate in c.items()}

# %% tags=["hide-input", "remove-output"]
names = [figures.look(net)["label"] for net in ARCHITECTURES]
first = np.concatenate([u[net][[0, 1, 2, 3, 10, 30]].reshape(-1, 32, 32) for net in ARCHITECTURES])
titles = [f"{name.split('-')[0]} $u_0$" if i == 0 else f"$u_{{{i}}}$" for name in names for i in (0, 1, 2, 3, 10, 30)]
figures.glue(
    "fig-nad-first",
    figures.image_grid(first, titles, columns=6),
    alt="Directions 0 to 3, 10 and 30 of four architectures as images: smooth blobs for LeNet and VGG-11, combs of spots eight pixels apart for the ResNet, a constant image and then noise for DenseNet.",
    vector=False,
)
maps = {name: nads.frequency_energy(nads.pooled(c[net]), 32) for name, net in zip(names, ARCHITECTURES)}
maps = {name: values / values.mean() for name, values in maps.items()}
figures.glue(
    "fig-nad-fourier",
    figures.dft_map(maps, label="response / mean", limits=(0.01, 100), chance=None, log=True),
    alt="Response over frequencies for four architectures: a bright disc in the centre for LeNet, a centre and two axes for VGG-11, a lattice of bright spots for the ResNet, one bright point and two axes for DenseNet.",
    vector=False,
)

# %% [markdown]
# ```{glue:figure} fig-nad-first
# :name: fig-nad-first
# :alt: Directions 0 to 3, 10 and 30 of four architectures as images: smooth blobs for LeNet and VGG-11, combs of spots eight pixels apart for the ResNet, a constant image and then noise for DenseNet.
# Directions of {glue:text}`nad-lenet-networks` LeNets, {glue:text}`nad-deep-networks` VGG-11s, as many ResNet-18s, and {glue:text}`nad-dense-networks` DenseNet-121s; preset {glue:text}`nad-preset`. Neighbours with nearly equal eigenvalues are mixed at random.
# ```
#
# ```{glue:figure} fig-nad-fourier
# :name: fig-nad-fourier
# :alt: Response over frequencies for four architectures: a bright disc in the centre for LeNet, a centre and two axes for VGG-11, a lattice of bright spots for the ResNet, one bright point and two axes for DenseNet.
# Response $v^\top C v$ to the cosine and sine of each frequency (their mean), over its mean; the log scale spans four powers of ten. Same networks.
# ```
#
# No network in these two figures has been trained. LeNet and VGG-11 respond to smooth images. The ResNet responds to combs of spots, which in frequency are a lattice: the nodes where both frequencies are multiples of 4, and fainter lines where one is. Chapter 07 found it to generalise on the nodes and on part of the lines.
# LeNet's map has the four faint islands that its accuracy has in chapter 07.
# The DenseNet responds to the mean of the image above all, and then to the two axes.
#
# How few directions carry the response? We take the first $k$ directions of some of the networks, and ask how much of the energy of *other* networks lies in them. Measured so, noise cannot pass for a preference: with too few networks the curve
# comes out too low, never too high.

# %%
THIN = f"VGG-11 of width {p.vgg_width}, ResNet-18 of width {p.width}, DenseNet-121 of growth {p.growth}"
estimates = {"logreg": logreg, **c}


def part_of(name):
    """The part of a claim this run can speak of: below the preset paper networks are thin or have few samples."""
    return name if p.preset == "paper" or name == "lenet_over_logreg" else f"small_{name}"


shares = {
    net: np.stack([nads.captured(group, nads.directions(others, 128)[1]) for group, others in nads.held_out(estimate)])
    for net, estimate in estimates.items()
}
ten = {net: share[:, 9] for net, share in shares.items()}
ORDER = (
    ("densenet121", "resnet18"),
    ("resnet18", "lenet"),
    ("resnet18", "vgg11"),
    ("lenet", "logreg"),
    ("vgg11", "logreg"),
)
for more, less in ORDER:
    n = min(len(ten[more]), len(ten[less]))
    ratio = intervals.geometric_mean(ten[more][:n] / ten[less][:n])
    claims.report("NAD-10", ratio, part=part_of(f"{more}_over_{less}"), note=f"{THIN}; n counts groups of networks")
halves = {net: nads.halves(estimate) for net, estimate in estimates.items()}
dimension = {net: nads.effective_dimension(*pair) for net, pair in halves.items()}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-energy",
    draw.energies(shares),
    alt="Share of energy against number of directions on a log axis: ResNet and DenseNet rise first, then VGG-11 and LeNet, logistic regression follows the line of no preference.",
)
for net in estimates:
    figures.number(f"dimension-{net}", dimension[net], ".0f")
    figures.number(f"ten-{net}", 100 * ten[net].mean(), ".0f")

# %% [markdown]
# ```{glue:figure} fig-nad-energy
# :name: fig-nad-energy
# :alt: Share of energy against number of directions on a log axis: ResNet and DenseNet rise first, then VGG-11 and LeNet, logistic regression follows the line of no preference.
# Energy of a quarter of the networks (logistic regression: a third) in the first $k$ directions of the others; one line for each quarter. Same networks.
# ```
#
# The first ten of the 1024 directions hold {glue:text}`ten-logreg` % of the energy of logistic regression, {glue:text}`ten-lenet` % of LeNet's, {glue:text}`ten-vgg11` % of VGG-11's, {glue:text}`ten-resnet18` % of the ResNet's and
# {glue:text}`ten-densenet121` % of the DenseNet's. The released singular values, of full-size networks, give 2, 15, 21, 72 and 96 %.
#
# The *effective dimension* $(\sum_i\lambda_i)^2 / \sum_i\lambda_i^2$ puts the spectrum into one number. From two halves $A$ and $B$ of the networks it is estimated without bias in numerator and denominator, as $\operatorname{tr} A \operatorname{tr} B / \operatorname{tr} AB$:
# {glue:text}`dimension-logreg` for logistic regression (of 1024), {glue:text}`dimension-lenet` for LeNet, {glue:text}`dimension-vgg11` for VGG-11, {glue:text}`dimension-resnet18` for the ResNet and {glue:text}`dimension-densenet121` for the DenseNet.
#
# Move the slider to walk through LeNet's directions: an image on the left, its Fourier amplitudes on the right.

# %%
shown = [0, 1, 2, 3, 5, 7, 10, 15, 25, 50, 100, 200, 400, 1000]
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
# Logistic regression is there as a control: its directions are noise, and should agree with nothing.

# %%
TOP = 20
half_u = {net: [nads.directions(half, TOP)[1] for half in pair] for net, pair in halves.items()}
table = np.array([[nads.overlap(half_u[a][0], half_u[b][1]) for b in half_u] for a in half_u])
within = table.diagonal()[1:]
across = (table[1:, 1:].sum(1) - within) / (len(within) - 1)
signature = intervals.mean(within - across)
claims.report("NAD-13", signature, note=f"{THIN}; interval over the four convolutional architectures")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-signature",
    draw.overlaps(
        table,
        [figures.look(net)["label"] for net in half_u],
        ("other half of the networks", "one half"),
        label="overlap of 20 directions",
    ),
    alt="Table of overlaps between five architectures; the diagonal is largest for LeNet, the ResNet and the DenseNet; VGG-11 is as like LeNet as itself, and logistic regression is at chance.",
)
figures.number("within", float(within.mean()), ".2f")
figures.number("across", float(across.mean()), ".2f")
figures.number("signature", signature, ".2f")

# %% [markdown]
# ```{glue:figure} fig-nad-signature
# :name: fig-nad-signature
# :alt: Table of overlaps between five architectures; the diagonal is largest for LeNet, the ResNet and the DenseNet; VGG-11 is as like LeNet as itself, and logistic regression is at chance.
# Overlap of the first 20 directions between two halves of the networks. Chance is 0.02.
# ```
#
# Within a convolutional architecture the overlap is {glue:text}`within` on average, across them {glue:text}`across`; the difference is {glue:text}`signature` (interval over the four architectures). The ResNet shares its directions with no other. LeNet and VGG-11 are alike:
# from so few networks, VGG-11 agrees with LeNet as well as with itself. The diagonal is below 1 because each half is a small sample, most of all for the deep networks.
#
# ## What they predict
#
# The directions come from untrained networks. Now we train: LeNet on $D(u_i)$, the problem of chapter 07 with the label along its own $i$-th direction ($\sigma = $ {glue:text}`nad-sigma`), and the thin ResNet along its own, on a smaller problem
# ($\sigma = $ {glue:text}`nad-thin-sigma`, {glue:text}`nad-thin-train` samples).


# %%
def along(net, indices):
    """The directions u_i of a network, as `directions.accuracy` takes them."""
    return xr.DataArray(u[net][indices].reshape(-1, 32, 32), dims=("direction", "row", "column"))


def rank_correlation(x, result):
    """Spearman correlation of x with the test accuracies of each seed: mean and interval over seeds."""
    seeds = result.test_accuracy.values.T
    return intervals.correlation([spearmanr(x, scores).statistic if np.ptp(scores) else np.nan for scores in seeds])


SIZES = {
    "lenet": f"σ = {p.sigma:g}, {p.n_train} samples",
    "resnet18": f"width {p.width}, σ = {p.thin_sigma:g}, {p.thin_train} samples",
}
indices = {"lenet": p.indices, "resnet18": p.thin_indices}
learned = {net: directions.accuracy(net, along(net, chosen), **p.training(net)) for net, chosen in indices.items()}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-accuracy",
    draw.by_index(indices, learned),
    alt="Test accuracy on D(u_i) against the index on a log axis: both networks start far above chance, LeNet higher, and fall to it.",
)

# %%
for net, result in learned.items():
    ranks = rank_correlation(indices[net], result)
    claims.report("NAD-11", ranks, part=part_of(net), note=SIZES[net])
    figures.number(f"rank-{net}", ranks, ".2f", missing="undefined (all accuracies are equal)")

# %% [markdown]
# ```{glue:figure} fig-nad-accuracy
# :name: fig-nad-accuracy
# :alt: Test accuracy on D(u_i) against the index on a log axis: both networks start far above chance, LeNet higher, and fall to it.
# Test accuracy on $D(u_i)$ against the index: means and 95 % intervals over {glue:text}`nad-seeds` seeds, small points are single networks. LeNet with $\sigma = $ {glue:text}`nad-sigma`, {glue:text}`nad-n-train` samples and {glue:text}`nad-epochs` epochs; the thin ResNet with $\sigma = $ {glue:text}`nad-thin-sigma` and {glue:text}`nad-thin-train` samples.
# ```
#
# The rank correlation of index and accuracy is {glue:text}`rank-lenet` for LeNet and {glue:text}`rank-resnet18` for the ResNet, mean and interval over seeds. Late directions of a small sample are mixtures of their neighbours. Beyond the number of networks, {glue:text}`nad-deep-networks` for the ResNet, they are arbitrary: directions to which none of the sampled networks responds. So the tail shows an average.
#
# The response $v^\top C v$ is defined for any direction, so it can be asked to predict more than the NADs. We draw {glue:text}`nad-modes` even modes of the Fourier basis at random, the same for both networks, without looking at $C$ or at any accuracy.
# For NADs and modes alike we take the response from other networks than those the NADs were found from; on those, an early NAD would look stronger than it is.


# %%
def relative_response(c, v):
    """vᵀCv over its mean over all directions."""
    return nads.response(c, v) * len(c) / np.trace(c)


modes = directions.dft(directions.random_modes(p.modes, seed=p.seed))
response, scores = {}, {}
for net, chosen in indices.items():
    fresh = nads.pooled(nads.covariance(net, **p.fresh(net)))
    on_modes = directions.accuracy(net, modes, **p.training(net) | {"seeds": 2})
    response[net] = {
        "NADs": relative_response(fresh, along(net, chosen).values),
        "Fourier modes": relative_response(fresh, modes.values),
    }
    scores[net] = {"NADs": learned[net].test_accuracy.values[:, :2], "Fourier modes": on_modes.test_accuracy.values}

# %% tags=["hide-input"]
for net in indices:
    x, y = response[net], scores[net]
    on_fourier = directions.rank_correlation(x["Fourier modes"], y["Fourier modes"])
    together = directions.rank_correlation(np.concatenate(list(x.values())), np.concatenate(list(y.values())))
    claims.report("NAD-12", on_fourier, part=part_of(net), note=f"{SIZES[net]}; n counts modes, 2 networks each")
    figures.number(f"predicts-{net}", on_fourier, ".2f", missing="undefined (all accuracies are equal)")
    figures.number(f"together-{net}", together, ".2f", missing="undefined (all accuracies are equal)")
    figures.number(f"first-response-{net}", x["NADs"][0], ".0f")
    figures.number(f"first-accuracy-{net}", y["NADs"][0].mean(), ".0f")
    weak = x["Fourier modes"] < 1
    figures.text(f"weak-{net}", str(int(weak.sum())))
    figures.number(f"weak-best-{net}", y["Fourier modes"][weak].max() if weak.any() else np.nan, ".0f", missing="–")
    best = np.argmax(y["Fourier modes"].mean(1))
    figures.text(f"best-mode-{net}", f"({modes.kx.values[best]}, {modes.ky.values[best]})")
    figures.number(f"best-response-{net}", x["Fourier modes"][best], ".1f")
    figures.number(f"best-accuracy-{net}", y["Fourier modes"][best].mean(), ".0f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-predicts",
    draw.prediction(response, scores),
    alt="Test accuracy against response for NADs (filled) and random Fourier modes (hollow), LeNet on the left, the thin ResNet on the right; a line marks the mean response, a dotted line chance.",
)

# %% [markdown]
# ```{glue:figure} fig-nad-predicts
# :name: fig-nad-predicts
# :alt: Test accuracy against response for NADs (filled) and random Fourier modes (hollow), LeNet on the left, the thin ResNet on the right; a line marks the mean response, a dotted line chance.
# Test accuracy on $D(v)$ against the response of other, untrained networks, for the NADs of {numref}`fig-nad-accuracy` (filled) and {glue:text}`nad-modes` random even Fourier modes (hollow); two networks a direction, each a point. The line marks the mean response, dots chance.
# ```
#
# On the modes alone the rank correlation of response and accuracy is {glue:text}`predicts-lenet` for LeNet and {glue:text}`predicts-resnet18` for the ResNet; with NADs and modes on one axis it is {glue:text}`together-lenet` and {glue:text}`together-resnet18`. The intervals are from a bootstrap over directions and seeds; one that holds 0 shows nothing.
# LeNet has {glue:text}`weak-lenet` of the modes below its mean response and learns none of these to more than {glue:text}`weak-best-lenet` %, so that among the modes there is next to nothing to put in order; on all even modes, in the recorded map, the correlation is {glue:text}`recorded-predicts`.
#
# The order is rough. The ResNet's first NAD has {glue:text}`first-response-resnet18` times the mean response and is learned to {glue:text}`first-accuracy-resnet18` %, the best of the modes, {glue:text}`best-mode-resnet18`, has {glue:text}`best-response-resnet18` times the mean and is learned to {glue:text}`best-accuracy-resnet18` %, and a single network reaches {glue:text}`weak-best-resnet18` % on a mode with less than the mean.
# So the size of the response at the start is not all that decides.
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
# So there are several objects, and `nads.covariance` has them under one interface:
#
# | `estimator` | what it is | cost for a network with $D$ pixels |
# |---|---|---|
# | `point` | the gradient at one point: the definition | one backward pass |
# | `averaged` | the gradient of the mean output over $n$ points | $n$ backward passes |
# | `difference` | the slope between $x - h e_i$ and $x + h e_i$; $h = 100$ is the published estimator | $2D$ forward passes |
# | `impulse` | half the difference of the responses to $e_i$ and $-e_i$; for networks without biases the limit of `difference` for $h \to \infty$ | $2D$ forward passes |
#
# We judge them by the published one. How much of the energy of step-100 slopes lies in the first ten directions of an estimate from *other* networks (and another point)? With the released directions it would be 15 %, the share of their first ten eigenvalues; chance is 1 %.

# %%
TOP = 10
slopes = dict(estimator="difference", points=1, device=p.device)
step_100 = nads.covariance("lenet", networks=p.step_networks, step=100.0, groups=4, seed=p.seed + 500_000, **slopes)
others = {
    f"slope, step {step:g}": nads.covariance(
        "lenet", networks=p.step_networks // 2, step=step, seed=p.seed + 600_000, **slopes
    )
    for step in (1.0, 10.0)
}
others["gradient at one point"] = nads.covariance(
    "lenet", networks=p.lenet_networks, estimator="point", points=1, seed=p.seed, device=p.device
)
others["gradient of the mean"] = c["lenet"]


def first(part):
    return nads.directions(part, TOP)[1]


agreement = {
    name: intervals.mean(
        [nads.captured(group, first(nads.pooled(estimate)))[-1] for group in step_100.covariance.values]
    )
    for name, estimate in others.items()
}
agreement["slope, step 100"] = intervals.mean(
    [nads.captured(x, first(rest))[-1] for x, rest in nads.held_out(step_100)]
)
parts = {"point": "gradient at one point", "averaged": "gradient of the mean", "step_100": "slope, step 100"}
for part, name in parts.items():
    claims.report("NAD-17", agreement[name], part=part)
    figures.number(f"agree-{part}", 100 * agreement[name].value, ".1f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-estimators",
    draw.estimates(agreement, xlabel="share of the energy of step-100 slopes in 10 directions", reference=TOP / 1024),
    alt="Share of the energy of step-100 slopes in ten directions of five estimates: largest for the gradient of the mean, just above chance for the gradient at one point and for step 1.",
)
figures.number("dimension-point", nads.effective_dimension(*nads.halves(others[parts["point"]])), ".0f")
compared = {
    "step-100": ("lenet", first(nads.pooled(step_100))),
    "point": ("lenet", first(nads.pooled(others[parts["point"]]))),
    "averaged": ("lenet", u["lenet"][:TOP]),
    "resnet18": ("resnet18", u["resnet18"][:TOP]),
}
for name, (net, ours) in compared.items():
    theirs = nads.released(net)
    overlap = float("nan") if theirs is None else nads.overlap(ours, theirs[:TOP])
    figures.number(f"released-{name}", overlap, ".2f", missing="–")

# %% [markdown]
# ```{glue:figure} fig-nad-estimators
# :name: fig-nad-estimators
# :alt: Share of the energy of step-100 slopes in ten directions of five estimates: largest for the gradient of the mean, just above chance for the gradient at one point and for step 1.
# Share of the energy of LeNet's step-100 slopes in the first ten directions of five estimates: gradients of {glue:text}`nad-lenet-networks` networks, slopes of {glue:text}`nad-step-few` networks for steps 1 and 10 and of {glue:text}`nad-step-networks` for step 100, where each quarter is judged by the others. Means and 95 % intervals over the four quarters; dotted: chance.
# ```
#
# The directions of the gradient at one point hold {glue:text}`agree-point` % of the energy of the published slopes, those of the gradient of the mean {glue:text}`agree-averaged` %, and those of other step-100 slopes {glue:text}`agree-step_100` %, which so few networks make too low.
# With the first ten released directions ours overlap by {glue:text}`released-step-100` (step 100), {glue:text}`released-point` (one point) and {glue:text}`released-averaged` (mean), and those of the thin ResNet by {glue:text}`released-resnet18`; a dash says that the released ones were not at hand in this run.
#
# The integral suggests why. The gradient at one noise image depends on which ReLUs and which inputs of the max-pooling happen to be on there. That pattern differs from network to network and would spread the energy over much of the space:
# the effective dimension of the gradient at one point is {glue:text}`dimension-point`, that of the mean {glue:text}`dimension-lenet`. A long step, or a mean over points, averages the pattern out and leaves what the networks have in common.
# The mean is also cheaper: it needs a few backward passes for all pixels together, the step two forward passes for each of them (`tests/benchmarks/nads.py` compares their times).
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
TOP = 8 + int(np.argmax(values[7:12] / values[8:13]))  # between 8 and 12, where no pair of equal eigenvalues is cut
sampled = nads.by_width(
    SIDE, LAYERS, widths=p.wide_widths, networks=p.wide_networks, groups=8, seed=p.seed, device=p.device
)
against_exact = np.array(
    [[nads.overlap(nads.directions(x)[1][:TOP], exact_u[:TOP]) for x in group] for group in sampled.covariance.values]
)
along_first = np.array(
    [[nads.captured(x, exact_u[:1])[0] for x in group] for group in sampled.covariance.values]
)  # (group, width)
exact_share = nads.energy(values, 1)
off = np.abs(np.log(along_first / exact_share))
claims.report("NAD-19", intervals.geometric_mean(along_first[:, -1] / exact_share), part="widest")
claims.report("NAD-19", intervals.mean(off[:, 0] - off[:, -1]), part="approach")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-nad-wide",
    draw.against_width(p.wide_widths, along_first, exact_share),
    alt="Share of the energy along the first direction of the closed form against the number of channels, falling towards the line of infinite width.",
)
figures.glue(
    "fig-nad-wide-first",
    figures.image_grid(exact_u[:10].reshape(-1, SIDE, SIDE), [f"$u_{{{i}}}$" for i in range(10)], columns=5),
    alt="First ten directions of the infinitely wide network on 8 by 8 pixels, from a constant image to gratings.",
    vector=False,
)
figures.text("wide-top", str(TOP))
figures.number("wide-exact", exact_share, ".3f")
for name, width in (("narrow", 0), ("widest", -1)):
    figures.number(f"wide-{name}", intervals.mean(along_first[:, width]), ".3f")
    figures.number(f"overlap-{name}", intervals.mean(against_exact[:, width]), ".2f")
    every = np.average(sampled.covariance.values[:, width], axis=0)
    figures.number(f"overlap-all-{name}", nads.overlap(nads.directions(every)[1][:TOP], exact_u[:TOP]), ".2f")
figures.text("wide-group", f"{p.wide_networks // 8:,}")
figures.text("wide-channels", f"{p.wide_widths[0]} and {p.wide_widths[-1]}")

# %% [markdown]
# ```{glue:figure} fig-nad-wide-first
# :name: fig-nad-wide-first
# :alt: First ten directions of the infinitely wide network on 8 by 8 pixels, from a constant image to gratings.
# The first directions at infinite width, in closed form. Not a single weight was drawn.
# ```
#
# ```{glue:figure} fig-nad-wide
# :name: fig-nad-wide
# :alt: Share of the energy along the first direction of the closed form against the number of channels, falling towards the line of infinite width.
# Share of the energy of sampled networks along the closed form's first direction, $u_0^\top C u_0 / \operatorname{tr} C$, in eight groups of {glue:text}`wide-group` networks at each width ({glue:text}`nad-wide-networks` in all); bars are 95 % intervals over groups, the line is infinite width.
# ```
#
# The direction is fixed before any network is drawn, so a small sample makes this share noisy, but does not favour it as it favours directions found from itself. It falls from {glue:text}`wide-narrow` to {glue:text}`wide-widest` as the layers widen, and the closed form says {glue:text}`wide-exact`: narrow networks put more of their energy into the mean of the image.
#
# The *directions* themselves hardly depend on width. The first {glue:text}`wide-top` of a group overlap with the closed form by {glue:text}`overlap-narrow` at the smallest and {glue:text}`overlap-widest` at the largest width ({glue:text}`wide-channels` channels). But that difference is sampling noise for the most part, which is larger for narrow networks:
# with the eight groups taken together the overlaps are {glue:text}`overlap-all-narrow` and {glue:text}`overlap-all-widest`. So we judge the approach to infinite width by the share, not by the overlap.
#
# ## Recorded at larger size
#
# LeNet is small enough for thousands of networks, and for training on all the paper's samples, without a GPU. What follows is recorded: `nbkit record` has computed it once and stored it with its provenance. What differs from the preset `paper` stands in the label.

# %% tags=["hide-input", "remove-output"]
spectrum = results.recorded("nads-lenet")
trained = results.recorded("along-lenet")
figures.glue(
    "fig-nad-recorded",
    figures.awaiting("nads-lenet") if spectrum is None else draw.recorded_directions(spectrum, "lenet"),
    alt="Recorded spectrum of LeNet on log axes, falling over four decades, and overlaps of its first directions with those of the other half and the released ones, far above chance.",
)
figures.glue(
    "fig-nad-along",
    figures.awaiting("along-lenet")
    if trained is None
    else draw.by_index({"lenet": trained.index.values}, {"lenet": trained}),
    alt="Recorded test accuracy of LeNet on D(u_i) against the index, falling from nearly 100 percent to chance between indices 5 and 200.",
)
figures.text("nad-spectrum-label", "Not recorded" if spectrum is None else results.label(spectrum))
figures.text("nad-along-label", "Not recorded" if trained is None else results.label(trained))
found = dict.fromkeys(("condition", "energy", "halves", "released", "earliest", "latest", "networks"), float("nan"))
if trained is not None:
    found["earliest"], found["latest"] = trained.test_accuracy.mean("seed").values[[0, -1]]
    found["networks"] = json.loads(trained.attrs["parameters"])["lenet_networks"]
if spectrum is not None:
    found["condition"] = np.mean([nads.condition(values) for values in spectrum.eigenvalue.values])
    found["energy"] = 100 * np.mean([nads.energy(values, 10) for values in spectrum.eigenvalue.values])
    found["halves"] = nads.overlap(*spectrum.direction.values[:, :10].astype(float))
    if "overlap_released" in spectrum:
        found["released"] = float(spectrum.overlap_released[9])
for name, value in found.items():
    fmt = ".2f" if name in ("halves", "released") else ".0f"
    figures.number(f"recorded-{name}", value, fmt, missing="(not recorded)")

# %% tags=["hide-input"]
on_recorded = float("nan")
for net in ARCHITECTURES:
    stored = {name: results.recorded(f"{name}-{net}") for name in ("along", "nads", "map")}
    if stored["along"] is not None:
        ranks = rank_correlation(stored["along"].index, stored["along"])
        claims.report("NAD-11", ranks, part=net, recorded=stored["along"])
    if stored["nads"] is not None and stored["map"] is not None:
        response_at, accuracy_at = directions.in_octant(stored["nads"], stored["map"])
        ranks = directions.rank_correlation(response_at, accuracy_at)
        note = "n counts modes 0 ≤ kx ≤ ky, the accuracies of each averaged over its mirror images"
        claims.report("NAD-12", ranks, part=net, recorded=stored["map"], note=note)
        if net == "lenet":
            on_recorded = ranks
figures.number("recorded-predicts", on_recorded, ".2f", missing="(not recorded)")

# %% [markdown]
# ```{glue:figure} fig-nad-recorded
# :name: fig-nad-recorded
# :alt: Recorded spectrum of LeNet on log axes, falling over four decades, and overlaps of its first directions with those of the other half and the released ones, far above chance.
# LeNet, recorded. Left: eigenvalues of $C$, a line for each half of the networks. Right: overlap of the first $k$ directions of the halves, and of all networks with the released directions. {glue:text}`nad-spectrum-label`.
# ```
#
# In each half the first ten directions hold {glue:text}`recorded-energy` % of the energy (released: 15 %), and the root of the ratio of the largest to the smallest eigenvalue is {glue:text}`recorded-condition` (released: 82, from 10,000 networks; the fewer the networks, the smaller the smallest eigenvalue). The first ten directions of
# the two halves overlap by {glue:text}`recorded-halves`, those of all networks and the released ones by {glue:text}`recorded-released`: the gradient of the mean finds the directions that step 100 finds.
#
# ```{glue:figure} fig-nad-along
# :name: fig-nad-along
# :alt: Recorded test accuracy of LeNet on D(u_i) against the index, falling from nearly 100 percent to chance between indices 5 and 200.
# Test accuracy of LeNet on $D(u_i)$, recorded: means and 95 % intervals over seeds; small points are single networks. The $u_i$ are those of {glue:text}`recorded-networks` untrained LeNets. {glue:text}`nad-along-label`.
# ```
#
# With all the samples and epochs of the paper, LeNet reaches {glue:text}`recorded-earliest` % along its first direction and {glue:text}`recorded-latest` % along the last one tried. Every one of these problems is linearly separable.
#
# ## What the claims have come to
#
# Intervals are 95 %, over seeds, groups of networks, architectures or (NAD-12) directions and seeds, as the text says. A *recorded* row was computed by `nbkit record`; what differs from the paper's size stands in its label.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The VGG-11, the ResNet and the DenseNet here are thin, and their samples small. Their first few directions and the energy in them can be relied on more than the order of the rest: even the first 20 agree only in part between two halves of the networks.
# - The condition numbers of the released spectra, largest over smallest singular value, need about $10^4$ networks of each architecture. We compare the energy of ten directions instead.
# - Why the response before training should decide what is learned is not proved. A gradient step changes most the weights that already carry a response; that is a heuristic, not a theorem.
# - The released directions are not part of this book. Set `NBKIT_REFERENCE` to a folder that holds them as `nads/lenet.npz` and `nads/resnet18.npz`, and the overlaps above are computed anew.
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
# Show that for one hidden layer of ReLUs without biases the impulse response is half that of the network with its ReLUs left out.
# ```
#
# ```{solution} ex-nad-relu
# :class: dropdown
# $\mathrm{relu}(a) - \mathrm{relu}(-a) = a$, so $\tfrac12(f(e_i) - f(-e_i))$ is half the output of the network without ReLUs at $e_i$. Try `nads.infinite_width(4, (3,))` against `nads.linear_conv`.
# ```
