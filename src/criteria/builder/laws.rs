//! Laws of editing: whatever is asked of whatever draft, the result can be printed and read back.

use proptest::prelude::*;
use proptest::sample::select;

use super::condition::ConditionForm;
use super::path::Path;
use super::rows::{Row, rows};
use super::{CannotEdit, Edit};
use crate::criteria::arbitrary::{atom, expression};
use crate::criteria::expression::Expression;
use crate::criteria::outline::{Group, Kind, below};
use crate::criteria::parser::parse;

fn parsed(text: &str) -> Expression {
    parse(text).unwrap().expression
}

fn path() -> impl Strategy<Value = Path> {
    prop::collection::vec(0usize..4, 0..5)
        .prop_map(|places| places.into_iter().fold(Path::whole(), |path, place| path.part(place)))
}

fn group() -> impl Strategy<Value = Group> {
    select(vec![Group::All, Group::Any, Group::Not, Group::AtLeast(0), Group::AtLeast(1), Group::AtLeast(2)])
}

fn edit() -> impl Strategy<Value = Edit> {
    let with = prop::option::of(expression());
    prop_oneof![
        (path(), expression()).prop_map(|(to, part)| Edit::Add { to, part }),
        (path(), expression()).prop_map(|(at, part)| Edit::Change { at, part }),
        (path(), group()).prop_map(|(at, group)| Edit::SetGroup { at, group }),
        path().prop_map(|at| Edit::Remove { at }),
        path().prop_map(|at| Edit::MoveUp { at }),
        path().prop_map(|at| Edit::MoveDown { at }),
        (path(), 0usize..3, with, group()).prop_map(|(at, further, with, group)| Edit::Wrap {
            at,
            further,
            with,
            group
        }),
        path().prop_map(|at| Edit::MoveInto { at }),
        path().prop_map(|at| Edit::MoveOut { at }),
        path().prop_map(|at| Edit::Unwrap { at }),
    ]
}

fn can_apply(draft: &Expression, edit: Edit) -> bool {
    edit.apply(Some(draft)).is_ok()
}

fn count(expression: &Expression) -> usize {
    1 + below(expression).iter().map(count).sum::<usize>()
}

proptest! {
    #[test]
    fn after_any_edits_the_draft_reads_back_as_itself(
        start in prop::option::of(expression()),
        edits in prop::collection::vec(edit(), 1..12),
    ) {
        let mut draft = start;
        for edit in edits {
            if let Ok(changed) = edit.apply(draft.as_ref()) {
                draft = changed;
            }
            if let Some(draft) = &draft {
                prop_assert_eq!(&parsed(&draft.to_string()), draft);
            }
        }
    }

    #[test]
    fn a_row_offers_what_can_be_done_and_no_more(draft in expression()) {
        for Row { path, can, .. } in rows(Some(&draft)) {
            let at = || path.clone();
            prop_assert_eq!(can.move_up, can_apply(&draft, Edit::MoveUp { at: at() }));
            prop_assert_eq!(can.move_down, can_apply(&draft, Edit::MoveDown { at: at() }));
            prop_assert_eq!(can.move_into, can_apply(&draft, Edit::MoveInto { at: at() }));
            prop_assert_eq!(can.move_out, can_apply(&draft, Edit::MoveOut { at: at() }));
            let next = Edit::Wrap { at: at(), further: 1, with: None, group: Group::All };
            prop_assert_eq!(can.wrap_with_next, can_apply(&draft, next));
            prop_assert_eq!(can.set_group, can_apply(&draft, Edit::SetGroup { at: at(), group: Group::Any }));
            let is_condition = matches!(path.within(&draft).map(Kind::of), Ok(Kind::Condition));
            prop_assert_eq!(can.unwrap, !is_condition && can_apply(&draft, Edit::Unwrap { at: at() }));
        }
    }

    #[test]
    fn each_part_has_a_row_in_the_order_of_the_text(draft in expression()) {
        let rows = rows(Some(&draft));
        prop_assert_eq!(rows.len(), count(&draft));
        prop_assert!(rows.is_sorted_by(|one, other| one.path < other.path));
    }

    #[test]
    fn moving_down_and_up_again_changes_nothing(draft in expression(), at in path()) {
        if let Ok(Some(moved)) = (Edit::MoveDown { at: at.clone() }).apply(Some(&draft)) {
            let (above, place) = at.parent().unwrap();
            let back = Edit::MoveUp { at: above.part(place + 1) }.apply(Some(&moved));
            prop_assert_eq!(back, Ok(Some(draft)));
        }
    }

    #[test]
    fn a_condition_and_its_opposite_survive_the_form(atom in atom(), opposite in any::<bool>()) {
        let atom = Expression::Atom(atom);
        let condition = if opposite { Expression::Not(Box::new(atom)) } else { atom };
        prop_assert_eq!(ConditionForm::of(&condition).unwrap().check(), Ok(condition));
    }

    #[test]
    fn no_form_panics(fields in prop::collection::vec(
        (select(vec!["kind", "word", "operator", "value", "codes", "not"]), any::<String>()), 0..8,
    ), word in select(vec!["age", "dementia", "condition", "sex"])) {
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let _ = ConditionForm::read(fields.chain([("word", word)])).check();
    }
}

fn done(draft: &str, edit: Edit) -> Result<String, CannotEdit> {
    edit.apply(Some(&parsed(draft))).map(|draft| draft.map(|draft| draft.to_string()).unwrap_or_default())
}

fn at(path: &str) -> Path {
    path.parse().unwrap()
}

#[test]
fn a_draft_is_built_from_nothing() {
    let part = || parsed("age >= 75");
    let draft = Edit::Add { to: Path::whole(), part: part() }.apply(None).unwrap().unwrap();
    assert_eq!(draft.to_string(), "age >= 75");
    let added = Edit::Add { to: Path::whole(), part: parsed("dementia") };
    assert_eq!(done("age >= 75", added), Ok("age >= 75 and dementia".into()));
    assert_eq!(Edit::Remove { at: at("1") }.apply(None), Err(CannotEdit::NoSuchPart));
}

#[test]
fn the_last_part_of_a_group_takes_the_group_with_it() {
    let draft = "age >= 75 and any of (dementia)";
    assert_eq!(done(draft, Edit::Remove { at: at("2.1") }), Ok("age >= 75".into()));
    assert_eq!(done("dementia", Edit::Remove { at: at("") }), Ok(String::new()));
    let fewer = done("at least 2 of (dementia, homeless)", Edit::Remove { at: at("1") });
    assert_eq!(fewer, Ok("at least 1 of (homeless)".into()));
}

#[test]
fn parts_go_into_groups_and_out_again() {
    let draft = "age >= 75 and dementia and homeless";
    let wrap = |group| Edit::Wrap { at: at("2"), further: 1, with: None, group };
    assert_eq!(done(draft, wrap(Group::Any)), Ok("age >= 75 and any of (dementia, homeless)".into()));
    assert_eq!(done(draft, wrap(Group::Not)), Ok("age >= 75 and not any of (dementia, homeless)".into()));
    let least = wrap(Group::AtLeast(3));
    assert_eq!(done(draft, least), Err(CannotEdit::TooMany { least: 3, parts: 2 }));
    let alone = Edit::Wrap { at: at("2"), further: 0, with: None, group: Group::All };
    assert_eq!(done(draft, alone), Err(CannotEdit::OneOfAll));
    let nested = "age >= 75 and not any of (dementia, homeless) and care_home";
    let within = done(nested, Edit::MoveInto { at: at("3") });
    assert_eq!(within, Ok("age >= 75 and not any of (dementia, homeless, care_home)".into()));
    let out = done(nested, Edit::MoveOut { at: at("2.1.1") });
    assert_eq!(out, Ok("age >= 75 and not any of (homeless) and dementia and care_home".into()));
    assert_eq!(done("age >= 75 and (dementia or homeless)", Edit::Unwrap { at: at("2") }), Ok(draft.into()));
}

#[test]
fn what_would_be_nested_too_deep_is_refused_in_words() {
    let deep = format!("{}dementia{}", "any of (".repeat(200), ")".repeat(200));
    let wrap = Edit::Wrap { at: Path::whole(), further: 0, with: None, group: Group::Any };
    assert!(matches!(done(&deep, wrap), Err(CannotEdit::Limit(message)) if message.contains("200 deep")));
}

#[test]
fn a_register_is_found_by_code_or_name() {
    let form = |code| ConditionForm::read([("kind", "condition"), ("codes", code)]).check();
    for typed in ["dm", "DM", "Diabetes mellitus", "diabetes mellitus (DM)"] {
        assert_eq!(form(typed), Ok(parsed("condition(\"DM\")")), "{typed}");
    }
    assert_eq!(form("dm, copd"), Ok(parsed("condition in (\"DM\", \"COPD\")")));
    let several = form("dm, xyz, copd; diabetes mellitus, abc").unwrap_err();
    let named: Vec<&str> = several.iter().map(|one| one.message.split(' ').next().unwrap()).collect();
    assert_eq!(named, ["xyz", "abc"], "each that is none is named alone");
    assert!(form("dm xyz").unwrap_err().of("codes").unwrap().starts_with("xyz is no"));
    let mistakes = form("diabetes").unwrap_err();
    assert!(mistakes.of("codes").unwrap().contains("Diabetes mellitus (DM)"));
}

#[test]
fn every_wrong_field_is_named() {
    let mistakes = ConditionForm::read([("kind", "number"), ("value", "seventy")]).check().unwrap_err();
    let fields: Vec<&str> = mistakes.iter().map(|mistake| &*mistake.field).collect();
    assert_eq!(fields, ["word", "operator", "value"]);
    let cost = [("word", "annual_cost"), ("operator", ">="), ("value", "£1,200.50")];
    assert_eq!(ConditionForm::read(cost).check(), Ok(parsed("annual_cost >= 1200.5")));
    let age = ConditionForm::read([("word", "age"), ("operator", ">="), ("value", "75.5")]).check();
    assert!(age.unwrap_err().of("value").unwrap().contains("whole number"));
    assert!(ConditionForm::default().check().unwrap_err().of("kind").is_some());
}
