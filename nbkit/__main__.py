"""`python -m nbkit` is the command `nbkit`."""

from nbkit.cli import main

main()
