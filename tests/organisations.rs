//! Keeping localities, organisations, networks and agreements.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, organisations};
use diesel::prelude::*;

use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// A browser on which an administrator has signed in.
async fn administrator(portal: &TestPortal) -> Browser {
    portal.add_user("ada@example.org", Role::Administrator, None);
    portal.signed_in("ada@example.org").await
}

fn audited(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        Ok(audit_entries::table.filter(audit_entries::verb.eq(verb)).count().get_result(conn)?)
    })
}

/// Opens the form at `path` and sends it there with `fields`, its key and its version.
async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    let (key, text) = (page.field("key"), page.text());
    let version = if text.contains("name=\"version\"") { page.field("version") } else { String::new() };
    let mut form = vec![("key", key.as_str()), ("version", version.as_str())];
    form.extend_from_slice(fields);
    browser.post(path, &form).await
}

/// As [`send`], and it must be saved.
async fn saved(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = send(browser, path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
    answer.location().to_owned()
}

const FROM: (&str, &str) = ("from_day", "1 April 2013");
const NEW: &str = "/admin/organisations/new?kind=";

async fn add(browser: &mut Browser, kind: &str, code: &str, name: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("code", code), ("name", name), FROM];
    fields.extend_from_slice(more);
    saved(browser, &format!("{NEW}{kind}"), &fields).await
}

on_both! {
    async fn an_organisation_is_added_once_and_listed(portal) {
        let mut browser = administrator(&portal).await;
        assert!(browser.get("/admin/organisations").await.text().contains("No localities or organisations yet"));
        assert!(browser.get("/admin/organisations/new").await.text().contains("What kind of organisation"));
        let page = browser.get("/admin/organisations/new?kind=commissioner").await;
        let key = page.field("key");
        let form = [("key", &*key), ("code", "ccg01"), ("name", "Example CCG"), ("commissioner_kind", "ccg"), FROM];
        let first = browser.post("/admin/organisations/new?kind=commissioner", &form).await;
        let second = browser.post("/admin/organisations/new?kind=commissioner", &form).await;
        assert_eq!(first.location(), "/admin/organisations/CCG01", "{}", first.text());
        assert_eq!(second.location(), first.location(), "sent twice");
        assert_eq!(audited(&portal, "added an organisation"), 1, "done once");
        let one = browser.get(first.location()).await.text();
        assert!(one.contains("Example CCG is added.") && one.contains("1 April 2013"));
        let list = browser.get("/admin/organisations?kind=commissioner&words=exam").await.text();
        assert!(list.contains("Example CCG") && list.contains("1 commissioner<"));
        assert!(browser.get("/admin/organisations?words=elsewhere").await.text().contains("Take a filter away"));
    }
}

on_both! {
    async fn all_mistakes_of_an_organisation_are_told_at_once_and_what_was_typed_stays(portal) {
        let mut browser = administrator(&portal).await;
        add(&mut browser, "gp_network", "NET01", "North Network", &[]).await;
        let typed = [("code", "NET01"), ("name", ""), ("sector", "nonsense"), ("from_day", "31"), ("from_month", "2"), ("from_year", "2013")];
        let answer = send(&mut browser, "/admin/organisations/new?kind=provider", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        for words in [
            "<title>Error: Add a provider",
            "NET01 is the code of another organisation already",
            "Enter the name",
            "Choose the sector it works in",
            "First day must be a real date",
            "value=\"NET01\"",
            "value=\"31\"",
        ] {
            assert!(text.contains(words), "{words}");
        }
        for (kind, field, value, words) in [
            ("practice", "locality", "", "Choose the locality it lies in"),
            ("practice", "locality", "LOC99", "Choose a locality of the list"),
            ("practice", "code", "e-1", "Code must be 3 to 10 letters and digits"),
            ("practice", "from_day", "4 July 1948", "First day must be 5 July 1948 or later"),
            ("practice", "from_day", "24 November 2026", "First day must be today or earlier"),
            ("practice", "to_day", "31 March 2013", "Last day must be 1 April 2013 or later"),
            ("commissioner", "commissioner_kind", "", "Choose what kind of commissioner it is"),
            ("practice", "name", &"n".repeat(121), "Name must be 120 characters or fewer"),
            ("practice", "name", "a\u{0}b", "Name must be on one line"),
        ] {
            let mut fields = vec![("code", "E87001"), ("name", "Ash"), FROM];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            let answer = send(&mut browser, &format!("{NEW}{kind}"), &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {field}");
            assert!(answer.text().contains(words), "{words}");
        }
        let count: i64 = portal.read(|conn| Ok(organisations::table.count().get_result(conn)?));
        assert_eq!(count, 1);
    }
}

/// A commissioner, a locality, two practices, two GP networks, a provider and a provider network, by the forms.
async fn furnished(portal: &TestPortal) -> Browser {
    let mut browser = administrator(portal).await;
    let locality =
        [("code", "LOC01"), ("name", "North Example"), ("commissioner", "CCG01"), ("population", "215,000")];
    saved(&mut browser, "/admin/localities/new", &locality).await;
    add(&mut browser, "commissioner", "CCG01", "Example CCG", &[("commissioner_kind", "ccg")]).await;
    add(&mut browser, "practice", "E87001", "Alder Practice", &[("locality", "LOC01")]).await;
    add(&mut browser, "practice", "E87002", "Beech Practice", &[("locality", "LOC01")]).await;
    add(&mut browser, "gp_network", "NET01", "North Network", &[]).await;
    add(&mut browser, "gp_network", "NET02", "South Network", &[]).await;
    add(&mut browser, "provider", "PRV01", "Example Hospital", &[("sector", "acute")]).await;
    add(&mut browser, "provider_network", "PN01", "Integrated Care", &[]).await;
    browser
}

on_both! {
    async fn a_locality_shows_that_its_commissioner_is_not_there_yet(portal) {
        let mut browser = administrator(&portal).await;
        let typed = [("code", "loc01"), ("name", "North Example"), ("commissioner", "ccg01"), ("population", "")];
        let address = saved(&mut browser, "/admin/localities/new", &typed).await;
        assert_eq!(address, "/admin/localities/LOC01");
        assert!(browser.get(&address).await.text().contains("nobody can act for the locality"));
        assert!(browser.get("/admin/organisations").await.text().contains("No commissioner yet"));
        add(&mut browser, "commissioner", "CCG01", "Example CCG", &[("commissioner_kind", "ccg")]).await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("Example CCG") && !page.contains("No commissioner yet"));
        let wrong = [("code", "LOC01"), ("name", ""), ("commissioner", "E-1"), ("population", "12.5")];
        let answer = send(&mut browser, "/admin/localities/new", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in [
            "LOC01 is the code of another locality already",
            "Enter the name",
            "Code must be 3 to 10 letters and digits, for example 99A",
            "Population must be a whole number up to 10,000,000",
            "value=\"12.5\"",
        ] {
            assert!(answer.text().contains(words), "{words}");
        }
        add(&mut browser, "practice", "E87001", "Alder Practice", &[("locality", "LOC01")]).await;
        let practice = [("code", "LOC02"), ("name", "South"), ("commissioner", "E87001")];
        let answer = send(&mut browser, "/admin/localities/new", &practice).await;
        assert!(answer.text().contains("E87001 is a practice, not a commissioner"));
    }
}

on_both! {
    async fn a_changed_organisation_is_shown_and_a_stale_form_gets_both_texts(portal) {
        let mut browser = furnished(&portal).await;
        let path = "/admin/organisations/E87001/details";
        let page = browser.get(path).await;
        let (key, version) = (page.field("key"), page.field("version"));
        let theirs = [("name", "Alder & Co"), ("locality", "LOC01"), FROM];
        saved(&mut browser, path, &theirs).await;
        assert!(browser.get("/admin/organisations/E87001").await.text().contains("Alder &#38; Co"));
        let mine = [("key", &*key), ("version", &*version), ("name", "Alder Surgery"), ("locality", "LOC01"), FROM];
        let stale = browser.post(path, &mine).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        for words in ["Alder &#38; Co", "Alder Surgery", "Keep mine", "Take theirs", "Cancel"] {
            assert!(stale.text().contains(words), "{words}");
        }
        let (key, version) = (stale.field("key"), stale.field("version"));
        let (name, day, month) = (stale.field("name"), stale.field("from_day"), stale.field("from_month"));
        let kept = [("key", &*key), ("version", &*version), ("name", &*name), ("locality", "LOC01"), ("from_day", &*day), ("from_month", &*month)];
        assert_eq!(browser.post(path, &kept).await.status, StatusCode::SEE_OTHER, "keep mine");
        assert!(browser.get("/admin/organisations/E87001").await.text().contains("Alder Surgery"));
        assert_eq!(audited(&portal, "changed an organisation"), 2);
        let path = "/admin/localities/LOC01/details";
        let page = browser.get(path).await;
        saved(&mut browser, path, &[("name", "North"), ("commissioner", "CCG01")]).await;
        let (key, version) = (page.field("key"), page.field("version"));
        let mine = [("key", &*key), ("version", &*version), ("name", "Northern"), ("commissioner", "CCG01")];
        assert_eq!(browser.post(path, &mine).await.status, StatusCode::CONFLICT);
        let wrong = send(&mut browser, path, &[("name", ""), ("commissioner", "CCG01")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both! {
    async fn a_practice_is_in_one_gp_network_at_a_time(portal) {
        let mut browser = furnished(&portal).await;
        let first = [("member", "E87001"), FROM];
        saved(&mut browser, "/admin/organisations/NET01/members/new", &first).await;
        assert!(browser.get("/admin/organisations/NET01").await.text().contains("Alder Practice"));
        let second = [("member", "E87001"), ("from_day", "1 April 2026")];
        let refused = send(&mut browser, "/admin/organisations/NET02/members/new", &second).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Alder Practice is in North Network from 1 April 2013. End that first"));
        let ending = "/admin/organisations/NET01/members/E87001/2013-04-01";
        let early = send(&mut browser, ending, &[("to_day", "31 March 2013")]).await;
        assert!(early.text().contains("Last day must be 1 April 2013 or later"));
        let page = browser.get(ending).await;
        saved(&mut browser, ending, &[("to_day", "31 March 2026")]).await;
        saved(&mut browser, "/admin/organisations/NET02/members/new", &second).await;
        let late = send(&mut browser, ending, &[("to_day", "1 April 2026")]).await;
        assert!(late.text().contains("Alder Practice is in South Network"), "a last day may not run into the next");
        let (key, version) = (page.field("key"), page.field("version"));
        let stale = browser.post(ending, &[("key", &key), ("version", &version), ("to_day", "1 May 2025")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("1 May 2025") && stale.text().contains("31 March 2026"));
        let page = browser.get("/admin/organisations/E87001").await.text();
        assert!(page.contains("North Network") && page.contains("Ended") && page.contains("South Network"));
        let wrong = send(&mut browser, "/admin/organisations/NET01/members/new", &[("member", "PRV01")]).await;
        assert!(wrong.text().contains("Choose a practice") && wrong.text().contains("Enter the first day"));
    }
}

on_both! {
    async fn a_provider_may_sit_in_several_networks_and_in_each_once(portal) {
        let mut browser = furnished(&portal).await;
        add(&mut browser, "provider_network", "PN02", "Open Door", &[]).await;
        for network in ["PN01", "PN02"] {
            let path = format!("/admin/organisations/{network}/members/new");
            saved(&mut browser, &path, &[("member", "PRV01"), FROM]).await;
        }
        let again = [("member", "PRV01"), ("from_day", "1 May 2013")];
        let refused = send(&mut browser, "/admin/organisations/PN01/members/new", &again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(audited(&portal, "added a network member"), 2);
    }
}

on_both! {
    async fn a_network_cares_for_groups_in_a_locality_until_the_agreement_ends(portal) {
        let mut browser = furnished(&portal).await;
        let path = "/admin/organisations/PN01/care-agreements/new";
        let nothing = send(&mut browser, path, &[("groups", "GROUP_10")]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Choose a locality", "Choose groups of the list", "Enter the first day"] {
            assert!(nothing.text().contains(words), "{words}");
        }
        let typed = [("locality", "LOC01"), ("groups", "LTC_75"), ("groups", "LD"), FROM];
        saved(&mut browser, path, &typed).await;
        let page = browser.get("/admin/localities/LOC01").await.text();
        assert!(page.contains("Integrated Care"));
        let again = send(&mut browser, path, &typed).await;
        assert!(again.text().contains("Integrated Care cares for"), "{}", again.text());
        let ending = "/admin/organisations/PN01/care-agreements/LOC01/LTC_75/2013-04-01";
        saved(&mut browser, ending, &[("to_day", "31 March 2026")]).await;
        assert!(browser.get("/admin/organisations/PN01").await.text().contains("to 31 March 2026"));
        saved(&mut browser, path, &[("locality", "LOC01"), ("groups", "LTC_75"), ("from_day", "1 April 2026")]).await;
        assert_eq!((audited(&portal, "added a care agreement"), audited(&portal, "ended a care agreement")), (2, 1));
    }
}

on_both! {
    async fn a_sharing_agreement_has_a_reference_and_an_end(portal) {
        let mut browser = furnished(&portal).await;
        let path = "/admin/organisations/PN01/sharing-agreements/new";
        assert!(browser.get(path).await.text().contains("value=\"Integrated Care\""));
        let wrong = send(&mut browser, path, &[("shared_with", ""), ("purpose", "")]).await;
        assert!(wrong.text().contains("Enter the person or body it is shared with"));
        assert!(wrong.text().contains("Enter the purpose"));
        let typed = [("shared_with", "Integrated Care"), ("purpose", "Direct care"), FROM];
        saved(&mut browser, path, &typed).await;
        let text = browser.get("/admin/organisations/PN01").await.text();
        assert!(text.contains("may see identified people"));
        let start = text.find("SA-").unwrap();
        let ending = format!("/admin/organisations/PN01/sharing-agreements/{}", &text[start..start + 11]);
        saved(&mut browser, &ending, &[("to_day", "31 March 2026")]).await;
        assert!(browser.get("/admin/organisations/PN01").await.text().contains("sees pseudonyms alone"));
    }
}

on_both! {
    async fn the_list_filters_sorts_and_pages_and_its_files_can_be_imported(portal) {
        let mut browser = furnished(&portal).await;
        saved(&mut browser, "/admin/organisations/NET01/members/new", &[("member", "E87001"), FROM]).await;
        let text = browser.get("/admin/organisations?locality=LOC01&sort=-code").await.text();
        assert!(text.contains("5 localities and organisations"), "{text}");
        assert!(text.contains("North Network") && !text.contains("South Network"));
        assert!(text.find("NET01").unwrap() < text.find("E87001").unwrap(), "sorted by code, last first");
        for number in 10..40 {
            let code = format!("PRV{number}");
            add(&mut browser, "provider", &code, &format!("Provider {number}"), &[("sector", "community")]).await;
        }
        let second = browser.get("/admin/organisations?kind=provider&page=2").await.text();
        assert!(second.contains("31 providers<") && second.contains("Provider 39"));
        assert!(second.contains("href=\"?kind=provider&#38;page=1\""), "{second}");
        let file = browser.get("/admin/organisations.csv?kind=practice").await;
        assert!(file.text().starts_with("\u{feff}org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date\r\n"));
        assert!(file.text().ends_with("E87002,Beech Practice,practice,,LOC01,,2013-04-01,\r\n"));
        let file = browser.get("/admin/organisations.csv?kind=locality").await;
        assert_eq!(file.text().lines().nth(1), Some("LOC01,North Example,CCG01,215000"));
        assert_eq!(audited(&portal, "exported"), 2);
    }
}

on_both! {
    async fn other_roles_unknown_codes_and_huge_fields_are_refused(portal) {
        let mut browser = furnished(&portal).await;
        for path in [
            "/admin/organisations/E99999",
            "/admin/organisations/e87001",
            "/admin/organisations/%00",
            "/admin/organisations/E99999/details",
            "/admin/organisations/E87001/members/new",
            "/admin/organisations/NET01/care-agreements/new",
            "/admin/organisations/NET01/members/E87001/2013-04-01",
            "/admin/organisations/PN01/care-agreements/LOC01/LD/not-a-day",
            "/admin/organisations/PN01/sharing-agreements/SA-00000000",
            "/admin/localities/LOC99",
            "/admin/localities/LOC99/details",
        ] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let huge = "n".repeat(10 * 1024 * 1024);
        let path = "/admin/organisations/new?kind=practice";
        let refused = browser.post(path, &[("name", &huge)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let without_key = browser.post(path, &[("name", "Ash")]).await;
        assert_eq!(without_key.status, StatusCode::UNPROCESSABLE_ENTITY);
        portal.add_user("gil@example.org", Role::Gp, Some("E87001"));
        let mut gp = portal.signed_in("gil@example.org").await;
        for path in ["/admin/organisations", "/admin/organisations/E87001", "/admin/localities/LOC01/details"] {
            assert_eq!(gp.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(gp.post(path, &[("name", "Ash")]).await.status, StatusCode::FORBIDDEN);
    }
}
