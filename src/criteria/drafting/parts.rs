//! A draft's text as its page shows it beside the text: rows, reading, what is wrong or doubtful, and what it would do.

use std::sync::atomic::AtomicBool;

use super::act::{field, in_words};
use crate::criteria::builder::rows::{Row, rows};
use crate::criteria::check::{Criterion, doubts};
use crate::criteria::expression::Expression;
use crate::criteria::mistake::{Mistake, Position};
use crate::criteria::outline::{Group, Kind};
use crate::criteria::parser::parse;
use crate::criteria::preview_pages::page::{Lists, Prepared};
use crate::criteria::preview_pages::sides::Drafted;
use crate::criteria::preview_pages::tables::{Tables, tables};
use crate::criteria::preview_pages::work::Worked;
use crate::criteria::reading::Reading;
use crate::groups::scheme::Scheme;
use crate::page::Choice;
use crate::runs::preview::{Cancelled, Register};

/// A part with the buttons that change it.
pub struct RowView {
    pub row: Row,
    /// Where it stands, as buttons name it.
    pub path: String,
    /// Of a group of several: how its parts count, and how they could.
    pub kind: String,
    pub kinds: Vec<Choice>,
}

/// Where a text goes wrong: its line about there, with the character that is marked.
pub struct Problem {
    pub message: String,
    pub before: String,
    pub mark: String,
    pub after: String,
}

/// What is shown beside a text.
pub struct Parts {
    pub text: String,
    pub rows: Vec<RowView>,
    pub more_rows: usize,
    /// Where a condition can be added.
    pub to: Vec<Choice>,
    pub problem: Option<Problem>,
    pub warnings: Vec<String>,
    pub reading: Option<Reading>,
    pub expression: Option<Expression>,
}

/// More parts than this are changed in the text.
const MOST_ROWS: usize = 200;
/// Characters shown on each side of the one that is marked.
const AROUND: usize = 60;

impl Parts {
    /// `others` are the criteria of the other groups of the scheme.
    pub fn of(text: &str, group: &str, others: &[Drafted], scheme: &Scheme) -> Parts {
        let parsed = parse(text);
        let others: Vec<Criterion<'_>> =
            others.iter().map(|other| (other.group.as_str(), &other.criterion)).collect();
        let warnings = match &parsed {
            Ok(parsed) => doubts(parsed, group, &others, scheme),
            Err(_) => Vec::new(),
        };
        let is_blank = text.trim().is_empty();
        let problem = parsed.as_ref().err().filter(|_| !is_blank).map(|mistake| Problem::of(text, mistake));
        let expression = parsed.ok().map(|parsed| parsed.expression);
        let all = rows(expression.as_ref());
        let more_rows = all.len().saturating_sub(MOST_ROWS);
        let to = places(&all);
        let view = |row| RowView::of(row, expression.as_ref());
        Parts {
            text: text.to_owned(),
            rows: all.into_iter().take(MOST_ROWS).map(view).collect(),
            more_rows,
            to,
            problem,
            warnings: warnings
                .into_iter()
                .map(|doubt| in_words(&Mistake { position: doubt.position, message: doubt.message }))
                .collect(),
            reading: expression.as_ref().map(Reading::of),
            expression,
        }
    }
}

/// The groups a condition can be added to.
fn places(rows: &[Row]) -> Vec<Choice> {
    let whole = [Choice::new("", "At the end")];
    let beside = rows.first().filter(|row| row.line.kind != Kind::Group(Group::All));
    let beside = beside.map(|_| Choice::new("and", "Beside everything so far, which must be true as well"));
    let several = |row: &&Row| matches!(row.line.kind, Kind::Group(group) if group != Group::Not);
    let groups = rows.iter().take(MOST_ROWS).filter(several).filter(|row| row.depth > 0);
    let groups = groups
        .map(|row| Choice::new(row.path.to_string(), format!("In part {}: {}", row.path, row.line.reading)));
    whole.into_iter().chain(beside).chain(groups).collect()
}

impl RowView {
    fn of(row: Row, whole: Option<&Expression>) -> RowView {
        let parts = whole.and_then(|whole| row.path.within(whole).ok()).map_or(0, |part| part.parts().len());
        let kind = match row.line.kind {
            Kind::Group(Group::All) => "all".to_owned(),
            Kind::Group(Group::Any) => "any".to_owned(),
            Kind::Group(Group::AtLeast(least)) => least.to_string(),
            _ => String::new(),
        };
        let least = (2..=parts.min(20))
            .map(|least| Choice::new(least.to_string(), format!("At least {least} of them")));
        let all = (parts > 1).then(|| Choice::new("all", "All of them"));
        let kinds = all.into_iter().chain([Choice::new("any", "Any of them")]).chain(least).collect();
        RowView { path: row.path.to_string(), kind, kinds, row }
    }

    /// The name of a field about it.
    pub fn field(&self, what: &str) -> String {
        field(what, &self.path)
    }

    /// The class that indents it.
    pub fn depth(&self) -> usize {
        self.row.depth.min(6)
    }
}

impl Problem {
    fn of(text: &str, mistake: &Mistake) -> Problem {
        let Position { line, column } = mistake.position;
        let signs: Vec<char> = text.lines().nth(line - 1).unwrap_or_default().chars().collect();
        let at = (column - 1).min(signs.len());
        let first = at.saturating_sub(AROUND);
        let last = signs.len().min(at + 1 + AROUND);
        let text = |signs: &[char]| signs.iter().collect::<String>();
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let (before, after) = (text(&signs[first..at]), text(signs.get(at + 1..last).unwrap_or_default()));
        Problem {
            message: in_words(mistake),
            before: format!("{}{before}", cut(first > 0)),
            mark: signs.get(at).map(char::to_string).unwrap_or_default(),
            after: format!("{after}{}", cut(last < signs.len())),
        }
    }
}

/// What a draft would do, as its page shows it.
pub struct Shown {
    pub tables: Tables,
    pub lists: Lists,
    pub on: chrono::NaiveDate,
    pub register: i64,
    /// Whether the figures are those of an earlier text, for this one cannot be read.
    pub is_earlier: bool,
}

impl Shown {
    pub fn of(
        prepared: &Prepared,
        register: &Register,
        is_earlier: bool,
        cancelled: &AtomicBool,
    ) -> Result<Shown, Cancelled> {
        let worked = Worked::of(register, &prepared.sides, cancelled)?;
        Ok(Shown {
            tables: tables(&worked, &prepared.seen.here, &prepared.practices, prepared.audience),
            lists: Lists::new(prepared),
            on: prepared.sides.on,
            register: worked.register,
            is_earlier,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mistake_marks_its_character_in_its_line() {
        let problem =
            Parts::of("age >= 16 and\n  dementai", "LTC_75", &[], Scheme::shipped()).problem.unwrap();
        assert_eq!((&*problem.before, &*problem.mark, &*problem.after), ("  ", "d", "ementai"));
        assert!(problem.message.starts_with("Line 2, column 3: "), "{}", problem.message);
        let end = Parts::of("age >=", "LTC_75", &[], Scheme::shipped()).problem.unwrap();
        assert_eq!((&*end.before, &*end.mark, &*end.after), ("age >=", "", ""));
        let long = Parts::of(&format!("{}§", "dementia or ".repeat(100)), "LTC_75", &[], Scheme::shipped())
            .problem
            .unwrap();
        assert_eq!((long.before.chars().count(), &*long.mark), (61, "§"));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_shown_with_its_mistake_in_its_line(text in any::<String>()) {
            let parts = Parts::of(&text, "LTC_75", &[], Scheme::shipped());
            if let Some(problem) = parts.problem {
                let shown = format!("{}{}{}", problem.before, problem.mark, problem.after);
                let shown = shown.trim_matches('…');
                prop_assert!(text.lines().any(|line| line.contains(shown)) || shown.is_empty());
            }
        }
    }

    #[test]
    fn nothing_typed_is_no_mistake_yet_and_long_texts_show_some_rows() {
        assert!(Parts::of(" \n", "LTC_75", &[], Scheme::shipped()).problem.is_none());
        let parts = Parts::of(&vec!["age >= 75"; 300].join(" and "), "LTC_75", &[], Scheme::shipped());
        assert_eq!((parts.rows.len(), parts.more_rows), (200, 101));
    }
}
