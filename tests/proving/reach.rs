//! How far cases reach: what they cover, which mutants they notice, and which cases would notice more.

use super::*;

/// Statements of scripts and atoms of conditions, each with its place.
#[test]
fn coverage_names_what_no_case_reaches() {
    let pack = Pack::with(&[("cases.toml", &case("late", "minor", LATE, ""))]);
    let coverage = pack.trial().cover().unwrap();
    let told = |coverage: &preaudit::prove::Coverage| -> Vec<String> {
        let unseen = coverage.rules.iter().flat_map(|rule| &rule.unseen);
        unseen
            .map(|one| format!("{}:{} {} {}", one.place.line, one.place.column, one.what, one.place.text))
            .collect()
    };
    assert_eq!(
        told(&coverage),
        ["16:10 never false r.status == \"left\"", "17:10 never false r.left_on + params.delay < as_of",]
    );
    assert!((coverage.percent() - 50.0).abs() < 0.01);
    let pack = Pack::with(&[("cases.toml", &case("all", "minor", &[LATE, IN_TIME, HERE].concat(), ""))]);
    assert!((pack.trial().cover().unwrap().percent() - 100.0).abs() < 0.01);

    let rule = RULE.split("[[each]]").next().unwrap().to_owned();
    let rule = rule.replace("help", "uses = [\"roster\"]\nhelp");
    let script = "fn judge(cx) {\n    let late = [];\n    for one in cx.roster.filter(|s| s.status == \"left\") {\n        \
        if one.left_on == () { late.push(observe(\"?\").at(one.at(\"left_on\"))); }\n        \
        else { late.push(observe(`${one.subject}`).at(one.at(\"left_on\"))); }\n    }\n    exceptions(late, 1)\n}\n";
    let pack = Pack::of_rule(&rule, script, &[("cases.toml", &case("late", "minor", LATE, ""))]);
    let coverage = pack.trial().cover().unwrap();
    assert_eq!(told(&coverage), ["4:32 never runs late.push(observe(\"?\").at(one.at(\"left_on\"))); }"]);
    assert_eq!((coverage.rules[0].statements, coverage.rules[0].statements_seen), (7, 6));
}

#[test]
fn a_floor_under_coverage_fails_what_is_below() {
    let pack = Pack::with(&[("cases.toml", &case("late", "minor", LATE, ""))]);
    let only = ["--rule", "account-outlives-person", "--coverage"];
    let test = |more: &[&str]| pack.test(&[&only[..], more].concat());
    assert_eq!(test(&[]).status.code(), Some(0));
    assert_eq!(test(&["--min", "50"]).status.code(), Some(0));
    let below = test(&["--min", "50.1"]);
    assert_eq!(below.status.code(), Some(1));
    let told = stdout(&below);
    assert!(
        told.contains("rules/people/account-outlives-person.toml:16:10 never false: r.status == \"left\"\n"),
        "{told}"
    );
    assert!(told.contains("50.0 % of 1 rule: 0 of 0 statements ran, 2 of 4 truths seen\n"), "{told}");
    assert!(told.contains("FAIL less than 50.1 % is covered\n"), "{told}");
}

/// A pack with a weak case: its survivors are named, with their places; better cases kill them.
#[test]
fn mutants_that_no_case_notices_are_named_until_a_case_does() {
    let weak = Pack::with(&[(
        "cases.toml",
        &case("long gone", "minor", "E1,Ada Example,ada@example.org,left,2020-01-01\n", ""),
    )]);
    let survivors = weak.survivors();
    for name in [
        "params.delay is \"2d\" and not \"1d\"",
        "params.delay is \"0d\" and not \"1d\"",
        "`ere = 'r.left_on + params.delay < as_of'`: `<` becomes `<=`",
        "roster.left_on one day later",
        "roster.left_on one day earlier",
    ] {
        assert!(survivors.contains(&name.to_owned()), "{name} is noticed:\n{survivors:#?}");
    }
    let told = stdout(&weak.test(&["--rule", "account-outlives-person", "--mutants"]));
    let named = "SURVIVES account-outlives-person\n     rules/people/account-outlives-person.toml:17:35: \
        `ere = 'r.left_on + params.delay < as_of'`: `<` becomes `<=`\n";
    assert!(told.contains(named), "{told}");

    let expect = "expect = [{ state = \"minor\", at = \"roster.csv:3:Left On\" }]";
    let strong = [
        case("late", "minor", &[IN_TIME, LATE, HERE].concat(), expect),
        case("in time", "conformity", &[IN_TIME, HERE].concat(), ""),
        case("nobody left", "not-evaluated", HERE, ""),
        case(
            "still here though a day is given",
            "not-evaluated",
            "E3,Cy Example,cy@example.org,active,2026-01-01\n",
            "",
        ),
    ];
    let strong = Pack::with(&[("cases.toml", &strong.concat())]);
    assert_eq!(strong.survivors(), Vec::<String>::new());
}

/// A mutant that means the same is listed with its reason; entries that are of no use are told.
#[test]
fn survivors_are_allowed_by_name_and_reason() {
    let weak = case("long gone", "minor", "E1,Ada Example,ada@example.org,left,2020-01-01\n", "");
    let list = "[[survivor]]\nmutant = \"params.delay is \\\"2d\\\" and not \\\"1d\\\"\"\nreason = \"nobody minds\"\n\n\
        [[survivor]]\nmutant = \"roster halved\"\nreason = \"\"\n";
    let pack = Pack::with(&[("cases.toml", &weak), ("mutants.toml", list)]);
    let mutants = pack.trial().mutants().unwrap();
    let tried = &mutants.rules[0];
    assert_eq!(tried.allowed.len(), 1);
    assert!(!tried.survivors.iter().any(|survivor| survivor.name.contains("2d")));
    let told: Vec<String> = tried.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "tests/account-outlives-person/mutants.toml:6:10: no mutant `roster halved` survives; take it off the list",
            "tests/account-outlives-person/mutants.toml:7:10: say why no case can notice it",
        ]
    );
    assert!(!mutants.passes());
}

/// Each proposal notices what it says it notices once it is a case.
#[test]
fn proposals_notice_what_survives() {
    let weak = case("long gone", "minor", "E1,Ada Example,ada@example.org,left,2020-01-01\n", "");
    let pack = Pack::with(&[("cases.toml", &weak)]);
    let proposed = pack.trial().propose().unwrap();
    let noticed: Vec<&String> = proposed.iter().flat_map(|one| &one.notices).collect();
    assert!(noticed.iter().any(|name| name.contains("`<` becomes `<=`")), "{noticed:?}");
    let all: String = proposed.iter().map(|one| one.text.clone() + "\n").collect();
    pack.write("tests/account-outlives-person/cases.toml", &format!("{weak}{all}"));
    assert!(pack.prove().cases.iter().all(Proven::passes), "{:?}\n{all}", pack.prove());
    let left = pack.survivors();
    assert!(noticed.iter().all(|name| !left.contains(name)), "{left:?}");
    let text = stdout(&pack.test(&["--rule", "account-outlives-person", "--propose"]));
    assert!(text.lines().all(|line| line.starts_with('#') || !line.contains("notices")), "{text}");
}
