//! Shapes of records: which keys follow each other, and where the wanted values stand.
//!
//! The records of a log are laid out alike. A shape that was met once is remembered with what each
//! of its keys means, so that the next record of it costs one comparison a key; what is not wanted
//! is checked and stepped over, and nothing is allocated. A record is either found to be valid
//! JSON without a key that stands twice, or left to be read exactly by others.

use super::structure::Structure;
use super::token::{begins_with, escapes_are_known, plain_length};
use super::wanted::{Kind, NONE, Values, Wanted, number};
use std::ops::Range;

/// A log may have so many shapes; records of others are read exactly.
const MOST_STATES: usize = 16_384;
/// So many keys may follow one; objects with endless keys are read exactly.
const MOST_EDGES: usize = 64;
/// Keys longer than this, with what stands around them, are compared part by part.
const LONGEST_KEY: usize = 256;
/// Records that nest deeper are read exactly.
const DEEPEST: usize = 48;
/// The state of a record of which no key was read.
const RECORD: u32 = 0;

/// The shapes that were met in a log, and room for reading one more record.
pub(super) struct Shapes {
    states: Vec<State>,
    edges: Vec<Edge>,
    structure: Structure,
    /// The objects and lists around the one that is read.
    around: Vec<Open>,
    /// What a text is that was found: one of a record in which nothing is escaped has no escapes.
    text: Kind,
}

/// An object of which some keys were read, in this order.
struct State {
    /// The wanted branch that the object is; `NONE` for one that nobody wants.
    branch: u32,
    /// The edge of the last key.
    last_key: u32,
    /// The edge of the key that was met next most recently, and of the one met next first.
    newest: u32,
    first: u32,
    edges: usize,
}

/// A key that follows.
struct Edge {
    key: Box<[u8]>,
    /// The key as it was written last: from the end of the value before to its own value, with the
    /// comma, the colon, and the blanks.
    text: Box<[u8]>,
    /// The state before it.
    state: u32,
    /// Another key that may stand in its place.
    sibling: u32,
    next: u32,
    /// Number of the wanted value.
    value: u32,
    branch: u32,
    /// The state in which an object under the key begins.
    inside: u32,
    /// The state in which objects of a list under the key begin.
    elements: u32,
}

/// An object or list that was entered.
#[derive(Clone, Copy)]
struct Open {
    closing: u8,
    /// Of an object, the keys that were read.
    state: u32,
    /// The key that it stands under.
    edge: u32,
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
    pub(super) fn new() -> Self {
        Self {
            states: vec![State::new(0, NONE)],
            edges: Vec::new(),
            structure: Structure::default(),
            around: Vec::new(),
            text: Kind::Text,
        }
    }

    /// Finds the wanted values of a record; `None` when it is to be read exactly: it is no valid JSON
    /// object, a key stands twice in it, or it is out of the ordinary.
    pub(super) fn read(&mut self, text: &str, wanted: &Wanted, found: &mut Values) -> Option<()> {
        let bytes = text.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return None;
        }
        self.structure.read(bytes);
        if self.structure.is_broken || !escapes_are_known(bytes, self.structure.escaped.all()) {
            return None;
        }
        self.text = if self.structure.escaped.all().is_empty() { Kind::Text } else { Kind::Escaped };
        self.around.clear();
        self.walk(&mut Walk { bytes, at: 0, mark: 0 }, wanted, found)
    }

    /// Walks over a whole record.
    fn walk(&mut self, walk: &mut Walk<'_>, wanted: &Wanted, values: &mut Values) -> Option<()> {
        if walk.skip_blanks() != b'{' {
            return None;
        }
        walk.pass_mark();
        let mut top = Open { closing: b'}', state: RECORD, edge: NONE, value: NONE, start: 0 };
        let mut is_first = true;
        loop {
            let edge = if let Some(newest) = self.newest_key(walk, top.state) {
                newest
            } else {
                let before = walk.at;
                let byte = walk.skip_blanks();
                if byte == top.closing {
                    walk.pass_mark();
                    values.note(top.value, Kind::Nested, top.start as usize, walk.at);
                    let Some(outer) = self.around.pop() else { break };
                    (top, is_first) = (outer, false);
                    continue;
                }
                if !is_first {
                    walk.expect(b',')?;
                    walk.skip_blanks();
                }
                if top.closing == b']' { top.edge } else { self.other_key(walk, before, top.state, wanted)? }
            };
            match self.value(walk, edge, &mut top, values)? {
                None => is_first = false,
                Some(inner) => {
                    self.around.push(top);
                    (top, is_first) = (inner, true);
                    if self.around.len() == DEEPEST {
                        return None;
                    }
                }
            }
        }
        walk.skip_blanks();
        (walk.at == walk.bytes.len()).then_some(())
    }

    /// The key that was met most recently in a state, when it comes again.
    #[inline]
    fn newest_key(&self, walk: &mut Walk<'_>, state: u32) -> Option<u32> {
        let newest = self.states.get(state as usize)?.newest;
        let text = &self.edges.get(newest as usize)?.text;
        if text.is_empty() || !begins_with(walk.bytes.get(walk.at..)?, text) {
            return None;
        }
        // No escape stands in a known key: both of its quotes are marks.
        (walk.at, walk.mark) = (walk.at + text.len(), walk.mark + 2);
        Some(newest)
    }

    /// Reads a key that is not the one met most recently, or is written otherwise; `before` is the
    /// end of the value before.
    fn other_key(&mut self, walk: &mut Walk<'_>, before: usize, state: u32, wanted: &Wanted) -> Option<u32> {
        if walk.bytes.get(walk.at) != Some(&b'"') {
            return None;
        }
        let key = walk.bytes.get(self.string(walk)?)?;
        walk.skip_blanks();
        walk.expect(b':')?;
        let known = self.following(state).find(|(_, edge)| *edge.key == *key).map(|(number, _)| number);
        let edge = known.or_else(|| self.learn(state, key, wanted))?;
        self.states[state as usize].newest = edge;
        walk.skip_blanks();
        let written = &walk.bytes[before..walk.at];
        let text = &mut self.edges[edge as usize].text;
        if **text != *written && written.len() <= LONGEST_KEY {
            *text = written.into();
        }
        Some(edge)
    }

    /// Reads a plain value, or gives the object or list that it enters.
    #[inline]
    fn value(
        &mut self,
        walk: &mut Walk<'_>,
        edge: u32,
        around: &mut Open,
        values: &mut Values,
    ) -> Option<Option<Open>> {
        let in_list = around.closing == b']';
        let value = if in_list {
            NONE
        } else {
            let key = &self.edges[edge as usize];
            around.state = key.next;
            key.value
        };
        match walk.skip_blanks() {
            b'"' => {
                let text = self.string(walk)?;
                values.note(value, self.text, text.start, text.end);
            }
            byte @ (b'{' | b'[') => {
                let start = number(walk.at);
                walk.pass_mark();
                // Behind both opening brackets stands their closing one, two further.
                let state = if byte == b'[' { NONE } else { self.object(edge, in_list)? };
                return Some(Some(Open { closing: byte + 2, state, edge, value, start }));
            }
            _ => {
                let start = walk.at;
                walk.at += plain_length(walk.bytes.get(start..)?)?;
                values.note(value, Kind::Plain, start, walk.at);
            }
        }
        Some(None)
    }

    /// The inside of the string that begins here.
    fn string(&self, walk: &mut Walk<'_>) -> Option<Range<usize>> {
        let end = self.structure.marks.get(walk.mark + 1)?;
        let inside = walk.at + 1..end;
        (walk.at, walk.mark) = (end + 1, walk.mark + 2);
        Some(inside)
    }

    /// The keys that were met next in a state.
    fn following(&self, state: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let edge = |number: u32| self.edges.get(number as usize).map(|edge| (number, edge));
        std::iter::successors(edge(self.states[state as usize].first), move |(_, last)| edge(last.sibling))
    }

    /// The keys that stand before in the same object, from the last.
    fn keys_before(&self, state: u32) -> impl Iterator<Item = &[u8]> {
        let last = |state: u32| self.edges.get(self.states[state as usize].last_key as usize);
        std::iter::successors(last(state), move |edge| last(edge.state)).map(|edge| &*edge.key)
    }

    /// Remembers a key that was not met in this state before.
    fn learn(&mut self, state: u32, key: &[u8], wanted: &Wanted) -> Option<u32> {
        let is_twice = self.keys_before(state).any(|before| before == key);
        let known = &self.states[state as usize];
        if is_twice || key.contains(&b'\\') || known.edges >= MOST_EDGES {
            return None;
        }
        let new = number(self.edges.len());
        let branch = wanted.below(known.branch, key).unwrap_or(NONE);
        let (own_branch, sibling) = (known.branch, known.first);
        let next = self.add(State::new(own_branch, new))?;
        // How it is written is noted by who met it.
        let text = Box::default();
        let (key, value) = (key.into(), wanted.value(branch));
        self.edges.push(Edge {
            key,
            text,
            state,
            sibling,
            next,
            value,
            branch,
            inside: NONE,
            elements: NONE,
        });
        let known = &mut self.states[state as usize];
        (known.first, known.edges) = (new, known.edges + 1);
        Some(new)
    }

    /// The state in which an object under a key begins.
    fn object(&mut self, edge: u32, in_list: bool) -> Option<u32> {
        let found = &self.edges[edge as usize];
        let (known, branch) = if in_list { (found.elements, NONE) } else { (found.inside, found.branch) };
        if known != NONE {
            return Some(known);
        }
        let new = self.add(State::new(branch, NONE))?;
        let edge = &mut self.edges[edge as usize];
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
    fn new(branch: u32, last_key: u32) -> Self {
        Self { branch, last_key, newest: NONE, first: NONE, edges: 0 }
    }
}

impl Walk<'_> {
    /// The next byte that is no blank; zero at the end.
    #[inline]
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

    /// Goes over a bracket.
    fn pass_mark(&mut self) {
        (self.at, self.mark) = (self.at + 1, self.mark + 1);
    }
}
