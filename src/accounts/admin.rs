//! `/admin/users`: the list of users.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::admin_store::{self as store, Account, Held, Narrowed};
use crate::access::{Administrator, Role};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{
    Chip, Choice, Chrome, Mistakes, NavItem, PER_PAGE, Pages, Query, download, filters, show, typed,
};

/// The area of users.
pub const AREA: NavItem = NavItem { label: "Users", href: "/admin/users" };

/// A user in the list.
struct Listed {
    user: Account,
    /// Memberships that have not ended.
    held: Vec<Held>,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "accounts/users.html")]
struct UsersPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    roles: Vec<Choice>,
    organisations: Vec<Choice>,
    rows: Vec<Listed>,
    pages: Pages,
    sorted_by: &'static str,
}

impl UsersPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or_default()
    }

    /// The file of the users in the list.
    fn file(&self) -> String {
        format!("/admin/users.csv{}", self.query.without("page"))
    }
}

impl Narrowed {
    fn of(query: &Query) -> Narrowed {
        let text = |name| query.get(name).unwrap_or_default();
        let sort = text("sort");
        Narrowed {
            role: Role::from_word(text("role")),
            organisation: typed::words(text("organisation")).to_uppercase(),
            words: typed::words(text("words")),
            by_email: sort.trim_start_matches('-') == "email",
            descending: sort.starts_with('-'),
        }
    }

    fn sorted_by(&self) -> &'static str {
        match (self.by_email, self.descending) {
            (false, false) => "Sorted by name, A to Z",
            (false, true) => "Sorted by name, Z to A",
            (true, false) => "Sorted by e-mail address, A to Z",
            (true, true) => "Sorted by e-mail address, Z to A",
        }
    }
}

pub async fn show_list(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let wanted = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let (query, sorted_by, rows, pages, organisations) = database
        .read(move |conn| {
            let organisations = store::organisations_with_users(conn)?;
            let query = offered(query, &organisations);
            let narrowed = Narrowed::of(&query);
            let pages = Pages::new(wanted, PER_PAGE, store::count(conn, &narrowed, now.today)?);
            let rows = listed(conn, &narrowed, now.today, (pages.offset(), pages.per))?;
            Ok((query, narrowed.sorted_by(), rows, pages, organisations))
        })
        .await?;
    let all = |label| std::iter::once(Choice::new("", label));
    let roles = Role::ALL.iter().map(|role| Choice::new(role.word(), role.label()));
    show(&UsersPage {
        chrome: who.chrome(),
        chips: chips(&query, &organisations),
        roles: all("All roles").chain(roles).collect(),
        organisations: all("All organisations").chain(organisations).collect(),
        rows,
        pages,
        sorted_by,
        query,
    })
}

/// The address without filters for values that are no choice.
fn offered(query: Query, organisations: &[Choice]) -> Query {
    query.offered(&[("role", "Role"), ("organisation", "Organisation")], |name, value| match name {
        "role" => Role::from_word(value).is_some(),
        _ => organisations.iter().any(|choice| choice.is(value)),
    })
}

fn listed(
    conn: &mut Conn,
    narrowed: &Narrowed,
    today: NaiveDate,
    part: (i64, i64),
) -> Result<Vec<Listed>, Error> {
    let users = store::users(conn, narrowed, today, part)?;
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let mut held: HashMap<i64, Vec<Held>> = HashMap::new();
    for membership in store::memberships_of(conn, &ids)? {
        held.entry(membership.user_id).or_default().push(membership);
    }
    let rows = users.into_iter().map(|user| {
        let mut held = held.remove(&user.id).unwrap_or_default();
        let state = user.state(&held, today);
        held.retain(|each| !each.span().has_ended(today));
        Listed { user, held, state }
    });
    Ok(rows.collect())
}

fn chips(query: &Query, organisations: &[Choice]) -> Vec<Chip> {
    let mut chips = Vec::new();
    if let Some(role) = query.get("role") {
        let known = Role::from_word(role);
        chips.push(query.chip("role", format!("role is {}", known.map_or("not known", Role::label))));
    }
    if let Some(code) = query.get("organisation") {
        let known = organisations.iter().find(|choice| choice.is(code));
        let name = known.map_or(code, |choice| &choice.label);
        chips.push(query.chip("organisation", format!("organisation is {name}")));
    }
    if let Some(words) = query.get("words") {
        chips.push(query.chip("words", format!("name or e-mail address has “{words}”")));
    }
    chips
}

/// The users of the list with all their memberships, one a row, as a file that can be imported again.
pub async fn csv(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let file = database
        .write(move |conn| {
            let organisations = store::organisations_with_users(conn)?;
            let narrowed = Narrowed::of(&offered(query, &organisations).for_file()?);
            let users = store::users(conn, &narrowed, now.today, (0, i64::MAX))?;
            let mut held: HashMap<i64, Vec<Held>> = HashMap::new();
            let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
            for some in ids.chunks(1_000) {
                for membership in store::memberships_of(conn, some)? {
                    held.entry(membership.user_id).or_default().push(membership);
                }
            }
            let rows: usize = held.values().map(Vec::len).sum();
            let details = json!({ "kind": "users", "rows": rows });
            audit::record(conn, now.moment, &who.actor, Verb::Exported, &[], details)?;
            Ok(file(&users, &held).map_err(anyhow::Error::from)?)
        })
        .await?;
    Ok(download("users.csv", file))
}

fn file(users: &[Account], held: &HashMap<i64, Vec<Held>>) -> std::io::Result<Vec<u8>> {
    let mut out = CsvOut::with_mark(Vec::new())?;
    out.row(["email", "name", "role", "organisation_code", "from_date", "to_date"])?;
    for user in users {
        for each in held.get(&user.id).into_iter().flatten() {
            out.row([
                user.email.as_str(),
                &user.name,
                each.role.word(),
                each.organisation_code.as_deref().unwrap_or_default(),
                &each.from_on.to_string(),
                &each.to_on.map_or_else(String::new, |day| day.to_string()),
            ])?;
        }
    }
    out.finish()
}
