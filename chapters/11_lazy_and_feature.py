# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Two ways to learn
#
# > One number, the scale of the output, turns the same network from a fixed kernel method into one that learns its own features, and neither is always the better one.
#
# In this chapter you will
#
# - turn the dial $\alpha$ between the *lazy* and the *feature* regime;
# - measure how well the linear formula of the start describes what training does to a network;
# - ask a fully connected network and a convolutional one which regime is better.
#
# The chapter follows {cite:t}`geiger2020disentangling`, whose abstract we could read and whose figures we could not, and the talk {cite:t}`petrini2020learning`. *Lazy* training was named by {cite:t}`chizat2019lazy`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
images: str = None  # image set: digits, or mnist (downloaded)
p: int = None  # training images of the fully connected networks
widths: list = None  # neurons of the fully connected networks
alphas: list = None  # output scales, rising
seeds: int = None  # networks for each setting
max_steps: int = None  # trial steps after which a flow is given up
path_p: int = None  # training points of the network whose path is drawn
frames: int = None  # points on the path
cnn_p: int = None  # training images of the convolutional networks
cnn_channels: int = None  # channels of the convolutional networks
cnn_alphas: list = None  # output scales of the convolutional networks, rising
cnn_seeds: int = None  # convolutional networks for each scale
cnn_steps: int = None  # trial steps after which their flow is given up

# %%
import numpy as np

from nbkit import device as machine
from nbkit import figures, intervals, ledger, params, results, scales
from nbkit.figures import regimes as draw

par = params.load("11", globals())
machine.use_cores()
claims = ledger.Chapter("11", par)

# %% tags=["hide-input", "hide-output"]
params.table(par)

# %% [markdown]
# ## The dial
#
# A network $f_\theta$ starts from random weights $\theta_0$. We train the predictor
#
# ```{math}
# :label: eq-alpha
# F(x) = \alpha\,\big(f_\theta(x) - f_{\theta_0}(x)\big), \qquad \dot\theta = -\nabla_\theta\, \frac{1}{\alpha p}\sum_{\mu=1}^p \ell\big(y^\mu F(x^\mu)\big),
# ```
#
# until $y F \ge 1$ at all training points. The loss $\ell(u)$ is a smoothed hinge: it falls with slope −1 up to $u = 1$ and is flat beyond. $F$ starts at 0 whatever $\alpha$ is. To fit, $f$ has to move by about $1/\alpha$:
#
# - **large $\alpha$**: a tiny change of the weights is enough. Over it $f$ is linear in $\theta$, $f \approx f_0 + \nabla_\theta f_0\cdot(\theta - \theta_0)$: the network stays in its tangent space. This is the *lazy* regime;
# - **small $\alpha$**: the weights must grow far beyond their size at the start, can turn while they do, and the network can build features. This is the *feature* regime.
#
# ## How good is the linear formula?
#
# Books draw the tangent space as a plane that touches a curved surface. We can measure how long it describes the network. For a network with one hidden layer, $f(x) = \frac1h\sum_n \beta_n\,\sigma(\omega_n\cdot x/\sqrt d + b_n)$ with $h$ ReLU neurons, on the stripe ({doc}`12_stripe`), we split the motion of $F$ on test points in two: what the linear formula gives for the motion of the weights, $\alpha\,\nabla_\theta f_0 \cdot(\theta - \theta_0)$, and what it misses.

# %%
path = scales.paths(
    d=2,
    p=par.path_p,
    width=par.widths[-1],
    alphas=[0.1, 1.0, 1e3],
    frames=par.frames,
    max_steps=par.max_steps,
    seed=par.seed,
    device=par.device,
)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-paths",
    draw.paths(path),
    alt="Three paths from the origin: the lazy one runs along the horizontal axis, the feature one climbs, and the one at α = 1 lies between.",
)

# %% [markdown]
# ```{glue:figure} fig-paths
# :name: fig-paths
# :alt: Three paths from the origin: the lazy one runs along the horizontal axis, the feature one climbs, and the one at α = 1 lies between.
# Motion of $F$ on 500 test points during training (root mean squares): what the linear formula of the start gives, and what it misses. Points mark equal steps in the share of fitted training points. One network for each $\alpha$, same start and data; $d = 2$, $p =$ {glue:text}`path-p`, $h =$ {glue:text}`widest`, seed {glue:text}`seed`; preset {glue:text}`preset`.
# ```
#
# The lazy network stays close to the axis: the formula misses next to nothing. In the feature network it misses a good part by the first mark. The two parts need not be at right angles, and what is missed may again point along the tangent space; the figure says how wrong the formula is, not where the network has gone.
#
# ## The kernel moves, or does not
#
# In the tangent space a network is a kernel method, with the *neural tangent kernel* $\Theta(x, x') = \nabla_\theta f(x)\cdot\nabla_\theta f(x')$ {cite:p}`jacot2018neural`. Indeed
#
# $$
# \partial_t f(x) = \nabla_\theta f(x)\cdot\dot\theta = -\frac1p\sum_\mu \Theta(x, x^\mu)\, y^\mu\, \ell'\big(y^\mu F(x^\mu)\big),
# $$
#
# and if $\Theta$ does not change during training, this is all there is to know. So we measure how much it changes, on {glue:text}`p` of the {glue:text}`images` images (first 10 principal components, even against odd), for several widths.

# %%
sweep = scales.sweep(
    par.images,
    d=10,
    p=par.p,
    widths=par.widths,
    alphas=par.alphas,
    seeds=par.seeds,
    max_steps=par.max_steps,
    seed=par.seed,
    device=par.device,
)

# %% tags=["hide-input", "remove-output"]
LEVEL = 1.0
figures.glue(
    "fig-dial",
    draw.dial(sweep, LEVEL),
    alt="Change of the tangent kernel against the output scale on log axes: it falls with the scale, and the curves of all widths lie together.",
)


# %%
def thresholds(sweep):
    """ln α* for every width and seed, where the kernel has changed by as much as it was."""
    return np.array(
        [
            [scales.level_crossing(sweep.alpha.values, run, LEVEL) for run in width.transpose("seed", "alpha").values]
            for width in sweep.kernel_change
        ]
    )


def flatness(sweep):
    """The exponent a of α* ~ h^a."""
    fit = lambda runs: float(np.polyfit(np.log(sweep.h.values), runs.mean(0), 1)[0])
    return intervals.bootstrap(fit, thresholds(sweep).T)


claims.report("LF-20", flat := flatness(sweep))
figures.number("flat", flat, ".2f", missing="(not measured)")
figures.number("alpha-star", intervals.mean(np.exp(thresholds(sweep)[-1])), ".1f", missing="(not measured)")
figures.number("unfinished", int((sweep.converged == 0).sum()), "d")
for name in ("seeds", "p", "images", "preset", "cnn_p", "cnn_seeds", "cnn_channels"):
    figures.text(name.replace("_", "-"), str(getattr(par, name)))
figures.text("widest", str(par.widths[-1]))
figures.text("path-p", str(par.path_p))
figures.text("seed", str(par.seed))

# %% [markdown]
# ```{glue:figure} fig-dial
# :name: fig-dial
# :alt: Change of the tangent kernel against the output scale on log axes: it falls with the scale, and the curves of all widths lie together.
# Left: relative change of the tangent kernel over training, $\|\Theta_T - \Theta_0\|/\|\Theta_0\|$ on the training images. Right: what the linear formula misses of the motion of $f$ on test images, over the motion itself (root mean squares). {glue:text}`images`, $p =$ {glue:text}`p`; mean and 95 % band over {glue:text}`seeds` seeds; preset {glue:text}`preset`. {glue:text}`unfinished` networks had not fitted all their points in time.
# ```
#
# The kernel has changed by as much as it was at $\alpha^* =$ {glue:text}`alpha-star` ($h =$ {glue:text}`widest`). Across widths, $\alpha^* \sim h^{a}$ with $a =$ {glue:text}`flat`.
# In the normalisation of {eq}`eq-alpha` with a factor $1/h$ in $f$, theory gives $a = 0$. The paper writes its network with $1/\sqrt h$ and finds the threshold at $1/\sqrt h$ {cite:p}`geiger2020disentangling`, which is the same statement.
#
# ## Who wins?
#
# The same fully connected networks, and a small convolutional network with two layers of stride 2, trained by the same flow on {glue:text}`cnn-p` images.

# %%
cnn = scales.convolutional(
    par.images,
    p=par.cnn_p,
    channels=par.cnn_channels,
    alphas=par.cnn_alphas,
    seeds=par.cnn_seeds,
    max_steps=par.cnn_steps,
    seed=par.seed,
    device=par.device,
)
fully = sweep.error.isel(h=-1)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-winners",
    draw.errors_by_scale({"fully connected": fully, "convolutional": cnn.error}),
    alt="Test error against the output scale in two panels: for the fully connected network it falls towards large scales, for the convolutional one it is highest at the largest scale.",
)

# %%
FEATURE, LAZY = 0, -1  # the two ends of the dial


def more_errors(error, at, than):
    """By how many points the test error (alpha, seed) at one end of the dial is above that at the other."""
    return intervals.mean(100 * (error.isel(alpha=at) - error.isel(alpha=than)))


fc_gap, cnn_gap = more_errors(fully, FEATURE, LAZY), more_errors(cnn.error, LAZY, FEATURE)
claims.report("LF-21", fc_gap, part="fully_connected")
claims.report("LF-21", cnn_gap, part="convolutional")
figures.number("fc-gap", fc_gap, ".1f")
figures.number("cnn-gap", cnn_gap, ".1f")
figures.number("cnn-unfinished", int((~cnn.converged).sum()), "d")

# %% [markdown]
# ```{glue:figure} fig-winners
# :name: fig-winners
# :alt: Test error against the output scale in two panels: for the fully connected network it falls towards large scales, for the convolutional one it is highest at the largest scale.
# Test error on {glue:text}`images` against $\alpha$; preset {glue:text}`preset`. Left: one hidden layer, $h =$ {glue:text}`widest`, {glue:text}`p` images, 10 principal components. Right: {glue:text}`cnn-channels` channels, {glue:text}`cnn-p` images, raw pixels; {glue:text}`cnn-unfinished` of these networks had not fitted all their points. Mean and 95 % band over {glue:text}`seeds` and {glue:text}`cnn-seeds` seeds.
# ```
#
# The fully connected network makes {glue:text}`fc-gap` points more errors at the smallest $\alpha$ than at the largest; the convolutional network makes {glue:text}`cnn-gap` points more at the largest. The paper's abstract says of its networks that fully connected ones do better lazily and convolutional ones with features. Where an interval here holds 0, we cannot say so of ours. Our two networks see different inputs, so only the comparison within each is sound.
#
# The rest of this part asks why. {doc}`12_stripe` has a task where features help, {doc}`13_sphere` one where they hurt while points are few.
#
# ## More images, recorded
#
# Both experiments can be recorded on MNIST and at a larger size (`nbkit record dial`, `nbkit record dial-cnn`); what has been recorded stands here.

# %% tags=["hide-input", "remove-output"]
wider, wider_cnn = results.recorded("dial"), results.recorded("dial-cnn")
complete = wider is not None and wider_cnn is not None
figures.glue(
    "fig-dial-recorded",
    figures.awaiting("dial") if wider is None else draw.dial(wider, LEVEL),
    alt="Recorded change of the tangent kernel and share of the motion that the linear formula misses, against the output scale: both fall, and the curves of all widths lie together.",
)
figures.glue(
    "fig-winners-recorded",
    draw.errors_by_scale({"fully connected": wider.error, "convolutional": wider_cnn.error})
    if complete
    else figures.awaiting("dial-cnn"),
    alt="Recorded test error against the output scale. Fully connected: three curves, lowest between the two ends, and lower at large scales for wider networks. Convolutional: one curve.",
)
said = dict.fromkeys(("flat", "narrow", "wide", "lazy-width", "more", "inside", "cnn", "cnn-inside"))
best = dict.fromkeys(("alpha", "cnn-alpha"), "(not recorded)")


def best_place(errors):
    """The α of least mean error (alpha, seed), and how many points it is below the lazy end."""
    place = int(np.argmin(errors.mean("seed").values))
    return f"{float(errors.alpha[place]):g}", more_errors(errors, LAZY, place)


for name, found in (("dial", wider), ("cnn", wider_cnn)):
    figures.text(f"about-{name}", results.labels([] if found is None else [found]))
    figures.number(f"{name}-recorded-unfinished", 0 if found is None else int((found.converged == 0).sum()), "d")
if wider is not None:
    errors = 100 * wider.error
    gained = errors.isel(h=0) - errors.isel(h=-1)
    best["alpha"], said["inside"] = best_place(wider.error.isel(h=-1))
    said |= {
        "flat": flatness(wider),
        "narrow": more_errors(wider.error.isel(h=0), FEATURE, LAZY),
        "wide": more_errors(wider.error.isel(h=-1), FEATURE, LAZY),
        "lazy-width": intervals.mean(gained.isel(alpha=LAZY)),
        "more": intervals.mean(gained.isel(alpha=LAZY) - gained.isel(alpha=FEATURE)),
    }
    claims.report("LF-20", said["flat"], recorded=wider)
    claims.report("LF-21", said["wide"], part="fully_connected", recorded=wider)
if wider_cnn is not None:
    said["cnn"] = more_errors(wider_cnn.error, LAZY, FEATURE)
    best["cnn-alpha"], said["cnn-inside"] = best_place(wider_cnn.error)
    claims.report("LF-21", said["cnn"], part="convolutional", recorded=wider_cnn)
for name, value in said.items():
    value = value or intervals.Estimate(*[np.nan] * 3, 0)
    figures.number(f"recorded-{name}", value, ".2f" if name == "flat" else ".1f", missing="(not recorded)")
for name, value in best.items():
    figures.text(f"best-{name}", value)

# %% [markdown]
# ```{glue:figure} fig-dial-recorded
# :name: fig-dial-recorded
# :alt: Recorded change of the tangent kernel and share of the motion that the linear formula misses, against the output scale: both fall, and the curves of all widths lie together.
# Recorded: {glue:text}`about-dial`. {glue:text}`dial-recorded-unfinished` networks had not fitted all their points.
# ```
#
# ```{glue:figure} fig-winners-recorded
# :name: fig-winners-recorded
# :alt: Recorded test error against the output scale. Fully connected: three curves, lowest between the two ends, and lower at large scales for wider networks. Convolutional: one curve.
# Recorded. Left: the networks of {numref}`fig-dial-recorded`. Right: {glue:text}`about-cnn`, of which {glue:text}`cnn-recorded-unfinished` had not fitted all their points.
# ```
#
# The threshold again hardly moves with the width, $a =$ {glue:text}`recorded-flat`. The gap between the two ends does: at the smallest $\alpha$ the widest network makes {glue:text}`recorded-wide` points more errors than at the largest, the narrowest {glue:text}`recorded-narrow`.
# From the narrowest to the widest the lazy error falls by {glue:text}`recorded-lazy-width` points, {glue:text}`recorded-more` more than the error at the other end. That fits the picture: a lazy network lives with the neurons it was born with, and few random neurons make a poor kernel.
#
# The convolutional network makes {glue:text}`recorded-cnn` points more errors at the largest $\alpha$ than at the smallest.
#
# The best setting need not be an end: the widest fully connected network is best at $\alpha =$ {glue:text}`best-alpha`, {glue:text}`recorded-inside` points below its lazy end, and the convolutional one at {glue:text}`best-cnn-alpha`, {glue:text}`recorded-cnn-inside` points below. (We looked for these places on the same networks, which flatters them a little.) "Lazy or feature" is then a question about two ends of a dial whose best setting may lie between them.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds. A *recorded* row comes from a stored result of `nbkit record`.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The paper's networks are three layers deep and its sets larger. Its test of the convolutional network used Adam; ours follows the gradient flow.
# - Where $\alpha^*$ lies depends on the level. We took 1.
# - Two networks on one small image set could at most be an example of "either can win", not a law about architectures; where the interval of one holds 0, they are not even that.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-double
# For very small $\alpha$ the weights grow until $f \sim 1/\alpha$. By which factor do they grow, for a network with one hidden layer?
# ```
#
# ```{solution} ex-double
# :class: dropdown
# $f$ is of second degree in the weights (one factor from each layer), so they grow by $\alpha^{-1/2}$: a thousandfold at $\alpha = 10^{-6}$. The kernel, also of second degree, grows by $1/\alpha$, which is what the left panel shows.
# ```
#
# ```{exercise}
# :label: ex-subtract
# Why subtract $f_{\theta_0}$ in {eq}`eq-alpha`?
# ```
#
# ```{solution} ex-subtract
# :class: dropdown
# Otherwise $F = \alpha f_{\theta_0}$ at the start, which is huge for large $\alpha$. The network would first have to undo its own random function where that has the wrong sign: $f$ would have to move by $|f_{\theta_0}|$ there, however large $\alpha$ is, and a larger $\alpha$ would not make it lazier.
# ```
#
# ```{exercise}
# :label: ex-adam
# Adam divides each gradient by its running size. What becomes of the factor $1/\alpha$ in the loss, and of the lazy regime?
# ```
#
# ```{solution} ex-adam
# :class: dropdown
# The factor cancels: Adam's steps do not know it, as long as the gradient is far above the small number Adam adds to its running size. A step changes each weight by the learning rate, so $F$ changes by about $\alpha$ times that. With a fixed rate and large $\alpha$ a single step overshoots; the rate has to fall as $1/\alpha$ for lazy training to exist at all.
# ```
