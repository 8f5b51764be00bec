//! Reports as workbook, CSV, Markdown, typst and through templates, and the languages they speak.
//!
//! Each is made from a report that was kept, as `convert` does, and what evidence says in it is replaced
//! by texts that mean something to the format.

use crate::kit::{fixture, program, repository, stderr, stdout};
use calamine::{Data, Reader};
use preaudit::finding::Finding;
use preaudit::formats::{Format, Options, write};
use preaudit::report::{Report, TextStyle};
use preaudit::source::Source;
use preaudit::vocabulary::Language;
use std::fs;
use std::sync::Arc;

const SHEETS: [&str; 6] =
    ["Summary", "Findings", "Controls and SoA", "Corrective actions", "Evidence", "Not evaluated"];

/// Texts that spreadsheets, Markdown, typst or HTML would take for more than text.
const ARMED: &[&str] = &[
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "@everyone look at #12 https://evil.example www.evil.example",
    "</details><script>alert(1)</script><img src=x onerror=alert(1)>",
    "| a | b |\n|---|---|\n# heading\n- [x] done",
    "``` `code` *bold* _it_ [l](javascript:alert(1)) ![i](x)",
    "\") #read(\"/etc/passwd\") #let x = [",
    "$ x $ @ref <label> \\ // comment /* open",
    "a\u{0}b\u{1b}[31mred\u{202e}backwards",
];

/// A report of a shipped organization as it was kept.
fn kept(name: &str) -> Report {
    let json = fs::read_to_string(fixture(name).join("expected/report.json")).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// The same report, in which evidence and findings say this.
fn saying(mut report: Report, text: &str) -> Report {
    report.organization = Some(text.to_owned());
    for finding in &mut report.findings {
        let texts = [&mut finding.statement, &mut finding.title, &mut finding.help];
        texts.into_iter().chain(finding.derivation.iter_mut()).for_each(|said| text.clone_into(said));
        for place in &mut finding.places {
            [&mut place.file, &mut place.label, &mut place.text]
                .into_iter()
                .for_each(|said| text.clone_into(said));
        }
        for one in &mut finding.observations {
            one.owner = Some(text.to_owned());
            [&mut one.subject, &mut one.statement].into_iter().for_each(|said| text.clone_into(said));
        }
    }
    report.evidence.iter_mut().for_each(|seen| text.clone_into(&mut seen.file));
    report.checks.iter_mut().for_each(|check| check.reason = Some(text.to_owned()));
    report
}

fn options(language: Language) -> Options {
    Options { text: TextStyle { language, ..TextStyle::default() }, ..Options::default() }
}

fn bytes(report: &Report, format: Format) -> Vec<u8> {
    write(report, format, &options(Language::En)).unwrap()
}

fn text(report: &Report, format: Format) -> String {
    String::from_utf8(bytes(report, format)).unwrap()
}

/// The cells of a sheet as a reader sees them, rows of columns.
fn sheet(workbook: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(workbook)).unwrap();
    assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name} holds a formula");
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// Rows that findings take: one an exception.
fn exceptions(report: &Report) -> usize {
    report.findings.iter().map(|finding| finding.observations.len().max(1)).sum()
}

#[test]
fn a_workbook_has_a_register_for_each_question() {
    let report = kept("stage-2-lapses");
    let workbook = bytes(&report, Format::Xlsx);
    assert!(workbook == bytes(&report, Format::Xlsx), "the same report gives the same bytes");
    let rows = |name: &str| sheet(&workbook, name).len() - 1;
    let book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(&workbook[..])).unwrap();
    assert_eq!(book.sheet_names(), SHEETS);
    assert_eq!(rows("Findings"), exceptions(&report));
    assert_eq!(rows("Controls and SoA"), 30 + 93);
    assert_eq!(rows("Evidence"), report.evidence.len());
    let open = report.findings.iter().filter(|finding| finding.state.is_nonconformity()).count();
    assert_eq!(rows("Corrective actions"), open);
    let unseen = report.controls.iter().filter(|control| control.checks == 0).count();
    assert_eq!(rows("Not evaluated"), report.totals.not_evaluated + report.totals.faulted + unseen);
}

#[test]
fn the_register_of_controls_shows_what_the_statement_of_applicability_declares() {
    let report = kept("stage-2-lapses");
    let rows = sheet(&bytes(&report, Format::Xlsx), "Controls and SoA");
    let filtering = rows.iter().find(|row| row[0] == "A.8.23").unwrap();
    let declared = report.controls.iter().find(|control| control.id.to_string() == "A.8.23").unwrap();
    let declared = declared.declared.as_ref().unwrap();
    assert_eq!(filtering[2], "technological");
    assert_eq!(filtering[5], "no");
    assert_eq!(filtering[6].to_string(), declared.justification.clone().unwrap());
}

#[test]
fn a_plan_to_fill_in_offers_what_fits() {
    let workbook = bytes(&kept("stage-2-lapses"), Format::Xlsx);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet4.xml").unwrap(), &mut xml)
        .unwrap();
    assert!(xml.contains("&quot;open,in-progress,done&quot;") || xml.contains("\"open,in-progress,done\""));
    assert_eq!(xml.matches("type=\"date\"").count(), 5, "each column of days takes days alone");
    assert!(xml.contains("<autoFilter") && xml.contains("state=\"frozen\"") && xml.contains("landscape"));
}

/// Whatever evidence holds, every cell is the text that it is.
#[test]
fn no_cell_of_a_workbook_or_of_csv_runs() {
    let report = kept("systemic");
    for armed in ARMED {
        let report = saying(report.clone(), armed);
        let workbook = bytes(&report, Format::Xlsx);
        SHEETS.iter().for_each(|name| drop(sheet(&workbook, name)));
        let csv = text(&report, Format::Csv);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), exceptions(&report));
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}

#[test]
fn csv_has_a_row_for_each_exception_with_its_owner_and_line() {
    let report = kept("stage-2-lapses");
    let csv = text(&report, Format::Csv);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let titles = reader.headers().unwrap().clone();
    assert_eq!(
        &titles.iter().take(9).collect::<Vec<_>>()[..],
        ["Grade", "Control", "Requirement", "Title", "Statement", "Subject", "Owner", "File", "Line or cell"]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let leaver = rows.iter().find(|row| &row[14] == "leaver-signs-in").unwrap();
    assert_eq!((&leaver[0], &leaver[5], &leaver[8]), ("major", "dario.finch", "13"));
    assert!(csv.contains("\r\n") && !csv.replace("\r\n", "").contains('\r'));
}

/// What GitHub makes of the text is text, in the frame that is ours.
#[test]
fn markdown_shows_evidence_as_text_alone() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let plain = shape(&text(&saying(kept("stage-2-lapses"), "plain"), Format::Markdown));
    for armed in ARMED {
        let comment = text(&saying(kept("stage-2-lapses"), armed), Format::Markdown);
        assert_eq!(shape(&comment), plain, "{armed:?} changes how the comment is built");
        for event in Parser::new_ext(&comment, Options::all()) {
            let Event::Start(Tag::Link { .. } | Tag::Image { .. }) = event else { continue };
            panic!("{armed:?} gives {event:?}");
        }
        let mentions = comment.match_indices('@').filter(|(at, _)| !comment[at + 1..].starts_with("&#8203;"));
        assert!(
            mentions
                .filter(|(at, _)| !is_code(&comment, *at))
                .all(|(at, _)| comment[at + 1..].starts_with(' '))
        );
    }
}

/// The parts of a comment without its texts: headings, lists, tables, and the HTML that is in it.
fn shape(comment: &str) -> Vec<String> {
    use pulldown_cmark::{Event, Options, Parser};
    let parts = Parser::new_ext(comment, Options::all());
    parts
        .filter_map(|part| match part {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak => None,
            Event::InlineHtml(html) if ["<span>", "</span>"].contains(&&*html) => None,
            other => Some(format!("{other:?}")),
        })
        .collect()
}

/// True within a span of code: an odd number of fences before it on its line.
fn is_code(comment: &str, at: usize) -> bool {
    let line = comment[..at].rsplit('\n').next().unwrap_or_default();
    let mut fences = 0;
    let mut last = ' ';
    for c in line.chars() {
        fences += usize::from(c == '`' && last != '`' && last != '\\');
        last = c;
    }
    fences % 2 == 1
}

#[test]
fn a_comment_is_never_longer_than_github_takes() {
    let mut report = kept("stage-2-lapses");
    let whole = text(&report, Format::Markdown);
    assert!(whole.contains("leaver-signs-in") && !whole.contains("are left out here"));
    let findings: Vec<Finding> = report.findings.clone();
    while report.findings.len() < 5_000 {
        report.findings.extend(findings.iter().cloned());
    }
    report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.state));
    let comment = text(&report, Format::Markdown);
    assert!(comment.len() <= 65_536 && comment.len() > 50_000, "{} bytes", comment.len());
    let shown = comment.lines().filter(|line| line.starts_with("- **")).count();
    let told = format!("{} findings are left out here", report.findings.len() - shown);
    assert!(comment.contains(&told), "{told}");
    assert!(comment.trim_end().ends_with("</details>"), "what was not evaluated is told all the same");
}

/// Texts stand in literals, so none of them opens anything outside.
#[test]
fn typst_reads_nothing_into_evidence() {
    let frame = |document: &str| -> String {
        let mut outside = String::new();
        let (mut inside, mut escaped) = (false, false);
        for c in document.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if inside => escaped = true,
                '"' => inside = !inside,
                _ if !inside => outside.push(c),
                _ => {}
            }
        }
        assert!(!inside, "a literal is left open");
        outside
    };
    let plain = frame(&text(&saying(kept("systemic"), "plain"), Format::Typst));
    for armed in ARMED {
        let document = text(&saying(kept("systemic"), armed), Format::Typst);
        assert!(frame(&document) == plain, "{armed:?} gets out of its literal");
    }
}

fn rendered(name: &str, template: &str, report: &Report) -> Result<String, String> {
    let template = Some(Arc::new(Source::new(name, template)));
    let options = Options { template, ..options(Language::De) };
    match write(report, Format::Template, &options) {
        Ok(bytes) => Ok(String::from_utf8(bytes).unwrap()),
        Err(wrong) => {
            let place = &wrong.places[0];
            Err(format!("{}:{}:{} {}", place.file, place.line, place.column, wrong.message))
        }
    }
}

#[test]
fn a_template_gets_the_json_and_filters_that_make_texts_harmless() {
    let report = saying(kept("stage-2-lapses"), "=1 <b> @x \"q\"");
    let first = "{{ findings[0].state | said }}: {{ findings[0].statement";
    let print = |name, filter| rendered(name, &format!("{first} {filter} }}}}\n"), &report).unwrap();
    assert_eq!(print("x.txt.j2", ""), "Hauptabweichung: =1 <b> @x \"q\"\n");
    assert_eq!(print("x.csv.j2", "| csv"), "Hauptabweichung: \"'=1 <b> @x \"\"q\"\"\"\n");
    assert_eq!(print("x.md.j2", "| markdown"), "Hauptabweichung: =1 &lt;b&gt; @&#8203;x \"q\"\n");
    assert_eq!(print("x.typ.j2", "| typst"), "Hauptabweichung: \"=1 <b> @x \\\"q\\\"\"\n");
    for name in ["x.html.j2", "x.xml.j2"] {
        assert_eq!(print(name, ""), "Hauptabweichung: =1 &lt;b&gt; @x &quot;q&quot;\n");
    }
    let totals = "{{ totals['not-evaluated'] }} {{ verdict.state }} {{ packs[0].id }}";
    let unseen = report.totals.not_evaluated;
    assert_eq!(rendered("x.txt.j2", totals, &report).unwrap(), format!("{unseen} blocked iso27001-2022"));
}

#[test]
fn a_template_that_is_wrong_is_told_with_its_line() {
    let report = kept("conforming");
    let wrong = |template| rendered("x.txt.j2", template, &report).unwrap_err();
    let told = wrong("one\n{% for f in findings %}\n{{ f.grade }}\n{% endfor %}\n{{ organisation }}\n");
    assert!(told.starts_with("x.txt.j2:") && told.contains("undefined"), "{told}");
    assert!(
        wrong("one\ntwo {{ organisation }}\n").starts_with("x.txt.j2:2:"),
        "{}",
        wrong("\n{{ organisation }}")
    );
    assert!(wrong("one\n{% fro x %}\n").starts_with("x.txt.j2:2:"), "{}", wrong("one\n{% fro x %}\n"));
    assert!(wrong("{{ organization | shout }}").contains("shout"));
}

/// A stranger's template ends, and gets at nothing but the report.
#[test]
fn a_template_neither_hangs_nor_reads_files() {
    let report = kept("conforming");
    let wrong = |template: &str| rendered("x.txt.j2", template, &report).unwrap_err();
    let deep = ["{% for a in range(10000) %}".repeat(4), "{% endfor %}".repeat(4)].concat();
    assert!(wrong(&deep).contains("more than 50000000 steps"), "{}", wrong(&deep));
    let endless = "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}";
    assert!(wrong(endless).contains("recursion"), "{}", wrong(endless));
    for reading in ["{% include '/etc/passwd' %}", "{% import 'x' as x %}", "{% extends 'x' %}"] {
        assert!(wrong(reading).contains("template"), "{}", wrong(reading));
    }
    let much = "{% for a in range(10000) %}{{ 'x' * 100000 }}{% endfor %}";
    assert!(wrong(much).contains("more than 256 MiB"), "{}", wrong(much));
}

#[test]
fn the_template_in_the_documents_names_each_owner_once() {
    let report = kept("stage-2-lapses");
    let template = fs::read_to_string(repository("docs/templates/owners.html.j2")).unwrap();
    let page = rendered("owners.html.j2", &template, &report).unwrap();
    let open = report.findings.iter().filter(|finding| finding.state.is_nonconformity());
    let rows: usize = open.map(|finding| finding.observations.len()).sum();
    assert_eq!(page.matches("<li>").count(), rows);
    let owners: Vec<&str> = page.lines().filter(|line| line.starts_with("<h2>")).collect();
    let mut unique = owners.clone();
    unique.dedup();
    assert!(owners.len() > 1 && owners == unique, "{owners:?}");
}

#[test]
fn the_command_line_takes_template_and_format_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let report = fixture("conforming").join("expected/report.json");
    let report = report.to_str().unwrap();
    fs::write(folder.path().join("x.txt.j2"), "{{ organization }}\n{{ organisation }}\n").unwrap();
    let run = |arguments: &[&str]| {
        let output = program(folder.path(), &[&["convert", report], arguments].concat());
        (output.status.code().unwrap(), stderr(&output))
    };
    let (code, told) = run(&["-f", "template"]);
    assert!(code == 2 && told.contains("--format template needs --template FILE"), "{told}");
    let (code, told) = run(&["--template", "x.txt.j2"]);
    assert!(code == 2 && told.contains("used by --format template alone"), "{told}");
    let (code, told) = run(&["-f", "template=out.txt", "--template", "x.txt.j2"]);
    assert!(code == 2 && told.contains("[x.txt.j2:2:4]") && told.contains("organisation"), "{told}");
    assert!(!folder.path().join("out.txt").exists(), "nothing is written by halves");
    let (code, told) = run(&["--lang", "nl"]);
    assert!(code == 2 && told.contains("en, de, fr, es, it"), "{told}");
}

#[test]
fn reports_speak_five_languages_and_json_none() {
    let report = kept("stage-2-lapses");
    let titles = [
        (Language::De, "1 Hauptabweichung ", "Erklärung zur Anwendbarkeit", "Korrekturmaßnahmen"),
        (Language::Fr, "1 non-conformité majeure ", "Déclaration d'applicabilité", "Actions correctives"),
        (Language::Es, "1 no conformidad mayor ", "Declaración de aplicabilidad", "Acciones correctivas"),
        (Language::It, "1 non conformità maggiore ", "Dichiarazione di applicabilità", "Azioni correttive"),
    ];
    let json = bytes(&report, Format::Json);
    for (language, major, soa, actions) in titles {
        let make = |format| write(&report, format, &options(language)).unwrap();
        let text = |format| String::from_utf8(make(format)).unwrap();
        assert!(text(Format::Text).contains(major), "{language}");
        assert!(text(Format::Markdown).contains(major.trim()), "{language}");
        assert!(text(Format::Typst).contains(soa), "{language}");
        assert!(text(Format::Html).contains(&format!("lang=\"{language}\"")), "{language}");
        assert!(text(Format::Html).contains(&soa.replace('\'', "’")), "{language}");
        assert!(!sheet(&make(Format::Xlsx), actions).is_empty(), "{language}");
        assert!(make(Format::Json) == json, "{language}");
        for english in ["nonconformit", "checks", "as of", "rests on", "not evaluated", "about the evidence"]
        {
            let own = text(Format::Text);
            let lines = own.lines().filter(|line| line.starts_with("──") || line.starts_with("  4"));
            assert!(lines.clone().count() > 3, "{language}");
            lines.for_each(|line| assert!(!line.contains(english), "{language}: {line}"));
        }
    }
}

/// Verdicts are said anew from their numbers; a report of a version that kept none says them as it did.
#[test]
fn a_verdict_is_said_in_the_language_that_is_asked_for() {
    let mut report = kept("stage-1-gaps");
    assert_eq!(report.verdict.because(Language::En), report.verdict.because);
    let german = report.verdict.because(Language::De);
    assert!(german[0].contains("Problembereich") && german[0].contains("Stufe 2"), "{german:?}");
    report.verdict.reasons.clear();
    assert_eq!(report.verdict.because(Language::De), report.verdict.because);
}

#[test]
fn a_scan_writes_what_convert_writes() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = fixture("systemic");
    let evidence = evidence.to_str().unwrap();
    let formats = ["xlsx", "csv", "markdown", "typst", "text"];
    let to = |from: &str, name: &str| -> Vec<String> {
        let mut all: Vec<String> =
            formats.iter().map(|format| format!("-f{format}={from}.{format}")).collect();
        all.extend([name.to_owned(), "--lang=fr".to_owned()]);
        all
    };
    let scan = to("scan", "-fjson=report.json");
    let scan: Vec<&str> = ["scan", evidence].into_iter().chain(scan.iter().map(String::as_str)).collect();
    let output = program(folder.path(), &scan);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()), "{}", stderr(&output));
    let convert = to("kept", "--exit-zero");
    let convert: Vec<&str> =
        ["convert", "report.json"].into_iter().chain(convert.iter().map(String::as_str)).collect();
    assert_eq!(program(folder.path(), &convert).status.code(), Some(0));
    for format in formats {
        let read = |from: &str| fs::read(folder.path().join(format!("{from}.{format}"))).unwrap();
        assert!(read("scan") == read("kept"), "{format}");
    }
}
