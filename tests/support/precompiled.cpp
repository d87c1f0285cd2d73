// Nothing of its own: the target around it holds the precompiled header.
