# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The simplest thing that works
#
# > Among features that would all do, a network may take the simplest and ignore the rest; what counts as simple depends on its architecture.
#
# In this chapter you will
#
# - sort the parts of which all functions of eight bits are made by how soon a kernel learns them, and see what locality changes in that order;
# - build data on which a network ignores perfect evidence because simpler evidence is at hand;
# - scramble the pixels of all images and see who cares.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
bits: int = 8  # coordinates of the cube
patch: int = 3  # neighbouring coordinates that a local kernel sees
dimension: int = 50  # coordinates of the slab problem
slabs: int = 5  # how many of them are slab features
many_slabs: list = None  # the same, varied
n_train: int = None  # training points of the slab problem
epochs: int = None  # passes over them
sets: int = None  # training sets of the slab problem
members: int = None  # networks on each, and members of its ensemble
epsilons: list = [0.08, 0.14]  # attacks of adversarial training, per coordinate
pixels_train: int = 300  # digits of the scrambling experiment
pixels_epochs: int = None  # passes over them
seeds: int = None  # networks of the scrambling experiment, and draws of the kernels' points

# %%
import numpy as np

from nbkit import cube, figures, intervals, ledger, params, simplicity
from nbkit import device as machine
from nbkit.figures import simplicity as draw

p = params.load("04", globals())
machine.use_cores()
claims = ledger.Chapter("04", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## All functions of eight bits
#
# Chapter 02 sorted functions on the circle by frequency. What is frequency for inputs without a circle? Take $d$ bits, $x \in \{\pm1\}^d$. Every function of them is a sum of *parities* $\chi_S(x) = \prod_{i\in S} x_i$, one for each set $S$ of coordinates. The order $|S|$ says how many bits interact. It plays the part of the frequency.
#
# If a kernel depends on the products $x_i x_i'$ only, the parities are its eigenfunctions, with eigenvalues $\lambda_S = \mathbb{E}_x[K(\mathbf 1, x)\,\chi_S(x)]$. We compare two such kernels, both made of one function $\kappa$ of the cosine of two inputs, the tangent kernel of a ReLU layer with bias (chapter 02):
#
# - **dense**: $K = \kappa(x^\top x'/d)$, a fully connected layer;
# - **patches**: the mean of $\kappa(x_P^\top x_P'/q)$ over all windows $P$ of $q$ neighbouring bits on a ring, a convolutional layer.
#
# ```{prf:proposition} What each kernel can tell apart
# :label: prop-cube
# For the dense kernel $\lambda_S$ depends on $|S|$ only. For the patch kernel
# $\lambda_S = \frac{1}{\#P}\,\#\{P : P \supseteq S\}\;\lambda^{\mathrm{loc}}_{|S|}$, where $\lambda^{\mathrm{loc}}$ are the eigenvalues of $\kappa$ on $q$ bits. It is 0 for sets that fit into no window.
#
# On $q$ bits, $\quad\lambda_k = 2^{-q} \sum_{j=0}^{q} \binom{q}{j}\, \kappa(1 - 2j/q)\, K_k(j) \big/ \binom{q}{k}\quad$ with the Krawtchouk polynomials $K_k(j) = \sum_i (-1)^i \binom{j}{i}\binom{q-j}{k-i}$.
# ```
#
# ```{prf:proof}
# The dense kernel does not change when coordinates are permuted, and any two sets of one size are related by a permutation. For patches, $\mathbb{E}[\kappa(\mathbf 1^\top x_P/q)\,\chi_S(x)]$ is 0 if $S$ has a coordinate outside $P$, since that bit is independent of the rest and has mean 0. Otherwise it is $\lambda^{\mathrm{loc}}_{|S|}$. Sum over $P$. For $\lambda_k$ sort the corners by the number $j$ of flipped bits: $\kappa$ depends on $j$ only, and $K_k(j)$ is the sum of $\chi_S$ over all $S$ of size $k$ at such a corner.
# ```

# %%
spectra = {"dense": cube.spectrum(p.bits, patch=p.bits), f"patches of {p.patch}": cube.spectrum(p.bits, patch=p.patch)}
dense, local = spectra.values()
fits = local.patches > 0
closed_form = {
    "dense": cube.eigenvalues(p.bits)[dense["size"].values],
    "patches": (local.patches / p.bits).values * cube.eigenvalues(p.patch)[np.minimum(local["size"].values, p.patch)],
}
spread = np.abs(dense.eigenvalue / closed_form["dense"] - 1)
deviation = np.abs(local.eigenvalue / np.where(fits, closed_form["patches"], 1) - 1)[fits]
claims.report("GD-11", intervals.worst(spread.values), part="dense")
claims.report("GD-11", intervals.worst(deviation.values), part="patches")
figures.number("cube-spread", float(spread.max()), ".0e")
figures.number("cube-deviation", float(deviation.max()), ".0e")
figures.number("cube-alive", int(fits.sum()), "d")
figures.number("cube-all", 2**p.bits, "d")
figures.number("near-factor", float(local.eigenvalue[2**p.patch - 1] / dense.eigenvalue[2**p.patch - 1]), ".1f")
for name in (
    "bits",
    "patch",
    "slabs",
    "dimension",
    "n_train",
    "sets",
    "members",
    "pixels_train",
    "seeds",
):
    figures.text(name.replace("_", "-"), f"{value:,}" if isinstance(value := getattr(p, name), int) else str(value))

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-cube",
    draw.cube_spectra(spectra, list(closed_form.values())),
    alt="Eigenvalues of all parities against their order. Dense: one value for each order, falling. Patches: only orders that fit into a window, several values for one order, larger for shorter spans.",
)

# %% [markdown]
# ```{glue:figure} fig-cube
# :name: fig-cube
# :alt: Eigenvalues of all parities against their order. Dense: one value for each order, falling. Patches: only orders that fit into a window, several values for one order, larger for shorter spans.
# Eigenvalues of all {glue:text}`cube-all` parities of {glue:text}`bits` bits, coloured by span, the length of the shortest window on the ring that contains $S$. Within an order, points are shifted by span; grey bars are the closed forms. Zero eigenvalues are left out.
# ```
#
# For the dense kernel all sets of one size share one eigenvalue, to {glue:text}`cube-spread`. In the patch kernel distance counts as well, through the number of windows that see the whole set: that law holds to {glue:text}`cube-deviation`. It puts all its weight on the {glue:text}`cube-alive` parities that fit into a window. {cite:t}`xiao2022eigenspace` calls this
# *eigenspace restructuring*. The overview says that the eigenstructure of infinitely wide networks depends on frequency alone. That is true of fully connected ones; convolutions add space.
#
# How soon is each parity learned? Kernel descent learns the share $1 - e^{-\lambda_S t}$ by time $t$. Move the slider through time.

# %%
moments = np.geomspace(1, 1e4, 15)
figures.scrubber(
    [draw.learned_frame(spectra, t) for t in moments],
    label="time",
    values=[f"{t:,.0f}" for t in moments],
    interval=500,
    alt="Share of each parity learned, dense and patch kernel side by side. Dense: low orders first, whatever their span. Patches: within an order the parities of short range first, long-range ones never.",
)

# %% [markdown]
# Left, order by order. Right, within an order the short-range ones come first: interactions of {glue:text}`patch` neighbours are learned {glue:text}`near-factor` times as fast as by the dense kernel, and long-range ones never. That is the price of one layer of windows; *deep* convolutional networks see long ranges through their upper layers, and it is for deep ones that Xiao proves that the curse of dimension can be broken. (The overview has "of any depth".)
#
# Is what is learned sooner also learned from less? We interpolate a parity of order 3 from a few random corners, once of three neighbouring bits, once of three distant ones.

# %%
targets = {"near": [0, 1, 2], "far": [0, p.bits // 3, 2 * p.bits // 3]}
counts = [2**p.bits // 16, 2**p.bits // 8, 2**p.bits // 4, 2**p.bits // 2]
recovered = cube.generalisation(targets, d=p.bits, patch=p.patch, n=counts, seeds=p.seeds, seed=p.seed)
quarter = {
    (kernel, target): intervals.mean(100 * recovered.recovered.sel(kernel=kernel, target=target, n=counts[2]))
    for kernel in recovered.kernel.values
    for target in targets
}
figures.number("near-patches", quarter["patches", "near"], ".0f")
figures.number("near-dense", quarter["dense", "near"], ".0f")
figures.number("far-dense", quarter["dense", "far"], ".0f")
figures.number("far-patches", quarter["patches", "far"], ".0f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-recovered",
    draw.generalisation(recovered),
    alt="Share of a parity recovered against the number of training corners: near 1 for the patch kernel on near bits, much lower in the three other cases.",
)

# %% [markdown]
# ```{glue:figure} fig-recovered
# :name: fig-recovered
# :alt: Share of a parity recovered against the number of training corners: near 1 for the patch kernel on near bits, much lower in the three other cases.
# Share of a parity of three bits that kernel interpolation recovers on unseen corners, 1 minus the mean square error (what lies below −1 is drawn at −1). Means and 95 % intervals over {glue:text}`seeds` draws of the training corners.
# ```
#
# From a quarter of all corners the patch kernel recovers {glue:text}`near-patches` % of the parity of three neighbours. The dense kernel recovers {glue:text}`near-dense` % of it, and of the distant one {glue:text}`far-dense` %; for the patch kernel that is {glue:text}`far-patches` %. Below 0 it would be better to predict 0. A bias is worth something when it suits the task, and costs when it does not.
#
# ## Evidence ignored
#
# Now networks that are not lazy, and features of unequal simplicity. {cite:t}`shah2020pitfalls` build points whose class can be read from any of several coordinates. One is *linear*: its sign is the class. The others are *slabs*: along such a coordinate the two classes alternate in five layers, so reading it takes four thresholds. All are perfect predictors.
#
# We use one linear coordinate, {glue:text}`slabs` slab coordinates and noise up to {glue:text}`dimension` dimensions, and train a network with two hidden layers of 100 units on {glue:text}`n-train` points. What does it rely on? Permute one kind of coordinate among the test points (with the slabs also the noise), so that it tells nothing, and watch the accuracy.

# %%
results = {
    k: simplicity.reliance(wrong=0.0, slabs=k, sets=p.sets, members=p.members, device=p.device, **p.slab_problem)
    for k in sorted({*p.many_slabs, p.slabs})
}
clean = results[p.slabs].mean("member")
claims.report("GD-12", intervals.mean(clean.linear_permuted), part="permute_linear")
claims.report("GD-12", intervals.mean(clean.accuracy - clean.slabs_permuted), part="permute_slabs")
figures.number("clean", intervals.mean(100 * clean.accuracy), ".1f")
figures.number("no-linear", intervals.mean(100 * clean.linear_permuted), ".0f")
figures.number("no-slabs", intervals.mean(100 * clean.slabs_permuted), ".1f")
most = results[max(results)].mean("member")
figures.number("most-no-linear", intervals.mean(100 * most.linear_permuted), ".0f")
figures.number("most-slabs", max(results), "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-reliance",
    draw.reliance(results),
    alt="Test accuracy against the number of slab features: near perfect as it is, near perfect or a little lower with the slabs permuted, near chance with the linear coordinate permuted.",
)

# %% [markdown]
# ```{glue:figure} fig-reliance
# :name: fig-reliance
# :alt: Test accuracy against the number of slab features: near perfect as it is, near perfect or a little lower with the slabs permuted, near chance with the linear coordinate permuted.
# Test accuracy as it is, and with one kind of feature permuted among the test points. {glue:text}`sets` training sets with {glue:text}`members` networks each; 95 % intervals over training sets.
# ```
#
# With {glue:text}`slabs` slabs the network scores {glue:text}`clean` %. Without the slabs, {glue:text}`no-slabs` %: it does not rely on them. Without the linear coordinate, {glue:text}`no-linear` %, where chance is 50. Even with {glue:text}`most-slabs` slab coordinates, each a perfect predictor, it keeps only {glue:text}`most-no-linear` % when the linear one is gone.
#
# **Even when the simple feature is worse.** Let the linear coordinate be wrong for 10 % of the points, in training and in test. The slabs are still right for all of them.

# %%
noisy = {
    k: simplicity.reliance(wrong=0.1, slabs=k, sets=p.sets, members=p.members, device=p.device, **p.slab_problem)
    for k in results
}
few = noisy[p.slabs]
claims.report("GD-12", intervals.mean(few.accuracy.mean("member")), part="noisy_linear")
gain = few.ensemble - few.accuracy.mean("member")
claims.report("GD-12", intervals.mean(gain), part="ensemble")
figures.number("noisy-few", intervals.mean(100 * few.accuracy.mean("member")), ".1f")
figures.number("noisy-most", intervals.mean(100 * noisy[max(noisy)].accuracy.mean("member")), ".1f")
figures.number("ensemble-gain", intervals.mean(100 * gain), ".1f")

for name, epsilon in (("weak", p.epsilons[0]), ("strong", p.epsilons[-1])):
    hard = simplicity.adversarial_reliance(epsilon=epsilon, slabs=p.slabs, seeds=p.sets, **p.slab_problem)
    figures.text(f"{name}-epsilon", f"{epsilon:g}")
    for score in ("accuracy", "attacked", "linear_permuted"):
        figures.number(f"{name}-{score.replace('_', '-')}", intervals.mean(100 * hard[score]), ".1f")
lost = max(0, p.epsilons[-1] - simplicity.LINEAR_MARGIN) / (1 - simplicity.LINEAR_MARGIN)
figures.number("strong-possible", 100 * (1 - lost), ".1f")
figures.number("linear-margin", simplicity.LINEAR_MARGIN, "g")
figures.number("slab-margin", simplicity.SLAB_MARGIN, "g")

# %% [markdown]
# With {glue:text}`slabs` slabs the test accuracy is {glue:text}`noisy-few` %, about what the linear coordinate alone allows. An ensemble of {glue:text}`members` networks gains {glue:text}`ensemble-gain` points over its members: they all make nearly the same choice, and averaging helps little against a shared preference. But the pitfall has an edge: with
# {glue:text}`most-slabs` slabs the accuracy is {glue:text}`noisy-most` %. Where the complex evidence is redundant enough, the network comes to use it.
#
# **Adversarial training** could change the choice: train on inputs that are moved by $\epsilon$ against the network in every coordinate. Every point keeps a distance of {glue:text}`linear-margin` from the best threshold on the linear coordinate and of {glue:text}`slab-margin` from those on a slab. So an attack with $\epsilon =$ {glue:text}`weak-epsilon` does not ask for a change. One with {glue:text}`strong-epsilon` does: the linear coordinate alone can then be right for {glue:text}`strong-possible` % of attacked points at most, a slab for all.
#
# Means and 95 % intervals over {glue:text}`sets` training sets, in %:
#
# | $\epsilon$ | accuracy | on attacked points | without the linear coordinate |
# |---|---|---|---|
# | {glue:text}`weak-epsilon` | {glue:text}`weak-accuracy` | {glue:text}`weak-attacked` | {glue:text}`weak-linear-permuted` |
# | {glue:text}`strong-epsilon` | {glue:text}`strong-accuracy` | {glue:text}`strong-attacked` | {glue:text}`strong-linear-permuted` |
#
# Under both attacks the networks fall to chance when the linear coordinate is permuted. They defend the feature they have, also where another would be safer.
#
# ## Pixels out of place
#
# A convolutional network presumes three things: that nearby pixels belong together (*locality*), that a pattern means the same wherever it is (*weight sharing*), and so that moving the input moves the response (*equivariance*). The overview names the first. To measure the whole, permute the pixels of all images, training and test, in one fixed way. A fully connected
# network cannot notice: permuting its first weights gives back the same network, and at the start all permutations are equally likely. For a convolutional one, what was near is far now.

# %%
scrambled = simplicity.scrambled_pixels(
    n_train=p.pixels_train, epochs=p.pixels_epochs, seeds=p.seeds, seed=p.seed, device=p.device
)
for net in ("convolutional", "fully_connected"):
    loss = scrambled.accuracy.sel(net=net, scrambled=False) - scrambled.accuracy.sel(net=net, scrambled=True)
    claims.report("GD-26", intervals.mean(loss), part=net)
    figures.number(f"scramble-{net.replace('_', '-')}", intervals.mean(loss), ".1f")
lead = scrambled.accuracy.sel(net="convolutional") - scrambled.accuracy.sel(net="fully_connected")
figures.number("lead-in-place", intervals.mean(lead.sel(scrambled=False)), ".1f")
figures.number("lead-scrambled", intervals.mean(lead.sel(scrambled=True)), ".1f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-scrambled",
    draw.scrambled(scrambled),
    alt="Test accuracy before and after permuting the pixels: the convolutional network falls, the fully connected one stays level.",
)

# %% [markdown]
# ```{glue:figure} fig-scrambled
# :name: fig-scrambled
# :alt: Test accuracy before and after permuting the pixels: the convolutional network falls, the fully connected one stays level.
# Test accuracy on digits, {glue:text}`pixels-train` training images: {glue:text}`seeds` seeds (thin, each with a permutation of its own) and their mean (thick).
# ```
#
# The convolutional network loses {glue:text}`scramble-convolutional` points, the fully connected one {glue:text}`scramble-fully-connected`. The convolution's lead over the fully connected network is {glue:text}`lead-in-place` points with the pixels in place and {glue:text}`lead-scrambled` (a minus: behind) with the pixels scrambled. The same presumption is an asset where it holds and a burden where it does not.
#
# ## What the claims have come to
#
# Intervals are 95 %, over training sets for GD-12 and over seeds for GD-26. For GD-11, which must hold for every parity, what is shown is the range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The kernels on the cube are one layer deep. Xiao's theorems are about deep networks in high dimension; we checked the law behind them, not the theorems.
# - How far a network ignores the complex features depends on how many there are, on the sample size and on training time. We varied the first. {cite:t}`shah2020pitfalls` were available to us in their abstract only.
# - Our adversarial training takes one gradient step per attack. Stronger attacks might change the picture.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-count
# On a ring of $d = 8$ bits with windows of $q = 3$, how many windows contain $\{0\}$, $\{0,1\}$, $\{0,2\}$, $\{0,3\}$? Read the ratios of the eigenvalues off the figure.
# ```
#
# ```{solution} ex-count
# :class: dropdown
# 3, 2, 1, 0. So $\lambda_{\{0,1\}} = 2\lambda_{\{0,2\}}$, and $\{0,3\}$ is never learned.
# ```
#
# ```{exercise}
# :label: ex-margin
# Scale the linear coordinate down by a factor of 20. What will the network rely on?
# ```
#
# ```{solution} ex-margin
# :class: dropdown
# Simplicity is also a matter of scale: the gradient with respect to the first-layer weights of a coordinate is proportional to its size. A linear coordinate of size 0.05 is learned about 400 times more slowly (the factor enters twice), and the slabs, though harder, win. Standardising the inputs is a choice about bias.
# ```
#
# ```{exercise}
# :label: ex-blocks
# Permute the pixels of an image only within blocks of 2×2. Which of the two networks will notice, and how much?
# ```
#
# ```{solution} ex-blocks
# :class: dropdown
# Only the convolutional one, and less than from a full scramble: with the same permutation in all blocks, each block still holds the same pixels, and pooling by 2 sees the same neighbourhoods. What is lost is weight sharing at single-pixel shifts.
# ```
