//! The tables of a preview as an audience may see them. Those of people who move stand on one sheet, so that none gives
//! away what another hides; what no published breakdown holds is shown in fives to those who may not list everybody.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::counted::{ANY, OF_PART, TOO_MANY};
use super::work::{Closer, Worked};
use crate::criteria::facts::Sex;
use crate::criteria::seen::Here;
use crate::disclosure::{
    At, Audience, Guarded, Layer, Sheet, Shown, ShownSheet, release_rounded, release_sheet,
};
use crate::groups::group_page::sex_words;
use crate::groups::scheme::Group;
use crate::groups::schemes::names::Names;
use crate::money::Pence;
use crate::page::Query;
use crate::people::person::capital;
use crate::people::why::fact_words;
use crate::runs::preview::{Care, Counts, Grid, Moves, OfPart, Standing, Which};

/// A table of counts of people.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name in files.
    pub name: &'static str,
    pub caption: String,
    /// What its rows are.
    pub heading: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    pub wide: bool,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub label: String,
    pub cells: Vec<Cell>,
    pub is_total: bool,
}

/// A count and the list of those it counts.
#[derive(Clone, Debug)]
pub struct Cell {
    pub shown: Shown<i64>,
    list: Option<Query>,
}

impl Cell {
    fn unlisted(shown: Shown<i64>) -> Cell {
        Cell { shown, list: None }
    }

    /// Whether nobody is in it, or nobody can be.
    pub fn is_nothing(&self) -> bool {
        matches!(self.shown, Shown::Exact(0) | Shown::NotApplicable)
    }

    /// The list, where there is somebody on it and the count is shown.
    pub fn list(&self) -> Option<&Query> {
        self.list.as_ref().filter(|_| matches!(self.shown, Shown::Exact(1..)))
    }
}

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

/// What a place of a table is called in words and addresses.
trait Named: PartialEq {
    const FROM: &'static str;
    const TO: &'static str;
    fn words(&self, names: &Names) -> String;
    fn word(&self) -> &str;
}

impl Named for Standing {
    const FROM: &'static str = "from";
    const TO: &'static str = "to";

    fn words(&self, names: &Names) -> String {
        match self {
            Standing::Group(code) => names.label(code),
            Standing::NotPlaced => "Not placed".into(),
            Standing::OutOfScope => "Out of scope".into(),
        }
    }

    fn word(&self) -> &str {
        match self {
            Standing::Group(code) => code,
            Standing::NotPlaced => "not_placed",
            Standing::OutOfScope => "out_of_scope",
        }
    }
}

impl Named for Care {
    const FROM: &'static str = "care_from";
    const TO: &'static str = "care_to";

    fn words(&self, _names: &Names) -> String {
        care_words(*self)
    }

    fn word(&self) -> &str {
        care_word(*self)
    }
}

/// What there is of supplementary care, in words.
pub fn care_words(care: Care) -> String {
    match care {
        Care::Yes => "With supplementary care",
        Care::No => "Without",
        Care::NotKnown => "Not known",
        Care::NotAsked => "Out of scope",
    }
    .into()
}

/// The word an address has for supplementary care.
pub fn care_word(care: Care) -> &'static str {
    match care {
        Care::Yes => "yes",
        Care::No => "no",
        Care::NotKnown => "not_known",
        Care::NotAsked => "out_of_scope",
    }
}

/// The word an address has for a place.
pub fn place_word(place: &Standing) -> &str {
    place.word()
}

/// A place in words.
pub fn place_words(place: &Standing, names: &Names) -> String {
    place.words(names)
}

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

fn signed(people: u64) -> i64 {
    i64::try_from(people).unwrap_or(i64::MAX)
}

/// Who goes from where to where, on a sheet: the places somebody leaves, and those somebody comes to.
struct Laid<'a, P> {
    moves: &'a Moves<P>,
    names: &'a Names,
    from: Vec<usize>,
    to: Vec<usize>,
    layer: Layer,
    /// Whether anybody can be in a cell.
    can_be: Vec<Vec<bool>>,
}

impl<'a, P: Named> Laid<'a, P> {
    /// Nobody moves between two places whose criteria stay as they are.
    fn on(
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
    fn come(&self, place: &P) -> Option<At> {
        let at = self.moves.place(place)?;
        self.to.iter().position(|to| *to == at).map(At::Column)
    }

    fn go(&self, place: &P) -> Option<At> {
        let at = self.moves.place(place)?;
        self.from.iter().position(|from| *from == at).map(At::Row)
    }

    fn counted(&self, shown: &ShownSheet, at: Option<At>, list: Query) -> Cell {
        let count = at.map_or(Shown::Exact(0), |at| shown.count(self.layer, at));
        Cell { shown: count, list: Some(list) }
    }

    fn coming(&self, shown: &ShownSheet, place: &P) -> Cell {
        self.counted(shown, self.come(place), Query::default().with(P::TO, place.word()))
    }

    fn going(&self, shown: &ShownSheet, place: &P) -> Cell {
        self.counted(shown, self.go(place), Query::default().with(P::FROM, place.word()))
    }

    fn everybody(&self, shown: &ShownSheet) -> Cell {
        let at = (!self.from.is_empty()).then_some(At::All);
        let list = match P::FROM {
            "from" => Query::default(),
            from => Query::default().with(from, ANY),
        };
        self.counted(shown, at, list)
    }

    fn moved_cost(&self, shown: &ShownSheet) -> Shown<Pence> {
        let built_on = (!self.from.is_empty()).then_some((self.layer, At::All));
        let cost = Guarded::new(Pence(self.moves.all.moved().cost_pence));
        shown.built_on(built_on.as_slice(), cost)
    }

    /// The matrix; none where nobody moves.
    fn table(&self, shown: &ShownSheet, name: &'static str, caption: &str) -> Option<Table> {
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
    fn plan(&self, sheet: &mut Sheet, place: &P, here: &Practices, to: Audience, planned: &mut Vec<Planned>) {
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
struct Planned {
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

    fn table(&self, shown: &ShownSheet) -> Table {
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

fn listed(people: u64, list: Query, to: Audience) -> Cell {
    Cell { shown: release_rounded(Guarded::new(signed(people)), to), list: Some(list) }
}

/// The words an address has for the judgement cases that are asked for.
pub const WHICH: [(&str, Which); 4] =
    [("now", Which::Before), ("then", Which::After), ("made", Which::Made), ("ended", Which::Ended)];

fn cases_of(counts: &Counts, fact: Option<&str>, to: Audience) -> Vec<Cell> {
    let list = |word| Query::default().with("cases", word).with("fact", fact.unwrap_or_default());
    WHICH.iter().map(|(word, which)| listed(which.of(counts), list(*word), to)).collect()
}

/// Judgement cases by the fact that is not known; none where no placement hangs on one.
fn facts(worked: &Worked, to: Audience) -> Option<Table> {
    let row = |label: String, cells: Vec<Cell>| Row { label, cells, is_total: false };
    let cases = &worked.cases;
    let mut rows: Vec<Row> = cases
        .by_fact
        .iter()
        .map(|one| row(capital(fact_words(&one.fact)), cases_of(&one.counts, Some(&one.fact), to)))
        .collect();
    if to != Audience::MayList {
        rows.sort_by(|one, other| one.label.cmp(&other.label));
    }
    if cases.too_many_unknown != Counts::default() {
        let counts = cases_of(&cases.too_many_unknown, Some(TOO_MANY), to);
        rows.push(row("Too many facts to name".into(), counts));
    }
    let columns = ["Now", "Then", "Made", "Ended"].map(str::to_owned).into();
    let caption = "Judgement cases by the fact that is not known".into();
    let table = Table { name: "facts", caption, heading: "Fact not known", columns, rows, wide: false };
    (!table.rows.is_empty()).then_some(table)
}

impl Closer {
    /// Whom each condition leaves out.
    pub fn attrition(&self, to: Audience) -> Table {
        let rows = self.attrition.parts.iter().enumerate().map(|(at, part)| {
            let cells = OF_PART.iter().map(|(word, which)| {
                let people = match which {
                    OfPart::Fail => part.fail,
                    OfPart::NotKnown => part.not_known,
                    OfPart::FailOnlyThis => part.fail_only_this,
                    OfPart::Removed => part.removed,
                    OfPart::Left => part.left,
                };
                listed(people, Query::default().with("part", at + 1).with("who", word), to)
            });
            Row { label: part.reading.clone(), cells: cells.collect(), is_total: false }
        });
        let columns = ["Do not meet it", "of whom not known", "Fail only this one", "Taken out here", "Left"];
        Table {
            name: "attrition",
            caption: "Condition by condition".into(),
            heading: "Condition",
            columns: columns.map(str::to_owned).into(),
            rows: rows.collect(),
            wide: false,
        }
    }

    /// People in scope, before any condition.
    pub fn in_scope(&self, to: Audience) -> Cell {
        listed(self.attrition.of, Query::default().with("all", "in_scope"), to)
    }

    /// How a group's people and those of each other group overlap; none for an overlay group's.
    pub fn overlap(&self, group: &Group, names: &Names, to: Audience) -> Option<Table> {
        let at = self.overlaps.groups.iter().position(|one| one.code == group.code)?;
        let own = &self.overlaps.groups[at];
        let others = self.overlaps.groups.iter().enumerate().filter(|(other, _)| *other != at);
        let list = |placed: &str, meet: &str| Query::default().with("placed", placed).with("meet", meet);
        let rows = others.map(|(place, other)| Row {
            label: names.label(&other.code),
            cells: vec![
                listed(own.also_meet[place], list(&own.code, &other.code), to),
                listed(other.also_meet[at], list(&other.code, &own.code), to),
            ],
            is_total: false,
        });
        Some(Table {
            name: "overlaps",
            caption: "Overlap with each other group".into(),
            heading: "Group",
            columns: vec![
                "Placed here, and meet that group's criteria too".into(),
                "Placed there, and meet these criteria too".into(),
            ],
            rows: rows.collect(),
            wide: false,
        })
    }

    /// Of an overlay group: who in each group would have supplementary care.
    pub fn with_care(&self, names: &Names, to: Audience) -> Table {
        let rows = self.overlaps.groups.iter().map(|group| {
            let placed = Query::default().with("placed", &group.code);
            let with_care = listed(group.with_care.unwrap_or(0), placed.with("care", "yes"), to);
            let cells = vec![listed(group.placed, placed, to), with_care];
            Row { label: names.label(&group.code), cells, is_total: false }
        });
        Table {
            name: "overlaps",
            caption: "Supplementary care in each group".into(),
            heading: "Group",
            columns: vec!["Placed in it".into(), "With supplementary care".into()],
            rows: rows.collect(),
            wide: false,
        }
    }

    /// Groups that somebody meets and nobody would be placed in.
    pub fn emptied(&self, names: &Names) -> Vec<String> {
        self.overlaps.all_fall_to_earlier().map(|group| names.label(&group.code)).collect()
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
