//! What each role meets first, and the lists that its scope shapes.

use crate::{Journey, journey};

journey!(each_role_has_a_home);

async fn each_role_has_a_home(journey: &Journey) {
    for role in [
        "analyst",
        "auditor",
        "coordinator",
        "keyer",
        "lay_partner",
        "network_manager",
        "practice_staff",
        "provider",
    ] {
        let account = journey.portal.account(role).clone();
        journey.browser.forget().await;
        journey.sign_in(&account).await;
        journey.look(&format!("{role}-home")).await;
        for (area, roles) in [
            ("Groups", &["coordinator", "lay_partner", "provider"][..]),
            ("People", &["network_manager", "provider"][..]),
            ("Movements", &["practice_staff"][..]),
        ] {
            if roles.contains(&role) {
                journey.browser.follow(area).await;
                journey.look(&format!("{role}-{}", area.to_lowercase())).await;
            }
        }
    }
}
