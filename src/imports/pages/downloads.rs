//! What can be downloaded of an import: its problems, and for whoever uploaded it the file with a problem column.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use futures_util::stream;
use serde_json::json;

use super::one::import_of;
use crate::access::{Imports, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Moment;
use crate::clock::Now;
use crate::csv_out::{CsvOut, unguarded};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::imports::lines::Limits;
use crate::imports::problem_store::{self, StoredProblem};
use crate::imports::record::Records;
use crate::imports::store::Import;
use crate::imports::uploads;
use crate::jobs::Tools;

/// How many rows go out at a time.
const AT_ONCE: i64 = 1_000;

/// All problems, as a CSV.
pub async fn problems(
    Imports(who): Imports,
    database: web::Data<Database>,
    Now { moment, .. }: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let reference = reference.into_inner();
    let import = database.write(move |conn| read_by(conn, moment, &who, &reference)).await?;
    let name = format!("{}-problems.csv", import.reference);
    let pages = stream::try_unfold(Some(-1), move |after| {
        let (database, id) = (database.clone(), import.id);
        async move {
            let Some(after) = after else { return Ok::<_, Error>(None) };
            let rows = database.read(move |conn| problem_store::problems(conn, id, after, AT_ONCE)).await?;
            let next = rows.last().map(|row| row.position);
            Ok(Some((web::Bytes::from(as_csv(&rows, after == -1)?), next)))
        }
    });
    Ok(csv(&name).streaming(pages))
}

fn as_csv(problems: &[StoredProblem], is_first: bool) -> Result<Vec<u8>, Error> {
    let mut out = match is_first {
        true => CsvOut::with_mark(Vec::new()).context("writing a CSV")?,
        false => CsvOut::plain(Vec::new()),
    };
    if is_first {
        out.row(["line", "column", "code", "severity", "message"]).context("writing a CSV")?;
    }
    for problem in problems {
        let line = problem.line.to_string();
        out.row([&line, &problem.column_name, &problem.code, &problem.severity, &problem.message])
            .context("writing a CSV")?;
    }
    Ok(out.finish().context("writing a CSV")?)
}

/// The uploaded file again, with what is wrong with each row in a last column; for whoever uploaded it alone.
pub async fn file(
    Imports(who): Imports,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    Now { moment, .. }: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (wanted, user_id) = (reference.into_inner(), who.user_id);
    let import = database.write(move |conn| read_by(conn, moment, &who, &wanted)).await?;
    let path = uploads::place(&tools.folder, &import.reference);
    if import.uploaded_by != Some(user_id) || !path.is_file() {
        return Err(Error::NotFound);
    }
    let name = format!("{}-with-problems.csv", import.reference);
    let begun =
        web::block(move || Annotated::open(path, import.id)).await.context("waiting for the disk")??;
    let pages = stream::try_unfold(begun, move |annotated| {
        let database = database.clone();
        async move {
            let step = move || annotated.next(&database);
            web::block(step).await.context("waiting for the disk")?
        }
    });
    Ok(csv(&name).streaming(pages))
}

fn csv(name: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    response
}

fn read_by(conn: &mut Conn, now: Moment, who: &Who, reference: &str) -> Result<Import, Error> {
    let import = import_of(conn, reference, who)?;
    let subjects = [Subject::import(&import.reference)];
    audit::record(conn, now, &who.actor, Verb::ImportFileRead, &subjects, json!({}))?;
    Ok(import)
}

/// A file that is read once more beside its problems, both in the order of the file.
struct Annotated {
    records: Records<BufReader<File>>,
    import_id: i64,
    is_begun: bool,
    /// Problems read ahead, the next one last.
    problems: Vec<StoredProblem>,
    last_position: i64,
}

impl Annotated {
    fn open(path: PathBuf, import_id: i64) -> Result<Self, Error> {
        let file = BufReader::new(File::open(path).context("opening an uploaded file")?);
        let records = Records::new(file, Limits::default());
        Ok(Self { records, import_id, is_begun: false, problems: Vec::new(), last_position: -1 })
    }

    /// The next rows as CSV; `None` at the end, or where the file stops being readable.
    fn next(mut self, database: &Database) -> Result<Option<(web::Bytes, Self)>, Error> {
        let mut out = match self.is_begun {
            false => CsvOut::with_mark(Vec::new()).context("writing a CSV")?,
            true => CsvOut::plain(Vec::new()),
        };
        let mut rows = 0;
        while rows < AT_ONCE {
            let Ok(Some(record)) = self.records.read() else { break };
            let line = i64::from(record.line);
            let mut cells: Vec<String> = record.fields().map(|field| unguarded(field).to_owned()).collect();
            cells.push(match self.is_begun {
                false => "problem".to_owned(),
                true => self.problems_of(database, line)?,
            });
            self.is_begun = true;
            out.row(&cells).context("writing a CSV")?;
            rows += 1;
        }
        let bytes = out.finish().context("writing a CSV")?;
        Ok((rows > 0).then(|| (web::Bytes::from(bytes), self)))
    }

    /// What is wrong with the row on a line, in words.
    fn problems_of(&mut self, database: &Database, line: i64) -> Result<String, Error> {
        let mut words = Vec::new();
        loop {
            if self.problems.is_empty() {
                let (id, after) = (self.import_id, self.last_position);
                self.problems =
                    database.read_now(|conn| problem_store::problems(conn, id, after, AT_ONCE))?;
                self.problems.reverse();
            }
            match self.problems.pop() {
                Some(problem) if problem.line <= line => {
                    self.last_position = problem.position;
                    if problem.line == line {
                        words.push(format!("{} {}: {}", problem.column_name, problem.code, problem.message));
                    }
                }
                Some(later) => {
                    self.problems.push(later);
                    break;
                }
                None => break,
            }
        }
        Ok(words.join(" ").trim().to_owned())
    }
}
