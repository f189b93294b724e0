//! `/admin/organisations`: one list of all localities and organisations.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use super::networks;
use super::organisation::Kind;
use super::store::{self, Locality, Organisation};
use crate::access::Administrator;
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chip, Choice, Chrome, Mistakes, PER_PAGE, Pages, Query, filters, show, thousands, typed};

/// The word for localities in the filter by kind.
const LOCALITY: &str = "locality";

/// A locality or an organisation in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    address: String,
    code: String,
    name: String,
    name_key: String,
    /// The word of its kind, as the filter has it.
    kind: &'static str,
    kind_label: &'static str,
    /// Codes of the localities it lies in, commissions or cares for.
    localities: BTreeSet<String>,
    state: &'static str,
}

/// What the list is narrowed to.
struct Narrowed {
    kind: String,
    locality: String,
    words: String,
}

impl Narrowed {
    fn of(query: &Query) -> Narrowed {
        let text = |name| query.get(name).unwrap_or_default().to_owned();
        Narrowed { kind: text("kind"), locality: text("locality"), words: typed::words(&text("words")) }
    }

    fn has(&self, row: &Listed) -> bool {
        (self.kind.is_empty() || self.kind == row.kind)
            && (self.locality.is_empty() || row.localities.contains(&self.locality))
            && self
                .words
                .split_whitespace()
                .all(|word| row.name_key.contains(word) || row.code.to_lowercase().contains(word))
    }
}

#[derive(Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    kinds: Vec<Choice>,
    localities: Vec<Choice>,
    rows: Vec<Listed>,
    pages: Pages,
    sorted_by: &'static str,
    /// Rows of the two kinds of file the list can be downloaded as.
    organisation_count: usize,
    locality_count: usize,
}

impl ListPage {
    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or_default()
    }

    /// How many rows there are, in the word for their kind.
    fn counted(&self) -> String {
        let words = match (self.chosen("kind"), Kind::from_word(self.chosen("kind"))) {
            (_, Some(kind)) if self.pages.rows == 1 => typed::lowered(kind.label()),
            (_, Some(kind)) => typed::lowered(&kind.plural()),
            (LOCALITY, None) if self.pages.rows == 1 => "locality".to_owned(),
            (LOCALITY, None) => "localities".to_owned(),
            _ if self.pages.rows == 1 => "locality or organisation".to_owned(),
            _ => "localities and organisations".to_owned(),
        };
        format!("{} {words}", thousands(self.pages.rows))
    }

    /// The file of organisations, or of localities, that are in the list.
    fn file(&self, of_localities: bool) -> String {
        let query = self.query.without("page").without("sort");
        let query = if of_localities { query.with("kind", LOCALITY) } else { query };
        format!("/admin/organisations.csv{query}")
    }
}

pub async fn show_list(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let (localities, mut rows) = database
        .read(move |conn| {
            let (localities, organisations) = (store::localities(conn)?, store::organisations(conn)?);
            let rows = listed(conn, &localities, &organisations, now.today)?;
            Ok((localities, rows))
        })
        .await?;
    let narrowed = Narrowed::of(&query);
    rows.retain(|row| narrowed.has(row));
    let sorted_by = sort(&mut rows, query.get("sort").unwrap_or("name"));
    let locality_count = rows.iter().filter(|row| row.kind == LOCALITY).count();
    let wanted = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let pages = Pages::new(wanted, PER_PAGE, i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let organisation_count = rows.len() - locality_count;
    let skipped = usize::try_from(pages.offset()).unwrap_or(0);
    show(&ListPage {
        chrome: who.chrome(),
        chips: chips(&query, &localities),
        kinds: kinds(),
        localities: super::locality_choices(&localities, "All localities"),
        rows: rows.into_iter().skip(skipped).take(PER_PAGE as usize).collect(),
        pages,
        sorted_by,
        organisation_count,
        locality_count,
        query,
    })
}

fn kinds() -> Vec<Choice> {
    let all = [Choice::new("", "All kinds"), Choice::new(LOCALITY, "Locality")];
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.label()));
    all.into_iter().chain(kinds).collect()
}

fn chips(query: &Query, localities: &[Locality]) -> Vec<Chip> {
    let mut chips = Vec::new();
    if let Some(kind) = query.get("kind") {
        let label = Kind::from_word(kind).map_or("locality", Kind::label);
        chips.push(query.chip("kind", format!("kind is {label}")));
    }
    if let Some(code) = query.get("locality") {
        let name = localities.iter().find(|each| each.code == code).map_or(code, |each| each.name.as_str());
        chips.push(query.chip("locality", format!("locality is {name}")));
    }
    if let Some(words) = query.get("words") {
        chips.push(query.chip("words", format!("name or code has “{words}”")));
    }
    chips
}

/// Sorts by a key of the query string, a minus in front for the other way; gives the order in words.
fn sort(rows: &mut [Listed], key: &str) -> &'static str {
    let (key, descending) = key.strip_prefix('-').map_or((key, false), |key| (key, true));
    match key {
        "code" => rows.sort_by(|a, b| a.code.cmp(&b.code).then_with(|| a.address.cmp(&b.address))),
        "kind" => rows.sort_by(|a, b| {
            (a.kind_label, &a.name_key, &a.address).cmp(&(b.kind_label, &b.name_key, &b.address))
        }),
        _ => rows.sort_by(|a, b| (&a.name_key, &a.address).cmp(&(&b.name_key, &b.address))),
    }
    if descending {
        rows.reverse();
    }
    match (key, descending) {
        ("code", false) => "Sorted by code",
        ("code", true) => "Sorted by code, last first",
        ("kind", false) => "Sorted by kind, then name",
        ("kind", true) => "Sorted by kind, last first",
        (_, false) => "Sorted by name, A to Z",
        (_, true) => "Sorted by name, Z to A",
    }
}

fn listed(
    conn: &mut Conn,
    localities: &[Locality],
    organisations: &[Organisation],
    today: NaiveDate,
) -> Result<Vec<Listed>, Error> {
    let reached = reached(conn, localities, organisations, today)?;
    let commissioners: BTreeSet<&str> = organisations
        .iter()
        .filter(|each| each.kind == Kind::Commissioner)
        .map(|each| each.code.as_str())
        .collect();
    let mut rows: Vec<Listed> = localities
        .iter()
        .map(|locality| Listed {
            address: locality.address(),
            code: locality.code.clone(),
            name: locality.name.clone(),
            name_key: locality.name.to_lowercase(),
            kind: LOCALITY,
            kind_label: "Locality",
            localities: BTreeSet::from([locality.code.clone()]),
            state: match commissioners.contains(locality.commissioner_code.as_str()) {
                true => "",
                false => "No commissioner yet",
            },
        })
        .collect();
    rows.extend(organisations.iter().map(|organisation| Listed {
        address: organisation.address(),
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        name_key: organisation.name.to_lowercase(),
        kind: organisation.kind.word(),
        kind_label: organisation.kind.label(),
        localities: reached.get(&organisation.id).cloned().unwrap_or_default(),
        state: match organisation.span().state(today) {
            "Active" => "",
            other => other,
        },
    }));
    Ok(rows)
}

/// By organisation, the codes of the localities it lies in, commissions, holds practices in or cares for groups in.
fn reached(
    conn: &mut Conn,
    localities: &[Locality],
    organisations: &[Organisation],
    today: NaiveDate,
) -> Result<HashMap<i64, BTreeSet<String>>, Error> {
    let code_of: HashMap<i64, &str> = localities.iter().map(|each| (each.id, each.code.as_str())).collect();
    let mut reached: HashMap<i64, BTreeSet<String>> = HashMap::new();
    let mut add = |organisation: i64, locality: i64| {
        if let Some(code) = code_of.get(&locality) {
            reached.entry(organisation).or_default().insert((*code).to_owned());
        }
    };
    let lies_in: HashMap<i64, i64> =
        organisations.iter().filter_map(|each| Some((each.id, each.locality_id?))).collect();
    lies_in.iter().for_each(|(organisation, locality)| add(*organisation, *locality));
    for organisation in organisations.iter().filter(|each| each.kind == Kind::Commissioner) {
        let led = localities.iter().filter(|each| each.commissioner_code == organisation.code);
        led.for_each(|locality| add(organisation.id, locality.id));
    }
    for (network, member) in networks::members_on(conn, today)? {
        if let Some(locality) = lies_in.get(&member) {
            add(network, *locality);
        }
    }
    networks::cared_for_on(conn, today)?.iter().for_each(|(network, locality)| add(*network, *locality));
    Ok(reached)
}

/// The list as a file that can be imported again: organisations, or localities where that kind is chosen.
pub async fn csv(
    Administrator(who): Administrator,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let narrowed = Narrowed::of(&query);
    let of_localities = narrowed.kind == LOCALITY;
    let file = database
        .write(move |conn| {
            let (localities, organisations) = (store::localities(conn)?, store::organisations(conn)?);
            let mut rows = listed(conn, &localities, &organisations, now.today)?;
            rows.retain(|row| narrowed.has(row));
            let codes: BTreeSet<&str> = rows
                .iter()
                .filter(|row| (row.kind == LOCALITY) == of_localities)
                .map(|row| row.code.as_str())
                .collect();
            let file = match of_localities {
                true => localities_file(localities.iter().filter(|each| codes.contains(each.code.as_str()))),
                false => organisations_file(
                    organisations.iter().filter(|each| codes.contains(each.code.as_str())),
                    &localities,
                ),
            };
            let kind = if of_localities { "localities" } else { "organisations" };
            let details = json!({ "kind": kind, "rows": codes.len() });
            audit::record(conn, now.moment, &who.actor, Verb::Exported, &[], details)?;
            Ok(file.map_err(anyhow::Error::from)?)
        })
        .await?;
    let name = if of_localities { "localities.csv" } else { "organisations.csv" };
    Ok(crate::page::download(name, file))
}

fn localities_file<'a>(localities: impl Iterator<Item = &'a Locality>) -> std::io::Result<Vec<u8>> {
    let mut out = CsvOut::with_mark(Vec::new())?;
    out.row(["locality_code", "locality_name", "commissioner_code", "population"])?;
    for locality in localities {
        let population = locality.population.map_or_else(String::new, |people| people.to_string());
        out.row([&locality.code, &locality.name, &locality.commissioner_code, &population])?;
    }
    out.finish()
}

fn organisations_file<'a>(
    organisations: impl Iterator<Item = &'a Organisation>,
    localities: &[Locality],
) -> std::io::Result<Vec<u8>> {
    let code_of: HashMap<i64, &str> = localities.iter().map(|each| (each.id, each.code.as_str())).collect();
    let mut out = CsvOut::with_mark(Vec::new())?;
    out.row([
        "org_code",
        "org_name",
        "org_type",
        "commissioner_type",
        "locality_code",
        "sector",
        "open_date",
        "close_date",
    ])?;
    for each in organisations {
        out.row([
            each.code.as_str(),
            &each.name,
            each.kind.word(),
            each.commissioner_kind.map_or("", |kind| kind.word()),
            each.locality_id.and_then(|id| code_of.get(&id).copied()).unwrap_or_default(),
            each.sector.map_or("", |sector| sector.word()),
            &each.opened_on.to_string(),
            &each.closed_on.map_or_else(String::new, |day| day.to_string()),
        ])?;
    }
    out.finish()
}
