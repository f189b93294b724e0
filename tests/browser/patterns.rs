//! Every pattern of the portal on one page, as it opens and with a mistake in every field.

use crate::{Journey, journey};

journey!(patterns);

async fn patterns(journey: &Journey) {
    journey.open("/patterns").await;
    journey.look("patterns").await;
    journey.print("patterns").await;
    journey.open("/patterns?wrong=yes").await;
    journey.look("mistakes").await;
}
