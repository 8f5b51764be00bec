//! How much of a finding the page shows: its exceptions with what was seen, within bounds.

use super::exhibits::{Exhibit, Rows, exhibits, position};
use crate::finding::Finding;
use crate::place::Place;
use crate::snippet::visible;
use serde::Serialize;
use std::collections::BTreeSet;

/// Places of one exception that are shown as excerpts, and of one that is listed in one line.
const OF_ONE: usize = 6;
const PLACES_LISTED: usize = 3;

/// How much of each finding is shown. A page with many findings shows less of each, so that it opens
/// quickly and its size stays in proportion to the findings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Places that are shown as excerpts.
    pub(super) places: usize,
    /// Further exceptions in one line each.
    listed: usize,
    /// True when rows of tables are shown as the lines that they are, and what stands elsewhere on the page
    /// is left out: a browser opens as many findings as its elements let it, and a table has many.
    pub(super) is_lean: bool,
}

impl Bounds {
    /// The bounds on a page with so many findings.
    pub(super) fn of(findings: usize) -> Self {
        match findings {
            0..=1_000 => Self { places: 12, listed: 200, is_lean: false },
            1_001..=5_000 => Self { places: 4, listed: 20, is_lean: false },
            _ => Self { places: 2, listed: 5, is_lean: true },
        }
    }
}

/// What is shown of the exceptions of a finding.
#[derive(Debug, Default, Serialize)]
pub(super) struct Shown<'r> {
    seen: Vec<Seen<'r>>,
    /// Further exceptions in one line each.
    listed: Vec<Listed<'r>>,
    /// Exceptions that are in the JSON alone.
    left: usize,
    /// Places, of exceptions that are seen, that are in the JSON alone.
    more_places: usize,
}

/// An exception with its places.
#[derive(Debug, Serialize)]
struct Seen<'r> {
    /// What is wrong with it, where the finding does not say it already.
    statement: Option<&'r str>,
    owner: Option<&'r str>,
    exhibits: Vec<Exhibit<'r>>,
    /// True when it stands in more than one file.
    has_ends: bool,
}

/// An exception in one line.
#[derive(Debug, Serialize)]
struct Listed<'r> {
    statement: &'r str,
    places: Vec<String>,
}

/// An exception, or the places that belong to none.
struct Exception<'r> {
    statement: &'r str,
    owner: Option<&'r str>,
    places: Vec<&'r Place>,
}

impl<'r> Shown<'r> {
    /// What is shown of this finding.
    pub(super) fn of(finding: &'r Finding, bounds: Bounds) -> Self {
        let mut shown = Self::default();
        let mut room = bounds.places;
        let exceptions = exceptions(finding);
        let is_alone = exceptions.len() == 1;
        for exception in exceptions {
            if room == 0 {
                shown.list(&exception, bounds);
                continue;
            }
            let places = &exception.places[..exception.places.len().min(room).min(OF_ONE)];
            shown.more_places += exception.places.len() - places.len();
            room -= places.len().max(1).min(room);
            shown.seen.push(exception.seen(places, &finding.statement, is_alone, bounds));
        }
        shown
    }

    fn list(&mut self, exception: &Exception<'r>, bounds: Bounds) {
        if self.listed.len() == bounds.listed {
            self.left += 1;
            return;
        }
        let places = exception.places.iter().take(PLACES_LISTED);
        self.listed.push(Listed {
            statement: exception.statement,
            places: places.map(|place| visible(&format!("{}{}", place.file, position(place)))).collect(),
        });
    }
}

impl<'r> Exception<'r> {
    /// With these of its places. Whoever is alone is spoken of, and owned, by the finding itself.
    fn seen(&self, places: &[&'r Place], said: &'r str, is_alone: bool, bounds: Bounds) -> Seen<'r> {
        let exhibits = exhibits(
            places,
            &[said, self.statement],
            if bounds.is_lean { Rows::AsLines } else { Rows::AsTables },
        );
        let files: BTreeSet<&str> = exhibits.iter().map(|exhibit| exhibit.file).collect();
        Seen {
            statement: Some(self.statement).filter(|statement| !statement.is_empty() && *statement != said),
            owner: self.owner.filter(|_| !is_alone),
            has_ends: files.len() > 1,
            exhibits,
        }
    }
}

/// The exceptions of a finding, and behind them the places that belong to none.
fn exceptions(finding: &Finding) -> Vec<Exception<'_>> {
    let mut free: BTreeSet<usize> = (0..finding.places.len()).collect();
    let mut exceptions = Vec::new();
    for one in &finding.observations {
        one.places.iter().for_each(|at| _ = free.remove(at));
        let places = one.places.iter().filter_map(|at| finding.places.get(*at)).collect();
        exceptions.push(Exception { statement: &one.statement, owner: one.owner.as_deref(), places });
    }
    if !free.is_empty() {
        let places = free.iter().map(|at| &finding.places[*at]).collect();
        exceptions.push(Exception { statement: "", owner: None, places });
    }
    exceptions
}
