//! Import files: every good sample gives no problem, every bad one exactly what stands beside it.

mod commands;
pub mod loading;
pub mod pages;

use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;
use common_ground::imports::checker::{Batch, Checker};
use common_ground::imports::known::{Known, KnownCampaign, KnownMembership, KnownOrganisation};
use common_ground::imports::lines::{Limits, Stopped};
use common_ground::imports::problem::{Code, Problem};
use common_ground::imports::rows::Row;
use common_ground::imports::rows::care_agreements::CareAgreementRow;
use common_ground::imports::rows::level_of_need::LevelOfNeedRow;
use common_ground::imports::rows::localities::LocalityRow;
use common_ground::imports::rows::network_members::NetworkMemberRow;
use common_ground::imports::rows::organisations::OrganisationRow;
use common_ground::imports::rows::paper_returns::PaperReturnRow;
use common_ground::imports::rows::people::PersonRow;
use common_ground::imports::rows::risk_scores::RiskScoreRow;
use common_ground::imports::rows::users::UserRow;
use common_ground::people::nhs_number::{NhsNumber, NhsNumberFault};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn example(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "examples", name].iter().collect();
    fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All rows and problems of a file, read in batches of three.
fn read<K: Row>(bytes: &[u8], known: &Known) -> Result<(Vec<K>, Vec<Problem>), Stopped> {
    let mut checker = Checker::<K, _>::open(bytes, Limits::default(), known, today())?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    loop {
        let batch: Batch<K> = checker.next_batch(3)?;
        rows.extend(batch.rows);
        problems.extend(batch.problems);
        if batch.read == 0 {
            return Ok((rows, problems));
        }
    }
}

fn good<K: Row>(name: &str, known: &Known) -> Vec<K> {
    let (rows, problems) = read::<K>(&example(name), known).unwrap();
    assert_eq!(problems, [], "{name}");
    rows
}

/// What all good files load, with made-up row ids.
fn all_good() -> Known {
    let mut known = Known::default();
    for (id, row) in (1..).zip(good::<LocalityRow>("good-localities.csv", &known)) {
        known.localities.insert(row.code, id);
    }
    for (id, row) in (1..).zip(good::<OrganisationRow>("good-organisations.csv", &known)) {
        known.organisations.insert(row.code, KnownOrganisation { id, kind: row.kind });
    }
    let groups = "HEALTHY_16_74 HEALTHY_75 LTC_16_74 LTC_75 CANCER SEMI LD ADV_ORGANIC EXCLUDED";
    known.groups = groups.split(' ').map(str::to_owned).collect();
    let code_of = |id: i64| known.organisations.iter().find(|(_, known)| known.id == id).unwrap().0.clone();
    known.memberships = good::<NetworkMemberRow>("good-network-members.csv", &known)
        .into_iter()
        .map(|row| KnownMembership {
            network_code: code_of(row.network_id),
            network_id: row.network_id,
            member_id: row.member_id,
            from: row.from,
            to: row.to,
        })
        .collect();
    known.people =
        good::<PersonRow>("good-people.csv", &known).into_iter().map(|person| person.nhs_number).collect();
    let day = |day| NaiveDate::from_ymd_opt(2015, 3, day).unwrap();
    let campaign = KnownCampaign { id: 1, opens_on: day(1), paper_until: day(31), takes_paper: true };
    known.campaigns.insert("C2015".into(), campaign);
    known.campaigns.insert("C2014".into(), KnownCampaign { takes_paper: false, ..campaign });
    known
}

fn assert_as_listed(name: &str, mut found: Vec<Problem>) {
    found.sort_by_key(|problem| (problem.line, problem.column));
    let found: Vec<String> = found
        .iter()
        .map(|p| format!("{},{},{},{:?}", p.line, p.column, p.code.as_str(), p.severity).to_lowercase())
        .collect();
    let listed = example(&format!("bad-{name}.errors.csv"));
    let listed: Vec<String> = csv::Reader::from_reader(&listed[..])
        .records()
        .map(Result::unwrap)
        .map(|row| row.iter().take(4).collect::<Vec<_>>().join(",").to_lowercase())
        .collect();
    assert_eq!(found, listed, "{name}");
}

fn bad<K: Row>(name: &str) -> Vec<Problem> {
    let (_, problems) = read::<K>(&example(&format!("bad-{name}.csv")), &all_good()).unwrap();
    assert_as_listed(name, problems.clone());
    problems
}

#[test]
fn every_good_sample_loads_without_a_problem() {
    let known = all_good();
    assert_eq!(good::<CareAgreementRow>("good-care-agreements.csv", &known).len(), 20);
    assert_eq!(good::<UserRow>("good-users.csv", &known).len(), 18);
    assert_eq!(good::<PersonRow>("good-people-contact.csv", &known).len(), 10);
    assert_eq!(good::<RiskScoreRow>("good-risk-scores.csv", &known).len(), 10);
    assert_eq!(good::<LevelOfNeedRow>("good-level-of-need.csv", &known).len(), 5);
    assert_eq!(good::<PaperReturnRow>("good-ltc6-paper-returns.csv", &known).len(), 5);
}

#[test]
fn every_bad_sample_gives_exactly_what_stands_beside_it() {
    bad::<LocalityRow>("localities");
    bad::<OrganisationRow>("organisations");
    bad::<NetworkMemberRow>("network-members");
    bad::<CareAgreementRow>("care-agreements");
    bad::<UserRow>("users");
    bad::<PersonRow>("people");
    bad::<PersonRow>("people-contact");
    bad::<RiskScoreRow>("risk-scores");
    bad::<LevelOfNeedRow>("level-of-need");
    bad::<PaperReturnRow>("ltc6-paper-returns");
}

#[test]
fn problems_of_a_row_stand_in_the_order_of_the_files_columns() {
    let problems = bad::<PersonRow>("people");
    let columns: Vec<&str> = problems.iter().filter(|p| p.line == 28).map(|p| p.column).collect();
    assert_eq!(columns, ["nhs_number", "date_of_birth", "ltc_count"]);
}

#[test]
fn no_message_holds_a_number_a_name_an_address_or_a_day_of_birth() {
    let problems =
        [bad::<PersonRow>("people"), bad::<PersonRow>("people-contact"), bad::<UserRow>("users")].concat();
    for problem in &problems {
        for secret in
            ["999000", "Sample", "example.org", "01/02/1960", "31/12/1960", "2999-01-01", "xxx", "Someone"]
        {
            assert!(!problem.message.contains(secret), "{problem:?}");
        }
    }
    let odd = problems.iter().find(|problem| problem.code == Code::UnknownRef).unwrap();
    assert!(odd.message.contains("\"E87999\""), "a code is quoted");
}

#[test]
fn a_cell_in_the_wrong_column_of_a_file_about_people_is_not_quoted() {
    let header = String::from_utf8(example("good-people.csv")).unwrap();
    let header = header.lines().next().unwrap();
    let names: Vec<&str> = header.trim_start_matches('\u{feff}').split(',').collect();
    let secrets =
        ["Avis", "SAMPLE", "9990001006", "1980-05-17", "17/05/1980", "W3 6UA", "W36UA", "999 000 1006"];
    for secret in secrets {
        let text = format!("{header}\n{}\n", vec![secret; names.len()].join(","));
        let problems = read::<PersonRow>(text.as_bytes(), &all_good()).unwrap().1;
        assert!(problems.len() > 9, "{problems:?}");
        for problem in problems {
            assert!(!problem.message.contains(secret), "{problem:?}");
        }
    }
}

#[test]
fn a_name_with_a_sign_that_turns_the_direction_of_writing_is_refused() {
    let header = "org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date\n";
    let text = format!("{header}E87901,Alder\u{202e}redlA,practice,,LOC01,,2013-04-01,\n");
    let problems = read::<OrganisationRow>(text.as_bytes(), &all_good()).unwrap().1;
    assert_eq!((problems[0].code, problems[0].column), (Code::Text, "org_name"));
    let text = "email,name,role,organisation_code,from_date,to_date\n\
                eve@example.org,Eve\u{2066}evE,administrator,,2013-04-01,\n";
    let problems = read::<UserRow>(text.as_bytes(), &all_good()).unwrap().1;
    assert_eq!((problems[0].code, problems[0].column), (Code::Text, "name"));
}

#[test]
fn nhs_numbers_are_judged_as_listed() {
    let listed = example("nhs-numbers.csv");
    for row in csv::Reader::from_reader(&listed[..]).records().map(Result::unwrap) {
        let code = match NhsNumber::parse(&row[0]) {
            _ if row[0].is_empty() => "E_REQUIRED",
            Ok(_) => "",
            Err(NhsNumberFault::Characters) => "E_NHS_CHARS",
            Err(NhsNumberFault::Length(_)) => "E_NHS_LENGTH",
            Err(NhsNumberFault::Repeated) => "E_NHS_REPEATED",
            Err(NhsNumberFault::CheckTen) => "E_NHS_CHECK10",
            Err(NhsNumberFault::Check) => "E_NHS_CHECK",
        };
        assert_eq!(code, &row[2], "{}", &row[3]);
    }
}

fn refused<K: Row>(bytes: &[u8]) -> Problem {
    match read::<K>(bytes, &all_good()) {
        Err(Stopped::Refused(problem)) => problem,
        Err(error) => panic!("{error}"),
        Ok((_, problems)) => panic!("read to its end: {problems:?}"),
    }
}

#[test]
fn a_file_that_is_no_csv_of_the_kind_is_refused_as_a_whole() {
    let people = String::from_utf8(example("good-people.csv")).unwrap();
    let utf_16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(people.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let doubled = people.replacen("palliative", "sex", 1);
    let header_alone = people.lines().next().unwrap();
    let cases: [(&[u8], Code, u32, &str); 6] = [
        (b"", Code::EmptyFile, 1, "empty"),
        (b"\xef\xbb\xbf\r\n  \r\n", Code::EmptyFile, 1, "empty"),
        (header_alone.as_bytes(), Code::EmptyFile, 1, "a header line and no rows"),
        (&utf_16, Code::Utf8, 1, "CSV UTF-8"),
        (doubled.as_bytes(), Code::Header, 1, "Columns missing: palliative. Columns repeated: sex."),
        (&example("good-users.csv"), Code::Header, 1, "Columns unknown: name, role"),
    ];
    for (bytes, code, line, words) in cases {
        let problem = refused::<PersonRow>(bytes);
        assert_eq!((problem.code, problem.line, problem.column), (code, line, ""));
        assert!(problem.message.contains(words), "{}", problem.message);
    }
}

#[test]
fn a_people_file_without_its_header_or_with_cr_line_ends_shows_no_patient() {
    let people = String::from_utf8(example("good-people.csv")).unwrap();
    let (_, headless) = people.split_once('\n').unwrap();
    let cr_alone = people.replace("\r\n", "\n").replace('\n', "\r");
    for (text, words) in [(headless, "holds data, not column names"), (&*cr_alone, "line ends are CR alone")]
    {
        let problem = refused::<PersonRow>(text.as_bytes());
        assert_eq!((problem.code, problem.line), (Code::Header, 1));
        assert!(problem.message.contains(words), "{}", problem.message);
        for secret in ["999000", "Avis", "Sample", "19"] {
            assert!(!problem.message.contains(secret), "{}", problem.message);
        }
    }
}

#[test]
fn windows_1252_is_refused_on_the_line_of_its_first_sign() {
    let people = String::from_utf8(example("good-people.csv")).unwrap();
    let bytes: Vec<u8> = people.chars().map(|sign| u8::try_from(u32::from(sign)).unwrap()).collect();
    let problem = refused::<PersonRow>(&bytes);
    assert_eq!((problem.code, problem.line), (Code::Utf8, 4));
}

#[test]
fn a_file_cut_off_anywhere_in_its_last_row_but_at_its_end_is_told() {
    let text =
        "locality_code,locality_name,commissioner_code,population\r\nLOC01,\"North\r\nExample\",CCG01,5\r\n";
    let cut_in_quote = &text[..text.find("Example").unwrap()];
    let cut_in_row = &text[..text.find(",CCG01").unwrap()];
    for cut in [cut_in_quote, cut_in_row] {
        let (rows, problems) = read::<LocalityRow>(cut.as_bytes(), &Known::default()).unwrap();
        assert!(rows.is_empty());
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].line), (Code::FieldCount, 2));
        assert!(problems[0].message.contains("cut off"), "{}", problems[0].message);
    }
}

#[test]
fn too_many_rows_are_refused_at_the_limit() {
    let limits = Limits { rows: 1, ..Limits::default() };
    let (bytes, known) = (example("good-localities.csv"), Known::default());
    let mut checker = Checker::<LocalityRow, _>::open(&bytes[..], limits, &known, today()).unwrap();
    match checker.next_batch(10) {
        Err(Stopped::Refused(problem)) => assert_eq!(problem.code, Code::TooLarge),
        other => panic!("{other:?}"),
    }
}

#[test]
fn line_ends_byte_order_marks_column_order_and_guards_change_nothing() {
    let plain = "locality_code,locality_name,commissioner_code,population\nLOC01,=North,CCG01,5\n";
    let other =
        "\u{feff}population, commissioner_code ,locality_name,locality_code\r\n\r\n5 ,CCG01,'=North,LOC01";
    let known = Known::default();
    let [plain, other] = [plain, other].map(|text| read::<LocalityRow>(text.as_bytes(), &known).unwrap());
    assert_eq!(plain, other);
    assert_eq!(plain.0[0].name, "=North");
}

#[test]
fn a_practice_that_moves_network_within_one_file_overlaps_nothing() {
    let known = all_good();
    let header = "network_code,member_code,from_date,to_date\n";
    let moved = format!("{header}NET02,E87002,2014-04-01,\nNET01,E87002,2013-04-01,2014-03-31\n");
    assert_eq!(read::<NetworkMemberRow>(moved.as_bytes(), &known).unwrap().1, []);
    let twice = format!("{header}NET02,E87002,2014-04-01,\nNET01,E87002,2013-04-01,2014-04-01\n");
    let problems = read::<NetworkMemberRow>(twice.as_bytes(), &known).unwrap().1;
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code, problems[0].line, problems[0].column), (Code::Overlap, 3, "from_date"));
}

#[test]
fn an_organisation_keeps_its_kind() {
    let header = "org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date\n";
    let text = format!("{header}E87001,Alder,provider,,,acute,2013-04-01,\n");
    let problems = read::<OrganisationRow>(text.as_bytes(), &all_good()).unwrap().1;
    assert_eq!((problems[0].code, problems[0].column), (Code::RefType, "org_type"));
}

#[test]
fn a_file_of_answers_with_a_column_that_says_who_somebody_is_is_refused() {
    let problem = refused::<PaperReturnRow>(&example("ltc6-with-identifier-REFUSED.csv"));
    assert_eq!((problem.code, problem.line, problem.column), (Code::IdentifierPresent, 1, ""));
    assert!(problem.message.contains("nhs_number"), "{}", problem.message);
    for name in ["name", "Given_Name", " family_name", "ADDRESS", "postcode", "email", "date_of_birth"] {
        let text = format!("batch_ref,{name}\nBOX1,x\n");
        assert_eq!(refused::<PaperReturnRow>(text.as_bytes()).code, Code::IdentifierPresent, "{name}");
    }
}

#[test]
fn paper_comes_in_while_its_campaign_takes_it_and_no_message_holds_what_was_written() {
    let header = "batch_ref,return_no,campaign_code,received_on,q1,q2,q3,q4,q5,q6,improve_text\n";
    let of = |row: &str| {
        let problems = read::<PaperReturnRow>(format!("{header}{row}\n").as_bytes(), &all_good()).unwrap().1;
        for problem in &problems {
            for secret in ["999 000 1006", "9990001006", "Marked"] {
                assert!(!problem.message.contains(secret), "{problem:?}");
            }
        }
        problems.iter().map(|problem| (problem.column, problem.code)).collect::<Vec<_>>()
    };
    let answers = "3,3,3,3,3,3";
    assert_eq!(of(&format!("BOX1,1,C2015,2015-03-31,{answers},\"Marked, and good\"")), []);
    assert_eq!(of(&format!("BOX1,1,C2015,2015-02-28,{answers},")), [("received_on", Code::Range)]);
    assert_eq!(of(&format!("BOX1,1,C2015,2015-04-01,{answers},")), [("received_on", Code::Range)]);
    assert_eq!(of(&format!("BOX1,1,C2015,2026-11-25,{answers},")), [("received_on", Code::Future)]);
    assert_eq!(of(&format!("BOX1,1,C2014,2015-03-31,{answers},")), [("campaign_code", Code::RefType)]);
    assert_eq!(of(&format!("999 000 1006,1,C2015,2015-03-31,{answers},")), [("batch_ref", Code::Format)]);
    assert_eq!(of(&format!("BOX1,0,C2015,2015-03-31,{answers},")), [("return_no", Code::Range)]);
    assert_eq!(
        of("BOX1,1,C2015,2015-03-31,M,Marked,9990001006,m,,x,"),
        [("q2", Code::Enum), ("q3", Code::Enum), ("q4", Code::Enum), ("q6", Code::Enum),]
    );
    let long = "Marked".repeat(400);
    assert_eq!(of(&format!("BOX1,1,C2015,2015-03-31,{answers},{long}")), [("improve_text", Code::TooLong)]);
    let wide = "\u{5d0}".repeat(2_000);
    assert_eq!(of(&format!("BOX1,1,C2015,2015-03-31,{answers},{wide}")), []);
    let wider = "\u{4e00}".repeat(2_000);
    assert_eq!(of(&format!("BOX1,1,C2015,2015-03-31,{answers},{wider}")), [("improve_text", Code::TooLong)]);
    let number = "Ring me: 999 000 1006.";
    assert_eq!(
        of(&format!("BOX1,1,C2015,2015-03-31,{answers},{number}")),
        [("improve_text", Code::Identifier)]
    );
}
