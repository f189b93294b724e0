//! How long petitions take: each count leads to the petitions it counts, and the file says what the page says.

use super::*;
use crate::grouped::people_in;

/// Petitions in every stage, two of them asked for information, one twice and one withdrawn meanwhile.
async fn lived(portal: &TestPortal, all: &mut Parties) {
    let ask = [("choice", "ask"), ("question", "Since when?")];
    let answer = [("text", "Since January.")];
    let path = submitted(portal, &mut all.gp).await;
    opined(&mut all.first, &mut all.second, &path).await;
    done(&mut all.commissioner, &format!("{path}/decide"), &ask).await;
    done(&mut all.gp, &format!("{path}/withdraw"), &[("text", "No longer so.")]).await;
    let path = submitted(portal, &mut all.gp).await;
    opined(&mut all.first, &mut all.second, &path).await;
    for _ in 0..2 {
        done(&mut all.commissioner, &format!("{path}/decide"), &ask).await;
        done(&mut all.gp, &format!("{path}/answer"), &answer).await;
    }
    done(&mut all.commissioner, &format!("{path}/decide"), &ask).await;
    for (number, rejected) in [("9990001030", false), ("9990001006", true)] {
        let path = draft(&mut all.gp, &pseudonym(portal, number), "SEMI").await;
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        if rejected {
            opined(&mut all.first, &mut all.second, &path).await;
            done(&mut all.commissioner, &format!("{path}/decide"), REFUSED).await;
            done(&mut all.gp, &format!("{path}/appeal"), &[("text", "She is in hospital now.")]).await;
        }
    }
}

/// Counts of a page with the lists they lead to.
fn links(page: &str) -> Vec<(i64, String)> {
    let read = |part: &str| {
        let (href, after) = part.split_once("\">")?;
        let count = after.split('<').next()?.replace(',', "").parse().ok()?;
        Some((count, format!("/petitions?view=all&stage={}", href.replace("&#38;", "&"))))
    };
    page.split("<a href=\"/petitions?view=all&#38;stage=").skip(1).filter_map(read).collect()
}

on_both! {
    async fn each_count_of_the_clock_leads_to_the_petitions_it_counts(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        lived(&portal, &mut all).await;
        let later = portal.on("2015-06-01");
        for email in ["gp.e87001@example.org", "provider.pn01@example.org", "commissioner.ccg01@example.org"] {
            let mut browser = later.signed_in(email).await;
            let mut seen = Vec::new();
            for stage in ["opinion", "review", "information", "appeal"] {
                let page = browser.get(&format!("/petitions/clock?months=3&stage={stage}")).await;
                assert_eq!(page.status, StatusCode::OK, "{}", page.text());
                for (count, href) in links(&page.text()) {
                    let list = browser.get(&href).await;
                    assert_eq!(list.status, StatusCode::OK, "{email}: {href}");
                    assert_eq!(people_in(&list.text()), count, "{email}: {href}: {}", list.text());
                    seen.push((href, count));
                }
            }
            let has = |stage: &str, least: usize| {
                let these = seen.iter().filter(|(href, count)| href.contains(&format!("stage={stage}&")) && *count > 0);
                assert!(these.count() >= least, "{email}: {stage}: {seen:?}");
            };
            for (stage, least) in [("opinion-ended", 3), ("review-ended", 3), ("review-running", 3), ("appeal-overdue", 3),
                ("information-ended", 3), ("information-running", 3), ("opinion-overdue", 3)] {
                has(stage, least);
            }
            assert!(!seen.iter().any(|(href, _)| href.contains("information-overdue")), "its clock stands still");
            let list = browser.get("/petitions?view=all&stage=information-ended&sent=2015-03-01").await.text();
            assert!(people_in(&list) == 1 && list.contains("Stage: Information from the practice, ended"), "asked twice counts once: {list}");
            assert!(list.contains("Sent since: 1 March 2015"), "{list}");
            let dropped = browser.get("/petitions?stage=tea-ended").await.text();
            assert!(dropped.contains("none of its choices"), "{dropped}");
        }
    }
}

on_both! {
    async fn the_clock_is_kept_as_a_file_with_the_figures_of_its_page(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        lived(&portal, &mut all).await;
        let page = all.commissioner.get("/petitions/clock?stage=review").await.text();
        assert!(page.contains("<a href=\"/petitions/clock.csv?months=12&#38;stage=review\">"), "{page}");
        let file = all.commissioner.get("/petitions/clock.csv?months=12&stage=review").await;
        let text = file.text();
        let text = text.trim_start_matches('\u{feff}');
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], "sent_since,stage,practice,category,ended,median_days,ninetieth_days,running,overdue");
        assert_eq!(rows.len(), 1 + 4 + 1 + 4, "stages, one practice, categories: {text}");
        assert!(page.contains(&format!("({} rows)", rows.len() - 1)), "{page}");
        assert_eq!(rows[1..5], [
            "2014-04-01,opinion,,,3,0,0,1,0",
            "2014-04-01,review,,,2,0,0,1,0",
            "2014-04-01,information,,,1,0,0,1,0",
            "2014-04-01,appeal,,,0,[z],[z],1,0",
        ]);
        assert_eq!(rows[5], "2014-04-01,review,E87001,,2,0,0,1,0");
        assert!(rows.contains(&"2014-04-01,review,,clinical_judgement,2,0,0,1,0"), "{text}");
        let told: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::content.like("%\"kind\":\"how long petitions take\"%\"rows\":9%")).count().get_result(conn)?));
        assert_eq!(told, 1);
    }
}
