"""The book's data, one module a subject; the face of the package is what needs no torch, the rest is imported by name.

`synthetic`  the one-direction problem D(v) and the directions to pose it in
`images`     digits, MNIST and CIFAR-10 as tensors
`labels`     label corruption and parity
`files`      where the image sets lie, how they are fetched and checked
"""

from nbkit.data.files import DataError, available, fetch, fingerprint, verify

__all__ = ["DataError", "available", "fetch", "fingerprint", "verify"]
