//! The process apart, from within: what a program could do there that took over the interpreter.
//!
//! The test starts itself again; that process holds itself back as a worker does, tries, and tells.

use preaudit::sandbox::{self, Limits};
use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::time::Duration;

/// Set in the process that is held back.
const INSIDE: &str = "PREAUDIT_TEST_INSIDE";
/// The name of this test, as the test binary is asked for it.
const SELF: &str = "strangers::confined::nothing_can_be_done_in_the_process_apart";

/// Everything that is tried, and how the system answered.
fn tries() -> Vec<(&'static str, Result<(), std::io::Error>)> {
    vec![
        ("read a file", fs::read("/etc/passwd").map(drop)),
        ("list a folder", fs::read_dir("/").map(drop)),
        ("write a file", fs::write("/tmp/preaudit-was-here", "x")),
        ("open a device", fs::File::open("/dev/urandom").map(drop)),
        ("look at processes", fs::read_to_string("/proc/1/cmdline").map(drop)),
        (
            "change a mode",
            fs::set_permissions(
                "/tmp",
                fs::metadata("/").map_or_else(|_| unreachable_mode(), |m| m.permissions()),
            ),
        ),
        ("remove a file", fs::remove_file("/tmp/preaudit-was-here")),
        ("link a file", std::os::unix::fs::symlink("/etc", "/tmp/preaudit-link")),
        ("connect", TcpStream::connect("127.0.0.1:9").map(drop)),
        ("listen", TcpListener::bind("127.0.0.1:0").map(drop)),
        ("send", UdpSocket::bind("127.0.0.1:0").map(drop)),
        ("talk to a local socket", std::os::unix::net::UnixStream::connect("/run/x").map(drop)),
        ("make a pair of sockets", std::os::unix::net::UnixStream::pair().map(drop)),
        ("start a program", Command::new("/bin/true").status().map(drop)),
        ("start a thread", std::thread::Builder::new().spawn(|| {}).map(drop)),
    ]
}

fn unreachable_mode() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o777)
}

#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::exit, reason = "a process that is held back cannot go on as a test")]
fn nothing_can_be_done_in_the_process_apart() {
    if std::env::var_os(INSIDE).is_some() {
        let limits = Limits {
            processor: Duration::from_secs(60),
            memory: 4 << 30,
            wall: Duration::from_secs(60),
            answer: 1 << 20,
        };
        let held = sandbox::hold_back(&limits);
        let tried = tries();
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nheld back but for {:?}", held.lacks()).unwrap();
        for (what, result) in tried {
            writeln!(
                out,
                "tried to {what}: {}",
                result.err().map_or("done".to_owned(), |e| format!("{:?}", e.kind()))
            )
            .unwrap();
        }
        std::process::exit(0);
    }
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", SELF, "--nocapture", "--test-threads", "1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&inside.stdout);
    assert!(told.contains("held back but for []"), "{told}");
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with("tried to ")).collect();
    assert_eq!(lines.len(), 15, "{told}");
    for line in lines {
        assert!(line.ends_with(": PermissionDenied"), "{line}");
    }
}

/// A worker answers its parent and nobody else.
#[test]
fn a_worker_that_nobody_asked_ends_at_once() {
    let output = crate::kit::program(std::path::Path::new("."), &["worker"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
