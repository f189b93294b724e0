//! Serving the portal until asked to stop.

use std::net::{SocketAddr, TcpListener};

use actix_web::HttpServer;
use anyhow::{Context, ensure};
use clap::Args;

use crate::app;
use crate::config::{Ground, Settings};
use crate::jobs;

/// Serves the portal
#[derive(Args, Clone, Debug)]
pub struct Serve {
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

impl Serve {
    pub fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let file = &settings.file;
        let listen = self.listen.as_deref().or(file.listen.as_deref()).unwrap_or("127.0.0.1:8080");
        let public_url = self.public_url.clone().or_else(|| file.public_url.clone());
        let trust_proxy = self.trust_proxy || file.trust_proxy.unwrap_or(false);
        let listener = Listener::open(listen, public_url.as_deref())?;
        let ground = settings.open()?;
        println!("Common Ground is at {}", public_url.as_deref().unwrap_or(&listener.url()));
        serve(&ground, listener, public_url, trust_proxy)
    }
}

/// A bound address, not yet served.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `listen`; anything but loopback needs a public address, since links in mails start with it.
    pub fn open(listen: &str, public_url: Option<&str>) -> anyhow::Result<Listener> {
        let listener = TcpListener::bind(listen).with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr().context("asking which address was bound")?;
        ensure!(
            address.ip().is_loopback() || public_url.is_some(),
            "listening on {address} needs --public-url, the address people open"
        );
        if let Some(url) = public_url {
            ensure!(
                url.starts_with("https://") || url.starts_with("http://"),
                "--public-url starts with https://"
            );
        }
        Ok(Listener { listener, address })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Serves until SIGINT or SIGTERM; then finishes what it is at.
pub fn serve(
    ground: &Ground,
    listener: Listener,
    public_url: Option<String>,
    trust_proxy: bool,
) -> anyhow::Result<()> {
    let portal = ground.portal(public_url, &listener.url(), trust_proxy)?;
    let background = jobs::start_background(portal.tools.clone())?;
    let address = listener.address;
    let served = actix_web::rt::System::new().block_on(async move {
        tracing::info!(%address, "serving");
        HttpServer::new(move || app::app(&portal))
            .tcp_nodelay(true)
            .shutdown_timeout(10)
            .listen(listener.listener)?
            .run()
            .await
    });
    drop(background);
    served.context("serving")
}
