"""A synthetic district to try everything on, with its truth; and the judge that holds a night against it."""

from pipeline.district.evaluate import Evaluation, entities_in, evaluate, render
from pipeline.district.generate import GenerateSummary, generate
from pipeline.district.lead import Lead, lead

__all__ = ["Evaluation", "GenerateSummary", "Lead", "entities_in", "evaluate", "generate", "lead", "render"]
