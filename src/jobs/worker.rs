//! Takes free jobs and does them, and sends mail; one thread a server.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::store::{self, AskedAs, Job, Kind, State};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::criteria::agreement;
use crate::database::Database;
use crate::error::Error;
use crate::keys::{Keys, random_reference};
use crate::ltc6;
use crate::mail::{self, Post};
use crate::petitions;
use crate::runs::preview::Registers;

/// What work in the background needs.
#[derive(Clone)]
pub struct Tools {
    pub database: Database,
    pub keys: Keys,
    pub clock: Clock,
    pub post: Post,
    /// The folder for uploads and mail files, beside the database.
    pub folder: PathBuf,
    /// What links in mails start with.
    pub base_url: String,
    pub registers: Registers,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    /// Stopped because somebody asked, or because another worker took over; nothing of it stays.
    Stopped,
    /// Not done, with the sentence that says why.
    Refused(String),
}

/// A job in the hands of this worker.
pub struct Claimed<'a> {
    pub tools: &'a Tools,
    pub about: String,
    /// For whom it is done: audit rows name them.
    pub actor: Actor,
    id: i64,
    holder: String,
}

impl Claimed<'_> {
    /// Keeps the job. Where that fails the next time will do, or another server takes the job up.
    fn renew(&self) {
        let now = self.tools.clock.now().moment;
        let renewed = self.tools.database.write_now(|conn| store::renew(conn, now, self.id, &self.holder));
        if let Err(error) = renewed {
            tracing::warn!("keeping a job: {error:#}");
        }
    }

    /// Says how far the work is: `done` of `total`. Whether to go on.
    pub fn progress(&self, step: &str, done: i64, total: i64) -> Result<bool, Error> {
        let now = self.tools.clock.now().moment;
        self.tools
            .database
            .write_now(|conn| store::progress(conn, now, self.id, &self.holder, step, done, total))
    }
}

/// Does all jobs that are free, one after the other; how many.
pub fn run_waiting(tools: &Tools) -> Result<usize, Error> {
    let holder = random_reference();
    let mut count = 0;
    loop {
        let now = tools.clock.now().moment;
        if !tools.database.read_now(|conn| store::any_free(conn, now))? {
            return Ok(count);
        }
        let Some(job) = tools.database.write_now(|conn| store::claim(conn, now, &holder))? else {
            return Ok(count);
        };
        run(tools, &job, &holder)?;
        count += 1;
    }
}

fn run(tools: &Tools, job: &Job, holder: &str) -> Result<(), Error> {
    let claimed = Claimed {
        tools,
        about: job.about.clone(),
        actor: AskedAs::read(&job.asked_as)?,
        id: job.id,
        holder: holder.to_owned(),
    };
    let outcome = match job.cancel_asked {
        true => Ok(Outcome::Stopped),
        false => while_renewing(&claimed, RENEWED_EVERY, || work(job.kind, &claimed)),
    };
    let (state, message) = match outcome {
        Ok(Outcome::Completed) => (State::Completed, None),
        Ok(Outcome::Stopped) => (State::Cancelled, None),
        Ok(Outcome::Refused(why)) => (State::Failed, Some(why)),
        Err(Error::Refused(why)) => (State::Failed, Some(why)),
        Err(error) => {
            tracing::error!(job = job.reference, "a job failed: {error:#}");
            let said = format!(
                "Something went wrong. Nothing was changed. Quote {} when you ask for help.",
                job.reference
            );
            (State::Failed, Some(said))
        }
    };
    let now = tools.clock.now().moment;
    tools.database.write_now(|conn| store::ended(conn, now, job.id, holder, state, message.as_deref()))
}

/// Well within the lease, so that one write that waits loses nothing.
const RENEWED_EVERY: Duration = Duration::from_secs(4);

/// Does `work` while another thread keeps the job, however long a single step takes.
fn while_renewing<T>(claimed: &Claimed<'_>, every: Duration, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while is_done.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                claimed.renew();
            }
        });
        let worked = work();
        drop(done);
        worked
    })
}

fn work(kind: Kind, claimed: &Claimed<'_>) -> Result<Outcome, Error> {
    match kind {
        Kind::RunPreview => crate::runs::work::preview(claimed),
        Kind::RunApply => crate::runs::work::apply(claimed),
        Kind::ImportCheck => crate::imports::job::check(claimed),
        Kind::ImportApply => crate::imports::job::apply(claimed),
    }
}

/// The thread that does jobs and sends mail; it ends when this is dropped, after the job it is at.
pub struct Background {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the background thread had stopped on its own");
        }
    }
}

/// Starts the thread; it looks for work twice a second.
pub fn start_background(tools: Tools) -> anyhow::Result<Background> {
    let (stop, stopped) = channel();
    let thread = std::thread::Builder::new()
        .name("background".into())
        .spawn(move || keep_working(&tools, &stopped))?;
    Ok(Background { stop: Some(stop), thread: Some(thread) })
}

fn keep_working(tools: &Tools, stopped: &Receiver<()>) {
    let mut rounds = 0_u64;
    loop {
        let outcome =
            run_waiting(tools).and_then(|_| mail::send_waiting(tools)).and_then(|_| match rounds % 1200 {
                0 => sweep(tools),
                _ => Ok(()),
            });
        let outcome = outcome.and_then(|()| match rounds % 20 {
            0 => tend(tools),
            _ => Ok(()),
        });
        if let Err(error) = outcome {
            tracing::warn!("background work: {error:#}");
        }
        rounds += 1;
        match stopped.recv_timeout(Duration::from_millis(500)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Every ten seconds: what the calendar makes due.
pub fn tend(tools: &Tools) -> Result<(), Error> {
    agreement::clockwork::tend(tools)?;
    petitions::clockwork::tend(tools)?;
    ltc6::clockwork::tend(tools)
}

/// Every ten minutes: what has expired goes.
fn sweep(tools: &Tools) -> Result<(), Error> {
    let now = tools.clock.now().moment;
    tools.database.write_now(|conn| {
        crate::sessions::forget_expired(conn, now)?;
        crate::once::forget_old(conn, now)?;
        crate::accounts::forget_failures(conn, now)?;
        ltc6::tickets::forget_old(conn, now)?;
        Ok(())
    })?;
    crate::imports::job::forget_old(tools)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Address;
    use crate::jobs::about;

    #[test]
    fn a_job_is_kept_while_a_single_step_takes_longer_than_its_lease() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.sqlite");
        let database = Database::open(Address::Sqlite(file), 3).unwrap();
        database.migrate().unwrap();
        let tools = Tools {
            database: database.clone(),
            keys: Keys::open_or_make(&folder.path().join("keys")).unwrap(),
            clock: Clock::real(),
            post: Post::new(None, "common-ground@example.org", folder.path()).unwrap(),
            folder: folder.path().to_owned(),
            base_url: String::new(),
            registers: Registers::default(),
        };
        let long_ago = tools.clock.now().moment - chrono::Duration::minutes(1);
        let kind = Kind::ImportCheck;
        database.write_now(|conn| store::add(conn, long_ago, &Actor::service(), kind, "I-1")).unwrap();
        let job = database.write_now(|conn| store::claim(conn, long_ago, "me")).unwrap().unwrap();
        let claimed = Claimed {
            tools: &tools,
            about: job.about,
            actor: Actor::service(),
            id: job.id,
            holder: "me".to_owned(),
        };
        let is_orphaned = || {
            let job = database.read_now(|conn| about(conn, &[kind], "I-1")).unwrap().unwrap();
            job.step(tools.clock.now().moment).starts_with("Waiting for a server")
        };
        assert!(is_orphaned(), "its lease is out");
        while_renewing(&claimed, Duration::from_millis(1), || while is_orphaned() {});
        assert!(!is_orphaned());
    }
}
