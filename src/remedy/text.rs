//! The path as text.

use super::{Fix, Path, Standing, Step};
use crate::finding::count;
use crate::snippet::visible;
use std::fmt::Write as _;

/// The path for people, step by step.
pub fn render(path: &Path) -> String {
    let mut text = String::new();
    let organization = path.organization.as_deref().unwrap_or("(no organization named)");
    let _ = writeln!(
        text,
        "Cheapest path · {} · {} as of {} · profile {}\n\n  now: {}",
        visible(organization),
        path.stage,
        path.as_of,
        path.profile,
        standing(&path.now)
    );
    for (at, one) in path.steps.iter().enumerate() {
        step(&mut text, at + 1, one);
        if path.unblocked_after() == Some(at) {
            let _ = writeln!(text, "\n  ── nothing blocks any more ──");
        }
    }
    let last = path.steps.last().map_or(&path.now, |step| &step.leaves);
    let _ = writeln!(text, "\n  after {}: {}", count(path.steps.len(), "step"), standing(last));
    for because in &last.because {
        let _ = writeln!(text, "    {because}");
    }
    text
}

fn step(text: &mut String, number: usize, step: &Step) {
    let lead = format!("{number:>4}. ");
    for (at, fix) in step.fixes.iter().enumerate() {
        let lead = if at == 0 { lead.as_str() } else { "  and " };
        write_fix(text, lead, fix);
    }
    if let Some(why) = &step.together {
        let _ = writeln!(text, "      only together: {why}");
    }
    if step.opens > 0 {
        let checks = count(step.opens, "check");
        let _ =
            writeln!(text, "      {checks} had no evidence for want of it; what they find is not known yet");
    }
    let _ = writeln!(text, "      leaves {}", standing(&step.leaves));
}

fn write_fix(text: &mut String, lead: &str, fix: &Fix) {
    let _ = writeln!(
        text,
        "\n{lead}{}[{}] {} · {} · {}",
        fix.state,
        fix.rule,
        fix.control.as_requirement(),
        count(fix.exceptions, "exception"),
        visible(&fix.statement)
    );
    for place in &fix.places {
        let _ = writeln!(text, "      {}", visible(&place.to_string()));
    }
    let _ = writeln!(text, "      help: {}", visible(&fix.help));
}

/// `BLOCKED: 2 majors (1 systemic), 3 minors`.
fn standing(standing: &Standing) -> String {
    let systemic = match standing.systemic {
        0 => String::new(),
        number => format!(" ({number} systemic, of {})", count(standing.contained, "minor")),
    };
    format!(
        "{}: {}{systemic}, {}",
        standing.verdict.name().to_uppercase(),
        count(standing.majors, "major"),
        count(standing.minors, "minor")
    )
}
