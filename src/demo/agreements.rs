//! Agreements in every state, as they would have come about in the weeks before the demo's day.

use anyhow::Context;
use chrono::{Days, NaiveDate};

use super::load::Ids;
use super::organisations::LARGE;
use crate::access::{Who, memberships_of};
use crate::accounts;
use crate::clock::Now;
use crate::config::Ground;
use crate::criteria::agreement::comments::{self, NewComment};
use crate::criteria::agreement::deciding::{Decision, decide, withdraw};
use crate::criteria::agreement::force::take_force;
use crate::criteria::agreement::life::Reply;
use crate::criteria::agreement::proposal::hash_of;
use crate::criteria::agreement::proposing::{Terms, keep, propose};
use crate::criteria::agreement::replying::{self, Answer};
use crate::criteria::agreement::seen::{Agreement, Seen};
use crate::criteria::agreement::store;
use crate::criteria::drafting::store::add as add_draft;
use crate::criteria::preview_pages::impact::impact;
use crate::criteria::store::{Version, in_force};
use crate::database::Conn;
use crate::error::Error;
use crate::jobs::Tools;
use crate::runs::store::{Locality, locality_of};

const FIRST: &str = "commissioner.first@demo.example";
const SECOND: &str = "commissioner.second@demo.example";
const MOOR: &str = "commissioner.moor@demo.example";
const FORD: &str = "commissioner.ford@demo.example";
const INTEGRATED: &str = "provider.integrated@demo.example";
const COMMUNITY: &str = "provider.community@demo.example";
const OPEN_DOOR: &str = "provider.opendoor@demo.example";
const LAY: &str = "lay@demo.example";

/// What is told of the agreements of a demo.
pub struct Story<'a> {
    ground: &'a Ground,
    ids: &'a Ids,
    today: NaiveDate,
    tools: Tools,
}

/// A version that is on its way: locality, group, number.
type Address = (String, String, String);

impl<'a> Story<'a> {
    pub fn new(ground: &'a Ground, ids: &'a Ids, today: NaiveDate) -> anyhow::Result<Story<'a>> {
        Ok(Story { ground, ids, today, tools: ground.tools("http://localhost")? })
    }

    /// Before anybody is grouped: a small locality has agreed a change of its own already.
    pub fn before_grouping(&self, locality: &str) -> anyhow::Result<()> {
        if locality != "BRINDLE" {
            return Ok(());
        }
        let reason = "Schools and children's services care for 16 and 17 year olds until they leave school";
        let text = "age >= 18 and learning_disability";
        let ours = self.propose(90, MOOR, locality, &[("LD", text)], reason, 70, Some(30))?;
        self.answer(80, COMMUNITY, &ours, Reply::Agree, "We see them from 18 in any case.")?;
        self.approve(75, FORD, &ours, self.before(30), "")?;
        self.take_force(30, &ours)
    }

    /// Once people are grouped.
    pub fn after_grouping(&self, locality: &str) -> anyhow::Result<()> {
        match locality {
            LARGE => self.of_the_large(locality),
            "CRESSFORD" => {
                let reason = "One condition under control needs no more care than none";
                let texts = [
                    ("HEALTHY_75", "age >= 75 and not (ltc_count >= 2)"),
                    ("LTC_75", "age >= 75 and ltc_count >= 2"),
                ];
                let ours = self.propose(45, FORD, locality, &texts, reason, 30, Some(0))?;
                self.answer(35, COMMUNITY, &ours, Reply::Agree, "")?;
                self.approve(28, MOOR, &ours, self.today, "")?;
                self.take_force(0, &ours)
            }
            _ => Ok(()),
        }
    }

    fn of_the_large(&self, locality: &str) -> anyhow::Result<()> {
        self.withdrawn(locality)?;
        self.returned(locality)?;
        self.approved(locality)?;
        self.ready(locality)?;
        self.proposed(locality)?;
        let text =
            "age >= 16 and (serious_mental_illness or condition(\"DEP\") and unplanned_admissions >= 2)";
        self.draft(2, SECOND, locality, "SEMI", text)?;
        Ok(())
    }

    fn withdrawn(&self, locality: &str) -> anyhow::Result<()> {
        let text = "age >= 16 and age <= 74 and not (ltc_count >= 2)";
        let reason = "One condition under control needs no more care than none";
        let ours = self.propose(60, FIRST, locality, &[("HEALTHY_16_74", text)], reason, 46, Some(-30))?;
        self.write(58, FIRST, |conn, now, who| {
            let seen = Seen::of(conn, who, now, &ours)?;
            let version = seen.proposed()?.proposal.version;
            let reason = "It was proposed by mistake: it only makes sense together with group 3";
            withdraw(conn, now, who, &seen, version, reason).map(drop)
        })
    }

    fn returned(&self, locality: &str) -> anyhow::Result<()> {
        let text = "age >= 16 and age <= 74 and ltc_count >= 2";
        let reason = "One condition under control needs no more care than none";
        let ours = self.propose(50, FIRST, locality, &[("LTC_16_74", text)], reason, 40, Some(-30))?;
        let words = "People with one condition would stand nowhere: the first group must change with it.";
        self.answer(44, INTEGRATED, &ours, Reply::RequestChange, words)?;
        self.write(42, SECOND, |conn, now, who| {
            let seen = Seen::of(conn, who, now, &ours)?;
            let version = seen.proposed()?.proposal.version;
            let reason = "Propose it again together with the first group, as the network asks";
            kept(decide(conn, now, who, &seen, version, &Decision::Return, reason)?)
        })
    }

    /// Takes force in a month.
    fn approved(&self, locality: &str) -> anyhow::Result<()> {
        let text = "age >= 16 and (advanced_organic_disorder or dementia and unplanned_admissions >= 2)";
        let reason = "Dementia that leads to hospital twice a year needs the same care";
        let ours = self.propose(40, FIRST, locality, &[("ADV_ORGANIC", text)], reason, 20, Some(-30))?;
        self.answer(30, COMMUNITY, &ours, Reply::Agree, "Our teams are ready from that day.")?;
        self.approve(10, SECOND, &ours, self.before(-30), "")
    }

    /// Answered by all, and waiting for another commissioner.
    fn ready(&self, locality: &str) -> anyhow::Result<()> {
        let text = "age >= 16 and (homeless or (alcohol_dependency or drug_dependency) and unplanned_admissions >= 1)";
        let reason = "Outreach is for those whom other services do not reach";
        let ours = self.propose(20, SECOND, locality, &[("EXCLUDED", text)], reason, 6, Some(-45))?;
        let words = "Agreed, if homelessness alone stays enough.";
        self.answer(12, OPEN_DOOR, &ours, Reply::Agree, words)
    }

    /// One network asks for a change, the other has not answered.
    fn proposed(&self, locality: &str) -> anyhow::Result<()> {
        let text = "age >= 75 and (ltc_count >= 2 or ltc_count >= 1 and unplanned_admissions >= 1)";
        let reason = "Care planning helps most where conditions add up or have led to hospital";
        let ours = self.propose(5, FIRST, locality, &[("LTC_75", text)], reason, -10, Some(-60))?;
        let condition = "unplanned_admissions >= 1";
        self.comment(
            4,
            COMMUNITY,
            &ours,
            condition,
            "An admission for an accident counts here too. Is that meant?",
        )?;
        self.comment(4, LAY, &ours, "", "Carers will ask who loses their care plan. Can the letter say so?")?;
        self.reply(
            3,
            FIRST,
            &ours,
            "Yes: whatever led to it, somebody has been in hospital and comes home.",
        )?;
        let words = "Keep everybody with one condition who is over 85.";
        self.answer(3, COMMUNITY, &ours, Reply::RequestChange, words)
    }

    fn before(&self, days: i64) -> NaiveDate {
        self.today - chrono::Duration::days(days)
    }

    /// Does something in somebody's name so many days before the demo's day.
    fn write<T>(
        &self,
        days: u64,
        email: &str,
        work: impl FnOnce(&mut Conn, Now, &Who) -> Result<T, Error>,
    ) -> anyhow::Result<T> {
        let day = self.today.checked_sub_days(Days::new(days)).context("a day of the demo's story")?;
        let moment = day.and_hms_opt(10, 30, 0).context("a time of the demo's story")?;
        let now = Now { moment, today: day };
        Ok(self.ground.database.write_now(|conn| {
            let who = somebody(conn, email, now)?;
            work(conn, now, &who)
        })?)
    }

    fn locality(&self, conn: &mut Conn, code: &str) -> Result<Locality, Error> {
        locality_of(conn, self.ids.localities[code])
    }

    fn draft(
        &self,
        days: u64,
        email: &str,
        locality: &str,
        group: &str,
        text: &str,
    ) -> anyhow::Result<Version> {
        let made = self.write(days, email, |conn, now, who| {
            let here = self.locality(conn, locality)?;
            let before = in_force(conn, here.id, now.today)?.into_iter().find(|it| it.group_code == group);
            add_draft(conn, now.moment, &who.actor, (here.id, group), text, before.map(|it| it.id))
        })?;
        anyhow::ensure!(!made.text.is_empty(), "a text of the demo's story is none: {text}");
        Ok(made)
    }

    /// Proposes texts together; `due` and `force` are days before the demo's day, less than none after it.
    #[allow(clippy::too_many_arguments)]
    fn propose(
        &self,
        days: u64,
        email: &str,
        locality: &str,
        texts: &[(&str, &str)],
        reason: &str,
        due: i64,
        force: Option<i64>,
    ) -> anyhow::Result<Address> {
        let mut versions = Vec::new();
        for (group, text) in texts {
            versions.push(self.draft(days, email, locality, group, text)?);
        }
        let terms = Terms {
            reason: reason.to_owned(),
            equality_note:
                "No group by sex or ethnicity is touched more than its share. Age is the rule itself; \
                reviewed with the council's equality lead."
                    .to_owned(),
            takes_force_on: self.before(force.unwrap_or(0)),
            answer_by: Some(self.before(due)),
        };
        let first = versions.first().context("a proposal of the demo's story has texts")?;
        let address = (locality.to_owned(), first.group_code.clone(), first.number.to_string());
        self.write(days, email, |conn, now, who| {
            let here = self.locality(conn, locality)?;
            let together = store::add(conn, now.recorded(), &who.actor, here.id)?;
            for version in &versions {
                store::put_in(conn, &together, version)?;
            }
            keep(conn, &together, together.version, &terms)?;
            let draft = Agreement::one(conn, together.id)?;
            let bound = (draft.proposal.version, &*hash_of(&draft.versions));
            kept(propose(conn, now, &who.actor, &here, &draft, bound)?)
        })?;
        Ok(address)
    }

    fn answer(
        &self,
        days: u64,
        email: &str,
        address: &Address,
        reply: Reply,
        comment: &str,
    ) -> anyhow::Result<()> {
        self.write(days, email, |conn, now, who| {
            let seen = Seen::of(conn, who, now, address)?;
            let ask = seen.own_ask().ok_or(Error::NotFound)?;
            let answer = Answer {
                reply,
                comment: comment.to_owned(),
                hash: seen.proposed()?.proposal.hash.clone(),
                version: ask.version,
            };
            match replying::answer(conn, now, who, &seen, &answer)? {
                Ok(()) => Ok(()),
                Err(_) => Err(anyhow::anyhow!("an answer of the demo's story came too late").into()),
            }
        })
    }

    fn approve(
        &self,
        days: u64,
        email: &str,
        address: &Address,
        on: NaiveDate,
        reason: &str,
    ) -> anyhow::Result<()> {
        let id = self.write(days, email, |conn, now, who| {
            Ok(Seen::of(conn, who, now, address)?.proposed()?.proposal.id)
        })?;
        let impact = serde_json::to_string(&impact(&self.tools, id, on)?)?;
        self.write(days, email, |conn, now, who| {
            let seen = Seen::of(conn, who, now, address)?;
            let version = seen.proposed()?.proposal.version;
            let approve = Decision::Approve { on, impact };
            kept(decide(conn, now, who, &seen, version, &approve, reason)?)
        })
    }

    fn take_force(&self, days: u64, address: &Address) -> anyhow::Result<()> {
        self.write(days, MOOR, |conn, now, who| {
            let id = Seen::of(conn, who, now, address)?.proposed()?.proposal.id;
            take_force(conn, now, id).map(drop)
        })
    }

    fn comment(
        &self,
        days: u64,
        email: &str,
        address: &Address,
        condition: &str,
        text: &str,
    ) -> anyhow::Result<()> {
        self.write(days, email, |conn, now, who| {
            let seen = Seen::of(conn, who, now, address)?;
            let new = NewComment {
                version_id: Some(seen.version.id),
                condition: condition.to_owned(),
                reply_to_id: None,
                text: text.to_owned(),
            };
            comments::add(conn, now, who, seen.proposed()?, &new)
        })
    }

    /// Replies to the first comment.
    fn reply(&self, days: u64, email: &str, address: &Address, text: &str) -> anyhow::Result<()> {
        self.write(days, email, |conn, now, who| {
            let seen = Seen::of(conn, who, now, address)?;
            let agreement = seen.proposed()?;
            let first = comments::of(conn, agreement.proposal.id)?.into_iter().next();
            let new = NewComment {
                version_id: Some(seen.version.id),
                condition: String::new(),
                reply_to_id: first.map(|first| first.id),
                text: text.to_owned(),
            };
            comments::add(conn, now, who, agreement, &new)
        })
    }
}

/// A user of the demo, acting in their first membership.
pub(super) fn somebody(conn: &mut Conn, email: &str, now: Now) -> Result<Who, Error> {
    let user = accounts::store::by_email(conn, email)?.ok_or(Error::NotFound)?;
    let memberships = memberships_of(conn, user.id, now.today)?;
    Who::without_session(user.id, &user.email, &user.name, memberships, now.moment).ok_or(Error::NotFound)
}

/// A step of the story that the rules refuse is a mistake in the story.
fn kept<R: std::fmt::Debug>(done: Result<(), R>) -> Result<(), Error> {
    done.map_err(|refused| anyhow::anyhow!("a step of the demo's story was refused: {refused:?}").into())
}
