//! Who goes from where to where, on a sheet: the matrix, and how those who come to a place and go from it break down.

use std::cmp::Reverse;

use super::super::counted::ANY;
use super::Practices;
use super::places::Named;
use super::table::{Cell, Row, Table, signed};
use crate::criteria::facts::Sex;
use crate::disclosure::{At, Audience, Guarded, Layer, Sheet, Shown, ShownSheet};
use crate::groups::group_page::sex_words;
use crate::groups::schemes::names::Names;
use crate::money::Pence;
use crate::page::Query;
use crate::runs::preview::{Grid, Moves};

/// The places somebody leaves, and those somebody comes to.
pub(super) struct Laid<'a, P> {
    pub moves: &'a Moves<P>,
    names: &'a Names,
    from: Vec<usize>,
    to: Vec<usize>,
    pub layer: Layer,
    /// Whether anybody can be in a cell.
    can_be: Vec<Vec<bool>>,
}

impl<'a, P: Named> Laid<'a, P> {
    /// Nobody moves between two places whose criteria stay as they are.
    pub fn on(
        sheet: &mut Sheet,
        moves: &'a Moves<P>,
        names: &'a Names,
        is_drafted: impl Fn(&P) -> bool,
    ) -> Laid<'a, P> {
        let places = 0..moves.places.len();
        let from: Vec<usize> = places.clone().filter(|at| moves.all.leaving(*at).people > 0).collect();
        let to: Vec<usize> = places.filter(|at| moves.all.coming_to(*at).people > 0).collect();
        let drafted: Vec<bool> = moves.places.iter().map(is_drafted).collect();
        let moved = |from: usize, to: usize| {
            let people = moves.all.at(from, to).people;
            let can_be = from != to && (drafted[from] || drafted[to] || people > 0);
            can_be.then(|| Guarded::new(signed(people)))
        };
        let rows: Vec<Vec<Option<Guarded<i64>>>> =
            from.iter().map(|from| to.iter().map(|to| moved(*from, *to)).collect()).collect();
        let layer = sheet.sparse(&rows);
        let can_be = rows.iter().map(|row| row.iter().map(Option::is_some).collect()).collect();
        Laid { moves, names, from, to, layer, can_be }
    }

    /// Where the total of those who come to a place stands.
    pub fn come(&self, place: &P) -> Option<At> {
        let at = self.moves.place(place)?;
        self.to.iter().position(|to| *to == at).map(At::Column)
    }

    pub fn go(&self, place: &P) -> Option<At> {
        let at = self.moves.place(place)?;
        self.from.iter().position(|from| *from == at).map(At::Row)
    }

    fn counted(&self, shown: &ShownSheet, at: Option<At>, list: Query) -> Cell {
        let count = at.map_or(Shown::Exact(0), |at| shown.count(self.layer, at));
        Cell { shown: count, list: Some(list) }
    }

    pub fn coming(&self, shown: &ShownSheet, place: &P) -> Cell {
        self.counted(shown, self.come(place), Query::default().with(P::TO, place.word()))
    }

    pub fn going(&self, shown: &ShownSheet, place: &P) -> Cell {
        self.counted(shown, self.go(place), Query::default().with(P::FROM, place.word()))
    }

    pub fn everybody(&self, shown: &ShownSheet) -> Cell {
        let at = (!self.from.is_empty()).then_some(At::All);
        let list = match P::FROM {
            "from" => Query::default(),
            from => Query::default().with(from, ANY),
        };
        self.counted(shown, at, list)
    }

    pub fn moved_cost(&self, shown: &ShownSheet) -> Shown<Pence> {
        let built_on = (!self.from.is_empty()).then_some((self.layer, At::All));
        let cost = Guarded::new(Pence(self.moves.all.moved().cost_pence));
        shown.built_on(built_on.as_slice(), cost)
    }

    /// The matrix; none where nobody moves.
    pub fn table(&self, shown: &ShownSheet, name: &'static str, caption: &str) -> Option<Table> {
        let place = |at: &usize| &self.moves.places[*at];
        let mut columns: Vec<String> = self.to.iter().map(|at| place(at).words(self.names)).collect();
        columns.push("All".into());
        let mut rows: Vec<Row> = Vec::new();
        for (row, from) in self.from.iter().enumerate() {
            let leaving = Query::default().with(P::FROM, place(from).word());
            let cell = |(column, to): (usize, &usize)| match self.can_be[row][column] {
                false => Cell::unlisted(Shown::NotApplicable),
                true => {
                    let list = leaving.with(P::TO, place(to).word());
                    self.counted(shown, Some(At::Cell(row, column)), list)
                }
            };
            let mut cells: Vec<Cell> = self.to.iter().enumerate().map(cell).collect();
            cells.push(self.counted(shown, Some(At::Row(row)), leaving.clone()));
            rows.push(Row { label: place(from).words(self.names), cells, is_total: false });
        }
        let coming = |(column, to): (usize, &usize)| {
            self.counted(shown, Some(At::Column(column)), Query::default().with(P::TO, place(to).word()))
        };
        let mut totals: Vec<Cell> = self.to.iter().enumerate().map(coming).collect();
        totals.push(self.everybody(shown));
        rows.push(Row { label: "All".into(), cells: totals, is_total: true });
        let table = Table { name, caption: caption.into(), heading: "From", columns, rows, wide: true };
        (!self.from.is_empty()).then_some(table)
    }

    /// Puts on the sheet how those who come to a place and go from it break down.
    pub fn plan(
        &self,
        sheet: &mut Sheet,
        place: &P,
        here: &Practices,
        to: Audience,
        planned: &mut Vec<Planned>,
    ) {
        let Some(at) = self.moves.place(place) else { return };
        let counts = |grid: &Grid<u64>| [grid.coming_to(at), grid.leaving(at)];
        let practices = self.moves.by_practice.iter().filter_map(|(id, grid)| {
            let (code, name) = here.get(id)?;
            Some(Line { label: format!("{name} ({code})"), word: code.clone(), counts: counts(grid) })
        });
        let sexes = self.moves.by_sex.iter().map(|(sex, grid)| {
            let (label, word) = sex_words(sex.map_or("", Sex::word));
            Line { label: label.into(), word: word.into(), counts: counts(grid) }
        });
        let ages = self.moves.by_age.iter().map(|(band, grid)| Line {
            label: band.label(),
            word: band.word(),
            counts: counts(grid),
        });
        for (name, caption, heading, mut lines) in [
            ("practice", "By practice", "Practice", practices.collect::<Vec<_>>()),
            ("sex", "By sex", "Sex", sexes.collect()),
            ("age_band", "By age band", "Age band", ages.collect()),
        ] {
            lines.retain(|line| line.counts != [0, 0]);
            if name == "practice" {
                lines.sort_by(|one, other| one.label.cmp(&other.label));
                // An order by size would tell about counts that are hidden.
                if to == Audience::MayList {
                    lines.sort_by_key(|line| Reverse(line.counts[0] + line.counts[1]));
                }
            }
            if !lines.is_empty() {
                planned.push(Planned::on(sheet, self, place, (name, caption, heading), lines));
            }
        }
    }
}

/// A line of a breakdown: who comes and who goes.
struct Line {
    label: String,
    word: String,
    counts: [u64; 2],
}

/// A breakdown on a sheet.
pub(super) struct Planned {
    name: &'static str,
    caption: &'static str,
    heading: &'static str,
    lines: Vec<Line>,
    layers: [Option<Layer>; 2],
    lists: [Query; 2],
}

impl Planned {
    fn on<P: Named>(
        sheet: &mut Sheet,
        laid: &Laid<'_, P>,
        place: &P,
        (name, caption, heading): (&'static str, &'static str, &'static str),
        lines: Vec<Line>,
    ) -> Planned {
        let totals = [laid.come(place), laid.go(place)];
        let layers = [0, 1].map(|side| {
            let counts: Vec<Guarded<i64>> =
                lines.iter().map(|line| Guarded::new(signed(line.counts[side]))).collect();
            totals[side].map(|at| sheet.breakdown(laid.layer, at, &counts))
        });
        let query = |name: &str| Query::default().with(name, place.word());
        Planned { name, caption, heading, lines, layers, lists: [query(P::TO), query(P::FROM)] }
    }

    pub fn table(&self, shown: &ShownSheet) -> Table {
        let filter = if self.name == "age_band" { "age" } else { self.name };
        let row = |(at, line): (usize, &Line)| Row {
            label: line.label.clone(),
            cells: [0, 1]
                .map(|side| Cell {
                    shown: self.layers[side].map_or(Shown::Exact(0), |of| shown.count(of, At::Cell(at, 0))),
                    list: Some(self.lists[side].with(filter, &line.word)),
                })
                .into(),
            is_total: false,
        };
        Table {
            name: self.name,
            caption: self.caption.into(),
            heading: self.heading,
            columns: vec!["Come in".into(), "Go out".into()],
            rows: self.lines.iter().enumerate().map(row).collect(),
            wide: false,
        }
    }
}
