"""An evaluation as a screenful of plain text."""

from unicodedata import east_asian_width

from pipeline.district.evaluation import Evaluation, Links, Rival, Strangers


def render(evaluation: Evaluation) -> str:
    """The evaluation as a plain text table; ends without a line break."""
    blocks = (_accounting, _links, _strangers, _calibration, _ranking)
    return "\n\n".join("\n".join(block(evaluation)) for block in blocks)


def _accounting(found: Evaluation) -> list[str]:
    total = [
        sum(getattr(a, name) for a in found.accounting) for name in ("data_rows", "accepted", "rejected")
    ]
    lost = sum(a.unaccounted + a.both_ways for a in found.accounting)
    lines = [
        f"Rows       {total[0]:,} of data: {total[1]:,} accepted, {total[2]:,} rejected with a reason, "
        f"{lost:,} unaccounted; files whose sums disagree: {found.files_disagreeing}"
    ]
    for a in found.accounting:
        if a.unaccounted or a.both_ways or a.broken_accepted or a.sound_rejected:
            lines.append(
                f"  {a.extract}: {a.unaccounted} unaccounted, {a.both_ways} both accepted and rejected, "
                f"{a.broken_accepted} broken but accepted, {a.sound_rejected} sound but rejected"
            )
    return lines


def _links(found: Evaluation) -> list[str]:
    lines = [
        f"Links      F1 {found.overall.f1:.4f}   precision {found.overall.precision:.4f}   "
        f"recall {found.overall.recall:.4f}   ({found.overall.rows:,} rows of registered firms)"
    ]
    for one in (*((found.uncoded,) if found.uncoded else ()), *found.by_extract):
        lines.append(_link_line(one))
    for one in found.by_decision:
        lines.append(
            f"  {one.of:<20} {one.rows:>9,} rows   right {one.precision:.4f} of {one.linked:,} linked"
        )
    lines.append(
        f"  registry firms that share an identity: {found.registry_shared}; "
        f"rows of firms whose registry row was not accepted: {found.registry_rows_lost}"
    )
    return lines


def _link_line(one: Links) -> str:
    return (
        f"  {one.of:<20} {one.rows:>9,} rows   F1 {one.f1:.4f}   precision {one.precision:.4f}   "
        f"recall {one.recall:.4f}"
    )


def _strangers(found: Evaluation) -> list[str]:
    return [_stranger_line(one) for one in found.strangers]


def _stranger_line(one: Strangers) -> str:
    given = one.given / one.rows if one.rows else 0.0
    precision = one.right_pairs / one.made_pairs if one.made_pairs else 1.0
    recall = one.right_pairs / one.true_pairs if one.true_pairs else 1.0
    return (
        f"Strangers  {one.kin:<20} {one.rows:>7,} rows   given to a registry firm {given:.4f}   "
        f"pairs: precision {precision:.4f} recall {recall:.4f}"
    )


def _calibration(found: Evaluation) -> list[str]:
    lines = ["Probability      rows      mean   truly right"]
    for one in found.calibration:
        low, share = one.bin / 10, one.right / one.rows
        lines.append(
            f"  {low:.1f}–{low + 0.1:.1f}   {one.rows:>9,}    {one.mean_probability:.4f}   {share:.4f}"
        )
    return lines


def _ranking(found: Evaluation) -> list[str]:
    lines = [
        f"Ranking    average precision {found.ranking.average_precision:.4f}; {found.ranking.found:,} of "
        f"{found.ranking.low_end:,} low-end firms among {found.ranking.ranked:,} lines; "
        f"street right for {found.street_right:,} of {found.street_known:,} enterprises"
    ]
    lines += [_rival_line(found, rival) for rival in (found.plain_count, found.best_extract) if rival]
    if found.first_ten is not None and found.first_fifty is not None:
        lines.append(
            f"  truly low-end of a street's first ten {found.first_ten:.2f}, of its first fifty "
            f"{found.first_fifty:.3f} (means over streets)"
        )
    for one in found.streets:
        lines.append(
            f"  {_padded(one.street, 12)} first ten {one.ten_right:>2} of {one.first_ten:>2}   "
            f"first fifty {one.fifty_right:>2} of {one.first_fifty:>2}"
        )
    return lines


def _rival_line(found: Evaluation, rival: Rival) -> str:
    who = f"{rival.extract} alone, by {rival.measure}" if rival.extract else "a plain count of findings"
    lack = found.lack_beside(rival)
    beside = "" if lack is None else f"; ours lacks {lack:.3f} of what it lacks to 1"
    return f"  {who}: {rival.average_precision:.4f}{beside}"


def _padded(text: str, width: int) -> str:
    """Text in so many columns of a terminal; a Chinese character takes two."""
    taken = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(width - taken, 0)
