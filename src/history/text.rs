//! The trend for people.

use super::trend::{Closing, Trend};
use crate::finding::count;
use crate::snippet::visible;
use std::fmt::Write as _;

/// The trend as text.
pub fn render(trend: &Trend) -> String {
    let (Some(first), Some(last)) = (trend.runs.first(), trend.runs.last()) else {
        return "no run is recorded; `preaudit scan --record` records one\n".to_owned();
    };
    let mut text = format!("{}, {} to {}\n\n", count(trend.runs.len(), "run"), first.as_of, last.as_of);
    text += "  as of       verdict      major  minor  contained  opportunity  waived  run\n";
    for run in &trend.runs {
        let _ = writeln!(
            text,
            "  {:<11} {:<11} {:>6} {:>6} {:>10} {:>12} {:>7}  {}",
            run.as_of,
            run.verdict.name(),
            run.major,
            run.minor,
            run.contained,
            run.opportunity,
            run.waived,
            run.digest.as_deref().map_or("", |digest| &digest[..12])
        );
    }
    findings(&mut text, trend);
    text
}

fn findings(text: &mut String, trend: &Trend) {
    if trend.findings.is_empty() {
        return;
    }
    *text += "\n  finding       first seen  closed      days  rule\n";
    for one in &trend.findings {
        let closed = one.closed.as_deref().unwrap_or("open");
        let (rule, control) = (visible(&one.rule), one.control);
        let _ = writeln!(
            text,
            "  {:<13} {:<11} {closed:<11} {:>4}  {rule} ({control})",
            visible(&one.finding),
            one.from,
            one.days
        );
    }
    let mut closed: Vec<i32> =
        trend.findings.iter().filter(|one| one.closed.is_some()).map(|one| one.days).collect();
    closed.sort_unstable();
    let open = trend.findings.iter().filter(|one| Closing::is_open(one)).count();
    *text += &format!("\n  {open} open, {} closed", closed.len());
    if let (Some(median), Some(longest)) = (closed.get(closed.len() / 2), closed.last()) {
        *text += &format!("; half of them within {median} days, all within {longest}");
    }
    *text += "\n";
}

impl Closing {
    fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}
