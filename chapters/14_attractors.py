# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Many neurons become few
#
# > Trained far from its start, a wide network gathers its neurons into groups, each of which acts on the training points as one neuron or two: it is a smaller network in disguise.
#
# In this chapter you will
#
# - see neurons as points among the data, and follow them from a cloud to clusters;
# - count the groups, replace each by one neuron or two and change nothing on the training set;
# - derive the equation of motion of a neuron, and mend two factors in the source's.
#
# The picture and the questions are those of {cite:t}`petrini2020learning`, who calls the results preliminary. Thresholds in the claims are ours.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
plane_p: int = None  # training points of the networks shown in the plane
plane_alpha: float = 0.01  # output scale of feature training in the plane
plane_width: int = None  # neurons of the networks shown in the plane
plane_steps: int = None  # trial steps after which these are given up
few_p: int = None  # training points of a second set of such networks
seeds: int = None  # networks for each setting
frames: int = None  # frames of the slider
max_steps: int = None  # trial steps after which a flow is given up
count_samples: list = None  # training points where attractors are counted
count_widths: list = None  # widths where attractors are counted
count_dimensions: list = None  # dimensions in which attractors are counted, rising
dimension_p: int = None  # training points there
dimension_width: int = None  # neurons there
stripe_p: int = None  # training points on the five-dimensional stripe
stripe_width: int = None  # neurons on the stripe
alphas: list = None  # output scales of the crossover, rising
images: str = None  # image set: digits, or mnist (downloaded)
image_p: int = None  # training images of each network

# %%
from functools import partial

import numpy as np
import torch

from nbkit import attractors, figures, flow, intervals, ledger, params, regimes, results
from nbkit import device as machine
from nbkit.data import gaussian
from nbkit.figures import attractors as draw

p = params.load("14", globals())
machine.use_cores()
claims = ledger.Chapter("14", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## A neuron is a place
#
# The network is that of {doc}`12_stripe`, $f(x) = \frac1h\sum_n \beta_n\,\sigma(\omega_n\cdot x/\sqrt d + b_n)$. A ReLU neuron is silent on one side of a plane. The point of that plane nearest to the origin,
#
# ```{math}
# :label: eq-z
# z = -\sqrt d\; b\, \frac{\omega}{\|\omega\|^2},
# ```
#
# says where the plane is; what it leaves out are the neuron's size and its sign. So we can draw neurons among the data.
#
# The data are Gaussian points in the plane, and a circle decides the label: $y = +1$ inside, $-1$ outside. This is the *sphere* in $d = 2$. Nothing in the task prefers a direction.

# %%
options = p.common | {"width": p.plane_width, "alpha": p.plane_alpha, "frames": p.frames, "max_steps": p.plane_steps}
plane = attractors.in_the_plane(p=p.plane_p, **options)
few = attractors.in_the_plane(p=p.few_p, **options)

# %%
x, y = plane.x.values[0], plane.y.values[0]
points = torch.as_tensor(x)


def shown(neurons):
    """What `draw.neurons_in_space` needs of neurons of the first network: places, groups, sizes and the points."""
    tensor = torch.as_tensor(neurons)
    sizes = attractors.strength(tensor)
    return (
        attractors.positions(tensor).numpy(),
        attractors.patterns(tensor, points).numpy(),
        (sizes / sizes.max()).numpy(),
        x,
        y,
    )


def most_circular(runs):
    """The frame between start and end at which the radii of a network's strong neurons differ least, (seeds,)."""
    return 1 + runs.spread.values[:, 1:-1].argmin(1)


per_network = plane.sel(regime="feature")
feature, middle = per_network.isel(seed=0).neurons.values, most_circular(per_network)
panels = {
    "(A) start": feature[0],
    "(B) lazy, end": plane.sel(regime="lazy").isel(seed=0).neurons.values[-1],
    "(C) feature, most circular": feature[middle[0]],
    "(D) feature, end": feature[-1],
}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-panels",
    draw.four_panels({title: shown(neurons) for title, neurons in panels.items()}, limit=2.0),
    alt="Four maps of neurons among data points: a cloud at the start, the same cloud after lazy training, a small ring of strong neurons in the middle of feature training, and uneven groups of them at its end.",
)


# %%
def stages(runs):
    """What becomes of the strong neurons of each network: its ratios from stage to stage."""
    seeds, middle = np.arange(runs.sizes["seed"]), most_circular(runs)
    values = {name: runs[name].values for name in ("spread", "entropy", "attractors")}
    at = {name: (v[:, 0], v[seeds, middle], v[:, -1]) for name, v in values.items()}
    return {
        "radius": intervals.mean(at["spread"][1] / at["spread"][0]),
        "circle": intervals.mean(at["entropy"][1] / at["entropy"][0]),
        "clusters": intervals.mean(at["entropy"][2] / at["entropy"][1]),
        "patterns": intervals.mean(at["attractors"][2] / at["attractors"][1]),
    }


for part, value in stages(per_network).items():
    claims.report("LF-17", value, part=part)
    figures.number(part, value, ".2f")
for part, value in stages(few.sel(regime="feature")).items():
    figures.number(f"few-{part}", value, ".2f")
seeds = np.arange(p.seeds)
figures.number("middle-share", intervals.mean(1 - per_network.unfitted.values[seeds, middle]), ".2f")
figures.number("end-share", intervals.mean(1 - per_network.unfitted.values[:, -1]), ".2f")
for name in (
    "seeds",
    "plane_p",
    "plane_width",
    "plane_alpha",
    "few_p",
    "preset",
    "stripe_p",
    "stripe_width",
    "images",
    "image_p",
):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-panels
# :name: fig-panels
# :alt: Four maps of neurons among data points: a cloud at the start, the same cloud after lazy training, a small ring of strong neurons in the middle of feature training, and uneven groups of them at its end.
# Neurons as points $z$; a larger dot is a stronger neuron (*strength* is $|\beta|\,\|(\omega, b)\|$). The grey circle separates the classes (+ inside, − outside). Neurons that are active on the same training points have the same colour (12 colours, used again). $p =$ {glue:text}`plane-p`, $h =$ {glue:text}`plane-width`, $\alpha =$ {glue:text}`plane-alpha` for (C) and (D), one network; preset {glue:text}`preset`. Neurons further out than 2 are not shown.
# ```
#
# (A) At the start $z$ reflects the Gaussian weights. (B) In the lazy regime the neurons do not visibly move; the talk finds a flower here, made of circles that intersect, which we do not find.
# (C) In the feature regime the neurons that grow gather at one distance from the origin, in all directions: a circle, as in the talk. (D) Then the circle breaks up.
#
# We put numbers to this, over {glue:text}`seeds` networks, for the strong neurons (at least 1 % of the largest strength; the others are idle). The entropy of their angles is over 36 sectors, as a share of what as many uniform angles have. As the middle we take the moment when their radii differ least, which is when {glue:text}`middle-share` of the points are fitted. There the spread of $\ln|z|$ is {glue:text}`radius` of that at the start, and the entropy of the angles {glue:text}`circle`: the circle is narrow, and most of the evenness of the angles is kept.
# At the end, where we stopped with {glue:text}`end-share` of the points fitted, the entropy is {glue:text}`clusters` of that in the middle, and the number of different activation patterns {glue:text}`patterns`.
#
# **Do fewer points make a poorer circle?** With $p =$ {glue:text}`few-p` the spread at that moment is {glue:text}`few-radius` of that at the start and the entropy {glue:text}`few-circle`. Where the intervals overlap those of $p =$ {glue:text}`plane-p`, so few networks do not settle it. We expect it, because a few points pull more strongly in some directions than in others, and the neurons go there before they have come to one distance.
#
# Play the whole motion:

# %%
fitted = [f"{100 * (1 - share):.0f} %" for share in per_network.unfitted.values[0]]
pictures = [
    partial(draw.neurons_in_space, neurons=z, groups=g, sizes=s, x=x, y=y, limit=2.0)
    for z, g, s, *_ in map(shown, feature)
]
figures.scrubber(
    pictures,
    label="points fitted",
    values=fitted,
    figsize=(4.2, 4.2),
    alt="Neurons in input space during feature training: a cloud contracts to a small ring, which breaks up.",
)

# %% [markdown]
# ## Attractors
#
# Following the talk, we call the neurons that are active on the same subset of training points an *attractor*, and $A$ the number of attractors.
#
# ```{prf:proposition} An attractor is one neuron, or two
# :label: prop-merge
# On the training set, all neurons of an attractor with $\beta > 0$ act as the single neuron $W = \sum_n \beta_n W_n$, $\beta = 1$, where $W = (\omega, b)$; those with $\beta < 0$ likewise.
# ```
#
# ```{prf:proof}
# On the points where the group is active, it adds $\frac1h\sum_n \beta_n W_n\cdot\tilde x$ with $\tilde x = (x/\sqrt d, 1)$: a linear function, that of $W$. And $W$ is active on the same points: $W\cdot \tilde x$ is a sum, with positive weights, of numbers of one sign.
# ```
#
# With both signs of $\beta$ in one sum the last step fails, so a group may need two neurons; the talk speaks of one. We merge the groups of the networks in the plane and look at their training sets.

# %%
stripe_setting = dict(d=5, samples=[p.stripe_p], widths=[p.stripe_width], **p.common)
stripe = attractors.counts("stripe", **stripe_setting)
collapse = intervals.mean((stripe.after / stripe.before).values)
claims.report("LF-14", collapse)

changes, sizes = [], []
for run, at in zip(per_network.neurons.values, plane.x.values):
    at, neurons = torch.as_tensor(at), torch.as_tensor(run[-1])
    merged = attractors.merge(neurons, at)
    before, after = (flow.output(n[None], at[None]) for n in (neurons, merged))
    changes.append(float((after - before).abs().max() / before.abs().max()))
    sizes.append(len(merged))
claims.report("LF-16", intervals.worst(changes))
figures.number("collapse", collapse, ".2f")
figures.number("merge-error", max(changes), ".0e")
figures.number("merged-size", intervals.mean(sizes), ".0f")

# %% [markdown]
# On the training set, {glue:text}`merged-size` neurons do the work of {glue:text}`plane-width` (mean over {glue:text}`seeds` networks), and $f$ changes by at most {glue:text}`merge-error` of its largest value: rounding.
# On the stripe ($d = 5$, $p =$ {glue:text}`stripe-p`, $h =$ {glue:text}`stripe-width`), $A$ at the end is {glue:text}`collapse` of $A$ at the start (feature regime, $\alpha = 10^{-6}$).
#
# ## How many attractors?
#
# The talk suggests $A \sim p\sqrt h$ until $A \sim h$, as a preliminary result. We count on the sphere, in $d = 2$ against $p$ and $h$, and for one $p$ and $h$ against $d$.

# %%
counts = attractors.counts("sphere", d=2, samples=p.count_samples, widths=p.count_widths, **p.common)
by_dimension = {d: attractors.counts("sphere", d=d, **p.in_dimension).squeeze() for d in p.count_dimensions}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-counts",
    draw.attractor_counts(counts, by_dimension),
    alt="The number of attractors on log axes: about ten at all numbers of points and all widths, far below the number of neurons; it grows with the dimension and levels off.",
)


# %%
def exponents_of(counts):
    """Exponents of A ~ p^a at the largest width and of A ~ h^b at the largest p."""
    lines = counts.after.isel(h=-1).transpose("seed", "p"), counts.after.isel(p=-1).transpose("seed", "h")
    return [
        intervals.bootstrap(lambda runs, x=x: regimes.slope(x, runs), line.values)
        for line, x in zip(lines, (counts.p.values, counts.h.values))
    ]


by_p, by_h = exponents_of(counts)
claims.report("LF-15", by_p, part="samples")
claims.report("LF-15", by_h, part="width")
across = np.stack([found.after.values for found in by_dimension.values()], axis=1)
by_d = intervals.bootstrap(lambda runs: regimes.slope(p.count_dimensions, runs), across)
figures.number("by-d", by_d, ".2f")
for name in ("dimension_p", "dimension_width"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))
figures.number("by-p", by_p, ".2f")
figures.number("by-h", by_h, ".2f")
figures.number("strong", intervals.mean((counts.strong / counts.after).mean(("p", "h"))), ".2f")
figures.number("count-lost", int((counts.lost == 1).sum()), "d")
figures.number("count-unfinished", int(((counts.converged == 0) & (counts.lost == 0)).sum()), "d")
figures.number("count-of", counts.converged.size, "d")

# %% [markdown]
# ```{glue:figure} fig-counts
# :name: fig-counts
# :alt: The number of attractors on log axes: about ten at all numbers of points and all widths, far below the number of neurons; it grows with the dimension and levels off.
# Attractors $A$ after feature training on the sphere, in $d = 2$ against $p$ and $h$, and against $d$ at $p =$ {glue:text}`dimension-p`, $h =$ {glue:text}`dimension-width`; mean and 95 % band over {glue:text}`seeds` seeds; preset {glue:text}`preset`. Thin lines are fits, at the largest $h$ and the largest $p$, drawn above the curves. Of the {glue:text}`count-of` networks in the plane {glue:text}`count-lost` have lost a class ({doc}`13_sphere` says why) and {glue:text}`count-unfinished` were stopped before all their points were fitted.
# ```
#
# At the largest width $A$ goes with $p$ with exponent {glue:text}`by-p`, and at the largest $p$ with $h$ with exponent {glue:text}`by-h`. The talk's guess is 1 and 0.5. Where an interval leaves the guess out, we do not see it at this scale; where it holds 0, we see no growth.
# In higher dimension there are more ways to cut the same number of points, and $A$ grows: fitted as a power, with exponent {glue:text}`by-d` in $d$. The curve bends, so the number sums it up and is no law.
# Counting only neurons of at least 1 % of the largest strength leaves {glue:text}`strong` of the attractors: part of $A$ counts neurons that never grew.
#
# ## The motion of a neuron
#
# Before any point is fitted, gradient flow of the hinge gives $\dot\omega = \frac{\beta}{ph\sqrt d}\sum y^\mu x^\mu$ and $\dot b = \frac{\beta}{ph}\sum y^\mu$, both over the points where the neuron is active. Put these into the derivative of {eq}`eq-z`:
#
# ```{math}
# :label: eq-zdot
# \dot z = \frac{\beta}{p\,h\,b} \sum_{\text{active}} y^\mu \left[ z - \frac{z^2}{d}\, x^\mu + \frac{2}{d}\,(z\cdot x^\mu)\, z \right].
# ```
#
# A neuron is active where $z \cdot x > z^2$ if $b < 0$, and where $z\cdot x < z^2$ if $b > 0$. The talk's formula lacks the two factors $1/d$. Automatic differentiation decides.


# %%
def velocity_errors(seed, d=5, printed=False):
    """Relative errors (neurons,) of the formula for 50 random neurons and 20 points on the stripe."""
    at, labels = (part[0] for part in gaussian.sample("stripe", [seed], 20, d))
    neurons = flow.initial([seed + 1], 50, d)
    _, gradient = flow.output_and_gradient(neurons, flow.augment(at)[None], lambda f, rows: -labels[None] / 20)
    _, exact = torch.func.jvp(attractors.positions, (neurons[0],), (-gradient[0],))
    off = attractors.velocity(neurons[0], at, labels, printed=printed) - exact
    moving = exact.norm(dim=1) > 0
    return (off.norm(dim=1) / exact.norm(dim=1))[moving].numpy()


errors = {
    form: [velocity_errors(p.seed + s, printed=form == "talk") for s in range(p.seeds)] for form in ("mended", "talk")
}
claims.report("LF-18", intervals.worst(np.concatenate(errors["mended"])))
figures.number("velocity-error", max(map(max, errors["mended"])), ".0e")
figures.number("talk-error", intervals.mean([100 * np.median(found) for found in errors["talk"]]), ".0f")

# %% [markdown]
# The mended form is exact (largest relative error of a neuron {glue:text}`velocity-error`), the printed one is off by {glue:text}`talk-error` % for the median neuron at $d = 5$. The factors come from the $1/\sqrt d$ in the network's definition, once for $\dot\omega$ and once for $z$; with $d = 1$ the two forms agree.
#
# What does the field look like for a single point $x$ with $y = +1$, for neurons with $\beta > 0$?

# %%
one = torch.tensor([[1.2, 0.4]], dtype=torch.float64)
axis = torch.linspace(-3, 3, 19, dtype=torch.float64)
places = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1)


def field(b, printed=False):
    """Velocities of neurons with this bias and β = 1 at all places."""
    z = places.reshape(-1, 2)
    w = -(2**0.5) * b * z / z.square().sum(1, keepdim=True).clamp(min=1e-9)
    neurons = torch.cat([w, torch.full((len(z), 1), float(b)), torch.ones(len(z), 1)], dim=1)
    v = attractors.velocity(neurons, one, torch.ones(1, dtype=torch.float64), printed=printed)
    return places.numpy(), v.reshape(places.shape).nan_to_num().numpy()


# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-field",
    draw.field(
        {"b > 0": field(1.0), "b < 0": field(-1.0), "b > 0, as in the talk": field(1.0, printed=True)},
        one[0].numpy(),
        (-2 * one[0] / one[0].square().sum()).numpy(),
    ),
    alt="Three fields of arrows around a point x. For positive bias the arrows lead to a star on the far side of the origin, those beyond x by a wide detour; for negative bias they lead through a small disc to the origin; the talk's arrows end nearer to the origin than the star.",
)

# %% [markdown]
# ```{glue:figure} fig-field
# :name: fig-field
# :alt: Three fields of arrows around a point x. For positive bias the arrows lead to a star on the far side of the origin, those beyond x by a wide detour; for negative bias they lead through a small disc to the origin; the talk's arrows end nearer to the origin than the star.
# Direction of $\dot z$ for one training point $x$ with $y = 1$ and neurons with $\beta > 0$, $d = 2$. Where there is no arrow the neuron is silent at $x$ and does not move. The star is $-d\,x/\|x\|^2$.
# ```
#
# With $b > 0$ all active neurons end at $z = -d\,x/\|x\|^2$ (the star): their weights have turned to $\tilde x$. With $b < 0$ they run into the origin, where $b$ changes its sign, come out on the other side and end there too. The talk's form would take them to $-x/\|x\|^2$ instead.
#
# **With many points** the mechanism is the same. All neurons of one attractor feel the same pull, $\sum_\text{active} y^\mu \tilde x^\mu$, and turn towards it, or away from it if $\beta < 0$. If on the way they cross the plane of a training point, they join another attractor. Their direction comes to rest where the pull of an attractor keeps them inside it.
# How far have they come? We measure the angle between a neuron and its pull.


# %%
def turned(frame):
    """Median |cos| between the strong neurons and their pull, for each network; frame: one, or one for each network."""
    neurons = per_network.neurons.values[seeds, frame]
    runs = zip(map(attractors.strong, map(torch.as_tensor, neurons)), plane.x.values, plane.y.values)
    return [float(attractors.along_pull(*map(torch.as_tensor, run)).median()) for run in runs]


figures.number("turned-start", intervals.mean(turned(0)), ".2f")
figures.number("turned-middle", intervals.mean(turned(middle)), ".2f")

# %% [markdown]
# The median $|\cos|$ with the pull of all points is {glue:text}`turned-start` at the start and {glue:text}`turned-middle` when the neurons are closest to a circle. The more points are fitted, the fewer pull, so the pulls themselves change; the late break-up of the circle is not described by {eq}`eq-zdot` with all points.
#
# ## One crossover or two?
#
# Compression ({doc}`12_stripe`) and attractors both belong to the feature regime. Do they set in at the same $\alpha$? We turn $\alpha$ on the stripe at fixed $p$.

# %%
cross = attractors.crossover(alphas=p.alphas, d=5, p=p.stripe_p, width=p.stripe_width // 3, **p.common)


def middles_of(cross):
    """log10 of the α half-way between the regimes, (seeds,), for compression and for attractors."""
    scales, runs = cross.alpha.values, cross.transpose("seed", "alpha")
    return {
        "compression": np.array([attractors.halfway(scales, np.log(v)) for v in runs.compression.values]),
        "attractors": np.array([attractors.halfway(scales, v) for v in runs.attractors.values]),
    }


def apart_in_logarithms(cross):
    """The same distance as in LF-25 in decades of α, with half-way in ln A in place of A."""
    scales, runs = cross.alpha.values, cross.transpose("seed", "alpha")
    logs = np.array([attractors.halfway(scales, np.log(v)) for v in runs.attractors.values])
    return intervals.mean(logs - middles_of(cross)["compression"])


figures.text("cross-width", str(p.stripe_width // 3))
figures.number("cross-unfinished", int((cross.converged == 0).sum()), "d")
each = middles_of(cross)
middles = {name: intervals.mean(values) for name, values in each.items()}
claims.report("LF-25", apart := intervals.mean(each["attractors"] - each["compression"]))
figures.number("apart", apart, ".2f", missing="(not measured)")
figures.number("apart-log", apart_in_logarithms(cross), ".2f", missing="(not measured)")
for name, value in middles.items():
    figures.number(f"middle-{name}", value, ".2f", missing="(not measured)")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-crossover",
    draw.crossover(cross, middles),
    alt="Compression falls to 1 and the share of attractors rises to 1 as the output scale grows, each with its half-way point marked; that of compression lies at the smaller scale.",
)

# %% [markdown]
# ```{glue:figure} fig-crossover
# :name: fig-crossover
# :alt: Compression falls to 1 and the share of attractors rises to 1 as the output scale grows, each with its half-way point marked; that of compression lies at the smaller scale.
# Compression $\Lambda^*$ and the share of attractors $A(T)/A(0)$ against $\alpha$; stripe, $d = 5$, $p =$ {glue:text}`stripe-p`, $h =$ {glue:text}`cross-width`; {glue:text}`cross-unfinished` networks did not fit in time. Mean and 95 % band over {glue:text}`seeds` seeds; preset {glue:text}`preset`; the vertical line and its band mark the $\alpha$ half-way between lazy and feature.
# ```
#
# Half-way means half-way in $\ln\Lambda^*$ and in $A$. The half-way points are $\log_{10}\alpha =$ {glue:text}`middle-compression` for compression and {glue:text}`middle-attractors` for attractors; the second minus the first is {glue:text}`apart` decades, or {glue:text}`apart-log` with half-way in $\ln A$.
#
# ## Does it hurt?
#
# On the sphere the talk asks for a continuous ring of neurons and blames the attractors for the loss; what we have measured is that turning hurts ({doc}`13_sphere`). On real data? We train on the {glue:text}`images` set's first 10 principal components, even against odd.

# %%
images = attractors.on_images(p.images, d=10, p=p.image_p, width=p.stripe_width // 3, **p.common)
sparser = intervals.mean(images.attractors.sel(regime="feature"))
gain = intervals.mean(100 * (images.error.sel(regime="lazy") - images.error.sel(regime="feature")))
claims.report("LF-22", sparser, part="patterns")
claims.report("LF-22", gain, part="error")
figures.number("sparser", sparser, ".2f")
figures.number("image-gain", gain, ".1f")

# %% [markdown]
# There $A(T)/A(0)$ is {glue:text}`sparser`, and the lazy network makes {glue:text}`image-gain` points more errors than the feature network (negative: fewer; $p =$ {glue:text}`image-p`, $h =$ {glue:text}`cross-width`, {glue:text}`seeds` seeds). The talk finds the feature network ahead on MNIST; where our interval lies below 0, it is not. Either way this compares two regimes, of which sparsity is one difference among several. With this many points in ten dimensions two neurons must nearly coincide to share their pattern on all of them, so $A$ is a stricter count than in the plane.
#
# ## More neurons, recorded
#
# The counts and the crossover were also recorded once at a larger size, and are stored with the book.

# %% tags=["hide-input", "remove-output"]
wider, wider_d, dial = (results.recorded(name) for name in ("attractors", "attractors-d", "crossover"))
beside = {} if wider_d is None else {int(d): wider_d.sel(d=d).squeeze() for d in wider_d.d.values}
figures.glue(
    "fig-counts-recorded",
    figures.awaiting("attractors") if wider is None else draw.attractor_counts(wider, beside),
    alt="Recorded number of attractors on log axes: it grows slowly with points and width, faster with the dimension, and stays below the number of neurons.",
)
figures.glue(
    "fig-crossover-recorded",
    figures.awaiting("crossover")
    if dial is None
    else draw.crossover(dial, {name: intervals.mean(values) for name, values in middles_of(dial).items()}),
    alt="Recorded compression, falling to 1, and share of attractors, rising to 1, against the output scale; the half-way point of compression lies at the smaller scale.",
)
said = dict.fromkeys(("by-p", "by-h", "apart", "apart-log"), intervals.Estimate(*[float("nan")] * 3, 0))
for name, found in (("counts", wider), ("crossover", dial)):
    figures.text(f"{name}-recorded", results.labels([] if found is None else [found]))
if wider is not None:
    said["by-p"], said["by-h"] = exponents_of(wider)
    claims.report("LF-15", said["by-p"], part="samples", recorded=wider)
    claims.report("LF-15", said["by-h"], part="width", recorded=wider)
if dial is not None:
    both = middles_of(dial)
    said["apart"] = intervals.mean(both["attractors"] - both["compression"])
    said["apart-log"] = apart_in_logarithms(dial)
    claims.report("LF-25", said["apart"], recorded=dial)
for name, value in said.items():
    figures.number(f"recorded-{name}", value, ".2f", missing="(not recorded)")

# %% [markdown]
# ```{glue:figure} fig-counts-recorded
# :name: fig-counts-recorded
# :alt: Recorded number of attractors on log axes: it grows slowly with points and width, faster with the dimension, and stays below the number of neurons.
# Recorded: {glue:text}`counts-recorded`. Drawn like {numref}`fig-counts`.
# ```
#
# ```{glue:figure} fig-crossover-recorded
# :name: fig-crossover-recorded
# :alt: Recorded compression, falling to 1, and share of attractors, rising to 1, against the output scale; the half-way point of compression lies at the smaller scale.
# Recorded: {glue:text}`crossover-recorded`. Drawn like {numref}`fig-crossover`.
# ```
#
# In the recorded counts the exponent is {glue:text}`recorded-by-p` in $p$ and {glue:text}`recorded-by-h` in $h$. In the recorded crossover the half-way points lie {glue:text}`recorded-apart` decades apart, or {glue:text}`recorded-apart-log` with half-way in $\ln A$. The claim is judged with $A$ itself; where only one of the two intervals stays clear of 0, its verdict hangs on that choice.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds; for LF-16 and LF-18, which must hold for every network and neuron, what is shown is the range. A *recorded* row comes from a stored result of `nbkit record`.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - *Active on the same training points* is a definition that depends on $p$: with many points almost every neuron is its own attractor. The talk uses it, and so do we.
# - The middle of training is the moment that looks most like a circle. That makes the narrow circle likelier to be found; it does not make its angles even, and the second number judges those.
# - The number of patterns is of the strong neurons only, and fewer neurons have fewer patterns even when all directions are alike; we have not corrected for that. (The entropy is corrected.)
# - $\Lambda^*$ is taken at $t^*$ and $A$ at the end of training, so the two half-way points are of different times, too.
# - The flower of the talk's panel (B) may need another $\alpha$, width or number of points than ours.
# - We found no law for $A$.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-star
# Show from {eq}`eq-zdot` that for $p = 1$ the star $z = -d\,x/\|x\|^2$ is at rest.
# ```
#
# ```{solution} ex-star
# :class: dropdown
# Put $z = -c\,x$ with $c = d/\|x\|^2$. Then $z^2 = c^2\|x\|^2 = cd$ and $z\cdot x = -d$, so the bracket is $-cx - cx + 2cx = 0$.
# ```
#
# ```{exercise}
# :label: ex-bound
# Neurons in the plane are told apart by the training points they are active on. At most how many attractors can there be, for $p$ points in the plane and any $h$?
# ```
#
# ```{solution} ex-bound
# :class: dropdown
# As many as there are ways to cut $p$ points by a line, counted with the active side: $p(p-1) + 2$ for points in general position (all and none included). In $d$ dimensions it is of order $p^d$. Saturation at this bound is a second reason for $A$ to stop growing with $h$.
# ```
#
# ```{exercise}
# :label: ex-signs
# Give two neurons with the same pattern and opposite signs of $\beta$ that no single ReLU neuron can replace on the training set.
# ```
#
# ```{solution} ex-signs
# :class: dropdown
# In one dimension take points 1 and 2, and neurons with pre-activations $(1, 2)$ and $(2, 1)$ there, so both are active on both points. With $\beta = 1$ and $-1$ they add $(-1, 1)$. A single neuron's output has the sign of its $\beta$ everywhere, so it cannot.
# ```
