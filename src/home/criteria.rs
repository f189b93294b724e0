//! What waits because of criteria: proposals to decide, to answer and to comment on, and versions not applied yet.

use std::collections::HashMap;

use super::waiting::{ToDo, Waiting};
use crate::access::Who;
use crate::calendar::due_in_words;
use crate::clock::Now;
use crate::criteria::agreement::life::State;
use crate::criteria::agreement::proposing::path_for;
use crate::criteria::agreement::seen::{Agreement, path};
use crate::criteria::agreement::store;
use crate::criteria::store::highest_numbers;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::store::localities;
use crate::people::scope::Scope;
use crate::runs::store::Locality;
use crate::runs::unapplied::unapplied;

/// Adds what commissioners decide or mend: proposals ready to be decided, criteria returned, versions not applied.
pub fn commissioner(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    now: Now,
    home: &mut Waiting,
) -> Result<(), Error> {
    let places = localities(conn, &scope.localities)?;
    let open = open(conn, &scope.localities, &[State::Proposed, State::Returned])?;
    let is_ready = |it: &&Agreement| it.round().may_decide(who.user_id, now.today).is_ok();
    let ready: Vec<&Agreement> = open.iter().filter(is_ready).collect();
    list(
        home,
        ("proposal ready to approve", "proposals ready to approve"),
        "ready",
        "Proposals ready to approve or return",
        &ready,
        &places,
    );
    home.to_do.extend(ready.iter().map(|agreement| ToDo {
        what: format!("Approve or return {}", agreement.proposal.title),
        whose: place(&places, agreement).to_owned(),
        action: "Decide",
        href: format!("{}/decision", page(&places, agreement)),
    }));
    let highest = highest_numbers(conn, &scope.localities)?;
    let returned: Vec<&Agreement> =
        open.iter().filter(|it| it.proposal.state == State::Returned && is_last(it, &highest)).collect();
    list(
        home,
        ("version returned", "versions returned"),
        "returned",
        "Criteria returned, to be changed",
        &returned,
        &places,
    );
    let waiting = unapplied(conn, &scope.localities, now.today)?;
    let items = waiting.iter().filter_map(|one| {
        let here = places.iter().find(|place| place.id == one.locality_id)?;
        Some((format!("{}. {}", here.name, one.in_words()), Some(one.next(&here.code).1)))
    });
    let heading = "Criteria in force that are not applied yet";
    home.listing(
        ("locality with criteria not applied yet", "localities with criteria not applied yet"),
        "unapplied",
        heading,
        items.collect(),
    );
    Ok(())
}

/// Adds the proposals a provider network has not answered, due soonest first.
pub fn provider(conn: &mut Conn, who: &Who, now: Now, home: &mut Waiting) -> Result<(), Error> {
    let network = who.organisation_id();
    let ids = store::unanswered(conn, network)?;
    let mut open: Vec<Agreement> = Agreement::of(conn, &ids)?.into_values().collect();
    open.sort_by_key(|agreement| (agreement.proposal.answer_by, agreement.proposal.id));
    let ids: Vec<i64> = open.iter().map(|agreement| agreement.proposal.locality_id).collect();
    let places = localities(conn, &ids)?;
    let mut items = Vec::new();
    for agreement in &open {
        let due = agreement.proposal.answer_by.map(|last| format!(", due {}", due_in_words(now.today, last)));
        let what = format!("{}{}", agreement.proposal.title, due.unwrap_or_default());
        let Some(here) = places.iter().find(|place| place.id == agreement.proposal.locality_id) else {
            continue;
        };
        let path = path_for(conn, now.today, agreement, here, network)?;
        home.to_do.push(ToDo {
            what: format!("Answer {what}"),
            whose: here.name.clone(),
            action: "Answer",
            href: format!("{path}/answer"),
        });
        items.push((format!("{what}, {}", here.name), Some(path)));
    }
    home.listing(
        ("criteria proposal to answer", "criteria proposals to answer"),
        "to-answer",
        "Criteria proposals to answer",
        items,
    );
    Ok(())
}

/// What a lay partner can comment on.
pub fn lay_partner(conn: &mut Conn, scope: &Scope) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    let places = localities(conn, &scope.localities)?;
    let open = open(conn, &scope.localities, &[State::Proposed])?;
    let open: Vec<&Agreement> = open.iter().collect();
    list(
        &mut home,
        ("proposal open for comment", "proposals open for comment"),
        "open",
        "Proposals open for comment",
        &open,
        &places,
    );
    Ok(home)
}

fn open(conn: &mut Conn, localities: &[i64], states: &[State]) -> Result<Vec<Agreement>, Error> {
    let ids: Vec<i64> = store::in_states(conn, localities, states)?.iter().map(|it| it.id).collect();
    let mut open: Vec<Agreement> = Agreement::of(conn, &ids)?.into_values().collect();
    open.sort_by_key(|agreement| (agreement.proposal.answer_by, agreement.proposal.id));
    Ok(open)
}

/// Whether no version of any of its groups came after it.
fn is_last(agreement: &Agreement, highest: &HashMap<(i64, String), i64>) -> bool {
    agreement.versions.iter().all(|version| {
        highest.get(&(version.locality_id, version.group_code.clone())) == Some(&version.number)
    })
}

fn list(
    home: &mut Waiting,
    label: (&'static str, &'static str),
    id: &'static str,
    heading: &'static str,
    agreements: &[&Agreement],
    places: &[Locality],
) {
    let item = |agreement: &&Agreement| {
        let words = format!("{}, {}", agreement.proposal.title, place(places, agreement));
        (words, Some(page(places, agreement)))
    };
    home.listing(label, id, heading, agreements.iter().map(item).collect());
}

fn place<'a>(places: &'a [Locality], agreement: &Agreement) -> &'a str {
    let here = places.iter().find(|place| place.id == agreement.proposal.locality_id);
    here.map_or("", |here| here.name.as_str())
}

/// The page of a proposal's first version.
fn page(places: &[Locality], agreement: &Agreement) -> String {
    let here = places.iter().find(|place| place.id == agreement.proposal.locality_id);
    match (here, agreement.versions.first()) {
        (Some(here), Some(version)) => path(&here.code, version),
        _ => "/criteria".to_owned(),
    }
}
