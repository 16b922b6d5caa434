"""Weights as bytes: encodings, ABI arguments, chunks and digests. `codec` is the way in."""

from __future__ import annotations

from system.weights.catalogue import Catalogue, Codec, codec

__all__ = ["Catalogue", "Codec", "codec"]
