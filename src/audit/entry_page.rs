//! Everything one entry says.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::list_page::acting_as;
use super::trail::{self, Entry, Ours, Records};
use crate::access::{Auditor, Who};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chrome, Query, filters, show};
use crate::people::person::capital;

#[derive(Template)]
#[template(path = "audit/entry.html")]
struct EntryPage {
    chrome: Chrome,
    entry: Entry,
    records: Records,
    acting_as: String,
    told: Told,
}

impl EntryPage {
    fn of_record(&self, reference: &str) -> Query {
        Query::default().with("record", reference)
    }
}

/// What an entry keeps beside who, what and which records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub redacted: bool,
    /// Name, before and after, where both are kept.
    pub changes: Vec<(String, String, String)>,
    /// Anything else: name and value.
    pub rest: Vec<(String, String)>,
}

impl Told {
    /// Reads an entry's content; `None` is one that was redacted.
    pub fn of(content: Option<&str>) -> Told {
        let Some(content) = content else { return Told { redacted: true, ..Told::default() } };
        let content: Value = serde_json::from_str(content).unwrap_or_default();
        let Value::Object(details) = &content["details"] else { return Told::default() };
        let mut told = Told::default();
        if let (Some(before), Some(after)) = (details.get("before"), details.get("after")) {
            let names = match (before, after) {
                (Value::Object(before), Value::Object(after)) => {
                    let added = after.keys().filter(|name| !before.contains_key(*name));
                    before.keys().chain(added).map(String::as_str).collect()
                }
                _ => vec![""],
            };
            told.changes = names
                .into_iter()
                .map(|name| (named(name), words(part(before, name)), words(part(after, name))))
                .collect();
        }
        let is_change = |name: &str| !told.changes.is_empty() && (name == "before" || name == "after");
        told.rest = details
            .iter()
            .filter(|(name, _)| !is_change(name))
            .map(|(name, value)| (named(name), words(value)))
            .collect();
        told
    }
}

fn part<'a>(value: &'a Value, name: &str) -> &'a Value {
    if name.is_empty() { value } else { &value[name] }
}

/// "as_of" as people read it: "As of".
fn named(name: &str) -> String {
    match name {
        "" => "Value".into(),
        name => capital(name.replace('_', " ")),
    }
}

/// A value as lines of text.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "nothing".into(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".into(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            let lines = fields.iter().map(|(name, value)| format!("{}: {}", named(name), words(value)));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

pub async fn one(
    Auditor(who): Auditor,
    database: web::Data<Database>,
    number: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let number = number.parse().map_err(|_| Error::NotFound)?;
    let page = database.read(move |conn| page(conn, &who, number)).await?;
    show(&page)
}

fn page(conn: &mut Conn, who: &Who, number: i64) -> Result<EntryPage, Error> {
    let ours = Ours::of(conn, who)?;
    let entry = trail::one(conn, &ours, number)?;
    let names = trail::names(conn, &[&entry.acting_as])?;
    Ok(EntryPage {
        chrome: who.chrome(),
        records: trail::records(conn, Some(&ours), &[number])?.remove(&number).unwrap_or_default(),
        acting_as: acting_as(&entry, &names),
        told: Told::of(entry.content.as_deref()),
        entry,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(details: Value) -> Told {
        Told::of(Some(&json!({ "details": details }).to_string()))
    }

    #[test]
    fn before_and_after_stand_side_by_side_and_the_rest_below() {
        let one = told(json!({ "before": "12", "after": "6", "reason": "Twice a year" }));
        assert_eq!(one.changes, [("Value".into(), "12".into(), "6".into())]);
        assert_eq!(one.rest, [("Reason".into(), "Twice a year".into())]);
        let several = told(json!({ "before": { "name": "A" }, "after": { "name": "B", "sector": "acute" } }));
        let expected = [("Name", "A", "B"), ("Sector", "nothing", "acute")];
        assert_eq!(several.changes, expected.map(|(name, a, b)| (name.into(), a.into(), b.into())));
    }

    #[test]
    fn values_of_every_shape_are_words() {
        let rest =
            told(json!({ "as_of": null, "rows": 3, "names": ["a", "b"], "asked": "", "of": { "x": true } }));
        let of = |name: &str| rest.rest.iter().find(|(each, _)| each == name).unwrap().1.clone();
        assert_eq!(
            (of("As of"), of("Rows"), of("Names"), of("Asked"), of("Of")),
            ("nothing".into(), "3".into(), "a\nb".into(), "nothing".into(), "X: yes".into())
        );
    }

    #[test]
    fn a_content_that_was_redacted_or_cannot_be_read_is_no_failure() {
        assert!(Told::of(None).redacted);
        assert_eq!(Told::of(Some("{")), Told::default());
    }
}
