//! Questionnaires on paper: files of them.

use std::collections::BTreeMap;

use common_ground::access::Role;
use common_ground::imports::kind::Kind;
use common_ground::ltc6::answers::Answers;
use common_ground::ltc6::ballot::seal::PrivateKey;
use common_ground::ltc6::campaign::{State, Stratum};
use common_ground::schema::{campaigns, imports, ltc6_box, ltc6_paper_returns, organisations};
use diesel::prelude::*;

use super::asked::{Asked, another, asked};
use crate::harness::TestPortal;
use crate::imports::loading::{Trial, example};
use crate::imports::pages::{checked, confirm};
use crate::on_both;
use crate::samples::command;

/// The campaign of the samples, open.
fn c2015(portal: &TestPortal) -> Asked {
    portal.add_organisations();
    let maker = portal.add_user("maker@example.org", Role::Commissioner, Some("CCG01"));
    another(portal, maker, "C2015", "2015-03-01".parse().unwrap(), &[(Stratum::Low, 1)])
}

/// A keyer of another commissioner, which has no locality.
pub fn add_far_keyer(portal: &TestPortal) {
    portal.write(|conn| {
        diesel::insert_into(organisations::table)
            .values((
                organisations::code.eq("CCG02"),
                organisations::name.eq("Far CCG"),
                organisations::name_key.eq("far ccg"),
                organisations::kind.eq("commissioner"),
                organisations::commissioner_kind.eq("ccg"),
                organisations::opened_on.eq("2013-04-01".parse::<chrono::NaiveDate>().unwrap()),
            ))
            .execute(conn)?;
        Ok(())
    });
    portal.add_user("far@example.org", Role::Keyer, Some("CCG02"));
}

/// What is sealed in the box, by level.
pub fn opened(portal: &TestPortal, asked: &Asked) -> BTreeMap<Stratum, Vec<Answers>> {
    let key = PrivateKey::read(&portal.tools.keys, &asked.campaign.reference).unwrap().unwrap();
    let rows: Vec<(Stratum, Vec<u8>)> =
        portal.read(|conn| Ok(ltc6_box::table.select((ltc6_box::level, ltc6_box::sealed)).load(conn)?));
    let mut opened: BTreeMap<Stratum, Vec<Answers>> = BTreeMap::new();
    for (level, sealed) in rows {
        opened.entry(level).or_default().push(key.open(&sealed).unwrap());
    }
    opened
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

on_both! {
    async fn a_file_of_returns_is_sealed_and_again_changes_nothing(portal) {
        let asked = c2015(&portal);
        let file = example("good-ltc6-paper-returns.csv");
        let arguments = ["import", "ltc6-paper-returns", file.to_str().unwrap(), "--json"];
        let said = json(&command(&portal, &arguments).out);
        let figures = ["rows", "new", "changed", "unchanged", "errors_total"].map(|name| &said[name]);
        assert_eq!(figures, [5, 5, 0, 0, 0], "{said}");
        let opened = opened(&portal, &asked);
        let counts: Vec<(Stratum, usize)> = opened.iter().map(|(level, some)| (*level, some.len())).collect();
        assert_eq!(counts, [(Stratum::Low, 1), (Stratum::Medium, 1), (Stratum::High, 2), (Stratum::None, 1)]);
        assert_eq!(opened[&Stratum::Medium][0].improve, "More time with the nurse, please");
        assert_eq!(opened[&Stratum::None][0].confidence, "Someone to ring who knows \"the plan\"");
        let numbers: Vec<(String, i64)> = portal.read(|conn| Ok(ltc6_paper_returns::table
            .order(ltc6_paper_returns::number)
            .select((ltc6_paper_returns::batch, ltc6_paper_returns::number)).load(conn)?));
        assert_eq!(numbers, (1..=5).map(|number| ("BOX1".to_owned(), number)).collect::<Vec<_>>());
        let again = json(&command(&portal, &arguments).out);
        assert_eq!((&again["new"], &again["unchanged"]), (&0.into(), &5.into()));
        let other = std::fs::read_to_string(&file).unwrap().replace("3,3,3,3,3,3", "0,0,0,0,0,0") + "BOX1,6,C2015,2015-03-10,low,,1,1,1,1,1,1,,\n";
        let changed = portal.folder().join("other.csv");
        std::fs::write(&changed, other).unwrap();
        let report = Trial::of(&portal, Kind::PaperReturns, changed).load();
        assert_eq!((report.new, report.changed, report.unchanged), (1, 0, 5), "one taken before is not compared");
        let rows: i64 = portal.read(|conn| Ok(ltc6_box::table.count().get_result(conn)?));
        assert_eq!(rows, 6);
        let hash: String = portal.read(|conn| Ok(imports::table.order(imports::id).select(imports::file_hash).first(conn)?));
        use sha2::Digest;
        let plain = common_ground::keys::hex(&sha2::Sha256::digest(std::fs::read(&file).unwrap()));
        assert_ne!(hash, plain, "a short file could be found again by its hash");
    }
}

on_both! {
    async fn a_bad_file_of_returns_is_refused_whole_and_a_warned_one_needs_yes(portal) {
        c2015(&portal);
        let bad = example("bad-ltc6-paper-returns.csv");
        let said = command(&portal, &["import", "ltc6-paper-returns", bad.to_str().unwrap(), "--json"]);
        assert_eq!((said.code, &json(&said.out)["errors_total"]), (1, &9.into()));
        assert!(!said.out.contains("9990001"), "{}", said.out);
        let refused = example("ltc6-with-identifier-REFUSED.csv");
        let said = command(&portal, &["import", "ltc6-paper-returns", refused.to_str().unwrap(), "--json"]);
        assert_eq!((said.code, &json(&said.out)["errors"][0]["code"]), (1, &"E_IDENTIFIER_PRESENT".into()));
        let blank = portal.folder().join("blank.csv");
        std::fs::write(&blank, "batch_ref,return_no,campaign_code,received_on,q1,q2,q3,q4,q5,q6\nBOX9,1,C2015,2015-03-10,,,,,,\n").unwrap();
        let blank = blank.to_str().unwrap();
        assert_eq!(command(&portal, &["import", "ltc6-paper-returns", blank]).code, 1);
        assert_eq!(command(&portal, &["import", "ltc6-paper-returns", blank, "--yes"]).code, 0);
        let rows: i64 = portal.read(|conn| Ok(ltc6_box::table.count().get_result(conn)?));
        assert_eq!(rows, 1, "a blank return is counted as returned");
    }
}

on_both! {
    async fn a_counted_campaign_takes_no_paper_even_where_the_file_was_checked_before(portal) {
        let asked = c2015(&portal);
        let trial = Trial::of(&portal, Kind::PaperReturns, example("good-ltc6-paper-returns.csv"));
        let expected = trial.checked();
        portal.write(|conn| Ok(diesel::update(campaigns::table.find(asked.campaign.id))
            .set(campaigns::state.eq(State::Counted)).execute(conn)?));
        assert!(trial.errors() > 0);
        assert!(trial.refuses(&expected));
        let rows: i64 = portal.read(|conn| Ok(ltc6_box::table.count().get_result(conn)?));
        assert_eq!(rows, 0);
    }
}

on_both! {
    async fn a_keyer_loads_paper_returns_of_their_own_campaigns_and_nothing_else(portal) {
        asked(&portal, &[(Stratum::Low, 1)]);
        portal.add_user("kim@example.org", Role::Keyer, Some("CCG01"));
        add_far_keyer(&portal);
        let sample = std::fs::read_to_string(example("good-ltc6-paper-returns.csv")).unwrap();
        let today = crate::harness::today().to_string();
        let bytes = sample.replace("C2015,2015-03-10", &format!("L2026,{today}")).into_bytes();
        let mut far = portal.signed_in("far@example.org").await;
        let address = checked(&portal, &mut far, "ltc6-paper-returns", "far.csv", &bytes).await;
        assert!(far.get(&address).await.text().contains("E_UNKNOWN_REF"), "another commissioner's campaign");
        let mut kim = portal.signed_in("kim@example.org").await;
        assert_eq!(kim.get(&address).await.status, actix_web::http::StatusCode::NOT_FOUND);
        let list = kim.get("/imports").await.text();
        assert!(list.contains("LTC6 paper returns") && !list.contains("Risk scores") && !list.contains("far.csv"), "{list}");
        let address = checked(&portal, &mut kim, "ltc6-paper-returns", "box1.csv", &bytes).await;
        assert_eq!(confirm(&mut kim, &address, &[]).await.location(), address);
        portal.work().await;
        let page = kim.get(&address).await.text();
        assert!(page.contains("What it changed"), "{page}");
        let rows: i64 = portal.read(|conn| Ok(ltc6_box::table.count().get_result(conn)?));
        assert_eq!(rows, 5);
        let uploads: Vec<_> = std::fs::read_dir(portal.folder().join("uploads")).unwrap().collect();
        assert_eq!(uploads.len(), 1, "the loaded file is deleted, the refused one waits");
    }
}
