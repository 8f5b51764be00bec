//! The assessment plan that the results follow: what is looked at, and with what.

use super::{Paper, line, property};
use serde_json::{Value, json};

/// The plan of the run.
pub(super) fn write(paper: &Paper<'_>) -> Value {
    let report = paper.report;
    let packs: Vec<Value> = report
        .packs
        .iter()
        .map(|pack| property("pack", &format!("{} {} {}", pack.id, pack.version, pack.digest)))
        .collect();
    let tool = json!({
        "uuid": paper.id("tool", &[]),
        "type": "software",
        "title": "preaudit",
        "description": "Evaluates rules against evidence and grades what it finds.",
        "props": packs,
        "status": { "state": "operational" },
    });
    json!({
        "uuid": paper.id("assessment-plan", &[]),
        "metadata": paper.metadata("Assessment plan"),
        "import-ssp": { "href": paper.reference("system") },
        "reviewed-controls": paper.reviewed(),
        "assessment-assets": {
            "components": [tool],
            "assessment-platforms": [{
                "uuid": paper.id("platform", &[]),
                "title": line(&format!("preaudit {}", report.version)),
                "uses-components": [{ "component-uuid": paper.id("tool", &[]) }],
            }],
        },
        "back-matter": { "resources": [paper.system()] },
    })
}
