//! The program itself, serving a test's database in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use common_ground::database::Address;

use crate::harness::TestPortal;

/// The program, serving the portal's database on a day; killed when dropped.
pub struct Server {
    process: Child,
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Server {
    /// Serves under today's date of choice: the database is marked as a demo's.
    pub fn start(portal: &TestPortal, day: &str) -> Server {
        let url = match portal.database.address() {
            Address::Sqlite(file) => format!("sqlite:{}", file.display()),
            Address::Postgres(url) => url.clone(),
        };
        let mut process = Command::new(env!("CARGO_BIN_EXE_common-ground"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", url)
            .env("COMMON_GROUND_KEYS", portal.folder().join("keys"))
            .env("COMMON_GROUND_TODAY", day)
            .current_dir(portal.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.trim().rsplit("//").next().unwrap().to_owned();
        Server { process, address }
    }

    /// Sends a form; what comes back is read from the stream.
    pub fn post(&self, cookie: &str, path: &str, form: &str) -> TcpStream {
        Server::send(&self.address, cookie, path, form).unwrap()
    }

    /// The same to an address at which a server may have died.
    pub fn send(address: &str, cookie: &str, path: &str, form: &str) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        )?;
        Ok(stream)
    }

    /// SIGKILL: no handler runs, no connection is closed in order.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The status line of what comes back, blank where the server died before it.
pub fn first_line(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    answer.lines().next().unwrap_or_default().to_owned()
}
