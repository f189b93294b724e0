//! Opens the box, in shuffled batches of one campaign and level, on the server that holds the private key.

use std::collections::BTreeMap;

use diesel::prelude::*;
use rand::rngs::OsRng;
use rand::seq::SliceRandom;
use rand::{SeedableRng, TryRngCore, rngs::StdRng};

use super::batches::{self, BATCH, Together};
use super::seal::PrivateKey;
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::keys::random_token;
use crate::ltc6::answers::{Answers, Mark, Respondent};
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::on_each;
use crate::schema::{campaigns, ltc6_box, ltc6_comments, ltc6_invitations, ltc6_responses, ltc6_turnout};

/// Opens what is ready of every campaign whose private key is here; how many answers were opened.
pub fn open_ready(tools: &Tools) -> Result<usize, Error> {
    let running: Vec<Campaign> = tools.database.read_now(|conn| {
        Ok(campaigns::table
            .filter(campaigns::state.eq_any([State::Open, State::Closed]))
            .filter(campaigns::public_key.is_not_null())
            .select(Campaign::as_select())
            .load(conn)?)
    })?;
    let mut opened = 0;
    for campaign in running {
        let Some(key) = PrivateKey::read(&tools.keys, &campaign.reference)? else { continue };
        let plan: Vec<Together> = tools
            .database
            .read_now(|conn| waiting(conn, campaign.id))?
            .into_iter()
            .flat_map(|(level, count)| {
                let ten = Together { from: vec![(level, BATCH)], level: Some(level) };
                std::iter::repeat_n(ten, batches::ready(count))
            })
            .collect();
        opened += open(tools, &campaign, &key, &plan)?;
    }
    Ok(opened)
}

/// Opens the rest of a campaign that is over, and destroys its private key: what then is sealed stays so for ever.
///
/// # Errors
/// Where the key is not on this server.
pub fn open_rest(tools: &Tools, campaign: &Campaign) -> Result<usize, Error> {
    let Some(key) = PrivateKey::read(&tools.keys, &campaign.reference)? else {
        return Err(Error::Refused("this server does not hold the campaign's private key".into()));
    };
    let plan = batches::at_close(&tools.database.read_now(|conn| waiting(conn, campaign.id))?);
    open(tools, campaign, &key, &plan)
}

/// Whether something waits that would be opened at the close; looked at under the campaign's lock.
pub fn any_to_open(conn: &mut Conn, campaign_id: i64) -> Result<bool, Error> {
    lock(conn, campaign_id)?;
    Ok(!batches::at_close(&waiting(conn, campaign_id)?).is_empty())
}

/// How many sealed answers of each level wait.
pub fn waiting(conn: &mut Conn, campaign_id: i64) -> Result<BTreeMap<Stratum, usize>, Error> {
    let counts: Vec<(Stratum, i64)> = ltc6_box::table
        .filter(ltc6_box::campaign_id.eq(campaign_id))
        .group_by(ltc6_box::level)
        .select((ltc6_box::level, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(counts.into_iter().map(|(level, count)| (level, usize::try_from(count).unwrap_or(0))).collect())
}

fn open(tools: &Tools, campaign: &Campaign, key: &PrivateKey, plan: &[Together]) -> Result<usize, Error> {
    if plan.is_empty() {
        return Ok(0);
    }
    tools.database.write_now(|conn| write_turnout_anew(conn, campaign.id))?;
    let mut opened = 0;
    for together in plan {
        opened += tools.database.write_now(|conn| open_batch(conn, campaign.id, key, together))?;
    }
    tools.database.write_now(|conn| write_comments_anew(conn, campaign.id))?;
    tools.database.forget_deleted(&["ltc6_turnout", "ltc6_box", "ltc6_comments"])?;
    Ok(opened)
}

/// Whose code was used, written again in one transaction and in an order of chance: neither the transaction that wrote a
/// row nor its place tells any longer when somebody answered.
fn write_turnout_anew(conn: &mut Conn, campaign_id: i64) -> Result<(), Error> {
    lock(conn, campaign_id)?;
    let of_campaign = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(campaign_id))
        .select(ltc6_invitations::key);
    let answered = ltc6_turnout::table.filter(ltc6_turnout::invitation.eq_any(of_campaign));
    let mut all: Vec<String> = answered.select(ltc6_turnout::invitation).load(conn)?;
    for some in all.chunks(500) {
        diesel::delete(ltc6_turnout::table.filter(ltc6_turnout::invitation.eq_any(some))).execute(conn)?;
    }
    all.shuffle(&mut chance()?);
    for some in all.chunks(500) {
        let rows: Vec<_> = some.iter().map(|key| ltc6_turnout::invitation.eq(key)).collect();
        on_each!(conn, inner => diesel::insert_into(ltc6_turnout::table).values(&rows).execute(inner))?;
    }
    Ok(())
}

/// What was written in words, in one transaction and an order of chance too: otherwise a text would share its
/// transaction with the nine other answers of its batch.
fn write_comments_anew(conn: &mut Conn, campaign_id: i64) -> Result<(), Error> {
    lock(conn, campaign_id)?;
    let here = ltc6_comments::table.filter(ltc6_comments::campaign_id.eq(campaign_id));
    let mut all: Vec<Comment> = here.select(Comment::as_select()).load(conn)?;
    diesel::delete(here).execute(conn)?;
    all.shuffle(&mut chance()?);
    for some in all.chunks(500) {
        on_each!(conn, inner => diesel::insert_into(ltc6_comments::table).values(some).execute(inner))?;
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = ltc6_responses)]
struct Response {
    campaign_id: i64,
    key: String,
    level: Option<Stratum>,
    respondent: Option<Respondent>,
    q1: Option<Mark>,
    q2: Option<Mark>,
    q3: Option<Mark>,
    q4: Option<Mark>,
    q5: Option<Mark>,
    q6: Option<Mark>,
    wrote: bool,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = ltc6_comments)]
struct Comment {
    campaign_id: i64,
    key: String,
    question: String,
    text: String,
    state: String,
    theme: Option<String>,
    version: i64,
}

/// Decrypts, shuffles, inserts with random keys and deletes from the box, in one transaction: all of the batch or none.
fn open_batch(
    conn: &mut Conn,
    campaign_id: i64,
    key: &PrivateKey,
    together: &Together,
) -> Result<usize, Error> {
    lock(conn, campaign_id)?;
    let mut chance = chance()?;
    let mut taken: Vec<(String, Vec<u8>)> = Vec::new();
    for (level, count) in &together.from {
        let of_level = ltc6_box::table
            .filter(ltc6_box::campaign_id.eq(campaign_id).and(ltc6_box::level.eq(level)))
            .select(ltc6_box::key);
        let mut keys: Vec<String> = of_level.load(conn)?;
        if keys.len() < *count {
            return Ok(0);
        }
        keys.shuffle(&mut chance);
        keys.truncate(*count);
        let rows =
            ltc6_box::table.filter(ltc6_box::campaign_id.eq(campaign_id)).filter(ltc6_box::key.eq_any(&keys));
        taken.extend(rows.select((ltc6_box::key, ltc6_box::sealed)).load::<(String, Vec<u8>)>(conn)?);
    }
    let mut opened: Vec<Answers> =
        taken.iter().map(|(_, sealed)| key.open(sealed)).collect::<anyhow::Result<_>>()?;
    opened.shuffle(&mut chance);
    store(conn, campaign_id, together.level, &opened, &mut chance)?;
    let keys: Vec<&String> = taken.iter().map(|(key, _)| key).collect();
    let emptied =
        ltc6_box::table.filter(ltc6_box::campaign_id.eq(campaign_id)).filter(ltc6_box::key.eq_any(keys));
    diesel::delete(emptied).execute(conn)?;
    Ok(opened.len())
}

/// Opened answers as rows; what was written in words apart, in an order of its own.
fn store(
    conn: &mut Conn,
    campaign_id: i64,
    level: Option<Stratum>,
    opened: &[Answers],
    chance: &mut StdRng,
) -> Result<(), Error> {
    let responses: Vec<Response> = opened
        .iter()
        .map(|answers| {
            let [q1, q2, q3, q4, q5, q6] = answers.marks;
            let (key, respondent, wrote) = (random_token(), answers.respondent, answers.wrote());
            Response { campaign_id, key, level, respondent, q1, q2, q3, q4, q5, q6, wrote }
        })
        .collect();
    let texts = opened
        .iter()
        .flat_map(|answers| [("improve", &answers.improve), ("confidence", &answers.confidence)]);
    let mut comments: Vec<Comment> = texts
        .filter(|(_, text)| !text.is_empty())
        .map(|(question, text)| {
            let (key, text) = (random_token(), text.clone());
            Comment {
                campaign_id,
                key,
                question: question.to_owned(),
                text,
                state: "waiting".into(),
                theme: None,
                version: 1,
            }
        })
        .collect();
    comments.shuffle(chance);
    on_each!(conn, inner => {
        diesel::insert_into(ltc6_responses::table).values(&responses).execute(inner)?;
        diesel::insert_into(ltc6_comments::table).values(&comments).execute(inner)
    })?;
    Ok(())
}

/// One opener of a campaign at a time, however many servers hold its key.
pub fn lock(conn: &mut Conn, campaign_id: i64) -> Result<(), Error> {
    if let Conn::Postgres(inner) = conn {
        campaigns::table.find(campaign_id).select(campaigns::id).for_update().first::<i64>(inner)?;
    }
    Ok(())
}

/// A source of chance for orders that nobody may guess.
pub fn chance() -> Result<StdRng, Error> {
    let mut seed = <StdRng as SeedableRng>::Seed::default();
    OsRng.try_fill_bytes(&mut seed).map_err(anyhow::Error::from)?;
    Ok(StdRng::from_seed(seed))
}
