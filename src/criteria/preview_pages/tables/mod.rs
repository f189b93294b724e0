//! The tables of a preview as an audience may see them. Those of people who move stand on one sheet, so that none gives
//! away what another hides; what no published breakdown holds is shown in fives to those who may not list everybody.

mod cases;
mod closer;
mod moves;
mod places;
mod table;

use std::collections::HashMap;

use super::work::Worked;
use crate::criteria::seen::Here;
use crate::disclosure::{
    At, Audience, Guarded, Layer, Sheet, Shown, ShownSheet, release_rounded, release_sheet,
};
use crate::groups::scheme::Group;
use crate::groups::schemes::names::Names;
use crate::money::Pence;
use crate::page::Query;
use crate::runs::preview::{Care, Grid, Moves, Standing};

pub use cases::WHICH;
pub use places::{care_word, care_words, place_word, place_words};
pub use table::{Cell, Row, Table};

use cases::{cases_of, facts};
use moves::Laid;
use places::Named;
use table::{listed, signed};

/// The figures that stand first.
#[derive(Clone, Debug)]
pub struct Headline {
    /// People who come to the version's group; of an overlay, to supplementary care.
    pub come: Cell,
    pub go: Cell,
    /// Everybody who moves, of all versions of the bundle.
    pub moved: Cell,
    /// Judgement cases now, then, made and ended.
    pub cases: Vec<Cell>,
    /// Of the people who come and go, the sum of the annual costs that are known.
    pub cost: Shown<Pence>,
    /// The same of everybody who moves.
    pub moved_cost: Shown<Pence>,
    /// Whether nobody at all would move, nor supplementary care change.
    pub nobody: bool,
    pub not_placed: NotPlaced,
}

/// People in no group now and then, those who would be left without one, and those who would find one.
#[derive(Clone, Debug)]
pub struct NotPlaced {
    pub before: Cell,
    pub after: Cell,
    pub come: Cell,
    pub go: Cell,
}

/// A preview as an audience may see it.
#[derive(Clone, Debug)]
pub struct Tables {
    pub headline: Headline,
    /// From where to where, then by practice, sex and age band; empty tables are left out.
    pub moves: Vec<Table>,
    pub facts: Option<Table>,
    /// Whether more than one person in twenty of those in scope would be a judgement case.
    pub many_cases: bool,
}

/// Code and name of practices, by row id.
pub type Practices = HashMap<i64, (String, String)>;

/// The tables of a preview of a version of a group.
pub fn tables(worked: &Worked, here: &Here, practices: &Practices, to: Audience) -> Tables {
    tables_of(worked, (&here.group, &here.names), practices, to)
}

/// The same of a group, in a locality that calls its groups by these names.
pub fn tables_of(
    worked: &Worked,
    (group, names): (&Group, &Names),
    practices: &Practices,
    to: Audience,
) -> Tables {
    let mut sheet = Sheet::new();
    let is_drafted =
        |place: &Standing| matches!(place, Standing::Group(code) if worked.drafted.contains(code));
    let home = Laid::on(&mut sheet, &worked.placements.home, names, is_drafted);
    let care = worked.placements.care.as_ref().map(|care| Laid::on(&mut sheet, care, names, |_| true));
    let (standing, here) = (Standing::Group(group.code.clone()), practices);
    let mut planned = Vec::new();
    match (&care, group.overlay) {
        (Some(care), true) => care.plan(&mut sheet, &Care::Yes, here, to, &mut planned),
        _ => home.plan(&mut sheet, &standing, here, to, &mut planned),
    }
    let shown = release_sheet(sheet, to);
    let mut moves: Vec<Table> = home.table(&shown, "moves", "From where to where").into_iter().collect();
    let of_care =
        care.as_ref().and_then(|care| care.table(&shown, "supplementary_care", "Supplementary care"));
    moves.extend(of_care);
    moves.extend(planned.iter().map(|planned| planned.table(&shown)));
    let headline = match (&care, group.overlay) {
        (Some(care), true) => headline(worked, &shown, care, &Care::Yes, &home, to),
        _ => headline(worked, &shown, &home, &standing, &home, to),
    };
    Tables { headline, moves, facts: facts(worked, to), many_cases: worked.cases.are_many() }
}

fn headline<P: Named>(
    worked: &Worked,
    shown: &ShownSheet,
    laid: &Laid<'_, P>,
    place: &P,
    home: &Laid<'_, Standing>,
    to: Audience,
) -> Headline {
    let all = &laid.moves.all;
    let at = laid.moves.place(place);
    let cost = at.map_or(0, |at| all.coming_to(at).cost_pence.saturating_add(all.leaving(at).cost_pence));
    let built_on: Vec<(Layer, At)> =
        [laid.come(place), laid.go(place)].into_iter().flatten().map(|at| (laid.layer, at)).collect();
    let care = worked.placements.care.as_ref().map_or(0, |care| care.all.moved().people);
    let homes = &worked.placements.home;
    let not_placed = homes.place(&Standing::NotPlaced);
    let of_not_placed = |side: fn(&Grid<_>, usize) -> _| not_placed.map(|at| side(&homes.all, at));
    let people = |cell: Option<crate::runs::preview::Cell>, when: &str| {
        listed(cell.map_or(0, |cell| cell.people), Query::default().with("not_placed", when), to)
    };
    Headline {
        come: laid.coming(shown, place),
        go: laid.going(shown, place),
        moved: home.everybody(shown),
        cases: cases_of(&worked.cases.all, None, to),
        cost: shown.built_on(&built_on, Guarded::new(Pence(cost))),
        moved_cost: home.moved_cost(shown),
        nobody: homes.all.moved().people == 0 && care == 0,
        not_placed: NotPlaced {
            before: people(of_not_placed(Grid::before), "now"),
            after: people(of_not_placed(Grid::after), "then"),
            come: home.coming(shown, &Standing::NotPlaced),
            go: home.going(shown, &Standing::NotPlaced),
        },
    }
}

/// Who comes to the group of a version and goes from it, where neither side is what is in force: a breakdown of which there
/// are too many to guard each beside the others, so in fives to those who may not list everybody.
pub fn come_and_go(worked: &Worked, group: &Group, to: Audience) -> [Cell; 2] {
    fn of<P: Named>(moves: &Moves<P>, place: &P, to: Audience) -> [Cell; 2] {
        let at = moves.place(place);
        let count = |side: fn(&Grid<_>, usize) -> crate::runs::preview::Cell, name: &str| {
            let people = at.map_or(0, |at| side(&moves.all, at).people);
            let list = Query::default().with(name, place.word());
            Cell { shown: release_rounded(Guarded::new(signed(people)), to), list: Some(list) }
        };
        [count(Grid::coming_to, P::TO), count(Grid::leaving, P::FROM)]
    }
    match (&worked.placements.care, group.overlay) {
        (Some(care), true) => of(care, &Care::Yes, to),
        _ => of(&worked.placements.home, &Standing::Group(group.code.clone()), to),
    }
}

/// A count of everybody on the register of the day.
pub fn on_the_register(worked: &Worked, to: Audience) -> Cell {
    let everybody = worked.placements.home.all.everybody().people;
    listed(everybody, Query::default().with("all", "yes"), to)
}
