// Scaffolded by ggen 0.1.0 from event-sourcing 1.0.0 (src/upcasters.rs.j2 sha256:48103ce63128); yours to edit.
//! How old events become new ones. This file is yours: it is written once, and never again.

use crate::{UpcastError, Upcasters};

/// The upcasters of this business, for each event one version after the other.
///
/// When an event changes in the model so that what is stored no longer fits, add a step here:
///
/// ```ignore
/// Upcasters::new().add("ThingRenamed", 1, |mut data| {
///     let old = data["title"].take();
///     data["name"] = old;
///     Ok(data)
/// })
/// ```
///
/// # Errors
/// If they are not registered in turn.
#[allow(clippy::unnecessary_wraps, reason = "the first step may fail")]
pub fn all() -> Result<Upcasters, UpcastError> {
    Ok(Upcasters::new())
}
