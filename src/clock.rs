//! The time: the only place that reads the clock. Rules take a moment or a day.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{NaiveDate, NaiveDateTime, SubsecRound, Utc};

/// An instant in UTC, to the microsecond, as both engines store it.
pub type Moment = NaiveDateTime;

/// Reads the time; on a demo database today may be a day of choice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    fixed: Option<NaiveDate>,
}

impl Clock {
    /// The wall clock.
    pub fn real() -> Clock {
        Clock { fixed: None }
    }

    /// Today is `day`, whatever the calendar says: demo databases only.
    pub fn fixed(day: NaiveDate) -> Clock {
        Clock { fixed: Some(day) }
    }

    pub fn now(&self) -> Now {
        let moment = Utc::now().naive_utc().trunc_subsecs(6);
        Now { moment, today: self.fixed.unwrap_or_else(|| london_day(moment)) }
    }

    pub fn is_fixed(&self) -> bool {
        self.fixed.is_some()
    }
}

/// The moment of a request and the day it falls on in London.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub moment: Moment,
    pub today: NaiveDate,
}

impl Now {
    /// The moment under which an act of an agreement is kept: on a demo database the same time on its own day, so that
    /// the dates of its story agree.
    pub fn recorded(&self) -> Moment {
        self.moment + (self.today - london_day(self.moment))
    }
}

impl FromRequest for Now {
    type Error = crate::error::Error;
    type Future = Ready<Result<Now, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let clock = request.app_data::<web::Data<Clock>>().expect("every application holds a clock");
        ready(Ok(clock.now()))
    }
}

/// The day in London at `moment`.
pub fn london_day(moment: Moment) -> NaiveDate {
    moment.and_utc().with_timezone(&chrono_tz::Europe::London).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_londons() {
        let late = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap().and_hms_opt(23, 30, 0).unwrap();
        assert_eq!(london_day(late), NaiveDate::from_ymd_opt(2026, 7, 1).unwrap());
    }
}
