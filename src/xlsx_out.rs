//! Writes a workbook: a sheet that says what it is, and sheets of rows. Rows go to a file of the system's temporary
//! folder that nobody else can open, so that memory does not grow with them.

use std::io::{self, Write};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The rows a sheet has room for, its header among them.
const MOST_ROWS: u32 = 1_048_576;

/// The greatest whole number a spreadsheet shows exactly.
const MOST_EXACT: i64 = 999_999_999_999_999;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, whatever it looks like.
    Text,
    /// Whole numbers.
    Number,
    /// Days as ISO 8601 has them, from 1900 on.
    Day,
}

/// A workbook being written.
pub struct XlsxOut {
    book: Workbook,
    header: Vec<String>,
    kinds: Vec<Kind>,
    /// Rows of the last sheet.
    rows: u32,
    /// Rows a sheet has room for.
    room: u32,
}

impl XlsxOut {
    /// Begins with the sheet "About": names and what they stand for.
    pub fn new(about: &[(&str, String)]) -> io::Result<XlsxOut> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let wrote = (|| {
            sheet.set_name("About")?;
            sheet.set_column_width(0, 18)?.set_column_width(1, 60)?;
            for (row, (name, text)) in (0..).zip(about) {
                sheet.write_string_with_format(row, 0, *name, &Format::new().set_bold())?;
                sheet.write_string(row, 1, text)?;
            }
            Ok(())
        })();
        wrote.map_err(told)?;
        Ok(XlsxOut { book, header: Vec::new(), kinds: Vec::new(), rows: 0, room: MOST_ROWS })
    }

    /// Writes a row; the first names the columns, and says by `kind` what they hold. A cell that is none of its column's
    /// kind is text.
    pub fn row<C: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = C>,
        kind: impl Fn(&str) -> Kind,
    ) -> io::Result<()> {
        if self.header.is_empty() {
            self.header = cells.into_iter().map(|cell| cell.as_ref().to_owned()).collect();
            self.kinds = self.header.iter().map(|name| kind(name)).collect();
            return self.begin_sheet().map_err(told);
        }
        if self.rows == self.room {
            self.begin_sheet().map_err(told)?;
        }
        self.write(cells).map_err(told)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let number = self.book.worksheets().len();
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 1 { "Rows".to_owned() } else { format!("Rows {number}") })?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(&self.header) {
            sheet.set_column_width(column, 18)?;
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        self.rows = 1;
        Ok(())
    }

    fn write<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), XlsxError> {
        let last = self.book.worksheets().len() - 1;
        let sheet: &mut Worksheet = self.book.worksheet_from_index(last)?;
        for ((column, cell), kind) in (0..).zip(cells).zip(&self.kinds) {
            let text = cell.as_ref();
            let (number, day) = match kind {
                Kind::Text => (None, None),
                Kind::Number => (exact(text), None),
                Kind::Day => (None, spreadsheet_day(text)),
            };
            match (number, day) {
                _ if text.is_empty() => {}
                (Some(number), _) => sheet.write_number(self.rows, column, number).map(drop)?,
                (_, Some(day)) => {
                    let format = Format::new().set_num_format("d mmmm yyyy");
                    sheet.write_datetime_with_format(self.rows, column, &day, &format).map(drop)?;
                }
                _ => sheet.write_string(self.rows, column, text).map(drop)?,
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes the workbook; before that nothing was written.
    pub fn save(mut self, output: impl Write + Send) -> io::Result<()> {
        self.book.save_to_writer(output).map_err(told)
    }
}

/// A whole number that a spreadsheet shows exactly.
fn exact(text: &str) -> Option<f64> {
    let number = text.parse::<i64>().ok().filter(|number| (-MOST_EXACT..=MOST_EXACT).contains(number));
    number.map(|number| number as f64)
}

fn spreadsheet_day(text: &str) -> Option<ExcelDateTime> {
    let day: NaiveDate = text.parse().ok()?;
    let (year, month, day) = (day.year().try_into().ok()?, day.month() as u8, day.day() as u8);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn told(error: XlsxError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn part(book: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_workbook_says_what_it_is_and_keeps_text_as_text() {
        let mut out = XlsxOut::new(&[("What", "a try".into())]).unwrap();
        for row in [["nhs_number", "cost", "due"], ["0123456789", "-7", "2026-11-24"], ["=1+1", "", "[z]"]] {
            let kind = |name: &str| match name {
                "cost" => Kind::Number,
                "due" => Kind::Day,
                _ => Kind::Text,
            };
            out.row(row, kind).unwrap();
        }
        let mut book = Vec::new();
        out.save(&mut book).unwrap();
        let names = part(&book, "xl/workbook.xml");
        assert!(names.find("\"About\"").unwrap() < names.find("\"Rows\"").unwrap());
        let rows = part(&book, "xl/worksheets/sheet2.xml");
        assert!(rows.contains("<t>0123456789</t>") && rows.contains("<t>=1+1</t>"), "{rows}");
        assert!(rows.contains("<v>-7</v>") && !rows.contains("<f>"), "{rows}");
        assert!(
            rows.contains("<v>46350</v>") && rows.contains("<t>[z]</t>"),
            "24 November 2026 is a date: {rows}"
        );
        assert!(rows.contains("state=\"frozen\""), "{rows}");
    }

    #[test]
    fn where_a_sheet_is_full_another_begins_with_the_header() {
        let mut out = XlsxOut::new(&[]).unwrap();
        out.room = 3;
        for cell in ["name", "a", "b", "c"] {
            out.row([cell], |_| Kind::Text).unwrap();
        }
        let mut book = Vec::new();
        out.save(&mut book).unwrap();
        let second = part(&book, "xl/worksheets/sheet3.xml");
        assert!(second.contains("<t>name</t>") && second.contains("<t>c</t>"), "{second}");
    }
}
