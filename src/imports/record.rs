//! Records of a CSV file (RFC 4180), each with the physical line on which it starts.

use std::io::BufRead;

use super::lines::{Limits, Lines, MAX_RECORD_BYTES, Stopped, endless, too_large};

/// The fields of one record, unquoted.
#[derive(Default, Debug)]
pub struct Record {
    /// The physical line on which the record starts; the header's is 1.
    pub line: u32,
    /// The file ends inside a quoted field.
    pub is_unclosed: bool,
    /// No newline ends the record: the file may have been cut off here.
    pub is_last_without_newline: bool,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// How many fields the record has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The field at a position from 0, unquoted and otherwise untouched.
    pub fn field(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.field(at))
    }

    fn begin(&mut self, line: u32) {
        self.line = line;
        (self.is_unclosed, self.is_last_without_newline) = (false, false);
        self.text.clear();
        self.ends.clear();
    }

    fn end_field(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// Where in a field the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: the end of it, or half of a doubled quote.
    Quote,
}

/// Reads record after record; wholly blank lines between records are skipped.
pub struct Records<R> {
    lines: Lines<R>,
    record: Record,
}

impl<R: BufRead> Records<R> {
    pub fn new(input: R, limits: Limits) -> Self {
        Self { lines: Lines::new(input, limits), record: Record::default() }
    }

    pub fn input(&self) -> &R {
        self.lines.input()
    }

    /// How many bytes have been read, for progress.
    pub fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// The next record, or `None` at the end of the file.
    pub fn read(&mut self) -> Result<Option<&Record>, Stopped> {
        let mut state = State::Start;
        let mut is_open = false;
        loop {
            let number = self.lines.number() + 1;
            let Some(line) = self.lines.read()? else { break };
            if !is_open {
                if line.trim_matches([' ', '\r', '\n']).is_empty() {
                    continue;
                }
                self.record.begin(number);
                is_open = true;
            }
            state = split(line, state, &mut self.record);
            self.record.is_last_without_newline = !line.ends_with('\n');
            if state != State::Quoted {
                self.record.end_field();
                return Ok(Some(&self.record));
            }
            if self.record.text.len() > MAX_RECORD_BYTES {
                return Err(endless(self.record.line).into());
            }
        }
        if !is_open {
            return Ok(None);
        }
        self.record.is_unclosed = true;
        self.record.end_field();
        Ok(Some(&self.record))
    }
}

/// Adds one physical line to the record and says where in a field it ends.
fn split(line: &str, mut state: State, record: &mut Record) -> State {
    let content = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)).len();
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < content {
        let rest = &bytes[at..content];
        match (state, bytes[at]) {
            (State::Start, b'"') => (state, at) = (State::Quoted, at + 1),
            (State::Start | State::Plain, _) => {
                let length = rest.iter().position(|byte| *byte == b',');
                record.text.push_str(&line[at..at + length.unwrap_or(rest.len())]);
                state = State::Plain;
                at += length.unwrap_or(rest.len());
                if length.is_some() {
                    record.end_field();
                    (state, at) = (State::Start, at + 1);
                }
            }
            (State::Quoted, _) => {
                let length = rest.iter().position(|byte| *byte == b'"');
                record.text.push_str(&line[at..at + length.unwrap_or(rest.len())]);
                at += length.map_or(rest.len(), |length| length + 1);
                if length.is_some() {
                    state = State::Quote;
                }
            }
            (State::Quote, b'"') => {
                record.text.push('"');
                (state, at) = (State::Quoted, at + 1);
            }
            (State::Quote, _) => state = State::Plain,
        }
    }
    if state == State::Quoted {
        record.text.push_str(&line[content..]);
    }
    state
}

/// Refuses a file with more rows than the limit; `rows` counts the one just read.
pub fn within_rows(rows: u32, limits: Limits) -> Result<(), Stopped> {
    if rows > limits.rows {
        return Err(too_large(format!("more than {} rows", limits.rows)).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_out::{CsvOut, unguarded};
    use proptest::prelude::*;

    fn records(text: &str) -> Vec<(u32, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), Limits::default());
        let mut read = Vec::new();
        while let Some(record) = records.read().unwrap() {
            read.push((record.line, record.fields().map(str::to_owned).collect()));
        }
        read
    }

    fn owned(fields: &[&str]) -> Vec<String> {
        fields.iter().map(|field| field.to_string()).collect()
    }

    #[test]
    fn a_record_has_the_line_on_which_it_starts() {
        let read = records("a,b\r\n\r\n\"1\r\n2\",\"x\"\"y\"\n  \n,\nlast,row");
        assert_eq!(read[0], (1, owned(&["a", "b"])));
        assert_eq!(read[1], (3, owned(&["1\r\n2", "x\"y"])));
        assert_eq!(read[2], (6, owned(&["", ""])));
        assert_eq!(read[3], (7, owned(&["last", "row"])));
        assert_eq!(read.len(), 4);
    }

    #[test]
    fn quotes_are_quotes_at_the_start_of_a_field_alone() {
        assert_eq!(records("a \"b\",\"c\"d,\"\"\n")[0].1, owned(&["a \"b\"", "cd", ""]));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let mut records = Records::new(&b"a,b\n1,\"2\n3,4\n"[..], Limits::default());
        records.read().unwrap();
        let record = records.read().unwrap().unwrap();
        assert!(record.is_unclosed);
        assert_eq!((record.line, record.field(1)), (2, Some("2\n3,4\n")));
    }

    #[test]
    fn a_row_without_a_newline_is_the_last() {
        let mut records = Records::new(&b"a,b\n1"[..], Limits::default());
        assert!(!records.read().unwrap().unwrap().is_last_without_newline);
        assert!(records.read().unwrap().unwrap().is_last_without_newline);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_unchanged(
            rows in proptest::collection::vec(proptest::collection::vec("[ab'=+@,\"\\t\\r\\n é-]{0,5}", 2..4), 0..5)
        ) {
            let mut out = CsvOut::with_mark(Vec::new()).unwrap();
            for row in &rows {
                out.row(row).unwrap();
            }
            let text = String::from_utf8(out.finish().unwrap()).unwrap();
            let read: Vec<Vec<String>> = records(&text)
                .into_iter()
                .map(|(_, fields)| fields.iter().map(|field| unguarded(field).to_owned()).collect())
                .collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(prop_oneof![
            Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(0), any::<u8>()], 0..60)
        ) {
            let mut records = Records::new(&bytes[..], Limits::default());
            while let Ok(Some(_)) = records.read() {}
        }
    }
}
