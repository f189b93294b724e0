//! The rows of long work.

use chrono::Duration;
use diesel::prelude::*;

use crate::audit::Actor;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::schema::jobs;
use crate::stored_as_text;

stored_as_text! {
    /// The kinds of long work.
    Kind {
        ImportCheck = "import_check",
        ImportApply = "import_apply",
        RunPreview = "run_preview",
        RunApply = "run_apply",
    }
}

stored_as_text! {
    /// How far a job has come.
    State {
        Waiting = "waiting",
        Running = "running",
        Completed = "completed",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl State {
    pub fn is_over(self) -> bool {
        matches!(self, State::Completed | State::Failed | State::Cancelled)
    }

    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Waiting => "Waiting",
            State::Running => "In progress",
            State::Completed => "Completed",
            State::Failed => "Failed",
            State::Cancelled => "Cancelled",
        }
    }
}

/// A job as pages show it and workers take it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Job {
    pub id: i64,
    pub reference: String,
    pub kind: Kind,
    /// The reference of what it works on: an import's, a run's.
    pub about: String,
    pub state: State,
    /// What it is doing, in words: "Checking rows".
    step: String,
    pub done: i64,
    pub total: i64,
    pub started_by: Option<i64>,
    /// The actor it works for, as JSON.
    pub asked_as: String,
    pub cancel_asked: bool,
    pub message: Option<String>,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    /// Until when its worker has it without another sign of life.
    lease_until: Option<Moment>,
}

impl Job {
    /// What it is doing at a moment, in words.
    pub fn step(&self, now: Moment) -> &str {
        match self.lease_until {
            Some(until) if self.state == State::Running && until < now => ORPHANED,
            _ => &self.step,
        }
    }
}

/// How long a worker keeps a job without a sign of life.
const LEASE_SECONDS: i64 = 15;

/// What a job is said to do whose worker has given no sign of life for that long.
const ORPHANED: &str = "Waiting for a server to take it up again";

/// Adds a job for `actor` on what `about` names; gives its reference.
pub fn add(conn: &mut Conn, now: Moment, actor: &Actor, kind: Kind, about: &str) -> Result<String, Error> {
    let reference = format!("J-{}", random_reference());
    let asked_as = serde_json::to_string(&AskedAs::of(actor)).map_err(anyhow::Error::from)?;
    diesel::insert_into(jobs::table)
        .values((
            jobs::reference.eq(&reference),
            jobs::kind.eq(kind),
            jobs::about.eq(about),
            jobs::state.eq(State::Waiting),
            jobs::step.eq("Waiting to start"),
            jobs::started_by.eq(actor.user_id),
            jobs::asked_as.eq(asked_as),
            jobs::cancel_asked.eq(false),
            jobs::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(reference)
}

/// The latest job of some kinds about a thing.
pub fn about(conn: &mut Conn, kinds: &[Kind], about: &str) -> Result<Option<Job>, Error> {
    Ok(jobs::table
        .filter(jobs::kind.eq_any(kinds).and(jobs::about.eq(about)))
        .order(jobs::id.desc())
        .select(Job::as_select())
        .first(conn)
        .optional()?)
}

/// Whether the latest job of a kind about a thing is one that a person started.
pub fn was_begun_by(conn: &mut Conn, kind: Kind, what: &str, user_id: i64) -> Result<bool, Error> {
    Ok(about(conn, &[kind], what)?.is_some_and(|job| job.started_by == Some(user_id)))
}

/// The latest jobs a person started, latest first.
pub fn latest_of(conn: &mut Conn, user_id: i64, limit: i64) -> Result<Vec<Job>, Error> {
    Ok(jobs::table
        .filter(jobs::started_by.eq(user_id))
        .order(jobs::id.desc())
        .limit(limit)
        .select(Job::as_select())
        .load(conn)?)
}

/// Asks a job about a thing to stop; whether one was still under way.
pub fn ask_to_cancel(conn: &mut Conn, kinds: &[Kind], about: &str) -> Result<bool, Error> {
    let open = jobs::table
        .filter(jobs::kind.eq_any(kinds).and(jobs::about.eq(about)))
        .filter(jobs::state.eq_any([State::Waiting, State::Running]));
    Ok(diesel::update(open).set(jobs::cancel_asked.eq(true)).execute(conn)? > 0)
}

/// Whether any job waits or has lost its worker.
pub fn any_free(conn: &mut Conn, now: Moment) -> Result<bool, Error> {
    let free = jobs::table.filter(
        jobs::state.eq(State::Waiting).or(jobs::state.eq(State::Running).and(jobs::lease_until.lt(now))),
    );
    Ok(diesel::select(diesel::dsl::exists(free)).get_result(conn)?)
}

/// Takes the next free job under a lease; a guarded update, so that one server alone gets it.
pub fn claim(conn: &mut Conn, now: Moment, holder: &str) -> Result<Option<Job>, Error> {
    let is_free =
        jobs::state.eq(State::Waiting).or(jobs::state.eq(State::Running).and(jobs::lease_until.lt(now)));
    let next: Option<Job> =
        jobs::table.filter(is_free).order(jobs::id).select(Job::as_select()).first(conn).optional()?;
    let Some(job) = next else { return Ok(None) };
    let is_still_free =
        jobs::state.eq(State::Waiting).or(jobs::state.eq(State::Running).and(jobs::lease_until.lt(now)));
    let taken = diesel::update(jobs::table.find(job.id).filter(is_still_free))
        .set((
            jobs::state.eq(State::Running),
            jobs::holder.eq(holder),
            jobs::lease_until.eq(now + Duration::seconds(LEASE_SECONDS)),
        ))
        .execute(conn)?;
    Ok((taken == 1).then_some(job))
}

/// Notes progress and renews the lease. Whether to go on: not if cancelling was asked, or another holds it now.
pub fn progress(
    conn: &mut Conn,
    now: Moment,
    id: i64,
    holder: &str,
    step: &str,
    done: i64,
    total: i64,
) -> Result<bool, Error> {
    let mine = jobs::table.find(id).filter(jobs::holder.eq(holder).and(jobs::state.eq(State::Running)));
    let kept = diesel::update(mine)
        .set((
            jobs::step.eq(step),
            jobs::done.eq(done),
            jobs::total.eq(total),
            jobs::lease_until.eq(now + Duration::seconds(LEASE_SECONDS)),
        ))
        .execute(conn)?;
    let asked: bool = jobs::table.find(id).select(jobs::cancel_asked).first(conn)?;
    Ok(kept == 1 && !asked)
}

/// Keeps a job for another while; whether the holder still has it.
pub fn renew(conn: &mut Conn, now: Moment, id: i64, holder: &str) -> Result<bool, Error> {
    let mine = jobs::table.find(id).filter(jobs::holder.eq(holder).and(jobs::state.eq(State::Running)));
    let until = now + Duration::seconds(LEASE_SECONDS);
    Ok(diesel::update(mine).set(jobs::lease_until.eq(until)).execute(conn)? == 1)
}

/// Notes how a job ended.
pub fn ended(
    conn: &mut Conn,
    now: Moment,
    id: i64,
    holder: &str,
    state: State,
    message: Option<&str>,
) -> Result<(), Error> {
    diesel::update(jobs::table.find(id).filter(jobs::holder.eq(holder)))
        .set((
            jobs::state.eq(state),
            jobs::message.eq(message),
            jobs::lease_until.eq(None::<Moment>),
            jobs::ended_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// An actor as a job's row keeps it.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct AskedAs {
    user_id: Option<i64>,
    who: String,
    membership_id: Option<i64>,
    acting_as: String,
    role: String,
    from: String,
}

impl AskedAs {
    fn of(actor: &Actor) -> AskedAs {
        let Actor { user_id, who, membership_id, acting_as, role, from } = actor.clone();
        AskedAs { user_id, who, membership_id, acting_as, role, from }
    }

    /// The actor a job's row keeps.
    pub fn read(text: &str) -> anyhow::Result<Actor> {
        let AskedAs { user_id, who, membership_id, acting_as, role, from } = serde_json::from_str(text)?;
        Ok(Actor { user_id, who, membership_id, acting_as, role, from })
    }
}
