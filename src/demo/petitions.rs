//! Some 200 petitions in every state and of every age, as they would have come about in the months before the demo's day.

use std::collections::HashMap;

use chrono::{Days, Months, NaiveDate};
use diesel::prelude::*;

use super::agreements::somebody;
use crate::access::Who;
use crate::clock::Now;
use crate::config::Ground;
use crate::criteria::facts::Flag;
use crate::database::Conn;
use crate::error::Error;
use crate::mail::Letter;
use crate::people::corrections::{Correctable, Value, register_value};
use crate::petitions::acts::{self, Done, Verdict};
use crate::petitions::applying::apply;
use crate::petitions::filing::{self, start};
use crate::petitions::found::{Found, by_service, find};
use crate::petitions::life::Withdrawal;
use crate::petitions::petition::{Category, Opinion, ReasonCode};
use crate::petitions::store::{self, Said};
use crate::runs::store::current;
use crate::schema::{holds, organisations, outgoing_mail, people, placements};

const FIRST: &str = "commissioner.first@demo.example";
const SECOND: &str = "commissioner.second@demo.example";
const STAFF: &str = "practice.alder@demo.example";
/// Who files for which practice; the network manager for the other practices of the network.
const OWNERS: [(&str, &str); 7] = [
    ("E99001", "gp.alder@demo.example"),
    ("E99002", "gp.beechcroft@demo.example"),
    ("E99003", "network.north@demo.example"),
    ("E99004", "network.north@demo.example"),
    ("E99005", "network.north@demo.example"),
    ("E99006", "network.north@demo.example"),
    ("E99007", "network.north@demo.example"),
];
const NETWORKS: [(&str, &str); 3] = [
    ("PNW01", "provider.integrated@demo.example"),
    ("PNW02", "provider.community@demo.example"),
    ("PNW03", "provider.opendoor@demo.example"),
];

/// From which group to which, and why.
const MOVES: [(&str, &str, Category, &str); 8] = [
    (
        "LTC_75",
        "ADV_ORGANIC",
        Category::RecordWrong,
        "The memory clinic's letter of last month gives the diagnosis; it is not coded yet.",
    ),
    (
        "HEALTHY_75",
        "LTC_75",
        Category::ClinicalJudgement,
        "Two falls this autumn, and the heart failure nurse now visits every fortnight. The register has not caught up.",
    ),
    (
        "LTC_16_74",
        "SEMI",
        Category::ClinicalJudgement,
        "In and out of crisis care since spring. The team treats this as severe and enduring, and so do we.",
    ),
    (
        "HEALTHY_16_74",
        "LTC_16_74",
        Category::CircumstancesChanged,
        "New oxygen at home and a rehabilitation course: the care is that of a long-term condition.",
    ),
    (
        "LTC_75",
        "ADV_ORGANIC",
        Category::ClinicalJudgement,
        "Needs prompting with every meal and medicine. Carers describe the pattern of advanced disease.",
    ),
    (
        "HEALTHY_16_74",
        "SEMI",
        Category::ClinicalJudgement,
        "Under the early intervention service for two years; the discharge plan names us as lead.",
    ),
    (
        "LTC_16_74",
        "EXCLUDED",
        Category::CircumstancesChanged,
        "Lost the tenancy in summer and sleeps at the night shelter, which our outreach nurse confirms.",
    ),
    (
        "SEMI",
        "LTC_16_74",
        Category::Other,
        "Discharged from specialist care three years ago and well since. The physical conditions are what we treat.",
    ),
];

/// What becomes of petitions, and how many of each there are.
const STORIES: [(Story, usize); 14] = [
    (Story::Draft, 8),
    (Story::Ready, 4),
    (Story::WithProvider, 28),
    (Story::UnderReview, 46),
    (Story::Asked, 12),
    (Story::Approved, 46),
    (Story::ApprovedAhead, 4),
    (Story::ReviewDue, 4),
    (Story::Rejected, 18),
    (Story::Appealed, 8),
    (Story::Confirmed, 5),
    (Story::Overturned, 5),
    (Story::WithdrawnDraft, 3),
    (Story::Withdrawn, 9),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Draft,
    Ready,
    WithProvider,
    UnderReview,
    Asked,
    Approved,
    ApprovedAhead,
    ReviewDue,
    Rejected,
    Appealed,
    Confirmed,
    Overturned,
    WithdrawnDraft,
    Withdrawn,
}

impl Story {
    /// How many days before the demo's day the petition is drafted: the `at`th of `of` with this story.
    fn begins(self, at: usize, of: usize) -> u64 {
        let (latest, earliest) = match self {
            Story::Draft | Story::Ready | Story::WithdrawnDraft => (0, 12),
            Story::WithProvider => (0, 4),
            Story::UnderReview => (9, 40),
            Story::Asked => (10, 30),
            Story::Approved => (16, 300),
            Story::ApprovedAhead => (14, 24),
            Story::ReviewDue => (380, 395),
            Story::Rejected => (14, 150),
            Story::Appealed => (20, 42),
            Story::Confirmed | Story::Overturned => (45, 200),
            Story::Withdrawn => (8, 100),
        };
        let (at, of) = (at as u64, of.max(2) as u64);
        latest + (earliest - latest) * at / (of - 1)
    }
}

/// Somebody who can be petitioned for.
struct Candidate {
    pseudonym: String,
    practice: String,
}

/// Tells the petitions of a locality (row id): the same for the same people.
pub fn tell(ground: &Ground, locality_id: i64) -> anyhow::Result<()> {
    let now = ground.now();
    Ok(ground.database.write_now(|conn| {
        let mut candidates = candidates(conn, locality_id)?;
        let mut number = 0;
        for (story, of) in STORIES {
            for at in 0..of {
                let (from, to, category, case) = MOVES[number % MOVES.len()];
                let Some(candidate) = candidates.get_mut(from).and_then(Vec::pop) else {
                    number += 1;
                    continue;
                };
                let telling = Telling { now, begins: story.begins(at, of), number };
                telling.tell(conn, story, &candidate, (to, category, case))?;
                number += 1;
            }
        }
        forget_old_letters(conn, now)
    })?)
}

/// Placed people of the practices that file, by group; the last are taken first.
fn candidates(conn: &mut Conn, locality_id: i64) -> Result<HashMap<String, Vec<Candidate>>, Error> {
    let mut candidates: HashMap<String, Vec<Candidate>> = HashMap::new();
    let Some(run) = current(conn, locality_id)? else { return Ok(candidates) };
    let held = holds::table.filter(holds::ended_on.is_null()).select(holds::person_id);
    for (from, ..) in MOVES {
        if candidates.contains_key(from) {
            continue;
        }
        let mut found: Vec<Candidate> = Vec::new();
        for (practice, _) in OWNERS {
            let some: Vec<String> = placements::table
                .inner_join(people::table)
                .inner_join(organisations::table)
                .filter(placements::run_id.eq(run.id).and(placements::group_code.eq(from)))
                .filter(placements::provisional.eq(false).and(organisations::code.eq(practice)))
                .filter(diesel::dsl::not(placements::person_id.eq_any(held)))
                .order(placements::person_id)
                .limit(12)
                .select(people::pseudonym)
                .load(conn)?;
            found.extend(
                some.into_iter().map(|pseudonym| Candidate { pseudonym, practice: practice.to_owned() }),
            );
        }
        candidates.insert(from.to_owned(), dealt(found));
    }
    Ok(candidates)
}

/// One of each practice in turn, the last practice first.
fn dealt(found: Vec<Candidate>) -> Vec<Candidate> {
    let mut numbered: Vec<(usize, Candidate)> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for one in found {
        let place = seen.entry(one.practice.clone()).or_default();
        numbered.push((*place, one));
        *place += 1;
    }
    numbered.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    numbered.into_iter().map(|(_, one)| one).collect()
}

/// One petition as it is told.
struct Telling {
    now: Now,
    /// Days before the demo's day.
    begins: u64,
    number: usize,
}

impl Telling {
    /// The moment so many days after it began, and not after the demo's day.
    fn after(&self, days: u64) -> Now {
        let before = self.begins.saturating_sub(days);
        Now { moment: self.now.moment - Days::new(before), today: self.now.today - Days::new(before) }
    }

    fn tell(
        &self,
        conn: &mut Conn,
        story: Story,
        candidate: &Candidate,
        (to, category, case): (&str, Category, &str),
    ) -> Result<(), Error> {
        let owner = OWNERS.iter().find(|(practice, _)| *practice == candidate.practice);
        let owner = owner.map_or(STAFF, |(_, email)| email);
        let begins = self.after(0);
        let author = if story == Story::Ready && candidate.practice == "E99001" { STAFF } else { owner };
        let author = somebody(conn, author, begins)?;
        let start = start(conn, &author, begins, &candidate.pseudonym)?;
        let said = Said {
            to_group: Some(to.to_owned()),
            category: Some(category),
            case_text: case.to_owned(),
            discussed: Some(!self.number.is_multiple_of(5)),
            not_discussed_why: if self.number.is_multiple_of(5) {
                "Not well enough to discuss it; the carer was told"
            } else {
                ""
            }
            .to_owned(),
            effective_on: Some(self.effective_on(story)),
        };
        let Some(petition) = filing::begin(conn, begins, &author, &start, &said)? else { return Ok(()) };
        if category == Category::RecordWrong {
            let flag = Flag::AdvancedOrganicDisorder;
            let said = register_value(conn, petition.person_id, Correctable::Flag(flag))?;
            let wrong = (Correctable::Flag(flag), said.as_deref(), Value::Flag(flag, true));
            store::change_fact(conn, &petition, author.user_id, wrong, to)?;
        }
        let reference = petition.reference;
        match story {
            Story::Draft => return Ok(()),
            Story::Ready => {
                let draft = store::named(conn, &reference)?;
                store::make_ready(conn, &draft)?;
                return Ok(());
            }
            Story::WithdrawnDraft => {
                let found = find(conn, &author, begins, &reference)?;
                let why = (Withdrawal::ByOwner, "Filed for the wrong group; a new one follows");
                return kept(acts::withdraw(conn, begins, Some(&author), &found, why)?);
            }
            _ => {}
        }
        let owner = somebody(conn, owner, begins)?;
        let found = find(conn, &owner, begins, &reference)?;
        kept(acts::submit(conn, begins, &owner, &found)?)?;
        self.go_on(conn, story, &owner, &reference)
    }

    fn effective_on(&self, story: Story) -> NaiveDate {
        match story {
            Story::ApprovedAhead => self.now.today + Days::new(21),
            _ => self.after(0).today + Days::new(7),
        }
    }

    fn go_on(&self, conn: &mut Conn, story: Story, owner: &Who, reference: &str) -> Result<(), Error> {
        if story == Story::WithProvider {
            return self.opine(conn, reference, 1, self.number.is_multiple_of(3));
        }
        self.review(conn, reference)?;
        let first = if self.number.is_multiple_of(2) { FIRST } else { SECOND };
        let second = if self.number.is_multiple_of(2) { SECOND } else { FIRST };
        match story {
            Story::Asked => self.ask(conn, first, reference),
            Story::Withdrawn => {
                let now = self.after(9);
                let found = find(conn, owner, now, reference)?;
                let why = (Withdrawal::ByOwner, "The hospital has since changed the plan of care");
                kept(acts::withdraw(conn, now, Some(owner), &found, why)?)
            }
            Story::Approved | Story::ApprovedAhead | Story::ReviewDue => {
                if self.number.is_multiple_of(6) {
                    self.ask(conn, first, reference)?;
                    self.answer(conn, owner, reference)?;
                }
                self.decide(conn, 13, first, reference, (true, story))
            }
            Story::Rejected => self.decide(conn, 12, first, reference, (false, story)),
            Story::Appealed | Story::Confirmed | Story::Overturned => {
                self.decide(conn, 12, first, reference, (false, story))?;
                let now = self.after(17);
                let found = find(conn, owner, now, reference)?;
                let ground = "The reply does not weigh the specialist's letter, which says why the criteria do not fit.";
                kept(acts::appeal(conn, now, owner, &found, ground)?)?;
                match story {
                    Story::Confirmed => self.decide(conn, 28, second, reference, (false, story)),
                    Story::Overturned => self.decide(conn, 28, second, reference, (true, story)),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// The networks asked say what they think; all but the last where it is `partial`.
    fn opine(&self, conn: &mut Conn, reference: &str, days: u64, partial: bool) -> Result<(), Error> {
        let petition = store::named(conn, reference)?;
        let asked = store::opinions(conn, petition.id)?;
        let speaking = if partial { asked.len().saturating_sub(1) } else { 0 };
        let speaking = if days > 1 { asked.len() } else { speaking };
        for (place, asked) in asked.iter().take(speaking).enumerate() {
            let code: String =
                organisations::table.find(asked.network_id).select(organisations::code).first(conn)?;
            let Some((_, email)) = NETWORKS.iter().find(|(network, _)| *network == code) else { continue };
            let now = self.after(days + place as u64);
            let network = somebody(conn, email, now)?;
            let found = find(conn, &network, now, reference)?;
            let opinion = match (self.number + place) % 5 {
                0 => (Opinion::Oppose, "Our team has not seen the need; care as it is does well."),
                3 => (Opinion::NoView, ""),
                _ => (Opinion::Support, "It fits what our team sees, and we can take this on."),
            };
            acts::opine(conn, now, &network, &found, opinion)?.ok();
        }
        Ok(())
    }

    /// Opinions come in, or their time runs out.
    fn review(&self, conn: &mut Conn, reference: &str) -> Result<(), Error> {
        if self.number % 4 != 1 {
            self.opine(conn, reference, 2, false)?;
        }
        let petition = store::named(conn, reference)?;
        if let Some(due) =
            petition.due_on.filter(|_| petition.state == crate::petitions::life::State::WithProvider)
        {
            let over = due + Days::new(1);
            let days = (over - self.after(0).today).num_days().max(0).unsigned_abs();
            let found = by_service(conn, self.after(days), petition.id)?;
            acts::time_out(conn, self.after(days), &found)?.ok();
        }
        Ok(())
    }

    fn ask(&self, conn: &mut Conn, commissioner: &str, reference: &str) -> Result<(), Error> {
        let now = self.after(9);
        let who = somebody(conn, commissioner, now)?;
        let found = find(conn, &who, now, reference)?;
        let question = "Which team leads the care now, and since when?";
        kept(acts::ask(conn, now, &who, &found, question)?)
    }

    fn answer(&self, conn: &mut Conn, owner: &Who, reference: &str) -> Result<(), Error> {
        let now = self.after(11);
        let found = find(conn, owner, now, reference)?;
        kept(acts::answer(conn, now, owner, &found, "The community team, since the last admission.")?)
    }

    fn decide(
        &self,
        conn: &mut Conn,
        days: u64,
        commissioner: &str,
        reference: &str,
        (granted, story): (bool, Story),
    ) -> Result<(), Error> {
        let now = self.after(days);
        let who = somebody(conn, commissioner, now)?;
        let found = find(conn, &who, now, reference)?;
        let (reason_code, words) = words(&found, granted, self.number);
        let effective_on = found.petition.effective_on.unwrap_or(now.today).max(now.today);
        let review_on = match story {
            Story::ReviewDue => self.now.today - Days::new(u64::try_from(self.number % 4).unwrap_or(0)),
            _ => effective_on.checked_add_months(Months::new(12)).unwrap_or(effective_on),
        };
        let words = words.to_owned();
        let verdict = Verdict { granted, reason_code, words, effective_on, review_on, batch: None };
        kept(acts::decide(conn, now, &who, &found, &verdict)?)?;
        let decided = store::named(conn, reference)?;
        if granted && decided.applied_on.is_none() && effective_on <= self.now.today {
            let then = self.after((effective_on - self.after(0).today).num_days().max(0).unsigned_abs());
            apply(conn, then, &crate::audit::Actor::service(), &decided)?;
        }
        Ok(())
    }
}

fn words(found: &Found, granted: bool, number: usize) -> (ReasonCode, &'static str) {
    match (granted, found.petition.category, number % 3) {
        (true, Some(Category::RecordWrong), _) => {
            (ReasonCode::RecordCorrected, "The letter settles it. Code it in your own system when you can.")
        }
        (true, Some(Category::CircumstancesChanged), _) => (
            ReasonCode::CircumstancesAccepted,
            "Agreed from the date you ask for. We look at it again in a year.",
        ),
        (true, ..) => (ReasonCode::CaseAccepted, "Your case and the team's view agree, so the move stands."),
        (false, _, 0) => {
            (ReasonCode::CriteriaApply, "The criteria place the person where the care is already given.")
        }
        (false, _, 1) => {
            (ReasonCode::NotEnoughEvidence, "Tell us who leads the care and what has changed, and ask again.")
        }
        (false, ..) => {
            (ReasonCode::OtherRoute, "Code the diagnosis first: the next run then places the person by it.")
        }
    }
}

/// A step of the story that the rules refuse is a mistake in the story.
fn kept(done: Done) -> Result<(), Error> {
    done.map(|_| ())
        .map_err(|refused| anyhow::anyhow!("a step of the demo's petitions was refused: {refused}").into())
}

/// Letters that would have been read long ago are not sent again.
fn forget_old_letters(conn: &mut Conn, now: Now) -> Result<(), Error> {
    let of_petitions: Vec<Letter> =
        Letter::ALL.iter().copied().filter(|letter| letter.word().starts_with("petition_")).collect();
    let old = outgoing_mail::table
        .filter(outgoing_mail::letter.eq_any(of_petitions))
        .filter(outgoing_mail::created_at.lt(now.moment - Days::new(2)));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
