//! Lints for programs: as JSON, as SARIF, and as what GitHub shows in a pull request.

use super::{Level, Lint, LintId};
use serde::Serialize;

/// The number of the format. Fields may be added under it, never renamed or taken away.
const SCHEMA: &str = "preaudit-lints/1";
const SARIF_SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://docs.rs/preaudit";

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    lints: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    id: &'static str,
    level: Level,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
    help: Option<&'a str>,
}

/// Lints as JSON, with a line end behind it. `folder` is put before the paths.
///
/// # Errors
/// Never in practice: every part of a lint can be written.
pub fn json(lints: &[Lint], folder: &str) -> Result<String, serde_json::Error> {
    let told = |lint: &Lint| {
        let place = lint.place();
        (place, lint.id)
    };
    let places: Vec<_> = lints.iter().map(told).collect();
    let lints = lints.iter().zip(&places).map(|(lint, (place, id))| Told {
        id: id.name(),
        level: id.level(),
        file: below(folder, &place.file),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        message: &lint.message,
        help: lint.help.as_deref(),
    });
    let listed = Listed { schema: SCHEMA, lints: lints.collect() };
    serde_json::to_string_pretty(&listed).map(|json| json + "\n")
}

/// Lints as workflow commands of GitHub, a line each.
pub fn github(lints: &[Lint], folder: &str) -> String {
    let command = |lint: &Lint| {
        let place = lint.place();
        let command = match lint.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let help = lint.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        format!(
            "::{command} file={},line={},col={},endLine={},endColumn={},title=preaudit {}::{}\n",
            property(&below(folder, &place.file)),
            place.line,
            place.column,
            place.end_line,
            place.end_column,
            lint.id,
            escaped(&format!("{}{help}", lint.message))
        )
    };
    lints.iter().map(command).collect()
}

/// A message of a workflow command.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

fn below(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{}/{file}", folder.trim_end_matches('/')) }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Lints as SARIF 2.1.0, with a line end behind it. `folder` is put before the paths.
///
/// # Errors
/// Never in practice: every part of a lint can be written.
pub fn sarif(lints: &[Lint], folder: &str) -> Result<String, serde_json::Error> {
    let rules = LintId::ALL.iter().map(|id| ReportingDescriptor {
        id: id.name(),
        short_description: Message { text: id.what().into() },
        full_description: Message { text: id.why().into() },
        default_configuration: Configuration { level: id.level().name() },
    });
    let driver = Driver {
        name: "preaudit rule check",
        version: env!("CARGO_PKG_VERSION"),
        information_uri: HOME,
        rules: rules.collect(),
    };
    let results = lints.iter().map(|lint| result(lint, folder)).collect();
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log { schema: SARIF_SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_string_pretty(&log).map(|json| json + "\n")
}

fn result<'a>(lint: &'a Lint, folder: &str) -> SarifResult<'a> {
    let place = lint.place();
    let text = match &lint.help {
        Some(help) => format!("{}; {help}", lint.message).into(),
        None => lint.message.as_str().into(),
    };
    SarifResult {
        rule_id: lint.id.name(),
        rule_index: LintId::ALL.iter().position(|id| *id == lint.id).unwrap_or(0),
        level: lint.level().name(),
        message: Message { text },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(&below(folder, &place.file)) },
                region: Region {
                    start_line: place.line,
                    start_column: place.column,
                    end_line: place.end_line,
                    end_column: place.end_column,
                },
            },
        }],
    }
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    path.replace('\\', "/")
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
