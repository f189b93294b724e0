//! Whom a petition can be filed for, how they stand, and what a draft still lacks.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::events::gone;
use super::found::{self, Found, Person};
use super::history::{self, What};
use super::life::State;
use super::petition::{Category, Petition};
use super::store::{self, Said, Whom};
use crate::access::{Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::facts::Facts;
use crate::database::Conn;
use crate::decisions::found::groups_of;
use crate::decisions::holds::{self, Hold};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::keys::read_pseudonym;
use crate::page::Mistakes;
use crate::people::scope::{Reach, Scope};
use crate::people::why::{self, Stands};
use crate::runs::again;
use crate::runs::amend::{self, stands};
use crate::runs::store::{Locality, Run, current, locality_of};
use crate::schema::{organisations, people};

/// A person whom the caller may petition for.
#[derive(Clone, Debug)]
pub struct Start {
    pub person: Person,
    pub practice: String,
    pub locality: Locality,
    pub grouped: Option<Grouped>,
    pub hold: Option<Hold>,
    /// The petition that is open already.
    pub open: Option<Petition>,
    pub schemes: Schemes,
}

/// How the run that stands has placed them.
#[derive(Clone, Debug)]
pub struct Grouped {
    pub run: Run,
    pub stands: amend::Stands,
    pub facts: Facts,
    /// How the criteria of the present group stand.
    pub present: Option<Stands>,
    /// Those of the other groups, first tried first: code, and how its criteria stand.
    pub others: Vec<Stands>,
}

impl Grouped {
    /// The groups that can be asked for.
    pub fn codes(&self) -> Vec<String> {
        self.others.iter().map(|one| one.version.group_code.clone()).collect()
    }
}

impl Start {
    pub fn group(&self, code: Option<&str>) -> String {
        self.schemes.place(self.locality.id, code)
    }
}

/// Whom the caller files for, by pseudonym.
///
/// # Errors
/// `NotFound` where they are not on the list of a practice the caller files for.
pub fn start(conn: &mut Conn, who: &Who, now: Now, pseudonym: &str) -> Result<Start, Error> {
    if read_pseudonym(pseudonym).as_deref() != Some(pseudonym) {
        return Err(Error::NotFound);
    }
    let id: i64 = people::table.filter(people::pseudonym.eq(pseudonym)).select(people::id).first(conn)?;
    start_of(conn, who, now, id)
}

/// The same by row id.
pub fn start_of(conn: &mut Conn, who: &Who, now: Now, person_id: i64) -> Result<Start, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    let person = found::person(conn, person_id)?;
    let Reach::Practices(practices) = &scope.reach else { return Err(Error::NotFound) };
    let is_gone = gone(person.died_on, person.deducted_on, now.today).is_some();
    if is_gone || !practices.contains(&person.practice_id) {
        return Err(Error::NotFound);
    }
    let (practice, locality_id): (String, Option<i64>) = organisations::table
        .find(person.practice_id)
        .select((organisations::name, organisations::locality_id))
        .first(conn)?;
    let locality = locality_of(conn, locality_id.ok_or(Error::NotFound)?)?;
    let own = matches!(who.role(), Role::Gp | Role::PracticeStaff);
    Ok(Start {
        grouped: grouped(conn, &locality, person.id, own)?,
        hold: holds::of_person(conn, person.id, locality.id)?,
        open: store::open_of(conn, person.id)?,
        schemes: scope.schemes,
        practice,
        locality,
        person,
    })
}

/// How the run that stands in a locality has placed somebody; none where none has.
pub fn grouped(
    conn: &mut Conn,
    locality: &Locality,
    person_id: i64,
    own: bool,
) -> Result<Option<Grouped>, Error> {
    let Some(run) = current(conn, locality.id)? else { return Ok(None) };
    let Some(stands) = stands(conn, run.id, person_id)?.filter(|one| !one.out_of_scope) else {
        return Ok(None);
    };
    let Some(facts) = again::facts(conn, &run, person_id)? else { return Ok(None) };
    let codes = groups_of(conn, &run)?;
    let mut others = why::of_groups(conn, &run, &codes, &facts, &[], own)?;
    let at = others.iter().position(|one| Some(&one.version.group_code) == stands.group_code.as_ref());
    let present = at.map(|at| others.remove(at));
    Ok(Some(Grouped { run, stands, facts, present, others }))
}

/// Begins a draft; none where another petition of the person is open.
pub fn begin(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    start: &Start,
    said: &Said,
) -> Result<Option<Petition>, Error> {
    let Some(grouped) = &start.grouped else { return Ok(None) };
    let whom = Whom {
        person_id: start.person.id,
        locality_id: start.locality.id,
        practice_id: start.person.practice_id,
        from_group: grouped.stands.group_code.as_deref(),
    };
    let Some(petition) = store::add(conn, now, who.user_id, whom, said)? else { return Ok(None) };
    history::note(conn, now, Some(who), (petition.id, State::Draft), What::Drafted, "")?;
    let subjects = [Subject::person(&start.person.pseudonym), Subject::petition(&petition.reference)];
    audit::record(conn, now.moment, &who.actor, Verb::PetitionDrafted, &subjects, details(said))?;
    Ok(Some(petition))
}

/// Changes a draft; whether nobody was faster.
pub fn change(conn: &mut Conn, now: Now, who: &Who, found: &Found, said: &Said) -> Result<bool, Error> {
    let draft = &found.petition;
    let by_criteria = said.category == Some(Category::RecordWrong);
    // The group of a wrong record is what the criteria give with the fact corrected.
    let to_group = match by_criteria && draft.fact().is_some() {
        true => draft.to_group.clone(),
        false => said.to_group.clone(),
    };
    let said = Said { to_group, ..said.clone() };
    if !store::change(conn, draft, who.user_id, &said)? {
        return Ok(false);
    }
    if !by_criteria {
        store::drop_fact(conn, draft.id)?;
    }
    let subjects = found.subjects();
    audit::record(conn, now.moment, &who.actor, Verb::PetitionChanged, &subjects, details(&said))?;
    Ok(true)
}

fn details(said: &Said) -> serde_json::Value {
    json!({
        "to_group": said.to_group,
        "category": said.category.map(Category::word),
        "case": said.case_text,
        "discussed": said.discussed,
        "not_discussed_why": said.not_discussed_why,
        "effective_on": said.effective_on,
    })
}

/// What a draft still lacks, or says that is no longer so, each with the field to mend it in.
pub fn lacks(petition: &Petition, grouped: &Grouped, today: NaiveDate) -> Mistakes {
    let mut mistakes = Mistakes::new();
    let is_record = petition.category == Some(Category::RecordWrong);
    if petition.category.is_none() {
        mistakes.add("category", "Choose why the person should be in another group");
    }
    match &petition.to_group {
        _ if is_record && petition.fact_value().is_none() => {
            mistakes.add("fact", "Say what of the record is wrong or missing");
        }
        None => mistakes.add("to_group", "Choose the group the person should be in"),
        Some(code) if Some(code) == grouped.stands.group_code.as_ref() => {
            mistakes.add("to_group", "The person is in this group already");
        }
        Some(code) if !is_record && !grouped.codes().contains(code) => {
            mistakes.add("to_group", "This group is no longer among those people are placed in");
        }
        Some(_) => {}
    }
    match petition.discussed {
        None => {
            mistakes.add("discussed", "Say whether you have discussed this with the person or their carer");
        }
        Some(false) if petition.not_discussed_why.is_empty() => {
            mistakes.add("not_discussed_why", "Say why it was not discussed");
        }
        Some(_) => {}
    }
    if petition.case_text.is_empty() {
        mistakes.add("case_text", "Enter the case");
    }
    let effective = petition.effective_on.ok_or_else(|| "Enter the date of effect".to_owned());
    mistakes.note("effective", effective.and_then(|day| super::form::effective_date(day, today)));
    mistakes
}
