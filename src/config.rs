//! Configuration: flags, then the environment, then a TOML file.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use clap::Args;
use serde::Deserialize;

use crate::app::{Portal, PublicUrl};
use crate::clock::{Clock, Now};
use crate::database::{Address, Database};
use crate::installation;
use crate::jobs::Tools;
use crate::keys::Keys;
use crate::ltc6::Ltc6;
use crate::ltc6::words::Languages;
use crate::mail::Post;
use crate::runs::preview::Registers;

/// Settings every command takes, each as a flag or from the environment.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// A TOML file with the same settings (default: common-ground.toml here, where there is one)
    #[arg(long, env = "COMMON_GROUND_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: a file for SQLite, or postgres://… (default: data/common-ground.sqlite)
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The keys folder (default: keys, beside the database)
    #[arg(long, env = "COMMON_GROUND_KEYS", global = true, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
    /// Today, on demo databases only: YYYY-MM-DD
    #[arg(long, env = "COMMON_GROUND_TODAY", global = true, value_name = "DATE")]
    pub today: Option<NaiveDate>,
    /// The SMTP server, smtp://user:password@host:port or smtps://… (default: mails are written to files)
    #[arg(long, env = "COMMON_GROUND_SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The address mails come from (default: common-ground@localhost.localdomain)
    #[arg(long, env = "COMMON_GROUND_MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// A folder with further languages of the questionnaire, a JSON file each
    #[arg(long, env = "COMMON_GROUND_LTC6_TEXTS", global = true, value_name = "FOLDER")]
    pub ltc6_texts: Option<PathBuf>,
}

/// The file's settings, by the same names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub database_url: Option<String>,
    pub keys: Option<PathBuf>,
    pub today: Option<NaiveDate>,
    pub smtp_url: Option<String>,
    pub mail_from: Option<String>,
    pub ltc6_texts: Option<PathBuf>,
    pub listen: Option<String>,
    pub public_url: Option<String>,
    pub trust_proxy: Option<bool>,
}

/// What holds for this run: flags and environment over the file.
#[derive(Clone, Debug)]
pub struct Settings {
    pub flags: Flags,
    pub file: File,
}

impl Settings {
    pub fn new(flags: Flags) -> anyhow::Result<Settings> {
        let file = match &flags.config {
            Some(path) => read_file(path)?,
            None if Path::new("common-ground.toml").exists() => read_file(Path::new("common-ground.toml"))?,
            None => File::default(),
        };
        Ok(Settings { flags, file })
    }

    pub fn address(&self) -> anyhow::Result<Address> {
        let url = self.flags.database_url.as_deref().or(self.file.database_url.as_deref());
        Address::parse(url.unwrap_or("data/common-ground.sqlite"))
    }

    fn keys_folder(&self, address: &Address) -> PathBuf {
        let named = self.flags.keys.clone().or_else(|| self.file.keys.clone());
        named.unwrap_or_else(|| address.folder().join("keys"))
    }

    /// English, and what a folder adds.
    fn languages(&self) -> anyhow::Result<Languages> {
        match self.flags.ltc6_texts.as_ref().or(self.file.ltc6_texts.as_ref()) {
            Some(folder) => Languages::read(folder),
            None => Ok(Languages::english()),
        }
    }

    /// Opens database (migrated), keys and clock: what every command stands on.
    pub fn open(&self) -> anyhow::Result<Ground> {
        let address = self.address()?;
        let folder = address.folder();
        let keys_folder = self.keys_folder(&address);
        let database = Database::open(address, 10)?;
        database.migrate()?;
        let keys = installation::keys(&database, &keys_folder)?;
        let clock = self.clock(&database)?;
        Ok(Ground { database, keys, clock, folder, settings: self.clone() })
    }

    /// Opens what is there and makes nothing: for `doctor`.
    pub fn look(&self) -> anyhow::Result<(Database, anyhow::Result<Keys>)> {
        let address = self.address()?;
        if let Address::Sqlite(file) = &address {
            ensure!(file.exists(), "there is no database at {}", file.display());
        }
        let keys = Keys::open(&self.keys_folder(&address));
        Ok((Database::open(address, 2)?, keys))
    }

    /// Today is the calendar's, but on a demo database the demo's day or the one asked for.
    fn clock(&self, database: &Database) -> anyhow::Result<Clock> {
        let asked = self.flags.today.or(self.file.today);
        let demo = database.read_now(installation::demo_day)?;
        match (asked, demo) {
            (Some(_), None) => {
                anyhow::bail!("COMMON_GROUND_TODAY works on demo databases only, and this is none")
            }
            (Some(day), Some(_)) | (None, Some(day)) => Ok(Clock::fixed(day)),
            (None, None) => Ok(Clock::real()),
        }
    }
}

fn read_file(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading the settings file {}", path.display()))?;
    toml::from_str(&text)
        .with_context(|| format!("the settings file {} cannot be understood", path.display()))
}

/// What commands stand on.
#[derive(Clone, Debug)]
pub struct Ground {
    pub database: Database,
    pub keys: Keys,
    pub clock: Clock,
    /// The folder beside the database, for uploads and mail files.
    pub folder: PathBuf,
    pub settings: Settings,
}

impl Ground {
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// What background work needs, with links that start with `base_url`.
    pub fn tools(&self, base_url: &str) -> anyhow::Result<Tools> {
        let settings = &self.settings;
        let smtp = settings.flags.smtp_url.as_deref().or(settings.file.smtp_url.as_deref());
        let from = settings.flags.mail_from.as_deref().or(settings.file.mail_from.as_deref());
        let post = Post::new(
            smtp,
            from.unwrap_or("common-ground@localhost.localdomain"),
            &self.folder.join("outbox"),
        )?;
        Ok(Tools {
            database: self.database.clone(),
            keys: self.keys.clone(),
            clock: self.clock,
            post,
            folder: self.folder.clone(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            registers: Registers::default(),
        })
    }

    /// A portal that serves under `public_url`, or on loopback under `base_url`.
    pub fn portal(
        &self,
        public_url: Option<String>,
        base_url: &str,
        trust_proxy: bool,
    ) -> anyhow::Result<Portal> {
        Ok(Portal {
            database: self.database.clone(),
            keys: self.keys.clone(),
            clock: self.clock,
            tools: self.tools(public_url.as_deref().unwrap_or(base_url))?,
            public_url: PublicUrl(public_url),
            trust_proxy,
            ltc6: Ltc6::start(&self.database, self.settings.languages()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_the_same_settings_and_refuses_unknown_ones() {
        let file: File = toml::from_str("database_url = \"x.sqlite\"\ntrust_proxy = true").unwrap();
        assert_eq!(file.database_url.as_deref(), Some("x.sqlite"));
        assert!(toml::from_str::<File>("databse_url = \"x\"").is_err());
        let flags = Flags { database_url: Some("y.sqlite".into()), ..Flags::default() };
        let settings = Settings { flags, file };
        assert_eq!(
            settings.address().unwrap(),
            Address::Sqlite("y.sqlite".into()),
            "a flag goes before the file"
        );
    }
}
