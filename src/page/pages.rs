//! A list's numbered pages: 25 rows each, numbered up to 40, the rest behind a narrower filter.

/// Rows a page, where the query string does not ask for 100.
pub const PER_PAGE: i64 = 25;
/// The last page that can be asked for.
pub const LAST_PAGE: i64 = 40;

/// Which page of a list is shown, of how many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    pub page: i64,
    pub per: i64,
    pub rows: i64,
}

/// One sign in the row of page numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Page(i64),
    Gap,
}

impl Pages {
    /// The page asked for, moved into what there is: a page past the end is the last one.
    pub fn new(page: i64, per: i64, rows: i64) -> Pages {
        let per = if per == 100 { 100 } else { PER_PAGE };
        let last = last_of(rows, per);
        Pages { page: page.clamp(1, last), per, rows }
    }

    pub fn last(&self) -> i64 {
        last_of(self.rows, self.per)
    }

    /// Rows before this page's first.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * self.per
    }

    /// Whether rows lie beyond the last numbered page.
    pub fn has_more(&self) -> bool {
        self.rows > LAST_PAGE * self.per
    }

    /// The numbers to show: first, last, and those round this page.
    pub fn steps(&self) -> Vec<Step> {
        let last = self.last();
        let mut steps = Vec::new();
        for page in 1..=last {
            if page == 1 || page == last || (page - self.page).abs() <= 1 {
                steps.push(Step::Page(page));
            } else if steps.last() != Some(&Step::Gap) {
                steps.push(Step::Gap);
            }
        }
        steps
    }
}

fn last_of(rows: i64, per: i64) -> i64 {
    (rows.max(0) as u64).div_ceil(per as u64).clamp(1, LAST_PAGE as u64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_past_the_end_is_the_last_one() {
        assert_eq!(Pages::new(9, 25, 60), Pages { page: 3, per: 25, rows: 60 });
        assert_eq!(Pages::new(-1, 7, 0), Pages { page: 1, per: 25, rows: 0 });
        assert_eq!(Pages::new(2, 100, 260).offset(), 100);
    }

    #[test]
    fn numbers_end_at_forty_and_say_that_there_is_more() {
        assert_eq!(Pages::new(99, 25, 1_000).page, 40);
        assert!(!Pages::new(1, 25, 1_000).has_more());
        assert!(Pages::new(1, 25, 1_001).has_more());
    }

    #[test]
    fn numbers_show_the_ends_and_the_neighbours() {
        use Step::{Gap, Page};
        let steps = Pages::new(5, 25, 250).steps();
        assert_eq!(steps, [Page(1), Gap, Page(4), Page(5), Page(6), Gap, Page(10)]);
        assert_eq!(Pages::new(1, 25, 20).steps(), [Page(1)]);
    }
}
