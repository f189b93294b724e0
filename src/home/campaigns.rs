//! LTC6 campaigns that wait for a commissioner.

use super::waiting::{ToDo, Waiting};
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::ltc6::campaign::{Campaign, State};
use crate::ltc6::campaigns::letters::may_write;
use crate::ltc6::campaigns::letters::round::rounds;
use crate::ltc6::campaigns::store::of_localities;
use crate::ltc6::feedback::store::unpublished;
use crate::page::long_day;
use crate::people::scope::Scope;

/// Drafts to draw and open, and open campaigns that nobody was written to for yet.
pub fn campaigns(conn: &mut Conn, scope: &Scope, now: Now, home: &mut Waiting) -> Result<(), Error> {
    let drafts = of_localities(conn, &scope.localities, &[State::Draft])?;
    home.card(
        i64::try_from(drafts.len()).unwrap_or(i64::MAX),
        ("campaign to draw or open", "campaigns to draw or open"),
        "/campaigns?state=draft".into(),
    );
    for campaign in drafts {
        let (what, action) = match campaign.drawn_on {
            None => ("Draw the sample of a campaign", "Go to the campaign"),
            Some(_) => ("Open a campaign whose sample is drawn", "Go to the campaign"),
        };
        home.to_do.push(to_do(&campaign, what, action));
    }
    for campaign in of_localities(conn, &scope.localities, &[State::Open])? {
        if may_write(&campaign, now.today) && rounds(conn, campaign.id)?.is_empty() {
            home.to_do.push(to_do(&campaign, "Make the first letters of a campaign", "Make letters"));
        }
    }
    for campaign in unpublished(conn, &scope.localities)? {
        home.to_do.push(ToDo {
            whose: format!("{}, closed on {}", campaign.code, long_day(campaign.closes_on)),
            href: format!("/campaigns/{}/feedback", campaign.reference),
            ..to_do(&campaign, "Publish what people said and what will be done", "Write the feedback")
        });
    }
    Ok(())
}

fn to_do(campaign: &Campaign, what: &str, action: &'static str) -> ToDo {
    ToDo {
        what: what.to_owned(),
        whose: format!("{} ({})", campaign.name, campaign.code),
        action,
        href: format!("/campaigns/{}", campaign.reference),
    }
}
