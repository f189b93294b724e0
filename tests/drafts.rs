//! Drafting criteria: where a draft starts, its text and its parts, two who edit at once, drafts put together.

use actix_web::http::StatusCode;
use common_ground::access::Role;

use crate::grouped::loaded;
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

pub async fn commissioner(portal: &TestPortal, email: &str) -> Browser {
    portal.add_user(email, Role::Commissioner, Some("CCG01"));
    portal.signed_in(email).await
}

/// Makes a draft of a group of LOC01 from what is in force; its address.
pub async fn drafted(browser: &mut Browser, group: &str) -> String {
    let from = [("from", "in_force")];
    begun(browser, group, &from).await.location().trim_end_matches("/edit").to_owned()
}

pub async fn begun(browser: &mut Browser, group: &str, form: &[(&str, &str)]) -> Answer {
    let page = browser.get(&format!("/criteria/LOC01/{group}/draft")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let key = page.field("key");
    browser.post(&format!("/criteria/LOC01/{group}/drafts"), &[&[("key", &*key)], form].concat()).await
}

/// Sends the form of a draft's page with some fields changed.
pub async fn edit(browser: &mut Browser, draft: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(&format!("{draft}/edit")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    send(browser, draft, &page, fields).await
}

async fn send(browser: &mut Browser, draft: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let (key, version, shown) = (page.field("key"), page.field("version"), plain(&page.field("shown")));
    let own = [("key", &*key), ("version", &*version), ("shown", &*shown)];
    let text: &[(&str, &str)] =
        if fields.iter().any(|(name, _)| *name == "text") { &[] } else { &[("text", &*shown)] };
    browser.post(&format!("{draft}/edit"), &[&own, text, fields].concat()).await
}

pub fn plain(html: &str) -> String {
    html.replace("&#62;", ">")
        .replace("&#60;", "<")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

/// The text a draft's page shows.
async fn text(browser: &mut Browser, draft: &str) -> String {
    plain(&browser.get(&format!("{draft}/edit")).await.field("shown"))
}

on_both! {
    async fn a_draft_starts_from_what_is_in_force_is_edited_saved_and_previewed(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        assert_eq!(draft, "/criteria/LOC01/LTC_75/versions/2");
        assert_eq!(text(&mut ann, &draft).await, "age >= 75 and ltc_count >= 1");
        let saved = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 70\r\n and ltc_count >= 1")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = ann.get(saved.location()).await.text();
        assert!(page.contains("The draft is saved.") && page.contains("People aged 70 or over"), "{page}");
        assert_eq!(text(&mut ann, &draft).await, "age >= 70\n and ltc_count >= 1", "lines stay as typed");
        let preview = ann.get(&format!("{draft}/preview")).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
        assert!(preview.text().contains("What version 2 would do"), "{}", preview.text());
    }
}
