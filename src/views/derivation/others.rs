//! What a rule would give under each other counting profile.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::almanac::Almanac;
use crate::domain::almanac::profile::Profile;
use crate::domain::counting::{Counted, Uncounted};
use crate::domain::day::Day;
use crate::domain::id::ProfileId;
use crate::domain::rule::Rule;
use crate::domain::text::Line;

/// What a rule would give under another profile; what the deadline itself states holds there too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct OtherProfile {
    /// Its name.
    pub profile: ProfileId,
    /// What it is called.
    pub title: Line,
    /// The latest day that it would be due; null where that is not known.
    pub due: Option<Day>,
    /// The earliest day that it would be due; null where that is not known.
    pub due_earliest: Option<Day>,
    /// The latest day that it would be due; null where that is not known.
    pub due_latest: Option<Day>,
    /// Why it gives no date; null where it gives one.
    pub why_not: Option<String>,
}

/// Counts a rule by every profile but its own.
///
/// `counted` counts it as it stands, or names what it waits for.
#[must_use]
pub fn other_profiles(
    rule: &Rule,
    almanac: &Almanac,
    counted: impl Fn(&Rule) -> Result<Result<Counted, Uncounted>, String>,
) -> Vec<OtherProfile> {
    let other = |profile: &Profile| {
        let rule = Rule { profile: profile.profile.clone(), ..rule.clone() };
        let (dates, why_not) = match counted(&rule) {
            Ok(Ok(counted)) => (Some(counted.dates), None),
            Ok(Err(Uncounted::NeedsCalendar { .. })) => (None, Some("needs a calendar".to_owned())),
            Ok(Err(uncounted)) => (None, Some(uncounted.to_string())),
            Err(awaited) => (None, Some(format!("waits for {awaited}"))),
        };
        OtherProfile {
            profile: profile.profile.clone(),
            title: profile.title.clone(),
            due: dates.and_then(|dates| dates.latest),
            due_earliest: dates.and_then(|dates| dates.earliest),
            due_latest: dates.and_then(|dates| dates.latest),
            why_not,
        }
    };
    let others = almanac.profiles().into_iter().filter(|profile| profile.profile != rule.profile);
    others.map(other).collect()
}
