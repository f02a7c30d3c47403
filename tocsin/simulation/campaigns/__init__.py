"""What is not ordinary, one file for each campaign, with the truth about it. ``chosen`` says which there are.

A campaign is strikes at some establishments. What they have in common is what the attacker brings along (addresses, domains, files, a
supplier's account); names of machines and private addresses are the same everywhere and mean nothing.
"""
