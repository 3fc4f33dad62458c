"""How fast it is, beside peers that do less: `make bench`.

Every scenario runs its contenders in turns, several rounds in one go, on the same machine, against the same
servers, so that what slows the machine slows them all. What a contender acknowledged is counted in its
database afterwards; a missing or a surplus row fails the scenario. Figures are never tests: a slow machine
fails nothing.
"""
