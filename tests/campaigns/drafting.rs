//! A campaign is drafted, changed, cancelled and opened.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::ltc6::ballot::seal::PrivateKey;
use common_ground::ltc6::campaign::State;

use super::{commissioner, drafted, drawn, form, send, stored, supported};
use crate::on_both;

on_both! {
    async fn a_campaign_is_drafted_changed_and_listed_and_anothers_is_not_found(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let empty = browser.get("/campaigns").await.text();
        assert!(empty.contains("No campaign yet."), "{empty}");
        let wrong = send(&mut browser, "/campaigns/new", &form(&[
            ("code", "c 1"), ("closes_on_year", "2014"), ("delivery", ""), ("want_low", "many"),
        ])).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for sentence in [
            "Code must have letters, digits and dashes only",
            "Closing date must be after 1 April 2015",
            "Choose how people are asked",
            "Enter a whole number from 0 to 20,000",
            "value=\"many\"",
        ] {
            assert!(wrong.text().contains(sentence), "{sentence}: {}", wrong.text());
        }
        let width = send(&mut browser, "/campaigns/new", &form(&[("act", "width"), ("want_low", "250")])).await;
        assert!(width.status.is_success() && width.text().contains("65.7% to 82.5% (± 8.4)"), "{}", width.text());
        let path = drafted(&mut browser, &[("run_by", "")]).await;
        let page = browser.get(&path).await.text();
        assert!(page.contains("Say who runs it") && page.contains("Draw the sample"), "{page}");
        let taken = send(&mut browser, "/campaigns/new", &form(&[])).await;
        assert!(taken.text().contains("Another campaign has this code"), "{}", taken.text());
        let details = format!("{path}/details");
        let changed = send(&mut browser, &details, &form(&[("name", "Another name")])).await;
        assert_eq!(changed.location(), path, "{}", changed.text());
        let mut late = form(&[("name", "Too late")]);
        late.extend([("key".to_owned(), "k-late".to_owned()), ("version".to_owned(), "1".to_owned())]);
        let late: Vec<(&str, &str)> = late.iter().map(|(name, value)| (&**name, &**value)).collect();
        let stale = browser.post(&details, &late).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Too late") && stale.text().contains("Another name"), "{}", stale.text());
        let list = browser.get("/campaigns?state=draft").await.text();
        assert!(list.contains("Another name") && list.contains("1 campaign<"), "{list}");
        let file = browser.get("/campaigns.csv").await.text();
        assert!(file.contains("C2015,Another name,LOC01,draft,2015-04-01,2015-05-31,letter,3,3,3,0"), "{file}");

        portal.add_user("other@example.org", Role::Commissioner, Some("CCG02"));
        let mut other = portal.signed_in("other@example.org").await;
        for address in [path.clone(), details, format!("{path}/sample"), format!("{path}/opening")] {
            assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        assert!(other.get("/campaigns").await.text().contains("No campaign yet."));
        portal.add_user("key@example.org", Role::Keyer, Some("CCG01"));
        let mut keyer = portal.signed_in("key@example.org").await;
        assert!(keyer.get(&path).await.text().contains("Another name"));
        assert_eq!(keyer.get(&format!("{path}/details")).await.status, StatusCode::FORBIDDEN);
    }
}

on_both! {
    async fn a_draft_is_cancelled_and_then_nothing_can_be_done_with_it(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = drawn(&mut browser, &[]).await;
        let done = send(&mut browser, &format!("{path}/cancellation"), &[]).await;
        assert_eq!(done.location(), path, "{}", done.text());
        assert_eq!(stored(&portal, &path).state, State::Cancelled);
        assert!(browser.get(&path).await.text().contains("It was cancelled before it opened"));
        for act in ["details", "sample", "opening", "cancellation"] {
            assert_eq!(browser.get(&format!("{path}/{act}")).await.status, StatusCode::CONFLICT, "{act}");
        }
    }
}

on_both! {
    async fn a_campaign_opens_once_all_is_there_and_its_key_is_made_here(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = drafted(&mut browser, &[("help_phone", "")]).await;
        let opening = format!("{path}/opening");
        let early = browser.get(&opening).await.text();
        assert!(early.contains("cannot open yet") && early.contains("telephone number"), "{early}");
        let version = stored(&portal, &path).version.to_string();
        let refused = browser.post(&opening, &[("key", "k-early"), ("version", &version)]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        send(&mut browser, &format!("{path}/details"), &form(&[])).await;
        send(&mut browser, &format!("{path}/sample"), &[]).await;
        let asked = browser.get(&opening).await;
        assert!(asked.text().contains("9 people are asked"), "{}", asked.text());
        let done = send(&mut browser, &opening, &[]).await;
        assert_eq!(done.location(), path, "{}", done.text());
        let campaign = stored(&portal, &path);
        let key = PrivateKey::read(&portal.tools.keys, &campaign.reference).unwrap().unwrap();
        assert_eq!((campaign.state, campaign.public_key), (State::Open, Some(key.public())));
        let page = browser.get(&path).await.text();
        assert!(page.contains("which is this one") && page.contains("is in no backup"), "{page}");
        assert_eq!(browser.get(&format!("{path}/details")).await.status, StatusCode::CONFLICT);
        let found = portal.read(|conn| common_ground::ltc6::campaigns::opening::findings(conn, &portal.tools.keys));
        assert_eq!(found, [(true, "the ballot key of campaign C2015 is here and fits".to_owned())]);
        PrivateKey::destroy(&portal.tools.keys, &campaign.reference).unwrap();
        let lost = portal.read(|conn| common_ground::ltc6::campaigns::opening::findings(conn, &portal.tools.keys));
        assert!(!lost[0].0 && lost[0].1.contains("unopened answers are lost"), "{lost:?}");
    }
}

on_both! {
    async fn a_campaign_by_email_does_not_open_without_smtp_but_on_a_demo(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = drawn(&mut browser, &[("delivery", "preferred")]).await;
        let page = browser.get(&format!("{path}/opening")).await.text();
        assert!(page.contains("Name an SMTP server"), "{page}");
        portal.write(|conn| {
            common_ground::installation::set(conn, common_ground::installation::DEMO_DAY, "2015-04-01")
        });
        let done = send(&mut browser, &format!("{path}/opening"), &[]).await;
        assert_eq!(done.location(), path, "{}", done.text());
    }
}
