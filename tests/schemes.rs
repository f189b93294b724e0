//! A locality's grouping scheme: read, drafted and changed one step at a time.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::criteria::agreement::clockwork;
use common_ground::criteria::store::hash;
use common_ground::groups::scheme::CancerMode;
use common_ground::runs::store::by_reference;
use common_ground::schema::movements;
use diesel::prelude::*;

use crate::agreeing::{
    PAGE, agreeing, another_day, answer, care, decide, draft, letters, own_scheme_in_force, propose,
};
use crate::drafts::{begun, plain};
use crate::grouped::{day, group, loaded};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

const VERSION: &str = "/criteria/LOC01/SCHEME/versions/1";
const DRAFT: &str = "/criteria/LOC01/SCHEME/versions/1/edit";

async fn commissioner(portal: &TestPortal, email: &str) -> Browser {
    portal.add_user(email, Role::Commissioner, Some("CCG01"));
    portal.signed_in(email).await
}

async fn started(browser: &mut Browser) {
    let key = browser.get("/criteria/LOC01/SCHEME").await.field("key");
    let answer = browser.post("/criteria/LOC01/SCHEME/drafts", &[("key", &key)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, DRAFT));
}

async fn step(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(DRAFT).await;
    let (key, version) = (page.field("key"), page.field("version"));
    let form: Vec<(&str, &str)> =
        fields.iter().copied().chain([("key", &*key), ("version", &*version)]).collect();
    browser.post(DRAFT, &form).await
}

on_both! {
    async fn a_locality_without_one_of_its_own_has_the_shipped_scheme(portal) {
        let portal = loaded(portal);
        let mut browser = commissioner(&portal, "ann@example.org").await;
        let page = browser.get("/criteria/LOC01/SCHEME").await.text();
        assert!(page.contains("The shipped scheme") && page.contains("has agreed no scheme of its own"), "{page}");
        let order = ["EXCLUDED", "ADV_ORGANIC", "LD", "SEMI", "LTC_75", "LTC_16_74", "HEALTHY_75", "HEALTHY_16_74"];
        let places: Vec<usize> = order.iter().map(|code| page.find(&format!("({code})")).unwrap()).collect();
        assert!(places.is_sorted(), "{page}");
    }
}

on_both! {
    async fn a_draft_is_changed_step_by_step_and_says_what_it_changes(portal) {
        let portal = loaded(portal);
        let mut browser = commissioner(&portal, "ann@example.org").await;
        started(&mut browser).await;
        let steps: [&[(&str, &str)]; 5] = [
            &[("step", "rename"), ("code", "LD"), ("label", "Learning disability"), ("description", "x < y")],
            &[("step", "earlier"), ("code", "LD")],
            &[("step", "add"), ("new_code", "frail_85"), ("new_label", "Frail people"), ("new_description", "")],
            &[("step", "cancer"), ("cancer", "home_group")],
            &[("step", "supplementary"), ("co_ordination", "A named nurse"), ("amount", "£1,200")],
        ];
        for fields in steps {
            let answer = step(&mut browser, fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{fields:?}: {}", answer.text());
        }
        let page = browser.get("/criteria/LOC01/SCHEME/versions/1").await.text();
        for said in [
            "is renamed Learning disability",
            "Frail people (FRAIL_85) is added.",
            "placed in a group of their own",
            "tried in another order",
            "A named nurse",
            "£1,200 per person and year",
            "x &#60; y",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let page = browser.get("/criteria/LOC01/SCHEME").await.text();
        assert!(page.contains("The shipped scheme"), "a draft does not count yet");
    }
}

on_both! {
    async fn a_mistaken_step_keeps_what_was_typed_and_changes_nothing(portal) {
        let portal = loaded(portal);
        let mut browser = commissioner(&portal, "ann@example.org").await;
        started(&mut browser).await;
        let fields = [("step", "add"), ("new_code", "LD"), ("new_label", "Others"), ("new_description", "Some")];
        let answer = step(&mut browser, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("A code is never used twice") && page.contains("value=\"Others\""), "{page}");
        let answer = step(&mut browser, &[("step", "supplementary"), ("amount", "much")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Enter an amount in pounds") && answer.text().contains("value=\"much\""));
        let page = browser.get("/criteria/LOC01/SCHEME/versions/1").await.text();
        assert!(page.contains("It says the same as the scheme before it."), "{page}");
    }
}

on_both! {
    async fn of_two_who_edit_one_draft_the_second_is_told_and_loses_nothing(portal) {
        let portal = loaded(portal);
        let mut first = commissioner(&portal, "ann@example.org").await;
        let mut second = commissioner(&portal, "bob@example.org").await;
        started(&mut first).await;
        let open = second.get(DRAFT).await;
        assert_eq!(step(&mut first, &[("step", "retire"), ("code", "SEMI")]).await.status, StatusCode::SEE_OTHER);
        let (key, version) = (open.field("key"), open.field("version"));
        let form = [("step", "earlier"), ("code", "LD"), ("key", &*key), ("version", &*version)];
        let stale = second.post(DRAFT, &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Try LD one place earlier"), "{}", stale.text());
        let (key, version) = (stale.field("key"), stale.field("version"));
        let form = [("step", "earlier"), ("code", "LD"), ("key", &*key), ("version", &*version)];
        assert_eq!(second.post(DRAFT, &form).await.status, StatusCode::SEE_OTHER);
        let again = second.post(DRAFT, &form).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "sent twice, done once");
        let page = first.get("/criteria/LOC01/SCHEME/versions/1").await.text();
        assert!(page.contains("is retired") && page.contains("tried in another order"), "{page}");
    }
}

on_both! {
    async fn a_draft_is_shown_to_planners_of_the_locality_alone(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        started(&mut ann).await;
        portal.add_user("lay@example.org", Role::LayPartner, Some("CCG01"));
        portal.add_user("far@example.org", Role::Commissioner, Some("CCG02"));
        let mut lay = portal.signed_in("lay@example.org").await;
        let draft = lay.get("/criteria/LOC01/SCHEME/versions/1").await;
        let nothing = lay.get("/criteria/LOC01/SCHEME/versions/9").await;
        assert_eq!((draft.status, nothing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(draft.body, nothing.body);
        assert!(!lay.get("/criteria/LOC01/SCHEME").await.text().contains("versions/1"));
        let mut far = portal.signed_in("far@example.org").await;
        for address in ["/criteria/LOC01/SCHEME", "/criteria/LOC01/SCHEME/versions/1", DRAFT] {
            assert_eq!(far.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
    }
}

on_both! {
    async fn an_agreed_scheme_takes_force_on_its_date_and_places_people_anew(portal) {
        let portal = agreeing(portal);
        group(&portal, "LOC01", day());
        let mut ann = portal.signed_in("ann@example.org").await;
        started(&mut ann).await;
        let rename = [("step", "rename"), ("code", "CANCER"), ("label", "Cancer care"), ("description", "")];
        for fields in [&rename[..], &[("step", "cancer"), ("cancer", "home_group")]] {
            assert_eq!(step(&mut ann, fields).await.status, StatusCode::SEE_OTHER);
        }
        let page = VERSION;
        let preview = ann.get(&format!("{page}/preview")).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
        assert!(preview.text().contains("change group in all") && !preview.text().contains("Nobody would move"));
        let proposed = propose(&mut ann, page, "2 4 2015", "1 4 2015").await;
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
        let mut one = portal.signed_in("one@example.org").await;
        let form = one.get(&format!("{page}/answer")).await.text();
        assert!(form.contains("placed in a group of their own"), "{form}");
        for email in ["one@example.org", "two@example.org"] {
            let mut network = portal.signed_in(email).await;
            assert_eq!(answer(&mut network, page, "agree", "").await.status, StatusCode::SEE_OTHER, "{email}");
        }
        let mut bob = portal.signed_in("bob@example.org").await;
        let decided = decide(&mut bob, page, "approve", "2 4 2015", "").await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
        let later = another_day(&portal, "2015-04-02");
        clockwork::tend(&later.tools).unwrap();
        let mut bob = later.signed_in("bob@example.org").await;
        let scheme = bob.get("/criteria/LOC01/SCHEME").await.text();
        assert!(scheme.contains("Version 1") && scheme.contains("In force"), "{scheme}");
        let sheet = bob.get(&format!("{page}/sheet")).await;
        assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.text());
        assert!(bob.get("/criteria/LOC01/agreed").await.text().contains("Grouping scheme, version 1"));
        let file = bob.get(&format!("{page}/scheme.json")).await.text();
        let document = bob.get(page).await.text();
        assert!(document.contains(&hash(&file)), "an outsider can check the hash: {document}");
        let run = group(&later, "LOC01", "2015-04-02".parse().unwrap());
        let run = later.read(|conn| by_reference(conn, &run.reference)).unwrap();
        let summary = run.summary().unwrap().unwrap();
        assert_eq!((summary.scheme, summary.cancer_mode), (1, CancerMode::HomeGroup));
        let cancer = summary.groups.iter().find(|group| group.code == "CANCER").unwrap();
        assert!(!cancer.overlay && cancer.people > 0, "{cancer:?}");
        let moved: i64 = later.read(|conn| {
            Ok(movements::table
                .filter(movements::to_group.eq("CANCER").and(movements::cause.eq("criteria_change")))
                .count()
                .get_result(conn)?)
        });
        assert_eq!(u64::try_from(moved).unwrap(), cancer.people);
        let groups = bob.get("/groups?locality=LOC01").await.text();
        assert!(groups.contains("group=CANCER"), "{groups}");
        for address in ["/people?locality=LOC01&group=CANCER", "/movements?locality=LOC01&to=CANCER"] {
            let list = bob.get(address).await.text();
            assert!(list.contains("Cancer care") && list.contains("<option value=\"CANCER\""), "{list}");
        }
    }
}

on_both! {
    async fn pages_of_criteria_call_groups_as_the_scheme_of_the_locality_does(portal) {
        let portal = agreeing(portal);
        own_scheme_in_force(&portal);
        draft(&portal, "LD", "age >= 18 and learning_disability");
        draft(&portal, "FRAIL_85", "age >= 80 and ltc_count >= 2");
        let mut ann = portal.signed_in("ann@example.org").await;
        let page = ann.get(PAGE).await.text();
        assert!(page.contains("<title>Help with learning, version 2"), "{page}");
        let edit = ann.get(&format!("{PAGE}/edit")).await.text();
        assert!(edit.contains("Frail people, version 2"), "what it can be put together with: {edit}");
        let preview = ann.get(&format!("{PAGE}/preview")).await.text();
        assert!(preview.contains("Help with learning") && preview.contains("Frail people"), "{preview}");
        let list = ann.get(&format!("{PAGE}/preview/people?placed=LD&meet=FRAIL_85")).await.text();
        assert!(list.contains("placed in Help with learning, meeting Frail people too"), "{list}");
        for page in [&edit, &preview, &list] {
            assert!(!page.contains("People with a learning disability") && !page.contains("FRAIL_85</"), "{page}");
        }
        let proposed = propose(&mut ann, PAGE, "2 4 2015", "1 4 2015").await;
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
        let mut one = portal.signed_in("one@example.org").await;
        assert!(one.get("/").await.text().contains("Answer Help with learning, version 2"));
    }
}

on_both! {
    async fn pages_of_care_agreements_call_groups_as_the_scheme_of_the_locality_does(portal) {
        let portal = agreeing(portal);
        own_scheme_in_force(&portal);
        portal.add_user("admin@example.org", Role::Administrator, None);
        let mut admin = portal.signed_in("admin@example.org").await;
        let page = admin.get("/admin/organisations/PN01").await.text();
        assert!(page.contains("Help with learning"), "{page}");
        let form = admin.get("/admin/organisations/PN01/care-agreements/new").await.text();
        assert!(form.contains("Frail people"), "{form}");
        let end = admin.get("/admin/organisations/PN01/care-agreements/LOC01/LD/2015-04-01").await.text();
        assert!(end.contains("cares for Help with learning in"), "{end}");
    }
}

/// Retires severe mental illness in a draft and proposes it.
async fn proposed_without_semi(ann: &mut Browser) {
    started(ann).await;
    assert_eq!(step(ann, &[("step", "retire"), ("code", "SEMI")]).await.status, StatusCode::SEE_OTHER);
    let sent = propose(ann, VERSION, "2 4 2015", "1 4 2015").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
}

async fn agreed_by_both(portal: &TestPortal, page: &str, force: &str) {
    for email in ["one@example.org", "two@example.org"] {
        let mut network = portal.signed_in(email).await;
        assert_eq!(answer(&mut network, page, "agree", "").await.status, StatusCode::SEE_OTHER, "{email}");
    }
    let mut bob = portal.signed_in("bob@example.org").await;
    let decided = decide(&mut bob, page, "approve", force, "").await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
}

on_both! {
    async fn no_second_scheme_is_drafted_beside_one_that_is_on_its_way(portal) {
        let portal = agreeing(portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        let key = ann.get("/criteria/LOC01/SCHEME").await.field("key");
        proposed_without_semi(&mut ann).await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let drafts = "/criteria/LOC01/SCHEME/drafts";
        let refused = bob.post(drafts, &[("key", &key)]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let text = refused.text();
        assert!(text.contains("is proposed already") && text.contains(&format!("href=\"{VERSION}\"")), "{text}");
        agreed_by_both(&portal, VERSION, "2 4 2015").await;
        let refused = bob.post(drafts, &[("key", "another-key")]).await;
        assert!(refused.text().contains("takes force soon"), "{}", refused.text());
        let later = another_day(&portal, "2015-04-02");
        clockwork::tend(&later.tools).unwrap();
        let mut bob = later.signed_in("bob@example.org").await;
        let draft = bob.post(drafts, &[("key", "a-third-key")]).await;
        assert_eq!(draft.location(), "/criteria/LOC01/SCHEME/versions/2/edit", "{}", draft.text());
    }
}

on_both! {
    async fn a_returned_scheme_is_gone_on_with_on_the_day_of_the_system(portal) {
        let portal = agreeing(portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        proposed_without_semi(&mut ann).await;
        for (email, reply) in [("one@example.org", "agree"), ("two@example.org", "request_change")] {
            let mut network = portal.signed_in(email).await;
            answer(&mut network, VERSION, reply, "Keep it").await;
        }
        let mut bob = portal.signed_in("bob@example.org").await;
        let returned = decide(&mut bob, VERSION, "return", "2 4 2015", "Keep it for now").await;
        assert_eq!(returned.status, StatusCode::SEE_OTHER, "{}", returned.text());
        let draft = ann.post("/criteria/LOC01/SCHEME/drafts", &[("key", "again")]).await;
        assert_eq!(draft.status, StatusCode::SEE_OTHER, "{}", draft.text());
        let page = ann.get("/criteria/LOC01/SCHEME/versions/2").await.text();
        assert!(page.contains("is retired"), "what was returned is not typed again: {page}");
        assert!(page.contains("Drafted by Sample ann@example.org"), "{page}");
        let (_, happened) = page.split_once("What happened").unwrap();
        let (drafted, _) = happened.split_once("</li>").unwrap();
        assert!(drafted.contains("1 April 2015"), "drafted on the day of the system: {drafted}");
    }
}

on_both! {
    async fn criteria_of_a_group_that_a_scheme_retires_are_withdrawn_with_it(portal) {
        let portal = agreeing(portal);
        care(&portal, "PN01", "SEMI");
        let mut ann = portal.signed_in("ann@example.org").await;
        draft(&portal, "SEMI", "age >= 18 and serious_mental_illness");
        let semi = "/criteria/LOC01/SEMI/versions/2";
        assert_eq!(propose(&mut ann, semi, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        proposed_without_semi(&mut ann).await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let page = bob.get(&format!("{VERSION}/decision")).await.text();
        assert!(page.contains("Withdrawn when this takes force") && page.contains(&format!("href=\"{semi}\"")), "{page}");
        agreed_by_both(&portal, VERSION, "2 4 2015").await;
        let third = draft(&portal, "SEMI", "age >= 20 and serious_mental_illness");
        assert_eq!(third.number, 3);
        let terms = [
            ("reason", "Why not"), ("equality_note", "None"), ("force_day", "1 5 2015"), ("answer_by_day", "10 4 2015"),
            ("key", "by-hand"), ("version", "0"),
        ];
        let refused = ann.post("/criteria/LOC01/SEMI/versions/3/proposal", &terms).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("so its criteria would place nobody"), "{}", refused.text());
        let before = letters(&portal).len();
        assert!(ann.get(semi).await.text().contains(">Proposed<"), "until the scheme takes force");
        let later = another_day(&portal, "2015-04-02");
        clockwork::tend(&later.tools).unwrap();
        clockwork::tend(&later.tools).unwrap();
        let mut ann = later.signed_in("ann@example.org").await;
        let page = ann.get(semi).await.text();
        assert!(page.contains("Withdrawn by Common Ground"), "{page}");
        assert!(page.contains("Grouping scheme, version 1 took force and retires"), "{page}");
        let mut told: Vec<String> = letters(&portal).split_off(before).into_iter()
            .filter(|(_, letter)| letter == "criteria_withdrawn").map(|(to, _)| to).collect();
        told.sort();
        assert_eq!(told, ["ann@example.org", "one@example.org", "uno@example.org"], "each once");
        let agreed = ann.get("/criteria/LOC01/agreed").await.text();
        assert!(!agreed.contains("serious_mental_illness</code>"), "its criteria are tried no more: {agreed}");
    }
}

on_both! {
    async fn a_new_group_and_its_criteria_are_drafted_and_agreed_together(portal) {
        let portal = agreeing(portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        started(&mut ann).await;
        let add = [("step", "add"), ("new_code", "FRAIL_85"), ("new_label", "Frail people"), ("new_description", "")];
        assert_eq!(step(&mut ann, &add).await.status, StatusCode::SEE_OTHER);
        for _ in 0..4 {
            let earlier = [("step", "earlier"), ("code", "FRAIL_85")];
            assert_eq!(step(&mut ann, &earlier).await.status, StatusCode::SEE_OTHER);
        }
        let page = ann.get(DRAFT).await.text();
        assert!(page.contains("href=\"/criteria/LOC01/FRAIL_85/draft\">Draft its criteria"), "{page}");
        assert_eq!(page.matches("Draft its criteria").count(), 1, "the others have criteria: {page}");
        let made = begun(&mut ann, "FRAIL_85", &[("from", "text"), ("text", "age >= 80 and ltc_count >= 1")]).await;
        assert_eq!(made.location(), "/criteria/LOC01/FRAIL_85/versions/1/edit");
        let draft = ann.get(made.location()).await.text();
        assert!(draft.contains("<a href=\"/criteria/LOC01/SCHEME/versions/1/edit\">Grouping scheme, version 1</a>"), "{draft}");
        let page = ann.get(DRAFT).await.text();
        assert!(page.contains("/FRAIL_85/versions/1/edit\">Go on with its criteria"), "{page}");
        let list = plain(&ann.get("/criteria?locality=LOC01").await.text());
        assert!(list.contains("Not yet") && list.contains("Frail people"), "{list}");
        let group_page = ann.get("/criteria/LOC01/FRAIL_85").await.text();
        assert!(!group_page.contains("/groups/LOC01/FRAIL_85"), "it has no such page yet: {group_page}");
        let preview = ann.get("/criteria/LOC01/FRAIL_85/versions/1/preview").await.text();
        assert!(preview.contains("Frail people") && !preview.contains("Nobody would move"), "{preview}");
        let proposed = propose(&mut ann, VERSION, "2 4 2015", "1 4 2015").await;
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text());
        for email in ["one@example.org", "two@example.org"] {
            let mut network = portal.signed_in(email).await;
            assert_eq!(answer(&mut network, VERSION, "agree", "").await.status, StatusCode::SEE_OTHER, "{email}");
        }
        let mut bob = portal.signed_in("bob@example.org").await;
        let decided = decide(&mut bob, VERSION, "approve", "2 4 2015", "").await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
        let later = another_day(&portal, "2015-04-02");
        clockwork::tend(&later.tools).unwrap();
        let run = group(&later, "LOC01", "2015-04-02".parse().unwrap());
        let summary = later.read(|conn| by_reference(conn, &run.reference)).unwrap().summary().unwrap().unwrap();
        assert!(summary.groups.iter().any(|group| group.code == "FRAIL_85" && group.people > 0), "{summary:?}");
    }
}

on_both! {
    async fn a_file_of_drafts_may_hold_the_groups_of_a_locality_and_no_others(portal) {
        let portal = agreeing(portal);
        own_scheme_in_force(&portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        let blocks = "group FRAIL_85\nage >= 90\n\ngroup LD\nage >= 18 and learning_disability";
        let made = begun(&mut ann, "LD", &[("from", "text"), ("text", blocks)]).await;
        assert_eq!(made.location(), format!("{PAGE}/edit"));
        let wrong = begun(&mut ann, "LD", &[("from", "text"), ("text", "group FRAIL_95\nage >= 95")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("FRAIL_95 is no group of the locality&#39;s scheme"), "{}", wrong.text());
    }
}
