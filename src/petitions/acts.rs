//! What can be done with a petition, each act in the transaction of its rows, its letters and its audit row. Whether it
//! may be done is for [`Round::after`](super::life::Round::after) alone to say.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::applying::apply;
use super::assigning;
use super::clock::Stage;
use super::found::Found;
use super::history::{self, What};
use super::learning;
use super::letters;
use super::life::{Act, By, Refusal, State, Withdrawal};
use super::petition::{Opinion, Petition, Question, ReasonCode};
use super::store;
use super::terms::Terms;
use crate::access::{Role, Who};
use crate::audit::{self, Actor, Verb};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::Letter;
use crate::schema::{petition_appeals, petition_decisions, petition_opinions, petition_questions, petitions};

/// What an act came to.
pub type Done = Result<State, Refusal>;

/// What runs after an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    /// The stage that ran before.
    On,
    /// A stage from a day, of so many working days.
    Anew(NaiveDate, i64),
    Nothing,
}

/// Moves a petition to a state; the clock is set by what runs after.
fn advance(
    conn: &mut Conn,
    now: Now,
    (petition, questions): (&Petition, &[Question]),
    state: State,
    runs: Runs,
) -> Result<Petition, Error> {
    let (from, days) = match runs {
        Runs::On => (petition.stage_from, petition.stage_days),
        Runs::Anew(from, days) => (Some(from), Some(days)),
        Runs::Nothing => (None, None),
    };
    let stage = from.zip(days).map(|(from, days)| Petition::stage_of(from, days, questions));
    let due = stage.as_ref().and_then(Stage::due_on);
    let closed_on = (!state.is_open()).then_some(now.today);
    let same = petitions::table.find(petition.id).filter(petitions::version.eq(petition.version));
    let moved = diesel::update(same)
        .set((
            petitions::state.eq(state),
            petitions::version.eq(petition.version + 1),
            petitions::stage_from.eq(from),
            petitions::stage_days.eq(days),
            petitions::due_on.eq(due),
            petitions::closed_on.eq(closed_on),
        ))
        .execute(conn)?;
    if moved == 0 {
        return Err(Error::conflict(
            "Someone did something with this petition while you were working.",
            petition.path(),
            "Look at the petition",
        ));
    }
    store::numbered(conn, petition.id)
}

fn by(found: &Found) -> By {
    By::Member(found.caller)
}

fn record(
    conn: &mut Conn,
    now: Now,
    actor: &Actor,
    found: &Found,
    verb: Verb,
    details: Value,
) -> Result<(), Error> {
    let subjects = found.subjects();
    audit::record(conn, now.moment, actor, verb, &subjects, details)
}

/// Submits a draft that is complete: networks are asked for their opinion, or the review begins.
pub fn submit(conn: &mut Conn, now: Now, who: &Who, found: &Found) -> Result<Done, Error> {
    let (petition, terms) = (&found.petition, Terms::of(conn, &found.locality)?);
    let Some(to) = petition.to_group.as_deref() else { return Err(Error::NotFound) };
    let networks = store::to_ask(conn, found.locality.id, (petition.from_group.as_deref(), to), now.today)?;
    let round = super::life::Round { asked: networks.len(), ..found.round(now.today) };
    let state = match round.after(Act::Submit, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let days = if state == State::WithProvider { terms.opinion } else { terms.decision };
    let sent = advance(conn, now, (petition, &found.questions), state, Runs::Anew(now.today, days))?;
    diesel::update(petitions::table.find(petition.id))
        .set((petitions::submitted_by.eq(who.user_id), petitions::submitted_on.eq(now.today)))
        .execute(conn)?;
    store::note_drafter(conn, petition.id, who.user_id)?;
    store::ask_opinions(conn, petition.id, &networks, now.today)?;
    assigning::release(conn, petition.id)?;
    learning::note(conn, found)?;
    history::note(conn, now, Some(who), (petition.id, state), What::Submitted, "")?;
    for (network, _) in &networks {
        let to = (*network, &[Role::Provider][..]);
        letters::organisation(conn, now, Some(who), &sent, to, (Letter::PetitionOpinion, sent.due_on))?;
    }
    if state == State::UnderReview {
        letters::reviewers(conn, now, Some(who), &sent, (Letter::PetitionToDecide, sent.due_on))?;
    }
    let details = json!({
        "from_group": petition.from_group,
        "to_group": petition.to_group,
        "category": petition.category.map(super::petition::Category::word),
        "state": state.word(),
    });
    record(conn, now, &who.actor, found, Verb::PetitionSubmitted, details)?;
    Ok(Ok(state))
}

/// Keeps a network's opinion; the last one begins the review.
pub fn opine(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    found: &Found,
    (opinion, reason): (Opinion, &str),
) -> Result<Done, Error> {
    let state = match found.round(now.today).after(Act::Opinion, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(asked) = found.asked_of(who.organisation_id()) else { return Err(Error::NotFound) };
    diesel::update(petition_opinions::table.find(asked.id))
        .set((
            petition_opinions::opinion.eq(opinion),
            petition_opinions::reason.eq(reason),
            petition_opinions::given_by.eq(who.user_id),
            petition_opinions::given_who.eq(&who.name),
            petition_opinions::given_on.eq(now.today),
        ))
        .execute(conn)?;
    if state == State::UnderReview {
        begin_review(conn, now, Some(who), found, now.today)?;
    }
    history::note(conn, now, Some(who), (found.petition.id, state), What::OpinionGiven, "")?;
    let details = json!({ "opinion": opinion.word(), "reason": reason });
    record(conn, now, &who.actor, found, Verb::PetitionOpinionGiven, details)?;
    Ok(Ok(state))
}

/// The review's clock begins.
fn begin_review(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    found: &Found,
    from: NaiveDate,
) -> Result<(), Error> {
    let terms = Terms::of(conn, &found.locality)?;
    let runs = Runs::Anew(from, terms.decision);
    let moved = advance(conn, now, (&found.petition, &found.questions), State::UnderReview, runs)?;
    letters::reviewers(conn, now, who, &moved, (Letter::PetitionToDecide, moved.due_on))
}

/// The date for opinions is out: silence is recorded, and the review begins on the day that was the last.
pub fn time_out(conn: &mut Conn, now: Now, found: &Found) -> Result<Done, Error> {
    let state = match found.round(now.today).after(Act::TimeOut, By::Event) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let silent = petition_opinions::table
        .filter(petition_opinions::petition_id.eq(found.petition.id))
        .filter(petition_opinions::opinion.is_null());
    diesel::update(silent).set(petition_opinions::silent_on.eq(now.today)).execute(conn)?;
    begin_review(conn, now, None, found, found.petition.due_on.unwrap_or(now.today))?;
    history::note(conn, now, None, (found.petition.id, state), What::OpinionsClosed, "")?;
    Ok(Ok(state))
}

/// Asks the owner for information; the clock stops.
pub fn ask(conn: &mut Conn, now: Now, who: &Who, found: &Found, question: &str) -> Result<Done, Error> {
    let petition = &found.petition;
    let state = match found.round(now.today).after(Act::Ask, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    diesel::insert_into(petition_questions::table)
        .values((
            petition_questions::petition_id.eq(petition.id),
            petition_questions::asked_in.eq(petition.state),
            petition_questions::question.eq(question),
            petition_questions::asked_by.eq(who.user_id),
            petition_questions::asked_who.eq(&who.name),
            petition_questions::asked_on.eq(now.today),
        ))
        .execute(conn)?;
    let questions = store::questions(conn, petition.id)?;
    let asked = advance(conn, now, (petition, &questions), state, Runs::On)?;
    history::note(conn, now, Some(who), (petition.id, state), What::Asked, "")?;
    letters::owner(conn, now, Some(who), &asked, (Letter::PetitionQuestion, None))?;
    record(conn, now, &who.actor, found, Verb::PetitionInformationAsked, json!({ "question": question }))?;
    Ok(Ok(state))
}

/// Answers the question that waits; the clock goes on.
pub fn answer(conn: &mut Conn, now: Now, who: &Who, found: &Found, answer: &str) -> Result<Done, Error> {
    let petition = &found.petition;
    let state = match found.round(now.today).after(Act::Answer, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(question) = found.open_question() else { return Err(Error::NotFound) };
    diesel::update(petition_questions::table.find(question.id))
        .set((
            petition_questions::answer.eq(answer),
            petition_questions::answered_by.eq(who.user_id),
            petition_questions::answered_who.eq(&who.name),
            petition_questions::answered_on.eq(now.today),
        ))
        .execute(conn)?;
    store::note_drafter(conn, petition.id, who.user_id)?;
    let questions = store::questions(conn, petition.id)?;
    let moved = advance(conn, now, (petition, &questions), state, Runs::On)?;
    history::note(conn, now, Some(who), (petition.id, state), What::Answered, "")?;
    if let Some(asked_by) = question.asked_by {
        let letter = (Letter::PetitionAnswered, moved.due_on);
        letters::user(conn, now, Some(who), &moved, asked_by, letter)?;
    }
    record(conn, now, &who.actor, found, Verb::PetitionInformationGiven, json!({ "answer": answer }))?;
    Ok(Ok(state))
}

/// A decision as it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub granted: bool,
    pub reason_code: ReasonCode,
    /// As the GP reads them.
    pub words: String,
    /// Where it is granted: from when, and until when the person is held.
    pub effective_on: NaiveDate,
    pub review_on: NaiveDate,
    /// The reference of the batch it was decided in.
    pub batch: Option<String>,
}

/// Decides a petition, or the appeal against its rejection. One whose date has come is applied at once.
pub fn decide(conn: &mut Conn, now: Now, who: &Who, found: &Found, verdict: &Verdict) -> Result<Done, Error> {
    let petition = &found.petition;
    let on_appeal = petition.state == State::Appealed;
    let (act, what, verb) = match (on_appeal, verdict.granted) {
        (false, true) => (Act::Approve, What::Approved, Verb::PetitionApproved),
        (false, false) => (Act::Reject, What::Rejected, Verb::PetitionRejected),
        (true, true) => (Act::Overturn, What::Overturned, Verb::PetitionAppealDecided),
        (true, false) => (Act::Confirm, What::Confirmed, Verb::PetitionAppealDecided),
    };
    let state = match found.round(now.today).after(act, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let terms = Terms::of(conn, &found.locality)?;
    let runs = match state {
        State::Rejected => Runs::Anew(now.today, terms.appeal),
        _ => Runs::Nothing,
    };
    let decided = advance(conn, now, (petition, &found.questions), state, runs)?;
    diesel::insert_into(petition_decisions::table)
        .values((
            petition_decisions::petition_id.eq(petition.id),
            petition_decisions::on_appeal.eq(on_appeal),
            petition_decisions::granted.eq(verdict.granted),
            petition_decisions::reason_code.eq(verdict.reason_code),
            petition_decisions::words.eq(&verdict.words),
            petition_decisions::decided_by.eq(who.user_id),
            petition_decisions::who.eq(&who.name),
            petition_decisions::decided_on.eq(now.today),
            petition_decisions::batch.eq(&verdict.batch),
        ))
        .execute(conn)?;
    history::note(conn, now, Some(who), (petition.id, state), what, "")?;
    let details = json!({
        "state": state.word(),
        "reason_code": verdict.reason_code.word(),
        "words": verdict.words,
        "effective_on": verdict.granted.then_some(verdict.effective_on),
        "review_on": verdict.granted.then_some(verdict.review_on),
        "batch": verdict.batch,
    });
    record(conn, now, &who.actor, found, verb, details)?;
    if verdict.granted {
        grant(conn, now, who, &decided, verdict)?;
    }
    letters::owner(conn, now, Some(who), &decided, (Letter::PetitionDecided, None))?;
    letters::networks(conn, now, Some(who), found, (Letter::PetitionDecided, None))?;
    Ok(Ok(state))
}

fn grant(conn: &mut Conn, now: Now, who: &Who, decided: &Petition, verdict: &Verdict) -> Result<(), Error> {
    diesel::update(petitions::table.find(decided.id))
        .set((petitions::effective_on.eq(verdict.effective_on), petitions::review_on.eq(verdict.review_on)))
        .execute(conn)?;
    if verdict.effective_on <= now.today {
        let decided = store::numbered(conn, decided.id)?;
        apply(conn, now, &who.actor, &decided)?;
    }
    Ok(())
}

/// Ends a petition without a decision: by its owner, by the new practice, or by an event.
pub fn withdraw(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    found: &Found,
    (why, words): (Withdrawal, &str),
) -> Result<Done, Error> {
    let petition = &found.petition;
    let acts = who.map_or(By::Event, |_| by(found));
    let state = match found.round(now.today).after(Act::Withdraw(why), acts) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let ended = advance(conn, now, (petition, &found.questions), state, Runs::Nothing)?;
    diesel::update(petitions::table.find(petition.id)).set(petitions::withdrawal.eq(why)).execute(conn)?;
    history::note(conn, now, who, (petition.id, state), What::Withdrawn, words)?;
    if petition.submitted_on.is_some() {
        let letter = (Letter::PetitionWithdrawn, None);
        letters::owner(conn, now, who, &ended, letter)?;
        letters::networks(conn, now, who, found, letter)?;
        if let Some(assigned) = petition.assigned_to {
            letters::user(conn, now, who, &ended, assigned, letter)?;
        }
    }
    let actor = who.map_or_else(Actor::service, |who| who.actor.clone());
    record(conn, now, &actor, found, Verb::PetitionWithdrawn, json!({ "why": why.word(), "words": words }))?;
    Ok(Ok(state))
}

/// Appeals against a rejection; another commissioner decides.
pub fn appeal(conn: &mut Conn, now: Now, who: &Who, found: &Found, ground: &str) -> Result<Done, Error> {
    let petition = &found.petition;
    let state = match found.round(now.today).after(Act::Appeal, by(found)) {
        Ok(state) => state,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let terms = Terms::of(conn, &found.locality)?;
    let runs = Runs::Anew(now.today, terms.appeal_decision);
    // Whoever it was assigned to rejected it, or was passed over: the appeal is nobody's yet.
    diesel::update(petitions::table.find(petition.id))
        .set(petitions::assigned_to.eq(None::<i64>))
        .execute(conn)?;
    let appealed = advance(conn, now, (petition, &found.questions), state, runs)?;
    diesel::insert_into(petition_appeals::table)
        .values((
            petition_appeals::petition_id.eq(petition.id),
            petition_appeals::ground.eq(ground),
            petition_appeals::appealed_by.eq(who.user_id),
            petition_appeals::who.eq(&who.name),
            petition_appeals::appealed_on.eq(now.today),
        ))
        .execute(conn)?;
    store::note_drafter(conn, petition.id, who.user_id)?;
    history::note(conn, now, Some(who), (petition.id, state), What::Appealed, "")?;
    letters::reviewers(conn, now, Some(who), &appealed, (Letter::PetitionAppealed, appealed.due_on))?;
    record(conn, now, &who.actor, found, Verb::PetitionAppealed, json!({ "ground": ground }))?;
    Ok(Ok(state))
}
