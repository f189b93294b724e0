//! Reads a file and takes its SHA-256 on the way, so that the file loaded is known to be the one that was checked.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::kind::Kind;
use crate::keys::{Keys, hex};

/// The hash by which a file is known again, from its SHA-256. Of answers it is keyed: whoever reads the database could
/// else try all answers of a short file until one of them gave its hash.
pub fn kept(kind: Kind, keys: &Keys, sha256: String) -> String {
    match kind {
        Kind::PaperReturns => keys.hash("paper returns", &sha256),
        _ => sha256,
    }
}

/// A reader that hashes what passes through it.
pub struct Hashing<R> {
    inner: R,
    digest: Sha256,
}

impl<R> Hashing<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, digest: Sha256::new() }
    }

    /// The hash of what has been read so far.
    pub fn hex(&self) -> String {
        hex(&self.digest.clone().finalize())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
}
