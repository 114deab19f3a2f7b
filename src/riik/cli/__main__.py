"""`python -m riik.cli` does what `riik` does."""

from riik.cli import main

main(prog_name="riik")
