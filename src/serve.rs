//! Serving the portal until asked to stop.

use std::net::{SocketAddr, TcpListener};

use actix_web::HttpServer;
use actix_web::http::Uri;
use anyhow::{Context, ensure};
use clap::Args;

use crate::app;
use crate::config::{File, Ground, Settings};
use crate::jobs;

/// Where a portal listens, and under which address people open it: flags, environment, settings file, in that order.
#[derive(Args, Clone, Debug, Default)]
pub struct Place {
    /// Where to listen (default: 127.0.0.1:8080)
    #[arg(long, env = "COMMON_GROUND_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// The address people open, https://…: needed unless listening on loopback
    #[arg(long, env = "COMMON_GROUND_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Believe the X-Forwarded-For of the proxy in front
    #[arg(long, env = "COMMON_GROUND_TRUST_PROXY")]
    pub trust_proxy: bool,
}

/// Serves the portal
#[derive(Args, Clone, Debug)]
pub struct Serve {
    #[command(flatten)]
    pub place: Place,
}

impl Serve {
    pub fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let listener = self.place.open(&settings.file)?;
        let ground = settings.open()?;
        println!("Common Ground is at {}", listener.url());
        serve(&ground, listener)
    }
}

impl Place {
    /// Binds; anything but loopback needs a public address, since links in mails start with it.
    pub fn open(&self, file: &File) -> anyhow::Result<Listener> {
        let listen = self.listen.as_deref().or(file.listen.as_deref()).unwrap_or("127.0.0.1:8080");
        let public_url = self.public_url.clone().or_else(|| file.public_url.clone());
        if let Some(url) = &public_url {
            ensure!(
                is_public_url(url),
                "the public URL is https:// and the name of a host, like https://portal.example.org: {url} is not"
            );
        }
        let listener = TcpListener::bind(listen).with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr().context("asking which address was bound")?;
        ensure!(
            address.ip().is_loopback() || public_url.is_some(),
            "listening on {address} needs --public-url, the address people open"
        );
        let trust_proxy = self.trust_proxy || file.trust_proxy.unwrap_or(false);
        Ok(Listener { listener, address, public_url, trust_proxy })
    }
}

fn is_public_url(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// A bound address, not yet served.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    public_url: Option<String>,
    trust_proxy: bool,
}

impl Listener {
    /// The address people open.
    pub fn url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| self.base_url())
    }

    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Serves until SIGINT or SIGTERM; then finishes what it is at.
pub fn serve(ground: &Ground, listener: Listener) -> anyhow::Result<()> {
    let base_url = listener.base_url();
    let Listener { listener, address, public_url, trust_proxy } = listener;
    let portal = ground.portal(public_url, &base_url, trust_proxy)?;
    let background = jobs::start_background(portal.tools.clone())?;
    let served = actix_web::rt::System::new().block_on(async move {
        tracing::info!(%address, "serving");
        HttpServer::new(move || app::app(&portal))
            .tcp_nodelay(true)
            .shutdown_timeout(10)
            .listen(listener)?
            .run()
            .await
    });
    drop(background);
    served.context("serving")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_a_scheme_and_a_host() {
        for url in ["https://portal.example.org", "http://127.0.0.1:8080", "https://portal.example.org:8443/"]
        {
            assert!(is_public_url(url), "{url}");
        }
        for url in ["https://", "https://:8443", "https:///x", "portal.example.org", "ftp://example.org", ""]
        {
            assert!(!is_public_url(url), "{url}");
        }
    }

    #[test]
    fn what_was_typed_goes_before_the_file() {
        let file = File {
            listen: Some("127.0.0.1:0".into()),
            public_url: Some("https://file.example.org".into()),
            ..File::default()
        };
        let of_file = Place::default().open(&file).unwrap();
        assert_eq!(of_file.url(), "https://file.example.org");
        assert_ne!(of_file.address.port(), 8080);
        let typed = Place { public_url: Some("https://typed.example.org".into()), ..Place::default() };
        assert_eq!(typed.open(&file).unwrap().url(), "https://typed.example.org");
    }
}
