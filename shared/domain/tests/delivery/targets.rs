//! Where nothing is ever sent, however it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use keepwell_domain::delivery::network::blocked;
use keepwell_domain::delivery::target::{MAX_URL, TargetUrl, Targets};
use proptest::prelude::*;

/// URLs that lead to this machine, a private network or the metadata of a cloud, or that are read differently by different
/// programs.
const REFUSED: &[&str] = &[
    // This machine, in every notation of an IPv4 address.
    "https://127.0.0.1/",
    "https://127.0.0.1:2773/secretsmanager/get?secretId=x",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0x7F.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0177.0x0.1/",
    "https://127.0.0.1./",
    "https://127.255.255.254/",
    "https://%31%32%37.0.0.1/",
    "https://127%2e0%2e0%2e1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://00000000/",
    // This machine and private networks in IPv6, and IPv4 in its clothes.
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::10.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[100::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[fe80::1%25eth0]/",
    // Private, shared, reserved, and the metadata of clouds.
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://3232235777/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "https://169.254.170.2/v2/credentials",
    "https://2852039166/latest/meta-data/",
    "https://0xa9fea9fe/latest/meta-data/",
    "https://0251.0376.0251.0376/",
    "https://169.254.43518/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    // Names that lead to no public machine.
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://app.localhost/",
    "https://keepwell/",
    "https://printer.local/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://instance-data.ec2.internal/",
    "https://router.lan/",
    "https://nas.home.arpa/",
    "https://hooks.example.com./",
    "https://hooks..example.com/",
    // Users, ports, fragments, other schemes.
    "https://hooks.example.com@127.0.0.1/",
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://:password@hooks.example.com/",
    "https://hooks.example.com%40127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://hooks.example.com/#fragment",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:2773/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:65536/",
    "http://hooks.example.com/",
    "http://127.0.0.2:8080/",
    "http://localhost:8080/",
    "http://[::1]:8080/",
    "http://169.254.169.254/",
    "http://127.0.0.1@169.254.169.254/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "data:text/plain,x",
    "javascript:alert(1)",
    // What a browser repairs and another program reads differently.
    "https:\\\\127.0.0.1\\",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com\t.evil.example/",
    "https://hooks.example.com\r\nHost: 127.0.0.1/",
    " https://hooks.example.com/",
    "https://hooks.example.com/ x",
    "https://１２７.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://ex\u{ad}ample.com/",
    "//hooks.example.com/",
    "hooks.example.com",
    "https://",
    "https://*.example.com/",
    "https://exa mple.com/",
    "https://xn--/",
    "https://1.2.3.4.5/",
    "https://256.256.256.256/",
    "",
];

const ACCEPTED: &[&str] = &[
    "https://hooks.example.com/",
    "https://hooks.example.com",
    "https://HOOKS.Example.com/a/b?c=d&e=%20f",
    "https://hooks.example.com:443/keepwell",
    "https://xn--bcher-kva.example/",
    "https://hooks.slack.com/services/T000/B000/XXXX",
    "https://a_b.example.com/",
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://192.167.255.255/",
    "https://[2606:4700::1111]/",
    "https://[::ffff:8.8.8.8]/",
    "https://localhost.example.com/",
    "https://internal.example.com/",
];

#[test]
fn none_of_a_hundred_tricks_is_let_through() {
    assert!(REFUSED.len() >= 100, "{}", REFUSED.len());
    for url in REFUSED {
        for targets in [Targets::Public, Targets::PublicAndThisMachine] {
            let read = TargetUrl::parse(url, targets);
            assert!(read.is_err(), "{url} with {targets:?}: {:?}", read.map(|url| url.reveal().to_owned()));
        }
    }
}

#[test]
fn a_public_receiver_is_let_through() {
    for url in ACCEPTED {
        let read = TargetUrl::parse(url, Targets::Public);
        assert!(read.is_ok(), "{url}: {read:?}");
        assert!(read.unwrap().checked(Targets::Public).is_ok(), "{url}");
    }
    let read = TargetUrl::parse("https://HOOKS.Example.com:443/A", Targets::Public).unwrap();
    assert_eq!(read.reveal(), "https://hooks.example.com/A");
    assert_eq!(format!("{read:?}"), "TargetUrl(https://hooks.example.com/…)");
    let long = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
    assert!(TargetUrl::parse(&long(MAX_URL), Targets::Public).is_ok());
    assert!(TargetUrl::parse(&long(MAX_URL + 1), Targets::Public).is_err());
}

#[test]
fn only_the_local_system_reaches_this_machine_and_only_in_one_way() {
    for url in ["http://127.0.0.1:8123/hook", "http://127.0.0.1/"] {
        let read = TargetUrl::parse(url, Targets::PublicAndThisMachine).unwrap();
        assert!(TargetUrl::parse(url, Targets::Public).is_err(), "{url}");
        // What the local system took is refused by a deployment that gets its data.
        assert!(read.checked(Targets::PublicAndThisMachine).is_ok() && read.checked(Targets::Public).is_err());
    }
}

#[test]
fn an_address_is_blocked_from_the_first_to_the_last_of_its_network_and_not_beside() {
    let networks = [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "255.255.255.255"),
        ("64:ff9b::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("::", "::fffe:ffff:ffff"),
    ];
    let beside = |address: IpAddr, up: bool| -> IpAddr {
        match address {
            IpAddr::V4(address) if up => Ipv4Addr::from_bits(address.to_bits() + 1).into(),
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() - 1).into(),
            IpAddr::V6(address) if up => Ipv6Addr::from_bits(address.to_bits() + 1).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() - 1).into(),
        }
    };
    for (first, last) in networks {
        let (first, last): (IpAddr, IpAddr) = (first.parse().unwrap(), last.parse().unwrap());
        assert!(blocked(first).is_some() && blocked(last).is_some(), "{first} {last}");
    }
    // Where the neighbours are public.
    for (first, last) in networks.iter().filter(|(first, _)| {
        ["10.0.0.0", "100.64.0.0", "127.0.0.0", "172.16.0.0", "192.168.0.0", "198.18.0.0", "2001:db8::", "2002::"]
            .contains(first)
    }) {
        for (edge, up) in [(first, false), (last, true)] {
            let neighbour: IpAddr = beside(edge.parse().unwrap(), up);
            assert_eq!(blocked(neighbour), None, "{neighbour} beside {edge}");
        }
    }
    for public in ["1.1.1.1", "8.8.8.8", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"] {
        assert_eq!(blocked(public.parse().unwrap()), None, "{public}");
    }
}

/// An IPv4 address in some notation that a resolver would read.
fn written(address: Ipv4Addr, notation: usize) -> String {
    let [a, b, c, d] = address.octets();
    let bits = address.to_bits();
    match notation {
        0 => address.to_string(),
        1 => bits.to_string(),
        2 => format!("{bits:#x}"),
        3 => format!("0{bits:o}"),
        4 => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        5 => format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        6 => format!("{a}.{}", bits & 0x00ff_ffff),
        7 => format!("{a}.{b}.{}", bits & 0xffff),
        8 => format!("[::ffff:{address}]"),
        _ => format!("{address}."),
    }
}

proptest! {
    #[test]
    fn an_address_is_judged_alike_in_every_notation(bits: u32, private in 0..12_usize, notation in 0..10_usize) {
        let network = ["10.0.0.0", "127.0.0.0", "169.254.0.0", "192.168.0.0", "172.16.0.0", "100.64.0.0"];
        let address = network.get(private).map_or(Ipv4Addr::from_bits(bits), |network| {
            Ipv4Addr::from_bits(network.parse::<Ipv4Addr>().unwrap().to_bits() | (bits & 0xffff))
        });
        let url = format!("https://{}/", written(address, notation));
        let let_through = TargetUrl::parse(&url, Targets::Public).is_ok();
        prop_assert_eq!(let_through, blocked(address.into()).is_none(), "{} for {}", url, address);
    }

    #[test]
    fn no_text_makes_it_panic_and_what_it_takes_it_takes_again(text in "(https?:|ftp:)?[/\\\\]{0,3}\\PC{0,40}") {
        for targets in [Targets::Public, Targets::PublicAndThisMachine] {
            if let Ok(url) = TargetUrl::parse(&text, targets) {
                let again = TargetUrl::parse(url.reveal(), targets);
                prop_assert_eq!(again.map(|again| again.reveal().to_owned()), Ok(url.reveal().to_owned()));
            }
        }
    }
}
