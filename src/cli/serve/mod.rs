//! `fubiao serve`: a page on this machine for those who use no terminal. Drop notices, see how far they are,
//! review and correct them, download them; nothing leaves the machine.
//!
//! `shelf` is the folder that holds everything, `desk` the worker processes that read notices, `guard` who may ask,
//! `routes` what can be asked. The server listens on the loopback interface alone.

mod desk;
mod guard;
mod routes;
mod shelf;

use crate::archive::disk;
use crate::cli::archive_args::Serve;
use crate::cli::args::Lang;
use crate::cli::report::Reporter;
use crate::cli::run::Status;
use crate::diag::Wording;
use desk::Desk;
use guard::Guard;
use shelf::{Shelf, ShelfError};
use std::io;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the routes share.
pub struct Office {
    shelf: Arc<Shelf>,
    desk: Desk,
    /// The most bytes of one notice.
    largest: u64,
    /// The first language of pages, where one was asked for.
    lang: Option<&'static str>,
}

/// Serves until it is interrupted.
pub fn serve(reporter: &Reporter, args: &Serve) -> Status {
    let folder = args.folder.display().to_string();
    let shelf = match Shelf::open(&args.folder) {
        Ok(shelf) => Arc::new(shelf),
        Err(ShelfError::Served) => {
            let what = Wording::new(
                "another fubiao serve keeps its notices there",
                "另一个 fubiao serve 正在使用此文件夹",
            );
            let hint = Wording::new(
                "use the page it has opened, end it, or give another folder",
                "请使用它打开的页面，或先结束它，或换一个文件夹",
            );
            reporter.tell(&folder, &what, Some(&hint));
            return Status::Unread;
        }
        Err(ShelfError::Io(error)) => {
            reporter.tell(&folder, &disk::what(&error), Some(&disk::hint(&error)));
            return if disk::is_of_place(&error) { Status::Mistyped } else { Status::Unread };
        }
    };
    match start(reporter, args, shelf) {
        Ok(()) => Status::Done,
        Err(error) => {
            let (what, hint) = unserved(&error);
            reporter.tell("fubiao serve", &what, Some(&hint));
            Status::Unread
        }
    }
}

/// Why there is no server, and what to do.
fn unserved(error: &io::Error) -> (Wording, Wording) {
    let port = Wording::new("choose another --port, or leave it out", "请换一个 --port，或不指定");
    match error.kind() {
        io::ErrorKind::AddrInUse => (Wording::new("the port is in use", "端口已被占用"), port),
        io::ErrorKind::PermissionDenied => {
            (Wording::new("the port may not be used", "没有权限使用该端口"), port)
        }
        _ => {
            let Wording { en, zh } = disk::what(error);
            let what = Wording::new(
                format!("the server can't be started: {en}"),
                format!("无法启动服务：{zh}"),
            );
            (what, Wording::new("run the same command again", "请再次运行同一命令"))
        }
    }
}

fn start(reporter: &Reporter, args: &Serve, shelf: Arc<Shelf>) -> io::Result<()> {
    let desk = Desk::open(args, Arc::clone(&shelf))?;
    let largest = args.limits.limits().input_bytes;
    let office = Arc::new(Office { shelf, desk, largest, lang: reporter.lang_typed() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await?;
        let guard = Guard::new(listener.local_addr()?.port())?;
        let address = guard.address();
        say(reporter, args, &address);
        if args.open {
            open(&address);
        }
        axum::serve(listener, routes::routes(office, guard)).await
    })
}

/// Says where the page is: the address is the key, and goes to standard output as a result does.
fn say(reporter: &Reporter, args: &Serve, address: &str) {
    println!("{address}");
    let folder = args.folder.display();
    reporter.info(match reporter.lang() {
        Lang::En => format!("open this address in a browser on this machine; everything is kept in {folder}; Ctrl-C ends"),
        Lang::Zh => format!("请在本机浏览器中打开上面的网址；所有内容保存在 {folder}；按 Ctrl-C 结束"),
    }.as_str());
}

/// Opens the address in the user's browser; where that can't be done, the user still has the address.
fn open(address: &str) {
    let (program, args): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let quiet = Stdio::null;
    let _ = Command::new(program)
        .args(args)
        .arg(address)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn();
}
