//! Lets everybody in who says who they are: for a test on loopback only.

use axum::http::HeaderMap;

use crate::caller::{Admit, Caller};

/// Believes the headers.
pub struct Trusting;

impl Admit for Trusting {
    fn admit(&self, headers: &HeaderMap) -> Option<Caller> {
        let said = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let permissions = said("x-permissions")?.split(' ').map(str::to_owned).collect();
        Some(Caller { tenant: said("x-tenant")?, user: said("x-user")?, permissions })
    }
}

/// What the service is started with.
#[must_use]
pub fn admission() -> impl Admit + 'static {
    Trusting
}
