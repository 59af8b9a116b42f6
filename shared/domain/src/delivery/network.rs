//! Which addresses of the internet are nobody's private ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of IPv4 where no public receiver can be: (network, bits, what it is).
const BLOCKED_V4: [(Ipv4Addr, u32, &str); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a carrier"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Networks within `2000::/3`, the only part of IPv6 that is given out, where no public receiver can be. NAT64, unique local,
/// link-local, multicast and IPv4-compatible addresses lie outside of `2000::/3`.
const BLOCKED_V6: [(Ipv6Addr, u32, &str); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "protocol assignments, Teredo among them"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
];

/// What makes an address one that nothing is sent to; `None` when it is a public one. An IPv4 address in IPv6 clothes
/// (`::ffff:10.0.0.1`) is the IPv4 address.
pub fn blocked(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => BLOCKED_V4
            .iter()
            .find(|(network, bits, _)| (address.to_bits() ^ network.to_bits()) >> (32 - bits) == 0)
            .map(|(_, _, what)| *what),
        IpAddr::V6(address) if address.to_bits() >> 125 != 1 => Some("not a public address of IPv6"),
        IpAddr::V6(address) => BLOCKED_V6
            .iter()
            .find(|(network, bits, _)| (address.to_bits() ^ network.to_bits()) >> (128 - bits) == 0)
            .map(|(_, _, what)| *what),
    }
}
