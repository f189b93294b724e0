//! Grouping runs by pages: a dry run, its figures, applying it, and who may.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::runs::store::{self, State};

use crate::grouped::{grouped, loaded, people_in};
use crate::harness::{Browser, TestPortal};
use crate::on_both;

async fn commissioner(portal: &TestPortal) -> Browser {
    portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
    portal.signed_in("ann@example.org").await
}

/// Starts a dry run of LOC01 as of a day and waits for it; its address.
async fn dry_run(
    portal: &TestPortal,
    browser: &mut Browser,
    (day, month, year): (&str, &str, &str),
) -> String {
    let page = browser.get("/runs/new?locality=LOC01").await;
    let key = page.field("key");
    let form = [
        ("key", &*key),
        ("locality", "LOC01"),
        ("as_of_day", day),
        ("as_of_month", month),
        ("as_of_year", year),
    ];
    let started = browser.post("/runs/new", &form).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
    let again = browser.post("/runs/new", &form).await;
    assert_eq!(again.location(), started.location(), "sent twice, done once");
    let address = started.location().to_owned();
    let working = browser.get(&address).await.text();
    assert!(working.contains("http-equiv=\"refresh\"") && working.contains("data-cg-job"), "{working}");
    portal.work().await;
    address
}

on_both! {
    async fn a_dry_run_is_previewed_then_applied_and_the_page_is_the_record(portal) {
        let portal = loaded(portal);
        let mut browser = commissioner(&portal).await;
        let address = dry_run(&portal, &mut browser, ("1", "4", "2015")).await;
        let preview = browser.get(&address).await.text();
        assert!(preview.contains("What it would do") && preview.contains("Judgement cases by fact"), "{preview}");
        assert!(!preview.contains("http-equiv=\"refresh\""));
        let asked = browser.get(&format!("{address}/application")).await;
        assert!(asked.text().contains("This is the first grouping here"), "{}", asked.text());
        let (key, version) = (asked.field("key"), asked.field("version"));
        let stale = browser.post(&format!("{address}/application"), &[("key", "other"), ("version", "0")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let form = [("key", &*key), ("version", &*version)];
        let applied = browser.post(&format!("{address}/application"), &form).await;
        assert_eq!((applied.status, applied.location()), (StatusCode::SEE_OTHER, &*address), "{}", applied.text());
        portal.work().await;
        let record = browser.get(&address).await.text();
        assert!(record.contains("What it did") && record.contains("/movements?locality=LOC01"), "{record}");
        let figures = |page: &str| page.matches("cg-figure__count").count();
        assert_eq!(figures(&record), figures(&preview));
        let again = browser.post(&format!("{address}/application"), &form).await;
        assert_eq!(again.location(), address, "sent twice, done once");
        let other = [("key", "another"), ("version", &*version)];
        let again = browser.post(&format!("{address}/application"), &other).await;
        assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, &*address), "from another window");
        portal.add_user("second@example.org", Role::Commissioner, Some("CCG01"));
        let mut second = portal.signed_in("second@example.org").await;
        let late = second.post(&format!("{address}/application"), &other).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains(&format!("<a href=\"{address}\">Go to run R-")), "{}", late.text());
        assert!(browser.get("/groups").await.text().contains("As of 1 April 2015"));
    }
}

on_both! {
    async fn a_date_before_the_last_applied_run_is_a_dry_run_only(portal) {
        let portal = grouped(portal);
        let mut browser = commissioner(&portal).await;
        let address = dry_run(&portal, &mut browser, ("31", "3", "2015")).await;
        let page = browser.get(&address).await.text();
        assert!(page.contains("This is a dry run only. The last applied run is as of 1 April 2015"), "{page}");
        assert!(!page.contains("/application"), "{page}");
        assert_eq!(browser.get(&format!("{address}/application")).await.status, StatusCode::CONFLICT);
        let future = browser.post("/runs/new", &[("key", "k"), ("locality", "LOC01"), ("as_of_day", "2 4 2015")]).await;
        assert_eq!(future.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(future.text().contains("As-of date must be today or in the past"));
        let early = browser.post("/runs/new", &[("key", "k"), ("locality", "LOC01"), ("as_of_day", "31 12 1999")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("As-of date must be 1 January 2000 or later"), "{}", early.text());
        let elsewhere = browser.post("/runs/new", &[("key", "k"), ("locality", "LOC02"), ("as_of_day", "1 4 2015")]).await;
        assert!(elsewhere.text().contains("Choose a locality"));
    }
}

on_both! {
    async fn an_analyst_reads_runs_and_starts_none_and_another_locality_s_run_is_no_page(portal) {
        let portal = grouped(portal);
        portal.add_user("analyst@example.org", Role::Analyst, Some("CCG01"));
        let mut browser = portal.signed_in("analyst@example.org").await;
        let list = browser.get("/runs").await.text();
        assert_eq!(list.matches("href=\"/runs/R-").count(), 1, "{list}");
        assert!(!list.contains("/runs/new"));
        let at = list.find("/runs/R-").unwrap();
        let address = &list[at..at + 16];
        let page = browser.get(address).await.text();
        assert!(page.contains("What it did") && !page.contains("<form action=\"/runs"), "{page}");
        let applied = browser.post(&format!("{address}/application"), &[]).await;
        assert_eq!(applied.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.get("/runs/new").await.status, StatusCode::FORBIDDEN);
        portal.add_user("south@example.org", Role::Analyst, Some("CCG02"));
        let mut south = portal.signed_in("south@example.org").await;
        let (theirs, nobodys) = (south.get(address).await, south.get("/runs/R-NOBODY").await);
        assert_eq!((theirs.status, &theirs.body), (StatusCode::NOT_FOUND, &nobodys.body));
    }
}

on_both! {
    async fn a_run_that_waits_is_stopped_and_a_dry_run_discarded(portal) {
        let portal = loaded(portal);
        let mut browser = commissioner(&portal).await;
        let address = dry_run(&portal, &mut browser, ("1", "4", "2015")).await;
        assert!(browser.get("/runs?state=waiting").await.text().contains("1 run<"));
        let page = browser.get(&address).await;
        let form = [("key", &*page.field("key")), ("version", &*page.field("version"))];
        let stopped = browser.post(&format!("{address}/cancellation"), &form).await;
        assert_eq!(stopped.status, StatusCode::SEE_OTHER, "{}", stopped.text());
        assert!(browser.get(&address).await.text().contains("It was stopped, and nothing was changed."));
        assert!(browser.get("/runs?state=waiting").await.text().contains("0 runs"));
        let reference = address.trim_start_matches("/runs/");
        let run = portal.read(|conn| store::by_reference(conn, reference)).unwrap();
        assert_eq!(run.state, State::Cancelled);
    }
}

on_both! {
    async fn runs_are_listed_by_locality_and_another_s_is_no_page(portal) {
        let portal = grouped(portal);
        let mut browser = commissioner(&portal).await;
        assert_eq!(people_in(&browser.get("/runs?locality=LOC01").await.text()), 1);
        assert_eq!(browser.get("/runs?locality=LOC02").await.status, StatusCode::NOT_FOUND);
        let file = browser.get("/runs.csv?locality=LOC01&state=applied").await.text();
        let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines[0].starts_with("run,locality,as_of,register,state,people,") && lines.len() == 2, "{file}");
        assert!(lines[1].starts_with("R-") && lines[1].contains(",LOC01,2015-04-01,1,applied,"), "{file}");
        assert_eq!(browser.get("/runs.csv?state=mislaid").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = browser.get("/runs?state=mislaid").await.text();
        assert!(page.contains("The address asks the filter “State”") && people_in(&page) == 1, "{page}");
    }
}

on_both! {
    async fn groups_stand_in_one_order_on_the_page_of_a_run_and_of_groups(portal) {
        let portal = grouped(portal);
        let mut browser = commissioner(&portal).await;
        let runs = browser.get("/runs").await.text();
        let (_, after) = runs.split_once("href=\"/runs/R-").unwrap();
        let run = browser.get(&format!("/runs/R-{}", after.split('"').next().unwrap())).await.text();
        let groups = browser.get("/groups").await.text();
        let order = |page: &str| -> Vec<String> {
            let (_, table) = page.split_once("<tbody").unwrap();
            let rows = table.split_once("</tbody>").unwrap().0;
            let links = rows.split("href=\"/groups/LOC01/").skip(1);
            links.map(|after| after.split('"').next().unwrap().to_owned()).collect()
        };
        let home = order(&groups);
        assert_eq!(order(&run)[..home.len()], home[..]);
        assert_eq!(home.len(), 8);
    }
}
