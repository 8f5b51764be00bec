//! Shapes of records: which keys follow each other, and where the wanted values stand.
//!
//! The records of a log are laid out alike. A shape that was met once is remembered with what each
//! of its keys means, so that the next record of it costs one comparison a key; what is not wanted
//! is checked and stepped over, and nothing is allocated. A record is either found to be valid
//! JSON without a key that stands twice, or left to be read exactly by others.

use super::structure::Structure;
use std::ops::Range;

/// A log may have so many shapes; records of others are read exactly.
const MOST_STATES: usize = 16_384;
/// So many keys may follow one; objects with endless keys are read exactly.
const MOST_EDGES: usize = 64;
/// Records that nest deeper are read exactly.
const DEEPEST: usize = 48;
/// The state of a record of which no key was read.
const RECORD: u32 = 0;
/// No state, no value.
const NONE: u32 = u32::MAX;

/// The values that are wanted of records, by the keys that lead to them.
#[derive(Debug)]
pub(super) struct Wanted {
    branches: Vec<Branch>,
    values: u32,
}

#[derive(Debug, Default)]
struct Branch {
    below: Vec<(String, u32)>,
    value: Option<u32>,
}

/// Where a wanted value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What stands there.
    pub(super) kind: Kind,
    /// Its first byte; of a text the first behind the quote.
    pub(super) start: u32,
    /// The byte behind it.
    pub(super) end: u32,
}

/// What stands where a value is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: the key is not there.
    Missing,
    /// A text.
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
    /// An object or a list.
    Nested,
}

impl Found {
    const MISSING: Self = Self { kind: Kind::Missing, start: 0, end: 0 };
}

impl Wanted {
    /// Nothing is wanted.
    pub(super) fn new() -> Self {
        Self { branches: vec![Branch::default()], values: 0 }
    }

    /// Wants the value under these keys, one below the other. Gives its number.
    pub(super) fn add(&mut self, keys: &[String]) -> usize {
        let mut at = 0;
        for key in keys {
            let known = self.branches[at].below.iter().find(|(below, _)| below == key);
            at = if let Some((_, branch)) = known {
                *branch as usize
            } else {
                let new = self.branches.len();
                self.branches[at].below.push((key.clone(), number(new)));
                self.branches.push(Branch::default());
                new
            };
        }
        let value = *self.branches[at].value.get_or_insert(self.values);
        self.values = self.values.max(value + 1);
        value as usize
    }

    fn below(&self, branch: u32, key: &[u8]) -> Option<u32> {
        let below = &self.branches.get(branch as usize)?.below;
        below.iter().find(|(known, _)| known.as_bytes() == key).map(|(_, branch)| *branch)
    }

    fn value(&self, branch: u32) -> u32 {
        self.branches.get(branch as usize).and_then(|branch| branch.value).unwrap_or(NONE)
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// The shapes that were met in a log, and room for reading one more record.
pub(super) struct Shapes {
    states: Vec<State>,
    structure: Structure,
    open: Vec<Open>,
    found: Vec<Found>,
}

/// An object of which some keys were read, in this order.
struct State {
    /// The wanted branch that the object is; `NONE` for one that nobody wants.
    branch: u32,
    /// The last key.
    last_key: Option<Under>,
    /// The keys that were met next.
    edges: Vec<Edge>,
    /// The one that was met last.
    newest: usize,
}

/// A key that follows.
struct Edge {
    key: Box<[u8]>,
    next: u32,
    /// Number of the wanted value.
    value: u32,
    branch: u32,
    /// The state in which an object under the key begins.
    inside: u32,
    /// The state in which objects of a list under the key begin.
    elements: u32,
}

/// A key: the state before it, and the edge.
#[derive(Clone, Copy)]
struct Under {
    state: u32,
    edge: usize,
}

/// An object or list that was entered.
#[derive(Clone, Copy)]
struct Open {
    is_list: bool,
    /// Of an object, the keys that were read.
    state: u32,
    /// The key that it stands under.
    under: Under,
    /// The wanted value that it is.
    value: u32,
    start: u32,
}

/// Where a walk stands.
struct Walk<'t> {
    bytes: &'t [u8],
    /// The next byte.
    at: usize,
    /// The next mark of the structure. Marks stand nowhere but at what is walked over.
    mark: usize,
}

impl Shapes {
    /// No shape is known yet.
    pub(super) fn new(wanted: &Wanted) -> Self {
        let found = vec![Found::MISSING; wanted.values as usize];
        let states = vec![State::new(0, None)];
        Self { states, structure: Structure::default(), open: Vec::new(), found }
    }

    /// Where the wanted values of a record stand, by their numbers; `None` when it is to be read
    /// exactly: it is no valid JSON object, a key stands twice in it, or it is out of the ordinary.
    pub(super) fn read(&mut self, text: &str, wanted: &Wanted) -> Option<&[Found]> {
        let bytes = text.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return None;
        }
        self.structure.read(bytes);
        if self.structure.is_broken || !escapes_are_known(bytes, &self.structure.escaped) {
            return None;
        }
        self.found.fill(Found::MISSING);
        self.open.clear();
        self.walk(&mut Walk { bytes, at: 0, mark: 0 }, wanted)?;
        Some(&self.found)
    }

    /// Walks over a whole record.
    fn walk(&mut self, walk: &mut Walk<'_>, wanted: &Wanted) -> Option<()> {
        if walk.skip_blanks() != b'{' {
            return None;
        }
        let under = Under { state: NONE, edge: 0 };
        self.enter(walk, Open { is_list: false, state: RECORD, under, value: NONE, start: 0 })?;
        let mut is_first = true;
        while let Some(top) = self.open.last().copied() {
            let byte = walk.skip_blanks();
            if byte == (if top.is_list { b']' } else { b'}' }) {
                (walk.at, walk.mark) = (walk.at + 1, walk.mark + 1);
                self.leave(top, walk.at);
                is_first = false;
                continue;
            }
            if !is_first {
                walk.expect(b',')?;
            }
            is_first = if top.is_list {
                self.value(walk, top.under, NONE, true)?
            } else {
                let under = self.key(walk, top.state, wanted)?;
                let value = self.edge(under).value;
                self.value(walk, under, value, false)?
            };
        }
        walk.skip_blanks();
        (walk.at == walk.bytes.len()).then_some(())
    }

    fn enter(&mut self, walk: &mut Walk<'_>, open: Open) -> Option<()> {
        (walk.at, walk.mark) = (walk.at + 1, walk.mark + 1);
        self.open.push(open);
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn leave(&mut self, top: Open, end: usize) {
        self.open.pop();
        self.note(top.value, Kind::Nested, top.start as usize, end);
    }

    fn note(&mut self, value: u32, kind: Kind, start: usize, end: usize) {
        if let Some(found) = self.found.get_mut(value as usize) {
            *found = Found { kind, start: number(start), end: number(end) };
        }
    }

    /// Reads a key and the colon behind it, and remembers it in the object that it belongs to.
    fn key(&mut self, walk: &mut Walk<'_>, state: u32, wanted: &Wanted) -> Option<Under> {
        if walk.skip_blanks() != b'"' {
            return None;
        }
        let key = self.string(walk)?;
        let under = self.follow(state, walk.bytes.get(key)?, wanted)?;
        walk.skip_blanks();
        walk.expect(b':')?;
        self.open.last_mut()?.state = self.edge(under).next;
        Some(under)
    }

    /// Reads a plain value, or enters an object or list; true when it entered one.
    fn value(&mut self, walk: &mut Walk<'_>, under: Under, value: u32, in_list: bool) -> Option<bool> {
        match walk.skip_blanks() {
            b'"' => {
                let text = self.string(walk)?;
                self.note(value, Kind::Text, text.start, text.end);
            }
            byte @ (b'{' | b'[') => {
                let is_list = byte == b'[';
                let state = if is_list { NONE } else { self.object(under, in_list)? };
                self.enter(walk, Open { is_list, state, under, value, start: number(walk.at) })?;
                return Some(true);
            }
            _ => {
                let start = walk.at;
                walk.at += plain_length(walk.bytes.get(start..)?)?;
                self.note(value, Kind::Plain, start, walk.at);
            }
        }
        Some(false)
    }

    /// The inside of the string that begins here.
    fn string(&self, walk: &mut Walk<'_>) -> Option<Range<usize>> {
        let end = *self.structure.marks.get(walk.mark + 1)? as usize;
        let inside = walk.at + 1..end;
        (walk.at, walk.mark) = (end + 1, walk.mark + 2);
        Some(inside)
    }

    fn edge(&self, under: Under) -> &Edge {
        &self.states[under.state as usize].edges[under.edge]
    }

    /// The key that follows in this state.
    fn follow(&mut self, state: u32, key: &[u8], wanted: &Wanted) -> Option<Under> {
        let known = &mut self.states[state as usize];
        let newest = known.edges.get(known.newest).is_some_and(|edge| *edge.key == *key);
        if !newest {
            match known.edges.iter().position(|edge| *edge.key == *key) {
                Some(edge) => known.newest = edge,
                None => return self.learn(state, key, wanted),
            }
        }
        Some(Under { state, edge: known.newest })
    }

    /// Remembers a key that was not met in this state before.
    fn learn(&mut self, state: u32, key: &[u8], wanted: &Wanted) -> Option<Under> {
        let is_known = key.contains(&b'\\') || self.keys_before(state).any(|before| before == key);
        if is_known || self.states[state as usize].edges.len() >= MOST_EDGES {
            return None;
        }
        let under = Under { state, edge: self.states[state as usize].edges.len() };
        let branch = wanted.below(self.states[state as usize].branch, key).unwrap_or(NONE);
        let next = self.add(State::new(self.states[state as usize].branch, Some(under)))?;
        let value = wanted.value(branch);
        let edge = Edge { key: key.into(), next, value, branch, inside: NONE, elements: NONE };
        let known = &mut self.states[state as usize];
        known.newest = under.edge;
        known.edges.push(edge);
        Some(under)
    }

    /// The keys that stand before in the same object, from the last.
    fn keys_before(&self, state: u32) -> impl Iterator<Item = &[u8]> {
        let last = |state: u32| self.states.get(state as usize)?.last_key;
        std::iter::successors(last(state), move |under| last(under.state)).map(|under| &*self.edge(under).key)
    }

    /// The state in which an object under a key begins.
    fn object(&mut self, under: Under, in_list: bool) -> Option<u32> {
        let edge = self.edge(under);
        let (known, branch) = if in_list { (edge.elements, NONE) } else { (edge.inside, edge.branch) };
        if known != NONE {
            return Some(known);
        }
        let new = self.add(State::new(branch, None))?;
        let edge = &mut self.states[under.state as usize].edges[under.edge];
        *(if in_list { &mut edge.elements } else { &mut edge.inside }) = new;
        Some(new)
    }

    fn add(&mut self, state: State) -> Option<u32> {
        let new = number(self.states.len());
        self.states.push(state);
        (self.states.len() <= MOST_STATES).then_some(new)
    }
}

impl State {
    fn new(branch: u32, last_key: Option<Under>) -> Self {
        Self { branch, last_key, edges: Vec::new(), newest: 0 }
    }
}

impl Walk<'_> {
    /// The next byte that is no blank; zero at the end.
    fn skip_blanks(&mut self) -> u8 {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += 1;
        found.then_some(())
    }
}

/// True when all escapes of a text are those of JSON.
fn escapes_are_known(bytes: &[u8], escaped: &[u32]) -> bool {
    escaped.iter().all(|&at| {
        let rest = bytes.get(at as usize..).unwrap_or_default();
        match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
            [b'u', digits @ ..] => digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit),
            _ => false,
        }
    })
}

/// Bytes of the number, `true`, `false` or `null` that a text begins with.
fn plain_length(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b't' => bytes.starts_with(b"true").then_some(4),
        b'f' => bytes.starts_with(b"false").then_some(5),
        b'n' => bytes.starts_with(b"null").then_some(4),
        _ => number_length(bytes),
    }
}

/// Bytes of the number that a text begins with (RFC 8259, section 6).
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        at += 1 + sign + exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(at)
}
