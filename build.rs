//! Fetches the NHS design system with npm, adds our own files, and lays out the folder that the binary embeds.
//!
//! The folder is `$OUT_DIR/assets`; its fingerprint, which stands in every asset's address, is `ASSETS_FINGERPRINT`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

const DESIGN: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const IMAGES: [&str; 6] = [
    "favicon.svg",
    "nhsuk-icon-180.png",
    "nhsuk-icon-arrow-down.svg",
    "nhsuk-icon-arrow-up-down.svg",
    "nhsuk-icon-arrow-up.svg",
    "nhsuk-icon-cross.svg",
];
const IMPORT: &str = "import { initAll } from 'nhsuk-frontend'\n";
const NEEDS_NPM: &str = "The build fetches the NHS design system with npm: install Node.js 20.9 or later with npm, and build again";

/// What the binary serves: each file's name in the folder and its content.
type Files = BTreeMap<String, Vec<u8>>;

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error:#}");
    }
}

fn build() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=static");
    for name in DESIGN {
        println!("cargo::rerun-if-changed=design/{name}");
    }
    let out = PathBuf::from(std::env::var("OUT_DIR").context("cargo sets OUT_DIR")?);
    let package = fetch(&out.join("design"))?;
    let files = collect(&package.join("dist/nhsuk"))?;
    write(&out.join("assets"), &files)?;
    println!("cargo::rustc-env=ASSETS_FINGERPRINT={}", fingerprint(&files));
    Ok(())
}

/// Installs what the lock file names into `folder`, unless it is there already, and returns the package's folder.
fn fetch(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let installed = folder.join("installed.json");
    let lock = fs::read("design/package-lock.json").context("cannot read design/package-lock.json")?;
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        for name in DESIGN {
            fs::copy(Path::new("design").join(name), folder.join(name))
                .with_context(|| format!("cannot copy design/{name}"))?;
        }
        let status = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder)
            .status()
            .context("cannot run npm")
            .context(NEEDS_NPM)?;
        ensure!(status.success(), "npm ci in design/ failed ({status}); its message stands above");
        fs::write(&installed, &lock)?;
    }
    Ok(folder.join("node_modules/nhsuk-frontend"))
}

fn collect(design: &Path) -> Result<Files> {
    let mut files = Files::new();
    let style = our_fonts_only(&text(&design.join("nhsuk-frontend.min.css"))?)?;
    let portal = text(Path::new("static/portal.css"))?;
    ensure!(portal.len() < 10_000, "static/portal.css has {} bytes, 10,000 is the limit", portal.len());
    files.insert("portal.css".into(), format!("{style}\n{portal}").into_bytes());
    let script =
        one_script(&text(&design.join("nhsuk-frontend.min.js"))?, &text(Path::new("static/portal.js"))?)?;
    files.insert("portal.js".into(), script.into_bytes());
    for name in IMAGES {
        let path = design.join("assets/images").join(name);
        let content = fs::read(&path).with_context(|| format!("the design system has no image {name}"))?;
        files.insert(format!("images/{name}"), content);
    }
    Ok(files)
}

/// Cuts the web fonts, which come from another origin, and lets the images follow the style sheet's folder.
fn our_fonts_only(css: &str) -> Result<String> {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, face)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        rest = face.split_once('}').context("an @font-face block does not end")?.1;
    }
    kept.push_str(rest);
    let kept = without_source_map(&kept).replace("/assets/images/", "images/");
    ensure!(!kept.contains("url(http"), "the design system's style sheet fetches from another origin");
    Ok(kept)
}

/// Puts the design system's module in the place where ours imports it: one file fewer to fetch.
fn one_script(design: &str, portal: &str) -> Result<String> {
    let (before, after) =
        portal.split_once(IMPORT).context("static/portal.js does not import the design system")?;
    ensure!(design.contains("function initAll("), "the design system's script has no initAll");
    Ok(format!("{}\n{before}{after}", without_source_map(design)))
}

fn without_source_map(text: &str) -> &str {
    let end = text.rfind("//# sourceMappingURL").or_else(|| text.rfind("/*# sourceMappingURL"));
    text[..end.unwrap_or(text.len())].trim_end()
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Twelve hexadecimal digits over names and contents: any change of an asset changes the address of all.
fn fingerprint(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (name, content) in files {
        hasher.update(name.as_bytes());
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the folder anew, with a Brotli twin beside each file of text.
fn write(folder: &Path, files: &Files) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("images"))?;
    for (name, content) in files {
        fs::write(folder.join(name), content)?;
        if [".css", ".js", ".svg"].iter().any(|end| name.ends_with(end)) {
            fs::write(folder.join(format!("{name}.br")), compressed(content)?)?;
        }
    }
    Ok(())
}

fn compressed(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed)
}
