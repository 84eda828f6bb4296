//! What a worker process gives up before it sees the first byte of a notice: files, network, other
//! programs, memory and time without end.
//!
//! The walls stand one behind the other, so that one the system does not offer is not missed: Landlock (Linux
//! 5.13) for files and sockets, limits of the process (POSIX), and a seccomp filter (Linux, x86-64 and ARM64)
//! that lets through what reading a notice needs and answers everything else with EPERM. What could not be put
//! up is named; it stops nothing. Whether they hold is not taken on trust: [`open_doors`] tries them.

use std::fs::File;
use std::io::{Read, Seek};
use std::time::{Duration, Instant};

/// A restriction of a worker process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// Memory, CPU time, open files, processes and core dumps, by the limits of the process.
    Limits,
    /// No file and no network, by Landlock.
    Landlock,
    /// No system call but those that reading needs, by seccomp.
    Seccomp,
}

impl Wall {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Wall::Limits => "limits",
            Wall::Landlock => "landlock",
            Wall::Seccomp => "seccomp",
        }
    }
}

/// All of them, in the order in which they are put up. Landlock needs a file descriptor for its rules, which the
/// limits refuse; the last one forbids putting up any.
pub const WALLS: &[Wall] = &[Wall::Landlock, Wall::Limits, Wall::Seccomp];

/// How much of the machine a worker may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// What it may have of its own that can be written to (RLIMIT_DATA), in bytes.
    pub memory: Option<u64>,
    /// CPU time for one notice.
    pub time: Option<Duration>,
}

/// Puts up the walls around the calling thread and those it starts; call it before there are others.
/// Gives the names of the walls, and of the parts of one, that the system did not offer.
pub fn confine(walls: &[Wall], bounds: &Bounds) -> Vec<&'static str> {
    let missing = |wall: &Wall| {
        let stands = match wall {
            Wall::Limits => limit(bounds),
            Wall::Landlock => return landlock(),
            Wall::Seccomp => seccomp(),
        };
        if stands { vec![] } else { vec![wall.name()] }
    };
    walls.iter().flat_map(missing).collect()
}

/// What is behind the walls and can be reached all the same: each is tried. Call it behind the walls; what it does
/// where there are none does no harm.
pub fn open_doors() -> Vec<&'static str> {
    use std::net::{TcpListener, UdpSocket};
    use std::process::{Command, Stdio};
    let program = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let mut command = Command::new(&program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let files = File::open(&program).is_ok()
        || std::fs::read_dir(std::env::temp_dir()).is_ok()
        || tempfile::tempfile().is_ok();
    let sockets =
        TcpListener::bind(("127.0.0.1", 0)).is_ok() || UdpSocket::bind(("127.0.0.1", 0)).is_ok();
    #[cfg(unix)]
    let sockets = sockets || std::os::unix::net::UnixDatagram::unbound().is_ok();
    let programs = command.status().is_ok();
    [(files, "files"), (sockets, "sockets"), (programs, "programs")]
        .into_iter()
        .filter_map(|(is_open, name)| is_open.then_some(name))
        .collect()
}

#[cfg(unix)]
fn limit(bounds: &Bounds) -> bool {
    use rlimit::{Resource, setrlimit};
    let memory = bounds.memory.is_none_or(|m| setrlimit(Resource::DATA, m, m).is_ok());
    // Files that are open stay open; no further one can be, and no socket.
    let rest = [Resource::CORE, Resource::NOFILE, Resource::NPROC];
    rest.iter().all(|resource| setrlimit(*resource, 0, 0).is_ok()) && memory
}

#[cfg(not(unix))]
fn limit(_: &Bounds) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn landlock() -> Vec<&'static str> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    use landlock::{LandlockStatus, RestrictionStatus};
    // What the kernel does not know of these is left out; no rule allows any of them.
    let closed = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    let Ok(RestrictionStatus { ruleset, landlock: status, .. }) = closed else {
        return vec![Wall::Landlock.name()];
    };
    match (ruleset, status) {
        (RulesetStatus::NotEnforced, _) => vec![Wall::Landlock.name()],
        // Files are closed by all versions; what came later is named.
        (RulesetStatus::PartiallyEnforced, LandlockStatus::Available { effective_abi, .. }) => {
            let parts = [(ABI::V4, "landlock: network"), (ABI::V6, "landlock: signals")];
            parts
                .into_iter()
                .filter(|(abi, _)| effective_abi < *abi)
                .map(|(_, name)| name)
                .collect()
        }
        _ => vec![],
    }
}

#[cfg(not(target_os = "linux"))]
fn landlock() -> Vec<&'static str> {
    vec![Wall::Landlock.name()]
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn seccomp() -> bool {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    const EPERM: u32 = 1;
    let Ok(arch) = std::env::consts::ARCH.try_into() else { return false };
    let Some(rules) = calls::allowed() else { return false };
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(EPERM), SeccompAction::Allow, arch);
    let program = filter.and_then(BpfProgram::try_from);
    program.is_ok_and(|program| apply_filter(&program).is_ok())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn seccomp() -> bool {
    false
}

/// The system calls that reading a notice needs.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls {
    use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};
    use std::collections::BTreeMap;

    /// What an allowed call may be called with.
    #[derive(Clone, Copy)]
    enum With {
        /// Anything.
        Any,
        /// Memory that does not become code: no PROT_EXEC in the third argument.
        Data,
        /// This process as the first argument.
        Own,
        /// This process's limit of CPU time, which is set anew for each notice.
        OwnTime,
    }

    /// Name, number on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) and on ARM64
    /// (include/uapi/asm-generic/unistd.h); these never change.
    const CALLS: &[(&str, i64, i64, With)] = &[
        ("read", 0, 63, With::Any),
        ("write", 1, 64, With::Any),
        ("close", 3, 57, With::Any),
        ("fstat", 5, 80, With::Any),
        ("lseek", 8, 62, With::Any),
        ("readv", 19, 65, With::Any),
        ("writev", 20, 66, With::Any),
        ("mmap", 9, 222, With::Data),
        ("mprotect", 10, 226, With::Data),
        ("munmap", 11, 215, With::Any),
        ("brk", 12, 214, With::Any),
        ("mremap", 25, 216, With::Any),
        ("madvise", 28, 233, With::Any),
        ("rt_sigaction", 13, 134, With::Any),
        ("rt_sigprocmask", 14, 135, With::Any),
        ("rt_sigreturn", 15, 139, With::Any),
        ("sigaltstack", 131, 132, With::Any),
        ("tgkill", 234, 131, With::Own),
        ("getpid", 39, 172, With::Any),
        ("gettid", 186, 178, With::Any),
        ("futex", 202, 98, With::Any),
        ("sched_yield", 24, 124, With::Any),
        ("nanosleep", 35, 101, With::Any),
        ("clock_nanosleep", 230, 115, With::Any),
        ("restart_syscall", 219, 128, With::Any),
        ("clock_gettime", 228, 113, With::Any),
        ("gettimeofday", 96, 169, With::Any),
        ("getrandom", 318, 278, With::Any),
        ("prlimit64", 302, 261, With::OwnTime),
        ("exit", 60, 93, With::Any),
        ("exit_group", 231, 94, With::Any),
    ];

    const PROT_EXEC: u64 = 4;
    const RLIMIT_CPU: u64 = 0;

    /// The filter's rules; `None` where one can't be made.
    pub(super) fn allowed() -> Option<BTreeMap<i64, Vec<SeccompRule>>> {
        let own = u64::from(std::process::id());
        let mut rules = BTreeMap::new();
        for &(_, x86_64, aarch64, with) in CALLS {
            let number = if cfg!(target_arch = "x86_64") { x86_64 } else { aarch64 };
            let conditions = match with {
                With::Any => vec![],
                With::Data => vec![argument(2, SeccompCmpOp::MaskedEq(PROT_EXEC), 0)?],
                With::Own => vec![argument(0, SeccompCmpOp::Eq, own)?],
                With::OwnTime => vec![
                    argument(0, SeccompCmpOp::Eq, 0)?,
                    argument(1, SeccompCmpOp::Eq, RLIMIT_CPU)?,
                ],
            };
            // No rule at all stands for any arguments.
            let rule = match conditions.is_empty() {
                true => vec![],
                false => vec![SeccompRule::new(conditions).ok()?],
            };
            rules.insert(number, rule);
        }
        Some(rules)
    }

    fn argument(index: u8, op: SeccompCmpOp, value: u64) -> Option<SeccompCondition> {
        SeccompCondition::new(index, SeccompCmpArgLen::Dword, op, value).ok()
    }
}

/// Keeps the CPU time of a worker within what one notice may take, so that one whose parent is gone
/// comes to an end too. The parent looks more closely.
#[derive(Debug)]
pub struct Fuel {
    /// For one notice.
    time: Option<Duration>,
    /// What the process has used, as Linux tells it: opened while files can be.
    used: Option<File>,
    /// Elsewhere, no more than has passed since the start.
    since: Instant,
}

impl Fuel {
    /// For a process that has just begun; make it before the walls stand.
    pub fn new(bounds: &Bounds) -> Fuel {
        Fuel { time: bounds.time, used: File::open("/proc/self/stat").ok(), since: Instant::now() }
    }

    /// Allows the time of one more notice from now on, and this much besides.
    pub fn fill(&mut self, besides: Duration) {
        let Some(time) = self.time.map(|time| time + besides) else { return };
        let used = self.used_seconds().unwrap_or_else(|| self.since.elapsed().as_secs());
        // Whole seconds alone can be asked for: one for what is begun, one for what is left of the time.
        let until = used.saturating_add(time.as_secs()).saturating_add(2);
        #[cfg(unix)]
        // The hard limit stays, or the next notice could not have its time.
        let _ = rlimit::getrlimit(rlimit::Resource::CPU)
            .and_then(|(_, hard)| rlimit::setrlimit(rlimit::Resource::CPU, until.min(hard), hard));
        #[cfg(not(unix))]
        let _ = until;
    }

    fn used_seconds(&mut self) -> Option<u64> {
        let file = self.used.as_mut()?;
        file.rewind().ok()?;
        Some(cpu_time(file)?.as_secs())
    }
}

/// The user and system time in a `/proc/PID/stat` of Linux, fields 14 and 15 (proc(5)), whose clock ticks a
/// hundred times a second on all architectures.
pub fn cpu_time(mut stat: impl Read) -> Option<Duration> {
    let mut bytes = [0; 1024];
    let length = stat.read(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes[..length]);
    // The second field is the name of the program, which may hold anything.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(14)? + ticks(15)?)))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::process::Command;
    use std::{env, fs, io, thread};

    /// Says which walls the child puts up, and where a listener waits that it tries to reach.
    const WALL: &str = "FUBIAO_TEST_WALL";
    const PORT: &str = "FUBIAO_TEST_PORT";
    const FOLDER: &str = "FUBIAO_TEST_FOLDER";

    fn tried<T>(what: &str, answer: io::Result<T>) {
        let answer = match answer {
            Ok(_) => "done".to_owned(),
            Err(e) if e.kind() == PermissionDenied => "refused".to_owned(),
            Err(e) => e.to_string(),
        };
        println!("{what}: {answer}");
    }

    /// No test of its own: what the child process of the tests below does. Walls can't be taken down
    /// again, so each is tried in a process that ends with it.
    #[test]
    fn child() {
        let Ok(wall) = env::var(WALL) else { return };
        let folder = std::path::PathBuf::from(env::var_os(FOLDER).unwrap());
        let port: u16 = env::var(PORT).unwrap().parse().unwrap();
        let walls: Vec<Wall> = WALLS.iter().copied().filter(|w| wall.contains(w.name())).collect();
        let time = Some(Duration::from_secs(30));
        let mut fuel = Fuel::new(&Bounds { memory: None, time });
        let missing = confine(&walls, &Bounds::default());
        println!("missing: {}", missing.concat());
        println!("open: {}", open_doors().join(" "));
        tried("read a file", fs::read(folder.join("there")));
        tried("write a file", fs::write(folder.join("new"), "x"));
        tried("delete a file", fs::remove_file(folder.join("gone")));
        tried("look into a folder", fs::read_dir(&folder));
        tried("connect", TcpStream::connect(("127.0.0.1", port)));
        tried("send", UdpSocket::bind("127.0.0.1:0"));
        tried("start a program", Command::new("/bin/true").status());
        tried("start a thread", thread::Builder::new().spawn(|| ()));
        // What reading a notice needs still works.
        let many: Vec<u64> = (0..2_000_000).collect();
        tried("take memory", Ok(many.iter().sum::<u64>()));
        fuel.fill(Duration::ZERO);
        let limited =
            |(soft, hard)| if soft < hard { Ok(()) } else { Err(PermissionDenied.into()) };
        tried("fill up", rlimit::getrlimit(rlimit::Resource::CPU).and_then(limited));
    }

    /// What each attempt came to behind a wall, and what was missing.
    fn behind(walls: &[Wall]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for name in ["there", "gone"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let child = Command::new(env::current_exe().unwrap())
            .args(["archive::confine::tests::child", "--exact", "--nocapture", "--test-threads=1"])
            .env(WALL, walls.iter().map(|w| w.name()).collect::<Vec<_>>().join(","))
            .env(PORT, listener.local_addr().unwrap().port().to_string())
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
        said
    }

    fn answer<'a>(said: &'a str, what: &str) -> &'a str {
        let line = said.lines().find_map(|line| line.split_once(&format!("{what}: ")));
        line.unwrap_or_else(|| panic!("{what}: not tried\n{said}")).1
    }

    #[test]
    fn without_walls_all_that_is_tried_works() {
        let said = behind(&[]);
        for what in ["read a file", "write a file", "connect", "start a program", "start a thread"]
        {
            assert_eq!(answer(&said, what), "done", "{said}");
        }
        assert_eq!(answer(&said, "open"), "files sockets programs");
    }

    #[test]
    fn each_wall_alone_keeps_from_files_and_sockets() {
        let kept_by = [
            (Wall::Limits, &["read a file", "write a file", "connect", "send"][..]),
            (Wall::Landlock, &["read a file", "write a file", "delete a file", "connect"]),
            (
                Wall::Seccomp,
                &[
                    "read a file",
                    "write a file",
                    "delete a file",
                    "look into a folder",
                    "connect",
                    "send",
                    "start a program",
                    "start a thread",
                ],
            ),
        ];
        for (wall, kept) in kept_by {
            let said = behind(&[wall]);
            if answer(&said, "missing") == wall.name() {
                println!("{} is not offered here: not tried", wall.name());
                continue;
            }
            for what in kept {
                assert_ne!(answer(&said, what), "done", "{wall:?}:\n{said}");
            }
            assert_eq!(answer(&said, "take memory"), "done", "{wall:?}:\n{said}");
        }
    }

    #[test]
    fn behind_all_walls_nothing_outside_can_be_reached() {
        let said = behind(WALLS);
        let outside = ["read a file", "write a file", "connect", "send", "start a program"];
        for what in outside {
            assert_ne!(answer(&said, what), "done", "{said}");
        }
        for what in ["take memory", "fill up"] {
            assert_eq!(answer(&said, what), "done", "{said}");
        }
        assert_eq!(answer(&said, "open"), "");
        assert_eq!(kernel_has_landlock(), !answer(&said, "missing").contains("landlock"), "{said}");
    }

    /// Whether the kernel offers Landlock, asked without the walls in between.
    fn kernel_has_landlock() -> bool {
        use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))
            .and_then(Ruleset::create)
            .is_ok()
    }

    #[test]
    fn an_endless_notice_ends_by_its_cpu_time() {
        const ENDLESS: &str = "FUBIAO_TEST_ENDLESS";
        if env::var_os(ENDLESS).is_some() {
            let time = Some(Duration::from_millis(10));
            let mut fuel = Fuel::new(&Bounds { memory: None, time });
            confine(WALLS, &Bounds::default());
            fuel.fill(Duration::ZERO);
            let since = Instant::now();
            while since.elapsed() < Duration::from_secs(300) {}
            return;
        }
        let name = "archive::confine::tests::an_endless_notice_ends_by_its_cpu_time";
        let child = Command::new(env::current_exe().unwrap())
            .args([name, "--exact", "--test-threads=1"])
            .env(ENDLESS, "1")
            .output()
            .unwrap();
        const SIGXCPU: i32 = 24;
        let signal = std::os::unix::process::ExitStatusExt::signal(&child.status);
        assert_eq!(signal, Some(SIGXCPU), "{:?}", child.status);
    }
}
