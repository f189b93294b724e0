//! The filters of the worklist as they stand in its address, and as chips and choices on the page.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::filters::{Age, Assigned, Due, Filters, NO_GROUP, Stage, Standing, View};
use super::whose::Whose;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::store::localities;
use crate::page::{Chip, Choice, Query, long_day};
use crate::people::pages::practices;
use crate::petitions::petition::Category;
use crate::runs::store::Locality;

/// The names of filters in an address, in the order of the form.
const NAMES: [&str; 11] = [
    "locality", "practice", "group", "state", "category", "age", "due", "assigned", "decided", "stage",
    "sent",
];

/// The filters whose choices do not tell what is whose, as a page names them.
const FIXED: [(&str, &str); 10] = [
    ("view", "View"),
    ("group", "Group, from or to"),
    ("state", "State"),
    ("category", "Category"),
    ("age", "Age of case"),
    ("due", "Due"),
    ("assigned", "Assigned to"),
    ("decided", "Decided since"),
    ("stage", "Stage"),
    ("sent", "Sent since"),
];

/// What a caller can choose from.
pub struct Offers {
    pub places: Vec<Locality>,
    /// Code and name.
    pub practices: Vec<(String, String)>,
    /// Code and label.
    groups: Vec<(String, String)>,
    views: Vec<View>,
    standings: Vec<Standing>,
}

impl Offers {
    pub fn of(conn: &mut Conn, whose: &Whose) -> Result<Offers, Error> {
        let scope = &whose.scope;
        let groups = scope.schemes.home_groups(&scope.localities).into_iter();
        Ok(Offers {
            places: localities(conn, &scope.localities)?,
            practices: practices(conn, scope)?,
            groups: groups.map(|group| (group.code.clone(), group.label.clone())).collect(),
            views: View::of(whose.role),
            standings: Standing::all(whose.is_owner()),
        })
    }

    /// The address without filters for values that are no choice.
    ///
    /// # Errors
    /// `NotFound` for a locality or a practice that is not the caller's, whether there is such a one or not.
    pub fn offered(&self, query: Query) -> Result<Query, Error> {
        let is_practice = |code: &str| self.practices.iter().any(|(each, _)| each == code);
        let is_place = |code: &str| self.places.iter().any(|place| place.code == code);
        if !query.get("practice").is_none_or(is_practice) || !query.get("locality").is_none_or(is_place) {
            return Err(Error::NotFound);
        }
        Ok(query.offered(&FIXED, |name, value| match name {
            "view" => View::from_word(value).is_some_and(|view| self.views.contains(&view)),
            "group" => value == NO_GROUP || self.groups.iter().any(|(code, _)| code == value),
            "state" => Standing::from_word(value).is_some_and(|one| self.standings.contains(&one)),
            "category" => Category::from_word(value).is_some(),
            "age" => Age::from_word(value).is_some(),
            "due" => Due::from_word(value).is_some(),
            "assigned" => Assigned::from_word(value).is_some(),
            "stage" => Stage::from_word(value).is_some(),
            _ => value.parse::<NaiveDate>().is_ok(),
        }))
    }

    /// The filters an address asks for.
    pub fn read(&self, query: &Query) -> Filters {
        let place = |code: &str| self.places.iter().find(|place| place.code == code).map(|place| place.id);
        Filters {
            view: query.get("view").and_then(View::from_word).unwrap_or(View::All),
            standing: query.get("state").and_then(Standing::from_word),
            group: query.get("group").map(str::to_owned),
            practice: query.get("practice").map(str::to_owned),
            category: query.get("category").and_then(Category::from_word),
            age: query.get("age").and_then(Age::from_word),
            locality: query.get("locality").and_then(place),
            assigned: query.get("assigned").and_then(Assigned::from_word),
            due: query.get("due").and_then(Due::from_word),
            decided_from: query.get("decided").and_then(|day| day.parse().ok()),
            stage: query.get("stage").and_then(Stage::from_word),
            sent_from: query.get("sent").and_then(|day| day.parse().ok()),
            person: None,
        }
    }

    /// The chosen filters, each with the list without it.
    pub fn chips(&self, query: &Query) -> Vec<Chip> {
        let chosen = NAMES.iter().filter_map(|name| Some((*name, query.get(name)?)));
        chosen.map(|(name, value)| query.chip(name, self.words(name, value))).collect()
    }

    fn words(&self, name: &str, value: &str) -> String {
        let group = || self.groups.iter().find(|(code, _)| code == value).map(|(_, label)| label.as_str());
        let of = |label: Option<&str>| label.unwrap_or(value).to_owned();
        match name {
            "locality" => format!("Locality: {value}"),
            "practice" => format!("Practice: {value}"),
            "group" if value == NO_GROUP => "From no group".into(),
            "group" => format!("From or to: {}", of(group())),
            "state" => format!("State: {}", of(Standing::from_word(value).map(Standing::label))),
            "category" => format!("Category: {}", of(Category::from_word(value).map(Category::label))),
            "age" => format!("Age of case: {}", of(Age::from_word(value).map(Age::label))),
            "due" => format!("Due: {}", of(Due::from_word(value).map(Due::label))),
            "assigned" => format!("Assigned to: {}", of(Assigned::from_word(value).map(Assigned::label))),
            "stage" => {
                format!("Stage: {}", Stage::from_word(value).map_or_else(|| value.to_owned(), Stage::label))
            }
            name => {
                let day = value.parse::<NaiveDate>().map_or_else(|_| value.to_owned(), long_day);
                let what = if name == "sent" { "Sent" } else { "Decided" };
                format!("{what} since: {day}")
            }
        }
    }

    /// The choices of the filter form: name, label, choices. A filter with one choice is not offered.
    pub fn fields(&self) -> Vec<(&'static str, &'static str, Vec<Choice>)> {
        let coded = |list: &[(String, String)]| -> Vec<Choice> {
            list.iter().map(|(code, name)| Choice::new(code, name)).collect()
        };
        let places = self.places.iter().map(|place| Choice::new(&place.code, &place.name));
        let mut groups = coded(&self.groups);
        groups.push(Choice::new(NO_GROUP, "From no group"));
        let mut fields = Vec::new();
        if self.places.len() > 1 {
            fields.push(("locality", "Locality", places.collect()));
        }
        if self.practices.len() > 1 {
            fields.push(("practice", "Practice", coded(&self.practices)));
        }
        let words = |all: &mut dyn Iterator<Item = (&'static str, &'static str)>| -> Vec<Choice> {
            all.map(|(word, label)| Choice::new(word, label)).collect()
        };
        let standings = &mut self.standings.iter().map(|one| (one.word(), one.label()));
        let categories = &mut Category::ALL.iter().map(|one| (one.word(), one.label()));
        let ages = &mut Age::ALL.iter().map(|one| (one.word(), one.label()));
        let dues = &mut Due::ALL.iter().map(|one| (one.word(), one.label()));
        let assigned = &mut Assigned::ALL.iter().map(|one| (one.word(), one.label()));
        fields.extend([
            ("group", "Group, from or to", groups),
            ("state", "State", words(standings)),
            ("category", "Category", words(categories)),
            ("age", "Age of case, while open", words(ages)),
            ("due", "Due", words(dues)),
            ("assigned", "Assigned to", words(assigned)),
        ]);
        for (_, _, choices) in &mut fields {
            choices.insert(0, Choice::new("", "Any"));
        }
        fields
    }

    /// The code of each locality by row id.
    pub fn place_codes(&self) -> HashMap<i64, &str> {
        self.places.iter().map(|place| (place.id, place.code.as_str())).collect()
    }
}
