//! Physical lines of a file as UTF-8 text, read as a stream and refused at the limit.

use std::io::{self, BufRead};

use super::problem::{Code, Problem};

/// How much a file may hold (settings `import.max_bytes` and `import.max_rows`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    pub bytes: u64,
    pub rows: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 2_000_000_000, rows: 5_000_000 }
    }
}

/// Why reading a file stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The file as a whole is refused.
    #[error("{}", .0.message)]
    Refused(Problem),
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Stopped::Refused(problem)
    }
}

/// A physical line longer than this is no line of ours: memory stays small whatever is sent.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// Reads line after line.
pub struct Lines<R> {
    input: R,
    bytes: u64,
    max_bytes: u64,
    number: u32,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R, limits: Limits) -> Self {
        Self { input, bytes: 0, max_bytes: limits.bytes, number: 0, buffer: Vec::new() }
    }

    /// The number of the line last read, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    pub fn input(&self) -> &R {
        &self.input
    }

    /// How many bytes have been read, for progress.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next physical line with the newline that ends it, if one does; `None` at the end of the file.
    pub fn read(&mut self) -> Result<Option<&str>, Stopped> {
        self.buffer.clear();
        self.fill()?;
        if self.buffer.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 {
            self.open()?;
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(line) => Ok(Some(line)),
            Err(_) => Err(not_utf8(self.number).into()),
        }
    }

    /// Takes a byte order mark off the first line, and refuses what is no UTF-8 text.
    fn open(&mut self) -> Result<(), Problem> {
        if let Some(found) = what_else(&self.buffer) {
            let message = format!("The file is {found}. Save it again as \"CSV UTF-8 (comma delimited)\".");
            return Err(Problem::of_file(1, Code::Utf8, message));
        }
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), Stopped> {
        loop {
            let read = match self.input.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let end = read.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(read.len(), |at| at + 1);
            self.buffer.extend_from_slice(&read[..taken]);
            self.input.consume(taken);
            self.bytes += taken as u64;
            if self.bytes > self.max_bytes {
                let limit = self.max_bytes;
                return Err(too_large(format!("more than {limit} bytes")).into());
            }
            if end.is_some() || taken == 0 {
                return Ok(());
            }
            if self.buffer.len() > MAX_RECORD_BYTES {
                return Err(endless(self.number + 1).into());
            }
        }
    }
}

/// What a file is that is no UTF-8 text, from its first line. Text of two or four bytes a sign has as many zero bytes.
fn what_else(line: &[u8]) -> Option<&'static str> {
    let starts = |mark: &[u8]| line.starts_with(mark);
    let zeros = line.iter().filter(|byte| **byte == 0).count();
    Some(match () {
        () if starts(b"PK\x03\x04") => {
            "a workbook (.xlsx) or another zipped file, not text. Open it in the spreadsheet program"
        }
        () if starts(b"\xd0\xcf\x11\xe0") => {
            "a workbook (.xls) or another office file, not text. Open it in the spreadsheet program"
        }
        () if starts(b"\xff\xfe\0\0") || starts(b"\0\0\xfe\xff") => "saved as UTF-32, and UTF-8 is wanted",
        () if starts(b"\xff\xfe") || starts(b"\xfe\xff") => {
            "saved as UTF-16 (\"Unicode text\"), and UTF-8 is wanted"
        }
        () if zeros * 5 >= line.len() * 2 => "saved as UTF-16 or UTF-32, and UTF-8 is wanted",
        () if zeros > 0 => "not a text file: it holds zero bytes. Open it in the program it was made with",
        () => return None,
    })
}

/// The file holds more than a setting allows.
pub fn too_large(what: String) -> Problem {
    Problem::of_file(
        1,
        Code::TooLarge,
        format!(
            "The file has {what}, which is the limit. Split it into several files, each with the header line."
        ),
    )
}

/// A line or quoted field that does not end within [`MAX_RECORD_BYTES`].
pub fn endless(line: u32) -> Problem {
    Problem::of_file(
        line,
        Code::FieldCount,
        "The row that starts here does not end within 1 MB. A quote on this line is probably never closed: close \
         it, or write a quote inside a quoted field twice. Line ends must be LF or CRLF.",
    )
}

fn not_utf8(line: u32) -> Problem {
    Problem::of_file(
        line,
        Code::Utf8,
        "This line has a sign that is not UTF-8. The file is probably saved as Windows-1252 (\"ANSI\"). Save it again \
         as \"CSV UTF-8 (comma delimited)\".",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_line(bytes: &[u8], limits: Limits) -> Option<(Code, u32)> {
        let mut lines = Lines::new(bytes, limits);
        loop {
            match lines.read() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(Stopped::Refused(problem)) => return Some((problem.code, problem.line)),
                Err(Stopped::Io(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_the_first_line_alone() {
        let mut lines = Lines::new("\u{feff}a\r\n\u{feff}b".as_bytes(), Limits::default());
        assert_eq!(lines.read().unwrap(), Some("a\r\n"));
        assert_eq!(lines.read().unwrap(), Some("\u{feff}b"));
        assert_eq!(lines.read().unwrap(), None);
    }

    #[test]
    fn utf_16_is_refused_on_line_1_with_a_mark_and_without() {
        for bytes in [&b"\xff\xfea\0\n\0"[..], b"\xfe\xff\0a\0\n", b"a\0,\0b\0\n\0c\0"] {
            assert_eq!(code_and_line(bytes, Limits::default()), Some((Code::Utf8, 1)));
        }
    }

    #[test]
    fn utf_32_is_not_called_utf_16() {
        let message = |bytes: &[u8]| match Lines::new(bytes, Limits::default()).read() {
            Err(Stopped::Refused(problem)) => problem.message,
            other => panic!("{other:?}"),
        };
        assert!(message(b"\xff\xfe\0\0a\0\0\0\n\0\0\0").contains("saved as UTF-32,"));
        assert!(message(b"\xff\xfea\0\n\0").contains("saved as UTF-16 ("));
        assert!(message(b"a\0,\0b\0\n\0").contains("saved as UTF-16 or UTF-32,"));
    }

    #[test]
    fn a_workbook_and_what_is_no_text_are_called_so_and_not_an_encoding() {
        for (bytes, words) in [
            (&b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\n"[..], "a workbook (.xlsx)"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\n", "a workbook (.xls)"),
            (b"locality_code,\0,locality_name\n", "not a text file"),
        ] {
            let Err(Stopped::Refused(problem)) = Lines::new(bytes, Limits::default()).read() else {
                panic!()
            };
            assert!(
                problem.message.contains(words) && !problem.message.contains("UTF-16"),
                "{}",
                problem.message
            );
            assert!(problem.message.ends_with("Save it again as \"CSV UTF-8 (comma delimited)\"."));
        }
    }

    #[test]
    fn windows_1252_is_refused_on_the_line_of_its_first_sign() {
        assert_eq!(code_and_line(b"a\nb\nZo\xe9\nZo\xe9\n", Limits::default()), Some((Code::Utf8, 3)));
        assert_eq!(code_and_line(b"a\n\xc3,\xa9\n", Limits::default()), Some((Code::Utf8, 2)));
        assert_eq!(code_and_line(b"a\ncut \xc3", Limits::default()), Some((Code::Utf8, 2)));
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let limits = Limits { bytes: 5, ..Limits::default() };
        assert_eq!(code_and_line(b"a\nb\n\n", limits), None);
        assert_eq!(code_and_line(b"a\nb\nc\n", limits), Some((Code::TooLarge, 1)));
        let endless = vec![b'a'; 3 * MAX_RECORD_BYTES];
        assert_eq!(code_and_line(&endless, Limits::default()), Some((Code::FieldCount, 1)));
    }
}
