//! Many tests of one text at once.

use super::networks::Networks;
use super::predicate::TextTest;
use super::set::Asker;
use aho_corasick::AhoCorasick;
use regex::Regex;

/// Tests of the texts of one field, each for who asks it.
#[derive(Default)]
pub(super) struct Texts {
    literals: Vec<Literal>,
    /// The literals, looked for all at once.
    automaton: Option<AhoCorasick>,
    networks: Networks,
    patterns: Vec<(Regex, Asker)>,
}

/// A text that must stand in another.
struct Literal {
    text: String,
    at: At,
    asker: Asker,
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
    /// Adds a test.
    pub(super) fn add(&mut self, asker: Asker, test: &TextTest) {
        let (text, at) = match test {
            TextTest::StartsWith(text) => (text, At::Start),
            TextTest::EndsWith(text) => (text, At::End),
            TextTest::Contains(text) => (text, At::Anywhere),
            TextTest::Matches(pattern) => return self.patterns.push((pattern.clone(), asker)),
            TextTest::InNetwork(network, _) => return self.networks.add(asker, *network),
            TextTest::Never => return,
        };
        self.literals.push(Literal { text: text.clone(), at, asker });
    }

    /// Makes ready for [`Texts::find`], once all tests are added.
    pub(super) fn build(&mut self) {
        self.networks.build();
        if self.literals.len() >= FEW {
            let texts = self.literals.iter().map(|literal| &literal.text);
            // Without an automaton each literal is looked for on its own.
            self.automaton = AhoCorasick::new(texts).ok();
        }
    }

    /// Calls with who asks, for every test that a text passes, perhaps more than once.
    pub(super) fn find(&self, text: &str, each: &mut impl FnMut(Asker)) {
        match &self.automaton {
            Some(automaton) => {
                for found in automaton.find_overlapping_iter(text) {
                    let literal = &self.literals[found.pattern().as_usize()];
                    if literal.at.is(found.start(), found.end(), text.len()) {
                        each(literal.asker);
                    }
                }
            }
            None => self.literals.iter().filter(|one| one.is_in(text)).for_each(|one| each(one.asker)),
        }
        self.networks.find(text, each);
        self.patterns
            .iter()
            .filter(|(pattern, _)| pattern.is_match(text))
            .for_each(|(_, asker)| each(*asker));
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
