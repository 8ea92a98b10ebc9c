"""What can be computed: units, quantities in text, emission factors and the calculators; usable without a conversation."""
