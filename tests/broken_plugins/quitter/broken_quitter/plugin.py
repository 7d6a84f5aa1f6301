"""Wants to end the whole process while it is imported."""

import sys

sys.exit("I do not want to run here")
