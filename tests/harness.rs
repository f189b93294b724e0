//! A portal for a test: a database of its own on either engine, the application in process, browsers with cookies.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::body::BoxBody;
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::test;
use chrono::NaiveDate;
use common_ground::access::Role;
use common_ground::accounts::{self, store};
use common_ground::app::{self, Portal, PublicUrl, TrustProxy};
use common_ground::clock::Clock;
use common_ground::config::{File, Flags, Settings};
use common_ground::database::{Address, Conn, Database};
use common_ground::error::Error;
use common_ground::jobs::{self, Tools};
use common_ground::keys::Keys;
use common_ground::ltc6::Ltc6;
use common_ground::ltc6::words::Languages;
use common_ground::mail::Post;
use common_ground::runs::preview::Registers;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// The engines every test of a database runs on.
#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes of one async function a test for each engine.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($portal:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn on($portal: $crate::harness::TestPortal) $body

            #[actix_web::test]
            async fn sqlite() {
                on($crate::harness::TestPortal::new($crate::harness::Engine::Sqlite)).await
            }

            #[actix_web::test]
            async fn postgres() {
                on($crate::harness::TestPortal::new($crate::harness::Engine::Postgres)).await
            }
        }
    };
}

/// Today in tests, unless a test says otherwise.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// The password of every user a test makes.
pub const PASSWORD: &str = "amber kettle harbour";

static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| accounts::hash_password(PASSWORD).unwrap());
static COUNT: AtomicU64 = AtomicU64::new(0);

/// A portal with a database of its own.
#[derive(Clone)]
pub struct TestPortal {
    pub database: Database,
    pub tools: Tools,
    pub portal: Portal,
    cleanup: Arc<Cleanup>,
}

struct Cleanup {
    folder: tempfile::TempDir,
    schema: Option<String>,
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        if let Some(schema) = &self.schema {
            let mut conn = PgConnection::establish(&postgres_url()).unwrap();
            conn.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
        }
    }
}

fn postgres_url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("tests on PostgreSQL need TEST_POSTGRES_URL: run bin/test, which starts a server and sets it")
}

impl TestPortal {
    pub fn new(engine: Engine) -> TestPortal {
        TestPortal::on_day(engine, today())
    }

    pub fn on_day(engine: Engine, day: NaiveDate) -> TestPortal {
        let folder = tempfile::tempdir().unwrap();
        let (address, schema) = match engine {
            Engine::Sqlite => (sqlite(folder.path()), None),
            Engine::Postgres => {
                let (address, schema) = postgres();
                (address, Some(schema))
            }
        };
        let database = Database::open(address, 4).unwrap();
        let keys = Keys::open_or_make(&folder.path().join("keys")).unwrap();
        let clock = Clock::fixed(day);
        let tools = Tools {
            database: database.clone(),
            keys: keys.clone(),
            clock,
            post: Post::new(None, "common-ground@example.org", &folder.path().join("outbox")).unwrap(),
            folder: folder.path().to_owned(),
            base_url: "http://127.0.0.1:8080".into(),
            registers: Registers::default(),
        };
        let portal = Portal {
            database: database.clone(),
            keys,
            clock,
            tools: tools.clone(),
            public_url: PublicUrl(None),
            trust_proxy: TrustProxy(false).0,
            ltc6: Ltc6::start(&database, Languages::english()),
        };
        TestPortal { database, tools, portal, cleanup: Arc::new(Cleanup { folder, schema }) }
    }

    /// The same portal on another day.
    pub fn on(&self, day: &str) -> TestPortal {
        let mut later = self.clone();
        later.tools.clock = Clock::fixed(day.parse().unwrap());
        later.portal.clock = later.tools.clock;
        later.portal.tools = later.tools.clone();
        later
    }

    /// The portal's folder: uploads, mail files and keys.
    pub fn folder(&self) -> &Path {
        self.cleanup.folder.path()
    }

    pub fn write<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> T {
        self.database.write_now(work).unwrap()
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> T {
        self.database.read_now(work).unwrap()
    }

    /// Does all jobs that wait and all that is due today, and sends all mail.
    pub async fn work(&self) {
        let tools = self.tools.clone();
        let done = move || {
            jobs::run_waiting(&tools).unwrap();
            jobs::tend(&tools).unwrap();
            common_ground::mail::send_waiting(&tools).unwrap();
        };
        actix_web::web::block(done).await.unwrap();
    }

    /// Adds a user with [`PASSWORD`] and one membership; gives the user's row id.
    pub fn add_user(&self, email: &str, role: Role, organisation: Option<&str>) -> i64 {
        use common_ground::schema::organisations;
        let now = self.tools.clock.now();
        self.write(|conn| {
            let organisation: Option<i64> = match organisation {
                Some(code) => Some(
                    organisations::table
                        .filter(organisations::code.eq(code))
                        .select(organisations::id)
                        .first(conn)?,
                ),
                None => None,
            };
            let id = match store::by_email(conn, email)? {
                Some(user) => user.id,
                None => store::add(conn, now.moment, email, &format!("Sample {email}"))?,
            };
            store::set_password(conn, id, &PASSWORD_HASH)?;
            let from = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
            store::add_membership(conn, id, role, organisation, from, None)?;
            Ok(id)
        })
    }

    /// Adds a locality with a commissioner, a practice in a GP network, and a provider network.
    pub fn add_organisations(&self) {
        use common_ground::schema::{localities, network_members, organisations};
        let opened = NaiveDate::from_ymd_opt(2013, 4, 1).unwrap();
        self.write(|conn| {
            let locality: i64 = diesel::insert_into(localities::table)
                .values((
                    localities::code.eq("LOC01"),
                    localities::name.eq("North Example"),
                    localities::commissioner_code.eq("CCG01"),
                ))
                .returning(localities::id)
                .get_result(conn)?;
            let mut add = |code: &str, name: &str, kind: &str, place: Option<i64>| -> Result<i64, Error> {
                Ok(diesel::insert_into(organisations::table)
                    .values((
                        organisations::code.eq(code),
                        organisations::name.eq(name),
                        organisations::name_key.eq(name.to_lowercase()),
                        organisations::kind.eq(kind),
                        organisations::commissioner_kind.eq((kind == "commissioner").then_some("ccg")),
                        organisations::locality_id.eq(place),
                        organisations::opened_on.eq(opened),
                    ))
                    .returning(organisations::id)
                    .get_result(conn)?)
            };
            add("CCG01", "Example CCG", "commissioner", None)?;
            let practice = add("E87001", "Alder Practice", "practice", Some(locality))?;
            let network = add("NET01", "North Example GP Network", "gp_network", None)?;
            add("PN01", "Example Whole Systems Network", "provider_network", None)?;
            diesel::insert_into(network_members::table)
                .values((
                    network_members::network_id.eq(network),
                    network_members::member_id.eq(practice),
                    network_members::from_on.eq(opened),
                ))
                .execute(conn)?;
            Ok(())
        });
    }

    /// Adds a user in a role at the organisation of [`TestPortal::add_organisations`] it belongs to; gives the
    /// e-mail address.
    pub fn add_member(&self, role: Role) -> String {
        let email = format!("{}@example.org", role.word());
        let organisation = match role.organisation_kinds().first().copied() {
            None => None,
            Some("practice") => Some("E87001"),
            Some("gp_network") => Some("NET01"),
            Some("provider_network") => Some("PN01"),
            Some(_) => Some("CCG01"),
        };
        self.add_user(&email, role, organisation);
        email
    }

    /// A browser nobody has signed in on.
    pub async fn stranger(&self) -> Browser {
        let app = test::init_service(app::app(&self.portal)).await;
        let call = move |request: actix_http::Request| {
            let answer = app.call(request);
            Box::pin(async move { answer.await.unwrap().map_into_boxed_body() })
                as std::pin::Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>
        };
        Browser { call: Box::new(call), cookies: CookieJar::new(), from: "127.0.0.1:50000".parse().unwrap() }
    }

    /// A browser on which the user with this e-mail address has signed in.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.stranger().await;
        let answer = browser.post("/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email} cannot sign in: {}", answer.text());
        browser
    }
}

/// Settings for an embedded database in a folder of its own, as a command would have them.
pub fn file_settings() -> (tempfile::TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.sqlite").to_string_lossy().into_owned();
    let flags = Flags { database_url: Some(file), ..Flags::default() };
    (folder, Settings { flags, file: File::default() })
}

/// One migrated file, copied for each test.
fn sqlite(folder: &Path) -> Address {
    static TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.sqlite");
        let database = Database::open(Address::Sqlite(file.clone()), 1).unwrap();
        database.migrate().unwrap();
        drop(database);
        let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;").unwrap();
        drop(conn);
        std::fs::read(file).unwrap()
    });
    let file = folder.join("test.sqlite");
    std::fs::write(&file, &*TEMPLATE).unwrap();
    Address::Sqlite(file)
}

/// A schema for each test, made by sending every migration at once.
fn postgres() -> (Address, String) {
    static MIGRATIONS: LazyLock<String> = LazyLock::new(|| {
        let mut folders: Vec<_> =
            std::fs::read_dir("migrations/postgres").unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        let ups = folders.iter().map(|folder| std::fs::read_to_string(folder.join("up.sql")).unwrap());
        ups.collect::<String>() + &noted(&folders)
    });
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let url = postgres_url();
    let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut conn = PgConnection::establish(&url).unwrap();
    let made = format!("CREATE SCHEMA {schema}; SET search_path = {schema}; {}", *MIGRATIONS);
    conn.batch_execute(&made).unwrap();
    let sign = if url.contains('?') { '&' } else { '?' };
    (Address::parse(&format!("{url}{sign}options=-csearch_path%3D{schema}")).unwrap(), schema)
}

/// What diesel writes of migrations that have run.
fn noted(folders: &[std::path::PathBuf]) -> String {
    let version = |folder: &std::path::PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let digits = name.split('_').next().unwrap().replace('-', "");
        format!("('{digits}')")
    };
    let versions: Vec<String> = folders.iter().map(version).collect();
    format!(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL,
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
         INSERT INTO __diesel_schema_migrations (version) VALUES {};",
        versions.join(", ")
    )
}

type Call = dyn Fn(actix_http::Request) -> std::pin::Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>;

/// A browser: keeps cookies, says where its posts come from.
pub struct Browser {
    call: Box<Call>,
    cookies: CookieJar,
    pub from: std::net::SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where a 303 leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the first field of a name in the page's forms.
    pub fn field(&self, name: &str) -> String {
        let text = self.text();
        let marked = format!("name=\"{name}\" value=\"");
        let start = text.find(&marked).unwrap_or_else(|| panic!("no field {name} in {text}")) + marked.len();
        text[start..].split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    /// What it sends as `Cookie`.
    pub fn cookie(&self) -> String {
        let each = self.cookies.iter().map(|cookie| cookie.stripped().encoded().to_string());
        each.collect::<Vec<_>>().join("; ")
    }

    /// Takes over what another browser keeps: the same person's second tab.
    pub fn copy_cookies(&mut self, other: &Browser) {
        self.cookies = other.cookies.clone();
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(test::TestRequest::with_uri(path)).await
    }

    /// Posts a form as one of our own pages does.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = test::TestRequest::with_uri(path)
            .method(Method::POST)
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_form(form);
        self.send(request).await
    }

    /// Sends any request, with this browser's cookies.
    pub async fn send(&mut self, mut request: test::TestRequest) -> Answer {
        for cookie in self.cookies.iter() {
            request = request.cookie(cookie.clone());
        }
        let response = (self.call)(request.peer_addr(self.from).to_request()).await;
        for cookie in response.response().cookies() {
            let cookie: Cookie<'static> = cookie.into_owned();
            match cookie.max_age().is_some_and(|age| age.is_zero() || age.is_negative()) {
                true => self.cookies.remove(cookie),
                false => self.cookies.add(cookie),
            }
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = test::read_body(response).await.to_vec();
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Answer { status, headers, body }
    }
}
