"""The mails people read. ``words.<language>.j2`` holds every sentence once; ``mail.txt.j2`` and ``mail.html.j2`` only lay them out.

So the two parts of a mail cannot say different things. ``meanings.<language>.j2`` says in plain words what an attacker did, by ATT&CK
technique. In ``mail.txt.j2`` a line is a paragraph. A space before ``:``, ``;``, ``?``, ``!`` or inside « » never breaks.
"""
