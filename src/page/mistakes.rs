//! What is wrong with a form as typed: all of it at once, in the order of the page.

use std::borrow::Cow;

/// One mistake: the field it belongs to and the sentence that says how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field's name and id; blank for the form as a whole.
    pub field: Cow<'static, str>,
    pub message: Cow<'static, str>,
}

/// The mistakes of a form, in the order they were found, which is the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub fn new() -> Mistakes {
        Mistakes::default()
    }

    /// No mistakes, for fields of a form that is never refused.
    pub fn none() -> &'static Mistakes {
        static NONE: Mistakes = Mistakes(Vec::new());
        &NONE
    }

    /// Just one mistake.
    pub fn of_one(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Mistakes {
        let mut mistakes = Mistakes::new();
        mistakes.add(field, message);
        mistakes
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) {
        self.0.push(Mistake { field: field.into(), message: message.into() });
    }

    /// The value, or the mistake noted and `None`.
    pub fn note<T>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        checked: Result<T, impl Into<Cow<'static, str>>>,
    ) -> Option<T> {
        checked.map_err(|message| self.add(field, message)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message beside a field: its first, where it has several.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.iter().find(|mistake| mistake.field == field).map(|mistake| mistake.message.as_ref())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_shows_its_first_mistake_and_the_summary_shows_all_in_order() {
        let mut mistakes = Mistakes::new();
        mistakes.add("name", "Enter a name");
        assert_eq!(mistakes.note("from", Err::<u8, _>("Enter a date")), None);
        mistakes.add("name", "Name must be 100 characters or fewer");
        assert_eq!(mistakes.of("name"), Some("Enter a name"));
        assert_eq!(mistakes.of("to"), None);
        let fields: Vec<_> = mistakes.iter().map(|mistake| mistake.field.as_ref()).collect();
        assert_eq!(fields, ["name", "from", "name"]);
    }
}
