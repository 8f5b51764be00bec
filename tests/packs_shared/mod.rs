//! Packs on their way from a consultant to a client: built, signed, verified, installed and locked; what
//! changed on the way, is older, newer or no pack at all is refused in words.

mod upon;

use crate::kit::{program, stderr, stdout};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The files of an archive, in order.
type Contents = Vec<(String, Vec<u8>)>;

const RULE: &str = "id = \"badge-missing\"\ntitle = \"a person has no department\"\ncontrols = [\"A.7.2\"]\n\
    grade = \"minor\"\nbasis = \"judgement\"\nhelp = \"Name it.\"\n[[each]]\nfrom = \"roster\"\n\
    where = 'r.department == ()'\nmessage = \"${r.subject} has no department\"\n";
const ROSTER: &str = "Employee ID,Full Name,Work Email,Department,Hired On\n\
    E1,Ada Example,ada@example.org,,2024-01-01\nE2,Bob Example,bob@example.org,HR,2024-01-01\n";
const TRAINING: &str = "Employee,Course,Due Date,Completed On,Status\n\
    ada@example.org,Security awareness,2026-06-20,,open\nbob@example.org,Security awareness,2026-01-10,2026-01-05,completed\n";

/// A consultant with a pack and a key, and a client with a workspace.
struct Post(TempDir);

impl Post {
    fn new() -> Self {
        let post = Self(tempfile::tempdir().unwrap());
        post.manifest("1.2.0", "");
        post.write("acme/rules/people/badge-missing.toml", RULE);
        post.write("acme/tests/badge-missing/minor-none/roster.csv", ROSTER);
        post.write("acme/.git/config", "[core]\n");
        post.write("client/preaudit.toml", "# Ours.\n[organization]\nname = \"Client\"\n");
        post.write("client/roster.csv", ROSTER);
        post.write("client/training records.csv", TRAINING);
        post
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn manifest(&self, version: &str, more: &str) {
        let text = format!(
            "id = \"acme-isms\"\ntitle = \"Acme's rules\"\nversion = \"{version}\"\napi = 1\nlicense = \"MIT\"\n{more}"
        );
        self.write("acme/pack.toml", &text);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(self.0.path(), arguments)
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stdout(&output));
        stderr(&output)
    }

    /// A key of this name; its public half.
    fn key(&self, name: &str) -> String {
        self.done(&["pack", "keygen", name]).trim().to_owned()
    }

    fn build(&self, key: Option<&str>) -> String {
        let key = key.map_or(Vec::new(), |key| vec!["--key", key]);
        let file = self.done(&[&["pack", "build", "acme"], &key[..]].concat());
        file.split([' ', ':']).nth(1).unwrap().to_owned()
    }

    fn scan(&self) -> serde_json::Value {
        let output =
            self.run(&["scan", "client", "--as-of", "2026-07-01", "--format", "json", "--exit-zero"]);
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    }

    fn finding(&self, rule: &str) -> serde_json::Value {
        let report = self.scan();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["rule"] == rule).cloned().unwrap_or_default()
    }
}

/// An archive with other files than a pack's own.
fn archive(path: &Path, compression: CompressionMethod, files: &[(&str, &[u8])]) {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(compression);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    fs::write(path, writer.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn a_client_judges_with_what_a_consultant_sent() {
    let post = Post::new();
    let key = post.key("key.pem");
    let file = post.build(Some("key.pem"));
    assert_eq!(file, "acme-isms-1.2.0.zip");
    let told = post.done(&["pack", "verify", &file, "--key", &key]);
    for says in ["acme-isms 1.2.0: Acme's rules", &key, "1 rule (0 with a script), 1 case", "3 files"] {
        assert!(told.contains(says), "{told}");
    }
    assert!(post.finding("badge-missing").is_null());
    let told = post.done(&["pack", "install", &file, "client", "--key", &key]);
    assert!(told.contains("acme-isms 1.2.0: locked"), "{told}");
    // A plain scan uses it, and says which pack it was.
    let finding = post.finding("badge-missing");
    assert_eq!(finding["pack"], "acme-isms 1.2.0");
    let digest = post.scan()["packs"][1]["digest"].as_str().unwrap().to_owned();
    assert_eq!(
        post.read("client/preaudit.toml"),
        "# Ours.\n[organization]\nname = \"Client\"\n\n[[pack]]\nid = \"acme-isms\"\nversion = \"1.2.0\"\n"
    );
    let lock = post.read("client/preaudit.lock");
    assert!(lock.contains(&format!("digest = \"{digest}\"\nkey = \"{key}\"\n")), "{lock}");
    assert_eq!(post.done(&["pack", "lock", "client"]), "acme-isms 1.2.0: as it was\n");
    assert!(program(&post.path("client"), &["explain", "badge-missing"]).status.success());
}

/// `find . -type f` without cases and hidden files, sorted, `sha256sum`, and `sha256sum` of that.
#[test]
fn the_digest_can_be_had_by_hand() {
    let post = Post::new();
    let by_hand = "find . -type f ! -path './tests/*' ! -path '*/.*' -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum";
    let Ok(output) = Command::new("sh").args(["-c", by_hand]).current_dir(post.path("acme")).output() else {
        eprintln!("skipped: there is no shell");
        return;
    };
    let sum = stdout(&output).split_whitespace().next().unwrap().to_owned();
    assert!(post.done(&["pack", "verify", "acme"]).contains(&format!("sha256:{sum}")));
}

#[test]
fn the_same_files_are_the_same_archive() {
    let post = Post::new();
    post.key("key.pem");
    let first = fs::read(post.path(&post.build(Some("key.pem")))).unwrap();
    // Another day, other times of the files, another order of their making.
    let again = Post::new();
    fs::copy(post.path("key.pem"), again.path("key.pem")).unwrap();
    fs::remove_dir_all(again.path("acme")).unwrap();
    again.write("acme/tests/badge-missing/minor-none/roster.csv", ROSTER);
    again.write("acme/rules/people/badge-missing.toml", RULE);
    again.manifest("1.2.0", "");
    let second = fs::read(again.path(&again.build(Some("key.pem")))).unwrap();
    assert_eq!(first, second);
    let names: Vec<String> = ZipArchive::new(Cursor::new(first))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names[..2], ["contents.json", "signature.json"]);
    assert!(!names.iter().any(|name| name.contains(".git")));
}

/// A key that OpenSSL made signs too, and OpenSSL verifies what was signed: over `PAE(type, payload)`.
#[test]
fn signatures_are_those_of_openssl() {
    let post = Post::new();
    let openssl =
        |arguments: &[&str]| Command::new("openssl").args(arguments).current_dir(post.0.path()).output();
    if !openssl(&["genpkey", "-algorithm", "ed25519", "-out", "key.pem"])
        .is_ok_and(|made| made.status.success())
    {
        eprintln!("skipped: there is no openssl with Ed25519");
        return;
    }
    openssl(&["pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"]).unwrap();
    let file = post.build(Some("key.pem"));
    post.done(&["pack", "verify", &file, "--key", "key.pub"]);
    let mut archive = ZipArchive::new(fs::File::open(post.path(&file)).unwrap()).unwrap();
    let read = |archive: &mut ZipArchive<fs::File>, name: &str| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
        bytes
    };
    let contents = read(&mut archive, "contents.json");
    let envelope: serde_json::Value = serde_json::from_slice(&read(&mut archive, "signature.json")).unwrap();
    let kind = envelope["payloadType"].as_str().unwrap();
    let mut signed = format!("DSSEv1 {} {kind} {} ", kind.len(), contents.len()).into_bytes();
    signed.extend(contents);
    fs::write(post.path("signed"), signed).unwrap();
    fs::write(post.path("sig.b64"), envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    openssl(&["base64", "-d", "-A", "-in", "sig.b64", "-out", "sig"]).unwrap();
    let verify =
        ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pub", "-rawin", "-in", "signed", "-sigfile", "sig"];
    let verified = openssl(&verify).unwrap();
    assert!(verified.status.success(), "{}", stderr(&verified));
}

#[test]
fn a_secret_key_is_nobody_elses_and_never_overwritten() {
    let post = Post::new();
    post.key("key.pem");
    #[cfg(unix)]
    {
        let mode = fs::metadata(post.path("key.pem")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
    }
    assert!(post.refused(&["pack", "keygen", "key.pem"]).contains("key.pem"));
    assert!(post.refused(&["pack", "verify", "acme", "--key", "key.pem"]).contains("secret key"));
}

/// One byte anywhere, a file more, a file less, another signer: nothing of it is used.
#[test]
fn what_was_changed_on_the_way_is_refused() {
    let post = Post::new();
    let key = post.key("key.pem");
    post.key("other.pem");
    let file = post.build(Some("key.pem"));
    let mut whole = ZipArchive::new(fs::File::open(post.path(&file)).unwrap()).unwrap();
    let mut files = Contents::new();
    for at in 0..whole.len() {
        let mut entry = whole.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        files.push((entry.name().unwrap().into_owned(), bytes));
    }
    let refused = |change: &dyn Fn(&mut Contents)| {
        let mut files = files.clone();
        change(&mut files);
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        archive(&post.path("changed.zip"), CompressionMethod::Stored, &files);
        let told = post.refused(&["pack", "verify", "changed.zip"]);
        assert_eq!(told, post.refused(&["scan", "client", "--pack", "changed.zip"]));
        told
    };
    let at = |name: &str| files.iter().position(|(known, _)| known == name).unwrap();
    let (contents, signature, rule) =
        (at("contents.json"), at("signature.json"), at("rules/people/badge-missing.toml"));
    let told = refused(&|files| files[rule].1[40] ^= 1);
    assert!(told.contains("pack::changed") && told.contains("badge-missing.toml was changed"), "{told}");
    let told = refused(&|files| drop(files.remove(rule)));
    assert!(told.contains("badge-missing.toml is missing"), "{told}");
    let told = refused(&|files| files.push(("rules/people/more.toml".into(), b"x = 1\n".to_vec())));
    assert!(told.contains("more.toml is not listed"), "{told}");
    // Whoever changes the list too has no key to sign it.
    let told = refused(&|files| {
        files[rule].1[40] ^= 1;
        files.remove(contents);
    });
    assert!(told.contains("signature.json says"), "{told}");
    let told = refused(&|files| {
        let text = String::from_utf8(files[signature].1.clone()).unwrap();
        files[signature].1 = text.replace(&key[8..20], "0123456789ab").into_bytes();
    });
    assert!(told.contains("pack::signature"), "{told}");
    // Nobody's signature is nobody's, and another one's is another one's.
    let unsigned = post.build(None);
    assert!(post.refused(&["pack", "verify", &unsigned, "--key", &key]).contains("signed by nobody"));
    let other = post.build(Some("other.pem"));
    assert!(
        post.refused(&["pack", "install", &other, "client", "--key", &key]).contains("and not by ed25519:")
    );
    assert!(!post.path("client/.preaudit").exists());
}

#[test]
fn archives_that_mean_harm_are_refused() {
    let post = Post::new();
    let manifest = post.read("acme/pack.toml");
    let manifest = ("pack.toml", manifest.as_bytes());
    let refused = |compression, files: &[(&str, &[u8])]| {
        archive(&post.path("evil.zip"), compression, &[&[manifest], files].concat());
        let told = post.refused(&["pack", "install", "evil.zip", "client"]);
        assert!(told.contains("pack::unreadable"), "{told}");
        told
    };
    use CompressionMethod::{Deflated, Stored};
    for name in ["../preaudit.toml", "/etc/cron.d/x", "rules/../../x", "C:/x", "rules\\..\\..\\x", ".bashrc"]
    {
        let told = refused(Stored, &[(name, b"x")]);
        assert!(told.contains("is no path within a pack"), "{name}: {told}");
    }
    let told = refused(Deflated, &[("rules/bomb.toml", &vec![b'a'; 3 << 20])]);
    assert!(told.contains("more than 100 times as large"), "{told}");
    let told = refused(Stored, &[("rules/large.toml", &vec![b'a'; 5 << 20])]);
    assert!(told.contains("larger than 4 MiB"), "{told}");
    let told = refused(Stored, &[("README.md", b"a"), ("readme.md", b"b")]);
    assert!(told.contains("twice, but for capitals"), "{told}");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.start_file("pack.toml", options).unwrap();
    writer.write_all(manifest.1).unwrap();
    writer.add_symlink("rules/link.toml", "/etc/passwd", options).unwrap();
    fs::write(post.path("evil.zip"), writer.finish().unwrap().into_inner()).unwrap();
    assert!(post.refused(&["pack", "install", "evil.zip", "client"]).contains("is a link or a special file"));
    fs::write(post.path("evil.zip"), "no archive").unwrap();
    assert!(post.refused(&["pack", "install", "evil.zip", "client"]).contains("no ZIP archive"));
    assert!(!post.path("client/.preaudit").exists() && !post.path("client/preaudit.lock").exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_no_file_of_a_pack() {
    let post = Post::new();
    std::os::unix::fs::symlink("/etc/passwd", post.path("acme/rules/people/x.toml")).unwrap();
    assert!(post.refused(&["pack", "build", "acme"]).contains("x.toml is a link"));
}

#[test]
fn a_pack_for_a_newer_engine_says_so() {
    let post = Post::new();
    let text = post.read("acme/pack.toml").replace("api = 1", "api = 2\nsomething_new = true");
    post.write("acme/pack.toml", &text);
    let told = post.refused(&["pack", "build", "acme"]);
    assert!(told.contains("pack::newer-api") && told.contains("engine api 2, and preaudit"), "{told}");
    assert!(told.contains("pack.toml:4:7") && told.contains("use a newer preaudit"), "{told}");
}

/// What `preaudit.lock` names is what judges: at load, with file, line and what to do.
#[test]
fn a_pack_that_is_another_one_than_the_locked_is_refused() {
    let post = Post::new();
    post.key("key.pem");
    post.write("client/preaudit.toml", "[[pack]]\nid = \"acme-isms\"\npath = \"../acme\"\n");
    // Not written down yet: it judges, and that is told.
    let report = post.scan();
    let unlocked =
        report["diagnostics"].as_array().unwrap().iter().find(|one| one["code"] == "pack::unlocked");
    assert_eq!(unlocked.unwrap()["places"][0]["file"], "preaudit.toml");
    assert_eq!(post.done(&["pack", "lock", "client"]), "acme-isms 1.2.0: locked\n");
    let scan = ["scan", "client"];
    for (version, code, says) in [
        ("1.1.9", "pack::downgraded", "acme-isms 1.1.9 is older than 1.2.0, which preaudit.lock"),
        ("1.3.0", "pack::changed", "acme-isms 1.3.0 is newer than 1.2.0, which preaudit.lock names"),
    ] {
        post.manifest(version, "");
        let told = post.refused(&scan);
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(code) && told.contains(says) && told.contains("preaudit.lock:8:10"), "{told}");
    }
    // A newer version by the same hand is taken over, an older one or another digest only on purpose.
    assert_eq!(post.done(&["pack", "lock", "client"]), "acme-isms 1.3.0: locked, was 1.2.0\n");
    post.manifest("1.3.0", "# changed\n");
    let told = post.refused(&scan).replace(['│', '\n'], "").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("is another one, sha256:") && told.contains("pack lock --update"), "{told}");
    assert!(post.refused(&["pack", "lock", "client"]).contains("pack::changed"));
    assert!(post.done(&["pack", "lock", "client", "--update"]).contains("locked anew, was 1.3.0 sha256:"));
    assert!(!post.finding("badge-missing").is_null());
    post.write(
        "client/preaudit.lock",
        "version = 1\n[[pack]]\nid = \"acme-isms\"\nversion = \"1.3\"\ndigest = \"x\"\n",
    );
    assert!(post.refused(&scan).contains("preaudit.lock:4:11"));
}

#[test]
fn an_update_is_installed_and_a_downgrade_is_not() {
    let post = Post::new();
    post.key("key.pem");
    let old = post.build(Some("key.pem"));
    post.manifest("1.3.0", "");
    let new = post.build(Some("key.pem"));
    post.write("client/preaudit.toml", "[[pack]]\nid = \"acme-isms\"\nversion = \"1\"\n");
    assert!(post.refused(&["scan", "client"]).contains("is not installed in .preaudit/packs"));
    post.done(&["pack", "install", &old, "client"]);
    assert!(post.done(&["pack", "install", &new, "client"]).contains("locked, was 1.2.0"));
    assert_eq!(post.finding("badge-missing")["pack"], "acme-isms 1.3.0");
    let told = post.refused(&["pack", "install", &old, "client"]);
    assert!(told.contains("pack::downgraded"), "{told}");
    post.done(&["pack", "install", &old, "client", "--update"]);
    assert_eq!(post.finding("badge-missing")["pack"], "acme-isms 1.2.0");
    // Another hand, or no hand at all, is a surprise whatever the version.
    post.manifest("1.4.0", "");
    let unsigned = post.build(None);
    assert!(post.refused(&["pack", "install", &unsigned, "client"]).contains("is signed by nobody"));
    // preaudit.toml says which versions will do.
    post.manifest("2.0.0", "");
    let major = post.build(Some("key.pem"));
    let told = post.refused(&["pack", "install", &major, "client"]);
    assert!(
        told.contains("preaudit.toml:3:11") && told.contains("1 is wanted here, and this is 2.0.0"),
        "{told}"
    );
}

#[test]
fn whoever_is_trusted_judges_within_the_program() {
    let post = Post::new();
    let key = post.key("key.pem");
    post.write(
        "acme/rules/people/badge-missing.rhai",
        "fn judge(cx) { exceptions([cx.roster.first.at(\"department\", \"here\")], 2) }\n",
    );
    let rule = RULE.split("[[each]]").next().unwrap().to_owned() + "uses = [\"roster\"]\n";
    post.write("acme/rules/people/badge-missing.toml", &rule);
    let file = post.build(Some("key.pem"));
    post.done(&["pack", "install", &file, "client"]);
    let apart = post.finding("badge-missing");
    let text = post.read("client/preaudit.toml") + format!("\n[trust]\nkeys = [\"{key}\"]\n").as_str();
    post.write("client/preaudit.toml", &text);
    assert_eq!(post.finding("badge-missing"), apart);
    post.write("client/preaudit.toml", &text.replace(&key, "ed25519:nobody"));
    let told = post.refused(&["scan", "client"]);
    assert!(told.contains("preaudit.toml:10:9") && told.contains("is no key"), "{told}");
}
