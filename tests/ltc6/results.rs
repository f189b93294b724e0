//! Results of campaigns: what the page, its file and the command line show of opened answers, and to whom.

use actix_web::http::StatusCode;
use chrono::Days;
use common_ground::access::Role;
use common_ground::ltc6::answers::{Mark, Respondent};
use common_ground::ltc6::campaign::{AimReading, Campaign, State, Stratum};
use common_ground::on_each;
use common_ground::schema::{audit_entries, campaigns, localities, ltc6_invitations, ltc6_responses};
use diesel::prelude::*;

use super::asked::{another, asked};
use crate::harness::{TestPortal, today};
use crate::{on_both, samples};

/// So many opened answers of a level that mark every question alike.
pub fn answered(
    portal: &TestPortal,
    campaign: &Campaign,
    level: Option<Stratum>,
    mark: Option<Mark>,
    count: usize,
) {
    let rows: Vec<_> = (0..count)
        .map(|at| {
            (
                ltc6_responses::campaign_id.eq(campaign.id),
                ltc6_responses::key.eq(common_ground::keys::random_token()),
                ltc6_responses::level.eq(level),
                ltc6_responses::respondent.eq((at % 2 == 0).then_some(Respondent::Person)),
                (
                    ltc6_responses::q1.eq(mark),
                    ltc6_responses::q2.eq(mark),
                    ltc6_responses::q3.eq(mark),
                    ltc6_responses::q4.eq(mark),
                    ltc6_responses::q5.eq(mark),
                    ltc6_responses::q6.eq(mark),
                ),
                ltc6_responses::wrote.eq(false),
            )
        })
        .collect();
    portal.write(|conn| {
        Ok(on_each!(conn, inner => diesel::insert_into(ltc6_responses::table).values(&rows).execute(inner))?)
    });
}

/// The campaign as it is once everything is counted.
pub fn counted(portal: &TestPortal, campaign: &Campaign) {
    portal.write(|conn| {
        Ok(diesel::update(campaigns::table.find(campaign.id))
            .set((
                campaigns::state.eq(State::Counted),
                campaigns::aim_reading.eq(AimReading::Both),
                campaigns::threshold.eq(7),
            ))
            .execute(conn)?)
    });
}

const MARKS: [Mark; 4] = [Mark::Zero, Mark::One, Mark::Two, Mark::Three];

fn all(portal: &TestPortal, campaign: &Campaign, level: Option<Stratum>, counts: [usize; 4]) {
    for (mark, count) in MARKS.into_iter().zip(counts) {
        answered(portal, campaign, level, Some(mark), count);
    }
}

on_both! {
    async fn counted_results_show_both_readings_intervals_and_what_is_noise(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 200), (Stratum::High, 100)]);
        let maker = portal.add_user("other@example.org", Role::Commissioner, Some("CCG01"));
        let before = another(&portal, maker, "L2025", today() - Days::new(400), &[(Stratum::Low, 1)]);
        all(&portal, &before.campaign, Some(Stratum::Low), [40, 40, 40, 40]);
        counted(&portal, &before.campaign);
        all(&portal, &asked.campaign, Some(Stratum::Low), [8, 24, 56, 64]);
        all(&portal, &asked.campaign, Some(Stratum::High), [0, 40, 10, 20]);
        answered(&portal, &asked.campaign, Some(Stratum::High), Some(Mark::Unclear), 3);
        answered(&portal, &asked.campaign, None, Some(Mark::Two), 10);
        answered(&portal, &asked.campaign, Some(Stratum::Low), None, 1);
        portal.write(|conn| Ok(diesel::update(ltc6_invitations::table
            .filter(ltc6_invitations::campaign_id.eq(asked.campaign.id).and(ltc6_invitations::level.eq(Stratum::High))))
            .set(ltc6_invitations::undeliverable.eq(true)).execute(conn)?));
        counted(&portal, &asked.campaign);
        let path = format!("/campaigns/{}/results", asked.campaign.reference);
        let mut browser = portal.signed_in("maker@example.org").await;
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let page = page.text();
        for words in [
            "42.1% (64 of 152)", "34.5% to 50.1%", "78.9% (120 of 152)", "met on the wider reading only",
            "Level not told", "more than chance", "Since L2025", "about 100%", "[c] is a count of 1 to 7",
            "Every answer to question 6 as a table", "x1=\"75%\"", "count nowhere else",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let file = browser.get(&format!("{path}.csv")).await.text();
        assert!(file.contains("campaign,question,level_of_need,score,count,answered,percent,lower,upper,symbol\r\n"), "{file}");
        assert!(file.contains("L2026,q1,low,3,64,152,42.1,34.5,50.1,\r\n"), "{file}");
        assert!(file.contains("L2026,q6,low,2+,120,152,78.9,71.8,84.7,\r\n"), "{file}");
        assert!(file.contains("L2026,q1,low,aim,,152,,,,met on the wider reading only\r\n"), "{file}");
        assert!(file.contains("L2026,q1,high,M,,70,,,,[c]\r\n"), "three people are hidden: {file}");
        for row in csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes()).records() {
            let row = row.unwrap();
            let count: i64 = row[4].parse().unwrap_or(0);
            assert!(!(1..=7).contains(&count), "{row:?}");
            assert!(!row[4].is_empty() || !row[9].is_empty(), "{row:?}");
        }
        let read: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::verb.eq("read the results of a campaign")).count().get_result(conn)?));
        assert_eq!(read, 1);

        let said = samples::command(&portal, &["export", "ltc6"]);
        assert_eq!(said.code, 0, "{}", said.err);
        let last_year = said.out.find("L2025,q1,low,0,40,160,25.0,18.9,32.2,").unwrap();
        assert!(said.out.find("L2026,q1,low,3,64,152,42.1,34.5,50.1,").unwrap() > last_year, "{}", said.out);
        let lines = samples::command(&portal, &["export", "ltc6", "--locality", "LOC01", "--format", "ndjson"]);
        assert!(lines.out.contains("\"level_of_need\":\"low\""), "{}", lines.out);
        assert_eq!(samples::command(&portal, &["export", "ltc6", "--identified"]).code, 1);
    }
}

on_both! {
    async fn before_all_is_counted_figures_are_rounded_and_the_aim_is_not_judged(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 40), (Stratum::High, 40)]);
        let path = format!("/campaigns/{}/results", asked.campaign.reference);
        let mut browser = portal.signed_in("maker@example.org").await;
        let empty = browser.get(&path).await.text();
        assert!(empty.contains("No answers are opened yet") && empty.contains("batches of ten"), "{empty}");
        all(&portal, &asked.campaign, Some(Stratum::Low), [0, 3, 8, 19]);
        let page = browser.get(&path).await.text();
        assert!(page.contains("66.7% (20 of 30)") && page.contains("These figures are not final"), "{page}");
        assert!(!page.contains("met on") && !page.contains("not met") && !page.contains("(19 of"), "{page}");
        let file = browser.get(&format!("{path}.csv")).await.text();
        assert!(file.contains("L2026,q1,low,3,20,30,66.7,48.8,80.8,[p]\r\n"), "{file}");
        assert!(file.contains("L2026,q1,low,1,,30,,,,[c]\r\n") && !file.contains("aim"), "{file}");
    }
}

on_both! {
    async fn results_are_for_commissioners_and_analysts_of_the_locality(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 1)]);
        let path = format!("/campaigns/{}/results", asked.campaign.reference);
        let analyst = portal.add_member(Role::Analyst);
        assert_eq!(portal.signed_in(&analyst).await.get(&path).await.status, StatusCode::OK);
        let keyer = portal.add_member(Role::Keyer);
        assert_eq!(portal.signed_in(&keyer).await.get(&path).await.status, StatusCode::FORBIDDEN);
        let mut browser = portal.signed_in("maker@example.org").await;
        assert_eq!(browser.get("/campaigns/C-NONE/results").await.status, StatusCode::NOT_FOUND);
        portal.write(|conn| Ok(diesel::update(localities::table)
            .set(localities::commissioner_code.eq("CCG99")).execute(conn)?));
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("{path}.csv")).await.status, StatusCode::NOT_FOUND);
    }
}
