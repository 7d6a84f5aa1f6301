"""Where a request comes from."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_IPV6_SITE = 64
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """The address a request came from, as far as configured proxies vouch for it, and the program that sent it."""

    address: str = UNKNOWN
    user_agent: str = ""

    @property
    def shown_agent(self) -> str:
        """The program's name as it is stored: printable and of bounded length."""
        return "".join(character for character in self.user_agent if character.isprintable())[:200]

    @property
    def source(self) -> str:
        """What counts as one source: an IPv4 address, or the /64 that one IPv6 customer owns."""
        parsed = _parsed(self.address)
        if isinstance(parsed, IPv6Address):
            return str(ip_network((parsed, _IPV6_SITE), strict=False))
        return str(parsed) if parsed is not None else UNKNOWN

    @property
    def shown_address(self) -> str:
        """The address as it is stored."""
        parsed = _parsed(self.address)
        return str(parsed) if parsed is not None else UNKNOWN


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, IPv4Address) else address
