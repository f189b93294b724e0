//! What is looked at on every page of a journey: axe, one heading, title, weight, width, the HTML itself; and pictures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::browser::{Browser, Scripts};

const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run().then(
        found => done(found.violations.map(v => `${v.id}: ${v.help}\\n` + v.nodes.map(n => '    ' + n.html).join('\\n'))),
        error => done([String(error)]));";
const HTML: &str = "
    const done = arguments[arguments.length - 1];
    fetch(location.href).then(async answer => done(answer.ok ? await answer.text() : ''), () => done(''));";
const FACTS: &str = "
    const fetched = performance.getEntriesByType('resource').filter(r => r.initiatorType !== 'fetch');
    const all = performance.getEntriesByType('navigation').concat(fetched);
    return {
        title: document.title,
        headings: document.querySelectorAll('h1').length,
        mistakes: document.querySelectorAll('.nhsuk-error-summary').length,
        focused: document.activeElement.className,
        elsewhere: fetched.map(r => r.name).filter(name => !name.startsWith(location.origin + '/')),
        requests: [...new Set(all.map(r => r.name))],
        bytes: all.reduce((sum, r) => sum + r.encodedBodySize, 0),
    };";
const TOO_WIDE: &str = "
    const done = arguments[arguments.length - 1];
    const drawn = look => requestAnimationFrame(() => requestAnimationFrame(look));
    drawn(() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return done([]);
        const over = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1);
        done(over.map(e => e.outerHTML.slice(0, 120)).slice(-5));
    });";

/// Looks at the pages of one journey, numbers them and keeps their pictures and HTML.
pub struct Looker {
    journey: String,
    tools: PathBuf,
    axe: String,
    pages: PathBuf,
    pictures: PathBuf,
    seen: AtomicUsize,
}

impl Looker {
    /// Pictures go to `target/screenshots`, HTML to `target/pages`.
    pub fn new(journey: &str, scripts: Scripts) -> Looker {
        let tools = std::env::var_os("BROWSER_TOOLS").map(PathBuf::from);
        let tools = tools.expect("BROWSER_TOOLS names the folder with axe-core: run bin/test");
        let axe =
            fs::read_to_string(tools.join("node_modules/axe-core/axe.min.js")).expect("axe-core is there");
        let journey = match scripts {
            Scripts::On => journey.to_owned(),
            Scripts::Off => format!("{journey}-without-scripts"),
        };
        let target = tools.parent().expect("the tools lie in the target folder");
        let (pages, pictures) = (target.join("pages").join(&journey), target.join("screenshots"));
        let _ = fs::remove_dir_all(&pages);
        fs::create_dir_all(&pages).expect("target can be written");
        fs::create_dir_all(&pictures).expect("target can be written");
        Looker { journey, tools, axe, pages, pictures, seen: AtomicUsize::new(1) }
    }

    /// Looks at the page now open and keeps its pictures under `name`.
    pub async fn look(&self, browser: &Browser, name: &str) {
        let name = format!("{}-{:02}-{name}", self.journey, self.seen.fetch_add(1, Ordering::Relaxed));
        browser.allow_scripts(Scripts::On).await;
        self.facts(browser, &name).await;
        self.accessible(browser, &name).await;
        self.keep_html(browser, &name).await;
        self.pictures(browser, &name).await;
        self.nothing_refused(browser, &name).await;
        browser.allow_scripts(browser.scripts).await;
    }

    /// Prints the page and keeps it beside the pictures.
    pub async fn print(&self, browser: &Browser, name: &str) {
        let paper = browser.driver.print_page(Default::default()).await.expect("the page prints");
        assert!(paper.starts_with(b"%PDF"));
        fs::write(self.pictures.join(format!("{}-{name}.pdf", self.journey)), paper)
            .expect("target can be written");
    }

    /// At the end of a journey: the HTML of all pages seen is valid.
    pub fn validate(&self) {
        let checker = self.tools.join("node_modules/html-validate/bin/html-validate.mjs");
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/tools/htmlvalidate.json");
        let checked = Command::new("node").arg(checker).arg("--config").arg(rules).arg(&self.pages).output();
        let checked = checked.expect("node runs");
        let found = String::from_utf8_lossy(&checked.stdout);
        assert!(
            checked.status.success(),
            "html-validate:\n{found}{}",
            String::from_utf8_lossy(&checked.stderr)
        );
    }

    async fn facts(&self, browser: &Browser, name: &str) {
        let facts = run(browser, FACTS).await;
        let title = facts["title"].as_str().unwrap_or_default();
        // Patients are told what they are looking at, not what runs it.
        let of = if browser.path().await.starts_with("/ltc6") {
            "Your care: a questionnaire"
        } else {
            "Common Ground"
        };
        assert!(title.ends_with(&format!(" – {of}")), "{name}: its title is {title:?}");
        assert_eq!(facts["headings"], 1, "{name}: level 1 headings");
        let mistakes = facts["mistakes"] != 0;
        assert_eq!(
            title.starts_with("Error: "),
            mistakes,
            "{name}: title {title:?}, error summary {mistakes}"
        );
        if mistakes && browser.scripts == Scripts::On {
            assert_eq!(facts["focused"], "nhsuk-error-summary", "{name}: what has the focus");
        }
        assert_eq!(facts["elsewhere"], json!([]), "{name}: fetched from another origin");
        let requests = facts["requests"].as_array().map_or(0, Vec::len);
        assert!(requests <= 5, "{name}: {requests} requests, {}", facts["requests"]);
        assert!(facts["bytes"].as_u64() < Some(60_000), "{name}: {} bytes", facts["bytes"]);
    }

    async fn accessible(&self, browser: &Browser, name: &str) {
        browser.driver.execute(&self.axe, vec![]).await.expect("axe loads");
        let found = browser.driver.execute_async(AXE, vec![]).await.expect("axe runs");
        let found: Vec<String> = found.convert().expect("axe answers with sentences");
        assert!(found.is_empty(), "{name}: axe found\n{}", found.join("\n"));
    }

    /// The page as it was sent; of an answer to a form, which cannot be fetched again, as the browser reads it.
    async fn keep_html(&self, browser: &Browser, name: &str) {
        let sent = browser.driver.execute_async(HTML, vec![]).await.expect("the page can be fetched");
        let mut html: String = sent.convert().expect("HTML is text");
        let title = format!("{}</title>", browser.driver.title().await.unwrap_or_default());
        if !html.contains(&title) {
            html = browser.driver.source().await.expect("a page has a source");
        }
        fs::write(self.pages.join(format!("{name}.html")), html).expect("target can be written");
    }

    async fn pictures(&self, browser: &Browser, name: &str) {
        for width in [1280, 360, 320] {
            browser.width(width).await;
            if width == 320 {
                let wide = browser.driver.execute_async(TOO_WIDE, vec![]).await.expect("the page is drawn");
                assert_eq!(*wide.json(), json!([]), "{name}: wider than {width} px");
                continue;
            }
            let height = run(browser, "return document.documentElement.scrollHeight").await;
            browser.size(width, height.as_u64().unwrap_or(800).min(6_000)).await;
            let picture = browser.driver.screenshot_as_png().await.expect("a picture can be taken");
            let file = self.pictures.join(format!("{name}-{width}.png"));
            fs::write(file, picture).expect("target can be written");
        }
        browser.width(browser.walked_at.get()).await;
    }

    /// Nothing on the page was refused by its own headers, and no script failed.
    async fn nothing_refused(&self, browser: &Browser, name: &str) {
        let log = browser.driver.browser_log().await.expect("the browser keeps a log");
        let ours = |message: &str| !message.contains("status of 4") && !message.starts_with("chrome://");
        let said = log.iter().filter(|entry| entry.level == "SEVERE" && ours(&entry.message));
        let said: Vec<_> = said.map(|entry| entry.message.as_str()).collect();
        assert!(said.is_empty(), "{name}: {}", said.join("\n"));
    }
}

async fn run(browser: &Browser, script: &str) -> Value {
    let answer = browser.driver.execute(script, vec![]).await;
    answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
}
