"""From what a person typed to a finished turn: understanding, memory, filling a calculator, the steps of a turn."""
