//! Templates of records: text that always stands, and places where plain values vary.
//!
//! Programs write their records from a few templates: the same keys, brackets and blanks, and many of
//! the values too. A record that was read by its shape is remembered as it stands; where another one
//! holds something else in place of a plain value, that value is left open from then on. So most of a
//! record is compared with what is known, many bytes at once, and only what varies is looked at.
//!
//! Every way through the tree is a record that was read by its shape, with some of its plain values
//! left open. What stands there instead is checked to be a plain value. So whatever goes through the
//! tree is valid JSON in which no key stands twice, and its values stand where the way says.

use super::token::{begins_with, plain_length, text_end};
use super::wanted::{Kind, NONE, Values, number};
use std::ops::Range;

/// Pieces of text that are remembered; records that need more are read by their shapes.
const MOST_PIECES: usize = 8_192;
/// Bytes of all pieces.
const MOST_BYTES: usize = 2 << 20;

/// The templates that were met in a log.
pub(super) struct Templates {
    /// Places in a record; the first is its beginning.
    places: Vec<Place>,
    pieces: Vec<Piece>,
    bytes: usize,
}

/// A place in a record, and what can stand there.
#[derive(Default)]
struct Place {
    /// The pieces of text that can. No two begin with the same byte.
    pieces: Vec<u32>,
    /// A plain value that varies; then no piece begins with one.
    open: Option<Open>,
    /// The end of the record.
    is_end: bool,
}

/// A plain value that varies.
#[derive(Clone, Copy)]
struct Open {
    /// The wanted value that it is.
    value: u32,
    /// The place behind it.
    behind: u32,
}

/// A piece of text that stands as it stands. Neither of its ends lies inside of a plain value.
struct Piece {
    text: Box<[u8]>,
    /// The wanted values in it, in order.
    notes: Vec<Note>,
    /// The place behind it.
    behind: u32,
}

/// Something that is wanted of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Note {
    /// Where it stands in the piece, or in the record while that is taken apart.
    at: usize,
    value: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A plain value of so many bytes.
    Plain(Kind, usize),
    /// The first byte of an object or list.
    Begin,
    /// The byte behind an object or list.
    End,
}

/// A record that is being remembered.
struct Lesson<'t> {
    bytes: &'t [u8],
    /// Where its plain values stand, with their quotes.
    plain: Vec<Range<usize>>,
    notes: Vec<Note>,
}

impl Templates {
    /// No template is known yet.
    pub(super) fn new() -> Self {
        Self { places: vec![Place::default()], pieces: Vec::new(), bytes: 0 }
    }

    /// Finds the wanted values of the record that a text begins with, when its template is known. Gives
    /// the bytes that it takes.
    pub(super) fn read(&self, text: &str, found: &mut Values) -> Option<usize> {
        let bytes = text.as_bytes();
        let (mut place, mut at) = (self.places.first()?, 0);
        loop {
            if let Some(piece) = self.piece(place, bytes.get(at..)?) {
                piece.notes.iter().for_each(|note| note.found(at, found));
                at += piece.text.len();
                place = &self.places[piece.behind as usize];
            } else if let Some(open) = place.open {
                let (kind, end) = plain_value(bytes, at)?;
                if open.value != NONE {
                    found.note_plain(open.value, kind, at..end);
                }
                at = end;
                place = &self.places[open.behind as usize];
            } else {
                return place.is_end.then_some(at);
            }
        }
    }

    /// The piece that stands at a place.
    #[inline]
    fn piece(&self, place: &Place, bytes: &[u8]) -> Option<&Piece> {
        let mut pieces = place.pieces.iter().map(|piece| &self.pieces[*piece as usize]);
        pieces.find(|piece| begins_with(bytes, &piece.text))
    }

    /// Remembers a record that was read by its shape, with what was found of it.
    pub(super) fn learn(&mut self, text: &str, found: &Values) {
        if self.pieces.len() < MOST_PIECES && self.bytes < MOST_BYTES {
            let lesson = Lesson::new(text.as_bytes(), found);
            self.take(&lesson);
        }
    }

    fn take(&mut self, lesson: &Lesson<'_>) {
        let (mut place, mut at) = (0, 0);
        while at < lesson.bytes.len() {
            let plain = lesson.plain_at(at);
            if let (Some(open), Some(plain)) = (self.places[place].open, plain) {
                (place, at) = (open.behind as usize, plain.end);
                continue;
            }
            let Some(piece) = self.akin(place, lesson.bytes[at], plain.is_some()) else {
                return self.add_rest(place, at, lesson);
            };
            let text = &self.pieces[piece as usize].text;
            let same = text.iter().zip(&lesson.bytes[at..]).take_while(|(a, b)| a == b).count();
            if same < text.len() {
                match lesson.plain_that_differs(at, same, text) {
                    Some(start) => self.open(place, piece, start - at),
                    None if same > 0 => self.split(piece, same),
                    // They begin with the same byte, or both with a plain value.
                    None => return,
                }
                continue;
            }
            at += same;
            place = self.pieces[piece as usize].behind as usize;
        }
        self.places[place].is_end = true;
    }

    /// The piece that begins with the same byte, or like the record with a plain value.
    fn akin(&self, place: usize, byte: u8, is_plain: bool) -> Option<u32> {
        let mut pieces = self.places[place].pieces.iter().copied();
        pieces.find(|piece| {
            let first = self.pieces[*piece as usize].text[0];
            first == byte || (is_plain && begins_plain(first))
        })
    }

    /// Puts all the rest of a record at a place.
    fn add_rest(&mut self, place: usize, at: usize, lesson: &Lesson<'_>) {
        let notes = lesson.notes.iter().filter(|note| note.at >= at);
        let notes = notes.map(|note| Note { at: note.at - at, ..*note }).collect();
        let behind = self.add_place(Place { is_end: true, ..Place::default() });
        let piece = self.add_piece(lesson.bytes[at..].to_vec(), notes, behind);
        self.places[place].pieces.push(piece);
    }

    /// Leaves a plain value open that stands in a piece here.
    fn open(&mut self, place: usize, piece: u32, start: usize) {
        let place = if start > 0 {
            self.split(piece, start);
            self.pieces[piece as usize].behind as usize
        } else {
            place
        };
        let own = self.places[place].pieces.iter().position(|own| start > 0 || *own == piece);
        let Some(own) = own else { return };
        let piece = self.places[place].pieces.swap_remove(own);
        let text = &self.pieces[piece as usize].text;
        let length = plain_value(text, 0).map_or(text.len(), |(_, end)| end);
        let value = self.pieces[piece as usize].notes.first().filter(|note| note.at == 0);
        let value = value.map_or(NONE, |note| note.value);
        let behind = if length < text.len() {
            self.split(piece, length);
            self.pieces[piece as usize].behind
        } else {
            self.pieces[piece as usize].behind
        };
        self.places[place].open = Some(Open { value, behind });
    }

    /// Makes two pieces of one, with a place between them.
    fn split(&mut self, piece: u32, at: usize) {
        let first = &mut self.pieces[piece as usize];
        let (text, rest) = first.text.split_at(at);
        let (text, rest) = (text.to_vec(), rest.to_vec());
        let behind_rest = first.behind;
        let kept = first.notes.partition_point(|note| note.at < at);
        let notes = first.notes.split_off(kept);
        let notes = notes.into_iter().map(|note| Note { at: note.at - at, ..note }).collect();
        first.text = text.into();
        self.bytes -= rest.len();
        let rest = self.add_piece(rest, notes, behind_rest);
        let between = self.add_place(Place { pieces: vec![rest], ..Place::default() });
        self.pieces[piece as usize].behind = between;
    }

    fn add_piece(&mut self, text: Vec<u8>, notes: Vec<Note>, behind: u32) -> u32 {
        self.bytes += text.len();
        self.pieces.push(Piece { text: text.into(), notes, behind });
        number(self.pieces.len() - 1)
    }

    fn add_place(&mut self, place: Place) -> u32 {
        self.places.push(place);
        number(self.places.len() - 1)
    }
}

impl Note {
    /// Notes what is wanted of a piece that stands here.
    #[inline]
    fn found(&self, piece: usize, found: &mut Values) {
        let at = piece + self.at;
        match self.what {
            What::Plain(kind, length) => found.note_plain(self.value, kind, at..at + length),
            What::Begin => found.begin(self.value, at),
            What::End => found.end(self.value, at),
        }
    }
}

impl<'t> Lesson<'t> {
    fn new(bytes: &'t [u8], found: &Values) -> Self {
        let mut notes = Vec::new();
        for &value in found.there() {
            let one = found.get(value as usize);
            let (start, end) = (one.start as usize, one.end as usize);
            let note = |at, what| Note { at, value, what };
            match one.kind {
                Kind::Missing => {}
                Kind::Plain => notes.push(note(start, What::Plain(one.kind, end - start))),
                // With its quotes.
                Kind::Text | Kind::Escaped => {
                    notes.push(note(start - 1, What::Plain(one.kind, end + 1 - (start - 1))));
                }
                Kind::Nested => notes.extend([note(start, What::Begin), note(end, What::End)]),
            }
        }
        // What ends here ends before what begins here; of what ends here, all is the same.
        notes.sort_by_key(|note| note.at);
        Self { bytes, plain: plain_values(bytes), notes }
    }

    /// The plain value that begins here.
    fn plain_at(&self, at: usize) -> Option<&Range<usize>> {
        let found = self.plain.binary_search_by_key(&at, |range| range.start).ok()?;
        self.plain.get(found)
    }

    /// Where the plain value begins in which the record, from here on, differs from a piece that is
    /// the same up to there.
    fn plain_that_differs(&self, at: usize, same: usize, piece: &[u8]) -> Option<usize> {
        let before = self.plain.partition_point(|range| range.start <= at + same);
        let last = self.plain.get(before.checked_sub(1)?)?;
        if last.start < at {
            return None;
        }
        // A value of the piece begins at the same byte; it may go on where that of the record ends.
        let (_, end) = plain_value(piece, last.start - at)?;
        (last.end > at + same || at + end > at + same).then_some(last.start)
    }
}

/// The plain values of a record that is valid, with their quotes; keys are none.
fn plain_values(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some((_, end)) = plain_value(bytes, at) else {
            at += 1;
            continue;
        };
        let behind = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        if behind != Some(&b':') {
            all.push(at..end);
        }
        at = end;
    }
    all
}

/// The plain value that begins here: what it is, and where it ends, behind its quotes.
#[inline]
fn plain_value(bytes: &[u8], at: usize) -> Option<(Kind, usize)> {
    match bytes.get(at)? {
        b'"' => {
            let (end, has_escapes) = text_end(bytes, at + 1)?;
            Some((if has_escapes { Kind::Escaped } else { Kind::Text }, end + 1))
        }
        _ => Some((Kind::Plain, at + plain_length(&bytes[at..])?)),
    }
}

fn begins_plain(byte: u8) -> bool {
    matches!(byte, b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shapes;
    use super::super::wanted::{Found, Wanted};
    use super::*;
    use proptest::prelude::*;

    fn wanted() -> Wanted {
        let mut wanted = Wanted::new();
        for path in ["a", "b", "o.a", "o.b", "l", "o"] {
            wanted.add(&path.split('.').map(str::to_owned).collect::<Vec<_>>());
        }
        wanted
    }

    fn all(found: &Values, wanted: &Wanted) -> Vec<Found> {
        let one = |value| match found.get(value) {
            // A template knows of each text whether it holds escapes, a shape of all together.
            Found { kind: Kind::Escaped, start, end } => Found { kind: Kind::Text, start, end },
            Found { kind: Kind::Missing, .. } => Found::MISSING,
            other => other,
        };
        (0..wanted.count()).map(one).collect()
    }

    /// What is found by shape, by somebody who has seen no other record.
    fn by_shape(text: &str, wanted: &Wanted, found: &mut Values) -> Option<Vec<Found>> {
        found.clear();
        Shapes::new().read(text, wanted, found)?;
        Some(all(found, wanted))
    }

    fn by_template(templates: &Templates, text: &str, wanted: &Wanted) -> Option<Vec<Found>> {
        let mut found = Values::new(wanted.count());
        (templates.read(text, &mut found)? == text.len()).then_some(())?;
        Some(all(&found, wanted))
    }

    fn plain() -> impl Strategy<Value = String> {
        prop_oneof![
            "\"[x-z\\\\é]{0,3}\"".prop_map(|text| text.replace('\\', "\\\\")),
            "\"[a-z ]{20,70}\"",
            Just(r#""\u0041\"""#.to_owned()),
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?[1-9][0-9]{0,3}(\\.5|e7)?",
            Just("0".to_owned()),
        ]
    }

    fn record() -> impl Strategy<Value = String> {
        let inner = prop_oneof![
            6 => plain(),
            1 => (plain(), plain()).prop_map(|(a, b)| format!("{{\"a\":{a},\"b\":{b}}}")),
            1 => proptest::collection::vec(plain(), 0..3).prop_map(|all| format!("[{}]", all.join(","))),
        ];
        let entry = |key: &'static str| {
            (prop::bool::weighted(0.8), inner.clone())
                .prop_map(move |(is, value)| (is, format!("\"{key}\":{value}")))
        };
        (entry("a"), entry("o"), entry("k"), entry("l"), entry("b"), prop::bool::weighted(0.1)).prop_map(
            |(a, o, k, l, b, is_loose)| {
                let kept = [a, o, k, l, b].into_iter().filter(|(is, _)| *is).map(|(_, entry)| entry);
                let blank = if is_loose { " " } else { "" };
                format!("{{{}{blank}}}", kept.collect::<Vec<_>>().join(&format!("{blank},")))
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Also where a text is none of JSON: then neither takes it.
        #[test]
        fn what_goes_through_the_tree_is_what_is_read_by_shape(
            texts in proptest::collection::vec(record(), 1..24),
            at in any::<prop::sample::Index>(),
            with in prop::sample::select(vec!["", "\"", "\\", "{", "}", "]", ",", ":", " ", "0", "x", "\u{1}", "null"]),
            cut in 0_usize..3,
        ) {
            let wanted = wanted();
            let mut templates = Templates::new();
            let mut found = Values::new(wanted.count());
            for text in &texts {
                let at = text.floor_char_boundary(at.index(text.len()));
                let behind = text.ceil_char_boundary((at + cut).min(text.len()));
                let damaged = format!("{}{with}{}", &text[..at], &text[behind..]);
                for text in [&damaged, text] {
                    if let Some(values) = by_template(&templates, text, &wanted) {
                        prop_assert_eq!(Some(values), by_shape(text, &wanted, &mut found), "{}", text);
                    }
                }
                let values = by_shape(text, &wanted, &mut found);
                prop_assert!(values.is_some());
                templates.learn(text, &found);
                prop_assert_eq!(by_template(&templates, text, &wanted), values, "{}", text);
            }
        }
    }

    #[test]
    fn records_that_differ_in_plain_values_are_learned_once_or_twice() {
        let wanted = wanted();
        let (mut templates, mut found) = (Templates::new(), Values::new(wanted.count()));
        let mut learned = 0;
        for number in 0..100 {
            let text = format!(
                r#"{{"a":"user-{number}","k":{{"always":"the same"}},"o":{{"a":{number},"b":null}},"l":["x","{number}"]}}"#
            );
            if by_template(&templates, &text, &wanted).is_none() {
                by_shape(&text, &wanted, &mut found).unwrap();
                templates.learn(&text, &found);
                learned += 1;
            }
        }
        assert_eq!(learned, 2);
        let other = r#"{"a":1,"k":{"always":"otherwise"},"o":{"a":1,"b":null},"l":["x",""]}"#;
        assert!(by_template(&templates, other, &wanted).is_none());
    }
}
