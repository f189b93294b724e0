//! Changing a scheme, one step at a time, and what a changed one says in words.

use crate::groups::scheme::{CancerMode, Group, Scheme, SupplementaryCare};

/// A step of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A group's label and description.
    Rename {
        code: String,
        label: String,
        description: String,
    },
    /// A group of the locality's own, tried last until it is moved.
    Add {
        code: String,
        label: String,
        description: String,
    },
    /// Nobody is placed in it any more; its code stays.
    Retire {
        code: String,
    },
    /// A retired group is tried again, last.
    Restore {
        code: String,
    },
    /// Tried one place earlier.
    Earlier {
        code: String,
    },
    /// Tried one place later.
    Later {
        code: String,
    },
    Cancer(CancerMode),
    SupplementaryCare(SupplementaryCare),
}

/// Why a step cannot be made: the field it is about, and a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub field: &'static str,
    pub sentence: String,
}

fn refuse<T>(field: &'static str, sentence: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { field, sentence: sentence.into() })
}

/// The longest label.
pub const LONGEST_LABEL: usize = 100;
/// The longest description, and the longest word on co-ordination.
pub const LONGEST_TEXT: usize = 2_000;
/// So many groups a scheme has at most, retired ones among them.
pub const MOST_GROUPS: usize = 40;

/// A scheme after a step.
///
/// # Errors
/// Where the step cannot be made.
pub fn edited(scheme: &Scheme, edit: &Edit) -> Result<Scheme, Refusal> {
    let mut groups = scheme.groups().to_vec();
    let mut order: Vec<String> = scheme.in_precedence().iter().map(|group| group.code.clone()).collect();
    let mut care = scheme.supplementary_care().clone();
    match edit {
        Edit::Rename { code, label, description } => {
            let label = checked_label(scheme, Some(code), label)?;
            let group = find(&mut groups, code)?;
            (group.label, group.description) = (label, checked_text("description", description)?);
        }
        Edit::Add { code, label, description } => {
            let group = added(scheme, code, label, description)?;
            order.push(group.code.clone());
            groups.push(group);
        }
        Edit::Retire { code } => {
            find(&mut groups, code)?.overlay = false;
            if order.len() == 1 && order[0] == *code {
                return refuse(
                    "code",
                    "A scheme needs a group to place people in. Add one before this is retired.",
                );
            }
            order.retain(|one| one != code);
        }
        Edit::Restore { code } => {
            if !find(&mut groups, code)?.is_retired() {
                return refuse("code", "This group is not retired.");
            }
            order.push(code.clone());
        }
        Edit::Earlier { code } => move_by(&mut order, code, -1)?,
        Edit::Later { code } => move_by(&mut order, code, 1)?,
        Edit::Cancer(mode) => set_cancer(&mut groups, &mut order, *mode)?,
        Edit::SupplementaryCare(wanted) => {
            if wanted.amount.is_some_and(|amount| amount.0 < 0) {
                return refuse("amount", "Enter an amount of 0 pounds or more");
            }
            care = SupplementaryCare {
                co_ordination: checked_text("co_ordination", &wanted.co_ordination)?,
                amount: wanted.amount,
            };
        }
    }
    for group in &mut groups {
        let place = order.iter().position(|code| *code == group.code);
        group.precedence = place.and_then(|place| u8::try_from(place + 1).ok());
    }
    Ok(Scheme::of(groups, care))
}

fn find<'a>(groups: &'a mut [Group], code: &str) -> Result<&'a mut Group, Refusal> {
    match groups.iter_mut().find(|group| group.code == code) {
        Some(group) => Ok(group),
        None => refuse("code", "This scheme has no such group. Open the page again."),
    }
}

fn checked_label(scheme: &Scheme, of: Option<&str>, label: &str) -> Result<String, Refusal> {
    let label = label.trim();
    let taken = |group: &&Group| Some(&*group.code) != of && group.label.eq_ignore_ascii_case(label);
    match () {
        () if label.is_empty() => refuse("label", "Enter the name of the group"),
        () if label.chars().count() > LONGEST_LABEL => {
            refuse("label", format!("Name must be {LONGEST_LABEL} characters or fewer"))
        }
        () if label.chars().any(char::is_control) => refuse("label", "Name must be one line of plain text"),
        () if let Some(group) = scheme.groups().iter().find(taken) => {
            refuse("label", format!("{} is called this already. Choose another name.", group.code))
        }
        () => Ok(label.to_owned()),
    }
}

fn checked_text(field: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    match text.chars().count() > LONGEST_TEXT {
        true => refuse(field, format!("This must be {LONGEST_TEXT} characters or fewer")),
        false => Ok(text),
    }
}

fn added(scheme: &Scheme, code: &str, label: &str, description: &str) -> Result<Group, Refusal> {
    let code = code.trim().to_ascii_uppercase();
    let is_sign = |sign: char| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '_';
    let is_code = (2..=20).contains(&code.len())
        && code.starts_with(|sign: char| sign.is_ascii_uppercase())
        && code.chars().all(is_sign);
    if !is_code {
        return refuse(
            "new_code",
            "Code must be 2 to 20 letters, digits or underscores, a letter first, such as FRAIL_85",
        );
    }
    if code == crate::criteria::store::SCHEME {
        return refuse("new_code", "SCHEME stands for the scheme itself. Choose another code.");
    }
    if scheme.group(&code).is_some() {
        return refuse(
            "new_code",
            format!("{code} is the code of another group. A code is never used twice."),
        );
    }
    if scheme.groups().len() >= MOST_GROUPS {
        return refuse("new_code", format!("A scheme has {MOST_GROUPS} groups at most"));
    }
    let number = scheme.groups().iter().map(|group| group.number).max().unwrap_or(0) + 1;
    let rename = |refusal: Refusal| match refusal.field {
        "label" => Refusal { field: "new_label", ..refusal },
        _ => Refusal { field: "new_description", ..refusal },
    };
    Ok(Group {
        number,
        code,
        label: checked_label(scheme, None, label).map_err(rename)?,
        alias: String::new(),
        second_alias: String::new(),
        description: checked_text("description", description).map_err(rename)?,
        age_min: 16,
        age_max: None,
        precedence: None,
        overlay: false,
    })
}

fn move_by(order: &mut [String], code: &str, by: isize) -> Result<(), Refusal> {
    let Some(place) = order.iter().position(|one| one == code) else {
        return refuse("code", "Nobody is placed in this group, so it has no place in the order.");
    };
    match place.checked_add_signed(by).filter(|to| *to < order.len()) {
        Some(to) => order.swap(place, to),
        None => return refuse("code", "This group is at that end of the order already."),
    }
    Ok(())
}

/// As a home group, cancer is tried first until it is moved.
fn set_cancer(groups: &mut [Group], order: &mut Vec<String>, mode: CancerMode) -> Result<(), Refusal> {
    let cancer = find(groups, Scheme::CANCER)?;
    match mode {
        CancerMode::Overlay => {
            cancer.overlay = true;
            order.retain(|code| code != Scheme::CANCER);
        }
        CancerMode::HomeGroup => {
            if cancer.overlay || !order.iter().any(|code| code == Scheme::CANCER) {
                order.insert(0, Scheme::CANCER.to_owned());
            }
            cancer.overlay = false;
        }
    }
    Ok(())
}

/// What an agreed scheme would change in another, a sentence each; none where they say the same.
pub fn changes(before: &Scheme, after: &Scheme) -> Vec<String> {
    let mut said = Vec::new();
    for group in after.groups() {
        let name = &group.label;
        match before.group(&group.code) {
            None => said.push(format!("{name} ({}) is added.", group.code)),
            Some(earlier) => {
                if earlier.label != *name {
                    said.push(format!("{} ({}) is renamed {name}.", earlier.label, group.code));
                }
                if earlier.description != group.description {
                    said.push(format!("{name} is described anew: {}", or_nothing(&group.description)));
                }
                match (earlier.is_retired(), group.is_retired()) {
                    (false, true) => {
                        said.push(format!("{name} is retired: nobody is placed in it any more."))
                    }
                    (true, false) => said.push(format!("{name} is taken up again.")),
                    _ => {}
                }
            }
        }
    }
    if before.cancer_mode() != after.cancer_mode() {
        said.push(match after.cancer_mode() {
            CancerMode::Overlay => {
                "People living with or recovering from cancer stay in their own group and have supplementary care."
                    .into()
            }
            CancerMode::HomeGroup => {
                "People living with or recovering from cancer are placed in a group of their own.".into()
            }
        });
    }
    let of_both = |scheme: &Scheme, other: &Scheme| -> Vec<String> {
        let order = scheme.in_precedence().into_iter();
        let both = |group: &&Group| other.group(&group.code).is_some_and(|group| group.precedence.is_some());
        order.filter(both).map(|group| group.code.clone()).collect()
    };
    if of_both(before, after) != of_both(after, before) {
        let order: Vec<&str> = after.in_precedence().iter().map(|group| &*group.label).collect();
        said.push(format!("Groups are tried in another order: {}.", order.join(", then ")));
    }
    let (earlier, care) = (before.supplementary_care(), after.supplementary_care());
    if earlier.co_ordination != care.co_ordination {
        said.push(format!("Care co-ordination for people with cancer: {}", or_nothing(&care.co_ordination)));
    }
    if earlier.amount != care.amount {
        said.push(match care.amount {
            Some(amount) => format!("The amount of supplementary care is {amount} per person and year."),
            None => "The amount of supplementary care is not agreed yet.".into(),
        });
    }
    said
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing is said." } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Pence;

    fn codes(scheme: &Scheme) -> Vec<&str> {
        scheme.in_precedence().iter().map(|group| &*group.code).collect()
    }

    fn made(edit: Edit) -> Scheme {
        edited(Scheme::shipped(), &edit).unwrap()
    }

    #[test]
    fn cancer_becomes_a_home_group_that_is_tried_first_and_goes_back() {
        let home = made(Edit::Cancer(CancerMode::HomeGroup));
        assert_eq!((codes(&home)[0], home.overlay()), ("CANCER", None));
        assert_eq!(home.cancer_mode(), CancerMode::HomeGroup);
        let later = edited(&home, &Edit::Later { code: "CANCER".into() }).unwrap();
        assert_eq!(codes(&later)[..2], ["EXCLUDED", "CANCER"]);
        let same = edited(&later, &Edit::Cancer(CancerMode::HomeGroup)).unwrap();
        assert_eq!(codes(&same), codes(&later));
        let back = edited(&later, &Edit::Cancer(CancerMode::Overlay)).unwrap();
        assert_eq!(codes(&back), codes(Scheme::shipped()));
        assert!(changes(Scheme::shipped(), &back).is_empty());
    }

    #[test]
    fn a_new_group_is_tried_last_and_its_code_is_never_used_twice() {
        let add = |code: &str, label: &str| Edit::Add {
            code: code.into(),
            label: label.into(),
            description: String::new(),
        };
        let with = made(add("frail_85", "Frail people"));
        assert_eq!(codes(&with).last(), Some(&"FRAIL_85"));
        assert_eq!(changes(Scheme::shipped(), &with), ["Frail people (FRAIL_85) is added."]);
        let retired = edited(&with, &Edit::Retire { code: "FRAIL_85".into() }).unwrap();
        assert!(retired.group("FRAIL_85").unwrap().is_retired());
        assert_eq!(edited(&retired, &add("FRAIL_85", "Others")).unwrap_err().field, "new_code");
        assert_eq!(edited(&retired, &add("F", "Others")).unwrap_err().field, "new_code");
        assert_eq!(edited(&retired, &add("OTHERS", "frail people")).unwrap_err().field, "new_label");
        let restored = edited(&retired, &Edit::Restore { code: "FRAIL_85".into() }).unwrap();
        assert_eq!(restored, with);
    }

    #[test]
    fn changes_are_told_in_words() {
        let scheme = made(Edit::Rename { code: "LD".into(), label: "LD".into(), description: "x".into() });
        let scheme = edited(&scheme, &Edit::Earlier { code: "LD".into() }).unwrap();
        let care = SupplementaryCare { co_ordination: "A named nurse".into(), amount: Some(Pence(120_000)) };
        let scheme = edited(&scheme, &Edit::SupplementaryCare(care)).unwrap();
        let said = changes(Scheme::shipped(), &scheme);
        assert_eq!(said.len(), 5);
        assert!(said[2].starts_with("Groups are tried in another order"));
        assert!(said[4].contains("£1,200 per person and year"));
    }

    fn any_edit() -> impl Strategy<Value = Edit> {
        let code =
            prop::sample::select(vec!["LD", "SEMI", "CANCER", "LTC_75", "EXCLUDED", "NEW_1", "nothing"]);
        let code = code.prop_map(str::to_owned);
        prop_oneof![
            code.clone().prop_map(|code| Edit::Retire { code }),
            code.clone().prop_map(|code| Edit::Restore { code }),
            code.clone().prop_map(|code| Edit::Earlier { code }),
            code.clone().prop_map(|code| Edit::Later { code }),
            (code.clone(), ".{0,30}").prop_map(|(code, label)| Edit::Rename {
                code,
                label,
                description: String::new()
            }),
            (code, ".{0,30}").prop_map(|(code, label)| Edit::Add { code, label, description: String::new() }),
            Just(Edit::Cancer(CancerMode::HomeGroup)),
            Just(Edit::Cancer(CancerMode::Overlay)),
        ]
    }

    proptest! {
        #[test]
        fn no_edit_loses_a_group_a_code_or_a_place_in_the_order(
            edits in prop::collection::vec(any_edit(), 0..30),
        ) {
            let mut scheme = Scheme::shipped().clone();
            for edit in edits {
                let Ok(next) = edited(&scheme, &edit) else { continue };
                for group in scheme.groups() {
                    prop_assert_eq!(next.group(&group.code).map(|group| group.number), Some(group.number));
                }
                let places: Vec<Option<u8>> =
                    next.in_precedence().iter().map(|group| group.precedence).collect();
                let expected: Vec<Option<u8>> = (1..).take(places.len()).map(Some).collect();
                prop_assert_eq!(places, expected);
                prop_assert!(next.groups().iter().all(|group| !(group.overlay && group.precedence.is_some())));
                prop_assert!(next.groups().iter().filter(|group| group.overlay).count() <= 1);
                prop_assert!(!next.in_precedence().is_empty());
                prop_assert_eq!(Scheme::of_text(&next.text()).unwrap(), next.clone());
                scheme = next;
            }
        }
    }
}
