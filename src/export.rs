//! `export`: what the database holds, as files.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use chrono::{Days, NaiveDate};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::audit::file::{Extent, record_export, write_trail};
use crate::audit::trail::midnight;
use crate::audit::{self, Actor, Subject, Verb};
use crate::clock::Now;
use crate::config::Ground;
use crate::csv_out::CsvOut;
use crate::error::Error;
use crate::ltc6::results::export::write_results;
use crate::people::export::write_people;
use crate::petitions::export::write_petitions;
use crate::private_file;
use crate::runs::export as runs;

/// Writes people, their placements and movements, petitions, LTC6 results or the audit trail as a file
#[derive(Args, Clone, Debug)]
pub struct Export {
    pub kind: Kind,
    /// The locality's code (default: all)
    #[arg(long, value_name = "CODE")]
    pub locality: Option<String>,
    /// Placements as they stood on this date (default: today); movements, petitions and the audit trail up to it (default: all); not people. YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// With NHS numbers; people are exported with their names or not at all
    #[arg(long)]
    pub identified: bool,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// Where to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The register as it is published, in the columns of the import
    People,
    Placements,
    Movements,
    /// Petitions that were submitted, oldest first
    Petitions,
    /// What people said in LTC6 campaigns, the first to close first; small counts are hidden as on pages
    Ltc6,
    /// The audit trail, oldest first; of a locality, what concerns it
    Audit,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    /// A workbook: a sheet that says what it is, and a sheet of rows
    Xlsx,
    /// A line of JSON a row; a blank cell is null
    Ndjson,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::People => "people",
            Kind::Placements => "placements",
            Kind::Movements => "movements",
            Kind::Petitions => "petitions",
            Kind::Ltc6 => "ltc6",
            Kind::Audit => "audit",
        }
    }
}

impl Export {
    pub fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        ensure!(
            self.identified || self.kind != Kind::People,
            "people are exported with their names and NHS numbers: say so with --identified"
        );
        ensure!(
            self.as_of.is_none() || self.kind != Kind::People,
            "people are exported as the register is published now: --as-of is for placements, movements, petitions and the audit trail"
        );
        ensure!(
            !self.identified || !matches!(self.kind, Kind::Audit | Kind::Petitions),
            "petitions and the audit trail know people by pseudonym: --identified is for people, placements and movements"
        );
        ensure!(
            self.kind != Kind::Ltc6 || !(self.identified || self.as_of.is_some()),
            "LTC6 results are of no person and stand as they are: neither --identified nor --as-of is for them"
        );
        let entry = self.record(ground)?;
        match &self.out {
            Some(path) => private_file::write(path, |file| self.write(ground, entry, file))?,
            None => self.write(ground, entry, std::io::stdout())?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// An export is told of before anything of it is written; the running number of the entry that tells.
    fn record(&self, ground: &Ground) -> Result<i64, Error> {
        let now = ground.now().moment;
        ground.database.write_now(|conn| {
            let localities = runs::localities(conn, self.locality.as_deref())?;
            let subjects: Vec<Subject> =
                localities.iter().map(|locality| Subject::locality(&locality.code)).collect();
            let details =
                json!({ "kind": self.kind.word(), "identified": self.identified, "as_of": self.as_of });
            let actor = Actor::command_line();
            match self.kind {
                Kind::Audit => record_export(conn, now, &actor, &subjects, details, self.extent()),
                Kind::Ltc6 => audit::record_entry(conn, now, &actor, Verb::Exported, &subjects, details),
                Kind::People | Kind::Placements | Kind::Movements | Kind::Petitions => {
                    audit::record_entry(conn, now, &actor, Verb::PeopleExported, &subjects, details)
                }
            }
        })
    }

    fn extent(&self) -> Extent<'_> {
        let after = self.as_of.map(|day| day.checked_add_days(Days::new(1)).unwrap_or(day));
        Extent { locality: self.locality.as_deref(), until: after.map(midnight) }
    }

    /// What the first sheet of a workbook says.
    fn about(&self, now: Now) -> Vec<(&'static str, String)> {
        let as_of = match (self.kind, self.as_of) {
            (Kind::People, _) => "the register as published when this was written".to_owned(),
            (Kind::Ltc6, _) => "answers opened when this was written".to_owned(),
            (Kind::Placements, day) => day.unwrap_or(now.today).to_string(),
            (Kind::Movements | Kind::Petitions | Kind::Audit, Some(day)) => format!("all up to {day}"),
            (Kind::Movements | Kind::Petitions | Kind::Audit, None) => "all".to_owned(),
        };
        let identified = match (self.kind, self.identified) {
            (Kind::Ltc6, _) => {
                "none: counts and shares, small counts hidden; [c] hidden, [z] no answers, [p] not final"
            }
            (_, true) => "with NHS numbers",
            (_, false) => "pseudonyms only",
        };
        vec![
            ("What", format!("Common Ground: {}", self.kind.word())),
            ("Locality", self.locality.clone().unwrap_or_else(|| "all".to_owned())),
            ("As of", as_of),
            ("People", identified.to_owned()),
            ("Written", format!("{} UTC", now.moment.format("%Y-%m-%d %H:%M:%S"))),
        ]
    }

    fn write(&self, ground: &Ground, entry: i64, output: impl Write + Send) -> Result<(), Error> {
        let output = BufWriter::new(output);
        let now = ground.now();
        let mut out = match self.format {
            Format::Csv => CsvOut::plain(output),
            Format::Xlsx => CsvOut::xlsx(output, &self.about(now)).map_err(anyhow::Error::from)?,
            Format::Ndjson => CsvOut::ndjson(output),
        };
        ground.database.read_now(|conn| {
            let localities = runs::localities(conn, self.locality.as_deref())?;
            match self.kind {
                Kind::People => {
                    let localities: Vec<i64> = localities.iter().map(|locality| locality.id).collect();
                    write_people(conn, &localities, &mut out)
                }
                Kind::Placements => {
                    let on = self.as_of.unwrap_or(now.today);
                    runs::write_placements(conn, &localities, on, self.identified, &mut out)
                }
                Kind::Audit => write_trail(conn, self.extent(), entry, &mut out),
                Kind::Ltc6 => {
                    let localities: Vec<i64> = localities.iter().map(|locality| locality.id).collect();
                    write_results(conn, &localities, &mut out)
                }
                Kind::Petitions => write_petitions(conn, &localities, self.as_of, &mut out),
                Kind::Movements => {
                    runs::write_movements(conn, &localities, self.as_of, self.identified, &mut out)
                }
            }
        })?;
        let mut output = out.finish().map_err(anyhow::Error::from)?;
        Ok(output.flush().map_err(anyhow::Error::from)?)
    }
}
