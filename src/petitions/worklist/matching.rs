//! Which petitions a list is of, as one condition: a count and its list come from the same, so that they agree to the unit.

use chrono::{Days, NaiveDate};
use diesel::dsl::{exists, not};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{self, Bool};

use super::filters::{Age, Assigned, Course, Due, Filters, NO_GROUP, Stage, Standing, View};
use super::whose::Whose;
use crate::access::Role;
use crate::calendar::{working_days_before, working_days_left};
use crate::database::MultiBackend;
use crate::petitions::durations::Kind;
use crate::petitions::life::State;
use crate::petitions::petition::Opinion;
use crate::petitions::store::open_states;
use crate::schema::{
    holds, organisations, petition_assignments, petition_decisions, petition_drafters, petition_events,
    petition_opinions, petition_questions, petitions,
};

/// A condition on petitions.
pub type Condition =
    Box<dyn BoxableExpression<petitions::table, MultiBackend, SqlType = sql_types::Nullable<Bool>>>;

/// The petitions a caller may see that the filters ask for.
pub fn matching(whose: &Whose, filters: &Filters) -> Condition {
    let mut all = theirs(whose);
    if let Some(view) = view(whose, filters.view) {
        all = Box::new(all.and(view));
    }
    if let Some(standing) = filters.standing {
        all = match standing {
            Standing::In(state) => Box::new(all.and(petitions::state.eq(state))),
            Standing::Ready => {
                Box::new(all.and(petitions::state.eq(State::Draft).and(petitions::ready.eq(true))))
            }
        };
    }
    if let Some(group) = &filters.group {
        let group = group.clone();
        all = match group.as_str() {
            NO_GROUP => Box::new(all.and(petitions::from_group.is_null())),
            _ => {
                let either = petitions::from_group.eq(group.clone()).or(petitions::to_group.eq(group));
                Box::new(all.and(either))
            }
        };
    }
    if let Some(code) = &filters.practice {
        let coded =
            organisations::table.filter(organisations::code.eq(code.clone())).select(organisations::id);
        all = Box::new(all.and(petitions::practice_id.eq_any(coded)));
    }
    if let Some(category) = filters.category {
        all = Box::new(all.and(petitions::category.eq(category)));
    }
    if let Some(locality) = filters.locality {
        all = Box::new(all.and(petitions::locality_id.eq(locality)));
    }
    if let Some(person) = filters.person {
        all = Box::new(all.and(petitions::person_id.eq(person)));
    }
    if let Some(assigned) = filters.assigned {
        all = Box::new(all.and(assigned_to(whose, assigned)));
    }
    if let Some(age) = filters.age {
        all = Box::new(all.and(aged(age, whose.today)));
    }
    if let Some(due) = filters.due {
        all = Box::new(all.and(due_then(due, whose.today)));
    }
    if let Some(from) = filters.decided_from {
        let decided = [State::Approved, State::Rejected, State::RejectionConfirmed, State::Overturned];
        all = Box::new(all.and(petitions::state.eq_any(decided)).and(petitions::closed_on.ge(from)));
    }
    if let Some(from) = filters.sent_from {
        all = Box::new(all.and(petitions::submitted_on.ge(from)));
    }
    if let Some(stage) = filters.stage {
        all = Box::new(all.and(staged(stage, whose.today)));
    }
    all
}

/// What a caller may see, as [`crate::petitions::found`] finds one petition.
pub fn theirs(whose: &Whose) -> Condition {
    match whose.role {
        Role::Gp | Role::PracticeStaff | Role::NetworkManager => {
            let practices = whose.practices().to_vec();
            let own = petitions::practice_id.eq_any(practices.clone()).nullable();
            Box::new(own.or(petitions::new_practice_id.eq_any(practices)))
        }
        Role::Provider => {
            let asked = petition_opinions::table
                .filter(petition_opinions::petition_id.eq(petitions::id))
                .filter(petition_opinions::network_id.eq(whose.organisation_id));
            Box::new(exists(asked).nullable())
        }
        Role::Commissioner => {
            let here = petitions::locality_id.eq_any(whose.scope.localities.clone());
            Box::new(here.and(petitions::submitted_on.is_not_null()).nullable())
        }
        _ => Box::new(petitions::id.lt(0).nullable()),
    }
}

/// Whether somebody still has to act.
fn is_open() -> Condition {
    Box::new(petitions::state.eq_any(open_states()).nullable())
}

/// Whether its time is out and it is still open.
pub fn is_overdue(today: NaiveDate) -> Condition {
    Box::new(petitions::state.eq_any(open_states()).and(petitions::due_on.lt(today)))
}

fn view(whose: &Whose, view: View) -> Option<Condition> {
    Some(match view {
        View::All => return None,
        View::Waiting => waiting(whose),
        View::Mine => Box::new(is_open().and(assigned_to(whose, Assigned::Me))),
        View::Overdue => is_overdue(whose.today),
        View::Agreed => agreed(),
        View::Consent => consent(whose),
        View::Holds => held(whose),
        View::Closed => Box::new(petitions::state.ne_all(open_states()).nullable()),
    })
}

/// What the caller, or anybody in their role, can do something about now, unless a colleague has it.
fn waiting(whose: &Whose) -> Condition {
    let for_the_role: Condition = match whose.role {
        Role::Gp => Box::new(to_submit(whose).or(information(whose)).or(consent(whose))),
        Role::NetworkManager => Box::new(to_submit(whose).or(information(whose))),
        Role::PracticeStaff => {
            let unready = petitions::state.eq(State::Draft).and(petitions::ready.eq(false));
            Box::new(unready.and(petitions::practice_id.eq_any(whose.practices().to_vec())).nullable())
        }
        Role::Provider => {
            let silent = petition_opinions::table
                .filter(petition_opinions::petition_id.eq(petitions::id))
                .filter(petition_opinions::network_id.eq(whose.organisation_id))
                .filter(petition_opinions::opinion.is_null());
            Box::new(petitions::state.eq(State::WithProvider).and(exists(silent)).nullable())
        }
        _ => to_decide(whose),
    };
    Box::new(for_the_role.and(not(assigned_to(whose, Assigned::Others))))
}

/// Drafts that a GP or a network manager can submit: ready ones, and their own.
fn to_submit(whose: &Whose) -> Condition {
    let mine = petitions::drafted_by.eq_any(whose.me.clone());
    let ready = petitions::ready.eq(true).nullable();
    let own = petitions::practice_id.eq_any(whose.practices().to_vec());
    Box::new(petitions::state.eq(State::Draft).and(own).nullable().and(ready.or(mine)))
}

fn information(whose: &Whose) -> Condition {
    let own = petitions::practice_id.eq_any(whose.practices().to_vec());
    Box::new(petitions::state.eq(State::InfoRequested).and(own).nullable())
}

/// Petitions of people who have moved to the caller's practices, whose consent is waited for.
fn consent(whose: &Whose) -> Condition {
    let here = petitions::new_practice_id.eq_any(whose.practices().to_vec());
    Box::new(is_open().and(petitions::state.ne(State::Draft)).and(here))
}

/// What a commissioner can decide: nothing they drafted, no appeal against their own rejection.
fn to_decide(whose: &Whose) -> Condition {
    let drafted = petition_drafters::table
        .filter(petition_drafters::user_id.eq(whose.user_id))
        .select(petition_drafters::petition_id);
    let rejected = petition_decisions::table
        .filter(petition_decisions::decided_by.eq(whose.user_id))
        .filter(petition_decisions::granted.eq(false))
        .select(petition_decisions::petition_id);
    let decides = petitions::state.eq_any([State::UnderReview, State::Appealed]);
    Box::new(decides.and(petitions::id.ne_all(drafted)).and(petitions::id.ne_all(rejected)).nullable())
}

/// Under review, and every network that was asked supports it.
fn agreed() -> Condition {
    let asked = petition_opinions::table.filter(petition_opinions::petition_id.eq(petitions::id));
    let without = petition_opinions::table
        .filter(petition_opinions::petition_id.eq(petitions::id))
        .filter(petition_opinions::opinion.is_null().or(petition_opinions::opinion.ne(Opinion::Support)));
    let under_review = petitions::state.eq(State::UnderReview);
    Box::new(under_review.and(exists(asked)).and(not(exists(without))).nullable())
}

/// Petitions whose hold is to be looked at.
fn held(whose: &Whose) -> Condition {
    let due = holds::table
        .filter(holds::ended_on.is_null().and(holds::review_on.le(whose.today)))
        .select(holds::reference);
    let own = petitions::practice_id.eq_any(whose.practices().to_vec());
    Box::new(own.and(petitions::reference.eq_any(due)).nullable())
}

/// With whom of the caller's side it is. Whoever has left the role has nothing any more.
fn assigned_to(whose: &Whose, assigned: Assigned) -> Condition {
    match whose.role {
        Role::Commissioner => assigned_by_column(whose, assigned),
        _ => assigned_by_organisation(whose, assigned),
    }
}

fn assigned_by_column(whose: &Whose, assigned: Assigned) -> Condition {
    let is_someones = petitions::assigned_to.is_not_null().nullable();
    let with = |people: &[i64]| is_someones.and(petitions::assigned_to.eq_any(people.to_vec()));
    match assigned {
        Assigned::Me => Box::new(with(&whose.me)),
        Assigned::Others => Box::new(with(&whose.others)),
        Assigned::Nobody => {
            let everybody: Vec<i64> = whose.me.iter().chain(&whose.others).copied().collect();
            let nobody = petitions::assigned_to.is_null().nullable();
            Box::new(nobody.or(petitions::assigned_to.ne_all(everybody)))
        }
    }
}

fn assigned_by_organisation(whose: &Whose, assigned: Assigned) -> Condition {
    let people = match assigned {
        Assigned::Me => whose.me.clone(),
        Assigned::Others => whose.others.clone(),
        Assigned::Nobody => whose.me.iter().chain(&whose.others).copied().collect(),
    };
    let with = petition_assignments::table
        .filter(petition_assignments::organisation_id.eq(whose.organisation_id))
        .filter(petition_assignments::user_id.eq_any(people))
        .select(petition_assignments::petition_id);
    match assigned {
        Assigned::Nobody => Box::new(petitions::id.ne_all(with).nullable()),
        _ => Box::new(petitions::id.eq_any(with).nullable()),
    }
}

/// Which petitions went through a stage, or are in it, as [`crate::petitions::durations::stages`] finds it of one.
fn staged(stage: Stage, today: NaiveDate) -> Condition {
    match stage.course {
        Course::Running => running(stage.kind),
        Course::Overdue => Box::new(running(stage.kind).and(is_overdue(today))),
        Course::Ended => match stage.kind.state() {
            Some(state) => Box::new(went_through(state).and(not(running(stage.kind)))),
            None => {
                let answered = petition_questions::table
                    .filter(petition_questions::petition_id.eq(petitions::id))
                    .filter(petition_questions::answered_on.is_not_null());
                Box::new(exists(answered).nullable())
            }
        },
    }
}

/// In the stage, its clock stopped or not.
fn running(kind: Kind) -> Condition {
    let waits = petition_questions::table
        .filter(petition_questions::petition_id.eq(petitions::id))
        .filter(petition_questions::answered_on.is_null());
    let stopped = petitions::state.eq(State::InfoRequested);
    match kind.state() {
        Some(state) => {
            let here = stopped.and(exists(waits.filter(petition_questions::asked_in.eq(state))));
            Box::new(went_through(state).and(petitions::state.eq(state).or(here)))
        }
        None => Box::new(stopped.and(exists(waits)).nullable()),
    }
}

fn went_through(state: State) -> Condition {
    let happened = petition_events::table
        .filter(petition_events::petition_id.eq(petitions::id))
        .filter(petition_events::state.eq(state));
    Box::new(exists(happened).nullable())
}

/// Of an open petition, whose days since it was submitted, or drafted, lie in a band.
fn aged(age: Age, today: NaiveDate) -> Condition {
    let mut all = is_open();
    let (at_least, at_most) = age.bounds();
    if let Some(days) = at_least {
        all = Box::new(all.and(began_by(working_days_before(today, days))));
    }
    if let Some(days) = at_most {
        all = Box::new(all.and(not(began_by(working_days_before(today, days + 1)))));
    }
    all
}

fn began_by(day: NaiveDate) -> Condition {
    let submitted = petitions::submitted_on.is_not_null().nullable().and(petitions::submitted_on.le(day));
    let drafted = petitions::submitted_on.is_null().and(petitions::drafted_on.le(day)).nullable();
    Box::new(submitted.or(drafted))
}

fn due_then(due: Due, today: NaiveDate) -> Condition {
    match due {
        Due::Overdue => is_overdue(today),
        Due::Within5 => {
            let until = fifth_working_day(today);
            Box::new(is_open().and(petitions::due_on.ge(today)).and(petitions::due_on.le(until)))
        }
        Due::Stopped => Box::new(petitions::state.eq(State::InfoRequested).nullable()),
    }
}

/// The fifth working day after today.
fn fifth_working_day(today: NaiveDate) -> NaiveDate {
    let mut day = today;
    while working_days_left(today, day) < 5 {
        day = day + Days::new(1);
    }
    day
}
