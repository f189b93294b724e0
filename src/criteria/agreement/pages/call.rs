//! A call about one version: who calls, when, and which version; what each handler here reads and writes by.

use actix_web::web;

use crate::access::Who;
use crate::clock::Now;
use crate::criteria::agreement::seen::Address;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::save;

pub struct Call {
    pub who: Who,
    pub now: Now,
    database: web::Data<Database>,
    address: Address,
}

impl Call {
    pub fn new(who: Who, database: web::Data<Database>, now: Now, address: web::Path<Address>) -> Call {
        Call { who, now, database, address: address.into_inner() }
    }

    /// Reads what a page is made of.
    pub async fn read<T: Send + 'static>(
        &self,
        load: impl FnOnce(&mut Conn, &Who, Now, &Address) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (who, now, address) = (self.who.clone(), self.now, self.address.clone());
        self.database.read(move |conn| load(conn, &who, now, &address)).await
    }

    /// Does what a form asks for, once for each `key`: as [`save`] does.
    pub async fn save<U: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&mut Conn, &Who, Now, &Address) -> Result<Result<String, U>, Error> + Send + 'static,
    ) -> Result<Result<String, U>, Error> {
        let (who, now, address) = (self.who.clone(), self.now, self.address.clone());
        save(&self.database, now, &self.who, key, move |conn| work(conn, &who, now, &address)).await
    }
}
