//! Conditions in plain English, worded so that each can follow "People".

use super::conditions::Condition;
use super::expression::{Atom, Choice, Comparison, Hundredths};
use super::facts::{Flag, Level, Quantity, Sex};
use super::form::{Literal, opposite};

impl Literal<'_> {
    pub fn phrase(&self) -> String {
        match self {
            Literal::Asked { atom, wanted } => atom_phrase(atom, *wanted),
            Literal::Ages { from: Some(from), to: Some(to) } if from == to => format!("aged {from}"),
            Literal::Ages { from: Some(from), to: Some(to) } => format!("aged {from} to {to}"),
            Literal::Ages { from: Some(from), to: None } => format!("aged {from} or over"),
            Literal::Ages { from: None, to: Some(to) } => format!("aged {to} or under"),
            Literal::Ages { from: None, to: None } => "of any age".into(),
        }
    }
}

/// A phrase as what people are or have: "have dementia" of "with dementia".
pub fn predicate(phrase: &str) -> String {
    const VERBS: [(&str, &str); 11] = [
        ("with active cancer treatment ", "had active cancer treatment "),
        ("without active cancer treatment ", "had no active cancer treatment "),
        ("with ", "have "),
        ("without ", "do not have "),
        ("who are ", "are "),
        ("living ", "live "),
        ("not living ", "do not live "),
        ("aged ", "are aged "),
        ("not ", "are not "),
        ("on ", "are on "),
        ("recorded ", "are recorded "),
    ];
    let with_verb = VERBS
        .into_iter()
        .find_map(|(start, verb)| phrase.strip_prefix(start).map(|rest| format!("{verb}{rest}")));
    with_verb.unwrap_or_else(|| format!("are {phrase}"))
}

/// A condition, or its opposite where `wanted` is false.
pub fn atom_phrase(atom: &Atom, wanted: bool) -> String {
    match atom {
        Atom::Flag(flag) => flag_phrase(*flag, wanted).to_owned(),
        Atom::Condition(condition) => {
            format!("{}on the register for {}", if wanted { "" } else { "not " }, register(*condition))
        }
        Atom::AnyCondition(conditions) => any_condition(conditions, wanted),
        Atom::Number(Quantity::YearsSinceCancerTreatment, comparison, years) => {
            let treatment = treatment(*comparison, years.0 / 100);
            format!("{} active cancer treatment that {treatment}", if wanted { "with" } else { "without" })
        }
        Atom::Number(quantity, comparison, number) => {
            number_phrase(*quantity, if wanted { *comparison } else { opposite(*comparison) }, *number)
        }
        Atom::Sex(choice) => {
            let (values, wanted) = chosen(choice, wanted, Sex::word);
            format!("{}recorded as {}", if wanted { "" } else { "not " }, alternatives(&values))
        }
        Atom::LevelOfNeed(choice) => {
            let (values, wanted) = chosen(choice, wanted, Level::word);
            match wanted {
                true => format!("with a {} level of need", alternatives(&values)),
                false => format!("with a level of need other than {}", alternatives(&values)),
            }
        }
    }
}

/// Of a flag, or of its opposite.
pub fn flag_phrase(flag: Flag, wanted: bool) -> &'static str {
    let (yes, no) = match flag {
        Flag::CancerActive => ("with an active cancer diagnosis", "without an active cancer diagnosis"),
        Flag::SeriousMentalIllness => ("with a serious mental illness", "without a serious mental illness"),
        Flag::LearningDisability => ("with a learning disability", "without a learning disability"),
        Flag::Dementia => ("with dementia", "without dementia"),
        Flag::AdvancedOrganicDisorder => {
            ("with an advanced organic disorder", "without an advanced organic disorder")
        }
        Flag::Homeless => ("who are homeless", "who are not homeless"),
        Flag::AlcoholDependency => ("with an alcohol dependency", "without an alcohol dependency"),
        Flag::DrugDependency => ("with a drug dependency", "without a drug dependency"),
        Flag::CareHome => ("living in a care home", "not living in a care home"),
    };
    if wanted { yes } else { no }
}

/// The register's name as it stands within a sentence.
pub fn register(condition: Condition) -> String {
    let name = match condition.name().split_once(": ") {
        Some((name, which)) => format!("{name} ({which})"),
        None => condition.name().to_owned(),
    };
    let first = name.chars().next().map(char::to_lowercase);
    first.into_iter().flatten().chain(name.chars().skip(1)).collect()
}

fn any_condition(conditions: &[Condition], wanted: bool) -> String {
    let names: Vec<String> = conditions.iter().map(|condition| register(*condition)).collect();
    match (&*names, wanted) {
        ([only], true) => format!("on the register for {only}"),
        ([only], false) => format!("not on the register for {only}"),
        (_, true) => format!("on at least one of these registers ({})", names.join("; ")),
        (_, false) => format!("on none of these registers ({})", names.join("; ")),
    }
}

fn chosen<T: Copy>(
    choice: &Choice<T>,
    wanted: bool,
    word: fn(T) -> &'static str,
) -> (Vec<&'static str>, bool) {
    let values = choice.values().iter().map(|value| word(*value)).collect();
    (values, wanted != matches!(choice, Choice::IsNot(_)))
}

fn alternatives(words: &[&str]) -> String {
    joined(words, "or")
}

/// "a", "a and b", "a, b and c".
pub fn joined<T: AsRef<str>>(items: &[T], word: &str) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} {word} {last}", before.join(", ")),
        None => String::new(),
    }
}

fn number_phrase(quantity: Quantity, comparison: Comparison, number: Hundredths) -> String {
    match quantity {
        Quantity::LtcCount => counted(comparison, number.0 / 100, "long-term condition", ""),
        Quantity::UnplannedAdmissions => {
            counted(comparison, number.0 / 100, "unplanned admission", " in the last 12 months")
        }
        Quantity::RiskScore => format!("with a risk score {}", amount(comparison, &number.to_string())),
        Quantity::AnnualCost => format!("with an annual cost {}", amount(comparison, &pounds(number.0))),
        Quantity::Age | Quantity::YearsSinceCancerTreatment => match comparison {
            Comparison::NotEqual => format!("not aged {number}"),
            _ => format!("aged under {number}"),
        },
    }
}

fn counted(comparison: Comparison, number: u64, what: &str, when: &str) -> String {
    let many = |number: u64| format!("{what}{}{when}", if number == 1 { "" } else { "s" });
    match (comparison, number) {
        (Comparison::Equal | Comparison::AtMost, 0) | (Comparison::Less, 1) => {
            format!("with no {what}{when}")
        }
        (Comparison::More | Comparison::NotEqual, 0) | (Comparison::AtLeast, 1) => {
            format!("with one or more {what}s{when}")
        }
        (Comparison::Equal, n) => format!("with exactly {} {}", in_words(n), many(n)),
        (Comparison::NotEqual, n) => format!("with a number of {what}s{when} other than {}", in_words(n)),
        (Comparison::Less, n) => format!("with fewer than {} {}", in_words(n), many(n)),
        (Comparison::AtMost, n) => format!("with {} or fewer {what}s{when}", in_words(n)),
        (Comparison::More, n) => format!("with more than {} {}", in_words(n), many(n)),
        (Comparison::AtLeast, n) => format!("with {} or more {what}s{when}", in_words(n)),
    }
}

fn amount(comparison: Comparison, number: &str) -> String {
    match comparison {
        Comparison::Equal => format!("of exactly {number}"),
        Comparison::NotEqual => format!("other than {number}"),
        Comparison::Less => format!("below {number}"),
        Comparison::AtMost => format!("of {number} or less"),
        Comparison::More => format!("above {number}"),
        Comparison::AtLeast => format!("of {number} or more"),
    }
}

/// How long ago treatment ended; a comparison by anniversary, on which it is exactly so many years.
fn treatment(comparison: Comparison, years: u64) -> String {
    let ago = format!("{} year{} ago", in_words(years), if years == 1 { "" } else { "s" });
    match (comparison, years) {
        (Comparison::Less, 0) => "is still to end".into(),
        (Comparison::AtMost, 0) => "ends on the day or later".into(),
        (Comparison::More, 0) => "ended before the day".into(),
        (Comparison::AtLeast, 0) => "has ended".into(),
        (Comparison::Equal, 0) => "ended on the day".into(),
        (Comparison::NotEqual, 0) => "ended on another day".into(),
        (Comparison::AtMost, _) => format!("ended no more than {ago} (the anniversary included)"),
        (Comparison::Less, _) => format!("ended less than {ago} (the anniversary left out)"),
        (Comparison::AtLeast, _) => format!("ended {ago} or longer (the anniversary included)"),
        (Comparison::More, _) => format!("ended more than {ago} (the anniversary left out)"),
        (Comparison::Equal, _) => format!("ended exactly {ago}"),
        (Comparison::NotEqual, _) => format!("ended, though not exactly {ago}"),
    }
}

/// A number as a word up to nine, in digits above.
pub fn in_words(number: u64) -> String {
    const WORDS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let word = usize::try_from(number).ok().and_then(|number| WORDS.get(number));
    word.map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// Pence as "£1,234" or "£1,234.50".
pub fn pounds(pence: u64) -> String {
    let digits = (pence / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match pence % 100 {
        0 => format!("£{grouped}"),
        part => format!("£{grouped}.{part:02}"),
    }
}
