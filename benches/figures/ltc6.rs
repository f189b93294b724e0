//! Whole answers to the questionnaire per second: a form asked for and sent, the code enforced, durable when thanked for.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{Days, NaiveDate, Utc};
use common_ground::database::{Address, Database};
use common_ground::keys::{Keys, random_token};
use common_ground::ltc6::answers::{Fields, PACKED};
use common_ground::ltc6::ballot::seal::PrivateKey;
use common_ground::ltc6::ballot::{Ballot, Submission};
use common_ground::ltc6::campaign::{Delivery, State, Stratum};
use common_ground::ltc6::code::Code;
use common_ground::on_each;
use common_ground::schema::{campaigns, localities, ltc6_codes, ltc6_invitations, people, users};
use diesel::prelude::*;

use crate::load::{Client, Run};
use crate::program::{self, Program};

/// Clients at once, and answers of each measure.
const MEASURES: [(usize, usize); 3] = [(1, 1_000), (8, 6_000), (32, 12_000)];
const FORM: &str =
    "respondent=person&q1=3&q2=2&q3=1&q4=0&q5=3&q6=2&improve_text=A+later+bus&confidence_text=";

/// On each engine: ours and a bare handler with the same writer, in turn.
pub fn answers(folder: &Path) {
    on(&folder.join("ltc6-sqlite"), "SQLite", None);
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            on(&folder.join("ltc6-postgres"), "PostgreSQL", Some(program::fresh_schema(&server, "answers")))
        }
        Err(_) => println!("answers on PostgreSQL: not measured, TEST_POSTGRES_URL names no server"),
    }
}

fn on(place: &Path, name: &str, postgres: Option<String>) {
    std::fs::create_dir_all(place.join("data")).expect("a folder");
    let url = postgres.unwrap_or_else(|| "data/common-ground.sqlite".into());
    let program = Program::new(place).on(&url);
    program.run(&["migrate"]);
    let address = match Address::parse(&url).expect("an address") {
        Address::Sqlite(file) => Address::Sqlite(place.join(file)),
        postgres @ Address::Postgres(_) => postgres,
    };
    let database = Database::open(address, 4).expect("the database");
    let keys = Keys::open_or_make(&place.join("data/keys")).expect("the keys");
    let total: usize = MEASURES.iter().map(|(_, answers)| answers).sum();
    let (campaign, codes) = campaign(&database, &keys, total);
    let server = program.serve(&["serve", "--listen", "127.0.0.1:0"]);
    let bare = bare(&database, campaign);
    let mut from = 0;
    for (clients, answers) in MEASURES {
        let codes = &codes[from..from + answers];
        from += answers;
        let cookies = cookies(&server.address, codes);
        let ours = run(&server.address, clients, &cookies, |client, cookie| {
            let page = client.get("/ltc6/all", cookie);
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            let thanked = client.post("/ltc6/all", cookie, FORM);
            assert!(thanked.starts_with("HTTP/1.1 303") && thanked.contains("/ltc6/thanks"), "{thanked}");
        });
        let theirs = run(&bare, clients, &cookies, |client, _| {
            let page = client.get("/form", "");
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            let taken = client.post("/form", "", FORM);
            assert!(taken.starts_with("HTTP/1.1 204"), "{taken}");
        });
        let ratio = ours.per_second / theirs.per_second;
        println!("answers on {name}, {clients} clients: ours {ours}; bare {theirs}; ratio {ratio:.2}");
    }
    drop(server);
    let left: i64 = database
        .read_now(|conn| Ok(common_ground::schema::ltc6_turnout::table.count().get_result(conn)?))
        .expect("a count");
    // Each of ours is there once, and each of the bare handler's, which went into the same table.
    assert_eq!(usize::try_from(left).expect("a count"), 2 * total, "an answer is missing or stands twice");
}

/// An open campaign, and the codes of as many people.
fn campaign(database: &Database, keys: &Keys, people_asked: usize) -> (i64, Vec<Code>) {
    let public_key = PrivateKey::make(keys, "LC-BENCH").expect("a pair of keys");
    let today = Utc::now().date_naive();
    let now = Utc::now().naive_utc();
    let codes: Vec<Code> = (0..people_asked).map(|_| Code::fresh()).collect();
    let made = database.write_now(|conn| {
        let locality: i64 = diesel::insert_into(localities::table)
            .values((
                localities::code.eq("BENCH"),
                localities::name.eq("Bench"),
                localities::commissioner_code.eq("BENCH"),
            ))
            .returning(localities::id)
            .get_result(conn)?;
        let maker: i64 = diesel::insert_into(users::table)
            .values((
                users::reference.eq("U-BENCH"),
                users::email.eq("bench@example.org"),
                users::name.eq("Bench"),
                users::name_key.eq("bench"),
                users::created_at.eq(now),
            ))
            .returning(users::id)
            .get_result(conn)?;
        let id: i64 = diesel::insert_into(campaigns::table)
            .values((
                (
                    campaigns::reference.eq("LC-BENCH"),
                    campaigns::code.eq("BENCH"),
                    campaigns::name.eq("Bench"),
                    campaigns::locality_id.eq(locality),
                    campaigns::state.eq(State::Open),
                    campaigns::opens_on.eq(today - Days::new(1)),
                    campaigns::closes_on.eq(today + Days::new(30)),
                    campaigns::delivery.eq(Delivery::Letter),
                    campaigns::run_by.eq("Bench"),
                    campaigns::about.eq(""),
                    campaigns::help_name.eq("Bench"),
                    campaigns::help_phone.eq("01632 960 000"),
                    campaigns::return_address.eq("Bench"),
                ),
                (
                    campaigns::want_low.eq(0),
                    campaigns::want_medium.eq(0),
                    campaigns::want_high.eq(0),
                    campaigns::want_none.eq(0),
                    campaigns::invites_palliative.eq(false),
                    campaigns::public_key.eq(&public_key),
                    campaigns::key_destroyed.eq(false),
                    campaigns::created_by.eq(maker),
                    campaigns::created_at.eq(now),
                ),
            ))
            .returning(campaigns::id)
            .get_result(conn)?;
        for (at, some) in codes.chunks(500).enumerate() {
            let numbers: Vec<String> = (0..some.len()).map(|within| format!("B{:07}", at * 500 + within)).collect();
            let rows: Vec<_> = numbers
                .iter()
                .map(|number| (people::nhs_number.eq(number), people::pseudonym.eq(number)))
                .collect();
            on_each!(conn, inner => diesel::insert_into(people::table).values(&rows).execute(inner))?;
            let ids: Vec<i64> =
                people::table.filter(people::pseudonym.eq_any(&numbers)).select(people::id).load(conn)?;
            let invitations: Vec<String> = ids.iter().map(|_| random_token()).collect();
            let rows: Vec<_> = invitations
                .iter()
                .zip(&ids)
                .map(|(key, person)| {
                    (
                        ltc6_invitations::key.eq(key),
                        ltc6_invitations::campaign_id.eq(id),
                        ltc6_invitations::person_id.eq(*person),
                        ltc6_invitations::level.eq(Stratum::Medium),
                        ltc6_invitations::by_email.eq(false),
                        ltc6_invitations::letters.eq(1),
                        ltc6_invitations::undeliverable.eq(false),
                        ltc6_invitations::dropped.eq(false),
                    )
                })
                .collect();
            on_each!(conn, inner => diesel::insert_into(ltc6_invitations::table).values(&rows).execute(inner))?;
            let rows: Vec<_> = invitations
                .iter()
                .zip(some)
                .map(|(key, code)| (ltc6_codes::hash.eq(code.hash(keys)), ltc6_codes::invitation.eq(key)))
                .collect();
            on_each!(conn, inner => diesel::insert_into(ltc6_codes::table).values(&rows).execute(inner))?;
        }
        Ok(id)
    });
    (made.expect("a campaign"), codes)
}

/// Enters each code at the door: what a browser keeps afterwards.
fn cookies(address: &str, codes: &[Code]) -> Vec<String> {
    let mut client = Client::new(address);
    let enter = |code: &Code| {
        let head = client.post("/ltc6", "", &format!("code={}", code.plain()));
        let line =
            head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie: ltc6-place-0="));
        let line = line.unwrap_or_else(|| panic!("not let in: {head}"));
        line["set-cookie: ".len()..].split(';').next().expect("a cookie").to_owned()
    };
    codes.iter().map(enter).collect()
}

/// Everybody's answers by so many clients, each taking the next.
fn run(address: &str, clients: usize, cookies: &[String], answer: impl Fn(&mut Client, &str) + Sync) -> Run {
    let next = AtomicUsize::new(0);
    let from = Instant::now();
    let times = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::new(address);
                    let mut times = Vec::new();
                    while let Some(cookie) = cookies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let from = Instant::now();
                        answer(&mut client, cookie);
                        times.push(from.elapsed().as_secs_f64() * 1000.0);
                    }
                    times
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a client ends well")).collect()
    });
    Run::of(times, from.elapsed())
}

/// A handler with nothing round it that decodes the same form and hands one row of the same size to the same writer.
fn bare(database: &Database, campaign_id: i64) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let ballot = Ballot::start(database.clone());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new((ballot.clone(), campaign_id)))
                    .route("/form", web::get().to(|| async { HttpResponse::Ok().body("a form") }))
                    .route("/form", web::post().to(take))
            });
            server.listen(listener).expect("the port").run().await.expect("a server that serves");
        });
    });
    address
}

async fn take(shared: web::Data<(Ballot, i64)>, form: web::Form<Fields>) -> HttpResponse {
    let (ballot, campaign_id) = &**shared;
    let mut sealed = form.answers().pack().expect("answers that fit");
    sealed.resize(PACKED + 48, 0);
    let submission = Submission {
        invitation: random_token(),
        campaign_id: *campaign_id,
        level: Stratum::None,
        sealed,
        form: random_token(),
        today: today(),
    };
    let taken = ballot.submit(submission).await.expect("a row is written");
    assert!(taken, "the campaign is open");
    HttpResponse::NoContent().finish()
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}
