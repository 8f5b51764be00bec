//! `preaudit explain`: what something means.

mod record;

use super::output::Output;
use super::place::packs_here;
use crate::audit::RecordAt;
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::State;
use crate::grade::{DECISION_RULES, OVERDUE, OVERDUE_HELP, OVERDUE_TITLE, SYSTEMIC};
use crate::lint::LintId;
use crate::pack::{Control, Form, Keys, Kind, Length, LogSource, Packs, Profile, Rule, Scan};
use crate::report::Exit;
use crate::script;
use crate::toml_text::did_you_mean;
use crate::world::Disk;
use jiff::civil::Date;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Explain a rule, control, kind of evidence, log source, state, profile, diagnostic code or lint.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Its name: `training-overdue`, `A.5.18`, `9.3.2`, `soa`, `not-evaluated`, `evidence::stale`, `unused-param`.
    name: String,
    /// Read this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Tell what each part of the rule's conditions says of the record on this line, and which part decided.
    /// The evidence is that of the preaudit.toml above the file, or of its folder.
    #[arg(long, value_name = "FILE:LINE", value_parser = record::at)]
    record: Option<RecordAt>,
    /// With --record, judge as of this day.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "record")]
    as_of: Option<Date>,
    /// With --record, let packs from outside run within the program.
    #[arg(long, requires = "record")]
    trust_packs: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    if let Some(at) = &arguments.record {
        return record::run(arguments, at, output);
    }
    let packs = match packs_here(&arguments.packs, &Disk::default()) {
        Ok(packs) => packs,
        Err(wrong) => return output.wrongs(&wrong),
    };
    match explain(&packs, &arguments.name) {
        Some(text) => {
            output.print(&text);
            Exit::Clean
        }
        None => {
            let near = did_you_mean(&arguments.name, names(&packs).iter().map(String::as_str));
            output.wrong(&format!(
                "there is no rule, control, kind, source, state, profile, code or lint `{}`{near}",
                arguments.name
            ))
        }
    }
}

fn explain(packs: &Packs, name: &str) -> Option<String> {
    if let Some(rule) = packs.rule(name) {
        return Some(explain_rule(packs, rule));
    }
    if let Some(rule) = DECISION_RULES.iter().find(|rule| rule.id == name) {
        let of = "The program's own rule on what preaudit.toml decides; its grade is judgement.";
        return Some(format!("{name}: {}\n\n  {of}\n  help: {}\n", rule.title, rule.help));
    }
    if name == OVERDUE {
        let of = "The program's own rule on the plan that `--cap` names; a major stays one while its action is late.";
        return Some(format!("{name}: {OVERDUE_TITLE}\n\n  {of}\n  help: {OVERDUE_HELP}\n"));
    }
    if name == SYSTEMIC {
        return Some(format!(
            "{name}: several minors against one requirement are one major; how many, the profile says\n"
        ));
    }
    let control =
        name.parse().ok().or_else(|| ControlId::read_control(name)).and_then(|id| packs.controls.get(&id));
    if let Some(control) = control {
        return Some(explain_control(packs, control));
    }
    if let Some(old) = ControlId::read_control(name).and_then(|id| packs.edition_2013.get(&id)) {
        let new: Vec<String> = old.edition_2022.iter().map(ToString::to_string).collect();
        return Some(format!("{} {} (2013 edition), continued by {}\n", old.id, old.title, new.join(", ")));
    }
    if let Some(kind) = packs.kinds.get(name) {
        return Some(explain_kind(packs, kind));
    }
    if let Some(source) = packs.log_sources.get(name) {
        return Some(explain_source(source));
    }
    if let Some(profile) = packs.profiles.get(name) {
        return Some(explain_profile(name, profile));
    }
    if let Some(state) = State::ALL.into_iter().find(|state| state.name() == name) {
        return Some(format!("{state}: {}\n", meaning(state)));
    }
    if let Some(code) = Code::ALL.iter().find(|code| code.text() == name) {
        return Some(format!("{code}: {}\n", code.meaning()));
    }
    let lint = LintId::named(name)?;
    Some(format!("{lint} ({}): {}\n\n  {}\n", lint.level(), lint.what(), lint.why()))
}

fn names(packs: &Packs) -> Vec<String> {
    let rules = packs.rules().map(|rule| rule.id.clone());
    let states = State::ALL.iter().map(|state| state.name().to_owned());
    let codes = Code::ALL.iter().map(|code| code.text().to_owned());
    rules
        .chain(packs.kinds.keys().cloned())
        .chain(packs.log_sources.keys().cloned())
        .chain(states)
        .chain(codes)
        .chain(LintId::ALL.iter().map(|lint| lint.name().to_owned()))
        .collect()
}

fn explain_rule(packs: &Packs, rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n", rule.id, rule.title);
    for id in &rule.controls {
        let title = packs.controls.get(id).map_or("", |control| control.title.as_str());
        let _ = writeln!(text, "  against  {} {title}", id.as_requirement());
    }
    let _ = writeln!(text, "  grade    {} ({})", rule.declared_grade, rule.basis);
    for overlay in &rule.overlays {
        if let Some(grade) = overlay.grade {
            let _ = writeln!(text, "           {grade}, says pack {}: {}", overlay.pack, overlay.reason);
        }
    }
    if let Some(ratio) = rule.ratio {
        let _ = writeln!(
            text,
            "           major above {:.1} % of the population ({})",
            ratio.major_above * 100.0,
            ratio.basis
        );
    }
    if let Some(source) = &rule.source {
        let _ = writeln!(text, "  source   {source}");
    }
    let _ = writeln!(text, "  needs    {}", rule.uses.join(", "));
    if !rule.may_use.is_empty() {
        let _ = writeln!(text, "  also     {}", rule.may_use.join(", "));
    }
    if !rule.checks.is_empty() {
        let _ = writeln!(text, "  checks   {}", rule.checks.join(", "));
    }
    looks(&mut text, packs, rule);
    for (name, param) in &rule.params {
        let _ = writeln!(text, "\n  parameter {name} = {} ({}): {}", param.default, param.basis, param.doc);
        if let Some(strict) = &param.strict {
            let _ = writeln!(text, "    under the profile strict: {strict}");
        }
        if let Some(source) = &param.source {
            let _ = writeln!(text, "    source: {source}");
        }
        for overlay in &rule.overlays {
            if let Some(value) = overlay.params.get(name) {
                let _ = writeln!(text, "    {value}, says pack {}: {}", overlay.pack, overlay.reason);
            }
        }
    }
    let _ = writeln!(text, "\n  help: {}", rule.help);
    if let Some(ask) = &rule.ask {
        let _ = writeln!(text, "  an auditor asks: {ask}");
    }
    for alarm in &rule.false_alarms {
        let _ = writeln!(text, "  false alarm: {alarm}");
    }
    text
}

/// What a rule looks at, in its own expressions.
fn looks(text: &mut String, packs: &Packs, rule: &Rule) {
    match &rule.form {
        Form::Each(each) => {
            for one in each {
                let _ = writeln!(text, "\n  looks at each of {}", one.from);
                if let Some(among) = &one.among {
                    let _ = writeln!(text, "    among  {}", among.text);
                }
                let _ = writeln!(text, "    where  {}", one.condition.text);
                let grade = one.grade.unwrap_or(rule.grade);
                let grace =
                    one.grace.as_ref().map_or(String::new(), |grace| format!(", the grace of `{grace}`"));
                let _ = writeln!(text, "    is     {grade}{grace}");
            }
        }
        Form::Scan(scan) => {
            let _ = writeln!(text, "\n  scans {}", scan.from);
            let parts = [
                ("among", &scan.among),
                ("where", &scan.condition),
                ("keep", &scan.keep),
                ("having", &scan.having),
            ];
            for (name, expression) in parts {
                if let Some(expression) = expression {
                    let _ = writeln!(text, "    {name:<6} {}", expression.text);
                    let _ = match script::lowered(rule, expression, packs) {
                        Ok(native) => writeln!(text, "           native: {native}"),
                        Err(reason) => writeln!(text, "           interpreted: {reason}"),
                    };
                }
            }
            text.push_str(&kept(scan));
        }
        Form::Judge => {
            let _ = writeln!(text, "\n  judges whole tables in a script");
        }
    }
}

/// What a scan joins, groups by and keeps of its groups.
fn kept(scan: &Scan) -> String {
    let length = |length: &Length| match length {
        Length::Fixed(length) => length.to_string(),
        Length::Param(name) => format!("params.{name}"),
    };
    let lines = [
        (
            "joins",
            scan.join
                .as_ref()
                .map(|join| format!("{} on {} = {}", join.to, join.record_field, join.table_field)),
        ),
        ("by", Some(scan.by.join(", ")).filter(|by| !by.is_empty())),
        ("every", scan.every.as_ref().map(length)),
        ("window", scan.window.as_ref().map(length)),
        ("gap", scan.gap.as_ref().map(length)),
        ("counts", Some(scan.distinct.join(" with ")).filter(|fields| !fields.is_empty())),
        ("sums", scan.sum.clone()),
        ("top", scan.top.as_ref().map(|top| format!("{} of {}", top.most, top.field))),
        ("ends", Some(scan.ends.join(", ")).filter(|fields| !fields.is_empty())),
        (
            "then",
            scan.then.as_ref().map(|then| {
                format!("{} within {}, by {}", then.condition.text, length(&then.within), then.by.join(", "))
            }),
        ),
        (
            "expects",
            scan.expect.as_ref().map(|expect| match &expect.keys {
                Keys::Table { from, field, condition } => {
                    let rows = condition.as_ref().map(|condition| format!(" where {}", condition.text));
                    format!("{field} of {from}{}", rows.unwrap_or_default())
                }
                Keys::Param(name) => format!("params.{name}"),
            }),
        ),
    ];
    let told = lines.into_iter().filter_map(|(name, what)| Some(format!("    {name:<6} {}\n", what?)));
    told.collect()
}

fn explain_control(packs: &Packs, control: &Control) -> String {
    let mut text = format!("{} {}\n\n  {}\n", control.id, control.title, control.intent);
    for requirement in &control.requirements {
        let _ = writeln!(text, "  {:<8} {}", requirement.id, requirement.text);
    }
    for documented in &control.documented {
        let _ = writeln!(text, "  {} ({}): {}", documented.kind, documented.by, documented.what);
    }
    if let Some(attributes) = &control.attributes {
        let _ = writeln!(text, "\n  type: {}", attributes.control_type.join(", "));
        let _ = writeln!(text, "  properties: {}", attributes.security_properties.join(", "));
        let _ = writeln!(text, "  concepts: {}", attributes.cybersecurity_concepts.join(", "));
        let _ = writeln!(text, "  capabilities: {}", attributes.operational_capabilities.join(", "));
        let _ = writeln!(text, "  domains: {}", attributes.security_domains.join(", "));
    }
    if control.id.is_annex() {
        let old: Vec<String> = control.edition_2013.iter().map(ToString::to_string).collect();
        let old = if old.is_empty() { "new in 2022".to_owned() } else { old.join(", ") };
        let _ = writeln!(text, "  2013 edition: {old}");
    }
    let _ = writeln!(text, "\n  an auditor looks at: {}", control.evidence.join(", "));
    let rules: Vec<&str> = packs
        .rules()
        .filter(|rule| rule.controls.contains(&control.id))
        .map(|rule| rule.id.as_str())
        .collect();
    let rules = if rules.is_empty() { "none; people must judge".to_owned() } else { rules.join(", ") };
    let _ = writeln!(text, "  rules: {rules}");
    text
}

fn explain_kind(packs: &Packs, kind: &Kind) -> String {
    let mut text = format!("{}: {}\n\n", kind.id, kind.title);
    if let Some(required) = &kind.required {
        let _ = writeln!(
            text,
            "  required by {} as {}; its absence is {}",
            required.by, required.what, required.grade
        );
    }
    if let Some(ttl) = kind.ttl {
        let _ = writeln!(text, "  may be {ttl} old");
    }
    for (name, field) in &kind.fields {
        let headers: Vec<&str> = field.headers.iter().take(8).map(String::as_str).collect();
        let holds = format!("{:?}", field.holds).to_lowercase();
        let _ = writeln!(text, "  {name:<20} {holds:<9} {}", headers.join(", "));
        let words = field.words.known();
        if !words.is_empty() {
            let _ = writeln!(text, "  {:<20} {:<9} means one of: {}", "", "", words.join(", "));
        }
    }
    let used: Vec<&str> =
        packs.rules().filter(|rule| rule.uses.contains(&kind.id)).map(|rule| rule.id.as_str()).collect();
    let _ =
        writeln!(text, "\n  rules: {}", if used.is_empty() { "none".to_owned() } else { used.join(", ") });
    text
}

fn explain_source(source: &LogSource) -> String {
    let format = format!("{:?}", source.format).to_lowercase();
    let mut text = format!("{}: {}\n\n  records are {format}\n", source.id, source.title);
    if !source.needs.is_empty() {
        let _ = writeln!(text, "  recognized by {}", source.needs.join(", "));
    }
    let _ = writeln!(text, "  {:<28} {}", "time", source.time.join(", "));
    for (field, paths) in &source.fields {
        let _ = writeln!(text, "  {field:<28} {}", paths.join(", "));
    }
    for (field, value) in &source.constants {
        let _ = writeln!(text, "  {field:<28} always {value}");
    }
    if !source.patterns.is_empty() {
        let _ = writeln!(
            text,
            "  {} of messages give more",
            crate::finding::count(source.patterns.len(), "pattern")
        );
    }
    text
}

fn explain_profile(name: &str, profile: &Profile) -> String {
    format!(
        "{name}: {}\n\n  {} minors against one requirement are one major\n  at most {:.0} % of a check's records undecidable for a conformity\n  at most {:.0} % of clauses and controls not evaluated for a complete scan\n  shares of exceptions count from {:.2} of what rules declare\n  strict values of parameters: {}\n  waivers and overrides hold {} at most\n  what was closed and is back: {}\n",
        profile.doc,
        profile.systemic_minors,
        profile.undecidable_share * 100.0,
        profile.unevaluated_share * 100.0,
        profile.ratio_factor,
        if profile.strict_params { "yes" } else { "no" },
        profile.waiver_longest,
        profile.repeat_within.map_or_else(
            || "graded as if it were new".to_owned(),
            |within| format!("a major within {within}, where runs are recorded")
        )
    )
}

fn meaning(state: State) -> &'static str {
    match state {
        State::NotApplicable => "the statement of applicability excludes the control, and the reason holds.",
        State::NotEvaluated => {
            "nothing was seen that would decide: no evidence, unreadable evidence, or cells that are not what they should be. It is never a conformity."
        }
        State::Conformity => "evidence was examined and the requirement is met.",
        State::Opportunity => {
            "no requirement is missed, and something could be better. A nonconformity is never written as one."
        }
        State::Waived => {
            "a nonconformity that someone answerable accepted until a date. It has its own tally and is never a conformity."
        }
        State::Faulted => {
            "the rule failed. That is a fault of the rule and says nothing about the organization."
        }
        State::Minor => {
            "a requirement is not met, without effect on the ability of the management system. A certificate needs an accepted plan."
        }
        State::Major => {
            "a requirement is not met and the ability of the management system suffers. No certificate until it is closed and verified."
        }
    }
}
