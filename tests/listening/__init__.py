"""A plugin that listens to every hook of the kernel and says what it heard."""
