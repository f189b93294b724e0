//! `/decisions`: the worklist of judgement cases, for provider networks that decide them and commissioners who read them.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::batch::Alike;
use super::case::{Pattern, State, word};
use super::list::{Line, Which};
use super::list_asked::{List, STATES, alike, named, read, which_word};
use super::practice_page;
use super::words;
use crate::access::{ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chip, Choice, Chrome, Pages, Query, filters, show};
use crate::people::person::capital;
use crate::people::rows::known;
use crate::people::why::fact_words;

#[derive(Template)]
#[template(path = "decisions/cases.html")]
struct CasesPage {
    chrome: Chrome,
    list: List,
    pages: Pages,
    shown: Vec<Line>,
    pseudonyms: HashMap<i64, (String, String)>,
    decides: bool,
    /// Patterns that several waiting cases have: locality row id, pattern, how many.
    patterns: Vec<(i64, Pattern, usize)>,
    names: HashMap<i64, String>,
    today: NaiveDate,
}

impl CasesPage {
    fn together(&self, locality_id: &i64, pattern: &Pattern) -> String {
        let place = self.list.places.iter().find(|place| place.id == *locality_id);
        Alike::address(place.map_or("", |place| &place.code), pattern)
    }

    fn facts_of(&self, pattern: &Pattern) -> String {
        let facts: Vec<String> = pattern.facts.iter().map(|fact| fact_words(fact)).collect();
        if facts.is_empty() { "Too many facts".into() } else { capital(facts.join(", ")) }
    }

    fn groups_of(&self, locality_id: &i64, pattern: &Pattern) -> String {
        words::groups(&self.list.schemes, *locality_id, &pattern.could_be)
    }

    fn name(&self, line: &Line) -> Option<&String> {
        self.names.get(&line.person_id)
    }

    fn pseudonym(&self, line: &Line) -> &str {
        self.pseudonyms.get(&line.person_id).map_or("", |(pseudonym, _)| pseudonym)
    }

    fn practice(&self, line: &Line) -> &str {
        self.list.practices.get(&line.practice_id).map_or("", |(code, _)| code)
    }

    fn could_be(&self, line: &Line) -> String {
        words::groups(&self.list.schemes, line.locality_id, &line.pattern.could_be)
    }

    fn missing(&self, line: &Line) -> String {
        capital(line.missing())
    }

    fn stands_in(&self, line: &Line) -> String {
        capital(self.list.schemes.place(line.locality_id, line.stands_in.as_deref()))
    }

    fn chosen(&self, name: &str) -> &str {
        self.list.query.get(name).unwrap_or("")
    }

    fn of_state(&self, which: &Which) -> Query {
        self.list.query.without("page").with("state", which_word(*which))
    }

    fn chips(&self) -> Vec<Chip> {
        chips(&self.list)
    }

    fn csv(&self) -> String {
        format!("/decisions.csv{}", self.list.query.without("page"))
    }

    fn localities(&self) -> Vec<Choice> {
        let all = self.list.places.iter().map(|place| Choice::new(&place.code, &place.name));
        if self.list.places.len() > 1 { any(all) } else { Vec::new() }
    }

    fn facts(&self) -> Vec<Choice> {
        any(self.list.facts.iter().map(|fact| Choice::new(fact, capital(fact_words(fact)))))
    }

    fn groups(&self) -> Vec<Choice> {
        let here: Vec<i64> = self.list.places.iter().map(|place| place.id).collect();
        let groups = self.list.schemes.home_groups(&here).into_iter();
        let groups = groups.map(|group| Choice::new(&group.code, &group.label));
        any(groups.chain([Choice::new("none", "Not placed")]))
    }

    fn practice_choices(&self) -> Vec<Choice> {
        let mut practices: Vec<&(String, String)> = self.list.practices.values().collect();
        practices.sort_by(|one, other| one.1.cmp(&other.1));
        any(practices.into_iter().map(|(code, name)| Choice::new(code, format!("{name} ({code})"))))
    }

    fn states(&self) -> Vec<Choice> {
        STATES.iter().map(|(which, label)| Choice::new(which_word(*which), *label)).collect()
    }

    fn state_chosen(&self) -> &'static str {
        which_word(self.list.which)
    }
}

fn any(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", "Any")).chain(choices).collect()
}

fn chips(list: &List) -> Vec<Chip> {
    let query = &list.query;
    let here: Vec<i64> = list.places.iter().map(|place| place.id).collect();
    let chosen = ["locality", "fact", "group", "practice"].into_iter();
    let chosen = chosen.filter_map(|name| Some((name, query.get(name)?)));
    let chips = chosen.map(|(name, value)| {
        let label = match name {
            "fact" => format!("Not known: {}", fact_words(value)),
            "group" if value == word(None) => "Could be: not placed".into(),
            "group" => format!("Could be: {}", list.schemes.label_among(&here, value)),
            name => format!("{}: {value}", capital(name.into())),
        };
        query.chip(name, label)
    });
    chips.collect()
}

pub async fn cases(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    if matches!(who.role(), Role::Gp | Role::PracticeStaff) {
        return practice_page::list(who, &database, now, query).await;
    }
    let actor = who.actor.clone();
    let page = database.read(move |conn| page(conn, &who, now, query)).await?;
    let subjects: Vec<Subject> =
        page.shown.iter().map(|line| Subject::person(page.pseudonym(line))).collect();
    let details = json!({ "rows": page.pages.rows, "asked": page.list.query.to_string() });
    database
        .write(move |conn| audit::record(conn, now.moment, &actor, Verb::CasesListed, &subjects, details))
        .await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<CasesPage, Error> {
    let list = read(conn, who, now, query)?;
    let number = |name: &str| list.query.get(name).and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number("page"), number("per"), i64::try_from(list.lines.len()).unwrap_or(0));
    let place = |number: i64| usize::try_from(number).unwrap_or(0);
    let shown: Vec<Line> =
        list.lines.iter().skip(place(pages.offset())).take(place(pages.per)).cloned().collect();
    let decides = who.role() == Role::Provider;
    Ok(CasesPage {
        chrome: who.chrome(),
        patterns: if decides { alike(&list.lines) } else { Vec::new() },
        names: named(conn, who, now, &shown)?,
        pseudonyms: known(conn, shown.iter().map(|line| line.person_id).collect())?,
        decides,
        today: now.today,
        list,
        pages,
        shown,
    })
}
