//! Style sheet, script and pictures: built by build.rs, embedded in the binary, served under an address that holds
//! their fingerprint, so that a browser may keep them for ever.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Embedded;

/// The folder in the address: `/assets/<fingerprint>`, with no slash at its end.
pub const BASE: &str = concat!("/assets/", env!("ASSETS_FINGERPRINT"));

/// Serves `/assets/<fingerprint>/…`; another fingerprint or name answers 404.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{fingerprint}/{name:.*}", web::get().to(asset));
}

async fn asset(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (fingerprint, name) = path.into_inner();
    if fingerprint != env!("ASSETS_FINGERPRINT") || name.ends_with(".br") {
        return missing();
    }
    let packed = accepts_brotli(&request).then(|| Embedded::get(&format!("{name}.br"))).flatten();
    match (packed, Embedded::get(&name)) {
        (Some(packed), _) => answer(&name, packed, Some("br")),
        (None, Some(plain)) => answer(&name, plain, None),
        (None, None) => missing(),
    }
}

fn answer(name: &str, file: EmbeddedFile, encoding: Option<&'static str>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type(name)))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "accept-encoding"));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.body(file.data)
}

fn missing() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

fn accepts_brotli(request: &HttpRequest) -> bool {
    request.headers().get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let brotli = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("br"));
            brotli && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, dev::ServiceResponse};

    async fn ask(path: &str, accepts: &'static str) -> ServiceResponse {
        let app = init_service(App::new().configure(routes)).await;
        let request = TestRequest::get().uri(path).insert_header((header::ACCEPT_ENCODING, accepts));
        call_service(&app, request.to_request()).await
    }

    #[actix_web::test]
    async fn a_file_is_kept_for_ever_and_sent_packed_where_that_is_understood() {
        let path = format!("{BASE}/portal.css");
        let packed = ask(&path, "gzip, br;q=0.9").await;
        let plain = ask(&path, "gzip, br;q=0").await;
        for response in [&packed, &plain] {
            assert_eq!(response.status(), StatusCode::OK);
            let header = |name| response.headers().get(name).unwrap().to_str().unwrap();
            assert_eq!(header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
            assert_eq!(header(header::CONTENT_TYPE), "text/css; charset=utf-8");
        }
        assert_eq!(packed.headers().get(header::CONTENT_ENCODING).unwrap(), "br");
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let (packed, plain) =
            (to_bytes(packed.into_body()).await.unwrap(), to_bytes(plain.into_body()).await.unwrap());
        assert!(packed.len() * 5 < plain.len(), "{} of {}", packed.len(), plain.len());
        let css = String::from_utf8(plain.to_vec()).unwrap();
        assert!(css.contains(".nhsuk-header") && css.contains(".cg-strip"));
        assert!(!css.contains("@font-face") && !css.contains("url(http") && !css.contains("/assets/"));
    }

    #[actix_web::test]
    async fn every_file_a_style_sheet_or_script_names_is_there() {
        for file in Embedded::iter().filter(|name| !name.ends_with(".br")) {
            assert_eq!(ask(&format!("{BASE}/{file}"), "").await.status(), StatusCode::OK, "{file}");
        }
        let css = Embedded::get("portal.css").unwrap();
        let css = String::from_utf8_lossy(&css.data).into_owned();
        let named = css.split("url(images/").skip(1).filter_map(|rest| rest.split(')').next());
        let missing: Vec<_> =
            named.filter(|name| Embedded::get(&format!("images/{name}")).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[actix_web::test]
    async fn another_fingerprint_or_name_is_not_found() {
        for path in
            ["/assets/000000000000/portal.css", &format!("{BASE}/portal.css.br"), &format!("{BASE}/../x")]
        {
            assert_eq!(ask(path, "br").await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
