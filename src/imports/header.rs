//! The header line against the columns of a kind: names exact, in any order, none missing, repeated or unknown.

use super::problem::{Code, Problem};
use super::record::Record;

/// One column of a kind's layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    pub name: &'static str,
    /// The file may come without it; what is stored then stays.
    pub may_be_absent: bool,
    pub quoting: Quoting,
}

/// Which values of a column may stand in a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    All,
    /// Of a file about people, where a cell may stand in the wrong column: what can be nobody's data.
    Harmless,
    None,
}

impl Column {
    pub const fn new(name: &'static str) -> Self {
        Self { name, may_be_absent: false, quoting: Quoting::All }
    }

    /// A column of a file about people.
    pub const fn of_people(name: &'static str) -> Self {
        Self { quoting: Quoting::Harmless, ..Self::new(name) }
    }

    pub const fn may_be_absent(self) -> Self {
        Self { may_be_absent: true, ..self }
    }

    pub const fn private(self) -> Self {
        Self { quoting: Quoting::None, ..self }
    }
}

/// Where each column of the layout stands in a file.
#[derive(Debug)]
pub struct Header {
    positions: Vec<Option<usize>>,
    width: usize,
}

impl Header {
    /// Reads the header record; one problem names every column that is wrong.
    pub fn read(record: &Record, columns: &[Column]) -> Result<Self, Problem> {
        let names: Vec<&str> = record.fields().map(|name| name.trim_matches(' ')).collect();
        let position = |column: &Column| names.iter().position(|name| *name == column.name);
        let positions: Vec<Option<usize>> = columns.iter().map(position).collect();
        let missing =
            columns.iter().zip(&positions).filter(|(column, at)| at.is_none() && !column.may_be_absent);
        let repeated =
            columns.iter().filter(|column| names.iter().filter(|name| **name == column.name).count() > 1);
        let unknown = names.iter().filter(|name| columns.iter().all(|column| column.name != **name));
        let unknown: Vec<&str> = unknown.copied().collect();
        if let Some(why) = no_header(&names, &positions, &unknown, columns) {
            return Err(Problem::of_file(record.line, Code::Header, why));
        }
        let faults: Vec<String> = [
            listed("missing", missing.map(|(column, _)| column.name)),
            listed("repeated", repeated.map(|column| column.name)),
            listed("unknown", unknown.iter().map(|name| shown(name, columns))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if faults.is_empty() {
            return Ok(Self { positions, width: names.len() });
        }
        Err(Problem::of_file(
            record.line,
            Code::Header,
            format!(
                "The header line does not name the columns of this kind. {} Write each name once, exactly as in the \
                 column guide, separated by commas.",
                faults.join(" ")
            ),
        ))
    }

    /// Refuses a file with a column that says who somebody is, whatever else is wrong with it.
    pub fn refuse(record: &Record, identifying: &[&str]) -> Result<(), Problem> {
        let names: Vec<String> = record.fields().map(|name| name.trim().to_ascii_lowercase()).collect();
        let found = identifying.iter().filter(|column| names.iter().any(|name| name == *column));
        let found: Vec<&str> = found.copied().collect();
        if found.is_empty() {
            return Ok(());
        }
        let message = format!(
            "Columns that say who somebody is: {}. Answers are kept of nobody: take these columns out of the file.",
            found.join(", ")
        );
        Err(Problem::of_file(record.line, Code::IdentifierPresent, message))
    }

    /// How many fields each row must have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The position in the file of each column of the layout; `None` where the file has no such column.
    pub fn positions(&self) -> &[Option<usize>] {
        &self.positions
    }
}

/// Why the first line is no header line at all, without a word of what stands there: it may be a patient's row.
fn no_header(
    names: &[&str],
    positions: &[Option<usize>],
    unknown: &[&str],
    columns: &[Column],
) -> Option<String> {
    if names.iter().any(|name| name.contains('\r') && !name.contains('\n')) {
        return Some("The line ends are CR alone. Save the file with LF or CRLF line ends.".into());
    }
    let named = positions.iter().flatten().count();
    let may_be_shown = |name: &&str| name.is_empty() || is_like_a_name(name, columns);
    if named * 2 >= names.len() || unknown.iter().all(may_be_shown) {
        return None;
    }
    let wanted: Vec<&str> = columns.iter().filter(|column| !column.may_be_absent).map(|c| c.name).collect();
    let wanted = wanted.join(",");
    if names.len() == 1 && names[0].contains([';', '\t']) {
        return Some(format!(
            "The columns are separated by semicolons or tabs. Save the file with commas between them: {wanted}"
        ));
    }
    Some(format!(
        "The first line holds data, not column names. Put a line with the column names first: {wanted}"
    ))
}

/// Whether a name can be a column's and nobody's data: small letters, digits and underscores, or a column of the
/// layout in other letters.
fn is_like_a_name(name: &str, columns: &[Column]) -> bool {
    let is_small = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_';
    let is_plain = name.len() <= 40
        && name.bytes().all(is_small)
        && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
    is_plain || columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

/// An unknown name as a message may show it.
fn shown<'a>(name: &'a str, columns: &[Column]) -> &'a str {
    match name {
        "" => "(no name)",
        name if is_like_a_name(name, columns) => name,
        _ => "(not written as a column name)",
    }
}

/// "Columns missing: a, b." or nothing; at most 40 names, so that no message grows with the file.
fn listed<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = names.collect();
    if names.is_empty() {
        return None;
    }
    let more = names.len().saturating_sub(40);
    names.truncate(40);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("Columns {what}: {}{rest}.", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::lines::Limits;
    use crate::imports::record::Records;

    const COLUMNS: [Column; 3] = [Column::new("a"), Column::new("b"), Column::new("c").may_be_absent()];

    fn header(line: &str) -> Result<Header, Problem> {
        let mut records = Records::new(line.as_bytes(), Limits::default());
        Header::read(records.read().unwrap().unwrap(), &COLUMNS)
    }

    #[test]
    fn columns_come_in_any_order_and_optional_ones_may_be_absent() {
        let header = header("b,a\n").unwrap();
        assert_eq!((header.positions(), header.width()), (&[Some(1), Some(0), None][..], 2));
    }

    #[test]
    fn every_wrong_column_is_listed_in_one_problem() {
        let problem = header("b,b,B,,c\n").unwrap_err();
        assert_eq!((problem.line, problem.column, problem.code), (1, "", Code::Header));
        for words in ["Columns missing: a.", "Columns repeated: b.", "Columns unknown: B, (no name)."] {
            assert!(problem.message.contains(words), "{}", problem.message);
        }
    }

    #[test]
    fn what_may_be_a_patients_row_is_never_quoted() {
        let row = "9990001006,Avis,sample,1980-05-17";
        for (line, words) in [
            (format!("{row}\n"), "The first line holds data, not column names"),
            (format!("a,b,c\r{row}\r{row}\r"), "The line ends are CR alone"),
            (format!("{row}\r{row}\r"), "The line ends are CR alone"),
            (format!("{}\n", row.replace(',', ";")), "separated by semicolons or tabs"),
            ("a,b,avis,1980-05-17,Avis\n".into(), "The first line holds data, not column names"),
            ("a,b,Avis Sample,1980-05-17\n".into(), "Columns unknown: (not written as a column name), (not"),
        ] {
            let message = header(&line).unwrap_err().message;
            assert!(message.contains(words), "{message}");
            for secret in ["9990001006", "Avis", "avis", "sample", "1980"] {
                assert!(!message.contains(secret), "{message}");
            }
        }
    }
}
