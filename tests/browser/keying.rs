//! Forms that came back on paper, keyed one after the other with keys alone.

use crate::{Journey, journey};

journey!(a_keyer_keys_forms_with_keys_alone);

async fn a_keyer_keys_forms_with_keys_alone(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("keyer").clone()).await;
    browser.follow("Campaigns").await;
    browser.follow_first("C20").await;
    browser.follow("Key forms").await;
    journey.look("first").await;
    // The batch is named once; number and day stand there already.
    browser.fill("Batch", "BOX 1").await;
    browser.key_answers("hp32x1m0").await;
    browser.must_say("BOX 1, 1 is saved.").await;
    browser.must_say("3 2 – 1 M 0").await;
    let begun = std::time::Instant::now();
    browser.key_answers("lc333333").await;
    browser.must_say("BOX 1, 2 is saved.").await;
    assert!(begun.elapsed().as_secs() < 20, "a form takes {:?}", begun.elapsed());
    browser.key_answers("l5333333").await;
    browser.must_say("Key one of p c, or nothing").await;
    journey.look("mistaken").await;
    browser.follow("BOX 1").await;
    browser.must_say("You keyed it: somebody else keys it again").await;
    journey.look("batch").await;
    browser.choose("Nobody else can key the sample: seal the batch without").await;
    browser.press("Seal the batch").await;
    browser.must_say("The batch is sealed.").await;
    browser.follow("Key a form with a code, or answers by telephone").await;
    journey.look("with-a-code").await;
}
