//! Taking returns: which number of which batch has come, and the answers sealed into the box, tied by nothing.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use rand::seq::SliceRandom;

use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::insert_many;
use crate::keys::random_token;
use crate::ltc6::answers::Answers;
use crate::ltc6::ballot::{open, seal};
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::schema::{localities, ltc6_box, ltc6_paper_returns};

/// A questionnaire on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// The box or envelope it came in.
    pub batch: String,
    /// Its number there.
    pub number: i64,
    pub received_on: NaiveDate,
    /// As the form is marked; [`Stratum::None`] where it is not.
    pub level: Stratum,
    pub answers: Answers,
}

/// Whether a campaign takes paper now: until its answers are counted.
pub fn is_taken(campaign: &Campaign) -> bool {
    matches!(campaign.state, State::Open | State::Closed)
        && !campaign.key_destroyed
        && campaign.public_key.is_some()
}

/// How many numbers are asked for at a time.
const AT_ONCE: usize = 500;

/// Which of some returns, by batch and number, were taken before.
pub fn taken(conn: &mut Conn, campaign_id: i64, sent: &[Return]) -> Result<HashSet<(String, i64)>, Error> {
    let mut taken = HashSet::new();
    for some in sent.chunks(AT_ONCE) {
        let batches: Vec<&String> = some.iter().map(|sent| &sent.batch).collect();
        let numbers: Vec<i64> = some.iter().map(|sent| sent.number).collect();
        let found: Vec<(String, i64)> = ltc6_paper_returns::table
            .filter(ltc6_paper_returns::campaign_id.eq(campaign_id))
            .filter(ltc6_paper_returns::batch.eq_any(batches))
            .filter(ltc6_paper_returns::number.eq_any(numbers))
            .select((ltc6_paper_returns::batch, ltc6_paper_returns::number))
            .load(conn)?;
        taken.extend(found);
    }
    Ok(taken)
}

#[derive(Insertable)]
#[diesel(table_name = ltc6_paper_returns, treat_none_as_default_value = false)]
struct Taken {
    campaign_id: i64,
    batch: String,
    number: i64,
    received_on: NaiveDate,
}

#[derive(Insertable)]
#[diesel(table_name = ltc6_box, treat_none_as_default_value = false)]
struct Sealed {
    campaign_id: i64,
    level: Stratum,
    key: String,
    sealed: Vec<u8>,
}

/// Takes returns that were not taken before; what they are about, for the audit row.
///
/// The rows of the two tables stand in orders of their own: which of the returns taken together gave which answers, not
/// even the transaction that wrote them tells.
///
/// # Errors
/// Where the campaign has been counted in the meantime: nothing can be opened any more.
pub fn take(conn: &mut Conn, campaign_id: i64, mut sent: Vec<Return>) -> Result<Vec<Subject>, Error> {
    open::lock(conn, campaign_id)?;
    let campaign = Campaign::by_id(conn, campaign_id)?;
    let key =
        campaign.public_key.as_ref().filter(|_| is_taken(&campaign)).ok_or_else(|| {
            Error::Refused(format!("The campaign {} takes no paper any more.", campaign.code))
        })?;
    sent.sort_by(|one, other| (&one.batch, one.number).cmp(&(&other.batch, other.number)));
    let rows: Vec<Taken> = sent
        .iter()
        .map(|sent| Taken {
            campaign_id,
            batch: sent.batch.clone(),
            number: sent.number,
            received_on: sent.received_on,
        })
        .collect();
    insert_many!(conn, ltc6_paper_returns::table, &rows)?;
    sent.shuffle(&mut open::chance()?);
    for some in sent.chunks(AT_ONCE) {
        let rows: Vec<Sealed> = some
            .iter()
            .map(|sent| {
                let sealed = seal::seal(key, &sent.answers)?;
                Ok(Sealed { campaign_id, level: sent.level, key: random_token(), sealed })
            })
            .collect::<anyhow::Result<_>>()?;
        insert_many!(conn, ltc6_box::table, &rows)?;
    }
    let locality: String =
        localities::table.find(campaign.locality_id).select(localities::code).first(conn)?;
    Ok(vec![Subject::campaign(campaign.reference), Subject::locality(locality)])
}
