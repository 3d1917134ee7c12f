"""A synthetic district to try everything on, with its truth; and the judge that holds a night against it."""

from pipeline.district.evaluate import Evaluation, evaluate, render
from pipeline.district.generate import GenerateSummary, generate

__all__ = ["Evaluation", "GenerateSummary", "evaluate", "generate", "render"]
