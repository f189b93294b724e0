//! `user add`: the first user of an installation, and any other.

use std::io::BufRead;

use anyhow::{bail, ensure};
use clap::Args;
use diesel::prelude::*;
use serde_json::json;

use super::{password, store};
use crate::access::Role;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::config::Ground;
use crate::database::Conn;
use crate::error::Error;
use crate::page::typed;
use crate::schema::organisations;

/// Adds a user, or a membership to one that is there
#[derive(Args, Clone, Debug)]
pub struct AddUser {
    #[arg(long)]
    pub email: String,
    #[arg(long)]
    pub name: String,
    /// administrator, commissioner, gp, practice_staff, network_manager, provider, coordinator, analyst,
    /// lay_partner, auditor or keyer
    #[arg(long)]
    pub role: String,
    /// The organisation's code; for every role but administrator
    #[arg(long, value_name = "CODE")]
    pub organisation: Option<String>,
    /// Read the password from standard input; without it an invitation goes out by mail
    #[arg(long)]
    pub password_stdin: bool,
}

impl AddUser {
    pub fn run(&self, ground: &Ground) -> anyhow::Result<()> {
        let email = self.email.trim().to_lowercase();
        ensure!(typed::email(&email).is_ok(), "{email} is no e-mail address");
        typed::required("Name", &self.name, 120).map_err(Error::Refused)?;
        let Some(role) = Role::from_word(&self.role) else {
            let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
            bail!("{} is no role: it is one of {}", self.role, roles.join(", "));
        };
        let hash = self.password_stdin.then(|| read_password(&email)).transpose()?;
        let now = ground.now();
        let is_new = ground.database.write_now(|conn| self.add(conn, now, &email, role, hash.as_deref()))?;
        match (is_new, hash.is_some()) {
            (true, true) => println!("{email} can sign in."),
            (true, false) => println!("{email} is added. An invitation goes out when a server runs."),
            (false, _) => println!("{email} was there already, and has the membership now."),
        }
        Ok(())
    }

    fn add(
        &self,
        conn: &mut Conn,
        now: Now,
        email: &str,
        role: Role,
        hash: Option<&str>,
    ) -> Result<bool, Error> {
        let organisation = organisation_of(conn, role, self.organisation.as_deref())?;
        let actor = Actor::command_line();
        let (user_id, is_new) = match store::by_email(conn, email)? {
            Some(_) if hash.is_some() => {
                return Err(Error::Refused(format!(
                    "{email} has an account, and its password is not changed here: leave --password-stdin out"
                )));
            }
            Some(user) if user.name != self.name.trim() => {
                return Err(Error::Refused(format!(
                    "{email} is the account of {}: give that name, or another address",
                    user.name
                )));
            }
            Some(user) => (user.id, false),
            None => (store::add(conn, now.moment, email, self.name.trim())?, true),
        };
        if is_held(conn, user_id, role, organisation, now)? {
            return Err(Error::Refused(format!("{email} has that membership already")));
        }
        store::add_membership(conn, user_id, role, organisation, now.today, None)?;
        let details = json!({ "role": role.word(), "organisation": self.organisation });
        let verb = if is_new { Verb::UserAdded } else { Verb::MembershipAdded };
        audit::record(conn, now.moment, &actor, verb, &[Subject::user(email)], details)?;
        match hash {
            Some(hash) => store::set_password(conn, user_id, hash)?,
            None if is_new => store::invite(conn, now, &actor, user_id, email)?,
            None => {}
        }
        Ok(is_new)
    }
}

fn is_held(
    conn: &mut Conn,
    user_id: i64,
    role: Role,
    organisation: Option<i64>,
    now: Now,
) -> Result<bool, Error> {
    let held = crate::access::memberships_of(conn, user_id, now.today)?;
    Ok(held.iter().any(|each| each.role == role && each.organisation.as_ref().map(|o| o.id) == organisation))
}

/// The organisation a role wants, by code.
fn organisation_of(conn: &mut Conn, role: Role, code: Option<&str>) -> Result<Option<i64>, Error> {
    let kinds = role.organisation_kinds();
    match (code, kinds.is_empty()) {
        (None, true) => Ok(None),
        (Some(_), true) => {
            Err(Error::Refused("an administrator belongs to the service, to no organisation".into()))
        }
        (None, false) => Err(Error::Refused(format!("the role {} needs --organisation CODE", role.word()))),
        (Some(code), false) => {
            let row: Option<(i64, String)> = organisations::table
                .filter(organisations::code.eq(code))
                .select((organisations::id, organisations::kind))
                .first(conn)
                .optional()?;
            match row {
                None => Err(Error::Refused(format!("no organisation has the code {code}"))),
                Some((_, kind)) if !kinds.contains(&kind.as_str()) => Err(Error::Refused(format!(
                    "{code} is a {kind}, and the role {} belongs to a {}",
                    role.word(),
                    kinds.join(" or a ")
                ))),
                Some((id, _)) => Ok(Some(id)),
            }
        }
    }
}

fn read_password(email: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let typed = line.trim_end_matches(['\r', '\n']);
    if let Some(mistake) = password::mistake(typed, email) {
        bail!("{mistake}");
    }
    Ok(password::hash(typed)?)
}
