//! Passwords: argon2id hashes, and what a new one must be like.

use std::sync::LazyLock;

use anyhow::Context;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::error::Error;

/// The shortest password taken, in characters.
pub const SHORTEST: usize = 12;
/// The longest password taken, in characters.
pub const LONGEST: usize = 200;

/// An argon2id hash with a salt of its own, as PHC text. Slow by design: never inside a transaction.
pub fn hash(password: &str) -> Result<String, Error> {
    let hashed = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
    Ok(hashed.to_string())
}

/// Whether `password` is the one hashed. Without a hash it takes as long and says no.
pub fn matches(password: &str, hashed: Option<&str>) -> bool {
    static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());
    let (text, known) = match hashed {
        Some(text) => (Some(text), true),
        None => (NOBODYS.as_deref(), false),
    };
    let parsed = text.and_then(|text| argon2::PasswordHash::new(text).ok());
    let right =
        parsed.is_some_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    right && known
}

/// [`matches()`] on a thread that may block.
pub async fn matches_elsewhere(password: String, hashed: Option<String>) -> Result<bool, Error> {
    let checked = actix_web::web::block(move || matches(&password, hashed.as_deref())).await;
    Ok(checked.context("checking a password")?)
}

/// [`hash`] on a thread that may block.
pub async fn hash_elsewhere(password: String) -> Result<String, Error> {
    actix_web::web::block(move || hash(&password)).await.context("hashing a password")?
}

/// What is wrong with a new password, in a sentence that says how to mend it.
pub fn mistake(password: &str, email: &str) -> Option<&'static str> {
    let length = password.chars().count();
    let name = email.split('@').next().unwrap_or_default();
    let distinct = password.chars().collect::<std::collections::HashSet<_>>().len();
    if length == 0 {
        return Some("Enter a new password");
    }
    if length < SHORTEST {
        return Some("New password must be 12 characters or more, for example three words");
    }
    if length > LONGEST {
        return Some("New password must be 200 characters or fewer");
    }
    if distinct < 5 {
        return Some("New password must use 5 different characters or more");
    }
    if password.eq_ignore_ascii_case(email)
        || (name.len() >= 4 && password.to_lowercase().contains(&name.to_lowercase()))
    {
        return Some("New password must not hold your e-mail address");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_and_no_other() {
        let hashed = hash("amber kettle harbour").unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(matches("amber kettle harbour", Some(&hashed)));
        assert!(!matches("amber kettle harbours", Some(&hashed)));
        assert!(!matches("nobody has this password", None));
        assert!(!matches("anything", Some("not a hash")));
    }

    #[test]
    fn a_weak_password_is_refused_with_a_reason() {
        for weak in ["", "short", "aaaaaaaaaaaaaaa", "gp.alder@demo.example", "xx-gp.alder-xx"] {
            assert!(mistake(weak, "gp.alder@demo.example").is_some(), "{weak}");
        }
        assert_eq!(mistake("amber kettle harbour", "gp.alder@demo.example"), None);
    }
}
