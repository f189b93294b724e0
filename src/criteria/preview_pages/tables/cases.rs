//! The tables of judgement cases.

use super::super::counted::TOO_MANY;
use super::super::work::Worked;
use super::table::{Cell, Row, Table, listed};
use crate::disclosure::Audience;
use crate::page::Query;
use crate::people::person::capital;
use crate::people::why::fact_words;
use crate::runs::preview::{Counts, Which};

/// The words an address has for the judgement cases that are asked for.
pub const WHICH: [(&str, Which); 4] =
    [("now", Which::Before), ("then", Which::After), ("made", Which::Made), ("ended", Which::Ended)];

/// Cases now, then, made and ended.
pub(super) fn cases_of(counts: &Counts, fact: Option<&str>, to: Audience) -> Vec<Cell> {
    let list = |word| Query::default().with("cases", word).with("fact", fact.unwrap_or_default());
    WHICH.iter().map(|(word, which)| listed(which.of(counts), list(*word), to)).collect()
}

/// Judgement cases by the fact that is not known; none where no placement hangs on one.
pub(super) fn facts(worked: &Worked, to: Audience) -> Option<Table> {
    let row = |label: String, cells: Vec<Cell>| Row { label, cells, is_total: false };
    let cases = &worked.cases;
    let mut rows: Vec<Row> = cases
        .by_fact
        .iter()
        .map(|one| row(capital(fact_words(&one.fact)), cases_of(&one.counts, Some(&one.fact), to)))
        .collect();
    if to != Audience::MayList {
        rows.sort_by(|one, other| one.label.cmp(&other.label));
    }
    if cases.too_many_unknown != Counts::default() {
        let counts = cases_of(&cases.too_many_unknown, Some(TOO_MANY), to);
        rows.push(row("Too many facts to name".into(), counts));
    }
    let columns = ["Now", "Then", "Made", "Ended"].map(str::to_owned).into();
    let caption = "Judgement cases by the fact that is not known".into();
    let table = Table { name: "facts", caption, heading: "Fact not known", columns, rows, wide: false };
    (!table.rows.is_empty()).then_some(table)
}
