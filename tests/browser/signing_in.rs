//! Signing in and out, and what a wrong password and a page that does not exist look like.

use crate::{Journey, journey};

journey!(sign_in_and_out);
journey!(switch_to_another_role);

async fn sign_in_and_out(journey: &Journey) {
    let browser = &journey.browser;
    journey.open("/account").await;
    assert_eq!(browser.heading().await, "Sign in");
    journey.look("sign-in").await;
    browser.press("Sign in").await;
    journey.look("nothing-typed").await;
    let commissioner = journey.portal.account("commissioner").clone();
    browser.fill("E-mail address", &commissioner.email).await;
    browser.fill("Password", "not the password").await;
    browser.press("Sign in").await;
    journey.look("wrong-password").await;
    journey.sign_in(&commissioner).await;
    journey.look("home").await;
    journey.open("/account").await;
    journey.look("account").await;
    journey.open("/nowhere").await;
    assert_eq!(browser.heading().await, "Page not found");
    journey.look("not-found").await;
    journey.open("/admin/organisations").await;
    assert_eq!(browser.heading().await, "You cannot do this in your role");
    journey.look("forbidden").await;
    journey.open("/account").await;
    browser.press("Sign out").await;
    journey.open("/account").await;
    assert_eq!(browser.heading().await, "Sign in");
}

async fn switch_to_another_role(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account_of("two.roles@demo.example").clone()).await;
    journey.open("/account").await;
    browser.follow("Acting as Practice staff, Beechcroft Medical Centre, change").await;
    journey.look("acting-as").await;
    browser.choose("Co-ordinator, Beechcroft Medical Centre").await;
    browser.press("Act as this").await;
    journey.open("/account").await;
    browser.must_say("Co-ordinator, Beechcroft Medical Centre (acting as this now)").await;
}
