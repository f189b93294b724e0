//! The dry run writes nothing; the draw is made once, and can be made again from its seed.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use common_ground::ltc6::campaign::Stratum;
use common_ground::ltc6::campaigns::draw::draw;
use common_ground::ltc6::campaigns::sample::Frame;
use common_ground::schema::{campaign_exclusions, campaign_strata, ltc6_invitations};
use diesel::prelude::*;

use super::{commissioner, drafted, form, send, stored, supported};
use crate::harness::TestPortal;
use crate::on_both;

/// Who was drawn: level and person.
fn invited(portal: &TestPortal, id: i64) -> BTreeSet<(String, i64)> {
    portal.read(|conn| {
        let rows = ltc6_invitations::table.filter(ltc6_invitations::campaign_id.eq(id));
        let rows: Vec<(String, i64)> =
            rows.select((ltc6_invitations::level, ltc6_invitations::person_id)).load(conn)?;
        Ok(rows.into_iter().collect())
    })
}

on_both! {
    async fn a_sample_is_looked_at_then_drawn_once_and_can_be_drawn_again_from_its_seed(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = drafted(&mut browser, &[("want_high", "2000")]).await;
        let sample = format!("{path}/sample");
        let dry = browser.get(&sample).await;
        let text = dry.text();
        for words in ["nothing is written", "Opted out of the questionnaire", "No level of need recorded", "High: fewer people"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let id = stored(&portal, &path).id;
        assert!(invited(&portal, id).is_empty());
        let (key, version) = (dry.field("key"), dry.field("version"));
        let form = [("key", &*key), ("version", &*version)];
        let drawn = browser.post(&sample, &form).await;
        assert_eq!((drawn.status, drawn.location()), (StatusCode::SEE_OTHER, &*path), "{}", drawn.text());
        let again = browser.post(&sample, &form).await;
        assert_eq!(again.location(), path, "sent twice, drawn once: {}", again.text());
        let other = browser.post(&sample, &[("key", "k-other"), ("version", &version)]).await;
        assert_eq!(other.status, StatusCode::CONFLICT);

        let campaign = stored(&portal, &path);
        let seed = campaign.seed.clone().unwrap();
        let now = portal.tools.clock.now();
        let frame = portal.read(|conn| Frame::of(conn, &campaign, now));
        let expected: BTreeSet<(String, i64)> = frame
            .strata
            .into_iter()
            .filter(|(stratum, _)| *stratum != Stratum::None)
            .flat_map(|(stratum, people)| {
                let wanted = usize::try_from(campaign.wants(stratum)).unwrap();
                let drawn = draw(&seed, stratum, people, wanted).into_iter();
                drawn.map(move |person| (stratum.word().to_owned(), person.person_id))
            })
            .collect();
        assert_eq!(invited(&portal, id), expected);
        let strata: Vec<(String, i64, i64)> = portal.read(|conn| {
            let columns = (campaign_strata::level, campaign_strata::eligible, campaign_strata::sampled);
            Ok(campaign_strata::table.order(campaign_strata::level).select(columns).load(conn)?)
        });
        let excluded: Vec<(String, i64)> = portal.read(|conn| {
            let columns = (campaign_exclusions::reason, campaign_exclusions::people);
            Ok(campaign_exclusions::table.order(campaign_exclusions::reason).select(columns).load(conn)?)
        });
        assert_eq!(strata.len(), 3, "{strata:?}");
        assert!(strata.iter().all(|(level, eligible, sampled)| match &**level {
            "high" => eligible == sampled,
            _ => *sampled == 3 && eligible > sampled,
        }), "{strata:?}");
        assert!(excluded.iter().any(|(reason, people)| reason == "no_level" && *people > 0), "{excluded:?}");
        let page = browser.get(&path).await.text();
        assert!(page.contains(&seed) && page.contains("Open the campaign"), "{page}");
    }
}

on_both! {
    async fn a_sample_is_not_drawn_of_a_campaign_that_changed_since_it_was_looked_at(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = drafted(&mut browser, &[]).await;
        send(&mut browser, &format!("{path}/details"), &form(&[("want_low", "4")])).await;
        let stale = browser.post(&format!("{path}/sample"), &[("key", "k1"), ("version", "1")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stored(&portal, &path).drawn_on.is_none());
    }
}
