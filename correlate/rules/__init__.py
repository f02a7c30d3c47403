"""Takes Sigma rules as text and batches of Events, gives Detections.

Reading order:

1. ``load`` turns files into a ``RuleBook``: each ``rule``, the correlations over sites, and every refusal with its reason.
   ``detections``, ``modifiers``, ``written`` and ``encodings`` read what pySigma would change, ``conditions`` makes the trees,
   ``filters`` narrows them.
2. ``fields`` applies pySigma's ECS pipelines and says which names of an event a rule's field reads.
3. ``reading`` is one event as rules read it: texts, folded texts, all values.
4. ``values``, ``strings`` for the most frequent kind and ``moments`` for parts of times turn one Sigma value into a ``check``; ``compile`` turns a condition tree
   into one predicate.
5. ``correlation`` reads *k sites within w*: the definition, not its state.
6. ``route``, by the tables of ``logsources``, keeps a rule away from other products' events; ``select`` says which rules are on.
7. ``match`` is the seam: a batch of events in, detections out. ``alert`` takes other products' alerts.
"""
