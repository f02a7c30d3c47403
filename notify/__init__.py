"""Takes Incident, Act, Tick and Receipt; gives Notice and what to store. Pure but for ``adapters/``.

Reading order:

1. ``region`` says whom the region knows; ``policy`` says, as data, who is told after how long.
2. ``ladder`` is the machine of one incident: it climbs the policy until a person takes the incident; ``keep`` makes what it
   remembers small.
3. ``render`` writes the mail of one decision for one reader: Planned → Notice; ``text`` makes hostile text harmless.
4. ``outbox`` is the row of one notice, from planned to handed over; ``mail`` is its form on the wire (RFC 5322).
5. ``ports`` is what a channel must do; ``adapters/`` do it.
"""
