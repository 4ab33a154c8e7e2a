# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Newer architectures
#
# > The symmetries of an architecture decide which frequencies it responds to before training, and on our small problem nearly all that is learned lies among these: a transformer with patches of 4 pixels learns the multiples of 8 cycles per image that we tried, and stays at chance on the rest.
#
# In this chapter you will
#
# - ask an MLP, an MLP-Mixer, a vision transformer and a ConvNeXt for their directions, and prove where those of the transformer and the ConvNeXt lie, up to a small rest;
# - change one thing at a time in a ResNet (its stride, padding, initial weights, batch normalisation) and see which of them makes its lattice;
# - predict from untrained networks what trained ones will learn, check it, and lay any two architectures side by side.
#
# Chapter 08 defines the directions (NADs) and the estimates used here. For none of these networks is there a published number to compare with.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first network
device: str = "auto"  # auto, cpu or cuda
networks: int = None  # untrained networks of each architecture
points: int = None  # points over which the output is averaged
width: int = None  # base width of the ResNet-18s (64 is the real one)
patch_width: int = None  # channels of the Mixer and the ViT, and of the last stage of the ConvNeXt
patch_depth: int = None  # blocks of the Mixer and the ViT
n_train: int = None  # training samples of each network
n_test: int = None  # test samples of each network
epochs: int = None  # passes over the training samples
seeds: int = None  # trained networks per direction
sigma: float = 1.0  # standard deviation of the noise

# %%
import ipywidgets
import numpy as np
from scipy.stats import spearmanr

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
# A convolutional network slides its filters over the image. The MLP-Mixer {cite:p}`tolstikhin2021mixer` and the vision transformer, ViT {cite:p}`dosovitskiy2021image`, instead cut it into patches of $4 \times 4$ pixels, apply one linear map to all
# patches, and then let the patches talk to each other. A ConvNeXt {cite:p}`liu2022convnet` does both: patches of $2 \times 2$ first, then convolutions, and twice more it merges $2 \times 2$ neighbours. A multilayer perceptron (MLP) knows nothing of the image at all. Our versions are small
# ({glue:text}`new-patch-width` channels at the end); `nbkit.patches` has them in a few lines each.
#
# We estimate $C = \mathbb{E}_\theta[g g^\top]$, with $g$ the gradient of the output's mean over {glue:text}`new-points` noise images, from {glue:text}`new-networks` untrained networks of each kind.

# %%
NEW = ("mlp", "mixer", "vit", "convnext")
VARIANTS = ("resnet18", "blurred", "circular", "batch statistics", "kaiming", "orthogonal")


def sample(name, **sizes):
    mode = "train" if name == "batch statistics" else "eval"
    return nads.covariance(**p.network(name), mode=mode, **p.sampling | sizes)


c = {name: sample(name) for name in (*NEW, *VARIANTS)}
maps = {name: [nads.frequency_energy(half, 32) for half in nads.halves(estimate)] for name, estimate in c.items()}

# %% tags=["hide-input", "remove-output"]
fourier = {name: np.mean(pair, axis=0) / np.mean(pair) for name, pair in maps.items()}
label = {name: figures.look(name)["label"] for name in (*NEW, "resnet18")}
label = {name: label.get(name, name) for name in c} | {"kaiming": "Kaiming"}


def response_maps(names):
    return figures.dft_map(
        {label[name]: fourier[name] for name in names},
        label="response / mean",
        limits=(0.01, 100),
        chance=None,
        log=True,
    )


figures.glue(
    "fig-new-maps",
    response_maps(NEW),
    alt="Response over frequencies: flat for the MLP, a grid of 16 bright spots for the ViT and, on a brighter ground, for the Mixer, a grid of 64 spots for the ConvNeXt.",
    vector=False,
)
names = ("points", "networks", "preset", "width", "patch_width", "seeds", "n_train", "sigma")
for name in names:
    figures.text("new-" + name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-new-maps
# :name: fig-new-maps
# :alt: Response over frequencies: flat for the MLP, a grid of 16 bright spots for the ViT and, on a brighter ground, for the Mixer, a grid of 64 spots for the ConvNeXt.
# Mean squared response of {glue:text}`new-networks` untrained networks to the cosine and sine of each frequency, over its mean. Preset {glue:text}`new-preset`.
# ```
#
# The MLP responds to all frequencies alike: the weights of its first layer are independent, so that no direction is special. The ViT responds to multiples of 8 cycles per image, the ConvNeXt to multiples of 4. These are no accidents of training, since nothing was trained. They follow from a symmetry.
#
# ```{prf:proposition} What a symmetry leaves
# :label: prop-new-symmetry
# Let $f(Tx) = f(x)$ for every shift $T$ of the image by multiples of $P$ pixels that wraps around at its border, and let $Tx$ have the same law as $x$. Then $g = \mathbb{E}_x[\nabla f(x)]$ repeats itself with period $P$ in both directions. The rank of $C$ is at most $P^2$, and its directions with a response
# are made of frequencies that are multiples of $32/P$ in both directions.
# ```
#
# ```{prf:proof}
# Differentiate $f(Tx) = f(x)$ to get $T^\top \nabla f(Tx) = \nabla f(x)$, and multiply by $T$, a permutation of the pixels: $\nabla f(Tx) = T\,\nabla f(x)$. The mean over $x$ of the left side is $g$, because $Tx$ has the law of $x$; that of the right side is $Tg$.
# So $g = Tg$. An image repeats itself with period $P$ if and only if its Fourier transform vanishes outside of the multiples of $32/P$, and there are $P^2$ of these.
# ```
#
# A ViT treats its patches as a set: without position embeddings, a shift by $P = 4$ changes nothing, and 16 directions are left. The positions are small at birth, so they change little. In a fresh ConvNeXt the convolutions are all but switched off (the factor in front of them, the *layer scale*, starts at $10^{-6}$).
# What remains are patches of patches: $P = 2 \cdot 2 \cdot 2 = 8$, which leaves 64 directions. A Mixer has separate weights for each position, so the proposition says nothing about it; it shows the grid of its patches all the same, probably because a shortcut leads around all of its mixing.
#
# How strong are the preferences? We find directions from three quarters of the networks and ask how much energy of the last quarter lies in the first tenth of them. Without a preference it is a tenth; too few networks make the number too small, never too large.
# From the same groups we estimate the effective dimension of chapter 08, which says how many directions share the energy.

# %%
TENTH = 1024 // 10

dimension = {
    name: intervals.mean([nads.effective_dimension(*pair) for pair in nads.held_out(estimate)])
    for name, estimate in c.items()
}
energy = {
    name: intervals.mean(
        [nads.captured(one, nads.directions(rest, TENTH)[1])[-1] for one, rest in nads.held_out(c[name])]
    )
    for name in NEW
}
for name in NEW:
    claims.report("NAD-18", energy[name], part=name, note="four groups of networks")
for name in ("vit", "convnext"):
    claims.report("NAD-18", dimension[name], part=f"{name}_dimension", note="four groups of networks")

# %% tags=["hide-input", "remove-output"]
fig = draw.estimates({label[name]: e for name, e in dimension.items()}, xlabel="effective dimension", reference=1024)
fig.axes[0].set_xscale("log")
figures.glue(
    "fig-new-dimension",
    fig,
    alt="Effective dimension of ten networks on a log axis, with a dotted line at 1024: lowest for the blurred ResNet, next ViT and Mixer, highest for the ResNet with batch statistics and the MLP, which lies on the line.",
)
for name in NEW:
    figures.number(f"share-{name}", energy[name], ".2f")
    figures.number(f"dimension-{name}", dimension[name], ".0f")

# %% [markdown]
# | | energy in the first tenth | effective dimension | by the proposition |
# |---|---|---|---|
# | MLP | {glue:text}`share-mlp` | {glue:text}`dimension-mlp` | (1024 without a preference) |
# | MLP-Mixer | {glue:text}`share-mixer` | {glue:text}`dimension-mixer` | |
# | ViT | {glue:text}`share-vit` | {glue:text}`dimension-vit` | at most 16 |
# | ConvNeXt | {glue:text}`share-convnext` | {glue:text}`dimension-convnext` | at most 64 |
#
# The brackets are 95 % intervals over four groups of networks. The bounds hold for infinitely many points, without positions and without convolutions; positions, convolutions and the noise of {glue:text}`new-points` points can lead above them, unequal responses below. Attention does not rid the ViT of preferences: they come in with its patches.
#
# ## One change at a time
#
# Which part of a ResNet makes the nodes and the lines of its lattice in chapter 07? We take a ResNet-18 of width {glue:text}`new-width` and change one thing:
#
# - *blurred*: filter with $(1, 2, 1)/4$ in both directions before every stride {cite:p}`zhang2019making`;
# - *circular*: let the image wrap around at its border instead of padding it with zeros;
# - *batch statistics*: batch normalisation in training mode, with the mean and variance of the {glue:text}`new-points` images at hand, instead of evaluation mode, in which a fresh network does not normalise at all;
# - *Kaiming*, *orthogonal*: other laws of the initial weights, independent ones with six times the variance of PyTorch's default, and matrices with orthonormal rows, which in most layers have three times that variance.

# %% tags=["hide-input", "remove-output"]
for part, chosen in {"a": VARIANTS[:3], "b": VARIANTS[3:]}.items():
    figures.glue(
        f"fig-new-variants-{part}",
        response_maps(chosen),
        alt={
            "a": "Response over frequencies: a lattice of bright spots joined by fainter lines for the ResNet, the spots without the lines for the circular one, and a bright middle on a faint cross for the blurred one.",
            "b": "Response over frequencies: flat with batch statistics but for a dark middle, a weak lattice with Kaiming initial weights, brightest in the middle, and a weak lattice with orthogonal ones.",
        }[part],
        vector=False,
    )

# %% [markdown]
# ```{glue:figure} fig-new-variants-a
# :name: fig-new-variants-a
# :alt: Response over frequencies: a lattice of bright spots joined by fainter lines for the ResNet, the spots without the lines for the circular one, and a bright middle on a faint cross for the blurred one.
# The ResNet, with blurred strides, and with circular padding. Same scale as above.
# ```
#
# ```{glue:figure} fig-new-variants-b
# :name: fig-new-variants-b
# :alt: Response over frequencies: flat with batch statistics but for a dark middle, a weak lattice with Kaiming initial weights, brightest in the middle, and a weak lattice with orthogonal ones.
# The ResNet with batch statistics, and with two other laws of initial weights.
# ```
#
# ```{glue:figure} fig-new-dimension
# :name: fig-new-dimension
# :alt: Effective dimension of ten networks on a log axis, with a dotted line at 1024: lowest for the blurred ResNet, next ViT and Mixer, highest for the ResNet with batch statistics and the MLP, which lies on the line.
# Effective dimension of all ten, with 95 % intervals over four groups, {glue:text}`new-networks` networks of each kind in all. The dotted line is 1024, no preference.
# ```
#
# **Padding.** With circular padding, the proposition applies: three strides of 2 make $P = 8$, so a mean over all points would leave modes with *both* frequencies multiples of 4 and nothing else. These are the nodes of chapter 07's lattice, from symmetry alone. We have a finite number of points, whose noise has an energy that falls as one over their number.
# The lines of the lattice, one frequency a multiple of 4, do not follow from it. They come with the padding by zeros, which breaks the symmetry at the border. The left and right borders break it under horizontal shifts only; without the other two, the argument of the proposition, in the vertical direction alone, would leave the modes with a vertical frequency that is a multiple of 4: lines.
# In the maps above the mean response on the lines is {glue:text}`lines-resnet18` times that off the lattice with zeros, and {glue:text}`lines-circular` times with circular padding. Chapter 07 finds the same after training, on one node and one line.
#
# **Stride.** A blurred ResNet has the same symmetry, up to its border, but its filter is zero at the highest frequency of its grid. Every lattice frequency other than 0 becomes the highest frequency of one of the three grids it passes through, so in a linear network no response but that to the mean would be left.
#
# To see the difference between noise and what stays, take more points, and ask for the energy of what does not repeat with period 8:

# %%
POINTS = sorted({1, max(1, p.points // 4), p.points, 4 * p.points})
few = max(4, p.networks // 6)
repeats = (np.subtract.outer(np.arange(32), np.arange(32)) % 8 == 0) / 4
projection = np.kron(repeats, repeats)  # onto the images of period 8


def off_lattice(covariance):
    return 1 - (projection * covariance).sum() / np.trace(covariance)


by_points = {
    label[name]: np.array(
        [[off_lattice(one) for one in sample(name, networks=few, points=n).covariance.values] for n in POINTS]
    )
    for name in ("resnet18", "circular", "orthogonal", "batch statistics")
}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-new-points",
    draw.off_lattice(POINTS, by_points),
    alt="Energy off the lattice against the number of points: the circular ResNet falls fastest, the plain one and the orthogonal one more slowly, batch statistics stay at the level of noise.",
)
for name, shares in by_points.items():
    figures.number(f"off-{name.replace(' ', '-')}", intervals.geometric_mean(shares[-1]), ".2f")
multiple = (np.arange(32) - 16) % 4 == 0
on_line, off = multiple[:, None] ^ multiple, ~(multiple[:, None] | multiple)
for name in ("resnet18", "circular"):
    by_group = [nads.frequency_energy(one, 32) for one in c[name].covariance.values]
    ratio = intervals.geometric_mean([one[on_line].mean() / one[off].mean() for one in by_group])
    figures.number(f"lines-{name}", ratio, ".1f")
pairs = [(np.diag(one), np.diag(rest)) for one, rest in nads.held_out(c["batch statistics"])]
envelope = intervals.mean([a.sum() * b.sum() / (a * b).sum() for a, b in pairs])
figures.number("dimension-batch", dimension["batch statistics"], ".0f")
figures.number("dimension-envelope", envelope, ".0f")
figures.text("most-points", str(POINTS[-1]))
figures.text("few-networks", str(few))

# %% [markdown]
# ```{glue:figure} fig-new-points
# :name: fig-new-points
# :alt: Energy off the lattice against the number of points: the circular ResNet falls fastest, the plain one and the orthogonal one more slowly, batch statistics stay at the level of noise.
# Share of the energy off the nodes, that is outside of the frequencies that are multiples of 4 in both directions, by the number of points; {glue:text}`few-networks` networks in four groups, a line each. White noise has 0.94.
# ```
#
# With {glue:text}`most-points` points, {glue:text}`off-circular` of the energy is off the lattice with circular padding, {glue:text}`off-ResNet-18` with zeros.
#
# **Initial weights.** With orthogonal weights {glue:text}`off-orthogonal` is off the lattice at the same number of points. A reason may be that larger weights let the residual branches count more against the shortcuts. The network is then less linear, its gradients at different points differ more, and more points are needed to see their mean.
#
# **Batch normalisation.** With batch statistics the share stays at {glue:text}`off-batch-statistics`, that of white noise, whatever the number of points. The mean of the image is missing from its map, which the first normalisation subtracts; otherwise no frequency stands out.
# It is not quite white noise: its effective dimension is {glue:text}`dimension-batch`, not 1024. Pixels near the border count less than those in the middle, and if that were all, the effective dimension would be {glue:text}`dimension-envelope` (from the diagonal of $C$ alone). So in this mode the fresh network shows the middle and the border of the image, and no lattice. It is the mode in which it will be trained, so which of the two predicts
# what it learns? We come to that.
#
# ## Any two
#
# Set the two sliders to any two of the ten. Each shows the response over frequencies, on the scale of the maps above, and the first four directions. Note how the ResNet's directions are small spots 8 pixels apart, around the pixels that its three strides keep.

# %% tags=["hide-input"]
top = {name: nads.directions(nads.pooled(estimate), 4)[1] for name, estimate in c.items()}
ipywidgets.VBox(
    [
        figures.scrubber(
            [draw.architecture_frame(fourier[name], top[name].reshape(-1, 32, 32)) for name in order],
            label=place,
            values=[label[name] for name in order],
            interval=1500,
            alt="Response over frequencies, and the first four directions as images",
        )
        for place, order in {"one": list(c), "another": list(c)[4:] + list(c)[:4]}.items()
    ]
)

# %% tags=["hide-input", "remove-output"]
ALT_ALIKE = "Table of correlations: Mixer and ViT are alike; ConvNeXt, circular ResNet, plain ResNet and those with other initial weights are; the MLP is like nothing, not even itself."
alike = np.array([[np.corrcoef(*np.log([maps[a][0].ravel(), maps[b][1].ravel()]))[0, 1] for b in c] for a in c])
figures.glue(
    "fig-new-alike",
    draw.overlaps(alike, list(label.values()), ("other half of the networks", "one half"), label="correlation"),
    alt=ALT_ALIKE,
)
at = {name: row for row, name in enumerate(c)}
for a, b in (("mixer", "vit"), ("convnext", "circular"), ("mlp", "mlp")):
    figures.number(f"alike-{a}-{b}", alike[at[a], at[b]], ".2f")

# %% [markdown]
# One number for a pair is the correlation of the logarithms of their two maps. One map is taken from one half of the networks and the other from the other half, with other seeds, so that noise cannot pass for likeness.
#
# ```{glue:figure} fig-new-alike
# :name: fig-new-alike
# :alt: Table of correlations: Mixer and ViT are alike; ConvNeXt, circular ResNet, plain ResNet and those with other initial weights are; the MLP is like nothing, not even itself.
# Correlation of the log responses over frequencies between one half of {glue:text}`new-networks` networks and the other half. The diagonal says how well a map repeats itself.
# ```
#
# Several architectures resemble each other. Mixer and ViT share the grid of their patches ({glue:text}`alike-mixer-vit`). The ConvNeXt and the circular ResNet are nearly the same ({glue:text}`alike-convnext-circular`), although one is made of patches and the other of overlapping convolutions: both have a total stride of 8.
# The MLP does not even resemble itself ({glue:text}`alike-mlp-mlp`), because its map is flat, and what is left to compare is the noise of two samples.
#
# ## A prediction, tested
#
# What does an untrained network say about a trained one? Four modes tell the architectures apart. By the proposition $(8, 8)$ is a multiple of 8, and so within reach of ViT, ConvNeXt and ResNet; $(4, 4)$ of the latter two; $(2, 2)$ of none of them, and only $(0, 0)$ of a blurred ResNet. To the MLP all four are the same.
# We train each on $D(v)$ ($\sigma = $ {glue:text}`new-sigma`, {glue:text}`new-n-train` samples, {glue:text}`new-seeds` seeds), with chapter 07's recipe in batches of 16, the same for all.

# %%
TRAINED = (*NEW, "resnet18", "blurred")
modes = directions.dft([(0, 0), (8, 8), (4, 4), (2, 2)])
response = {name: nads.response(nads.pooled(c[name]), modes.values) for name in TRAINED}
response = {name: values / np.trace(nads.pooled(c[name])) * 1024 for name, values in response.items()}
trained = {name: directions.accuracy(directions=modes, **p.network(name), **p.problem) for name in TRAINED}

# %%
scores = np.stack([result.test_accuracy.values for result in trained.values()])  # (network, mode, seed)
predicted = np.stack(list(response.values()))
rank = intervals.correlation([spearmanr(predicted.ravel(), one.ravel()).statistic for one in np.moveaxis(scores, 2, 0)])
claims.report("NAD-18", rank, part="prediction")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-new-learned",
    draw.learned(response, trained),
    alt="Accuracy after training against response before it for six architectures. Modes with a response below the mean stay near chance; most of those above it are learned, but for some ResNets; the MLP has all four at the mean and learns them equally.",
)
figures.number("new-rank", rank, ".2f")
for name, result in trained.items():
    for kx, row in zip(modes.kx.values, result.test_accuracy.values):
        figures.text(f"learned-{name}-{kx}", ", ".join(f"{score:.0f}" for score in sorted(row, reverse=True)))

# %% [markdown]
# ```{glue:figure} fig-new-learned
# :name: fig-new-learned
# :alt: Accuracy after training against response before it for six architectures. Modes with a response below the mean stay near chance; most of those above it are learned, but for some ResNets; the MLP has all four at the mean and learns them equally.
# Test accuracy after training against the response before it, by mode $(k_x, k_y)$; a point a network, {glue:text}`new-seeds` seeds; preset {glue:text}`new-preset`. The line marks the mean response, dots chance.
# ```
#
# The same numbers, network by network:
#
# | test accuracy (%) | (0, 0) | (8, 8) | (4, 4) | (2, 2) |
# |---|---|---|---|---|
# | MLP | {glue:text}`learned-mlp-0` | {glue:text}`learned-mlp-8` | {glue:text}`learned-mlp-4` | {glue:text}`learned-mlp-2` |
# | MLP-Mixer | {glue:text}`learned-mixer-0` | {glue:text}`learned-mixer-8` | {glue:text}`learned-mixer-4` | {glue:text}`learned-mixer-2` |
# | ViT | {glue:text}`learned-vit-0` | {glue:text}`learned-vit-8` | {glue:text}`learned-vit-4` | {glue:text}`learned-vit-2` |
# | ConvNeXt | {glue:text}`learned-convnext-0` | {glue:text}`learned-convnext-8` | {glue:text}`learned-convnext-4` | {glue:text}`learned-convnext-2` |
# | ResNet-18 | {glue:text}`learned-resnet18-0` | {glue:text}`learned-resnet18-8` | {glue:text}`learned-resnet18-4` | {glue:text}`learned-resnet18-2` |
# | ResNet-18, blurred | {glue:text}`learned-blurred-0` | {glue:text}`learned-blurred-8` | {glue:text}`learned-blurred-4` | {glue:text}`learned-blurred-2` |
#
# The rank correlation of response and accuracy is {glue:text}`new-rank`, over all networks and modes. In the five architectures with a preference, modes with a response below the mean stay near chance; a Mixer on $(2, 2)$ comes highest. The ViT is all but perfect on $(0, 0)$ and $(8, 8)$ and at chance on the other two, where the MLP, with no idea of images at all, does no worse than elsewhere.
# The ConvNeXt adds $(4, 4)$, and the blurred ResNet has only $(0, 0)$ left: a filter that was meant to make a network more stable against shifts has also cost it $(8, 8)$ and $(4, 4)$, on which some of the plain ResNets generalise; $(2, 2)$ neither of them learns.
#
# The plain ResNet shows the limit of the prediction. On its lattice some networks generalise and others do not, as the points show: a response makes it possible to learn a direction and does not ensure it. And it bears on the question about batch normalisation: these networks were trained on batch statistics, and where they learn anything, it is on the lattice
# of evaluation mode, of which the fresh network in training mode showed no trace in its map.
#
# ## What the claims have come to

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The architectures are small, and we tried one size of each. By the proposition a ViT with other patches has other directions: try `patch=8` in `nbkit.patches.vit`; `nbkit run 10 -p patch_width 64` makes it wider.
# - A fresh ConvNeXt is nearly its patch layers alone. Set `layer_scale=1.0` in `nbkit.patches.convnext` to see what its convolutions do.
# - The problem is small: few samples, few steps, one recipe for all, chosen for the networks of chapter 07. A transformer can learn its positions, and given more samples and steps it may well leave its lattice.
# - The Kaiming and orthogonal ResNets were not trained, and the circular one only in chapter 07.
# - Four modes and six networks are few for a rank correlation. Its interval is over seeds, and says nothing of other modes.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-new-patch
# A network applies one linear map with i.i.d. weights to every patch of $P \times P$ pixels, averages over patches, and reads out linearly. What is $C$?
# ```
#
# ```{solution} ex-new-patch
# :class: dropdown
# The gradient is one random $P \times P$ patch with i.i.d. entries, repeated over the image. So $C$ is a multiple of the projection onto images that repeat with period $P$: all $P^2$ directions that the proposition allows, with equal responses. The fresh ViT is close to it.
# ```
#
# ```{exercise}
# :label: ex-new-blur
# A linear chain of three blurs $(1, 2, 1)/4$, each followed by a stride of 2, takes a row of 32 pixels to 4. Follow the frequencies 4, 8, 12 and 16 through it. Which come out?
# ```
#
# ```{solution} ex-new-blur
# :class: dropdown
# The blur multiplies frequency $k$ on $n$ pixels by $\cos^2(\pi k/n)$, which vanishes at $k = n/2$. 16 dies at the first blur ($n = 32$). 8 reaches 16 pixels and dies there. 12 folds to 4 at the first stride, and 4 dies at the third blur, on 8 pixels. Of all multiples of 4 only 0 comes out.
# ```
#
# ```{exercise}
# :label: ex-new-bn
# Why does an untrained network in evaluation mode not normalise?
# ```
#
# ```{solution} ex-new-bn
# :class: dropdown
# The running mean and variance start at 0 and 1, and the learned scale and shift at 1 and 0: the layer is the identity up to a factor $1/\sqrt{1 + 10^{-5}}$.
# ```
