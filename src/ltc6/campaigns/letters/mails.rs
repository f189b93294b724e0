//! A mail to somebody who was invited: its code is made as it is sent, and its text is kept nowhere.

use anyhow::ensure;
use askama::Template;
use diesel::prelude::*;

use super::{fresh_codes, link, may_write, short_address};
use crate::error::Error;
use crate::jobs::Tools;
use crate::ltc6::campaign::Campaign;
use crate::ltc6::campaigns::opening::can_mail;
use crate::ltc6::campaigns::returns::return_reference;
use crate::mail::{Letter, Written};
use crate::page::filters;
use crate::people::register::published;
use crate::schema::{ltc6_invitations, person_contacts};

/// A mail ready to leave.
pub struct Prepared {
    pub to: String,
    pub written: Written,
    pub link: String,
}

#[derive(Template)]
#[template(path = "mail/ltc6.txt")]
struct Text<'a> {
    campaign: &'a Campaign,
    asked: i64,
    is_reminder: bool,
    short_address: String,
    code: String,
    link: &'a str,
    reference: String,
}

/// Makes a code for an invitation and writes the mail; none where the person is no longer to be asked.
///
/// # Errors
/// Where the mail would be a file and this is no demo: the file would hold the code in clear.
pub fn prepare(tools: &Tools, invitation: &str, letter: Letter) -> anyhow::Result<Option<Prepared>> {
    ensure!(
        tools.database.read_now(|conn| can_mail(conn, &tools.post))?,
        "no SMTP server is named, and a file would hold the code in clear"
    );
    let today = tools.clock.now().today;
    let found = tools.database.write_now(|conn| {
        let (campaign_id, person, dropped, undeliverable): (i64, i64, bool, bool) = ltc6_invitations::table
            .find(invitation)
            .select((
                ltc6_invitations::campaign_id,
                ltc6_invitations::person_id,
                ltc6_invitations::dropped,
                ltc6_invitations::undeliverable,
            ))
            .first(conn)?;
        let campaign = Campaign::by_id(conn, campaign_id)?;
        let register = published(conn)?;
        let email: Option<Option<String>> = person_contacts::table
            .filter(person_contacts::person_id.eq(person).and(person_contacts::ltc6_opt_out.eq(false)))
            .filter(
                person_contacts::from_register.le(register).and(person_contacts::until_register.gt(register)),
            )
            .select(person_contacts::email)
            .first(conn)
            .optional()?;
        let is_asked = !dropped && !undeliverable && may_write(&campaign, today);
        let Some(to) = email.flatten().filter(|email| is_asked && !email.trim().is_empty()) else {
            return Ok::<_, Error>(None);
        };
        let asked = campaign.sampled(conn)?;
        let code = fresh_codes(conn, &tools.keys, &[invitation.to_owned()])?.remove(0);
        Ok(Some((campaign, asked, to, code)))
    })?;
    let Some((campaign, asked, to, code)) = found else { return Ok(None) };
    let link = link(&tools.base_url, &code);
    let text = Text {
        campaign: &campaign,
        asked,
        is_reminder: letter == Letter::Ltc6Reminder,
        short_address: short_address(&tools.base_url),
        code: code.to_string(),
        link: &link,
        reference: return_reference(&tools.keys, invitation),
    };
    let written = Written::of(&text.render()?)?;
    Ok(Some(Prepared { to, written, link }))
}
