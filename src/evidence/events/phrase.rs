//! Patterns of log sources as steps through a text.
//!
//! A pattern with groups costs the general engine microseconds a line, since it looks at all ways
//! to read a text side by side. Messages of programs can mostly be read in one way, so here the
//! ways are tried in turn, the first one first, which finds what the pattern finds. Only patterns
//! tied to the start and texts of ASCII are read so, and a text that makes it try too often is left
//! to the engine: [`Phrase::read`] says `None`, never something else than the pattern would.

use memchr::memmem::Finder;
use regex_syntax::hir::{self, Class, Hir, HirKind, Look};

/// Steps that may be taken for each byte of a text, and so many more.
const EFFORT_PER_BYTE: usize = 12;
const EFFORT: usize = 400;
/// Bytes that a run goes over in the time of a step.
const RUN_OF_A_STEP: usize = 8;
/// A longer text is left to the engine: what is noted on the way back must fit into memory.
const LONGEST_TEXT: usize = 16 << 10;
/// Steps of a pattern; one with more is left to the engine.
const MOST_STEPS: usize = 2_000;

/// A pattern that is read step by step.
#[derive(Debug)]
pub(super) struct Phrase {
    steps: Vec<Step>,
    first: usize,
    begins: Bytes,
    /// What any text that matches holds, where its beginning does not tell it from others.
    needs: Option<Finder<'static>>,
}

/// One step, and the one that follows.
#[derive(Clone, Debug)]
enum Step {
    /// These bytes.
    Literal(Box<[u8]>, usize),
    /// Bytes of a set, at least and at most so many. As the first way as many as there are, unless
    /// it is lazy.
    Run(Run, usize),
    /// One of these, tried in turn.
    Ways(Vec<usize>),
    /// Here a group begins or ends.
    Mark(usize, usize),
    /// Nothing but a look at where the text stands.
    Look(Look, usize),
    /// All was read.
    Done,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    set: Bytes,
    least: usize,
    most: usize,
    is_lazy: bool,
    /// The byte that must stand behind it, where that is one.
    behind: Option<u8>,
}

/// A set of ASCII bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes(u128);

impl Bytes {
    const ALL: Self = Self(u128::MAX);

    fn has(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }

    /// Bytes of the set at the start of a text of ASCII.
    fn count_in(self, text: &[u8]) -> usize {
        let others = !self.0;
        let end = match others.count_ones() {
            0 => None,
            1 => u8::try_from(others.trailing_zeros()).ok().and_then(|other| memchr::memchr(other, text)),
            _ => text.iter().position(|byte| !self.has(*byte)),
        };
        end.unwrap_or(text.len())
    }

    fn of(byte: u8) -> Self {
        Self(if byte < 128 { 1 << byte } else { 0 })
    }

    fn class(class: &Class) -> Self {
        let mut set = 0;
        let mut add = |start: u32, end: u32| (start..=end.min(127)).for_each(|byte| set |= 1_u128 << byte);
        match class {
            Class::Unicode(class) => class.iter().for_each(|r| add(u32::from(r.start()), u32::from(r.end()))),
            Class::Bytes(class) => class.iter().for_each(|r| add(u32::from(r.start()), u32::from(r.end()))),
        }
        Self(set)
    }
}

/// Room for reading texts, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// Where groups begin and end, as bytes; group `n` at `2n`, and `2n + 1` behind it.
    marks: Vec<usize>,
    /// What to go back to when a way leads nowhere.
    back: Vec<Back>,
}

/// Where a group stands that is not there.
const NOWHERE: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
enum Back {
    /// This way from here.
    Way(usize, usize),
    /// A mark as it was.
    Mark(usize, usize),
    /// A shorter run: the step behind it, the byte it may end at, and the one where it must end.
    Shorter { next: usize, least: usize, end: usize, behind: Option<u8> },
    /// A longer run: the step, and where it ends; behind that so many bytes may follow.
    Longer { step: usize, end: usize, more: usize },
}

impl Trace {
    /// Where a group stands in the text that was read last.
    pub(super) fn group(&self, group: usize) -> Option<std::ops::Range<usize>> {
        let (start, end) = (*self.marks.get(2 * group)?, *self.marks.get(2 * group + 1)?);
        (start != NOWHERE && end != NOWHERE).then_some(start..end)
    }
}

impl Phrase {
    /// The steps of a pattern; `None` for one that must be left to the engine. Of the groups only
    /// those are told that are wanted; group 0, the whole, always is.
    pub(super) fn new(pattern: &str, wanted: impl Fn(usize) -> bool) -> Option<Self> {
        let tree = regex_syntax::parse(pattern).ok()?;
        if !tree.properties().look_set_prefix().contains(Look::Start) {
            return None;
        }
        let mut maker = Maker { steps: vec![Step::Done], wanted: &wanted };
        let end = maker.step(Step::Mark(1, 0))?;
        let body = maker.make(&tree, end)?;
        let first = maker.step(Step::Mark(0, body))?;
        let mut phrase = Self { steps: maker.steps, first, begins: Bytes::ALL, needs: None };
        phrase.begins = phrase.begins_of(first);
        phrase.look_behind_runs();
        let mut needs = Vec::new();
        longest_literal(&tree, &mut needs);
        if needs.len() > 1 && phrase.begins.0.count_ones() > 8 {
            phrase.needs = Some(Finder::new(&needs).into_owned());
        }
        Some(phrase)
    }

    /// True when a text may match: it begins as one that does, and holds what all of them hold.
    pub(super) fn may_match(&self, text: &[u8]) -> bool {
        text.first().map_or(self.begins == Bytes::ALL, |byte| self.begins.has(*byte))
            && self.needs.as_ref().is_none_or(|needs| needs.find(text).is_some())
    }

    /// Reads a text of ASCII and says whether it matches; then the trace knows where the groups
    /// stand. `None` when it would have to be tried too often.
    pub(super) fn read(&self, text: &[u8], trace: &mut Trace) -> Option<bool> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        trace.back.clear();
        trace.marks.clear();
        let (mut step, mut at) = (self.first, 0);
        let mut effort = EFFORT + text.len() * EFFORT_PER_BYTE;
        loop {
            let goes_on = match &self.steps[step] {
                Step::Done => return Some(true),
                Step::Literal(bytes, next) => {
                    text[at..].starts_with(bytes).then_some((*next, at + bytes.len()))
                }
                Step::Run(run, next) => run.take(text, (step, at, *next), &mut trace.back),
                Step::Ways(ways) => {
                    trace.back.extend(ways.iter().skip(1).rev().map(|way| Back::Way(*way, at)));
                    ways.first().map(|way| (*way, at))
                }
                Step::Mark(mark, next) => {
                    trace.mark(*mark, at);
                    Some((*next, at))
                }
                Step::Look(look, next) => looks(*look, text, at).then_some((*next, at)),
            };
            let Some((next, there)) = goes_on.or_else(|| self.go_back(text, trace)) else {
                return Some(false);
            };
            effort = effort.checked_sub(1 + at.abs_diff(there) / RUN_OF_A_STEP)?;
            (step, at) = (next, there);
        }
    }

    /// The next way to try.
    fn go_back(&self, text: &[u8], trace: &mut Trace) -> Option<(usize, usize)> {
        while let Some(back) = trace.back.pop() {
            match back {
                Back::Way(step, at) => return Some((step, at)),
                Back::Mark(mark, at) => trace.marks[mark] = at,
                Back::Shorter { next, least, end, behind } => {
                    let end = match behind {
                        // Where the byte behind the run stands nowhere, no end needs to be tried.
                        Some(byte) => memchr::memrchr(byte, text.get(least..=end)?).map(|at| least + at),
                        None => Some(end),
                    };
                    let Some(end) = end else { continue };
                    if end > least {
                        trace.back.push(Back::Shorter { next, least, end: end - 1, behind });
                    }
                    return Some((next, end));
                }
                Back::Longer { step, end, more } => {
                    let Step::Run(run, next) = &self.steps[step] else { continue };
                    if text.get(end).is_some_and(|byte| run.set.has(*byte)) {
                        if more > 1 {
                            trace.back.push(Back::Longer { step, end: end + 1, more: more - 1 });
                        }
                        return Some((*next, end + 1));
                    }
                }
            }
        }
        None
    }

    /// The bytes that may stand first from a step on.
    fn begins_of(&self, step: usize) -> Bytes {
        let mut begins = Bytes::default();
        let mut seen = vec![false; self.steps.len()];
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            if std::mem::replace(&mut seen[step], true) {
                continue;
            }
            match &self.steps[step] {
                Step::Literal(bytes, _) => begins.0 |= bytes.first().map_or(0, |byte| Bytes::of(*byte).0),
                Step::Run(run, next) => {
                    begins.0 |= run.set.0;
                    open.extend((run.least == 0).then_some(*next));
                }
                Step::Ways(ways) => open.extend(ways),
                Step::Mark(_, next) | Step::Look(Look::Start, next) => open.push(*next),
                Step::Look(..) | Step::Done => return Bytes::ALL,
            }
        }
        begins
    }

    /// Notes behind which runs only one byte may stand.
    fn look_behind_runs(&mut self) {
        for at in 0..self.steps.len() {
            let Step::Run(_, next) = self.steps[at] else { continue };
            let begins = self.begins_of(next).0;
            let byte = (begins.count_ones() == 1).then(|| begins.trailing_zeros());
            let byte = byte.and_then(|byte| u8::try_from(byte).ok());
            if let Step::Run(run, _) = &mut self.steps[at] {
                run.behind = byte;
            }
        }
    }
}

impl Trace {
    fn mark(&mut self, mark: usize, at: usize) {
        if self.marks.len() <= mark {
            self.marks.resize(mark + 1, NOWHERE);
        }
        self.back.push(Back::Mark(mark, self.marks[mark]));
        self.marks[mark] = at;
    }
}

impl Run {
    /// Takes the run in its first way and notes the others.
    fn take(
        &self,
        text: &[u8],
        (step, at, next): (usize, usize, usize),
        back: &mut Vec<Back>,
    ) -> Option<(usize, usize)> {
        let rest = &text[at..];
        let most = if self.is_lazy { self.least } else { self.most };
        let taken = self.set.count_in(&rest[..rest.len().min(most)]);
        if taken < self.least {
            return None;
        }
        let end = at + taken;
        if self.is_lazy && self.most > self.least {
            back.push(Back::Longer { step, end, more: self.most - self.least });
        } else if taken > self.least {
            back.push(Back::Shorter { next, least: at + self.least, end: end - 1, behind: self.behind });
        }
        Some((next, end))
    }
}

fn looks(look: Look, text: &[u8], at: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let (before, behind) = (is_word(at.checked_sub(1).and_then(|at| text.get(at))), is_word(text.get(at)));
    match look {
        Look::Start => at == 0,
        Look::End => at == text.len(),
        Look::WordAscii | Look::WordUnicode => before != behind,
        _ => before == behind,
    }
}

/// The longest text that stands in all that matches.
fn longest_literal(tree: &Hir, longest: &mut Vec<u8>) {
    match tree.kind() {
        HirKind::Literal(literal) if literal.0.len() > longest.len() => *longest = literal.0.to_vec(),
        HirKind::Concat(parts) => parts.iter().for_each(|part| longest_literal(part, longest)),
        HirKind::Capture(capture) => longest_literal(&capture.sub, longest),
        HirKind::Repetition(repeated) if repeated.min > 0 => longest_literal(&repeated.sub, longest),
        _ => {}
    }
}

/// Makes steps from a pattern's tree, the last ones first.
struct Maker<'w> {
    steps: Vec<Step>,
    wanted: &'w dyn Fn(usize) -> bool,
}

impl Maker<'_> {
    fn step(&mut self, step: Step) -> Option<usize> {
        self.steps.push(step);
        (self.steps.len() <= MOST_STEPS).then_some(self.steps.len() - 1)
    }

    /// The first step of what goes on with `next`.
    fn make(&mut self, tree: &Hir, next: usize) -> Option<usize> {
        match tree.kind() {
            HirKind::Empty => Some(next),
            HirKind::Literal(literal) => self.step(Step::Literal(literal.0.clone(), next)),
            HirKind::Class(class) => self.run(Bytes::class(class), (1, Some(1), true), next),
            HirKind::Look(look) => self.look(*look, next),
            HirKind::Repetition(repeated) => self.repeat(repeated, next),
            HirKind::Capture(capture) => {
                let group = usize::try_from(capture.index).ok()?;
                if !(self.wanted)(group) {
                    return self.make(&capture.sub, next);
                }
                let end = self.step(Step::Mark(2 * group + 1, next))?;
                let body = self.make(&capture.sub, end)?;
                self.step(Step::Mark(2 * group, body))
            }
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.make(part, next)),
            HirKind::Alternation(ways) => {
                let ways = ways.iter().map(|way| self.make(way, next)).collect::<Option<Vec<_>>>()?;
                self.step(Step::Ways(ways))
            }
        }
    }

    fn look(&mut self, look: Look, next: usize) -> Option<usize> {
        use Look::{End, Start, WordAscii, WordAsciiNegate, WordUnicode, WordUnicodeNegate};
        let is_known =
            matches!(look, Start | End | WordAscii | WordAsciiNegate | WordUnicode | WordUnicodeNegate);
        is_known.then(|| self.step(Step::Look(look, next)))?
    }

    fn run(
        &mut self,
        set: Bytes,
        (least, most, is_greedy): (u32, Option<u32>, bool),
        next: usize,
    ) -> Option<usize> {
        let most = most.map_or(Some(usize::MAX), |most| usize::try_from(most).ok())?;
        let least = usize::try_from(least).ok()?;
        self.step(Step::Run(Run { set, least, most, is_lazy: !is_greedy, behind: None }, next))
    }

    fn repeat(&mut self, repeated: &hir::Repetition, next: usize) -> Option<usize> {
        let hir::Repetition { min, max, greedy, sub } = repeated;
        if let HirKind::Class(class) = sub.kind() {
            return self.run(Bytes::class(class), (*min, *max, *greedy), next);
        }
        if let HirKind::Literal(literal) = sub.kind()
            && let [byte] = &literal.0[..]
        {
            return self.run(Bytes::of(*byte), (*min, *max, *greedy), next);
        }
        // What may be nothing can be repeated without end.
        if max.is_none() && sub.properties().minimum_len().is_none_or(|least| least == 0) {
            return None;
        }
        let mut step = match max {
            Some(max) => (*min..*max).try_fold(next, |rest, _| {
                let body = self.make(sub, rest)?;
                self.ways(body, next, *greedy)
            })?,
            None => {
                let again = self.step(Step::Ways(Vec::new()))?;
                let body = self.make(sub, again)?;
                self.steps[again] = Step::Ways(if *greedy { vec![body, next] } else { vec![next, body] });
                again
            }
        };
        for _ in 0..*min {
            step = self.make(sub, step)?;
        }
        Some(step)
    }

    fn ways(&mut self, body: usize, next: usize, is_greedy: bool) -> Option<usize> {
        self.step(Step::Ways(if is_greedy { vec![body, next] } else { vec![next, body] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    /// Where the groups of a pattern stand.
    type Groups = Vec<Option<std::ops::Range<usize>>>;

    /// What the steps and the engine say of a text; nothing where the steps leave it to the engine.
    fn both(pattern: &str, text: &str) -> Option<[Option<Groups>; 2]> {
        let (phrase, regex) = (Phrase::new(pattern, |_| true)?, Regex::new(pattern).unwrap());
        let mut trace = Trace::default();
        let matches = phrase.read(text.as_bytes(), &mut trace)?;
        assert!(phrase.may_match(text.as_bytes()) || !matches, "{pattern} on {text:?}");
        let groups = (0..regex.captures_len()).map(|group| trace.group(group)).collect();
        let found = regex.captures(text);
        let said = found.map(|found| found.iter().map(|group| group.map(|group| group.range())).collect());
        Some([matches.then_some(groups), said])
    }

    fn agree(pattern: &str, text: &str) -> bool {
        let Some([steps, engine]) = both(pattern, text) else { return false };
        assert_eq!(steps, engine, "{pattern} on {text:?}");
        true
    }

    #[test]
    fn a_message_of_sshd_is_read_in_steps() {
        let pattern = r"^Accepted (?P<a>\S+) for (?P<b>.*) from (?:::ffff:)?(?P<c>\S+) port (?P<d>\d+)(?: ssh2)?(?:: .*)?$";
        for text in [
            "Accepted publickey for ada from 192.0.2.1 port 5 ssh2: ED25519 SHA256:a",
            "Accepted publickey for ada from here from ::ffff:192.0.2.1 port 5",
            "Accepted publickey for ada from 192.0.2.1 port 5 ",
            "Accepted ",
            "",
        ] {
            assert!(agree(pattern, text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_in_steps_is_left_to_the_engine() {
        for pattern in ["a", "(?m)^a", "^(?:a*)*b", "^(?:(?:ab){50}){50}"] {
            assert!(Phrase::new(pattern, |_| true).is_none(), "{pattern}");
        }
        let slow = Phrase::new("^(?:.*a){9}$", |_| true).unwrap();
        assert_eq!(slow.read("a".repeat(2_000).as_bytes(), &mut Trace::default()), Some(true));
        let text = "a".repeat(2_000) + "b";
        assert_eq!(slow.read(text.as_bytes(), &mut Trace::default()), None);
        assert_eq!(slow.read(&[b'a'; LONGEST_TEXT + 1], &mut Trace::default()), None);
    }

    /// A pattern of few letters, so that texts of few letters match it often.
    fn pattern() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a", "b", "ab", ".", "[ab]", r"\w", r"\S", "(?i:a)", r"\b", "$", "^", " ", "",
        ]);
        let leaf = leaf.prop_map(str::to_owned);
        let tree = leaf.prop_recursive(4, 24, 4, |inner| {
            let repeat =
                prop::sample::select(vec!["?", "*", "+", "??", "*?", "+?", "{2}", "{1,3}", "{0,2}?", "{2,}"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                prop::collection::vec(inner.clone(), 2..4).prop_map(|ways| format!("(?:{})", ways.join("|"))),
                (inner.clone(), repeat).prop_map(|(part, repeat)| format!("(?:{part}){repeat}")),
                inner.prop_map(|part| format!("({part})")),
            ]
        });
        tree.prop_map(|tree| format!("^{tree}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

        #[test]
        fn steps_find_what_the_engine_finds(pattern in pattern(), texts in prop::collection::vec("[abA ]{0,12}", 4)) {
            for text in texts {
                agree(&pattern, &text);
            }
        }
    }
}
