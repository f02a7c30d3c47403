"""How machines write down what happens, one file for each log format. ``sources`` says which format is which source type."""
