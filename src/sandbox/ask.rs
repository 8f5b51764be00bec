//! The parent's side: start a worker, ask it, and say how it ended where it gave no answer.

use super::{ANSWER_HEAD, Death, HEAD, Held, Limits, magic, number};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Bytes kept of what a worker complains about.
const COMPLAINT: u64 = 4 << 10;
/// Steps of a millisecond that a worker is given to be gone after it closed its output.
const GRACE: u32 = 2_000;

/// Asks a worker a question of so many bytes, and gives its answer with what held it back.
///
/// # Errors
/// How it ended when it gave none. Nothing of it is left over.
pub fn ask(
    program: &Path,
    limits: &Limits,
    length: u64,
    question: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
) -> Result<(Held, Vec<u8>), Death> {
    let mut child = start(program)?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let head = head(limits, length);
    let (to, from) = mpsc::channel();
    let heard = thread::scope(|scope| -> io::Result<_> {
        let thread = thread::Builder::new;
        // A worker that is gone reads nothing; how it went is told below.
        let writing = thread().spawn_scoped(scope, move || input.map(|input| write(input, &head, question)));
        let reading = move || to.send(read(output, limits.answer + ANSWER_HEAD as u64));
        let reading = thread().spawn_scoped(scope, reading);
        let hearing = thread().spawn_scoped(scope, move || errors.map(complaint).unwrap_or_default());
        let answer = from.recv_timeout(limits.wall).ok();
        if answer.as_ref().is_none_or(|answer| is_whole(answer) || is_too_long(answer, limits)) {
            // Whoever waits for its pipes waits no longer. One that is gone cannot be killed.
            let _ = child.kill();
        }
        let (_, _) = (writing?, reading?);
        Ok((answer, hearing?.join().unwrap_or_default()))
    });
    let status = wait(&mut child);
    let (answer, complaint) = heard.map_err(|error| Death::NotStarted(error.to_string()))?;
    match answer {
        None => Err(Death::Wall(limits.wall)),
        Some(answer) if is_too_long(&answer, limits) => Err(Death::Answer(limits.answer)),
        Some(mut answer) if is_whole(&answer) => {
            let held = Held::of_byte(answer[8]);
            Ok((held, answer.split_off(ANSWER_HEAD)))
        }
        Some(_) => Err(death(status, &complaint, limits)),
    }
}

fn start(program: &Path) -> Result<Child, Death> {
    let mut command = Command::new(program);
    command.arg("worker").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if cfg!(unix) {
        command.current_dir("/");
    }
    command.spawn().map_err(|error| Death::NotStarted(error.to_string()))
}

fn head(limits: &Limits, length: u64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    // Read, decoded and looked at, a question takes several times its bytes.
    let memory = limits.memory.saturating_add(length.saturating_mul(4));
    let numbers = [magic(), limits.processor.as_secs(), memory, length];
    for (at, number) in numbers.into_iter().enumerate() {
        head[8 * at..8 * at + 8].copy_from_slice(&number.to_le_bytes());
    }
    head
}

fn write(
    input: impl Write,
    head: &[u8],
    question: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
) -> io::Result<()> {
    let mut input = BufWriter::with_capacity(1 << 16, input);
    input.write_all(head)?;
    question(&mut input)?;
    input.flush()
}

/// The first bytes of an output, one more than may be.
fn read(output: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What ends in the middle is seen to be too short.
    let _ = output.map(|output| output.take(most + 1).read_to_end(&mut bytes));
    bytes
}

/// What a worker complains about; the rest of it is read as well, so that it need not wait to be heard.
fn complaint(mut errors: impl Read) -> Vec<u8> {
    let bytes = read(Some(errors.by_ref()), COMPLAINT);
    let _ = io::copy(&mut errors, &mut io::sink());
    bytes
}

fn is_whole(answer: &[u8]) -> bool {
    let length = number(answer, 2);
    answer.len() >= ANSWER_HEAD
        && number(answer, 0) == magic()
        && (answer.len() - ANSWER_HEAD) as u64 == length
}

fn is_too_long(answer: &[u8], limits: &Limits) -> bool {
    answer.len() as u64 > limits.answer + ANSWER_HEAD as u64
}

/// Waits for a worker that closed its output, and kills one that does not go.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    for _ in 0..GRACE {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(1)),
            Ok(status) => return status,
            Err(_) => break,
        }
    }
    let _ = child.kill();
    child.wait().ok()
}

fn death(status: Option<ExitStatus>, complaint: &[u8], limits: &Limits) -> Death {
    let complaint = String::from_utf8_lossy(complaint);
    if complaint.contains("memory allocation of") {
        return Death::Memory(limits.memory);
    }
    if complaint.contains("overflowed its stack") {
        return Death::Stack;
    }
    let Some(status) = status else { return Death::Crash("it was lost".to_owned()) };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            // SIGXCPU on all systems that have it.
            24 => Death::Processor(limits.processor),
            _ => Death::Crash(format!("signal {signal}")),
        };
    }
    Death::Crash(status.to_string())
}
