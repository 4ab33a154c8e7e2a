# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What descent can reach
#
# > Not convex does not mean hopeless: with a little noise a strict saddle only costs time, some problems have no bad minimum at all, and some objectives can be designed to have none. But a plain ReLU network can have bad minima.
#
# In this chapter you will
#
# - watch a saddle stop exact gradient descent, and the smallest noise set it free;
# - solve problems that are not convex and have no spurious minimum, and see which critical points they have instead;
# - meet two spurious minima of ReLU networks: one that descent runs into, and one that can be written down.

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first repetition
device: str = "auto"  # auto, cpu or cuda
lr: float = 0.1  # step size near the saddle
size: int = 40  # rows and columns of the matrix to complete
observed: float = 0.5  # share of its entries that are seen
starts: int = None  # random starts of matrix completion
completion_steps: int = None  # steps of each
newton_starts: int = None  # starts of the search for critical points
students: int = None  # neurons of teacher and student
teacher_steps: int = None  # steps of each student
teacher_starts: int = None  # random students for each objective
system_steps: int = None  # steps of system identification
seeds: int = None  # linear systems, dead networks and living ones

# %%
from functools import partial

import numpy as np
import torch

from nbkit import figures, intervals, landscapes, ledger, nets, params, spectra
from nbkit import device as machine
from nbkit.figures import landscapes as draw

p = params.load("06", globals())
machine.use_cores()
claims = ledger.Chapter("06", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## A saddle
#
# Gradient descent stops where the gradient is zero. Such a point can be a minimum, or a *saddle*: stationary, but with a direction along which the loss falls. A saddle is *strict* if the Hessian has a negative eigenvalue there. The overview calls saddles "local minima that can trap gradient descent" and "lead to poor generalization performance". They are not minima, and with a little noise all that a strict one costs is time.
#
# The smallest example is $E(x, y) = \tfrac12x^2 - \tfrac12y^2 + \tfrac14y^4$, with a saddle at 0 and minima at $y = \pm1$. Start exactly on the line $y = 0$ and the gradient never leaves it. Start a distance $\delta$ off, and each step multiplies $y$ by $1 + \eta$ as long as it is small. So the saddle is left after about
#
# $$
# \frac{\ln(1/\delta)}{\ln(1+\eta)} + \text{const}
# $$
#
# steps: a billion times closer costs only about $21/\ln(1+\eta)$ more. With a little noise of deviation $s$ in each gradient there is always some $\delta$, about $s\sqrt{\eta/2}$ (an exercise), and the same logarithm holds. {cite:t}`ge2015escaping` prove that, where all saddles are strict, noisy descent comes to a local minimum in a polynomial number of steps. The diamond is exact descent from $(1, 0)$; the dots are forty runs with gradient noise of deviation $10^{-4}$.

# %%
exact = landscapes.saddle_path([1.0, 0.0], lr=p.lr, steps=200)
cloud = landscapes.saddle_path(np.tile([[1.0], [0.0]], 40), lr=p.lr, steps=200, noise=1e-4, seed=p.seed)
moments = [0, 5, 10, 20, 40, 60, 70, 80, 90, 100, 110, 120, 140, 170, 200]
figures.scrubber(
    [draw.saddle_frame(exact, cloud, t) for t in moments],
    label="step",
    values=[str(t) for t in moments],
    interval=500,
    alt="Saddle between two minima. Exact descent runs to the saddle and stays; noisy runs linger there for a while and then go to one minimum or the other.",
    figsize=(6.0, 3.8),
)

# %%
offsets = 10.0 ** -np.arange(2, 13)
leaving = landscapes.exit_step(offsets, lr=p.lr)
slope = np.polyfit(np.log(1 / offsets), leaving, 1)[0] * np.log1p(p.lr)
claims.report("GD-19", intervals.worst(np.abs(exact[:, 1]).max()), part="stuck")
claims.report("GD-19", intervals.worst(slope), part="exit")

RUNS = 40
noise = np.repeat(offsets, RUNS)  # now the start is on the line, and all there is to leave it is noise
freed = landscapes.exit_step(0 * noise, lr=p.lr, noise=noise, seed=p.seed).reshape(-1, RUNS)
noisy_slopes = intervals.mean(np.polyfit(np.log(1 / offsets), freed, 1)[0] * np.log1p(p.lr))
claims.report("GD-19", noisy_slopes, part="noise")
figures.number("exit-slope", slope, ".3f")
figures.number("exit-noise", noisy_slopes, ".3f")
figures.number("runs", RUNS, "d")
figures.number("lr", p.lr, "g")
figures.number("exit-first", int(leaving[0]), "d")
figures.number("exit-last", int(leaving[-1]), "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-exit",
    draw.exits(offsets, leaving, freed, lr=p.lr),
    alt="Steps until the saddle is left against the distance from the stable line, log axis: points on a straight falling line; the same for noise, on a parallel line a little higher.",
)

# %% [markdown]
# ```{glue:figure} fig-exit
# :name: fig-exit
# :alt: Steps until the saddle is left against the distance from the stable line, log axis: points on a straight falling line; the same for noise, on a parallel line a little higher.
# Steps until descent reaches $|y| = 0.1$: from $(1, \delta)$ without noise (circles), and from $(1, 0)$ with gradient noise of deviation $s$ (squares: mean and 95 % interval of {glue:text}`runs` runs). Line: $\ln(0.1/\delta)/\ln(1+\eta)$. $\eta =$ {glue:text}`lr`.
# ```
#
# From $\delta = 10^{-2}$ it takes {glue:text}`exit-first` steps, from $10^{-12}$ only {glue:text}`exit-last`. The slope times $\ln(1+\eta)$ is {glue:text}`exit-slope`; the theory says 1. Exact descent from $\delta = 0$ stays for ever. From there with noise, down to $s = 10^{-12}$, it leaves, and again the time grows like a logarithm: {glue:text}`exit-noise` in the same units.
#
# The conditions matter. A saddle that is not strict has no direction in which anything grows at such a rate, and a network can have very many saddles, each of which costs its time.
#
# ## Matrix completion: saddles, but no spurious minima
#
# A *spurious* minimum is a local minimum that is not global. Some problems that are not convex have none. {cite:t}`ge2016matrix` prove it for matrix completion: recover a positive semidefinite matrix $M$ of low rank from some of its entries, chosen at random, by descending $\|P(UU^\top - M)\|^2$ in the factor $U$, where $P$ keeps the entries that are seen (with a mild regulariser that we leave out here).

# %%
completed = landscapes.complete_matrix(
    size=p.size, rank=2, observed=p.observed, starts=p.starts, steps=p.completion_steps, seed=p.seed
)
claims.report("GD-20", intervals.worst(completed.error.isel(step=-1)), part="minima")
figures.number("completion-error", float(completed.error.isel(step=-1).max()), ".0e")
for name in ("size", "starts", "students", "teacher_starts", "seeds", "newton_starts"):
    figures.text(name.replace("_", "-"), str(getattr(p, name)))
figures.text("observed", f"{p.observed:.0%}".replace("%", " %"))

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-completion",
    draw.completion(completed),
    alt="Relative error over the steps for all starts, log scale: all fall along nearly the same straight line to machine precision.",
)

# %% [markdown]
# ```{glue:figure} fig-completion
# :name: fig-completion
# :alt: Relative error over the steps for all starts, log scale: all fall along nearly the same straight line to machine precision.
# Error in *all* entries of a {glue:text}`size` × {glue:text}`size` matrix of rank 2, of which {glue:text}`observed` are seen, from {glue:text}`starts` random starts.
# ```
#
# Every start ends with the whole matrix, to {glue:text}`completion-error`. What the theorem allows are saddles. For rank one and all entries seen, $f(u) = \tfrac14\|uu^\top - M\|^2$, they can be listed: $\nabla f = (uu^\top - M)u = 0$ means that $u$ is 0 or an eigenvector of length $\sqrt{\mu_i}$, with $\mu_1 > \mu_2 > \dots$ the eigenvalues of $M$. Newton's method does not care whether it runs into a minimum or a saddle, so
# we let it collect critical points.

# %%
found = landscapes.critical_points(size=6, starts=p.newton_starts, seed=p.seed)
claims.report("GD-20", intervals.worst(found.distance), part="saddles")
is_top = found["rank"] == 0
figures.number("critical-distance", float(found.distance.max()), ".0e")
figures.number("critical-kinds", int(np.unique(found["rank"]).size), "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-critical",
    draw.critical(found, 6),
    alt="Least curvature at the critical points: positive at the leading eigenvector, negative at all others and at 0.",
)

# %% [markdown]
# ```{glue:figure} fig-critical
# :name: fig-critical
# :alt: Least curvature at the critical points: positive at the leading eigenvector, negative at all others and at 0.
# Least eigenvalue of the Hessian at the critical points that Newton's method found from {glue:text}`newton-starts` starts, for a 6×6 matrix with the eigenvalues $\tfrac16, \dots, \tfrac66$. Grey bars: $\mu_i - \mu_1$, and $-\mu_1$ at 0, from the Hessian written out (an exercise).
# ```
#
# All of them lie within {glue:text}`critical-distance` of the list; {glue:text}`critical-kinds` of its seven entries (up to sign) were met. Only the leading eigenvector has no direction downwards. All others are strict saddles.
#
# ## A designed landscape
#
# For networks no such theorem holds in general for the plain loss. Take a teacher $y = \sum_i \mathrm{relu}(w_i^{*\top}x)$ with orthonormal $w_i^*$, Gaussian inputs and a student of the same shape. {cite:t}`ge2018learning` replace the square loss by another objective that has no spurious minima. Its idea: the fourth Hermite coefficient of $y$ gives access to sums of $\langle w_i^*, b_j\rangle^4$ and
# $\langle w_i^*, b_j\rangle^2\langle w_i^*, b_l\rangle^2$. One can then minimise
#
# $$
# G(B) = \sum_i\sum_{j\neq l} \langle w_i^*, b_j\rangle^2 \langle w_i^*, b_l\rangle^2 - \mu\sum_{i,j}\langle w_i^*, b_j\rangle^4 + \tfrac12\sum_j\left(\|b_j\|^2 - 1\right)^2,
# $$
#
# with a small weight $\mu$, which says: no two students on one teacher, and each student squarely on one. Both objectives have closed forms over Gaussian inputs, so we descend the exact landscapes, without sampling noise.
#
# $G$ is even: it cannot tell $b_j$ from $-b_j$, but a ReLU can, since $\mathrm{relu}(b^\top x) \neq \mathrm{relu}(-b^\top x)$. So a second step is needed, and the first Hermite coefficient takes it. The mean of $y\, b_j^\top x$ is $\tfrac12\sum_i\langle w_i^*, b_j\rangle$; where it is negative we turn $b_j$ round. Its length we set to 1, the teacher's.

# %%
teacher = landscapes.recover_teacher(neurons=p.students, starts=p.teacher_starts, steps=p.teacher_steps, seed=p.seed)
plain, designed = teacher.sel(loss="plain"), teacher.sel(loss="designed")
missed = plain.overlap <= 0.99
failed = missed & (plain.gradient < 1e-4)  # a start that still moves has not failed
shares = {"designed": intervals.share(designed.overlap > 0.99), "plain": intervals.share(failed)}
for part, hit in shares.items():
    claims.report("GD-22", hit, part=part)
    figures.number(part, intervals.Estimate(*(100 * v for v in hit[:3]), hit.n), ".0f")

cosine = landscapes.matched_cosines(plain.students[failed.values].values)
errors = plain.error[failed.values].values
lowest = landscapes.least_curvature(plain.students[int(plain.overlap.values.argmin())].values)
none = {"missing": "(no such start)"}
figures.number("moving", int((missed & ~failed).sum()), "d")
figures.number("failed", int(failed.sum()), "d")
figures.number("opposed", int(((cosine < 0).sum(1) == 1).sum()), "d")
figures.number("cosine-opposite", cosine[:, 0].mean() if len(cosine) else np.nan, ".2f", **none)
figures.number("cosine-others", cosine[:, 1:].min() if len(cosine) else np.nan, ".2f", **none)
figures.number("failed-error", 100 * errors.max() if len(cosine) else np.nan, ".1f", **none)
figures.number("failed-spread", np.ptp(100 * errors) if len(cosine) else np.nan, ".0e", **none)
figures.number("failed-curvature", lowest, ".3f")
figures.number("designed-error", 100 * float(np.abs(designed.error).max()), ".0e")
figures.number("others", p.students - 1, "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-teachers",
    draw.teachers(teacher),
    alt="Left: cosine of the worst-found teacher neuron for every start, sorted: 1 throughout for the designed objective, low for some starts of the plain one. Right: cosines of students and neurons in such a start: a diagonal near 1 with one negative entry, in whose column all other students are slightly positive.",
)

# %% [markdown]
# ```{glue:figure} fig-teachers
# :name: fig-teachers
# :alt: Left: cosine of the worst-found teacher neuron for every start, sorted: 1 throughout for the designed objective, low for some starts of the plain one. Right: cosines of students and neurons in such a start: a diagonal near 1 with one negative entry, in whose column all other students are slightly positive.
# Left: largest cosine of any student with the worst-found teacher neuron, signs counting, {glue:text}`students` neurons, {glue:text}`teacher-starts` random starts, the same for both objectives. A teacher counts as recovered above 0.99. Right: the plain objective's worst start.
# ```
#
# The designed objective, its signs fixed, recovers the teacher from {glue:text}`designed` % of the starts, and the student's function with it: its error is {glue:text}`designed-error` % of the teacher's variance at most. With the square loss {glue:text}`plain` % of the same starts fail. They have come to rest ({glue:text}`moving` others that miss a neuron still move), and not at a saddle:
# the least eigenvalue of the Hessian at the worst of them is {glue:text}`failed-curvature`, so every direction goes up. It is a spurious local minimum.
#
# What does it look like? In {glue:text}`opposed` of the {glue:text}`failed` failures, {glue:text}`others` students sit one to one on {glue:text}`others` teachers, with cosines of {glue:text}`cosine-others` and more. The last one points *away* from the neuron that is left, with a cosine of {glue:text}`cosine-opposite` on average. Where it is active that neuron is mostly silent. In the start shown, the other students have each taken a small
# share of the missed neuron. As a function the student is not bad: its error is {glue:text}`failed-error` % of the teacher's variance at most, and the failures agree on it to {glue:text}`failed-spread` points, as if up to renaming they were one minimum. {cite:t}`safran2018spurious` found such minima first and proved, with the help of a computer, that they are there for 6 to 20 neurons.
#
# ## A linear system, an objective that is not convex
#
# The overview calls linear dynamical systems "a type of nonconvex function". The system is linear; what is not convex is the *objective of identifying it*. Take one state, $h_{t+1} = a h_t + x_t$ and $y_t = c h_t + \text{noise}$. Seen from the inputs, the output is a convolution with the impulse response $c\,a^k$: a polynomial of high degree in $a$. {cite:t}`hardt2018gradient` prove that
# stochastic gradient descent, projected to stable systems, still learns it.

# %%
system = landscapes.learn_system(length=30, batch=16, steps=p.system_steps, seeds=p.seeds, seed=p.seed)
claims.report("GD-23", intervals.worst(system.error.isel(step=-1)))
figures.number("system-error", float(100 * system.error.isel(step=-1).max()), ".2f")
halved = (system.error > 0.5).sum("step")  # steps with more than half of the error
figures.number("system-first", int(halved.min()), "d")
figures.number("system-last", int(halved.max()), "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-systems",
    draw.systems(system),
    alt="Relative error of the impulse response over the steps for every system, log-log: all fall in the end, some after wandering near 1 for a long time.",
)

# %% [markdown]
# ```{glue:figure} fig-systems
# :name: fig-systems
# :alt: Relative error of the impulse response over the steps for every system, log-log: all fall in the end, some after wandering near 1 for a long time.
# Error of the impulse response for {glue:text}`seeds` random systems, $|a|$ between 0.5 and 0.9, of either sign; 16 fresh sequences of length 30 for every step, output noise 0.1.
# ```
#
# All systems are found, to {glue:text}`system-error` % at worst. Some wander before they find the way: the quickest spends {glue:text}`system-first` steps with more than half of the error left, the slowest {glue:text}`system-last`.
#
# ## A spurious minimum to write down
#
# The overview lists {cite:t}`he2020piecewise` among the papers that show problems to be tractable. The paper proves the opposite: networks with piecewise linear activations *do* have spurious local minima, infinitely many. One kind needs no proof. Push all hidden biases so far down that no unit is active on any training point, and fit the output bias. The
# output is then the mean of $y$. No small change of any other weight changes anything, and the output bias is at its best.

# %%
inputs = torch.linspace(-1, 1, 64, dtype=torch.float64)[:, None]
labels = torch.sign(torch.sin(5 * inputs[:, 0]))  # ±1, as many of one as of the other
dead = [landscapes.dead_network(inputs, labels, width=20, seed=p.seed + i) for i in range(p.seeds)]
net = partial(nets.build, "mlp", shape=(1,), widths=(20,), classes=1)
alive = spectra.regress(
    net,
    inputs.expand(p.seeds, -1, 1),
    labels.expand(p.seeds, -1),
    seeds=range(p.seed, p.seed + p.seeds),
    lr=0.02,
    steps=1500,
    every=1500,
    device=p.device,
)
*_, output = alive
living = ((output - labels.numpy()) ** 2).mean(1)

# %%
variance = float(labels.var(unbiased=False))
claims.report("GD-24", intervals.worst([gradient for _, gradient in dead]), part="gradient")
claims.report("GD-24", intervals.mean(1 - living / variance), part="gap")
figures.number("dead-loss", dead[0][0], ".3f")
figures.number("dead-gradient", max(gradient for _, gradient in dead), ".0f")
figures.number("label-variance", variance, ".3f")
figures.number("living-median", float(np.median(living)), ".3f")
figures.number("living-best", living.min(), ".3f")
figures.number("living-worst", living.max(), ".3f")
figures.number("living-far", int((living > variance / 2).sum()), "d")

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-living",
    draw.living(living, dead[0][0]),
    alt="Final losses of the living networks, sorted, below the line of the dead one: most are low, one is close to the line.",
)

# %% [markdown]
# ```{glue:figure} fig-living
# :name: fig-living
# :alt: Final losses of the living networks, sorted, below the line of the dead one: most are low, one is close to the line.
# Loss of {glue:text}`seeds` networks of 20 units, started as usual and trained with Adam on 64 points, and of the dead network.
# ```
#
# The gradient of the dead network is {glue:text}`dead-gradient`, exactly, and its loss {glue:text}`dead-loss` is the variance of the labels, {glue:text}`label-variance`. It sits on a plateau: a local minimum, though not a strict one. The noise of mini-batches does not lead away, for no example has a gradient in a hidden weight; noise on the weights themselves, large enough, would.
#
# Networks that start as usual all end below that plateau in the figure: the best at {glue:text}`living-best`, the median at {glue:text}`living-median`. But to start alive is no guarantee. The worst ends at {glue:text}`living-worst`, and {glue:text}`living-far` of {glue:text}`seeds` keep more than half of the variance. Whether those have reached another spurious minimum or are only slow, the loss does not tell.
#
# ## What the claims have come to
#
# Intervals are 95 %: Wilson's for the shares of GD-22, Student's $t$ over runs and networks for GD-19 with noise and for the gap of GD-24. For the other numbers, computed without repetition or to hold in every run, what is shown is their range.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - Theorems say "no spurious minimum" for whole classes of problems. We tried one matrix, one teacher and a few systems: an experiment can refute such a theorem, not prove it.
# - Our descent on $G$ uses the population objective in the teacher's coordinates, and the signs are fixed with the population mean. From samples, fourth moments need many of them.
# - That the plain loss has spurious minima we saw from random starts with as many students as neurons. With a few more students than neurons they become rarer {cite:p}`safran2018spurious`; we did not try.
# - The dead network is the simplest spurious minimum. {cite:t}`he2020piecewise` construct others, at which units are alive; the one that descent ran into above is of yet another kind.
# - The first paper on the overview's list, on over-parameterised networks that descend to zero loss, is in chapter 05.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-saddle-noise
# With gradient noise of deviation $s$ instead of an offset, how many steps does it take to leave the saddle, up to a constant?
# ```
#
# ```{solution} ex-saddle-noise
# :class: dropdown
# $y_t = \sum_i (1+\eta)^{t-i}\,\eta s\,\xi_i$ has variance of about $\tfrac{\eta s^2}{2}(1+\eta)^{2t}$ for small $\eta$: as if the start were off by $\delta = s\sqrt{\eta/2}$. So $t \approx \ln(0.1/\delta)/\ln(1+\eta)$ to $|y| = 0.1$. For $s = 10^{-4}$ and $\eta = 0.1$ that is 88 steps. The mean over runs is a little higher, since the noise is often less than its deviation: $\ln|\xi|$ has mean $-0.64$, which adds about 7.
# ```
#
# ```{exercise}
# :label: ex-hessian
# Show that at $u = \sqrt{\mu_i}\,v_i$ the Hessian of $\tfrac14\|uu^\top - M\|^2$ has the eigenvalue $\mu_i - \mu_1$ along $v_1$.
# ```
#
# ```{solution} ex-hessian
# :class: dropdown
# The Hessian is $\|u\|^2 I + 2uu^\top - M$. Along $v_1 \perp u$ it gives $\mu_i - \mu_1$, which is negative for $i \neq 1$: a strict saddle, unless $\mu_i = \mu_1$.
# ```
#
# ```{exercise}
# :label: ex-leaky
# Does the construction of the dead network work with a leaky ReLU, which has a small slope on the left?
# ```
#
# ```{solution} ex-leaky
# :class: dropdown
# No unit is ever dead then. But on the training data every unit can still be linear, all on the same side, and the network is a linear model. If the linear model's best fit is not a global minimum, then at that fit all small changes keep the network linear on the data: again a spurious minimum. This is close to the construction of {cite:t}`he2020piecewise`.
# ```
