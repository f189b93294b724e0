//! A network decides a judgement case and asks a practice, whose answer settles another; an administrator reads blanks as no.

use crate::{Journey, journey};

journey!(network_and_practice_settle_cases);
journey!(administrator_reads_blanks_as_no);

async fn network_and_practice_settle_cases(journey: &Journey) {
    let browser = &journey.browser;
    let network = journey.portal.account_of("provider.integrated@demo.example").clone();
    journey.sign_in(&journey.portal.account_of("gp.alder@demo.example").clone()).await;
    browser.follow("Judgement cases").await;
    journey.look("questions").await;
    browser.follow_first("Answer").await;
    journey.look("answer").await;
    browser.press("Send the answer").await;
    journey.look("unanswered").await;
    browser.choose("Not known").await;
    browser.press("Send the answer").await;
    browser.must_say("Your answer is recorded.").await;
    browser.follow("Corrections").await;
    journey.look("corrections").await;
    browser.forget().await;
    journey.sign_in(&network).await;
    journey.look("home").await;
    browser.follow("Judgement cases").await;
    journey.look("cases").await;
    browser.follow_first("Decide").await;
    browser.press("Record the decision").await;
    journey.look("mistakes").await;
    browser.must_say("Choose what you decide").await;
    browser.choose_first().await;
    browser.fill("Reason", "Assessed by our team in October").await;
    browser.press("Record the decision").await;
    browser.must_say("Your decision is recorded.").await;
    journey.look("decided").await;
    browser.follow("Review the decision").await;
    journey.look("review").await;
    journey.open("/decisions").await;
    browser.follow_first("Decide").await;
    browser.follow("Ask the practice").await;
    journey.look("ask").await;
    journey.open("/decisions?state=retired").await;
    journey.look("retired").await;
    browser.follow_first("Look at it").await;
    browser.must_say("Settled on").await;
    journey.look("settled").await;
}

async fn administrator_reads_blanks_as_no(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("administrator").clone()).await;
    browser.follow("Settings").await;
    journey.look("settings").await;
    browser.follow("Change Review of a decision").await;
    browser.fill("Value", "99").await;
    browser.press("Change the setting").await;
    journey.look("mistakes").await;
    browser.fill("Value", "6").await;
    browser.fill("Reason", "Twice a year").await;
    browser.press("Change the setting").await;
    browser.must_say("from 12 to 6").await;
    browser.follow("Change Blanks read as no").await;
    browser.press("See what it would do").await;
    journey.look("nothing-chosen").await;
    browser.select("Locality", "Alderwick").await;
    browser.choose("Serious mental illness").await;
    browser.press("See what it would do").await;
    journey.look("effect").await;
    browser.fill("Reason", "The practices have checked their registers").await;
    browser.press("Read these blanks as no").await;
    browser.must_say("The setting is changed. The next grouping run reads it.").await;
    journey.look("declared").await;
}
