//! One log shown to all scans, record by record.

use super::join::{JoinWith, RowNumber};
use super::{Condition, Mark, Scan, Sighting, Tally, Window};
use crate::evidence::{Decision, Record, Row};
use crate::finding::Diagnostic;
use std::cell::OnceCell;

/// One log, one thread.
pub(super) struct Pass<'a> {
    pub(super) scans: &'a [Scan],
    pub(super) window: Window,
    pub(super) category: Option<usize>,
    pub(super) log: u32,
    pub(super) tallies: Vec<Tally>,
}

impl Pass<'_> {
    /// Shows a record to all scans.
    pub(super) fn fold(&mut self, record: &Record<'_>) {
        let sighting = Sighting { record, made: OnceCell::new() };
        let category = self.category.and_then(|slot| record.get(slot)).map(|value| value.text().into_owned());
        let inside = self.is_inside(record);
        for (scan, tally) in self.scans.iter().zip(&mut self.tallies) {
            let wanted = scan.category.is_none() || scan.category == category;
            match (wanted, inside) {
                (true, true) => {
                    tally.seen += 1;
                    let mark = Mark::of(record, self.log);
                    if let Err(fault) = look(scan, tally, &sighting, mark) {
                        tally.fault(mark, fault);
                    }
                }
                (true, false) => tally.outside += 1,
                (false, _) => {}
            }
        }
    }

    /// Records without a time count: nothing says that they lie outside.
    fn is_inside(&self, record: &Record<'_>) -> bool {
        let Some(time) = record.time else { return true };
        self.window.from.is_none_or(|from| time.compare(from).is_ge())
            && self.window.until.is_none_or(|until| time.compare(until).is_le())
    }
}

/// Shows one record to one scan.
fn look(scan: &Scan, tally: &mut Tally, sighting: &Sighting<'_, '_>, mark: Mark) -> Result<(), Diagnostic> {
    if !ask(scan.among.as_ref(), tally, sighting, None, mark)? {
        return Ok(());
    }
    tally.population += 1;
    if !ask(scan.condition.as_ref(), tally, sighting, None, mark)? {
        return Ok(());
    }
    let mut joined = None;
    if let Some(join) = &scan.join {
        let Some(row) = find(scan, join, tally, sighting, mark)? else { return Ok(()) };
        joined = Some(row);
    }
    let key = scan
        .by
        .iter()
        .map(|&slot| sighting.record.get(slot).map(|value| value.text().into_owned()).unwrap_or_default());
    tally.keep(key.collect(), mark, joined);
    Ok(())
}

/// The first row that joins with a record and that `keep` accepts.
fn find(
    scan: &Scan,
    join: &JoinWith,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    mark: Mark,
) -> Result<Option<RowNumber>, Diagnostic> {
    tally.saw(sighting.record, 1 << join.slot);
    let Some(value) = sighting.record.get(join.slot) else { return Ok(None) };
    for &number in join.find(&value.text()) {
        let row = join.row(number);
        if ask(scan.keep.as_ref(), tally, sighting, row.as_ref(), mark)? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Asks a condition and remembers what it read; no condition holds always.
fn ask(
    condition: Option<&Condition>,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    row: Option<&Row>,
    mark: Mark,
) -> Result<bool, Diagnostic> {
    let Some(condition) = condition else { return Ok(true) };
    let answer = condition(sighting, row)?;
    tally.saw(sighting.record, answer.reads);
    if answer.decision == Decision::Undecidable {
        tally.undecidable(mark);
    }
    Ok(answer.decision == Decision::Yes)
}
