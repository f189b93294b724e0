//! Writes a demo into an empty database. Nobody reads meanwhile, so each step is one large transaction; killed before the
//! last, the demo counts as unfinished and is made again.

use std::collections::HashMap;

use anyhow::Context;
use diesel::prelude::*;
use serde_json::json;

use super::agreements::Story;
use super::organisations::LARGE;
use super::users::PASSWORD;
use super::{Demo, campaigns, cases, petitions, register, state, unmaskings};
use crate::access::Role;
use crate::accounts;
use crate::audit::{self, Actor, Verb};
use crate::clock::Now;
use crate::config::Ground;
use crate::criteria;
use crate::criteria::check::check;
use crate::criteria::store::Becomes;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::scheme::Scheme;
use crate::keys::random_reference;
use crate::people::register::Lease;
use crate::runs::apply::Pace;
use crate::runs::command::group;
use crate::runs::store::Locality;
use crate::schema::{care_agreements, localities, network_members, organisations, sharing_agreements};

/// Row ids by code.
pub struct Ids {
    pub localities: HashMap<&'static str, i64>,
    pub organisations: HashMap<&'static str, i64>,
}

/// Everything of a demo, the initial grouping of each locality included.
pub fn make(ground: &Ground, demo: &Demo) -> anyhow::Result<()> {
    let (database, now, actor) = (&ground.database, ground.now(), Actor::command_line());
    let hash = accounts::hash_password(PASSWORD)?;
    let ids = database.write_now(|conn| organise(conn, now, demo, &hash))?;
    let lease = Lease::take(database, &ground.clock, "demo")?;
    let lease = lease.context("an import is under way in the database in which the demo is made")?;
    database.write_now(|conn| {
        let people = register::people(conn, &ground.keys, demo, &ids, lease.preparing)?;
        register::scores_and_levels(conn, demo, &ids, &people, lease.preparing)?;
        lease.publish(conn)
    })?;
    let story = Story::new(ground, &ids, demo.plan.as_of)?;
    for locality in &demo.localities {
        database.write_now(|conn| set_up_criteria(conn, now, &actor, locality.code))?;
        let locality = Locality {
            id: ids.localities[locality.code],
            code: locality.code.into(),
            name: locality.name.into(),
        };
        story.before_grouping(&locality.code)?;
        group(ground, &locality, demo.plan.as_of, &actor, Pace::ALONE)?;
        if locality.code == LARGE {
            cases::tell(ground, locality.id)?;
            unmaskings::tell(ground)?;
        }
        story.after_grouping(&locality.code)?;
        if locality.code == LARGE {
            petitions::tell(ground, locality.id)?;
            campaigns::tell(ground, locality.id)?;
        }
    }
    Ok(database.write_now(state::complete)?)
}

/// The criteria we propose, in force from the start.
fn set_up_criteria(conn: &mut Conn, now: Now, actor: &Actor, locality: &str) -> Result<(), Error> {
    let checked = check(include_str!("../criteria/default-criteria.txt"), Scheme::shipped())
        .map_err(|mistakes| anyhow::anyhow!("the criteria we ship have {} mistakes", mistakes.len()))?;
    let reason = "Our proposal, set up with the demo";
    criteria::command::import(conn, now.moment, actor, locality, &checked, Becomes::FirstSet(reason))?;
    Ok(())
}

fn organise(conn: &mut Conn, now: Now, demo: &Demo, hash: &str) -> Result<Ids, Error> {
    let mut ids = Ids { localities: HashMap::new(), organisations: HashMap::new() };
    for locality in &demo.localities {
        let row = (
            localities::code.eq(locality.code),
            localities::name.eq(locality.name),
            localities::commissioner_code.eq(locality.commissioner),
            localities::population.eq(i64::from(locality.population)),
        );
        let id =
            diesel::insert_into(localities::table).values(row).returning(localities::id).get_result(conn)?;
        ids.localities.insert(locality.code, id);
    }
    for organisation in &demo.organisations {
        let row = (
            organisations::code.eq(organisation.code),
            organisations::name.eq(organisation.name),
            organisations::name_key.eq(organisation.name.to_lowercase()),
            organisations::kind.eq(organisation.kind),
            organisations::commissioner_kind.eq(organisation.commissioner_type),
            organisations::locality_id.eq(organisation.locality.map(|code| ids.localities[code])),
            organisations::sector.eq(organisation.sector),
            organisations::opened_on.eq(organisation.opened),
        );
        let added = diesel::insert_into(organisations::table).values(row);
        let id = added.returning(organisations::id).get_result(conn)?;
        ids.organisations.insert(organisation.code, id);
    }
    agree(conn, demo, &ids)?;
    add_users(conn, now, demo, &ids, hash)?;
    let details = json!({ "adults": demo.plan.adults, "as_of": demo.plan.as_of });
    audit::record(conn, now.moment, &Actor::command_line(), Verb::DemoMade, &[], details)?;
    Ok(ids)
}

fn agree(conn: &mut Conn, demo: &Demo, ids: &Ids) -> Result<(), Error> {
    for member in &demo.members {
        let row = (
            network_members::network_id.eq(ids.organisations[member.network]),
            network_members::member_id.eq(ids.organisations[member.member]),
            network_members::from_on.eq(member.from),
        );
        diesel::insert_into(network_members::table).values(row).execute(conn)?;
    }
    for care in &demo.care_agreements {
        let row = (
            care_agreements::network_id.eq(ids.organisations[care.network]),
            care_agreements::locality_id.eq(ids.localities[care.locality]),
            care_agreements::group_code.eq(care.group),
            care_agreements::from_on.eq(care.from),
        );
        diesel::insert_into(care_agreements::table).values(row).execute(conn)?;
    }
    for sharing in &demo.sharing_agreements {
        let row = (
            sharing_agreements::reference.eq(format!("SA-{}", random_reference())),
            sharing_agreements::network_id.eq(ids.organisations[sharing.network]),
            sharing_agreements::shared_with.eq(sharing.with),
            sharing_agreements::purpose.eq(sharing.purpose),
            sharing_agreements::from_on.eq(sharing.from),
            sharing_agreements::to_on.eq(sharing.to),
        );
        diesel::insert_into(sharing_agreements::table).values(row).execute(conn)?;
    }
    Ok(())
}

fn add_users(conn: &mut Conn, now: Now, demo: &Demo, ids: &Ids, hash: &str) -> Result<(), Error> {
    for user in &demo.users {
        let user_id = accounts::store::add(conn, now.moment, user.email, user.name)?;
        accounts::store::set_password(conn, user_id, hash)?;
        for membership in &user.memberships {
            let role = Role::from_word(membership.role).expect("the demo's tests know every role");
            let organisation = membership.organisation.map(|code| ids.organisations[code]);
            accounts::store::add_membership(conn, user_id, role, organisation, user.from, None)?;
        }
    }
    Ok(())
}
