"""Joins the stages and runs them: the command line, the settings, the composition root, the two drivers and their adapters.

Reading order: ``cli`` → ``settings`` → ``wiring`` (the only file that names adapters) → ``ports`` → ``drivers/``.
"""
