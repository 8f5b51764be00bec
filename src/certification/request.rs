//! The request for proposal: what certification bodies need to know, and what they are to answer.

use super::applicant::{Applicant, Site};
use super::audit_time::{AuditTime, visits};
use crate::pack::Certification;
use std::fmt::Write as _;

/// What bodies are asked, and why a careful buyer asks it.
const QUESTIONS: &[&str] = &[
    "Under which accreditation body and number are you accredited for ISO/IEC 27001:2022, under ISO/IEC 17021-1 and ISO/IEC 27006-1:2024, until when, and where is the entry in its directory?",
    "Did that accreditation body sign the IAF multilateral arrangement for management systems? Will the certificate stand in IAF CertSearch?",
    "Which audit days do you quote for Stage 1, Stage 2, each surveillance and recertification, worked out from which number of persons, and for which reason do they differ from the table?",
    "Which sites do you visit in each audit, and how many days on site and from afar?",
    "What does all of it cost in three years: day rates, travel, administration, surveillance, recertification?",
    "Who would audit, with which experience in our business and technology, in which language?",
    "Did you or a company of your group advise us or audit us internally? (ISO/IEC 17021-1, 5.2)",
    "How soon after Stage 1 can Stage 2 be, and how long do we have to close majors and to plan for minors?",
    "How do you treat changes of scope, complaints and appeals, and what does a transfer to another body take?",
];

/// The request as Markdown.
pub fn request(applicant: &Applicant, facts: &Certification) -> String {
    let mut text =
        format!("# Request for proposal: certification to ISO/IEC 27001:2022\n\n**{}**\n\n", applicant.name);
    let _ = writeln!(text, "Scope: {}\n", applicant.scope);
    profile(&mut text, applicant);
    sites(&mut text, applicant, facts);
    days(&mut text, applicant, facts);
    text.push_str("\n## Please answer\n\n");
    for (at, question) in QUESTIONS.iter().enumerate() {
        let _ = writeln!(text, "{}. {question}", at + 1);
    }
    text
}

fn profile(text: &mut String, applicant: &Applicant) {
    let listed = |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join("; ") };
    let rows = [
        ("Addresses", listed(&applicant.addresses)),
        ("Business and regulation", applicant.business.clone()),
        ("Platforms, data centres, clouds", applicant.platforms.clone()),
        ("Outsourced", listed(&applicant.outsourced)),
        ("Software development in scope", (if applicant.development { "yes" } else { "no" }).to_owned()),
        ("Persons in scope", applicant.persons().to_string()),
        ("of them mostly remote", applicant.remote_workers.to_string()),
        ("Statement of applicability", applicant.statement_of_applicability.clone()),
        ("Excluded controls", applicant.excluded_controls.to_string()),
        ("Other certified systems", listed(&applicant.other_systems)),
        ("Earlier certificates, transfer", listed(&applicant.earlier_certificates)),
        ("Language", applicant.language.clone()),
        ("Wanted", applicant.wanted.clone()),
    ];
    text.push_str("## About us\n\n| | |\n|---|---|\n");
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "| {name} | {} |", cell(value));
    }
}

fn sites(text: &mut String, applicant: &Applicant, facts: &Certification) {
    text.push_str("\n## Sites and persons\n\n");
    text.push_str(
        "| site | activities | shifts | persons | of them identical work | days by the table, alone |\n",
    );
    text.push_str("|---|---|---:|---:|---:|---:|\n");
    for site in &applicant.site {
        let persons = |site: &Site, identical: bool| -> u32 {
            site.group.iter().filter(|group| !identical || group.identical).map(|group| group.persons).sum()
        };
        let days = AuditTime::of_site(site, facts).map_or("by hand".to_owned(), |days| days.to_string());
        let _ = writeln!(
            text,
            "| {}{} | {} | {} | {} | {} | {days} |",
            cell(&site.name),
            if site.central { " (central function)" } else { "" },
            cell(&site.activities),
            site.shifts,
            persons(site, false),
            persons(site, true),
        );
    }
    let visits = visits(&applicant.site, facts);
    if visits.sites == 0 {
        return;
    }
    let how =
        if visits.is_sample { "of which a sample may stand for all" } else { "which may not be sampled" };
    let _ = writeln!(
        text,
        "\nBesides the central function, {} more, {how} (IAF MD 1): visited are {} in the initial audit, {} in each \
         surveillance, {} in the recertification{}.",
        crate::finding::count(applicant.site.iter().filter(|site| !site.central).count(), "site"),
        visits.initial,
        visits.surveillance,
        visits.recertification,
        if visits.is_sample {
            format!(", at least {} % of them drawn at random", facts.sites.at_random)
        } else {
            String::new()
        }
    );
}

fn days(text: &mut String, applicant: &Applicant, facts: &Certification) {
    let time = AuditTime::of(applicant, facts);
    text.push_str("\n## Audit time as we expect it\n\n");
    let _ = writeln!(
        text,
        "{} persons count as {} (identical work of low risk by the square root of each group).",
        time.persons, time.effective
    );
    let Some(table) = time.table else {
        text.push_str("That is above the last band of ISO/IEC 27006-1:2024, Table C.1: please work it out and explain it.\n");
        return;
    };
    let (business, it) = applicant.levels();
    let _ = writeln!(
        text,
        "ISO/IEC 27006-1:2024, Table C.1 gives {table} auditor days for the initial audit; business complexity is \
         {}, that of information technology {}, so they may differ by {:+} % to {:+} %, and be reduced by {} % at most.\n",
        business.name(),
        it.name(),
        time.percent[0],
        time.percent[1],
        facts.largest_reduction,
    );
    text.push_str("| audit | least days | most days |\n|---|---:|---:|\n");
    let rows = [
        ("Stage 1 and Stage 2", time.initial),
        ("of that Stage 1, about", time.stage_1),
        ("of that Stage 2, about", time.stage_2),
        ("each surveillance, about", time.surveillance),
        ("recertification, about", time.recertification),
    ];
    for (name, [least, most]) in rows {
        let _ = writeln!(text, "| {name} | {least} | {most} |");
    }
}

/// A text as a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
