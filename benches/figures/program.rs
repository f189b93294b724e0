//! The program under measurement: started, watched, asked.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use askama::Template;
use common_ground::database::Database;
use common_ground::demo::organisations::{self, LARGE};
use common_ground::people::snapshot::Snapshot;
use common_ground::runs::{self, grouping::Grouping};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::load;

/// The program in a folder of its own.
pub struct Program {
    folder: PathBuf,
    environment: Vec<(String, String)>,
}

/// How a run ended.
pub struct Ended {
    pub seconds: f64,
    pub peak_mib: f64,
    /// What it wrote to standard output.
    pub output: String,
}

/// A server of the program; killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("the server is killed");
        self.child.wait().expect("the server ends");
    }
}

impl Server {
    pub fn resident_mib(&self) -> f64 {
        memory(self.child.id(), "VmRSS:").unwrap_or(0.0)
    }
}

impl Program {
    pub fn new(folder: &Path) -> Program {
        Program { folder: folder.to_owned(), environment: Vec::new() }
    }

    /// The same on another database.
    pub fn on(mut self, database_url: &str) -> Program {
        self.environment.push(("DATABASE_URL".into(), database_url.into()));
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_common-ground"));
        command.current_dir(&self.folder).args(words).env("RUST_LOG", "error").env_remove("DATABASE_URL");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end, watching the memory it takes.
    pub fn run(&self, words: &[&str]) -> Ended {
        let output = self.folder.join("output");
        let from = Instant::now();
        let written = File::create(&output).expect("a file for the output");
        let mut child = self.command(words).stdout(written).spawn().expect("the program starts");
        let mut peak_mib: f64 = 0.0;
        let status = loop {
            peak_mib = peak_mib.max(memory(child.id(), "VmHWM:").unwrap_or(0.0));
            match child.try_wait().expect("the program is there") {
                Some(status) => break status,
                // Watching from outside has to look again and again.
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let seconds = from.elapsed().as_secs_f64();
        let output = std::fs::read_to_string(output).expect("the output");
        assert!(status.success(), "{words:?} failed: {output}");
        Ended { seconds, peak_mib, output }
    }

    /// Starts a server and waits for the line that names its address.
    pub fn serve(&self, words: &[&str]) -> Server {
        let mut child = self.command(words).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is read");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let (_, address) = line.trim().rsplit_once("http://").expect("the line names the address");
        Server { address: address.to_owned(), child }
    }
}

/// A line of `/proc/PID/status`, in MiB.
fn memory(pid: u32, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let found = status.lines().find(|each| each.starts_with(line))?;
    let kib: f64 = found.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Prints one figure.
pub fn shown(what: &str, figure: f64, unit: &str, mib: Option<f64>) {
    match mib {
        Some(mib) => println!("{what}: {figure:.3} {unit}, {mib:.0} MiB"),
        None => println!("{what}: {figure:.3} {unit}"),
    }
}

/// The session cookie of the demo's first user in a role.
pub fn cookie_of(address: &str, email: &str, password: &str) -> String {
    let form = format!("email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+"));
    let head = load::post_once(address, "/sign-in", &form);
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie: common-ground="))
        .unwrap_or_else(|| panic!("no session: {head}"));
    line["set-cookie: ".len()..].split(';').next().expect("a cookie").to_owned()
}

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><title>Bare</title><table>{% for row in rows %}<tr><td>{{ row }}</td><td>{{ row * 7 }}</td></tr>{% endfor %}</table>",
    ext = "html"
)]
struct Bare {
    rows: Vec<i64>,
}

/// A server with a 20-row page and nothing round it, for comparison; its address.
pub fn bare_page() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let page = || async {
                let body = Bare { rows: (0..20).collect() }.render().expect("a page");
                HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body)
            };
            let server = HttpServer::new(move || App::new().route("/", web::get().to(page)));
            server.listen(listener).expect("the port").run().await.expect("a server that serves");
        });
    });
    address
}

/// The first rows of a people file, as a file beside it.
pub fn first_rows(file: &Path, rows: usize) -> PathBuf {
    let shorter = file.with_extension("first.csv");
    let mut written = File::create(&shorter).expect("a file");
    let lines = BufReader::new(File::open(file).expect("the file")).lines();
    for line in lines.take(rows + 1) {
        writeln!(written, "{}", line.expect("a line")).expect("a line is written");
    }
    shorter
}

/// Prints what grouping the demo's large locality in memory costs: loading the columns, then placing everybody.
pub fn grouping(database: &Database, as_of: chrono::NaiveDate) {
    let from = Instant::now();
    let (mut grouping, register) = database
        .read_now(|conn| {
            let locality = runs::store::locality(conn, LARGE)?.expect("the demo's large locality");
            let snapshot = Snapshot::load(conn, Some(locality.id))?;
            Ok((Grouping::prepare(conn, locality, as_of)?, snapshot))
        })
        .expect("the demo's register");
    shown("reading the columns and the previous run", from.elapsed().as_secs_f64(), "s", None);
    for round in 1..=5 {
        let from = Instant::now();
        let found = grouping.work_out(&register);
        let people = found.placed.len();
        shown(
            &format!("placing {people} people in memory, round {round}"),
            from.elapsed().as_secs_f64(),
            "s",
            None,
        );
    }
}

/// Writes the demo's localities and organisations in the layouts of the imports.
fn organisations(folder: &Path) -> [(&'static str, PathBuf); 2] {
    let demo_organisations = organisations::organisations(chrono::NaiveDate::MAX);
    let mut localities = String::from("locality_code,locality_name,commissioner_code,population\n");
    for each in organisations::localities(153_687) {
        localities += &format!("{},{},{},{}\n", each.code, each.name, each.commissioner, each.population);
    }
    let mut rows = String::from(
        "org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date\n",
    );
    for each in demo_organisations {
        let cell = |value: Option<&'static str>| value.unwrap_or_default();
        rows += &format!(
            "{},\"{}\",{},{},{},{},2013-04-01,\n",
            each.code,
            each.name,
            each.kind,
            cell(each.commissioner_type),
            cell(each.locality),
            cell(each.sector)
        );
    }
    let written = [("localities", localities), ("organisations", rows)];
    written.map(|(kind, text)| {
        let file = folder.join(format!("{kind}.csv"));
        std::fs::write(&file, text).expect("a file");
        (kind, file)
    })
}

/// Imports a people file into an empty system, then the same file again, and prints time and memory.
pub fn import(folder: &Path, people: &Path, name: &str, url: &str) {
    let place = folder.join(name);
    std::fs::create_dir_all(&place).expect("a folder");
    let program = Program::new(&place).on(url);
    for (kind, file) in organisations(&place) {
        program.run(&["import", kind, &file.to_string_lossy(), "--yes"]);
    }
    for round in ["new", "unchanged"] {
        let ended = program.run(&["import", "people", &people.to_string_lossy(), "--yes", "--json"]);
        let said: serde_json::Value = serde_json::from_str(&ended.output).expect("one line of JSON");
        let what = format!("import of {} people, {round}, {name}", said["rows"]);
        shown(&what, ended.seconds, "s", Some(ended.peak_mib));
    }
}

/// A schema of its own on a PostgreSQL server; the address that leads to it.
pub fn fresh_schema(server: &str, name: &str) -> String {
    let schema = format!("figures_{name}_{}", std::process::id());
    let mut conn = PgConnection::establish(server).expect("the server");
    conn.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
    let sign = if server.contains('?') { '&' } else { '?' };
    format!("{server}{sign}options=-csearch_path%3D{schema}")
}
