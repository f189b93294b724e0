//! The filters of the list of people as they stand in its address, and as chips and choices on the page.

use chrono::NaiveDate;

use super::list::{Filters, Sort, Standing, Supplementary};
use super::scope::Scope;
use crate::error::Error;
use crate::groups::group_page::sex_words;
use crate::groups::place::{AgeBand, Place};
use crate::page::{Chip, Choice, Query};
use crate::runs::store::{Locality, Run};

/// A locality in scope with the run that stands in it.
#[derive(Clone, Debug)]
pub struct Here {
    pub locality: Locality,
    pub run: Option<Run>,
}

/// The names an address may hold, in the order of the form.
const NAMES: [&str; 7] = ["locality", "practice", "group", "provisional", "supplementary", "sex", "age"];

/// The filters whose choices are the same for everybody, as the form names them.
const FIXED: [(&str, &str); 5] = [
    ("group", "Group"),
    ("provisional", "Placement"),
    ("supplementary", "Supplementary care"),
    ("sex", "Sex"),
    ("age", "Age band"),
];

/// The address without filters for values that are no choice.
///
/// # Errors
/// `NotFound` for a locality or a practice that is not the caller's, whether there is such a one or not.
pub fn offered(
    query: Query,
    places: &[Here],
    practices: &[(String, String)],
    scope: &Scope,
) -> Result<Query, Error> {
    let choices = Choices::of(places, practices, scope);
    let is_locality = |code: &str| places.iter().any(|here| here.locality.code == code);
    let is_practice = |code: &str| practices.iter().any(|(each, _)| each == code);
    let theirs =
        query.get("locality").is_none_or(is_locality) && query.get("practice").is_none_or(is_practice);
    match theirs {
        true => {
            Ok(query.offered(&FIXED, |name, value| choices.of_filter(name).iter().any(|one| one.is(value))))
        }
        false => Err(Error::NotFound),
    }
}

/// The filters an address asks for.
pub fn read(query: &Query, places: &[Here]) -> Filters {
    let locality = query
        .get("locality")
        .map(|code| places.iter().find(|here| here.locality.code == code).map_or(0, |here| here.locality.id));
    Filters {
        locality,
        practice: query.get("practice").map(str::to_owned),
        standing: query.get("group").map(Standing::from_word),
        provisional: query.get("provisional").map(|word| word == "yes"),
        supplementary: query.get("supplementary").map(|word| match word {
            "yes" => Supplementary::Yes,
            "no" => Supplementary::No,
            _ => Supplementary::NotKnown,
        }),
        sex: query.get("sex").map(|word| if word == "not_known" { String::new() } else { word.to_owned() }),
        age_band: query.get("age").and_then(AgeBand::from_word),
        ..Filters::default()
    }
}

/// The order an address asks for. Names order a list only where they are shown.
pub fn sort(query: &Query, scope: &Scope) -> Sort {
    match query.get("sort") {
        Some("name") if scope.names => Sort::Name,
        Some("practice") => Sort::Practice,
        Some("group") => Sort::Group,
        Some("age") => Sort::Youngest,
        Some("-age") => Sort::Oldest,
        _ if scope.names => Sort::Name,
        _ => Sort::Practice,
    }
}

/// The order in words, for over the table.
pub fn sorted_by(sort: Sort) -> &'static str {
    match sort {
        Sort::Name => "Sorted by family name",
        Sort::Practice => "Sorted by practice",
        Sort::Group => "Sorted by group",
        Sort::Youngest => "Sorted by age, youngest first",
        Sort::Oldest => "Sorted by age, oldest first",
    }
}

/// The chosen filters, each with the list without it.
pub fn chips(query: &Query, scope: &Scope) -> Vec<Chip> {
    let chosen = NAMES.iter().filter_map(|name| Some((*name, query.get(name)?)));
    let mut chips: Vec<Chip> =
        chosen.map(|(name, value)| query.chip(name, label(scope, name, value))).collect();
    if query.get("search").is_some() {
        chips.push(query.chip("search", "Search words"));
    }
    chips
}

fn label(scope: &Scope, name: &str, value: &str) -> String {
    let (what, value) = match name {
        "locality" => ("locality", value.to_owned()),
        "practice" => ("practice", value.to_owned()),
        "group" => ("group", place(scope, value)),
        "provisional" => return if value == "yes" { "Provisional".into() } else { "Not provisional".into() },
        "supplementary" => ("supplementary care", value.replace('_', " ")),
        "sex" => ("sex", sex_words(value).0.to_lowercase()),
        _ => (
            "age",
            AgeBand::from_word(value).map_or_else(|| value.to_owned(), |band| band.label().to_owned()),
        ),
    };
    let mut label = format!("{what}: {value}");
    label[..1].make_ascii_uppercase();
    label
}

fn place(scope: &Scope, word: &str) -> String {
    match Standing::from_word(word) {
        Standing::NotGrouped => "Not yet grouped".into(),
        Standing::Placed(place) => place_words(scope, &place),
    }
}

/// A place as people read it.
pub fn place_words(scope: &Scope, place: &Place) -> String {
    match place {
        Place::Group(code) => scope.group_label(Some(code)),
        Place::NotPlaced => "Not placed".into(),
        Place::OutOfScope => "Out of scope".into(),
    }
}

/// The choices of the filter form.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Empty where there is one locality.
    pub localities: Vec<Choice>,
    /// Empty where there is one practice.
    pub practices: Vec<Choice>,
    pub groups: Vec<Choice>,
    pub provisional: Vec<Choice>,
    pub supplementary: Vec<Choice>,
    pub sexes: Vec<Choice>,
    pub ages: Vec<Choice>,
}

impl Choices {
    fn of_filter(&self, name: &str) -> &[Choice] {
        match name {
            "group" => &self.groups,
            "provisional" => &self.provisional,
            "supplementary" => &self.supplementary,
            "sex" => &self.sexes,
            _ => &self.ages,
        }
    }

    /// `practices`: code and name.
    pub fn of(places: &[Here], practices: &[(String, String)], scope: &Scope) -> Choices {
        let several = |choices: Vec<Choice>| if choices.len() > 2 { choices } else { Vec::new() };
        let groups = scope.schemes.home_groups(&scope.localities).into_iter();
        let groups = groups.map(|group| (group.code.as_str(), group.label.as_str())).chain([
            ("not_placed", "Not placed"),
            ("out_of_scope", "Out of scope"),
            ("not_grouped", "Not yet grouped"),
        ]);
        let supplementary = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")];
        let sexes = ["female", "male", "indeterminate", "not_known"].map(|word| (word, sex_words(word).0));
        Choices {
            localities: several(any(places.iter().map(|here| (&*here.locality.code, &*here.locality.name)))),
            practices: several(any(practices.iter().map(|(code, name)| (code.as_str(), name.as_str())))),
            groups: any(groups),
            provisional: any([("yes", "Provisional"), ("no", "Not provisional")].into_iter()),
            supplementary: any(supplementary.into_iter()),
            sexes: any(sexes.into_iter()),
            ages: any(AgeBand::all().map(|band| (band.word(), band.label()))),
        }
    }
}

fn any<'a>(choices: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    std::iter::once(("", "Any")).chain(choices).map(|(value, label)| Choice::new(value, label)).collect()
}

/// Why a person is on no group's list any more, or not yet: "Died 5 April 2026".
pub fn left(
    registered_from: NaiveDate,
    deducted_on: Option<NaiveDate>,
    died_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<(&'static str, NaiveDate)> {
    match () {
        () if let Some(day) = died_on => Some(("Died", day)),
        () if let Some(day) = deducted_on => Some(("Left the practice", day)),
        () if registered_from > today => Some(("Registered from", registered_from)),
        () => None,
    }
}
