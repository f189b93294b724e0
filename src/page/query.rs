//! The query string of a list: what its links change of it and what they keep.

use std::fmt;

use crate::error::Error;

/// The filters, sort and page of a list, in the order of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    parts: Vec<(String, String)>,
    /// Labels of the filters that were left out.
    dropped: Vec<&'static str>,
}

/// A chosen filter, shown over the list; its address is the list without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub label: String,
    pub href: String,
}

impl Query {
    pub fn new(parts: impl IntoIterator<Item = (String, String)>) -> Query {
        let parts = parts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Query { parts, dropped: Vec::new() }
    }

    /// The same without the filters (name and label) whose value is no choice of theirs, which a page then says: a
    /// value nobody offers must not pass for a narrower list.
    pub fn offered(
        self,
        filters: &[(&'static str, &'static str)],
        is_offered: impl Fn(&str, &str) -> bool,
    ) -> Query {
        let is_dropped = |name: &str| self.get(name).is_some_and(|value| !is_offered(name, value));
        let dropped: Vec<_> = filters.iter().filter(|(name, _)| is_dropped(name)).collect();
        let kept = dropped.iter().fold(self.clone(), |query, (name, _)| query.without(name));
        Query { dropped: dropped.iter().map(|(_, label)| *label).collect(), ..kept }
    }

    /// Labels of the filters that were left out.
    pub fn dropped(&self) -> &[&'static str] {
        &self.dropped
    }

    /// The same for a file, which has no place to say that a filter was left out.
    pub fn for_file(self) -> Result<Query, Error> {
        match self.dropped.is_empty() {
            true => Ok(self),
            false => Err(Error::Unreadable(
                "The address asks a filter for a value that is none of its choices. Open the list and choose there.",
            )),
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The same with one value set; a blank value takes it out.
    pub fn with(&self, name: &str, value: impl ToString) -> Query {
        let mut parts = self.without(name).parts;
        parts.push((name.to_owned(), value.to_string()));
        Query::new(parts)
    }

    pub fn without(&self, name: &str) -> Query {
        Query::new(self.parts.iter().filter(|(each, _)| each != name).cloned())
    }

    /// Page `number` of the same list.
    pub fn page(&self, number: impl ToString) -> Query {
        self.with("page", number)
    }

    /// The first page, sorted by `key`; the other way round where it is sorted by it already.
    pub fn sorted_by(&self, key: &str) -> Query {
        let descending = self.get("sort") == Some(key);
        let sign = if descending { "-" } else { "" };
        self.without("page").with("sort", format!("{sign}{key}"))
    }

    /// What `aria-sort` says of the column `key`.
    pub fn order_of(&self, key: &str) -> Option<&'static str> {
        match self.get("sort")? {
            sort if sort == key => Some("ascending"),
            sort if sort.strip_prefix('-') == Some(key) => Some("descending"),
            _ => None,
        }
    }

    /// The chip that takes the filter `name` away.
    pub fn chip(&self, name: &str, label: impl Into<String>) -> Chip {
        Chip { label: label.into(), href: self.without("page").without(name).to_string() }
    }
}

/// With its question mark: `?practice=E83001&page=2`, and `?` where nothing is chosen.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("?")?;
        for (place, (name, value)) in self.parts.iter().enumerate() {
            let and = if place > 0 { "&" } else { "" };
            write!(f, "{and}{}={}", encoded(name), encoded(value))?;
        }
        Ok(())
    }
}

fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                written.push(char::from(byte))
            }
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::web;
    use proptest::prelude::*;

    fn query(parts: &[(&str, &str)]) -> Query {
        Query::new(parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_link_changes_one_thing_and_keeps_the_rest() {
        let list = query(&[("practice", "E83001"), ("sort", "name"), ("page", "3"), ("sex", "")]);
        assert_eq!(list.page(4).to_string(), "?practice=E83001&sort=name&page=4");
        assert_eq!(list.sorted_by("name").to_string(), "?practice=E83001&sort=-name");
        assert_eq!(list.sorted_by("age").to_string(), "?practice=E83001&sort=age");
        assert_eq!(list.chip("practice", "Practice").href, "?sort=name");
        assert_eq!(list.order_of("name"), Some("ascending"));
        assert_eq!(list.sorted_by("name").order_of("name"), Some("descending"));
        assert_eq!(Query::default().to_string(), "?");
    }

    #[test]
    fn a_filter_with_a_value_nobody_offers_is_left_out_and_named() {
        let list = query(&[("sex", "robot"), ("age", "16-24"), ("page", "2")]);
        let filters = [("sex", "Sex"), ("age", "Age band"), ("group", "Group")];
        let kept = list.offered(&filters, |_, value| value != "robot");
        assert_eq!((kept.to_string().as_str(), kept.dropped()), ("?age=16-24&page=2", &["Sex"][..]));
        assert!(kept.clone().for_file().is_err());
        assert!(kept.without("page").for_file().is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(parts in prop::collection::vec((".{0,9}", ".{1,9}"), 0..4)) {
            let written = Query::new(parts.clone()).to_string();
            let read = web::Query::<Vec<(String, String)>>::from_query(&written[1..]).unwrap().into_inner();
            prop_assert_eq!(read, parts);
        }
    }
}
