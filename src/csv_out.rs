//! Writes CSV that is safe to open in a spreadsheet: RFC 4180, CRLF, and a `'` before any cell that a spreadsheet
//! would run as a formula. The import reader takes one such `'` off again, so what goes out comes back unchanged.
//! The same rows can go out as lines of JSON or as a workbook.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::xlsx_out::{Kind, XlsxOut};

/// Writes rows of cells. Pages begin with a byte order mark, which spreadsheets need to see UTF-8; files of the
/// command line have none, so that programs read the first column's name as it stands.
pub struct CsvOut<W: Write>(Form<W>);

enum Form<W: Write> {
    Csv(Box<csv::Writer<W>>),
    /// The names of the first row, and a line of JSON for each row after it.
    Ndjson(W, Vec<String>),
    Xlsx(W, Box<XlsxOut>),
}

impl<W: Write> CsvOut<W> {
    /// Without a byte order mark: for the command line.
    pub fn plain(output: W) -> Self {
        let mut builder = csv::WriterBuilder::new();
        Self(Form::Csv(Box::new(
            builder.terminator(csv::Terminator::CRLF).flexible(true).from_writer(output),
        )))
    }

    /// The same rows as a line of JSON each, under the names of the first row; a blank cell is null, and counts and
    /// pence are numbers.
    pub fn ndjson(output: W) -> Self {
        Self(Form::Ndjson(output, Vec::new()))
    }

    /// The same rows as a workbook, which is written when it is finished. Its first sheet says what it is: names and
    /// what they stand for.
    pub fn xlsx(output: W, about: &[(&str, String)]) -> io::Result<Self> {
        Ok(Self(Form::Xlsx(output, Box::new(XlsxOut::new(about)?))))
    }

    /// With a byte order mark: for what a page offers as a download.
    pub fn with_mark(mut output: W) -> io::Result<Self> {
        output.write_all("\u{feff}".as_bytes())?;
        Ok(Self::plain(output))
    }

    /// Writes one row; in a CSV each cell is guarded.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        match &mut self.0 {
            Form::Csv(csv) => {
                for cell in cells {
                    csv.write_field(guarded(cell.as_ref()).as_bytes())?;
                }
                Ok(csv.write_record(None::<&[u8]>)?)
            }
            Form::Ndjson(_, names) if names.is_empty() => {
                names.extend(cells.into_iter().map(|cell| cell.as_ref().to_owned()));
                Ok(())
            }
            Form::Ndjson(output, names) => {
                let row: serde_json::Map<_, _> = names
                    .iter()
                    .zip(cells)
                    .map(|(name, cell)| (name.clone(), json_value(name, cell.as_ref())))
                    .collect();
                serde_json::to_writer(&mut *output, &row)?;
                output.write_all(b"\n")
            }
            Form::Xlsx(_, book) => book.row(cells, kind),
        }
    }

    /// Writes what is still buffered and hands the output back.
    pub fn finish(self) -> io::Result<W>
    where
        W: Send,
    {
        match self.0 {
            Form::Csv(csv) => csv.into_inner().map_err(|error| error.into_error()),
            Form::Ndjson(output, _) => Ok(output),
            Form::Xlsx(mut output, book) => book.save(&mut output).map(|()| output),
        }
    }
}

/// Whether a column of this name holds counts, pence or running numbers.
fn is_number(column: &str) -> bool {
    matches!(
        column,
        "ltc_count" | "unplanned_admissions_12m" | "annual_cost_pence" | "criteria_version" | "entry"
    )
}

/// What a workbook's column of this name holds.
fn kind(column: &str) -> Kind {
    match column {
        "submitted" | "due" | "decided" | "effective" | "effective_from" => Kind::Day,
        column if is_number(column) => Kind::Number,
        _ => Kind::Text,
    }
}

fn json_value(column: &str, cell: &str) -> serde_json::Value {
    match (cell, cell.parse::<i64>()) {
        ("", _) => serde_json::Value::Null,
        (_, Ok(number)) if is_number(column) => number.into(),
        _ => cell.into(),
    }
}

/// The cell with a `'` in front if a spreadsheet would run it: it begins with `=`, `+`, `-`, `@`, tab or CR (plain
/// negative numbers apart), or is such a cell that already has a `'` in front.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_runnable(cell.trim_start_matches('\'')) && !is_negative_number(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cell as it was before [`guarded`]: one `'` that stands before a runnable cell is taken off, any other stays.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_runnable(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_runnable(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn is_negative_number(cell: &str) -> bool {
    cell.strip_prefix('-').is_some_and(|digits| {
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        [whole, decimals].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe() {
        for cell in ["=1+1", "+44", "-1+2", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "-"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
    }

    #[test]
    fn plain_text_and_negative_numbers_stay() {
        for cell in ["", "Tis", "'Tis", "''", "-1", "-12.50", "1-2", "a=b"] {
            assert_eq!(guarded(cell), cell);
            assert_eq!(unguarded(cell), cell);
        }
    }

    #[test]
    fn rows_end_in_crlf_and_quote_what_needs_it() {
        let mut out = CsvOut::with_mark(Vec::new()).unwrap();
        out.row(["a", "b,c"]).unwrap();
        out.row(["=d", "\"e\"\n"]).unwrap();
        let text = String::from_utf8(out.finish().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}a,\"b,c\"\r\n'=d,\"\"\"e\"\"\n\"\r\n");
    }

    #[test]
    fn rows_of_json_have_the_names_of_the_first() {
        let mut out = CsvOut::ndjson(Vec::new());
        out.row(["b", "a", "nhs_number", "entry"]).unwrap();
        out.row(["=1", "", "9990001006", "7"]).unwrap();
        let text = String::from_utf8(out.finish().unwrap()).unwrap();
        assert_eq!(text, "{\"b\":\"=1\",\"a\":null,\"nhs_number\":\"9990001006\",\"entry\":7}\n");
    }

    proptest! {
        #[test]
        fn a_guard_can_be_taken_off_again(cell in "['=+@\\t\\r.0-9a-]{0,6}") {
            let written = guarded(&cell);
            prop_assert_eq!(unguarded(&written), cell.as_str());
        }
    }
}
