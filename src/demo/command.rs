//! `demo`: makes a demo where there is none, says who can sign in, and serves it.

use std::io::Write;

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use super::organisations::LARGE;
use super::state::{self, Found};
use super::{DEFAULT_ADULTS, Demo, MOST_ADULTS, Plan, load, users};
use crate::clock::Clock;
use crate::config::{Ground, Settings};
use crate::database::Database;
use crate::serve::{self, Listener, Place};

/// Makes a demo with invented people, says who can sign in, and serves it
#[derive(Args, Clone, Debug)]
pub struct MakeDemo {
    /// Adults of the large locality (default: 153687); the small ones shrink and grow alike
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_ADULTS)))]
    pub people: Option<u32>,
    /// The day the demo stands on, YYYY-MM-DD (default: today)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    #[command(flatten)]
    pub place: Place,
    /// Throw away the demo that is there, and make it anew
    #[arg(long)]
    pub fresh: bool,
    /// Make the demo and stop
    #[arg(long)]
    pub prepare_only: bool,
    /// Say address and accounts as one line of JSON, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// A day a demo can stand on.
fn day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse().map_err(|_| "a day is written YYYY-MM-DD")?;
    Plan::new(DEFAULT_ADULTS, day).map(|plan| plan.as_of).map_err(|error| error.to_string())
}

/// What `--json` prints once the demo can be used.
#[derive(Serialize)]
struct Told<'a> {
    /// None where it is not served.
    address: Option<&'a str>,
    as_of: NaiveDate,
    locality: &'static str,
    accounts: Vec<Account>,
}

#[derive(Serialize)]
struct Account {
    role: &'static str,
    email: &'static str,
    password: &'static str,
    organisation: Option<&'static str>,
}

impl MakeDemo {
    pub fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let listener = match self.prepare_only {
            true => None,
            false => Some(self.place.open(&settings.file)?),
        };
        let (ground, plan) = self.prepare(settings)?;
        let address = listener.as_ref().map(Listener::url);
        self.tell(&plan, address.as_deref())?;
        match listener {
            Some(listener) => serve::serve(&ground, listener),
            None => Ok(()),
        }
    }

    /// Leaves the database with the demo asked for, or says why it cannot.
    pub fn prepare(&self, settings: &Settings) -> anyhow::Result<(Ground, Plan)> {
        let database = Database::open(settings.address()?, 2)?;
        let found = state::look(&database)?;
        if found == Found::Other {
            bail!(
                "This database holds something that is no demo, and is left alone. Run the demo in another folder, or name another database in DATABASE_URL."
            );
        }
        if let (Found::Demo(plan), false) = (found, self.fresh) {
            self.check_same(&plan)?;
            return Ok((settings.open()?, plan));
        }
        let plan = self.plan(settings)?;
        if found != Found::Nothing {
            self.note(match found {
                Found::Unfinished => "The demo here was never finished. It is made again.",
                _ => "Throwing away the demo that is there.",
            });
            database.start_over().context("throwing away the demo that is there")?;
        }
        database.write_now(|conn| state::begin(conn, &plan))?;
        drop(database);
        let ground = settings.open()?;
        self.note(&format!(
            "Making a demo of {} adults and two small localities as of {}.",
            plan.adults, plan.as_of
        ));
        load::make(&ground, &Demo::of(plan))?;
        Ok((ground, plan))
    }

    fn plan(&self, settings: &Settings) -> anyhow::Result<Plan> {
        let asked = settings.flags.today.or(settings.file.today);
        let as_of = self.as_of.or(asked).unwrap_or_else(|| Clock::real().now().today);
        if let Some(today) = asked.filter(|today| *today < as_of) {
            bail!(
                "COMMON_GROUND_TODAY, {today}, is before the demo's day, {as_of}: nobody could be placed in a group"
            );
        }
        Ok(Plan::new(self.people.unwrap_or(DEFAULT_ADULTS), as_of)?)
    }

    /// What was not asked for is taken as it is.
    fn check_same(&self, plan: &Plan) -> anyhow::Result<()> {
        let asked =
            Plan { adults: self.people.unwrap_or(plan.adults), as_of: self.as_of.unwrap_or(plan.as_of) };
        if asked != *plan {
            bail!(
                "There is a demo of {} adults as of {} here already. Add --fresh to throw it away and make the one you asked for, or leave out --people and --as-of to go on with it.",
                plan.adults,
                plan.as_of
            );
        }
        Ok(())
    }

    /// To people only.
    fn note(&self, sentence: &str) {
        if !self.json {
            writeln!(std::io::stdout(), "{sentence}").ok();
        }
    }

    fn tell(&self, plan: &Plan, address: Option<&str>) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match self.json {
            true => {
                let told =
                    Told { address, as_of: plan.as_of, locality: LARGE, accounts: accounts(plan.as_of) };
                writeln!(out, "{}", serde_json::to_string(&told)?)?;
            }
            false => write!(out, "{}", in_words(plan, address))?,
        }
        Ok(out.flush()?)
    }
}

/// One a user, in the role one acts in after signing in.
fn accounts(as_of: NaiveDate) -> Vec<Account> {
    let account = |user: users::User| {
        let first = user.memberships.first()?;
        Some(Account {
            role: first.role,
            email: user.email,
            password: users::PASSWORD,
            organisation: first.organisation,
        })
    };
    users::users(as_of).into_iter().filter_map(account).collect()
}

fn in_words(plan: &Plan, address: Option<&str>) -> String {
    let mut text = format!("\nThe demo of {} is ready. Everybody in it is invented.\n\n", plan.as_of);
    for user in users::users(plan.as_of) {
        for membership in &user.memberships {
            let organisation = membership.organisation.unwrap_or("");
            text += &format!("  {:<16} {:<34} {}\n", membership.role, user.email, organisation);
        }
    }
    text += &format!("\nAll have the password: {}\n", users::PASSWORD);
    text += &match address {
        Some(address) => {
            format!(
                "Sign in at {address}/sign-in. Stop with Ctrl+C; the same command starts this demo again,\n"
            )
        }
        None => "`common-ground demo` serves this demo,\n".into(),
    };
    text + "`common-ground demo --fresh` makes a new one.\n"
}
