//! What waits for a provider network: proposals to answer, and the people in its care by group, with those who joined and
//! left this month.

use chrono::Datelike;

use super::criteria;
use super::petitions;
use super::waiting::{Cell, Table, Waiting};
use crate::access::{Role, Who};
use crate::clock::Now;
use crate::database::Conn;
use crate::decisions::list::{self, Which};
use crate::disclosure::{Shown, release_one};
use crate::error::Error;
use crate::groups::counts::kept_of;
use crate::groups::figures::audience;
use crate::groups::place::Place;
use crate::groups::store::localities;
use crate::movements::filters::{month_word, of_month};
use crate::movements::flows::{Flow, flows};
use crate::movements::pages::everyone;
use crate::movements::store::Wanted;
use crate::page::{Query, long_day};
use crate::people::list::Asked;
use crate::people::register::published;
use crate::people::scope::{Reach, Scope};
use crate::people::why::label;
use crate::runs::listing::standing_in;
use crate::runs::store::{Locality, Run};

pub fn provider(conn: &mut Conn, who: &Who, scope: &Scope, now: Now) -> Result<Waiting, Error> {
    let mut home = Waiting::default();
    petitions::petitions(conn, who, now, &mut home)?;
    criteria::provider(conn, who, now, &mut home)?;
    let due = list::count(conn, who, scope, now, Which::Due)?;
    home.people(
        Shown::Exact(due),
        ("decision whose review date has come", "decisions whose review date has come"),
        "/decisions?state=due".into(),
    );
    let open = list::count(conn, who, scope, now, Which::Waiting)?;
    home.people(
        Shown::Exact(open),
        ("judgement case waiting for a decision", "judgement cases waiting for a decision"),
        "/decisions".into(),
    );
    let places = localities(conn, &scope.localities)?;
    for run in standing_in(conn, &scope.localities)? {
        let Some(here) = places.iter().find(|locality| locality.id == run.locality_id) else { continue };
        let table = in_care(conn, scope, now, here, &run)?;
        home.tables.push(table);
    }
    Ok(home)
}

fn in_care(conn: &mut Conn, scope: &Scope, now: Now, here: &Locality, run: &Run) -> Result<Table, Error> {
    let everyone = everyone();
    let asked = Asked::by(Role::Provider, scope, &everyone, now.today, published(conn)?);
    let month = now.today.with_day(1).unwrap_or(now.today);
    let filters = of_month(here.id, month);
    let flows = flows(conn, &Wanted { asked, filters: &filters })?;
    let kept = kept_of(conn, &[run.id], None)?;
    let to = audience(scope);
    let list = Query::default().with("locality", &here.code);
    let moved = list.with("month", month_word(month));
    let rows = cared_for(scope, here).into_iter().map(|code| {
        let overlay = scope.schemes.of(here.id).is_overlay(&code);
        let place = Place::Group(code.clone());
        let people = kept.iter().filter(|figure| figure.place == place).map(|figure| figure.tally.people);
        let with = kept.iter().map(|figure| figure.tally.supplementary);
        let (count, people) = match overlay {
            true => (with.sum(), list.with("supplementary", "yes")),
            false => (people.sum(), list.with("group", &code)),
        };
        let of_group = |flow: &&Flow| flow.code == code;
        let came = flows.iter().filter(of_group).map(|flow| flow.came).sum();
        let went = flows.iter().filter(of_group).map(|flow| flow.went).sum();
        let cells = vec![
            Cell { count: release_one(count, to), href: format!("/people{people}") },
            Cell { count: Shown::Exact(came), href: format!("/movements{}", moved.with("to", &code)) },
            Cell { count: Shown::Exact(went), href: format!("/movements{}", moved.with("from", &code)) },
        ];
        (label(scope.schemes.of(here.id), Some(&code)), Some(format!("/groups/{}/{code}", here.code)), cells)
    });
    Ok(Table {
        caption: format!("People in your care in {}, as of {}", here.name, long_day(run.as_of)),
        first: "Group",
        columns: vec!["People", "Joined this month", "Left this month"],
        rows: rows.collect(),
    })
}

/// The groups a network cares for in a locality, in scheme order.
fn cared_for(scope: &Scope, here: &Locality) -> Vec<String> {
    let Reach::Care(pairs) = &scope.reach else { return Vec::new() };
    let groups = scope.schemes.of(here.id).groups().iter().map(|group| &group.code);
    groups.filter(|code| pairs.iter().any(|pair| pair.0 == here.id && pair.1 == **code)).cloned().collect()
}
