//! Every route with every role and with none; a route without a row here fails the test.

use std::collections::BTreeSet;
use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use common_ground::access::{
    CAMPAIGNS, COMMENTS, DECISIONS, GROUPS, IMPORTS, NOTES_RETURNS, PEOPLE, PETITIONS, RESULTS, RUNS, Role,
};

use crate::harness::{Browser, Engine, TestPortal};

/// Who may call a route.
#[derive(Clone, Copy)]
enum May {
    /// Anybody, signed in or not.
    Anybody,
    /// Anybody who is signed in.
    SignedIn,
    /// Callers in one of these roles.
    Roles(&'static [Role]),
}

use May::{Anybody, Roles, SignedIn};

const ADMINISTRATOR: &[Role] = &[Role::Administrator];
const COMMISSIONER: &[Role] = &[Role::Commissioner];
const PROVIDER: &[Role] = &[Role::Provider];
const AUDITOR: &[Role] = &[Role::Auditor];
const PRACTICE: &[Role] = &[Role::Gp, Role::PracticeStaff];
const DRAFTS_PETITIONS: &[Role] = &[Role::Gp, Role::PracticeStaff, Role::NetworkManager];
const KEYER: &[Role] = &[Role::Keyer];
const OWNS_PETITIONS: &[Role] = &[Role::Gp, Role::NetworkManager];

/// Pages of the questionnaire that lead to its door without a code.
const AFTER_A_CODE: &[&str] = &["/ltc6/about", "/ltc6/all", "/ltc6/check"];

/// Method, address as the routes write it, and who may call it.
const TABLE: &[(&str, &str, May)] = &[
    ("get", "/health/live", Anybody),
    ("get", "/health/ready", Anybody),
    ("get", "/assets/{fingerprint}/{name:.*}", Anybody),
    ("get", "/about-groups", Anybody),
    ("get", "/ltc6", Anybody),
    ("post", "/ltc6", Anybody),
    ("get", "/ltc6/about", Anybody),
    ("post", "/ltc6/about", Anybody),
    ("get", "/ltc6/questions/{number}", Anybody),
    ("post", "/ltc6/questions/{number}", Anybody),
    ("get", "/ltc6/all", Anybody),
    ("post", "/ltc6/all", Anybody),
    ("get", "/ltc6/check", Anybody),
    ("post", "/ltc6/check", Anybody),
    ("get", "/ltc6/thanks", Anybody),
    ("post", "/ltc6/leave", Anybody),
    ("get", "/ltc6/left", Anybody),
    ("get", "/ltc6/questionnaire", Anybody),
    ("get", "/ltc6/{code}", Anybody),
    ("get", "/sign-in", Anybody),
    ("post", "/sign-in", Anybody),
    ("post", "/sign-out", SignedIn),
    ("get", "/forgotten-password", Anybody),
    ("post", "/forgotten-password", Anybody),
    ("get", "/set-password/{token}", Anybody),
    ("post", "/set-password/{token}", Anybody),
    ("get", "/account", SignedIn),
    ("get", "/account/acting-as", SignedIn),
    ("post", "/account/acting-as", SignedIn),
    ("post", "/account/password", SignedIn),
    ("post", "/account/sessions", SignedIn),
    ("get", "/admin/organisations", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations.csv", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/details", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/details", Roles(ADMINISTRATOR)),
    ("get", "/admin/localities/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/localities/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/localities/{code}/details", Roles(ADMINISTRATOR)),
    ("post", "/admin/localities/{code}/details", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/members/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/members/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/members/{member}/{from}", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/members/{member}/{from}", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/care-agreements/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/care-agreements/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/care-agreements/{locality}/{group}/{from}", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/care-agreements/{locality}/{group}/{from}", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/sharing-agreements/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/sharing-agreements/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/organisations/{code}/sharing-agreements/{reference}", Roles(ADMINISTRATOR)),
    ("post", "/admin/organisations/{code}/sharing-agreements/{reference}", Roles(ADMINISTRATOR)),
    ("get", "/admin/localities/{code}", Roles(ADMINISTRATOR)),
    ("get", "/imports", Roles(IMPORTS)),
    ("post", "/imports", Roles(IMPORTS)),
    ("get", "/imports/guide/{kind}", Roles(IMPORTS)),
    ("get", "/imports/guide/{kind}/template.csv", Roles(IMPORTS)),
    ("get", "/imports/{reference}", Roles(IMPORTS)),
    ("post", "/imports/{reference}/confirmation", Roles(IMPORTS)),
    ("post", "/imports/{reference}/cancellation", Roles(IMPORTS)),
    ("get", "/imports/{reference}/problems.csv", Roles(IMPORTS)),
    ("get", "/imports/{reference}/file.csv", Roles(IMPORTS)),
    ("get", "/admin/users", Roles(ADMINISTRATOR)),
    ("get", "/admin/users.csv", Roles(ADMINISTRATOR)),
    ("get", "/admin/users/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/users/{reference}", Roles(ADMINISTRATOR)),
    ("get", "/admin/users/{reference}/name", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/{reference}/name", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/{reference}/link", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/{reference}/sessions", Roles(ADMINISTRATOR)),
    ("get", "/admin/users/{reference}/memberships/new", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/{reference}/memberships/new", Roles(ADMINISTRATOR)),
    ("get", "/admin/users/{reference}/memberships/{role}/{organisation}/{from}", Roles(ADMINISTRATOR)),
    ("post", "/admin/users/{reference}/memberships/{role}/{organisation}/{from}", Roles(ADMINISTRATOR)),
    ("get", "/admin/settings", Roles(ADMINISTRATOR)),
    ("get", "/admin/settings/people.blank_is_no", Roles(ADMINISTRATOR)),
    ("post", "/admin/settings/people.blank_is_no", Roles(ADMINISTRATOR)),
    ("get", "/admin/settings/people.blank_is_no/effect", Roles(ADMINISTRATOR)),
    ("get", "/admin/settings/{name}", Roles(ADMINISTRATOR)),
    ("post", "/admin/settings/{name}", Roles(ADMINISTRATOR)),
    ("get", "/admin/outbox", Roles(ADMINISTRATOR)),
    ("get", "/admin/outbox/{reference}", Roles(ADMINISTRATOR)),
    ("post", "/admin/outbox/{reference}/retry", Roles(ADMINISTRATOR)),
    ("get", "/", SignedIn),
    ("get", "/audit", Roles(AUDITOR)),
    ("get", "/audit.csv", Roles(AUDITOR)),
    ("get", "/audit/{entry}", Roles(AUDITOR)),
    ("get", "/audit/break-glass", Roles(AUDITOR)),
    ("get", "/audit/break-glass.csv", Roles(AUDITOR)),
    ("get", "/audit/break-glass/{reference}", Roles(AUDITOR)),
    ("post", "/audit/break-glass/{reference}", Roles(AUDITOR)),
    ("get", "/people/break-glass", Roles(PRACTICE)),
    ("get", "/people/{pseudonym}/looked", Roles(PRACTICE)),
    ("get", "/people/{pseudonym}/unmasking", Roles(COMMISSIONER)),
    ("post", "/people/{pseudonym}/unmasking", Roles(COMMISSIONER)),
    ("get", "/people/{pseudonym}/unmasking/{reference}", Roles(COMMISSIONER)),
    ("get", "/groups", Roles(GROUPS)),
    ("get", "/groups.csv", Roles(GROUPS)),
    ("get", "/groups/{locality}/{code}", Roles(GROUPS)),
    ("get", "/criteria", Roles(GROUPS)),
    ("get", "/criteria.csv", Roles(GROUPS)),
    ("get", "/criteria/{locality}/agreed", Roles(GROUPS)),
    ("get", "/criteria/{locality}/agreed.txt", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/sheet", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/proposal", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/proposal", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/proposal/check", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/proposal/check", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/proposal/sent", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/answer", Roles(PROVIDER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/answer", Roles(PROVIDER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/answer/sent", Roles(PROVIDER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/decision", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/decision", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/withdrawal", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/withdrawal", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/comments", Roles(COMMENTS)),
    ("get", "/criteria/{locality}/{code}/draft", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/drafts", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/drafts/file", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/edit", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/edit", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/live", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/bundle", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/deletion", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/{code}/versions/{number}/deletion", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/preview", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/preview.csv", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/preview/people", Roles(PEOPLE)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/compare", Roles(GROUPS)),
    ("get", "/criteria/{locality}/{code}/versions/{number}/compare/{other}", Roles(GROUPS)),
    ("get", "/criteria/{locality}/SCHEME", Roles(GROUPS)),
    ("post", "/criteria/{locality}/SCHEME/drafts", Roles(COMMISSIONER)),
    ("get", "/criteria/{locality}/SCHEME/versions/{number}/scheme.json", Roles(GROUPS)),
    ("get", "/criteria/{locality}/SCHEME/versions/{number}/edit", Roles(COMMISSIONER)),
    ("post", "/criteria/{locality}/SCHEME/versions/{number}/edit", Roles(COMMISSIONER)),
    ("get", "/people", Roles(PEOPLE)),
    ("post", "/people", Roles(PEOPLE)),
    ("get", "/people.csv", Roles(PEOPLE)),
    ("get", "/people/{pseudonym}", Roles(PEOPLE)),
    ("get", "/movements", Roles(PEOPLE)),
    ("get", "/movements.csv", Roles(PEOPLE)),
    ("get", "/movements/flows.csv", Roles(PEOPLE)),
    ("get", "/petitions", Roles(PETITIONS)),
    ("post", "/petitions", Roles(PETITIONS)),
    ("get", "/petitions.csv", Roles(PETITIONS)),
    ("get", "/petitions.xlsx", Roles(PETITIONS)),
    ("get", "/petitions/assignments/{reference}", Roles(PETITIONS)),
    ("post", "/petitions/assignments/{reference}/reversal", Roles(PETITIONS)),
    ("get", "/petitions/absence", Roles(PETITIONS)),
    ("post", "/petitions/absence", Roles(PETITIONS)),
    ("post", "/petitions/absence/{reference}/end", Roles(PETITIONS)),
    ("get", "/petitions/views", Roles(PETITIONS)),
    ("post", "/petitions/views", Roles(PETITIONS)),
    ("post", "/petitions/views/{reference}/home", Roles(PETITIONS)),
    ("post", "/petitions/views/{reference}/deletion", Roles(PETITIONS)),
    ("post", "/petitions/views/{reference}/restoration", Roles(PETITIONS)),
    ("get", "/petitions/new", Roles(DRAFTS_PETITIONS)),
    ("post", "/petitions/new", Roles(DRAFTS_PETITIONS)),
    ("get", "/petitions/together", Roles(COMMISSIONER)),
    ("post", "/petitions/together", Roles(COMMISSIONER)),
    ("get", "/petitions/batches/{reference}", Roles(COMMISSIONER)),
    ("get", "/petitions/clock", Roles(PETITIONS)),
    ("get", "/petitions/clock.csv", Roles(PETITIONS)),
    ("get", "/petitions/learning", Roles(COMMISSIONER)),
    ("get", "/petitions/{reference}", Roles(PETITIONS)),
    ("get", "/petitions/{reference}/assign", Roles(PETITIONS)),
    ("post", "/petitions/{reference}/assign", Roles(PETITIONS)),
    ("get", "/petitions/{reference}/edit", Roles(DRAFTS_PETITIONS)),
    ("post", "/petitions/{reference}/edit", Roles(DRAFTS_PETITIONS)),
    ("get", "/petitions/{reference}/record", Roles(DRAFTS_PETITIONS)),
    ("post", "/petitions/{reference}/record", Roles(DRAFTS_PETITIONS)),
    ("get", "/petitions/{reference}/check", Roles(DRAFTS_PETITIONS)),
    ("post", "/petitions/{reference}/submit", Roles(DRAFTS_PETITIONS)),
    ("get", "/petitions/{reference}/opinion", Roles(PROVIDER)),
    ("post", "/petitions/{reference}/opinion", Roles(PROVIDER)),
    ("get", "/petitions/{reference}/decide", Roles(COMMISSIONER)),
    ("post", "/petitions/{reference}/decide", Roles(COMMISSIONER)),
    ("get", "/petitions/{reference}/answer", Roles(OWNS_PETITIONS)),
    ("post", "/petitions/{reference}/answer", Roles(OWNS_PETITIONS)),
    ("get", "/petitions/{reference}/consent", Roles(&[Role::Gp])),
    ("post", "/petitions/{reference}/consent", Roles(&[Role::Gp])),
    ("get", "/petitions/{reference}/review", Roles(&[Role::Gp])),
    ("post", "/petitions/{reference}/review", Roles(&[Role::Gp])),
    ("get", "/petitions/{reference}/withdraw", Roles(OWNS_PETITIONS)),
    ("post", "/petitions/{reference}/withdraw", Roles(OWNS_PETITIONS)),
    ("get", "/petitions/{reference}/appeal", Roles(OWNS_PETITIONS)),
    ("post", "/petitions/{reference}/appeal", Roles(OWNS_PETITIONS)),
    ("get", "/decisions", Roles(DECISIONS)),
    ("get", "/decisions.csv", Roles(DECISIONS)),
    ("get", "/decisions/together/{locality}", Roles(PROVIDER)),
    ("post", "/decisions/together/{locality}", Roles(PROVIDER)),
    ("get", "/decisions/batches/{reference}", Roles(DECISIONS)),
    ("get", "/decisions/questions/{reference}", Roles(DECISIONS)),
    ("post", "/decisions/questions/{reference}", Roles(PRACTICE)),
    ("get", "/decisions/{pseudonym}", Roles(DECISIONS)),
    ("get", "/decisions/{pseudonym}/question", Roles(PROVIDER)),
    ("post", "/decisions/{pseudonym}/question", Roles(PROVIDER)),
    ("get", "/decisions/{pseudonym}/review", Roles(PROVIDER)),
    ("post", "/decisions/{pseudonym}/review", Roles(PROVIDER)),
    ("post", "/decisions/{pseudonym}/decision", Roles(PROVIDER)),
    ("get", "/campaigns", Roles(CAMPAIGNS)),
    ("get", "/campaigns.csv", Roles(CAMPAIGNS)),
    ("get", "/campaigns/new", Roles(COMMISSIONER)),
    ("post", "/campaigns/new", Roles(COMMISSIONER)),
    ("get", "/campaigns/{reference}", Roles(CAMPAIGNS)),
    ("get", "/campaigns/{reference}/details", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/details", Roles(COMMISSIONER)),
    ("get", "/campaigns/{reference}/sample", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/sample", Roles(COMMISSIONER)),
    ("get", "/campaigns/{reference}/opening", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/opening", Roles(COMMISSIONER)),
    ("get", "/campaigns/{reference}/letters", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/letters", Roles(COMMISSIONER)),
    ("get", "/feedback", Anybody),
    ("get", "/feedback/{reference}", Anybody),
    ("get", "/feedback/{reference}/poster", Anybody),
    ("get", "/campaigns/{reference}/feedback", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/feedback", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/feedback/publication", Roles(COMMISSIONER)),
    ("get", "/campaigns/{reference}/comments", Roles(KEYER)),
    ("post", "/campaigns/{reference}/comments", Roles(KEYER)),
    ("post", "/campaigns/{reference}/comments/undo", Roles(KEYER)),
    ("get", "/campaigns/{reference}/results", Roles(RESULTS)),
    ("get", "/campaigns/{reference}/results.csv", Roles(RESULTS)),
    ("get", "/campaigns/{reference}/returns", Roles(NOTES_RETURNS)),
    ("post", "/campaigns/{reference}/returns", Roles(NOTES_RETURNS)),
    ("get", "/campaigns/{reference}/key", Roles(KEYER)),
    ("post", "/campaigns/{reference}/key", Roles(KEYER)),
    ("post", "/campaigns/{reference}/key/undo", Roles(KEYER)),
    ("get", "/campaigns/{reference}/key/batch", Roles(KEYER)),
    ("post", "/campaigns/{reference}/key/batch", Roles(KEYER)),
    ("get", "/campaigns/{reference}/key/again", Roles(KEYER)),
    ("post", "/campaigns/{reference}/key/again", Roles(KEYER)),
    ("get", "/campaigns/{reference}/key/differences", Roles(KEYER)),
    ("post", "/campaigns/{reference}/key/differences", Roles(KEYER)),
    ("get", "/campaigns/{reference}/cancellation", Roles(COMMISSIONER)),
    ("post", "/campaigns/{reference}/cancellation", Roles(COMMISSIONER)),
    ("get", "/runs", Roles(RUNS)),
    ("get", "/runs.csv", Roles(RUNS)),
    ("get", "/runs/new", Roles(COMMISSIONER)),
    ("post", "/runs/new", Roles(COMMISSIONER)),
    ("get", "/runs/{reference}", Roles(RUNS)),
    ("get", "/runs/{reference}/application", Roles(COMMISSIONER)),
    ("post", "/runs/{reference}/application", Roles(COMMISSIONER)),
    ("post", "/runs/{reference}/cancellation", Roles(COMMISSIONER)),
];

/// The routes of the source: every `.route("address", web::method()` in it, debug-only patterns apart.
fn routes(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("page/patterns.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for part in text.split(".route(").skip(1) {
                let (_, after) = part.split_once('"').unwrap();
                let (address, after) = after.split_once('"').unwrap();
                let (_, after) = after.split_once("web::").unwrap();
                let (method, _) = after.split_once('(').unwrap();
                if method != "route" {
                    found.insert((method.to_owned(), address.to_owned()));
                }
            }
            assert!(!text.contains("web::resource("), "{}: routes are written with .route(", path.display());
        }
    }
}

#[test]
fn every_route_has_a_row_in_the_table() {
    let mut found = BTreeSet::new();
    routes(Path::new("src"), &mut found);
    let rows: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, address, _)| ((*method).to_owned(), (*address).to_owned())).collect();
    assert_eq!(found, rows);
    assert_eq!(rows.len(), TABLE.len(), "a row stands twice");
}

/// An address with something in each of its variable parts.
fn filled(address: &str) -> String {
    let mut path = String::new();
    let mut rest = address;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let (part, after) = after.split_once('}').unwrap();
        path.push_str(if matches!(part, "number" | "n" | "m") { "1" } else { "NOBODY" });
        rest = after;
    }
    path + rest
}

async fn call(browser: &mut Browser, method: &str, address: &str) -> StatusCode {
    let path = filled(address);
    let answer = match method {
        "get" => browser.get(&path).await,
        "post" => browser.post(&path, &[]).await,
        other => panic!("{other} is no method of ours"),
    };
    let is_sign_in = answer.status == StatusCode::SEE_OTHER && answer.location().starts_with("/sign-in");
    if is_sign_in && address != "/sign-out" { StatusCode::UNAUTHORIZED } else { answer.status }
}

async fn walk(engine: Engine) {
    let portal = TestPortal::new(engine);
    portal.add_organisations();
    let mut stranger = portal.stranger().await;
    for (method, address, may) in TABLE {
        let status = call(&mut stranger, method, address).await;
        match may {
            Anybody => assert!(
                !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
                "nobody: {method} {address} {status}"
            ),
            SignedIn if *address == "/sign-out" => assert_eq!(status, StatusCode::SEE_OTHER),
            SignedIn | Roles(_) => assert_eq!(status, StatusCode::UNAUTHORIZED, "nobody: {method} {address}"),
        }
    }
    for role in Role::ALL {
        let email = portal.add_member(*role);
        let mut browser = portal.signed_in(&email).await;
        for (method, address, may) in TABLE {
            let status = call(&mut browser, method, address).await;
            if address.starts_with("/sign-") || *address == "/account/sessions" {
                browser = portal.signed_in(&email).await;
            }
            assert!(!status.is_server_error(), "{}: {method} {address} {status}", role.word());
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{}: {method} {address}", role.word());
            let is_allowed = match may {
                Anybody | SignedIn => true,
                Roles(roles) => roles.contains(role),
            };
            assert_eq!(
                status != StatusCode::FORBIDDEN,
                is_allowed,
                "{}: {method} {address} {status}",
                role.word()
            );
            let expected = match AFTER_A_CODE.contains(address) {
                true => StatusCode::SEE_OTHER,
                false => StatusCode::OK,
            };
            if is_allowed && *method == "get" && !address.contains('{') {
                assert_eq!(status, expected, "{}: {address}", role.word());
            }
        }
    }
}

#[actix_web::test]
async fn every_route_answers_every_role_as_the_table_says_on_sqlite() {
    walk(Engine::Sqlite).await;
}

#[actix_web::test]
async fn every_route_answers_every_role_as_the_table_says_on_postgres() {
    walk(Engine::Postgres).await;
}

/// Design section 10: who gets 200 at the areas that are there.
#[test]
fn the_areas_are_open_to_the_roles_of_the_design() {
    let words = |roles: &[Role]| roles.iter().map(|role| role.word()).collect::<BTreeSet<_>>();
    let all: BTreeSet<_> = Role::ALL.iter().map(|role| role.word()).collect();
    let without: BTreeSet<_> = ["administrator", "keyer", "auditor"].into();
    assert_eq!(words(GROUPS), all.difference(&without).copied().collect());
    assert_eq!(words(RUNS), ["commissioner", "analyst"].into());
    assert_eq!(words(IMPORTS), ["administrator", "analyst", "keyer"].into());
    assert_eq!(words(DECISIONS), ["provider", "commissioner", "gp", "practice_staff"].into());
    let people =
        ["commissioner", "analyst", "gp", "practice_staff", "network_manager", "provider", "coordinator"];
    assert_eq!(words(PEOPLE), people.into());
    assert_eq!(words(COMMISSIONER), ["commissioner"].into());
}

/// A request that no form of ours sends: a method a page does not have.
#[actix_web::test]
async fn a_method_a_page_does_not_have_is_no_way_in() {
    let portal = TestPortal::new(Engine::Sqlite);
    let mut browser = portal.stranger().await;
    let request = TestRequest::with_uri("/account")
        .method(actix_web::http::Method::DELETE)
        .insert_header(("sec-fetch-site", "same-origin"));
    assert!(browser.send(request).await.status.is_client_error());
}
