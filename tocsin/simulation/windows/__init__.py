"""Windows events as Windows and Sysmon say them, by what they speak of: logons, processes, services and files.

Security events: Microsoft, *Audit logon events*, *Audit process creation*, *Audit other object access events*, *Audit user account
management*; Sysmon: Sysinternals, *Sysmon*, schema 4.90. Every value is text; the shippers turn some into numbers.
"""
