//! What holds for every page: headers, cross-site posts, error pages, health, files.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;

use crate::on_both;

on_both! {
    async fn every_answer_carries_the_headers_that_protect_it(portal) {
        let mut browser = portal.stranger().await;
        for path in ["/sign-in", "/nowhere", "/", "/health/live"] {
            let answer = browser.get(path).await;
            let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
            assert_eq!(header("referrer-policy").as_deref(), Some("same-origin"), "{path}");
            let policy = header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe"), "{policy}");
        }
    }
}

on_both! {
    async fn a_post_from_another_site_is_refused(portal) {
        let mut browser = portal.stranger().await;
        let post = |headers: &[(&'static str, &'static str)]| {
            let mut request = TestRequest::with_uri("/sign-in").method(Method::POST).set_form([("email", "")]);
            for header in headers {
                request = request.insert_header(*header);
            }
            request
        };
        let host = ("host", "127.0.0.1:8080");
        for foreign in [
            vec![host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
            vec![host, ("sec-fetch-site", "same-site")],
            vec![host, ("origin", "http://evil.example")],
            vec![host, ("origin", "null")],
            vec![("host", "evil.example"), ("origin", "http://evil.example")],
            vec![host],
        ] {
            let answer = browser.send(post(&foreign)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{foreign:?}");
            assert!(answer.headers.contains_key("content-security-policy"), "{foreign:?}");
        }
        for ours in [
            vec![host, ("sec-fetch-site", "same-origin")],
            vec![host, ("sec-fetch-site", "none")],
            vec![host, ("origin", "http://127.0.0.1:8080")],
        ] {
            assert_eq!(browser.send(post(&ours)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{ours:?}");
        }
    }
}

on_both! {
    async fn what_is_not_there_is_said_so_in_the_same_bytes(portal) {
        let mut browser = portal.stranger().await;
        let answer = browser.get("/nowhere").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text().contains("Page not found"));
        assert_eq!(browser.get("/elsewhere/1").await.body, answer.body);
    }
}

on_both! {
    async fn health_says_live_and_ready(portal) {
        let mut browser = portal.stranger().await;
        assert_eq!(browser.get("/health/live").await.status, StatusCode::OK);
        assert_eq!(browser.get("/health/ready").await.status, StatusCode::OK);
    }
}

on_both! {
    async fn a_body_over_the_limit_is_refused_with_a_page(portal) {
        let mut browser = portal.stranger().await;
        let long = "x".repeat(10 * 1024 * 1024);
        let answer = browser.post("/sign-in", &[("email", &long)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("too large"));
    }
}
