//! Criteria agreed: a draft proposed, two networks that answer, a reply, an approval, and what is printed.

use crate::{Journey, journey};

journey!(commissioners_and_networks_agree_criteria);
journey!(a_network_answers_and_a_lay_partner_comments);

const DRAFT: &str = "/criteria/ALDERWICK/SEMI/versions/2";
const OPEN: &str = "/criteria/ALDERWICK/LTC_75/versions/2";

async fn commissioners_and_networks_agree_criteria(journey: &Journey) {
    let browser = &journey.browser;
    let portal = &journey.portal;
    journey.sign_in(portal.account_of("commissioner.first@demo.example")).await;
    journey.look("home").await;
    browser.follow("Criteria").await;
    journey.look("criteria").await;
    journey.open("/criteria/ALDERWICK/SEMI").await;
    journey.look("group").await;
    journey.open(DRAFT).await;
    journey.look("draft").await;
    browser.follow("Propose version 2").await;
    browser.press("Save and check").await;
    journey.look("mistakes").await;
    browser.fill("Reason for the change", "Depression that leads to hospital needs the same team").await;
    browser.fill("Equality note", "More women than men; the team has women in it").await;
    browser.fill_date("Date it takes force", "1 March 2027").await;
    browser.fill_date("Last day to answer", "1 February 2027").await;
    browser.press("Save and check").await;
    journey.look("check").await;
    browser.press("Propose version 2").await;
    assert_eq!(browser.heading().await, "Proposed");
    journey.look("proposed").await;
    journey.open("/criteria/ALDERWICK/EXCLUDED/versions/2/decision").await;
    journey.look("decision").await;
    browser.press("Save the decision").await;
    journey.look("undecided").await;
    browser.choose("Approve version 2").await;
    browser.press("Save the decision").await;
    assert_eq!(browser.heading().await, "Version 2");
    journey.look("approved").await;
    browser.follow("Withdraw version 2").await;
    journey.look("withdrawal").await;
    journey.open("/criteria/ALDERWICK/EXCLUDED/versions/2/sheet").await;
    journey.look("sheet").await;
    journey.print("sheet").await;
    journey.open("/criteria/ALDERWICK/agreed").await;
    journey.look("agreed").await;
    journey.print("agreed").await;
    journey.open("/criteria/ALDERWICK/HEALTHY_16_74/versions/2").await;
    journey.look("withdrawn").await;
}

async fn a_network_answers_and_a_lay_partner_comments(journey: &Journey) {
    let browser = &journey.browser;
    let portal = &journey.portal;
    journey.sign_in(portal.account_of("provider.integrated@demo.example")).await;
    journey.look("home").await;
    journey.open(OPEN).await;
    journey.look("before").await;
    browser.follow("Answer version 2").await;
    journey.look("answer").await;
    browser.choose("Ask for a change").await;
    browser.press("Send answer to version 2").await;
    journey.look("mistake").await;
    browser.fill("Comment", "Count admissions for falls only").await;
    browser.press("Send answer to version 2").await;
    assert_eq!(browser.heading().await, "Answer sent");
    journey.look("sent").await;
    journey.open(OPEN).await;
    journey.look("after").await;
    journey.sign_in(portal.account_of("lay@demo.example")).await;
    journey.look("lay").await;
    journey.open(OPEN).await;
    browser
        .select("What the comment is about", "with one or more unplanned admissions in the last 12 months")
        .await;
    browser.fill("Comment", "Carers are often the ones who call the ambulance").await;
    browser.press("Add comment").await;
    journey.look("commented").await;
}
