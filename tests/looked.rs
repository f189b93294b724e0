//! Who looked at a person: every read and write that names them, lists and files as well, for their practice alone.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::audit::{self, Actor, Subject, Verb};
use serde_json::json;

use crate::grouped::{grouped, people_in};
use crate::harness::TestPortal;
use crate::on_both;
use crate::samples::command;
use crate::trail::{last, signed_in, somebody};

/// Notes an export of many people of a locality by somebody in a role.
fn large_file(portal: &TestPortal, acting_as: &str, role: Role) {
    let actor = Actor { acting_as: acting_as.into(), role: role.word().into(), ..Actor::service() };
    portal.write(|conn| {
        let now = portal.tools.clock.now().moment;
        audit::record(
            conn,
            now,
            &actor,
            Verb::PeopleExported,
            &[Subject::locality("LOC01")],
            json!({ "rows": 9_000 }),
        )
    });
}

on_both! {
    async fn reads_lists_and_files_that_name_a_person_are_listed_for_their_practice(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, _) = somebody(&portal, "E87001");
        let looked = format!("/people/{pseudonym}/looked");
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        let mut analyst = signed_in(&portal, Role::Analyst, Some("CCG01")).await;
        assert_eq!(people_in(&gp.get(&looked).await.text()), 0);
        analyst.get(&format!("/people/{pseudonym}")).await;
        analyst.get("/people?per=100").await;
        analyst.get("/people.csv").await;
        gp.post("/people", &[("words", &number)]).await;
        let page = gp.get(&looked).await.text();
        // With the reading of this page before.
        assert_eq!(people_in(&page), 5, "{page}");
        for words in ["read a person's record", "listed people", "exported people's records", "searched people",
            "read who looked at a person's record", "Analyst, Example CCG (CCG01)"] {
            assert!(page.contains(&words.replace('\'', "&#39;")), "{words}: {page}");
        }
        let others = gp.get(&format!("{looked}?by=others")).await.text();
        assert_eq!(people_in(&others), 3, "{others}");
        assert!(!others.contains("searched people"));
        assert!(gp.get(&format!("/people/{pseudonym}")).await.text().contains(&format!("href=\"{looked}\"")));
        assert_eq!(analyst.get(&looked).await.status, StatusCode::FORBIDDEN);
        let mut other = signed_in(&portal, Role::Gp, Some("E87002")).await;
        let nobody = other.get("/people/P-0000-0000/looked").await;
        let refused = other.get(&looked).await;
        assert_eq!((refused.status, refused.body), (StatusCode::NOT_FOUND, nobody.body));
        assert!(last(&portal, "read who looked at a person's record") > 0);
    }
}

on_both! {
    async fn large_files_of_the_locality_are_said_to_be_possible(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, _) = somebody(&portal, "E87001");
        let looked = format!("/people/{pseudonym}/looked?by=others");
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        large_file(&portal, "CCG01", Role::Analyst);
        large_file(&portal, "E87002", Role::Gp);
        assert_eq!(command(&portal, &["export", "placements"]).code, 0);
        assert_eq!(command(&portal, &["export", "placements", "--locality", "LOC02"]).code, 0);
        assert_eq!(command(&portal, &["export", "audit"]).code, 0);
        let page = gp.get(&looked).await.text();
        assert_eq!(people_in(&page), 2, "another practice's file holds its own people: {page}");
        assert_eq!(page.matches("which may hold this person").count(), 2);
        assert!(page.contains("Analyst, Example CCG (CCG01)") && page.contains("Command line"), "{page}");
    }
}

on_both! {
    async fn a_long_list_has_pages(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, _) = somebody(&portal, "E87001");
        portal.write(|conn| {
            let now = portal.tools.clock.now().moment;
            for _ in 0..60 {
                audit::record(conn, now, &Actor::service(), Verb::PersonRead, &[Subject::person(&pseudonym)], json!({}))?;
            }
            Ok(())
        });
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        let third = gp.get(&format!("/people/{pseudonym}/looked?page=3")).await.text();
        assert_eq!(people_in(&third), 60);
        assert_eq!(third.matches("<tr class=\"nhsuk-table__row\"").count(), 10 + 1);
        assert!(third.contains("aria-label=\"Page 3\" aria-current=\"page\""), "{third}");
    }
}
