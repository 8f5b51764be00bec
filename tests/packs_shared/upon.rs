//! Packs that build on others: what they override, add, and may not change.

use super::*;

/// Limits and grades are a stack: of the packs that say something, the last one holds, and people have
/// the last word in preaudit.toml.
#[test]
fn packs_override_what_they_build_on_and_findings_say_who_did() {
    let post = Post::new();
    let overriding = "[needs]\niso27001-2022 = \"^0.1\"\n[[override]]\nrule = \"training-overdue\"\ngrade = \"major\"\n\
        reason = \"Acme's customers ask for it\"\nparams = { grace = \"5d\" }\n";
    post.manifest("1.2.0", overriding);
    post.write(
        "site/pack.toml",
        "id = \"acme-site\"\ntitle = \"One site\"\nversion = \"0.2.0\"\napi = 1\nlicense = \"MIT\"\n[needs]\nacme-isms = \"1\"\n\
         [[override]]\nrule = \"training-overdue\"\nreason = \"trains at the end of the month\"\nparams = { grace = \"30d\" }\n",
    );
    let named = |packs: &[&str]| {
        packs
            .iter()
            .map(|id| {
                format!(
                    "[[pack]]\nid = \"{id}\"\npath = \"../{}\"\n",
                    &id[id.len() - 4..].replace("isms", "acme")
                )
            })
            .collect::<String>()
    };
    let derivation = |post: &Post| post.finding("training-overdue")["derivation"].to_string();
    post.write("client/preaudit.toml", "");
    let plain = post.finding("training-overdue");
    assert_eq!((plain["state"].as_str(), plain["exceptions"].as_u64()), (Some("minor"), Some(1)));
    post.write("client/preaudit.toml", &named(&["acme-isms"]));
    let finding = post.finding("training-overdue");
    assert_eq!(finding["state"], "major");
    let says = derivation(&post);
    assert!(
        says.contains("the rule proposes minor")
            && says.contains("grace 5 days (judgement, set by pack acme-isms 1.2.0)"),
        "{says}"
    );
    assert!(says.contains("pack acme-isms 1.2.0 makes it major: Acme's customers ask for it"), "{says}");
    // The site's pack stands above: its grace holds, and the grade below it too.
    post.write("client/preaudit.toml", &named(&["acme-isms", "acme-site"]));
    let says = derivation(&post);
    assert!(
        says.contains("set by pack acme-site 0.2.0") && says.contains("inside the grace of 30 days"),
        "{says}"
    );
    let told = stdout(&program(&post.path("client"), &["explain", "training-overdue"]));
    let stack: Vec<&str> = told.lines().filter(|line| line.contains("says pack")).map(str::trim).collect();
    assert_eq!(
        stack,
        [
            "major, says pack acme-isms 1.2.0: Acme's customers ask for it",
            "5 days, says pack acme-isms 1.2.0: Acme's customers ask for it",
            "30 days, says pack acme-site 0.2.0: trains at the end of the month",
        ]
    );
    post.write(
        "client/preaudit.toml",
        &(named(&["acme-isms", "acme-site"]) + "[params.training-overdue]\ngrace = \"1d\"\n"),
    );
    assert!(derivation(&post).contains("grace 1 day (judgement, set by preaudit.toml)"));
    // What a pack needs comes before it.
    post.write("client/preaudit.toml", &named(&["acme-site", "acme-isms"]));
    let told = post.refused(&["scan", "client"]);
    assert!(told.contains("pack::missing") && told.contains("must be named before it"), "{told}");
    post.write("client/preaudit.toml", &named(&["acme-site"]));
    assert!(post.refused(&["scan", "client"]).contains("needs acme-isms 1, which is not there"));
    post.manifest("2.0.0", overriding);
    post.write("client/preaudit.toml", &named(&["acme-isms", "acme-site"]));
    assert!(post.refused(&["scan", "client"]).contains("needs acme-isms 1, and there is 2.0.0"));
}

#[test]
fn what_is_wrong_with_an_override_is_told_at_its_place() {
    let post = Post::new();
    for (text, says) in [
        (
            "rule = \"training-overdeu\"\nreason = \"x\"\ngrade = \"major\"",
            "did you mean `training-overdue`?",
        ),
        ("rule = \"training-overdue\"\nreason = \" \"\ngrade = \"major\"", "needs its reason"),
        ("rule = \"training-overdue\"\nreason = \"x\"", "neither a grade nor a parameter"),
        (
            "rule = \"training-overdue\"\nreason = \"x\"\ngrade = \"opportunity\"",
            "never written as an opportunity",
        ),
        ("rule = \"training-overdue\"\nreason = \"x\"\nparams = { grase = \"5d\" }", "did you mean `grace`?"),
        ("rule = \"training-overdue\"\nreason = \"x\"\nparams = { grace = 5 }", "expected a duration"),
    ] {
        post.manifest("1.2.0", &format!("[[override]]\n{text}\n"));
        let told = post.refused(&["pack", "build", "acme"]);
        assert!(told.contains(says) && told.contains("pack.toml:"), "{text}: {told}");
    }
}

/// A pack adds; what stands below stays. So what a stranger brings along leaves other rules alone.
#[test]
fn a_pack_changes_nothing_that_others_declare() {
    let post = Post::new();
    let kind = "id = \"roster\"\ntitle = \"mine\"\nshape = \"table\"\n[fields.a]\nholds = \"text\"\nheaders = [\"a\"]\n";
    post.write("acme/schema/roster.toml", kind);
    let told = post.refused(&["pack", "build", "acme"]);
    assert!(told.contains("a kind of evidence `roster` is declared already"), "{told}");
    fs::remove_dir_all(post.path("acme/schema")).unwrap();
    for more in ["nothing = [\"yes\"]\n", "skew = \"1d\"\n"] {
        post.manifest("1.2.0", more);
        assert!(post.refused(&["pack", "build", "acme"]).contains("only the pack that all others build on"));
    }
    let profile = "[profiles.common]\ndoc = \"Mine.\"\nsystemic_minors = 99\nundecidable_share = 1.0\nunevaluated_share = 1.0\nratio_factor = 9.0\nstrict_params = false\n";
    post.manifest("1.2.0", profile);
    assert!(post.refused(&["pack", "build", "acme"]).contains("a profile `common` is declared already"));
    // One of its own is another matter.
    post.manifest("1.2.0", &profile.replace("common", "acme"));
    post.build(None);
}

/// Controls that an organization designed itself have a letter of their own, stand in the statement of
/// applicability like others, and are looked at by rules like others.
#[test]
fn a_pack_brings_controls_of_its_own() {
    let post = Post::new();
    post.write(
        "acme/controls/own.toml",
        "[[control]]\nid = \"X.1\"\ntitle = \"Visitors are met at the gate\"\nintent = \"Nobody walks in alone.\"\n\
         automation = \"mixed\"\nevidence = [\"visitor book\"]\n",
    );
    post.write("acme/rules/people/badge-missing.toml", &RULE.replace("A.7.2", "X.1"));
    let file = post.build(None);
    post.done(&["pack", "install", &file, "client"]);
    assert_eq!(post.finding("badge-missing")["requirements"], serde_json::json!(["6.1.3 d / X.1"]));
    let client = post.path("client");
    assert!(stdout(&program(&client, &["explain", "X.1"])).contains("Nobody walks in alone."));
    assert!(
        stdout(&program(&client, &["list", "controls"])).contains("X.1      Visitors are met at the gate")
    );
    post.write(
        "client/statement of applicability.csv",
        "Control,Title,Applicable,Justification,Status\nA.5.1,Policies,Yes,policy,implemented\n\
         X.1,Visitors,No,there is no gate,not applicable\n",
    );
    let report = post.scan();
    let check =
        report["checks"].as_array().unwrap().iter().find(|check| check["control"] == "X.1").unwrap().clone();
    assert_eq!(check["state"], "not-applicable", "{check}");
}
