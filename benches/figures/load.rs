//! A small HTTP client for measuring: connections kept alive, a fixed number of requests, on loopback.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What a run of requests came to.
pub struct Run {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl fmt::Display for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.0}/s, median {:.1} ms, p99 {:.1} ms", self.per_second, self.p50_ms, self.p99_ms)
    }
}

impl Run {
    /// From the time of each request, in milliseconds, and of all.
    pub fn of(mut times: Vec<f64>, whole: Duration) -> Run {
        let per_second = times.len() as f64 / whole.as_secs_f64();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        Run { per_second, p50_ms: at(0.5), p99_ms: at(0.99) }
    }
}

/// Sends `each` requests on each of `connections`, one after the other on each.
pub fn run(address: &str, path: &str, cookie: &str, connections: usize, each: usize) -> Run {
    let from = Instant::now();
    let times: Vec<f64> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| connection(address, path, cookie, each))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a connection ends well")).collect()
    });
    Run::of(times, from.elapsed())
}

fn connection(address: &str, path: &str, cookie: &str, each: usize) -> Vec<f64> {
    let mut client = Client::new(address);
    (0..each)
        .map(|_| {
            let from = Instant::now();
            let head = client.get(path, cookie);
            assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
            from.elapsed().as_secs_f64() * 1000.0
        })
        .collect()
}

/// A connection that is kept alive.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Client {
    pub fn new(address: &str) -> Client {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("small packets leave at once");
        Client { stream: BufReader::new(stream), address: address.to_owned() }
    }

    /// Asks for a page; the answer's head.
    pub fn get(&mut self, path: &str, cookie: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", self.address))
    }

    /// Posts a form as one of our own pages does; the answer's head.
    pub fn post(&mut self, path: &str, cookie: &str, form: &str) -> String {
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        ))
    }

    fn send(&mut self, request: &str) -> String {
        self.stream.get_mut().write_all(request.as_bytes()).expect("a request is sent");
        answer(&mut self.stream)
    }
}

/// The head of one answer; its body is read and thrown away.
fn answer(stream: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    let mut length = None;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("an answer");
        if line == "\r\n" || line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        }
        head.push_str(&line);
    }
    match length {
        // 303 and 204 have no body.
        _ if head.starts_with("HTTP/1.1 204") => {}
        Some(length) => {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
        }
        None => chunks(stream),
    }
    head
}

fn chunks(stream: &mut BufReader<TcpStream>) {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a chunk's length");
        let length = usize::from_str_radix(line.trim(), 16).expect("a length in hexadecimal");
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).expect("a chunk");
        if length == 0 {
            return;
        }
    }
}

/// One request on a connection of its own; the answer's head.
pub fn get_once(address: &str, path: &str, cookie: &str) -> String {
    Client::new(address).get(path, cookie)
}

/// One form on a connection of its own; the answer's head.
pub fn post_once(address: &str, path: &str, form: &str) -> String {
    Client::new(address).post(path, "", form)
}
