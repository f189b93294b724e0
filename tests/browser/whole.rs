//! Criteria from a draft to the ledger: drafted with a mistake and mended, proposed, answered by two networks, drafted
//! anew as one of them asks, compared, agreed, approved, in force, applied; and a judgement case that a practice's answer
//! retires.

use crate::{Journey, journey};

journey!(criteria_go_from_a_draft_to_the_ledger);

const GROUP: &str = "/criteria/ALDERWICK/LTC_75";
const FIRST: &str = "commissioner.first@demo.example";
const SECOND: &str = "commissioner.second@demo.example";
/// The two networks that care for the group.
const NETWORKS: [&str; 2] = ["provider.integrated@demo.example", "provider.community@demo.example"];
/// The GP of the practice that is asked.
const GP: &str = "gp.beechcroft@demo.example";

async fn criteria_go_from_a_draft_to_the_ledger(journey: &Journey) {
    draft_with_a_mistake_and_mend_it(journey).await;
    propose(journey, 3, "Care planning helps before 75, too").await;
    journey.look("proposed").await;
    answer(journey, NETWORKS[0], 3, Ok("Our teams plan for it")).await;
    journey.look("agreed-by-one").await;
    answer(journey, NETWORKS[1], 3, Err("Begin at 70: our teams cannot plan for more")).await;
    journey.look("changes-asked").await;
    draft_what_was_asked(journey).await;
    propose(journey, 4, "From 70, as the network asks").await;
    compare(journey).await;
    for network in NETWORKS {
        answer(journey, network, 4, Ok("")).await;
    }
    approve(journey).await;
    take_force_and_apply(journey).await;
    read_the_ledger(journey).await;
    ask_a_practice(journey).await;
    retire_the_case(journey).await;
}

async fn acting_as(journey: &Journey, email: &str) {
    journey.browser.forget().await;
    journey.sign_in(&journey.portal.account_of(email).clone()).await;
}

async fn draft_with_a_mistake_and_mend_it(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.look("home").await;
    journey.open(GROUP).await;
    journey.look("group").await;
    browser.follow("Draft a change").await;
    browser.choose("Version 1, in force").await;
    browser.press("Make the draft").await;
    browser.must_say("The draft is made.").await;
    browser.fill("Criteria as text", "age >= 65 and ltc_cuont >= 1").await;
    browser.press("Save draft").await;
    browser.must_say("Did you mean ltc_count?").await;
    journey.look("mistake").await;
    journey.open(&format!("{GROUP}/versions/3/proposal")).await;
    browser.must_say("This cannot be proposed yet").await;
    journey.look("unfinished").await;
    browser.follow("Edit the draft").await;
    browser.fill("Criteria as text", "age >= 65 and ltc_count >= 1").await;
    browser.press("Save draft").await;
    browser.must_say("The draft is saved.").await;
    journey.look("mended").await;
    browser.follow("Full preview of the saved text").await;
    browser.must_say("What version 3 would do").await;
    journey.look("preview").await;
}

/// Proposes a draft, to take force today.
async fn propose(journey: &Journey, number: i64, reason: &str) {
    let browser = &journey.browser;
    journey.open(&format!("{GROUP}/versions/{number}/proposal")).await;
    browser.fill("Reason for the change", reason).await;
    browser.fill("Equality note", "Touches people of 65 to 74, more men than women among them").await;
    browser.fill_date("Date it takes force", "22 November 2026").await;
    browser.fill_date("Last day to answer", "22 November 2026").await;
    browser.press("Save and check").await;
    browser.press(&format!("Propose version {number}")).await;
    assert_eq!(browser.heading().await, "Proposed");
}

/// Answers for a network from its home: with a comment it agrees, or asks for a change.
async fn answer(journey: &Journey, network: &str, number: i64, said: Result<&str, &str>) {
    let browser = &journey.browser;
    acting_as(journey, network).await;
    browser.must_say(&format!("version {number}")).await;
    journey.open(&format!("{GROUP}/versions/{number}")).await;
    browser.follow(&format!("Answer version {number}")).await;
    let (choice, comment) = match said {
        Ok(comment) => ("Agree", comment),
        Err(comment) => ("Ask for a change", comment),
    };
    browser.choose(choice).await;
    browser.fill("Comment", comment).await;
    browser.press(&format!("Send answer to version {number}")).await;
    assert_eq!(browser.heading().await, "Answer sent");
}

async fn draft_what_was_asked(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open(&format!("{GROUP}/versions/3")).await;
    browser.must_say("Begin at 70: our teams cannot plan for more").await;
    journey.look("answers").await;
    browser.follow("Start a new version from this").await;
    browser.press("Make the draft").await;
    browser.must_say("The draft is made.").await;
    browser.fill("Criteria as text", "age >= 70 and ltc_count >= 1").await;
    browser.press("Save draft").await;
    browser.must_say("The draft is saved.").await;
}

async fn compare(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, NETWORKS[1]).await;
    journey.open(&format!("{GROUP}/versions/3")).await;
    browser.must_say("Answers to it no longer count").await;
    journey.look("replaced").await;
    journey.open(&format!("{GROUP}/versions/4/compare/3")).await;
    assert_eq!(browser.heading().await, "Version 4 compared with version 3");
    journey.look("compared").await;
}

async fn approve(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, SECOND).await;
    journey.look("ready").await;
    journey.open(&format!("{GROUP}/versions/4")).await;
    browser.follow("Approve or return version 4").await;
    browser.must_say("2 of 2 agreed").await;
    journey.look("decision").await;
    browser.choose("Approve version 4").await;
    browser.press("Save the decision").await;
    browser.must_say("Approved. It takes force on its date by itself.").await;
    journey.look("approved").await;
}

/// The clock puts it in force within seconds, and starts the dry run.
async fn take_force_and_apply(journey: &Journey) {
    let browser = &journey.browser;
    journey.open_until("/criteria?locality=ALDERWICK", "Look at the dry run").await;
    journey.look("not-applied-yet").await;
    browser.follow("Look at the dry run").await;
    browser.wait_for("What it would do").await;
    journey.look("dry-run").await;
    browser.follow_first("Apply to").await;
    browser.press_first("Apply to").await;
    browser.wait_for("What it did").await;
    journey.look("applied").await;
}

async fn read_the_ledger(journey: &Journey) {
    let browser = &journey.browser;
    journey.open("/movements?locality=ALDERWICK&cause=criteria_change").await;
    browser.must_say("Criteria changed").await;
    journey.look("ledger").await;
    journey.open(&format!("{GROUP}/versions/4")).await;
    browser.must_say("Took force").await;
    journey.look("in-force").await;
}

async fn ask_a_practice(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, NETWORKS[0]).await;
    let practice = journey.portal.account_of(GP).organisation.clone().expect("a GP has a practice");
    journey.open(&format!("/decisions?practice={practice}&state=open&fact=serious_mental_illness")).await;
    journey.look("cases").await;
    browser.follow_first("Decide").await;
    browser.follow("Ask the practice").await;
    browser.choose_first().await;
    browser.fill("Why you ask", "Ring us on 020 7946 0018 if it is quicker").await;
    browser.press("Ask the practice").await;
    browser.must_say("What you typed may identify somebody").await;
    journey.look("identified").await;
    browser.press("Continue").await;
    browser.must_say("Choose what to do with what is marked").await;
    journey.look("nothing-chosen").await;
    browser.choose("Remove it").await;
    browser.press("Continue").await;
    browser.must_say("The practice is asked.").await;
    journey.look("asked").await;
}

async fn retire_the_case(journey: &Journey) {
    let browser = &journey.browser;
    let case = browser.path().await;
    let words = browser.words().await;
    let (_, from) = words.split_once("(Q-").expect("the case names its question");
    let question = format!("Q-{}", from.split(')').next().unwrap_or_default());
    acting_as(journey, GP).await;
    browser.follow("Judgement cases").await;
    journey.look("questions").await;
    browser.follow_first(&format!("Answer {question}")).await;
    browser.must_say("Ring us on [removed] if it is quicker").await;
    journey.look("question").await;
    browser.choose("No").await;
    browser.press("Send the answer").await;
    browser.must_say("Your answer is recorded.").await;
    acting_as(journey, NETWORKS[0]).await;
    journey.open(&case).await;
    browser.must_say("Settled on 22 November 2026 by the answer").await;
    journey.look("settled").await;
    journey.open("/decisions?state=retired").await;
    browser.must_say(case.trim_start_matches("/decisions/")).await;
    journey.look("retired").await;
}
