//! Many networks asked about one address at once.

use super::predicate::Network;
use super::set::Asker;
use std::net::{IpAddr, Ipv4Addr};

/// Networks, each for who asks about it.
#[derive(Default)]
pub(super) struct Networks {
    all: Vec<(Network, Asker)>,
    /// Of addresses of four bytes and of sixteen, where other networks begin to hold them, in order,
    /// and who asks about those.
    four: Vec<(u128, Vec<Asker>)>,
    sixteen: Vec<(u128, Vec<Asker>)>,
}

impl Networks {
    /// Adds a network.
    pub(super) fn add(&mut self, asker: Asker, network: Network) {
        self.all.push((network, asker));
    }

    /// Makes ready for [`Networks::find`], once all are added.
    pub(super) fn build(&mut self) {
        self.four = stretches(&self.all, u128::from(u32::MAX), |address| {
            u32::try_from(address).map_or(IpAddr::V6(address.into()), |address| IpAddr::V4(address.into()))
        });
        self.sixteen = stretches(&self.all, u128::MAX, |address| IpAddr::V6(address.into()));
    }

    /// Calls with who asks, for every network that a text is an address of.
    pub(super) fn find(&self, text: &str, each: &mut impl FnMut(Asker)) {
        if self.all.is_empty() {
            return;
        }
        let (address, stretches) = match read(text) {
            Some(IpAddr::V4(address)) => (u128::from(u32::from(address)), &self.four),
            Some(IpAddr::V6(address)) => (u128::from(address), &self.sixteen),
            None => return,
        };
        let behind = stretches.partition_point(|(start, _)| *start <= address);
        let askers = behind.checked_sub(1).map(|at| &stretches[at].1);
        askers.into_iter().flatten().for_each(|asker| each(*asker));
    }
}

/// Where the networks that hold an address begin to be others, up to the last address.
fn stretches(
    networks: &[(Network, Asker)],
    last: u128,
    address: impl Fn(u128) -> IpAddr,
) -> Vec<(u128, Vec<Asker>)> {
    let ends = networks.iter().filter_map(|(network, _)| network.ends(address(last).is_ipv4()));
    let mut starts: Vec<u128> =
        ends.flat_map(|(first, end)| [Some(first), end.checked_add(1)]).flatten().collect();
    starts.retain(|start| *start <= last);
    starts.sort_unstable();
    starts.dedup();
    let holding = |start: u128| {
        let holding = networks.iter().filter(|(network, _)| network.holds_address(address(start)));
        holding.map(|(_, asker)| *asker).collect()
    };
    starts.into_iter().map(|start| (start, holding(start))).collect()
}

/// The address that a text is. Most have four bytes, and are read without looking for others.
fn read(text: &str) -> Option<IpAddr> {
    four_bytes(text.as_bytes()).map(IpAddr::V4).or_else(|| text.parse().ok())
}

/// `10.0.0.1`, no byte with a zero too many.
fn four_bytes(text: &[u8]) -> Option<Ipv4Addr> {
    let (mut bytes, mut count, mut digits, mut value) = ([0; 4], 0, 0, 0_u32);
    for byte in text {
        match byte {
            b'0'..=b'9' if digits < 3 && (digits == 0 || value != 0) => {
                (digits, value) = (digits + 1, value * 10 + u32::from(byte - b'0'));
            }
            b'.' if digits > 0 && count < 3 => {
                bytes[count] = u8::try_from(value).ok()?;
                (count, digits, value) = (count + 1, 0, 0);
            }
            _ => return None,
        }
    }
    bytes[3] = u8::try_from(value).ok()?;
    (count == 3 && digits > 0).then_some(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => (0_u32..4).prop_map(|end| Ipv4Addr::from(0x0a00_00fe + end).to_string()),
            2 => any::<[u8; 4]>().prop_map(|bytes| Ipv4Addr::from(bytes).to_string()),
            1 => "[0-2.]{1,9}",
            1 => (0_u16..3).prop_map(|end| format!("2001:db8::{end:x}")),
            1 => Just("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".to_owned()),
            1 => Just("255.255.255.255".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn who_is_found_asks_about_a_network_of_the_address(
            networks in proptest::collection::vec((address(), 0_u32..140), 0..12),
            texts in proptest::collection::vec(address(), 1..12),
        ) {
            let mut all = Networks::default();
            let read = networks.iter().filter_map(|(base, length)| Network::read(&format!("{base}/{length}")));
            let read: Vec<Network> = read.collect();
            read.iter().enumerate().for_each(|(at, network)| all.add(Asker::waiting(at), *network));
            all.build();
            for text in &texts {
                let mut found = Vec::new();
                all.find(text, &mut |asker| found.push(asker.scan));
                let holding: Vec<usize> =
                    (0..read.len()).filter(|at| read[*at].holds(text)).collect();
                prop_assert_eq!(found, holding, "{}", text);
            }
        }

        #[test]
        fn addresses_are_those_of_the_standard_library(text in "[0-9]{0,4}(\\.[0-9]{1,4}){2,4}|[0-9.:]{0,8}") {
            prop_assert_eq!(read(&text), text.parse().ok());
        }
    }
}
