"""zstd around any payload (RFC 8878), unpacked only up to a stated size."""

from __future__ import annotations

from typing import Final

import zstandard

from system.weights.checks import Payload, view_of
from system.weights.errors import MalformedPayload, PayloadTooLarge

# A submission of this size would take thousands of transactions. What claims to unpack to more is
# a bomb: 16 KB of zstd can hold it.
LARGEST_BYTES: Final = 256 * 1024 * 1024
LEVEL: Final = 3  # zstd's own default; weights are noise, higher levels gain under 1 %


def compress(payload: bytes) -> bytes:
    """One zstd frame that names its content's size; PayloadTooLarge beyond 256 MiB."""
    if len(payload) > LARGEST_BYTES:
        raise PayloadTooLarge(
            f"{len(payload)} bytes are more than the {LARGEST_BYTES} that a reader unpacks: "
            "take the encoding without +zstd"
        )
    return zstandard.ZstdCompressor(level=LEVEL).compress(payload)


def decompress(data: Payload) -> bytes:
    """The payload inside; MalformedPayload if torn, trailed by bytes, or beyond 256 MiB."""
    view = view_of(data)
    try:
        content_bytes = zstandard.get_frame_parameters(view).content_size
        if not 0 < content_bytes <= LARGEST_BYTES:
            raise MalformedPayload(
                f"a zstd payload names its size, between 1 and {LARGEST_BYTES} bytes, "
                f"this one {content_bytes}"
            )
        return zstandard.ZstdDecompressor().decompress(view, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise MalformedPayload(f"no whole zstd payload: {error}") from None
