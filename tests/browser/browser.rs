//! Chromium, driven as a person would: by what links, buttons and labels say.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A chromedriver process of our own, on a free port; it stops when this is dropped.
pub struct Chromedriver {
    process: Child,
    address: String,
    profile: TempDir,
    _stdout: BufReader<ChildStdout>,
}

impl Chromedriver {
    pub fn start() -> Chromedriver {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: bin/test gets it");
        let mut stdout = BufReader::new(process.stdout.take().expect("standard output is piped"));
        let port = stdout.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says its port");
        let profile = TempDir::new().expect("a temporary folder");
        Chromedriver { process, address: format!("http://127.0.0.1:{port}"), profile, _stdout: stdout }
    }

    /// Opens a window with a profile of its own.
    pub async fn window(&self) -> WebDriverResult<WebDriver> {
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary("/usr/bin/chromium")?;
        capabilities.add_arg(&format!("--user-data-dir={}", self.profile.path().display()))?;
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ] {
            capabilities.add_arg(argument)?;
        }
        capabilities.set("goog:loggingPrefs", json!({"browser": "ALL"}))?;
        WebDriver::new(&self.address, capabilities).await
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One window, with or without scripts, and what a person does in it.
pub struct Browser {
    pub driver: WebDriver,
    pub scripts: Scripts,
    /// The width the journey is walked at, in pixels.
    pub walked_at: Cell<u64>,
}

impl Browser {
    pub async fn new(driver: WebDriver, scripts: Scripts) -> Browser {
        let browser = Browser { driver, scripts, walked_at: Cell::new(1280) };
        browser.allow_scripts(scripts).await;
        browser.width(browser.walked_at.get()).await;
        browser
    }

    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Forgets all cookies, as a closed browser does.
    pub async fn forget(&self) {
        self.driver.delete_all_cookies().await.expect("cookies can be deleted");
    }

    /// Follows the first link whose words are `text`, hidden words for screen readers included.
    pub async fn follow(&self, text: &str) {
        self.leave_by(&format!("//a[normalize-space()={}]", quoted(text))).await;
    }

    /// Follows the first link whose words begin with `text`.
    pub async fn follow_first(&self, text: &str) {
        self.leave_by(&format!("//main//a[starts-with(normalize-space(), {})]", quoted(text))).await;
    }

    /// Presses the first button whose words are `text`.
    pub async fn press(&self, text: &str) {
        self.leave_by(&format!("//button[normalize-space()={}]", quoted(text))).await;
    }

    /// Presses the first button that can be seen whose words are `text`.
    pub async fn press_unfolded(&self, text: &str) {
        self.leave_by(&format!("//details[@open]//button[normalize-space()={}]", quoted(text))).await;
    }

    /// Presses the first button whose words begin with `text`.
    pub async fn press_first(&self, text: &str) {
        self.leave_by(&format!("//main//button[starts-with(normalize-space(), {})]", quoted(text))).await;
    }

    /// Unfolds what stands under the words `summary`, and presses nothing.
    pub async fn unfold(&self, summary: &str) {
        self.click(&format!("//summary[normalize-space()={}]", quoted(summary))).await;
    }

    /// Types into the field under `label`, in place of what stands there.
    pub async fn fill(&self, label: &str, value: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap_or_else(|error| panic!("clearing {label}: {error}"));
        field.send_keys(value).await.unwrap_or_else(|error| panic!("filling {label}: {error}"));
    }

    /// Presses keys wherever the page has put the reader.
    pub async fn key(&self, keys: &str) {
        let here = self.driver.active_element().await.expect("something has the focus");
        here.send_keys(keys).await.unwrap_or_else(|error| panic!("keying {keys}: {error}"));
    }

    /// Goes on to the next field.
    pub async fn key_on(&self) {
        self.key(&String::from(char::from(Key::Tab))).await;
    }

    /// Keys a form from its first answer, a key an answer, and saves it. Where scripts run, a key goes on by itself.
    pub async fn key_answers(&self, answers: &str) {
        self.click("(//*[@data-cg-one-key])[1]").await;
        for (at, answer) in answers.chars().enumerate() {
            if at > 0 && self.scripts == Scripts::Off {
                self.key_on().await;
            }
            self.key(&answer.to_string()).await;
        }
        self.enter().await;
    }

    /// Presses Enter and waits for the next page to take this one's place.
    pub async fn enter(&self) {
        let page = self.find("/html").await;
        self.key(&String::from(char::from(Key::Enter))).await;
        let left = page.wait_until().wait(Duration::from_secs(30), Duration::from_millis(20)).stale().await;
        assert!(left.is_ok(), "Enter on {} leads nowhere", self.path().await);
    }

    /// Types a whole date into the first field of the date under `legend`.
    pub async fn fill_date(&self, legend: &str, date: &str) {
        let legend = format!("//fieldset[legend[normalize-space()={}]]", quoted(legend));
        for (part, value) in [("Day", date), ("Month", ""), ("Year", "")] {
            let label = self.find(&format!("{legend}//label[normalize-space()='{part}']")).await;
            let id = label.attr("for").await.ok().flatten().expect("a label is for a field");
            let field = self.find(&format!("//*[@id={}]", quoted(&id))).await;
            field.clear().await.unwrap_or_else(|error| panic!("clearing {part}: {error}"));
            field.send_keys(value).await.unwrap_or_else(|error| panic!("filling {part}: {error}"));
        }
    }

    /// Ticks the box, or the choice, beside `label`.
    pub async fn choose(&self, label: &str) {
        self.click(&format!("//label[normalize-space()={}]", quoted(label))).await;
    }

    /// Takes the first of the page's radios.
    pub async fn choose_first(&self) {
        self.click("//main//div[contains(@class, 'radios__item')]/label").await;
    }

    /// Picks the first choice that holds the words `option` in the list under `label`.
    pub async fn select(&self, label: &str, option: &str) {
        let field = self.field(label).await;
        let path = format!(".//option[contains(normalize-space(), {})]", quoted(option));
        let found = field.find(By::XPath(path)).await;
        let option = found.unwrap_or_else(|_| panic!("{label} has no option {option}"));
        option.click().await.unwrap_or_else(|error| panic!("choosing in {label}: {error}"));
    }

    /// Chooses a file in the field under `label`.
    pub async fn upload(&self, label: &str, file: &Path) {
        let path = file.to_str().expect("temporary paths are UTF-8");
        let field = self.field(label).await;
        field.send_keys(path).await.unwrap_or_else(|error| panic!("choosing a file for {label}: {error}"));
    }

    /// The page's heading.
    pub async fn heading(&self) -> String {
        self.find("//h1").await.text().await.expect("a heading has words")
    }

    /// The words of the page's main part, as they are seen.
    pub async fn words(&self) -> String {
        self.find("//main").await.text().await.expect("a page has words")
    }

    /// The part of the address after host and port.
    pub async fn path(&self) -> String {
        self.driver.current_url().await.map_or_else(|_| String::new(), |url| url.path().to_owned())
    }

    pub async fn must_say(&self, words: &str) {
        let seen = self.words().await;
        let place = self.path().await;
        assert!(seen.contains(words), "{place} does not say {words:?} but:\n{seen}");
    }

    /// Waits, for a minute at most, until the page says `words`: a job's page renews itself.
    pub async fn wait_for(&self, words: &str) {
        let path = format!("//main[contains(normalize-space(), {})]", quoted(words));
        let wait = (Duration::from_secs(60), Duration::from_millis(250));
        let found = self.driver.query(By::XPath(path)).wait(wait.0, wait.1).first().await;
        if found.is_err() {
            panic!("{} never said {words:?} but:\n{}", self.path().await, self.words().await);
        }
    }

    /// Opens a page again and again until it says something, which another thread brings about.
    pub async fn open_until(&self, address: &str, words: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            self.open(address).await;
            if self.words().await.contains(words) {
                return;
            }
            assert!(Instant::now() < until, "{address} never said {words:?} but:\n{}", self.words().await);
        }
    }

    /// Goes on as on a phone.
    pub async fn take_phone(&self) {
        self.walked_at.set(360);
        self.width(360).await;
    }

    pub async fn width(&self, pixels: u64) {
        self.size(pixels, 800).await;
    }

    pub async fn size(&self, width: u64, height: u64) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn allow_scripts(&self, scripts: Scripts) {
        let value = json!({"value": scripts == Scripts::Off});
        self.devtools("Emulation.setScriptExecutionDisabled", value).await;
    }

    pub async fn devtools(&self, command: &str, arguments: serde_json::Value) -> serde_json::Value {
        let answer = self.driver.cdp().send_raw(command, arguments).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Clicks and waits for the next page to take this one's place.
    async fn leave_by(&self, path: &str) {
        let page = self.find("/html").await;
        self.click(path).await;
        let left = page.wait_until().wait(Duration::from_secs(30), Duration::from_millis(20)).stale().await;
        assert!(left.is_ok(), "{path} on {} leads nowhere", self.path().await);
    }

    async fn click(&self, path: &str) {
        let element = self.find(path).await;
        element.scroll_into_view().await.ok();
        element.click().await.unwrap_or_else(|error| panic!("clicking {path}: {error}"));
    }

    async fn field(&self, label: &str) -> WebElement {
        let label = self.find(&format!("//label[normalize-space()={}]", quoted(label))).await;
        let id = label.attr("for").await.ok().flatten().expect("a label is for a field");
        self.find(&format!("//*[@id={}]", quoted(&id))).await
    }

    async fn find(&self, path: &str) -> WebElement {
        match self.driver.find(By::XPath(path)).await {
            Ok(element) => element,
            Err(_) => {
                let page = self.driver.find(By::XPath("//body")).await;
                let words = match page {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                panic!("{} has no {path} but says:\n{words}", self.path().await)
            }
        }
    }
}

/// A string of XPath, which has no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
