//! LTC6 questionnaires that came back on paper: answers of nobody, known again by batch and number.

use std::array;

use chrono::NaiveDate;

use super::{FirstLines, Row, Source, seen_before};
use crate::imports::cell::Cell;
use crate::imports::checks::Checks;
use crate::imports::header::Column;
use crate::imports::kind::Kind;
use crate::imports::known::{Known, KnownCampaign};
use crate::imports::problem::Code;
use crate::ltc6::answers::{self, Answers, Mark, Respondent, SCORED};
use crate::ltc6::campaign::Stratum;
use crate::ltc6::paper::{LONGEST_BATCH, LONGEST_TEXT, MOST_RETURNS, Return};
use crate::people::nhs_number::holds_one;

const COLUMNS: [Column; 14] = [
    Column::of_people("batch_ref"),
    Column::of_people("return_no"),
    Column::of_people("campaign_code"),
    Column::of_people("received_on"),
    Column::of_people("level_of_need").may_be_absent(),
    Column::of_people("respondent").may_be_absent(),
    Column::of_people("q1"),
    Column::of_people("q2"),
    Column::of_people("q3"),
    Column::of_people("q4"),
    Column::of_people("q5"),
    Column::of_people("q6"),
    Column::of_people("improve_text").private().may_be_absent(),
    Column::of_people("confidence_text").private().may_be_absent(),
];

/// The levels a form can be marked with; where it has no mark, its level is not recorded.
const MARKED: [Stratum; 3] = [Stratum::Low, Stratum::Medium, Stratum::High];

/// A return as sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperReturnRow {
    pub campaign_id: i64,
    pub sent: Return,
}

impl Row for PaperReturnRow {
    const KIND: Kind = Kind::PaperReturns;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const IDENTIFYING: &'static [&'static str] =
        &["nhs_number", "name", "given_name", "family_name", "address", "postcode", "email", "date_of_birth"];
    type Seen = FirstLines<(String, i64)>;

    fn check(source: Source<'_>, checks: &mut Checks, known: &Known, seen: &mut Self::Seen) -> Option<Self> {
        let [batch_cell, number_cell, campaign_cell, day_cell, level_cell, respondent_cell, rest @ ..] =
            Cell::of_row(&COLUMNS, source);
        let [mark_cells @ .., improve_cell, confidence_cell] = rest;
        let batch = batch(checks, &batch_cell);
        let number = number(checks, &number_cell);
        let campaign = campaign(checks, &campaign_cell, known);
        let received_on = received(checks, &day_cell, campaign);
        let level = checks.word(&level_cell, &MARKED, Stratum::word).unwrap_or(Stratum::None);
        let respondent = checks.word(&respondent_cell, Respondent::ALL, Respondent::word);
        let marks: [Option<Mark>; SCORED] =
            array::from_fn(|at| checks.word(&mark_cells[at], Mark::ALL, Mark::word));
        let improve = text(checks, &improve_cell);
        let confidence = text(checks, &confidence_cell);
        if mark_cells.iter().chain([&improve_cell, &confidence_cell]).all(Cell::is_blank) {
            let message = "Nothing is answered. The return is counted as blank, and in no result.";
            checks.of_row(Code::EmptyReturn, message);
        }
        let (batch, number) = (batch?, number?);
        if let Some(first) = seen_before(seen, (batch.clone(), number), checks.line()) {
            checks.duplicate(&number_cell, "This number of the batch", first);
        }
        let answers = Answers { respondent, marks, improve, confidence };
        let sent = Return { batch, number, received_on: received_on?, level, answers };
        Some(Self { campaign_id: campaign?.id, sent })
    }
}

fn batch(checks: &mut Checks, cell: &Cell) -> Option<String> {
    checks.required(cell);
    let batch = checks.text(cell, LONGEST_BATCH)?;
    if !holds_one(&batch) {
        return Some(batch);
    }
    let message = "The batch is named by an NHS number. Name it by its box or envelope.";
    checks.fault(cell, Code::Format, message);
    None
}

fn number(checks: &mut Checks, cell: &Cell) -> Option<i64> {
    let given = checks.required(cell)?;
    let digits = given.chars().filter(char::is_ascii_digit).count();
    if digits == 10 && given.len() == digits {
        let message = "The number has ten digits, as an NHS number has. Give the return's number in its batch, from 1 \
                       to 99999, and never a patient's.";
        checks.fault(cell, Code::Range, message);
        return None;
    }
    checks.whole(cell, 1..=MOST_RETURNS).map(i64::from)
}

fn campaign(checks: &mut Checks, cell: &Cell, known: &Known) -> Option<KnownCampaign> {
    let campaign = known.campaigns.get(checks.required(cell)?);
    let Some(campaign) = campaign else {
        let message =
            format!("{} is not the code of a campaign. Look the code up on its page.", cell.shown());
        checks.fault(cell, Code::UnknownRef, message);
        return None;
    };
    if !campaign.takes_paper {
        let message = "The campaign takes no paper: it is not open yet, or its answers are counted.";
        checks.fault(cell, Code::RefType, message);
        return None;
    }
    Some(*campaign)
}

/// The day paper came in, from the campaign's first to its last for paper; not compared where the campaign is wrong.
fn received(checks: &mut Checks, cell: &Cell, campaign: Option<KnownCampaign>) -> Option<NaiveDate> {
    checks.required(cell);
    let day = checks.past_date(cell)?;
    let Some(KnownCampaign { opens_on, paper_until, .. }) = campaign else { return Some(day) };
    if (opens_on..=paper_until).contains(&day) {
        return Some(day);
    }
    let message =
        format!("{day} is not a day on which its paper comes in. Give one from {opens_on} to {paper_until}.");
    checks.fault(cell, Code::Range, message);
    None
}

/// What was written, as it is; a number of a patient in it is told, and stays for the moderator to blank out.
fn text(checks: &mut Checks, cell: &Cell) -> String {
    let text = checks.text(cell, LONGEST_TEXT).unwrap_or_default();
    if text.len() > answers::MOST_BYTES {
        let message = "The text is too long to be sealed: of signs such as these fewer fit. Shorten it.";
        checks.fault(cell, Code::TooLong, message);
    } else if holds_one(&text) {
        let message = "The text has an NHS number in it. It is taken, and shown to nobody before a moderator has \
                       blanked it out.";
        checks.fault(cell, Code::Identifier, message);
    }
    text
}
