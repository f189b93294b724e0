//! Files that nobody but their owner reads: what the command line writes.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;

/// Makes a file of mode 0600, or empties one that is there and makes it so.
pub fn create(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path);
    let file = opened.with_context(|| format!("writing {}", path.display()))?;
    file.set_permissions(Permissions::from_mode(0o600))
        .with_context(|| format!("making {} private", path.display()))?;
    Ok(file)
}
