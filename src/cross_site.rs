//! Refuses posts that another site's page makes a browser send.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{ResponseError, web};

use crate::app::PublicUrl;
use crate::error::Error;

/// Lets through what reads, and posts that come from our own pages.
pub async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !is_ours(&request) {
        let refused = Error::Forbidden { acting_as: String::new(), could: Vec::new() };
        return Ok(request.into_response(refused.error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// `Sec-Fetch-Site` decides; where a browser sends none, `Origin` must be the public address, or on loopback the host.
fn is_ours(request: &ServiceRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    if request
        .app_data::<web::Data<PublicUrl>>()
        .and_then(|url| url.origin())
        .is_some_and(|ours| ours == origin)
    {
        return true;
    }
    let host = text(header::HOST.as_str()).unwrap_or_default();
    is_loopback(host) && origin.split_once("://").is_some_and(|(_, named)| named == host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name == "::1" || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_is_known_by_any_of_its_names() {
        for ours in ["localhost", "localhost:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080"] {
            assert!(is_loopback(ours), "{ours}");
        }
        for other in ["", "example.org", "127.0.0.1.example.org", "localhost.example.org:80", "10.0.0.1"] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
