//! `/campaigns/{reference}`: a campaign, how far it has come, and what can be done next. Nobody sees who has answered.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::form;
use super::frame::Exclusion;
use super::letters::may_write;
use super::letters::round::{Round, rounds};
use super::opening::{can_mail, missing};
use super::width::{Width, widths};
use super::words::{Seen, seen};
use crate::access::{NOTES_RETURNS, RESULTS, ReadsCampaigns, Role, Who};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::disclosure::{Audience, Guarded, Shown, release_rounded};
use crate::error::Error;
use crate::jobs::Tools;
use crate::ltc6::ballot::seal::PrivateKey;
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::ltc6::feedback::store::feedback;
use crate::ltc6::paper;
use crate::ltc6::results::store::about;
use crate::ltc6::results::tally::Of;
use crate::page::{Chrome, filters, show};
use crate::schema::{campaign_exclusions, campaign_strata, ltc6_invitations};
use crate::settings::store::Values;

/// A level of a drawn sample.
struct Row {
    stratum: Stratum,
    eligible: Shown<i64>,
    sampled: Shown<i64>,
    /// To whom at least one letter was made or mail queued.
    invited: Shown<i64>,
    undeliverable: Shown<i64>,
}

#[derive(Template)]
#[template(path = "ltc6/campaigns/page.html")]
struct CampaignPage {
    chrome: Chrome,
    seen: Seen,
    rows: Vec<Row>,
    excluded: Vec<(&'static str, Shown<i64>)>,
    /// About how many answers are opened, by level, all levels last: suppressed for everybody.
    answers: Vec<(Of, Shown<i64>)>,
    widths: Vec<Width>,
    rate: u64,
    /// What keeps a draft from opening.
    missing: Vec<String>,
    rounds: Vec<Round>,
    may_act: bool,
    may_write: bool,
    may_note: bool,
    may_key: bool,
    may_read_results: bool,
    may_moderate: bool,
    /// When feedback was published; none where it is not.
    published_on: Option<NaiveDate>,
    /// Whether this server holds the private key.
    holds_key: bool,
}

impl CampaignPage {
    fn is(&self, word: &str) -> bool {
        self.seen.campaign.state.word() == word
    }

    /// Whether answers may still be sealed: then it matters who holds the key.
    fn has_key(&self) -> bool {
        self.seen.campaign.public_key.is_some() && !self.seen.campaign.key_destroyed
    }
}

/// At what response rate widths are worked out.
#[derive(Deserialize)]
pub struct RateQuery {
    #[serde(default)]
    rate: String,
}

pub async fn campaign(
    ReadsCampaigns(who): ReadsCampaigns,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    reference: web::Path<String>,
    query: web::Query<RateQuery>,
) -> Result<HttpResponse, Error> {
    let rate = form::rate(&query.rate);
    let page = database.read(move |conn| page(conn, &tools, &who, now, &reference, rate)).await?;
    show(&page)
}

fn page(
    conn: &mut Conn,
    tools: &Tools,
    who: &Who,
    now: Now,
    reference: &str,
    rate: u64,
) -> Result<CampaignPage, Error> {
    let seen = seen(conn, who, reference)?;
    let campaign = &seen.campaign;
    let suppressed = Audience::Others(Values::read(conn)?.suppression());
    // Keyers list no people, so that counts of people are not exact for them.
    let audience = if who.role() == Role::Keyer { suppressed } else { Audience::MayList };
    let strata = strata(conn, campaign.id)?;
    let asked = match strata.is_empty() {
        true => Stratum::ALL.iter().map(|stratum| campaign.wants(*stratum)).collect(),
        false => Stratum::ALL
            .iter()
            .map(|stratum| strata.iter().find(|row| row.0 == *stratum).map_or(0, |row| row.2))
            .collect::<Vec<i64>>(),
    };
    let is_draft = campaign.state == State::Draft;
    Ok(CampaignPage {
        rows: rows(conn, campaign, &strata, audience)?,
        excluded: excluded(conn, campaign.id, audience)?,
        answers: about(conn, campaign)?,
        widths: widths(asked.try_into().unwrap_or_default(), rate),
        rate,
        missing: match is_draft {
            true => missing(campaign, now.today, can_mail(conn, &tools.post)?),
            false => Vec::new(),
        },
        rounds: rounds(conn, campaign.id)?,
        may_write: who.role() == Role::Commissioner && may_write(campaign, now.today),
        may_note: NOTES_RETURNS.contains(&who.role())
            && matches!(campaign.state, State::Open | State::Closed),
        may_key: who.role() == Role::Keyer && paper::is_taken(campaign),
        may_moderate: who.role() == Role::Keyer,
        published_on: feedback(conn, campaign.id)?.published_on,
        may_read_results: RESULTS.contains(&who.role()),
        may_act: who.role() == Role::Commissioner,
        holds_key: PrivateKey::is_here(&tools.keys, reference),
        chrome: who.chrome(),
        seen,
    })
}

/// Level, eligible and sampled, in the order of [`Stratum::ALL`].
fn strata(conn: &mut Conn, id: i64) -> Result<Vec<(Stratum, i64, i64)>, Error> {
    let mut rows: Vec<(Stratum, i64, i64)> = campaign_strata::table
        .filter(campaign_strata::campaign_id.eq(id))
        .select((campaign_strata::level, campaign_strata::eligible, campaign_strata::sampled))
        .load(conn)?;
    rows.sort();
    Ok(rows)
}

fn rows(
    conn: &mut Conn,
    campaign: &Campaign,
    strata: &[(Stratum, i64, i64)],
    audience: Audience,
) -> Result<Vec<Row>, Error> {
    let counted = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(campaign.id))
        .group_by(ltc6_invitations::level)
        .select((ltc6_invitations::level, diesel::dsl::count_star()));
    let invited: HashMap<Stratum, i64> =
        counted.filter(ltc6_invitations::letters.gt(0)).load(conn)?.into_iter().collect();
    let undeliverable: HashMap<Stratum, i64> =
        counted.filter(ltc6_invitations::undeliverable.eq(true)).load(conn)?.into_iter().collect();
    let shown = |count: i64| release_rounded(Guarded::new(count), audience);
    let of = |counts: &HashMap<Stratum, i64>, stratum| shown(counts.get(&stratum).copied().unwrap_or(0));
    let rows = strata.iter().map(|(stratum, eligible, sampled)| Row {
        stratum: *stratum,
        eligible: shown(*eligible),
        sampled: shown(*sampled),
        invited: of(&invited, *stratum),
        undeliverable: of(&undeliverable, *stratum),
    });
    Ok(rows.collect())
}

fn excluded(conn: &mut Conn, id: i64, audience: Audience) -> Result<Vec<(&'static str, Shown<i64>)>, Error> {
    let rows: HashMap<String, i64> = campaign_exclusions::table
        .filter(campaign_exclusions::campaign_id.eq(id))
        .select((campaign_exclusions::reason, campaign_exclusions::people))
        .load(conn)?
        .into_iter()
        .collect();
    let counted = Exclusion::ALL.iter().filter_map(|reason| Some((reason, rows.get(reason.word())?)));
    Ok(counted
        .map(|(reason, people)| (reason.label(), release_rounded(Guarded::new(*people), audience)))
        .collect())
}
