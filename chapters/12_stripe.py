# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Compression pays: the stripe
#
# > A network that may move its weights squeezes the directions that do not matter, by a factor that grows with the data, and that squeeze is nearly all of its advantage over a fixed kernel.
#
# In this chapter you will
#
# - watch the weights of a network turn towards the one direction that decides the label;
# - see the tangent kernel line up with the labels while that happens;
# - measure six learning curves and compare their exponents with theory.
#
# The model is that of {cite:t}`petrini2020learning` and {cite:t}`paccolat2021geometric`. We read the talk and the papers' abstracts, not their figures: where a threshold is ours, the claims say so.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
dimensions: list = None  # input dimensions of the learning curves
samples: list = None  # training points of each network
seeds: int = None  # networks for each point of a curve
width: int = None  # neurons of each network
n_test: int = None  # test points
max_steps: int = None  # trial steps after which a flow is given up
frames: int = None  # frames of the slider
kernel_dimensions: list = None  # dimensions where only kernels are fitted
kernel_samples: list = None  # training points of each kernel machine
kernel_seeds: int = None  # kernel machines for each point of a curve
images: str = None  # image set: digits, or mnist (downloaded)
image_samples: list = None  # training images of each network

# %%
import json

import numpy as np
import torch

from nbkit import device as machine
from nbkit import figures, intervals, ledger, ntk, params, regimes, results
from nbkit.data import gaussian
from nbkit.figures import regimes as draw

p = params.load("12", globals())
machine.use_cores()
claims = ledger.Chapter("12", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## One direction decides
#
# Inputs are Gaussian, $x \sim \mathcal N(0, I_d)$. The label depends on the first coordinate alone, which we call $x_\parallel$; the others are $x_\perp$:
#
# ```{math}
# :label: eq-stripe
# y(x) = -1 \ \text{ if } -0.3 < x_\parallel < 1.18549, \qquad y(x) = +1 \ \text{ otherwise.}
# ```
#
# The two numbers make the classes equally frequent. The learner is a network with one hidden layer of $h$ ReLU neurons,
#
# ```{math}
# :label: eq-net
# f(x) = \frac1h \sum_{n=1}^h \beta_n\, \sigma\!\left(\frac{\omega_n \cdot x}{\sqrt d} + b_n\right), \qquad F(x) = \alpha\,\big(f(x) - f_0(x)\big),
# ```
#
# whose weights start from $\mathcal N(0, 1)$. It follows the gradient flow of $\frac{1}{\alpha p}\sum_\mu \ell(y^\mu F(x^\mu))$ with a smoothed hinge loss $\ell$, until every training point is fitted with margin 1.
# With $\alpha = 10^{6}$ a tiny motion of the weights is enough: the *lazy* regime. With $\alpha = 10^{-6}$ the weights must grow a thousandfold: the *feature* regime.
# Both start from the same weights and see the same points.
#
# ## Three stages of the weights

# %%
movie = regimes.compression_over_time(
    d=2,
    p=p.samples[-2],
    seeds=p.seeds,
    width=p.width,
    frames=p.frames,
    max_steps=p.max_steps,
    seed=p.seed,
    device=p.device,
)

# %%
run = movie.sel(regime="feature").isel(seed=0)
frames = [draw.weights_frame(neurons, "feature regime") for neurons in run.neurons.values]
figures.scrubber(
    frames,
    label="share of points fitted",
    values=[f"{share:.2f}" for share in run.share.values],
    alt="The weights of each neuron as a point: a round cloud at first, then two needles along the stripe's normal.",
)

# %% [markdown]
# Each point is a neuron of one network ($d = 2$). At first the cloud is round. Long before most points are fitted, the neurons line up with $x_\parallel$: this is *compression*. While the network is *fitting*,
# the cloud stays a needle. At the very end it fits the last, awkward points by turning a few neurons: the beginning of *overfitting*.
#
# We measure compression by
#
# $$
# \Lambda = \frac{\text{typical } |\omega_\parallel|}{\text{typical component } |\omega_\perp|},
# $$
#
# with medians over the neurons as the typical values. A mean square, as in the paper, would be the size of the few fastest neurons.

# %%
curves = {d: regimes.learning_curves("stripe", d=d, **p.networks) for d in p.dimensions}
near, far = min(p.dimensions), max(p.dimensions)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-compression",
    draw.compression(movie, curves),
    alt="Left: compression rises far above 1 in the feature regime and stays at 1 in the lazy one. Right: compression grows with the number of points, along a line of slope one half.",
)


# %%
def growth_of(curves):
    """The exponent a of Λ* ~ p^a in the feature regime."""
    star = curves.compression_star.sel(network="feature").transpose("seed", "p")
    return intervals.bootstrap(lambda runs: regimes.slope(curves.p.values, runs), star.values)


claims.report("LF-1", growth := growth_of(curves[far]))
lazy_ratio = movie.compression.sel(regime="lazy")
stays = intervals.mean(abs(lazy_ratio[:, -1] / lazy_ratio[:, 0] - 1))
claims.report("LF-2", stays)

figures.number("growth", growth, ".2f")
figures.number("stays", stays, ".1e")
figures.number("far", far)
figures.number("unfinished", sum(int((~c.converged).sum()) for c in curves.values()), "d")
for name in ("seeds", "width", "n_test", "preset", "kernel_seeds", "images"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))
figures.text("close-p", str(p.samples[-2]))

# %% [markdown]
# ```{glue:figure} fig-compression
# :name: fig-compression
# :alt: Left: compression rises far above 1 in the feature regime and stays at 1 in the lazy one. Right: compression grows with the number of points, along a line of slope one half.
# Compression of the weights. Left: along the flow, one line for each of {glue:text}`seeds` networks, $d = 2$, $p =$ {glue:text}`close-p`. Right: at the time $t^*$ when a tenth of the points is fitted: a dot for each network, lines for the mean over {glue:text}`seeds` seeds, $h =$ {glue:text}`width`; preset {glue:text}`preset`.
# ```
#
# In the lazy regime $\Lambda$ changes by {glue:text}`stays` of itself: nothing. In the feature regime it grows with the data as $p^{a}$ with $a =$ {glue:text}`growth` at $d =$ {glue:text}`far`.
# The argument for $a = 1/2$ is short. Before any point is fitted, every neuron is pulled by an average over $p$ points. The average along $x_\parallel$ has a limit; along $x_\perp$ it is zero but for its fluctuation, of size $p^{-1/2}$.
#
# ## What the tangent kernel learns
#
# To first order, the network moves like a kernel method with the *neural tangent kernel* $\Theta(x, x') = \nabla_\theta f(x) \cdot \nabla_\theta f(x')$ {cite:p}`jacot2018neural`.
# In the lazy regime $\Theta$ stays what it was. In the feature regime it changes with the weights. What does it become? We draw its leading eigenfunctions over the input plane.

# %%
axis = torch.linspace(-2.5, 2.5, 48, dtype=torch.float64)
grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1).reshape(-1, 2)
x = gaussian.sample("stripe", [3 * p.seed], p.samples[-2], 2)[0][0]
functions = {}
for title, share in (("before", 0), ("after", -1)):
    neurons = torch.as_tensor(run.neurons.values[share])
    kernel, on_grid = ntk.one_hidden_layer(neurons, x), ntk.one_hidden_layer(neurons, grid, x)
    functions[title] = ntk.eigenfunctions(kernel, on_grid, 4).T.reshape(4, 48, 48).numpy()

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-eigenfunctions",
    draw.eigenfunctions(functions, gaussian.STRIPE, 2.5),
    alt="Eight maps over the plane. Before training the eigenfunctions are round or tilted; after training they vary along the horizontal axis only.",
    vector=False,
)
close = curves[far].sel(p=p.samples[-2])
figures.glue(
    "fig-alignment",
    draw.alignment(close),
    alt="Projection on the labels and mutual information by rank: after feature training the first ranks stand out, before training and in the lazy regime they do not.",
)


# %%
def alignment_of(run):
    """What training adds to the label's share in the first three eigenvectors, and their information above the floor."""
    first = run.sel(rank=slice(1, 3))
    share = first.projection.sum("rank")
    informed = (first.information - first.floor).sel(state="feature").mean("rank")
    return {
        "projection": intervals.mean(share.sel(state="feature") - share.sel(state="initial")),
        "information": intervals.mean(informed),
    }


for part, value in (found := alignment_of(close)).items():
    claims.report("LF-8", value, part=part)
aligned, informed = found.values()
figures.number("aligned", aligned, ".2f")
figures.number("informed", informed, ".2f")

# %% [markdown]
# ```{glue:figure} fig-eigenfunctions
# :name: fig-eigenfunctions
# :alt: Eight maps over the plane. Before training the eigenfunctions are round or tilted; after training they vary along the horizontal axis only.
# The first four eigenfunctions of the tangent kernel of one network before and after feature training; each map on its own scale, 0 in the middle. Grey lines are the borders of the classes.
# ```
#
# ```{glue:figure} fig-alignment
# :name: fig-alignment
# :alt: Projection on the labels and mutual information by rank: after feature training the first ranks stand out, before training and in the lazy regime they do not.
# How much the $r$-th eigenvector $\phi_r$ on the training set knows of the labels, $d =$ {glue:text}`far`, $p =$ {glue:text}`close-p`. Left: $\omega_r^2 = (\phi_r \cdot y)^2/p$. Right: mutual information by 5 nearest neighbours. Mean and 95 % band over {glue:text}`seeds` seeds. Before and lazy lie on top of each other.
# ```
#
# Training adds {glue:text}`aligned` to the share of the labels that the first three eigenvectors carry, and they hold {glue:text}`informed` bits more of the label than shuffled labels would make it seem.
# A kernel that has the label among its leading eigenvectors needs few points to learn it. So the kernel should have become better. Has it?
#
# ## Six learning curves
#
# We compare the two networks with a support-vector machine (hard margin) on the kernel *before* training, on the kernel *after* training (fitted to fresh points, so that it cannot profit from having seen them),
# on the kernel before training but with the data squeezed, $x_\perp \to x_\perp/\Lambda^*$, and with the 5 nearest neighbours.

# %% tags=["hide-input", "remove-output"]
theory = {f"d = {d}": {"lazy": d / (3 * d - 2), "feature": (2 * d - 1) / (3 * d - 2)} for d in p.dimensions}
figures.glue(
    "fig-curves",
    draw.learning_curves({f"d = {d}": c.error for d, c in curves.items()}, theory),
    alt="Test error against the number of points for six learners in three dimensions: the feature network, the kernel after training and the squeezed kernel fall together, well below the lazy network and the kernel before training.",
)


# %%
def ratio(curves, a, b):
    """Error of learner a over that of b, both averaged over p and seeds."""
    error = curves.error.transpose("seed", "p", "learner")
    return intervals.bootstrap(
        lambda u, v: u.mean() / v.mean(), error.sel(learner=a).values, error.sel(learner=b).values
    )


def advantage_of(curves):
    """Error of the lazy network minus that of the feature network, averaged over p."""
    return intervals.mean((curves.error.sel(learner="lazy") - curves.error.sel(learner="feature")).mean("p"))


def exponents_of(curves, n_test):
    """β of the feature network, of the lazy one, and their difference."""
    least = 0.5 / n_test  # where no test point was wrong
    slope = lambda runs: -regimes.slope(curves.p.values, np.maximum(runs, least))
    both = [curves.error.sel(learner=name).transpose("seed", "p").values for name in ("feature", "lazy")]
    apart = intervals.bootstrap(lambda feature, lazy: slope(feature) - slope(lazy), *both)
    return [*(intervals.bootstrap(slope, runs) for runs in both), apart]


COMPARED = {
    "after": ("LF-6", "over_network", "final kernel", "feature"),
    "better": ("LF-6", "over_initial", "final kernel", "initial kernel"),
    "squeezed": ("LF-7", None, "squeezed kernel", "feature"),
    "same": ("LF-9", None, "initial kernel", "lazy"),
}
claims.report("LF-3", advantage := advantage_of(curves[far]))
for name, (claim, part, *pair) in COMPARED.items():
    claims.report(claim, value := ratio(curves[far], *pair), part=part)
    figures.number(name, value, ".2f")
figures.number("advantage", intervals.Estimate(*(100 * v for v in advantage[:3]), advantage.n), ".1f")
for d in p.dimensions[:2]:
    feature, lazy, apart = exponents_of(curves[d], p.n_test)
    claims.report("LF-5", apart, part=f"d{d}")
    figures.number(f"gap-{d}", apart, ".2f")
    figures.number(f"beta-feature-{d}", feature, ".2f")
    figures.number(f"beta-lazy-{d}", lazy, ".2f")

# %% [markdown]
# ```{glue:figure} fig-curves
# :name: fig-curves
# :alt: Test error against the number of points for six learners in three dimensions: the feature network, the kernel after training and the squeezed kernel fall together, well below the lazy network and the kernel before training.
# Learning curves on the stripe. Mean and 95 % band over {glue:text}`seeds` seeds, {glue:text}`n-test` test points each, $h =$ {glue:text}`width`. Thin grey lines have the exponents of theory, $\beta_\text{lazy} = d/(3d-2)$ and $\beta_\text{feature} = (2d-1)/(3d-2)$, each below the curve it belongs to. {glue:text}`unfinished` networks did not fit all their points in time; they are counted as they are.
# ```
#
# At $d =$ {glue:text}`far` the lazy network makes {glue:text}`advantage` points more errors than the feature network, averaged over $p$. Three comparisons say why:
#
# - The kernel before training makes {glue:text}`same` times the errors of the lazy network. Lazy training *is* that kernel.
# - The kernel after training makes {glue:text}`after` times the errors of the feature network, and {glue:text}`better` times those of the kernel before. What the network has learned sits in its kernel.
# - The kernel before training on squeezed data makes {glue:text}`squeezed` times the errors of the feature network. It knows nothing but one number, $\Lambda^*$, and the direction.
#
# The exponents we fit at these sizes are {glue:text}`beta-feature-2` (feature) and {glue:text}`beta-lazy-2` (lazy) at $d = 2$, and {glue:text}`beta-feature-3` and {glue:text}`beta-lazy-3` at $d = 3$. The differences are {glue:text}`gap-2` and {glue:text}`gap-3`; theory gives 0.25 and 0.29 in the limit {cite:p}`paccolat2021geometric`.
#
# ## Exponents of kernels, neighbours and support vectors
#
# Kernels and neighbours are cheap, so here we can afford more points. We use the tangent kernel of the infinitely wide network, which has a closed form.

# %%
kernels = {d: regimes.kernel_curves("stripe", d=d, **p.kernels) for d in p.kernel_dimensions}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-kernels",
    draw.kernel_curves(kernels, spaced=[d for d in kernels if d in (3, 5)]),
    alt="Three panels of power laws: the kernel machine's error falls alike in all dimensions, the neighbours' error more slowly the higher the dimension, and the spacing of support vectors falls slowly.",
)


# %%
def kernel_exponents(curves):
    """Exponents of one dimension: the kernel machine's error, the neighbours' error, the support vectors' spacing."""
    learners = [curves.error.sel(learner=name) for name in ("initial kernel", "neighbours")]
    return [regimes.exponent(curves.p.values, v.transpose("p", "seed")) for v in (*learners, curves.spacing)]


def report_exponents(by_dimension, **options):
    """Report the claims about the exponents of kernels, neighbours and support vectors."""
    for d, (machine_beta, neighbours_beta, spacing) in by_dimension.items():
        claims.report("LF-10", neighbours_beta, part=f"d{d}", **options)
        if d in (2, 3, 10):
            claims.report("LF-4", machine_beta, part=f"d{d}", **options)
        if d in (3, 5):
            claims.report("LF-11", spacing, part=f"d{d}", **options)


beta = {d: kernel_exponents(c) for d, c in kernels.items() if d in (2, 3, 5, 10)}
report_exponents(beta)
for d, exponents in beta.items():
    for name, value in zip(("kernel-beta", "knn-beta", "spacing"), exponents):
        figures.number(f"{name}-{d}", value, ".2f")

# %% [markdown]
# ```{glue:figure} fig-kernels
# :name: fig-kernels
# :alt: Three panels of power laws: the kernel machine's error falls alike in all dimensions, the neighbours' error more slowly the higher the dimension, and the spacing of support vectors falls slowly.
# Left and middle: test errors. Right: mean distance from a support vector to the nearest one of the other class; dashed the talk's $p^{-1/d}$, thin $p^{-2/(3d-2)}$. Mean and 95 % band over {glue:text}`kernel-seeds` seeds.
# ```
#
# The kernel machine's exponent is {glue:text}`kernel-beta-2`, {glue:text}`kernel-beta-3` and {glue:text}`kernel-beta-10` at $d = 2, 3, 10$; theory gives 0.50, 0.43 and 0.36. It hardly suffers from the dimension. At $d = 10$ our training sets are too small to be asymptotic.
# The 5 nearest neighbours do suffer: {glue:text}`knn-beta-2`, {glue:text}`knn-beta-3`, {glue:text}`knn-beta-5` and {glue:text}`knn-beta-10` at $d = 2, 3, 5, 10$, close to $1/d$.
#
# **A slip in the talk.** It states that support vectors lie $\delta \sim p^{-1/d}$ apart. That is the spacing of *all* points. The scaling argument that gives $\beta_\text{lazy}$ gives a layer of support vectors of width $\Delta \sim p^{-\beta_\text{lazy}}$;
# there are $p\Delta$ of them on a border of $d - 1$ dimensions, so their spacing is $(p\Delta)^{-1/(d-1)} = p^{-2/(3d-2)}$. At $d = 2$ the two agree. At $d = 3$ and $5$ they are 0.33 and 0.20 against 0.29 and 0.15; we find {glue:text}`spacing-3` and {glue:text}`spacing-5`.
#
# ## Do images behave like a stripe?
#
# Nothing says that images have one direction that decides. We take the {glue:text}`images` set on its first 10 principal components, with even against odd as labels, and repeat.

# %%
options = p.networks | {"samples": p.image_samples}
digits = regimes.learning_curves(p.images, d=10, **options)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-digits-curves",
    draw.learning_curves({f"{p.images}, 10 components": digits.error}),
    alt="Learning curves of the same learners on images.",
)
figures.glue(
    "fig-digits-alignment",
    draw.alignment(digits.isel(p=-1)),
    alt="Projection on the labels and mutual information by rank on images, before training and after it in both regimes.",
)

# %%
image_gain = intervals.mean(100 * (digits.error.sel(learner="lazy") - digits.error.sel(learner="feature")).mean("p"))
figures.number("image-gain", image_gain, ".1f")
figures.number("image-aligned", alignment_of(digits.isel(p=-1))["projection"], ".2f")

# %% [markdown]
# ```{glue:figure} fig-digits-curves
# :name: fig-digits-curves
# :alt: Learning curves of the same learners on images.
# Parity of {glue:text}`images` on 10 principal components; mean and 95 % band over {glue:text}`seeds` seeds.
# ```
#
# ```{glue:figure} fig-digits-alignment
# :name: fig-digits-alignment
# :alt: Projection on the labels and mutual information by rank on images, before training and after it in both regimes.
# The same networks at the largest $p$: what the leading eigenvectors of the tangent kernel know of the labels.
# ```
#
# The talk reports two likenesses to the stripe on MNIST: feature learning wins, and the leading eigenvectors come to know the labels. Here the lazy network makes {glue:text}`image-gain` points more errors than the feature network (negative: fewer),
# and training changes the share of the labels in the first three eigenvectors by {glue:text}`image-aligned`. A small image set with few training points is no stripe: parity of ten digits has no single direction to find, and turning the neurons to what little there is costs more than it brings.
# The curves show whether the gap closes with $p$; set `images="mnist"` for the talk's data.
#
# ## Longer curves, recorded
#
# Exponents want decades of $p$, and a laptop's minutes do not reach far. The same experiments, with more points and wider networks, were recorded once and are stored with the book.

# %% tags=["hide-input", "remove-output"]
longer = {d: found for d in (2, 3, 5, 10) if (found := results.recorded(f"stripe-d{d}")) is not None}
theory = {f"d = {d}": {"lazy": d / (3 * d - 2), "feature": (2 * d - 1) / (3 * d - 2)} for d in longer}
figures.glue(
    "fig-curves-recorded",
    draw.learning_curves({f"d = {d}": c.error for d, c in longer.items()}, theory)
    if longer
    else figures.awaiting("stripe-d5"),
    alt="Recorded learning curves on the stripe, one panel for each dimension that has been recorded.",
)
figures.text("about-recorded", "; ".join(map(results.label, longer.values())) or "nothing has been recorded yet")
more_images = results.recorded("stripe-images")
figures.glue(
    "fig-images-recorded",
    figures.awaiting("stripe-images")
    if more_images is None
    else draw.learning_curves({"images, 10 components": more_images.error}),
    alt="Recorded learning curves on image components.",
)
said = "nothing has been recorded yet" if more_images is None else results.label(more_images)
figures.text("images-recorded", said)

# %% tags=["hide-input"]
for d, found in longer.items():
    if d in (2, 3):
        n_test = json.loads(found.attrs["parameters"])["n_test"]
        claims.report("LF-5", exponents_of(found, n_test)[2], part=f"d{d}", recorded=found)
    if d == 5:
        claims.report("LF-1", growth_of(found), recorded=found)
        claims.report("LF-3", advantage_of(found), recorded=found)
        for claim, part, *pair in COMPARED.values():
            claims.report(claim, ratio(found, *pair), part=part, recorded=found)
        for part, value in alignment_of(found.isel(p=-1)).items():
            claims.report("LF-8", value, part=part, recorded=found)
if (found := results.recorded("stripe-kernels")) is not None:
    report_exponents({d: kernel_exponents(found.sel(d=d)) for d in (2, 3, 5, 10)}, recorded=found)

# %% [markdown]
# ```{glue:figure} fig-curves-recorded
# :name: fig-curves-recorded
# :alt: Recorded learning curves on the stripe, one panel for each dimension that has been recorded.
# Recorded: {glue:text}`about-recorded`. Drawn like {numref}`fig-curves`.
# ```
#
# ```{glue:figure} fig-images-recorded
# :name: fig-images-recorded
# :alt: Recorded learning curves on image components.
# Recorded: {glue:text}`images-recorded`. Drawn like {numref}`fig-digits-curves`.
# ```
#
# What they say of the claims is in the rows marked *recorded* below.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds: Student's $t$ for differences, bootstrap for ratios and exponents. A *recorded* row comes from a stored result of `nbkit record`.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - Exponents are fitted over less than two decades and drift with $p$; their intervals are over seeds and do not know of that.
# - Networks here have {glue:text}`width` neurons, the papers' $10^4$. The width matters little for the order of the curves, and it may matter for exponents.
# - We measure $\Lambda$ by medians at $t^*$, the paper by mean squares. The difference is a factor, and a little of the exponent.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-diagonal-stripe
# Rotate the stripe, so that the label depends on $(x_1 + x_2)/\sqrt2$. What changes in the learning curves?
# ```
#
# ```{solution} ex-diagonal-stripe
# :class: dropdown
# Nothing. Inputs and initial weights are isotropic Gaussians and the flow commutes with rotations, so the whole experiment is the old one in rotated coordinates. Compare with {doc}`07_directional_bias`, where convolutions break this symmetry.
# ```
#
# ```{exercise}
# :label: ex-oracle
# How well does a learner do that is told the direction $x_\parallel$ but not the borders?
# ```
#
# ```{solution} ex-oracle
# :class: dropdown
# It faces a one-dimensional problem with two borders. Between neighbouring points of different labels it must guess, and that gap has a probability of order $1/p$: $\beta = 1$. The feature network's $\beta = (2d-1)/(3d-2)$ tends to 2/3 as $d \to \infty$, so it does not reach this.
# ```
#
# ```{exercise}
# :label: ex-fluctuation
# The talk's argument gives $\Lambda \sim \sqrt p$. Until which $p$ can it hold at width $h$, and what would you measure to find out?
# ```
#
# ```{solution} ex-fluctuation
# :class: dropdown
# $\Lambda$ compares the growth of $\omega_\parallel$ with that of $\omega_\perp$, and $\omega_\perp$ does not shrink: it keeps at least its initial size. When the growth of $\omega_\parallel$ until $t^*$ is limited by $\alpha$, $\Lambda$ saturates at about that growth.
# Vary `alpha` in `flow.train` at fixed $p$ and watch where $\Lambda^*$ stops depending on it.
# ```
