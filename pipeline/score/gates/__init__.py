"""Gates of the rule book: cases, what they leave unshown, slips they miss, facts counted twice."""
