//! `/audit`: an auditor reads what concerns its commissioner, narrowed as asked, and nothing of another's.

use std::os::unix::fs::PermissionsExt;

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::audit::{Actor, Subject, Verb, record_entry};
use common_ground::database::Conn;
use common_ground::schema::{
    audit_concerns, audit_entries, care_agreements, localities, organisations, people, person_records,
    proposals,
};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::grouped::{day, grouped, loaded, people_in};
use crate::harness::{Browser, TestPortal};
use crate::on_both;
use crate::samples::command;

pub async fn signed_in(portal: &TestPortal, role: Role, organisation: Option<&str>) -> Browser {
    let email = format!("{}.{}@example.org", role.word(), organisation.unwrap_or("service").to_lowercase());
    portal.add_user(&email, role, organisation);
    portal.signed_in(&email).await
}

/// NHS number, pseudonym and family name of somebody registered with a practice.
pub fn somebody(portal: &TestPortal, practice: &str) -> (String, String, String) {
    portal.read(|conn| {
        let row: (String, String, Option<String>) = people::table
            .inner_join(person_records::table.inner_join(organisations::table))
            .filter(organisations::code.eq(practice))
            .filter(person_records::family_name.is_not_null())
            .filter(person_records::deducted_on.is_null().and(person_records::died_on.is_null()))
            .order(people::id)
            .select((people::nhs_number, people::pseudonym, person_records::family_name))
            .first(conn)?;
        Ok((row.0, row.1, row.2.unwrap()))
    })
}

/// The running number of the last entry of a verb.
pub fn last(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        let rows = audit_entries::table.filter(audit_entries::verb.eq(verb));
        Ok(rows.order(audit_entries::id.desc()).select(audit_entries::id).first(conn)?)
    })
}

on_both! {
    async fn an_auditor_reads_what_concerns_its_commissioner_and_nothing_of_another_s(portal) {
        let portal = grouped(portal);
        let (here, there) = (somebody(&portal, "E87001").1, somebody(&portal, "E87004").1);
        signed_in(&portal, Role::Gp, Some("E87001")).await.get(&format!("/people/{here}")).await;
        let ours = last(&portal, "read a person's record");
        signed_in(&portal, Role::Gp, Some("E87004")).await.get(&format!("/people/{there}")).await;
        let theirs = last(&portal, "read a person's record");
        signed_in(&portal, Role::Administrator, None).await;
        let everybody_s = last(&portal, "signed in");
        let mut first = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let mut second = signed_in(&portal, Role::Auditor, Some("CCG02")).await;
        let nobody = first.get("/audit/999999").await;
        for (auditor, sees, not, whom) in
            [(&mut first, ours, theirs, (&here, &there)), (&mut second, theirs, ours, (&there, &here))]
        {
            let list = auditor.get("/audit").await.text();
            assert!(list.contains(&format!("href=\"/audit/{sees}\"")) && list.contains(whom.0.as_str()), "{list}");
            assert!(!list.contains(&format!("href=\"/audit/{not}\"")) && !list.contains(whom.1.as_str()), "{list}");
            assert!(list.contains(&format!("href=\"/audit/{everybody_s}\"")), "{list}");
            assert_eq!(auditor.get(&format!("/audit/{sees}")).await.status, StatusCode::OK);
            let refused = auditor.get(&format!("/audit/{not}")).await;
            assert_eq!((refused.status, refused.body), (StatusCode::NOT_FOUND, nobody.body.clone()));
            let csv = auditor.get("/audit.csv").await.text();
            assert!(csv.contains(whom.0.as_str()) && !csv.contains(whom.1.as_str()), "{csv}");
        }
    }
}

on_both! {
    async fn every_filter_narrows_the_trail_and_its_file_alike(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        gp.get("/people").await;
        gp.get(&format!("/people/{pseudonym}")).await;
        gp.post("/people", &[("words", &number)]).await;
        signed_in(&portal, Role::Commissioner, Some("CCG01")).await.get(&format!("/people/{pseudonym}")).await;
        let mut auditor = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let today = common_ground::clock::london_day(portal.tools.clock.now().moment);
        let spoken = pseudonym.to_lowercase().replace('-', "%20");
        for (query, rows) in [
            ("what=read+a+person%27s+record".to_owned(), 2),
            (format!("record={pseudonym}"), 4),
            (format!("record={spoken}&who=GP.E87"), 3),
            ("who=commissioner&what=read+a+person%27s+record".to_owned(), 1),
            (format!("record={pseudonym}&from={today}"), 4),
            (format!("record={pseudonym}&to={}", today.pred_opt().unwrap()), 0),
            (format!("record={pseudonym}&from=1+4+2015&to={today}"), 4),
            ("who=100%25".to_owned(), 0),
        ] {
            let page = auditor.get(&format!("/audit?{query}")).await.text();
            assert_eq!(people_in(&page), rows, "{query}: {page}");
            let file = auditor.get(&format!("/audit.csv?{query}")).await.text();
            assert_eq!(file.lines().count() as i64, rows + 1, "{query}: {file}");
            assert!(file.starts_with("\u{feff}entry,at,who,acting_as,role,verb,subject,from,digest\r\n"));
            let told = auditor.get(&format!("/audit/{}", last(&portal, "exported the audit trail"))).await.text();
            assert!(told.contains(&format!("<span class=\"cg-lines\">{rows}</span>")), "{told}");
            for shown in [&page, &file, &told] {
                assert!(!shown.contains(&number) && !shown.contains(&family), "{shown}");
            }
        }
        let page = auditor.get("/audit?what=flew&from=soon&record=P-0000-0000").await.text();
        assert!(page.contains("the filter “What”") && page.contains("the filter “From”"), "{page}");
        assert!(page.contains("No entry fits all of these filters") && page.contains("Without Record: P-0000-0000"), "{page}");
        assert_eq!(auditor.get("/audit.csv?what=flew").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both! {
    async fn an_entry_shows_before_and_after(portal) {
        let portal = loaded(portal);
        let mut admin = signed_in(&portal, Role::Administrator, None).await;
        let path = "/admin/settings/decisions.review_months";
        let form = admin.get(path).await;
        let (key, version) = (form.field("key"), form.field("version"));
        let sent = [("key", &*key), ("version", &*version), ("value", "6"), ("reason", "Twice a year")];
        let answer = admin.post(path, &sent).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let mut auditor = signed_in(&portal, Role::Auditor, Some("CCG02")).await;
        let page = auditor.get(&format!("/audit/{}", last(&portal, "changed a setting"))).await.text();
        for words in ["What changed", "<span class=\"cg-lines\">12</span>", "<span class=\"cg-lines\">6</span>", "Twice a year", "setting <a"] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

on_both! {
    async fn a_failed_sign_in_is_read_where_the_account_belongs_and_everywhere_if_to_none(portal) {
        let portal = loaded(portal);
        portal.add_user("gp@south.example", Role::Gp, Some("E87004"));
        let mut stranger = portal.stranger().await;
        for email in ["gp@south.example", "nobody@south.example"] {
            stranger.post("/sign-in", &[("email", email), ("password", "wrong wrong wrong")]).await;
        }
        let failed = "/audit?what=failed+to+sign+in";
        let mut north = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let mut south = signed_in(&portal, Role::Auditor, Some("CCG02")).await;
        assert_eq!(people_in(&north.get(failed).await.text()), 1);
        let page = south.get(failed).await.text();
        assert!(people_in(&page) == 2 && page.contains("gp@south.example"), "{page}");
    }
}

/// Has the network PN01 care for people of both localities.
fn care_everywhere(portal: &TestPortal) {
    portal.write(|conn| {
        let network: i64 = organisations::table
            .filter(organisations::code.eq("PN01"))
            .select(organisations::id)
            .first(conn)?;
        let places: Vec<i64> = localities::table.select(localities::id).load(conn)?;
        for place in places {
            for group in ["HEALTHY_16_74", "HEALTHY_75", "LTC_16_74", "LTC_75", "SEMI", "EXCLUDED"] {
                diesel::insert_into(care_agreements::table)
                    .values((
                        care_agreements::network_id.eq(network),
                        care_agreements::locality_id.eq(place),
                        care_agreements::group_code.eq(group),
                        care_agreements::from_on.eq(day()),
                    ))
                    .execute(conn)?;
            }
        }
        Ok(())
    });
}

on_both! {
    async fn what_a_network_does_for_one_commissioner_is_not_another_s(portal) {
        let portal = loaded(portal);
        care_everywhere(&portal);
        let network = Actor { acting_as: "PN01".into(), role: "provider".into(), ..Actor::service() };
        let admin = Actor { role: "administrator".into(), ..Actor::service() };
        let organisation = || Subject::organisation("PN01");
        let mut north = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let mut south = signed_in(&portal, Role::Auditor, Some("CCG02")).await;
        for (actor, verb, subjects, seen) in [
            (&network, Verb::CriteriaAnswered, vec![organisation(), Subject::locality("LOC01")], (true, false)),
            (&network, Verb::CriteriaCommented, vec![Subject::criteria("LOC02", "SEMI")], (false, true)),
            (&network, Verb::SignedIn, vec![], (true, true)),
            (&admin, Verb::SharingAgreementAdded, vec![organisation()], (true, true)),
            (&admin, Verb::NetworkMemberAdded, vec![organisation(), Subject::organisation("E87004")], (false, true)),
            (&admin, Verb::SettingChanged, vec![Subject::setting("x")], (true, true)),
            (&admin, Verb::OrganisationChanged, vec![Subject::organisation("CCG01")], (true, false)),
        ] {
            let now = portal.tools.clock.now().moment;
            let number = portal.write(|conn| record_entry(conn, now, actor, verb, &subjects, serde_json::json!({})));
            let page = format!("/audit/{number}");
            let found = (north.get(&page).await.status, south.get(&page).await.status);
            assert_eq!((found.0 == StatusCode::OK, found.1 == StatusCode::OK), seen, "{}", verb.word());
        }
    }
}

on_both! {
    async fn of_a_list_over_two_commissioners_each_auditor_sees_its_own_people(portal) {
        let portal = grouped(portal);
        care_everywhere(&portal);
        let list = signed_in(&portal, Role::Provider, Some("PN01")).await.get("/people?per=100").await.text();
        let listed: Vec<&str> = list.split("href=\"/people/P-").skip(1).map(|part| &part[..9]).collect();
        let entry = format!("/audit/{}", last(&portal, "listed people"));
        let mut seen = Vec::new();
        for commissioner in ["CCG01", "CCG02"] {
            let page = signed_in(&portal, Role::Auditor, Some(commissioner)).await.get(&entry).await.text();
            let (these, others): (Vec<&str>, Vec<&str>) = listed.iter().partition(|one| page.contains(**one));
            assert!(!these.is_empty() && !others.is_empty(), "{commissioner}: {page}");
            let elsewhere = if others.len() == 1 { "1 person".into() } else { format!("{} people", others.len()) };
            assert!(page.contains(&format!("And {elsewhere} of other commissioners")), "{page}");
            seen.extend(these);
        }
        seen.sort_unstable();
        let mut all = listed.clone();
        all.sort_unstable();
        assert_eq!(seen, all);
    }
}

on_both! {
    async fn an_export_of_people_says_of_whom(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, _) = somebody(&portal, "E87001");
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        let mut auditor = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        for list in ["/people.csv", "/movements.csv?locality=LOC01"] {
            assert_eq!(gp.get(list).await.status, StatusCode::OK);
            let page = auditor.get(&format!("/audit/{}", last(&portal, "exported people's records"))).await.text();
            assert!(page.contains(&pseudonym) && page.contains(">LOC01</a>"), "{list}: {page}");
        }
        let exports = format!("/audit?what=exported+people%27s+records&record={pseudonym}");
        assert_eq!(people_in(&auditor.get(&exports).await.text()), 2);
    }
}

on_both! {
    async fn the_trail_is_exported_by_the_command_line(portal) {
        let portal = grouped(portal);
        let (here, there) = (somebody(&portal, "E87001").1, somebody(&portal, "E87004").1);
        signed_in(&portal, Role::Gp, Some("E87001")).await.get(&format!("/people/{here}")).await;
        signed_in(&portal, Role::Gp, Some("E87004")).await.get(&format!("/people/{there}")).await;
        let out = portal.folder().join("audit.csv");
        let said = command(&portal, &["export", "audit", "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.err);
        let text = std::fs::read_to_string(&out).unwrap();
        let entries: i64 = portal.read(|conn| Ok(audit_entries::table.count().get_result(conn)?));
        assert!(text.starts_with("entry,at,who,acting_as,role,verb,subject,from,digest\r\n1,"), "{text}");
        assert_eq!(text.lines().count() as i64, entries + 1);
        let rows = |portal: &TestPortal| {
            let content: Option<String> = portal.read(|conn| Ok(audit_entries::table
                .find(last(portal, "exported the audit trail")).select(audit_entries::content).first(conn)?));
            let content: serde_json::Value = serde_json::from_str(&content.unwrap()).unwrap();
            content["details"]["rows"].as_i64()
        };
        assert_eq!(rows(&portal), Some(entries), "its own entry says how many, itself among them");
        assert!(text.lines().last().unwrap().contains(",exported the audit trail,locality LOC01; locality LOC02,"), "{text}");
        assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
        let of_one = command(&portal, &["export", "audit", "--locality", "LOC02", "--format", "ndjson"]).out;
        let lines: Vec<serde_json::Value> = of_one.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line["subject"] == format!("person {there}") && line["entry"].is_i64()), "{of_one}");
        assert!(!of_one.contains(&here), "{of_one}");
        assert_eq!(rows(&portal), Some(lines.len() as i64));
        let before = command(&portal, &["export", "audit", "--as-of", "2015-04-01"]).out;
        assert_eq!(rows(&portal), Some(0));
        assert_eq!(before.lines().count(), 1, "the time of an entry is the real one: {before}");
        let named = command(&portal, &["export", "audit", "--identified"]);
        assert!(named.code == 1 && named.err.contains("know people by pseudonym"), "{}", named.err);
    }
}

/// Whom an entry concerns.
fn whom(portal: &TestPortal, entry: i64) -> Vec<String> {
    portal.read(|conn| {
        let marks = audit_concerns::table.filter(audit_concerns::entry_id.eq(entry));
        Ok(marks.order(audit_concerns::whom).select(audit_concerns::whom).load(conn)?)
    })
}

on_both! {
    async fn an_entry_from_before_about_a_proposal_concerns_the_proposals_locality_alone(portal) {
        let portal = grouped(portal);
        let actor = Actor { acting_as: "PN01".into(), ..Actor::service() };
        let now = portal.tools.clock.now().moment;
        let [old, elsewhere] = portal.write(|conn| {
            let place: i64 = localities::table.filter(localities::code.eq("LOC01")).select(localities::id).first(conn)?;
            diesel::insert_into(proposals::table)
                .values((proposals::reference.eq("CP-1"), proposals::locality_id.eq(place), proposals::state.eq("proposed"),
                    proposals::title.eq(""), proposals::reason.eq(""), proposals::equality_note.eq(""), proposals::hash.eq(""),
                    proposals::proposed_who.eq(""), proposals::decided_who.eq(""), proposals::decision_reason.eq(""), proposals::impact.eq(""), proposals::who.eq(""), proposals::created_at.eq(now)))
                .execute(conn)?;
            let mut entry = |subjects: &[Subject]| record_entry(conn, now, &actor, Verb::TextCleared, subjects, serde_json::json!({}));
            Ok([entry(&[Subject::proposal("CP-1")])?, entry(&[Subject::proposal("CP-1"), Subject::locality("LOC02")])?])
        });
        assert_eq!(whom(&portal, old), ["locality/LOC01"]);
        portal.write(|conn| {
            diesel::update(audit_concerns::table.filter(audit_concerns::entry_id.eq(old)))
                .set(audit_concerns::whom.eq("locality/LOC02")).execute(conn)?;
            match conn {
                Conn::Sqlite(inner) => inner.batch_execute(include_str!("../migrations/sqlite/2026-11-24-000034_proposals_concern/up.sql"))?,
                Conn::Postgres(inner) => inner.batch_execute(include_str!("../migrations/postgres/2026-11-24-000034_proposals_concern/up.sql"))?,
            }
            Ok(())
        });
        assert_eq!(whom(&portal, old), ["locality/LOC01"]);
        assert_eq!(whom(&portal, elsewhere), ["locality/LOC01", "locality/LOC02"]);
    }
}
