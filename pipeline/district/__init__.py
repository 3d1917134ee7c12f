"""A synthetic district to try everything on, with its truth; and the judge that holds a night against it."""

from pipeline.district.generate import GenerateSummary, generate

__all__ = ["GenerateSummary", "generate"]
