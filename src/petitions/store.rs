//! The rows of petitions.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::State;
use super::petition::{Appeal, Asked, Cares, Category, Decision, Petition, Question, Review};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::keys::random_reference;
use crate::on_each;
use crate::people::corrections::{Correctable, Value};
use crate::people::identified_text::Clear;
use crate::schema::{
    care_agreements, organisations, petition_appeals, petition_decisions, petition_drafters,
    petition_opinions, petition_questions, petition_reviews, petitions,
};

/// The states in which somebody still has to act.
pub fn open_states() -> Vec<State> {
    State::ALL.iter().copied().filter(|state| state.is_open()).collect()
}

/// A petition by reference.
pub fn named(conn: &mut Conn, reference: &str) -> Result<Petition, Error> {
    Ok(petitions::table
        .filter(petitions::reference.eq(reference))
        .select(Petition::as_select())
        .first(conn)?)
}

/// A petition by row id.
pub fn numbered(conn: &mut Conn, id: i64) -> Result<Petition, Error> {
    Ok(petitions::table.find(id).select(Petition::as_select()).first(conn)?)
}

/// The open petition of a person.
pub fn open_of(conn: &mut Conn, person_id: i64) -> Result<Option<Petition>, Error> {
    Ok(petitions::table
        .filter(petitions::person_id.eq(person_id).and(petitions::state.eq_any(open_states())))
        .select(Petition::as_select())
        .first(conn)
        .optional()?)
}

/// All petitions of a person, latest first.
pub fn of_person(conn: &mut Conn, person_id: i64) -> Result<Vec<Petition>, Error> {
    Ok(petitions::table
        .filter(petitions::person_id.eq(person_id))
        .order(petitions::id.desc())
        .select(Petition::as_select())
        .load(conn)?)
}

/// What a draft says so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub to_group: Option<String>,
    pub category: Option<Category>,
    pub case_text: String,
    pub discussed: Option<bool>,
    pub not_discussed_why: String,
    pub effective_on: Option<NaiveDate>,
}

impl Said {
    /// With the texts as they may be stored.
    pub fn cleared(self, clear: &Clear) -> Said {
        Said {
            case_text: clear.text("case_text"),
            not_discussed_why: clear.text("not_discussed_why"),
            ..self
        }
    }
}

/// Whom a draft is about.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    pub person_id: i64,
    pub locality_id: i64,
    pub practice_id: i64,
    pub from_group: Option<&'a str>,
}

/// Adds a draft; none where the person has an open petition.
pub fn add(
    conn: &mut Conn,
    now: Now,
    user_id: i64,
    whom: Whom<'_>,
    said: &Said,
) -> Result<Option<Petition>, Error> {
    if open_of(conn, whom.person_id)?.is_some() {
        return Ok(None);
    }
    let reference = format!("CG-{}", random_reference());
    diesel::insert_into(petitions::table)
        .values((
            (
                petitions::reference.eq(&reference),
                petitions::person_id.eq(whom.person_id),
                petitions::locality_id.eq(whom.locality_id),
                petitions::practice_id.eq(whom.practice_id),
                petitions::from_group.eq(whom.from_group),
                petitions::state.eq(State::Draft),
                petitions::drafted_by.eq(user_id),
                petitions::drafted_on.eq(now.today),
                petitions::ready.eq(false),
            ),
            said_columns(said),
        ))
        .execute(conn)?;
    let petition = named(conn, &reference)?;
    note_drafter(conn, petition.id, user_id)?;
    Ok(Some(petition))
}

type SaidColumns<'a> = (
    diesel::dsl::Eq<petitions::to_group, Option<&'a str>>,
    diesel::dsl::Eq<petitions::category, Option<Category>>,
    diesel::dsl::Eq<petitions::case_text, &'a str>,
    diesel::dsl::Eq<petitions::discussed, Option<bool>>,
    diesel::dsl::Eq<petitions::not_discussed_why, &'a str>,
    diesel::dsl::Eq<petitions::effective_on, Option<NaiveDate>>,
);

fn said_columns(said: &Said) -> SaidColumns<'_> {
    (
        petitions::to_group.eq(said.to_group.as_deref()),
        petitions::category.eq(said.category),
        petitions::case_text.eq(said.case_text.as_str()),
        petitions::discussed.eq(said.discussed),
        petitions::not_discussed_why.eq(said.not_discussed_why.as_str()),
        petitions::effective_on.eq(said.effective_on),
    )
}

/// Changes what a draft says, unless somebody did so first; whether it did.
pub fn change(conn: &mut Conn, draft: &Petition, user_id: i64, said: &Said) -> Result<bool, Error> {
    let same = petitions::table
        .find(draft.id)
        .filter(petitions::version.eq(draft.version).and(petitions::state.eq(State::Draft)));
    let changed = diesel::update(same)
        .set((said_columns(said), petitions::ready.eq(false), petitions::version.eq(draft.version + 1)))
        .execute(conn)?;
    if changed == 1 {
        note_drafter(conn, draft.id, user_id)?;
    }
    Ok(changed == 1)
}

/// Forgets what of the record was said to be wrong.
pub fn drop_fact(conn: &mut Conn, petition_id: i64) -> Result<(), Error> {
    let nothing = None::<&str>;
    diesel::update(petitions::table.find(petition_id))
        .set((
            petitions::fact.eq(nothing),
            petitions::register_value.eq(nothing),
            petitions::fact_value.eq(nothing),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps what of the record is wrong, and the group it leads to; whether nobody was faster.
pub fn change_fact(
    conn: &mut Conn,
    draft: &Petition,
    user_id: i64,
    (fact, register_value, value): (Correctable, Option<&str>, Value),
    to_group: &str,
) -> Result<bool, Error> {
    let same = petitions::table
        .find(draft.id)
        .filter(petitions::version.eq(draft.version).and(petitions::state.eq(State::Draft)));
    let changed = diesel::update(same)
        .set((
            petitions::fact.eq(fact.word()),
            petitions::register_value.eq(register_value),
            petitions::fact_value.eq(value.text()),
            petitions::to_group.eq(to_group),
            petitions::ready.eq(false),
            petitions::version.eq(draft.version + 1),
        ))
        .execute(conn)?;
    if changed == 1 {
        note_drafter(conn, draft.id, user_id)?;
    }
    Ok(changed == 1)
}

/// Whoever wrote any of a petition never decides it.
pub fn note_drafter(conn: &mut Conn, petition_id: i64, user_id: i64) -> Result<(), Error> {
    let row = (petition_drafters::petition_id.eq(petition_id), petition_drafters::user_id.eq(user_id));
    on_each!(conn, inner => diesel::insert_into(petition_drafters::table)
        .values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(())
}

/// Whether somebody wrote any of it.
pub fn drafted(conn: &mut Conn, petition_id: i64, user_id: i64) -> Result<bool, Error> {
    let row = petition_drafters::table.find((petition_id, user_id));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// The networks asked, in the order they were.
pub fn opinions(conn: &mut Conn, petition_id: i64) -> Result<Vec<Asked>, Error> {
    Ok(petition_opinions::table
        .filter(petition_opinions::petition_id.eq(petition_id))
        .order(petition_opinions::id)
        .select(Asked::as_select())
        .load(conn)?)
}

/// Information asked for and given, oldest first.
pub fn questions(conn: &mut Conn, petition_id: i64) -> Result<Vec<Question>, Error> {
    Ok(petition_questions::table
        .filter(petition_questions::petition_id.eq(petition_id))
        .order(petition_questions::id)
        .select(Question::as_select())
        .load(conn)?)
}

/// The decision, then the decision of the appeal.
pub fn decisions(conn: &mut Conn, petition_id: i64) -> Result<Vec<Decision>, Error> {
    Ok(petition_decisions::table
        .filter(petition_decisions::petition_id.eq(petition_id))
        .order(petition_decisions::id)
        .select(Decision::as_select())
        .load(conn)?)
}

pub fn appeal(conn: &mut Conn, petition_id: i64) -> Result<Option<Appeal>, Error> {
    Ok(petition_appeals::table.find(petition_id).select(Appeal::as_select()).first(conn).optional()?)
}

/// Reviews of the hold, oldest first.
pub fn reviews(conn: &mut Conn, petition_id: i64) -> Result<Vec<Review>, Error> {
    Ok(petition_reviews::table
        .filter(petition_reviews::petition_id.eq(petition_id))
        .order(petition_reviews::id)
        .select(Review::as_select())
        .load(conn)?)
}

/// The networks that care for a group in a locality on a day.
fn networks_for(conn: &mut Conn, locality_id: i64, group: &str, today: NaiveDate) -> Result<Vec<i64>, Error> {
    Ok(care_agreements::table
        .filter(care_agreements::locality_id.eq(locality_id).and(care_agreements::group_code.eq(group)))
        .filter(care_agreements::from_on.le(today))
        .filter(care_agreements::to_on.is_null().or(care_agreements::to_on.ge(today)))
        .select(care_agreements::network_id)
        .distinct()
        .order(care_agreements::network_id)
        .load(conn)?)
}

/// The networks whose opinion is asked: those that care for the person now, and those that would.
pub fn to_ask(
    conn: &mut Conn,
    locality_id: i64,
    (from, to): (Option<&str>, &str),
    today: NaiveDate,
) -> Result<Vec<(i64, Cares)>, Error> {
    let now = match from {
        Some(group) => networks_for(conn, locality_id, group, today)?,
        None => Vec::new(),
    };
    let would = networks_for(conn, locality_id, to, today)?;
    let both = |id: &i64| if would.contains(id) { Cares::Both } else { Cares::Now };
    let mut asked: Vec<(i64, Cares)> = now.iter().map(|id| (*id, both(id))).collect();
    asked.extend(would.iter().filter(|id| !now.contains(id)).map(|id| (*id, Cares::Would)));
    Ok(asked)
}

/// Asks networks for their opinion.
pub fn ask_opinions(
    conn: &mut Conn,
    petition_id: i64,
    networks: &[(i64, Cares)],
    today: NaiveDate,
) -> Result<(), Error> {
    for (network_id, cares) in networks {
        diesel::insert_into(petition_opinions::table)
            .values((
                petition_opinions::petition_id.eq(petition_id),
                petition_opinions::network_id.eq(network_id),
                petition_opinions::cares.eq(*cares),
                petition_opinions::asked_on.eq(today),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Notes where the person of a draft stands now.
pub fn stands_in(conn: &mut Conn, draft: &Petition, group: Option<&str>) -> Result<Petition, Error> {
    diesel::update(petitions::table.find(draft.id)).set(petitions::from_group.eq(group)).execute(conn)?;
    numbered(conn, draft.id)
}

/// Marks a draft as ready for a GP to submit; whether nobody was faster.
pub fn make_ready(conn: &mut Conn, draft: &Petition) -> Result<bool, Error> {
    let same = petitions::table.find(draft.id).filter(petitions::version.eq(draft.version));
    let set = (petitions::ready.eq(true), petitions::version.eq(draft.version + 1));
    Ok(diesel::update(same).set(set).execute(conn)? == 1)
}

/// An organisation's name.
pub fn organisation_name(conn: &mut Conn, id: i64) -> Result<String, Error> {
    Ok(organisations::table.find(id).select(organisations::name).first(conn)?)
}
