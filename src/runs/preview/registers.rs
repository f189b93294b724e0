//! The packed registers a server keeps: each built once, however many ask, and dropped when the register has changed or
//! others are asked for more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::NaiveDate;
use diesel::prelude::*;
use parking_lot::{Condvar, Mutex};

use super::Packed;
use crate::criteria::facts::Blanks;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::people::corrections::fact_changes;
use crate::people::register::published;
use crate::people::snapshot::Snapshot;
use crate::schema::organisations;

/// Packed registers of one server, shared by all who ask.
#[derive(Clone, Default)]
pub struct Registers(Arc<Shared>);

/// The people of a locality on a date, as one version of the register has them.
#[derive(Debug)]
pub struct Register {
    /// The version of the register.
    pub number: i64,
    pub people: Packed,
}

/// All that a packed register depends on: another key is another register.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    register: i64,
    fact_changes: i64,
    locality_id: i64,
    practices: Vec<i64>,
    as_of: NaiveDate,
}

impl Key {
    fn now(conn: &mut Conn, locality_id: i64, as_of: NaiveDate) -> Result<Key, Error> {
        let practices = organisations::table
            .filter(organisations::kind.eq("practice").and(organisations::locality_id.eq(locality_id)))
            .order(organisations::id)
            .select(organisations::id)
            .load(conn)?;
        let (register, fact_changes) = (published(conn)?, fact_changes(conn)?);
        Ok(Key { register, fact_changes, locality_id, practices, as_of })
    }

    /// Whether nobody can ask for `other` any more where this is how things are.
    fn overtakes(&self, other: &Key) -> bool {
        self.locality_id == other.locality_id && Key { as_of: other.as_of, ..self.clone() } != *other
    }
}

/// A draft by locality, group and number.
type Draft = (String, String, String);

#[derive(Default)]
struct Shared {
    kept: Mutex<Vec<Slot>>,
    changed: Condvar,
    /// The last preview that a user (row id) asked for of a draft.
    asking: Mutex<HashMap<(i64, Draft), Weak<AtomicBool>>>,
}

/// A register, the one used last at the end.
struct Slot {
    key: Key,
    /// None while it is built.
    built: Option<Arc<Register>>,
    /// Who waits for it: set when they no longer do.
    wanted: Vec<Arc<AtomicBool>>,
}

/// Bytes that are kept; the one asked for is kept whatever its size.
const MOST_BYTES: usize = 64 << 20;
/// People between two looks at whether somebody still waits.
const LOOK_EVERY: usize = 8_192;

enum Turn {
    Built(Arc<Register>),
    /// Nobody builds it yet: whoever is told so does.
    Ours,
    Cancelled,
}

impl Registers {
    /// The people of a locality on a date, from the register as it is published; none where it was cancelled meanwhile.
    pub fn of(
        &self,
        database: &Database,
        locality_id: i64,
        as_of: NaiveDate,
        cancelled: &Arc<AtomicBool>,
    ) -> Result<Option<Arc<Register>>, Error> {
        let key = database.read_now(|conn| Key::now(conn, locality_id, as_of))?;
        match self.0.turn(&key, cancelled) {
            Turn::Built(register) => Ok(Some(register)),
            Turn::Cancelled => Ok(None),
            Turn::Ours => {
                let place = Place { shared: &self.0, key: &key };
                let built = build(database, &place)?;
                Ok(built.map(|built| place.fill(built)))
            }
        }
    }
}

impl Registers {
    /// A sign for the preview that a user (row id) now asks for of a draft; the one they asked for before is cancelled.
    pub fn instead_of_the_last(&self, user_id: i64, draft: &Draft) -> Arc<AtomicBool> {
        let sign = Arc::<AtomicBool>::default();
        let mut asking = self.0.asking.lock();
        asking.retain(|_, last| last.strong_count() > 0);
        let last = asking.insert((user_id, draft.clone()), Arc::downgrade(&sign));
        if let Some(last) = last.and_then(|last| last.upgrade()) {
            last.store(true, Ordering::Relaxed);
        }
        sign
    }
}

impl Shared {
    fn turn(&self, key: &Key, cancelled: &Arc<AtomicBool>) -> Turn {
        let mut kept = self.kept.lock();
        let mut told = false;
        loop {
            if cancelled.load(Ordering::Relaxed) {
                return Turn::Cancelled;
            }
            let Some(at) = kept.iter().position(|slot| slot.key == *key) else {
                kept.push(Slot { key: key.clone(), built: None, wanted: vec![cancelled.clone()] });
                return Turn::Ours;
            };
            if let Some(built) = kept[at].built.clone() {
                let slot = kept.remove(at);
                kept.push(slot);
                return Turn::Built(built);
            }
            if !std::mem::replace(&mut told, true) {
                kept[at].wanted.push(cancelled.clone());
            }
            self.changed.wait_for(&mut kept, Duration::from_millis(20));
        }
    }
}

/// A place that is being filled; left empty, the next who asks fills it.
struct Place<'a> {
    shared: &'a Shared,
    key: &'a Key,
}

impl Place<'_> {
    fn is_wanted(&self) -> bool {
        let kept = self.shared.kept.lock();
        let wanted = kept.iter().find(|slot| slot.key == *self.key).map(|slot| &slot.wanted);
        wanted.is_some_and(|wanted| wanted.iter().any(|cancelled| !cancelled.load(Ordering::Relaxed)))
    }

    fn fill(&self, register: Register) -> Arc<Register> {
        let register = Arc::new(register);
        let mut kept = self.shared.kept.lock();
        kept.retain(|slot| slot.built.is_none() || !self.key.overtakes(&slot.key));
        if let Some(slot) = kept.iter_mut().find(|slot| slot.key == *self.key) {
            slot.built = Some(register.clone());
            slot.wanted.clear();
        }
        let bytes = |slot: &Slot| slot.built.as_ref().map_or(0, |built| built.people.bytes());
        while kept.iter().map(bytes).sum::<usize>() > MOST_BYTES {
            let other = |slot: &Slot| slot.built.is_some() && slot.key != *self.key;
            let Some(oldest) = kept.iter().position(other) else { break };
            kept.remove(oldest);
        }
        register
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.kept.lock().retain(|slot| slot.built.is_some() || slot.key != *self.key);
        self.shared.changed.notify_all();
    }
}

/// Reads and packs a register; none where nobody waits for it any more.
fn build(database: &Database, place: &Place<'_>) -> Result<Option<Register>, Error> {
    let Key { locality_id, as_of, .. } = *place.key;
    let snapshot = database.read_now(|conn| Snapshot::load(conn, Some(locality_id)))?;
    let (mut wanted, none_declared) = (true, |_: i64| Blanks::default());
    let members = snapshot.members(locality_id, as_of, &none_declared).enumerate();
    let members = members.map_while(|(at, member)| {
        wanted = wanted && (!at.is_multiple_of(LOOK_EVERY) || place.is_wanted());
        wanted.then_some(member)
    });
    let people = Packed::of(members, as_of);
    Ok(wanted.then_some(Register { number: snapshot.register, people }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(register: i64, as_of: &str) -> Key {
        Key { register, fact_changes: 0, locality_id: 1, practices: vec![7], as_of: as_of.parse().unwrap() }
    }

    fn waiting() -> Arc<AtomicBool> {
        Arc::default()
    }

    fn register(number: i64) -> Register {
        let nobody = Packed::of(std::iter::empty(), "2026-11-24".parse().unwrap());
        Register { number, people: nobody }
    }

    #[test]
    fn whoever_asks_first_builds_and_the_others_get_the_same() {
        let (registers, key) = (Registers::default(), key(1, "2026-11-24"));
        assert!(matches!(registers.0.turn(&key, &waiting()), Turn::Ours));
        let others: Vec<_> = (0..3)
            .map(|_| {
                let (registers, key) = (registers.clone(), key.clone());
                std::thread::spawn(move || match registers.0.turn(&key, &waiting()) {
                    Turn::Built(register) => register.number,
                    _ => panic!("built twice"),
                })
            })
            .collect();
        let place = Place { shared: &registers.0, key: &key };
        place.fill(register(5));
        drop(place);
        assert!(others.into_iter().all(|other| other.join().unwrap() == 5));
    }

    #[test]
    fn a_place_that_was_left_is_filled_by_the_next_and_who_gave_up_waits_no_longer() {
        let (registers, key) = (Registers::default(), key(1, "2026-11-24"));
        let first = waiting();
        assert!(matches!(registers.0.turn(&key, &first), Turn::Ours));
        let place = Place { shared: &registers.0, key: &key };
        assert!(place.is_wanted());
        let gone = waiting();
        gone.store(true, Ordering::Relaxed);
        assert!(matches!(registers.0.turn(&key, &gone), Turn::Cancelled));
        first.store(true, Ordering::Relaxed);
        assert!(!place.is_wanted());
        drop(place);
        assert!(matches!(registers.0.turn(&key, &waiting()), Turn::Ours));
    }

    #[test]
    fn the_next_preview_of_a_draft_cancels_the_last_of_the_same_user_alone() {
        let registers = Registers::default();
        let draft = ["LOC01", "LTC_75", "4"].map(str::to_owned).into();
        let [first, others] = [1, 2].map(|user| registers.instead_of_the_last(user, &draft));
        let next = registers.instead_of_the_last(1, &draft);
        assert_eq!([first, others, next].map(|sign| sign.load(Ordering::Relaxed)), [true, false, false]);
    }

    #[test]
    fn a_new_register_drops_the_old_one_and_leaves_other_dates() {
        let registers = Registers::default();
        for key in [key(1, "2026-11-24"), key(1, "2026-12-01"), key(2, "2026-11-24"), key(2, "2026-12-01")] {
            assert!(matches!(registers.0.turn(&key, &waiting()), Turn::Ours));
            Place { shared: &registers.0, key: &key }.fill(register(key.register));
        }
        let kept = registers.0.kept.lock();
        assert_eq!(kept.iter().map(|slot| slot.key.register).collect::<Vec<_>>(), [2, 2]);
    }
}
