//! `/patterns`, in debug builds: every pattern of `fields.html` once, so that each can be seen and is compiled.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::chart::{Bars, Pair};
use super::{Chip, Choice, Chrome, Mistakes, NavItem, Pages, Query, Shown, TypedDate, filters, show};
use crate::error::Error;

#[derive(Template)]
#[template(path = "patterns.html")]
struct PatternsPage {
    chrome: Chrome,
    mistakes: Mistakes,
    today: NaiveDate,
    at: NaiveDateTime,
    from: TypedDate,
    choices: Vec<Choice>,
    chosen: Vec<String>,
    query: Query,
    chips: Vec<Chip>,
    pages: Pages,
    chart: Bars,
    states: [&'static str; 7],
}

/// `/patterns` as it opens, and `/patterns?wrong=yes` with a mistake in every field.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/patterns", web::get().to(patterns));
}

async fn patterns(query: web::Query<Vec<(String, String)>>) -> Result<HttpResponse, Error> {
    let query = Query::new(query.into_inner());
    show(&page(query))
}

fn page(query: Query) -> PatternsPage {
    let shown = Shown {
        name: "Rowan Example".into(),
        acting_as: "Commissioner, Ealing".into(),
        can_switch: true,
        navigation: vec![
            NavItem { label: "Groups", href: "/groups" },
            NavItem { label: "Patterns", href: "/patterns" },
        ],
    };
    let at = DateTime::UNIX_EPOCH.naive_utc();
    let mistakes = if query.get("wrong").is_some() { all_wrong() } else { Mistakes::new() };
    let chrome = Chrome::new(shown, "/patterns").demo(Some(at.date()));
    let choice = |value: &str| Choice::new(value, value.to_uppercase()).hint("What it means");
    PatternsPage {
        chrome: if mistakes.is_empty() { chrome.done("The pattern was saved.") } else { chrome },
        mistakes,
        today: at.date(),
        at,
        from: TypedDate::of(at.date()),
        choices: ["a", "b", "c"].map(choice).to_vec(),
        chosen: vec!["b".into()],
        chips: vec![query.chip("sex", "sex is female")],
        pages: Pages::new(5, 25, 1_204),
        chart: chart(),
        states: [
            "In progress",
            "Judgement case",
            "Completed with problems",
            "In force",
            "Cancelled",
            "Failed",
            "Provisional",
        ],
        query,
    }
}

fn chart() -> Bars {
    let pair = |label: &str, values| Pair { label: label.into(), values };
    Bars {
        id: "chart",
        level: 2,
        title: "Who came and who went".into(),
        about: "People by month.".into(),
        series: ["In", "Out"],
        pairs: vec![pair("October 2026", [1_204, 310]), pair("November 2026", [0, 41])],
    }
}

fn all_wrong() -> Mistakes {
    let mut mistakes = Mistakes::new();
    for field in ["name", "email", "cost", "password", "expression", "practice", "sector", "groups", "sure"] {
        mistakes.add(field, format!("Mend the field {field}"));
    }
    mistakes.add("from", "Start date must be a real date, for example 5 4 2026");
    mistakes.add("file", "Choose a file");
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_leads_to_a_field_that_is_described_by_it() {
        let html = page(Query::default().with("wrong", "yes")).render().unwrap();
        assert!(html.contains("<title>Error: Patterns – Common Ground</title>"));
        for mistake in all_wrong().iter() {
            let field = &mistake.field;
            assert!(html.contains(&format!("<a href=\"#{field}\">")), "{field} in the summary");
            assert!(html.contains(&format!(" id=\"{field}\"")), "{field} on the page");
            assert!(html.contains(&format!("{field}-error\"")), "{field} described");
        }
    }

    #[test]
    fn a_caller_s_own_words_stand_in_a_cell() {
        let html = page(Query::default()).render().unwrap();
        for state in page(Query::default()).states {
            assert!(html.contains(&format!("\">{state}</strong></div></td>")), "{state}");
        }
    }

    #[test]
    fn nothing_on_a_page_comes_from_elsewhere_or_stands_inline() {
        let html = page(Query::default()).render().unwrap();
        for refused in ["http://", "https://", "<style", " style=", "onclick=", "javascript:"] {
            let found = html.replace("http://www.w3.org/2000/svg", "").contains(refused);
            assert!(!found, "{refused}");
        }
        assert!(!html.contains("<script>"));
        assert!(html.contains("<html lang=\"en-GB\">"));
    }
}
