//! Files that nobody but their owner reads: what the command line writes.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Writes a file of mode 0600 in place of any that is there. It comes into being whole: where `write` fails, nothing
/// changes.
pub fn write<E: Into<anyhow::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> anyhow::Result<()> {
    let part = part(path)?;
    let written = fill(&part, write).and_then(|()| Ok(fs::rename(&part, path)?));
    if written.is_err() {
        // Whatever was written of it is of no use; where nothing was, there is nothing to delete.
        let _ = fs::remove_file(&part);
    }
    written.with_context(|| format!("writing {}", path.display()))
}

fn part(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().with_context(|| format!("{} names no file", path.display()))?;
    let mut part = name.to_owned();
    part.push(".part");
    Ok(path.with_file_name(part))
}

fn fill<E: Into<anyhow::Error>>(
    part: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> anyhow::Result<()> {
    if part.exists() {
        fs::remove_file(part)?;
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(part)?;
    write(&mut file).map_err(Into::into)?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_private_and_comes_into_being_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "before").unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"half")?;
            anyhow::bail!("no more")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        write(&path, |file| file.write_all(b"whole")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
