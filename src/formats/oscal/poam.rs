//! The plan of action: an item for each open nonconformity.

use super::{Paper, line};
use crate::finding::Finding;
use serde_json::{Value, json};

/// What has to be done. Where nothing is open, one item says so, since a plan has at least one.
pub(super) fn write(paper: &Paper<'_>) -> Value {
    let open: Vec<&Finding> =
        paper.report.findings.iter().filter(|one| one.state.is_nonconformity()).collect();
    let mut items: Vec<Value> = open.iter().map(|one| item(paper, one)).collect();
    if items.is_empty() {
        items.push(json!({
            "uuid": paper.id("item", &["none"]),
            "title": "No nonconformity is open",
            "description": line(&paper.report.verdict.because.join("; ")),
        }));
    }
    let mut plan = json!({
        "uuid": paper.id("plan-of-action", &[]),
        "metadata": paper.metadata("Corrective action plan"),
        "import-ssp": { "href": paper.reference("system") },
        "poam-items": items,
        "back-matter": { "resources": [paper.system()] },
    });
    if !open.is_empty() {
        let tool = json!({
            "uuid": paper.id("tool", &[]),
            "type": "software",
            "title": "preaudit",
            "description": "Evaluates rules against evidence and grades what it finds.",
            "status": { "state": "operational" },
        });
        plan["local-definitions"] = json!({ "components": [tool] });
        plan["observations"] = open.iter().flat_map(|one| paper.observations(one)).collect();
        plan["risks"] = open.iter().map(|one| planned(paper, one)).collect();
    }
    plan
}

/// A risk with what is recommended against it; the organization plans the rest.
fn planned(paper: &Paper<'_>, finding: &Finding) -> Value {
    let mut risk = paper.risk(finding);
    risk["remediations"] = json!([{
        "uuid": paper.id("remediation", &[&finding.id]),
        "lifecycle": "recommendation",
        "title": line(&finding.title),
        "description": line(&finding.help),
    }]);
    risk
}

fn item(paper: &Paper<'_>, finding: &Finding) -> Value {
    let mut item = paper.told("item", finding);
    item["related-risks"] = paper.related_risks(finding);
    item
}
