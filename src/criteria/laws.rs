//! Laws of the language: what holds for every text, expression and person.

use proptest::prelude::*;

use super::answer::Answer;
use super::arbitrary::{as_of, atom, blanks, expression, facts, learned};
use super::check::check;
use super::diagram::{Diagram, Node};
use super::explain::Explained;
use super::expression::Expression;
use super::facts::{Facts, Flag};
use super::parser::{DEEPEST, LONGEST, parse};
use super::reading::Reading;
use crate::groups::scheme::Scheme;

fn not(part: Expression) -> Expression {
    Expression::Not(Box::new(part))
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same(expression in expression()) {
        let text = expression.to_string();
        let parsed = parse(&text).map_err(|mistake| TestCaseError::fail(format!("{text}: {mistake}")))?;
        prop_assert_eq!(&parsed.expression, &expression);
        prop_assert_eq!(parsed.expression.to_string(), text);
    }

    #[test]
    fn every_part_has_its_place(expression in expression()) {
        fn count(expression: &Expression) -> usize {
            1 + expression.parts().iter().map(count).sum::<usize>()
        }
        prop_assert_eq!(parse(&expression.to_string()).unwrap().positions.len(), count(&expression));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = check(&text, Scheme::shipped());
    }

    #[test]
    fn no_text_of_the_languages_own_pieces_panics(pieces in prop::collection::vec(prop::sample::select(&[
        "age", ">=", "16", "and", "or", "not", "(", ")", ",", "\"DM\"", "condition", "in", "at least 2 of", "any of",
        "sex", "=", "female", "level_of_need", "dementia", "12.5", "group", "CANCER", "\n", "\n\n", "\"", "-", "é",
    ][..]), 0..40)) {
        let _ = check(&pieces.join(" "), Scheme::shipped());
        let _ = check(&pieces.concat(), Scheme::shipped());
    }

    #[test]
    fn de_morgan(one in expression(), other in expression(), facts in facts()) {
        let answer = |expression: Expression| expression.answer(&facts);
        let both = || vec![one.clone(), other.clone()];
        let neither = || vec![not(one.clone()), not(other.clone())];
        prop_assert_eq!(answer(not(Expression::And(both()))), answer(Expression::Or(neither())));
        prop_assert_eq!(answer(not(Expression::Or(both()))), answer(Expression::And(neither())));
    }

    #[test]
    fn any_of_and_all_of_are_counts(parts in prop::collection::vec(expression(), 1..4), facts in facts()) {
        let count = |least| Expression::AtLeast(least, parts.clone()).answer(&facts);
        prop_assert_eq!(Expression::AnyOf(parts.clone()).answer(&facts), count(1));
        prop_assert_eq!(Expression::And(parts.clone()).answer(&facts), count(parts.len()));
    }

    #[test]
    fn learning_a_fact_never_turns_a_yes_into_a_no(expression in expression(), known in facts(), more in facts()) {
        let before = expression.answer(&known);
        let after = expression.answer(&learned(known, more));
        prop_assert_ne!(after, Answer::NotKnown);
        prop_assert!(before == Answer::NotKnown || before == after);
    }

    #[test]
    fn the_explanation_agrees_with_the_answer(expression in expression(), facts in facts(), blanks in blanks()) {
        let mut facts = facts;
        facts.read_blanks_as_no(blanks);
        prop_assert_eq!(Explained::of(&expression, &facts).answer, expression.answer(&facts));
    }

    #[test]
    fn a_diagram_that_never_varies_is_right_of_everyone(expression in expression(), facts in facts(), more in facts()) {
        let facts = learned(facts, more);
        let tests = expression.atoms().into_iter().flat_map(|atom| atom.asked().tests);
        let mut diagram = Diagram::over(tests, Some(as_of()));
        let node = diagram.build(&expression, &|_| None).unwrap();
        let answer = expression.answer(&facts);
        prop_assert!(node != Node::ALWAYS || answer == Answer::Yes);
        prop_assert!(node != Node::NEVER || answer == Answer::No);
        // With every test settled the diagram is the answer.
        let settled = diagram.build(&expression, &|test| Some(test.answer(&facts).is_yes())).unwrap();
        prop_assert_eq!(settled == Node::ALWAYS, answer == Answer::Yes);
    }

    #[test]
    fn an_atom_reads_differently_from_its_opposite(atom in atom()) {
        let atom = Expression::Atom(atom);
        let (yes, no) = (Reading::of(&atom).to_string(), Reading::of(&not(atom.clone())).to_string());
        prop_assert!(yes.starts_with("People ") && yes.ends_with('.'));
        prop_assert_ne!(yes, no);
    }
}

#[test]
fn brackets_may_be_two_hundred_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}dementia{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(DEEPEST)).is_ok());
    let mistake = parse(&nested(DEEPEST + 1)).unwrap_err();
    assert_eq!((mistake.position.line, mistake.position.column), (1, DEEPEST + 1));
    assert!(parse(&"any of (".repeat(50_000 / 4)).is_err());
    assert!(parse(&"not ".repeat(24_000)).is_err());
}

#[test]
fn the_deepest_expression_can_be_read_and_explained() {
    let text = format!("{}dementia{}", "not (at least 1 of (homeless and ".repeat(100), "))".repeat(100));
    let parsed = parse(&text).unwrap();
    let facts = Facts::nothing_known(as_of(), 40);
    assert_eq!(parsed.expression.answer(&facts), Answer::NotKnown);
    assert!(!Reading::of(&parsed.expression).to_string().is_empty());
    assert_eq!(Explained::of(&parsed.expression, &facts).answer, Answer::NotKnown);
    assert!(check(&text, Scheme::shipped()).is_ok());
}

#[test]
fn a_text_of_a_hundred_kilobytes_is_read_and_a_longer_one_is_not() {
    let text = vec!["risk_score > 12.34"; 4_500].join(" or ");
    assert!(text.len() <= LONGEST);
    assert!(check(&text, Scheme::shipped()).is_ok());
    assert!(parse(&" ".repeat(LONGEST + 1)).unwrap_err().message.contains("100 kB"));
}

#[test]
fn reading_a_blank_as_no_answers_what_was_not_known() {
    let mut facts = Facts::nothing_known(as_of(), 40);
    let expression = parse("not homeless").unwrap().expression;
    assert_eq!(expression.answer(&facts), Answer::NotKnown);
    facts.read_blanks_as_no(super::facts::Blanks::default().with_flag(Flag::Homeless));
    assert_eq!(expression.answer(&facts), Answer::Yes);
    assert!(Explained::of(&expression, &facts).read_as_no);
}
