//! Fills what rows may refer to from the database.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kind::Kind;
use super::known::{
    Known, KnownAdministrator, KnownCampaign, KnownMembership, KnownOrganisation, KnownPeople,
};
use super::rows::organisations::OrganisationKind;
use crate::access::Role;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store as schemes;
use crate::ltc6::campaign::Campaign;
use crate::ltc6::paper;
use crate::people::nhs_number::NhsNumber;
use crate::schema::{
    campaigns, localities, memberships, network_members, organisations, people, person_records, users,
};
use crate::settings::store::Values;

/// How many people are read at a time.
const PEOPLE_AT_ONCE: i64 = 10_000;

impl Known {
    /// What rows of a kind may refer to, with people as register `published` has them. `within` are the localities
    /// (row ids) whose practices and people the caller brings data in for; `None` for all.
    pub fn read(
        database: &Database,
        kind: Kind,
        published: i64,
        within: Option<&[i64]>,
    ) -> Result<Known, Error> {
        let mut known = database.read_now(|conn| codes(conn, kind, within))?;
        if matches!(kind, Kind::RiskScores | Kind::LevelOfNeed) {
            let practices = within.is_some().then(|| known.practices());
            known.people = read_people(database, published, practices.as_deref())?;
        }
        if kind == Kind::PaperReturns {
            known.campaigns = database.read_now(|conn| campaigns(conn, within))?;
        }
        Ok(known)
    }

    fn practices(&self) -> Vec<i64> {
        let practices = self.organisations.values().filter(|known| known.kind == OrganisationKind::Practice);
        practices.map(|known| known.id).collect()
    }
}

fn codes(conn: &mut Conn, kind: Kind, within: Option<&[i64]>) -> Result<Known, Error> {
    let localities: Vec<(String, i64)> =
        localities::table.order(localities::id).select((localities::code, localities::id)).load(conn)?;
    let organisations: Vec<(String, i64, OrganisationKind, Option<i64>)> = organisations::table
        .order(organisations::id)
        .select((organisations::code, organisations::id, organisations::kind, organisations::locality_id))
        .load(conn)?;
    let (administrators, can_sign_in) = match kind {
        Kind::Users => (administrators(conn)?, can_sign_in(conn)?),
        _ => Default::default(),
    };
    let memberships = if kind == Kind::NetworkMembers { memberships(conn)? } else { Vec::new() };
    let is_within = |(_, _, kind, locality): &(String, i64, OrganisationKind, Option<i64>)| {
        *kind != OrganisationKind::Practice
            || within.is_none_or(|within| locality.is_some_and(|id| within.contains(&id)))
    };
    let organisation = |(code, id, kind, _)| (code, KnownOrganisation { id, kind });
    Ok(Known {
        localities: localities.into_iter().collect(),
        organisations: organisations.into_iter().filter(is_within).map(organisation).collect(),
        groups: schemes::groups_of_all(conn)?.into_iter().map(|group| group.code).collect(),
        memberships,
        people: KnownPeople::default(),
        administrators,
        can_sign_in,
        campaigns: HashMap::new(),
    })
}

/// Campaigns that were ever opened, by code.
fn campaigns(conn: &mut Conn, within: Option<&[i64]>) -> Result<HashMap<String, KnownCampaign>, Error> {
    let days = Values::read(conn)?.paper_days();
    let stored: Vec<Campaign> =
        campaigns::table.order(campaigns::id).select(Campaign::as_select()).load(conn)?;
    let ours =
        stored.into_iter().filter(|campaign| within.is_none_or(|ids| ids.contains(&campaign.locality_id)));
    let known = |campaign: Campaign| KnownCampaign {
        id: campaign.id,
        opens_on: campaign.opens_on,
        paper_until: campaign.closes_on + days,
        takes_paper: paper::is_taken(&campaign),
    };
    Ok(ours.map(|campaign| (campaign.code.clone(), known(campaign))).collect())
}

fn administrators(conn: &mut Conn) -> Result<Vec<KnownAdministrator>, Error> {
    let stored: Vec<(String, NaiveDate, Option<NaiveDate>)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::role.eq(Role::Administrator))
        .order(memberships::id)
        .select((users::email, memberships::from_on, memberships::to_on))
        .load(conn)?;
    Ok(stored.into_iter().map(|(email, from, to)| KnownAdministrator { email, from, to }).collect())
}

fn can_sign_in(conn: &mut Conn) -> Result<HashSet<String>, Error> {
    let emails: Vec<String> =
        users::table.filter(users::password_hash.is_not_null()).select(users::email).load(conn)?;
    Ok(emails.into_iter().collect())
}

/// Memberships of GP networks, which a practice has one of at a time.
fn memberships(conn: &mut Conn) -> Result<Vec<KnownMembership>, Error> {
    type Stored = (i64, String, i64, NaiveDate, Option<NaiveDate>);
    let stored: Vec<Stored> = network_members::table
        .inner_join(organisations::table.on(organisations::id.eq(network_members::network_id)))
        .filter(organisations::kind.eq(OrganisationKind::GpNetwork))
        .order(network_members::id)
        .select((
            network_members::network_id,
            organisations::code,
            network_members::member_id,
            network_members::from_on,
            network_members::to_on,
        ))
        .load(conn)?;
    let membership = |(network_id, network_code, member_id, from, to)| KnownMembership {
        network_id,
        network_code,
        member_id,
        from,
        to,
    };
    Ok(stored.into_iter().map(membership).collect())
}

/// Everybody of a register, a page at a time, so that no read stays open for long.
fn read_people(database: &Database, published: i64, practices: Option<&[i64]>) -> Result<KnownPeople, Error> {
    let (mut numbers, mut after) = (Vec::new(), 0_i64);
    loop {
        let page: Vec<(i64, i64, String)> = database.read_now(|conn| {
            Ok(people::table
                .inner_join(person_records::table)
                .filter(person_records::until_register.gt(published))
                .filter(person_records::from_register.le(published))
                .filter(people::id.gt(after))
                .order(people::id)
                .limit(PEOPLE_AT_ONCE)
                .select((people::id, person_records::practice_id, people::nhs_number))
                .load(conn)?)
        })?;
        let Some((last, ..)) = page.last() else { break };
        after = *last;
        let ours =
            page.iter().filter(|(_, practice, _)| practices.is_none_or(|ours| ours.contains(practice)));
        numbers.extend(ours.filter_map(|(.., number)| NhsNumber::parse(number).ok()));
    }
    Ok(numbers.into_iter().collect())
}
