//! Approving together what every network asked supports.

use super::*;
use crate::samples::command;

/// Two petitions to SEMI that both networks support, and one that one does not; their addresses.
pub async fn three(portal: &TestPortal, all: &mut Parties) -> [String; 3] {
    let mut paths = Vec::new();
    for (number, to) in [(HEALTHY, "SEMI"), ("9990001030", "SEMI"), ("9990001006", "SEMI")] {
        let path = draft(&mut all.gp, &pseudonym(portal, number), to).await;
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        done(&mut all.first, &format!("{path}/opinion"), &[("opinion", "support"), ("reason", "Yes")]).await;
        let last = if number == "9990001006" { "oppose" } else { "support" };
        done(&mut all.second, &format!("{path}/opinion"), &[("opinion", last), ("reason", "So we think")])
            .await;
        paths.push(path);
    }
    paths.try_into().unwrap()
}

pub fn chosen(page: &Answer) -> Vec<String> {
    let text = page.text();
    let boxes = text.split("name=\"petition\" type=\"checkbox\" value=\"").skip(1);
    boxes.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

on_both! {
    async fn those_all_networks_support_are_approved_together_and_the_others_are_named(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let [first, second, third] = three(&portal, &mut all).await;
        let page = all.commissioner.get("/petitions/together").await;
        let ready = chosen(&page);
        assert_eq!(ready.len(), 2, "{}", page.text());
        assert!(page.text().contains("does not support it"), "{}", page.text());
        let key = page.field("key");
        let none = all.commissioner.post("/petitions/together", &[("key", &*key), ("words", "Agreed"), ("reason_code", "case_accepted")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text().contains("Choose at least one petition") && none.text().contains("Agreed"));
        let said = [("key", &*key), ("words", "Agreed"), ("reason_code", "case_accepted"),
            ("petition", &*ready[0]), ("petition", &*ready[1])];
        let sure = all.commissioner.post("/petitions/together", &said).await;
        assert!(sure.text().contains("This approves 2 petitions"), "{}", sure.text());
        assert_eq!(stands(&portal, HEALTHY).2, "run", "nothing is done yet");
        // Meanwhile another commissioner asks about one of them.
        let asked = if ready[0].starts_with(first.rsplit('/').next().unwrap()) { &first } else { &second };
        done(&mut all.other, &format!("{asked}/decide"), &[("choice", "ask"), ("question", "Since when?")]).await;
        let key = sure.field("key");
        let mut sent = vec![("key", &*key), ("sure", "yes")];
        sent.extend(&said[1..]);
        let answer = all.commissioner.post("/petitions/together", &sent).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let again = all.commissioner.post("/petitions/together", &sent).await;
        assert_eq!(again.location(), answer.location(), "sent twice, done once");
        let page = all.commissioner.get(answer.location()).await.text();
        assert!(page.contains("1 petition approved, 1 left out"), "{page}");
        assert!(page.contains("Something happened to it after you opened the page"), "{page}");
        let approved = [(&first, HEALTHY), (&second, "9990001030")].into_iter().filter(|(path, _)| *path != asked);
        for (_, number) in approved {
            assert_eq!(stands(&portal, number), (Some("SEMI".into()), false, "petition".into()));
        }
        assert!(all.gp.get(&third).await.text().contains("Under review"));
        let mut stranger = signed_in(&portal, Role::Commissioner, "CCG02").await;
        assert_eq!(stranger.get(answer.location()).await.status, StatusCode::NOT_FOUND);
        let file = command(&portal, &["export", "petitions", "--locality", "LOC01"]).out;
        let listed = all.commissioner.get("/petitions.csv?view=all").await.text();
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&file), sorted(&listed), "the command and the list say the same");
        assert_eq!(file.lines().count(), 4, "{file}");
        let clock = all.commissioner.get("/petitions/clock?stage=opinion").await.text();
        assert!(clock.contains("Alder Practice") && clock.contains("Opinions of the networks"), "{clock}");
        let lessons = all.commissioner.get("/petitions/learning").await.text();
        assert!(lessons.contains("1 of 1, not met: ") && lessons.contains("/criteria/LOC01/SEMI/draft"), "{lessons}");
    }
}
