//! The worker's side: hold oneself back, read a question, answer it.

use super::{HEAD, Held, Limits, confine, magic, number};
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Stack of the thread that answers: values of scripts nest deeply.
const STACK: usize = 64 << 20;

/// Answers the one question that stands in standard input, on standard output. What is not asked by a
/// parent of the same build is not answered.
pub fn serve(answer: impl FnOnce(&[u8]) -> Vec<u8> + Send) -> ExitCode {
    let mut head = [0; HEAD];
    if io::stdin().lock().read_exact(&mut head).is_err() || number(&head, 0) != magic() {
        return ExitCode::from(2);
    }
    let limits = Limits {
        processor: Duration::from_secs(number(&head, 1)),
        memory: number(&head, 2),
        wall: Duration::MAX,
        answer: u64::MAX,
    };
    let length = number(&head, 3);
    let held = confine::files_and_limits(&limits);
    let answered = thread::scope(|scope| {
        // The thread is there before threads can no longer be started.
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, move || serve_confined(held, length, answer));
        thread.is_ok_and(|thread| matches!(thread.join(), Ok(Ok(()))))
    });
    if answered { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve_confined(held: Held, length: u64, answer: impl FnOnce(&[u8]) -> Vec<u8>) -> io::Result<()> {
    let held = Held { calls: confine::close_calls(), ..held };
    let mut question = Vec::new();
    io::stdin().lock().take(length).read_to_end(&mut question)?;
    if question.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let answer = answer(&question);
    let mut out = io::stdout().lock();
    for number in [magic(), u64::from(held.to_byte()), answer.len() as u64] {
        out.write_all(&number.to_le_bytes())?;
    }
    out.write_all(&answer)?;
    out.flush()
}
