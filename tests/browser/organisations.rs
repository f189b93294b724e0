//! The administrator's organisations: the list, one of each kind, and a form with mistakes that is then mended.

use crate::{Journey, journey};

journey!(administrator_keeps_organisations);

async fn administrator_keeps_organisations(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("administrator").clone()).await;
    journey.look("home").await;
    browser.follow("Organisations").await;
    journey.look("organisations").await;
    journey.open(&format!("/admin/localities/{}", journey.portal.locality())).await;
    journey.look("locality").await;
    let network = journey.portal.account("provider").organisation.clone().expect("a provider has a network");
    journey.open(&format!("/admin/organisations/{network}")).await;
    journey.look("provider-network").await;
    browser.follow("Organisations").await;
    browser.follow("Add an organisation").await;
    journey.look("kinds").await;
    browser.choose("Practice").await;
    browser.press("Continue").await;
    browser.fill("Name", "Sycamore Practice").await;
    browser.press("Add the practice").await;
    journey.look("mistakes").await;
    browser.fill("Code", "E99999").await;
    browser.select("Locality", journey.portal.locality()).await;
    browser.fill("Day", "1 April 2013").await;
    browser.press("Add the practice").await;
    assert_eq!(browser.heading().await, "Sycamore Practice");
    journey.look("practice").await;
    journey.open("/admin/organisations?words=nowhere+at+all").await;
    journey.look("none-found").await;
}
