//! What approved petitions say of the criteria: which conditions of the group asked for stood in the way, or what of the
//! record was wrong. A hint to commissioners which criterion to look at.

use diesel::prelude::*;

use super::filing::grouped;
use super::found::Found;
use super::life::State;
use super::petition::Category;
use crate::criteria::answer::Answer;
use crate::database::Conn;
use crate::error::Error;
use crate::people::why::fact_words;
use crate::schema::{petition_conditions, petitions};
use crate::stored_as_text;

stored_as_text! {
    /// How a condition stood in the way.
    Obstacle {
        NotMet = "not_met",
        NotKnown = "not_known",
        RecordWrong = "record_wrong",
    }
}

impl Obstacle {
    /// As a sentence ends: "dementia, wrong or missing in the record".
    pub fn label(self) -> &'static str {
        match self {
            Obstacle::NotMet => "not met",
            Obstacle::NotKnown => "not known",
            Obstacle::RecordWrong => "wrong or missing in the record",
        }
    }
}

/// Notes what stands in the way of a petition as it is submitted.
pub fn note(conn: &mut Conn, found: &Found) -> Result<(), Error> {
    for (position, (condition, standing)) in (0i64..).zip(obstacles(conn, found)?) {
        diesel::insert_into(petition_conditions::table)
            .values((
                petition_conditions::petition_id.eq(found.petition.id),
                petition_conditions::position.eq(position),
                petition_conditions::condition.eq(condition),
                petition_conditions::standing.eq(standing),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn obstacles(conn: &mut Conn, found: &Found) -> Result<Vec<(String, Obstacle)>, Error> {
    let petition = &found.petition;
    if let (Some(Category::RecordWrong), Some(fact)) = (petition.category, petition.fact()) {
        return Ok(vec![(fact_words(fact.word()), Obstacle::RecordWrong)]);
    }
    let Some(grouped) = grouped(conn, &found.locality, found.person.id, true)? else { return Ok(Vec::new()) };
    let to = petition.to_group.as_ref();
    let Some(asked) = grouped.others.iter().find(|one| Some(&one.version.group_code) == to) else {
        return Ok(Vec::new());
    };
    let mut obstacles: Vec<(String, Obstacle)> = Vec::new();
    for condition in asked.explained.conditions() {
        let standing = match condition.answer {
            Answer::Yes => continue,
            Answer::No => Obstacle::NotMet,
            Answer::NotKnown => Obstacle::NotKnown,
        };
        let one = (condition.text.clone(), standing);
        if !obstacles.contains(&one) {
            obstacles.push(one);
        }
    }
    Ok(obstacles)
}

/// Approved petitions from one group to another, and what stood in their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub from_group: Option<String>,
    pub to_group: String,
    pub petitions: i64,
    /// Condition, how it stood, in how many of them; most first.
    pub obstacles: Vec<(String, Obstacle, i64)>,
}

/// What the approved petitions of a locality say, most petitions first.
pub fn lessons(conn: &mut Conn, locality_id: i64) -> Result<Vec<Lesson>, Error> {
    let granted = [State::Approved, State::Overturned];
    let approved: Vec<(i64, Option<String>, Option<String>)> = petitions::table
        .filter(petitions::locality_id.eq(locality_id).and(petitions::state.eq_any(granted)))
        .order(petitions::id)
        .select((petitions::id, petitions::from_group, petitions::to_group))
        .load(conn)?;
    let rows: Vec<(i64, String, Obstacle)> = petition_conditions::table
        .inner_join(petitions::table)
        .filter(petitions::locality_id.eq(locality_id).and(petitions::state.eq_any(granted)))
        .order((petition_conditions::petition_id, petition_conditions::position))
        .select((
            petition_conditions::petition_id,
            petition_conditions::condition,
            petition_conditions::standing,
        ))
        .load(conn)?;
    Ok(gather(&approved, &rows))
}

/// Counts what stood in the way, move by move.
fn gather(
    approved: &[(i64, Option<String>, Option<String>)],
    rows: &[(i64, String, Obstacle)],
) -> Vec<Lesson> {
    let mut lessons: Vec<Lesson> = Vec::new();
    for (id, from, to) in approved {
        let Some(to) = to else { continue };
        let at = lessons.iter().position(|one| one.from_group == *from && one.to_group == *to);
        let at = at.unwrap_or_else(|| {
            let (from_group, to_group) = (from.clone(), to.clone());
            lessons.push(Lesson { from_group, to_group, petitions: 0, obstacles: Vec::new() });
            lessons.len() - 1
        });
        let lesson = &mut lessons[at];
        lesson.petitions += 1;
        let first = rows.partition_point(|(petition, ..)| petition < id);
        for (_, condition, standing) in rows[first..].iter().take_while(|(petition, ..)| petition == id) {
            match lesson.obstacles.iter_mut().find(|one| one.0 == *condition && one.1 == *standing) {
                Some(one) => one.2 += 1,
                None => lesson.obstacles.push((condition.clone(), *standing, 1)),
            }
        }
    }
    for lesson in &mut lessons {
        lesson.obstacles.sort_by_key(|one| std::cmp::Reverse(one.2));
    }
    lessons.sort_by_key(|lesson| std::cmp::Reverse(lesson.petitions));
    lessons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_counted_by_move_and_the_most_frequent_come_first() {
        let group = |code: &str| Some(code.to_owned());
        let approved = [
            (1, group("LTC_75"), group("ADV_ORGANIC")),
            (2, group("LTC_75"), group("ADV_ORGANIC")),
            (3, None, group("SEMI")),
        ];
        let row = |id, text: &str, standing| (id, text.to_owned(), standing);
        let rows = [
            row(1, "age 16 or over", Obstacle::NotMet),
            row(1, "dementia", Obstacle::NotKnown),
            row(2, "dementia", Obstacle::NotKnown),
            row(3, "dementia", Obstacle::RecordWrong),
        ];
        let lessons = gather(&approved, &rows);
        assert_eq!((lessons[0].petitions, lessons[0].to_group.as_str()), (2, "ADV_ORGANIC"));
        assert_eq!(lessons[0].obstacles[0], ("dementia".into(), Obstacle::NotKnown, 2));
        assert_eq!(lessons[1].obstacles, [("dementia".to_owned(), Obstacle::RecordWrong, 1)]);
        assert!(gather(&[], &rows).is_empty());
    }
}
