//! The journeys of the portal's people in a real browser, each with scripts on SQLite and without them on PostgreSQL.
//! `bin/test` gets what they need.

mod agreements;
mod browser;
mod decisions;
mod drafting;
mod groups;
mod imports;
mod keying;
mod look;
mod looked;
mod ltc6;
mod organisations;
mod patterns;
mod people;
mod petitions;
mod portal;
mod roles;
mod runs;
mod schemes;
mod signing_in;
mod users;
mod whole;

use browser::{Browser, Chromedriver, Scripts};
use look::Looker;
use portal::{Account, Engine, Portal};

/// A running portal, a window on it, and who looks at each page.
pub struct Journey {
    pub portal: Portal,
    pub browser: Browser,
    looker: Looker,
}

impl Journey {
    pub async fn look(&self, name: &str) {
        self.looker.look(&self.browser, name).await;
    }

    pub async fn print(&self, name: &str) {
        self.looker.print(&self.browser, name).await;
    }

    pub async fn open(&self, path: &str) {
        self.browser.open(&self.portal.url(path)).await;
    }

    pub async fn open_until(&self, path: &str, words: &str) {
        self.browser.open_until(&self.portal.url(path), words).await;
    }

    pub async fn sign_in(&self, account: &Account) {
        self.open("/sign-in").await;
        self.browser.fill("E-mail address", &account.email).await;
        self.browser.fill("Password", &account.password).await;
        self.browser.press("Sign in").await;
        assert_eq!(
            self.browser.path().await,
            "/",
            "signed in as {}: {}",
            account.email,
            self.browser.words().await
        );
    }
}

/// Walks a journey to its end, closes the window whatever happens, and validates the HTML of the pages seen.
async fn walk(name: &str, scripts: Scripts, steps: impl AsyncFn(&Journey)) {
    let looker = Looker::new(name, scripts);
    let engine = match scripts {
        Scripts::On => Engine::Sqlite,
        Scripts::Off => Engine::Postgres,
    };
    let portal = Portal::start(engine);
    let chromedriver = Chromedriver::start();
    let window = chromedriver.window().await.expect("Chromium starts");
    let walked = window.run_and_quit(async |driver| {
        let journey = Journey { portal, browser: Browser::new(driver, scripts).await, looker };
        steps(&journey).await;
        Ok::<_, std::convert::Infallible>(journey.looker)
    });
    walked.await.expect("the window closes").validate();
}

/// Makes two tests of a journey: with scripts and without, each on its engine.
macro_rules! journey {
    ($name:ident) => {
        mod $name {
            use crate::browser::Scripts;

            #[actix_web::test]
            async fn with_scripts() {
                crate::walk(stringify!($name), Scripts::On, super::$name).await;
            }

            #[actix_web::test]
            async fn without_scripts() {
                crate::walk(stringify!($name), Scripts::Off, super::$name).await;
            }
        }
    };
}
pub(crate) use journey;
