"""A training of encrypted updates in words, line by line."""

from __future__ import annotations

from typing import Any

from bench.record.learning import LearningSettings


def heading(settings: LearningSettings) -> str:
    """What is going to happen."""
    asked, size = settings.asked, settings.predicted
    scheme = asked["scheme"]
    key = f" with a key of {asked['key_bits']} bits" if scheme == "paillier" else ""
    return (
        f"{settings.model} ({settings.weights:,} weights) over {asked['topology']}: "
        f"{asked['parties']} parties, any {asked['threshold']} of them open a sum; {scheme}{key}: "
        f"{size['units']:,} units of {size['unit_bytes']} bytes an update"
    )


def warning(*, key_bits: int) -> str:
    """What a key for tests is worth."""
    return f"a key of {key_bits} bits protects nothing: it is for tests only"


def line(row: dict[str, Any]) -> str:
    """A step that was taken, or a round that is over."""
    if row["kind"] == "round":
        return _round(row)
    where = f"round {row['round']}: " if row["round"] else ""
    refused = ", ".join(f"{count} × {name}" for name, count in row["refused"].items())
    return (
        f"{where}{row['step']}: {row['transactions']} transactions, {row['gas_used'] / 1e6:.2f} M "
        f"gas, {row['wire_bytes']:,} bytes, {row['seconds']:.1f} s"
        + (f"; refused: {refused}" if refused else "")
    )


def closing_lines(result: dict[str, Any]) -> list[str]:
    """What came of it all."""
    same = "the same bits as" if result["bit_identical"] else "NOT the bits of"
    return [
        f"accuracy {result['accuracy']:.3f} after {result['rounds_opened']} rounds; "
        f"{same} the same training in plain sight ({result['accuracy_plain']:.3f})",
        f"an update: {result['bytes_per_update']:,} bytes in "
        f"{result['transactions_per_update']:.1f} transactions, "
        f"{result['gas_per_update'] / 1e6:.2f} M gas to submit and add, "
        f"{result['gas_per_update_all'] / 1e6:.2f} M with all of its round, "
        f"encrypted in {result['encryption_s_per_update']:.2f} s of a core",
        *(f"{step}: refused by {', '.join(names)}" for step, names in result["refused"].items()),
        *_sequel(result),
    ]


def _sequel(result: dict[str, Any]) -> list[str]:
    """What followed the training, where something did."""
    if result["newcomer"] is None:
        return []
    paid, sold = result["enricher"], result["predictions"]
    right = sum(one["answer"] == one["label"] for one in sold)
    kept = "every wei is accounted for" if result["conserved"] else "WEI ARE MISSING"
    return [
        f"party {result['newcomer']['party']} joined by a handover of the model",
        f"the enricher moved the accuracy from {paid['accuracy_before']:.3f} to "
        f"{paid['accuracy_measured']:.3f} and was paid {result['enricher_paid_wei']:,} wei",
        f"the customer bought {len(sold)} predictions, {right} of them right; {kept}",
    ]


def _round(row: dict[str, Any]) -> str:
    same = "the same bits as" if row["bit_identical"] else "NOT the bits of"
    gone = f", {len(row['dropped'])} dropped out" if row["dropped"] else ""
    return (
        f"round {row['round']} {row['outcome']}: {len(row['counted'])} updates count{gone}; "
        f"accuracy {row['right'] / row['examples']:.3f}, {same} the one in plain sight"
    )
