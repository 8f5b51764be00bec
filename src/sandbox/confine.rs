//! Holds this process back, for good: each part of it closes a door that no later code can open.

use super::{Held, Limits};

/// The hard limit on processor time lies so many seconds behind the soft one, whose signal tells which
/// limit it was.
#[cfg(unix)]
const AFTER: u64 = 2;

/// Limits memory, processor time and what may be written. Standard input and output stay open.
#[cfg(unix)]
pub(super) fn limit(limits: &Limits) -> bool {
    use rlimit::{Resource, setrlimit};
    let seconds = limits.processor.as_secs().max(1);
    let all = [
        (Resource::AS, limits.memory, limits.memory),
        (Resource::CPU, seconds, seconds + AFTER),
        (Resource::CORE, 0, 0),
        (Resource::FSIZE, 0, 0),
    ];
    // What one system does not know must not keep the others from being set.
    let set: Vec<bool> =
        all.iter().map(|(which, soft, hard)| setrlimit(*which, *soft, *hard).is_ok()).collect();
    set.into_iter().all(|set| set)
}

#[cfg(not(unix))]
pub(super) fn limit(_: &Limits) -> bool {
    false
}

/// Gives up all files and all of the network, for this thread and those it starts.
#[cfg(target_os = "linux")]
pub(super) fn close_files() -> bool {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    // The newest that the crate knows; an older kernel closes what it can.
    let abi = ABI::V6;
    let closed = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(|rules| rules.create())
        .and_then(|rules| rules.restrict_self());
    // Three are open already: nothing else is opened from now on.
    let _ = rlimit::setrlimit(rlimit::Resource::NOFILE, 3, 3);
    closed.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn close_files() -> bool {
    false
}

/// Gives up all calls of the system but those that computing, allocating and answering need, for all
/// threads. No memory becomes a program any more, and no thread is started.
#[cfg(target_os = "linux")]
pub(super) fn close_calls() -> bool {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter_all_threads};
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return false };
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(allowed(), denied, SeccompAction::Allow, arch);
    let program = filter.and_then(BpfProgram::try_from);
    program.is_ok_and(|program| apply_filter_all_threads(&program).is_ok())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn close_calls() -> bool {
    false
}

#[cfg(target_os = "linux")]
fn allowed() -> std::collections::BTreeMap<i64, Vec<seccompiler::SeccompRule>> {
    const CALLS: &[i64] = &[
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_close,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        // What a thread does that ends, and a process that breaks off.
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_tgkill,
    ];
    let mut calls: std::collections::BTreeMap<_, _> = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        calls.insert(call, not_executable());
    }
    calls
}

/// Memory of which the third argument does not say that it may be run.
#[cfg(target_os = "linux")]
fn not_executable() -> Vec<seccompiler::SeccompRule> {
    use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};
    let run = u64::from(libc::PROT_EXEC.unsigned_abs());
    let condition = SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(run), 0);
    condition.and_then(|condition| SeccompRule::new(vec![condition])).into_iter().collect()
}

/// Holds the process back before a question is read: what was closed here stays closed.
pub(super) fn files_and_limits(limits: &Limits) -> Held {
    let held = limit(limits);
    Held { limits: held, files: close_files(), calls: false }
}
