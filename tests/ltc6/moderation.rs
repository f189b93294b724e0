//! Texts of a campaign are read by a moderator before anybody else sees them.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::ltc6::answers::Mark;
use common_ground::ltc6::campaign::{Campaign, Stratum};
use common_ground::schema::{audit_entries, ltc6_comments};
use diesel::prelude::*;

use super::asked::asked;
use super::results::{answered, counted};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

const TEXTS: [&str; 3] =
    ["Ask Mrs Jones at 01632 960 123", "Longer visits would help", "Only I had that illness"];

/// Opened texts that wait, in the order they are read.
fn written(portal: &TestPortal, campaign: &Campaign) {
    portal.write(|conn| {
        for (at, text) in TEXTS.into_iter().enumerate() {
            diesel::insert_into(ltc6_comments::table)
                .values((
                    ltc6_comments::campaign_id.eq(campaign.id),
                    ltc6_comments::key.eq(format!("text-{at}")),
                    ltc6_comments::question.eq("improve"),
                    ltc6_comments::text.eq(text),
                    ltc6_comments::state.eq("waiting"),
                    ltc6_comments::version.eq(1),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
}

/// What the table holds of a text: its state, and how it reads.
fn stored(portal: &TestPortal, at: usize) -> (String, String) {
    portal.read(|conn| {
        Ok(ltc6_comments::table
            .filter(ltc6_comments::key.eq(format!("text-{at}")))
            .select((ltc6_comments::state, ltc6_comments::text))
            .first(conn)?)
    })
}

async fn decide(browser: &mut Browser, path: &str, act: &str, text: &str, theme: &str) -> Answer {
    let page = browser.get(path).await;
    let fields = ["key", "version", "comment"].map(|name| (name, page.field(name)));
    let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    form.extend([("act", act), ("text", text), ("new_theme", theme)]);
    browser.post(path, &form).await
}

on_both! {
    async fn a_text_is_seen_once_a_moderator_let_it_stand_and_what_is_taken_out_is_gone(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 30)]);
        answered(&portal, &asked.campaign, Some(Stratum::Low), Some(Mark::Three), 30);
        counted(&portal, &asked.campaign);
        written(&portal, &asked.campaign);
        let (path, results) = (
            format!("/campaigns/{}/comments", asked.campaign.reference),
            format!("/campaigns/{}/results", asked.campaign.reference),
        );
        let mut commissioner = portal.signed_in("maker@example.org").await;
        let before = commissioner.get(&results).await.text();
        assert!(before.contains("No texts to show") && !before.contains("Longer visits"), "{before}");
        assert_eq!(commissioner.get(&path).await.status, StatusCode::FORBIDDEN);

        let keyer = portal.add_member(Role::Keyer);
        let mut browser = portal.signed_in(&keyer).await;
        let page = browser.get(&path).await.text();
        for words in ["3 left", "How could your care be improved?", "looks like a phone number", "Ask [removed] at [removed]"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Low") && !page.contains("level of need:"), "{page}");
        let unsaid = decide(&mut browser, &path, "blank", " ", "").await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unsaid.text().contains("Type the text again"), "{}", unsaid.text());
        let done = decide(&mut browser, &path, "blank", "Ask [removed]", "Visits").await;
        assert_eq!(done.location(), path, "{}", done.text());
        assert_eq!(stored(&portal, 0), ("shown".into(), "Ask [removed]".into()));
        decide(&mut browser, &path, "show", "", "").await;
        assert_eq!(stored(&portal, 1), ("shown".into(), TEXTS[1].into()));
        let last = browser.get(&path).await.text();
        assert!(last.contains("1 left") && last.contains("value=\"Visits\""), "{last}");
        decide(&mut browser, &path, "withhold", "", "").await;
        assert!(browser.get(&path).await.text().contains("No comments wait to be read"));

        let undo = format!("{path}/undo?comment=text-2");
        let undone = browser.post(&undo, &[("key", "undo-1")]).await;
        assert_eq!(undone.location(), path, "{}", undone.text());
        assert!(browser.get(&path).await.text().contains(TEXTS[2]));
        assert_eq!(browser.post(&undo, &[("key", "undo-2")]).await.status, StatusCode::CONFLICT);
        decide(&mut browser, &path, "withhold", "", "").await;
        browser.post(&format!("{path}/undo?comment=text-1"), &[("key", "undo-3")]).await;
        decide(&mut browser, &path, "show", "", "").await;
        assert_eq!(stored(&portal, 2), ("withheld".into(), String::new()), "nothing is left once the next is decided");

        let after = commissioner.get(&results).await.text();
        let (theme, none) = (after.find("<h3>Visits</h3>").unwrap(), after.find("Without a theme").unwrap());
        assert!(theme < after.find("Ask [removed]").unwrap() && none < after.find(TEXTS[1]).unwrap(), "{after}");
        assert!(!after.contains(TEXTS[2]) && !after.contains("01632"), "{after}");
        let trail: Vec<String> = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::verb.eq("moderated a text of a campaign")).select(audit_entries::content.assume_not_null()).load(conn)?));
        assert_eq!(trail.len(), 7);
        assert!(trail.iter().all(|entry| !entry.contains("Longer") && !entry.contains("text-")), "{trail:?}");
    }
}

on_both! {
    async fn of_two_moderators_the_second_is_shown_what_the_first_did(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 1)]);
        written(&portal, &asked.campaign);
        let path = format!("/campaigns/{}/comments", asked.campaign.reference);
        let keyer = portal.add_member(Role::Keyer);
        let (mut one, mut other) = (portal.signed_in(&keyer).await, portal.signed_in(&keyer).await);
        let page = other.get(&path).await;
        decide(&mut one, &path, "blank", "Ask [removed]", "").await;
        let fields = ["key", "version", "comment"].map(|name| (name, page.field(name)));
        let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        form.extend([("act", "show"), ("text", "")]);
        let stale = other.post(&path, &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Ask [removed]") && !stale.text().contains("01632"), "{}", stale.text());
        assert_eq!(stored(&portal, 0), ("shown".into(), "Ask [removed]".into()));
    }
}
