//! `/imports/{reference}`: a file being checked, what it would do, what stands in its way, and what it did.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::decision::ConfirmForm;
use crate::access::{Imports, Who};
use crate::clock::{Moment, london_day};
use crate::database::{Conn, Database};
use crate::doctor::localities_without_commissioner;
use crate::error::Error;
use crate::imports::kind::Kind;
use crate::imports::problem_store::{self, StoredProblem};
use crate::imports::store::{self, Import, State};
use crate::imports::{rights, uploads};
use crate::jobs::{self, Job, Tools};
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, filters, long_day, show_as, thousands};

/// How many problems stand on the page; all are in the CSV.
const PROBLEMS: i64 = 100;

pub(super) const JOBS: &[jobs::Kind] = &[jobs::Kind::ImportCheck, jobs::Kind::ImportApply];

#[derive(Template)]
#[template(path = "imports/one.html")]
struct OnePage {
    chrome: Chrome,
    mistakes: Mistakes,
    import: Import,
    job: Option<Job>,
    problems: Vec<StoredProblem>,
    /// Whether the caller uploaded the file and it is still there.
    has_file: bool,
    /// When the very same file was loaded, where loading it again changes nothing.
    loaded_before: Option<Moment>,
    /// Codes of localities whose commissioner is not loaded yet.
    without_commissioner: Vec<String>,
    looked: bool,
    leave: bool,
    key: String,
    now: Moment,
}

impl OnePage {
    fn is_working(&self) -> bool {
        matches!(self.import.state, State::Checking | State::Applying)
    }

    fn ended_at(&self) -> Moment {
        self.import.ended_at.unwrap_or(self.import.created_at)
    }

    /// The day on which the very same file was loaded, where loading it again changes nothing.
    fn loaded_before(&self) -> Option<String> {
        self.loaded_before.map(|at| long_day(london_day(at)))
    }

    fn cancel_key(&self) -> String {
        fresh_key()
    }

    /// The button names the act.
    fn load_label(&self) -> String {
        match self.import.row_count {
            1 => "Load 1 row".into(),
            rows => format!("Load {} rows", thousands(rows)),
        }
    }

    fn problem_count(&self) -> i64 {
        self.import.error_count + self.import.warning_count
    }
}

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Checking | State::Applying => "In progress",
            State::Checked => "Waiting to be confirmed",
            State::Refused => "Completed with problems",
            State::Applied => "Completed",
            State::Cancelled => "Cancelled",
            State::Failed => "Failed",
        }
    }
}

/// What stands beside an import in the database.
struct Found {
    import: Import,
    job: Option<Job>,
    problems: Vec<StoredProblem>,
    loaded_before: Option<Moment>,
    without_commissioner: Vec<String>,
}

fn find(conn: &mut Conn, reference: &str, who: &Who) -> Result<Found, Error> {
    let import = import_of(conn, reference, who)?;
    let names_commissioners = matches!(import.kind, Kind::Localities | Kind::Organisations);
    Ok(Found {
        job: jobs::about(conn, JOBS, reference)?,
        problems: problem_store::problems(conn, import.id, -1, PROBLEMS)?,
        loaded_before: match import.changes_nothing() && import.state == State::Checked {
            true => store::loaded_before(conn, import.kind, &import.file_hash)?,
            false => None,
        },
        without_commissioner: match names_commissioners && import.state == State::Applied {
            true => localities_without_commissioner(conn)?,
            false => Vec::new(),
        },
        import,
    })
}

/// An import of a kind the caller brings in.
/// An import that is the caller's to see.
pub(super) fn import_of(conn: &mut Conn, reference: &str, who: &Who) -> Result<Import, Error> {
    let import = store::by_reference(conn, reference)?;
    let rights::Ours { kinds, by } = rights::ours(conn, who)?;
    let is_theirs = |users: Vec<i64>| import.uploaded_by.is_some_and(|id| users.contains(&id));
    match kinds.contains(&import.kind) && by.is_none_or(is_theirs) {
        true => Ok(import),
        false => Err(Error::NotFound),
    }
}

pub async fn show_one(
    Imports(who): Imports,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    page(&who, &database, &tools, &reference, &ConfirmForm::default(), Mistakes::new()).await
}

/// The page with what was ticked; 422 where a tick is missing.
pub(super) async fn page(
    who: &Who,
    database: &Database,
    tools: &Tools,
    reference: &str,
    form: &ConfirmForm,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    let (wanted, asking) = (reference.to_owned(), who.clone());
    let Found { import, job, problems, loaded_before, without_commissioner } =
        database.read(move |conn| find(conn, &wanted, &asking)).await?;
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_theirs = import.uploaded_by == Some(who.user_id);
    show_as(
        status,
        &OnePage {
            chrome: who.chrome(),
            mistakes,
            has_file: is_theirs && uploads::place(&tools.folder, &import.reference).is_file(),
            import,
            job,
            problems,
            loaded_before,
            without_commissioner,
            looked: form.looked == "yes",
            leave: form.leave == "yes",
            key: fresh_key(),
            now: tools.clock.now().moment,
        },
    )
}
