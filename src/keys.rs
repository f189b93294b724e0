//! The keys folder: what pseudonyms, sessions and single-use links are made with, apart from the database.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use crate::crockford;

const FILES: [&str; 3] = ["pseudonym.key", "session.key", "link.key"];

/// The server's keys. Whoever holds the pseudonym key can tell which pseudonym is whose.
#[derive(Clone)]
pub struct Keys {
    folder: PathBuf,
    pseudonym: [u8; 64],
    session: [u8; 64],
    link: [u8; 64],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Keys({})", self.folder.display())
    }
}

impl Keys {
    /// Reads the folder, or makes it (mode 0700) with new keys where there is none.
    pub fn open_or_make(folder: &Path) -> anyhow::Result<Keys> {
        if !folder.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .with_context(|| format!("making the keys folder {}", folder.display()))?;
        }
        for name in FILES {
            make_key(&folder.join(name))?;
        }
        Keys::open(folder)
    }

    /// Reads a folder that is there, and checks that nobody else can.
    pub fn open(folder: &Path) -> anyhow::Result<Keys> {
        let mode = fs::metadata(folder)
            .with_context(|| format!("reading the keys folder {}", folder.display()))?
            .permissions()
            .mode();
        ensure!(
            mode & 0o077 == 0,
            "others can read the keys folder {}: make it private with `chmod 700`",
            folder.display()
        );
        let read = |name: &str| read_key(&folder.join(name));
        Ok(Keys {
            folder: folder.to_owned(),
            pseudonym: read(FILES[0])?,
            session: read(FILES[1])?,
            link: read(FILES[2])?,
        })
    }

    /// What a database keeps to know its keys again; nothing can be made with it.
    pub fn fingerprint(&self) -> String {
        let all = [self.pseudonym, self.session, self.link].concat();
        let mut mac = keyed(&self.link);
        mac.update(b"fingerprint:");
        mac.update(&all);
        hex(&mac.finalize().into_bytes())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that signs session cookies.
    pub fn session(&self) -> &[u8; 64] {
        &self.session
    }

    /// The pseudonym of an NHS number: `P-7K3F-92QD`, the last sign a check character.
    ///
    /// `attempt` is 0 but where that pseudonym is another person's already: then 1, 2 and so on.
    pub fn pseudonym(&self, nhs_number: &str, attempt: u32) -> String {
        let mut mac = keyed(&self.pseudonym);
        mac.update(nhs_number.as_bytes());
        if attempt > 0 {
            mac.update(&attempt.to_be_bytes());
        }
        let digest = mac.finalize().into_bytes();
        let signs: Vec<u8> = digest[..7].iter().map(|byte| byte & 31).collect();
        let text = crockford::text(&[&signs[..], &[crockford::check(&signs)]].concat());
        format!("P-{}-{}", &text[..4], &text[4..])
    }

    /// A keyed hash of a single-use link's token, a session's key or an e-mail address, in hex.
    pub fn hash(&self, purpose: &str, text: &str) -> String {
        let mut mac = keyed(&self.link);
        mac.update(purpose.as_bytes());
        mac.update(b":");
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

fn keyed(key: &[u8; 64]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Reads a pseudonym as people type it: any case, with or without dashes and the P, O for 0, I and L for 1.
///
/// `None` where it is too short, too long, or its check sign is wrong.
pub fn read_pseudonym(typed: &str) -> Option<String> {
    let upper = typed.trim().to_ascii_uppercase();
    let after_mark = upper.strip_prefix("P-").or_else(|| upper.strip_prefix("P "));
    let mut plain = after_mark.unwrap_or(&upper).replace([' ', '-'], "");
    if after_mark.is_none() && plain.len() == 9 && plain.starts_with('P') {
        plain.remove(0);
    }
    let signs: Option<Vec<u8>> = plain.chars().map(crockford::value).collect();
    let signs = signs.filter(|signs| signs.len() == 8 && crockford::is_right(signs))?;
    let text = crockford::text(&signs);
    Some(format!("P-{}-{}", &text[..4], &text[4..]))
}

fn make_key(file: &Path) -> anyhow::Result<()> {
    let opened = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file);
    let mut opened = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("making {}", file.display())),
    };
    opened.write_all(hex(&random_bytes::<64>()).as_bytes())?;
    opened.sync_all()?;
    Ok(())
}

fn read_key(file: &Path) -> anyhow::Result<[u8; 64]> {
    let text = fs::read_to_string(file).with_context(|| format!("reading the key {}", file.display()))?;
    unhex(text.trim()).with_context(|| format!("the key {} is not 128 hexadecimal digits", file.display()))
}

/// Reads bytes written as hexadecimal digits; none where there are more or fewer, or others.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    bytes?.try_into().ok()
}

/// Bytes from the operating system's source of randomness.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 192 random bits in hex: for links, sessions and form keys.
pub fn random_token() -> String {
    hex(&random_bytes::<24>())
}

/// A short random reference people can read out: 8 signs of Crockford's base 32.
pub fn random_reference() -> String {
    crockford::text(&random_bytes::<8>().map(|byte| byte & 31))
}

/// SHA-256 in hex.
pub fn digest_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string takes what is written");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys");
        let first = Keys::open_or_make(&place).unwrap().pseudonym("9990001006", 0);
        assert_eq!(Keys::open_or_make(&place).unwrap().pseudonym("9990001006", 0), first);
        let other = Keys::open_or_make(&folder.path().join("other")).unwrap();
        assert_ne!(other.pseudonym("9990001006", 0), first, "another key, another pseudonym");
        assert_ne!(Keys::open(&place).unwrap().pseudonym("9990001006", 1), first);
    }

    #[test]
    fn a_folder_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys");
        Keys::open_or_make(&place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(Keys::open_or_make(&place).is_err());
    }

    #[test]
    fn a_pseudonym_read_over_the_phone_is_found_and_a_slip_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open_or_make(&folder.path().join("keys")).unwrap();
        for number in 0..500 {
            let pseudonym = keys.pseudonym(&number.to_string(), 0);
            assert_eq!(pseudonym.len(), 11);
            let typed = pseudonym.to_lowercase().replace('-', " ");
            assert_eq!(read_pseudonym(&typed).as_deref(), Some(pseudonym.as_str()));
            let sign = pseudonym.chars().nth(3).unwrap();
            let slip = if sign == '7' { '8' } else { '7' };
            let wrong = format!("{}{slip}{}", &pseudonym[..3], &pseudonym[4..]);
            assert_eq!(read_pseudonym(&wrong), None, "{pseudonym} mistyped as {wrong}");
        }
        for nonsense in ["", "P", "P-", "P-7K3F-92Q", "P-7K3F-92QDD", "ÄÖÜ-äöü", "P-7K3F-92Q!"] {
            assert_eq!(read_pseudonym(nonsense), None);
        }
    }
}
