//! Letters and mails of a campaign: in rounds, each with fresh codes, of which only hashes are kept.

mod file;
pub mod mails;
pub mod page;
pub mod round;
pub mod written;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::database::Conn;
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::campaign::{Campaign, State};
use crate::ltc6::code::Code;
use crate::schema::ltc6_codes;

/// Whether anybody can still be written to: until the last day on which a code works.
pub fn may_write(campaign: &Campaign, today: NaiveDate) -> bool {
    campaign.state == State::Open && today <= campaign.closes_on
}

/// A fresh code for each of some invitations (keys), in their order.
fn fresh_codes(conn: &mut Conn, keys: &Keys, invitations: &[String]) -> Result<Vec<Code>, Error> {
    invitations
        .iter()
        .map(|invitation| {
            let code = Code::fresh();
            diesel::insert_into(ltc6_codes::table)
                .values((ltc6_codes::hash.eq(code.hash(keys)), ltc6_codes::invitation.eq(invitation)))
                .execute(conn)?;
            Ok(code)
        })
        .collect()
}

/// Where people type a code, without what browsers add: `ground.example.org/ltc6`.
fn short_address(base_url: &str) -> String {
    let plain = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    format!("{}/ltc6", plain.trim_end_matches('/'))
}

/// Where the link and the QR code lead.
fn link(base_url: &str, code: &Code) -> String {
    format!("{}/ltc6/{}", base_url.trim_end_matches('/'), code.plain())
}
