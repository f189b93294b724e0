//! Rows of campaigns: lists, drafts, and the people who could be drawn.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::checked::Checked;
use super::frame::{Candidate, Preference};
use crate::access::Who;
use crate::clock::Moment;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::people::register::published;
use crate::schema::{
    campaigns, care_agreements, current_runs, levels_of_need, ltc6_opt_outs, organisations, people,
    person_contacts, person_records, placements,
};

/// The campaigns of some localities that are in one of some states, the last to close first.
pub fn of_localities(conn: &mut Conn, localities: &[i64], states: &[State]) -> Result<Vec<Campaign>, Error> {
    Ok(campaigns::table
        .filter(campaigns::locality_id.eq_any(localities).and(campaigns::state.eq_any(states)))
        .order((campaigns::closes_on.desc(), campaigns::id.desc()))
        .select(Campaign::as_select())
        .load(conn)?)
}

/// Whether another campaign than `reference` has a code.
pub fn is_taken(conn: &mut Conn, code: &str, reference: Option<&str>) -> Result<bool, Error> {
    let other = campaigns::table.filter(campaigns::code.eq(code));
    let other = other.filter(campaigns::reference.ne(reference.unwrap_or("")));
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(conn)?)
}

/// Provider networks that care for people in some localities on a day: locality and row id, code and name of each.
pub fn networks(
    conn: &mut Conn,
    localities: &[i64],
    today: NaiveDate,
) -> Result<Vec<(i64, i64, String, String)>, Error> {
    Ok(care_agreements::table
        .inner_join(organisations::table)
        .filter(care_agreements::locality_id.eq_any(localities))
        .filter(care_agreements::from_on.le(today))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(today)))
        .select((care_agreements::locality_id, organisations::id, organisations::code, organisations::name))
        .distinct()
        .order((organisations::name, organisations::id, care_agreements::locality_id))
        .load(conn)?)
}

/// Adds a draft; gives its reference.
pub fn add(conn: &mut Conn, now: Moment, who: &Who, new: &Checked) -> Result<String, Error> {
    let reference = format!("C-{}", random_reference());
    diesel::insert_into(campaigns::table)
        .values((
            campaigns::reference.eq(&reference),
            campaigns::locality_id.eq(new.locality_id),
            campaigns::state.eq(State::Draft),
            campaigns::key_destroyed.eq(false),
            campaigns::created_by.eq(who.user_id),
            campaigns::created_at.eq(now),
            campaigns::version.eq(1),
            new.words(),
            new.sampling(),
        ))
        .execute(conn)?;
    Ok(reference)
}

/// Changes a draft; what its sample was drawn by stays once that is drawn. Whether it was a draft at that version.
pub fn change(conn: &mut Conn, campaign: &Campaign, version: i64, new: &Checked) -> Result<bool, Error> {
    let this = campaigns::table
        .find(campaign.id)
        .filter(campaigns::version.eq(version).and(campaigns::state.eq(State::Draft)));
    let next = campaigns::version.eq(version + 1);
    let changed = match campaign.drawn_on {
        Some(_) => diesel::update(this.filter(campaigns::drawn_on.is_not_null()))
            .set((new.words(), next))
            .execute(conn)?,
        None => diesel::update(this.filter(campaigns::drawn_on.is_null()))
            .set((new.words(), new.sampling(), campaigns::locality_id.eq(new.locality_id), next))
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// Everybody the care teams of a campaign's locality could support: all of its practices, or those of them whom its
/// provider network cares for; with the number of the register they are of.
pub fn candidates(
    conn: &mut Conn,
    campaign: &Campaign,
    today: NaiveDate,
) -> Result<(i64, Vec<Candidate>), Error> {
    let register = published(conn)?;
    let practices: Vec<i64> = organisations::table
        .filter(organisations::kind.eq("practice").and(organisations::locality_id.eq(campaign.locality_id)))
        .select(organisations::id)
        .load(conn)?;
    let levels = latest_levels(conn, &practices, register, today)?;
    let opted_out: HashSet<i64> =
        ltc6_opt_outs::table.select(ltc6_opt_outs::person_id).load(conn)?.into_iter().collect();
    let cared_for = match campaign.network_id {
        Some(network) => Some(cared_for(conn, campaign.locality_id, network, today)?),
        None => None,
    };
    type Row = (i64, String, NaiveDate, NaiveDate, Option<NaiveDate>, Option<NaiveDate>, Option<bool>);
    type Contact = (Option<String>, Option<String>, Option<String>, bool);
    let rows: Vec<(Row, Option<Contact>)> = person_records::table
        .inner_join(people::table)
        .left_join(
            person_contacts::table.on(person_contacts::person_id
                .eq(person_records::person_id)
                .and(person_contacts::from_register.le(register))
                .and(person_contacts::until_register.gt(register))),
        )
        .filter(person_records::practice_id.eq_any(&practices))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select((
            (
                people::id,
                people::pseudonym,
                person_records::date_of_birth,
                person_records::registered_from,
                person_records::deducted_on,
                person_records::died_on,
                person_records::palliative,
            ),
            (
                person_contacts::address,
                person_contacts::email,
                person_contacts::contact_preference,
                person_contacts::ltc6_opt_out,
            )
                .nullable(),
        ))
        .load(conn)?;
    let is_there = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let people = rows.into_iter().map(|(row, contact)| {
        let (person_id, pseudonym, born, registered_from, deducted_on, died_on, palliative) = row;
        let (address, email, preference, opt_out) = contact.unwrap_or_default();
        Candidate {
            person_id,
            pseudonym,
            born,
            registered_from,
            deducted_on,
            died_on,
            palliative: palliative == Some(true),
            level: levels.get(&person_id).copied(),
            has_address: is_there(&address),
            has_email: is_there(&email),
            preference: preference.as_deref().and_then(Preference::from_word),
            opted_out: opt_out || opted_out.contains(&person_id),
        }
    });
    let people = people.filter(|person| cared_for.as_ref().is_none_or(|ids| ids.contains(&person.person_id)));
    Ok((register, people.collect()))
}

/// The level of each person's latest assessment.
fn latest_levels(
    conn: &mut Conn,
    practices: &[i64],
    register: i64,
    today: NaiveDate,
) -> Result<HashMap<i64, Stratum>, Error> {
    let here = person_records::table
        .filter(person_records::practice_id.eq_any(practices))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select(person_records::person_id);
    let rows: Vec<(i64, String)> = levels_of_need::table
        .filter(levels_of_need::person_id.eq_any(here))
        .filter(levels_of_need::from_register.le(register).and(levels_of_need::until_register.gt(register)))
        .filter(levels_of_need::assessed_on.le(today))
        .order((levels_of_need::person_id, levels_of_need::assessed_on, levels_of_need::id))
        .select((levels_of_need::person_id, levels_of_need::level))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(person, level)| Some((person, Stratum::from_word(&level)?))).collect())
}

/// People whose group a provider network cares for, by the run that stands.
fn cared_for(conn: &mut Conn, locality: i64, network: i64, today: NaiveDate) -> Result<HashSet<i64>, Error> {
    let groups: Vec<String> = care_agreements::table
        .filter(care_agreements::locality_id.eq(locality).and(care_agreements::network_id.eq(network)))
        .filter(care_agreements::from_on.le(today))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(today)))
        .select(care_agreements::group_code)
        .load(conn)?;
    let standing =
        current_runs::table.filter(current_runs::locality_id.eq(locality)).select(current_runs::run_id);
    let ids: Vec<i64> = placements::table
        .filter(placements::run_id.eq_any(standing).and(placements::group_code.eq_any(groups)))
        .select(placements::person_id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}
