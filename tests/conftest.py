"""Fixtures come from core.testing.plugin, which setup.cfg loads: the same door that third-party plugins use."""

import signal


def pytest_configure():
    """Let the commands under test hear Ctrl-C: a shell has its jobs in the background ignore it, and all they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
