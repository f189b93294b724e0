//! The parts put together: middleware round the slices, the same for servers and tests.

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::body::MessageBody;
use actix_web::cookie::{Key, SameSite, time::Duration};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{App, HttpResponse, web};

use crate::clock::Clock;
use crate::database::Database;
use crate::error::Error;
use crate::jobs::Tools;
use crate::keys::Keys;
use crate::ltc6::Ltc6;
use crate::sessions::{HOURS, Sessions};
use crate::{
    about_groups, accounts, assets, audit, criteria, cross_site, decisions, groups, health, home, imports,
    ltc6, mail, movements, organisations, people, petitions, runs, settings, signed_out, unmasking,
};

/// Whether the word of a proxy about where a call came from is believed.
#[derive(Clone, Copy, Debug)]
pub struct TrustProxy(pub bool);

/// The address people know the service by: links in mails start with it. `None` on loopback.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub Option<String>);

impl PublicUrl {
    /// Scheme, host and port, as browsers send them in `Origin`.
    pub fn origin(&self) -> Option<&str> {
        let url = self.0.as_deref()?;
        let after = url.find("://")? + 3;
        let end = url[after..].find('/').map_or(url.len(), |slash| after + slash);
        Some(&url[..end])
    }
}

/// All that handlers and jobs of a server share.
#[derive(Clone)]
pub struct Portal {
    pub database: Database,
    pub keys: Keys,
    pub clock: Clock,
    pub tools: Tools,
    pub public_url: PublicUrl,
    pub trust_proxy: bool,
    pub ltc6: Ltc6,
}

/// The whole application round a portal's parts.
pub fn app(
    portal: &Portal,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let secure = portal.public_url.0.as_deref().is_some_and(|url| url.starts_with("https:"));
    let store =
        Sessions { database: portal.database.clone(), keys: portal.keys.clone(), clock: portal.clock };
    let session = SessionMiddleware::builder(store, Key::from(portal.keys.session()))
        .cookie_name("common-ground".into())
        .cookie_secure(secure)
        .cookie_same_site(SameSite::Lax)
        .cookie_http_only(true)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(Duration::hours(HOURS)))
        .build();
    App::new()
        .app_data(web::Data::new(portal.database.clone()))
        .app_data(web::Data::new(portal.keys.clone()))
        .app_data(web::Data::new(portal.clock))
        .app_data(web::Data::new(portal.tools.clone()))
        .app_data(web::Data::new(portal.public_url.clone()))
        .app_data(web::Data::new(portal.ltc6.clone()))
        .app_data(web::Data::new(TrustProxy(portal.trust_proxy)))
        .app_data(web::FormConfig::default().limit(512 * 1024).error_handler(|_, _| {
            Error::Unreadable("What was sent is too large or is no form. Go back and send less text.").into()
        }))
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .wrap(from_fn(signed_out::keep))
        .wrap(from_fn(cross_site::refuse))
        .wrap(session)
        .wrap(from_fn(add_headers))
        .wrap(Compress::default())
        .configure(health::routes)
        .configure(assets::routes)
        .configure(routes)
        .default_service(web::route().to(not_found))
}

/// Every page of the portal, as (method, address) tables in the tests know them.
fn routes(config: &mut web::ServiceConfig) {
    #[cfg(debug_assertions)]
    config.configure(crate::page::patterns::routes);
    config.configure(accounts::routes).configure(mail::routes);
    config
        .configure(groups::routes)
        .configure(unmasking::routes)
        .configure(people::routes)
        .configure(movements::routes)
        .configure(runs::routes)
        .configure(criteria::routes)
        .configure(decisions::routes)
        .configure(petitions::routes)
        .configure(settings::routes)
        .configure(audit::routes)
        .configure(about_groups::routes)
        .configure(ltc6::routes)
        .configure(home::routes);
    config.configure(organisations::routes);
    config.configure(imports::routes);
}

async fn not_found() -> Result<HttpResponse, Error> {
    Err(Error::NotFound)
}

const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

async fn add_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let secure = request
        .app_data::<web::Data<PublicUrl>>()
        .is_some_and(|url| url.0.as_deref().is_some_and(|url| url.starts_with("https:")));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn the_origin_is_the_public_address_without_its_path() {
        let origin = |url: &str| PublicUrl(Some(url.into())).origin().map(str::to_owned);
        assert_eq!(origin("https://ground.example.org").as_deref(), Some("https://ground.example.org"));
        assert_eq!(origin("https://example.org:8443/ground/").as_deref(), Some("https://example.org:8443"));
        assert_eq!(origin("nonsense"), None);
    }
}
