//! The atoms of a condition: the parts that `&&`, `||` and `!` put together.

use super::pieces::{Bracket, Is, Piece, pieces};
use std::ops::Range;

/// How a condition is put together from its atoms, each by its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Structure {
    /// True where all are.
    All(Vec<Structure>),
    /// True where any is.
    Any(Vec<Structure>),
    /// True where the other is not.
    Not(Box<Structure>),
    /// A part that holds none of these.
    Atom(Range<usize>),
}

impl Structure {
    /// The structure of a condition.
    pub fn of(text: &str) -> Self {
        any(&pieces(text), text.len())
    }

    /// The atoms, in order.
    pub fn atoms(&self) -> Vec<Range<usize>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::atoms).collect(),
            Self::Not(part) => part.atoms(),
            Self::Atom(range) => vec![range.clone()],
        }
    }

    /// The atoms because of which the condition holds or does not: the first that rules it out, the first
    /// that is enough, or all that are needed. None where it is not known whether it holds.
    pub fn deciding(&self, truth: &dyn Fn(&Range<usize>) -> Option<bool>) -> Vec<Range<usize>> {
        self.decided(truth).map_or_else(Vec::new, |(_, atoms)| atoms)
    }

    fn decided(&self, truth: &dyn Fn(&Range<usize>) -> Option<bool>) -> Option<(bool, Vec<Range<usize>>)> {
        let (parts, decides) = match self {
            Self::All(parts) => (parts, false),
            Self::Any(parts) => (parts, true),
            Self::Not(part) => return part.decided(truth).map(|(holds, atoms)| (!holds, atoms)),
            Self::Atom(range) => return truth(range).map(|holds| (holds, vec![range.clone()])),
        };
        let mut needed = Vec::new();
        for part in parts {
            let (holds, atoms) = part.decided(truth)?;
            if holds == decides {
                return Some((holds, atoms));
            }
            needed.extend(atoms);
        }
        Some((!decides, needed))
    }

    /// Asks the atoms in the order in which the language asks them, as far as it does. Nothing where
    /// an atom gives nothing.
    pub fn ask(&self, atom: &mut dyn FnMut(&Range<usize>) -> Option<bool>) -> Option<bool> {
        match self {
            Self::All(parts) => up_to(parts, false, atom),
            Self::Any(parts) => up_to(parts, true, atom),
            Self::Not(part) => part.ask(atom).map(|holds| !holds),
            Self::Atom(range) => atom(range),
        }
    }
}

/// Asks parts up to the first that decides.
fn up_to(
    parts: &[Structure],
    decides: bool,
    atom: &mut dyn FnMut(&Range<usize>) -> Option<bool>,
) -> Option<bool> {
    for part in parts {
        if part.ask(atom)? == decides {
            return Some(decides);
        }
    }
    Some(!decides)
}

/// What an atom compares, or asks something of: the parts of it that are not written out as they are.
pub(super) fn sides(atom: &str) -> Vec<&str> {
    let pieces = pieces(atom);
    let mut depth = 0;
    let mut outside = |piece: &Piece| {
        match piece.is {
            Is::Open(_) => depth += 1,
            Is::Close(_) => depth -= 1,
            _ => {}
        }
        depth == 0
    };
    let tops: Vec<&Piece> = pieces.iter().filter(|piece| outside(piece)).collect();
    let compares = |piece: &&&Piece| matches!(piece.is, Is::Comparison(_) | Is::In | Is::NotIn);
    let sides = match tops.iter().find(compares) {
        Some(operator) => vec![&atom[..operator.range.start], &atom[operator.range.end..]],
        // `r.name.starts_with("x")` asks something of what stands before the last point.
        None => tops.iter().rfind(|piece| &atom[piece.range.clone()] == ".").map_or_else(Vec::new, |point| {
            let asks = atom[point.range.end..].contains('(');
            if asks { vec![&atom[..point.range.start]] } else { vec![atom] }
        }),
    };
    let names = |side: &&str| *side != "()" && self::pieces(side).iter().any(|piece| piece.is == Is::Value);
    sides.into_iter().map(str::trim).filter(names).collect()
}

fn any(pieces: &[Piece], end: usize) -> Structure {
    put_together(pieces, end, Is::Or, Structure::Any, all)
}

fn all(pieces: &[Piece], end: usize) -> Structure {
    put_together(pieces, end, Is::And, Structure::All, one)
}

fn put_together(
    pieces: &[Piece],
    end: usize,
    operator: Is,
    whole: fn(Vec<Structure>) -> Structure,
    part: fn(&[Piece], usize) -> Structure,
) -> Structure {
    let parts: Vec<&[Piece]> = split(pieces, operator);
    match parts[..] {
        [only] => part(only, end),
        _ => whole(parts.into_iter().map(|pieces| part(pieces, end)).collect()),
    }
}

/// The pieces between these operators, outside of brackets.
fn split(pieces: &[Piece], operator: Is) -> Vec<&[Piece]> {
    let mut depth = 0;
    pieces
        .split(|piece| {
            match piece.is {
                Is::Open(_) => depth += 1,
                Is::Close(_) => depth -= 1,
                _ => {}
            }
            depth == 0 && piece.is == operator
        })
        .collect()
}

/// A part without `&&` and `||`, or one in brackets.
fn one(pieces: &[Piece], end: usize) -> Structure {
    match pieces {
        [Piece { is: Is::Not, .. }, rest @ ..] if is_one_value(rest) => {
            Structure::Not(Box::new(one(rest, end)))
        }
        [Piece { is: Is::Open(Bracket::Round), .. }, within @ .., last]
            if last.is == Is::Close(Bracket::Round) && closes_at_end(pieces) =>
        {
            any(within, end)
        }
        [first, .., last] => Structure::Atom(first.range.start..last.range.end),
        [only] => Structure::Atom(only.range.clone()),
        [] => Structure::Atom(0..end),
    }
}

/// True when the first bracket is closed by the last piece.
fn closes_at_end(pieces: &[Piece]) -> bool {
    let mut depth = 0;
    let closes = pieces.iter().position(|piece| {
        match piece.is {
            Is::Open(_) => depth += 1,
            Is::Close(_) => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    closes == Some(pieces.len() - 1)
}

/// True when `!` before these pieces is about all of them: they compare nothing.
fn is_one_value(pieces: &[Piece]) -> bool {
    let mut depth = 0;
    pieces.iter().all(|piece| {
        match piece.is {
            Is::Open(_) => depth += 1,
            Is::Close(_) => depth -= 1,
            _ => {}
        }
        depth > 0 || !matches!(piece.is, Is::Comparison(_) | Is::In | Is::NotIn)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atoms(text: &str) -> Vec<&str> {
        Structure::of(text).atoms().into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn atoms_are_what_and_or_and_not_put_together() {
        let text =
            "r.a == \"x && y\" && (r.b in [1, 2] || !(r.c.matches(\"(a|b)\"))) && !r.d.starts_with(\"e\")";
        assert_eq!(
            atoms(text),
            ["r.a == \"x && y\"", "r.b in [1, 2]", "r.c.matches(\"(a|b)\")", "r.d.starts_with(\"e\")"]
        );
        assert_eq!(atoms("!a == b"), ["!a == b"]);
        assert_eq!(atoms("(a) == (b) || (c && d)"), ["(a) == (b)", "c", "d"]);
        assert_eq!(atoms("if a { b || c } else { d }"), ["if a { b || c } else { d }"]);
        assert_eq!(atoms("true"), ["true"]);
    }

    #[test]
    fn atoms_are_asked_as_far_as_the_language_asks_them() {
        let asked = |text: &str, truths: &[(&str, bool)]| {
            let mut asked = Vec::new();
            let holds = Structure::of(text).ask(&mut |range| {
                asked.push(text[range.clone()].to_owned());
                truths.iter().find(|(atom, _)| *atom == &text[range.clone()]).map(|(_, truth)| *truth)
            });
            (holds, asked.concat())
        };
        assert_eq!(asked("a && b || !c", &[("a", false), ("c", false)]), (Some(true), "ac".to_owned()));
        assert_eq!(asked("a && b || !c", &[("a", true), ("b", true)]), (Some(true), "ab".to_owned()));
        assert_eq!(asked("a && (b || c)", &[("a", true), ("b", false), ("c", false)]).0, Some(false));
        assert_eq!(asked("a || b", &[("a", false)]), (None, "ab".to_owned()), "nobody knows b");
    }

    #[test]
    fn sides_are_what_is_compared_or_asked() {
        assert_eq!(sides("r.a + params.b < as_of"), ["r.a + params.b", "as_of"]);
        assert_eq!(sides("r.a == \"x\""), ["r.a"]);
        assert_eq!(sides("r.a in [1, 2]"), ["r.a"]);
        assert_eq!(sides("r.user.name.starts_with(\"a.b\")"), ["r.user.name"]);
        assert_eq!(sides("r.is_on"), ["r.is_on"]);
        assert_eq!(sides("r.a == ()"), ["r.a"]);
        assert_eq!(sides("true"), [""; 0]);
    }

    #[test]
    fn what_decides_is_the_first_that_is_enough_or_all_that_are_needed() {
        let deciding = |text: &str, truths: &[(&str, bool)]| {
            let truth = |range: &Range<usize>| {
                truths.iter().find(|(atom, _)| *atom == &text[range.clone()]).map(|(_, truth)| *truth)
            };
            Structure::of(text).deciding(&truth).into_iter().map(|range| &text[range]).collect::<String>()
        };
        assert_eq!(deciding("a && b && c", &[("a", true), ("b", false)]), "b");
        assert_eq!(deciding("a && b", &[("a", true), ("b", true)]), "ab");
        assert_eq!(deciding("a && (b || !c)", &[("a", true), ("b", false), ("c", false)]), "ac");
        assert_eq!(deciding("(a && b) || c", &[("a", false), ("c", false)]), "ac");
        assert_eq!(deciding("a && b", &[("a", true)]), "", "nobody knows b");
    }
}
