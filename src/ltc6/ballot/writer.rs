//! One thread a server drops answers into the box, many in one transaction: each is on the disk before it is thanked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::NaiveDate;
use diesel::prelude::*;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::random_token;
use crate::ltc6::campaign::{State, Stratum};
use crate::on_each;
use crate::schema::{campaigns, ltc6_box, ltc6_turnout};

/// Sealed answers and the invitation they use up.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The invitation's key.
    pub invitation: String,
    pub campaign_id: i64,
    pub level: Stratum,
    pub sealed: Vec<u8>,
    /// What the form was shown with: the same form sent twice is thanked twice, and counted once.
    pub form: String,
    /// The day it is sent on.
    pub today: NaiveDate,
}

/// The slot of the box: a handle that every handler shares.
#[derive(Clone)]
pub struct Ballot {
    slot: Arc<Sender<Waiting>>,
    recent: Arc<Mutex<Recent>>,
}

struct Waiting {
    submission: Submission,
    reply: oneshot::Sender<Result<bool, Failed>>,
}

/// Nothing of the transaction stayed.
#[derive(Clone, Copy, Debug)]
struct Failed;

/// The most answers in one transaction.
const MOST: usize = 256;
/// How long a form sent again is known again.
const KNOWN: Duration = Duration::from_secs(600);

impl Ballot {
    /// Starts the thread; it ends with the last handle.
    pub fn start(database: Database) -> Ballot {
        let (slot, waiting) = channel();
        let recent = Arc::new(Mutex::new(Recent::default()));
        let thanked = recent.clone();
        std::thread::Builder::new()
            .name("ballot".into())
            .spawn(move || write_all(&database, &thanked, &waiting))
            .expect("a thread for the ballot box starts");
        Ballot { slot: Arc::new(slot), recent }
    }

    /// Whether a form was thanked for in the last minutes, by this server.
    pub fn was_thanked(&self, form: &str) -> bool {
        self.recent.lock().has(form)
    }

    /// Uses the invitation up and drops the answers into the box, both or neither. Whether that could be done: not where
    /// the invitation is used already or the campaign takes no answers.
    ///
    /// # Errors
    /// Where the database could not be written: nothing was, and the same form can be sent again.
    pub async fn submit(&self, submission: Submission) -> Result<bool, Error> {
        let (reply, answer) = oneshot::channel();
        self.slot.send(Waiting { submission, reply }).ok().context("the ballot box has no writer")?;
        let written = answer.await.context("the ballot box did not answer")?;
        written.map_err(|Failed| Error::Busy)
    }
}

fn write_all(database: &Database, recent: &Mutex<Recent>, waiting: &Receiver<Waiting>) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST - 1));
        let written = database.write_now(|conn| {
            let mut open: HashMap<i64, bool> = HashMap::new();
            batch
                .iter()
                .map(|one| drop_in(conn, &mut open, &one.submission))
                .collect::<Result<Vec<bool>, _>>()
        });
        if let Err(error) = &written {
            tracing::error!("writing into the ballot box: {error:#}");
        }
        let mut recent = recent.lock();
        recent.forget_old();
        if let Ok(written) = &written {
            for (one, _) in batch.iter().zip(written).filter(|(_, done)| **done) {
                recent.keep(&one.submission.form);
            }
        }
        for (at, Waiting { submission, reply }) in batch.into_iter().enumerate() {
            let answer = match &written {
                Ok(written) => Ok(written[at] || recent.has(&submission.form)),
                Err(_) => Err(Failed),
            };
            // Somebody who is gone is thanked by nobody; the answers are in the box all the same.
            let _ = reply.send(answer);
        }
    }
}

fn drop_in(conn: &mut Conn, open: &mut HashMap<i64, bool>, submission: &Submission) -> Result<bool, Error> {
    let (id, today) = (submission.campaign_id, submission.today);
    let is_open = match open.get(&id) {
        Some(known) => *known,
        None => {
            let open_today = campaigns::table
                .find(id)
                .filter(campaigns::state.eq(State::Open))
                .filter(campaigns::opens_on.le(today).and(campaigns::closes_on.ge(today)))
                .select(campaigns::id);
            // Whoever closes the campaign waits for this transaction, or this one for them.
            let found = match conn {
                Conn::Sqlite(inner) => open_today.first::<i64>(inner).optional()?,
                Conn::Postgres(inner) => open_today.for_share().first::<i64>(inner).optional()?,
            }
            .is_some();
            open.insert(id, found);
            found
        }
    };
    if !is_open {
        return Ok(false);
    }
    let used = ltc6_turnout::invitation.eq(&submission.invitation);
    let first = on_each!(conn, inner => diesel::insert_into(ltc6_turnout::table)
        .values(used).on_conflict_do_nothing().execute(inner))?;
    if first == 0 {
        return Ok(false);
    }
    diesel::insert_into(ltc6_box::table)
        .values((
            ltc6_box::campaign_id.eq(id),
            ltc6_box::level.eq(submission.level),
            ltc6_box::key.eq(random_token()),
            ltc6_box::sealed.eq(&submission.sealed),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Forms that were thanked for in the last minutes, in memory alone.
#[derive(Default)]
struct Recent(HashMap<String, Instant>);

impl Recent {
    fn keep(&mut self, form: &str) {
        self.0.insert(form.to_owned(), Instant::now());
    }

    fn has(&self, form: &str) -> bool {
        self.0.get(form).is_some_and(|at| at.elapsed() < KNOWN)
    }

    fn forget_old(&mut self) {
        self.0.retain(|_, at| at.elapsed() < KNOWN);
    }
}
