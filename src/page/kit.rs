//! Small values the field macros take: choices to pick from, and the colour of each state.

/// One of several to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// What choosing it means; may be blank.
    pub hint: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: String::new() }
    }

    pub fn hint(self, hint: impl Into<String>) -> Choice {
        Choice { hint: hint.into(), ..self }
    }

    pub fn is(&self, value: impl AsRef<str>) -> bool {
        self.value == value.as_ref()
    }

    pub fn among(&self, chosen: &[String]) -> bool {
        chosen.contains(&self.value)
    }
}

/// The colour of a state's tag: one meaning has one colour everywhere. Grey where none is fixed.
pub fn tag_colour(state: impl AsRef<str>) -> &'static str {
    match state.as_ref() {
        "In progress" | "Proposed" | "Submitted" => "blue",
        "Judgement case" | "With provider" | "Under review" => "purple",
        "Completed with problems"
        | "Returned"
        | "Waiting to be confirmed"
        | "Information requested"
        | "Changes asked for" => "yellow",
        "In force" | "Approved" | "Agreed" | "Completed" | "Applied" | "Active" | "Sent" | "Open" => "green",
        "Superseded" | "Withdrawn" | "Cancelled" | "Ended" => "white",
        "Failed" | "Suspended" | "Overdue" => "red",
        "Provisional" | "Held" => "pink",
        "Rejected" | "Appealed" => "orange",
        "Rejection confirmed" | "Rejection overturned" => "aqua-green",
        _ => "grey",
    }
}
