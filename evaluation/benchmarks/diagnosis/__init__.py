"""How well causes of scripted faults are found in a cluster that is played in memory."""
