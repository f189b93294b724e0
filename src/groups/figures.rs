//! The figures a caller may see of a run: those of the people they may list, from queries that take their scope.

use std::collections::BTreeMap;

use super::counts::{self, Breakdown, Figure, Wanted};
use super::place::Place;
use crate::database::Conn;
use crate::disclosure::{Audience, Tally};
use crate::error::Error;
use crate::people::counting;
use crate::people::list::Asked;
use crate::people::scope::{Reach, Scope};
use crate::runs::store::Run;

/// Figures by place, practice, sex and age band, within a scope.
#[derive(Clone, Debug)]
pub struct Figures {
    rows: Vec<Figure>,
    /// Places whose people are all within reach; `None` is all places.
    places: Option<Vec<Place>>,
    /// Whether everybody with supplementary care is within reach.
    all_supplementary: bool,
}

impl Figures {
    /// The figures of a run within a scope; `None` for those who may list nobody.
    pub fn of(
        conn: &mut Conn,
        asked: &Asked<'_>,
        run: &Run,
        wanted: Wanted<'_>,
    ) -> Result<Option<Figures>, Error> {
        if matches!(audience(asked.scope), Audience::Others(_)) {
            return Ok(None);
        }
        let figures = match &asked.scope.reach {
            Reach::Practices(practices) => {
                let rows = counts::of_run(conn, run.id, wanted, Some(practices))?;
                Figures { rows, places: None, all_supplementary: true }
            }
            Reach::Care(pairs) => {
                let overlay = asked.scope.schemes.of(run.locality_id).overlay().map(|group| &group.code);
                let here = pairs.iter().filter(|(locality, _)| *locality == run.locality_id);
                let cared: Vec<&String> = here.map(|(_, code)| code).collect();
                let all_supplementary = cared.iter().any(|code| Some(*code) == overlay);
                let places = cared.into_iter().filter(|code| Some(*code) != overlay);
                let places: Vec<Place> = places.cloned().map(Place::Group).collect();
                let rows = counts::of_run(conn, run.id, wanted, None)?;
                Figures { rows, places: Some(places), all_supplementary }
            }
            Reach::Caseload(_) => {
                let rows = counting::figures(conn, asked, run)?;
                Figures { rows, places: None, all_supplementary: true }
            }
        };
        Ok(Some(figures))
    }

    /// Whether the people of a place are within reach.
    fn reaches(&self, place: &Place) -> bool {
        self.places.as_ref().is_none_or(|places| places.contains(place))
    }

    fn by_practice(&self) -> impl Iterator<Item = &Figure> {
        self.rows.iter().filter(|figure| figure.breakdown == Breakdown::Practice)
    }

    /// The people of a place; `None` where the caller may not list them.
    pub fn of_place(&self, place: &Place) -> Option<Tally> {
        let here = self.by_practice().filter(|figure| figure.place == *place);
        self.reaches(place).then(|| here.map(|figure| figure.tally).sum())
    }

    /// Everybody within reach.
    pub fn everybody(&self) -> Tally {
        self.by_practice()
            .map(|figure| match self.reaches(&figure.place) {
                true => figure.tally,
                false if self.all_supplementary => figure.tally.with_supplementary_care(),
                false => Tally::default(),
            })
            .sum()
    }

    /// People with supplementary care within reach, who are counted in their groups as well.
    pub fn supplementary(&self) -> Tally {
        let within =
            self.by_practice().filter(|figure| self.all_supplementary || self.reaches(&figure.place));
        within.map(|figure| figure.tally.with_supplementary_care()).sum()
    }

    /// A place's people by practice (row id), sex or age band; with no place, those with supplementary care.
    pub fn broken_down(&self, place: Option<&Place>, by: Breakdown) -> BTreeMap<(i64, String), Tally> {
        let mut parts: BTreeMap<(i64, String), Tally> = BTreeMap::new();
        for figure in self.rows.iter().filter(|figure| figure.breakdown == by) {
            let tally = match place {
                Some(place) if figure.place == *place && self.reaches(place) => figure.tally,
                None if self.all_supplementary || self.reaches(&figure.place) => {
                    figure.tally.with_supplementary_care()
                }
                _ => continue,
            };
            let practice = if by == Breakdown::Practice { figure.practice_id } else { 0 };
            *parts.entry((practice, figure.value.clone())).or_default() += tally;
        }
        parts
    }
}

/// Exact figures go to those who may list the people counted.
pub fn audience(scope: &Scope) -> Audience {
    match &scope.reach {
        Reach::Practices(practices) if practices.is_empty() => Audience::Others(scope.suppression),
        Reach::Care(pairs) if pairs.is_empty() => Audience::Others(scope.suppression),
        Reach::Practices(_) | Reach::Care(_) | Reach::Caseload(_) => Audience::MayList,
    }
}
