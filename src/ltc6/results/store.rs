//! Opened answers as they are counted, and whom a campaign asked.

use std::collections::HashMap;

use diesel::prelude::*;

use super::figures::{Figures, about_returns};
use super::tally::{Of, Return, Tally};
use crate::database::Conn;
use crate::disclosure::{Guarded, Shown, Suppression};
use crate::error::Error;
use crate::ltc6::answers::{Mark, Respondent};
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::schema::{campaign_strata, campaigns, ltc6_comments, ltc6_invitations, ltc6_responses};
use crate::settings::store::Values;

/// The figures of a campaign's opened answers. They stand still once it is counted.
pub fn figures(conn: &mut Conn, campaign: &Campaign) -> Result<Figures, Error> {
    let tally = Tally::of(&returns(conn, campaign.id)?, &asked(conn, campaign.id)?);
    let kept = campaign.threshold.and_then(Suppression::of);
    let rule = match kept {
        Some(rule) => rule,
        None => Values::read(conn)?.suppression(),
    };
    Ok(match campaign.state {
        State::Counted => Figures::counted(&tally, rule),
        _ => Figures::provisional(&tally, rule),
    })
}

/// About how many answers of a campaign are opened, by level, all levels last.
pub fn about(conn: &mut Conn, campaign: &Campaign) -> Result<Vec<(Of, Shown<i64>)>, Error> {
    Ok(about_returns(&Tally::of(&returns(conn, campaign.id)?, &asked(conn, campaign.id)?)))
}

fn returns(conn: &mut Conn, campaign_id: i64) -> Result<Vec<Return>, Error> {
    type Marks = (Option<Mark>, Option<Mark>, Option<Mark>, Option<Mark>, Option<Mark>, Option<Mark>);
    let rows: Vec<(Option<Stratum>, Option<Respondent>, bool, Marks)> = ltc6_responses::table
        .filter(ltc6_responses::campaign_id.eq(campaign_id))
        .select((
            ltc6_responses::level,
            ltc6_responses::respondent,
            ltc6_responses::wrote,
            (
                ltc6_responses::q1,
                ltc6_responses::q2,
                ltc6_responses::q3,
                ltc6_responses::q4,
                ltc6_responses::q5,
                ltc6_responses::q6,
            ),
        ))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(level, respondent, wrote, marks)| Return { level, respondent, wrote, marks: marks.into() })
        .collect())
}

/// The levels people were drawn from.
fn asked(conn: &mut Conn, campaign_id: i64) -> Result<Vec<Stratum>, Error> {
    Ok(campaign_strata::table
        .filter(campaign_strata::campaign_id.eq(campaign_id).and(campaign_strata::sampled.gt(0)))
        .order(campaign_strata::level)
        .select(campaign_strata::level)
        .load(conn)?)
}

/// How many were sent a letter or mail, and to how many of these it could not be brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    pub invited: Guarded<i64>,
    pub undeliverable: Guarded<i64>,
}

pub fn sent(conn: &mut Conn, campaign_id: i64) -> Result<HashMap<Stratum, Sent>, Error> {
    let counts: Vec<(Stratum, bool, i64)> = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(campaign_id).and(ltc6_invitations::letters.gt(0)))
        .group_by((ltc6_invitations::level, ltc6_invitations::undeliverable))
        .select((ltc6_invitations::level, ltc6_invitations::undeliverable, diesel::dsl::count_star()))
        .load(conn)?;
    let mut sent: HashMap<Stratum, Sent> = HashMap::new();
    for (level, undeliverable, count) in counts {
        let of = sent.entry(level).or_default();
        of.invited = of.invited + Guarded::new(count);
        if undeliverable {
            of.undeliverable = Guarded::new(count);
        }
    }
    Ok(sent)
}

/// The last counted campaign before this one that asked the same people: of its locality, and of its provider network.
pub fn last(conn: &mut Conn, campaign: &Campaign) -> Result<Option<Campaign>, Error> {
    let before: Vec<Campaign> = campaigns::table
        .filter(campaigns::locality_id.eq(campaign.locality_id).and(campaigns::state.eq(State::Counted)))
        .filter(campaigns::closes_on.lt(campaign.closes_on))
        .order((campaigns::closes_on.desc(), campaigns::id.desc()))
        .select(Campaign::as_select())
        .load(conn)?;
    Ok(before.into_iter().find(|other| other.network_id == campaign.network_id))
}

/// A text that a moderator let stand.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Told {
    pub question: String,
    /// Blank where none was given.
    pub theme: Option<String>,
    pub text: String,
}

/// What was moderated and is shown, by theme; in an order of chance within it, for keys are random.
pub fn told(conn: &mut Conn, campaign_id: i64) -> Result<Vec<Told>, Error> {
    let mut told: Vec<Told> = ltc6_comments::table
        .filter(ltc6_comments::campaign_id.eq(campaign_id).and(ltc6_comments::state.eq("shown")))
        .order(ltc6_comments::key)
        .select((ltc6_comments::question, ltc6_comments::theme, ltc6_comments::text))
        .load(conn)?;
    // Texts without a theme stand last.
    told.sort_by_key(|each| (each.theme.is_none(), each.theme.as_ref().map(|theme| theme.to_lowercase())));
    Ok(told)
}
