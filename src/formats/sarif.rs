//! SARIF 2.1.0, as GitHub takes it in: one result an exception, with the fingerprint that survives
//! moved lines, and notifications for what could not be evaluated.
//!
//! GitHub refuses a run of more than 25,000 results and shows 5,000 of it, majors first here; it
//! looks at the first location alone, wants relative references and all four numbers of a region,
//! and takes a result of any `kind` for a problem, so conformities are written on request only.

use super::exception::{Exception, Level, exceptions};
use super::reference::{camel, uri, uuid};
use crate::finding::{Check, Diagnostic, Finding, Severity, State, count};
use crate::place::Place;
use crate::report::Report;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Results that GitHub takes of a run.
const MOST: usize = 25_000;
/// Results that GitHub shows of a run.
const SHOWN: usize = 5_000;
/// The base of all references: the scanned folder.
const BASE: &str = "%SRCROOT%";
/// The taxonomy that controls are of.
const TAXONOMY: &str = "ISO/IEC 27001:2022";

/// Whether checks that conform are results too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conformities {
    /// They are left out.
    #[default]
    Left,
    /// They are results of the kind `pass`.
    Told,
}

/// The report as a SARIF log of one run.
pub(super) fn write(report: &Report, conformities: Conformities) -> Value {
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [Run::new(report, conformities).write()],
    })
}

/// What results refer to by number.
struct Run<'r> {
    report: &'r Report,
    /// Checks that conform, where they are told.
    conform: Vec<&'r Check>,
    rules: BTreeMap<&'r str, usize>,
    files: BTreeMap<&'r str, usize>,
    taxa: BTreeMap<String, usize>,
}

impl<'r> Run<'r> {
    fn new(report: &'r Report, conformities: Conformities) -> Self {
        let numbered = |names: BTreeSet<&'r str>| -> BTreeMap<&'r str, usize> {
            names.into_iter().enumerate().map(|(at, name)| (name, at)).collect()
        };
        let is_told = |check: &&Check| conformities == Conformities::Told && check.state == State::Conformity;
        let conform: Vec<&Check> = report.checks.iter().filter(is_told).collect();
        let found = report.findings.iter().map(|finding| finding.rule.as_str());
        let rules = found.chain(conform.iter().map(|check| check.rule.as_str())).collect();
        let files = report.evidence.iter().map(|seen| seen.file.as_str()).collect();
        let taxa = report.controls.iter().enumerate().map(|(at, control)| (control.id.to_string(), at));
        Self { report, conform, rules: numbered(rules), files: numbered(files), taxa: taxa.collect() }
    }

    fn write(&self) -> Value {
        let all = exceptions(self.report);
        let mut results: Vec<Value> = all.iter().take(MOST).map(|one| self.result(one)).collect();
        let room = MOST - results.len();
        results.extend(self.conform.iter().take(room).map(|check| self.pass(check)));
        json!({
            "tool": { "driver": self.driver() },
            "taxonomies": [self.taxonomy()],
            "automationDetails": {
                // What stands before the last slash is the category by which GitHub keeps runs apart.
                "id": format!("preaudit/{}/{}", self.report.stage, self.report.as_of),
                "guid": uuid("run", &[&self.report.stage, &self.report.as_of]),
            },
            "invocations": [self.invocation(all.len())],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "description": { "text": "the folder that was scanned" } } },
            "artifacts": self.artifacts(),
            "results": results,
            "properties": {
                "organization": self.report.organization,
                "asOf": self.report.as_of,
                "stage": self.report.stage,
                "verdict": self.report.verdict.state.name(),
                "because": self.report.verdict.because,
            },
        })
    }

    fn driver(&self) -> Value {
        json!({
            "name": "preaudit",
            "version": self.report.version,
            "semanticVersion": self.report.version,
            "rules": self.rules.keys().map(|rule| self.rule(rule)).collect::<Vec<_>>(),
            "supportedTaxonomies": [{ "name": TAXONOMY, "guid": uuid("taxonomy", &[TAXONOMY]) }],
        })
    }

    /// A rule by what its findings say of it; one that found nothing by its name alone.
    fn rule(&self, rule: &str) -> Value {
        let found = self.report.findings.iter().filter(|finding| finding.rule == rule);
        let Some(worst) = found.max_by_key(|finding| finding.state) else { return quiet_rule(rule) };
        let ask =
            worst.ask.as_ref().map_or(String::new(), |ask| format!("\n\n*An auditor would ask:* {ask}"));
        let mut tags = vec!["iso27001".to_owned()];
        tags.extend(worst.requirements.iter().cloned());
        json!({
            "id": rule,
            "name": camel(rule),
            "shortDescription": { "text": sentence(&worst.title) },
            "fullDescription": { "text": format!("{} ({})", sentence(&worst.title), worst.requirements.join(", ")) },
            "help": { "text": worst.help, "markdown": format!("{}{ask}", worst.help) },
            "defaultConfiguration": { "level": Level::of(worst.state).name() },
            "properties": { "tags": tags, "precision": "high", "security-severity": severity(worst.state) },
            "relationships": self.relationships(worst),
        })
    }

    fn relationships(&self, finding: &Finding) -> Vec<Value> {
        let names = finding.requirements.iter().map(|one| one.rsplit(" / ").next().unwrap_or(one));
        let known = names.filter(|name| self.taxa.contains_key(*name));
        known
            .map(|name| {
                let of = json!({ "name": TAXONOMY, "index": 0, "guid": uuid("taxonomy", &[TAXONOMY]) });
                json!({ "target": { "id": name, "toolComponent": of }, "kinds": ["relevant"] })
            })
            .collect()
    }

    fn taxonomy(&self) -> Value {
        let taxon = |control: &crate::report::ControlSeen| json!({ "id": control.id.to_string(), "shortDescription": { "text": sentence(&control.title) } });
        json!({
            "name": TAXONOMY,
            "guid": uuid("taxonomy", &[TAXONOMY]),
            "version": "2022",
            "organization": "ISO/IEC",
            "shortDescription": { "text": "Clauses and Annex A controls, by number and title." },
            "taxa": self.report.controls.iter().map(taxon).collect::<Vec<_>>(),
        })
    }

    fn artifacts(&self) -> Vec<Value> {
        let mut artifacts: BTreeMap<&str, Value> = BTreeMap::new();
        for seen in &self.report.evidence {
            artifacts.entry(&seen.file).or_insert_with(|| {
                let mut artifact = json!({
                    "location": { "uri": uri(&seen.file), "uriBaseId": BASE },
                    "length": seen.bytes,
                });
                if !seen.sha256.is_empty() {
                    artifact["hashes"] = json!({ "sha-256": seen.sha256 });
                }
                artifact
            });
        }
        artifacts.into_values().collect()
    }

    fn result(&self, one: &Exception<'_>) -> Value {
        let finding = one.finding;
        let mut result = json!({
            "ruleId": finding.rule,
            "ruleIndex": self.rules[finding.rule.as_str()],
            "kind": "fail",
            "level": one.level().name(),
            "message": { "text": sentence(one.statement) },
            "partialFingerprints": {
                "primaryLocationLineHash": format!("{}:1", one.id),
                "preauditFinding/v1": finding.id,
                "preauditException/v1": one.id,
            },
            "taxa": self.taxa_of(finding),
            "properties": {
                "state": finding.state.name(),
                "exceptions": finding.exceptions,
                "population": finding.population,
                "derivation": finding.derivation,
                "containedIn": finding.contained_in,
            },
        });
        let mut places = one.places.iter().map(|place| self.location(place));
        result["locations"] = places.next().into_iter().collect();
        let related: Vec<Value> = places.enumerate().map(|(at, place)| with_id(place, at)).collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        if finding.state == State::Waived {
            let why = finding.derivation.last().cloned().unwrap_or_default();
            result["suppressions"] =
                json!([{ "kind": "external", "status": "accepted", "justification": why }]);
        }
        result
    }

    fn taxa_of(&self, finding: &Finding) -> Vec<Value> {
        let control = finding.control.to_string();
        let at = self.taxa.get(&control).map(
            |at| json!({ "id": control, "index": at, "toolComponent": { "name": TAXONOMY, "index": 0 } }),
        );
        at.into_iter().collect()
    }

    fn pass(&self, check: &Check) -> Value {
        let records = count(check.records, "record");
        let text = format!("{} conforms, on {records}.", check.control);
        json!({
            "ruleId": check.rule,
            "ruleIndex": self.rules[check.rule.as_str()],
            "kind": "pass",
            "level": "none",
            "message": { "text": text },
            // Tools want a place; what conforms shows in no single one.
            "locations": [self.location(&Place::whole(".", ""))],
            "partialFingerprints": {
                "primaryLocationLineHash": format!("{}:1", uuid("check", &[&check.control.to_string(), &check.rule])),
            },
        })
    }

    fn location(&self, place: &Place) -> Value {
        let mut artifact = json!({ "uri": uri(&place.file), "uriBaseId": BASE });
        if let Some(at) = self.files.get(place.file.as_str()) {
            artifact["index"] = (*at).into();
        }
        let mut region = json!({
            "startLine": place.line.max(1),
            "startColumn": place.column.max(1),
            "endLine": place.end_line.max(place.line).max(1),
            "endColumn": end_column(place),
        });
        // What was shortened is not the text of the region.
        if !place.text.is_empty() && !place.text.ends_with('…') && place.sheet.is_none() {
            region["snippet"] = json!({ "text": place.text });
        }
        let mut location = json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } });
        if !place.label.is_empty() {
            location["message"] = json!({ "text": sentence(&place.label) });
        }
        if let (Some(sheet), Some(cell)) = (&place.sheet, &place.cell) {
            let name = format!("{sheet}!{cell}");
            location["logicalLocations"] = json!([{ "fullyQualifiedName": name, "kind": "cell" }]);
        }
        location
    }

    /// How the tool fared: what it could not look at, and what does not show.
    fn invocation(&self, results: usize) -> Value {
        let report = self.report;
        let is_broken = report.diagnostics.iter().any(|one| one.severity == Severity::Error);
        let mut told: Vec<Value> =
            report.diagnostics.iter().map(|diagnostic| self.notification(diagnostic)).collect();
        told.extend(self.left_open());
        if results > MOST {
            told.push(said(
                "warning",
                &format!(
                    "{MOST} of {results} results are written, the gravest first: a run may have no more"
                ),
            ));
        }
        if results > SHOWN {
            told.push(said("warning", &format!("GitHub shows {SHOWN} of {} results", results.min(MOST))));
        }
        let unlisted: usize = report
            .findings
            .iter()
            .map(|one| one.exceptions.saturating_sub(one.observations.len().max(1)))
            .sum();
        if unlisted > 0 {
            told.push(said(
                "note",
                &format!("{} more are counted and not listed", count(unlisted, "exception")),
            ));
        }
        json!({
            "executionSuccessful": report.totals.faulted == 0 && !is_broken,
            "toolExecutionNotifications": told,
        })
    }

    fn notification(&self, diagnostic: &Diagnostic) -> Value {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let mut told = said(level, &diagnostic.message);
        told["descriptor"] = json!({ "id": diagnostic.code.text() });
        let places: Vec<Value> = diagnostic.places.iter().map(|place| self.location(place)).collect();
        if !places.is_empty() {
            told["locations"] = places.into();
        }
        told
    }

    /// Checks that came to no word, by their reason.
    fn left_open(&self) -> Vec<Value> {
        let mut reasons: BTreeMap<(State, &str), Vec<String>> = BTreeMap::new();
        for check in &self.report.checks {
            if matches!(check.state, State::NotEvaluated | State::Faulted) {
                let reason = (check.state, check.reason.as_deref().unwrap_or_default());
                reasons.entry(reason).or_default().push(format!("{} by {}", check.control, check.rule));
            }
        }
        let told = |((state, reason), checks): ((State, &str), Vec<String>)| {
            let level = if state == State::Faulted { "error" } else { "warning" };
            let mut told = said(level, &format!("{state}: {reason}: {}", checks.join(", ")));
            told["descriptor"] = json!({ "id": format!("check/{state}") });
            told
        };
        reasons.into_iter().map(told).collect()
    }
}

/// A rule that found nothing: its name says what it looks for.
fn quiet_rule(rule: &str) -> Value {
    let fault = sentence(&rule.replace('-', " "));
    let help = "Nothing is to be done: nothing of the kind was found.";
    json!({
        "id": rule,
        "name": camel(rule),
        "shortDescription": { "text": fault },
        "fullDescription": { "text": fault },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": "none" },
        "properties": { "tags": ["iso27001"], "precision": "high" },
    })
}

fn said(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": sentence(text) } })
}

fn with_id(mut location: Value, at: usize) -> Value {
    let fields: Option<&mut Map<String, Value>> = location.as_object_mut();
    if let Some(fields) = fields {
        fields.insert("id".to_owned(), at.into());
    }
    location
}

/// The column behind the last character; a region of one line is at least one character wide.
fn end_column(place: &Place) -> usize {
    let least = if place.end_line > place.line { 1 } else { place.column.max(1) + 1 };
    place.end_column.max(least)
}

/// How bad GitHub takes it to be, from 0 to 10.
fn severity(state: State) -> &'static str {
    match state {
        State::Major => "9.0",
        State::Minor => "5.0",
        _ => "1.0",
    }
}

/// A text as viewers want messages: with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let is_word = text.chars().take(2).all(char::is_lowercase);
    let begun: String = match letters.next() {
        Some(first) if is_word => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    };
    if begun.ends_with(['.', '!', '?']) { begun } else { begun + "." }
}
