# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Wide networks, two ways
#
# > A wide network can be a kernel machine or a learner of features. What is trained, and at what scale, decides which; and whether more parameters than samples pay depends on the task.
#
# In this chapter you will
#
# - train only the output layer and find a support-vector machine; train both layers and find something that adapts;
# - see why a large output scale or a large width lets a network learn almost without moving;
# - put double descent on top of its closed form, see when the far side of its peak wins, and make the peak vanish.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
board: int = None  # points of the task in the plane
board_train: int = None  # training points where idle coordinates are added
features: list = None  # numbers of random features
extras: list = None  # numbers of idle coordinates
units: int = None  # units of the networks with both layers trained
steps: int = None  # steps of their training
directions: int = None  # directions of the linear program's grid
seeds: int = None  # repetitions of everything but double descent
alphas: list = [4.0, 8.0, 16.0, 32.0, 64.0]  # output scales
widths: list = None  # widths whose convergence is compared
samples: int = 40  # samples n of double descent
noise: float = 0.25  # variance σ² of its noise
trials: int = None  # trials of double descent, for each size

# %%
import numpy as np

from nbkit import double_descent, figures, intervals, laziness, ledger, margins, params, particles
from nbkit import device as machine
from nbkit.figures import width as draw

p = params.load("05", globals())
machine.use_cores()
claims = ledger.Chapter("05", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Two spaces of functions
#
# Take a two-layer network of $m$ units, $f(x) = \sum_j a_j\,\mathrm{relu}(b_j^\top x)$, and let $m$ grow. There are two natural ways to measure how large the weights of such a function are.
#
# - **F2.** Fix the $b_j$ at random on the sphere and count only the output weights, $\sum_j a_j^2$. This is the norm of a kernel space.
# - **F1.** Let the $b_j$ move and count both layers, $\tfrac12\sum_j (a_j^2 + \|b_j\|^2)$. Rescaling a unit does not change its function, so at best this is $\sum_j |a_j|\,\|b_j\|$: a sum of absolute values, like the $\ell_1$ norm. It prefers *few directions*.
#
# Chapter 01 showed that gradient descent on separable data maximises the margin. {cite:t}`chizat2020implicit` prove the same here, for infinitely many units: training the output layer maximises the margin in F2, training both layers, if it converges, in F1. The data are the same and so is the loss. Only what is trained differs.
#
# ## The output layer only: a kernel machine
#
# With fixed $b_j$ the model is linear in $a$, so what it finds is the max-margin separator on the features $\mathrm{relu}(b_j^\top x)/\sqrt m$. The overview puts it as "a linear classifier that separates the classes"; it is a particular one. As $m$ grows, inner products of features tend to
#
# $$
# K(x, x') = \|x\|\|x'\|\,\frac{\sin\theta + (\pi-\theta)\cos\theta}{2\pi d},
# $$
#
# with $\theta$ the angle between the inputs, and the largest margin to that of the support-vector machine of $K$. We compute both exactly, on a $3\times3$ checkerboard of {glue:text}`board` points in the plane (with a third coordinate 1 for the bias).

# %%
widest = particles.output_layer_margins(p.features, n=p.board, extra=0, **p.repeated)
ratio = widest.margin.isel(width=-1) / widest.limit
claims.report("GD-14", intervals.mean(ratio), part="limit")
figures.number("f2-ratio", intervals.mean(ratio), ".3f")
for name in ("board", "board_train", "seeds", "units", "samples", "trials", "noise"):
    figures.text(name.replace("_", "-"), f"{value:,}" if isinstance(value := getattr(p, name), int) else str(value))
figures.text("m-most", f"{p.features[-1]:,}")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-f2",
    draw.output_layer(widest),
    alt="Largest margin against the number of random features: scattered and lower for few features, close to the kernel machine's margin for many.",
)

# %% [markdown]
# ```{glue:figure} fig-f2
# :name: fig-f2
# :alt: Largest margin against the number of random features: scattered and lower for few features, close to the kernel machine's margin for many.
# Margin of the best separator on $m$ random features, {glue:text}`seeds` draws of the features on one data set, and the margin of the kernel machine (line).
# ```
#
# At $m =$ {glue:text}`m-most` the ratio of the two margins is {glue:text}`f2-ratio`. So there the best separator on the features is about as good as the kernel machine. Does training find it? We descend on the exponential loss and divide each gradient by the loss, as in chapter 01, from 0 and with momentum, which is known to speed this up {cite:p}`ji2021fast`. Then we compare what it predicts on new points with what the kernel machine does.

# %%
NEW = 2000
trained = particles.trained_output_layer(width=p.features[-1], n=p.board, n_test=NEW, steps=4 * p.steps, **p.repeated)
claims.report("GD-14", intervals.mean(trained.margin / trained.limit), part="trained")
claims.report("GD-14", intervals.mean(trained.agreement), part="agreement")
figures.number("f2-trained", intervals.mean(trained.margin / trained.limit), ".3f")
figures.number("f2-agreement", intervals.mean(100 * trained.agreement), ".1f")
figures.text("f2-steps", f"{4 * p.steps:,}")
figures.text("f2-new", f"{NEW:,}")

# %% [markdown]
# After {glue:text}`f2-steps` steps on {glue:text}`m-most` features training has reached {glue:text}`f2-trained` of the kernel machine's margin, and the two agree on {glue:text}`f2-agreement` % of {glue:text}`f2-new` new points. On this task a wide network whose output layer alone is trained comes to predict what the kernel machine predicts.
#
# ## Both layers: particles that gather
#
# Now train both layers on the same points. We ascend a soft minimum of the margins divided by the size $\tfrac12\sum_j(a_j^2 + \|b_j\|^2)$, which hardens as training goes on. Late in training gradient flow on the logistic loss moves in much the same direction, but ever more slowly. Each unit is a particle. On the right it sits at $|a_j|\,(b_{j1}, b_{j2})$: the further out, the more it counts.

# %%
board_x, board_y = particles.checkerboard(p.board, extra=0, seed=p.seed)
coefficients, _ = margins.kernel_machine(board_x, board_y)
moments = np.unique([0, *np.geomspace(5, p.steps, 13).round().astype(int)])
path = particles.train(board_x, board_y, units=p.units, steps=p.steps, seed=p.seed, keep=moments)
figures.scrubber(
    [draw.particle_frame(board_x, board_y, net, coefficients) for net in path],
    label="step",
    values=[f"{t:,}" for t in moments],
    interval=600,
    alt="Left: checkerboard points, the smooth boundary of the kernel machine (dashed blue) and the boundary of the network (orange), which becomes polygonal. Right: its units, at first a round cloud, gather in a few directions.",
)

# %% [markdown]
# At the start the particles form a round cloud, no direction preferred. Then a few directions win, the others fade, and the boundary becomes a polygon made of few pieces, while that of the kernel machine (dashed) stays smooth. The picture is one run; the numbers below have {glue:text}`seeds`.
#
# How close does training come to the best margin in F1? Over a fine grid of directions that margin is the value of a linear program: maximise the smallest $y_i\sum_j c_j\,\mathrm{relu}(b_j^\top x_i)$ subject to $\sum_j |c_j| = 1$. Nothing in F1 can beat it, up to the fineness of the grid.

# %%
adaptive = particles.both_layers_margin(n=p.board, units=p.units, steps=p.steps, directions=p.directions, **p.repeated)
reached = adaptive.margin / adaptive.best
claims.report("GD-15", intervals.mean(reached), part="bound")
figures.number("f1-ratio", intervals.mean(reached), ".2f")

dimension = particles.error_by_dimension(
    p.extras, n=p.board_train, n_test=2000, units=p.units, steps=max(300, p.steps // 4), **p.repeated
)
gain = dimension.error.sel(trained="output") - dimension.error.sel(trained="both")
claims.report("GD-15", intervals.mean(gain.isel(extra=-1)), part="adaptive")
figures.number("f1-gain", intervals.mean(gain.isel(extra=-1)), ".0f")
for kind in dimension.trained.values:
    figures.number(f"error-{kind}", intervals.mean(dimension.error.sel(trained=kind).isel(extra=-1)), ".0f")
figures.text("extra-most", str(p.extras[-1]))

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-dimension",
    draw.by_dimension(dimension),
    alt="Test error against the number of idle coordinates: it rises quickly when only the output layer is trained, later and more slowly when both are.",
)

# %% [markdown]
# ```{glue:figure} fig-dimension
# :name: fig-dimension
# :alt: Test error against the number of idle coordinates: it rises quickly when only the output layer is trained, later and more slowly when both are.
# Test error on the checkerboard hidden in more and more coordinates that tell nothing. {glue:text}`board-train` training points, {glue:text}`units` units in the network, an exact kernel machine for the output layer; 95 % intervals over {glue:text}`seeds` seeds.
# ```
#
# The trained networks reach {glue:text}`f1-ratio` of the linear program's margin. And they adapt: the kernel has to pay for every coordinate, whether it tells something or not; the network that moves its features can favour the two that do. It loses less, though with many idle coordinates it loses, too. With {glue:text}`extra-most` idle coordinates its error is {glue:text}`error-both` %, that of the kernel machine {glue:text}`error-output` %: {glue:text}`f1-gain` points more.
#
# ## Learning without moving: the output scale
#
# A network with all its weights trained can still behave like a kernel. Scale its output by $\alpha$ and train on $\tfrac{1}{2\alpha^2}\|\alpha h(w) - y\|^2$, with $h(w_0) = 0$. To fit the labels, $h$ must change by $y/\alpha$ only. For large $\alpha$ a tiny movement of the weights will do, and over a tiny movement any smooth function is its linearisation.
#
# ```{prf:proposition} Lazy training
# :label: prop-lazy
# Let $h$ be smooth with $h(w_0) = 0$ and a tangent kernel of full rank on the training points at $w_0$. For all large enough $\alpha$ gradient flow drives the training loss to 0. It ends at distance $O(1/\alpha)$ from $w_0$ and at distance $O(1/\alpha^2)$ from the weights that the linearised model finds.
# ```
#
# The first order is plain: the least movement that changes the output by $y/\alpha$ has length $\propto 1/\alpha$. The second follows because the tangent changes by $O(1/\alpha)$ along the way, and acts on a movement of $O(1/\alpha)$. For the full statement see {cite:t}`chizat2019lazy`.

# %%
lazy = laziness.movement_by_scale(p.alphas, n=10, d=5, units=50, steps=1000, **p.repeated)
for name, part in (("moved", "movement"), ("apart", "linearised")):
    slopes = intervals.mean(np.polyfit(np.log(p.alphas), np.log(lazy[name].values), 1)[0])
    claims.report("GD-18", slopes, part=part)
    figures.number(f"slope-{name}", slopes, ".2f")
figures.number("lazy-loss", float(lazy.loss.max()), ".0e")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-lazy",
    draw.laziness(lazy),
    alt="Distance of the weights from their start and from those of the linearised model against the output scale, log-log, with slopes minus 1 and minus 2.",
)

# %% [markdown]
# ```{glue:figure} fig-lazy
# :name: fig-lazy
# :alt: Distance of the weights from their start and from those of the linearised model against the output scale, log-log, with slopes minus 1 and minus 2.
# A tanh network of 100 units that starts at output 0, 10 training points in 5 dimensions, {glue:text}`seeds` seeds (thin lines) and their geometric means. Grey: slopes −1 and −2.
# ```
#
# The slopes are {glue:text}`slope-moved` and {glue:text}`slope-apart`, and at every scale the loss falls to {glue:text}`lazy-loss` of what it was or less. The overview describes lazy training as a model that "only updates its parameters when the gradient is small". That is not it. All parameters are updated all the time; they move by $O(1/\alpha)$, the loss goes to zero,
# and the cause is the scale of the output. Part III is about when this regime is better and when it is worse.
#
# ## Learning without moving: the width
#
# Width has the same effect. Train the first layer of $f = m^{-1/2}\sum_r a_r\,\mathrm{relu}(w_r^\top x)$ with $a_r = \pm1$. To change the output by 1, $m$ units share the work, and each needs to move by $O(m^{-1/2})$ only. So for large $m$ the kernel stays near its limit $H^\infty_{ij} = x_i^\top x_j\,(\pi - \theta_{ij})/2\pi$, and
# with $\lambda_0$ its least eigenvalue the loss falls at least as fast as $(1 - \eta\lambda_0/2)^k$ in $k$ steps of a small enough size $\eta$ {cite:p}`du2019gradient`.
#
# "Over-parameterised" means more here than the overview's "more parameters than necessary": the theorem asks for a width that is polynomial in $n$ and $1/\lambda_0$, far beyond the number of samples, and for $\lambda_0 > 0$, which holds when no two inputs are parallel.

# %%
wide = laziness.convergence_by_width(p.widths, n=20, d=10, steps=300, **p.repeated)
excess = (wide.loss.isel(width=-1) / wide.bound).sel(step=slice(1, None)).max("step")  # at step 0 both are 1
claims.report("GD-21", intervals.worst(excess), part="rate")
slopes = intervals.mean(np.polyfit(np.log(p.widths), np.log(wide.moved.values), 1)[0])
claims.report("GD-21", slopes, part="movement")
figures.number("width-slope", slopes, ".2f")
figures.number("bound-room", float(excess.max()), ".2f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-convergence",
    draw.convergence(wide),
    alt="Left: loss against step for three widths, all falling geometrically and below a dashed bound. Right: largest movement of a unit against the width, on a line of slope minus one half.",
)

# %% [markdown]
# ```{glue:figure} fig-convergence
# :name: fig-convergence
# :alt: Left: loss against step for three widths, all falling geometrically and below a dashed bound. Right: largest movement of a unit against the width, on a line of slope minus one half.
# Left: loss of one seed for each width, and the bound (dashed). Right: the largest change of any unit's weights, {glue:text}`seeds` seeds. 20 points on the sphere in 10 dimensions, random labels, $\eta$ the inverse of the largest eigenvalue of $H^\infty$.
# ```
#
# The labels are random, and still the loss falls at a geometric rate. At the largest width it is never above {glue:text}`bound-room` of the bound from the first step on; the bound counts on the worst eigenvector alone. The movement falls with a slope of {glue:text}`width-slope`; theory says $-\tfrac12$.
#
# ## More parameters than samples: double descent
#
# Does it hurt to have more parameters than samples? For least squares the answer is known in closed form. Take one task, $y = \beta^\top x + \text{noise}$ with standard normal coordinates $x$, $\|\beta\| = 1$ and noise of variance $\sigma^2$, and let the *model* grow: it sees the first $p$ coordinates only. From $n$ samples it takes the least-norm solution, which is what gradient descent from 0 finds (chapter 01).
# Let $s$ be the part of $\|\beta\|^2$ in the coordinates that it sees, and $u = 1 - s$ the rest. What is not seen is more noise to the model. Its expected excess test error, beyond $\sigma^2$, is {cite:p}`belkin2020two,hastie2022surprises`
#
# $$
# R = u + \frac{(u + \sigma^2)\, p}{n - p - 1} \quad (p \leq n-2), \qquad
# R = s\left(1 - \frac np\right) + u + \frac{(u + \sigma^2)\, n}{p - n - 1} \quad (p \geq n+2).
# $$
#
# We try two tasks. In one all coordinates are equally strong, so no few of them tell much. In the other the strength of coordinate $j$ falls like $1/j$, and the model takes the strongest first.

# %%
sizes = np.round(np.array([0.025, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.85, 1.15, 1.25, 1.5, 2, 2.5]) * p.samples)
sizes = sizes.astype(int).tolist()
first, below, before, after, above, largest = (sizes[i] for i in (0, 2, 7, 8, 10, -1))
task = dict(total=largest, n=p.samples, noise=p.noise, trials=p.trials, seed=p.seed)
peak = double_descent.least_norm_risk(sizes, **task)


def relative(strength, size, other):
    """Mean risk at one size of the model over that at another."""
    risk = peak.risk.sel(strength=strength)
    over = lambda some, others: some.mean() / others.mean()
    return intervals.bootstrap(over, risk.sel(p=size).values, risk.sel(p=other).values)


claims.report("GD-16", relative("equal", before, first), part="rise")
claims.report("GD-16", relative("equal", largest, after), part="fall")
for part, size in (("below", below), ("above", above), ("largest", largest)):
    quotient = intervals.mean(peak.risk.sel(p=size, strength="equal") / peak.theory.sel(p=size, strength="equal"))
    claims.report("GD-16", quotient, part=part)
    figures.number(f"size-{part}", size, "d")
    figures.number(f"risk-{part}", intervals.mean(peak.risk.sel(p=size, strength="equal")), ".2f")
    figures.number(f"theory-{part}", float(peak.theory.sel(p=size, strength="equal")), ".2f")
for strength in peak.strength.values:
    small = peak.theory.sel(strength=strength, p=[size for size in sizes if size < p.samples])
    best = int(small.p[small.argmin("p")])
    figures.number(f"best-{strength}", best, "d")
    figures.number(f"second-{strength}", relative(strength, largest, best), ".2f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-double",
    draw.double_descent(peak, p.samples),
    alt="Excess test error against the number of weights, log scale, for two tasks: both rise to a peak at the interpolation threshold and fall beyond it; points lie on the closed form. With equal coordinates the right end is lowest, with the strongest first a small model is.",
)

# %% [markdown]
# ```{glue:figure} fig-double
# :name: fig-double
# :alt: Excess test error against the number of weights, log scale, for two tasks: both rise to a peak at the interpolation threshold and fall beyond it; points lie on the closed form. With equal coordinates the right end is lowest, with the strongest first a small model is.
# Excess test error of least-norm least squares with $n =$ {glue:text}`samples` samples and $\sigma^2 =$ {glue:text}`noise` on two tasks of {glue:text}`size-largest` coordinates, of which the model sees $p$: means and 95 % intervals over {glue:text}`trials` trials, and the closed form at the same sizes (lines). Sizes next to the threshold, where the variance is infinite, are left out.
# ```
#
# With equal coordinates the trials give {glue:text}`risk-below`, {glue:text}`risk-above` and {glue:text}`risk-largest` at $p =$ {glue:text}`size-below`, {glue:text}`size-above` and {glue:text}`size-largest`, the formula {glue:text}`theory-below`, {glue:text}`theory-above` and {glue:text}`theory-largest`. On both tasks the peak sits at the *interpolation threshold* $p = n$, where the model can just fit all samples and has to use huge weights to do so. It is not a matter of a model being "too complex", as the
# overview has it: more complex models, further to the right, do better again.
#
# Do they do better than a small model? Of the sizes $p < n$ that we tried the formula is lowest at $p =$ {glue:text}`best-equal` for equal coordinates and at $p =$ {glue:text}`best-falling` where the strongest come first. Against that size the largest model has {glue:text}`second-equal` times the error on the first task and {glue:text}`second-falling` times on the second. So the second descent can lead below everything before the peak, where no small set of coordinates tells much. Where one
# does, and one knows which, the small model wins. Double descent itself says nothing about which side is better.
#
# **The peak is optional.** It is a failure of fitting without any restraint. Add the penalty $\lambda\|w\|^2$ to the sum of squared errors, with $\lambda = \sigma^2 p/\|\beta\|^2$, which is optimal where $\beta$ may point in any direction, and look along the other axis: for a task of 60 coordinates that are all seen, $p = 60$, does more data ever hurt?

# %%
more = [10, 20, 30, 40, 45, 50, 55, 65, 70, 80, 100, 120]
ridge = double_descent.risk_by_samples(more, p=60, noise=p.noise, trials=p.trials, seed=p.seed)


def largest_rise(risk):
    """Largest relative rise of the mean risk from one sample size to the next; risk (trials, sizes)."""
    means = risk.mean(axis=0)
    return (means[1:] / means[:-1] - 1).max()


rise = {name: intervals.bootstrap(largest_rise, ridge.risk.sel(penalty=name).T.values) for name in ("none", "optimal")}
claims.report("GD-17", rise["optimal"])
figures.number("rise-none", 100 * rise["none"].value, ".0f")
figures.number("rise-optimal", intervals.Estimate(*(100 * v for v in rise["optimal"][:3]), rise["optimal"].n), ".1f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-ridge",
    draw.ridge(ridge),
    alt="Excess test error against the number of samples: without a penalty it peaks at n = 60, with the optimal ridge it falls throughout.",
)

# %% [markdown]
# ```{glue:figure} fig-ridge
# :name: fig-ridge
# :alt: Excess test error against the number of samples: without a penalty it peaks at n = 60, with the optimal ridge it falls throughout.
# Least squares in $p = 60$ dimensions against the number of samples, with no penalty (the peak runs off the top) and with the optimal one; 95 % bands over {glue:text}`trials` trials.
# ```
#
# Without a penalty, five more samples can raise the error by {glue:text}`rise-none` %. With the optimal one the largest rise from one size to the next is {glue:text}`rise-optimal` %, so a fall where it is negative. In this model more data never hurts a learner that is restrained as it should be {cite:p}`nakkiran2021optimal`.
#
# ## What the claims have come to
#
# Intervals are 95 %: Student's $t$ over seeds or trials, bootstrap over trials for GD-17 and for the ratios of GD-16. For the rate of GD-21, which must hold for every seed, what is shown is the range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - Training both layers came close to the best margin in F1, not to it. Whether it would get there with more units and steps, we cannot tell from this; the theorem assumes infinitely many units and convergence.
# - The task was chosen for F1: only two of its coordinates matter. Part III has tasks where learning features hurts.
# - The closed forms of double descent are for normal coordinates and a linear model. In networks the peak is seen too, but there is no formula to hold it against.
# - The descent that found the kernel machine was given momentum and a loss that does not die out. Plain gradient descent on the logistic loss has the same limit, at the pace of $1/\ln t$.
# - {cite:t}`nakkiran2021optimal` is quoted from its title and abstract.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-balance
# Show that for $f = \sum_j a_j\,\mathrm{relu}(b_j^\top x)$ the least value of $\tfrac12\sum_j(a_j^2 + \|b_j\|^2)$ over all ways to rescale units is $\sum_j |a_j|\|b_j\|$.
# ```
#
# ```{solution} ex-balance
# :class: dropdown
# Replace $(a_j, b_j)$ by $(a_j/c, c\,b_j)$ with $c > 0$; the function stays. $\tfrac12(a_j^2/c^2 + c^2\|b_j\|^2) \geq |a_j|\|b_j\|$ by the inequality of the arithmetic and geometric mean, with equality at $c^2 = |a_j|/\|b_j\|$.
# ```
#
# ```{exercise}
# :label: ex-alpha
# What goes wrong with the lazy argument if $h(w_0) \neq 0$?
# ```
#
# ```{solution} ex-alpha
# :class: dropdown
# The output at the start is $\alpha h(w_0)$, which grows with $\alpha$. To fit $y$ the function $h$ has to change by $y/\alpha - h(w_0)$, which does not become small. So the output has to be made small at the start: by doubling every unit with the opposite sign, as here, or by training $\alpha(h(w) - h(w_0))$, as in Part III.
# ```
#
# ```{exercise}
# :label: ex-null
# Let the model see all coordinates of its task for every $p$, so that the task grows with the model, and let $\|\beta\| = r$: now $s = r^2$ and $u = 0$. For which signal-to-noise ratios $r^2/\sigma^2$ has $R$ against $p$ a minimum for $p > n$ that lies below the error of predicting 0?
# ```
#
# ```{solution} ex-null
# :class: dropdown
# For large $n$ with $\gamma = p/n > 1$: $R = r^2(1 - 1/\gamma) + \sigma^2/(\gamma - 1)$. It is below $r^2$ where $\sigma^2/(\gamma-1) < r^2/\gamma$, that is $\sigma^2/r^2 < (\gamma-1)/\gamma$. This holds for some $\gamma$ if and only if $r^2/\sigma^2 > 1$, and the minimum is then at $\gamma = \sqrt{q}/(\sqrt{q} - 1)$ with $q = r^2/\sigma^2$.
# With our noise $q = 4$, so $\gamma = 2$, $p = 80$.
# ```
