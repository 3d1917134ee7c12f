"""Measured parts of documents: what stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->`."""

from pathlib import Path


def rewrite(path: Path, name: str, text: str) -> None:
    """Puts a measured part in the place of the one before."""
    begin, end = (f"<!-- {name}: {edge} -->" for edge in ("begin", "end"))
    before, rest = path.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
