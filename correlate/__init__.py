"""Takes Events, gives Detections and Incidents. Pure throughout: no adapters, no clock, no disk.

Reading order:

1. ``rules/`` loads Sigma rules and matches a batch of events: Event → Detection.
2. ``entities`` says what a detection speaks of; ``guards`` says which of those values may tie two sites together.
3. ``settle`` holds a detection for a moment, so that sites are heard in the order of event time.
4. ``values`` says what may link; ``sightings`` remembers who saw which value, and where it succeeded; ``baseline`` what is usual.
   ``windows`` counts sites for "k sites within w"; ``anchors`` knows the hosts of an incident.
   ``ties`` says what all of these tie together, ``leads`` what is only worth a look.
5. ``incident`` opens, extends and merges; ``bounds`` keeps it small; ``why`` explains.
6. ``stage`` joins them into one state machine: DetectionBatch, Tick → Incident.
"""
