//! OSCAL: assessment results with the plan they follow, a plan of action for open nonconformities,
//! and the controls as a catalog with the statement of applicability as its profile.
//!
//! Every UUID follows from what it names (version 5), so the same report gives the same bytes.
//! Documents refer to each other by resources in their back matter, whose links are the names of
//! our formats: `oscal-plan.json` beside `oscal-results.json`.

mod catalog;
mod plan;
mod poam;
mod results;

use super::reference::{instant, uuid};
use crate::control_id::ControlId;
use crate::finding::{Finding, Observed, State};
use crate::inert::one_line;
use crate::place::Place;
use crate::report::Report;
use serde_json::{Value, json};

/// The namespace of our properties.
const SPACE: &str = "https://preaudit.example/ns/oscal";

/// A version of OSCAL. The documents use what both have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// 1.1.3.
    V113,
    /// 1.2.1.
    #[default]
    V121,
}

impl Version {
    /// All versions, the oldest first.
    pub const ALL: &[Self] = &[Self::V113, Self::V121];

    /// The version as documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V113 => "1.1.3",
            Self::V121 => "1.2.1",
        }
    }
}

/// A document of OSCAL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    Results,
    Plan,
    Poam,
    Catalog,
    Profile,
}

/// The report as a document.
pub(super) fn write(report: &Report, document: Document, version: Version) -> Value {
    let paper = Paper { report, version };
    match document {
        Document::Results => json!({ "assessment-results": results::write(&paper) }),
        Document::Plan => json!({ "assessment-plan": plan::write(&paper) }),
        Document::Poam => json!({ "plan-of-action-and-milestones": poam::write(&paper) }),
        Document::Catalog => json!({ "catalog": catalog::catalog(&paper) }),
        Document::Profile => json!({ "profile": catalog::profile(&paper) }),
    }
}

/// What all documents are made from.
struct Paper<'r> {
    report: &'r Report,
    version: Version,
}

impl Paper<'_> {
    /// The id of something of this run.
    fn id(&self, kind: &str, names: &[&str]) -> String {
        let report = self.report;
        let run = [report.organization.as_deref().unwrap_or_default(), &report.stage, &report.as_of];
        uuid(kind, &[&run[..], names].concat())
    }

    fn day(&self) -> String {
        instant(&self.report.as_of)
    }

    fn metadata(&self, title: &str) -> Value {
        let whose = self.report.organization.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        json!({
            "title": line(&format!("{title}{whose}")),
            "last-modified": self.day(),
            "version": self.report.as_of,
            "oscal-version": self.version.name(),
            "props": [property("preaudit-version", &self.report.version), property("stage", &self.report.stage)],
        })
    }

    /// A resource that stands for a document beside this one, or for one that we do not write.
    fn resource(&self, name: &str, title: &str, file: Option<&str>) -> Value {
        let mut resource = json!({ "uuid": self.id("resource", &[name]), "title": title });
        if let Some(file) = file {
            resource["rlinks"] = json!([{ "href": file, "media-type": "application/oscal+json" }]);
        }
        resource
    }

    /// The reference to a resource of this document.
    fn reference(&self, name: &str) -> String {
        format!("#{}", self.id("resource", &[name]))
    }

    /// The documented information of the management system; OSCAL asks for a system security plan.
    fn system(&self) -> Value {
        let title = "documented information of the information security management system";
        self.resource("system", title, None)
    }

    /// That preaudit says it.
    fn origin(&self) -> Value {
        json!({ "actors": [{ "type": "tool", "actor-uuid": self.id("tool", &[]) }] })
    }

    /// The controls that any check looked at, and whether any of them applies.
    fn reviewed(&self) -> Value {
        let is_looked_at = |control: &&crate::report::ControlSeen| {
            control.checks > 0 && control.state != crate::finding::State::NotApplicable
        };
        let looked_at = self.report.controls.iter().filter(is_looked_at);
        let controls: Vec<Value> =
            looked_at.map(|control| json!({ "control-id": token(control.id) })).collect();
        if controls.is_empty() {
            return json!({ "control-selections": [{ "include-all": {} }] });
        }
        json!({ "control-selections": [{ "include-controls": controls }] })
    }

    /// What was observed of one subject, with its places as evidence.
    fn observation(&self, finding: &Finding, observed: &Observed) -> Value {
        let places = observed.places.iter().filter_map(|at| finding.places.get(*at));
        self.observed(finding, &observed.id, &observed.statement, places.map(exhibit).collect())
    }

    /// What was observed of a finding as a whole.
    fn whole(&self, finding: &Finding) -> Value {
        self.observed(finding, &finding.id, &finding.statement, finding.places.iter().map(exhibit).collect())
    }

    fn observed(&self, finding: &Finding, id: &str, statement: &str, evidence: Vec<Value>) -> Value {
        let mut observation = json!({
            "uuid": self.id("observation", &[&finding.id, id]),
            "title": line(&finding.title),
            "description": line(statement),
            "methods": ["TEST"],
            "types": ["finding"],
            "origins": [self.origin()],
            "collected": self.day(),
            "props": [property("fingerprint", id)],
        });
        if !evidence.is_empty() {
            observation["relevant-evidence"] = evidence.into();
        }
        observation
    }

    /// All observations of a finding.
    fn observations(&self, finding: &Finding) -> Vec<Value> {
        match finding.observations.as_slice() {
            [] => vec![self.whole(finding)],
            all => all.iter().map(|one| self.observation(finding, one)).collect(),
        }
    }

    /// What every document tells of a finding.
    fn told(&self, kind: &str, finding: &Finding) -> Value {
        json!({
            "uuid": self.id(kind, &[&finding.id]),
            "title": line(&format!("{}: {}", finding.requirements.join(", "), finding.title)),
            "description": line(&finding.statement),
            "props": [
                property("classification", finding.state.name()),
                property("rule", &finding.rule),
                property("fingerprint", &finding.id),
            ],
            "related-observations": self.related_observations(finding),
        })
    }

    fn related_risks(&self, finding: &Finding) -> Value {
        json!([{ "risk-uuid": self.id("risk", &[&finding.id]) }])
    }

    fn related_observations(&self, finding: &Finding) -> Vec<Value> {
        let ids: Vec<&str> = match finding.observations.as_slice() {
            [] => vec![&finding.id],
            all => all.iter().map(|one| one.id.as_str()).collect(),
        };
        ids.iter()
            .map(|id| json!({ "observation-uuid": self.id("observation", &[&finding.id, id]) }))
            .collect()
    }

    /// The risk of leaving a nonconformity as it is.
    fn risk(&self, finding: &Finding) -> Value {
        let is_waived = finding.state == State::Waived;
        let mut risk = json!({
            "uuid": self.id("risk", &[&finding.id]),
            "title": line(&finding.title),
            "description": line(&finding.statement),
            "statement": line(&finding.derivation.join("; ")),
            "status": if is_waived { "deviation-approved" } else { "open" },
            "origins": [self.origin()],
            "characterizations": [{
                "origin": self.origin(),
                "facets": [{ "name": "classification", "system": SPACE, "value": finding.state.name() }],
            }],
            "related-observations": self.related_observations(finding),
        });
        if let Some(deadline) = self.deadline(finding) {
            risk["deadline"] = deadline.into();
        }
        risk
    }

    /// A major is corrected and verified within 90 days.
    fn deadline(&self, finding: &Finding) -> Option<String> {
        let day: jiff::civil::Date = self.report.as_of.parse().ok()?;
        let due = day.checked_add(jiff::Span::new().days(MAJOR_DAYS)).ok()?;
        (finding.state == State::Major).then(|| instant(&due.to_string()))
    }
}

/// Days within which certification bodies want majors corrected and verified.
const MAJOR_DAYS: i64 = 90;

/// A place as evidence.
fn exhibit(place: &Place) -> Value {
    let at = match (&place.sheet, &place.cell) {
        (Some(sheet), Some(cell)) => format!("sheet {sheet}, cell {cell}"),
        _ => format!("line {}, column {}", place.line, place.column),
    };
    let label = if place.label.is_empty() { at.clone() } else { format!("{at}: {}", place.label) };
    json!({
        "href": super::reference::uri(&place.file),
        "description": line(&label),
        "props": [
            property("line", &place.line.to_string()),
            property("column", &place.column.to_string()),
        ],
    })
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": SPACE, "value": line(value) })
}

/// The id of a control as OSCAL's catalogs write them: `a.5.15`; of a clause `clause-6.1.3`.
fn token(control: ControlId) -> String {
    if control.is_annex() { control.to_string().to_lowercase() } else { format!("clause-{control}") }
}

/// A text on one line, never empty, that markup takes for nothing else.
fn line(text: &str) -> String {
    let shown = one_line(text).replace('&', "&amp;").replace('<', "&lt;");
    if shown.is_empty() { "-".to_owned() } else { shown }
}
