//! Where a part of an expression stands.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::CannotEdit;
use crate::criteria::expression::Expression;

/// The place of a part: the number of each part on the way down to it. Shows as `2.1`, the first part of the second; the
/// whole is blank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<usize>);

impl Path {
    /// The place of the whole expression.
    pub fn whole() -> Path {
        Path::default()
    }

    /// The place of a part of the one here, counted from 0.
    pub fn part(&self, place: usize) -> Path {
        Path(self.0.iter().copied().chain([place]).collect())
    }

    /// What this is a part of, and its place there; none for the whole.
    pub fn parent(&self) -> Option<(Path, usize)> {
        let (place, above) = self.0.split_last()?;
        Some((Path(above.to_vec()), *place))
    }

    /// The places on the way down, counted from 0.
    pub fn places(&self) -> &[usize] {
        &self.0
    }

    /// The part of an expression that stands here.
    pub fn within<'a>(&self, expression: &'a Expression) -> Result<&'a Expression, CannotEdit> {
        self.0
            .iter()
            .try_fold(expression, |whole, place| whole.parts().get(*place).ok_or(CannotEdit::NoSuchPart))
    }
}

impl Display for Path {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for (depth, place) in self.0.iter().enumerate() {
            write!(out, "{}{}", if depth == 0 { "" } else { "." }, place.saturating_add(1))?;
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = CannotEdit;

    fn from_str(text: &str) -> Result<Path, CannotEdit> {
        if text.is_empty() {
            return Ok(Path::whole());
        }
        let place = |number: &str| {
            let number: usize = number.parse().map_err(|_| CannotEdit::NoSuchPart)?;
            number.checked_sub(1).ok_or(CannotEdit::NoSuchPart)
        };
        text.split('.').map(place).collect::<Result<_, _>>().map(Path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_from_one_and_read_back() {
        let path = Path::whole().part(1).part(0);
        assert_eq!(path.to_string(), "2.1");
        assert_eq!("2.1".parse(), Ok(path));
        assert_eq!("".parse(), Ok(Path::whole()));
        for wrong in ["0", "1.", ".", "1..2", "-1", "one", "99999999999999999999999"] {
            assert_eq!(wrong.parse::<Path>(), Err(CannotEdit::NoSuchPart), "{wrong}");
        }
    }
}
