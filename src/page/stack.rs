//! Bars of parts of a whole as SVG, one below the other, told apart by pattern and word as well as by shade, with a line
//! across them all.

use askama::Template;

/// Bars that each stand for 100%.
#[derive(Clone, Debug, Template)]
#[template(path = "stack.html")]
pub struct Stack {
    /// What the ids of its parts begin with; once on a page.
    pub id: String,
    /// The question it answers, as a heading of the third level.
    pub title: String,
    /// What the parts are, in a sentence.
    pub about: String,
    /// Where the line stands, in percent.
    pub line: u8,
    pub bars: Vec<Bar>,
}

/// One bar, of parts of `of`.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    pub label: String,
    /// The bar in words.
    pub words: String,
    pub of: i64,
    pub segments: Vec<Segment>,
    /// What stands in its place where there is nothing to draw.
    pub instead: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub fill: Fill,
    pub some: i64,
}

/// What a part is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    Solid,
    Striped,
    Grey,
    White,
    /// Solid and striped together.
    Crossed,
    /// Grey and white together.
    Dark,
    /// Not drawn.
    Unknown,
}

/// The height of a bar with its label, of the bar, and of what stands over them all, in pixels.
const ROW: usize = 52;
const BAR: usize = 22;
const HEAD: usize = 22;

impl Stack {
    fn height(&self) -> usize {
        HEAD + self.bars.len() * ROW
    }

    fn bar_height(&self) -> usize {
        BAR
    }

    fn label_foot(&self, at: &usize) -> usize {
        HEAD + at * ROW + 15
    }

    fn top(&self, at: &usize) -> usize {
        HEAD + at * ROW + 22
    }

    fn foot(&self, at: &usize) -> usize {
        self.top(at) + 16
    }

    fn fill(&self, fill: &Fill) -> String {
        match fill {
            Fill::Solid => "#005eb8".into(),
            Fill::Striped => format!("url(#{}-stripes)", self.id),
            Fill::Crossed => format!("url(#{}-crosses)", self.id),
            Fill::Grey => "#d8dde0".into(),
            Fill::Dark => "#aeb7bd".into(),
            Fill::White => "#ffffff".into(),
            Fill::Unknown => "none".into(),
        }
    }

    /// The bars in words, as one sentence each.
    fn description(&self) -> String {
        let words: Vec<&str> = self.bars.iter().map(|bar| bar.words.as_str()).collect();
        format!("{}. The aim is {}%.", words.join(". "), self.line)
    }
}

impl Bar {
    /// Where a segment begins and how long it is, as SVG has them: "12.5%".
    fn placed(&self) -> Vec<(Fill, String, String)> {
        let tenths = |some: i64| 1_000 * some / self.of.max(1);
        let percent = |tenths: i64| format!("{}.{}%", tenths / 10, tenths % 10);
        let mut before = 0;
        let mut placed = Vec::new();
        for segment in &self.segments {
            let (from, to) = (tenths(before), tenths(before + segment.some));
            placed.push((segment.fill, percent(from), percent(to - from)));
            before += segment.some;
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_to_the_end_and_need_no_style_attribute() {
        let parts = [(Fill::Solid, 1), (Fill::Striped, 1), (Fill::White, 1)];
        let segments = parts.map(|(fill, some)| Segment { fill, some }).to_vec();
        let bar =
            Bar { label: "Low".into(), words: "Low: a third each".into(), of: 3, segments, instead: "" };
        let none = Bar { label: "High".into(), words: "High: [c]".into(), instead: "[c]", ..Bar::default() };
        let placed: Vec<(String, String)> =
            bar.placed().into_iter().map(|(_, from, length)| (from, length)).collect();
        let expected = [("0.0%", "33.3%"), ("33.3%", "33.3%"), ("66.6%", "33.4%")];
        assert_eq!(placed, expected.map(|(from, length)| (from.to_owned(), length.to_owned())));
        let stack = Stack {
            id: "q1".into(),
            title: "How was it?".into(),
            about: "Answers.".into(),
            line: 75,
            bars: vec![bar, none],
        };
        let drawn = stack.render().unwrap();
        for part in [
            "<desc id=\"q1-desc\">Low: a third each. High: [c]. The aim is 75%.</desc>",
            ">[c]</text>",
            "x1=\"75%\"",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(!drawn.contains("style="), "{drawn}");
    }
}
