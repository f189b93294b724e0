//! Takes free jobs and does them, and sends mail; one thread a server.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::store::{self, AskedAs, Job, Kind, State};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::database::Database;
use crate::error::Error;
use crate::keys::{Keys, random_reference};
use crate::mail::{self, Post};

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
        false => work(job.kind, &claimed),
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

/// Every ten minutes: what has expired goes.
fn sweep(tools: &Tools) -> Result<(), Error> {
    let now = tools.clock.now().moment;
    tools.database.write_now(|conn| {
        crate::sessions::forget_expired(conn, now)?;
        crate::once::forget_old(conn, now)?;
        crate::accounts::forget_failures(conn, now)?;
        Ok(())
    })?;
    crate::imports::job::forget_old(tools)
}
