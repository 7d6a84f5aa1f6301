"""`python -m core.cli` is `openmill`."""

from core.cli import main

main(prog_name="openmill")
