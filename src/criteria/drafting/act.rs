//! What a button of a draft's page does to its text.

use super::super::builder::condition::ConditionForm;
use super::super::builder::path::Path;
use super::super::builder::{CannotEdit, Edit};
use super::super::expression::Expression;
use super::super::outline::Group;
use super::super::parser::parse;
use crate::page::Mistakes;

/// The fields of a draft's page as sent.
#[derive(Clone, Debug, Default)]
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// Lines end as the language counts them.
    pub fn new(fields: Vec<(String, String)>) -> Sent {
        Sent(fields.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value)
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(each, _)| each == name).map(|(_, value)| value.clone()).take(100).collect()
    }

    pub fn text(&self) -> &str {
        self.get("text")
    }

    /// The version of the record as the page showed it; none is stale.
    pub fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or(0)
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Keep the text as it is typed.
    Keep,
    /// Go back to the text of a revision (row id).
    GoBack(i64),
    /// Change the text by its parts.
    Change(String, String),
}

impl Act {
    pub fn of(sent: &Sent) -> Act {
        let (word, about) = sent.get("act").split_once(':').unwrap_or((sent.get("act"), ""));
        match word {
            "" | "save" | "preview" => Act::Keep,
            "back" => Act::GoBack(about.parse().unwrap_or(0)),
            word => Act::Change(word.to_owned(), about.to_owned()),
        }
    }
}

/// The kinds of condition that are added, by the word of their button: the kind, and the prefix of their fields.
const ADDED: [(&str, &str); 5] = [
    ("add-flag", "flag"),
    ("add-number", "number"),
    ("add-register", "condition"),
    ("add-sex", "sex"),
    ("add-level", "level_of_need"),
];

/// The text that a button makes of the one sent.
///
/// # Errors
/// Mistakes by field.
pub fn changed(sent: &Sent, word: &str, about: &str) -> Result<String, Mistakes> {
    let text = sent.text();
    let draft = match text.trim().is_empty() {
        true => None,
        false => Some(parse(text).map_err(|mistake| {
            let message = format!("Mend the text first. {}", in_words(&mistake));
            Mistakes::of_one("text", message)
        })?),
    };
    let draft = draft.map(|parsed| parsed.expression);
    if text != sent.get("shown") && !about.is_empty() {
        let message = "The text was changed as well as its parts, which are shown anew. Choose again";
        return Err(Mistakes::of_one("parts", message));
    }
    let edit = match ADDED.iter().find(|(button, _)| *button == word) {
        Some((_, kind)) => added(sent, kind)?,
        None => edit(sent, word, about, draft.as_ref())?,
    };
    let changed =
        edit.apply(draft.as_ref()).map_err(|cannot| Mistakes::of_one("parts", cannot.to_string()))?;
    Ok(changed.map(|expression| expression.to_string()).unwrap_or_default())
}

/// A mistake as pages say it.
pub fn in_words(mistake: &super::super::mistake::Mistake) -> String {
    format!("Line {}, column {}: {}", mistake.position.line, mistake.position.column, mistake.message)
}

fn added(sent: &Sent, kind: &str) -> Result<Edit, Mistakes> {
    let of = |field: &str| sent.get(&format!("{kind}_{field}")).trim().to_owned();
    let form = ConditionForm {
        kind: kind.to_owned(),
        word: of("word"),
        operator: of("operator"),
        value: of("value"),
        codes: sent
            .all(&format!("{kind}_codes"))
            .into_iter()
            .filter(|code| !code.trim().is_empty())
            .collect(),
        not: of("not"),
    };
    let part = form.check().map_err(|mistakes| {
        let mut ours = Mistakes::new();
        mistakes.iter().for_each(|one| ours.add(format!("{kind}_{}", one.field), one.message.clone()));
        ours
    })?;
    Ok(match sent.get("to") {
        "and" => Edit::Wrap { at: Path::whole(), further: 0, with: Some(part), group: Group::All },
        to => Edit::Add { to: path(to)?, part },
    })
}

/// The name and id of a field about a part, which stands at a path.
pub fn field(what: &str, path: &str) -> String {
    format!("{what}-{}", path.replace('.', "-"))
}

fn path(text: &str) -> Result<Path, Mistakes> {
    text.parse().map_err(|cannot: CannotEdit| Mistakes::of_one("parts", cannot.to_string()))
}

fn edit(sent: &Sent, word: &str, about: &str, draft: Option<&Expression>) -> Result<Edit, Mistakes> {
    let at = path(about)?;
    let here = draft.and_then(|draft| at.within(draft).ok());
    Ok(match word {
        "remove" => Edit::Remove { at },
        "up" => Edit::MoveUp { at },
        "down" => Edit::MoveDown { at },
        "into" => Edit::MoveInto { at },
        "out" => Edit::MoveOut { at },
        "ungroup" => Edit::Unwrap { at },
        "nest" => Edit::Wrap { at, further: 0, with: None, group: Group::Any },
        "group" => Edit::Wrap { at, further: 1, with: None, group: Group::Any },
        "negate" => match here {
            Some(Expression::Not(part)) => Edit::Change { at, part: (**part).clone() },
            _ => Edit::Wrap { at, further: 0, with: None, group: Group::Not },
        },
        "kind" => Edit::SetGroup { at, group: group(sent.get(&field("kind", about))) },
        "change" => {
            let parsed = parse(sent.get(&field("part", about)));
            let mistake = |mistake| Mistakes::of_one(field("part", about), in_words(&mistake));
            Edit::Change { at, part: parsed.map_err(mistake)?.expression }
        }
        _ => return Err(Mistakes::of_one("parts", "Choose what to do with the part")),
    })
}

fn group(word: &str) -> Group {
    match word {
        "all" => Group::All,
        "any" => Group::Any,
        least => Group::AtLeast(least.parse().unwrap_or(1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::criteria::arbitrary::expression;

    fn sent(text: &str, fields: &[(&str, &str)]) -> Sent {
        let own = [("text", text), ("shown", text)];
        let all = own.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Sent::new(all.collect())
    }

    fn after(text: &str, act: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        let sent = sent(text, &[&[("act", act)], fields].concat());
        let Act::Change(word, about) = Act::of(&sent) else { panic!("{act} changes nothing") };
        changed(&sent, &word, &about).map_err(|mistakes| {
            mistakes.iter().map(|one| format!("{}: {}", one.field, one.message)).collect()
        })
    }

    #[test]
    fn each_button_does_what_it_says() {
        let done = |act: &str, fields: &[(&str, &str)]| after("age >= 16 and dementia", act, fields).unwrap();
        assert_eq!(done("remove:1", &[]), "dementia");
        assert_eq!(done("down:1", &[]), "dementia and age >= 16");
        assert_eq!(done("negate:2", &[]), "age >= 16 and not dementia");
        assert_eq!(done("negate:", &[]), "not (age >= 16 and dementia)");
        assert_eq!(done("nest:2", &[]), "age >= 16 and any of (dementia)");
        assert_eq!(done("group:1", &[]), "any of (age >= 16, dementia)");
        assert_eq!(done("kind:", &[("kind-", "2")]), "at least 2 of (age >= 16, dementia)");
        assert_eq!(done("change:1", &[("part-1", "age >= 18")]), "age >= 18 and dementia");
        let flag = [("flag_word", "homeless"), ("flag_not", "yes")];
        assert_eq!(done("add-flag", &flag), "age >= 16 and dementia and not homeless");
        let register = [("condition_codes", "Diabetes mellitus (DM)"), ("to", "")];
        assert_eq!(done("add-register", &register), "age >= 16 and dementia and condition(\"DM\")");
        let number = [("number_word", "ltc_count"), ("number_operator", ">="), ("number_value", "2")];
        assert_eq!(after("", "add-number", &number).unwrap(), "ltc_count >= 2");
        let and = [("flag_word", "homeless"), ("to", "and")];
        assert_eq!(
            after("dementia or care_home", "add-flag", &and).unwrap(),
            "(dementia or care_home) and homeless"
        );
        assert_eq!(after("dementia", "remove:", &[]).unwrap(), "");
    }

    #[test]
    fn what_cannot_be_done_is_said_by_its_field() {
        assert!(
            after("dementai", "remove:1", &[]).unwrap_err().starts_with("text: Mend the text first. Line 1")
        );
        assert!(
            after("dementia", "change:", &[("part-", "age >=")]).unwrap_err().starts_with("part-: Line 1")
        );
        assert_eq!(after("dementia", "add-number", &[]).unwrap_err().matches("number_").count(), 3);
        assert!(after("dementia", "up:3", &[]).unwrap_err().starts_with("parts: There is no such part"));
        assert!(after("dementia", "fly:", &[]).unwrap_err().starts_with("parts: "));
    }

    proptest! {
        #[test]
        fn whatever_is_pressed_gives_a_text_that_reads_or_says_why_not(
            expression in expression(),
            word in select(vec!["remove", "up", "down", "into", "out", "ungroup", "nest", "group", "negate", "kind"]),
            at in "([1-4](\\.[1-4]){0,2})?",
            kind in "all|any|[0-9]",
        ) {
            let text = expression.to_string();
            let (act, kind_of) = (format!("{word}:{at}"), field("kind", &at));
            let sent = sent(&text, &[("act", &*act), (&*kind_of, &*kind)]);
            if let Ok(changed) = changed(&sent, word, &at) {
                prop_assert!(changed.is_empty() || parse(&changed).is_ok(), "{act} of {text} gives {changed}");
            }
        }
    }

    #[test]
    fn parts_of_another_text_are_not_changed() {
        let fields =
            [("text", "dementia and homeless"), ("shown", "homeless and dementia"), ("act", "remove:1")];
        let sent = Sent::new(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert!(changed(&sent, "remove", "1").is_err());
    }
}
