# ---
# jupytext:
#   text_representation: {extension: .py, format_name: percent}
# kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Natural images
#
# > The directions a network prefers before training also decide what it uses in real images: planted on an early one, a shortcut is taken; on a late one, it is ignored.
#
# In this chapter you will
#
# - turn images round in the basis of a network's directions, which loses nothing, and see how much harder they become;
# - plant a shortcut into the training images along one direction, and see when a network falls for it;
# - learn what these experiments can and cannot say at the size of a laptop.
#
# Both experiments are those of {cite:t}`ortiz2020neural` on CIFAR-10. Chapter 08 defines the directions (NADs).

# %% tags=["parameters"]
preset: str = "book"  # smoke, book or paper: the size of everything left at None
seed: int = 0  # seed of the first network
device: str = "auto"  # auto, cpu or cuda
data: str = None  # digits, cifar10, cifar10-subset or cifar10-jpeg
networks: int = None  # untrained networks the directions are found from
points: int = None  # points over which their output is averaged
width: int = None  # base width of the ResNet-18 (64 is the real one)
epochs: int = None  # passes of each LeNet
thin_epochs: int = None  # passes of each ResNet
seeds: int = None  # trained networks of each kind
indices: list = None  # indices of the carriers, rising
epsilon: float = None  # size of a carrier in pixel units, 0 to 1 a pixel

# %%
from nbkit import figures, intervals, ledger, nads, natural_images, params
from nbkit import device as machine
from nbkit.figures import nads as draw

p = params.load("09", globals())
machine.use_cores()
claims = ledger.Chapter("09", p)

# %% tags=["hide-input", "hide-output"]
params.table(p)

# %% [markdown]
# ## Turn the images round
#
# Write an image in the basis $U = (u_0, \dots, u_{D-1})$ of a network's directions, reverse the order of its coordinates, and go back:
#
# ```{math}
# :label: eq-flip
# x' = U\, \mathrm{reverse}(U^\top x).
# ```
#
# What was along the first direction now lies along the last. The map is a rotation (with a reflection): it keeps all distances, and doing it twice gives the image back. Nothing is lost, and to a learner that treats all directions alike nothing has changed.
# Natural images have most of their variance at low frequencies. If a network's early directions are low frequencies too, the flip puts the image where the network does not look.
#
# We use the images `{glue:text}`img-data``, enlarged to $32 \times 32$ pixels, and the directions of LeNet and of a thin ResNet-18 (width {glue:text}`img-width`), each flipped in its own basis.

# %%
NETS = ("lenet", "resnet18")
u = {net: nads.directions(nads.pooled(nads.covariance(net, **p.gradients(net))))[1] for net in NETS}
flipped = {net: natural_images.accuracy_flipped(net, u[net], **p.training(net)) for net in NETS}

# %% tags=["hide-input", "remove-output"]
source = natural_images.load(p.data)
gallery = source.train_x[:4]
rows = [gallery, *(natural_images.flip(gallery, u[net]) for net in NETS)]
for name, images in zip(("original", *NETS), rows):
    titles = [figures.look(name)["label"] if name in NETS else "original"] + [""] * 3
    figures.glue(
        f"fig-flip-{name}",
        figures.image_grid(images.mean(1).numpy(), titles, columns=4, signed=name in NETS),
        alt=f"Four images, {'as they are' if name not in NETS else 'flipped in the basis of ' + name + ': unrecognisable'}.",
        vector=False,
    )
figures.glue(
    "fig-flip-accuracy",
    draw.versions(flipped),
    alt="Test accuracy on original and flipped images for LeNet and the thin ResNet; flipped is lower.",
)
drop = {
    net: result.test_accuracy.sel(version="original") - result.test_accuracy.sel(version="flipped")
    for net, result in flipped.items()
}
drop = {net: intervals.mean(points) for net, points in drop.items()}
for net in NETS:
    claims.report(
        "NAD-15", drop[net], part=net, note=f"{source.variant}, not CIFAR-10" if p.data == "digits" else source.variant
    )
    figures.number(f"drop-{net}", drop[net], ".1f")
for name in ("data", "width", "seeds", "networks", "epsilon", "preset"):
    figures.text(f"img-{name}", str(getattr(p, name)))

# %% [markdown]
# ```{glue:figure} fig-flip-original
# :name: fig-flip-original
# :alt: Four images as they are.
# Four training images.
# ```
#
# ```{glue:figure} fig-flip-lenet
# :name: fig-flip-lenet
# :alt: The same four images flipped in the basis of LeNet, unrecognisable.
# The same images flipped in LeNet's basis. Every bit of information is still there.
# ```
#
# ```{glue:figure} fig-flip-accuracy
# :name: fig-flip-accuracy
# :alt: Test accuracy on original and flipped images for LeNet and the thin ResNet; flipped is lower.
# Test accuracy on original and flipped images, a point a network, {glue:text}`img-seeds` seeds; directions from {glue:text}`img-networks` untrained networks; preset {glue:text}`img-preset`.
# ```
#
# Flipping costs LeNet {glue:text}`drop-lenet` points and the thin ResNet {glue:text}`drop-resnet18`. On CIFAR-10 the authors report 21 and 31 points. Digits are an easy set, on which even a linear classifier scores well in any basis, so the drop is smaller here.
#
# ## Plant a shortcut
#
# Now leave the images as they are but for one coordinate. Every class $t$ gets a *carrier*: a direction $u_{i+j(t)}$ close to index $i$, and a sign. In each training image we replace the coordinate along its class's carrier by $\pm\epsilon$. The carrier is a perfect feature, and a
# weak one: $\epsilon = $ {glue:text}`img-epsilon` in a space where pixels run from 0 to 1. Test images stay clean. A network that has learned the digits does not need the carrier and is tested fairly; a network that has relied on it fails.

# %%
planted = {
    net: natural_images.accuracy_planted(net, u[net], p.indices, epsilon=p.epsilon, **p.training(net)) for net in NETS
}

# %% tags=["hide-input", "remove-output"]
figures.glue(
    "fig-carrier",
    draw.carriers(planted),
    alt="Accuracy on clean test images against the index of the carrier: low for early directions, rising to that without a carrier for late ones.",
)
late = min((i for i in p.indices if i >= 400), default=p.indices[-1])
note = None if p.data != "digits" else "digits, not CIFAR-10"
scores = planted["resnet18"].test_accuracy
claims.report("NAD-14", intervals.mean(scores.sel(index=p.indices[0])), part="early", note=note)
claims.report("NAD-14", intervals.mean(scores.sel(index=late)), part="late", note=note)
for net in NETS:
    accuracy = planted[net].test_accuracy
    for name, index in (("clean", -1), ("early", p.indices[0]), ("late", late)):
        figures.number(f"carrier-{name}-{net}", intervals.mean(accuracy.sel(index=index)), ".0f")
figures.text("late-index", str(late))

# %% [markdown]
# ```{glue:figure} fig-carrier
# :name: fig-carrier
# :alt: Accuracy on clean test images against the index of the carrier: low for early directions, rising to that without a carrier for late ones.
# Accuracy on clean test images after training with a carrier, by its index; lines are means, points networks, {glue:text}`img-seeds` seeds. Dotted: trained without a carrier.
# ```
#
# LeNet scores {glue:text}`carrier-clean-lenet` % without a carrier, {glue:text}`carrier-early-lenet` % with one on its first directions and {glue:text}`carrier-late-lenet` % with one from index {glue:text}`late-index` on. The thin ResNet:
# {glue:text}`carrier-clean-resnet18`, {glue:text}`carrier-early-resnet18` and {glue:text}`carrier-late-resnet18` %. The carrier is equally strong and equally reliable at every index. Whether it is picked up is the network's choice.
#
# ## What the claims have come to
#
# Both claims are about CIFAR-10 and full-size networks, and are decided at the preset `paper` only.

# %%
claims.box()

# %% [markdown]
# ## What we cannot say
#
# - Digits are not CIFAR-10: one channel, smooth strokes, an easy problem. The live runs show the mechanism, not the paper's numbers.
# - With one channel five neighbouring directions serve as carriers, with three channels two. "Index 0" is then a block of five.
# - What a carrier replaces matters too: along an early direction the images have much variance of their own, which is removed. The control for that, random signs, is exercise 2.
# - JPEG copies of CIFAR-10 have altered high frequencies. Results on them are labelled `cifar10-jpeg`.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-img-knn
# What does the flip do to a nearest-neighbour classifier?
# ```
#
# ```{solution} ex-img-knn
# :class: dropdown
# Nothing. It keeps all distances, and nearest neighbours depend on nothing else.
# ```
#
# ```{exercise}
# :label: ex-img-control
# A sceptic says: replacing the coordinate along an early direction destroys information in the training images, and that alone costs accuracy. Design a control.
# ```
#
# ```{solution} ex-img-control
# :class: dropdown
# Replace the same coordinates by $\pm\epsilon$ with signs and directions drawn independently of the class. The damage is the same and the shortcut is gone. `natural_images.plant(x, y_random, …)` with permuted labels does it.
# ```
#
# ```{exercise}
# :label: ex-img-random
# Flip the images in a *random* orthonormal basis instead. What do you expect, and why?
# ```
#
# ```{solution} ex-img-random
# :class: dropdown
# The flipped image is then a random rotation of the image, spread over all frequencies. By NAD-16 random directions are hard for convolutional networks, so the accuracy drops, too. The NAD basis is the worst case by design.
# ```
