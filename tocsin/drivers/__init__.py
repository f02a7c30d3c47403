"""One contract for every stage in both modes: read → step → emit → await the acknowledgement → put state → commit.

``stage`` is the contract, ``perform`` carries out what a stage asked for (retry and dead letters live there, once), ``handover``
sends notices, ``embedded`` runs all stages over one SQLite file, ``cluster`` runs one stage as a Faust worker.
"""
