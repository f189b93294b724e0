//! `/ltc6/questionnaire`: the instrument as a FHIR R4 Questionnaire, for systems that ask or read it. The empty form alone:
//! no answer leaves.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::instrument::{Choice, FreeText, Instrument, LTC6, Scored};

/// Says that an option stands for a number.
const ORDINAL: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";

/// The most signs the patient's pages take of a text.
const MOST_SIGNS: usize = 1_000;

pub async fn questionnaire() -> HttpResponse {
    HttpResponse::Ok().content_type("application/fhir+json; charset=utf-8").body(resource(&LTC6).to_string())
}

/// The whole form as a resource. Each item's `linkId` is the name of its field; every question may be left out.
pub fn resource(instrument: &Instrument) -> Value {
    let scored = json!({
        "linkId": "scored",
        "type": "group",
        "text": instrument.stem,
        "item": instrument.scored.iter().map(scored).collect::<Vec<_>>(),
    });
    let words = instrument.free_text.iter().map(free_text);
    let items: Vec<Value> = std::iter::once(scored).chain(words).chain([respondent()]).collect();
    json!({
        "resourceType": "Questionnaire",
        "id": "ltc6",
        "language": "en-GB",
        "name": "LTC6",
        "title": "LTC6 questionnaire",
        "status": "active",
        "subjectType": ["Patient"],
        "description": instrument.source,
        "item": items,
    })
}

fn scored(question: &Scored) -> Value {
    json!({
        "linkId": question.field,
        "prefix": question.no.to_string(),
        "text": question.text,
        "type": "choice",
        "required": false,
        "repeats": false,
        "answerOption": question.options.iter().map(option).collect::<Vec<_>>(),
    })
}

fn option(option: &Choice) -> Value {
    json!({
        "valueCoding": {
            "extension": [{ "url": ORDINAL, "valueDecimal": option.score }],
            "code": option.score.to_string(),
            "display": option.label,
        },
    })
}

fn free_text(question: &FreeText) -> Value {
    json!({
        "linkId": question.field,
        "prefix": question.no.to_string(),
        "text": question.text,
        "type": "text",
        "required": false,
        "maxLength": MOST_SIGNS,
    })
}

/// Who answers: ours, no part of the instrument.
fn respondent() -> Value {
    let coding = |code: &str, display: &str| json!({ "valueCoding": { "code": code, "display": display } });
    json!({
        "linkId": "respondent",
        "text": "Who is answering?",
        "type": "choice",
        "required": false,
        "answerOption": [
            coding("person", "The person"),
            coding("carer", "Somebody who cares for the person"),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_the_instrument_word_for_word_under_the_names_of_the_fields() {
        let resource = resource(&LTC6);
        assert_eq!(
            (&resource["resourceType"], &resource["status"]),
            (&json!("Questionnaire"), &json!("active"))
        );
        let group = &resource["item"][0];
        assert_eq!(group["text"], json!(LTC6.stem));
        for (item, question) in group["item"].as_array().unwrap().iter().zip(&LTC6.scored) {
            assert_eq!((&item["linkId"], &item["text"]), (&json!(question.field), &json!(question.text)));
            for (given, option) in item["answerOption"].as_array().unwrap().iter().zip(&question.options) {
                assert_eq!(given["valueCoding"]["display"], json!(option.label));
                assert_eq!(given["valueCoding"]["code"], json!(option.score.to_string()));
                let score = json!({ "url": ORDINAL, "valueDecimal": option.score });
                assert_eq!(given["valueCoding"]["extension"], json!([score]));
            }
        }
        let names: Vec<&str> = resource["item"].as_array().unwrap()[1..]
            .iter()
            .map(|item| item["linkId"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["improve_text", "confidence_text", "respondent"]);
        assert_eq!(resource["item"][1]["text"], json!(LTC6.free_text[0].text));
    }
}
