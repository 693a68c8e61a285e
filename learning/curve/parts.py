"""Which parts of learning are on in a run."""

from __future__ import annotations

BANDIT, VERIFIED, REMARKS, GEPA = "bandit", "verified", "remarks", "gepa"
PARTS = (BANDIT, VERIFIED, REMARKS, GEPA)
OFF, ALL = "off", "all"

VARIANTS: dict[str, tuple[str, ...]] = {OFF: (), **{part: (part,) for part in PARTS}, ALL: PARTS}
"""Learning off, each part alone, and all of them."""

NAMES = {
    OFF: "learning off",
    BANDIT: "bandit alone",
    VERIFIED: "verified queries alone",
    REMARKS: "remarks alone",
    GEPA: "GEPA alone",
    ALL: "everything",
}
