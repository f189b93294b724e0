//! What waits for those who care for people: a practice, a network of practices, a coordinator.

use super::auditor::since;
use super::petitions;
use super::waiting::{Cell, Table, Waiting};
use crate::access::{Role, Who};
use crate::clock::{Now, london_day};
use crate::database::Conn;
use crate::decisions::practice_list;
use crate::disclosure::{Shown, Tally, release_one, release_tally};
use crate::error::Error;
use crate::groups::counts::kept_of;
use crate::groups::figures::audience;
use crate::groups::store::{localities, names};
use crate::movements::filters::of_run;
use crate::movements::pages::everyone;
use crate::movements::store::{self as ledger, Wanted};
use crate::page::Query;
use crate::people::counting;
use crate::people::list::{Asked, Filters};
use crate::people::register::published;
use crate::people::scope::{Reach, Scope};
use crate::runs::listing::standing_in;
use crate::unmasking::store::{self, Narrowed, Whose};

/// For how many days a practice is told of break-glass reads.
const UNMASKED: u64 = 30;

pub fn practice(conn: &mut Conn, who: &Who, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    petitions::petitions(conn, who, now, &mut home)?;
    let (questions, corrections) = practice_list::waiting(conn, who.organisation_id())?;
    home.card(
        questions,
        ("fact a provider network asks you for", "facts a provider network asks you for"),
        "/decisions".into(),
    );
    home.card(
        corrections,
        ("correction not yet coded in your own system", "corrections not yet coded in your own system"),
        "/decisions?view=corrections".into(),
    );
    let from = since(london_day(now.moment), UNMASKED);
    let unmasked = store::count(
        conn,
        &Whose::Practice(who.organisation_id()),
        &Narrowed { from: Some(from), ..Narrowed::default() },
    )?;
    home.card(
        unmasked,
        (
            "break-glass read of your people in the last 30 days",
            "break-glass reads of your people in the last 30 days",
        ),
        format!("/people/break-glass?from={from}"),
    );
    let (provisional, _) = kept(conn, scope)?;
    home.people(
        provisional,
        (
            "person with facts not known that decide their group",
            "people with facts not known that decide their group",
        ),
        "/people?provisional=yes".into(),
    );
    moved(conn, &mut home, who, scope, now)?;
    Ok(home)
}

pub fn network(conn: &mut Conn, who: &Who, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    petitions::petitions(conn, who, now, &mut home)?;
    let (provisional, rows) = kept(conn, scope)?;
    home.people(
        provisional,
        (
            "person with facts not known that decide their group",
            "people with facts not known that decide their group",
        ),
        "/people?provisional=yes".into(),
    );
    moved(conn, &mut home, who, scope, now)?;
    let Reach::Practices(practices) = &scope.reach else { return Ok(home) };
    let named = names(conn, practices)?;
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(practice, people, provisional)| {
            let (code, name) = named.get(&practice)?;
            let list = Query::default().with("practice", code);
            let cells = vec![
                Cell { count: people, href: format!("/people{list}") },
                Cell { count: provisional, href: format!("/people{}", list.with("provisional", "yes")) },
            ];
            Some((format!("{name} ({code})"), None, cells))
        })
        .collect();
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    home.tables.push(Table {
        caption: "Your practices, as of the grouping runs that stand".into(),
        first: "Practice",
        columns: vec!["People", "Facts not known that decide"],
        rows,
    });
    Ok(home)
}

pub fn caseload(conn: &mut Conn, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    let register = published(conn)?;
    let (all, provisional) = (Filters::default(), Filters { provisional: Some(true), ..Filters::default() });
    for (filters, label, href) in [
        (
            &provisional,
            (
                "person with facts not known that decide their group",
                "people with facts not known that decide their group",
            ),
            "/people?provisional=yes",
        ),
        (&all, ("person on your caseload", "people on your caseload"), "/people"),
    ] {
        let asked = Asked::by(Role::Coordinator, scope, filters, now.today, register);
        home.people(Shown::Exact(counting::count(conn, &asked)?.shown), label, href.into());
    }
    Ok(home)
}

/// A practice (row id), its people and its provisional ones.
type Row = (i64, Shown<i64>, Shown<i64>);

/// The provisional people of a scope's practices, and each practice's figures.
fn kept(conn: &mut Conn, scope: &Scope) -> Result<(Shown<i64>, Vec<Row>), Error> {
    let Reach::Practices(practices) = &scope.reach else { return Ok((Shown::Withheld, Vec::new())) };
    let runs: Vec<i64> = standing_in(conn, &scope.localities)?.iter().map(|run| run.id).collect();
    let (kept, to) = (kept_of(conn, &runs, Some(practices))?, audience(scope));
    let tally = |practice: i64| -> Tally {
        let its = kept.iter().filter(|figure| figure.practice_id == practice);
        its.map(|figure| figure.tally).sum()
    };
    let rows = practices.iter().map(|practice| {
        let shown = release_tally(tally(*practice), to);
        (*practice, shown.people, shown.provisional)
    });
    let all: Tally = kept.iter().map(|figure| figure.tally).sum();
    Ok((release_one(all.provisional, to), rows.collect()))
}

/// People moved by the run that stands in each of the scope's localities; the first one moved nobody, it placed them.
fn moved(conn: &mut Conn, home: &mut Waiting, who: &Who, scope: &Scope, now: Now) -> Result<(), Error> {
    let places = localities(conn, &scope.localities)?;
    let (register, everyone) = (published(conn)?, everyone());
    for run in standing_in(conn, &scope.localities)?.into_iter().filter(|run| run.previous_run_id.is_some()) {
        let filters = of_run(&run);
        let asked = Asked::by(who.role(), scope, &everyone, now.today, register);
        let wanted = Wanted { asked, filters: &filters };
        let (count, _) = ledger::count(conn, &wanted)?;
        let Some(here) = places.iter().find(|locality| locality.id == run.locality_id) else { continue };
        let list = Query::default().with("locality", &here.code).with("run", &run.reference);
        home.people(
            Shown::Exact(count),
            "of your people moved by the last grouping run",
            format!("/movements{list}"),
        );
    }
    Ok(())
}
