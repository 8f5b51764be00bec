//! The HTML report: whole, closed to what evidence says, and readable in a real browser.

use crate::kit::{FIXTURES, fixture, repository, scan_folder};
use preaudit::finding::{Finding, State};
use preaudit::formats::{self, Format, Options};
use preaudit::report::{Report, TrendPoint, VerdictState};
use regex::Regex;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::OnceLock;

/// The shipped organizations with the reports about them, made once.
fn reports() -> &'static [(&'static str, Report)] {
    static REPORTS: OnceLock<Vec<(&str, Report)>> = OnceLock::new();
    REPORTS.get_or_init(|| FIXTURES.iter().map(|name| (*name, scan_folder(&fixture(name)))).collect())
}

/// The report about one of them.
fn report(name: &str) -> Report {
    reports().iter().find(|(known, _)| *known == name).unwrap().1.clone()
}

fn page(report: &Report) -> String {
    String::from_utf8(formats::write(report, Format::Html, &Options::default()).unwrap()).unwrap()
}

/// What stands between these in the page, everywhere.
fn all<'p>(pattern: &str, page: &'p str) -> Vec<&'p str> {
    Regex::new(pattern).unwrap().captures_iter(page).map(|found| found.get(1).unwrap().as_str()).collect()
}

/// The texts of a page as a reader sees them, blanks counted as one.
fn words(page: &str) -> String {
    let body = page.split("<body>").nth(1).unwrap();
    let text = Regex::new("<[^>]*>").unwrap().replace_all(body, "");
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = pairs.iter().fold(text.into_owned(), |text, (escaped, plain)| text.replace(escaped, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_link_of_a_page_leads_somewhere_within_it() {
    for (name, report) in reports() {
        let page = page(report);
        let ids: Vec<&str> = all(r#" id="([^"]*)""#, &page);
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "{name}: an id stands twice");
        let links = all(r#" href="([^"]*)""#, &page);
        assert!(links.len() > 123, "{name}: {}", links.len());
        for link in links {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{name}: {link} leaves the page"));
            assert!(known.contains(target), "{name}: {link} leads nowhere");
        }
        for label in all(r#"aria-labelledby="([^"]*)""#, &page).iter().flat_map(|ids| ids.split(' ')) {
            assert!(known.contains(label), "{name}: {label} labels and is not there");
        }
    }
}

#[test]
fn a_page_asks_for_nothing_and_holds_no_style_but_its_own() {
    let markup = Regex::new("<[a-z][^>]*>").unwrap();
    let handler = Regex::new(r" on\w+=").unwrap();
    for (name, report) in reports() {
        let page = page(report);
        for tag in markup.find_iter(&page).map(|tag| tag.as_str()) {
            for word in
                [" src=", " style=", "http:", "https:", " action=", "<iframe", "<link", "<img", "<base"]
            {
                assert!(!tag.contains(word), "{name}: {tag}");
            }
            assert!(!handler.is_match(tag), "{name}: {tag}");
        }
        let policy = all(r#"Content-Security-Policy" content="([^"]*)""#, &page)[0];
        assert!(policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    for (name, report) in reports() {
        let page = page(report);
        let levels: Vec<usize> = all("<h([1-6])", &page).iter().map(|level| level.parse().unwrap()).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "{name}: h{} follows h{}", pair[1], pair[0]);
        }
        let tables = page.matches("<table").count();
        let named = page.matches("<caption").count() + page.matches("<figcaption").count();
        assert!(tables <= named, "{name}: {tables} tables, {named} captions");
        assert!(!page.contains("<th>") && all("<th ([^>]*)>", &page).iter().all(|th| th.contains("scope=")));
    }
}

#[test]
fn every_finding_stands_there_once_with_what_was_seen() {
    for (name, report) in reports() {
        let page = page(report);
        let text = words(&page);
        for finding in &report.findings {
            let anchor = format!("id=\"finding-{}\"", finding.id);
            assert_eq!(page.matches(&anchor).count(), 1, "{name}: {anchor}");
            let said =
                [&finding.statement, &finding.help, &finding.title].into_iter().chain(&finding.derivation);
            for said in said.chain(&finding.ask) {
                assert!(
                    text.contains(&said.split_whitespace().collect::<Vec<_>>().join(" ")),
                    "{name}: {said}"
                );
            }
            let first =
                finding.places.iter().take(12).filter(|place| !place.text.contains(['\n', '…', '\t']));
            for place in first.filter(|place| place.text.chars().count() < 60) {
                assert!(
                    page.contains(&format!("{}", place.line)) && text.contains(place.text.trim()),
                    "{name}: {place:?}"
                );
            }
        }
        for control in &report.controls {
            assert_eq!(page.matches(&format!("id=\"control-{}\"", control.id)).count(), 1);
            assert!(text.contains(&control.title));
        }
        for file in &report.evidence {
            assert!(text.contains(&file.sha256) && text.contains(&file.file), "{name}: {}", file.file);
        }
        for pack in &report.packs {
            assert!(text.contains(&pack.digest));
        }
    }
}

#[test]
fn blockers_stand_first_and_contained_minors_below_their_major() {
    let report = report("systemic");
    let page = page(&report);
    let at = |id: &str| page.find(&format!("id=\"finding-{id}\"")).unwrap();
    let major = report.findings.iter().find(|finding| finding.rule == "systemic-failure").unwrap();
    assert!(
        page.find(&format!("href=\"#finding-{}\"", major.id)).unwrap()
            < page.find("id=\"overview\"").unwrap()
    );
    let next_top = report.findings.iter().filter(|one| one.contained_in.is_none() && one.id != major.id);
    let next_top = next_top.map(|one| at(&one.id)).filter(|other| *other > at(&major.id)).min().unwrap();
    assert!(major.contains.len() >= 3);
    for id in &major.contains {
        assert!(at(&major.id) < at(id) && at(id) < next_top, "{id} stands below its major");
    }
}

#[test]
fn a_contradiction_stands_side_by_side() {
    let page = page(&report("stage-2-lapses"));
    let card =
        page.split("<article").find(|card| card.contains("treatment-relies-on-excluded-control")).unwrap();
    assert!(card.contains("class=\"seen ends\""));
    let marked = all("<mark>([^<]*)</mark>", card);
    assert_eq!(marked, ["A.8.23", "No"]);
    assert_eq!(card.matches("<figure>").count(), 2);
}

#[test]
fn a_trend_is_drawn_and_told_as_a_table() {
    let run = |day: &str| {
        let states = [(State::Major, false)].into_iter();
        TrendPoint::new(day.to_owned(), VerdictState::Blocked, states)
    };
    let report = report("systemic");
    assert!(!page(&report).contains("id=\"trend\""), "no runs, no trend");
    let page = page(&report.after(vec![run("2026-05-01"), run("2026-06-01")]));
    for part in [
        "<polyline",
        "<title id=\"chart-title\">",
        "<desc id=\"chart-desc\">",
        "<th scope=\"row\">2026-05-01</th>",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = report("stage-2-lapses");
    let kept: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert_eq!(page(&report), page(&kept));
}

/// What is no word of the page is what the report says: templates hold no words of their own.
#[test]
fn words_stand_in_one_place() {
    let folder = repository("src/formats/html/page");
    let code = Regex::new(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>|&\w+;").unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "html") {
            let text = std::fs::read_to_string(&path).unwrap();
            let rest = code.replace_all(&text, "");
            assert!(!rest.contains(char::is_alphabetic), "{}: {}", path.display(), rest.trim());
        }
    }
}

/// Strings that broke something somewhere, in every place where a report holds text.
fn hostile() -> Report {
    let mut report = report("stage-2-lapses");
    let strings = naughty_strings();
    let text = serde_json::to_string(&report.findings).unwrap();
    let template: Vec<Finding> = serde_json::from_str(&text).unwrap();
    report.findings.clear();
    for (number, string) in strings.iter().enumerate() {
        let mut finding = template[number % template.len()].clone();
        finding.id = format!("{number}");
        finding.contained_in = None;
        finding.contains.clear();
        let texts = [
            &mut finding.statement,
            &mut finding.title,
            &mut finding.help,
            &mut finding.rule,
            &mut finding.pack,
        ];
        texts.into_iter().for_each(|text| text.clone_from(string));
        finding.ask = Some(string.clone());
        finding.derivation = vec![string.clone()];
        finding.requirements.push(string.clone());
        for one in &mut finding.observations {
            (one.statement, one.owner) = (format!("{string} "), Some(string.clone()));
        }
        for place in &mut finding.places {
            (place.file, place.label, place.text) = (string.clone(), format!(" {string}"), string.clone());
            place.row.iter_mut().for_each(|cell| (cell.header, cell.text) = (string.clone(), string.clone()));
            if let Some(excerpt) = &mut place.excerpt {
                (excerpt.text, excerpt.start, excerpt.end) = (string.clone(), number % 3, string.len());
            }
        }
        report.findings.push(finding);
    }
    report.organization = Some(strings.concat().chars().take(300).collect());
    for (at, string) in strings.iter().enumerate() {
        let (controls, checks, files) = (report.controls.len(), report.checks.len(), report.evidence.len());
        report.controls[at % controls].title.clone_from(string);
        report.checks[at % checks].reason = Some(string.clone());
        report.evidence[at % files].file.clone_from(string);
        report.evidence[at % files].columns.insert(string.clone(), string.clone());
        report.verdict.because.push(string.clone());
    }
    report
}

/// The big list of naughty strings where it is at hand, and always some of our own.
fn naughty_strings() -> Vec<String> {
    let own = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(2)>",
        "'onfocus='alert(3)' autofocus='",
        "</style><script>alert(4)</script>",
        "</script><script>alert(5)</script>",
        "javascript:alert(6)",
        "{{ 7 * 7 }}{% raw %}",
        "\u{202e}gnp.exe",
        "\u{0}\u{1b}[31m\u{7}",
        "<!--",
        "]]>",
        "&lt;b&gt;",
        "{}",
        "|",
    ];
    let mut strings: Vec<String> = own.iter().map(|text| (*text).to_owned()).collect();
    if let Some(folder) = crate::real::data() {
        let list = std::fs::read_to_string(folder.join("fuzz-blns/blns.json")).unwrap();
        strings.extend(serde_json::from_str::<Vec<String>>(&list).unwrap());
    }
    strings
}

#[test]
fn no_string_becomes_markup() {
    let page = page(&hostile());
    let body = page.split("<body>").nth(1).unwrap();
    let tags: BTreeSet<&str> = all("<([a-zA-Z!][a-zA-Z0-9-]*)", body).into_iter().collect();
    let ours = [
        "a",
        "article",
        "b",
        "br",
        "button",
        "caption",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "input",
        "label",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "option",
        "output",
        "p",
        "rect",
        "script",
        "section",
        "select",
        "small",
        "span",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let strange: Vec<&&str> = tags.iter().filter(|tag| !ours.contains(tag)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    let unseen = |c: char| matches!(c, '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!page.contains(unseen), "a character that cannot be seen");
}

/// A report with so many findings, each a little different.
fn many(number: usize) -> Report {
    let mut report = report("stage-2-lapses");
    let template = std::mem::take(&mut report.findings);
    report.findings = (0..number)
        .map(|at| {
            let mut finding = template[at % template.len()].clone();
            finding.id = format!("{at:012x}");
            finding.statement = format!("{} ({at})", finding.statement);
            (finding.contains, finding.contained_in) = (Vec::new(), None);
            finding
        })
        .collect();
    report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.state));
    report
}

#[test]
fn a_page_with_many_findings_shows_less_of_each_and_stays_in_proportion() {
    let (few, more) = (page(&many(5_100)), page(&many(10_200)));
    let each = (more.len() - few.len()) / 5_100;
    assert!(each < 2_000, "{each} bytes for each finding");
    assert_eq!(more.matches("<article").count(), 10_200);
}

/// In Chromium, where it, node and playwright-core are at hand: `npm install --prefix tests/browser`.
#[test]
fn a_browser_shows_filters_and_prints_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let small = report("stage-2-lapses");
    for (name, report) in
        [("small.html", &small), ("hostile.html", &hostile()), ("large.html", &many(10_000))]
    {
        std::fs::write(folder.path().join(name), page(report)).unwrap();
    }
    let script = repository("tests/browser/page.mjs");
    let looked = match Command::new("node").arg(script).arg(folder.path()).output() {
        Ok(looked) => looked,
        Err(error) => return eprintln!("skipped: node: {error}"),
    };
    let said = String::from_utf8_lossy(&looked.stdout);
    eprint!("{said}");
    let is_skipped = looked.status.code() == Some(77);
    assert!(looked.status.success() || is_skipped, "{said}{}", String::from_utf8_lossy(&looked.stderr));
}
