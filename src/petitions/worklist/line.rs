//! Petitions as lines of the worklist: everything about a page of them in a few queries, however many they are.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::whose::Whose;
use crate::access::Role;
use crate::calendar::working_days_left;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::store::names;
use crate::page::long_day;
use crate::people::person::capital;
use crate::people::rows::{known, names_of};
use crate::people::scope::shares;
use crate::petitions::assigning::NOBODY;
use crate::petitions::life::{Act, By, Caller, Round, State};
use crate::petitions::petition::{Asked, Petition, Question};
use crate::petitions::words;
use crate::schema::{
    holds, petition_assignments, petition_decisions, petition_drafters, petition_opinions,
    petition_questions, users,
};

/// A petition on the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub reference: String,
    pub path: String,
    pub pseudonym: String,
    /// Where the caller sees it.
    pub name: Option<String>,
    /// The practice's code.
    pub practice: String,
    pub from: String,
    pub to: String,
    pub state: State,
    pub is_overdue: bool,
    /// Whether its person is held by it and the review date has come.
    pub is_held: bool,
    pub with_whom: String,
    pub due: String,
    pub age: String,
    /// Who of the caller's side has it; `None` where nobody has.
    pub assigned: Option<String>,
    /// Whether it can be assigned.
    pub is_open: bool,
    /// What a form says of it as it was shown: reference, version, and who had it.
    pub seen: String,
    /// What the caller can do, and where.
    pub action: (&'static str, String),
}

type OfPetition<T> = HashMap<i64, Vec<T>>;

/// What lines look up, by row id of the petition or of what it names.
struct Around {
    people: HashMap<i64, (String, String)>,
    names: HashMap<i64, String>,
    organisations: HashMap<i64, (String, String)>,
    opinions: OfPetition<Asked>,
    questions: OfPetition<Question>,
    drafted: HashSet<i64>,
    rejected: HashSet<i64>,
    /// References of petitions whose hold is to be looked at.
    held: HashSet<String>,
    /// Who of the caller's side has each petition: their reference, and their name while they are in the role.
    assigned: HashMap<i64, (String, Option<String>)>,
    shares: bool,
}

impl Around {
    fn of(conn: &mut Conn, whose: &Whose, rows: &[Petition]) -> Result<Around, Error> {
        let ids: Vec<i64> = rows.iter().map(|petition| petition.id).collect();
        let opinions: Vec<(i64, Asked)> = petition_opinions::table
            .filter(petition_opinions::petition_id.eq_any(&ids))
            .order(petition_opinions::id)
            .select((petition_opinions::petition_id, Asked::as_select()))
            .load(conn)?;
        let questions: Vec<(i64, Question)> = petition_questions::table
            .filter(petition_questions::petition_id.eq_any(&ids))
            .order(petition_questions::id)
            .select((petition_questions::petition_id, Question::as_select()))
            .load(conn)?;
        let (opinions, questions) = (gathered(opinions), gathered(questions));
        let mut concerned: BTreeSet<i64> = rows.iter().map(|petition| petition.practice_id).collect();
        concerned.extend(opinions.values().flatten().map(|one| one.network_id));
        let concerned: Vec<i64> = concerned.into_iter().collect();
        let shares = whose.role == Role::Provider && shares(conn, whose.organisation_id, whose.today)?;
        let named: Vec<i64> = rows
            .iter()
            .filter(|petition| sees_name(whose, shares, petition, of(&opinions, petition)))
            .map(|petition| petition.person_id)
            .collect();
        Ok(Around {
            people: known(conn, rows.iter().map(|petition| petition.person_id).collect())?,
            names: names_of(conn, &named)?,
            organisations: names(conn, &concerned)?,
            drafted: drafted(conn, whose, &ids)?,
            rejected: rejected(conn, whose, &ids)?,
            held: held(conn, whose, rows)?,
            assigned: assigned(conn, whose, rows)?,
            opinions,
            questions,
            shares,
        })
    }
}

fn gathered<T>(rows: Vec<(i64, T)>) -> OfPetition<T> {
    let mut gathered: OfPetition<T> = HashMap::new();
    for (id, row) in rows {
        gathered.entry(id).or_default().push(row);
    }
    gathered
}

/// The rows of a petition.
fn of<'a, T>(gathered: &'a OfPetition<T>, petition: &Petition) -> &'a [T] {
    gathered.get(&petition.id).map_or(&[], Vec::as_slice)
}

fn sees_name(whose: &Whose, shares: bool, petition: &Petition, opinions: &[Asked]) -> bool {
    let member = whose.member();
    let side = member.side(&whose.scope, petition, opinions);
    side.is_some_and(|side| member.sees_name(side, petition, opinions, shares))
}

fn drafted(conn: &mut Conn, whose: &Whose, ids: &[i64]) -> Result<HashSet<i64>, Error> {
    let rows: Vec<i64> = petition_drafters::table
        .filter(petition_drafters::user_id.eq(whose.user_id))
        .filter(petition_drafters::petition_id.eq_any(ids))
        .select(petition_drafters::petition_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn rejected(conn: &mut Conn, whose: &Whose, ids: &[i64]) -> Result<HashSet<i64>, Error> {
    if whose.role != Role::Commissioner {
        return Ok(HashSet::new());
    }
    let rows: Vec<i64> = petition_decisions::table
        .filter(petition_decisions::decided_by.eq(whose.user_id).and(petition_decisions::granted.eq(false)))
        .filter(petition_decisions::petition_id.eq_any(ids))
        .select(petition_decisions::petition_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn held(conn: &mut Conn, whose: &Whose, rows: &[Petition]) -> Result<HashSet<String>, Error> {
    let moved: Vec<i64> =
        rows.iter().filter(|petition| petition.state.moves()).map(|petition| petition.person_id).collect();
    if moved.is_empty() || !whose.is_owner() {
        return Ok(HashSet::new());
    }
    let due: Vec<String> = holds::table
        .filter(holds::person_id.eq_any(moved).and(holds::ended_on.is_null()))
        .filter(holds::review_on.le(whose.today))
        .select(holds::reference)
        .load(conn)?;
    Ok(due.into_iter().collect())
}

fn assigned(
    conn: &mut Conn,
    whose: &Whose,
    rows: &[Petition],
) -> Result<HashMap<i64, (String, Option<String>)>, Error> {
    let with: Vec<(i64, i64)> = match whose.role {
        Role::Commissioner => {
            rows.iter().filter_map(|petition| Some((petition.id, petition.assigned_to?))).collect()
        }
        _ => petition_assignments::table
            .filter(petition_assignments::organisation_id.eq(whose.organisation_id))
            .filter(petition_assignments::petition_id.eq_any(rows.iter().map(|petition| petition.id)))
            .select((petition_assignments::petition_id, petition_assignments::user_id))
            .load(conn)?,
    };
    let people: Vec<i64> = with.iter().map(|(_, user)| *user).collect();
    let people: HashMap<i64, (String, String)> = users::table
        .filter(users::id.eq_any(people))
        .select((users::id, users::reference, users::name))
        .load::<(i64, String, String)>(conn)?
        .into_iter()
        .map(|(id, reference, name)| (id, (reference, name)))
        .collect();
    let is_in_the_role = |id: &i64| whose.me.contains(id) || whose.others.contains(id);
    let known = with.into_iter().filter_map(|(petition, user)| {
        let (reference, name) = people.get(&user)?.clone();
        Some((petition, (reference, Some(name).filter(|_| is_in_the_role(&user)))))
    });
    Ok(known.collect())
}

/// Petitions as lines, in the order given.
pub fn lines(conn: &mut Conn, whose: &Whose, rows: Vec<Petition>) -> Result<Vec<Line>, Error> {
    let around = Around::of(conn, whose, &rows)?;
    Ok(rows.into_iter().map(|petition| line(whose, &around, &petition)).collect())
}

fn line(whose: &Whose, around: &Around, petition: &Petition) -> Line {
    let (opinions, questions) = (of(&around.opinions, petition), of(&around.questions, petition));
    let organisation = |id: i64| around.organisations.get(&id);
    let silent: Vec<&str> = opinions
        .iter()
        .filter(|one| one.opinion.is_none())
        .filter_map(|one| organisation(one.network_id).map(|(_, name)| name.as_str()))
        .collect();
    let practice = organisation(petition.practice_id);
    let group = |code: Option<&str>| whose.scope.schemes.place(petition.locality_id, code);
    let is_held = around.held.contains(&petition.reference);
    // A list offers no appeal: it is a choice, not a thing to do.
    let round = Round::of(petition, (opinions, questions), false, whose.today);
    let wrote = (around.drafted.contains(&petition.id), around.rejected.contains(&petition.id));
    let member = whose.member();
    let side = member.side(&whose.scope, petition, opinions);
    let caller = member.caller(side, petition, opinions, wrote);
    let sees_name = sees_name(whose, around.shares, petition, opinions);
    let assigned = around.assigned.get(&petition.id);
    Line {
        reference: petition.reference.clone(),
        path: petition.path(),
        pseudonym: around.people.get(&petition.person_id).map_or_else(String::new, |one| one.0.clone()),
        name: around.names.get(&petition.person_id).filter(|_| sees_name).cloned(),
        practice: practice.map_or_else(String::new, |(code, _)| code.clone()),
        from: capital(group(petition.from_group.as_deref())),
        to: petition.to_group.as_deref().map_or_else(|| "not chosen yet".into(), |code| group(Some(code))),
        state: petition.state,
        is_overdue: petition.is_overdue(whose.today),
        is_held,
        with_whom: words::waits_for(
            petition,
            whose.role == Role::Provider,
            practice.map_or("", |(_, name)| name.as_str()),
            &silent,
        ),
        due: due(petition, questions, is_held, whose.today),
        age: age(petition, whose.today),
        assigned: assigned.and_then(|(_, name)| name.clone()),
        is_open: petition.state.is_open(),
        seen: format!(
            "{}:{}:{}",
            petition.reference,
            petition.version,
            assigned.map_or(NOBODY, |(user, _)| user.as_str()),
        ),
        action: action(petition, &round, caller, is_held),
    }
}

/// When something is due, in words.
fn due(petition: &Petition, questions: &[Question], is_held: bool, today: NaiveDate) -> String {
    match (petition.state, petition.due_on, petition.review_on) {
        (_, _, Some(review)) if is_held && review < today => format!("Review was due {}", long_day(review)),
        (_, _, Some(review)) if is_held => format!("Review due {}", long_day(review)),
        (State::Rejected, Some(last), _) if last >= today => {
            format!("Appeal possible until {}", long_day(last))
        }
        _ => words::clock_of(petition, questions, today).unwrap_or_default(),
    }
}

/// Working days since it was submitted, or drafted: till today, or till it was closed.
fn age(petition: &Petition, today: NaiveDate) -> String {
    let from = petition.submitted_on.unwrap_or(petition.drafted_on);
    match petition.closed_on {
        Some(closed) => {
            let took = words::working_days(working_days_left(from, closed));
            format!("{took}, closed {}", long_day(closed))
        }
        None => words::working_days(working_days_left(from, today)),
    }
}

/// The one thing the caller can do, asked of the rules.
fn action(petition: &Petition, round: &Round, caller: Caller, is_held: bool) -> (&'static str, String) {
    let may = |act: Act| round.after(act, By::Member(caller)).is_ok();
    let drafts = matches!(caller.role, Role::Gp | Role::PracticeStaff | Role::NetworkManager);
    let staff_is_done = caller.role == Role::PracticeStaff && petition.ready;
    let (label, below) = match () {
        () if petition.state == State::Draft && drafts && caller.is_owner && !staff_is_done => {
            ("Check and send", "/check")
        }
        () if may(Act::Opinion) => ("Give opinion", "/opinion"),
        () if may(Act::Answer) => ("Give information", "/answer"),
        () if may(Act::Reject) || may(Act::Confirm) => ("Decide", "/decide"),
        () if may(Act::Consent) => ("Say yes or no", "/consent"),
        () if is_held && caller.role == Role::Gp && caller.is_owner => ("Review the hold", "/review"),
        () => ("Look at it", ""),
    };
    (label, format!("{}{below}", petition.path()))
}
