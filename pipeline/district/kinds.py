"""The kinds of entities, by number in columns and by word in the truth."""

COMPANY, SOLE, PARTNERSHIP, PROPRIETORSHIP, BRANCH, OFFICE, WORKS, SHOP = range(8)
WORDS = (
    "company",
    "sole_proprietor",
    "partnership",
    "sole_investor",
    "branch",
    "office",
    "works",
    "unregistered",
)
