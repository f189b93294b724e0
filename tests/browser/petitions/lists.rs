//! The lists of petitions as each party sees them, how long petitions take, and what they say of the criteria.

use super::{FIRST, GP, NOW, STAFF, acting_as};
use crate::{Journey, journey};

journey!(each_party_reads_its_list_of_petitions);

const NETWORK: &str = "network.north@demo.example";

async fn each_party_reads_its_list_of_petitions(journey: &Journey) {
    let browser = &journey.browser;
    for (email, view) in
        [(GP, "closed"), (STAFF, "waiting"), (NETWORK, "overdue"), (NOW, "waiting"), (FIRST, "agreed")]
    {
        acting_as(journey, email).await;
        journey.open(&format!("/petitions?view={view}")).await;
        browser.must_say("Waiting for me").await;
        let role = &journey.portal.account_of(email).role;
        journey.look(&format!("{role}-{view}")).await;
    }
    browser.follow("How long petitions take").await;
    journey.look("clock").await;
    journey.open("/petitions/learning").await;
    journey.look("learning").await;
    journey.open("/petitions/absence").await;
    journey.look("absence").await;
    journey.open("/petitions/views?view=overdue").await;
    journey.look("views").await;
}
