//! Night after night, and machine beside machine: the same bytes as one run over everything.

use crate::kit::{DAY, built_in, kill_after, program, scan_with, stderr, stdout};
use jiff::ToSpan;
use jiff::civil::Date;
use preaudit::audit::{self, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::finding::Diagnostic;
use preaudit::scan::{Cache, KeptState, Partials, Shards, Share, Used};
use preaudit::source::Source;
use preaudit::world::{Disk, Entry, Identity, Unreadable, World};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tempfile::TempDir;

const LOG: &str = "trail.ndjson";
const WORKSPACE: &str = "[organization]\nname = \"Nights\"\n";

/// The disk, an hour later, so that what was just written counts as settled. Counts the bytes that
/// are read of logs.
#[derive(Default)]
struct Later {
    disk: Disk,
    of_logs: Arc<AtomicU64>,
}

struct Counted(Box<dyn Read + Send>, Arc<AtomicU64>);

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl World for Later {
    fn today(&self) -> Date {
        self.disk.today()
    }

    fn now(&self) -> jiff::Timestamp {
        self.disk.now() + 1.hour()
    }

    fn list(&self, folder: &Path) -> Result<Vec<Entry>, Unreadable> {
        self.disk.list(folder)
    }

    fn open(&self, folder: &Path, file: &str) -> Result<Box<dyn Read + Send>, Unreadable> {
        self.open_at(folder, file, 0)
    }

    fn open_at(&self, folder: &Path, file: &str, offset: u64) -> Result<Box<dyn Read + Send>, Unreadable> {
        let opened = self.disk.open_at(folder, file, offset)?;
        let is_log = file.contains(".ndjson") || file.contains(".log");
        Ok(if is_log { Box::new(Counted(opened, Arc::clone(&self.of_logs))) } else { opened })
    }

    fn identity(&self, folder: &Path, file: &str) -> Option<Identity> {
        self.disk.identity(folder, file)
    }

    fn save(&self, folder: &Path, file: &str, bytes: &[u8]) -> Result<(), Unreadable> {
        self.disk.save(folder, file, bytes)
    }

    fn remove(&self, folder: &Path, file: &str) {
        self.disk.remove(folder, file);
    }
}

/// What one night gave.
struct Night {
    json: String,
    used: Used,
    bytes: u64,
}

fn request(folder: &Path, day: Date, partials: Partials) -> Request {
    let workspace = fs::read_to_string(folder.join(FILE_NAME)).unwrap();
    let workspace = Some(Arc::new(Source::new(FILE_NAME, workspace)));
    let scope = Scope { root: folder.to_path_buf(), workspace, as_of: Some(day), only: None };
    Request { scope, partials, jobs: Some(2), ..Request::default() }
}

fn judge(request: &Request, world: &dyn World) -> Result<String, Vec<Diagnostic>> {
    let (packs, rules) = built_in();
    let report = audit::in_threads(request.jobs, || audit::judge(packs, rules, request, world))?;
    Ok(report.to_json().unwrap())
}

fn cache(folder: &Path) -> Cache {
    Cache::new(folder.join(".preaudit/cache"))
}

/// A night with the cache.
fn night(folder: &Path, day: Date) -> Night {
    let (cache, world) = (Arc::new(cache(folder)), Later::default());
    let json = judge(&request(folder, day, Partials::Cache(Arc::clone(&cache))), &world).unwrap();
    Night { json, used: cache.used(), bytes: world.of_logs.load(Ordering::Relaxed) }
}

/// The same night without it.
fn plain(folder: &Path, day: Date) -> String {
    judge(&request(folder, day, Partials::Logs), &Disk::default()).unwrap()
}

/// A night with the cache that says what one without it says.
fn same_night(folder: &Path) -> Night {
    let night = night(folder, DAY);
    assert!(night.json == plain(folder, DAY));
    night
}

/// Records of a cloud trail: work, guesses in bursts, somebody who left, and lines that are none.
fn records(from: usize, number: usize) -> String {
    let mut text = String::new();
    for at in from..from + number {
        let time = format!(
            "2026-06-{:02}T{:02}:{:02}:{:02}Z",
            1 + at / 7_200 % 28,
            at / 300 % 24,
            at / 5 % 60,
            at % 60
        );
        let (user, event, said) = match at % 97 {
            0..=8 => (format!("guess-{}", at / 970), "ConsoleLogin", "Failure"),
            40 => ("eva.left".to_owned(), "ConsoleLogin", "Success"),
            60 if at % 5 == 0 => {
                let _ = writeln!(text, "{{\"eventTime\": broken {at}");
                continue;
            }
            _ => (format!("user-{}", at % 50), "DescribeInstances", "None"),
        };
        let source = if event == "ConsoleLogin" { "signin" } else { "ec2" };
        let _ = writeln!(
            text,
            r#"{{"eventVersion":"1.10","userIdentity":{{"type":"IAMUser","userName":"{user}"}},"eventTime":"{time}","eventSource":"{source}.amazonaws.com","eventName":"{event}","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.{}","responseElements":{{"ConsoleLogin":"{said}"}},"additionalEventData":{{"MFAUsed":"No"}},"eventType":"AwsConsoleSignIn"}}"#,
            at / 97 % 4
        );
    }
    text
}

const ROSTER: &str = "Employee ID,Name,Work Email,Login,Hire Date,Termination Date,Status
E-1,Ana Roth,ana@example.org,user-1,2020-01-01,,active
E-2,Eva Left,eva.left@example.org,eva.left,2020-01-01,2026-05-01,left
";

/// A workspace with a log of so many records.
fn workspace(number: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), FILE_NAME, WORKSPACE);
    write(folder.path(), "roster.csv", ROSTER);
    write(folder.path(), LOG, &records(0, number));
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    fs::write(folder.join(file), text).unwrap();
}

fn append(folder: &Path, file: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).open(folder.join(file)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn scans() -> u64 {
    let is_scan = |rule: &&preaudit::pack::Rule| matches!(rule.form, preaudit::pack::Form::Scan(_));
    built_in().0.rules().filter(is_scan).count() as u64
}

/// Bytes that tell what a file is, and those around the records that a report shows.
const GLANCE: u64 = 600 << 10;

#[test]
fn a_second_night_reads_no_log_and_says_the_same() {
    let folder = workspace(6_000);
    let first = same_night(folder.path());
    assert_eq!((first.used.anew, first.used.unkept), (1, 0));
    assert!(first.json.contains("failed-sign-ins-burst") && first.json.contains("evidence::bad-record"));
    let second = night(folder.path(), DAY);
    assert!(second.json == first.json);
    assert_eq!((second.used.unchanged, second.used.scans), (1, 0));
    assert!(second.bytes < GLANCE && first.bytes > 2_000_000, "{} and {}", first.bytes, second.bytes);
}

#[test]
fn the_next_day_is_no_reason_to_read_a_log() {
    let folder = workspace(3_000);
    night(folder.path(), DAY);
    for days in [1, 2, 30] {
        let day = DAY.checked_add(days.days()).unwrap();
        let next = night(folder.path(), day);
        assert_eq!(next.used.scans, 0, "{days} days later");
        assert!(next.json == plain(folder.path(), day));
    }
    // On this day not all records count.
    let before = "2026-06-01".parse().unwrap();
    let night = night(folder.path(), before);
    assert!(night.used.anew == 1 && night.json == plain(folder.path(), before));
}

#[test]
fn a_changed_rule_is_scanned_again_and_no_other() {
    let folder = workspace(3_000);
    let first = same_night(folder.path());
    write(folder.path(), FILE_NAME, &format!("{WORKSPACE}[params.failed-sign-ins-burst]\nwindow = \"7m\"\n"));
    let second = same_night(folder.path());
    assert_eq!((second.used.continued, second.used.scans), (1, 1));
    assert!(first.used.scans > 3 && first.used.scans <= scans());
    assert_eq!(same_night(folder.path()).used.scans, 0);
}

#[test]
fn a_changed_roster_is_joined_again() {
    let folder = workspace(3_000);
    let first = same_night(folder.path());
    append(folder.path(), "roster.csv", "E-3,Guess,guess@example.org,guess-1,2020-01-01,2026-05-02,left\n");
    let second = same_night(folder.path());
    assert!(second.used.scans > 0 && second.used.scans < first.used.scans);
}

#[test]
fn of_a_longer_log_only_what_was_added_is_read() {
    let folder = workspace(12_000);
    let first = same_night(folder.path());
    append(folder.path(), LOG, &records(12_000, 100));
    let second = same_night(folder.path());
    assert_eq!((second.used.continued, second.used.scans), (1, 0));
    let glances = 2 * GLANCE;
    assert!(second.bytes < glances && first.bytes > 4 * glances, "{} and {}", first.bytes, second.bytes);
    // A line that is not ended yet is read as it is, and read again when it is longer.
    let more = records(12_100, 40);
    for piece in [&more[..700], &more[700..701], "", &more[701..5_000], &more[5_000..]] {
        append(folder.path(), LOG, piece);
        let next = same_night(folder.path());
        assert_eq!((next.used.anew, next.used.scans), (0, 0), "{} bytes more", piece.len());
    }
}

#[test]
fn a_longer_log_is_scanned_again_for_a_changed_rule() {
    let folder = workspace(3_000);
    same_night(folder.path());
    append(folder.path(), LOG, &records(3_000, 50)[..9_000]);
    write(folder.path(), FILE_NAME, &format!("{WORKSPACE}[params.failed-sign-ins-burst]\nwindow = \"7m\"\n"));
    let second = same_night(folder.path());
    assert_eq!((second.used.continued, second.used.scans), (1, 1));
}

#[test]
fn whatever_else_happens_to_a_log_it_is_read_anew() {
    let folder = workspace(2_000);
    let path = folder.path().join(LOG);
    same_night(folder.path());
    let text = fs::read_to_string(&path).unwrap();
    let truncated = &text[..text.len() / 2];
    let rewritten = text.replace("guess-1", "guess-9");
    let grown_and_changed = [text.replacen("guess-0", "guess-8", 3), records(2_000, 20)].concat();
    for (what, new) in
        [("truncated", truncated), ("rewritten", &rewritten), ("changed and longer", &grown_and_changed)]
    {
        fs::write(&path, &text).unwrap();
        same_night(folder.path());
        fs::write(&path, new).unwrap();
        assert_eq!(same_night(folder.path()).used.anew, 1, "{what}");
    }
    fs::write(folder.path().join("other"), &text).unwrap();
    fs::rename(folder.path().join("other"), &path).unwrap();
    assert_eq!(same_night(folder.path()).used.anew, 1, "replaced");
    fs::write(folder.path().join("second.ndjson"), &text).unwrap();
    let with_another = same_night(folder.path());
    assert_eq!((with_another.used.unchanged, with_another.used.anew), (1, 1));
    fs::rename(&path, folder.path().join("a-first.ndjson")).unwrap();
    assert_eq!(same_night(folder.path()).used.unchanged, 1, "the other log has another number now");
}

#[test]
fn a_log_that_was_only_touched_is_not_scanned() {
    let folder = workspace(2_000);
    same_night(folder.path());
    let text = fs::read(folder.path().join(LOG)).unwrap();
    fs::write(folder.path().join(LOG), text).unwrap();
    let touched = same_night(folder.path());
    assert_eq!((touched.used.unchanged, touched.used.scans), (1, 0));
}

#[test]
fn logs_of_other_shapes_are_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), FILE_NAME, WORKSPACE);
    let lines = records(0, 600).lines().filter(|line| line.ends_with('}')).collect::<Vec<_>>().join(",");
    write(folder.path(), "trail.ndjson.json", &format!("{{\"Records\":[{lines}]}}"));
    let mark = format!("\u{feff}{}", records(0, 600));
    write(folder.path(), "marked.ndjson", &mark);
    let syslog: String = (0..600)
        .map(|at| {
            let second = at % 60;
            format!("Jun 12 10:{:02}:{second:02} gate sshd[7]: Failed password for root from 10.0.0.{} port 1 ssh2\n", at / 60, at % 3)
        })
        .collect();
    write(folder.path(), "auth.log", &syslog);
    assert_eq!(same_night(folder.path()).used.anew, 3);
    assert_eq!(same_night(folder.path()).used.unchanged, 3);
    for (file, more) in [("trail.ndjson.json", " "), ("marked.ndjson", "\n"), ("auth.log", &syslog[..400])] {
        append(folder.path(), file, more);
    }
    let grown = same_night(folder.path()).used;
    assert_eq!((grown.anew, grown.continued), (2, 1));
}

#[test]
fn a_broken_entry_is_no_entry() {
    let folder = workspace(1_000);
    let first = same_night(folder.path());
    let entries = fs::read_dir(folder.path().join(".preaudit/cache")).unwrap();
    let mut entries = entries.map(|entry| entry.unwrap().path());
    let entry = entries.find(|entry| entry.extension().is_some_and(|ending| ending == "partial")).unwrap();
    let good = fs::read(&entry).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 4;
    for broken in
        [&good[..good.len() / 2], &flipped, b"", b"preaudit-cache 9\n", &[good.as_slice(), b"x"].concat()]
    {
        fs::write(&entry, broken).unwrap();
        let night = night(folder.path(), DAY);
        assert!(night.used.anew == 1 && night.json == first.json);
        assert_eq!(fs::read(&entry).unwrap().len(), good.len(), "a good one is in its place");
    }
    // What was kept for one folder is not taken for another, wherever it is copied to.
    let other = workspace(1_000);
    fs::create_dir_all(other.path().join(".preaudit/cache")).unwrap();
    fs::write(other.path().join(".preaudit/cache").join(entry.file_name().unwrap()), &good).unwrap();
    assert_eq!(same_night(other.path()).used.anew, 1);
}

#[test]
fn where_nothing_can_be_written_nothing_is_kept_and_nothing_fails() {
    let folder = workspace(500);
    write(folder.path(), ".preaudit", "no folder");
    let night = same_night(folder.path());
    assert_eq!((night.used.anew, night.used.unkept), (1, 1));
}

#[test]
fn two_nights_at_once_do_no_harm() {
    let folder = workspace(2_000);
    let expected = plain(folder.path(), DAY);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| night(folder.path(), DAY).json)).collect();
        assert!(runs.into_iter().all(|run| run.join().unwrap() == expected));
    });
    assert_eq!(same_night(folder.path()).used.unchanged, 1);
}

#[test]
fn what_is_kept_is_listed_and_removed() {
    let folder = workspace(500);
    night(folder.path(), DAY);
    append(folder.path(), LOG, "\n");
    let (cache, disk) = (cache(folder.path()), Disk::default());
    let kept = cache.list(&disk, folder.path());
    assert_eq!((kept.len(), kept[0].file.as_str(), kept[0].state), (1, LOG, KeptState::Longer));
    let info = stdout(&program(folder.path(), &["cache", "info"]));
    assert!(info.starts_with("1 entry, ") && info.contains("trail.ndjson: longer"), "{info}");
    assert!(stdout(&program(folder.path(), &["cache", "clear"])).starts_with("removed 1 entry, "));
    assert!(cache.list(&disk, folder.path()).is_empty());
}

#[test]
fn nothing_is_kept_unless_it_is_asked_for() {
    let folder = workspace(200);
    let day = DAY.to_string();
    let scan = |more: &[&str]| program(folder.path(), &[&["scan", "--as-of", &day], more].concat());
    let (plain, never) = (scan(&[]), scan(&["--cache", "--no-cache"]));
    assert!(!folder.path().join(".preaudit").exists());
    let kept = scan(&["--cache"]);
    assert!(folder.path().join(".preaudit/cache").exists());
    assert!(stdout(&plain) == stdout(&kept) && stdout(&plain) == stdout(&never));
    assert!(stderr(&kept).contains("cache: 0 logs not read, 0 logs read in part, 1 log read whole"));
}

/// A night that is killed at any moment leaves the next one undisturbed.
#[test]
fn a_killed_night_leaves_the_next_one_undisturbed() {
    let folder = workspace(20_000);
    for number in 1..6 {
        write(folder.path(), &format!("trail-{number}.ndjson"), &records(number * 100, 4_000));
    }
    let day = DAY.to_string();
    let arguments = ["scan", "--as-of", &day, "--format", "json", "--cache"];
    let begun = Instant::now();
    let expected = stdout(&program(folder.path(), &arguments[..5]));
    let whole = begun.elapsed();
    for part in [1_u32, 4, 7, 9, 10, 11, 12] {
        kill_after(folder.path(), &arguments, whole * part / 12);
    }
    assert!(stdout(&program(folder.path(), &arguments)) == expected);
    assert!(stdout(&program(folder.path(), &arguments)) == expected);
}

fn share(folder: &Path, number: u32, of: u32, day: Date) -> Vec<u8> {
    audit::share(&shared(folder, day, Partials::Logs), Share { number, of }, &Disk::default()).unwrap()
}

/// A request as the command line makes it, with the packs to be loaded.
fn shared(folder: &Path, day: Date, partials: Partials) -> Request {
    Request { packs: vec![preaudit::pack::PackRef::BuiltIn], ..request(folder, day, partials) }
}

fn merged(folder: &Path, files: Vec<(String, Vec<u8>)>) -> Result<String, String> {
    let request = shared(folder, DAY, Partials::Shards(Arc::new(Shards::new(files))));
    let report = audit::audit(&request, &Disk::default());
    let told =
        |wrong: Vec<Diagnostic>| wrong.into_iter().map(|one| one.message).collect::<Vec<_>>().join("\n");
    report.map(|report| report.to_json().unwrap()).map_err(told)
}

/// A workspace with several logs, one of which is no log any more when it is read.
fn several() -> TempDir {
    let folder = workspace(900);
    for number in 0..5 {
        write(folder.path(), &format!("trail-{number}.ndjson"), &records(number * 100, 300));
    }
    folder
}

#[test]
fn shares_in_any_order_make_the_whole() {
    let folder = several();
    let expected = plain(folder.path(), DAY);
    for of in 1..=4 {
        let mut files: Vec<(String, Vec<u8>)> =
            (1..=of).map(|number| (format!("{number}"), share(folder.path(), number, of, DAY))).collect();
        for _ in 0..of {
            files.rotate_left(1);
            assert!(merged(folder.path(), files.clone()).unwrap() == expected, "{of} shares");
        }
        files.reverse();
        assert!(merged(folder.path(), files).unwrap() == expected, "{of} shares backwards");
    }
}

#[test]
fn shares_that_do_not_make_the_whole_are_refused() {
    let folder = several();
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let (one, two) = (share(folder.path(), 1, 2, DAY), share(folder.path(), 2, 2, DAY));
    let refused = |files: Vec<(String, Vec<u8>)>, why: &str| {
        let told = merged(folder.path(), files).unwrap_err();
        assert!(told.contains(why), "{told}");
    };
    refused(vec![file("a", &one)], "1 share missing: 2/2");
    refused(vec![file("a", &one), file("b", &one)], "share 1/2 is there twice, in a too");
    refused(
        vec![file("a", &one), file("b", &two[..two.len() / 2])],
        "b cannot be merged: it holds no partial",
    );
    refused(vec![file("a", &one), file("b", b"a report")], "b cannot be merged: it holds no partial");
    refused(vec![], "there are no partial results");
    let third = share(folder.path(), 3, 3, DAY);
    refused(
        vec![file("a", &one), file("b", &two), file("c", &third)],
        "it is share 3/3, and another one is 1/2",
    );
    let later = share(folder.path(), 2, 2, DAY.tomorrow().unwrap());
    refused(vec![file("a", &one), file("b", &later)], "another day of judgement");
    append(folder.path(), "trail-1.ndjson", "\n");
    refused(vec![file("a", &one), file("b", &two)], "trail-1.ndjson has changed since");
    write(folder.path(), FILE_NAME, &format!("{WORKSPACE}[params.failed-sign-ins-burst]\nwindow = \"7m\"\n"));
    refused(vec![file("a", &one), file("b", &two)], "other rules, parameters or joined tables");
    write(folder.path(), "new.ndjson", &records(0, 50));
    write(folder.path(), FILE_NAME, WORKSPACE);
    refused(vec![file("a", &one), file("b", &two)], "other logs");
}

#[test]
fn shares_are_merged_from_the_command_line() {
    let folder = several();
    let day = DAY.to_string();
    let run = |arguments: &[&str]| program(folder.path(), arguments);
    for share in ["1/2", "2/2"] {
        let out = format!("out-{}.part", &share[..1]);
        let output = run(&["scan", ".", "--as-of", &day, "--shard", share, "--partial", &out]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()), "{}", stderr(&output));
        fs::rename(folder.path().join(&out), folder.path().join(format!(".{out}"))).unwrap();
    }
    let merged = run(&["merge", ".", "--as-of", &day, "--partial", ".out-2.part", ".out-1.part"]);
    assert_eq!(stdout(&merged), stdout(&run(&["scan", ".", "--as-of", &day])));
    let refused = run(&["merge", ".", "--as-of", &day, "--partial", ".out-2.part"]);
    assert!(refused.status.code() == Some(2) && stderr(&refused).contains("scan::invalid-shard"));
    assert_eq!(run(&["scan", ".", "--shard", "3/2", "--partial", "x"]).status.code(), Some(2));
    assert_eq!(run(&["scan", ".", "--shard", "1/2"]).status.code(), Some(2));
}

/// A log that cannot be read makes the same report from shares, too.
#[test]
fn the_fixtures_say_the_same_with_a_cache_and_from_shares() {
    for name in crate::kit::FIXTURES {
        let from = crate::kit::files_below(&crate::kit::fixture(name));
        let folder = tempfile::tempdir().unwrap();
        crate::kit::lay_down(folder.path(), &from);
        let text = fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        let workspace = Some(Arc::new(Source::new(FILE_NAME, text)));
        let expected = scan_with(folder.path(), workspace, DAY, None).to_json().unwrap();
        assert!(
            night(folder.path(), DAY).json == expected && night(folder.path(), DAY).json == expected,
            "{name}"
        );
        let files =
            (1..=3).map(|number| (number.to_string(), share(folder.path(), number, 3, DAY))).collect();
        assert!(merged(folder.path(), files).unwrap() == expected, "{name}");
    }
}
