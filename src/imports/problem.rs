//! What is wrong with a file or a row, in the words and codes of the import layouts.

use crate::stored_as_text;

stored_as_text! {
    /// How much it matters: an error refuses the whole file, a warning needs a tick.
    Severity {
        Error = "error",
        Warning = "warning",
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// The fixed codes of the import layouts; those beginning `W_` are warnings.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }
        }
    };
}

codes! {
    /// The whole file: a column is missing, repeated or unknown.
    Header = "E_HEADER",
    EmptyFile = "E_EMPTY_FILE",
    Utf8 = "E_UTF8",
    TooLarge = "E_TOO_LARGE",
    /// A row with the wrong number of fields, or cut off inside a quoted one.
    FieldCount = "E_FIELD_COUNT",
    Required = "E_REQUIRED",
    NotAllowed = "E_NOT_ALLOWED",
    NhsCharacters = "E_NHS_CHARS",
    NhsLength = "E_NHS_LENGTH",
    NhsRepeated = "E_NHS_REPEATED",
    NhsCheckTen = "E_NHS_CHECK10",
    NhsCheck = "E_NHS_CHECK",
    Date = "E_DATE",
    Future = "E_FUTURE",
    DateOrder = "E_DATE_ORDER",
    Integer = "E_INTEGER",
    Decimal = "E_DECIMAL",
    Pence = "E_PENCE",
    Range = "E_RANGE",
    Enum = "E_ENUM",
    List = "E_LIST",
    Format = "E_FORMAT",
    TooLong = "E_TOO_LONG",
    Text = "E_TEXT",
    UnknownRef = "E_UNKNOWN_REF",
    RefType = "E_REF_TYPE",
    RoleType = "E_ROLE_TYPE",
    MemberType = "E_MEMBER_TYPE",
    UnknownPerson = "E_UNKNOWN_PERSON",
    Duplicate = "E_DUPLICATE",
    Mismatch = "E_MISMATCH",
    /// The whole file: it has a column that says who somebody is.
    IdentifierPresent = "E_IDENTIFIER_PRESENT",
    Conflict = "W_CONFLICT",
    Overlap = "W_OVERLAP",
    EmptyReturn = "W_EMPTY_RETURN",
    Identifier = "W_IDENTIFIER",
}

impl Code {
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with("W_") { Severity::Warning } else { Severity::Error }
    }
}

/// One fault: the physical line its row starts on (header 1), the column (blank for the row or file), and what was
/// found, what is wanted and how to mend it. The message never holds an NHS number, a name, an e-mail address, a
/// date of birth or free text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub line: u32,
    pub column: &'static str,
    pub code: Code,
    pub severity: Severity,
    pub message: String,
}

impl Problem {
    pub fn new(line: u32, column: &'static str, code: Code, message: impl Into<String>) -> Self {
        Self { line, column, code, severity: code.severity(), message: message.into() }
    }

    /// A fault of the whole file.
    pub fn of_file(line: u32, code: Code, message: impl Into<String>) -> Self {
        Self::new(line, "", code, message)
    }
}
