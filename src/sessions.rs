//! Sessions in the database: the cookie holds a random key, the table its keyed hash.

use std::collections::{BTreeMap, HashMap};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::Context;
use chrono::Duration as Span;
use diesel::prelude::*;

use crate::access::{Caller, session_words};
use crate::clock::{Clock, Moment, Now};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::keys::{Keys, random_reference, random_token};
use crate::schema::sessions;

/// How long a session lasts from signing in.
pub const HOURS: i64 = 12;

type State = HashMap<String, String>;

/// actix-session's store over our table.
#[derive(Clone)]
pub struct Sessions {
    pub database: Database,
    pub keys: Keys,
    pub clock: Clock,
}

impl Sessions {
    fn hash(&self, key: &str) -> String {
        self.keys.hash("session", key)
    }

    fn now(&self) -> Moment {
        self.clock.now().moment
    }

    async fn insert(&self, state: State) -> Result<SessionKey, anyhow::Error> {
        let (key, now) = (random_token(), self.now());
        let hash = self.hash(&key);
        self.database.write(move |conn| insert(conn, now, hash, &state)).await?;
        Ok(SessionKey::try_from(key)?)
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let (hash, now) = (self.hash(key.as_ref()), self.clock.now());
        let found = self.database.read(move |conn| load(conn, now, hash));
        found.await.map_err(|error| LoadError::Other(error.into()))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        self.insert(state).await.map_err(SaveError::Other)
    }

    async fn update(&self, key: SessionKey, state: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        let hash = self.hash(key.as_ref());
        let updated = self.database.write(move |conn| update(conn, hash, &state));
        match updated.await.map_err(|error| UpdateError::Other(error.into()))? {
            0 => Err(UpdateError::Other(anyhow::anyhow!("the session was ended meanwhile"))),
            _ => Ok(key),
        }
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = self.hash(key.as_ref());
        self.database
            .write(move |conn| {
                diesel::delete(sessions::table.filter(sessions::key_hash.eq(hash))).execute(conn)?;
                Ok(())
            })
            .await?;
        Ok(())
    }
}

/// The state of a session, and with it, for it is one look at the database, who calls: read anew each time.
fn load(conn: &mut Conn, now: Now, hash: String) -> Result<Option<State>, Error> {
    let row = sessions::table
        .filter(sessions::key_hash.eq(hash))
        .filter(sessions::expires_at.gt(now.moment))
        .select((sessions::state, sessions::reference, sessions::user_id, sessions::seen_at))
        .first::<(String, String, Option<i64>, Moment)>(conn)
        .optional()?;
    let Some((text, reference, user_id, seen_at)) = row else { return Ok(None) };
    let mut state: State = serde_json::from_str(&text).context("reading a session")?;
    let signed_in = word::<String>(&state, session_words::REFERENCE) == Some(reference);
    if let Some(user_id) = user_id.filter(|_| signed_in)
        && let Some(caller) = Caller::of(conn, user_id, seen_at, now.today)?
    {
        let caller = serde_json::to_string(&caller).context("telling who calls")?;
        state.insert(session_words::CALLER.into(), caller);
    }
    Ok(Some(state))
}

/// What is kept of a state: not who calls.
fn kept(state: &State) -> Result<String, Error> {
    let words: BTreeMap<_, _> = state.iter().filter(|(name, _)| *name != session_words::CALLER).collect();
    Ok(serde_json::to_string(&words).map_err(anyhow::Error::from)?)
}

/// A word of the state; the values are JSON.
fn word<T: serde::de::DeserializeOwned>(state: &State, name: &str) -> Option<T> {
    state.get(name).and_then(|value| serde_json::from_str(value).ok())
}

fn insert(conn: &mut Conn, now: Moment, hash: String, state: &State) -> Result<(), Error> {
    let text = kept(state)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::key_hash.eq(hash),
            sessions::reference.eq(word(state, session_words::REFERENCE).unwrap_or_else(random_reference)),
            sessions::state.eq(text),
            sessions::user_id.eq(word::<i64>(state, session_words::USER)),
            sessions::started_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::expires_at.eq(now + Span::hours(HOURS)),
            sessions::from_address
                .eq(word(state, session_words::FROM).unwrap_or_else(|| "unknown".to_owned())),
            sessions::browser.eq(word(state, session_words::BROWSER).unwrap_or_else(|| "unknown".to_owned())),
        ))
        .execute(conn)?;
    Ok(())
}

fn update(conn: &mut Conn, hash: String, state: &State) -> Result<usize, Error> {
    let text = kept(state)?;
    Ok(diesel::update(sessions::table.filter(sessions::key_hash.eq(hash)))
        .set((sessions::state.eq(text), sessions::user_id.eq(word::<i64>(state, session_words::USER))))
        .execute(conn)?)
}

/// A session as its owner, or an administrator, sees it.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    pub reference: String,
    pub started_at: Moment,
    pub seen_at: Moment,
    pub from_address: String,
    pub browser: String,
}

/// The sessions of a user that have not expired, latest first.
pub fn of_user(conn: &mut Conn, user_id: i64, now: Moment) -> Result<Vec<Listed>, Error> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user_id).and(sessions::expires_at.gt(now)))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .select((
            sessions::reference,
            sessions::started_at,
            sessions::seen_at,
            sessions::from_address,
            sessions::browser,
        ))
        .load(conn)?)
}

/// Ends one session of a user; how many that were.
pub fn end(conn: &mut Conn, user_id: i64, reference: &str) -> Result<usize, Error> {
    let one = sessions::table.filter(sessions::user_id.eq(user_id).and(sessions::reference.eq(reference)));
    Ok(diesel::delete(one).execute(conn)?)
}

/// Ends all sessions of a user, but for one where a reference is given.
pub fn end_all(conn: &mut Conn, user_id: i64, but: Option<&str>) -> Result<usize, Error> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::reference.ne(but.unwrap_or_default().to_owned()));
    Ok(diesel::delete(others).execute(conn)?)
}

/// Deletes what has expired.
pub fn forget_expired(conn: &mut Conn, now: Moment) -> Result<usize, Error> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?)
}
