//! Names: which may stand where, what they mean, and where they are declared.

use super::Own;
use super::client::{Client, cursor, uri};
use crate::kit::{files_below, lay_down, repository};
use preaudit::lint::{Files, Linter};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::world::Disk;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const HEAD: &str = "id = \"register-outdated\"\ntitle = \"a fault\"\ncontrols = [\"A.6.3\"]\ngrade = \"minor\"\nbasis = \"judgement\"\nhelp = \"Mend it.\"\n\n[params.grace]\ntype = \"duration\"\ndefault = \"30d\"\nbasis = \"judgement\"\ndoc = \"days of grace\"\n\n";

/// Gives an open file a text with a cursor in it, and asks about the place.
fn at(client: &mut Client, method: &str, path: &Path, text: &str) -> Value {
    let (text, place) = cursor(text);
    client.rewrite(path, &text);
    client.at(method, path, place)
}

fn labels(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn a_declaration_is_completed() {
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    let mut client = Client::greet(json!({}));
    client.open(&rule);
    let each = |rest: &str| format!("{HEAD}[[each]]\nfrom = \"document-register\"\n{rest}\n");
    let tail = "message = \"x\"\n";
    for (text, wanted, unwanted) in [
        // Names of the pack, in whatever state the rest is.
        (HEAD.replace("A.6.3", "A.5.|"), "A.5.18", "soa"),
        (format!("{HEAD}[[each]]\nfrom = \"docu|\"\n"), "document-register", "sign-ins"),
        (format!("{HEAD}[[each]]\nfrom = \"docu|\n"), "document-register", "sign-ins"),
        (HEAD.replace("\n\n[params", "\nuses = [\"|\"]\n\n[params"), "training-records", "A.6.3"),
        (format!("{HEAD}[scan]\nfrom = \"|\"\n[finding]\nmessage = \"x\"\n"), "sign-ins", "roster"),
        (each(&format!("where = 'true'\n{tail}at = [\"|\"]")), "next_review", "outcome"),
        (
            format!("{HEAD}[scan]\nfrom = \"sign-ins\"\nby = [\"user.|\"]\n[finding]\nmessage = \"x\"\n"),
            "user.name",
            "next_review",
        ),
        // Conditions, whole and half.
        (each(&format!("where = 'r.|'\n{tail}")), "next_review", "event.outcome"),
        (each(&format!("where = 'r.next_re|view < as_of'\n{tail}")), "next_review", "event.outcome"),
        (each(&format!("where = 'r.status == \"published\" && (r.|'\n{tail}")), "next_review", "params"),
        (each(&format!("where = 'r.status == \"|\"'\n{tail}")), "published", "next_review"),
        (each(&format!("where = 'r.status in [\"published\", \"|\"]'\n{tail}")), "draft", "next_review"),
        (each(&format!("where = 'r.status == |'\n{tail}")), "\"published\"", "status"),
        (each(&format!("where = 'r.next_review < as_of - params.|'\n{tail}")), "grace", "next_review"),
        (each(&format!("where = 'r.next_review < |'\n{tail}")), "as_of", "next_review"),
        (each(&format!("where = 'r.has(\"|\")'\n{tail}")), "next_review", "grace"),
        (each("where = 'true'\nmessage = \"${r.|} is late\""), "title", "grace"),
        (
            format!("{HEAD}[scan]\nfrom = \"sign-ins\"\nwhere = 'r.event.|'\n[finding]\nmessage = \"x\"\n"),
            "outcome",
            "event.outcome",
        ),
        (
            format!(
                "{HEAD}[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nhaving = 'g.|'\n[finding]\nmessage = \"x\"\n"
            ),
            "count",
            "user",
        ),
        // Keys and their words, by the schema.
        (format!("{HEAD}[[each]]\nfrom = \"soa\"\nwh|\n"), "where", "id"),
        (HEAD.replace("\"minor\"", "\"|\""), "opportunity", "A.6.3"),
    ] {
        let items = at(&mut client, "completion", &rule, &text);
        let labels = labels(&items);
        assert!(labels.contains(&wanted), "{text}\nno {wanted} in {labels:?}");
        assert!(!labels.contains(&unwanted), "{text}\n{unwanted}");
    }
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_is_written_of_a_name_is_replaced() {
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    let mut client = Client::greet(json!({}));
    client.open(&rule);
    for (written, name) in [("document-reg", "document-register"), ("", "document-register")] {
        let text = format!("{HEAD}[[each]]\nfrom = \"{written}|\"\n");
        let items = at(&mut client, "completion", &rule, &text);
        let item = items.as_array().unwrap().iter().find(|item| item["label"] == name).unwrap();
        let edit = &item["textEdit"];
        let start = edit["range"]["start"]["character"].as_u64().unwrap();
        let end = edit["range"]["end"]["character"].as_u64().unwrap();
        assert_eq!((start, end), (8, 8 + written.len() as u64), "{edit}");
        assert!(item["documentation"]["value"].as_str().unwrap().contains("fields: "), "{item}");
    }
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_script_is_completed() {
    let own = Own::new();
    let script = own.file("rules/own/account-unknown.rhai");
    let mut client = Client::greet(json!({}));
    client.open(&script);
    let judge = |body: &str| {
        format!("fn is_late(row, day) {{\n    row.due < day\n}}\n\nfn judge(cx) {{\n{body}\n}}\n")
    };
    for (body, wanted, unwanted) in [
        ("    let staff = cx.|\n    exceptions([], 1)", "roster", "login"),
        ("    let staff = cx.roster.|;\n    exceptions([], 1)", "filter", "login"),
        ("    let staff = cx.roster.filter(|s| s.|\n    exceptions([], 1)", "login", "filter"),
        ("    for a in cx.accounts {\n        if a.|\n    }\n    exceptions([], 1)", "account", "abs"),
        ("    let known = cx.roster.index_by(\"|\n    exceptions([], 1)", "login", "roster"),
        ("    let known = cx.roster.index_by(\"|\");\n    exceptions([], 1)", "login", "roster"),
        ("    let staff = cx.roster;\n    let gaps = [];\n    |\n    exceptions(gaps, 1)", "gaps", "login"),
        ("    let staff = cx.roster;\n    exceptions(is_|", "is_late", "login"),
    ] {
        // The bars of a closure are no cursor.
        let text = judge(body).replace("|s|", "\u{1}s\u{1}");
        let (text, place) = cursor(&text);
        client.rewrite(&script, &text.replace('\u{1}', "|"));
        let items = client.at("completion", &script, place);
        let labels = labels(&items);
        assert!(labels.contains(&wanted), "{body}\nno {wanted} in {labels:?}");
        assert!(!labels.contains(&unwanted), "{body}\n{unwanted}");
    }
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_name_says_what_it_means() {
    let own = Own::new();
    let (rule, script) =
        (own.file("rules/own/register-outdated.toml"), own.file("rules/own/account-unknown.rhai"));
    let mut client = Client::greet(json!({}));
    client.open(&rule);
    client.open(&script);
    let each = |condition: &str| {
        format!("{HEAD}[[each]]\nfrom = \"document-register\"\nwhere = '{condition}'\nmessage = \"x\"\n")
    };
    for (path, text, said) in [
        (
            &rule,
            HEAD.replace("\"A.6.3\"", "\"A.6|.3\"") + &each("true")[HEAD.len()..],
            "**A.6.3 Information security awareness",
        ),
        (&rule, each("true").replace("document-register", "document|-register"), "a table"),
        (&rule, each("r.next|_review < as_of"), "a day or an instant"),
        (&rule, each("r.status == \"publi|shed\""), "a word of `status`"),
        (&rule, each("r.next_review < as_of - params.gr|ace"), "days of grace"),
        (&rule, each("r.id.cont|ains(\"x\")"), "contains("),
        (&rule, each("true").replace("grade", "gra|de"), "graded as"),
        (
            &script,
            "fn judge(cx) {\n    let staff = cx.roster.fil|ter(true);\n    exceptions([], 1)\n}\n".to_owned(),
            "The rows for which a condition holds",
        ),
        (
            &script,
            "fn judge(cx) {\n    let staff = cx.ros|ter;\n    exceptions([], 1)\n}\n".to_owned(),
            "**roster**",
        ),
    ] {
        let hover = at(&mut client, "hover", path, &text);
        let value = hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("{text}\n{hover}"));
        assert!(value.contains(said), "{text}\n{value}");
    }
    assert_eq!(client.leave(), 0);
}

/// The line that a definition leads to.
fn line_of(location: &Value) -> String {
    let path = location["uri"].as_str().unwrap().strip_prefix("file://").unwrap().replace("%20", " ");
    let line = usize::try_from(location["range"]["start"]["line"].as_u64().unwrap()).unwrap();
    fs::read_to_string(path).unwrap().lines().nth(line).unwrap().to_owned()
}

#[test]
fn a_name_leads_to_where_it_is_declared() {
    // The built-in pack in a folder, as whoever works on it has it.
    let folder = tempfile::tempdir().unwrap();
    let pack = fs::canonicalize(folder.path()).unwrap().join("iso27001-2022");
    let files = files_below(&repository("rules/iso27001-2022"));
    lay_down(&pack, files.iter().filter(|(path, _)| !path.starts_with("tests/")));
    let rule = pack.join("rules/documents/register-outdated.toml");
    fs::write(&rule, HEAD).unwrap();
    let mut client = Client::greet(json!({}));
    client.open(&rule);
    let each = |condition: &str| {
        format!("{HEAD}[[each]]\nfrom = \"document-register\"\nwhere = '{condition}'\nmessage = \"x\"\n")
    };
    for (text, declared) in [
        (HEAD.replace("A.6.3", "A.6|.3") + &each("true")[HEAD.len()..], "id = \"A.6.3\""),
        (each("true").replace("document-register", "document|-register"), "id = \"document-register\""),
        (each("r.next|_review < as_of"), "next_review"),
        (
            format!("{HEAD}[scan]\nfrom = \"sign-ins\"\nby = [\"user.na|me\"]\n[finding]\nmessage = \"x\"\n"),
            "\"user.name\"",
        ),
    ] {
        let found = at(&mut client, "definition", &rule, &text);
        assert!(line_of(&found).contains(declared), "{text}\n{found}");
    }
    let found = at(&mut client, "definition", &rule, &each("r.next_review < as_of - params.gr|ace"));
    assert_eq!(found["uri"], uri(&rule));
    assert_eq!(
        found["range"]["start"]["line"],
        HEAD.lines().position(|line| line == "[params.grace]").unwrap()
    );
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_name_of_the_pack_in_the_binary_leads_to_its_text_where_the_client_can_show_it() {
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    let text =
        HEAD.replace("A.6.3", "A.6|.3") + "[[each]]\nfrom = \"soa\"\nwhere = 'true'\nmessage = \"x\"\n";
    let mut client = Client::greet(json!({}));
    client.open(&rule);
    assert!(at(&mut client, "definition", &rule, &text).is_null());
    assert_eq!(client.leave(), 0);
    let mut client = Client::greet(json!({ "workspace": { "textDocumentContent": {} } }));
    client.open(&rule);
    let found = at(&mut client, "definition", &rule, &text);
    let uri = found["uri"].as_str().unwrap();
    assert_eq!(uri, "preaudit:/iso27001-2022/controls/annex-a-06.toml");
    let content = client.ask("workspace/textDocumentContent", json!({ "uri": uri }));
    let line = usize::try_from(found["range"]["start"]["line"].as_u64().unwrap()).unwrap();
    assert_eq!(content["text"].as_str().unwrap().lines().nth(line), Some("id = \"A.6.3\""));
    assert_eq!(client.leave(), 0);
}

#[test]
fn names_outside_of_rules_are_known_too() {
    let own = Own::new();
    let manifest = own.file("pack.toml");
    let mut client = Client::greet(json!({}));
    let text = client.open(&manifest);
    let over = format!("{text}\n[[override]]\nrule = \"training-over|due\"\nreason = \"x\"\n");
    assert!(labels(&at(&mut client, "completion", &manifest, &over)).contains(&"training-overdue"));
    let hover = at(&mut client, "hover", &manifest, &over);
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("**training-overdue**"), "{hover}");
    assert_eq!(client.leave(), 0);
}

/// Wherever a cursor stands in whatever half of a rule, there is an answer.
#[test]
fn no_half_of_a_rule_is_too_much() {
    let files = Files::from(pack::open(&PackRef::BuiltIn, &Disk::default()).unwrap());
    let mut linter = Linter::new(Packs::default());
    linter.check(&files);
    let stems =
        ["people/training-overdue", "access/leaver-account-active", "leadership/review-figure-contradicted"];
    let mut answered = 0;
    for path in stems.iter().flat_map(|stem| [format!("rules/{stem}.toml"), format!("rules/{stem}.rhai")]) {
        let Some(whole) = files.texts.get(&path) else { continue };
        let whole = whole.text();
        for end in (0..whole.len()).step_by(61).filter(|end| whole.is_char_boundary(*end)) {
            let mut texts = files.texts.clone();
            let half = std::sync::Arc::new(preaudit::source::Source::new(path.as_str(), &whole[..end]));
            texts.insert(path.clone(), half);
            answered += usize::from(linter.offers(&texts, &path, end).is_some());
            answered += usize::from(linter.offers(&files.texts, &path, end).is_some());
            linter.standing(&texts, &path, end);
            linter.standing(&files.texts, &path, end);
        }
    }
    assert!(answered > 20, "{answered}");
}
