//! Whether this server lives, and whether it can serve.

use actix_web::{HttpResponse, web};

use crate::database::Database;

pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/health/live", web::get().to(live)).route("/health/ready", web::get().to(ready));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("live\n")
}

/// Ready: the database answers and its tables are this program's.
async fn ready(database: web::Data<Database>) -> HttpResponse {
    let asked = web::block(move || database.is_migrated()).await;
    let (mut answer, said) = match asked {
        Ok(Ok(true)) => (HttpResponse::Ok(), "ready\n"),
        Ok(Ok(false)) => (HttpResponse::ServiceUnavailable(), "the database is not migrated\n"),
        _ => (HttpResponse::ServiceUnavailable(), "the database does not answer\n"),
    };
    answer.content_type("text/plain; charset=utf-8").body(said)
}
