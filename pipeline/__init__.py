"""Early warning of low-end enterprises: one nightly job from department extracts to street lists."""

__version__ = "0.1.0"
