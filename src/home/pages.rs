//! The home page of every role.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::waiting::{MyJob, Waiting};
use super::{administrator, auditor, criteria, practice, provider, region};
use crate::access::{Role, SignedIn, Who, navigation};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::jobs;
use crate::page::{Chrome, Mistakes, NavItem, filters, show};
use crate::people::scope::Scope;

/// How many of a person's jobs are looked at.
const JOBS: i64 = 10;

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage {
    chrome: Chrome,
    acting_as: String,
    waiting: Waiting,
    jobs: Vec<MyJob>,
    areas: Vec<NavItem>,
    /// Whether people are found here by NHS number and name.
    finds: bool,
    role: Role,
    mistakes: Mistakes,
}

pub async fn home(
    SignedIn(who): SignedIn,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let page = database.read(move |conn| page(conn, &who, now)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now) -> Result<HomePage, Error> {
    let waiting = waiting(conn, who, now)?;
    let latest = jobs::latest_of(conn, who.user_id, JOBS)?.into_iter();
    Ok(HomePage {
        chrome: who.chrome(),
        acting_as: who.membership.label(),
        waiting,
        jobs: latest.filter(|job| MyJob::is_recent(job, now.moment)).map(MyJob::of).collect(),
        areas: navigation(who.role()).into_iter().filter(|item| item.href != "/").collect(),
        finds: matches!(who.role(), Role::Gp | Role::PracticeStaff),
        role: who.role(),
        mistakes: Mistakes::new(),
    })
}

fn waiting(conn: &mut Conn, who: &Who, now: Now) -> Result<Waiting, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    match who.role() {
        Role::Commissioner => region::commissioner(conn, who, &scope, now),
        Role::Analyst => region::analyst(conn, who, &scope, now),
        Role::Gp | Role::PracticeStaff => practice::practice(conn, who, &scope, now),
        Role::NetworkManager => practice::network(conn, who, &scope, now),
        Role::Coordinator => practice::caseload(conn, &scope, now),
        Role::Provider => provider::provider(conn, who, &scope, now),
        Role::Administrator => administrator::administrator(conn, now),
        Role::LayPartner => criteria::lay_partner(conn, &scope),
        Role::Auditor => auditor::auditor(conn, who, now),
        Role::Keyer => Ok(Waiting::default()),
    }
}
