//! The rows of settings and of their changes.

use std::collections::HashMap;

use chrono::Days;
use diesel::prelude::*;

use super::declared::Declaration;
use super::setting::{Key, Setting};
use crate::access::Who;
use crate::clock::{Moment, Now};
use crate::database::Conn;
use crate::disclosure::Suppression;
use crate::error::Error;
use crate::imports::lines::Limits;
use crate::on_each;
use crate::people::corrections::note_change;
use crate::schema::{declared_complete, settings, settings_changes};

/// The numbers as they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(HashMap<String, i64>);

impl Values {
    pub fn read(conn: &mut Conn) -> Result<Values, Error> {
        let rows: Vec<(String, String)> =
            settings::table.select((settings::name, settings::value)).load(conn)?;
        let numbers = rows.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?)));
        Ok(Values(numbers.collect()))
    }

    /// A setting that is a number; its default where nothing is set.
    pub fn of(&self, setting: Setting) -> i64 {
        let default = setting.number().map_or(0, |number| number.default);
        self.0.get(setting.word()).copied().unwrap_or(default)
    }

    /// The same as a locality (by code) has it; as everywhere where it has set none.
    pub fn here(&self, setting: Setting, locality: &str) -> i64 {
        let here = self.0.get(&Key::here(setting, locality).name());
        here.copied().unwrap_or_else(|| self.of(setting))
    }

    /// The value a key stands for.
    pub fn at(&self, key: &Key) -> i64 {
        match &key.locality {
            None => self.of(key.setting),
            Some(locality) => self.here(key.setting, locality),
        }
    }

    pub fn minimum_age(&self) -> u16 {
        u16::try_from(self.of(Setting::MinimumAge)).unwrap_or(u16::MAX)
    }

    pub fn review_months(&self) -> u32 {
        u32::try_from(self.of(Setting::ReviewMonths)).unwrap_or(u32::MAX)
    }

    /// How long after a campaign closes its paper is still keyed.
    pub fn paper_days(&self) -> Days {
        Days::new(u64::try_from(self.of(Setting::PaperDays)).unwrap_or(0))
    }

    pub fn suppression(&self) -> Suppression {
        Suppression::of(self.of(Setting::Threshold)).unwrap_or_default()
    }

    pub fn limits(&self) -> Limits {
        let megabytes = u64::try_from(self.of(Setting::ImportMegabytes)).unwrap_or(u64::MAX);
        let rows = u32::try_from(self.of(Setting::ImportRows)).unwrap_or(u32::MAX);
        Limits { bytes: megabytes.saturating_mul(1_000_000), rows }
    }
}

/// The version of a setting's row; 0 while it has its default.
pub fn version(conn: &mut Conn, key: &Key) -> Result<i64, Error> {
    let row = settings::table.find(key.name()).select(settings::version);
    Ok(row.first(conn).optional()?.unwrap_or(0))
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Change {
    pub id: i64,
    pub name: String,
    pub before: String,
    pub after: String,
    pub reason: String,
    pub who: String,
    pub at: Moment,
}

/// The last changes, latest first; of one setting, or of all.
pub fn history(conn: &mut Conn, key: Option<&Key>, most: i64) -> Result<Vec<Change>, Error> {
    let mut query = settings_changes::table
        .order(settings_changes::id.desc())
        .limit(most)
        .select((
            settings_changes::id,
            settings_changes::name,
            settings_changes::before,
            settings_changes::after,
            settings_changes::reason,
            settings_changes::who,
            settings_changes::changed_at,
        ))
        .into_boxed();
    if let Some(key) = key {
        query = query.filter(settings_changes::name.eq(key.name()));
    }
    Ok(query.load(conn)?)
}

/// The last change of each setting.
pub fn last_changes(conn: &mut Conn) -> Result<HashMap<String, Change>, Error> {
    let mut last = HashMap::new();
    for setting in Setting::ALL {
        last.extend(
            history(conn, Some(&Key::everywhere(*setting)), 1)?
                .into_iter()
                .map(|change| (change.name.clone(), change)),
        );
    }
    Ok(last)
}

/// The number of the last change that places people differently; 0 before the first.
pub fn placing(conn: &mut Conn) -> Result<i64, Error> {
    let names = [Setting::MinimumAge.word(), Setting::BlankIsNo.word()];
    let placing = settings_changes::table.filter(settings_changes::name.eq_any(names));
    let last: Option<i64> = placing.select(diesel::dsl::max(settings_changes::id)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Sets a number, unless somebody set it since `version`; whether it was set.
pub fn set(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    key: &Key,
    (value, version): (i64, i64),
    reason: &str,
) -> Result<bool, Error> {
    let before = Values::read(conn)?.at(key);
    if !turn(conn, key, &value.to_string(), version)? {
        return Ok(false);
    }
    note(conn, now, who, key, (&before.to_string(), &value.to_string()), reason)?;
    Ok(true)
}

/// Declares facts complete, or ends that; whether nobody was faster since `version`.
pub fn declare(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    (after, version): (&[Declaration], i64),
    (said_before, said_after): (&str, &str),
    reason: &str,
) -> Result<bool, Error> {
    let key = Key::everywhere(Setting::BlankIsNo);
    if !turn(conn, &key, "list", version)? {
        return Ok(false);
    }
    diesel::delete(declared_complete::table).execute(conn)?;
    for Declaration { fact, locality_id, practice_id } in after {
        diesel::insert_into(declared_complete::table)
            .values((
                declared_complete::fact.eq(fact),
                declared_complete::locality_id.eq(locality_id),
                declared_complete::practice_id.eq(practice_id),
            ))
            .execute(conn)?;
    }
    note(conn, now, who, &key, (said_before, said_after), reason)?;
    Ok(true)
}

/// Writes a setting's row where it still has a version; 0 is none.
fn turn(conn: &mut Conn, key: &Key, value: &str, version: i64) -> Result<bool, Error> {
    let turned = match version {
        0 => {
            let row = (settings::name.eq(key.name()), settings::value.eq(value));
            on_each!(conn, inner => diesel::insert_into(settings::table)
                .values(row).on_conflict_do_nothing().execute(inner))?
        }
        version => diesel::update(settings::table.find(key.name()).filter(settings::version.eq(version)))
            .set((settings::value.eq(value), settings::version.eq(version + 1)))
            .execute(conn)?,
    };
    Ok(turned == 1)
}

fn note(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    key: &Key,
    (before, after): (&str, &str),
    reason: &str,
) -> Result<(), Error> {
    diesel::insert_into(settings_changes::table)
        .values((
            settings_changes::name.eq(key.name()),
            settings_changes::before.eq(before),
            settings_changes::after.eq(after),
            settings_changes::reason.eq(reason),
            settings_changes::changed_by.eq(who.user_id),
            settings_changes::who.eq(&who.name),
            settings_changes::changed_at.eq(now.moment),
        ))
        .execute(conn)?;
    match key.setting {
        Setting::MinimumAge | Setting::BlankIsNo => note_change(conn),
        Setting::ReviewMonths
        | Setting::OpinionDays
        | Setting::DecisionDays
        | Setting::AppealDays
        | Setting::AppealDecisionDays
        | Setting::PetitionReviewMonths
        | Setting::Threshold
        | Setting::PaperDays
        | Setting::ImportMegabytes
        | Setting::ImportRows => Ok(()),
    }
}
