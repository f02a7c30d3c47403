"""One file a command: its arguments and what it does. ``COMMANDS`` in ``tocsin.cli`` lists them."""
