"""duty: what whoever is on duty has to know, and is told; enter by `status`, `watched` and `trial`."""

from pipeline.duty.status import Status, status
from pipeline.duty.watch import Ending, Watch, failed_outside, trial, watched
from pipeline.duty.wording import render

__all__ = ["Ending", "Status", "Watch", "failed_outside", "render", "status", "trial", "watched"]
