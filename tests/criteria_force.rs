//! Criteria in force: several together, checked by an outsider, once however many servers, and regrouping by them.

use actix_web::http::StatusCode;
use common_ground::audit::Actor;
use common_ground::criteria::agreement::{clockwork, store};
use common_ground::criteria::store::{State, hash, in_force as all_in_force};
use common_ground::runs::store::locality;
use common_ground::schema::{audit_entries, criteria_versions, movements};
use diesel::prelude::*;

use crate::agreeing::{PAGE, agreeing, another_day, answer, decide, draft, in_force, letters, propose};
use crate::grouped::{day, group};
use crate::harness::TestPortal;
use crate::on_both;
use crate::samples::command;

const OLD: &str = "/criteria/LOC01/LTC_75/versions/2";

/// Drafts that only make sense together.
fn bundle(portal: &TestPortal) {
    let ill = draft(portal, "LTC_75", "age >= 75 and ltc_count >= 2");
    let well = draft(portal, "HEALTHY_75", "age >= 75 and not (ltc_count >= 2)");
    let now = portal.tools.clock.now().moment;
    portal.write(|conn| {
        let together = store::add(conn, now, &Actor::command_line(), ill.locality_id)?;
        store::put_in(conn, &together, &ill)?;
        store::put_in(conn, &together, &well)
    });
}

/// What a shell prints.
fn shell(script: &str) -> String {
    let output = std::process::Command::new("sh").args(["-c", script]).output().unwrap();
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).unwrap()
}

on_both! {
    async fn several_versions_are_agreed_as_one_and_an_outsider_can_check_them(portal) {
        let portal = agreeing(portal);
        bundle(&portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        let check = {
            propose(&mut ann, OLD, "2 4 2015", "1 4 2015").await;
            ann.get(OLD).await.text()
        };
        assert!(check.contains("Proposed together with") && check.contains("HEALTHY_75/versions/2"), "{check}");
        let asked: Vec<String> = letters(&portal).into_iter().map(|(to, _)| to).collect();
        assert_eq!(asked, ["one@example.org", "uno@example.org"], "each person once");
        let mut one = portal.signed_in("one@example.org").await;
        answer(&mut one, OLD, "agree", "").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        assert_eq!(decide(&mut bob, OLD, "approve", "2 4 2015", "").await.status, StatusCode::SEE_OTHER);
        let later = another_day(&portal, "2015-04-02");
        assert_eq!((in_force(&later, "LTC_75", "2015-04-02").0, in_force(&later, "HEALTHY_75", "2015-04-02").0), (2, 2));

        let file = portal.folder().join("criteria.txt");
        let path = file.to_str().unwrap();
        let as_of = ["criteria", "export", "LOC01", path];
        assert_eq!(command(&later, &as_of).code, 0);
        later.work().await;
        let sheet = ann.get(&format!("{OLD}/sheet")).await.text();
        let guide = std::fs::read_to_string("docs/criteria.md").unwrap();
        let script = guide.lines().find(|line| line.starts_with("awk")).unwrap();
        let mut hashes = Vec::new();
        for group in ["HEALTHY_75", "LTC_75"] {
            let script = script.replace("LTC_75", group).replace("FILE", path);
            let hash = shell(&script).split(' ').next().unwrap().to_owned();
            assert!(sheet.contains(&hash), "{group}: {hash}: {sheet}");
            hashes.push(hash);
        }
        let [well, ill] = &hashes[..] else { unreachable!() };
        let both = shell(&format!("printf 'HEALTHY_75 %s\\nLTC_75 %s\\n' {well} {ill} | sha256sum"));
        let both = both.split(' ').next().unwrap();
        assert!(sheet.contains(both), "{both}: {sheet}");
        assert_eq!(*ill, hash("age >= 75 and ltc_count >= 2"));
        assert!(sheet.contains("1 of 1 agreed") && sheet.contains("What it was to do, at approval"), "{sheet}");

        let mut ann = later.signed_in("ann@example.org").await;
        let agreed = ann.get("/criteria/LOC01/agreed").await.text();
        assert_eq!(agreed.matches("<section").count(), 9);
        assert!(agreed.contains("approved by Sample bob@example.org"), "{agreed}");
        let places: Vec<usize> =
            ["EXCLUDED", "LTC_75", "HEALTHY_75", "CANCER"].map(|code| agreed.find(&format!("/{code}/versions")).unwrap_or(agreed.find(code).unwrap_or(0))).into();
        assert!(places[1] < places[2], "in the order in which groups are tried");
        let text = ann.get("/criteria/LOC01/agreed.txt").await;
        assert_eq!(text.text(), std::fs::read_to_string(&file).unwrap(), "the file that is exported");
        assert_eq!(command(&later, &["criteria", "import", "LOC02", path]).code, 0, "it imports again");
    }
}

on_both! {
    async fn however_many_servers_one_puts_it_in_force(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LD", "age >= 18 and learning_disability");
        let mut ann = portal.signed_in("ann@example.org").await;
        propose(&mut ann, PAGE, "2 4 2015", "1 4 2015").await;
        for who in ["one@example.org", "two@example.org"] {
            answer(&mut portal.signed_in(who).await, PAGE, "agree", "").await;
        }
        decide(&mut portal.signed_in("bob@example.org").await, PAGE, "approve", "2 4 2015", "").await;
        let later = another_day(&portal, "2015-04-02");
        let servers: Vec<_> = (0..4).map(|_| {
            let tools = later.tools.clone();
            std::thread::spawn(move || clockwork::tend(&tools).unwrap())
        }).collect();
        servers.into_iter().for_each(|server| server.join().unwrap());
        let (put, standing): (i64, i64) = portal.read(|conn| {
            let put = audit_entries::table.filter(audit_entries::verb.eq("put criteria in force"));
            let standing = criteria_versions::table
                .filter(criteria_versions::group_code.eq("LD").and(criteria_versions::locality_id.eq(1)))
                .filter(criteria_versions::state.eq("in_force"));
            Ok((put.count().get_result(conn)?, standing.count().get_result(conn)?))
        });
        assert_eq!((put, standing), (1, 1));
    }
}

on_both! {
    async fn the_first_set_that_is_agreed_counts_for_every_earlier_date(portal) {
        let portal = agreeing(portal);
        portal.write(|conn| Ok(diesel::delete(criteria_versions::table.filter(criteria_versions::locality_id.eq(1))).execute(conn)?));
        draft(&portal, "LD", "age >= 18 and learning_disability");
        let page = "/criteria/LOC01/LD/versions/1";
        propose(&mut portal.signed_in("ann@example.org").await, page, "2 4 2015", "1 4 2015").await;
        for who in ["one@example.org", "two@example.org"] {
            answer(&mut portal.signed_in(who).await, page, "agree", "").await;
        }
        decide(&mut portal.signed_in("bob@example.org").await, page, "approve", "2 4 2015", "").await;
        another_day(&portal, "2015-04-02").work().await;
        assert_eq!(in_force(&portal, "LD", "1999-01-01").0, 1);
        let states = portal.read(|conn| {
            let here = locality(conn, "LOC01")?.unwrap().id;
            Ok(all_in_force(conn, here, day())?.into_iter().map(|version| version.state).collect::<Vec<_>>())
        });
        assert_eq!(states, [State::InForce]);
    }
}

on_both! {
    async fn people_are_regrouped_by_what_took_force_once_a_commissioner_says_so(portal) {
        let portal = agreeing(portal);
        group(&portal, "LOC01", day());
        bundle(&portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        propose(&mut ann, OLD, "2 4 2015", "1 4 2015").await;
        answer(&mut portal.signed_in("one@example.org").await, OLD, "agree", "").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        assert_eq!(decide(&mut bob, OLD, "approve", "2 4 2015", "").await.status, StatusCode::SEE_OTHER);
        let impact = ann.get(OLD).await.text();
        assert!(impact.contains("On 2 April 2015, against what is in force that day"), "{impact}");
        let later = another_day(&portal, "2015-04-02");
        later.work().await;
        let mut ann = later.signed_in("ann@example.org").await;
        let waiting = ann.get("/criteria").await.text();
        assert!(waiting.contains("In force since 2 April 2015, not yet applied"), "{waiting}");
        later.work().await;
        let page = ann.get("/criteria").await.text();
        let words = page.split_once("not yet applied: ").unwrap_or_else(|| panic!("{page}")).1;
        let people: i64 = words.split(' ').next().unwrap().parse().unwrap();
        assert!(people > 0 && words.contains("would move"), "{words}");
        assert!(ann.get("/").await.text().contains("</span> locality with criteria not applied yet</a>"));
        let run = page.split_once("href=\"/runs/").unwrap().1.split('"').next().unwrap().to_owned();
        let form = ann.get(&format!("/runs/{run}/application")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        ann.post(&format!("/runs/{run}/application"), &[("key", &*key), ("version", &*version)]).await;
        later.work().await;
        let moved: Vec<(String, String)> = portal.read(|conn| {
            Ok(movements::table
                .filter(movements::reference.eq(&run))
                .select((movements::cause, movements::reference))
                .load(conn)?)
        });
        assert_eq!(moved.len() as i64, people);
        assert!(moved.iter().any(|(cause, _)| cause == "criteria_change"), "{moved:?}");
        assert!(!ann.get("/criteria").await.text().contains("not yet applied"));
        let mut one = later.signed_in("one@example.org").await;
        let home = one.get("/").await.text();
        assert!(home.contains("Joined this month") && home.contains("month=2015-04&#38;from=LTC_75"), "{home}");
    }
}

on_both! {
    async fn a_draft_that_was_changed_after_the_check_is_not_proposed(portal) {
        let portal = agreeing(portal);
        let version = draft(&portal, "LD", "age >= 18 and learning_disability");
        let mut ann = portal.signed_in("ann@example.org").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let (mine, theirs) = (ann.get(&format!("{PAGE}/proposal")).await, bob.get(&format!("{PAGE}/proposal")).await);
        let send = |form: &crate::harness::Answer, reason: &'static str| {
            [
                ("key", form.field("key")), ("version", form.field("version")), ("reason", reason.to_owned()),
                ("equality_note", "e".into()), ("force_day", "1 6 2015".into()), ("answer_by_day", "10 4 2015".into()),
            ]
        };
        let typed = send(&theirs, "Bob's reason");
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, &**value)).collect();
        assert_eq!(bob.post(&format!("{PAGE}/proposal"), &typed).await.status, StatusCode::SEE_OTHER);
        let typed = send(&mine, "Ann's reason");
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, &**value)).collect();
        let stale = ann.post(&format!("{PAGE}/proposal"), &typed).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let text = stale.text();
        assert!(text.contains("Bob&#39;s reason") && text.contains("Ann&#39;s reason"), "{text}");

        let check = ann.get(&format!("{PAGE}/proposal/check")).await;
        let (key, kept, hash) = (check.field("key"), check.field("version"), check.field("hash"));
        portal.write(|conn| {
            let text = "age >= 19 and learning_disability";
            diesel::update(criteria_versions::table.find(version.id))
                .set((criteria_versions::text.eq(text), criteria_versions::text_hash.eq(common_ground::criteria::store::hash(text))))
                .execute(conn)?;
            Ok(())
        });
        let form = [("key", &*key), ("version", &*kept), ("hash", &*hash)];
        let changed = ann.post(&format!("{PAGE}/proposal/check"), &form).await;
        assert_eq!(changed.status, StatusCode::CONFLICT);
        let text = changed.text();
        assert!(text.contains(&hash) && text.contains("age &#62;= 19"), "{text}");
        assert_eq!(in_force(&portal, "LD", "2015-06-01").0, 1);
    }
}
