"""Sigma correlations inside a trust domain (Sigma correlation rules specification 2.1), as one pure state machine of one group.

Reading down is following the data: ``definition`` what a rule asks, ``match`` what is counted, ``gauge`` what a window measures,
``sliding`` conditions that are met as soon as they hold, ``closing`` those that are judged when a window closes, ``watermark`` how far a
trust domain's logs have come, ``shortfall`` what was not counted and why, ``counters`` all of it over the records of the stage.
"""
