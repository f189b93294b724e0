//! `/campaigns`: the campaigns of the caller's localities, as a page and as a file.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::store;
use crate::access::{ReadsCampaigns, Role, Who};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::csv_out::CsvOut;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::{chosen, localities};
use crate::ltc6::campaign::{Campaign, State};
use crate::page::{Chip, Choice, Chrome, Mistakes, PER_PAGE, Pages, Query, download, filters, show};
use crate::people::scope::commissioned;
use crate::runs::store::Locality;

#[derive(Template)]
#[template(path = "ltc6/campaigns/list.html")]
struct ListPage {
    chrome: Chrome,
    query: Query,
    chips: Vec<Chip>,
    states: Vec<Choice>,
    /// Empty where there is one locality.
    localities: Vec<Choice>,
    names: HashMap<i64, String>,
    campaigns: Vec<Campaign>,
    pages: Pages,
    may_draft: bool,
    mistakes: Mistakes,
}

impl ListPage {
    fn locality(&self, campaign: &Campaign) -> &str {
        self.names.get(&campaign.locality_id).map_or("", String::as_str)
    }

    fn csv(&self) -> String {
        format!("/campaigns.csv{}", self.query.without("page"))
    }

    fn chosen(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or("")
    }
}

/// The campaigns an address asks for.
struct Listed {
    query: Query,
    places: Vec<Locality>,
    campaigns: Vec<Campaign>,
}

fn listed(conn: &mut Conn, who: &Who, query: Query) -> Result<Listed, Error> {
    let here = commissioned(conn, who)?;
    let places = localities(conn, &here)?;
    let query = query.offered(&[("state", "State")], |_, value| State::from_word(value).is_some());
    let here = match query.get("locality") {
        Some(code) => vec![chosen(&places, Some(code))?.ok_or(Error::NotFound)?.id],
        None => here,
    };
    let states = match query.get("state").and_then(State::from_word) {
        Some(state) => vec![state],
        None => State::ALL.to_vec(),
    };
    Ok(Listed { campaigns: store::of_localities(conn, &here, &states)?, query, places })
}

pub async fn campaigns(
    ReadsCampaigns(who): ReadsCampaigns,
    database: web::Data<Database>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let page = database.read(move |conn| page(conn, &who, query)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, query: Query) -> Result<ListPage, Error> {
    let Listed { query, places, campaigns } = listed(conn, who, query)?;
    let number = query.get("page").and_then(|text| text.parse().ok()).unwrap_or(1);
    let pages = Pages::new(number, PER_PAGE, i64::try_from(campaigns.len()).unwrap_or(0));
    let (skip, take) =
        (usize::try_from(pages.offset()).unwrap_or(0), usize::try_from(pages.per).unwrap_or(0));
    let of_locality = query.get("locality").map(|code| query.chip("locality", format!("Locality: {code}")));
    let of_state =
        query.get("state").and_then(State::from_word).map(|state| query.chip("state", state.label()));
    let of_places = places.iter().map(|each| Choice::new(&each.code, &each.name));
    let all = || std::iter::once(Choice::new("", "All"));
    Ok(ListPage {
        chrome: who.chrome(),
        chips: of_locality.into_iter().chain(of_state).collect(),
        localities: match places.len() {
            0 | 1 => Vec::new(),
            _ => all().chain(of_places).collect(),
        },
        states: all()
            .chain(State::ALL.iter().map(|state| Choice::new(state.word(), state.label())))
            .collect(),
        names: places.into_iter().map(|locality| (locality.id, locality.name)).collect(),
        campaigns: campaigns.into_iter().skip(skip).take(take).collect(),
        pages,
        may_draft: who.role() == Role::Commissioner,
        mistakes: Mistakes::new(),
        query,
    })
}

const COLUMNS: [&str; 12] = [
    "campaign",
    "code",
    "name",
    "locality",
    "state",
    "opens_on",
    "closes_on",
    "delivery",
    "want_low",
    "want_medium",
    "want_high",
    "want_none",
];

pub async fn csv(
    ReadsCampaigns(who): ReadsCampaigns,
    database: web::Data<Database>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    let asked = query.to_string();
    let work = move |conn: &mut Conn| {
        let Listed { query, places, campaigns } = listed(conn, &who, query)?;
        query.for_file()?;
        let mut out = CsvOut::with_mark(Vec::new()).map_err(anyhow::Error::from)?;
        out.row(COLUMNS).map_err(anyhow::Error::from)?;
        for campaign in &campaigns {
            let here = places.iter().find(|locality| locality.id == campaign.locality_id);
            let place = here.map_or("", |locality| &locality.code);
            out.row(cells(campaign, place)).map_err(anyhow::Error::from)?;
        }
        let details = json!({ "kind": "campaigns", "rows": campaigns.len(), "asked": asked });
        audit::record(conn, now.moment, &who.actor, Verb::Exported, &[], details)?;
        Ok(out.finish().map_err(anyhow::Error::from)?)
    };
    Ok(download("campaigns.csv", database.write(work).await?))
}

fn cells(campaign: &Campaign, locality: &str) -> [String; 12] {
    [
        campaign.reference.clone(),
        campaign.code.clone(),
        campaign.name.clone(),
        locality.to_owned(),
        campaign.state.word().to_owned(),
        campaign.opens_on.to_string(),
        campaign.closes_on.to_string(),
        campaign.delivery.word().to_owned(),
        campaign.want_low.to_string(),
        campaign.want_medium.to_string(),
        campaign.want_high.to_string(),
        campaign.want_none.to_string(),
    ]
}
