"""Each department's view of the district: which firms it knows, how it names them, what it recorded."""
