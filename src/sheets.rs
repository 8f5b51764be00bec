//! Sheets for what no file can prove: what to ask, what to look at, and an attestation to fill in.
//!
//! ISO 19011:2018, 6.4.7: interviews and observation are sources of audit evidence as records are.
//! A sheet guides one interview, and ends in an entry for a register of attestations, by which the
//! next scan knows who saw what, how much of it, and until when the word holds.

use crate::pack::{Control, Coverage, Packs, Rule};
use std::fmt::Write as _;

/// The controls that no record and no document can prove: only an attestation or an interview does.
pub fn of_people(packs: &Packs) -> Vec<&Control> {
    let by_people =
        |control: &&Control| packs.coverage(control.id).keys().all(|means| *means >= Coverage::Attestation);
    packs.controls.values().filter(by_people).collect()
}

/// The sheets of these controls, one after the other, as Markdown.
pub fn sheets(packs: &Packs, controls: &[&Control], as_of: jiff::civil::Date) -> String {
    let mut text = String::from("# Interview and attestation sheets\n\n");
    text.push_str(
        "What follows cannot be proven by a file alone. Ask, look, note what was shown, and copy the entry at\n\
         the end of each sheet into `attestations.toml` beside the other evidence once every field is true.\n",
    );
    for control in controls {
        sheet(&mut text, packs, control, as_of);
    }
    text
}

fn sheet(text: &mut String, packs: &Packs, control: &Control, as_of: jiff::civil::Date) {
    let _ = writeln!(text, "\n## {} {}\n\n{}\n", control.id, control.title, control.intent);
    list(text, "Ask for", &control.evidence.iter().map(|kind| kind.replace('-', " ")).collect::<Vec<_>>());
    list(text, "Find out whether it is", &control.asks_for);
    let requirements: Vec<String> =
        control.requirements.iter().map(|requirement| requirement.text.clone()).collect();
    list(text, "Find out whether they", &requirements);
    list(text, "Ask", &questions(packs, control));
    text.push_str("| asked | role | when | what was shown or seen | how many, of how many |\n");
    text.push_str("|---|---|---|---|---|\n|  |  |  |  |  |\n|  |  |  |  |  |\n\n");
    let _ = writeln!(
        text,
        "```toml\n[[attestation]]\ncontrol = \"{}\"\nstatement = \"\"   # what was found, one sentence\n\
         by = \"\"          # who saw it\nrole = \"\"\nsampled = \"\"     # what was looked at, and how many of how many\n\
         on = {as_of}\nvalid_until = {}\n```",
        control.id,
        as_of.saturating_add(jiff::Span::new().years(1))
    );
}

/// What an auditor asks about a control: the questions of the rules against it, or three that fit any.
pub fn questions(packs: &Packs, control: &Control) -> Vec<String> {
    let against = |rule: &&Rule| rule.controls.contains(&control.id);
    let mut questions: Vec<String> =
        packs.rules().filter(against).filter_map(|rule| rule.ask.clone()).collect();
    questions.dedup();
    if questions.is_empty() {
        questions.push("How do you do this, who does it, and since when?".to_owned());
        questions.push("Show me the last time it was done.".to_owned());
        questions.push("What happens when it is not done?".to_owned());
    }
    questions
}

fn list(text: &mut String, name: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text, "{name}:");
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
    text.push('\n');
}
