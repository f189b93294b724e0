//! `export`: what the database holds, as files.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::audit::{self, Actor, Subject, Verb};
use crate::config::Ground;
use crate::csv_out::CsvOut;
use crate::error::Error;
use crate::private_file;
use crate::runs::export as runs;

/// Writes people's placements or movements as CSV
#[derive(Args, Clone, Debug)]
pub struct Export {
    pub kind: Kind,
    /// The locality's code (default: all)
    #[arg(long, value_name = "CODE")]
    pub locality: Option<String>,
    /// Placements as they stood on this date (default: today); movements up to it (default: all). YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// With NHS numbers
    #[arg(long)]
    pub identified: bool,
    /// Where to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Placements,
    Movements,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Placements => "placements",
            Kind::Movements => "movements",
        }
    }
}

impl Export {
    pub fn run(&self, ground: &Ground) -> anyhow::Result<ExitCode> {
        self.record(ground)?;
        match &self.out {
            Some(path) => private_file::write(path, |file| self.write(ground, file))?,
            None => self.write(ground, std::io::stdout().lock())?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// An export is told of before anything of it is written.
    fn record(&self, ground: &Ground) -> Result<(), Error> {
        let now = ground.now().moment;
        ground.database.write_now(|conn| {
            let localities = runs::localities(conn, self.locality.as_deref())?;
            let subjects: Vec<Subject> =
                localities.iter().map(|locality| Subject::locality(&locality.code)).collect();
            let details =
                json!({ "kind": self.kind.word(), "identified": self.identified, "as_of": self.as_of });
            audit::record(conn, now, &Actor::command_line(), Verb::Exported, &subjects, details)
        })
    }

    fn write(&self, ground: &Ground, output: impl Write) -> Result<(), Error> {
        let mut out = CsvOut::plain(BufWriter::new(output));
        let today = ground.now().today;
        ground.database.read_now(|conn| {
            let localities = runs::localities(conn, self.locality.as_deref())?;
            match self.kind {
                Kind::Placements => {
                    let on = self.as_of.unwrap_or(today);
                    runs::write_placements(conn, &localities, on, self.identified, &mut out)
                }
                Kind::Movements => {
                    runs::write_movements(conn, &localities, self.as_of, self.identified, &mut out)
                }
            }
        })?;
        let mut output = out.finish().map_err(anyhow::Error::from)?;
        Ok(output.flush().map_err(anyhow::Error::from)?)
    }
}
