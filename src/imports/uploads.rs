//! Uploaded files: beside the database, read by nobody but its owner, and gone when they are no longer needed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::clock::Moment;
use crate::keys::{hex, random_token};

/// Where the file of an import stands.
pub fn place(folder: &Path, reference: &str) -> PathBuf {
    folder.join("uploads").join(format!("{reference}.csv"))
}

/// Deletes the file of an import, if it is there.
pub fn delete(folder: &Path, reference: &str) -> anyhow::Result<()> {
    match fs::remove_file(place(folder, reference)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("deleting an uploaded file")
        }
        _ => Ok(()),
    }
}

/// Deletes files that have not been written to since `then`: of uploads that never arrived whole, and of imports
/// whose end was not noticed because the server stopped.
pub fn delete_older(folder: &Path, then: Moment) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder.join("uploads")) else { return Ok(()) };
    for entry in entries {
        let entry = entry.context("listing uploaded files")?;
        let written =
            entry.metadata().and_then(|metadata| metadata.modified()).context("asking for a file's age")?;
        if DateTime::<Utc>::from(written).naive_utc() < then {
            fs::remove_file(entry.path()).context("deleting an uploaded file")?;
        }
    }
    Ok(())
}

/// A file on its way in; deleted unless it is kept.
pub struct Incoming {
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Incoming {
    /// An empty file in the folder of uploads, which is made where there is none.
    pub fn begin(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("uploads");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .context("making the folder of uploads")?;
        let path = folder.join(format!("{}.part", random_token()));
        let opened = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
        let file = opened.context("making an uploaded file")?;
        Ok(Self { path, file, digest: Sha256::new(), bytes: 0 })
    }

    pub fn add(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).context("writing an uploaded file")
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 in hex.
    pub fn hash(&self) -> String {
        hex(&self.digest.clone().finalize())
    }

    /// Keeps the file as that of an import.
    pub fn keep(self, folder: &Path, reference: &str) -> anyhow::Result<()> {
        self.file.sync_all().context("writing an uploaded file")?;
        fs::rename(&self.path, place(folder, reference)).context("keeping an uploaded file")
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("an uploaded file could not be deleted: {error}");
        }
    }
}
