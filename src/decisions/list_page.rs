//! `/decisions`: the worklist of judgement cases, for provider networks that decide them and commissioners who read them.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::batch::Alike;
use super::case::{Pattern, State, word};
use super::list::{self, Line, Wanted, Which};
use super::practice_page;
use crate::access::{ReadsDecisions, Role, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::groups::store::names;
use crate::page::{Chip, Choice, Chrome, Pages, Query, download, filters, show};
use crate::people::person::capital;
use crate::people::rows::{known, names_of};
use crate::people::scope::{Reach, Scope, shares};
use crate::people::why::fact_words;
use crate::runs::store::Locality;

/// The list as asked for.
struct List {
    query: Query,
    lines: Vec<Line>,
    /// How many lines there are in each state, whichever are shown.
    counts: Vec<(Which, &'static str, usize)>,
    left_out: usize,
    places: Vec<Locality>,
    practices: HashMap<i64, (String, String)>,
    /// Every fact and practice there is to choose.
    facts: Vec<String>,
    which: Which,
    schemes: Schemes,
}

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

    fn groups_of(&self, pattern: &Pattern) -> String {
        self.list.groups(&pattern.could_be)
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
        self.list.groups(&line.pattern.could_be)
    }

    fn missing(&self, line: &Line) -> String {
        capital(line.missing())
    }

    fn stands_in(&self, line: &Line) -> String {
        capital(self.list.label(line.stands_in.as_deref()))
    }

    fn chosen(&self, name: &str) -> &str {
        self.list.query.get(name).unwrap_or("")
    }

    fn of_state(&self, which: &Which) -> Query {
        self.list.query.without("page").with("state", which_word(*which))
    }

    fn chips(&self) -> Vec<Chip> {
        self.list.chips()
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

const STATES: [(Which, &str); 6] = [
    (Which::Waiting, "Waiting for a decision"),
    (Which::In(State::Asked), "Asked of the practice"),
    (Which::In(State::Decided), "Decided and held"),
    (Which::Due, "Review date has come"),
    (Which::In(State::Retired), "Retired"),
    (Which::Any, "Any state"),
];

fn which_word(which: Which) -> &'static str {
    match which {
        Which::Waiting => "waiting",
        Which::Due => "due",
        Which::Any => "any",
        Which::In(state) => state.word(),
    }
}

fn any(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", "Any")).chain(choices).collect()
}

impl List {
    fn label(&self, code: Option<&str>) -> String {
        let here: Vec<i64> = self.places.iter().map(|place| place.id).collect();
        code.map_or_else(|| "no group".into(), |code| self.schemes.label_among(&here, code).into())
    }

    fn groups(&self, could_be: &[Option<String>]) -> String {
        let groups: Vec<String> = could_be.iter().map(|code| self.label(code.as_deref())).collect();
        capital(groups.join("; "))
    }

    fn chips(&self) -> Vec<Chip> {
        let query = &self.query;
        let chosen = ["locality", "fact", "group", "practice"].into_iter();
        let chosen = chosen.filter_map(|name| Some((name, query.get(name)?)));
        let chips = chosen.map(|(name, value)| {
            let label = match name {
                "fact" => format!("Not known: {}", fact_words(value)),
                "group" if value == word(None) => "Could be: not placed".into(),
                "group" => format!("Could be: {}", self.label(Some(value))),
                name => format!("{}: {value}", capital(name.into())),
            };
            query.chip(name, label)
        });
        chips.collect()
    }
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

/// The patterns of two or more waiting cases, those of most cases first.
fn alike(lines: &[Line]) -> Vec<(i64, Pattern, usize)> {
    let waiting = lines.iter().filter(|line| matches!(line.state, State::Open | State::Asked));
    let mut counts: BTreeMap<(i64, &Pattern), usize> = BTreeMap::new();
    for line in waiting {
        *counts.entry((line.locality_id, &line.pattern)).or_default() += 1;
    }
    let several = counts.into_iter().filter(|(_, cases)| *cases > 1);
    let mut patterns: Vec<(i64, Pattern, usize)> =
        several.map(|((locality, pattern), cases)| (locality, pattern.clone(), cases)).collect();
    patterns.sort_by_key(|(.., cases)| std::cmp::Reverse(*cases));
    patterns.truncate(10);
    patterns
}

/// The names of those shown whom the caller may see by name.
fn named(conn: &mut Conn, who: &Who, now: Now, shown: &[Line]) -> Result<HashMap<i64, String>, Error> {
    if who.role() != Role::Provider || !shares(conn, who.organisation_id(), now.today)? {
        return Ok(HashMap::new());
    }
    let scope = Scope::of(conn, who, now.today)?;
    let Reach::Care(pairs) = &scope.reach else { return Ok(HashMap::new()) };
    let cares = |line: &&Line| {
        let group = line.stands_in.as_ref();
        matches!(line.state, State::Open | State::Asked)
            && group.is_some_and(|code| pairs.contains(&(line.locality_id, code.clone())))
    };
    names_of(conn, &shown.iter().filter(cares).map(|line| line.person_id).collect::<Vec<_>>())
}

fn read(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<List, Error> {
    let places = list::places(conn, who, now)?;
    let all = Wanted {
        locality: query
            .get("locality")
            .map(|code| places.iter().find(|place| place.code == code).map_or(0, |place| place.id)),
        ..Wanted::default()
    };
    let (mut lines, mut left_out) = list::lines(conn, who, now, &all)?;
    let practice_ids: Vec<i64> = lines.iter().map(|line| line.practice_id).collect();
    let practices = names(conn, &distinct(practice_ids))?;
    let mut facts: Vec<String> = lines.iter().flat_map(|line| line.pattern.facts.clone()).collect();
    facts.sort();
    facts.dedup();
    let practice = |code: &str| practices.iter().find(|(_, named)| named.0 == code).map_or(0, |(id, _)| *id);
    let wanted = Wanted {
        practice: query.get("practice").map(practice),
        fact: query.get("fact").map(str::to_owned),
        group: query.get("group").map(|code| (code != word(None)).then(|| code.to_owned())),
        ..all.clone()
    };
    if wanted != all {
        (lines, left_out) = list::lines(conn, who, now, &wanted)?;
    }
    let which = query.get("state").and_then(Which::from_word).unwrap_or_default();
    let count = |which: Which| lines.iter().filter(|line| which.has(line, now.today)).count();
    let counts = STATES[..5].iter().map(|(which, label)| (*which, *label, count(*which))).collect();
    lines.retain(|line| which.has(line, now.today));
    let schemes = Schemes::on(conn, now.today)?;
    Ok(List { query, lines, counts, left_out, places, practices, facts, which, schemes })
}

fn distinct(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The list as a file.
pub async fn csv(
    ReadsDecisions(who): ReadsDecisions,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    if matches!(who.role(), Role::Gp | Role::PracticeStaff) {
        return practice_page::csv(who, &database, now, query).await;
    }
    let (actor, asked) = (who.actor.clone(), query.to_string());
    let (rows, body) = database.read(move |conn| file(conn, &who, now, query)).await?;
    let details = json!({ "kind": "decisions", "rows": rows, "asked": asked });
    database.write(move |conn| audit::record(conn, now.moment, &actor, Verb::Exported, &[], details)).await?;
    Ok(download("judgement-cases.csv", body))
}

const COLUMNS: &str = "pseudonym,locality,practice,state,not_known,could_be,group,since,decision,review_on";

fn file(conn: &mut Conn, who: &Who, now: Now, query: Query) -> Result<(usize, Vec<u8>), Error> {
    let list = read(conn, who, now, query)?;
    let known = known(conn, list.lines.iter().map(|line| line.person_id).collect())?;
    let codes: BTreeMap<i64, &str> = list.places.iter().map(|place| (place.id, &*place.code)).collect();
    let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
    out.row(COLUMNS.split(',')).map_err(anyhow::Error::from)?;
    for line in &list.lines {
        let Pattern { facts, could_be } = &line.pattern;
        let could_be: Vec<&str> = could_be.iter().map(|code| word(code.as_deref())).collect();
        let held = line.held.as_ref();
        let cells = [
            known.get(&line.person_id).map_or("", |(pseudonym, _)| pseudonym).to_owned(),
            codes.get(&line.locality_id).copied().unwrap_or_default().to_owned(),
            list.practices.get(&line.practice_id).map_or("", |(code, _)| code).to_owned(),
            line.state.word().to_owned(),
            facts.join(";"),
            could_be.join(";"),
            line.stands_in.clone().unwrap_or_default(),
            line.on.to_string(),
            held.map(|(hold, _)| hold.reference.clone()).unwrap_or_default(),
            held.map(|(hold, _)| hold.review_on.to_string()).unwrap_or_default(),
        ];
        out.row(cells).map_err(anyhow::Error::from)?;
    }
    Ok((list.lines.len(), out.finish().map_err(anyhow::Error::from)?))
}
