//! Many tests of one text at once.

use super::predicate::{Network, TextTest};
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::net::IpAddr;

/// Tests of the texts of one field, each for a scan.
#[derive(Default)]
pub(super) struct Texts {
    literals: Vec<Literal>,
    /// The literals, looked for all at once.
    automaton: Option<AhoCorasick>,
    networks: Vec<(Network, usize)>,
    patterns: Vec<(Regex, usize)>,
}

/// A text that must stand in another.
struct Literal {
    text: String,
    at: At,
    scan: usize,
}

#[derive(Clone, Copy)]
enum At {
    Start,
    End,
    Anywhere,
}

/// Below so many literals each is looked for on its own.
const FEW: usize = 4;

impl Texts {
    /// Adds a test for a scan.
    pub(super) fn add(&mut self, scan: usize, test: &TextTest) {
        let (text, at) = match test {
            TextTest::StartsWith(text) => (text, At::Start),
            TextTest::EndsWith(text) => (text, At::End),
            TextTest::Contains(text) => (text, At::Anywhere),
            TextTest::Matches(pattern) => return self.patterns.push((pattern.clone(), scan)),
            TextTest::InNetwork(network, _) => return self.networks.push((*network, scan)),
            TextTest::Never => return,
        };
        self.literals.push(Literal { text: text.clone(), at, scan });
    }

    /// Makes ready for [`Texts::find`], once all tests are added.
    pub(super) fn build(&mut self) {
        if self.literals.len() >= FEW {
            let texts = self.literals.iter().map(|literal| &literal.text);
            // Without an automaton each literal is looked for on its own.
            self.automaton = AhoCorasick::new(texts).ok();
        }
    }

    /// Calls with the scan of every test that a text passes, perhaps more than once.
    pub(super) fn find(&self, text: &str, each: &mut impl FnMut(usize)) {
        match &self.automaton {
            Some(automaton) => {
                for found in automaton.find_overlapping_iter(text) {
                    let literal = &self.literals[found.pattern().as_usize()];
                    if literal.at.is(found.start(), found.end(), text.len()) {
                        each(literal.scan);
                    }
                }
            }
            None => self.literals.iter().filter(|one| one.is_in(text)).for_each(|one| each(one.scan)),
        }
        if !self.networks.is_empty()
            && let Ok(address) = text.parse::<IpAddr>()
        {
            let holding = self.networks.iter().filter(|(network, _)| network.holds_address(address));
            holding.for_each(|(_, scan)| each(*scan));
        }
        self.patterns.iter().filter(|(pattern, _)| pattern.is_match(text)).for_each(|(_, scan)| each(*scan));
    }
}

impl Literal {
    fn is_in(&self, text: &str) -> bool {
        match self.at {
            At::Start => text.starts_with(&self.text),
            At::End => text.ends_with(&self.text),
            At::Anywhere => text.contains(&self.text),
        }
    }
}

impl At {
    /// True when a literal that was found here is where it should be.
    fn is(self, start: usize, end: usize, length: usize) -> bool {
        match self {
            Self::Start => start == 0,
            Self::End => end == length,
            Self::Anywhere => true,
        }
    }
}
