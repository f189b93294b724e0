//! The pages of imports: what was brought in, a file on its way, and what stands in its way.

mod decision;
mod downloads;
mod guide;
mod list;
mod one;
mod upload;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/imports", web::get().to(list::show_list))
        .route("/imports", web::post().to(upload::upload))
        .route("/imports/guide/{kind}", web::get().to(guide::guide))
        .route("/imports/guide/{kind}/template.csv", web::get().to(guide::template))
        .route("/imports/{reference}", web::get().to(one::show_one))
        .route("/imports/{reference}/confirmation", web::post().to(decision::confirm))
        .route("/imports/{reference}/cancellation", web::post().to(decision::cancel))
        .route("/imports/{reference}/problems.csv", web::get().to(downloads::problems))
        .route("/imports/{reference}/file.csv", web::get().to(downloads::file));
}
