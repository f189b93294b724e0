//! Two LTC6 campaigns of the large locality: last year's, counted, and this year's, open; people answered both by the
//! sealed box, and some wrote something.

use chrono::{Days, Months, NaiveDate};
use diesel::prelude::*;

use super::agreements::somebody;
use super::draw::Chance;
use super::sayings::{CONFIDENCE, IMPROVE};
use crate::access::Who;
use crate::clock::Now;
use crate::config::Ground;
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::keys::random_token;
use crate::ltc6::answers::{Answers, Mark, Respondent, SCORED};
use crate::ltc6::ballot::open::open_ready;
use crate::ltc6::ballot::seal::seal;
use crate::ltc6::campaign::{Campaign, Delivery, State, Stratum};
use crate::ltc6::campaigns::checked::Checked;
use crate::ltc6::campaigns::letters::round;
use crate::ltc6::campaigns::opening;
use crate::ltc6::campaigns::sample::{Frame, drawn, freeze};
use crate::ltc6::campaigns::{store, words};
use crate::ltc6::clockwork;
use crate::on_each;
use crate::schema::{campaigns, ltc6_box, ltc6_invitations, ltc6_turnout};

/// Who runs both.
const RUNS: &str = "commissioner.first@demo.example";
/// People asked of each level, where there are as many.
const ASKED: i64 = 500;
/// So many of those asked answer, and so many of those write something.
const ANSWER: f64 = 0.6;
const WRITE: f64 = 0.1;

/// Tells both campaigns of a locality (row id).
pub fn tell(ground: &Ground, locality_id: i64) -> anyhow::Result<()> {
    let now = ground.now();
    let tools = ground.tools("http://127.0.0.1:8080")?;
    let last_year = now.today.checked_sub_months(Months::new(12)).unwrap_or(now.today);
    let last = run(ground, locality_id, last_year, 0)?;
    count(&tools, &last)?;
    run(ground, locality_id, now.today, 1)?;
    open_ready(&tools)?;
    Ok(())
}

/// Drafts, draws, opens and answers a campaign whose middle is a day; `better` is how much better people speak of it.
fn run(ground: &Ground, locality_id: i64, day: NaiveDate, better: u32) -> anyhow::Result<Campaign> {
    let (now, keys) = (ground.now(), &ground.keys);
    let then = Now { moment: now.moment, today: day - Days::new(28) };
    let mut chance = Chance::seeded(u64::from(better) + 2);
    Ok(ground.database.write_now(|conn| {
        let who = somebody(conn, RUNS, now)?;
        let reference = store::add(conn, now.moment, &who, &draft(locality_id, day))?;
        let seen = words::seen(conn, &who, &reference)?;
        let frame = Frame::of(conn, &seen.campaign, now)?;
        let sample = drawn(&seen.campaign, frame, format!("DEMO-{}", day.format("%Y")));
        freeze(conn, &who, then, &seen, sample)?;
        let seen = words::seen(conn, &who, &reference)?;
        opening::begin(conn, keys, &who, then, &seen)?;
        let seen = words::seen(conn, &who, &reference)?;
        round::begin(conn, &who, then, &seen, 1)?;
        answer(conn, &seen.campaign, &mut chance, better)?;
        remind(conn, &who, Now { moment: now.moment, today: day - Days::new(7) }, &seen)?;
        Campaign::by_reference(conn, &reference)
    })?)
}

fn remind(conn: &mut Conn, who: &Who, then: Now, seen: &words::Seen) -> Result<(), Error> {
    round::begin(conn, who, then, seen, 2)?;
    Ok(())
}

fn draft(locality_id: i64, day: NaiveDate) -> Checked {
    let year = day.format("%Y");
    Checked {
        code: format!("C{year}"),
        name: format!("What patients say {year}"),
        locality_id,
        network_id: None,
        opens_on: day - Days::new(28),
        closes_on: day + Days::new(28),
        delivery: Delivery::Letter,
        run_by: "Alderwick Clinical Commissioning Group".into(),
        about: "We use what you say to make local care better, and we publish what we will do.".into(),
        help_name: "Robin Sample, patient experience team".into(),
        help_phone: "020 7946 0147".into(),
        return_address: "Patient experience team\nFreepost 999\nExample House\nEX1 9ZZ".into(),
        wants: [ASKED, ASKED, ASKED, 0],
        invites_palliative: false,
    }
}

/// Some of those asked answer: their answers are sealed and stand in the box beside nobody's name.
fn answer(conn: &mut Conn, campaign: &Campaign, chance: &mut Chance, better: u32) -> Result<(), Error> {
    let asked: Vec<(String, Stratum)> = ltc6_invitations::table
        .filter(ltc6_invitations::campaign_id.eq(campaign.id))
        .order(ltc6_invitations::person_id)
        .select((ltc6_invitations::key, ltc6_invitations::level))
        .load(conn)?;
    let public = campaign.public_key.as_deref().unwrap_or_default();
    let mut some: Vec<(String, Stratum)> = asked.into_iter().filter(|_| chance.of(ANSWER)).collect();
    chance.shuffle(&mut some);
    for few in some.chunks(100) {
        let used: Vec<_> = few.iter().map(|(key, _)| ltc6_turnout::invitation.eq(key)).collect();
        on_each!(conn, inner => diesel::insert_into(ltc6_turnout::table).values(&used).execute(inner))?;
        let mut dropped = Vec::with_capacity(few.len());
        for (_, level) in few {
            dropped.push((
                ltc6_box::campaign_id.eq(campaign.id),
                ltc6_box::level.eq(*level),
                ltc6_box::key.eq(random_token()),
                ltc6_box::sealed.eq(seal(public, &said(chance, *level, better))?),
            ));
        }
        on_each!(conn, inner => diesel::insert_into(ltc6_box::table).values(&dropped).execute(inner))?;
    }
    Ok(())
}

/// What somebody says: people with more need of help are a little less content, and with joined-up care least of all.
fn said(chance: &mut Chance, level: Stratum, better: u32) -> Answers {
    let need = match level {
        Stratum::Low => 0.0,
        Stratum::Medium | Stratum::None => 0.05,
        Stratum::High => 0.11,
    };
    let content: [f64; SCORED] = [0.74, 0.78, 0.7, 0.72, 0.6, 0.68];
    let gain = [0.02, 0.0, 0.04, 0.01, 0.08, 0.02].map(|gain| gain * f64::from(better));
    let marks = std::array::from_fn(|at| {
        if chance.of(0.03) {
            return None;
        }
        let share = content[at] + gain[at] - need;
        Some(match chance.unit() {
            point if point < share * 0.55 => Mark::Three,
            point if point < share => Mark::Two,
            point if point < share + 0.18 => Mark::One,
            _ => Mark::Zero,
        })
    });
    let writes = chance.of(WRITE);
    let improve = if writes { chance.one_of(&IMPROVE).to_owned() } else { String::new() };
    let confidence = match writes && chance.of(0.5) {
        true => chance.one_of(&CONFIDENCE).to_owned(),
        false => String::new(),
    };
    let respondent = match chance.unit() {
        point if point < 0.72 => Some(Respondent::Person),
        point if point < 0.9 => Some(Respondent::Carer),
        _ => None,
    };
    Answers { respondent, marks, improve, confidence }
}

/// Ends the campaign, as the calendar would: what is left is opened, and its key is destroyed.
fn count(tools: &Tools, campaign: &Campaign) -> anyhow::Result<()> {
    open_ready(tools)?;
    tools.database.write_now(|conn| {
        let this = campaigns::table.find(campaign.id);
        diesel::update(this).set(campaigns::state.eq(State::Closed)).execute(conn)?;
        Ok(())
    })?;
    Ok(clockwork::count(tools, campaign)?)
}
