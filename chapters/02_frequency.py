# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Low frequencies first
#
# > A network learns the slow waves of its target long before the fast ones. For a wide network one eigenvalue per frequency says about how long each takes.
#
# In this chapter you will
#
# - watch networks learn a sum of waves from slow to fast;
# - explain the order by the eigenvalues of the tangent kernel, which are known in closed form on the circle, and see how far a real network keeps to them;
# - find the same preference in image classifiers, and turn it round, for a kernel, with another loss.
#
# The tendency is called *spectral bias* {cite:p}`rahaman2019spectral`.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
seeds: int = None  # networks of each kind
wave_steps: int = None  # steps of the wave learners
width: int = None  # units of the network held against its kernel
kappas: list = None  # frequencies of the label noise
noise_train: int = None  # digits with noisy labels
noise_steps: int = None  # steps on them
pairs: int = None  # paths between images, of each kind and network
path_epochs: int = None  # epochs of the classifiers on whose paths we look
contrast: float = 0.8  # unevenness of the points on the circle
uneven: int = 300  # number of uneven points

# %%
import numpy as np
from scipy.stats import spearmanr

from nbkit import circle, figures, intervals, ledger, params, spectra
from nbkit import device as machine
from nbkit.figures import frequency as draw

p = params.load("02", globals())
machine.use_cores()
claims = ledger.Chapter("02", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Four waves
#
# The target is a sum of four waves of equal amplitude, $\sum_k \sin(2\pi k u + \varphi_k)$ for $k = 1, 2, 4, 8$, on 160 points of an interval. The network has three hidden layers of 64 ReLUs and could fit any of them. It is trained on all points at once with the square loss (and the Adam optimiser, to save time).
# Move the slider through the training of one network. The bars show how much of each wave the output contains: 1 is all of it.

# %%
MODES = [1, 2, 4, 8]
waves = spectra.learn_waves(MODES, steps=p.wave_steps, **p.common)

# %%
watched = np.unique(np.geomspace(20, p.wave_steps, 16).round(-1).astype(int) // 20 * 20)
steps = [0, *watched]
figures.scrubber(
    [draw.wave_frame(waves, step) for step in steps],
    label="step",
    values=[str(step) for step in steps],
    interval=700,
    alt="Target and network output on an interval beside bars of learned amplitude; the bars of low frequencies rise first, that of frequency 8 last.",
)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-learned",
    draw.learned_at(waves, p.wave_steps),
    alt="Steps until a frequency is learned, log scale, a point for every network: each doubling of the frequency takes longer, and the points of frequency 8 lie highest.",
)

# %%
order = [spearmanr(MODES, times)[0] for times in waves.learned_at.values]
claims.report("GD-4", intervals.correlation(order))
figures.number("spearman", intervals.correlation(order), ".2f")
waits = waves.learned_at.diff("mode")
figures.number("in-order", int((waits > 0).all("mode").sum()), "d")
figures.number("out-of-order", int((waits < 0).any("mode").sum()), "d")
for k in MODES:
    figures.number(f"learned-{k}", float(waves.learned_at.sel(mode=k).median()), ".0f")
for name in ("seeds", "noise_train", "pairs", "preset", "uneven", "contrast"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-learned
# :name: fig-learned
# :alt: Steps until a frequency is learned, log scale, a point for every network: each doubling of the frequency takes longer, and the points of frequency 8 lie highest.
# First step at which 80 % of a wave's amplitude is in the output; a point for each of {glue:text}`seeds` networks (own phases, own initial weights), hollow where it did not happen in time. Preset {glue:text}`preset`.
# ```
#
# The medians are {glue:text}`learned-1`, {glue:text}`learned-2`, {glue:text}`learned-4` and {glue:text}`learned-8` steps. The rank correlation of frequency and time is {glue:text}`spearman`. We looked after every step: {glue:text}`in-order` of the {glue:text}`seeds` networks learned the four one after the other from slow to fast, and {glue:text}`out-of-order` learned a faster one before a slower one. All four waves are the same size and finely sampled. The order is the learner's.
#
# ## Why: one eigenvalue per frequency
#
# Let a network move so little that its output stays close to its linearisation in the weights (chapter 05 makes this precise). Then gradient descent on the mean of $\tfrac12(f-y)^2$ is descent with a fixed kernel, the *neural tangent kernel* $K(x, x') = \nabla_\theta f(x)\cdot\nabla_\theta f(x')$ {cite:p}`jacot2018neural`. On $n$ points the residual
# $r = f - y$ obeys
#
# $$
# r_{t+1} = \left(I - \tfrac{\eta}{n} K\right) r_t .
# $$
#
# So along an eigenvector of $K/n$ with eigenvalue $\lambda$ the error shrinks as $(1-\eta\lambda)^t$, whatever happens along the others. If the eigenvectors are waves, spectral bias is a statement about eigenvalues.
#
# They are waves when the data lie evenly on a circle. There $K$ depends on the angle only, a rotation changes nothing, and the Fourier modes are the eigenfunctions.
#
# ```{prf:theorem} Tangent kernels on the circle
# :label: thm-circle
# Let $f(x) = m^{-1/2}\sum_r a_r\,\mathrm{relu}(w_r^\top x)$ with $m \to \infty$, $w_r \sim \mathcal{N}(0, I)$, $a_r = \pm 1$ and $x$ on the unit circle; in the second row each unit also has a bias, $\mathrm{relu}\big((w_r^\top x + b_r)/\sqrt2\big)$, which starts at $b_r = 0$. With $\theta$ the angle between two inputs and $\lambda_k = \frac{1}{2\pi}\int_{-\pi}^{\pi} K(\theta)\cos k\theta\,\mathrm{d}\theta$:
#
# | trained | $K(\theta)$ | $\lambda_0$ | $\lambda_1$ | even $k \geq 2$ | odd $k \geq 3$ |
# |---|---|---|---|---|---|
# | first layer | $\cos\theta\,\frac{\pi-\theta}{2\pi}$ | $\frac{1}{\pi^2}$ | $\frac18$ | $\frac{k^2+1}{\pi^2(k^2-1)^2}$ | 0 |
# | first layer with bias, $b_r = 0$ at the start | $(\cos\theta+1)\frac{\pi-\theta}{4\pi}$ | $\frac{1}{2\pi^2}+\frac18$ | $\frac{1}{2\pi^2}+\frac{1}{16}$ | $\frac{k^2+1}{2\pi^2(k^2-1)^2}$ | $\frac{1}{2\pi^2k^2}$ |
# | output layer | $\frac{\sin\theta+(\pi-\theta)\cos\theta}{2\pi}$ | $\frac{2}{\pi^2}$ | $\frac18$ | $\frac{2}{\pi^2(k^2-1)^2}$ | 0 |
# ```
#
# ```{prf:proof}
# Two inputs at angle $\theta$ activate a random unit together with probability $(\pi-\theta)/2\pi$, and the gradient with respect to $w_r$ is $a_r x\,m^{-1/2}$ where the unit is active. That gives the first kernel. A bias that starts at 0 changes nothing about which units are active, and adds a coordinate to the gradient: $a_r (x, 1)\,(2m)^{-1/2}$. That gives the second. (A bias drawn from $\mathcal{N}(0, 1)$ would tilt the units and give another kernel.) The third is the mean of $\mathrm{relu}(w^\top x)\,\mathrm{relu}(w^\top x')$. The integrals follow from
# $\frac1\pi\int_0^\pi (\pi-\theta)\cos j\theta\,\mathrm{d}\theta = (1-(-1)^j)/(\pi j^2)$, or $\pi/2$ for $j = 0$, with $j = k$ and $k\pm1$, and from $\int_0^\pi \sin\theta\cos k\theta\,\mathrm{d}\theta = 2/(1-k^2)$ for even $k$, 0 for odd.
# ```
#
# Two things can be read off. With a bias in the first layer $\lambda_k$ falls like $k^{-2}$, with the output layer alone like $k^{-4}$: the tangent kernel of the first layer reaches high frequencies much sooner. Both kernels are fixed; features that move are another matter (chapter 03). And without a bias the odd frequencies from 3 on have $\lambda_k = 0$: with these kernels no training time suffices.

# %%
POINTS, TOP = 2**14, 32
eigen_errors = []
for name in circle.KERNELS:
    known = circle.eigenvalue(name, np.arange(16))
    found = circle.grid_eigenvalues(name, POINTS)[:16]
    alive = known > 0
    eigen_errors.append(np.abs(found[alive] / known[alive] - 1).max())
claims.report("GD-5", intervals.worst(eigen_errors), part="eigenvalues")

DECAY = [1, 2, 3, 5, 8]
left = circle.decay("bias", 128, DECAY, lr=5.0, steps=300)
exact = (1 - 5.0 * circle.grid_eigenvalues("bias", 128)[DECAY]) ** np.arange(301)[:, None]
claims.report("GD-5", intervals.worst(np.abs(left - exact).max()), part="decay")

figures.number("eigen-error", max(eigen_errors), ".0e")
figures.number("decay-error", np.abs(left - exact).max(), ".0e")
alias = circle.grid_eigenvalues("bias", 64)[8] / circle.eigenvalue("bias", 8) - 1
figures.number("alias", 100 * float(alias), ".0f")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-eigenvalues",
    draw.eigenvalues(TOP, POINTS),
    alt="Eigenvalues against frequency, log-log: markers lie on the lines of the closed forms; with bias they fall with slope minus 2, for the output layer with slope minus 4.",
)

# %% [markdown]
# ```{glue:figure} fig-eigenvalues
# :name: fig-eigenvalues
# :alt: Eigenvalues against frequency, log-log: markers lie on the lines of the closed forms; with bias they fall with slope minus 2, for the output layer with slope minus 4.
# Eigenvalues of three kernels: closed forms (lines) and those of 16,384 equispaced points (markers). Where a kernel's odd modes are missing, they are 0.
# ```
#
# The largest relative difference up to $k = 15$ is {glue:text}`eigen-error`, and it is not an error: $n$ points cannot tell frequency $k$ from $n - k$, so a little of $\lambda_{n-k}$ is added. With fewer points it is more: on 64 it makes $\lambda_8$ larger by {glue:text}`alias` %. From here on $\lambda_k$ is therefore the eigenvalue on the points at hand. With it, kernel descent on 128 points follows $(1-\eta\lambda_k)^t$ to {glue:text}`decay-error`, as it must.
#
# Does a real network follow it too? We train the first layer of {glue:text}`width` units on $0.05\sum_k \cos k\theta$ at 64 points, with the six $k$ of the table below. Two things stand between it and the theorem: its width is finite, so that its kernel is not quite the limit's, and its weights move, so that its kernel changes. To tell the two apart we also train it, from the same weights, on a target ten times smaller, for which they move less; and, on the small target, a network of a quarter of the width.

# %%
waving = dict(n=64, lr=5.0, steps=300, seeds=p.seeds, seed=p.seed)
WAVES = [1, 2, 3, 4, 6, 8]
networks = {
    "plain": circle.network_decay(WAVES, width=p.width, amplitude=0.05, **waving),
    "small": circle.network_decay(WAVES, width=p.width, amplitude=0.005, **waving),
    "narrow": circle.network_decay(WAVES, width=p.width // 4, amplitude=0.005, **waving),
}
network = networks["plain"]

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-decay",
    draw.decay(network),
    alt="Share of each mode that is left against the step, log scale: nearly straight lines, steeper for low frequencies, beside the dashed lines of theory; some stray from them towards the end.",
)


# %%
def deviation(run, other):
    """|run − other| relative to what theory says is left, as long as that is 5 %; run, other: shares that are left."""
    return (np.abs(run - other) / network.predicted).where(network.predicted > 0.05)


plain, small, narrow = (networks[name].left for name in ("plain", "small", "narrow"))
rows = {
    "total": deviation(plain, network.predicted),
    "moving": deviation(plain, small),  # the same network at the start: what differs is how far its weights move
    "finite": deviation(small, network.predicted),
    "narrow": deviation(narrow, network.predicted),
}
median = intervals.mean(rows["total"].median(("step", "mode")))
largest = {name: row.max("step") for name, row in rows.items()}  # over seed and mode
strayed = int(largest["total"].mean("seed").argmax("mode"))
worst = intervals.mean(largest["total"].isel(mode=strayed))
claims.report("GD-5", median, part="network")
claims.report("GD-5", worst, part="worst")
figures.number("network-deviation", intervals.Estimate(*(100 * v for v in median[:3]), median.n), ".1f")
figures.number("strayed", WAVES[strayed], "d")
figures.number("strayed-by", intervals.Estimate(*(100 * v for v in worst[:3]), worst.n), ".0f")
for name, values in largest.items():
    for k in WAVES:
        figures.number(f"{name}-{k}", 100 * float(values.sel(mode=k).mean()), ".0f")
    figures.number(f"{name}-all", intervals.mean(100 * values.mean("mode")), ".0f")
figures.text("width", f"{p.width:,}")
figures.text("narrow-width", f"{p.width // 4:,}")

# %% [markdown]
# ```{glue:figure} fig-decay
# :name: fig-decay
# :alt: Share of each mode that is left against the step, log scale: nearly straight lines, steeper for low frequencies, beside the dashed lines of theory; some stray from them towards the end.
# What is left of each mode while a network of {glue:text}`width` units learns: at most four seeds (colour), and $(1-\eta\lambda_k)^t$ with the limit kernel's eigenvalues on the 64 points (dashed). Learning rate 5.
# ```
#
# While more than 5 % of a mode is left, the network is within {glue:text}`network-deviation` % of the prediction, taking the median over steps and modes (the slow-learned high frequencies last longest and so count most). That is the typical case. The largest deviation on the way, in % of the prediction, mean of {glue:text}`seeds` seeds:
#
# | | $k = 1$ | 2 | 3 | 4 | 6 | 8 | mean of all |
# |---|---|---|---|---|---|---|---|
# | network against theory | {glue:text}`total-1` | {glue:text}`total-2` | {glue:text}`total-3` | {glue:text}`total-4` | {glue:text}`total-6` | {glue:text}`total-8` | {glue:text}`total-all` |
# | moving weights: against itself on the small target | {glue:text}`moving-1` | {glue:text}`moving-2` | {glue:text}`moving-3` | {glue:text}`moving-4` | {glue:text}`moving-6` | {glue:text}`moving-8` | {glue:text}`moving-all` |
# | finite width: small target against theory | {glue:text}`finite-1` | {glue:text}`finite-2` | {glue:text}`finite-3` | {glue:text}`finite-4` | {glue:text}`finite-6` | {glue:text}`finite-8` | {glue:text}`finite-all` |
# | the last with {glue:text}`narrow-width` units | {glue:text}`narrow-1` | {glue:text}`narrow-2` | {glue:text}`narrow-3` | {glue:text}`narrow-4` | {glue:text}`narrow-6` | {glue:text}`narrow-8` | {glue:text}`narrow-all` |
#
# Frequency {glue:text}`strayed` strays furthest, by {glue:text}`strayed-by` %. Both causes have a share in the deviations. The weights move, and the kernel with them: the second row compares runs from the same weights that differ in nothing but the size of the target. And the kernel of finitely many units is not quite the limit's: its eigenvalues differ, and the waves are no longer exactly its eigenvectors. So the eigenvalues give the order of the modes and their pace at first, but not their last few percent.
#
# ## In practice: digits
#
# Images have no single frequency axis. {cite:t}`fridovichkeil2022spectral` therefore look at the network as a function along directions and paths. We repeat two of their ideas on small images.
#
# **Wavy label noise.** Add a wave $\sqrt2\sin(2\pi\kappa\,u^\top x)$ along a random direction $u$ to the labels (parity of the digit, $\pm1$), with $u^\top x$ centred and scaled to unit deviation and the wave's mean taken off, and ask what share of the wave has been fitted. The fast waves have variance 1. Of the slowest the data see only part of a period, and it is smaller; the share is of its own size.

# %%
wavy = spectra.fit_wavy_noise(p.kappas, n_train=p.noise_train, steps=p.noise_steps, **p.common)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-wavy",
    draw.wavy_noise(wavy),
    alt="Share of label noise fitted against the step for five frequencies: the slower the noise, the sooner it is fitted; the fastest three coincide.",
)

# %%
half = wavy.fitted.isel(step=wavy.sizes["step"] // 2)
ranks = [spearmanr(wavy.frequency, shares)[0] for shares in half.values]
claims.report("GD-6", intervals.correlation(ranks), part="noise")
figures.number("wavy-rank", intervals.correlation(ranks), ".2f")
figures.number("wavy-slow", intervals.mean(100 * half.isel(frequency=0)), ".0f")
figures.number("wavy-fast", intervals.mean(100 * half.isel(frequency=-1)), ".0f")

# %% [markdown]
# ```{glue:figure} fig-wavy
# :name: fig-wavy
# :alt: Share of label noise fitted against the step for five frequencies: the slower the noise, the sooner it is fitted; the fastest three coincide.
# Share of the label noise that is fitted, for noise of frequency $\kappa$ (cycles per standard deviation of the data). One hidden layer of 64 units, {glue:text}`noise-train` digits; bands are 95 % intervals over {glue:text}`seeds` seeds.
# ```
#
# Half-way through training the slowest noise is fitted to {glue:text}`wavy-slow` %, the fastest to {glue:text}`wavy-fast` %; the rank correlation of frequency and fit is {glue:text}`wavy-rank`. From $\kappa = 1/2$ on the curves can hardly be told apart. Presumably neighbouring images then lie on unrelated parts of the wave, and any such wave is white noise to the network.
#
# **Paths between images.** Walk in a straight line from one test image to another and watch the logits of a trained classifier. How wiggly are they? We take off the straight line between the two ends and expand the rest in sines.

# %%
paths = spectra.path_spectra(pairs=p.pairs, points=31, epochs=p.path_epochs, **p.common)
CUT = 4

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-image-paths",
    draw.path_spectra(paths, CUT),
    alt="Energy of the logits against frequency along a path, log scale: the curve for paths within a class lies well below that between classes.",
)

# %%
high = paths.energy.where(paths.frequency >= CUT).sum("frequency")
calm = intervals.mean(high.sel(kind="within") / high.sel(kind="between"))
claims.report("GD-6", calm, part="paths")
figures.number("calm", calm, ".2f")
figures.number("path-accuracy", 100 * paths.attrs["test_accuracy"], ".0f")

# %% [markdown]
# ```{glue:figure} fig-image-paths
# :name: fig-image-paths
# :alt: Energy of the logits against frequency along a path, log scale: the curve for paths within a class lies well below that between classes.
# Spectrum of ten logits along paths between test digits, {glue:text}`pairs` paths of each kind and network; bands are 95 % intervals over {glue:text}`seeds` networks ({glue:text}`path-accuracy` % test accuracy).
# ```
#
# Within a class the high-frequency energy is {glue:text}`calm` times that between classes: the network is calm where the data of a class are, and turns in between. Some of this is plain geometry, for two images of a class lie closer together than two of different classes; how much, we did not measure.
#
# The overview adds that on CIFAR-10, whatever improves test accuracy tends to raise frequencies overall and to lower them near the examples of a class. That is a statement about many large networks {cite:p}`fridovichkeil2022spectral`, and we did not test it.
#
# ## Changing the preference
#
# If the bias is an eigenvalue per frequency, it can be changed by a weight per frequency. Replace the square loss by a *Sobolev* loss, with $\hat r_k$ the Fourier coefficients of the residual, $\tfrac12\sum_k (1+k^2)^s |\hat r_k|^2$. On the circle mode $k$ then decays at the rate $\lambda_k(1+k^2)^s$ {cite:p}`yu2023tuning`.

# %%
rates = circle.sobolev_rates(range(1, 33), [-1, 0, 1, 2])

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-sobolev",
    draw.sobolev(rates),
    alt="Decay rate against frequency, log-log, for four Sobolev powers: falling for s = minus 1 and 0, level from low frequencies on for 1, rising for 2; markers on lines.",
)

# %%
upper = rates.where(rates.mode >= 4, drop=True)
slope = {s: np.polyfit(np.log(upper.mode), np.log(upper.measured.sel(power=s)), 1)[0] for s in (0, 1, 2)}
rate_error = np.abs(rates.measured / rates.predicted - 1)
claims.report("GD-13", intervals.worst(rate_error), part="rate")
claims.report("GD-13", intervals.worst(slope[1]), part="neutral")
claims.report("GD-13", intervals.worst(slope[2]), part="reversed")
for s, name in ((0, "plain"), (1, "neutral"), (2, "reversed")):
    figures.number(f"slope-{name}", slope[s], ".2f")
figures.number("rate-error", float(rate_error.max()), ".0e")
for k in (1, 2, 32):
    figures.number(f"neutral-{k}", float(rates.measured.sel(power=1, mode=k)), ".2f")

# %% [markdown]
# ```{glue:figure} fig-sobolev
# :name: fig-sobolev
# :alt: Decay rate against frequency, log-log, for four Sobolev powers: falling for s = minus 1 and 0, level from low frequencies on for 1, rising for 2; markers on lines.
# Decay rates under a Sobolev loss of power $s$, kernel of the first layer with bias: measured in one step of kernel descent on 256 points (circles), and $\lambda_k(1+k^2)^s$ with the eigenvalues of these points (lines). Nothing here is random.
# ```
#
# For all four $s$ the measured rates agree with $\lambda_k(1+k^2)^s$ to {glue:text}`rate-error`. From $k = 4$ on they have a slope of {glue:text}`slope-plain` under the square loss ($s = 0$), {glue:text}`slope-neutral` at $s = 1$ and {glue:text}`slope-reversed` at $s = 2$. So at $s = 1$ frequencies from 4 on are learned at nearly one pace; the lowest keep a head start (rates {glue:text}`neutral-1` at $k = 1$, {glue:text}`neutral-2` at 2, {glue:text}`neutral-32` at 32). At $s = 2$ the preference is reversed, and with it goes a protection: the fastest part of a target, where noise is often strong against signal, is now learned first.
#
# **Uneven data.** So far the points were evenly spaced. If they are not, the sum over samples is no longer the integral over the circle: dense regions count more, and the rates shift. The cure is old. Weight each sample by the length of circle it stands for, the weights of the trapezoid rule. In general such weights are called a *quadrature rule*.

# %%
uneven_result = circle.uneven_rates(n=p.uneven, contrast=p.contrast, top=8, seeds=max(p.seeds, 5), seed=p.seed)

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-uneven",
    draw.uneven(uneven_result),
    alt="Rates divided by their closed form: with quadrature weights they lie near 1, with equal weights they stray from it, mostly downwards.",
)

# %%
error = np.abs(uneven_result.rate / uneven_result.predicted - 1).mean("rank")
gain = intervals.mean(error.sel(weights="equal") / error.sel(weights="quadrature"))
claims.report("GD-13", gain, part="quadrature")
figures.number("uneven-equal", intervals.mean(100 * error.sel(weights="equal")), ".0f")
figures.number("uneven-quadrature", intervals.mean(100 * error.sel(weights="quadrature")), ".1f")
figures.text("uneven-seeds", str(max(p.seeds, 5)))

# %% [markdown]
# ```{glue:figure} fig-uneven
# :name: fig-uneven
# :alt: Rates divided by their closed form: with quadrature weights they lie near 1, with equal weights they stray from it, mostly downwards.
# Rates of kernel descent on {glue:text}`uneven` random points whose density varies by $1 \pm$ {glue:text}`contrast` around the circle, divided by the closed form for even data, rank by rank: with equal weights the eigenvectors are no longer waves. Bands are 95 % intervals over {glue:text}`uneven-seeds` draws.
# ```
#
# Equal weights miss the rates by {glue:text}`uneven-equal` % on average, quadrature weights by {glue:text}`uneven-quadrature` %. {cite:t}`yu2023tuning` work with a quadrature rule that depends on the data; in high dimension a cheap one is hard to come by.
#
# ## What the claims have come to
#
# Intervals are 95 % over seeds. For the identities, which must hold for every mode, what is shown is the range: over kernels for the eigenvalues of GD-5 (the worst mode of each), over modes and powers for the rates of GD-13. Its slopes and the decay of GD-5 are single numbers.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - The closed forms hold for infinite width, even data and one hidden layer. The deep networks of the first figure were trained with Adam; their order agrees with the theory, their times are not predicted by it.
# - The paths are straight lines in pixel space and leave the set of natural images. {cite:t}`fridovichkeil2022spectral` work with CIFAR-10 and ImageNet; we used 8×8 digits.
# - Spectral bias is no law of nature: it depends on how inputs are presented. Give the network the right waves as inputs, and a fast one can come first (an exercise).
#
# ## Exercises
#
# ```{exercise}
# :label: ex-odd
# A two-layer network without bias is trained (first layer only, very wide) on $y = \cos 3\theta$ at equispaced points of the circle. What does it predict after infinite training?
# ```
#
# ```{solution} ex-odd
# :class: dropdown
# The kernel has $\lambda_3 = 0$, so in the lazy limit nothing is learned and the prediction stays 0, up to aliasing: on $n$ points mode 3 looks like the modes $n-3$, $n+3$ and further ones, and if $n$ is odd these are even and have small positive eigenvalues. The network then fits the samples after a long time, with a mixture of those faster waves. Try
# `circle.grid_eigenvalues("no_bias", 15)[3]`.
# ```
#
# ```{exercise}
# :label: ex-wave-inputs
# Give the network of the first figure two more inputs, $\cos(2\pi\cdot4u)$ and $\sin(2\pi\cdot4u)$. Which of the four waves will it learn first? (`spectra.regress` takes any inputs.)
# ```
#
# ```{solution} ex-wave-inputs
# :class: dropdown
# The one of frequency 4, which is now a linear function of the inputs. In a trial of ours frequency 8, which is one bend away from it ($\cos 2a = 2\cos^2 a - 1$), came before frequency 2 as well. Sines and cosines of the inputs as extra features are a common trick where networks have to represent fine detail.
# ```
#
# ```{exercise}
# :label: ex-time
# With the first layer and a bias, how does the time to learn frequency $k$ to within 20 % grow with $k$? And with the output layer only?
# ```
#
# ```{solution} ex-time
# :class: dropdown
# $(1-\eta\lambda_k)^t = 0.2$ gives $t = \ln 0.2/\ln(1-\eta\lambda_k) \approx \ln 5/(\eta\lambda_k)$. So $t \propto k^2$ with the first layer and $t \propto k^4$ with the output layer alone.
# ```
