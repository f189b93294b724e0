//! Sealing answers with a campaign's public key; the private key is a file of the one server that counts.
//!
//! A sealed box is X25519 with an ephemeral key, XSalsa20 and Poly1305, as libsodium's `crypto_box_seal`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use anyhow::Context;
use crypto_box::aead::OsRng;
use crypto_box::{PublicKey, SecretKey};

use crate::keys::{Keys, hex, unhex};
use crate::ltc6::answers::Answers;

/// Answers that only the holder of the private key can read; all of one length.
///
/// # Errors
/// Where the public key is none, or a text is too long.
pub fn seal(public_key: &str, answers: &Answers) -> anyhow::Result<Vec<u8>> {
    let key: [u8; 32] = unhex(public_key).context("the campaign's public key")?;
    let sealed = PublicKey::from_bytes(key).seal(&mut OsRng, &answers.pack()?);
    sealed.map_err(|_| anyhow::anyhow!("answers could not be sealed"))
}

/// What opens a campaign's box.
pub struct PrivateKey(SecretKey);

impl PrivateKey {
    /// Makes a campaign's pair of keys: the private one goes into the keys folder, the public one is given in hex.
    ///
    /// # Errors
    /// Where there is one already, or the folder cannot be written.
    pub fn make(keys: &Keys, reference: &str) -> anyhow::Result<String> {
        let file = file(keys, reference);
        let folder = file.parent().context("a key stands in a folder")?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .context("making the folder of ballot keys")?;
        let secret = SecretKey::generate(&mut OsRng);
        let mut opened = fs::OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&file)
            .with_context(|| format!("making the key {}", file.display()))?;
        opened.write_all(hex(&secret.to_bytes()).as_bytes())?;
        opened.sync_all()?;
        fs::File::open(folder)?.sync_all()?;
        Ok(hex(secret.public_key().as_bytes()))
    }

    /// Reads a campaign's private key; none where this server does not hold it.
    pub fn read(keys: &Keys, reference: &str) -> anyhow::Result<Option<PrivateKey>> {
        let file = file(keys, reference);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("reading the key {}", file.display())),
        };
        let bytes: [u8; 32] = unhex(text.trim()).with_context(|| format!("the key {}", file.display()))?;
        Ok(Some(PrivateKey(SecretKey::from_bytes(bytes))))
    }

    /// Whether this server holds a campaign's private key.
    pub fn is_here(keys: &Keys, reference: &str) -> bool {
        file(keys, reference).exists()
    }

    /// Overwrites and removes a campaign's private key. What is still sealed can never be read.
    pub fn destroy(keys: &Keys, reference: &str) -> anyhow::Result<()> {
        let file = file(keys, reference);
        match fs::OpenOptions::new().write(true).open(&file) {
            Ok(mut opened) => {
                opened.write_all(&[b'0'; 64])?;
                opened.sync_all()?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(error).with_context(|| format!("destroying the key {}", file.display()));
            }
        }
        fs::remove_file(&file).with_context(|| format!("removing the key {}", file.display()))
    }

    /// The public half, in hex: what the database should hold.
    pub fn public(&self) -> String {
        hex(self.0.public_key().as_bytes())
    }

    /// Opens what [`seal`] sealed.
    pub fn open(&self, sealed: &[u8]) -> anyhow::Result<Answers> {
        let packed =
            self.0.unseal(sealed).map_err(|_| anyhow::anyhow!("sealed answers do not open with this key"))?;
        Answers::unpack(&packed)
    }
}

fn file(keys: &Keys, reference: &str) -> PathBuf {
    keys.folder().join("ballot").join(format!("{reference}.key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_open_with_their_campaigns_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open_or_make(&folder.path().join("keys")).unwrap();
        let public = PrivateKey::make(&keys, "C-1").unwrap();
        let other = PrivateKey::make(&keys, "C-2").unwrap();
        assert!(PrivateKey::make(&keys, "C-1").is_err(), "a key is never made over");
        let answers = Answers { improve: "A later bus".into(), ..Answers::default() };
        let (one, two) = (seal(&public, &answers).unwrap(), seal(&public, &Answers::default()).unwrap());
        assert_eq!(one.len(), two.len());
        assert_ne!(one, seal(&public, &answers).unwrap(), "the same answers look different each time");
        let key = PrivateKey::read(&keys, "C-1").unwrap().unwrap();
        assert_eq!(key.public(), public);
        assert_eq!(key.open(&one).unwrap(), answers);
        assert!(key.open(&seal(&other, &answers).unwrap()).is_err());
        PrivateKey::destroy(&keys, "C-1").unwrap();
        assert!(PrivateKey::read(&keys, "C-1").unwrap().is_none() && !PrivateKey::is_here(&keys, "C-1"));
    }
}
