//! What identifies somebody in free text: NHS numbers in any spacing, birth dates, phone numbers, postcodes, e-mail
//! addresses, names after a title, and the name of the person the text is about. Found before the text is stored.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use regex::Regex;

use super::nhs_number::NhsNumber;

/// What a piece of text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    NhsNumber,
    BirthDate,
    PhoneNumber,
    Postcode,
    EmailAddress,
    Name,
    /// A name after a title, whoever's it is.
    TitledName,
}

impl Kind {
    /// "an NHS number", as a sentence names it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::NhsNumber => "an NHS number",
            Kind::BirthDate => "a date of birth",
            Kind::PhoneNumber => "a phone number",
            Kind::Postcode => "a postcode",
            Kind::EmailAddress => "an e-mail address",
            Kind::Name => "the person's name",
            Kind::TitledName => "a name",
        }
    }
}

/// A piece of a text that looks like something that identifies somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub kind: Kind,
    /// Where it stands, in bytes of the text; on the borders of signs.
    pub at: Range<usize>,
}

/// The person a text is about.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Given and family names.
    pub names: Vec<String>,
    pub born: Option<NaiveDate>,
}

impl About {
    /// Somebody by name and birth date.
    pub fn of(given: Option<&str>, family: Option<&str>, born: NaiveDate) -> About {
        let names = [given, family].into_iter().flatten().map(str::to_owned).collect();
        About { names, born: Some(born) }
    }
}

/// Everything in a text that looks as if it identified somebody, in its order, without overlaps.
///
/// A date is taken for a birth date if it is the person's own, if a word such as "born" stands before it, or if it lies
/// more than 15 years before `today`: nobody younger is in a group.
pub fn find(text: &str, about: &About, today: NaiveDate) -> Vec<Identifier> {
    let plain = Plain::of(text);
    let mut found = Vec::new();
    found.extend(emails(&plain.text));
    found.extend(nhs_numbers(&plain.text));
    found.extend(birth_dates(&plain.text, about.born, today));
    found.extend(phone_numbers(&plain.text));
    found.extend(postcodes(&plain.text));
    found.extend(names(&plain.text, &about.names));
    found.extend(titled_names(&plain.text));
    apart(found).into_iter().map(|one| Identifier { at: plain.place(&one.at), ..one }).collect()
}

/// A text with the identifiers taken out: `[removed]` in place of each.
pub fn without(text: &str, identifiers: &[Identifier]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for one in identifiers {
        left.push_str(&text[from..one.at.start]);
        left.push_str("[removed]");
        from = one.at.end;
    }
    left + &text[from..]
}

/// The earlier kind wins where two overlap.
fn apart(found: Vec<Identifier>) -> Vec<Identifier> {
    let mut kept: Vec<Identifier> = Vec::new();
    for one in found {
        let overlaps = |other: &Identifier| one.at.start < other.at.end && other.at.start < one.at.end;
        if !kept.iter().any(overlaps) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| one.at.start);
    kept
}

/// A text in which digits, dashes and spaces of every kind are ASCII, with the way back.
struct Plain {
    text: String,
    /// The place in the original of each byte, and of the end.
    places: Vec<usize>,
}

impl Plain {
    fn of(text: &str) -> Plain {
        let mut plain =
            Plain { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len() + 1) };
        for (at, sign) in text.char_indices() {
            let sign = match sign {
                '\u{ff10}'..='\u{ff19}' => digit(sign, '\u{ff10}'),
                '\u{0660}'..='\u{0669}' => digit(sign, '\u{0660}'),
                '\u{06f0}'..='\u{06f9}' => digit(sign, '\u{06f0}'),
                '\u{0966}'..='\u{096f}' => digit(sign, '\u{0966}'),
                '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}' => ' ',
                sign if sign.is_whitespace() => ' ',
                sign => sign,
            };
            plain.text.push(sign);
            plain.places.resize(plain.text.len(), at);
        }
        plain.places.push(text.len());
        plain
    }

    fn place(&self, at: &Range<usize>) -> Range<usize> {
        self.places[at.start]..self.places[at.end]
    }
}

fn digit(sign: char, nought: char) -> char {
    char::from_digit(sign as u32 - nought as u32, 10).unwrap_or(sign)
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is written here and tested")
}

fn emails(text: &str) -> Vec<Identifier> {
    static EMAIL: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)[\p{L}\p{N}._%+'-]+ ?@ ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+"));
    EMAIL.find_iter(text).map(|one| Identifier { kind: Kind::EmailAddress, at: one.range() }).collect()
}

/// Ten digits with anything but letters between them that people put there, which the modulus makes a number of.
fn nhs_numbers(text: &str) -> Vec<Identifier> {
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9](?:[ .,/()_-]{0,3}[0-9]){9,}"));
    let mut found = Vec::new();
    for run in DIGITS.find_iter(text) {
        let bytes = run.as_str().as_bytes();
        let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
        let stands_alone = |at: usize| !bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut first = 0;
        while first + 10 <= digits.len() {
            let (from, to) = (digits[first], digits[first + 9] + 1);
            let number: String = digits[first..first + 10].iter().map(|at| char::from(bytes[*at])).collect();
            let is_whole = (from == 0 || stands_alone(from - 1)) && stands_alone(to);
            if is_whole && NhsNumber::parse(&number).is_ok() {
                found.push(Identifier { kind: Kind::NhsNumber, at: run.start() + from..run.start() + to });
                first += 10;
            } else {
                first += 1;
            }
        }
    }
    found
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn birth_dates(text: &str, born: Option<NaiveDate>, today: NaiveDate) -> Vec<Identifier> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        let month = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
        regex(&format!(
            r"(?ix)
            \b(?P<y1>[0-9]{{4}}) \ ?[-/.]\ ? (?P<m1>[0-9]{{1,2}}) \ ?[-/.]\ ? (?P<d1>[0-9]{{1,2}})\b
            | \b(?P<d2>[0-9]{{1,2}}) \ ?[-/.\ ]\ ? (?P<m2>[0-9]{{1,2}}) \ ?[-/.\ ]\ ? (?P<y2>[0-9]{{4}}|[0-9]{{2}})\b
            | \b(?P<d3>[0-9]{{1,2}}) (?:st|nd|rd|th)? (?:\ of)? [-\ .,/]{{0,3}} (?P<m3>{month})\b\.? [-\ .,/'’]{{0,3}} (?P<y3>[0-9]{{4}}|[0-9]{{2}})\b
            | \b(?P<m4>{month})\b\.? [-\ ,]{{0,3}} (?P<d4>[0-9]{{1,2}}) (?:st|nd|rd|th)? [-\ ,]{{1,3}} (?P<y4>[0-9]{{4}})\b
            | \b(?P<p5>[0-9]{{8}})\b"
        ))
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(?:\bborn|\bd\.? ?o\.? ?b\.?|date of birth|birth ?day|birth ?date)\W{0,4}(?:(?:is|on|was)\W{1,2})?$",
        )
    });
    let old = today.with_year(today.year() - 15).unwrap_or(today);
    let mut found = Vec::new();
    for one in DATE.captures_iter(text) {
        let part = |name: &str| one.name(name).map(|part| part.as_str());
        let number = |name: &str| part(name).and_then(|digits| digits.parse::<u32>().ok());
        let month = |name: &str| {
            let word = part(name)?.to_ascii_lowercase();
            MONTHS.iter().position(|month| word.starts_with(month)).and_then(|at| u32::try_from(at + 1).ok())
        };
        let dates: Vec<NaiveDate> = match part("p5") {
            Some(digits) => packed(digits),
            None => {
                let year = ["y1", "y2", "y3", "y4"].iter().find_map(|name| number(name));
                let day = ["d1", "d2", "d3", "d4"].iter().find_map(|name| number(name));
                let month = month("m3").or(month("m4")).or(number("m1")).or(number("m2"));
                let (Some(year), Some(month), Some(day)) = (year, month, day) else { continue };
                // The month may come first, where both are digits.
                let turned = part("m2").map(|_| (day, month));
                let orders = [Some((month, day)), turned];
                let orders = orders.into_iter().flatten();
                orders.flat_map(|(month, day)| dates(year, month, day)).collect()
            }
        };
        let whole = one.get(0).expect("a capture has a whole");
        let is_told = BEFORE.is_match(&text[..whole.start()]);
        let is_birth =
            |date: &NaiveDate| born == Some(*date) || *date <= old && date.year() >= 1890 && is_long(&one);
        if dates.iter().any(is_birth) || is_told && !dates.is_empty() {
            found.push(Identifier { kind: Kind::BirthDate, at: whole.range() });
        }
    }
    found
}

/// Whether the year has four digits: of two, only the person's own date or a word before it makes a birth date.
fn is_long(found: &regex::Captures<'_>) -> bool {
    let years = ["y1", "y2", "y3", "y4"].iter().find_map(|name| found.name(name));
    years.is_none_or(|year| year.as_str().len() == 4)
}

/// The day in its year, or in either century.
fn dates(year: u32, month: u32, day: u32) -> Vec<NaiveDate> {
    let year = i32::try_from(year).unwrap_or(0);
    let years = if year < 100 { vec![1900 + year, 2000 + year] } else { vec![year] };
    years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).collect()
}

/// Eight digits as day, month, year or the other way about.
fn packed(digits: &str) -> Vec<NaiveDate> {
    let number = |range: Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let year = |range| i32::try_from(number(range)).unwrap_or(0);
    let forward = NaiveDate::from_ymd_opt(year(4..8), number(2..4), number(0..2));
    let backward = NaiveDate::from_ymd_opt(year(0..4), number(4..6), number(6..8));
    forward.into_iter().chain(backward).collect()
}

fn phone_numbers(text: &str) -> Vec<Identifier> {
    static PHONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\+ ?44|\b0044)[ ./-]{0,2}(?:\(0\))?(?:[ ./()-]{0,2}[0-9]){9,10}\b|(?:\(0|\b0)(?:[ ./()-]{0,2}[0-9]){9,10}\b|\b7[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}\b",
        )
    });
    PHONE.find_iter(text).map(|one| Identifier { kind: Kind::PhoneNumber, at: one.range() }).collect()
}

fn postcodes(text: &str) -> Vec<Identifier> {
    static POSTCODE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b[a-z]{1,2}[0-9][a-z0-9]?[ -]{0,2}[0-9][abd-hjlnp-uw-z]{2}\b"));
    POSTCODE.find_iter(text).map(|one| Identifier { kind: Kind::Postcode, at: one.range() }).collect()
}

/// The parts of a name that are a name: in one with capitals, a word without is a particle, such as "van" or "the".
fn parts_of(name: &str) -> impl Iterator<Item = &str> {
    let has_capitals = name.contains(char::is_uppercase);
    let parts = name.split(|sign: char| !sign.is_alphabetic() && sign != '\'');
    parts.filter(move |part| {
        part.chars().count() >= 2 && (!has_capitals || part.starts_with(char::is_uppercase))
    })
}

/// Whole words that are a part of the person's name; one of two letters only as it is written.
fn names(text: &str, names: &[String]) -> Vec<Identifier> {
    let mut found = Vec::new();
    for part in names.iter().flat_map(|name| parts_of(name)) {
        let any_case = if part.chars().count() > 2 { "(?i)" } else { "" };
        let Ok(word) = Regex::new(&format!(r"{any_case}\b{}\b", regex::escape(part))) else { continue };
        found.extend(word.find_iter(text).map(|one| Identifier { kind: Kind::Name, at: one.range() }));
    }
    found
}

/// A word in capitals after a title by which people in somebody's care are called; professionals have others.
fn titled_names(text: &str) -> Vec<Identifier> {
    static TITLED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.? \p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,2}"));
    TITLED.find_iter(text).map(|one| Identifier { kind: Kind::TitledName, at: one.range() }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        "2026-11-24".parse().unwrap()
    }

    fn about() -> About {
        About { names: vec!["Zebedee".into(), "Test-Li".into()], born: Some("1948-02-07".parse().unwrap()) }
    }

    #[test]
    fn a_particle_of_a_name_is_no_name() {
        let about = About { names: vec!["van der Berg".into(), "li po".into()], born: None };
        let of = |text: &str| find(text, &about, today()).len();
        assert_eq!((of("driven by van to der clinic"), of("Mr. Berg"), of("li and po")), (0, 1, 2));
    }

    /// The pieces found, with their kinds.
    fn pieces(text: &str) -> Vec<(Kind, &str)> {
        find(text, &about(), today()).into_iter().map(|one| (one.kind, &text[one.at])).collect()
    }

    #[test]
    fn an_nhs_number_is_found_in_any_spacing() {
        for text in [
            "9991234004",
            "999 123 4004",
            "999-123-4004",
            "9 9 9 1 2 3 4 0 0 4",
            "999.123.4004",
            "999\u{a0}123\u{2011}4004",
            "９９９ 123 4004",
            "999) 123-4004",
            "999,123,4004",
        ] {
            let number = NhsNumber::parse("9991234004");
            assert!(number.is_ok(), "{number:?}");
            assert_eq!(pieces(&format!("Seen, {text}.")), [(Kind::NhsNumber, text)]);
        }
        assert_eq!(pieces("aged 78, 999 123 4004 again"), [(Kind::NhsNumber, "999 123 4004")]);
        assert_eq!(pieces("order 9991234005 and 12345678901234"), []);
    }

    #[test]
    fn a_birth_date_is_the_persons_own_an_old_one_or_a_told_one() {
        for text in [
            "7/2/1948",
            "07-02-48",
            "7 Feb 1948",
            "7th of February 1948",
            "February 7, 1948",
            "1948-02-07",
            "07021948",
            "7 Feb '48",
            "7 Feb ’48",
            "2/7/1948",
        ] {
            assert_eq!(pieces(&format!("It says {text} here")), [(Kind::BirthDate, text)], "{text}");
        }
        assert_eq!(pieces("another, 5/27/1951"), [(Kind::BirthDate, "5/27/1951")]);
        assert_eq!(pieces("another, 3 May 1951"), [(Kind::BirthDate, "3 May 1951")]);
        assert_eq!(pieces("DOB: 03/05/12"), [(Kind::BirthDate, "03/05/12")]);
        assert_eq!(pieces("Admitted on 5 April 2026, again on 12/05/2026 and 3/6/26"), []);
    }

    #[test]
    fn phone_numbers_postcodes_and_addresses_are_found() {
        for text in [
            "020 7946 0018",
            "(020) 7946 0018",
            "+44 20 7946 0018",
            "07700 900123",
            "0044 7700 900 123",
            "7700 900123",
        ] {
            assert_eq!(pieces(&format!("Ring {text} please")), [(Kind::PhoneNumber, text)], "{text}");
        }
        for text in ["W1A 1AA", "ec1a1bb", "M1 1AE", "CR2 6XH", "W1A  1AA", "M1-1AE"] {
            assert_eq!(pieces(&format!("lives in {text}.")), [(Kind::Postcode, text)], "{text}");
        }
        assert_eq!(pieces("write to a.b@example.org"), [(Kind::EmailAddress, "a.b@example.org")]);
    }

    #[test]
    fn the_persons_name_is_found_as_whole_words() {
        assert_eq!(pieces("ZEBEDEE is well; zebedees are not"), [(Kind::Name, "ZEBEDEE")]);
        assert_eq!(pieces("Mrs Test and Li, but not li"), [(Kind::Name, "Test"), (Kind::Name, "Li")]);
    }

    #[test]
    fn a_name_after_a_title_is_found_whoever_it_is() {
        let nobody = About::default();
        let found = find("Seen with Mr. John O'Neill; Dr Roy and Miss out", &nobody, today());
        let kinds: Vec<Kind> = found.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [Kind::TitledName]);
    }

    #[test]
    fn clinical_text_is_left_alone() {
        for text in [
            "Frailty score 7 of 9, 3 admissions in 12 months, HbA1c 58 mmol/mol, BP 135/85.",
            "Group 3 to group 8: dementia coded in 2026. £12,400 a year. P-7K3F-92QD, D-4821.",
            "MMSE 14/30 on 2 June 2026; ward B12; CT1 scan; 10 to 14 hours a day.",
        ] {
            assert_eq!(pieces(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_found_can_be_taken_out() {
        let text = "Zebedee, 999 123 4004, has dementia";
        let found = find(text, &about(), today());
        assert_eq!(without(text, &found), "[removed], [removed], has dementia");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_every_place_is_on_the_border_of_signs(text in "\\PC{0,80}") {
            let found = find(&text, &about(), today());
            for one in &found {
                prop_assert!(text.get(one.at.clone()).is_some_and(|piece| !piece.is_empty()));
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].at.end <= pair[1].at.start));
            let _ = without(&text, &found);
        }
    }
}
