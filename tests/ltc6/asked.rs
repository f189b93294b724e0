//! A campaign with people asked and codes in their hands, on an otherwise empty portal.

use chrono::NaiveDate;
use common_ground::ltc6::ballot::seal::PrivateKey;
use common_ground::ltc6::campaign::{Campaign, Delivery, State, Stratum};
use common_ground::ltc6::code::Code;
use common_ground::on_each;
use common_ground::schema::{
    campaign_strata, campaigns, localities, ltc6_codes, ltc6_invitations, people, users,
};
use diesel::prelude::*;

use crate::harness::{TestPortal, today};

/// A campaign that is open, and the codes of those it asks.
pub struct Asked {
    pub campaign: Campaign,
    /// In the order the people were made, with their level and invitation.
    pub codes: Vec<(Stratum, Code, String)>,
}

impl Asked {
    pub fn code(&self, at: usize) -> String {
        self.codes[at].1.to_string()
    }

    pub fn plain(&self, at: usize) -> String {
        self.codes[at].1.plain().to_owned()
    }
}

/// Opens a campaign that asks so many people of each level, for a month from today.
pub fn asked(portal: &TestPortal, levels: &[(Stratum, usize)]) -> Asked {
    if portal.read(|conn| Ok(localities::table.count().get_result::<i64>(conn)?)) == 0 {
        portal.add_organisations();
    }
    let maker =
        portal.add_user("maker@example.org", common_ground::access::Role::Commissioner, Some("CCG01"));
    another(portal, maker, "L2026", today(), levels)
}

/// A campaign more, by its code and first day.
pub fn another(
    portal: &TestPortal,
    maker: i64,
    code: &str,
    opens_on: NaiveDate,
    levels: &[(Stratum, usize)],
) -> Asked {
    let keys = &portal.tools.keys;
    let reference = format!("LC-{code}");
    let public_key = PrivateKey::make(keys, &reference).unwrap();
    let campaign = portal.write(|conn| {
        let locality: i64 = localities::table.select(localities::id).order(localities::id).first(conn)?;
        let id: i64 = diesel::insert_into(campaigns::table)
            .values((
                (
                    campaigns::reference.eq(&reference),
                    campaigns::code.eq(code),
                    campaigns::name.eq("How care was in 2026"),
                    campaigns::locality_id.eq(locality),
                    campaigns::state.eq(State::Open),
                    campaigns::opens_on.eq(opens_on),
                    campaigns::closes_on.eq(opens_on + chrono::Days::new(30)),
                    campaigns::delivery.eq(Delivery::Letter),
                    campaigns::run_by.eq("Alder Practice"),
                    campaigns::about.eq("We ask once a year."),
                    campaigns::help_name.eq("Rosa Finch"),
                    campaigns::help_phone.eq("01632 960 123"),
                    campaigns::return_address.eq("Freepost ALDER"),
                ),
                (
                    campaigns::want_low.eq(0),
                    campaigns::want_medium.eq(0),
                    campaigns::want_high.eq(0),
                    campaigns::want_none.eq(0),
                    campaigns::invites_palliative.eq(false),
                    campaigns::seed.eq("seed"),
                    campaigns::drawn_on.eq(opens_on),
                    campaigns::public_key.eq(&public_key),
                    campaigns::counted_by.eq("here"),
                    campaigns::key_destroyed.eq(false),
                    campaigns::created_by.eq(maker),
                    campaigns::created_at.eq(portal.tools.clock.now().moment),
                ),
            ))
            .returning(campaigns::id)
            .get_result(conn)?;
        let _: i64 = users::table.find(maker).select(users::id).first(conn)?;
        Campaign::by_id(conn, id)
    });
    let mut codes = Vec::new();
    for (level, count) in levels {
        portal.write(|conn| {
            diesel::insert_into(campaign_strata::table)
                .values((
                    campaign_strata::campaign_id.eq(campaign.id),
                    campaign_strata::level.eq(level),
                    campaign_strata::eligible.eq(i64::try_from(*count).unwrap()),
                    campaign_strata::sampled.eq(i64::try_from(*count).unwrap()),
                ))
                .execute(conn)?;
            for at in 0..*count {
                let name = format!("{code}{}{at}", level.word());
                let person: i64 = diesel::insert_into(people::table)
                    .values((people::nhs_number.eq(&name), people::pseudonym.eq(format!("P-{name}"))))
                    .returning(people::id)
                    .get_result(conn)?;
                let invitation = common_ground::keys::random_token();
                diesel::insert_into(ltc6_invitations::table)
                    .values((
                        ltc6_invitations::key.eq(&invitation),
                        ltc6_invitations::campaign_id.eq(campaign.id),
                        ltc6_invitations::person_id.eq(person),
                        ltc6_invitations::level.eq(level),
                        ltc6_invitations::by_email.eq(false),
                        ltc6_invitations::letters.eq(1),
                        ltc6_invitations::undeliverable.eq(false),
                        ltc6_invitations::dropped.eq(false),
                    ))
                    .execute(conn)?;
                let fresh = Code::fresh();
                let row = (ltc6_codes::hash.eq(fresh.hash(keys)), ltc6_codes::invitation.eq(&invitation));
                on_each!(conn, inner => diesel::insert_into(ltc6_codes::table).values(row).execute(inner))?;
                codes.push((*level, fresh, invitation));
            }
            Ok(())
        });
    }
    Asked { campaign, codes }
}
