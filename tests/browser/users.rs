//! The administrator's users: the list, one of them, an invitation with mistakes that is then sent.

use crate::{Journey, journey};

journey!(administrator_invites_a_user);

async fn administrator_invites_a_user(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("administrator").clone()).await;
    browser.follow("Users").await;
    journey.look("users").await;
    browser.follow("Invite a user").await;
    browser.press("Send the invitation").await;
    journey.look("mistakes").await;
    browser.fill("Name", "Rowan Thistlewood").await;
    browser.fill("E-mail address", "rowan@demo.example").await;
    browser.select("Role", "Analyst").await;
    browser.select("Organisation", "Alderwick Clinical Commissioning Group").await;
    browser.press("Send the invitation").await;
    assert_eq!(browser.heading().await, "Rowan Thistlewood");
    journey.look("invited").await;
    journey.open("/admin/outbox").await;
    journey.look("outbox").await;
}
