//! What people said and what will be done: written by a commissioner, read by everybody.

use actix_web::http::{StatusCode, header};
use common_ground::ltc6::answers::Mark;
use common_ground::ltc6::campaign::Stratum;

use super::asked::asked;
use super::results::{answered, counted};
use crate::harness::{Answer, Browser};
use crate::on_both;

async fn write(browser: &mut Browser, path: &str, said: &str, will_do: &str) -> Answer {
    let page = browser.get(path).await;
    let (key, version) = (page.field("key"), page.field("version"));
    browser.post(path, &[("key", &key), ("version", &version), ("said", said), ("will_do", will_do)]).await
}

on_both! {
    async fn feedback_is_written_published_and_read_without_signing_in(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 60)]);
        let path = format!("/campaigns/{}/feedback", asked.campaign.reference);
        let public = format!("/feedback/{}", asked.campaign.reference);
        let mut browser = portal.signed_in("maker@example.org").await;
        assert_eq!(browser.get(&path).await.status, StatusCode::CONFLICT, "before it is counted");
        answered(&portal, &asked.campaign, Some(Stratum::Low), Some(Mark::Three), 30);
        answered(&portal, &asked.campaign, Some(Stratum::Low), Some(Mark::One), 20);
        answered(&portal, &asked.campaign, Some(Stratum::Low), Some(Mark::Zero), 3);
        counted(&portal, &asked.campaign);
        let home = browser.get("/").await.text();
        assert!(home.contains("Publish what people said and what will be done") && home.contains("L2026, closed on"), "{home}");
        let campaign = browser.get(&format!("/campaigns/{}", asked.campaign.reference)).await.text();
        assert!(campaign.contains("Not published yet. The campaign closed on"), "{campaign}");

        let mut stranger = portal.stranger().await;
        let wrong = write(&mut browser, &path, "", "Call 999 000 0018").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Enter the text of what people said") && wrong.text().contains("Call 999"), "{}", wrong.text());
        let stale = browser.get(&path).await;
        let saved = write(&mut browser, &path, "Visits are too short.", "Longer visits from April.").await;
        assert_eq!(saved.location(), path, "{}", saved.text());
        let (key, version) = (stale.field("key"), stale.field("version"));
        let late = browser.post(&path, &[("key", &key), ("version", &version), ("said", "Mine"), ("will_do", "Mine")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains("Visits are too short.") && late.text().contains("Mine"), "{}", late.text());
        assert_eq!(stranger.get(&public).await.status, StatusCode::NOT_FOUND);
        assert!(stranger.get("/feedback").await.text().contains("Nothing is published yet"));

        let page = browser.get(&path).await;
        let version = page.field("version");
        let publication = format!("{path}/publication");
        let unsure = browser.post(&publication, &[("key", "p-1"), ("version", &version)]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("key", "p-2"), ("version", &*version), ("sure", "yes")];
        let published = browser.post(&publication, &form).await;
        assert_eq!(published.location(), path, "{}", published.text());
        assert_eq!(browser.post(&publication, &form).await.location(), path, "sent twice, done once");

        let read = stranger.get(&public).await.text();
        for words in [
            "Visits are too short.", "Longer visits from April.", "About 50 people answered.",
            "57 in 100 people said “Some of the time” or “Almost always”.", "Rosa Finch, 01632 960 123",
        ] {
            assert!(read.contains(words), "{words}: {read}");
        }
        assert!(stranger.get("/feedback").await.text().contains(&format!("<a href=\"{public}\">")));
        let poster = stranger.get(&format!("{public}/poster")).await;
        let name = poster.headers.get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().to_owned();
        assert!(name.contains("poster-L2026.html"), "{name}");
        assert!(poster.text().contains("<svg") && poster.text().contains(&public), "{}", poster.text());
        assert!(browser.get(&format!("/campaigns/{}", asked.campaign.reference)).await.text().contains("Published on"));
        assert!(!browser.get("/").await.text().contains("Publish what people said"));
    }
}
