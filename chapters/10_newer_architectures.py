# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Newer architectures
#
# > An architecture's preferences can be read off without training it, so any new one can be asked in seconds; this page asks mixers, transformers and networks built not to alias.
#
# In this chapter you will
#
# - see which frequencies an MLP-Mixer, a vision transformer and a ConvNeXt respond to at birth;
# - change one thing at a time in a ResNet (the stride, the padding, the initial weights, batch normalisation) and see which of them makes its preferences;
# - test one prediction by training, and lay any two architectures side by side.
#
# Chapter 08 defines the directions (NADs) and the estimates used here. There is no published number to compare with.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first network
device: str = "auto"  # auto, cpu or cuda
networks: int = None  # untrained networks of each architecture
points: int = None  # points over which the output is averaged
width: int = None  # base width of the ResNet-18s (64 is the real one)
compare: list = ["resnet18", "blurred"]  # the two to lay side by side
n_train: int = None  # training samples of each ResNet
n_test: int = None  # test samples of each ResNet
epochs: int = None  # passes over the training samples
seeds: int = None  # trained networks per direction
sigma: float = 1.0  # standard deviation of the noise

# %%
import numpy as np

from nbkit import directions, figures, intervals, ledger, nads, params
from nbkit import device as machine
from nbkit.figures import nads as draw

p = params.load("10", globals())
machine.use_cores()
claims = ledger.Chapter("10", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Cut into patches
#
# A convolutional network slides its filters over the image. The MLP-Mixer {cite:p}`tolstikhin2021mixer` and the vision transformer {cite:p}`dosovitskiy2021image` instead cut it into patches of $4 \times 4$ pixels, apply one linear map to all
# patches, and then let them talk to each other. A ConvNeXt {cite:p}`liu2022convnet` does both: patches first, then convolutions. A multilayer perceptron (MLP) knows nothing of the image at all. Our versions are small; `nbkit.patches` has them in a few lines each.
#
# We estimate $C = \mathbb{E}_\theta[g g^\top]$, with $g$ the gradient of the mean output over {glue:text}`new-points` noise images, from {glue:text}`new-networks` untrained networks of each kind.

# %%
NEW = ("mlp", "mixer", "vit", "convnext")
VARIANTS = ("resnet18", "blurred", "circular", "batch statistics", "kaiming", "orthogonal")
c = {name: nads.covariance(**p.gradients(name)) for name in (*NEW, *VARIANTS)}
fourier = {name: nads.frequency_energy(nads.pooled(estimate), 32) for name, estimate in c.items()}
fourier = {name: energy / energy.mean() for name, energy in fourier.items()}

# %% tags=["hide-input", "remove-output"]
label = {name: figures.look(name)["label"] if name in NEW else name for name in c}
scale = dict(label="response / mean", limits=(0.01, 100), chance=1, log=True)
figures.glue(
    "fig-new-maps",
    figures.dft_map({label[name]: fourier[name] for name in NEW}, **scale),
    alt="Response over frequencies: flat for the MLP; patterned with the period of the patches for MLP-Mixer, ViT and ConvNeXt.",
    vector=False,
)
for name in ("points", "networks", "preset", "width", "seeds", "n_train", "sigma"):
    figures.text("new-" + name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-new-maps
# :name: fig-new-maps
# :alt: Response over frequencies: flat for the MLP; patterned with the period of the patches for MLP-Mixer, ViT and ConvNeXt.
# Mean squared response of untrained networks to the cosine and sine of each frequency, over its mean. Preset {glue:text}`new-preset`.
# ```
#
# The MLP responds to all frequencies alike: its first layer is a Gaussian-like cloud of directions. The others show the grid of their patches. A mean over patches at the end keeps what is the same in every patch, that is the frequencies that have a whole number of
# periods in 4 pixels (multiples of 8 cycles per image), and with 2-pixel patches merged twice, as in our ConvNeXt, the same.
#
# How strong is the preference? We find directions from three quarters of the networks and ask how much energy of the last quarter lies in the first tenth of them. Without a preference it is a tenth. Too few networks make the number too small, never too large.

# %%
TENTH = 1024 // 10


def share(estimate):
    """Energy of each group of networks in the first tenth of the directions of the other groups."""
    groups = range(estimate.sizes["group"])
    others = [nads.pooled(estimate.isel(group=[i for i in groups if i != group])) for group in groups]
    return [nads.captured(c, nads.directions(o, TENTH)[1])[-1] for c, o in zip(estimate.covariance.values, others)]


energy = {name: intervals.mean(share(estimate)) for name, estimate in c.items()}
for name in NEW:
    claims.report("NAD-18", energy[name], part=name, note="four groups of networks")
    figures.number(f"share-{name}", energy[name].value, ".2f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-new-energy",
    draw.estimates(
        {label[name]: e for name, e in energy.items()},
        xlabel="energy in the first tenth of the directions",
        reference=0.1,
    ),
    alt="Share of the energy in the first tenth of the directions: a tenth for the MLP, much more for all others.",
)

# %% [markdown]
# ```{glue:figure} fig-new-energy
# :name: fig-new-energy
# :alt: Share of the energy in the first tenth of the directions: a tenth for the MLP, much more for all others.
# Energy in the first tenth of the directions, each quarter of {glue:text}`new-networks` networks judged by the others; 95 % intervals over the four. Dotted: no preference.
# ```
#
# The MLP has {glue:text}`share-mlp`, the Mixer {glue:text}`share-mixer`, the ViT {glue:text}`share-vit` and the ConvNeXt {glue:text}`share-convnext`. Attention is no way out: a transformer is born with preferences too, and they come from its patches.
#
# ## One change at a time
#
# Which part of a ResNet makes its lattice? We take the thin ResNet-18 (first width {glue:text}`new-width`) and change one thing:
#
# - *blurred*: filter with $(1, 2, 1)/4$ before every stride {cite:p}`zhang2019making`;
# - *circular*: let the image wrap around instead of padding it with zeros;
# - *batch statistics*: batch normalisation in training mode, where the mean and scale are those of the {glue:text}`new-points` images at hand, instead of evaluation mode, where an untrained network does not normalise at all;
# - *kaiming*, *orthogonal*: other laws of the initial weights.

# %% tags=["hide-input", "remove-output"]
for part, chosen in {"a": VARIANTS[:4], "b": ("resnet18", *VARIANTS[4:])}.items():
    figures.glue(
        f"fig-new-variants-{part}",
        figures.dft_map({name: fourier[name] for name in chosen}, **scale),
        alt="Response over frequencies for variants of the ResNet: " + ", ".join(chosen) + ".",
        vector=False,
    )
on = np.add.outer(np.arange(-16, 16) % 4, np.arange(-16, 16) % 4) == 0
for name in VARIANTS:
    figures.number(f"lattice-{name.replace(' ', '-')}", fourier[name][on].mean() / fourier[name][~on].mean(), ".1f")
top = {name: nads.directions(nads.pooled(estimate), 20)[1] for name, estimate in c.items()}
halves = {name: [nads.directions(part, 20)[1] for part in nads.halves(estimate)] for name, estimate in c.items()}
table = np.array([[nads.overlap(halves[a][0], halves[b][1]) for b in c] for a in c])
figures.glue(
    "fig-new-overlap",
    draw.overlaps(
        table, list(label.values()), ("other half of the networks", "one half"), label="overlap of 20 directions"
    ),
    alt="Table of overlaps between ten architectures and variants.",
)

# %% [markdown]
# ```{glue:figure} fig-new-variants-a
# :name: fig-new-variants-a
# :alt: Response over frequencies for the ResNet, blurred, circular and with batch statistics.
# The ResNet and three of its variants. Same scale as above.
# ```
#
# ```{glue:figure} fig-new-variants-b
# :name: fig-new-variants-b
# :alt: Response over frequencies for the ResNet with default, Kaiming and orthogonal initial weights.
# The ResNet with three laws of initial weights.
# ```
#
# How much of a lattice is there? We divide the mean response at frequencies that are multiples of 4 in both directions by the mean response elsewhere: {glue:text}`lattice-resnet18` for the plain ResNet, {glue:text}`lattice-circular` with circular padding,
# {glue:text}`lattice-batch-statistics` with batch statistics, {glue:text}`lattice-kaiming` and {glue:text}`lattice-orthogonal` with the other laws of weights, and {glue:text}`lattice-blurred` when it blurs; 1 is no lattice. By the theorem on aliasing in chapter 07 it is the stride that folds
# frequencies onto each other; how strongly a fresh network shows it depends on how much of the image goes through the shortcuts, where the subsampling is bare, and so on the law of the weights as well.
#
# ## Any two
#
# The table has the overlap of the first 20 directions for every pair. Below it are the two that the parameter `compare` names, here *{glue:text}`compare-a`* and *{glue:text}`compare-b`*; set it to any two rows.

# %% tags=["hide-input", "remove-output"]
one, two = p.compare
pair = np.concatenate([top[name][[0, 1, 2, 5, 10, 19]].reshape(-1, 32, 32) for name in p.compare])
figures.glue(
    "fig-new-pair",
    figures.image_grid(
        pair, [f"{label[n]} {i}" if i == 0 else str(i) for n in p.compare for i in (0, 1, 2, 5, 10, 19)], columns=6
    ),
    alt=f"Directions 0, 1, 2, 5, 10 and 19 of {label[one]} above those of {label[two]}.",
    vector=False,
)
figures.text("compare-a", label[one])
figures.text("compare-b", label[two])
figures.number("compare-overlap", nads.overlap(top[one], top[two]), ".2f")

# %% [markdown]
# ```{glue:figure} fig-new-overlap
# :name: fig-new-overlap
# :alt: Table of overlaps between ten architectures and variants.
# Overlap of the first 20 directions between one half of the networks and the other; on the diagonal what sampling allows at most. Chance is 0.02.
# ```
#
# ```{glue:figure} fig-new-pair
# :name: fig-new-pair
# :alt: Six directions of one architecture above six of another.
# Directions of *{glue:text}`compare-a`* (above) and *{glue:text}`compare-b`* (below). The overlap of their first 20 is {glue:text}`compare-overlap`.
# ```
#
# ## A prediction, tested
#
# If the response before training decides, blurring must cost the ResNet its high lattice frequencies, such as $(8, 8)$. We train both on $D(v)$ ($\sigma = $ {glue:text}`new-sigma`, {glue:text}`new-n-train` samples, {glue:text}`new-seeds` seeds).

# %%
modes = directions.dft([(0, 4), (4, 4), (8, 8), (2, 2)])
trained = {
    name: directions.accuracy("resnet18", modes, **p.problem, options=p.gradients(name)["options"])
    for name in ("resnet18", "blurred")
}
response = {name: nads.response(nads.pooled(c[name]), modes.values) for name in trained}
response = {name: values / (np.trace(nads.pooled(c[name])) / 1024) for name, values in response.items()}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-new-trained",
    draw.lattice(trained, response),
    alt="Left: response of the two ResNets to four modes before training. Right: their test accuracy after it.",
)
change = trained["blurred"].test_accuracy - trained["resnet18"].test_accuracy
for kx, ky, row in zip(modes.kx.values, modes.ky.values, change.values):
    figures.number(f"blur-{kx}-{ky}", intervals.mean(row), "+.0f")

# %% [markdown]
# ```{glue:figure} fig-new-trained
# :name: fig-new-trained
# :alt: Left: response of the two ResNets to four modes before training. Right: their test accuracy after it.
# Response of untrained networks (left) and test accuracy of trained ones (right, a point a network) for four modes.
# ```
#
# Blurring changes the accuracy by {glue:text}`blur-0-4` points at $(0, 4)$, {glue:text}`blur-4-4` at $(4, 4)$, {glue:text}`blur-8-8` at $(8, 8)$ and {glue:text}`blur-2-2` at $(2, 2)$, with 95 % intervals over seeds.
#
# ## What the claims have come to

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The architectures are small, and we changed one size of each. A ViT with other patches has other directions.
# - A fresh ConvNeXt is nearly its patch layers alone, because its layer scale starts at $10^{-6}$. Its directions at birth say little of a trained one; set `layer_scale=1.0` in `nbkit.patches.convnext` to see the difference.
# - The gradient of the mean under batch statistics is the response to a shift that all images share. Batch normalisation subtracts part of such a shift.
# - Only one prediction was tested by training, on a small problem.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-new-patch
# A network applies one linear map with i.i.d. weights to every patch of $P \times P$ pixels, averages over patches, and reads out linearly. What is $C$, and which frequencies does it see?
# ```
#
# ```{solution} ex-new-patch
# :class: dropdown
# The gradient is one random $P \times P$ patch, repeated. So $C$ is a multiple of the projection onto images that repeat with period $P$: frequencies that are multiples of $32/P$ in both directions. Its rank is $P^2$, 16 of 1024 for $P = 4$.
# ```
#
# ```{exercise}
# :label: ex-new-positions
# Does a ViT without position embeddings have other NADs than one with them? Which of its symmetries says so?
# ```
#
# ```{solution} ex-new-positions
# :class: dropdown
# Without positions, permuting patches does not change the output, so $C$ is the same for any two patches and the patches' common mode stands out. At random inputs the patches differ, which already breaks the symmetry of a single network's gradient. Positions of size 0.02 break it a little more.
# ```
#
# ```{exercise}
# :label: ex-new-bn
# Why does an untrained network in evaluation mode not normalise?
# ```
#
# ```{solution} ex-new-bn
# :class: dropdown
# The running mean and variance start at 0 and 1, and the learned scale and shift at 1 and 0: the layer is the identity up to $1/\sqrt{1 + 10^{-5}}$.
# ```
