//! Home pages: what waits for each role, and that each count leads to the list it counts.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{
    care_agreements, levels_of_need, localities, memberships, organisations, outgoing_mail,
};
use diesel::prelude::*;

use crate::grouped::{day, grouped, loaded, people_in};
use crate::harness::{Browser, TestPortal};
use crate::on_both;
use crate::samples;

async fn signed_in(portal: &TestPortal, role: Role, organisation: Option<&str>) -> Browser {
    let email = format!("{}@example.org", role.word());
    portal.add_user(&email, role, organisation);
    portal.signed_in(&email).await
}

/// The counts of a page that are links, with their addresses.
fn counts(page: &str) -> Vec<(i64, String)> {
    let main = page.split_once("<main").unwrap().1;
    let mut found = Vec::new();
    for part in main.split("<a href=\"").skip(1) {
        let (href, after) = part.split_once('"').unwrap();
        let text = after.split_once('>').unwrap().1;
        let text = text.strip_prefix("<span class=\"cg-figure__count\">").unwrap_or(text);
        let digits: String =
            text.chars().take_while(|sign| *sign != '<').filter(|sign| *sign != ',').collect();
        if let Ok(count) = digits.parse() {
            found.push((count, href.replace("&#38;", "&")));
        }
    }
    found
}

/// Opens every count of the home page; how many there were.
async fn open_all(browser: &mut Browser) -> usize {
    let home = browser.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    let home = home.text();
    let counts = counts(&home);
    for (count, href) in &counts {
        match href.strip_prefix('#') {
            Some(id) => {
                let after = home.split_once(&format!("id=\"{id}\"")).unwrap().1;
                let here = after.split_once("<h2").map_or(after, |(before, _)| before);
                let items =
                    here.matches("<li>").count() + here.matches("<tr class=\"nhsuk-table__row\"").count();
                let heads = here.matches("<thead").count();
                assert_eq!(*count, (items - heads) as i64, "{href}: {home}");
            }
            None => {
                let list = browser.get(href).await;
                assert_eq!(list.status, StatusCode::OK, "{href}");
                assert_eq!(people_in(&list.text()), *count, "{href}");
            }
        }
    }
    counts.len()
}

fn id(conn: &mut common_ground::database::Conn, code: &str) -> i64 {
    organisations::table.filter(organisations::code.eq(code)).select(organisations::id).first(conn).unwrap()
}

on_both! {
    async fn each_count_leads_to_the_list_it_counts_for_every_role(portal) {
        let portal = grouped(portal);
        portal.write(|conn| {
            let network = id(conn, "PN02");
            let locality: i64 =
                localities::table.filter(localities::code.eq("LOC01")).select(localities::id).first(conn)?;
            for code in ["EXCLUDED", "CANCER"] {
                diesel::insert_into(care_agreements::table)
                    .values((
                        care_agreements::network_id.eq(network),
                        care_agreements::locality_id.eq(locality),
                        care_agreements::group_code.eq(code),
                        care_agreements::from_on.eq(day()),
                    ))
                    .execute(conn)?;
            }
            use common_ground::schema::network_members as members;
            for practice in ["E87001", "E87002"] {
                let (network, practice) = (id(conn, "NET01"), id(conn, practice));
                diesel::insert_into(members::table)
                    .values((members::network_id.eq(network), members::member_id.eq(practice), members::from_on.eq(day())))
                    .execute(conn)?;
            }
            let rows = samples::rows("expected-groups-2015-04-01.csv");
            for row in rows.iter().filter(|row| row["status"] == "placed").take(3) {
                let person = samples::person(conn, &row["nhs_number"]);
                diesel::insert_into(levels_of_need::table)
                    .values((
                        levels_of_need::person_id.eq(person),
                        levels_of_need::from_register.eq(1),
                        levels_of_need::until_register.eq(i64::MAX),
                        levels_of_need::assessed_on.eq(day()),
                        levels_of_need::cause.eq("initial"),
                        levels_of_need::level.eq("low"),
                        levels_of_need::coordinator_id.eq(id(conn, "PN01")),
                        levels_of_need::next_review_on.eq(day()),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        });
        for (role, organisation, least) in [
            (Role::Commissioner, "CCG01", 1),
            (Role::Analyst, "CCG01", 1),
            (Role::Gp, "E87001", 1),
            (Role::PracticeStaff, "E87002", 1),
            (Role::NetworkManager, "NET01", 4),
            (Role::Provider, "PN02", 3),
            (Role::Coordinator, "PN01", 1),
        ] {
            let mut browser = signed_in(&portal, role, Some(organisation)).await;
            let opened = open_all(&mut browser).await;
            assert!(opened >= least, "{}: {opened} {}", role.word(), browser.get("/").await.text());
        }
    }
}

on_both! {
    async fn a_commissioner_is_led_to_the_first_grouping_and_to_dry_runs(portal) {
        let portal = loaded(portal);
        let mut browser = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        let home = browser.get("/").await.text();
        assert!(home.contains("without a first grouping"), "{home}");
        assert!(home.contains("href=\"/runs/new?locality=LOC01\""), "{home}");
        let key = browser.get("/runs/new").await.field("key");
        let form = [("key", &*key), ("locality", "LOC01"), ("as_of_day", "1 4 2015")];
        let run = browser.post("/runs/new", &form).await.location().to_owned();
        assert!(browser.get("/").await.text().contains("Your jobs"));
        portal.work().await;
        let home = browser.get("/").await.text();
        assert!(home.contains("<span class=\"cg-figure__count\">1</span> dry run that could be applied") && home.contains(&format!("href=\"{run}\"")), "{home}");
        assert!(open_all(&mut browser).await >= 2);
    }
}

on_both! {
    async fn an_administrator_sees_what_fails_and_what_ends_and_no_person(portal) {
        let portal = loaded(portal);
        let mut browser = signed_in(&portal, Role::Administrator, None).await;
        portal.add_user("leaver@example.org", Role::Gp, Some("E87001"));
        portal.write(|conn| {
            let to = day().checked_add_days(chrono::Days::new(10));
            diesel::update(memberships::table.filter(memberships::role.eq("gp")))
                .set(memberships::to_on.eq(to))
                .execute(conn)?;
            Ok(())
        });
        let home = browser.get("/").await.text();
        assert!(home.contains("Sample leaver@example.org: GP, Alder Practice until 11 April 2015"), "{home}");
        assert!(home.contains("Birch Practice (E87002)") && !home.contains("letters that failed"), "{home}");
        assert!(!home.contains("/people"), "{home}");
        assert!(open_all(&mut browser).await >= 2);
        portal.write(|conn| {
            for number in 1..=12 {
                diesel::insert_into(organisations::table)
                    .values((
                        organisations::code.eq(format!("E889{number:02}")),
                        organisations::name.eq(format!("Unused Practice {number}")),
                        organisations::name_key.eq(format!("unused practice {number}")),
                        organisations::kind.eq("practice"),
                        organisations::opened_on.eq(day()),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        });
        let home = browser.get("/").await.text();
        assert_eq!(home.matches("href=\"/admin/organisations/").count(), 10, "{home}");
        assert!(home.contains("These are the first 10. <a href=\"/admin/organisations?users=none\">See all"), "{home}");
        open_all(&mut browser).await;
        let mail: i64 = portal.read(|conn| Ok(outgoing_mail::table.count().get_result(conn)?));
        assert_eq!(mail, 0);
    }
}

on_both! {
    async fn who_has_nothing_to_do_is_told_so(portal) {
        let portal = loaded(portal);
        for role in [Role::Keyer, Role::Auditor, Role::LayPartner] {
            let mut browser = signed_in(&portal, role, Some("CCG01")).await;
            let home = browser.get("/").await.text();
            assert!(home.contains("Nothing needs you today."), "{home}");
            assert_eq!(home.contains("href=\"/groups\">groups"), role == Role::LayPartner, "{home}");
        }
    }
}

on_both! {
    async fn the_first_grouping_places_people_and_is_not_said_to_have_moved_them(portal) {
        let portal = grouped(portal);
        let mut browser = signed_in(&portal, Role::Gp, Some("E87001")).await;
        assert!(!browser.get("/").await.text().contains("moved by the last grouping run"));
        let mut rows = samples::rows("good-people.csv");
        rows.retain(|row| row["practice_code"] != "E87001" || row["nhs_number"] != "9990001006");
        for row in rows.iter_mut().filter(|row| row["practice_code"] == "E87001") {
            row.insert("palliative".into(), "N".into());
            row.insert("homeless".into(), "Y".into());
        }
        samples::publish_people(&portal, 2, &rows);
        crate::grouped::group(&portal, "LOC01", day());
        let home = browser.get("/").await.text();
        assert!(home.contains("moved by the last grouping run"), "{home}");
        open_all(&mut browser).await;
    }
}

on_both! {
    async fn an_auditor_s_counts_lead_to_what_they_count(portal) {
        let portal = grouped(portal);
        portal.add_user("gp@example.org", Role::Gp, Some("E87001"));
        let mut gp = portal.signed_in("gp@example.org").await;
        gp.get("/people.csv").await;
        gp.get("/movements.csv").await;
        for password in ["wrong", "wrong again", "still wrong"] {
            let form = [("email", "gp@example.org"), ("password", password)];
            portal.stranger().await.post("/sign-in", &form).await;
        }
        let (_, pseudonym, _) = crate::trail::somebody(&portal, "E87002");
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        for reason in ["Asked by the safeguarding lead", "Asked by the safeguarding lead again"] {
            let page = format!("/people/{pseudonym}/unmasking");
            let key = commissioner.get(&page).await.field("key");
            let shown = commissioner.post(&page, &[("key", &key), ("reason", reason)]).await.location().to_owned();
            assert_eq!(commissioner.get(&shown).await.status, StatusCode::OK);
        }
        let mut auditor = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let home = auditor.get("/").await.text();
        let found: Vec<i64> = counts(&home).into_iter().map(|(count, _)| count).collect();
        assert_eq!(found, [2, 2, 3], "{home}");
        assert_eq!(open_all(&mut auditor).await, 3);
        let mut gp = signed_in(&portal, Role::PracticeStaff, Some("E87002")).await;
        assert!(counts(&gp.get("/").await.text()).iter().any(|(count, href)| *count == 2 && href.starts_with("/people/break-glass")));
        open_all(&mut gp).await;
    }
}
