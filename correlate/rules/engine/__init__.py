"""The batch engine: many rules over many events at once, and exactly what evaluating each rule on each event would give.

Reading order:

1. ``atoms``: what a text must hold for a value of a rule to match it, as bytes to look for; ``literals`` for regular expressions.
2. ``requirement``: what an event must hold for a rule to match, and ``witness``: the part of it that is cheapest to look for.
3. ``columns``: one field of a slice of events as one text; ``scan``: which bytes stand where in it.
4. ``plan``: the rules of one log source and their witnesses; a slice of events in, candidates out.
5. ``confirm``: one function for each rule, generated, that says which candidates match.
6. ``calibrate``: how often each atom was seen in the stream; witnesses are chosen again from it.
7. ``engine``: a batch of events in, the rules that match each out. ``ports``: what it asks of the world.

Everything before ``confirm`` may only find too much. Only ``confirm`` decides.
"""
