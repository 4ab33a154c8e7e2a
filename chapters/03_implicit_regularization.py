# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Regularised by the step itself
#
# > Gradient steps of finite size keep closer to the flow of the loss plus a penalty on its slope than to the flow of the loss, and a network that learns features tilts its own kernel towards the task.
#
# In this chapter you will
#
# - derive the loss whose flow gradient descent follows more closely, and see it beat the plain one by a whole order;
# - follow a conservation law that the step breaks, and that ends in flatter minima;
# - measure what training does to a network's features and to its slope, where not everything comes out as announced.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
starts: int = None  # random starting points of the two-weight model
hs: list = None  # step sizes, divisors of the time 1
seeds: int = None  # networks of each kind
ntk_images: int = None  # digits on which the kernel is computed
ntk_width: int = None  # units in each of the two hidden layers
ntk_steps: int = None  # steps of the aligned networks
lazy_scale: float = 100.0  # output scale α of the lazy control
sweep_train: int = None  # digits of the geometric-complexity sweeps
sweep_epochs: int = None  # passes over them

# %%
import numpy as np
import torch
from scipy.stats import spearmanr

from nbkit import complexity, figures, implicit, intervals, ledger, nets, params
from nbkit import device as machine
from nbkit.figures import implicit as draw

p = params.load("03", globals())
machine.use_cores()
claims = ledger.Chapter("03", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Two weights in a row
#
# The smallest network with more than one layer multiplies two weights: $f = ab$. Its loss for a target $y$ is $E = \tfrac12(ab - y)^2$. All points of the hyperbola $ab = y$ are minima, and they differ. At a minimum the Hessian has the eigenvalues $a^2 + b^2$ and 0. So balanced minima, $a \approx b$, are *flat*, and lopsided
# ones are *sharp*. Which one does gradient descent choose?
#
# In the limit of small steps, gradient descent follows the *gradient flow* $\dot w = -\nabla E(w)$. A finite step $h$ leaves the curve. {cite:t}`barrett2021implicit` ask which other flow the steps do follow.
#
# ```{prf:theorem} The modified loss
# :label: thm-modified
# One step of gradient descent with step size $h$ agrees with the flow of
#
# $$
# \tilde E = E + \frac{h}{4}\|\nabla E\|^2
# $$
#
# for time $h$ up to an error of order $h^3$, and with the flow of $E$ up to one of order $h^2$. Over a fixed time the errors are of order $h^2$ and $h$.
# ```
#
# ```{prf:proof}
# Let $\dot w = -\nabla E - h g$. Then $w(h) = w - h\nabla E - h^2 g + \tfrac{h^2}{2}\,\nabla^2\!E\,\nabla E + O(h^3)$. The gradient step is $w - h \nabla E$, so the terms of order $h^2$ cancel if $g = \tfrac12\nabla^2\!E\,\nabla E = \nabla\!\left(\tfrac14\|\nabla E\|^2\right)$. Errors of order $h^3$ in each of $T/h$ steps add up to order $h^2$.
# ```
#
# So the step itself penalises steep places. This is *implicit gradient regularisation*. Turn up the step with the slider and watch which curve the dots stay on. At the largest steps they leave both: the theorem speaks of small $h$.

# %%
begin = np.array([2.0, -0.9])
sizes = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25]
figures.scrubber(
    [draw.step_frame(begin, h) for h in sizes],
    label="step size h",
    values=sizes,
    interval=700,
    alt="Plane of the weights a and b with the hyperbola of minima. For small steps the dots of gradient descent lie on both flows; for larger ones they leave the flow of E and keep to the modified flow, and for the largest they leave both; they end at more balanced minima.",
    figsize=(7.0, 3.4),
)

# %%
distances = implicit.distance_to_flows(p.hs, time=1.0, seeds=p.starts, seed=p.seed)
for flow in ("loss", "modified"):
    slopes = np.polyfit(np.log(p.hs), np.log(distances.distance.sel(flow=flow)), 1)[0]
    claims.report("GD-8", intervals.mean(slopes), part="flow" if flow == "loss" else "modified")
    figures.number(f"slope-{flow}", intervals.mean(slopes), ".2f")
for name in ("starts", "seeds", "ntk_images", "ntk_width", "sweep_train", "lazy_scale"):
    figures.text(name.replace("_", "-"), f"{value:g}" if isinstance(value := getattr(p, name), float) else str(value))

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-flows",
    draw.flow_distances(distances),
    alt="Distance of gradient descent to two flows against step size, log-log; parallel to slope 1 for the flow of the loss, to slope 2 for the modified one.",
)

# %% [markdown]
# ```{glue:figure} fig-flows
# :name: fig-flows
# :alt: Distance of gradient descent to two flows against step size, log-log; parallel to slope 1 for the flow of the loss, to slope 2 for the modified one.
# Distance between gradient descent and each flow at time 1, from {glue:text}`starts` random starts (thin) and their geometric mean (thick), $y = 1$. Thin grey: slopes 1 and 2.
# ```
#
# The measured slopes are {glue:text}`slope-loss` and {glue:text}`slope-modified`. The theory says 1 and 2 as $h \to 0$.
#
# ## Flatter, by a law
#
# In this model the effect can be followed exactly. Under the flow of $E$, the imbalance $a^2 - b^2$ never changes. Under a step it does. With the residual $r = ab - y$, a step is $a' = a - h r b$, $b' = b - h r a$, hence
#
# $$
# a'^2 - b'^2 = (a^2 - b^2)(1 - h^2 r^2).
# $$
#
# As long as $h|r| < \sqrt2$, every step with a residual shrinks the imbalance. A unit of time takes $1/h$ steps, so in all the imbalance shrinks in proportion to $h$. At the end $ab = y$ is given, so less imbalance means a smaller $a^2 + b^2 = \sqrt{(a^2-b^2)^2 + 4y^2}$, and that is the curvature: larger steps, flatter minima.

# %%
flat = implicit.flatness([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25], iterations=2000, seeds=p.starts, seed=p.seed)
claims.report("GD-9", intervals.worst(flat.law.max("h")), part="identity")
ranks = [spearmanr(flat.h, trace)[0] for trace in flat.trace.T.values]
claims.report("GD-9", intervals.correlation(ranks), part="flatness")
figures.number("law-error", float(flat.law.max()), ".0e")
figures.number("flat-rank", float(np.mean(ranks)), ".2f")
figures.number("flat-least", intervals.mean(100 * (1 - flat.trace / flat.flow_trace).isel(h=-1)), ".0f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-flatness",
    draw.flatness(flat),
    alt="Trace of the Hessian at the end divided by that of the flow: 1 for tiny steps, falling steadily with the step size.",
)

# %% [markdown]
# ```{glue:figure} fig-flatness
# :name: fig-flatness
# :alt: Trace of the Hessian at the end divided by that of the flow: 1 for tiny steps, falling steadily with the step size.
# Curvature of the minimum that gradient descent reaches, relative to that of the gradient flow from the same start (closed form). Band: 95 % interval over {glue:text}`starts` starts.
# ```
#
# The law holds to {glue:text}`law-error` along all paths. The rank correlation of step size and curvature is {glue:text}`flat-rank`, and at $h = 0.25$ the minimum is {glue:text}`flat-least` % less curved than the flow's.
#
# ```{admonition} How far this carries
# :class: note
# The modified loss is the leading term of a series in $h$. It acts along the whole trajectory, in proportion to how steep the path is, and not at the minimum, where $\nabla E = 0$ and all minima stay minima. Near the largest stable step, $h \cdot (a^2+b^2) \approx 2$, the series says nothing, and large
# networks are often trained right there.
# ```
#
# ## Features that turn towards the task
#
# A second kind of implicit regularisation does not come from the size of the step but from features that move. Recall from chapter 02 that a network learns quickly along the leading eigenvectors of its tangent kernel $K$. If $K$ stays fixed, they are what they were before it saw a label. {cite:t}`baratin2021implicit` observe that during training $K$ changes: its leading
# eigenvectors turn towards the labels. They call this *neural feature alignment*. The overview lists it as a method; it is an effect that one observes.
#
# We train a small network on the parity of {glue:text}`ntk-images` digits, compute $K$ exactly at several times, and report two numbers for the centred kernel (the mean of the features is taken off): its alignment $\langle K, yy^\top\rangle / \|K\|\,\|yy^\top\|$ with the labels, and its effective rank, the exponential of the entropy of its spectrum. As a control we scale the output up by
# $\alpha =$ {glue:text}`lazy-scale`, which makes the network lazy (chapter 05): it learns with hardly any movement. The steps are small, a fortieth of the largest stable ones at the start, since the kernel grows in training.

# %%
aligned = complexity.feature_alignment([1.0, p.lazy_scale], watch=8, **p.features)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-ntk-alignment",
    draw.alignment(aligned),
    alt="Left: kernel alignment with the labels rises in feature training and is flat for the lazy control. Right: the effective rank falls early and then stays, flat for the control.",
)

# %%
change = aligned.alignment.isel(step=-1) - aligned.alignment.isel(step=0)
shrink = aligned["rank"].isel(step=-1) / aligned["rank"].isel(step=0)
claims.report("GD-7", intervals.mean(change.sel(alpha=1.0)), part="alignment")
claims.report("GD-7", intervals.mean(shrink.sel(alpha=1.0)), part="rank")
claims.report("GD-7", intervals.mean(np.abs(change.sel(alpha=p.lazy_scale))), part="lazy")
figures.number("align-rise", intervals.mean(change.sel(alpha=1.0)), ".2f")
figures.number("rank-shrink", intervals.mean(shrink.sel(alpha=1.0)), ".2f")
figures.number("align-lazy", intervals.mean(np.abs(change.sel(alpha=p.lazy_scale))), ".3f")
for alpha, name in ((1.0, "feature"), (p.lazy_scale, "lazy")):
    figures.number(f"loss-{name}", float(aligned.loss.sel(alpha=alpha).isel(step=-1).mean()), ".2f")
for name in ("alignment", "size"):
    one = aligned[name].sel(alpha=1.0)
    figures.number(f"{name}-growth", intervals.geometric_mean(one.isel(step=-1) / one.isel(step=0)), ".1f")
figures.number("edge", float(aligned.edge.max()), ".2f")

# %% [markdown]
# ```{glue:figure} fig-ntk-alignment
# :name: fig-ntk-alignment
# :alt: Left: kernel alignment with the labels rises in feature training and is flat for the lazy control. Right: the effective rank falls early and then stays, flat for the control.
# Exact tangent kernel of a network with two hidden layers of {glue:text}`ntk-width` units on {glue:text}`ntk-images` digits. {glue:text}`seeds` seeds, 95 % bands. Both regimes take steps of the same size, which the first kernel's largest eigenvalue sets.
# ```
#
# With features free to move, the alignment rises by {glue:text}`align-rise`, and the effective rank falls to {glue:text}`rank-shrink` of what it was: fewer directions, and closer to the labels. In the lazy control the alignment changes by {glue:text}`align-lazy`. The control also learns more slowly: after the same steps its loss is {glue:text}`loss-lazy` against
# {glue:text}`loss-feature`. Is that because the kernel points at the labels? Only in part. At the start the error is $-y$, and along the labels it falls at a rate proportional to $y^\top K y$, and that is alignment times size, $\|K\|$. While the alignment grew by a factor of {glue:text}`alignment-growth`, the size grew by {glue:text}`size-growth`. Most of the speed is size; direction adds its factor. (The steps stay on the safe side throughout: step size times largest eigenvalue is {glue:text}`edge` at most, and stable below 2.)
#
# ## How steep is the function?
#
# The third quantity is about the function, not the weights. The *geometric complexity* is the mean of $\|\nabla_x f\|_F^2$ over the training inputs {cite:p}`dherin2022why`: how steep the network is where the data are. For a linear model $f = Wx + b$ it is $\|W\|_F^2$ exactly, so weight decay controls it there. The claim is that many common heuristics control it in networks.

# %%
torch.manual_seed(p.seed)
linear = nets.build("logreg", shape=(64,), classes=10).double()
exact = float(linear[1].weight.detach().square().sum())
measured = complexity.geometric_complexity(linear, torch.rand(20, 64, dtype=torch.float64))
claims.report("GD-10", intervals.worst(abs(measured / exact - 1)), part="linear")

# %% [markdown]
# Now a network on digits. A fair comparison needs care: a network trained with a small step for the same number of epochs is simply less trained, and a less trained network is less steep. We therefore compare learning rates and batch sizes *at the same training loss*: where it passes 0.1, between the epoch before and the one after. Weight decay changes what the training loss can reach, so it is compared at the end, whatever the loss there.

# %%
strengths = {"lr": [0.1, 0.2, 0.4, 0.8], "batch": [64, 32, 16, 8], "weight_decay": [0.0, 1e-3, 3e-3, 1e-2]}
sweeps = {name: complexity.complexity_sweep(name, values, **p.sweep) for name, values in strengths.items()}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-complexity",
    draw.complexity(sweeps, complexity.HEURISTICS),
    alt="Geometric complexity against learning rate, batch size and weight decay: about level in the first two, clearly falling in the third.",
)

# %%
for heuristic, part in (("lr", "learning_rate"), ("batch", "batch_size"), ("weight_decay", "weight_decay")):
    order = np.arange(len(strengths[heuristic]))  # from weak to strong
    ranks = intervals.correlation([spearmanr(order, values)[0] for values in sweeps[heuristic].complexity.T.values])
    claims.report("GD-10", ranks, part=part)
    figures.number(f"complexity-{heuristic.replace('_', '-')}", ranks, ".2f")
    change = sweeps[heuristic].complexity.isel(strength=-1) / sweeps[heuristic].complexity.isel(strength=0) - 1
    figures.number(f"change-{heuristic.replace('_', '-')}", intervals.mean(100 * change), ".0f")
met = np.concatenate([sweeps[name].loss.values.ravel() for name in ("lr", "batch")])
figures.number("loss-met", int(np.isclose(met, 0.1).sum()), "d")
figures.number("loss-all", met.size, "d")
for name, end in (("weakest", 0), ("strongest", -1)):
    figures.number(f"decay-{name}", intervals.mean(sweeps["weight_decay"].loss.isel(strength=end)), ".2f")

# %% [markdown]
# ```{glue:figure} fig-complexity
# :name: fig-complexity
# :alt: Geometric complexity against learning rate, batch size and weight decay: about level in the first two, clearly falling in the third.
# Geometric complexity of the logits of a network with 64 hidden units on {glue:text}`sweep-train` digits; means and 95 % bands over {glue:text}`seeds` seeds. Each heuristic grows stronger to the right (larger steps, smaller batches, more decay). Learning rates and batch sizes are compared at training loss 0.1, which {glue:text}`loss-met` of {glue:text}`loss-all` networks passed in time.
# ```
#
# The rank correlations of strength and complexity are {glue:text}`complexity-lr` for the learning rate, {glue:text}`complexity-batch` for small batches and {glue:text}`complexity-weight-decay` for weight decay. From the weakest setting to the strongest the complexity changes by {glue:text}`change-lr` %, {glue:text}`change-batch` % and {glue:text}`change-weight-decay` %. Weight decay lowers it. Not all of that need be its own doing: the training loss ends at {glue:text}`decay-weakest` without decay and at {glue:text}`decay-strongest` with the most, and a network that fits less is less steep.
# Where an interval contains 0, the announced fall is neither shown nor ruled out: if there is one, it is hardly larger than the lower end of the change. This does not refute the paper: our network is small, and our steps may be too short for the extra term $\tfrac h4\|\nabla E\|^2$ to tell. The overview goes further and says that *all* techniques on its list control geometric complexity; the paper names a number of them.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds or starts. For the identities of GD-9 and GD-10, which must hold on every path, what is shown is the range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The conservation law is special to products of weights. For networks, "larger steps lead to flatter minima" is an observation with exceptions, and flatness depends on how the network is parameterised.
# - The alignment was measured on one task, with full-batch descent, where $K$ can be computed exactly. Chapters 11 to 14 study when alignment helps and when it hurts.
# - Our geometric complexities are for one small network. How they are compared matters: other ways than at equal loss can give other signs (an exercise), and weight decay was compared at unequal loss.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-noise
# Add noise of variance $s^2$ to the inputs while training $f$ with the square loss. Show that to leading order this adds $\tfrac{s^2}{2}$ times the geometric complexity to the loss $\tfrac12(f-y)^2$, plus a term that vanishes where the data are fitted.
# ```
#
# ```{solution} ex-noise
# :class: dropdown
# Expand $f(x + \epsilon) = f + \nabla f\cdot\epsilon + \tfrac12 \epsilon^\top \nabla^2\! f\,\epsilon$. The mean of $\tfrac12(f(x+\epsilon) - y)^2$ is $\tfrac12(f-y)^2 + \tfrac{s^2}{2}\|\nabla f\|^2 + \tfrac{s^2}{2}(f-y)\,\Delta f$ up to higher orders. The last term is 0 where $f = y$.
# ```
#
# ```{exercise}
# :label: ex-order
# Is the third order of the modified equation worth the trouble? Find the term $h^2 g_2$ that makes the flow agree with a step up to $h^4$ for $E = \tfrac{\lambda}{2} w^2$.
# ```
#
# ```{solution} ex-order
# :class: dropdown
# A step multiplies $w$ by $1 - h\lambda$, the flow $\dot w = -\mu w$ by $e^{-\mu h}$. So $\mu = -\ln(1 - h\lambda)/h = \lambda + \tfrac{h}{2}\lambda^2 + \tfrac{h^2}{3}\lambda^3 + \dots$ The second term is the derivative of $\tfrac h4 \lambda^2 w^2$, as in the theorem; the third belongs to $\tfrac{h^2}{6}\lambda^3 w^2$. The series
# diverges at $h\lambda = 1$, long before gradient descent becomes unstable at $h\lambda = 2$: between the two the steps change sign, which no flow in one dimension can do.
# ```
#
# ```{exercise}
# :label: ex-fixed-epochs
# Repeat the learning-rate sweep at a fixed number of epochs instead of a fixed loss (set `reach=0`). What happens to the correlation, and why?
# ```
#
# ```{solution} ex-fixed-epochs
# :class: dropdown
# It becomes positive. In the same number of epochs larger steps drive the training loss further down, the logits grow, and with them their gradients. The comparison then measures how far training has come.
# ```
