//! What an auditor takes along: a ZIP archive with the report, an index by clause and control, the
//! places that findings cite, the digests of the evidence, and the rules that judged.

use crate::finding::{Finding, State, count};
use crate::formats::{self, Format, Options};
use crate::inert::markdown;
use crate::report::{ControlSeen, Report};
use crate::snippet::visible;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The report in the formats that people and tools ask for, by the name of the file.
const FORMATS: [(&str, Format); 5] = [
    ("report.json", Format::Json),
    ("report.txt", Format::Text),
    ("report.html", Format::Html),
    ("report.xlsx", Format::Xlsx),
    ("report.sarif", Format::Sarif),
];

/// The archive, with the seal of `report.json` where there is one. The same report gives the same bytes:
/// nothing is compressed and no time is kept.
///
/// # Errors
/// Why there is none, a lower-case fragment; never in practice.
pub fn bind(
    report: &Report,
    seal: impl FnOnce(&[u8]) -> Result<Option<String>, String>,
) -> Result<Vec<u8>, String> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, format) in FORMATS {
        let bytes = formats::write(report, format, &Options::default()).map_err(|wrong| wrong.message)?;
        files.insert(name.to_owned(), bytes);
    }
    if let Some(seal) = seal(&files[FORMATS[0].0])? {
        files.insert("report.seal.json".to_owned(), seal.into_bytes());
    }
    files.insert("index.md".to_owned(), index(report).into_bytes());
    files.insert("evidence.sha256".to_owned(), digests(report).into_bytes());
    files.insert("rules.txt".to_owned(), rules(report).into_bytes());
    for finding in &report.findings {
        files.insert(format!("findings/{}.md", finding.id), page(finding).into_bytes());
    }
    packed(&files)
}

fn packed(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, String> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (path, bytes) in files {
        archive.start_file(path.as_str(), options).map_err(|error| error.to_string())?;
        archive.write_all(bytes).map_err(|error| error.to_string())?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}

/// Clauses and controls in their order, each with how it came out and the findings against it.
fn index(report: &Report) -> String {
    let organization = report.organization.as_deref().unwrap_or("(no organization named)");
    let mut text = format!("# {}: {} as of {}\n\n", markdown(organization), report.stage, report.as_of);
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "{}: {}.\n",
        report.verdict.state.name(),
        markdown(&report.verdict.because.join("; "))
    );
    text += "| clause or control | state | findings |\n|---|---|---|\n";
    for control in &report.controls {
        let _ = writeln!(
            text,
            "| {} {} | {} | {} |",
            control.id,
            markdown(&control.title),
            control.state,
            links(report, control)
        );
    }
    text
}

fn links(report: &Report, control: &ControlSeen) -> String {
    let requirement = control.id.as_requirement();
    let own = report.findings.iter().filter(|finding| finding.requirements.contains(&requirement));
    let links: Vec<String> = own
        .map(|finding| format!("[{} {}](findings/{}.md)", finding.state, finding.rule, finding.id))
        .collect();
    match (links.is_empty(), control.state) {
        (true, State::NotEvaluated) => control.reason.as_deref().map_or("not evaluated".to_owned(), markdown),
        _ => links.join(", "),
    }
}

/// A finding with the places that it cites.
fn page(finding: &Finding) -> String {
    let mut text = format!("# {} {}\n\n{}\n\n", finding.state, finding.rule, markdown(&finding.statement));
    let _ = writeln!(
        text,
        "Against {}. {}",
        finding.requirements.join(", "),
        markdown(&finding.derivation.join("; "))
    );
    for place in &finding.places {
        let _ = writeln!(text, "\n{} {}\n", markdown(&place.to_string()), markdown(&place.label));
        let excerpt = place.excerpt.as_ref().map_or(place.text.as_str(), |excerpt| excerpt.text.as_str());
        // Four blanks make a block of code, whatever stands in it.
        text.extend(excerpt.lines().map(|line| format!("    {}\n", visible(line))));
    }
    let _ = writeln!(text, "\nEvidence that was looked at:\n");
    text.extend(finding.evidence.iter().map(|one| {
        format!(
            "    {}  {}
",
            one.sha256,
            visible(&one.file)
        )
    }));
    let _ = writeln!(text, "\nWhat to do, which is no part of the finding: {}", markdown(&finding.help));
    text
}

/// Digests as `sha256sum -c` reads them.
fn digests(report: &Report) -> String {
    let files: BTreeMap<&str, &str> =
        report.evidence.iter().map(|seen| (seen.file.as_str(), seen.sha256.as_str())).collect();
    files.into_iter().map(|(file, digest)| format!("{digest}  {}\n", visible(file))).collect()
}

/// Program and packs, and how often each rule was asked.
fn rules(report: &Report) -> String {
    let mut text = format!("preaudit {}\n", report.version);
    for pack in &report.packs {
        let _ = writeln!(text, "{} {} {}", pack.id, pack.version, pack.digest);
    }
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    report.checks.iter().for_each(|check| *asked.entry(&check.rule).or_default() += 1);
    for (rule, number) in asked {
        let _ = writeln!(text, "{rule}: {}", count(number, "check"));
    }
    text
}
