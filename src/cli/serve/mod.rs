//! `fubiao serve`: a page on this machine for those who use no terminal. Drop notices, see how far they are,
//! review and correct them, download them; nothing leaves the machine.
//!
//! `shelf` is the folder that holds everything, `desk` the worker processes that read notices, `guard` who may ask,
//! `routes` what can be asked. The server listens on the loopback interface alone.

mod desk;
mod guard;
mod routes;
mod shelf;

use crate::cli::archive_args::Serve;
use crate::cli::args::Lang;
use crate::cli::report::Reporter;
use crate::cli::run::Status;
use crate::diag::Wording;
use desk::Desk;
use guard::Guard;
use shelf::Shelf;
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
    match start(reporter, args) {
        Ok(()) => Status::Done,
        Err(error) => {
            let what = Wording::new(
                format!("the page can't be served: {error}"),
                format!("无法启动服务：{error}"),
            );
            let hint = Wording::new(
                "check the folder, or choose another --port",
                "请检查文件夹，或换一个 --port",
            );
            reporter.tell(&args.folder.display().to_string(), &what, Some(&hint));
            Status::Unread
        }
    }
}

fn start(reporter: &Reporter, args: &Serve) -> io::Result<()> {
    let shelf = Arc::new(Shelf::open(&args.folder)?);
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
