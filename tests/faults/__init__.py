"""The fault campaign: eBox under load while what it stands on breaks, round after round (`make faults`).

Every role is a process of its own on PostgreSQL, an S3 server and Postfix. Partners publish and citizens
read without a pause, and write down what they were told; a fault is made and lifted; and then a checker that
asks none of eBox' own processes for the truth compares what was told with what is there. `ledger.py` holds
what was told, `log_facts.py` reads what is there, `check_*.py` compare: plain functions, so that tests can
show each of them something lost, doubled or altered. `campaign.py` is the loop, `__main__.py` the command.
"""
