//! Long-lived worker processes: one notice that crashes, hangs or eats the memory fails alone.
//!
//! The parent writes a request (name, bytes) to the worker's standard input and reads the answer (a head
//! as JSON, then the files it names) from its standard output; each is a row of chunks (length as 8
//! bytes, little endian, then the bytes). The parent has the
//! bytes and the folder; a worker gets bytes, gives bytes, and needs no file. Killed and started anew
//! after a crash or when it runs over its time. Measured elsewhere: 2 % of CPU over reading in-process.

use crate::archive::answer::{Answer, Besides, Files, answer};
#[cfg(target_os = "linux")]
use crate::archive::confine;
use crate::archive::confine::Fuel;
use crate::archive::ledger::{Failure, Gist, Piece, Reason};
use crate::diag::Wording;
use crate::options::Options;
use crate::source;
use serde::{Deserialize, Serialize};
use std::env;
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How to start this program anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What is started.
    pub path: PathBuf,
    /// What it is told before the words of the command.
    pub args: Vec<OsString>,
    /// The file that our code is in: another file may read otherwise.
    pub code: PathBuf,
}

/// Where the command is inside a program of another kind: that one.
static PROGRAM: OnceLock<Program> = OnceLock::new();

impl Program {
    /// The program that this process runs.
    ///
    /// # Errors
    /// If the system does not say which file it is.
    pub fn own() -> io::Result<Program> {
        if let Some(program) = PROGRAM.get() {
            return Ok(program.clone());
        }
        env::current_exe().map(Program::at)
    }

    /// A program that is the command itself.
    pub fn at(path: PathBuf) -> Program {
        Program { code: path.clone(), path, args: Vec::new() }
    }

    /// Makes this known as the program that the process runs; said once, the first word stands.
    pub fn is_this(self) {
        PROGRAM.get_or_init(|| self);
    }
}

/// How to start a worker, and what it may use.
#[derive(Debug, Clone)]
pub struct Isolation {
    /// The program.
    pub program: Program,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What is added to its environment: what no one else is to see.
    pub env: Vec<(&'static str, OsString)>,
    /// How long one notice may take, but for the pictures in it.
    pub timeout: Duration,
    /// Whether workers recognize characters.
    pub reads_pictures: bool,
}

impl Isolation {
    /// What starts a worker.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program.path);
        command.args(&self.program.args).args(&self.args);
        command
    }

    /// How long this notice may take.
    pub fn time_for(&self, bytes: &[u8]) -> Duration {
        self.timeout + if self.reads_pictures { for_pictures(bytes) } else { Duration::ZERO }
    }
}

/// The time that a notice is given besides, for the pictures in it: each may be a page whose characters are to be
/// recognized.
fn for_pictures(bytes: &[u8]) -> Duration {
    const EACH: Duration = Duration::from_secs(20);
    const MOST: usize = 100;
    // The dictionary of a picture is never packed, and its names are never encrypted (ISO 32000-2, 7.5.7 and 7.6.2).
    const NAME: &[u8] = b"/Image";
    let ends = |next: Option<&u8>| next.is_none_or(|c| !c.is_ascii_alphanumeric());
    let starts = |at: &usize| bytes[*at..].starts_with(NAME) && ends(bytes.get(at + NAME.len()));
    let slashes = bytes.iter().enumerate().filter(|(_, c)| **c == b'/').map(|(at, _)| at);
    let pictures = slashes.filter(starts).take(MOST).count();
    EACH * (pictures as u32).max(u32::from(source::is_picture(bytes)))
}

/// A chunk longer than this is no chunk of ours: 4 GiB.
const LONGEST_CHUNK: u64 = 4 << 30;

/// How much of what a dying worker said is kept.
const LAST_WORDS: usize = 4096;

/// What a worker does until its input ends: reads requests, writes answers.
///
/// # Errors
/// Those of the two streams; the parent is then gone or mad, and the worker ends.
pub fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    options: &Options,
    fuel: &mut Fuel,
    besides: Besides,
) -> io::Result<()> {
    while let Some(name) = read_chunk(input)? {
        let Some(bytes) = read_chunk(input)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        fuel.fill(options.models.as_ref().map_or(Duration::ZERO, |_| for_pictures(&bytes)));
        write_answer(output, answer(&String::from_utf8_lossy(&name), bytes, options, besides))?;
    }
    Ok(())
}

/// How workers that are started so stand behind their walls (see [`crate::archive::confine`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confinement {
    /// The walls, or parts of one, that the system does not offer.
    pub missing: Vec<String>,
    /// What a worker can reach all the same: files, sockets, programs. It has tried.
    pub open: Vec<String>,
}

/// Begins the line of what can be reached.
const OPEN: &str = "open: ";

impl Confinement {
    /// Whether nothing is missing, and nothing can be reached.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.open.is_empty()
    }

    /// One line for each, as a worker tells them that is only to say how it stands.
    pub fn to_lines(&self) -> String {
        let missing = self.missing.iter().map(|wall| format!("{wall}\n"));
        missing.chain(self.open.iter().map(|what| format!("{OPEN}{what}\n"))).collect()
    }

    fn from_lines(lines: &str) -> Confinement {
        let mut confinement = Confinement::default();
        for line in lines.lines() {
            match line.strip_prefix(OPEN) {
                Some(what) => confinement.open.push(what.to_owned()),
                None => confinement.missing.push(line.to_owned()),
            }
        }
        confinement
    }
}

/// How workers stand, as one says that reads nothing; asked once a run. A worker that can't be started is told of
/// where it is missed.
pub fn confinement(isolation: &Isolation) -> Confinement {
    let asked =
        isolation.command().arg("--probe").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let said = asked.map(|output| output.stdout).unwrap_or_default();
    Confinement::from_lines(&String::from_utf8_lossy(&said))
}

/// What stands before the files of an answer.
#[derive(Serialize, Deserialize)]
enum Head {
    /// These files follow.
    Done { gist: Gist, pieces: Vec<Piece> },
    /// Nothing follows.
    Failed(Failure),
}

fn write_answer(output: &mut impl Write, answer: Answer) -> io::Result<()> {
    match answer {
        Answer::Done { gist, files } => {
            let pieces = files.keys().copied().collect();
            write_chunk(output, &serde_json::to_vec(&Head::Done { gist, pieces })?)?;
            for bytes in files.values() {
                write_chunk(output, bytes)?;
            }
        }
        Answer::Failed(failure) => {
            write_chunk(output, &serde_json::to_vec(&Head::Failed(failure))?)?;
        }
    }
    output.flush()
}

/// Reads an answer, or `None` where the stream ends before one begins.
fn read_answer(input: &mut impl Read) -> io::Result<Option<Answer>> {
    let Some(head) = read_chunk(input)? else { return Ok(None) };
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    Ok(Some(match serde_json::from_slice(&head)? {
        Head::Failed(failure) => Answer::Failed(failure),
        Head::Done { gist, pieces } => {
            let mut files = Files::new();
            for piece in pieces {
                files.insert(piece, read_chunk(input)?.ok_or_else(cut)?);
            }
            Answer::Done { gist, files }
        }
    }))
}

/// A worker process, waiting for notices.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<io::Result<Option<Answer>>>,
    last_words: Arc<Mutex<Vec<u8>>>,
}

/// Why a worker is of no use any more.
#[derive(Debug)]
pub struct Death {
    /// What that means for the notice it had.
    pub reason: Reason,
    /// The same in a line.
    pub message: Wording,
}

impl Worker {
    /// Starts one, in a process group of its own: Ctrl-C is for the parent, which lets it finish.
    ///
    /// # Errors
    /// If the program can't be started.
    pub fn start(isolation: &Isolation) -> io::Result<Worker> {
        let mut command = isolation.command();
        command
            .envs(isolation.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (Some(requests), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a worker's streams are not there"));
        };
        widen(&requests);
        widen(&stdout);
        let mut stdout = BufReader::new(stdout);
        let (tell, answers) = channel();
        thread::spawn(move || {
            loop {
                let answer = read_answer(&mut stdout);
                let last = !matches!(answer, Ok(Some(_)));
                if tell.send(answer).is_err() || last {
                    break;
                }
            }
        });
        let last_words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&last_words);
        thread::spawn(move || {
            let mut piece = [0; 1024];
            while let Ok(n @ 1..) = stderr.read(&mut piece) {
                let mut words = heard.lock().unwrap_or_else(|held| held.into_inner());
                words.extend_from_slice(&piece[..n]);
                let surplus = words.len().saturating_sub(LAST_WORDS);
                words.drain(..surplus);
            }
        });
        Ok(Worker { child, requests, answers, last_words })
    }

    /// Has one notice read, within this much CPU time; where the worker's can't be seen, by the clock.
    ///
    /// # Errors
    /// If the worker died of it or ran over its time; it is then dead, start another.
    pub fn ask(&mut self, name: &str, bytes: &[u8], timeout: Duration) -> Result<Answer, Death> {
        let (since, used) = (Instant::now(), self.cpu_time());
        // A worker that died while it was idle shows here; its answer channel tells how.
        let sent = write_chunk(&mut self.requests, name.as_bytes())
            .and_then(|()| write_chunk(&mut self.requests, bytes))
            .and_then(|()| self.requests.flush());
        let by_clock = if used.is_some() || cfg!(unix) { far_behind(timeout) } else { timeout };
        loop {
            let left = by_clock.saturating_sub(since.elapsed());
            let answer = match &sent {
                Ok(()) => self.answers.recv_timeout(left.min(GLANCE).min(timeout)),
                Err(_) => Err(RecvTimeoutError::Disconnected),
            };
            match answer {
                Ok(Ok(Some(answer))) => return Ok(answer),
                Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.died(String::new()));
                }
                Ok(Err(error)) => return Err(self.died(error.to_string())),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let taken = self.cpu_time().zip(used).map(|(now, used)| now.saturating_sub(used));
            let message = if taken.is_some_and(|taken| taken >= timeout) {
                let seconds = timeout.as_secs_f32();
                Wording::new(
                    format!("ran over its time of {seconds} s of CPU; raise --timeout"),
                    format!("超过时限：CPU 时间 {seconds} 秒；可用 --timeout 提高"),
                )
            } else if since.elapsed() >= by_clock {
                let seconds = by_clock.as_secs_f32();
                Wording::new(
                    format!("ran over its time of {seconds} s by the clock; raise --timeout"),
                    format!("超过时限：实际时间 {seconds} 秒；可用 --timeout 提高"),
                )
            } else {
                continue;
            };
            self.end();
            return Err(Death { reason: Reason::Timeout, message });
        }
    }

    /// The CPU time that the worker has taken so far, where the system tells it.
    fn cpu_time(&self) -> Option<Duration> {
        #[cfg(target_os = "linux")]
        return confine::cpu_time(
            std::fs::File::open(format!("/proc/{}/stat", self.child.id())).ok()?,
        );
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Finds out what the worker died of.
    fn died(&mut self, what: String) -> Death {
        let status = self.ended().or_else(|| self.end());
        let words = self.last_words.lock().unwrap_or_else(|held| held.into_inner());
        let words = String::from_utf8_lossy(&words);
        let lines = || words.lines().map(str::trim).filter(|line| !line.is_empty());
        // What the standard library says of it is followed by a note on how to see more.
        if lines().any(|line| line.contains("memory allocation of")) {
            let message = Wording::new(
                "ran over its memory; raise --memory",
                "超过内存上限；可用 --memory 提高",
            );
            return Death { reason: Reason::Memory, message };
        }
        if status.is_some_and(|status| ended_by(status, SIGKILL)) {
            let message = Wording::new(
                "the system ended its process, for want of memory as a rule",
                "系统结束了读取进程，通常是内存不足",
            );
            return Death { reason: Reason::Memory, message };
        }
        if status.is_some_and(|status| ended_by(status, SIGXCPU)) {
            let message = Wording::new("ran over its CPU time", "超过 CPU 时限");
            return Death { reason: Reason::Timeout, message };
        }
        let said = lines().find(|line| !line.starts_with("note: ")).unwrap_or_default();
        let how = status.map_or(what, |s| s.to_string());
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let message = Wording::new(
            format!("its process died ({how}){said}"),
            format!("读取进程意外结束（{how}）{said}"),
        );
        Death { reason: Reason::Crash, message }
    }

    /// How it ended by itself, if it does so within a moment: its answers end before it does.
    fn ended(&mut self) -> Option<ExitStatus> {
        for _ in 0..100 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn end(&mut self) -> Option<ExitStatus> {
        // Killing a process that has ended already does nothing.
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Signals by which the system ends a process; the same numbers on Linux, macOS and the BSDs.
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// Whether the system ended the process by this signal.
fn ended_by(status: ExitStatus, signal: i32) -> bool {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status) == Some(signal);
    #[cfg(not(unix))]
    {
        let _ = (status, signal);
        false
    }
}

/// How often a worker's CPU time is looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// What a limit of CPU time allows by the clock: a machine may be busy with other things, or its disk may be slow,
/// but whoever waits is not to wait for ever.
pub fn far_behind(cpu: Duration) -> Duration {
    cpu.saturating_mul(10).saturating_add(Duration::from_secs(60))
}

/// Has a pipe hold a whole notice or a whole answer, where the system lets it: else the two processes wake each
/// other for every 64 KiB, some twenty times a notice.
#[cfg(target_os = "linux")]
fn widen(pipe: &impl std::os::fd::AsFd) {
    // What pipe(7) grants without privileges.
    const ROOM: usize = 1 << 20;
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, ROOM);
}

#[cfg(not(target_os = "linux"))]
fn widen<T>(_: &T) {}

fn write_chunk(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)
}

/// What a chunk's length is believed for, in bytes.
const PROMISED: u64 = 1 << 20;

/// Reads a chunk, or `None` where the stream ends before one begins. Takes memory as the bytes come, not
/// as the length promises.
fn read_chunk(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match input.read(&mut length)? {
        0 => return Ok(None),
        n => input.read_exact(&mut length[n..])?,
    }
    let length = u64::from_le_bytes(length);
    if length > LONGEST_CHUNK {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a chunk is too long"));
    }
    let mut bytes = Vec::with_capacity(length.min(PROMISED) as usize);
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::confine::Bounds;

    #[test]
    fn a_worker_answers_each_request_and_ends_with_its_input() {
        let mut requests = Vec::new();
        for (name, bytes) in [("a/empty.txt", &b" \n"[..]), ("image.pdf", b"GIF89a")] {
            write_chunk(&mut requests, name.as_bytes()).unwrap();
            write_chunk(&mut requests, bytes).unwrap();
        }
        let mut answers = Vec::new();
        let mut fuel = Fuel::new(&Bounds::default());
        let (mut input, options) = (requests.as_slice(), Options::default());
        serve(&mut input, &mut answers, &options, &mut fuel, Besides::Nothing).unwrap();
        let mut answers = answers.as_slice();
        for expected in ["empty", "GIF"] {
            match read_answer(&mut answers).unwrap().unwrap() {
                Answer::Failed(Failure { reason: Reason::Unreadable, message, .. }) => {
                    assert!(message.contains(expected), "{message}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(read_answer(&mut answers).unwrap().is_none());
    }

    #[test]
    fn an_answer_comes_over_with_all_its_files() {
        let files = [(Piece::Result, vec![1, 1]), (Piece::Facts, vec![2])].into();
        let answer = Answer::Done { gist: Gist { pages: 7, ..Gist::default() }, files };
        let mut bytes = Vec::new();
        write_answer(&mut bytes, answer.clone()).unwrap();
        assert_eq!(read_answer(&mut bytes.as_slice()).unwrap(), Some(answer));
        assert!(read_answer(&mut &bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn a_torn_or_mad_chunk_is_an_error() {
        assert!(read_chunk(&mut &[1, 0, 0][..]).is_err());
        assert!(read_chunk(&mut &[9, 0, 0, 0, 0, 0, 0, 0, 1][..]).is_err());
        assert!(read_chunk(&mut &[0xFF; 64][..]).is_err());
    }
}
