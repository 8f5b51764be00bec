//! Hostile scripts: what each of them tries, and what stops it.

/// A script that means harm.
pub(crate) struct Hostile {
    /// The rule it is.
    pub(crate) id: &'static str,
    /// Words of the message that tells what stopped it, apart by `|` where the machine decides which
    /// limit comes first.
    pub(crate) stopped_by: &'static str,
    /// Its text, for a rule that judges; its declaration, where it looks at rows or logs.
    pub(crate) text: String,
}

fn script(id: &'static str, stopped_by: &'static str, text: impl Into<String>) -> Hostile {
    Hostile { id, stopped_by, text: text.into() }
}

/// A script whose `judge` does this before it says that all is well.
fn judging(id: &'static str, stopped_by: &'static str, body: &str) -> Hostile {
    script(id, stopped_by, format!("fn judge(cx) {{\n    {body}\n    exceptions([], cx.roster.len)\n}}\n"))
}

const STEPS: &str = "more steps than a rule may|longer than a rule may";
const TIME: &str = "longer than a rule may";
const LARGE: &str = "large|longer than a rule may";

/// A text of 2^n letters.
fn letters(doublings: usize) -> String {
    format!("let s = \"abcdefgh\"; for i in 0..{} {{ s += s; }}", doublings - 3)
}

/// Scripts that never end, or take long.
pub(crate) fn endless() -> Vec<Hostile> {
    let text = letters(20);
    let numbers = "let a = []; for i in 0..9000 { a.push((i * 7919) % 9001); }";
    vec![
        judging("loop-without-end", STEPS, "loop { let x = 1; }"),
        judging("count-to-the-last-number", STEPS, "for i in 0..9223372036854775807 { let x = i; }"),
        judging("loop-in-a-closure", STEPS, "let f = |n| { while n > 0 { n += 1; } }; f.call(1);"),
        judging("loop-that-catches", STEPS, "loop { try { loop { let x = 1; } } catch { } }"),
        judging("error-storm", STEPS, "loop { try { throw \"no\"; } catch (e) { let x = e; } }"),
        judging("loop-over-rows", STEPS, "loop { for row in cx.roster { let x = row.person_name; } }"),
        judging("search-natively", TIME, &format!("{text} loop {{ s.index_of(\"hhhhhhhhab\"); }}")),
        judging("compare-natively", STEPS, &format!("{numbers} let b = a; loop {{ let same = a == b; }}")),
        judging("sort-natively", TIME, &format!("{numbers} loop {{ let b = a; b.sort(); }}")),
        judging(
            "replace-natively",
            TIME,
            &format!("{text} loop {{ let t = s; t.replace(\"abc\", \"cba\"); }}"),
        ),
        judging(
            "pattern-that-remembers",
            "processor time",
            "let s = \"\"; for i in 0..20000 { s += (i * 7919) % 100003; } for i in 0..5 { s += s; } \
             s.matches(\"[13579][0-9]{500}[^0-9]\");",
        ),
        judging(
            "pattern-that-is-too-large",
            "takes more than 4 MiB",
            "\"x\".matches(\"(\\\\w{1,99}){1,99}\");",
        ),
        judging("patterns-without-number", STEPS, "let i = 0; loop { i += 1; \"x\".matches(`a${i}`); }"),
        judging("wait-an-hour", "no function `sleep", "sleep(3600);"),
        judging(
            "join-rows-with-rows",
            STEPS,
            "let all = cx.roster; loop { reconcile(all, all, \"person_name\"); }",
        ),
    ]
}

/// Scripts that want more memory than there is, or a deeper stack.
pub(crate) fn greedy() -> Vec<Hostile> {
    vec![
        judging("pad-with-nothing", "`pad` needs", "let s = \"a\"; s.pad(64, \"\");"),
        judging("pad-to-the-sky", "`pad` needs", "let s = \"a\"; s.pad(1000000000000, \"x\");"),
        judging("array-to-the-sky", LARGE, "let a = []; a.pad(1000000000000, 1);"),
        judging("double-a-text", LARGE, "let s = \"abcdefgh\"; loop { s += s; }"),
        judging("double-by-interpolation", LARGE, "let s = \"abcdefgh\"; loop { s = `${s}${s}`; }"),
        judging("push-without-end", LARGE, "let a = []; loop { a.push(\"x\"); }"),
        judging(
            "text-in-every-element",
            LARGE,
            &format!("{} let a = []; loop {{ a.push(s + a.len); }}", letters(16)),
        ),
        judging("bytes-without-number", "no function `blob", "let b = blob(1000000000000);"),
        judging(
            "map-by-index",
            "MiB of memory",
            &format!("{} let m = #{{}}; let i = 0; loop {{ m[`k${{i}}`] = s + i; i += 1; }}", letters(16)),
        ),
        judging(
            "texts-in-a-closure",
            "MiB of memory",
            &format!("{} let f = |x| 1; let i = 0; loop {{ f = f.curry(s + i); i += 1; }}", letters(18)),
        ),
        judging("nest-arrays", LARGE, "let a = []; loop { a = [a]; }"),
        judging(
            "nest-maps-by-index",
            "too deep|longer than a rule may",
            "let m = #{}; for i in 0..90000 { let n = #{}; n[\"x\"] = m; m = n; } if m == m { m = 1; }",
        ),
        script("call-oneself", "Stack overflow", "fn again(n) { again(n + 1) }\nfn judge(cx) { again(0) }\n"),
        judging(
            "call-a-closure-by-itself",
            "Stack overflow",
            "let f = |g, n| g.call(g, n + 1); f.call(f, 0);",
        ),
        script(
            "call-through-a-list",
            "Stack overflow",
            "fn again(n) { [1].map(|x| again(n + 1)) }\nfn judge(cx) { again(0) }\n",
        ),
        judging("exceptions-without-end", STEPS, "let v = examined(1); loop { v.add(observe(\"x\")); }"),
        judging(
            "places-without-end",
            "",
            "let row = cx.roster.first; let o = observe(\"x\"); loop { o.at(row.at(\"person_name\")); }",
        ),
        judging(
            "a-list-of-places-without-end",
            "",
            "let row = cx.roster.first; let p = []; for i in 0..9000 { p.push(row.at(\"person_name\")); }
             let o = observe(\"x\"); loop { o.at(p); }",
        ),
        script(
            "statements-as-long-as-books",
            "MiB",
            format!(
                "fn judge(cx) {{ {} let v = examined(1); for i in 0..1000 {{ v.add(observe(s + i)); }} v }}\n",
                letters(16)
            ),
        ),
        script(
            "labels-as-long-as-books",
            "MiB",
            format!(
                "fn judge(cx) {{ {} let v = examined(1);
                 for i in 0..900 {{ v.add(cx.roster.first.at(\"person_name\", s + i)); }} v }}\n",
                letters(16)
            ),
        ),
    ]
}

/// Scripts that want out, or hide what they do.
pub(crate) fn sly() -> Vec<Hostile> {
    vec![
        judging("import-a-file", "import", "import \"/etc/passwd\" as x;"),
        judging("import-from-beside", "import", "import \"../../other/rules/rule\" as x;"),
        judging("evaluate-a-text", "eval", "eval(\"loop {}\");"),
        judging("print-something", "print", "print(\"hello\");"),
        judging("ask-the-clock", "no function `timestamp", "let t = timestamp();"),
        judging("open-a-file", "no function `open_file", "let f = open_file(\"/etc/passwd\");"),
        judging("leave-the-program", "no function `exit", "exit(0);"),
        judging("be-somebody-else", "already defined: cx", "let cx = #{ roster: [] };"),
        judging("reach-for-the-prototype", "does not name `--proto--`", "cx.__proto__.roster = [];"),
        judging("look-beyond-its-kinds", "does not name `accounts`", "cx.accounts.len;"),
        script(
            "another-alphabet",
            "rule another-alphabet",
            "fn judge(cx) { let сx = 1; exceptions([], 1) }\n",
        ),
        script("nothing-to-see", "rule nothing-to-see", "fn ju\u{200b}dge(cx) { exceptions([], 1) }\n"),
        judging(
            "speak-to-the-terminal",
            "owned",
            "throw \"\\x1b]0;owned\\x07\\x1b[2J\\u202egnihton\\u2066\\x9b31m\";",
        ),
        judging("throw-a-book", "abcdefgh", &format!("{} throw s;", letters(21))),
        script("no-verdict", "gave no verdict", "fn judge(cx) { 42 }\n"),
        script("no-judge", "no `fn judge(cx)`", "fn jugde(cx) { 42 }\n"),
        script("longer-than-a-script", "longer than 256 KiB", "// x\n".repeat(60_000) + "fn judge(cx) { 1 }"),
        script(
            "nested-in-its-text",
            "rule nested-in-its-text",
            format!(
                "fn judge(cx) {{ let a = {}1{}; exceptions([], 1) }}\n",
                "(".repeat(5_000),
                ")".repeat(5_000)
            ),
        ),
        script(
            "functions-without-number",
            "rule functions-without-number",
            (0..500).map(|i| format!("fn f{i}() {{ {i} }}\n")).collect::<String>() + "fn judge(cx) { 1 }\n",
        ),
        judging("divide-by-nothing", "rule divide-by-nothing", "let n = 0; let x = 1 / n;"),
        judging(
            "the-last-number-and-one",
            "rule the-last-number-and-one",
            "let n = 9223372036854775807; n += 1;",
        ),
    ]
}

/// Declarations that mean harm where they are asked of each row or of each record.
pub(crate) fn declared() -> Vec<Hostile> {
    let each = |id, stopped_by, condition: &str, message: &str| {
        script(
            id,
            stopped_by,
            format!("[[each]]\nfrom = \"roster\"\nwhere = '''{condition}'''\nmessage = '''{message}'''\n"),
        )
    };
    let scan = |id, stopped_by, scan: &str, message: &str| {
        let text = format!("[scan]\nfrom = \"sign-ins\"\n{scan}\n[finding]\nmessage = '''{message}'''\n");
        script(id, stopped_by, text)
    };
    vec![
        each("row-that-pads", "`pad` needs", "\"a\".pad(99999999, \"x\") == 1", "x"),
        each("row-that-is-no-condition", "rule row-that-is-no-condition", "loop { }", "x"),
        each("row-of-a-bad-alphabet", "rule row-of-a-bad-alphabet", "r.person_name == \"x\" && ()", "x"),
        each(
            "message-that-loops",
            "rule message-that-loops",
            "true",
            "${ let n = 1; while n > 0 { n += 1; } }",
        ),
        each(
            "message-that-grows",
            "rule message-that-grows",
            "true",
            "${ let s = \"abcdefgh\"; loop { s += s; } }",
        ),
        scan("record-by-record", "not native", "where = 'r.user.name.len > 3'", "x"),
        scan("constant-that-grows", "not native", "where = 'r.user.name == \"a\".pad(999999, \"x\")'", "x"),
        scan(
            "pattern-for-every-record",
            "not native",
            "where = 'r.user.name.matches(\"(\\\\w{1,60}){1,60}\")'",
            "x",
        ),
        scan("group-that-loops", "rule group-that-loops", "by = [\"user.name\"]", "${ while true { } }"),
        scan(
            "group-that-fails",
            "rule group-that-fails",
            "by = [\"user.name\"]\nhaving = 'g.cuont > 1'",
            "x",
        ),
    ]
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    [endless(), greedy(), sly(), declared()].into_iter().flatten().collect()
}
